//! Reports as JSON, `JUnit` and text: valid whatever a server says, and an error if they cannot be
//! written.

use super::{assert_valid, check, home, report, server};
use crate::support::program::{program, run};
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::reference::Fault;
use serde_json::Value;

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_json_report_is_what_its_schema_says() {
    for faults in [
        &[][..],
        &[Fault::DeleteNotAllowed],
        &[Fault::ConfigMissing],
        &[Fault::AnonymousEverything],
    ] {
        let (server, home) = (server(faults), home());
        let (report, ended) = report(&mut check(home.path(), server.url()));
        assert_valid(&report);
        assert!(
            ended.stderr.contains(" checked: "),
            "the text goes to standard error: {}",
            ended.stderr
        );
        let mut wrong = report.clone();
        wrong["findings"][0]["verdict"] = "perhaps".into();
        let refused = std::panic::catch_unwind(|| assert_valid(&wrong)).is_err();
        assert!(refused, "the schema refuses what is wrong");
        let counted: u64 = report["summary"]
            .as_object()
            .expect("counts")
            .values()
            .filter_map(Value::as_u64)
            .sum();
        assert_eq!(
            Some(counted),
            report["findings"]
                .as_array()
                .map(|findings| findings.len() as u64)
        );
        assert_eq!(report["seed"].as_str().map(str::len), Some(64));
        if faults.contains(&Fault::DeleteNotAllowed) {
            assert!(report["left_behind"].as_u64() > Some(0) && report["ledger"].is_string());
        }
    }
}

/// The names of the elements, in the order in which they begin.
fn elements(xml: &str) -> Vec<String> {
    let tags = tags(xml).into_iter();
    tags.map(|tag| tag.name).collect()
}

/// The start of an element.
struct Tag {
    parent: String,
    name: String,
    attributes: Vec<String>,
}

/// The names of the attributes in a tag.
fn attributes(tag: &str) -> Vec<String> {
    // Every second part is in quotes.
    let outside = tag.split('"').step_by(2);
    outside
        .filter_map(|part| part.trim().strip_suffix('='))
        .filter_map(|part| part.split_whitespace().last())
        .map(str::to_owned)
        .collect()
}

/// Reads XML strictly enough: every element that begins also ends, in order, and none stays open.
fn tags(xml: &str) -> Vec<Tag> {
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>') || open.last().is_some_and(|_| true));
        rest = &rest[start + 1..];
        if let Some(cdata) = rest.strip_prefix("![CDATA[") {
            rest = &cdata[cdata.find("]]>").expect("CDATA ends") + 3..];
            continue;
        }
        let mut quoted = false;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == '>' && !quoted
            })
            .map(|(at, _)| at)
            .expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') {
            continue;
        }
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .unwrap_or_default()
            .to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_ref(), Some(&name), "elements end in order");
        } else {
            tags.push(Tag {
                parent: open.last().cloned().unwrap_or_default(),
                name: name.clone(),
                attributes: attributes(tag),
            });
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?} stand open");
    tags
}

/// What Jenkins accepts: each element, its possible parents, its attributes, and how many of those
/// it must have, counted from the first.
///
/// Source: the elements and attributes of the xunit plugin's junit-10.xsd.
const JENKINS: &[(&str, &[&str], &[&str], usize)] = &[
    (
        "testsuites",
        &[""],
        &["name", "time", "tests", "failures", "errors"],
        0,
    ),
    (
        "testsuite",
        &["testsuites", "testsuite"],
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        ],
        4,
    ),
    (
        "testcase",
        &["testsuite"],
        &["name", "time", "classname", "group"],
        1,
    ),
    ("properties", &["testsuite"], &[], 0),
    ("property", &["properties"], &["name", "value"], 2),
    ("skipped", &["testcase"], &["type", "message"], 0),
    ("error", &["testcase"], &["type", "message"], 0),
    ("failure", &["testcase"], &["type", "message"], 0),
    ("system-out", &["testcase", "testsuite"], &[], 0),
    ("system-err", &["testcase", "testsuite"], &[], 0),
];

#[test]
#[ignore = "it takes long: CI runs it"]
fn junit_is_what_jenkins_takes() {
    for faults in [&[][..], &[Fault::ConfigMissing], &[Fault::DeleteNotAllowed]] {
        let (server, home) = (server(faults), home());
        let ended = run(check(home.path(), server.url()).args(["--report", "junit=-"]));
        let tags = tags(&ended.stdout);
        assert!(tags.len() > 100, "{}", ended.all());
        for tag in tags {
            let rule = JENKINS.iter().find(|(name, ..)| *name == tag.name);
            let (name, parents, known, needed) = rule.unwrap_or_else(|| panic!("{}", tag.name));
            assert!(
                parents.contains(&tag.parent.as_str()),
                "{name} in {}",
                tag.parent
            );
            for attribute in &tag.attributes {
                assert!(
                    known.contains(&attribute.as_str()),
                    "{name} has {attribute}"
                );
            }
            for attribute in &known[..*needed] {
                let has = tag.attributes.iter().any(|given| given == attribute);
                assert!(has, "{name} lacks {attribute}");
            }
        }
    }
}

#[test]
fn junit_is_xml_and_a_fail_is_a_failure() {
    // The server's answer contains characters that XML does not allow.
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            Deed::Reply(Reply::new(
                507,
                "<html><title>]]> <no> & \"more\" \u{1b}[31m\u{1}\u{fffe} space</title></html>",
            ))
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let junit = home.path().join("junit.xml");
    let ended = run(check(home.path(), &server.url())
        .env("SAFE_SERVER_PASSWORD", scripted::PASSWORD)
        .args([
            "--skip",
            "integrity",
            "--report",
            &format!("junit={}", junit.display()),
        ]));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let xml = std::fs::read_to_string(&junit).expect("a report");
    let names = elements(&xml);
    let count = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
    assert!(count("failure") >= 2, "{xml}");
    assert!(count("skipped") > 5 && count("testcase") > 60);
    assert!(xml.contains("507"));
    let allowed = |c: char| matches!(c, '\n' | '\t' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed), "XML 1.0 has no such character");
    for entity in ["&#x1b;", "&#27;", "&#x1;", "&#1;"] {
        assert!(
            !xml.contains(entity),
            "XML 1.0 has no such character, in no spelling"
        );
    }
}

/// Returns the attribute `failures` of the whole report, and how many findings of the run fail.
fn failures(arguments: &[&str], faults: &[Fault]) -> (String, u64) {
    let (server, home) = (server(faults), home());
    let junit = home.path().join("junit.xml");
    let form = format!("junit={}", junit.display());
    let mut command = check(home.path(), server.url());
    let (report, _) = report(command.args(arguments).args(["--report", &form]));
    let xml = std::fs::read_to_string(junit).expect("a report");
    let exit = format!("name=\"exit-code\" value=\"{}\"", report["exit"]);
    assert!(xml.contains(&exit), "{xml}");
    let (_, rest) = xml.split_once("failures=\"").expect("a count");
    let (count, _) = rest.split_once('"').expect("a count");
    let fail = report["summary"]["fail"].as_u64().expect("a count");
    (count.to_owned(), fail)
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn junit_counts_each_failure_once_and_the_exit_code_where_nothing_else_fails() {
    let (count, fail) = failures(&[], &[Fault::DeleteNotAllowed]);
    assert!(fail > 0);
    assert_eq!(count, fail.to_string());
    assert_eq!(failures(&["--only", "tls"], &[]), ("1".to_owned(), 0));
    assert_eq!(failures(&[], &[]), ("0".to_owned(), 0));
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn junit_of_a_healthy_server_has_no_failure() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args(["--report", "junit=-"]));
    assert_eq!(ended.code, Some(0));
    let names = elements(&ended.stdout);
    assert!(!names.contains(&"failure".to_owned()) && !names.contains(&"error".to_owned()));
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn what_is_no_terminal_gets_no_escape_codes() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    for no_color in [false, true] {
        let mut command = check(home.path(), server.url());
        command.arg("-vvv");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let ended = run(&mut command);
        assert!(ended.stdout.contains("FAIL"), "{}", ended.all());
        assert!(!ended.all().contains('\u{1b}'), "{:?}", ended.all());
    }
    let ended = run(program(home.path()).args(["check", "--onyl"]));
    assert!(!ended.all().contains('\u{1b}'), "{:?}", ended.all());
}

#[test]
fn a_report_that_cannot_be_written_shows_before_the_run() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args(["--report", "json=/no/such/folder/x"]));
    assert_eq!(
        (ended.code, server.count()),
        (Some(2), 0),
        "{}",
        ended.all()
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn what_an_app_cannot_do_stays_known_where_the_server_fails_too() {
    let known = |faults: &[Fault]| {
        let (server, home) = (server(faults), home());
        let ended = run(&mut check(home.path(), server.url()));
        ended.stdout.contains("known issue  iOS app, 7.2")
    };
    assert!(known(&[]));
    assert!(known(&[Fault::DownloadTruncated]), "the restore fails");
    assert!(!known(&[Fault::ConfigMissing]), "no restore was tried");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn markdown_gives_the_reasons_of_the_text_for_a_verdict() {
    let (server, home) = (server(&[Fault::HeadRefused]), home());
    let file = home.path().join("report.md");
    let form = format!("markdown={}", file.display());
    let ended = run(check(home.path(), server.url()).args(["--report", &form]));
    let reason = "because of problem.no-head";
    assert!(ended.stdout.contains(reason), "{}", ended.all());
    let markdown = std::fs::read_to_string(file).expect("a report");
    let row = format!("| Desktop | restore | FAIL | {reason} |");
    assert!(markdown.contains(&row), "{markdown}");
    let row = "| Android | restore | partial |  |";
    assert!(markdown.contains(row), "{markdown}");
}
