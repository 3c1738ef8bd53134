//! The house: a room knows only rooms on lower floors.

use crate::texts::{text_of, written_files};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms, and the floor of each.
const ROOMS: [(&str, u8); 18] = [
    ("text", 1),
    ("safe", 1),
    ("manual", 2),
    ("reference", 2),
    ("engine", 2),
    ("adapter", 2),
    ("clients", 3),
    ("wire", 4),
    ("vectors", 4),
    ("diagnosis", 5),
    ("retention", 6),
    ("inspect", 6),
    ("rig", 6),
    ("report", 7),
    ("setup", 7),
    ("suites", 8),
    ("run", 9),
    ("cli", 10),
];

/// Imports of a higher floor that exist today: who imports what. The list only shrinks.
const UPWARDS: [(&str, &str); 0] = [];

/// What a first paragraph says when it names what may not live in a room.
const REFUSALS: [&str; 4] = ["no ", "never ", "nothing ", "neither "];

/// The rooms' files, without those of their tests: the room, the path, and the code without
/// comments.
pub(super) fn files() -> Vec<(&'static str, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for (room, _) in ROOMS {
        let folder = if room == "suites" {
            root.join("suites")
        } else {
            root.join("src").join(room)
        };
        collect(&folder, room, &mut found);
    }
    assert!(found.len() > 100, "the sources are not where they were");
    found
}

fn collect(folder: &Path, room: &'static str, found: &mut Vec<(&'static str, PathBuf, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        // Such a module is compiled for tests only; `server_tests.rs` runs the checks as tests.
        let only_for_tests = ["tests", "tests.rs", "config_tests.rs", "detective_tests.rs"];
        if only_for_tests.contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, room, found);
        } else if name.ends_with(".rs") {
            let text = text_of(&path);
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .fold(String::new(), |code, line| code + line + "\n");
            found.push((room, path, code));
        }
    }
}

/// Returns the code of a file in front of the tests at its end.
pub(super) fn without_tests(code: &str) -> &str {
    let end = code.find("#[cfg(test)]\nmod tests {");
    &code[..end.unwrap_or(code.len())]
}

fn floor(room: &str) -> Option<u8> {
    let (_, floor) = ROOMS.iter().find(|(known, _)| *known == room)?;
    Some(*floor)
}

/// The names that follow `prefix` in the code: of `crate::safe::Client` and `crate::` the name
/// `safe`.
fn names_behind<'a>(code: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    code.split(prefix)
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn no_room_imports_upwards() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (room, path, code) in files() {
        for other in names_behind(&code, "crate::") {
            if other == room || floor(other) < floor(room) || floor(other).is_none() {
                continue;
            }
            seen.insert((room, other.to_owned()));
            if !UPWARDS.contains(&(room, other)) {
                wrong.push(format!("{}: `{room}` imports `{other}`", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "a room knows only rooms below it:\n{}",
        wrong.join("\n")
    );
    for (room, other) in UPWARDS {
        assert!(
            seen.contains(&(room, other.to_owned())),
            "`{room}` no longer imports `{other}`: remove it from UPWARDS"
        );
    }
}

#[test]
fn each_room_says_what_lives_there_and_what_may_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (room, _) in ROOMS {
        let path = if room == "suites" {
            root.join("suites/mod.rs")
        } else {
            root.join("src").join(room).join("mod.rs")
        };
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let first: Vec<_> = text.lines().take_while(|line| line.len() > 4).collect();
        let first = first.join(" ").to_lowercase();
        assert!(
            first.starts_with("//! ") && REFUSALS.iter().any(|word| first.contains(word)),
            "the first paragraph of {} says what may not live there, with one of {REFUSALS:?}",
            path.display()
        );
    }
}

/// A server or a client wrote what a test of `cargo test` says: one file makes it printable.
#[test]
fn what_a_test_says_goes_through_one_file() {
    let saying = ["eprintln!", "println!", "Failed::from", "ignored_with"];
    for (_, path, text) in files().into_iter().filter(|(room, ..)| *room == "run") {
        let is_the_one = path.ends_with("libtest.rs");
        for call in saying {
            let says = text.contains(call);
            assert!(!says || is_the_one, "{}: `{call}`", path.display());
        }
    }
}

/// How long a line of a comment may be, in characters.
const COLUMNS: usize = 100;

/// The start of a comment line, by the file's ending.
fn comment_marks(path: &Path) -> &'static [&'static str] {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending {
        Some("rs" | "mjs" | "java" | "go" | "js") => &["//"],
        Some("py" | "sh" | "toml" | "yml") => &["# "],
        None if path.ends_with(".ci/run") => &["# "],
        _ => &[],
    }
}

#[test]
fn no_comment_is_wider_than_100_columns() {
    let mut wide = Vec::new();
    for path in written_files() {
        let marks = comment_marks(&path);
        if marks.is_empty() {
            continue;
        }
        let text = text_of(&path);
        for (number, line) in text.lines().enumerate() {
            let comment = marks.iter().any(|mark| line.trim_start().starts_with(mark));
            if comment && line.chars().count() > COLUMNS {
                wide.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert!(
        wide.is_empty(),
        "comments wider than {COLUMNS} columns:\n{}",
        wide.join("\n")
    );
}

/// How many lines of code a file may have. A longer file holds two things; the data of vectors and
/// the facts of the manual are not code.
const LINES: usize = 600;

#[test]
fn no_file_is_longer_than_600_lines() {
    let mut long = Vec::new();
    for path in written_files() {
        if path
            .extension()
            .is_some_and(|ending| ending == "rs" || ending == "py")
        {
            let text = text_of(&path);
            let lines = text.lines().count();
            if lines > LINES {
                long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(
        long.is_empty(),
        "split what holds two things:\n{}",
        long.join("\n")
    );
}

/// Returns everything that a place reaches; the place itself only if there is a cycle.
pub(super) fn reachable<T: Ord + Clone>(from: &T, edges: &BTreeMap<T, BTreeSet<T>>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    let mut next = vec![from.clone()];
    while let Some(place) = next.pop() {
        for other in &edges[&place] {
            if seen.insert(other.clone()) {
                next.push(other.clone());
            }
        }
    }
    seen
}

/// A test that is ignored and that CI does not run proves nothing.
#[test]
fn ci_runs_every_ignored_test() {
    let reason = r#"#[ignore = "it takes long: CI runs it"]"#;
    for path in written_files() {
        if path.extension() != Some("rs".as_ref()) {
            continue;
        }
        let text = text_of(&path);
        let mut ignored = text
            .lines()
            .filter(|line| line.trim_start().starts_with("#[ignore"));
        let is_of_harness = path.components().any(|part| part.as_os_str() == "harness");
        assert!(
            ignored.all(|line| is_of_harness && line.trim() == reason),
            "{} ignores a test that CI does not run",
            path.display()
        );
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo leaves this file out of a published crate, which has no CI.
    if let Ok(ci) = std::fs::read_to_string(root.join(".ci/run")) {
        assert!(ci.contains("cargo test --locked --no-fail-fast --test harness -- --ignored"));
    }
}
