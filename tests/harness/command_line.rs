//! The contract of the command line: exit codes, sentences, reports, waivers, pipes.

use crate::support::program::{Ended, Running, file, program, run};
use crate::support::reference::{Reference, USER};
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::reference::{Fault, Options};
use safe_conformance::report::SCHEMA;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const PASSWORD: &str = "command-line-Pa55word";

pub fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn server(faults: &[Fault]) -> Reference {
    Reference::plain(PASSWORD, faults, Duration::ZERO)
}

fn check(home: &Path, url: &str) -> Command {
    let mut command = program(home);
    command
        .args(["check", url, "--user", USER, "--ledger-dir"])
        .arg(home.join("ledgers"))
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

/// Runs `check` and gives its JSON report.
pub fn report(command: &mut Command) -> (Value, Ended) {
    let ended = run(command.args(["--report", "json=-"]));
    let report = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("stdout is the JSON alone: {error}\n{}", ended.all()));
    (report, ended)
}

pub fn finding<'a>(report: &'a Value, id: &str, variant: &str) -> &'a Value {
    report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|finding| finding["id"] == id && finding["variant"] == variant)
        .unwrap_or_else(|| panic!("no finding {id}[{variant}]"))
}

/// One clear sentence on standard error, exit code 2, nothing on standard output.
#[track_caller]
fn assert_usage(command: &mut Command, words: &[&str]) {
    let ended = run(command);
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert_eq!(ended.stdout, "", "{}", ended.all());
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "no {word:?} in: {}",
            ended.stderr
        );
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    let sentences = ended
        .stderr
        .trim_end()
        .lines()
        .filter(|line| line.contains("error"))
        .count();
    assert_eq!(sentences, 1, "{}", ended.stderr);
}

// Exit codes.

#[test]
fn zero_where_everything_is_as_it_should_be() {
    let (server, home) = (server(&[]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains("can back up and restore"));
    assert!(ended.stdout.contains("without TLS"));
    let home = self::home();
    let ended = run(program(home.path()).arg("check"));
    assert_eq!(ended.code, Some(0), "the embedded server: {}", ended.all());
    assert!(ended.stderr.contains("embedded reference server"));
}

#[test]
fn one_where_a_required_check_fails() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
}

#[test]
fn two_where_the_arguments_make_no_sense() {
    let home = home();
    let ended = run(program(home.path()).args(["check", "--no-such-option"]));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
}

#[test]
fn three_where_there_is_no_connection() {
    let (server, home) = (server(&[]), home());
    let url = server.url().to_owned();
    drop(server);
    let ended = run(&mut check(home.path(), &url));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stdout.contains("connection refused"),
        "{}",
        ended.all()
    );
    let ended = run(&mut check(home.path(), "https://no-such-host.invalid/safe"));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(ended.stdout.contains("has no address"), "{}", ended.all());
}

#[test]
fn four_where_nothing_was_judged() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args([
        "--skip",
        "server,tls,auth,config,upload,download,desktop,delete,limits,integrity,privacy,url",
    ]));
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    assert_eq!(server.count(), 0, "what is skipped is not asked");
    assert!(!ended.stdout.contains("can back up"), "{}", ended.stdout);
}

#[test]
fn fail_on_recommended_counts_warnings() {
    let (server, home) = (server(&[Fault::AnonymousRead]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains("auth.anonymous-download"));
    let ended = run(check(home.path(), server.url()).args(["--fail-on", "recommended"]));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
}

// Slips.

#[test]
fn slips_about_outputs_get_one_clear_sentence() {
    let home = home();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    assert_usage(
        &mut of(&["check", "--report", "pdf=x"]),
        &["pdf", "json", "junit", "markdown"],
    );
    assert_usage(&mut of(&["check", "--report", "json"]), &["json=FILE"]);
    assert_usage(
        &mut of(&["check", "--report", "json=-", "--report", "junit=-"]),
        &["standard output"],
    );
    let twice = home.path().join("twice");
    let twice = twice.to_str().expect("UTF-8");
    assert_usage(
        &mut of(&[
            "check",
            "--report",
            &format!("json={twice}"),
            "--report",
            &format!("junit={twice}"),
        ]),
        &["only one", twice],
    );
    assert_usage(
        &mut of(&[
            "check",
            "--report",
            &format!("json={twice}"),
            "--transcript",
            twice,
        ]),
        &["only one", twice],
    );
    assert_usage(
        &mut of(&["check", "--report", "json=/no/such/folder/report"]),
        &["/no/such/folder/report"],
    );
    assert_usage(
        &mut of(&["check", "--transcript", "/no/such/folder/x"]),
        &["transcript", "/no/such/folder/x"],
    );
}

#[test]
fn slips_get_one_clear_sentence() {
    let home = home();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    assert_usage(&mut of(&["check", "--onyl", "tls"]), &["--onyl", "--only"]);
    assert_usage(&mut of(&["chekc"]), &["chekc", "check"]);
    assert_usage(
        &mut of(&["check", "cloud.example/safe"]),
        &["no scheme", "https://cloud.example/safe"],
    );
    assert_usage(&mut of(&["check", "https://"]), &["host"]);
    assert_usage(&mut of(&["check", ""]), &["no host"]);
    assert_usage(
        &mut of(&["check", "https://cloud.example/safe/config"]),
        &["folder above"],
    );
    assert_usage(
        &mut of(&["check", "--only", "upload.rond-trip"]),
        &["upload.rond-trip", "did you mean `upload.round-trip`"],
    );
    assert_usage(
        &mut of(&["check", "--skip", "nonsense"]),
        &["nonsense", "safe-conformance list"],
    );
    assert_usage(
        &mut of(&["check", "--only", "tl"]),
        &["no check matches `tl`"],
    );
    assert_usage(&mut of(&["check", "--seed", "xyz"]), &["xyz", "16"]);
    assert_usage(&mut of(&["check", "--seed", "0123456789abcde"]), &["16"]);
    assert_usage(
        &mut of(&["check", "--waivers", "/no/such/file"]),
        &["waivers", "/no/such/file"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--ca-file", "/no/such/ca"]),
        &["CA file", "/no/such/ca"],
    );
    assert_usage(
        &mut of(&[
            "check",
            "https://h.example",
            "--user",
            "u",
            "--password-file",
            "/no/such",
        ]),
        &["/no/such"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--user", "u"]),
        &["no password for `u`", "SAFE_SERVER_PASSWORD"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--password-file", "/no/such"]),
        &["--user"],
    );
    assert_usage(&mut of(&["check", "--user", "u"]), &["--user", "URL"]);
    assert_usage(&mut of(&["check", "--timeout", "0"]), &["--timeout"]);
    assert_usage(&mut of(&["check", "--deadline", "0"]), &["--deadline"]);
    assert_usage(&mut of(&["check", "--jobs", "0"]), &["--jobs"]);
    assert_usage(
        &mut of(&["judge", "/no/such/transcript"]),
        &["/no/such/transcript"],
    );
    assert_usage(
        &mut of(&["explain", "upload.acepted"]),
        &["upload.acepted", "upload.accepted"],
    );
    assert_usage(
        &mut of(&["serve", "--fault", "config-mising"]),
        &["did you mean `config-missing`"],
    );
    assert_usage(&mut of(&["serve", "--listen", "0.0.0.0:0"]), &["password"]);
    assert_usage(&mut of(&["serve", "--listen", "nonsense"]), &["nonsense"]);
}

#[test]
fn files_that_make_no_sense_get_one_clear_sentence() {
    let home = home();
    let made = |name: &str, content: &str| file(home.path(), name, content).display().to_string();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    let empty = made("empty", "");
    let text = made("text", "not what was asked for\n");
    assert_usage(
        &mut of(&["check", "https://h.example", "--ca-file", &text]),
        &["CA file", "PEM"],
    );
    assert_usage(
        &mut of(&[
            "check",
            "https://h.example",
            "--user",
            "u",
            "--password-file",
            &empty,
        ]),
        &["empty line"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--token-file", &empty]),
        &["empty line"],
    );
    assert_usage(&mut of(&["judge", &text]), &["not a transcript"]);
    assert_usage(&mut of(&["judge", &empty]), &["not a transcript"]);
    let future = made("future", "{\"format\": 2}");
    assert_usage(&mut of(&["judge", &future]), &["format 2"]);
    let waivers = |content: &str| made("waivers.toml", content);
    let toml = waivers("[[waiver]\n");
    assert_usage(&mut of(&["check", "--waivers", &toml]), &["waivers.toml"]);
    let unknown = waivers(
        "[[waiver]]\ncheck = \"no.such\"\nreason = \"r\"\nuntil = \"2099-01-01\"\nobserved = \"x\"\n",
    );
    assert_usage(
        &mut of(&["check", "--waivers", &unknown]),
        &["waiver 1", "no.such"],
    );
    let vague = waivers(
        "[[waiver]]\ncheck = \"tls.https\"\nreason = \"r\"\nuntil = \"2099-01-01\"\nobserved = \"\"\n",
    );
    assert_usage(
        &mut of(&["check", "--waivers", &vague]),
        &["`observed` is empty"],
    );
    let date = waivers(
        "[[waiver]]\ncheck = \"tls.https\"\nreason = \"r\"\nuntil = \"soon\"\nobserved = \"x\"\n",
    );
    assert_usage(&mut of(&["check", "--waivers", &date]), &["until"]);
}

#[test]
fn an_environment_that_makes_no_sense_gets_one_clear_sentence() {
    let home = home();
    for empty in ["", "  "] {
        assert_usage(
            program(home.path()).arg("check").env("SAFE_TARGET", empty),
            &["SAFE_TARGET is empty"],
        );
    }
    let mut both = program(home.path());
    both.args(["check", "https://h.example"])
        .env("SAFE_SERVER_USER", "u")
        .env("SAFE_SERVER_TOKEN", "t");
    assert_usage(&mut both, &["SAFE_SERVER_USER", "SAFE_SERVER_TOKEN"]);
    let mut token = program(home.path());
    token
        .args(["check", "https://h.example"])
        .env("SAFE_SERVER_TOKEN", "t\r\nX-Injected: yes");
    assert_usage(&mut token, &["control character"]);
    assert_usage(
        program(home.path())
            .env_remove("HOME")
            .args(["check", "https://h.example"]),
        &["--ledger-dir"],
    );
}

#[test]
fn the_environment_names_server_and_credentials() {
    let (server, home) = (server(&[]), home());
    let ended = run(program(home.path())
        .args(["check", "--only", "auth.accepted"])
        .env("SAFE_TARGET", server.url())
        .env("SAFE_SERVER_USER", USER)
        .env("SAFE_SERVER_PASSWORD", PASSWORD));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains(server.url()));
}

// Reports.

pub fn assert_valid(report: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    compiler
        .add_resource("report.schema.json", schema)
        .expect("the schema is a resource");
    let index = compiler
        .compile("report.schema.json", &mut schemas)
        .expect("the schema is one");
    if let Err(error) = schemas.validate(report, index) {
        panic!("{error:#}");
    }
}

#[test]
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
        assert_eq!(report["seed"].as_str().map(str::len), Some(16));
        if faults.contains(&Fault::DeleteNotAllowed) {
            assert!(report["left_behind"].as_u64() > Some(0) && report["ledger"].is_string());
        }
    }
}

/// Reads XML strictly enough: every element that begins ends, in order, and nothing stands open.
fn elements(xml: &str) -> Vec<String> {
    let (mut open, mut names) = (Vec::new(), Vec::new());
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
            names.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?} stand open");
    names
}

#[test]
fn junit_is_xml_and_a_fail_is_a_failure() {
    // What the server says holds what XML cannot.
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

#[test]
fn junit_of_a_healthy_server_has_no_failure() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args(["--report", "junit=-"]));
    assert_eq!(ended.code, Some(0));
    let names = elements(&ended.stdout);
    assert!(!names.contains(&"failure".to_owned()) && !names.contains(&"error".to_owned()));
}

#[test]
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

// Selection.

#[test]
fn only_runs_what_is_named_and_what_that_needs() {
    let (server, home) = (server(&[]), home());
    let said = run(check(home.path(), server.url()).args(["--only", "tls", "-v"]));
    assert!(
        said.stderr.contains("tls.trusted: ") && !said.stderr.contains("upload.accepted"),
        "what is left out is no news: {}",
        said.stderr
    );
    let (report, ended) =
        report(check(home.path(), server.url()).args(["--only", "upload.round-trip"]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(
        finding(&report, "upload.round-trip", "android-h1")["verdict"],
        "pass"
    );
    for needed in ["upload.accepted", "config.readable"] {
        assert_eq!(
            finding(&report, needed, "android-h1")["verdict"],
            "pass",
            "{needed} runs along"
        );
    }
    assert_eq!(
        finding(&report, "auth.accepted", "android")["verdict"],
        "pass"
    );
    let other = finding(&report, "delete.missing", "");
    assert_eq!(other["verdict"], "disabled");
    assert!(
        other["observed"]
            .as_str()
            .is_some_and(|observed| observed.contains("--only"))
    );
}

#[test]
fn a_run_of_a_part_is_not_told_as_the_whole() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args(["--only", "server.reachable"]));
    assert!(!ended.stdout.contains("can back up"), "{}", ended.stdout);
    let ended = run(check(home.path(), server.url()).args(["--skip", "upload.round-trip"]));
    assert!(
        !ended.stdout.contains("can back up and restore"),
        "{}",
        ended.stdout
    );
}

#[test]
fn skip_disables_and_fails_nothing() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    let (report, ended) = report(
        check(home.path(), server.url())
            .args(["--skip", "upload,desktop,limits,download.fresh,integrity"]),
    );
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let skipped = finding(&report, "upload.round-trip", "android-h1");
    assert_eq!(skipped["verdict"], "disabled");
    assert_eq!(skipped["observed"], "skipped by --skip upload");
    let dependent = finding(&report, "delete.removes", "android-h1");
    assert_eq!(
        dependent["verdict"], "disabled",
        "what needs it is skipped along"
    );
    assert!(
        dependent["observed"]
            .as_str()
            .is_some_and(|observed| observed.contains("which was skipped"))
    );
    for client in ["android", "ios"] {
        assert_ne!(report["clients"][client]["verdict"], "fail");
    }
}

#[test]
fn no_wrong_password_is_sent_where_that_is_asked() {
    let (server, home) = (server(&[]), home());
    let (report, _) = report(check(home.path(), server.url()).arg("--no-auth-probes"));
    let finding = finding(&report, "auth.wrong-password", "");
    assert_eq!(finding["verdict"], "disabled");
    assert_eq!(finding["observed"], "skipped by --no-auth-probes");
}

/// The findings without what differs from run to run.
fn comparable(report: &Value) -> Value {
    let mut report = report.clone();
    for finding in report["findings"].as_array_mut().expect("findings") {
        finding["duration_ms"] = 0.into();
    }
    report
}

#[test]
fn a_slash_at_the_end_of_the_url_makes_no_difference() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    let urls = [
        server.url().to_owned(),
        format!("{}/", server.url()),
        format!("{}//", server.url()),
    ];
    let mut reports = urls.iter().map(|url| {
        let (report, _) = report(check(home.path(), url).args(["--seed", "00000000000000aa"]));
        let report = comparable(&report);
        (
            report["target"].clone(),
            report["findings"].clone(),
            report["clients"].clone(),
        )
    });
    let first = reports.next();
    for other in reports {
        assert_eq!(Some(other), first);
    }
}

// Waivers.

fn waiver(check: &str, until: &str, observed: &str) -> String {
    format!(
        "[[waiver]]\ncheck = \"{check}\"\nreason = \"ticket 42\"\nuntil = \"{until}\"\nobserved = \"{observed}\"\n"
    )
}

fn waived(content: &str, faults: &[Fault]) -> (Value, Ended) {
    let (server, home) = (server(faults), home());
    let waivers = file(home.path(), "waivers.toml", content);
    report(
        check(home.path(), server.url())
            .arg("--waivers")
            .arg(waivers),
    )
}

#[test]
fn a_waiver_excuses_what_it_names_and_only_that() {
    let fault = &[Fault::ConfigSmallLimit, Fault::UploadAccepted202][..];
    let (report, ended) = waived(
        &waiver("config.generous-limit", "2999-12-31", "131072"),
        fault,
    );
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(
        finding(&report, "config.generous-limit", "")["waived"],
        "ticket 42"
    );
    assert_valid(&report);
    let required = &[Fault::DeleteNotAllowed][..];
    let all = waiver("delete.removes", "2999-12-31", "405");
    let (report, ended) = waived(&all, required);
    let fails = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .any(|finding| finding["verdict"] == "fail" && finding["waived"].is_null());
    assert_eq!(ended.code, Some(i32::from(fails)), "{}", ended.all());
    assert_eq!(
        finding(&report, "delete.removes", "android-h1")["waived"],
        "ticket 42"
    );
    let one = waiver("delete.removes[android-h1]", "2999-12-31", "405");
    let (_, ended) = waived(&one, required);
    assert_eq!(ended.code, Some(1), "the other variant is not excused");
}

#[test]
fn a_stale_waiver_fails_the_run_and_says_why() {
    for (content, faults, words) in [
        (
            waiver("config.generous-limit", "2020-01-01", "131072"),
            &[Fault::ConfigSmallLimit][..],
            "expired on 2020-01-01",
        ),
        (
            waiver("config.generous-limit", "2999-12-31", "something else"),
            &[Fault::ConfigSmallLimit],
            "does not match what was observed",
        ),
        (
            waiver("config.generous-limit", "2999-12-31", "131072"),
            &[],
            "no longer needed",
        ),
    ] {
        let (report, ended) = waived(&content, faults);
        assert_eq!(ended.code, Some(1), "{}", ended.all());
        let stale = report["stale_waivers"][0].as_str().unwrap_or_default();
        assert!(stale.contains(words), "{stale}");
        assert!(ended.stderr.contains("stale waiver"), "{}", ended.stderr);
    }
}

// Transcripts.

/// Runs `check`, judges its transcript, and compares.
pub fn assert_judged_alike(home: &Path, command: &mut Command) -> Value {
    let transcript = home.join("transcript.json");
    let (mut live, ended) = report(command.arg("--transcript").arg(&transcript));
    let (mut judged, again) = report(program(home).arg("judge").arg(&transcript));
    assert_eq!(ended.code, again.code, "{}\n{}", ended.stderr, again.stderr);
    for report in [&mut live, &mut judged] {
        *report = comparable(report);
        // Where a ledger lies is no finding.
        report.as_object_mut().expect("a report").remove("ledger");
    }
    for (left, right) in live["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(judged["findings"].as_array().into_iter().flatten())
    {
        assert_eq!(left, right);
    }
    assert_eq!(live, judged);
    live
}

#[test]
fn judging_a_transcript_gives_the_same() {
    for faults in [
        &[][..],
        &[Fault::UploadTruncated],
        &[Fault::RedirectEverything],
        &[Fault::DeleteNotAllowed],
        &[Fault::CredentialsEchoed],
    ] {
        let (server, home) = (server(faults), home());
        assert_judged_alike(home.path(), &mut check(home.path(), server.url()));
    }
    let tls = Reference::start(Options::default());
    let home = home();
    let root = file(
        home.path(),
        "root.pem",
        tls.running.root_certificate().expect("a root"),
    );
    let mut command = check(home.path(), tls.url());
    command
        .env("SAFE_SERVER_PASSWORD", "s3cret-loopback")
        .arg("--ca-file")
        .arg(root);
    assert_judged_alike(home.path(), &mut command);
}

#[test]
fn judging_a_run_that_its_deadline_stopped_gives_the_same() {
    let server = Reference::plain(PASSWORD, &[], Duration::from_millis(60));
    let home = home();
    let report = assert_judged_alike(
        home.path(),
        check(home.path(), server.url()).args(["--deadline", "1"]),
    );
    assert_eq!(report["complete"], false);
    assert_eq!(report["incomplete_because"], "the deadline of 1 s passed");
}

#[test]
fn judging_a_run_that_a_rate_limit_stopped_gives_the_same() {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let server = Scripted::start(move |asked| {
        let count = seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if count > 60 && asked.method != "DELETE" {
            Deed::Reply(Reply::new(429, "").with("Retry-After", &(1000 - count).to_string()))
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    let report = assert_judged_alike(home.path(), &mut command);
    assert_eq!(report["complete"], false);
    assert_eq!(finding(&report, "server.rate-limit", "")["verdict"], "fail");
}

#[test]
fn judging_redirects_that_point_elsewhere_each_time_gives_the_same() {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let server = Scripted::start(move |_| {
        let count = seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Deed::Reply(Reply::new(302, "").with(
            "Location",
            &format!("/login?session={}", 7919 * count % 1000),
        ))
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    assert_judged_alike(home.path(), &mut command);
}

// Other subcommands.

#[test]
fn serve_prints_three_lines_and_ends_on_a_signal() {
    let home = home();
    let mut child = program(home.path())
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let lines: Vec<String> = BufReader::new(child.stdout.take().expect("stdout"))
        .lines()
        .take(3)
        .map_while(Result::ok)
        .collect();
    let value = |name: &str| {
        lines
            .iter()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .unwrap_or_else(|| panic!("no {name} in {lines:?}"))
            .to_owned()
    };
    let (target, user, root) = (
        value("SAFE_TARGET"),
        value("SAFE_SERVER_USER"),
        value("SAFE_CA_FILE"),
    );
    let ended = run(program(home.path())
        .args(["check", "--only", "auth.accepted,tls"])
        .env("SAFE_TARGET", &target)
        .env("SAFE_SERVER_USER", user)
        .env("SAFE_SERVER_PASSWORD", "s3cret-loopback")
        .env("SAFE_CA_FILE", &root));
    let _ = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    let code = child.wait().expect("the server ends").code();
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(code, Some(0));
    assert!(
        !Path::new(&root).exists(),
        "the certificate goes with the server"
    );
}

#[test]
fn every_check_is_listed_and_explained() {
    let home = home();
    let (report, _) = report(program(home.path()).arg("check"));
    let listed = run(program(home.path()).arg("list")).stdout;
    let mut ids: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["id"].as_str())
        .collect();
    ids.dedup();
    assert!(ids.len() > 40);
    for id in ids {
        assert!(listed.contains(id), "{id} is not listed");
        let explained = run(program(home.path()).args(["explain", id]));
        assert!(
            explained.code == Some(0) && explained.stdout.contains(id),
            "{id}: {}",
            explained.all()
        );
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let home = home();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["check", "--help"],
        &["serve", "--list-faults"],
    ] {
        let ended = run(program(home.path()).args(arguments));
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert!(!ended.stdout.is_empty());
    }
}

// Pipes.

/// Runs in a shell, whose reader is gone before the program has written.
fn piped(home: &Path, shell: &str) -> String {
    let mut command = Command::new("bash");
    command
        .args(["-c", shell])
        .env_clear()
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("PROGRAM", env!("CARGO_BIN_EXE_safe-conformance"));
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let ended = Running::start(command.stdin(Stdio::null())).end();
    ended.all()
}

#[test]
fn a_reader_that_has_had_enough_is_no_panic() {
    let home = home();
    for shell in [
        "\"$PROGRAM\" check -v | head -1; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check -vvv 2>&1 | head -1; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check -vvv 2>&1 >/dev/null | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check --report json=- | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check --report json=- 2>&1 | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" list | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" serve --list-faults | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" explain upload.accepted | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" --help | true; echo \"code ${PIPESTATUS[0]}\"",
    ] {
        let said = piped(home.path(), shell);
        assert!(said.contains("code 0"), "{shell}: {said}");
        assert!(!said.contains("panicked"), "{shell}: {said}");
    }
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check --onyl 2>&1 | true; echo \"code ${PIPESTATUS[0]}\"",
    );
    assert!(said.contains("code 2"), "{said}");
}

#[test]
fn a_full_disk_is_told_and_no_panic() {
    let home = home();
    if !Path::new("/dev/full").exists() {
        return;
    }
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check > /dev/full; echo \"code $?\"",
    );
    assert!(
        said.contains("code 3") && said.contains("cannot be written") && !said.contains("panicked"),
        "{said}"
    );
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check --report json=/dev/full; echo \"code $?\"",
    );
    assert!(
        said.contains("code 3") && said.contains("cannot be written") && !said.contains("panicked"),
        "{said}"
    );
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check 2>/dev/full; echo \"code $?\"",
    );
    assert!(said.contains("code 0"), "{said}");
}
