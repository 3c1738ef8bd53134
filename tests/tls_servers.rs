//! The inspection of TLS against OpenSSL's own server with many settings: the findings are
//! snapshots, and the accepted versions and suites equal those that sslscan and testssl.sh report.
//!
//! If a program is missing, the test is skipped, unless `SAFE_REQUIRE_REAL_SERVERS` is `1`.

#[path = "support/missing.rs"]
mod missing;
#[path = "servers/process.rs"]
#[allow(dead_code, reason = "the tests of whole servers use all of it")]
mod process;
#[path = "support/thorough.rs"]
mod thorough;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use process::{Folder, Running, program, start};
use safe_conformance::diagnosis::{Problem, Shell};
use safe_conformance::engine::Verdict;
use safe_conformance::engine::{Pattern, Selection};
use safe_conformance::wire::Asking;
use safe_conformance::wire::tls::{Inspection, Version, suites};
use safe_conformance::wire::{Pace, PaceChoice, Seed, Transcript};
use safe_conformance::{Checkup, Target};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use thorough::in_full_or;

/// How long a scanner may take for one server, in seconds.
const PATIENCE: &str = "500";

/// One way in which `openssl s_server` is started.
struct Server {
    name: &'static str,
    certificate: &'static str,
    arguments: &'static [&'static str],
}

const fn server(
    name: &'static str,
    certificate: &'static str,
    arguments: &'static [&'static str],
) -> Server {
    Server {
        name,
        certificate,
        arguments,
    }
}

const OLD: &str = "DEFAULT:@SECLEVEL=0";

const SERVERS: &[Server] = &[
    server("tls1", "rsa", &["-tls1", "-cipher", OLD]),
    server("tls1_1", "rsa", &["-tls1_1", "-cipher", OLD]),
    server("tls1_2", "rsa", &["-tls1_2"]),
    server("tls1_3", "rsa", &["-tls1_3"]),
    server("all versions", "rsa", &["-cipher", OLD]),
    server("AES128-SHA", "rsa", &["-tls1_2", "-cipher", "AES128-SHA"]),
    server(
        "DHE-RSA-AES128-GCM-SHA256",
        "rsa",
        &["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
    ),
    server(
        "ECDHE-RSA-AES128-SHA",
        "rsa",
        &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"],
    ),
    server(
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ecdsa",
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
    ),
    server(
        "ECDHE-RSA-CHACHA20-POLY1305",
        "rsa",
        &["-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"],
    ),
    server("RSA 1024", "rsa-1024", &["-cipher", OLD]),
    server("SHA-1", "sha-1", &["-cipher", OLD]),
    server("client certificate", "rsa", &["-Verify", "1"]),
];

/// How many tests run at once: they wait for the servers.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let made: Arc<OnceLock<Certificates>> = Arc::default();
    let mut trials = Vec::new();
    let mut trial = |name: &'static str, needs: &'static [&'static str], run: fn(&Certificates)| {
        let made = Arc::clone(&made);
        trials.push(Trial::ignorable_test(name, move || {
            attempt(needs, || run(made.get_or_init(Certificates::make)))
        }));
    };
    trial("findings", &["openssl"], findings);
    trial("printed lines", &["openssl"], printed_lines);
    trial("sslscan", &["openssl", "sslscan"], agrees_with_sslscan);
    if in_full_or(true, false) {
        trial("testssl", &["openssl", "testssl"], agrees_with_testssl);
    } else {
        trials.push(Trial::ignorable_test("testssl", || {
            Ok(Completion::ignored_with(
                "it takes minutes; it runs where CI is set",
            ))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a test if the programs that it needs are there.
fn attempt(needs: &[&str], run: impl FnOnce()) -> Result<Completion, Failed> {
    let missing = needs.iter().find(|need| program(need, "").is_none());
    match missing {
        None => {
            run();
            Ok(Completion::Completed)
        }
        Some(program) => missing::skipped(format!("{program} is not installed")),
    }
}

/// Certificates for 127.0.0.1, made by OpenSSL, and the root that signed them.
struct Certificates {
    folder: TempDir,
}

impl Certificates {
    fn make() -> Self {
        let folder = TempDir::with_prefix("safe-conformance-").expect("a temporary folder");
        let made = Self { folder };
        let curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
        made.key("root", &curve);
        made.openssl(&[
            "req",
            "-x509",
            "-new",
            "-key",
            "root.key",
            "-out",
            "root.pem",
            "-days",
            "30",
            "-subj",
            "/CN=safe-conformance test root",
        ]);
        fs::write(
            made.path("leaf.cnf"),
            "subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\nkeyUsage = digitalSignature, keyEncipherment\nbasicConstraints = CA:FALSE\n",
        )
        .expect("a file");
        let rsa = |bits| ["-algorithm", "RSA", "-pkeyopt", bits];
        made.key("rsa", &rsa("rsa_keygen_bits:2048"));
        made.key("rsa-1024", &rsa("rsa_keygen_bits:1024"));
        made.key("sha-1", &rsa("rsa_keygen_bits:2048"));
        made.key("ecdsa", &curve);
        for name in ["rsa", "rsa-1024", "sha-1", "ecdsa"] {
            made.leaf(name, if name == "sha-1" { "-sha1" } else { "-sha256" });
        }
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("what was made")
    }

    fn key(&self, name: &str, kind: &[&str]) {
        let out = format!("{name}.key");
        self.openssl(&[&["genpkey", "-out", &out][..], kind].concat());
    }

    fn leaf(&self, name: &str, digest: &str) {
        let [key, request, out] = ["key", "csr", "pem"].map(|kind| format!("{name}.{kind}"));
        let subject = "/CN=safe-conformance test";
        self.openssl(&[
            "req", "-new", "-key", &key, "-out", &request, "-subj", subject,
        ]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-out",
            &out,
            "-days",
            "30",
            digest,
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-extfile",
            "leaf.cnf",
        ]);
    }

    fn openssl(&self, arguments: &[&str]) {
        let mut command = openssl();
        let output = command
            .args(arguments)
            .current_dir(self.folder.path())
            .output();
        let output = output.expect("openssl runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }
}

fn openssl() -> Command {
    Command::new(program("openssl", "").expect("looked for before the test began"))
}

impl Server {
    /// Starts the server, which ends when the value is dropped.
    fn start(&self, certificates: &Certificates) -> Running {
        let name = self.certificate;
        let (leaf, key) = (
            certificates.read(&format!("{name}.pem")),
            certificates.read(&format!("{name}.key")),
        );
        start(|folder: &Folder, port| {
            let mut command = openssl();
            command
                .args(["s_server", "-www", "-accept", &format!("127.0.0.1:{port}")])
                .arg("-cert")
                .arg(folder.write("leaf.pem", &leaf))
                .arg("-key")
                .arg(folder.write("key.pem", &key))
                .args(self.arguments)
                // These servers must also offer what the distribution forbids.
                .env("OPENSSL_CONF", "/dev/null");
            command
        })
    }
}

/// The findings of the TLS checks, and what they observed.
fn inspect(port: u16, root: &str) -> (String, Inspection) {
    let target = Target::parse(&format!("https://127.0.0.1:{port}/safe")).expect("a good URL");
    let checkup = Checkup::new(target.trusting(root))
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast))
        .selecting(Selection {
            only: vec![Pattern::new("tls")],
            ..Selection::default()
        });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let done = runtime.block_on(checkup.run_with(|_| {})).expect("it runs");
    let mut text = String::new();
    for (client, directions) in &done.report.clients {
        for (direction, summary) in directions {
            let _ = write!(text, "{client} {direction} {}. ", summary.verdict);
        }
    }
    text.push('\n');
    let tls_findings = done.report.findings.iter().filter(|finding| {
        matches!(
            finding.verdict,
            Verdict::Fail | Verdict::Warn | Verdict::Note | Verdict::Blocked | Verdict::Error
        )
    });
    for finding in tls_findings {
        let _ = writeln!(
            text,
            "  {} {}: {}",
            finding.verdict, finding.id, finding.observed
        );
    }
    (text, seen(&done.transcript))
}

fn seen(transcript: &Transcript) -> Inspection {
    let json: serde_json::Value =
        serde_json::from_str(&transcript.to_json()).expect("a transcript is JSON");
    let entries = json["exchanges"].as_array().expect("exchanges").iter();
    let inspection = entries
        .map(|entry| &entry["got"]["inspection"]["Ok"])
        .find(|inspection| inspection.is_object());
    let inspection = inspection.expect("an inspection").clone();
    serde_json::from_value(inspection).expect("an inspection as it was written")
}

/// Runs a function with every server, all at once, and returns the results in their order.
fn with_each<T: Send>(
    certificates: &Certificates,
    act: impl Fn(&Server, &Running) -> T + Sync,
) -> Vec<T> {
    let act = &act;
    std::thread::scope(|scope| {
        let threads: Vec<_> = SERVERS
            .iter()
            .map(|server| scope.spawn(move || act(server, &server.start(certificates))))
            .collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|joined| joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// The lines that a report prints for a certificate without a public authority create a certificate
/// that passes every check of TLS.
fn printed_lines(certificates: &Certificates) {
    let problem = Problem::of("problem.self-signed").expect("a problem of the catalogue");
    let asking = Asking::default();
    let lines = problem.lines_to_paste(&Shell {
        base: "https://127.0.0.1:8443/safe",
        asking: &asking,
        software: &[],
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in &lines {
        let mut shell = Command::new("sh");
        let ended = shell
            .args(["-c", line])
            .current_dir(certificates.folder.path())
            .output();
        let ended = ended.expect("a shell");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{line}: {said}");
    }
    let verify = [
        "verify",
        "-purpose",
        "sslserver",
        "-CAfile",
        "ca.pem",
        "server.pem",
    ];
    certificates.openssl(&verify);
    let running = server("printed lines", "server", &[]).start(certificates);
    let (text, _) = inspect(running.port, &certificates.read("ca.pem"));
    // `openssl s_server` sends no date, which another check judges.
    assert!(text.starts_with("Android backup partial."), "{text}");
    for verdict in ["fail", "warn"] {
        assert!(!text.contains(&format!("  {verdict} ")), "{text}");
    }
}

fn findings(certificates: &Certificates) {
    let root = certificates.read("root.pem");
    let texts = with_each(certificates, |server, running| {
        let (text, seen) = inspect(running.port, &root);
        assert!(
            seen.connections <= 40,
            "{}: {}",
            server.name,
            seen.connections
        );
        format!(
            "{}, certificate {}\n{text}",
            server.name, server.certificate
        )
    });
    insta::assert_snapshot!("openssl", texts.join("\n"));
}

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

fn agrees_with_sslscan(certificates: &Certificates) {
    let root = certificates.read("root.pem");
    with_each(certificates, |server, running| {
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
            certificates.folder.path(),
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

fn agrees_with_testssl(certificates: &Certificates) {
    let root = certificates.read("root.pem");
    with_each(certificates, |server, running| {
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
            certificates.folder.path(),
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
