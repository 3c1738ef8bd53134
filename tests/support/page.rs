//! Passages of the README and the manual that the program prints.

use std::path::Path;

/// Compares a passage of a manual page with the current output of the program. With
/// `MANUAL_UPDATE=always`, it writes the page instead.
///
/// # Panics
/// If they differ, unless the page is written.
pub fn holds(page: &str, passage: &str, printed: &str) {
    if passage != printed {
        rewrite(&format!("src/manual/{page}.md"), passage, printed);
    }
}

/// Puts what is printed now into a page, in place of a passage that is outdated.
///
/// # Panics
/// Unless `MANUAL_UPDATE=always` asks for it.
pub fn rewrite(page: &str, passage: &str, printed: &str) {
    let is_asked_for = std::env::var_os("MANUAL_UPDATE").is_some_and(|value| value == "always");
    assert!(
        is_asked_for,
        "{page} shows otherwise; MANUAL_UPDATE=always writes what is printed now:\n{printed}"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).expect("the page is there");
    assert_eq!(text.matches(passage).count(), 1, "the passage stands once");
    std::fs::write(&path, text.replace(passage, printed)).expect("the page is written");
}
