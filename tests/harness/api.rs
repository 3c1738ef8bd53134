//! What other crates can rely on: enums that may grow say so, and signatures name no types of
//! crates that a caller does not have anyway.

use super::house;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Enums without `#[non_exhaustive]`, and why no case can be added to them.
const CLOSED: &[(&str, &str)] = &[
    (
        "BackupToRead",
        "the line protocol has these forms of a backup",
    ),
    ("Certainty", "a diagnosis is certain or likely"),
    (
        "Client",
        "a fourth client changes every table, and every user of them",
    ),
    (
        "ClientVerdict",
        "the words of reports, by which programs decide",
    ),
    ("Compression", "a level of gzip, or none"),
    ("Direction", "a backup, a restore, or the import of Desktop"),
    ("Level", "the words of RFC 2119"),
    ("NoValue", "org.json has these"),
    (
        "Outcome",
        "an operation passes, is refused, crashes, or nothing is known",
    ),
    ("Side", "a value is lost in writing or in reading"),
    ("Stage", "the words of reports, by which programs decide"),
    ("Step", "JSON has objects and lists"),
    ("Sureness", "a cause is sure or likely"),
    ("Value", "the kinds of values in JSON"),
    ("Verdict", "the words of reports, by which programs decide"),
];

/// The rooms that are documented for other crates.
const ROOMS: [&str; 10] = [
    "adapter",
    "clients",
    "engine",
    "inspect",
    "manual",
    "reference",
    "report",
    "rig",
    "run",
    "safe",
];

/// Crates whose types stand in no signature. Callers of this crate have `serde`, `serde_json` and
/// `tokio` anyway.
const FOREIGN: [&str; 10] = [
    "bytes",
    "http",
    "hyper",
    "hyper_util",
    "jiff",
    "rcgen",
    "reqwest",
    "rustls",
    "toml",
    "url",
];

/// Files of modules that are hidden from the documentation.
const HIDDEN: [&str; 2] = ["src/report/retention.rs", "src/run/retention.rs"];

/// Returns the files of the rooms, without their tests.
fn sources() -> impl Iterator<Item = (&'static str, PathBuf, String)> {
    let files = house::files().into_iter();
    files.map(|(room, path, code)| (room, path, house::without_tests(&code).to_owned()))
}

#[test]
fn an_enum_that_may_grow_says_so() {
    let mut closed = BTreeSet::new();
    for (_, path, code) in sources() {
        let lines: Vec<_> = code.lines().map(str::trim).collect();
        for (number, line) in lines.iter().enumerate() {
            let Some(rest) = line.strip_prefix("pub enum ") else {
                continue;
            };
            let name = rest.split([' ', '<']).next().unwrap_or_default();
            let before = lines[..number].iter().rev();
            let mut marks = before.take_while(|line| line.starts_with("#["));
            if marks.any(|line| line.starts_with("#[non_exhaustive")) {
                continue;
            }
            let is_known = CLOSED.iter().any(|(known, _)| *known == name);
            assert!(
                is_known,
                "{}: `{name}` may grow: #[non_exhaustive]",
                path.display()
            );
            closed.insert(name.to_owned());
        }
    }
    for (name, _) in CLOSED {
        assert!(closed.contains(*name), "no enum `{name}` is closed");
    }
}

/// Returns the names that stand for types of foreign crates in a file.
fn foreign_names(code: &str) -> BTreeSet<&str> {
    let imports = code
        .split("\nuse ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next());
    let foreign = imports.filter(|import| {
        let first = import.split("::").next().unwrap_or_default();
        FOREIGN.contains(&first)
    });
    let words = foreign.flat_map(|import| import.split(|letter: char| !letter.is_alphanumeric()));
    words
        .filter(|word| word.starts_with(char::is_uppercase))
        .collect()
}

/// Returns the public signatures and fields of a file, each up to its body.
fn signatures(code: &str) -> impl Iterator<Item = &str> {
    let begun = code.match_indices("pub ").filter(|(at, _)| {
        let line = code[..*at].rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty()
    });
    begun.map(|(at, _)| {
        let rest = &code[at..];
        let end = rest.find(['{', ';', '=']).unwrap_or(rest.len());
        // A field ends with its line.
        let is_item = [
            "pub fn",
            "pub async fn",
            "pub const fn",
            "pub type",
            "pub trait",
        ];
        let is_item = is_item.iter().any(|item| rest.starts_with(item));
        let line = rest.find(",\n").unwrap_or(end);
        if is_item {
            &rest[..end]
        } else {
            &rest[..end.min(line)]
        }
    })
}

/// Returns whether it is a re-export, or a type whose fields are private or are checked one by one.
fn is_private(signature: &str) -> bool {
    let is_type = ["pub struct", "pub enum"]
        .iter()
        .any(|item| signature.starts_with(item));
    signature.starts_with("pub use") || is_type && !signature.contains("(pub ")
}

#[test]
fn no_public_signature_names_a_type_of_a_foreign_crate() {
    let documented = sources().filter(|(room, path, _)| {
        let is_hidden = HIDDEN.iter().any(|hidden| path.ends_with(hidden));
        ROOMS.contains(room) && !is_hidden
    });
    let mut wrong = Vec::new();
    for (_, path, code) in documented {
        let names = foreign_names(&code);
        for signature in signatures(&code).filter(|signature| !is_private(signature)) {
            let mut words = signature.split(|letter: char| !letter.is_alphanumeric());
            let is_path = FOREIGN
                .iter()
                .any(|name| signature.contains(&format!(" {name}::")));
            if is_path || words.any(|word| names.contains(word)) {
                wrong.push(format!("{}: {signature}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "types of other crates:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_foreign_type_is_seen_in_a_field_and_in_a_function() {
    let code = "\nuse bytes::{Buf, Bytes};\npub struct Body {\n    pub bytes: Bytes,\n    inner: Bytes,\n}\npub fn of(\n    body: &Body,\n) -> jiff::Timestamp {\n}\npub fn fine() -> u8 { Bytes::new().len() }\n";
    let names = foreign_names(code);
    assert_eq!(names, ["Buf", "Bytes"].into());
    let seen: Vec<_> = signatures(code).collect();
    assert_eq!(seen[1], "pub bytes: Bytes");
    assert!(seen[2].contains(" jiff::"));
    assert!(!seen[3].contains("Bytes"));
}
