//! Adapters that misbehave: this program, started as one, and how the runner reports it.

use crate::own::Own;
use crate::wrong;
use libtest_mimic::{Failed, Trial};
use safe_conformance::ClientCheckup;
use safe_conformance::adapter::{Implementation, Limits, serve};
use safe_conformance::clients::Release;
use safe_conformance::engine::Verdict;
use safe_conformance::engine::{Finding, Pattern, Selection, StopReason};
use safe_conformance::report::Report;
use safe_conformance::safe::Client;
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// The variable that says how this program misbehaves as an adapter.
pub const VARIABLE: &str = "SAFE_TEST_ADAPTER";

/// The vector at which the adapter misbehaves, recognised by its key of zero bytes; two vectors
/// before and two after it, at which the adapter behaves.
const TOUCHY: &str = "secretbox.key-zero";
const OTHERS: [&str; 2] = ["secretbox.tag-zero", "secretbox.tag-last"];

/// Longer than any correct answer takes here, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the runner waits for a hanging adapter.
const SHORT: Duration = Duration::from_secs(3);

/// A way to misbehave at the vector, and the text of the finding.
const AT_A_VECTOR: &[(&str, &str)] = &[
    ("ends", "it ended instead of answering: exit status 7"),
    (
        "aborts",
        "it ended instead of answering: killed by signal 6; last line of its standard error: `about to abort`",
    ),
    ("hangs", "it did not answer within 3 s"),
    (
        "closes",
        "it ended instead of answering: it closed its standard output",
    ),
    (
        "garbage",
        "the line is not a JSON object (expected ident at line 1 column 2): `no JSON`",
    ),
    (
        "array",
        "the line is not a JSON object (it is another JSON value): `[1]`",
    ),
    ("latin-1", "the line is not a JSON object"),
    ("huge", "its answer is longer than 100000 bytes"),
    (
        "wrong-id",
        "the answer has the ID of request 999; expected ",
    ),
    ("half", "it ended instead of answering: exit status 0"),
    (
        "two-outcomes",
        "an answer must have exactly one of `ok`, `error` and `unsupported`, got 2",
    ),
    (
        "no-outcome",
        "an answer must have exactly one of `ok`, `error` and `unsupported`, got 0",
    ),
    ("surplus-key", "unknown field `verdict`"),
    ("surplus-output", "unknown field `length`"),
    ("no-output", "missing field `plaintext`"),
    (
        "upper-case",
        "expected bytes as pairs of lower-case hexadecimal digits",
    ),
    ("unknown-stage", "unknown variant `unlock`"),
];

/// A way to misbehave at the start, and the text of the finding of `adapter.starts`.
const AT_THE_START: &[(&str, &str)] = &[
    ("prints-first", "the line is not a JSON object"),
    (
        "ends-at-hello",
        "it ended instead of answering: exit status 3; last line of its standard error: `no licence`",
    ),
    ("hangs-at-hello", "it did not answer within 3 s"),
    ("refuses-hello", "`hello` is refused: not today"),
    (
        "other-protocol",
        "it speaks version 2 of the protocol, but this program speaks version 1",
    ),
    ("nameless", "missing field `name`"),
];

type Test = fn() -> Result<(), Failed>;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (way, says) in AT_A_VECTOR {
        trials.push(Trial::test(format!("misbehaving/{way}"), || {
            at_a_vector(way, says)
        }));
    }
    for (way, says) in AT_THE_START {
        trials.push(Trial::test(format!("misbehaving/{way}"), || {
            at_the_start(way, says)
        }));
    }
    let others: [(&str, Test); 8] = [
        ("a line nobody asked for", || {
            one(
                "answers-twice",
                OTHERS[1],
                Verdict::Fail,
                "it wrote a line without a request",
            )
        }),
        ("floods standard error", || {
            one("floods", TOUCHY, Verdict::Pass, "refused at `open`")
        }),
        ("does not go", || {
            one(
                "stays",
                "adapter.ends",
                Verdict::Warn,
                "after `bye` and was killed",
            )
        }),
        ("a slip in an operation", || {
            one(
                "slip",
                "adapter.operations",
                Verdict::Warn,
                "`open_bocx` is not an operation, did you mean `open_box`?",
            )
        }),
        ("one operation less", || {
            one(
                "lacks",
                TOUCHY,
                Verdict::NotApplicable,
                "unsupported, it says: not at zero",
            )
        }),
        ("the README shows what is said of one", the_manual_shows_one),
        ("what it has started goes with it", orphans),
        ("a stop ends the run", stopped),
    ];
    trials.extend(others.map(|(name, test)| Trial::test(format!("misbehaving/{name}"), test)));
    trials
}

fn checkup(way: &str) -> Result<ClientCheckup, Failed> {
    let program = std::env::current_exe()?;
    let mut checkup = ClientCheckup::new(format!(
        "exec env '{VARIABLE}={way}' '{}'",
        program.display()
    ));
    let ids = [OTHERS[0], TOUCHY, OTHERS[1], "adapter"];
    checkup = checkup.selecting(Selection {
        only: ids.map(Pattern::new).to_vec(),
        ..Selection::default()
    });
    let patience = |tried: &str| if way == tried { SHORT } else { PATIENCE };
    Ok(checkup.limits(Limits {
        answer: patience("hangs"),
        start: patience("hangs-at-hello"),
        answer_bytes: 100_000,
        end: patience("stays"),
    }))
}

/// The run in the manual equals a real run.
fn the_manual_shows_one() -> Result<(), Failed> {
    let mut checkup = checkup("wrong:CRC ignored")?;
    checkup = checkup.selecting(Selection {
        only: vec![Pattern::new("envelope.crc")],
        ..Selection::default()
    });
    let text = report_of(checkup)?.to_string();
    let page = include_str!("../../src/manual/authors-of-clients.md");
    let shown: Vec<_> = page
        .lines()
        .skip_while(|line| !line.starts_with("FAIL  envelope.crc"))
        .take_while(|line| *line != "```")
        .collect();
    if shown.len() > 3 && text.contains(&shown.join("\n")) {
        Ok(())
    } else {
        Err(Failed::from(format!("the manual shows otherwise:\n{text}")))
    }
}

fn report_of(checkup: ClientCheckup) -> Result<Report, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    Ok(runtime.block_on(checkup.run())?)
}

fn finding<'a>(report: &'a Report, id: &str) -> Result<&'a Finding, Failed> {
    let finding = report.findings.iter().find(|finding| finding.id == id);
    finding.ok_or_else(|| Failed::from(format!("no finding for {id}")))
}

fn expect(report: &Report, id: &str, verdict: Verdict, says: &str) -> Result<(), Failed> {
    let finding = finding(report, id)?;
    if finding.verdict == verdict && finding.observed.contains(says) {
        return Ok(());
    }
    Err(Failed::from(format!(
        "{id}: {}: {}, not {verdict}: {says}\n{report}",
        finding.verdict, finding.observed
    )))
}

/// The vector fails with a reason; those before and after it pass.
fn at_a_vector(way: &str, says: &str) -> Result<(), Failed> {
    let report = report_of(checkup(way)?)?;
    expect(&report, TOUCHY, Verdict::Fail, says)?;
    expect(&report, "adapter.starts", Verdict::Pass, "")?;
    expect(&report, "adapter.ends", Verdict::Pass, "")?;
    OTHERS
        .iter()
        .try_for_each(|other| expect(&report, other, Verdict::Pass, ""))?;
    if report.passed() {
        Err(Failed::from("the run passes"))
    } else {
        Ok(())
    }
}

/// The start fails with a reason; nothing else is judged.
fn at_the_start(way: &str, says: &str) -> Result<(), Failed> {
    let report = report_of(checkup(way)?)?;
    expect(&report, "adapter.starts", Verdict::Fail, says)?;
    for id in [OTHERS[0], TOUCHY, "adapter.ends"] {
        expect(
            &report,
            id,
            Verdict::Blocked,
            "blocked by `adapter.starts`, which failed",
        )?;
    }
    Ok(())
}

fn one(way: &str, id: &str, verdict: Verdict, says: &str) -> Result<(), Failed> {
    expect(&report_of(checkup(way)?)?, id, verdict, says)
}

/// A process that the adapter has started is killed with it.
fn orphans() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("pid");
    let way = format!("orphans:{}", file.display());
    let report = report_of(checkup(&way)?)?;
    expect(&report, TOUCHY, Verdict::Fail, "exit status 9")?;
    let child = std::fs::read_to_string(file)?;
    for _ in 0..500 {
        // A process that is dead but not yet reaped counts as gone.
        let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
        if !state.is_ok_and(|state| !state.contains(") Z ")) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(Failed::from(format!("process {child} is still there")))
}

/// A run that is stopped is incomplete, and does not wait for the adapter.
fn stopped() -> Result<(), Failed> {
    let mut checkup = checkup("hangs")?;
    checkup = checkup.limits(Limits {
        answer: Duration::from_secs(600),
        start: PATIENCE,
        end: PATIENCE,
        ..Limits::default()
    });
    let stop = checkup.stop();
    std::thread::spawn(move || {
        std::thread::sleep(SHORT);
        stop.pull(StopReason::Signal("SIGINT"));
    });
    let report = report_of(checkup)?;
    if report.complete {
        return Err(Failed::from("the run counts as complete"));
    }
    expect(&report, TOUCHY, Verdict::Error, "SIGINT came")
}

/// This program as an adapter of our core, which misbehaves in one way.
pub fn adapter(way: &str) -> ExitCode {
    let (way, argument) = way.split_once(':').unwrap_or((way, ""));
    let implementation: Arc<dyn Implementation> = match way {
        "android" => Arc::new(Release::from(Client::Android)),
        "wrong" => wrong::of(argument).expect("one of the wrong ones"),
        _ => Arc::new(Own),
    };
    if way == "prints-first" {
        say(b"Welcome to the adapter!\n");
    }
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let request: Value = serde_json::from_str(&line).expect("the runner writes JSON");
        let zero = request["input"]["key"] == "00".repeat(32);
        let done = match request["op"].as_str() {
            Some("hello") => at_hello(way, &request),
            Some("bye") if way == "stays" => {
                say(format!("{}\n", json!({"id": request["id"], "ok": {}})).as_bytes());
                loop {
                    std::thread::sleep(PATIENCE);
                }
            }
            _ if zero => at_zero(way, argument, &request),
            _ => false,
        };
        if !done {
            let mut answer = Vec::new();
            serve(&*implementation, line.as_bytes(), &mut answer).expect("memory can be written");
            say(&answer);
        }
        if request["op"] == "bye" {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn say(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // The reader has gone if this fails.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Misbehaves at the start; returns false if this way has no effect there.
fn at_hello(way: &str, request: &Value) -> bool {
    let id = &request["id"];
    let answer = match way {
        "ends-at-hello" => {
            eprintln!("no licence");
            std::process::exit(3)
        }
        "hangs-at-hello" => loop {
            std::thread::sleep(PATIENCE);
        },
        "refuses-hello" => json!({"id": id, "error": {"stage": "meaning", "message": "not today"}}),
        "other-protocol" => {
            json!({"id": id, "ok": {"protocol": 2, "name": "x", "version": "1", "operations": []}})
        }
        "nameless" => json!({"id": id, "ok": {"protocol": 1, "version": "1", "operations": []}}),
        "slip" => {
            json!({"id": id, "ok": {"protocol": 1, "name": "x", "version": "1", "operations": ["open_bocx", "open_box"]}})
        }
        _ => return false,
    };
    say(format!("{answer}\n").as_bytes());
    true
}

/// Misbehaves at the touchy vector; returns false if this way has no effect there.
fn at_zero(way: &str, argument: &str, request: &Value) -> bool {
    let id = &request["id"];
    let refusal = json!({"stage": "open", "message": ""});
    let line = match way {
        "ends" => std::process::exit(7),
        "aborts" => {
            eprintln!("about to abort");
            std::process::abort()
        }
        "hangs" => loop {
            std::thread::sleep(PATIENCE);
        },
        "closes" => close(),
        "half" => {
            say(b"{\"id\":");
            std::process::exit(0)
        }
        "orphans" => {
            let child = std::process::Command::new("sleep")
                .arg("600")
                .spawn()
                .expect("sleep is there");
            std::fs::write(argument, child.id().to_string()).expect("it can be written");
            std::process::exit(9)
        }
        "floods" => {
            for _ in 0..20_000 {
                eprintln!("{}", "flood ".repeat(50));
            }
            return false;
        }
        "garbage" => "no JSON".to_owned(),
        "array" => "[1]".to_owned(),
        "latin-1" => {
            say(b"{\"id\":1,\"unsupported\":\"\xfc\"}\n");
            return true;
        }
        "huge" => json!({"id": id, "unsupported": "x".repeat(200_000)}).to_string(),
        "wrong-id" => json!({"id": 999, "error": refusal}).to_string(),
        "two-outcomes" => json!({"id": id, "error": refusal, "unsupported": ""}).to_string(),
        "no-outcome" => json!({"id": id}).to_string(),
        "surplus-key" => json!({"id": id, "error": refusal, "verdict": "pass"}).to_string(),
        "surplus-output" => json!({"id": id, "ok": {"plaintext": "", "length": 0}}).to_string(),
        "no-output" => json!({"id": id, "ok": {}}).to_string(),
        "upper-case" => json!({"id": id, "ok": {"plaintext": "FF"}}).to_string(),
        "unknown-stage" => {
            json!({"id": id, "error": {"stage": "unlock", "message": ""}}).to_string()
        }
        "lacks" => json!({"id": id, "unsupported": "not at zero"}).to_string(),
        "answers-twice" => {
            let answer = json!({"id": id, "error": refusal});
            format!("{answer}\n{answer}")
        }
        _ => return false,
    };
    say(format!("{line}\n").as_bytes());
    true
}

/// Replaces this process with one that reads and never writes.
fn close() -> ! {
    use std::os::unix::process::CommandExt as _;
    let error = std::process::Command::new("sh")
        .args(["-c", "exec >&-; exec sleep 600"])
        .exec();
    panic!("{error}")
}
