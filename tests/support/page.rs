//! Passages of the manual that the program prints.

use std::path::Path;

/// Holds a passage of a manual page to what the program prints now. With `MANUAL_UPDATE=always` the
/// page is written instead.
///
/// # Panics
/// If they differ, and the page is not to be written.
pub fn holds(page: &str, passage: &str, printed: &str) {
    if passage == printed {
        return;
    }
    let is_asked_for = std::env::var_os("MANUAL_UPDATE").is_some_and(|value| value == "always");
    assert!(
        is_asked_for,
        "src/manual/{page}.md shows otherwise; MANUAL_UPDATE=always writes what is printed now:\n{printed}"
    );
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual");
    let path = manual.join(page).with_extension("md");
    let text = std::fs::read_to_string(&path).expect("the page is there");
    assert_eq!(text.matches(passage).count(), 1, "the passage stands once");
    std::fs::write(&path, text.replace(passage, printed)).expect("the page is written");
}
