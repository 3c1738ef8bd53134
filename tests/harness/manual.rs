//! Every citation resolves.

use safe_conformance::manual::{citations, fact, under};
use std::path::{Path, PathBuf};

/// Where text stands that may cite a fact.
const FOLDERS: [&str; 4] = ["src", "suites", "tests", "vectors"];

/// The kinds of files that hold text.
const KINDS: [&str; 6] = ["rs", "md", "json", "py", "snap", "mjs"];

/// Names of documents that are not in the repository.
const FOREIGN: [&str; 6] = [
    "VARIANTS",
    "SERVERS section",
    "SERVERS.md",
    "PROTOCOL.md",
    "HOSTILE",
    "project's notes",
];

/// Rooms whose citations are not replaced yet. The list only shrinks.
const NOT_YET: [&str; 3] = [
    "src/clients",
    "tests/harness/inspect/snapshots",
    "src/manual/losses.md",
];

fn files() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    for folder in FOLDERS {
        collect(&root.join(folder), &mut found);
    }
    found
        .into_iter()
        .filter(|path| {
            !path.ends_with("tests/harness/manual.rs") && !path.ends_with("manual/tests.rs")
        })
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a text of the repository is UTF-8");
            let name = path.strip_prefix(root).expect("below the root").to_owned();
            (name, text)
        })
        .collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path
            .extension()
            .is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
        {
            found.push(path);
        }
    }
}

#[test]
fn every_citation_resolves() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        for (number, line) in text.lines().enumerate() {
            for id in citations(line) {
                if fact(id).is_none() && under(id).next().is_none() {
                    wrong.push(format!("{}:{}: `{id}`", name.display(), number + 1));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "no fact of the manual:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_document_that_is_cited_is_here() {
    let mut wrong = Vec::new();
    let replaced = files()
        .into_iter()
        .filter(|(name, _)| !NOT_YET.iter().any(|room| name.starts_with(room)));
    for (name, text) in replaced {
        for (number, line) in text.lines().enumerate() {
            if FOREIGN.iter().any(|foreign| line.contains(foreign)) {
                wrong.push(format!("{}:{}: {line}", name.display(), number + 1));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "cite a fact of the manual:\n{}",
        wrong.join("\n")
    );
}
