//! Retention: it is long enough for each app to upload again, counts from the last upload, and ends
//! with a deletion.
//!
//! Only months can show whether a backup is really kept so long: see [`crate::retention`].

use super::auth::specimen;
use super::config::{config, config_of};
use super::facets::{MOBILE, WHOLE};
use super::judge::{Judged, describe};
use super::marks::{Marks, Moved, marks, moved, replaced};
use super::privacy::list_as_owner;
use super::upload::{fitting, stored};
use crate::clients::refresh::{Changes, loses_on_the_dot};
use crate::clients::{Condition, Refresh};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::text::counted;
use crate::wire::{Context, Facet, Listing, Method, OwnBackup, Place, Recipe, Request};
use std::time::Duration;

/// How long it takes to get a new phone, in days. This much of the retention must be left when the
/// old phone is lost.
const NEW_PHONE_DAYS: i64 = 7;
/// How long to wait until a time in whole seconds is different.
const NEXT_SECOND: Duration = Duration::from_millis(1100);
/// How much longer to wait for a file system that counts in steps of two seconds, as FAT does.
const NEXT_STEP: Duration = Duration::from_secs(1);

checks! { Context;
    /// Each app uploads its backup again in time, and a user who loses a phone has time to restore.
    REFRESH = Check {
        id: "retention.refresh",
        clause: clause::REFRESH,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: MOBILE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "retentionDays is long enough: an app that checks once a day uploads an unchanged backup at least 7 days before the server may delete it",
        remedy: "Keep every backup for 180 days after its last upload, and set retentionDays to 180. The apps upload an unchanged backup again only after half of that time.",
        run: refresh,
    }

    /// Another upload changes the marks that an expiry job and a cache check.
    UPLOAD_REFRESHES = Check {
        id: "retention.upload-refreshes",
        clause: clause::RETENTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: &[Facet::Case("modified"), Facet::Case("etag")],
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a later Last-Modified (or getlastmodified) and a different ETag after another upload",
        remedy: "Make sure that nothing resets the time of a file or keeps its creation date instead (`rsync --times` from an old copy, object storage). Otherwise a job that deletes what has not changed for retentionDays deletes backups that are uploaded every day. An ETag that stays the same makes caches return the previous backup.",
        run: upload_refreshes,
    }

    /// A download does not count as an upload.
    DOWNLOAD_REFRESHES = Check {
        id: "retention.download-refreshes",
        clause: clause::RETENTION,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: &[Facet::Case("get"), Facet::Case("head")],
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "the same Last-Modified before and after a download",
        remedy: "No app is affected, because a backup is only kept longer. A job that downloads a backup every day thereby keeps it; `retention plant` reads each of its backups only once.",
        run: download_refreshes,
    }

    /// A deleted backup is gone for every kind of request.
    DELETED_EVERYWHERE = Check {
        id: "retention.deleted-everywhere",
        clause: clause::DELETE,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::NONE,
        variants: &[Facet::Case("head"), Facet::Case("listing"), Facet::Case("propfind")],
        needs: &["delete.removes"],
        effect: Effect::WritesOwnBackup,
        expected: "no deleted backup in an answer to HEAD, in a listing or in a PROPFIND",
        remedy: "Switch off metadata caches in front of the server (nginx: `proxy_cache off;`, and `open_file_cache off;`). A user who deletes a backup, or changes its password, expects its ID to be gone as well.",
        run: deleted_everywhere,
    }

    /// A deleted or replaced backup does not remain in a bin.
    BIN = Check {
        id: "retention.bin",
        clause: clause::DELETE,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a server that keeps nothing of a backup that was deleted or replaced",
        remedy: "No app depends on it, and an old version can replace a backup that an upload destroyed. But an attacker who guesses a weak Safe password later can still open the old ciphertext. Empty the bin and the versions after a change of the password, or switch them off for this account (`occ config:system:set trashbin_retention_obligation --value=auto,7` makes it a week; versions_retention_obligation likewise).",
        run: bin,
    }
}

fn days(count: i64) -> String {
    counted(count, "day")
}

async fn refresh(context: &Context) -> Judged {
    let client = context.client();
    let read = config_of(context, client).await?.retention_days;
    // The promise is the number as written; Android wraps a large number.
    let promised = config(context).await?.retention_days;
    let newest = if client == Client::Ios {
        Refresh::FullRetention
    } else {
        Refresh::HalfRetentionDaily
    };
    let oldest = newest.oldest(Changes::Never, Some(read));
    let is_late =
        oldest.is_some() && oldest != newest.as_meant().oldest(Changes::Never, Some(read));
    // A retention without an end, or with one far in the future, does no harm.
    if promised > 0 && is_late {
        context.note(Condition::FullRetention);
    }
    Ok(judge_refresh(newest, read, promised))
}

/// Judges a promise of `promised` days for a client that reads it as `read`.
///
/// A known issue of the app is not a fault of the server, and no setting fixes it. What the authors
/// of the app intended counts.
fn judge_refresh(refresh: Refresh, read: i64, promised: i64) -> Outcome {
    let oldest = refresh.oldest(Changes::Never, Some(read));
    let meant = refresh.as_meant().oldest(Changes::Never, Some(read));
    let is_defect = oldest != meant && promised > 0;
    let as_meant = |meant: String| {
        if is_defect {
            format!(" ({meant}, as the app intends)")
        } else {
            String::new()
        }
    };
    let heading = match oldest {
        Some(oldest) => format!(
            "retentionDays {promised}: an unchanged backup is uploaded again when it is {} old{}",
            days(oldest),
            as_meant(meant.map_or_else(|| "never".to_owned(), days)),
        ),
        None => format!(
            "retentionDays {promised}: an unchanged backup is not uploaded again within a hundred years"
        ),
    };
    let left = |age: Option<i64>| promised.saturating_sub(age.unwrap_or(0));
    if promised < 1 {
        Outcome::not_applicable(format!(
            "{heading}, and the config names no day on which the server may delete it"
        ))
    } else if loses_on_the_dot(meant, promised) {
        Outcome::deviates(
            Stage::Meaning,
            format!(
                "{heading}; by then a server that deletes right after retentionDays has no backup"
            ),
        )
    } else if left(meant) < NEW_PHONE_DAYS {
        Outcome::deviates(
            Stage::Meaning,
            format!(
                "{heading}; a user who loses a phone just before that has {} left to restore{}",
                days(left(oldest).max(0)),
                as_meant(days(left(meant))),
            ),
        )
    } else if loses_on_the_dot(oldest, promised) {
        Outcome::pass(format!(
            "{heading}; by then a server that deletes right after retentionDays has no backup, which is a known issue of the app"
        ))
    } else {
        Outcome::pass(heading)
    }
}

async fn upload_refreshes(context: &Context) -> Judged {
    let is_time = context.facet().case() == "modified";
    let name = if is_time { "Last-Modified" } else { "ETag" };
    let mark = |marks: Marks| if is_time { marks.modified } else { marks.etag };
    let size = fitting(context, 2000).await;
    let backup = context.own_backup("backup");
    // All have the same length, like a backup that has not changed.
    let payload = |label| context.payload(label, Recipe::Random(size));
    let payload_of_first = payload("first");
    stored(context, &backup, &payload_of_first).await?;
    let Some(first) = mark(marks(context, &backup, &payload_of_first).await?) else {
        return Ok(Outcome::not_applicable(format!(
            "the server sends no {name}"
        )));
    };
    for (label, pause) in [("second", NEXT_SECOND), ("third", NEXT_STEP)] {
        context.pause(pause).await;
        let Some(now) = mark(replaced(context, &backup, &payload(label)).await?) else {
            return Ok(Outcome::blocked(format!(
                "the server sent {name} once, but not again"
            )));
        };
        match moved(&first, &now) {
            Moved::On => return Ok(Outcome::pass(format!("{name} is different after it"))),
            Moved::Back => {
                return Ok(Outcome::deviates(
                    Stage::Http,
                    format!("an upload over the backup set {name} back"),
                ));
            }
            Moved::Not => {}
        }
    }
    Ok(Outcome::deviates(
        Stage::Http,
        format!("{name} stayed the same after two uploads of other bytes over the backup"),
    ))
}

async fn download_refreshes(context: &Context) -> Judged {
    let method = if context.facet().case() == "head" {
        Method::Head
    } else {
        Method::Get
    };
    let backup = context.own_backup("backup");
    let payload = context.payload("backup", Recipe::Random(fitting(context, 2000).await));
    stored(context, &backup, &payload).await?;
    let ask = async || {
        let request = Request::new(method, Place::Backup(backup.clone()))
            .header("Accept", "application/octet-stream");
        context.send(request).await
    };
    let first = ask().await?;
    if !first.is_success() {
        return Ok(Outcome::not_applicable(format!(
            "a {} returned {}",
            method.as_str(),
            describe(&first)
        )));
    }
    let Some(before) = Marks::of(&first).modified else {
        return Ok(Outcome::not_applicable("the server sends no Last-Modified"));
    };
    context.pause(NEXT_SECOND).await;
    // A time that this request changes may show only in the next answer.
    ask().await?;
    let Some(after) = Marks::of(&ask().await?).modified else {
        return Ok(Outcome::blocked(
            "the server sent Last-Modified once, but not again",
        ));
    };
    Ok(if moved(&before, &after) == Moved::On {
        Outcome::deviates(
            Stage::Http,
            format!("a {} changed Last-Modified", method.as_str()),
        )
    } else {
        Outcome::pass(format!(
            "a {} did not change Last-Modified",
            method.as_str()
        ))
    })
}

/// What the answer to one kind of request shows of the backup.
struct Shown {
    /// Whether the backup is visible; `None` if the answer does not show this.
    shows: Option<bool>,
    status: u16,
}

async fn shows(context: &Context, backup: &OwnBackup) -> Result<Shown, Outcome> {
    let request = match context.facet().case() {
        "head" => Request::new(Method::Head, Place::Backup(backup.clone()))
            .header("Accept", "application/octet-stream"),
        "listing" => Request::new(Method::Get, Place::Listing(backup.clone()))
            .header("Accept", "*/*")
            .reading(1024 * 1024),
        _ => Request::new(Method::Propfind, Place::Listing(backup.clone()))
            .header("Depth", "1")
            .header("Accept", "*/*")
            .reading(1024 * 1024),
    };
    let is_head = request.method == Method::Head;
    let answer = context.send(request).await?;
    let shows = if answer.is_success() {
        let is_shown = is_head || Listing::from_word(&answer.body.bytes) == Listing::Ours;
        // It may stand in the unread part of a long list.
        (is_shown || !answer.body.overran).then_some(is_shown)
    } else if answer.proves_absence() {
        Some(false)
    } else {
        None
    };
    Ok(Shown {
        shows,
        status: answer.status,
    })
}

/// Returns the method with which this variant asks for a list, if it does.
fn listing_method(context: &Context) -> Option<Method> {
    match context.facet().case() {
        "listing" => Some(Method::Get),
        "propfind" => Some(Method::Propfind),
        _ => None,
    }
}

async fn deleted_everywhere(context: &Context) -> Judged {
    if let Some(method) = listing_method(context) {
        let own = list_as_owner(context, method).await?;
        if own.is_closed() {
            return Ok(Outcome::not_applicable(format!(
                "it was not visible before it was deleted, either: it returned {}",
                own.status
            )));
        }
    }
    let backup = context.recycled().await;
    let payload = context.payload("backup", Recipe::Random(fitting(context, 600).await));
    stored(context, &backup, &payload).await?;
    let before = shows(context, &backup).await?;
    if before.shows != Some(true) {
        return Ok(Outcome::not_applicable(format!(
            "it was not visible before it was deleted, either: it returned {}",
            before.status
        )));
    }
    let answer = context.send(Request::delete(&backup)).await?;
    // If the first answer was lost, the second request finds nothing to delete.
    let is_done = answer.is_success() || (answer.asked_again && answer.proves_absence());
    if !is_done {
        return Ok(Outcome::blocked(format!(
            "a DELETE of it returned {}",
            describe(&answer)
        )));
    }
    let after = shows(context, &backup).await?;
    let status = after.status;
    Ok(match after.shows {
        Some(true) => Outcome::deviates(
            Stage::Http,
            format!("it is still visible after it was deleted: it returned {status}"),
        ),
        Some(false) => Outcome::pass(format!(
            "it was visible, and no longer is: it returned {status}"
        )),
        None => Outcome::blocked(format!(
            "it was visible before it was deleted; then this returned {status}, which does not show whether it is gone"
        )),
    })
}

async fn bin(context: &Context) -> Judged {
    let (backup, _) = specimen(context).await?;
    let answer = context.send(Request::get(&backup)).await?;
    let base = &context.facts().base;
    let sign = if answer.header("oc-etag").is_some() {
        Some("it sends OC-ETag")
    } else if base.contains("/remote.php/") || base.contains("/public.php/") {
        Some("its URL says so")
    } else {
        None
    };
    Ok(match sign {
        None => Outcome::pass("nothing suggests a bin"),
        Some(sign) => Outcome::deviates(
            Stage::Meaning,
            format!(
                "this is a Nextcloud or ownCloud ({sign}). A deleted backup remains in its bin, a replaced one among its versions, unless those apps are switched off"
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(refresh: Refresh, days: i64) -> Outcome {
        judge_refresh(refresh, days, days)
    }

    #[test]
    fn a_short_promise_affects_both_and_a_long_one_nobody() {
        for refresh in Refresh::NEWEST {
            for days in 1..=14 {
                assert!(
                    matches!(judged(refresh, days), Outcome::Deviates(_)),
                    "{refresh:?} {days}"
                );
            }
            for days in [15, 30, 90, 180, 365, 36_500, 2_147_483_647, i64::MAX] {
                assert!(
                    matches!(judged(refresh, days), Outcome::Pass(_)),
                    "{refresh:?} {days}"
                );
            }
            for days in [0, -1, i64::MIN] {
                assert!(
                    matches!(judged(refresh, days), Outcome::NotApplicable(_)),
                    "{refresh:?} {days}"
                );
            }
        }
    }

    #[test]
    fn what_is_said_has_the_numbers() {
        let said = |outcome| match outcome {
            Outcome::Pass(said) | Outcome::NotApplicable(said) => said,
            Outcome::Deviates(deviation) => deviation.observed,
            other => panic!("{other:?}"),
        };
        let (android, ios) = (Refresh::HalfRetentionDaily, Refresh::FullRetention);
        insta::assert_snapshot!(
            [
                said(judged(android, 180)),
                said(judged(ios, 180)),
                said(judged(android, 1)),
                said(judged(ios, 1)),
                said(judged(android, 2)),
                said(judged(android, 14)),
                said(judged(ios, 14)),
                said(judged(android, 0)),
                said(judged(ios, 0)),
                said(judged(android, 1_000_000)),
                said(judge_refresh(android, 1_215_752_191, 99_999_999_999)),
                said(judge_refresh(android, 1, 4_294_967_297)),
            ]
            .join("\n"),
            @r"
            retentionDays 180: an unchanged backup is uploaded again when it is 91 days old
            retentionDays 180: an unchanged backup is uploaded again when it is 181 days old (91 days, as the app intends); by then a server that deletes right after retentionDays has no backup, which is a known issue of the app
            retentionDays 1: an unchanged backup is uploaded again when it is 1 day old; by then a server that deletes right after retentionDays has no backup
            retentionDays 1: an unchanged backup is uploaded again when it is 2 days old (1 day, as the app intends); by then a server that deletes right after retentionDays has no backup
            retentionDays 2: an unchanged backup is uploaded again when it is 2 days old; by then a server that deletes right after retentionDays has no backup
            retentionDays 14: an unchanged backup is uploaded again when it is 8 days old; a user who loses a phone just before that has 6 days left to restore
            retentionDays 14: an unchanged backup is uploaded again when it is 15 days old (8 days, as the app intends); a user who loses a phone just before that has 0 days left to restore (6 days, as the app intends)
            retentionDays 0: an unchanged backup is uploaded again when it is 91 days old, and the config names no day on which the server may delete it
            retentionDays 0: an unchanged backup is uploaded again when it is 1 day old, and the config names no day on which the server may delete it
            retentionDays 1000000: an unchanged backup is not uploaded again within a hundred years
            retentionDays 99999999999: an unchanged backup is not uploaded again within a hundred years
            retentionDays 4294967297: an unchanged backup is uploaded again when it is 1 day old
            "
        );
    }
}
