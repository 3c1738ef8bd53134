//! Every check and problem that code, the manual or a test names exists: a name in a string follows
//! no renaming by itself.

use crate::texts::texts;
use safe_conformance::setup::OBSTACLES;
use safe_conformance::suites::{client, kept, server};
use std::collections::BTreeSet;

/// What looks like a name and is none: mistakes of a user, and settings of other programs.
const NO_NAMES: [&str; 15] = [
    "auth.require",
    "config.nfc",
    "integrity.co",
    "integrity.cut",
    "limits.abov",
    "problem.body",
    "problem.none",
    "server.max-request-size",
    "server.upload-dirs",
    "server.username",
    "tls.c",
    "tls.ch",
    "upload.acc",
    "upload.acepted",
    "upload.rond-trip",
];
/// The endings of files, whose names look like those of checks.
const ENDINGS: [&str; 6] = ["json", "md", "pem", "rs", "toml", "txt"];

/// The areas of the checks of a server, such as `upload`, and the one of problems.
fn areas() -> BTreeSet<&'static str> {
    let of_checks = server::checks().filter_map(|check| Some(check.id.split_once('.')?.0));
    of_checks.chain(["problem"]).collect()
}

/// Returns what begins a text between quotation marks or backticks and looks like the name of a
/// check in one of the areas: `upload.accepted`, `upload.accepted[ios-h2]`.
fn names<'a>(text: &'a str, areas: &BTreeSet<&str>) -> Vec<&'a str> {
    let quoted = ['"', '`']
        .into_iter()
        .flat_map(|mark| text.split(mark).skip(1));
    quoted.filter_map(|quoted| name(quoted, areas)).collect()
}

/// A variant that is filled in at run time (`[{client}]`) is left out.
fn name<'a>(quoted: &'a str, areas: &BTreeSet<&str>) -> Option<&'a str> {
    let end = quoted.find('[').unwrap_or(quoted.len());
    let (id, variant) = quoted.split_at(end);
    let (area, word) = id.split_once('.')?;
    let is_of_words = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_word =
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(is_of_words);
    let is_name = areas.contains(area) && is_word;
    if !is_name || ENDINGS.contains(&word) || NO_NAMES.contains(&id) {
        return None;
    }
    let is_whole = |variant: &str| variant.len() > 1 && !variant.contains('{');
    let variant = variant.split(']').next().filter(|it| is_whole(it));
    Some(variant.map_or(id, |variant| &quoted[..=end + variant.len()]))
}

fn is_known(name: &str) -> bool {
    let id = name.split('[').next().unwrap_or(name);
    server::is_known(name)
        || client::is_known(name)
        || kept::CHECKS.iter().any(|check| check.id == id)
        || OBSTACLES.iter().any(|obstacle| obstacle.id == id)
}

#[test]
fn every_check_and_problem_that_is_named_exists() {
    let areas = areas();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (file, text) in texts() {
        for (number, line) in text.lines().enumerate() {
            for name in names(line, &areas) {
                seen += 1;
                if !is_known(name) {
                    wrong.push(format!("{}:{}: `{name}`", file.display(), number + 1));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "no check or problem:\n{}",
        wrong.join("\n")
    );
    assert!(seen > 1000, "only {seen} names were found");
}

#[test]
fn a_name_is_found_in_a_string_and_in_prose() {
    let areas = areas();
    let names = |text| names(text, &areas);
    assert_eq!(names("id: \"upload.accepted\","), ["upload.accepted"]);
    assert_eq!(
        names("`config.understood[ios]`."),
        ["config.understood[ios]"]
    );
    assert_eq!(names("\"auth.accepted[{client}]\""), ["auth.accepted"]);
    assert!(names("`config.toml` config.same, `upload.Accepted`").is_empty());
}
