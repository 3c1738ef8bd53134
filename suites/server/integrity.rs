//! Integrity: bytes stay unchanged whatever they look like, whatever else is uploaded, and wherever
//! a connection breaks.

use super::WHOLE;
use super::judge::{Judged, describe, difference};
use super::upload::{fitting, judge_stored, stored};
use crate::engine::{Breakage, Effect, Facet as _, Finding, Level, Verdict};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{
    Answer, Context, Facet, FailureKind, Late, Manner, OwnBackup, Payload, Recipe, Request,
    Response,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// Bodies that a proxy or filter might take for another kind of content.
const LOOKS: &[Facet] = &[
    Facet::Case("gzip"),
    Facet::Case("html"),
    Facet::Case("lines"),
    Facet::Case("all-bytes"),
    Facet::Case("all-ones"),
    Facet::Case("zeros"),
];
/// With a declared length, and without.
const FRAMINGS: &[Facet] = &[Facet::Case("length"), Facet::Case("chunked")];

checks! { Context;
    /// A body comes back unchanged whatever it looks like.
    CONTENT = Check {
        id: "integrity.content",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: LOOKS,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "the bytes that were uploaded, whatever they look like",
        remedy: "A proxy or filter takes the backup for text, HTML or a compressed file and changes it: switch such filters off for this path.",
        run: content,
    }

    /// A download has no content encoding.
    ENCODING = Check {
        id: "integrity.content-encoding",
        clause: clause::DOWNLOAD,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: &[Facet::Case("unasked"), Facet::Case("asked")],
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "no Content-Encoding, whether or not Accept-Encoding offers one",
        remedy: "Switch compression off for this path (nginx: `gzip off;`; Apache: `SetEnv no-gzip 1`): backups are encrypted, so compression saves nothing.",
        run: encoding,
    }

    /// A download that is decompressed by its Content-Encoding is what was stored.
    COMPRESSED = Check {
        id: "integrity.compressed-download",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "for a GET with `Accept-Encoding: gzip`, as the mobile platforms send it, a body that is the backup after decompression as its header says",
        remedy: "The header says that the body is compressed, but it is not: remove whatever sets Content-Encoding for this path (Apache: `AddEncoding`, nginx: `add_header Content-Encoding`).",
        run: compressed,
    }

    /// An upload that breaks off leaves the old backup intact.
    CUT_OFF_KEEPS = Check {
        id: "integrity.cut-off-keeps-old",
        clause: clause::INTERRUPTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: FRAMINGS,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "the complete old backup after an upload over it broke off",
        remedy: "A phone that loses its network during an upload is left without a backup. Put a buffering nginx in front (`proxy_request_buffering on;`, which is its default), and let it check the credentials itself (`auth_basic`); on Nextcloud the versions app keeps the old file.",
        run: cut_off_keeps,
    }

    /// The first upload to an ID does not become visible if it breaks off.
    CUT_OFF_INVISIBLE = Check {
        id: "integrity.cut-off-invisible",
        clause: clause::INTERRUPTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: FRAMINGS,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "404 after the first upload to an ID broke off",
        remedy: "Half a backup looks like a backup until a user tries to restore it. Put a buffering nginx in front (`proxy_request_buffering on;`, which is its default), and let it check the credentials itself (`auth_basic`).",
        run: cut_off_invisible,
    }

    /// After several uploads at once, one of them is stored completely.
    CONCURRENT = Check {
        id: "integrity.concurrent-uploads",
        clause: clause::UPLOAD,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "after several uploads to one ID at the same time, exactly one of them, complete",
        remedy: "The server lets several uploads write into one file. Use a server that writes to a temporary file and renames it, or put a buffering nginx in front and allow one connection at a time to the server behind it.",
        run: concurrent,
    }

    /// A download during an upload is the old backup or the new one.
    DURING = Check {
        id: "integrity.download-during-upload",
        clause: clause::INTERRUPTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "the complete old or new backup for every GET during an upload",
        remedy: "The server shows a file while it is being written. Use a server that writes to a temporary file and renames it, or put a buffering nginx in front, which shortens that time.",
        run: during,
    }
}

async fn content(context: &Context) -> Judged {
    let length = fitting(context, 12_000).await;
    let recipe = match context.facet().case() {
        "gzip" => Recipe::Gzip(length),
        "html" => Recipe::Html(length),
        "lines" => Recipe::Lines(length),
        "all-bytes" => Recipe::AllBytes(length),
        "all-ones" => Recipe::AllOnes(length),
        _ => Recipe::Zeros(length),
    };
    let payload = context.payload("body", recipe);
    let backup = context.own_backup("backup");
    let put = context.send(Request::put(&backup, &payload)).await?;
    if !put.is_success() {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!("a PUT of it was answered {}", describe(&put)),
        ));
    }
    let answer = context.send(Request::get(&backup)).await?;
    if !answer.is_success() {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!("a GET of it was answered {}", describe(&answer)),
        ));
    }
    Ok(match difference(&answer.body, &payload) {
        None => Outcome::pass(format!("{} bytes came back unchanged", payload.len())),
        Some(difference) => Outcome::deviates(Stage::Size, format!("the body {difference}")),
    })
}

/// Stores a backup that compresses well, once in a run, and downloads it with `offer` as
/// Accept-Encoding.
async fn fetch_compressible(
    context: &Context,
    offer: Option<&str>,
) -> Result<(Payload, Response), Outcome> {
    let recipe = Recipe::Lines(fitting(context, 20_000).await);
    let payload = context.shared_payload("compressible", recipe);
    let backup = context.compressible();
    let put = Request::put(&backup, &payload);
    let put = context.once("shared.compressible.put", put).await;
    let get = Request::get(&backup);
    let get = context.once("shared.compressible.get", get).await;
    judge_stored(put, get, &payload)?;
    let mut request = Request::get(&backup);
    if let Some(offer) = offer {
        request = request.header("Accept-Encoding", offer);
    }
    let answer = context.send(request).await?;
    if !answer.is_success() {
        return Err(Outcome::blocked(format!(
            "a GET of it was answered {}",
            describe(&answer)
        )));
    }
    Ok((payload, answer))
}

fn encoding_of(answer: &Response) -> Option<&str> {
    answer
        .header("content-encoding")
        .filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
}

async fn encoding(context: &Context) -> Judged {
    let offer = if context.facet().case() == "asked" {
        Some("gzip, deflate, br")
    } else {
        None
    };
    let (_, answer) = fetch_compressible(context, offer).await?;
    Ok(match encoding_of(&answer) {
        None => Outcome::pass("no Content-Encoding"),
        Some(encoding) => Outcome::deviates(
            Stage::Http,
            format!("the backup came with Content-Encoding: {encoding}"),
        ),
    })
}

async fn compressed(context: &Context) -> Judged {
    let (payload, answer) = fetch_compressible(context, Some("gzip")).await?;
    let Some(encoding) = encoding_of(&answer) else {
        return Ok(match difference(&answer.body, &payload) {
            None => Outcome::pass("it came back as it was stored"),
            Some(difference) => Outcome::deviates(Stage::Size, format!("the body {difference}")),
        });
    };
    if !encoding.eq_ignore_ascii_case("gzip") {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!("it came with Content-Encoding: {encoding}, which the request did not offer"),
        ));
    }
    // The body was decompressed before it got here, as an HTTP library does for an app.
    Ok(if answer.body.is(&payload) && answer.unpacked {
        Outcome::pass("it came compressed, and decompresses to what was stored")
    } else {
        Outcome::deviates(
            Stage::Gunzip,
            "it came with Content-Encoding: gzip, and does not decompress to what was stored",
        )
    })
}

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

async fn cut_off_keeps(context: &Context) -> Judged {
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
                "after an upload broke off, a GET was answered {}",
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

async fn cut_off_invisible(context: &Context) -> Judged {
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
                "an earlier backup is there, although it was deleted: see `delete.removes`",
            ));
        }
        if !answer.proves_absence() {
            return Ok(Outcome::blocked(format!(
                "after an upload broke off, a GET was answered {}, which does not show whether anything is there",
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

async fn concurrent(context: &Context) -> Judged {
    let size = fitting(context, 128 * 1024).await;
    let backup = context.own_backup("backup");
    let before = context.payload("before", Recipe::Random(size));
    stored(context, &backup, &before).await?;
    let payloads: Vec<_> = (0..6)
        .map(|number| context.payload(&number.to_string(), Recipe::Random(size)))
        .collect();
    let manner = Manner::Slowly {
        pieces: 8,
        pause: Duration::from_millis(4),
    };
    let requests = payloads
        .iter()
        .map(|payload| Request::put(&backup, payload).manner(manner))
        .collect();
    let answers = context.together(requests).await?;
    let accepted = answers
        .iter()
        .flatten()
        .filter(|answer| answer.is_success())
        .count();
    let after = context.send(Request::get(&backup)).await?;
    let is_one = payloads.iter().any(|payload| after.body.is(payload));
    Ok(if after.is_success() && is_one {
        let how_many = if accepted == answers.len() {
            "all"
        } else {
            "not all"
        };
        Outcome::pass(format!(
            "one of the uploads is stored completely; {how_many} were answered with success"
        ))
    } else if after.is_success() && after.body.is(&before) {
        Outcome::blocked(if accepted == 0 {
            "none of the simultaneous uploads was accepted"
        } else {
            "a GET afterwards returned the backup from before the uploads: see `download.fresh`"
        })
    } else if after.is_success() {
        Outcome::deviates(Stage::Size, "what is stored now is none of the uploads")
    } else if after.proves_absence() {
        Outcome::deviates(
            Stage::Http,
            format!("a GET afterwards was answered {}", describe(&after)),
        )
    } else {
        Outcome::blocked(format!(
            "a GET afterwards was answered {}, which does not show what is there",
            describe(&after)
        ))
    })
}

/// How often a backup is downloaded during an upload.
const POLLS: usize = 8;

async fn during(context: &Context) -> Judged {
    let size = fitting(context, 128 * 1024).await;
    let old = context.payload("old", Recipe::Random(size));
    let new = context.payload("new", Recipe::Random(size));
    let backup = context.own_backup("backup");
    stored(context, &backup, &old).await?;
    let manner = Manner::Slowly {
        pieces: 16,
        pause: Duration::from_millis(10),
    };
    let upload = Request::put(&backup, &new).manner(manner);
    let mut answers = context
        .during(upload, Request::get(&backup).reading(size), POLLS)
        .await?;
    let uploaded = match answers.remove(0) {
        Ok(answer) => answer,
        // A slow server may become too slow with many requests at once.
        Err(failure) if failure.kind.is_peer() => {
            return Ok(Outcome::blocked(format!(
                "the upload itself was not answered: {}",
                failure.message
            )));
        }
        Err(failure) => return Err(failure.into()),
    };
    if !uploaded.is_success() {
        return Ok(Outcome::blocked(format!(
            "the upload itself was answered {}",
            describe(&uploaded)
        )));
    }
    Ok(judge_during(&answers, &old, &new))
}

/// Judges the downloads that were answered while `new` was uploaded over `old`.
fn judge_during(answers: &[Answer], old: &Payload, new: &Payload) -> Outcome {
    let is_torn = |answer: &&Answer| match answer {
        Ok(answer) if answer.is_success() => !answer.body.is(old) && !answer.body.is(new),
        // 423 and the like mean "try again later"; a 404 means that there is no backup.
        Ok(answer) => answer.proves_absence(),
        // A connection may close without an answer at any time.
        Err(failure) => failure.kind == FailureKind::BodyEnded,
    };
    if answers.iter().any(|answer| is_torn(&answer)) {
        return Outcome::deviates(
            Stage::Size,
            "a GET during an upload returned neither the old backup nor the new one",
        );
    }
    if !answers.iter().any(Result::is_ok) {
        return Outcome::blocked("no GET was answered during the upload");
    }
    Outcome::pass("every GET returned the old backup or the new one, or was asked to try again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Failure, Http};

    #[allow(
        clippy::unnecessary_wraps,
        reason = "it stands beside answers that are none"
    )]
    fn given(status: u16, body: &[u8]) -> Answer {
        let body = Body::new(body.to_vec().into(), false);
        Ok(Response::new(status, Http::One, Vec::new(), body))
    }

    #[test]
    fn a_download_during_an_upload_is_one_of_two_or_none() {
        let judged = |answers: &[Answer]| {
            let (old, new) = (b"the old one".to_vec(), b"the new one".to_vec());
            judge_during(answers, &Payload::sealed(old), &Payload::sealed(new))
        };
        let lost = |kind| Err(Failure::lost(kind, Stage::Http, "lost"));
        let (old, new) = (given(200, b"the old one"), given(200, b"the new one"));
        for passing in [
            vec![old.clone(), new.clone()],
            vec![given(423, b""), new.clone()],
            vec![given(423, b"")],
            vec![lost(FailureKind::Reset), old.clone()],
        ] {
            assert!(matches!(judged(&passing), Outcome::Pass(_)), "{passing:?}");
        }
        for torn in [
            given(200, b"the new"),
            given(200, b""),
            given(404, b""),
            lost(FailureKind::BodyEnded),
        ] {
            let answers = [old.clone(), torn, new.clone()];
            let outcome = judged(&answers);
            assert!(matches!(outcome, Outcome::Deviates(_)), "{answers:?}");
        }
        for silent in [vec![], vec![lost(FailureKind::Reset)]] {
            let outcome = judged(&silent);
            assert!(matches!(outcome, Outcome::Blocked { .. }), "{silent:?}");
        }
    }

    #[test]
    fn what_appears_late_is_judged_where_the_check_had_passed() {
        let finding = |check: &'static super::super::ServerCheck, outcome| {
            Finding::new(check, check.variants[0], outcome, Duration::ZERO)
        };
        let late = |check: &super::super::ServerCheck, at: usize| Late {
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
