//! What sslscan and testssl.sh report of each server is what the inspection found.

use crate::inspect;
use crate::openssl::{Certificates, Server, with_each};
use crate::process::program;
use safe_conformance::wire::tls::{Inspection, Version, suites};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// How long a scanner may take for one server, in seconds.
const PATIENCE: &str = "500";

/// What one program reports as accepted: versions of TLS, and suites of those versions for which it
/// asks one by one.
#[derive(PartialEq, Eq, Debug)]
struct Accepted {
    versions: BTreeSet<&'static str>,
    suites: BTreeSet<String>,
}

impl Accepted {
    fn of(seen: &Inspection) -> Self {
        let offered = Version::ALL
            .into_iter()
            .filter(|version| seen.offers(*version));
        Self {
            versions: offered.map(Version::name).collect(),
            suites: seen
                .accepted(&asked_for())
                .into_iter()
                .map(suites::name)
                .collect(),
        }
    }
}

fn asked_for() -> Vec<u16> {
    [suites::TLS13, suites::ECDHE, suites::ECDHE_CBC_SHA2].concat()
}

/// Whether the scanners can complete a handshake with the server's key: they do not offer the curve
/// secp256k1, and so they find no suite.
fn is_scanned(server: &Server) -> bool {
    server.certificate != "secp256k1"
}

/// Runs a scanner with a time limit.
fn scan(name: &str, arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new("timeout");
    let path = program(name, "").expect("looked for before the test began");
    command.arg(PATIENCE).arg(path).args(arguments);
    command.current_dir(folder).env("OPENSSL_CONF", "/dev/null");
    command.output().expect("it runs")
}

/// The value of an attribute in a line of XML.
fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    let after = line
        .split_once(&format!(" {name}=\""))
        .map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default()
}

pub fn agrees_with_sslscan(certificates: &Certificates) {
    let root = certificates.read("root.pem");
    with_each(certificates, |server, running| {
        if !is_scanned(server) {
            return;
        }
        let target = format!("127.0.0.1:{}", running.port);
        let out = scan(
            "sslscan",
            &[
                "--no-heartbleed",
                "--no-renegotiation",
                "--no-compression",
                "--no-fallback",
                "--no-groups",
                "--no-check-certificate",
                "--xml=-",
                &target,
            ],
            certificates.folder(),
        );
        let xml = String::from_utf8_lossy(&out.stdout).into_owned();
        let lines = || xml.lines().map(str::trim);
        assert!(
            lines().any(|line| line.starts_with("<protocol ")),
            "{}: {xml}",
            server.name
        );
        let versions = Version::ALL.into_iter().filter(|version| {
            lines().any(|line| {
                line.starts_with("<protocol type=\"tls\"")
                    && version.name() == format!("TLS {}", attribute(line, "version"))
                    && attribute(line, "enabled") == "1"
            })
        });
        // It names suites of TLS 1.3 and 1.2 in the same way; only those versions count here.
        let modern = lines().filter(|line| {
            line.starts_with("<cipher ")
                && matches!(attribute(line, "sslversion"), "TLSv1.2" | "TLSv1.3")
        });
        let asked: BTreeSet<_> = asked_for().into_iter().map(suites::name).collect();
        let theirs = Accepted {
            versions: versions.map(Version::name).collect(),
            suites: modern
                .map(|line| attribute(line, "cipher").to_owned())
                .filter(|name| asked.contains(name))
                .collect(),
        };
        let (_, seen) = inspect(running.port, &root);
        let ours = Accepted::of(&seen);
        if server.arguments.contains(&"-Verify") {
            // It counts every completed handshake, and shows no certificate; we count what the
            // server chooses.
            assert_eq!(ours.versions, theirs.versions, "{}", server.name);
            return;
        }
        assert_eq!(ours, theirs, "{}", server.name);
        // If it reports a suite without forward secrecy, we also report one.
        let weak: BTreeSet<_> = suites::WITHOUT_FORWARD_SECRECY
            .iter()
            .map(|suite| suites::name(*suite))
            .collect();
        let theirs = lines().any(|line| {
            attribute(line, "sslversion") == "TLSv1.2" && weak.contains(attribute(line, "cipher"))
        });
        assert_eq!(
            seen.without_forward_secrecy.is_version(Version::Tls12),
            theirs,
            "{}",
            server.name
        );
    });
}

pub fn agrees_with_testssl(certificates: &Certificates) {
    let root = certificates.read("root.pem");
    with_each(certificates, |server, running| {
        if !is_scanned(server) {
            return;
        }
        let target = format!("127.0.0.1:{}", running.port);
        let json = certificates.path(&format!("{}.json", running.port));
        // testssl appends to an existing file, such as that of a server that used the port before.
        let _ = fs::remove_file(&json);
        let file = json.display().to_string();
        scan(
            "testssl",
            &[
                "--quiet",
                "--color",
                "0",
                "--warnings",
                "off",
                "--jsonfile",
                &file,
                "-p",
                "-f",
                &target,
            ],
            certificates.folder(),
        );
        let text = fs::read_to_string(&json).expect("testssl writes JSON");
        let tls_findings: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
        let finding = |id: &str| {
            let found = tls_findings.iter().find(|finding| finding["id"] == id);
            found
                .and_then(|finding| finding["finding"].as_str())
                .unwrap_or_default()
        };
        let versions = [
            ("TLS1", "TLS 1.0"),
            ("TLS1_1", "TLS 1.1"),
            ("TLS1_2", "TLS 1.2"),
            ("TLS1_3", "TLS 1.3"),
        ];
        let offered = versions
            .into_iter()
            .filter(|(id, _)| finding(id).starts_with("offered"));
        let (_, seen) = inspect(running.port, &root);
        let mut ours = Accepted::of(&seen);
        let asked: BTreeSet<_> = asked_for().into_iter().map(suites::name).collect();
        let named = finding("PFS_ciphers").split_whitespace().map(str::to_owned);
        let mut theirs = Accepted {
            versions: offered.map(|(_, name)| name).collect(),
            suites: named.filter(|name| asked.contains(name)).collect(),
        };
        if !ours.versions.contains("TLS 1.2") && !ours.versions.contains("TLS 1.3") {
            // It names suites of any version, and ours belong to TLS 1.2 and 1.3.
            ours.suites.clear();
            theirs.suites.clear();
        }
        assert_eq!(ours, theirs, "{}", server.name);
    });
}
