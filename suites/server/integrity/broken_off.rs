//! Uploads that break off: what was there stays, and no part of them becomes visible.

use super::super::judge::{Judged, describe};
use super::super::upload::{fitting, stored};
use super::CHECKS;
use crate::engine::{Breakage, Facet as _, Finding, Outcome, Verdict};
use crate::safe::Stage;
use crate::wire::{Context, FailureKind, Late, Manner, OwnBackup, Payload, Recipe, Request};
use std::collections::BTreeSet;
use std::time::Duration;

/// Returns whether uploads of this variant are chunked.
fn is_chunked(context: &Context) -> bool {
    context.facet().case() == "chunked"
}

/// Breaks an upload off in the middle. Returns whether the server noticed its end.
async fn break_off(
    context: &Context,
    backup: &OwnBackup,
    payload: &Payload,
) -> Result<bool, Outcome> {
    let chunked = is_chunked(context);
    let manner = Manner::CutOff {
        after: payload.len() / 2,
        chunked,
    };
    match context
        .send(Request::put(backup, payload).manner(manner))
        .await
    {
        Err(failure) => match failure.kind {
            FailureKind::BrokenOff { noticed } => Ok(noticed),
            _ => Err(failure.into()),
        },
        Ok(_) => Err(Outcome::error(
            Breakage::Harness,
            "an upload that this program meant to break off was completed",
        )),
    }
}

/// When to look after a broken-off upload whose end the server noticed: once, because some servers
/// ban clients after a number of 404 answers.
///
/// Source: servers.ban-copyparty.
const SOON: &[Duration] = &[Duration::from_millis(700)];

/// The same for a server on this machine that is asked at full speed.
const AT_ONCE: &[Duration] = &[Duration::from_millis(500)];

/// When to look if the server gave no sign: the part became visible up to 5 s later, and under load
/// later still.
///
/// Source: servers.interrupted-upload.
const LATE: &[Duration] = &[
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_millis(2500),
    Duration::from_secs(6),
];

/// Returns the pauses before each look.
fn looking(context: &Context, noticed: bool) -> &'static [Duration] {
    match (noticed, context.facts().cuts_off_apart) {
        (true, true) => AT_ONCE,
        (true, false) => SOON,
        (false, _) => LATE,
    }
}

pub(super) async fn cut_off_keeps(context: &Context) -> Judged {
    let size = fitting(context, 48 * 1024).await;
    let old = context.payload("old", Recipe::Random(size));
    let new = context.payload("new", Recipe::Random(size));
    let backup = context.to_cut_off(is_chunked(context)).await;
    stored(context, &backup, &old).await?;
    let noticed = break_off(context, &backup, &new).await?;
    for pause in looking(context, noticed) {
        context.pause_as_slow(*pause).await;
        let answer = context.send(Request::get(&backup).reading(size)).await?;
        if answer.is_success() && answer.body.is(&old) {
            continue;
        }
        let now = if answer.proves_absence() {
            format!("is gone ({})", answer.status)
        } else if !answer.is_success() {
            return Ok(Outcome::blocked(format!(
                "after an upload broke off, a GET returned {}",
                describe(&answer)
            )));
        } else if answer.body.length == 0 {
            "was replaced by an empty file".to_owned()
        } else if answer.body.is_cut_from(&new) {
            "was replaced by the part that had arrived".to_owned()
        } else {
            "is damaged".to_owned()
        };
        return Ok(Outcome::deviates(
            Stage::Http,
            format!("the backup that was there {now} after an upload broke off"),
        ));
    }
    Ok(Outcome::pass("the old backup is whole"))
}

pub(super) async fn cut_off_invisible(context: &Context) -> Judged {
    let new = context.payload("new", Recipe::Random(fitting(context, 48 * 1024).await));
    let backup = context.to_cut_off(is_chunked(context)).await;
    // An earlier variant may have broken off an upload over a backup here.
    context.discard(&backup).await;
    let noticed = break_off(context, &backup, &new).await?;
    for pause in looking(context, noticed) {
        context.pause_as_slow(*pause).await;
        let answer = context.send(Request::get(&backup)).await?;
        if answer.is_success() && answer.body.is_cut_from(&new) {
            return Ok(Outcome::deviates(
                Stage::Http,
                "the part that had arrived can be downloaded as a backup",
            ));
        }
        if answer.is_success() {
            return Ok(Outcome::blocked(
                "an earlier backup is there, although it was deleted; see `delete.removes`",
            ));
        }
        if !answer.proves_absence() {
            return Ok(Outcome::blocked(format!(
                "after an upload broke off, a GET returned {}, which does not show whether anything is there",
                describe(&answer)
            )));
        }
    }
    Ok(Outcome::pass("nothing became visible"))
}

/// Judges again those checks whose broken-off upload became visible after they had looked.
pub fn judge_late(findings: &mut [Finding], late: &BTreeSet<Late>) {
    for finding in findings {
        let is_late = |late: &Late| late.check == finding.id && late.variant == finding.variant;
        if finding.verdict != Verdict::Pass || !late.iter().any(is_late) {
            continue;
        }
        let judged = CHECKS.iter().find_map(|check| {
            let facet = check
                .variants
                .iter()
                .find(|facet| facet.label() == finding.variant)?;
            let outcome = Outcome::deviates(
                Stage::Http,
                "the part that had arrived was not visible when the check looked, but appeared later",
            );
            let took = Duration::from_millis(finding.duration_ms);
            (check.id == finding.id).then(|| Finding::new(check, *facet, outcome, took))
        });
        if let Some(judged) = judged {
            let selected = finding.selected;
            *finding = Finding { selected, ..judged };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CUT_OFF_INVISIBLE, CUT_OFF_KEEPS};
    use super::*;

    #[test]
    fn what_appears_late_is_judged_where_the_check_had_passed() {
        let finding = |check: &'static crate::suites::server::ServerCheck, outcome| {
            Finding::new(check, check.variants[0], outcome, Duration::ZERO)
        };
        let late = |check: &crate::suites::server::ServerCheck, at: usize| Late {
            check: check.id.to_owned(),
            variant: check.variants[at].label().to_owned(),
        };
        let passed = || Outcome::pass("nothing became visible");
        let mut findings = [
            finding(&CUT_OFF_INVISIBLE, passed()),
            finding(&CUT_OFF_KEEPS, passed()),
            finding(&CUT_OFF_KEEPS, Outcome::blocked("not seen")),
        ];
        findings[0].selected = false;
        let before = findings.clone();
        judge_late(&mut findings, &BTreeSet::new());
        assert_eq!(findings, before);
        // The other framing is a separate finding.
        judge_late(&mut findings, &BTreeSet::from([late(&CUT_OFF_KEEPS, 1)]));
        assert_eq!(findings, before);
        let both = [late(&CUT_OFF_INVISIBLE, 0), late(&CUT_OFF_KEEPS, 0)];
        judge_late(&mut findings, &both.into_iter().collect());
        let verdicts = findings.each_ref().map(|finding| finding.verdict);
        assert_eq!(verdicts, [Verdict::Warn, Verdict::Warn, Verdict::Blocked]);
        assert!(!findings[0].selected && findings[1].selected);
    }
}
