//! Uploads: accepted, stored, replaced and restored.

use super::config;
use super::facets::{MOBILE, MOBILE_BY_HTTP, WHOLE};
use super::judge::{
    Doing, Judged, accepts, describe, diagnosed, diagnosed_at_once, difference, refused_login,
    with_problem,
};
use crate::clients::{Condition, Operation, Transport};
use crate::diagnosis::{Silence, Subject, diagnose_silence};
use crate::engine::{Deviation, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::backup;
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::wire::{
    Answer, Context, Failure, FailureKind, Manner, Method, OwnBackup, Payload, Place, Recipe,
    Request, Response,
};

checks! { Context;
    /// The server accepts an upload.
    ACCEPTED = Check {
        id: "upload.accepted",
        clause: clause::UPLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE_BY_HTTP,
        needs: &["config.readable"],
        effect: Effect::WritesOwnBackup,
        expected: "a 2xx for a PUT of a backup as the client sends it",
        remedy: "Let the server take a PUT into the folder `backups`: the folder must exist, and this user must be allowed to write there. The server's log says why it refused.",
        run: accepted,
    }

    /// A stored backup comes back byte for byte.
    ROUND_TRIP = Check {
        id: "upload.round-trip",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: MOBILE_BY_HTTP,
        needs: &["upload.accepted"],
        effect: Effect::WritesOwnBackup,
        expected: "a 2xx for a GET right after the upload, with exactly the uploaded bytes",
        remedy: "The server says that it stored the backup, but does not return it. Do not use this server before it is fixed. Look for a full disk, a directory that it cannot write, a link that only accepts files, or a proxy that changes bodies.",
        run: round_trip,
    }

    /// A downloaded backup can be restored: decrypted, decompressed and read.
    RESTORE = Check {
        id: "upload.restore",
        clause: clause::ENVELOPE,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: MOBILE,
        needs: &["upload.accepted"],
        effect: Effect::WritesOwnBackup,
        expected: "a backup that can be decrypted and decompressed and holds the identity that was backed up",
        remedy: "Something between the apps and the disk changes the bytes of a backup. Look at proxies and filters.",
        run: restore,
    }

    /// A second upload replaces the first.
    OVERWRITE = Check {
        id: "upload.overwrite",
        clause: clause::UPLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BOTH,
        variants: MOBILE_BY_HTTP,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a 2xx for a second PUT, after which a GET returns the second backup and nothing of the first",
        remedy: "Let this user replace files, not only add them. Otherwise every backup after the first is lost.",
        run: overwrite,
    }

    /// Older releases also accept the answer to an upload.
    STATUS = Check {
        id: "upload.status",
        clause: clause::UPLOAD,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.accepted"],
        effect: Effect::WritesOwnBackup,
        expected: "200, 201 or 204 for a PUT: Android up to 6.1.3 accepts no other status",
        remedy: "Let the server answer 201 for a new backup and 204 for a replaced one.",
        run: status,
    }

    /// A client that waits for `100 Continue` can upload.
    EXPECT_CONTINUE = Check {
        id: "upload.expect-continue",
        clause: clause::UPLOAD,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a stored backup after an upload with `Expect: 100-continue`, with or without a `100 Continue`",
        remedy: "No app sends it today, but proxies and other tools do. Update the server, or let a proxy remove the field.",
        run: expect_continue,
    }

    /// An upload without a declared length is stored.
    CHUNKED = Check {
        id: "upload.chunked",
        clause: clause::UPLOAD,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a stored backup after an upload with `Transfer-Encoding: chunked`",
        remedy: "No app needs it today, but a proxy that streams uploads does. Let that proxy buffer them.",
        run: chunked,
    }
}

/// The largest backup that counts as small, in bytes.
const SMALL: usize = 8192;

/// Uploads a backup as `client` does.
pub(super) async fn upload(
    context: &Context,
    client: Client,
    backup: &OwnBackup,
    payload: &Payload,
    doing: &str,
) -> Result<Response, Outcome> {
    let place = Place::Backup(backup.clone());
    let answer = context
        .perform(client, Operation::Upload, place, Some(payload))
        .await
        .doing(doing)?;
    if accepts(Transport::of(client), Operation::Upload, &answer) {
        return Ok(answer);
    }
    // The check's own remedy does not help, because the check is not about the upload. A smaller
    // one is stored where this check runs.
    let subject = if payload.len() > SMALL {
        Subject::LargeBackup
    } else {
        Subject::Backup
    };
    let mut deviation = diagnosed_at_once(context, &answer, doing, (Method::Put, subject));
    deviation
        .remedy
        .get_or_insert_with(|| ACCEPTED.remedy.to_owned());
    Err(deviation.into())
}

/// Downloads a backup as the client of this variant does.
pub(super) async fn download(
    context: &Context,
    backup: &OwnBackup,
    doing: &str,
) -> Result<Response, Outcome> {
    let transport = context.transport();
    let place = Place::Backup(backup.clone());
    let answer = context
        .perform(transport.client, Operation::Download, place, None)
        .await
        .doing(doing)?;
    if accepts(transport, Operation::Download, &answer) {
        if answer.body.length == 0 {
            context.note(Condition::EmptyBackup);
        }
        Ok(answer)
    } else {
        let asked = (Method::Get, Subject::StoredBackup);
        let deviation = diagnosed(context, &answer, doing, asked, true).await;
        Err(deviation.into())
    }
}

/// Stores a payload and verifies that it is there. Other checks judge whether that works. If it
/// does not, this check is blocked.
pub(super) async fn stored(
    context: &Context,
    backup: &OwnBackup,
    payload: &Payload,
) -> Result<(), Outcome> {
    let put = context.send(Request::put(backup, payload)).await;
    let get = match &put {
        Ok(answer) if answer.is_success() => {
            context
                .send(Request::get(backup).reading(payload.len()))
                .await
        }
        _ => put.clone(),
    };
    judge_stored(put, get, payload)
}

fn not_stored(why: &str) -> Outcome {
    Outcome::blocked(format!("no backup could be stored for this check: {why}"))
}

fn not_there(failure: Failure) -> Outcome {
    if failure.kind.is_peer() {
        not_stored(&failure.message)
    } else {
        failure.into()
    }
}

/// Returns the answer to a PUT that says that a payload was taken. If it was not, the check is
/// blocked.
pub(super) fn judge_taken(put: Answer) -> Result<Response, Outcome> {
    let answer = put.map_err(not_there)?;
    if answer.is_success() {
        Ok(answer)
    } else {
        Err(not_stored(&describe(&answer)))
    }
}

/// Returns whether the answers to a PUT and to a GET show that a payload is stored. If not, the
/// check is blocked.
pub(super) fn judge_stored(put: Answer, get: Answer, payload: &Payload) -> Result<(), Outcome> {
    let answer = judge_taken(put)?;
    let after = get.map_err(not_there)?;
    if !after.is_success() {
        return Err(not_stored(&format!(
            "a PUT returned {}, then a GET {}",
            answer.status,
            describe(&after)
        )));
    }
    match difference(&after.body, payload) {
        None => Ok(()),
        Some(difference) => Err(not_stored(&format!("it {difference}"))),
    }
}

async fn accepted(context: &Context) -> Judged {
    let (payload, _) = context.sealed("backup");
    let place = Place::Backup(context.own_backup("backup"));
    let transport = context.transport();
    let doing = "a PUT of a backup";
    let answer = context
        .perform(transport.client, Operation::Upload, place, Some(&payload))
        .await;
    if let Err(failure) = &answer
        && failure.kind.is_peer()
    {
        return Ok(unanswered(failure, doing).into());
    }
    let asked = (Method::Put, Subject::Backup);
    if let Err(failure) = &answer
        && failure.kind == FailureKind::CredentialsRefused
        && let Some(first) = context.refused_upload()
    {
        // The run's first upload was refused, and this one was not sent for that reason.
        return Ok(refused_login(context, first, doing, asked).await);
    }
    let answer = answer.doing(doing)?;
    if accepts(transport, Operation::Upload, &answer) {
        return Ok(Outcome::pass(format!(
            "{} over {}",
            answer.status,
            answer.http.name()
        )));
    }
    let deviation = diagnosed(context, &answer, doing, asked, true).await;
    Ok(deviation.into())
}

/// Returns a deviation because an upload got no answer.
fn unanswered(failure: &Failure, doing: &str) -> Deviation {
    let observed = format!("{doing}: {}", failure.message);
    let asked = Some((Method::Put, Subject::Backup));
    let kind = failure.kind;
    with_problem(
        Deviation::new(failure.stage, observed),
        diagnose_silence(&Silence { asked, kind }),
    )
}

async fn round_trip(context: &Context) -> Judged {
    let payload = context.payload("backup", Recipe::Random(round_trip_bytes(context).await));
    let backup = context.own_backup("backup");
    upload(
        context,
        context.client(),
        &backup,
        &payload,
        "a PUT of a backup",
    )
    .await?;
    let answer = download(context, &backup, "a GET right after the upload").await?;
    Ok(match difference(&answer.body, &payload) {
        None => Outcome::pass(format!("{} bytes came back unchanged", payload.len())),
        Some(difference) => Outcome::deviates(Stage::Size, format!("the backup {difference}")),
    })
}

/// Returns the size of the backup that makes the round trip, in bytes: an odd number, so that
/// padding is noticed, and less than `config` permits, as every upload of the apps.
async fn round_trip_bytes(context: &Context) -> usize {
    const USUAL: usize = 24_001;
    let limits = config::limits(context).await.unwrap_or_default();
    let least = limits.first().map(|least| usize::try_from(*least));
    match least {
        Some(Ok(most)) if most <= USUAL => most.saturating_sub(2) | 1,
        _ => USUAL,
    }
}

async fn restore(context: &Context) -> Judged {
    let (payload, private_key) = context.sealed("backup");
    let backup = context.own_backup("backup");
    upload(
        context,
        context.client(),
        &backup,
        &payload,
        "a PUT of a backup",
    )
    .await?;
    let answer = download(context, &backup, "a GET right after the upload").await?;
    Ok(judge_restore(context, &answer, &private_key))
}

/// Opens the downloaded backup and looks for the identity in it.
pub(super) fn judge_restore(
    context: &Context,
    answer: &Response,
    private_key: &[u8; 32],
) -> Outcome {
    let json = match context.open(&answer.body.bytes) {
        Ok(json) => json,
        Err(error) => {
            return Outcome::deviates(error.stage(), format!("the downloaded backup: {error}"));
        }
    };
    match backup::identity_of(&json) {
        Ok(identity) if identity.private_key.as_bytes() == private_key => {
            Outcome::pass("decrypted and decompressed; the identity is the one that was backed up")
        }
        Ok(_) => Outcome::deviates(
            Stage::Meaning,
            "the backup holds another identity than the one that was backed up",
        ),
        Err(error) => Outcome::deviates(error.stage(), format!("the downloaded backup: {error}")),
    }
}

async fn overwrite(context: &Context) -> Judged {
    // The second is shorter: a server that overwrites in place keeps the tail of the first.
    let first = context.payload("first", Recipe::Random(3000));
    let second = context.payload("second", Recipe::Random(2000));
    let backup = context.own_backup("backup");
    let client = context.client();
    upload(context, client, &backup, &first, "the first PUT").await?;
    let doing = "a PUT over an existing backup";
    let place = Place::Backup(backup.clone());
    let replaced = context
        .perform(client, Operation::Upload, place, Some(&second))
        .await
        .doing(doing)?;
    if !accepts(context.transport(), Operation::Upload, &replaced) {
        let asked = (Method::Put, Subject::ReplacedBackup);
        return Ok(diagnosed_at_once(context, &replaced, doing, asked).into());
    }
    let answer = download(context, &backup, "a GET after the second upload").await?;
    Ok(if answer.body.is(&second) {
        Outcome::pass("the second upload replaced the first")
    } else if answer.body.is(&first) {
        Outcome::deviates(
            Stage::Http,
            "the second upload was accepted, but the first backup is still there",
        )
    } else {
        let difference = difference(&answer.body, &second).unwrap_or_default();
        Outcome::deviates(Stage::Size, format!("the second backup {difference}"))
    })
}

async fn status(context: &Context) -> Judged {
    let backup = context.own_backup("backup");
    let mut seen = Vec::new();
    for slot in ["first", "second"] {
        let payload = context.payload(slot, Recipe::Random(600));
        let answer = context.send(Request::put(&backup, &payload)).await?;
        if !answer.is_success() {
            return Ok(Outcome::blocked(format!(
                "an upload returned {}",
                describe(&answer)
            )));
        }
        seen.push(answer.status);
    }
    let observed = format!(
        "{} for a new backup, {} for a replaced one",
        seen[0], seen[1]
    );
    Ok(
        if seen.iter().all(|status| matches!(status, 200 | 201 | 204)) {
            Outcome::pass(observed)
        } else {
            Outcome::deviates(Stage::Http, observed)
        },
    )
}

/// Uploads in an uncommon way and reads the backup back. `Err` if the result is already clear.
async fn uncommon(
    context: &Context,
    manner: Manner,
) -> Result<(Response, Payload, Response), Outcome> {
    let payload = context.payload("backup", Recipe::Random(6000));
    let backup = context.own_backup("backup");
    let answer = context
        .send(Request::put(&backup, &payload).manner(manner))
        .await?;
    let after = context.send(Request::get(&backup)).await?;
    if !after.is_success() && !after.proves_absence() {
        return Err(Outcome::blocked(format!(
            "it is unknown what was stored: a GET returned {}",
            describe(&after)
        )));
    }
    Ok((answer, payload, after))
}

async fn expect_continue(context: &Context) -> Judged {
    let (answer, payload, after) = uncommon(context, Manner::ExpectContinue).await?;
    Ok(
        if answer.is_success() && !(after.is_success() && after.body.is(&payload)) {
            let stored = if after.is_success() {
                bytes_of(&after)
            } else {
                "nothing".to_owned()
            };
            Outcome::deviates(
                Stage::Http,
                format!(
                    "returned {} without waiting for the body, and stored {stored}",
                    answer.status
                ),
            )
        } else if !answer.is_success() {
            Outcome::deviates(Stage::Http, format!("refused with {}", describe(&answer)))
        } else if answer.continued {
            Outcome::pass("100, then the body was accepted and stored")
        } else {
            Outcome::pass("no 100 came within a second, but the body was accepted and stored")
        },
    )
}

fn bytes_of(answer: &Response) -> String {
    super::judge::bytes(answer.body.length)
}

async fn chunked(context: &Context) -> Judged {
    let (answer, payload, after) = uncommon(context, Manner::Chunked).await?;
    Ok(if !answer.is_success() {
        Outcome::deviates(Stage::Http, format!("refused with {}", describe(&answer)))
    } else if after.is_success() && after.body.is(&payload) {
        Outcome::pass("stored")
    } else {
        Outcome::deviates(
            Stage::Http,
            format!("returned {}, but not stored unchanged", answer.status),
        )
    })
}

/// Returns the smallest limit that a client reads in `config`, in bytes; none if no client
/// understands it.
async fn smallest_limit(context: &Context) -> i64 {
    let limits = config::limits(context).await.unwrap_or_default();
    limits.first().copied().unwrap_or(i64::MAX)
}

/// Returns the largest backup that every client uploads, in bytes, as far as the config can be
/// read.
pub(super) async fn largest(context: &Context) -> usize {
    let largest = smallest_limit(context).await.saturating_sub(1);
    usize::try_from(largest).unwrap_or(usize::MAX).max(64)
}

/// Returns the smaller of `wanted` and half of what the config allows, in bytes.
pub(super) async fn fitting(context: &Context, wanted: usize) -> usize {
    let half = smallest_limit(context).await / 2;
    usize::try_from(half).map_or(wanted, |half| wanted.min(half).max(64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &[u8]) -> Response {
        Response::new(
            status,
            crate::wire::Http::One,
            Vec::new(),
            crate::wire::Body::new(body.to_vec().into(), false),
        )
    }

    #[test]
    fn a_payload_is_there_only_where_both_answers_say_so() {
        let payload = Payload::sealed(b"a backup".to_vec());
        let created = || Ok(answer(201, b""));
        let there = || Ok(answer(200, b"a backup"));
        assert_eq!(judge_stored(created(), there(), &payload), Ok(()));
        let closed = || Err(Failure::peer(Stage::Http, "the connection was closed"));
        for (put, get, words) in [
            (Ok(answer(403, b"")), there(), "403 Forbidden"),
            (
                created(),
                Ok(answer(404, b"")),
                "a PUT returned 201, then a GET 404",
            ),
            (created(), Ok(answer(200, b"a back")), "it came back cut"),
            (closed(), there(), "the connection was closed"),
            (created(), closed(), "the connection was closed"),
        ] {
            match judge_stored(put, get, &payload) {
                Err(Outcome::Blocked { reason, .. }) => {
                    assert!(reason.contains(words), "{reason}");
                    assert!(reason.starts_with("no backup could be stored"), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
