//! The copy of `vectors/` that is part of the program.

use super::file::{File, Group, Vector};
use std::sync::LazyLock;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../vectors/", $name)))),*]
    };
}

/// The subjects, in the order of reports: each has a file and a schema.
pub const SUBJECTS: &[&str] = &[
    "kdf",
    "secretbox",
    "envelope",
    "body",
    "config",
    "base-url",
    "password-policy",
    "exchange",
    "read-backup",
    "write-backup",
    "payload",
];

/// The name and text of every file that `vectors export` writes.
pub const FILES: &[(&str, &str)] = embedded![
    "README.md",
    "ids.txt",
    "adapters/adapter.py",
    "adapters/adapter.mjs",
    "adapters/rig.sh",
    "adapters/rig.go",
    "adapter.request.schema.json",
    "adapter.answer.schema.json",
    "kdf.json",
    "kdf.schema.json",
    "secretbox.json",
    "secretbox.schema.json",
    "envelope.json",
    "envelope.schema.json",
    "body.json",
    "body.schema.json",
    "config.json",
    "config.schema.json",
    "base-url.json",
    "base-url.schema.json",
    "password-policy.json",
    "password-policy.schema.json",
    "exchange.json",
    "exchange.schema.json",
    "payload.json",
    "payload.schema.json",
    "read-backup.json",
    "read-backup.schema.json",
    "write-backup.json",
    "write-backup.schema.json",
    "backup.schema.json",
];

static ALL: LazyLock<Vec<File>> = LazyLock::new(|| {
    SUBJECTS
        .iter()
        .map(|subject| {
            let name = format!("{subject}.json");
            let text = FILES.iter().find(|(known, _)| *known == name);
            let (_, text) = text.unwrap_or_else(|| panic!("{name} is not embedded"));
            File::parse_again(&name, text).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
});

/// Returns every file, parsed.
pub fn all() -> &'static [File] {
    &ALL
}

/// Returns the vector with this ID.
pub fn find(id: &str) -> Option<(&'static File, &'static Group, &'static Vector)> {
    all().iter().find_map(|file| {
        let (group, vector) = file.vectors().find(|(_, vector)| vector.id == id)?;
        Some((file, group, vector))
    })
}
