//! Strangers: what someone without credentials, or with wrong ones, can do.

use super::WHOLE;
use super::auth::{needs_login, small_backup};
use super::judge::{Judged, describe};
use crate::clients::Operation;
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::wire::{Context, LoginUse, Place, Recipe, Request, Response};

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
        remedy: "Protect reading as well as writing: whoever learns a backup ID can download the backup.",
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
        remedy: "Demand credentials for PUT: a stranger can fill the disk, and most likely replace `config` too.",
        run: anonymous_upload,
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
        remedy: "Demand credentials for DELETE: a stranger who learns a backup ID can destroy the backup.",
        run: anonymous_delete,
    }

    /// A session cookie does not stand in for the credentials.
    COOKIE = Check {
        id: "auth.cookie",
        clause: clause::AUTHENTICATION,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "a cookie that an earlier answer set is not enough to get in",
        remedy: "Nothing that the apps need: know that a stolen cookie of this server opens the backups as long as it is valid.",
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
        remedy: "The server does not check the password: look at its list of users and at what the proxy passes on.",
        run: wrong,
    }
}

async fn anonymous_config(context: &Context) -> Judged {
    needs_login(context)?;
    let request = context
        .as_client(Client::Android, Operation::ReadConfig, Place::Config)
        .anonymous();
    let answer = context.send(request).await?;
    Ok(if answer.is_success() {
        Outcome::deviates(Stage::Auth, "`config` is given to anyone")
    } else {
        refused(&answer)
    })
}

/// The outcome of a request that was to be refused, and was not granted.
fn refused(answer: &Response) -> Outcome {
    if (400..500).contains(&answer.status) {
        Outcome::pass(format!("refused with {}", answer.status))
    } else {
        Outcome::blocked(format!("answered {}", describe(answer)))
    }
}

async fn anonymous_download(context: &Context) -> Judged {
    needs_login(context)?;
    let backup = small_backup(context, "secret").await?;
    let answer = context.send(Request::get(&backup).anonymous()).await?;
    Ok(if answer.is_success() {
        Outcome::deviates(Stage::Auth, "a backup is given to anyone who knows its ID")
    } else {
        refused(&answer)
    })
}

async fn anonymous_upload(context: &Context) -> Judged {
    needs_login(context)?;
    let backup = context.own_backup("stranger's");
    let payload = context.payload("stranger's", Recipe::Random(600));
    let answer = context
        .send(Request::put(&backup, &payload).anonymous())
        .await?;
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() && after.body.is(&payload) {
        Outcome::deviates(
            Stage::Auth,
            format!(
                "an upload without credentials was stored (answered {})",
                answer.status
            ),
        )
    } else if answer.is_success() {
        Outcome::pass(format!(
            "answered {}, but nothing was stored",
            answer.status
        ))
    } else {
        Outcome::pass(format!(
            "refused with {}, and nothing was stored",
            answer.status
        ))
    })
}

async fn anonymous_delete(context: &Context) -> Judged {
    needs_login(context)?;
    let backup = small_backup(context, "victim").await?;
    let answer = context.send(Request::delete(&backup).anonymous()).await?;
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() {
        Outcome::pass(format!(
            "refused with {}, and the backup is still there",
            answer.status
        ))
    } else {
        Outcome::deviates(
            Stage::Auth,
            format!(
                "a DELETE without credentials removed a backup (answered {})",
                answer.status
            ),
        )
    })
}

async fn cookie(context: &Context) -> Judged {
    needs_login(context)?;
    let request = || context.as_client(Client::Android, Operation::ReadConfig, Place::Config);
    let with = context.send(request().login(LoginUse::Given)).await?;
    let cookies: Vec<_> = with
        .headers("set-cookie")
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    if cookies.is_empty() {
        return Ok(Outcome::not_applicable("the server sets no cookie"));
    }
    let bare = context.send(request().anonymous()).await?;
    if bare.is_success() {
        return Ok(Outcome::not_applicable(
            "`config` needs no credentials here",
        ));
    }
    let answer = context
        .send(request().login(LoginUse::Cookie(cookies.join("; "))))
        .await?;
    Ok(if answer.is_success() {
        Outcome::deviates(
            Stage::Auth,
            "a cookie of an earlier answer was enough to get in",
        )
    } else {
        Outcome::pass(format!(
            "the cookie alone was refused with {}",
            answer.status
        ))
    })
}

async fn wrong(context: &Context) -> Judged {
    needs_login(context)?;
    let backup = small_backup(context, "guarded").await?;
    if context
        .send(Request::get(&backup).anonymous())
        .await?
        .is_success()
    {
        return Ok(Outcome::not_applicable("a backup is given to anyone here"));
    }
    let answer = context
        .send(Request::get(&backup).login(LoginUse::Wrong))
        .await?;
    Ok(if answer.is_success() {
        Outcome::deviates(
            Stage::Auth,
            format!(
                "a wrong password was as good as the right one: {}",
                describe(&answer)
            ),
        )
    } else {
        refused(&answer)
    })
}
