//! No behaviour depends on the text of a message: with every sentence garbled, a run has the same
//! findings.

use crate::support::thorough::in_full_or;
use safe_conformance::engine::{Exit, Finding, Grounds, Level, client_summaries};
use safe_conformance::reference::{self, Fault, Login, Options};
use safe_conformance::wire::{Pace, PaceChoice, Seed, Transcript};
use safe_conformance::{Checkup, Target, judge};
use serde_json::Value;
use std::time::Duration;

/// Faults that make requests fail in different ways, and some that the answers show.
const FAULTS: [Option<Fault>; 12] = [
    None,
    Some(Fault::DownloadEndsEarly),
    Some(Fault::LimitLowerResets),
    Some(Fault::ChallengeResetsUpload),
    Some(Fault::ConfigMissing),
    Some(Fault::ConfigLoginPage),
    Some(Fault::CredentialsRefused),
    Some(Fault::UploadQuota),
    Some(Fault::ExpectRefused),
    Some(Fault::CutOffReplaces),
    Some(Fault::DownloadTruncated),
    Some(Fault::RedirectEverything),
];

/// Outside CI, so many of them are tried: they garble more than twenty sentences.
const SAMPLE: usize = 4;

/// A sentence that contains no original word or number.
const GARBLED: &str = "\u{a1}\u{2026}!";

async fn transcript(fault: Option<Fault>) -> Transcript {
    let options = Options {
        faults: fault.into_iter().collect(),
        ..Options::default()
    };
    let login = options.login.clone();
    let running = reference::start(options).await.expect("it starts");
    let mut target = Target::parse(running.base_url()).expect("its base URL");
    if let Login::Basic { user, password } = login {
        target = target.basic(user, password);
    }
    target = target.trusting(running.root_certificate().expect("a root"));
    let checkup = Checkup::new(target)
        .deadline(Duration::from_secs(900))
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast))
        .patience(Duration::from_secs(2));
    let done = Box::pin(checkup.run_with(|_| {})).await.expect("it runs");
    running.stop().await;
    done.transcript
}

/// Garbles the sentence of every failure. Returns how many there were.
fn garble(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let is_failure = fields.contains_key("kind") && fields.contains_key("stage");
            let mut count = 0;
            for (key, value) in fields {
                if is_failure && key == "message" {
                    *value = GARBLED.into();
                    count += 1;
                } else {
                    count += garble(value);
                }
            }
            count
        }
        Value::Array(items) => items.iter_mut().map(garble).sum(),
        _ => 0,
    }
}

/// The parts of a finding that decide anything.
fn decision(finding: &Finding) -> String {
    format!(
        "{}[{}] {} {:?} {:?} {:?}",
        finding.id,
        finding.variant,
        finding.verdict,
        finding.clients,
        finding.stage,
        finding.cause.as_ref().map(|cause| &cause.id)
    )
}

fn exit_of(findings: &[Finding]) -> Exit {
    let clients = client_summaries(findings, false);
    let grounds = Grounds {
        findings,
        clients: &clients,
        stale_waivers: 0,
        halted: None,
        incomplete: None,
        asked: true,
        fail_on: Level::Recommended,
    };
    grounds.ending().exit
}

fn assert_sentences_decide_nothing(findings: &[Finding]) {
    let mut garbled = findings.to_vec();
    for finding in &mut garbled {
        for sentence in [
            &mut finding.observed,
            &mut finding.expected,
            &mut finding.remedy,
        ] {
            GARBLED.clone_into(sentence);
        }
    }
    assert_eq!(
        client_summaries(&garbled, false),
        client_summaries(findings, false)
    );
    assert_eq!(exit_of(&garbled), exit_of(findings));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_judged_the_same_with_every_sentence_garbled() {
    let mut sentences = 0;
    let faults = in_full_or(&FAULTS[..], &FAULTS[..SAMPLE]);
    let runs = faults.iter().map(|fault| transcript(*fault));
    let transcripts = futures_util::future::join_all(runs).await;
    for (fault, seen) in faults.iter().zip(transcripts) {
        let mut json = serde_json::from_str(&seen.to_json()).expect("JSON");
        sentences += garble(&mut json);
        let garbled = Transcript::parse(&json.to_string()).expect("a transcript");
        let plain = judge(&seen, None, |_| {}).await.expect("judged");
        let other = judge(&garbled, None, |_| {}).await.expect("judged");
        let decisions = |findings: &[Finding]| findings.iter().map(decision).collect::<Vec<_>>();
        assert_eq!(
            decisions(&other.findings),
            decisions(&plain.findings),
            "{fault:?}"
        );
        assert_eq!(
            (&other.clients, other.exit, other.complete),
            (&plain.clients, plain.exit, plain.complete),
            "{fault:?}"
        );
        assert_sentences_decide_nothing(&plain.findings);
    }
    assert!(sentences > 20, "only {sentences} sentences were garbled");
}
