//! The clients under `vectors/adapters`, as a reader runs them: with `--exec`.

use crate::left_to_ci::left_to_ci;
use crate::missing::skipped;
use crate::tools::{self, succeeds};
use crate::{deviations, runtime, world};
use libtest_mimic::{Completion, Failed, Trial};
use safe_conformance::Rig;
use safe_conformance::engine::Verdict;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long one action may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command, or what is missing for it.
type Found = Result<String, &'static str>;

/// An example: its name, its command, and the groups of cases that it plays. Of `payload`, those
/// whose documents no reader may take: all would take minutes.
type Example = (&'static str, fn() -> Found, &'static [&'static str]);

pub fn trials() -> Vec<Trial> {
    let examples: [Example; 4] = [
        (
            "python",
            python,
            &[
                "test",
                "backup",
                "restore",
                "delete",
                "password",
                "tls",
                "login",
                "payload.version-2",
                "payload.no-info",
            ],
        ),
        (
            "node",
            node,
            &[
                "restore",
                "tls",
                "login",
                "payload.version-2",
                "payload.no-info",
            ],
        ),
        // A shell has no parser of JSON, so it does not know every `config`.
        ("curl", curl, &["test", "delete"]),
        (
            "go",
            go,
            &[
                "restore",
                "tls",
                "login",
                "payload.version-2",
                "payload.no-info",
            ],
        ),
    ];
    let trial = |(name, command, groups): Example| {
        left_to_ci(Trial::ignorable_test(format!("exec/{name}"), move || {
            example(name, command(), groups)
        }))
    };
    let mut trials: Vec<_> = examples.into_iter().map(trial).collect();
    trials.push(Trial::test("exec/examples_are_short", are_short));
    trials
}

/// What an author reads first: the HTTP part of each example.
fn are_short() -> Result<(), Failed> {
    let parts = [
        ("rig.go", None, 45),
        ("rig.sh", None, 40),
        (
            "adapter.py",
            Some(("def ask(", "for line in sys.stdin:")),
            60,
        ),
        (
            "adapter.mjs",
            Some(("// The server of", "for await (const line")),
            60,
        ),
    ];
    for (name, part, most) in parts {
        let text = std::fs::read_to_string(adapters().join(name))?;
        let part = match part {
            Some((begins, ends)) => {
                let from = text.find(begins).ok_or("no beginning")?;
                let to = text.find(ends).ok_or("no end")?;
                &text[from..to]
            }
            None => &text,
        };
        let lines = part.lines().count();
        if lines > most {
            return Err(format!("{name} has {lines} lines; expected at most {most}").into());
        }
    }
    Ok(())
}

fn example(name: &str, command: Found, groups: &[&str]) -> Result<Completion, Failed> {
    let command = match command {
        Ok(command) => command,
        Err(why) => return skipped(why),
    };
    let looking_back = ["request", "hosts", "secret", "body"];
    let rig = groups
        .iter()
        .chain(&looking_back)
        .fold(Rig::new().acting_for(world()).jobs(4), |rig, group| {
            rig.only(&format!("rig.{group}"))
        });
    let report = runtime().block_on(rig.run_command(&command, PATIENCE, |_| {}))?;
    let found = deviations(&report).join("\n");
    let findings = report.findings.iter();
    let passed = findings.filter(|finding| finding.verdict == Verdict::Pass);
    let passed = passed.count();
    insta::assert_snapshot!(format!("exec_{name}"), format!("{passed} passed\n{found}"));
    Ok(Completion::Completed)
}

fn adapters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/adapters")
}

fn python() -> Found {
    let python = tools::python()?;
    Ok(format!(
        "exec '{}' '{}/adapter.py'",
        python.display(),
        adapters().display()
    ))
}

fn node() -> Found {
    let packages = tools::node_packages()?;
    Ok(format!(
        "exec node '{}/adapter.mjs' '{}'",
        adapters().display(),
        packages.display()
    ))
}

fn curl() -> Found {
    let kdf = [
        "kdf", "-keylen", "8", "-kdfopt", "pass:a", "-kdfopt", "salt:b",
    ];
    let kdf = kdf.into_iter().chain([
        "-kdfopt", "n:16", "-kdfopt", "r:8", "-kdfopt", "p:1", "SCRYPT",
    ]);
    if !succeeds(Command::new("curl").arg("--version"))
        || !succeeds(Command::new("openssl").args(kdf))
    {
        return Err("curl and OpenSSL 3 are not there");
    }
    Ok(format!("exec sh '{}/rig.sh'", adapters().display()))
}

fn go() -> Found {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rig-go");
    let mut build = Command::new("go");
    build
        .args(["build", "-o"])
        .arg(&program)
        .arg(adapters().join("rig.go"))
        .envs([
            ("GO111MODULE", "off"),
            ("GOPATH", "/usr/share/gocode"),
            ("GOFLAGS", ""),
        ])
        .env(
            "GOCACHE",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"),
        );
    if !succeeds(&mut build) {
        return Err(
            "Go with golang.org/x/crypto is not there: install golang-go and golang-golang-x-crypto-dev",
        );
    }
    // Go trusts only the certificates that these two variables name.
    Ok(format!(
        "SSL_CERT_FILE=$SAFE_RIG_CA SSL_CERT_DIR=/dev/null exec '{}'",
        program.display()
    ))
}
