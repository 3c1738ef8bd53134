//! The folder of a whole server: its configuration, and what a run leaves in it.

use crate::process::{CONFIG, Folder};
use std::fs;
use std::path::PathBuf;

impl Folder {
    /// Writes a configuration: the template with this folder, the port and `server` filled in.
    pub fn configure(&self, name: &str, template: &str, port: u16, server: &str) -> PathBuf {
        let text = template
            .replace("@SERVER@", server)
            .replace("@DIRECTORY@", &self.path().display().to_string())
            .replace("@PORT@", &port.to_string());
        self.write(name, &text)
    }

    /// What the run of the suite has changed: nothing, if it cleaned up and did not change the
    /// config.
    pub fn left_over(&self) -> Vec<String> {
        let mut left: Vec<_> = fs::read_dir(self.backups())
            .expect("the folder of the backups is still there")
            .map(|entry| entry.expect("an entry").file_name().display().to_string())
            .collect();
        let config = fs::read_to_string(self.files().join("safe/config"));
        if !config.is_ok_and(|config| config == CONFIG) {
            left.push("another config".to_owned());
        }
        left
    }
}
