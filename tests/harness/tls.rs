//! TLS seen from outside: which roots count, that no credentials are sent, and that a transcript
//! has the same findings.

use super::command_line::{assert_judged_alike, finding, home, report};
use super::support::program::{file, program};
use super::support::reference::Reference;
use safe_conformance::reference::{Fault, Options};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn server(faults: &[Fault]) -> Reference {
    Reference::start(Options {
        faults: faults.to_vec(),
        ..Options::default()
    })
}

/// Runs `check --only tls` with only the roots in `store`.
fn check(home: &Path, server: &Reference, store: &str) -> Command {
    let store = file(home, "store.pem", store);
    let mut command = program(home);
    command
        .args(["check", server.url(), "--only", "tls", "--timeout", "5"])
        .env("SSL_CERT_FILE", store)
        .env("SSL_CERT_DIR", home);
    command
}

fn root(server: &Reference) -> &str {
    server.running.root_certificate().expect("it speaks TLS")
}

fn verdict(report: &Value, id: &str) -> String {
    finding(report, id, "")["verdict"].to_string()
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_store_of_the_machine_decides_and_none_decides_nothing() {
    let (server, home) = (server(&[]), home());
    let (trusted, ended) = report(&mut check(home.path(), &server, root(&server)));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(verdict(&trusted, "tls.trusted"), "\"pass\"");
    let (without, ended) = report(&mut check(home.path(), &server, ""));
    assert_eq!(
        verdict(&without, "tls.trusted"),
        "\"blocked\"",
        "{}",
        ended.all()
    );
    assert_eq!(without["clients"]["ios"]["backup"]["verdict"], "unknown");
    let mut given = check(home.path(), &server, "");
    let (given, _) = report(
        given
            .arg("--ca-file")
            .arg(file(home.path(), "ca.pem", root(&server))),
    );
    assert_eq!(verdict(&given, "tls.trusted"), "\"pass\"");
}

#[test]
fn no_credentials_are_asked_for_or_missed() {
    let (server, home) = (server(&[]), home());
    let mut command = check(home.path(), &server, root(&server));
    let (report, ended) = report(command.args(["--user", "alice"]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let issues = &report["clients"]["ios"]["restore"]["known_issues"];
    assert_eq!(issues.as_array().map(Vec::len), Some(0), "{report}");
    let asked = server.running.requests();
    assert_eq!(
        asked.len(),
        1,
        "one plain request tells the time: {asked:?}"
    );
}

#[test]
fn a_transcript_of_tls_is_judged_the_same() {
    for fault in [
        Fault::CertificateExpired,
        Fault::CertificateExpiresSoon,
        Fault::CertificateChainIncomplete,
        Fault::CertificateOneTimestamp,
        Fault::CertificateSha1,
        Fault::Tls11Only,
        Fault::TlsPlainHttp,
        Fault::ClockWrong,
    ] {
        let (server, home) = (server(&[fault]), home());
        assert_judged_alike(home.path(), &mut check(home.path(), &server, root(&server)));
    }
}

#[test]
fn the_report_names_each_rule_of_ats_and_what_mends_it() {
    let (server, home) = (server(&[Fault::CertificateRsa1024]), home());
    let mut command = check(home.path(), &server, root(&server));
    let ended = super::support::program::run(&mut command);
    let text = ended.all();
    for words in [
        "checks    tls.key",
        "the key is RSA 1024",
        "App Transport Security (iOS): 4 of 5 rules are met; not tls.key",
        "certbot certonly",
        "iOS      backup FAIL     restore FAIL",
        "because of problem.weak-certificate",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(ended.code, Some(1));
}

/// Each command that does not judge TLS says how to see what is wrong, and how to trust a root.
#[test]
#[ignore = "it takes long: CI runs it"]
fn an_untrusted_certificate_comes_with_the_way_to_trust_it() {
    let (server, home) = (server(&[]), home());
    let other = rcgen::generate_simple_self_signed(["other.example".to_owned()]);
    let other = other.expect("a certificate").cert.pem();
    let store = file(home.path(), "store.pem", &other);
    let url = server.url();
    for arguments in [
        &["inspect", "--from", url, "--id", "ECHOECHO"][..],
        &["retention", "plant", "--ledger", "l.json", url],
        &["setup", url, "--dry-run"],
    ] {
        let mut command = program(home.path());
        command
            .args(arguments)
            .current_dir(home.path())
            .env("SAFE_BACKUP_PASSWORD", "a password for tests")
            .env("SSL_CERT_FILE", &store)
            .env("SSL_CERT_DIR", home.path());
        let ended = super::support::program::run(&mut command);
        let text = ended.all();
        let flat: Vec<_> = text.split_whitespace().collect();
        for words in [
            "the certificate's issuer is not trusted",
            "Run `check` with the same URL",
            "--ca-file",
        ] {
            assert!(flat.join(" ").contains(words), "{words}: {text}");
        }
        assert_eq!(ended.code, Some(3), "{text}");
    }
}
