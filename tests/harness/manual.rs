//! Every citation resolves, and every fact without a citation is listed.

use crate::texts::texts;
use safe_conformance::clients::Release;
use safe_conformance::manual::{citations, fact, facts, under};
use safe_conformance::safe::Client;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names of documents that are not in the repository.
const FOREIGN: [&str; 6] = [
    "VARIANTS",
    "SERVERS section",
    "SERVERS.md",
    "PROTOCOL.md",
    "HOSTILE",
    "project's notes",
];

/// Facts that nothing cites. Reviewed: they are background for readers of the manual, and no code
/// depends on them.
const UNUSED: &[&str] = &[
    "5.4",
    "6.2.local",
    "clients.http.backup-sequence",
    "clients.http.stack",
    "clients.http.timeouts",
    "clients.http.tls",
    "clients.loss.deleted",
    "clients.read.failed-download",
    "clients.write.placeholder-links",
    "servers.delete-collection",
    "servers.healthy",
    "servers.installable",
    "servers.php-fpm-cookies",
    "servers.restart",
];

/// The texts that can cite a fact: all but those that test citations.
fn files() -> impl Iterator<Item = (PathBuf, String)> {
    texts().into_iter().filter(|(path, _)| {
        !path.ends_with("tests/harness/manual.rs") && !path.ends_with("manual/tests.rs")
    })
}

#[test]
fn every_citation_resolves() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        for (number, line) in text.lines().enumerate() {
            for id in citations(line) {
                // A vector cites facts: an area would not say which of them its answer needs.
                let may_be_area = !is_vector(&name);
                if fact(id).is_none() && !(may_be_area && under(id).next().is_some()) {
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

/// Whether a file holds vectors.
fn is_vector(path: &Path) -> bool {
    path.starts_with("vectors") && path.extension() == Some("json".as_ref())
}

/// The clauses that a line of the manual cites by their number alone, between backticks: `5.3`.
fn bare_clauses(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|token| {
        let mut parts = token.split('.');
        let (chapter, clause, word) = (parts.next(), parts.next(), parts.next());
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let is_word = |part: &str| part.starts_with(|c: char| c.is_ascii_lowercase());
        chapter.is_some_and(|it| it.len() == 1 && is_number(it))
            && clause.is_some_and(is_number)
            && word.is_none_or(is_word)
            && parts.next().is_none()
    })
}

#[test]
fn every_bare_clause_of_the_manual_resolves() {
    let mut seen = 0;
    let pages = files().filter(|(path, _)| path.starts_with("src/manual"));
    for (name, text) in pages.filter(|(path, _)| path.extension() == Some("md".as_ref())) {
        for id in text.lines().flat_map(bare_clauses) {
            seen += 1;
            assert!(fact(id).is_some(), "{}: no fact `{id}`", name.display());
        }
    }
    assert!(seen > 10, "only {seen} citations were found");
    let line = "see `5.3`, `4.2.android`; `524288.0` and `6.4.2A` are none, nor is `7.1.1`";
    assert_eq!(
        bare_clauses(line).collect::<Vec<_>>(),
        ["5.3", "4.2.android"]
    );
}

/// Names behind `clients.` that are no area of facts: the clients of a report.
const CLIENTS: [&str; 3] = ["android", "ios", "desktop"];

/// The tokens of a line that have the form of an ID (`clients.AREA.NAME`, or `clients.AREA` between
/// quotes) but whose area the manual does not have. They are no citations, so nothing resolves
/// them.
fn of_no_area(line: &str) -> Vec<&str> {
    let starts = line.match_indices("clients.").map(|(at, _)| at);
    let tokens = starts.filter_map(|at| {
        let before = line[..at].chars().next_back();
        let inside = before.is_some_and(|c| c.is_alphanumeric() || "._-/:".contains(c));
        let length = line[at..]
            .find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !".-".contains(c));
        let (token, rest) = line[at..].split_at(length.unwrap_or(line.len() - at));
        let token = token.trim_end_matches(['.', '-']);
        let is_code = rest.starts_with(['(', '_', ':', '/', '[', '?', '!']);
        (!inside && !is_code).then_some((token, before, rest))
    });
    let unknown = tokens.filter(|(token, before, rest)| {
        let mut parts = token.split('.').skip(1);
        let (Some(area), name) = (parts.next(), parts.next()) else {
            return false;
        };
        let quoted = before.is_some_and(|c| "`\"".contains(c)) && rest.starts_with(['`', '"']);
        let has_form = name.is_some() || quoted;
        let is_file = name.is_none() && ["json", "md", "rs"].contains(&area);
        let is_known = under(&format!("clients.{area}")).next().is_some();
        has_form && !is_file && !is_known && !CLIENTS.contains(&area)
    });
    unknown.map(|(token, _, _)| token).collect()
}

#[test]
fn every_citation_names_an_area_of_the_manual() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        for (number, line) in text.lines().enumerate() {
            let tokens = of_no_area(line).into_iter();
            wrong.extend(tokens.map(|id| format!("{}:{}: `{id}`", name.display(), number + 1)));
        }
    }
    assert!(
        wrong.is_empty(),
        "the manual has no such area:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_misspelt_area_is_seen() {
    for (line, ids) in [
        ("    \"clients.reads.links\";", &["clients.reads.links"][..]),
        (
            "/// Source: clients.raed.bom, clients.read.bom.",
            &["clients.raed.bom"],
        ),
        ("the facts `clients.wirte`", &["clients.wirte"]),
        ("see clients.losses.links.", &["clients.losses.links"]),
        // Near misses: citations, a name that the manual does not have (which another test sees),
        // the clients of a report, code, and files.
        ("`clients.read.links`; `clients.read`", &[]),
        ("`clients.read.no-such-name`", &[]),
        ("`clients.ios.backup.verdict`", &[]),
        (
            "let all = clients.iter().count(); run.clients.reads.links",
            &[],
        ),
        ("for client in clients.all_of.them {", &[]),
        ("`src/manual/clients.md` and `clients.md`", &[]),
    ] {
        assert_eq!(of_no_area(line), ids, "{line}");
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_document_that_is_cited_is_here() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
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

#[test]
fn every_fact_is_cited_or_known_to_be_unused() {
    let files: Vec<_> = files()
        .filter(|(name, _)| !name.starts_with("src/manual"))
        .collect();
    let mut cited: BTreeSet<&str> = files.iter().flat_map(|(_, text)| citations(text)).collect();
    cited.extend(
        safe_conformance::safe::clause::ALL
            .iter()
            .map(|clause| clause.number),
    );
    let unused: Vec<_> = facts()
        .iter()
        .map(|fact| fact.id)
        .filter(|id| !cited.contains(id))
        .collect();
    let missing: Vec<_> = unused.iter().filter(|id| !UNUSED.contains(id)).collect();
    assert!(
        missing.is_empty(),
        "cite them, or add them to UNUSED: {missing:#?}"
    );
    let cited_after_all: Vec<_> = UNUSED.iter().filter(|id| !unused.contains(id)).collect();
    assert!(
        cited_after_all.is_empty(),
        "remove from UNUSED: {cited_after_all:#?}"
    );
}

#[test]
fn every_fact_of_a_profile_is_in_the_manual() {
    for profile in safe_conformance::reference::Profile::ALL {
        for fact in profile.facts() {
            let mut facts = safe_conformance::manual::facts().iter();
            assert!(facts.any(|known| known.id == *fact), "{profile}: {fact}");
        }
    }
}

/// The recipes of the manual: each names the files that it changes, at most three.
const RECIPES: [&str; 6] = [
    "add-a-check",
    "add-a-problem",
    "add-a-vector",
    "add-a-release",
    "add-a-loss",
    "add-a-report-format",
];

/// How many files a recipe changes, at most.
const FILES: usize = 3;

#[test]
fn each_recipe_touches_at_most_three_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for recipe in RECIPES {
        let path = root.join("src/manual").join(recipe).with_extension("md");
        let text = std::fs::read_to_string(&path).expect("the recipe is there");
        let mut rows = text.lines().filter(|line| line.starts_with("| "));
        assert_eq!(rows.next(), Some("| file | what |"), "{recipe}");
        let files: Vec<_> = rows.filter_map(|row| row.split('|').nth(1)).collect();
        assert!(
            (1..=FILES).contains(&files.len()),
            "{recipe} touches {files:?}"
        );
        // A name in capitals is a placeholder for the added one.
        let named = files
            .iter()
            .flat_map(|cell| cell.split('`').skip(1).step_by(2));
        for name in named.filter(|name| name.contains('/')) {
            let known: PathBuf = Path::new(name)
                .components()
                .take_while(|part| {
                    let part = part.as_os_str().to_string_lossy();
                    !part.split('.').next().is_some_and(is_placeholder)
                })
                .collect();
            assert!(root.join(&known).exists(), "{recipe}: no {name}");
        }
    }
}

/// Whether a name is a placeholder: `SUBJECT`, `FORMAT`.
fn is_placeholder(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase())
}

#[test]
fn every_release_is_named_in_the_manual() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual/clients.md");
    let text = std::fs::read_to_string(path).expect("the facts about clients");
    let numbers = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let named: BTreeSet<_> = numbers.map(short).collect();
    for release in Release::ALL {
        // The previews of Desktop behave alike, and are facts of one preview.
        if release.client() != Client::Desktop {
            let first = short(release.first_version());
            assert!(
                named.contains(first),
                "no fact of clients.md names {release}"
            );
        }
    }
}

#[test]
fn the_newest_release_is_where_a_page_says_what_was_read() {
    let in_words: fn(Client, &str) -> String = |client, version| format!("{client} {version}");
    let in_json = |client: Client, version: &str| format!("`{}` ({version})", client.key());
    for (page, written) in [
        ("src/manual/clients.md", in_words),
        ("src/manual/protocol.md", in_words),
        ("vectors/README.md", in_json),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = std::fs::read_to_string(path).expect("a page");
        for client in [Client::Android, Client::Ios] {
            let newest = Release::newest(client);
            let version = newest.last_version().unwrap_or(newest.first_version());
            let said = written(client, version);
            assert!(text.contains(&said), "{page} does not say \"{said}\"");
        }
    }
}

/// A version without the zeros and the full stop at its end: 6.1.0 and 6.1 are the same.
fn short(version: &str) -> &str {
    let version = version.trim_end_matches('.');
    let without = version.strip_suffix(".0").unwrap_or(version);
    // `5.0` is one number with its zero.
    if without.contains('.') {
        without
    } else {
        version
    }
}
