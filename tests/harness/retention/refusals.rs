//! What a server refuses: the exit code follows from the reason, and the report names it.

use super::program::{long_ago, retention};
use crate::support::at_once::at_once;
use crate::support::program::{Ended, run};
use crate::support::scripted::{Asked, Deed, PASSWORD, Reply, Scripted};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request, its refusal, and the exit codes of `plant`, `verify` and `end`; `None` if the command
/// does not send this request.
struct Case {
    method: &'static str,
    is_config: bool,
    status: u16,
    codes: [Option<i32>; 3],
}

const COMMANDS: [&str; 3] = ["plant", "verify", "end"];

const fn case(method: &'static str, status: u16, codes: [Option<i32>; 3]) -> Case {
    Case {
        method,
        is_config: false,
        status,
        codes,
    }
}

const fn config(status: u16, code: i32) -> Case {
    Case {
        method: "GET",
        is_config: true,
        status,
        codes: [Some(code); 3],
    }
}

#[rustfmt::skip]
const CASES: [Case; 11] = [
    config(401, 5),
    config(429, 5),
    config(403, 3),
    config(500, 3),
    case("GET", 401, [Some(5), Some(5), Some(5)]),
    case("GET", 429, [Some(5), Some(5), Some(5)]),
    case("GET", 500, [Some(3), Some(3), Some(3)]),
    case("PUT", 401, [Some(5), None, None]),
    case("PUT", 403, [Some(3), None, None]),
    case("DELETE", 401, [Some(5), None, Some(5)]),
    case("DELETE", 403, [Some(3), None, Some(3)]),
];

impl Case {
    fn reply(&self, asked: &Asked) -> Deed {
        let place = if self.is_config {
            asked.path.ends_with("/config")
        } else {
            asked.backup().is_some()
        };
        if asked.method != self.method || !place {
            return Deed::Healthy;
        }
        let reply = Reply::new(self.status, "");
        Deed::Reply(match self.status {
            401 => reply.with("WWW-Authenticate", "Basic realm=\"safe\""),
            // Longer than anybody waits.
            429 => reply.with("Retry-After", "3600"),
            _ => reply,
        })
    }
}

fn command(home: &Path, server: &Scripted, command: &str, more: &[&str]) -> Ended {
    let mut command = retention(home, &server.url(), &[command, "--ledger", "l.json"]);
    run(command.args(more).env("SAFE_SERVER_PASSWORD", PASSWORD))
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_exit_code_of_a_refusal_follows_from_its_reason() {
    let cases = CASES.iter().flat_map(|case| {
        let codes = COMMANDS.into_iter().zip(case.codes);
        codes.filter_map(move |(name, code)| Some((case, name, code?)))
    });
    at_once(cases, |(case, name, code)| {
        let server = Scripted::start(|asked| case.reply(asked));
        let home = tempfile::tempdir().expect("a temporary folder");
        if name != "plant" {
            long_ago(&home.path().join("l.json"), &server.url(), 100);
        }
        let ended = command(home.path(), &server, name, &[]);
        let context = format!("{} {} {name}: {}", case.method, case.status, ended.all());
        assert_eq!(ended.code, Some(code), "{context}");
        assert!(
            home.path().join("l.json").exists() || name == "plant",
            "{context}"
        );
    });
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_visit_that_is_shut_out_says_so_in_its_report_and_stays_due() {
    for (status, cause) in [
        (401, "blocked.credentials-refused"),
        (429, "blocked.limit"),
        (500, ""),
    ] {
        let case = case("GET", status, [None; 3]);
        let server = Scripted::start(move |asked| case.reply(asked));
        let home = tempfile::tempdir().expect("a temporary folder");
        long_ago(&home.path().join("l.json"), &server.url(), 100);
        let ended = command(home.path(), &server, "verify", &["--report", "json=-"]);
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON alone");
        crate::command_line::assert_valid(&report);
        let is_shut_out = status != 500;
        assert_eq!(
            report["exit"],
            if is_shut_out { 5 } else { 3 },
            "{}",
            ended.all()
        );
        assert_eq!(report["complete"], false);
        let findings = report["findings"].as_array().expect("findings");
        let blocked = findings.iter().filter(|it| it["cause"] == cause).count();
        assert_eq!(blocked > 0, is_shut_out, "{report}");
        // The way out is said once, however many canaries are due.
        let fix = ended.stderr.matches("Check user name").count()
            + ended.stderr.matches("Wait half an hour").count();
        assert_eq!(fix, usize::from(is_shut_out), "{}", ended.all());
        let status = command(home.path(), &server, "status", &[]);
        assert!(status.stdout.contains("(due)"), "{}", status.all());
    }
}

/// Where no credentials were given, a server that demands them shuts out all the same.
#[test]
fn a_login_that_was_forgotten_is_a_refusal_of_the_credentials() {
    let server = Scripted::start(|asked| {
        if asked.path.ends_with("/config") {
            return Deed::Reply(Reply::new(200, crate::support::scripted::CONFIG));
        }
        Deed::Healthy
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut plant = retention(home.path(), &server.url(), &["plant", "--ledger", "l.json"]);
    plant
        .env_remove("SAFE_SERVER_USER")
        .env_remove("SAFE_SERVER_PASSWORD");
    let ended = run(&mut plant);
    assert_eq!(ended.code, Some(5), "{}", ended.all());
    assert_eq!(server.count("PUT"), 0);
}

/// A ledger that cannot be written is no mistake in the arguments: what it held before remains.
#[cfg(unix)]
#[test]
fn a_ledger_that_cannot_be_replaced_leaves_the_run_incomplete() {
    let server = Scripted::start(|_| Deed::Healthy);
    let home = tempfile::tempdir().expect("a temporary folder");
    let ledger = home.path().join("l.json");
    long_ago(&ledger, &server.url(), 10);
    let before = std::fs::read(&ledger).expect("a ledger");
    let verify = ["verify", "--ledger", "l.json"];
    let ended = run(&mut on_full_disk(&retention(
        home.path(),
        &server.url(),
        &verify,
    )));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stderr.contains("failed to write the ledger"),
        "{}",
        ended.all()
    );
    assert_eq!(std::fs::read(&ledger).expect("a ledger"), before);
    // Nothing else than the ledger is left beside it.
    let left = std::fs::read_dir(home.path()).expect("a folder").count();
    assert_eq!(left, 1);
}

/// A trial that can be neither stored nor deleted leaves the canaries to be planted, and a later
/// visit plants them.
#[test]
#[ignore = "it takes long: CI runs it"]
fn what_could_not_be_planted_is_planted_once_the_server_is_mended() {
    let is_mended = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&is_mended);
    let server = Scripted::start(move |asked| {
        let writes = matches!(asked.method.as_str(), "PUT" | "DELETE");
        if writes && !shared.load(Ordering::Relaxed) {
            return Deed::Reply(Reply::new(405, ""));
        }
        Deed::Healthy
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    let asked = |what| {
        let mut command = retention(home.path(), &server.url(), &[what, "--ledger", "l.json"]);
        command.env("SAFE_SERVER_PASSWORD", PASSWORD);
        run(&mut command)
    };
    let planted = asked("plant");
    assert_eq!(planted.code, Some(3), "{}", planted.all());
    let refused = asked("verify");
    assert_ne!(refused.code, Some(0), "{}", refused.all());
    is_mended.store(true, Ordering::Relaxed);
    let verified = asked("verify");
    assert_eq!(verified.code, Some(0), "{}", verified.all());
    assert!(server.stored().len() > 3, "{}", verified.all());
    let ended = asked("end");
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(server.stored().is_empty(), "{}", ended.all());
}

/// Nothing was written before the first canary, so that nothing is claimed to be left.
#[cfg(unix)]
#[test]
fn a_plant_on_a_full_disk_leaves_no_empty_ledger() {
    let server = Scripted::start(|_| Deed::Healthy);
    let home = tempfile::tempdir().expect("a temporary folder");
    let plant = retention(home.path(), &server.url(), &["plant", "--ledger", "l.json"]);
    let ended = run(&mut on_full_disk(&plant));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stderr.contains("No canary was uploaded"),
        "{}",
        ended.all()
    );
    let left = std::fs::read_dir(home.path()).expect("a folder").count();
    assert_eq!(left, 0);
}

/// The command where no file may grow, as on a full disk.
#[cfg(unix)]
fn on_full_disk(command: &std::process::Command) -> std::process::Command {
    let mut full = std::process::Command::new("sh");
    full.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    if let Some(folder) = command.get_current_dir() {
        full.current_dir(folder);
    }
    full
}

/// The JSON report of `verify` and how it ended; a damage that an earlier visit found is in
/// `l.json`.
fn reported(home: &Path, url: &str) -> (serde_json::Value, Ended) {
    let mut command = retention(
        home,
        url,
        &[
            "verify", "--moved", "--ledger", "l.json", "--report", "json=-",
        ],
    );
    let ended = run(command.env("SAFE_SERVER_PASSWORD", PASSWORD));
    let report = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.all()));
    crate::command_line::assert_valid(&report);
    (report, ended)
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_visit_that_is_refused_as_a_whole_has_a_report() {
    for (status, code, verdict) in [(401, 5, "blocked"), (429, 5, "blocked"), (500, 3, "error")] {
        let case = config(status, code);
        let server = Scripted::start(move |asked| case.reply(asked));
        let home = tempfile::tempdir().expect("a temporary folder");
        long_ago(&home.path().join("l.json"), &server.url(), 100);
        let (report, ended) = reported(home.path(), &server.url());
        assert_eq!(ended.code, Some(code), "{}", ended.all());
        assert_eq!(report["exit"], code, "{report}");
        assert_eq!(report["complete"], false, "{report}");
        let findings = report["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 5);
        for finding in findings {
            assert_eq!(finding["verdict"], verdict, "{finding}");
        }
        assert!(
            ended.stderr.contains("a GET of `config`"),
            "{}",
            ended.all()
        );
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    long_ago(&home.path().join("l.json"), "http://127.0.0.1:9/safe", 100);
    let (report, ended) = reported(home.path(), "http://127.0.0.1:9/safe");
    assert_eq!((ended.code, &report["exit"]), (Some(3), &3.into()));
}

/// Near misses: an earlier loss stays a loss, and a mistake in the arguments has no report.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_refused_visit_does_not_hide_an_earlier_loss() {
    let refuses = AtomicBool::new(false);
    let refuses = Arc::new(refuses);
    let scripted = Arc::clone(&refuses);
    let server = Scripted::start(move |asked| {
        if scripted.load(Ordering::Relaxed) {
            config(401, 5).reply(asked)
        } else {
            Deed::Healthy
        }
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    long_ago(&home.path().join("l.json"), &server.url(), 179);
    let (report, ended) = reported(home.path(), &server.url());
    assert_eq!((ended.code, &report["exit"]), (Some(1), &1.into()));
    refuses.store(true, Ordering::Relaxed);
    let (report, ended) = reported(home.path(), &server.url());
    assert_eq!((ended.code, &report["exit"]), (Some(1), &1.into()));
    assert!(
        ended.stderr.contains("a canary was lost"),
        "{}",
        ended.all()
    );
    let fails = report["summary"]["fail"].as_u64();
    assert!(fails > Some(0), "{report}");
    let arguments = ["verify", "--ledger", "l.json", "--report", "json=-"];
    let ended = run(
        retention(home.path(), "http://127.0.0.1:9/safe", &arguments)
            .env("SAFE_SERVER_PASSWORD", PASSWORD),
    );
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(2), ""),
        "{}",
        ended.all()
    );
}
