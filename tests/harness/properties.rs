//! If something is left out, cut or excused, a report says less and never more.
//!
//! The runs are recorded once; the selections are judged without a network.

use crate::support::program::{program, run};
use crate::support::thorough::in_full_or;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use safe_conformance::engine::waiver::Waivers;
use safe_conformance::engine::{
    ClientVerdict, Effect, Finding, Level, Pattern, Selection, Verdict,
};
use safe_conformance::reference::{self, Fault, Login, Options};
use safe_conformance::report::Report;
use safe_conformance::suites::server;
use safe_conformance::wire::{Seed, Transcript};
use safe_conformance::{Checkup, Exit, Target};
use std::sync::LazyLock;
use std::time::Duration;

/// The day on which waivers are judged.
const TODAY: &str = "2026-06-01";

/// The faults of the servers whose runs are recorded: none, and some of each kind.
const WORLDS: &[&[Fault]] = &[
    &[],
    &[Fault::DeleteNotAllowed],
    &[Fault::UploadTruncated],
    &[Fault::ConfigMissing],
    &[Fault::AnonymousRead, Fault::CutOffReplaces],
    &[Fault::CredentialsEchoed],
    &[Fault::CredentialsRefused],
];

/// A recorded run and its full report.
struct World {
    transcript: Transcript,
    whole: Report,
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = RUNS.iter().position(|world| std::ptr::eq(world, self));
        let faults = place.map(|place| WORLDS[place]);
        formatter.debug_tuple("World").field(&faults).finish()
    }
}

static RUNS: LazyLock<Vec<World>> = LazyLock::new(|| {
    let runs = worlds().iter().map(|faults| record(faults, None));
    wait_for(futures_util::future::join_all(runs))
        .into_iter()
        .map(|transcript| {
            let whole = judged(&transcript, None);
            World { transcript, whole }
        })
        .collect()
});

/// The servers that are used: outside CI, some.
fn worlds() -> &'static [&'static [Fault]] {
    in_full_or(WORLDS, &WORLDS[..2])
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(future)
}

/// Runs the suite against a server with these faults.
async fn record(faults: &[Fault], deadline: Option<Duration>) -> Transcript {
    let options = Options {
        faults: faults.to_vec(),
        ..Options::default()
    };
    let login = options.login.clone();
    let running = reference::start(options).await.expect("the server starts");
    let mut target = Target::parse(running.base_url()).expect("its base URL");
    if let Login::Basic { user, password } = login {
        target = target.basic(user, password);
    }
    let root = running.root_certificate().expect("it speaks TLS");
    let mut checkup = Checkup::new(target.trusting(root));
    // One seed, so that the keys are derived only once.
    let seed = Seed::new(0x5afe);
    checkup = checkup.fresh_seed(seed);
    if let Some(deadline) = deadline {
        checkup = checkup.deadline(deadline);
    }
    let done = Box::pin(checkup.run_with(|_| {})).await.expect("a run");
    running.stop().await;
    done.transcript
}

fn judged(transcript: &Transcript, waivers: Option<Waivers>) -> Report {
    let waivers = waivers.map(|waivers| waivers.as_of(TODAY.parse().expect("a day")));
    wait_for(safe_conformance::judge(transcript, waivers, |_| {})).expect("a plan")
}

fn a_run() -> impl Strategy<Value = &'static World> {
    (0..worlds().len()).prop_map(|at| &RUNS[at])
}

/// IDs of checks and their subjects, as `--only` and `--skip` accept them.
fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = server::checks()
        .flat_map(|check| [check.id, check.id.split('.').next().unwrap_or_default()])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn selection() -> impl Strategy<Value = Selection> {
    let only = subsequence(names(), 0..4);
    let skip = subsequence(names(), 0..6);
    (only, skip, any::<bool>()).prop_map(|(only, skip, no_auth_probes)| {
        let mut skip: Vec<_> = skip
            .into_iter()
            .map(|name| (Pattern::new(name), format!("--skip {name}")))
            .collect();
        if no_auth_probes {
            let pattern = Pattern::new("auth.wrong-password");
            skip.push((pattern, "--no-auth-probes".to_owned()));
        }
        Selection {
            only: only.into_iter().map(Pattern::new).collect(),
            skip,
            rare: Vec::new(),
        }
    })
}

/// Whether a check judges the run as a whole: a smaller run shows it less.
fn looks_back(finding: &Finding) -> bool {
    server::checks().any(|check| check.id == finding.id && check.effect == Effect::LooksBack)
}

/// Asserts that `less` says nothing that `whole` does not say.
fn assert_says_less(less: &Report, whole: &Report) -> Result<(), TestCaseError> {
    prop_assert_eq!(less.findings.len(), whole.findings.len());
    for (now, then) in less.findings.iter().zip(&whole.findings) {
        prop_assert_eq!(now.name(), then.name());
        let same = now.verdict == then.verdict && now.clients == then.clients;
        let is_open = !now.verdict.is_judged();
        // A check may be judged if the check that blocked it is left out.
        let was_open = then.verdict == Verdict::Blocked;
        prop_assert!(
            same || is_open || was_open || looks_back(now),
            "{} was {}, and is {}: {}",
            now.name(),
            then.verdict,
            now.verdict,
            now.observed
        );
    }
    for (client, directions) in &less.clients {
        for (direction, summary) in directions {
            let (now, then) = (summary.verdict, whole.clients[client][direction].verdict);
            prop_assert!(
                now != ClientVerdict::Pass || then == ClientVerdict::Pass,
                "{client} {direction} was {then}, and passes"
            );
        }
    }
    Ok(())
}

/// A client's verdict shows what a waiver changes, and nothing else changes.
fn assert_says_what_is_waived(waived: &Report, whole: &Report) -> Result<(), TestCaseError> {
    for (client, directions) in &waived.clients {
        for (direction, now) in directions {
            let then = &whole.clients[client][direction];
            if now.waived.is_none() {
                prop_assert_eq!(now, then);
                continue;
            }
            prop_assert_eq!(&now.not_judged, &then.not_judged);
            prop_assert!(then.verdict == ClientVerdict::Fail);
            prop_assert!(
                now.broken_by
                    .iter()
                    .all(|name| then.broken_by.contains(name))
            );
            prop_assert!(now.broken_by.is_empty() || now.verdict == ClientVerdict::Fail);
        }
    }
    Ok(())
}

/// Exit code 0 means: something Required was judged, and the person left out each deviation of the
/// whole run.
fn assert_not_green_by_chance(less: &Report, whole: &Report) -> Result<(), TestCaseError> {
    if less.exit != Exit::Conforms {
        return Ok(());
    }
    let judged = |finding: &&Finding| finding.verdict.is_judged();
    prop_assert!(
        less.findings
            .iter()
            .filter(judged)
            .any(|finding| finding.level == Level::Required)
    );
    prop_assert!(less.findings.iter().filter(judged).any(|f| f.selected));
    for (now, then) in less.findings.iter().zip(&whole.findings) {
        prop_assert!(
            then.verdict != Verdict::Fail || now.is_left_out(),
            "{} failed, and is {}: {}",
            then.name(),
            now.verdict,
            now.observed
        );
        prop_assert_ne!(now.verdict, Verdict::Error);
    }
    Ok(())
}

/// How many cases each property runs.
fn cases() -> u32 {
    in_full_or(96, 3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_selection_says_less_than_the_whole(world in a_run(), selection in selection()) {
        let mut transcript = world.transcript.clone();
        transcript.keep_selection(&selection);
        let less = judged(&transcript, None);
        assert_says_less(&less, &world.whole)?;
        assert_not_green_by_chance(&less, &world.whole)?;
    }

    #[test]
    fn a_waiver_excuses_what_it_names_and_says_so(
        world in a_run(),
        picks in prop::collection::vec((any::<Index>(), any::<bool>(), any::<bool>()), 1..4),
    ) {
        let mut file = String::new();
        for (at, is_right, is_current) in &picks {
            let finding = at.get(&world.whole.findings);
            let observed = match is_right {
                true if finding.observed.trim().len() >= 8 => finding.observed.trim(),
                _ => "something else",
            };
            let until = if *is_current { "2026-06-01" } else { "2026-05-31" };
            file += &format!(
                "[[waiver]]\ncheck = {:?}\nreason = \"ticket 42\"\nuntil = \"{until}\"\nobserved = {:?}\n",
                finding.name(),
                observed
            );
        }
        let waivers = Waivers::parse(&file, server::is_known).expect("waivers");
        let waived = judged(&world.transcript, Some(waivers));
        assert_says_what_is_waived(&waived, &world.whole)?;
        for (now, then) in waived.findings.iter().zip(&world.whole.findings) {
            prop_assert_eq!(now.verdict, then.verdict);
            prop_assert!(now.waived.is_none() || then.verdict.is_deviation());
        }
        if waived.exit == Exit::Conforms {
            prop_assert!(waived.stale_waivers.is_empty());
            let failed = |finding: &&Finding| finding.verdict == Verdict::Fail;
            prop_assert!(waived.findings.iter().filter(failed).all(|f| f.waived.is_some()));
        }
        if world.whole.exit == Exit::Conforms && waived.exit != Exit::Conforms {
            prop_assert!(!waived.stale_waivers.is_empty());
        }
    }

    #[test]
    fn a_transcript_that_lost_something_says_less(
        world in a_run(),
        lost in prop::collection::vec(any::<Index>(), 1..12),
    ) {
        let mut json: serde_json::Value =
            serde_json::from_str(&world.transcript.to_json()).expect("JSON");
        let exchanges = json["exchanges"].as_array_mut().expect("exchanges");
        for at in lost {
            if !exchanges.is_empty() {
                exchanges.remove(at.index(exchanges.len()));
            }
        }
        let transcript = Transcript::parse(&json.to_string()).expect("a transcript");
        let less = judged(&transcript, None);
        assert_says_less(&less, &world.whole)?;
        prop_assert!(
            less.exit != Exit::Conforms || less.findings.iter().zip(&world.whole.findings).all(
                |(now, then)| now.verdict == then.verdict
            )
        );
    }

    #[test]
    fn a_transcript_in_another_order_says_the_same(world in a_run(), seed in any::<u64>()) {
        let mut json: serde_json::Value =
            serde_json::from_str(&world.transcript.to_json()).expect("JSON");
        let exchanges = json["exchanges"].as_array_mut().expect("exchanges");
        let by = usize::try_from(seed % 97).unwrap_or_default() % exchanges.len().max(1);
        exchanges.rotate_left(by);
        let transcript = Transcript::parse(&json.to_string()).expect("a transcript");
        let same = judged(&transcript, None);
        prop_assert_eq!(&same.clients, &world.whole.clients);
        prop_assert_eq!(same.exit, world.whole.exit);
    }

    #[test]
    fn a_transcript_that_was_cut_is_refused(world in a_run(), at in any::<Index>()) {
        let json = world.transcript.to_json();
        let mut end = at.index(json.len());
        while !json.is_char_boundary(end) {
            end -= 1;
        }
        prop_assert!(Transcript::parse(&json[..end]).is_err());
    }
}

/// An HTTP version that the transcript lacks is not one that the server lacks.
#[test]
fn a_lost_handshake_is_not_a_version_that_is_missing() {
    let json: serde_json::Value =
        serde_json::from_str(&RUNS[0].transcript.to_json()).expect("JSON");
    let exchanges = json["exchanges"].as_array().expect("exchanges");
    let is_handshake = |at: &usize| exchanges[*at]["check"] == "shared.offers";
    let handshakes: Vec<_> = (0..exchanges.len()).filter(is_handshake).collect();
    assert_eq!(handshakes.len(), 2);
    for at in handshakes {
        let mut cut = json.clone();
        let kept = cut["exchanges"].as_array_mut().expect("exchanges");
        kept.remove(at);
        let less = judged(
            &Transcript::parse(&cut.to_string()).expect("a transcript"),
            None,
        );
        assert_eq!(less.exit, Exit::Incomplete, "{less}");
    }
}

/// A request that was not sent because the run was stopped shows that, whatever else is removed.
#[test]
fn a_request_that_a_stop_prevented_leaves_the_run_incomplete() {
    let mut json: serde_json::Value =
        serde_json::from_str(&RUNS[0].transcript.to_json()).expect("JSON");
    let exchanges = json["exchanges"].as_array_mut().expect("exchanges");
    let prevented = exchanges
        .iter_mut()
        .find(|exchange| exchange["check"] == "shared.tls")
        .expect("TLS was inspected");
    prevented["got"]["inspection"] = serde_json::json!({
        "Err": { "kind": "halted", "message": "the run was stopped", "stage": "http" },
    });
    let transcript = Transcript::parse(&json.to_string()).expect("a transcript");
    let less = judged(&transcript, None);
    assert!(!less.complete, "{less}");
    assert_eq!(less.exit, Exit::Incomplete, "{less}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: in_full_or(8, 2), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_deadline_leaves_no_success(milliseconds in 0_u64..300, is_hidden in any::<bool>()) {
        let deadline = Duration::from_millis(milliseconds);
        let transcript = wait_for(record(&[], Some(deadline)));
        let mut json: serde_json::Value =
            serde_json::from_str(&transcript.to_json()).expect("JSON");
        let was_stopped = !json["stopped"].is_null();
        if is_hidden {
            // Somebody removes the record that the run was stopped.
            json["stopped"] = serde_json::Value::Null;
            json["unfinished"] = serde_json::Value::Array(Vec::new());
        }
        let transcript = Transcript::parse(&json.to_string()).expect("a transcript");
        let less = judged(&transcript, None);
        assert_says_less(&less, &RUNS[0].whole)?;
        prop_assert!(!was_stopped || less.exit != Exit::Conforms);
        prop_assert!(!was_stopped || !less.complete);
    }

    /// A variable that is set and empty is an error, whatever other variables say.
    #[test]
    fn an_empty_variable_is_refused(
        empty in subsequence(vec![
            "SAFE_TARGET",
            "SAFE_SERVER_USER",
            "SAFE_SERVER_PASSWORD",
            "SAFE_SERVER_PASSWORD_FILE",
            "SAFE_SERVER_TOKEN",
            "SAFE_CA_FILE",
        ], 1..4),
    ) {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut command = program(home.path());
        // Nothing listens there, and nothing is sent.
        command.arg("check");
        if !empty.contains(&"SAFE_TARGET") {
            command.env("SAFE_TARGET", "https://localhost:1/safe");
        }
        for name in &empty {
            command.env(name, "");
        }
        let ended = run(&mut command);
        prop_assert_eq!(ended.code, Some(2), "{:?}: {}", empty, ended.all());
        prop_assert!(empty.iter().any(|name| ended.stderr.contains(name)), "{}", ended.stderr);
    }
}
