//! The texts of the repository: what a person wrote, or reviewed as a snapshot.

use std::path::{Path, PathBuf};

/// Where they are, beside the README.
const FOLDERS: [&str; 6] = [".ci", "src", "suites", "vectors", "tests", "examples"];

/// The endings of files whose text people read.
const READ: [&str; 8] = ["rs", "md", "py", "mjs", "java", "sh", "json", "snap"];

/// Every file, with its path below the root.
pub fn written_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    let mut found = vec![PathBuf::from("README.md")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            // Python environments, and caches of its tools.
            let foreign =
                name.starts_with('.') || ["node_modules", "__pycache__"].contains(&&*name);
            if path.is_dir() && !foreign {
                folders.push(path);
            } else if path.is_file() {
                found.push(path.strip_prefix(root).expect("below the root").to_owned());
            }
        }
    }
    found
}

/// The text of a file of the repository.
pub fn text_of(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).expect("a text of the repository is UTF-8")
}

/// Every text that people read, with its path below the root.
pub fn texts() -> Vec<(PathBuf, String)> {
    let mut found = written_files();
    found.retain(|path| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| READ.contains(&ending))
    });
    found
        .into_iter()
        .map(|path| {
            let text = text_of(&path);
            (path, text)
        })
        .collect()
}
