//! Counts the crates that a project builds if it depends on this one, by the features that it
//! enables.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// How many crates are built, this one included, with these features and no others.
fn crates_with(features: &str) -> usize {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ended = Command::new(cargo)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(["tree", "--offline", "--locked", "--no-default-features"])
        .args(["--features", features, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&ended.stdout);
    let names: BTreeSet<_> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty() && !line.starts_with('['))
        .collect();
    assert!(
        ended.status.success() && names.len() > 10,
        "cargo tree: {}",
        String::from_utf8_lossy(&ended.stderr)
    );
    names.len()
}

#[test]
fn the_vectors_alone_build_at_most_60_crates() {
    let crates = crates_with("");
    assert!(crates <= 60, "{crates} crates");
}

#[test]
fn a_checkup_alone_builds_at_most_150_crates() {
    let crates = crates_with("server");
    assert!(crates <= 150, "{crates} crates");
}
