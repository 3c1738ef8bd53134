//! What a client without credentials, or with wrong ones, can do.

use super::auth::{
    AnonymousUpload, download_without_login, may_be_anonymous, needs_login, upload_without_login,
};
use super::facets::WHOLE;
use super::judge::{Judged, describe, page};
use super::privacy::open_listings;
use super::upload::{judge_taken, stored};
use crate::clients::{Condition, Operation};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::wire::{
    Answer, Context, FailureKind, LoginUse, Method, OwnBackup, Place, Recipe, Request, Response,
};

checks! { Context;
    /// The config is refused to someone without credentials.
    ANONYMOUS_CONFIG = Check {
        id: "auth.anonymous-config",
        clause: clause::AUTHENTICATION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "401 or 403 for a GET of `config` without credentials",
        remedy: "Protect reading as well as writing (Apache: `Require valid-user` outside `<LimitExcept>`; nginx: `auth_basic` outside `limit_except`).",
        run: anonymous_config,
    }

    /// A backup is not given to someone without credentials.
    ANONYMOUS_DOWNLOAD = Check {
        id: "auth.anonymous-download",
        clause: clause::SECRECY,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "401, 403 or 404 for a GET of a backup without credentials",
        remedy: "Protect reading as well as writing. A person who learns a backup ID can download the backup.",
        run: anonymous_download,
    }

    /// Someone without credentials cannot upload.
    ANONYMOUS_UPLOAD = Check {
        id: "auth.anonymous-upload",
        clause: clause::SECRECY,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::WritesOwnBackup,
        expected: "401 or 403 for a PUT without credentials, and nothing stored",
        remedy: "Require credentials for PUT: without them anybody can fill the disk, and most likely replace `config` as well.",
        run: anonymous_upload,
    }

    /// Someone without credentials cannot replace a backup that is there.
    ANONYMOUS_OVERWRITE = Check {
        id: "auth.anonymous-overwrite",
        clause: clause::SECRECY,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "401 or 403 for a PUT without credentials over an existing backup, and the backup unchanged",
        remedy: "Require credentials for every PUT: without them anybody who learns a backup ID can replace the backup.",
        run: anonymous_overwrite,
    }

    /// Someone without credentials does not learn whether a backup is there.
    ANONYMOUS_PROBE = Check {
        id: "auth.anonymous-probe",
        clause: clause::SECRECY,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "401, 403 or 404 for a HEAD of a backup without credentials",
        remedy: "Require credentials for HEAD as for GET: the size and the time of a backup are private.",
        run: anonymous_probe,
    }

    /// Someone without credentials cannot delete.
    ANONYMOUS_DELETE = Check {
        id: "auth.anonymous-delete",
        clause: clause::SECRECY,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "401 or 403 for a DELETE without credentials, and the backup still there",
        remedy: "Require credentials for DELETE: without them anybody who learns a backup ID can destroy the backup.",
        run: anonymous_delete,
    }

    /// A session cookie does not replace the credentials.
    COOKIE = Check {
        id: "auth.cookie",
        clause: clause::AUTHENTICATION,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "no access with only a cookie that an earlier answer set",
        remedy: "No app depends on it. But a stolen cookie of this server opens the backups as long as it is valid.",
        run: cookie,
    }

    /// Wrong credentials are refused.
    WRONG = Check {
        id: "auth.wrong-password",
        clause: clause::AUTHENTICATION,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::MayLockOut,
        expected: "401 or 403 for a GET of a backup with a wrong password",
        remedy: "The server does not check the password. Look at its list of users, and at what the proxy forwards.",
        run: wrong,
    }
}

async fn anonymous_config(context: &Context) -> Judged {
    needs_login(context)?;
    let answer = context.unauthenticated_config().await?;
    Ok(if gives(&answer) {
        Outcome::deviates(Stage::Auth, "anybody can download `config`")
    } else {
        refused(&answer)
    })
}

/// Returns whether an answer holds what was requested: it is a success, not empty, and not an HTML
/// page instead.
fn gives(answer: &Response) -> bool {
    answer.is_success() && answer.body.length > 0 && page(&answer.body).is_none()
}

/// Returns the outcome of a request that had to be refused and was not granted.
fn refused(answer: &Response) -> Outcome {
    if answer.is_success() {
        Outcome::pass(format!(
            "returned {} instead of what was requested",
            describe(answer)
        ))
    } else if (400..500).contains(&answer.last_status()) {
        Outcome::pass(format!("refused with {}", answer.last_status()))
    } else {
        Outcome::blocked(format!("returned {}", describe(answer)))
    }
}

async fn anonymous_download(context: &Context) -> Judged {
    needs_login(context)?;
    let answer = download_without_login(context).await??;
    Ok(if gives(&answer) {
        context.note(Condition::AnybodyDownloads);
        Outcome::deviates(
            Stage::Auth,
            "anybody who knows its ID can download a backup",
        )
    } else {
        refused(&answer)
    })
}

async fn anonymous_upload(context: &Context) -> Judged {
    needs_login(context)?;
    may_be_anonymous(context)?;
    let AnonymousUpload {
        answer,
        after,
        payload,
    } = upload_without_login(context).await;
    let answered = answered(answer)?;
    // What was stored decides, not the answer.
    let after = after?;
    Ok(if after.is_success() && after.body.is(&payload) {
        Outcome::deviates(
            Stage::Auth,
            format!("an upload without credentials was stored ({answered})"),
        )
    } else if after.is_success() && after.body.is_cut_from(&payload) {
        Outcome::deviates(
            Stage::Auth,
            format!("a part of an upload without credentials was stored ({answered})"),
        )
    } else if after.proves_absence() {
        Outcome::pass(format!("{answered}, and not stored"))
    } else {
        Outcome::blocked(format!(
            "{answered}, and a GET afterwards {}, which does not show whether it was stored",
            describe(&after)
        ))
    })
}

/// Returns what was answered to a request that had to be refused. Any answer of the server will do;
/// only its absence is an error.
fn answered(answer: Answer) -> Result<String, Outcome> {
    match answer {
        Ok(answer) => Ok(format!("returned {}", answer.status)),
        Err(failure) if failure.kind.is_peer() => Ok("not answered".to_owned()),
        Err(failure) => Err(failure.into()),
    }
}

/// Stores a backup again, and returns whether it stays while nobody asks without credentials. On a
/// server that loses backups, a missing one does not show who removed it.
async fn keeps(context: &Context, backup: &OwnBackup) -> Result<bool, Outcome> {
    let payload = context.payload("control", Recipe::Random(600));
    if stored(context, backup, &payload).await.is_err() {
        return Ok(false);
    }
    let again = context.send(Request::get(backup)).await?;
    Ok(again.is_success() && again.body.is(&payload))
}

/// How many requests without credentials a run may send in addition to those of every run. Open
/// listings use them first.
///
/// Source: servers.ban-crowdsec.
const SPARE: usize = 2;

/// Ends a check that asks without credentials if `before` others of its kind and the listings have
/// used up the requests.
async fn has_room(context: &Context, before: usize) -> Result<(), Outcome> {
    may_be_anonymous(context)?;
    if open_listings(context).await? + before < SPARE {
        return Ok(());
    }
    Err(Outcome::not_applicable(
        "not requested: a run sends at most six requests without credentials",
    ))
}

async fn anonymous_overwrite(context: &Context) -> Judged {
    needs_login(context)?;
    has_room(context, 0).await?;
    let backup = context.recycled().await;
    let old = context.payload("old", Recipe::Random(600));
    let new = context.payload("new", Recipe::Random(600));
    stored(context, &backup, &old).await?;
    let request = Request::put(&backup, &new).anonymous();
    let answered = answered(context.send(request).await)?;
    // What is stored now decides, not the answer.
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() && after.body.is(&old) {
        Outcome::pass(format!("{answered}, and the backup is unchanged"))
    } else if (after.is_success() && (after.body.is(&new) || after.body.is_cut_from(&new)))
        || (after.proves_absence() && keeps(context, &backup).await?)
    {
        Outcome::deviates(
            Stage::Auth,
            format!("an upload without credentials replaced a backup ({answered})"),
        )
    } else {
        Outcome::blocked(format!(
            "{answered}, and a GET afterwards {}, which does not show what is there",
            describe(&after)
        ))
    })
}

async fn anonymous_probe(context: &Context) -> Judged {
    needs_login(context)?;
    has_room(context, 1).await?;
    let backup = context.recycled().await;
    let payload = context.payload("secret", Recipe::Random(600));
    stored(context, &backup, &payload).await?;
    let request = Request::new(Method::Head, Place::Backup(backup)).header("Accept", "*/*");
    let answer = context.send(request.anonymous()).await?;
    let bare = context.unauthenticated_config().await;
    let is_page_for_all = bare.is_ok_and(|bare| bare.is_success() && !gives(&bare));
    Ok(if answer.is_success() && is_page_for_all {
        Outcome::blocked(
            "a HEAD does not show whether it leads to the page that a client without credentials gets for `config`",
        )
    } else if answer.is_success() {
        Outcome::deviates(
            Stage::Auth,
            "anybody who knows its ID can find out whether a backup exists",
        )
    } else {
        refused(&answer)
    })
}

async fn anonymous_delete(context: &Context) -> Judged {
    needs_login(context)?;
    may_be_anonymous(context)?;
    let backup = context.recycled().await;
    let payload = context.payload("victim", Recipe::Random(600));
    stored(context, &backup, &payload).await?;
    let answered = answered(context.send(Request::delete(&backup).anonymous()).await)?;
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() && after.body.is(&payload) {
        Outcome::pass(format!("{answered}, and the backup is still there"))
    } else if after.proves_absence() && keeps(context, &backup).await? {
        Outcome::deviates(
            Stage::Auth,
            format!("a DELETE without credentials removed a backup ({answered})"),
        )
    } else {
        Outcome::blocked(format!(
            "{answered}, and a GET afterwards {}, which does not show whether the backup is still there",
            describe(&after)
        ))
    })
}

/// Returns the cookies that an answer sets, as a client sends them back: of each name the last
/// value.
///
/// Source: RFC 6265 section 5.3, step 11.
fn cookies_of(answer: &Response) -> String {
    let mut kept: Vec<(&str, &str)> = Vec::new();
    let pairs = answer
        .headers("set-cookie")
        .filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    for (name, value) in pairs {
        kept.retain(|(known, _)| *known != name);
        kept.push((name, value));
    }
    let kept: Vec<_> = kept
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    kept.join("; ")
}

async fn cookie(context: &Context) -> Judged {
    needs_login(context)?;
    let request = || context.as_client(Client::Android, Operation::ReadConfig, Place::Config);
    let with = context.send(request()).await?;
    let cookies = cookies_of(&with);
    if cookies.is_empty() {
        return Ok(Outcome::not_applicable("the server sets no cookie"));
    }
    may_be_anonymous(context)?;
    if context.unauthenticated_config().await?.is_success() {
        return Ok(Outcome::not_applicable(
            "`config` needs no credentials here",
        ));
    }
    let answer = context
        .send(request().login(LoginUse::Cookie(cookies)))
        .await?;
    Ok(if gives(&answer) {
        Outcome::deviates(
            Stage::Auth,
            "a cookie of an earlier answer was enough for access",
        )
    } else {
        refused(&answer)
    })
}

async fn wrong(context: &Context) -> Judged {
    needs_login(context)?;
    if gives(&download_without_login(context).await??) {
        return Ok(Outcome::not_applicable(
            "anybody can download a backup here",
        ));
    }
    let backup = context.recycled().await;
    let payload = context.payload("guarded", Recipe::Random(600));
    let wrong = Request::get(&backup).login(LoginUse::Wrong);
    let (put, ()) = tokio::join!(
        context.send(Request::put(&backup, &payload)),
        context.get_ready_for(&wrong)
    );
    judge_taken(put)?;
    let answer = match context.send(wrong).await {
        // The one wrong login of this run was the password in another encoding; it was refused.
        Err(failure) if failure.kind == FailureKind::Guarded => {
            return Ok(Outcome::not_applicable(failure.message));
        }
        answer => answer?,
    };
    // What is not there is missing for everybody.
    if answer.proves_absence() && !context.send(Request::get(&backup)).await?.is_success() {
        return Ok(Outcome::blocked(
            "no backup could be stored for this check: it was not there after the upload",
        ));
    }
    Ok(if gives(&answer) {
        Outcome::deviates(
            Stage::Auth,
            format!("a wrong password was accepted: {}", describe(&answer)),
        )
    } else {
        refused(&answer)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Http};

    fn answer(status: u16, body: &[u8]) -> Response {
        Response::new(
            status,
            Http::One,
            Vec::new(),
            Body::new(body.to_vec().into(), false),
        )
    }

    #[test]
    fn an_anonymous_request_is_refused_by_4xx_alone() {
        for status in [400, 401, 403, 404, 405, 499] {
            let outcome = refused(&answer(status, b""));
            assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
        }
        for status in [302, 399, 500, 503] {
            let outcome = refused(&answer(status, b""));
            assert!(matches!(outcome, Outcome::Blocked { .. }), "{outcome:?}");
        }
    }

    #[test]
    fn of_two_cookies_with_one_name_the_last_counts() {
        let set = |value: &str| ("set-cookie".to_owned(), value.to_owned());
        let answer = Response::new(
            200,
            Http::One,
            vec![
                set("oc=1; path=/"),
                set("nc=a=b; HttpOnly"),
                set("oc=2; path=/; secure"),
            ],
            Body::new(bytes::Bytes::default(), false),
        );
        assert_eq!(cookies_of(&answer), "nc=a=b; oc=2");
    }
}
