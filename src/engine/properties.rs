//! Whatever is left out, blocked or waived, a run says less, never more.

use super::finding::Because;
use super::{ClientVerdict, Counts, Exit, Finding, Grounds, Level, Verdict, client_summaries};
use crate::safe::{Client, Directions};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A finding of a check, as far as a verdict depends on it.
fn finding(verdict: Verdict, level: Level, breaks: Directions, concerned: u8) -> Finding {
    // A deviation has the verdict of its level.
    let verdict = match (verdict.is_deviation(), level) {
        (false, _) => verdict,
        (true, Level::Required) => Verdict::Fail,
        (true, Level::Recommended) => Verdict::Warn,
        (true, Level::Informational) => Verdict::Note,
    };
    let clients: BTreeMap<_, _> = Client::ALL
        .into_iter()
        .filter(|client| concerned & (1 << *client as u8) != 0)
        .map(|client| (client, verdict))
        .collect();
    Finding {
        id: "a.check".to_owned(),
        variant: String::new(),
        clause: "4.1".to_owned(),
        level,
        verdict,
        clients,
        breaks,
        stage: None,
        cause: None,
        because: (verdict == Verdict::Disabled).then_some(Because::LeftOut),
        selected: true,
        observed: String::new(),
        expected: String::new(),
        remedy: String::new(),
        duration_ms: 0,
        waived: None,
    }
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let verdict = prop::sample::select(Verdict::ALL.to_vec());
    let level = prop::sample::select(vec![
        Level::Required,
        Level::Recommended,
        Level::Informational,
    ]);
    let breaks = prop::sample::select(vec![
        Directions::NONE,
        Directions::BACKUP,
        Directions::RESTORE,
        Directions::BOTH,
    ]);
    let one = (verdict, level, breaks, 0_u8..8)
        .prop_map(|(verdict, level, breaks, concerned)| finding(verdict, level, breaks, concerned));
    prop::collection::vec(one, 1..12)
}

/// What a person leaves out counts for nothing any more.
fn left_out(finding: &Finding, verdict: Verdict) -> Finding {
    let mut out = finding.clone();
    out.verdict = verdict;
    out.because = (verdict == Verdict::Disabled).then_some(Because::LeftOut);
    for of_client in out.clients.values_mut() {
        *of_client = verdict;
    }
    out
}

fn exit(findings: &[Finding], plain_http: bool) -> Exit {
    let clients = client_summaries(findings, plain_http);
    let grounds = Grounds {
        findings,
        clients: &clients,
        stale_waivers: 0,
        halted: None,
        incomplete: None,
        asked: true,
        fail_on: Level::Required,
    };
    grounds.ending().exit
}

/// How many of the verdicts on clients are a `pass`.
fn passes(findings: &[Finding], plain_http: bool) -> Counts {
    let clients = client_summaries(findings, plain_http);
    let verdicts = clients.values().flat_map(BTreeMap::values);
    let passed = verdicts.filter(|summary| summary.verdict == ClientVerdict::Pass);
    Counts::from([(Verdict::Pass, passed.count())])
}

proptest! {
    #[test]
    fn what_is_left_out_makes_no_verdict_better(
        findings in findings(),
        at in any::<prop::sample::Index>(),
        blocked in any::<bool>(),
    ) {
        let at = at.index(findings.len());
        let verdict = if blocked { Verdict::Blocked } else { Verdict::Disabled };
        let mut fewer = findings.clone();
        fewer[at] = left_out(&findings[at], verdict);
        let (before, after) = (
            client_summaries(&findings, false),
            client_summaries(&fewer, false),
        );
        for (client, directions) in &after {
            for (direction, summary) in directions {
                let was = before[client][direction].verdict;
                prop_assert!(
                    summary.verdict != ClientVerdict::Pass || was == ClientVerdict::Pass,
                    "{client} {direction} was {was}, and passes now"
                );
            }
        }
        prop_assert!(passes(&fewer, false) <= passes(&findings, false));
        // A deviation may be left out, and is then not held against anyone; nothing else becomes a success.
        if exit(&fewer, false) == Exit::Conforms && !findings[at].verdict.is_deviation() {
            let judged = findings[at].verdict != Verdict::Blocked && findings[at].verdict != Verdict::Error;
            prop_assert!(exit(&findings, false) == Exit::Conforms || !judged);
        }
    }

    #[test]
    fn a_waiver_excuses_an_exit_code_and_no_verdict(
        findings in findings(),
        at in any::<prop::sample::Index>(),
    ) {
        let at = at.index(findings.len());
        let mut waived = findings.clone();
        waived[at].waived = Some("ticket 42".to_owned());
        prop_assert_eq!(client_summaries(&waived, false), client_summaries(&findings, false));
        let unknown = client_summaries(&waived, false)
            .values()
            .flat_map(BTreeMap::values)
            .any(|summary| summary.verdict == ClientVerdict::Unknown && !summary.not_judged.is_empty());
        prop_assert!(!unknown || exit(&waived, false) != Exit::Conforms);
    }

    #[test]
    fn over_plain_http_nothing_passes(findings in findings()) {
        prop_assert_eq!(passes(&findings, true)[&Verdict::Pass], 0);
    }

    #[test]
    fn a_note_changes_no_exit_code(findings in findings()) {
        let silent: Vec<_> = findings
            .iter()
            .map(|finding| match finding.verdict {
                Verdict::Note => left_out(finding, Verdict::Pass),
                _ => finding.clone(),
            })
            .collect();
        prop_assert_eq!(exit(&silent, false), exit(&findings, false));
    }
}
