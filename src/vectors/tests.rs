use super::{FILES, File, SUBJECTS, all};
use std::collections::BTreeSet;

fn text(name: &str) -> &'static str {
    FILES
        .iter()
        .find(|(known, _)| *known == name)
        .expect(name)
        .1
}

#[test]
fn every_file_is_read_and_every_id_is_registered() {
    let mut registered = BTreeSet::new();
    for line in text("ids.txt").lines() {
        match line.strip_prefix("retired ") {
            Some(id) => assert!(registered.remove(id), "{id}"),
            None => assert!(registered.insert(line), "{line}"),
        }
    }
    assert_eq!(all().len(), SUBJECTS.len());
    let ids: BTreeSet<_> = all()
        .iter()
        .flat_map(File::vectors)
        .map(|(_, vector)| vector.id.as_str())
        .collect();
    let differing: Vec<_> = ids.symmetric_difference(&registered).collect();
    assert!(
        differing.is_empty(),
        "in ids.txt or in a file, not in both: {differing:?}"
    );
}

#[test]
fn the_embedded_copy_is_complete() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let names = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"));
    let public = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| {
            [".json", ".md", ".txt"]
                .iter()
                .any(|end| name.ends_with(end))
        });
    let embedded: BTreeSet<_> = FILES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .filter(|name| !name.starts_with("adapters/"))
        .collect();
    assert_eq!(public.collect::<BTreeSet<_>>(), embedded);
}

/// Returns the line on which `needle` begins, and the message after its replacement.
fn spoilt(needle: &str, replacement: &str) -> (usize, String) {
    let text = text("kdf.json");
    let place = text.find(needle).expect(needle);
    let line = 1 + text[..place].matches('\n').count();
    let spoilt = text.replacen(needle, replacement, 1);
    let error = File::parse("kdf.json", &spoilt).expect_err("refused");
    (line, error.to_string())
}

#[test]
fn what_does_not_belong_is_refused_by_name_and_line() {
    let cases = [
        (
            "\"version\": 2",
            "\"version\": 2, \"extra\": 1",
            "unknown field `extra`",
            0,
        ),
        (
            "\"version\": 2",
            "\"version\": 2, \"version\": 2",
            "duplicate field `version`",
            0,
        ),
        ("\"Star\":", "\"Unicode\":", "duplicate field `Unicode`", 1),
        (
            "\"how\": \"published\"",
            "\"how\": \"published\", \"hwo\": \"\"",
            "unknown field `hwo`",
            0,
        ),
        (
            "\"salt\": \"\"",
            "\"salt\": \"\", \"sugar\": \"\"",
            "unknown field `sugar`",
            0,
        ),
        (
            "\"salt\": \"NaCl\"",
            "\"salt\": \"NaCl\", \"salt\": \"\"",
            "duplicate field `salt`",
            0,
        ),
        (
            "\"shard_prefix\": \"06\"",
            "\"shard_prefix\": \"06\", \"x\": 1",
            "unknown field `x`",
            0,
        ),
        (
            "\"id\": \"kdf.nfc\"",
            "\"id\": \"kdf.nfc\", \"id\": \"kdf.nfc\"",
            "duplicate field `id`",
            0,
        ),
        (
            "\"length\": 4096",
            "\"length\": 4096, \"width\": 1",
            "unknown field `width`",
            0,
        ),
        (
            "\"id\": \"kdf.nfc\"",
            "\"id\": \"config.nfc\"",
            "the ID `config.nfc` does not begin with `kdf.`",
            0,
        ),
    ];
    for (needle, replacement, reason, later) in cases {
        let (line, message) = spoilt(needle, replacement);
        assert!(message.contains(reason), "{needle}: {message}");
        let found: usize = message["kdf.json, line ".len()..]
            .split(':')
            .next()
            .expect("a line")
            .parse()
            .expect("a number");
        assert!(
            (line - 1..=line + 1 + later).contains(&found),
            "{needle} stands on line {line}: {message}"
        );
    }
}

#[test]
fn every_embedded_file_is_parsed_with_its_recipes_made() {
    for subject in SUBJECTS {
        let name = format!("{subject}.json");
        let parsed = File::parse(&name, text(&name)).unwrap_or_else(|error| panic!("{error}"));
        assert!(parsed.vectors().next().is_some(), "{name}");
    }
}

#[test]
fn a_recipe_that_makes_another_body_is_refused_where_recipes_are_made() {
    let text = text("envelope.json");
    let hash = text.split("\"body_sha256\": \"").nth(1).expect("a recipe");
    let spoilt = text.replacen(&hash[..64], &"0".repeat(64), 1);
    let error = File::parse("envelope.json", &spoilt).expect_err("refused");
    assert!(error.reason.contains("length and SHA-256"), "{error}");
    File::parse_again("envelope.json", &spoilt).expect("is not made");
}

#[test]
fn a_duplicate_key_in_a_document_is_refused() {
    let text = text("envelope.json").replacen(
        "\"device\": \"6.4.2A/de_CH\"",
        "\"device\": \"x\", \"device\": \"y\"",
        1,
    );
    let error = File::parse("envelope.json", &text).expect_err("refused");
    assert!(
        error
            .reason
            .contains("`envelope.stored`: duplicate field `device`"),
        "{error}"
    );
}

#[test]
fn nothing_is_read_without_bounds() {
    let long = format!("{{{}}}", " ".repeat(5 << 20));
    let error = File::parse("kdf.json", &long).expect_err("refused");
    assert!(error.reason.contains("longer than"), "{error}");
    let text = text("secretbox.json").replacen("\"count\": 524288", "\"count\": 99999999999", 1);
    let error = File::parse("secretbox.json", &text).expect_err("refused");
    assert!(
        error.reason.contains("a recipe of 99999999999 bytes"),
        "{error}"
    );
    let deep = "{\"concat\": [".repeat(1000) + &"]}".repeat(1000);
    let text = self::text("secretbox.json").replacen("{\"count\": 524288}", &deep, 1);
    let error = File::parse("secretbox.json", &text).expect_err("refused");
    assert!(error.reason.contains("recursion limit"), "{error}");
}

#[test]
fn a_file_that_was_cut_or_is_another_is_refused() {
    let (_, message) = spoilt("\"number_of_tests\": ", "\"number_of_tests\": 1");
    let parsed = File::parse("kdf.json", text("kdf.json")).expect("as it is");
    let count = parsed.vectors().count();
    assert!(
        message.contains(&format!(
            "`number_of_tests` is 1{count}, and there are {count}"
        )),
        "{message}"
    );
    assert!(File::parse("config.json", text("kdf.json")).is_err());
    let (_, message) = spoilt("\"version\": 2", "\"version\": 3");
    assert!(message.contains("version 3 of the format"), "{message}");
    let (_, message) = spoilt("\"result\": \"valid\"", "\"stage\": \"open\"");
    assert!(message.contains("`kdf.rfc7914-empty`"), "{message}");
}
