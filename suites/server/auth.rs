//! Credentials: taken when right, asked for when absent, refused when wrong.

use super::WHOLE;
use super::judge::{Doing, Judged, describe, refusal};
use super::upload::stored;
use crate::clients::{CredentialEncoding, LoginHabit, Operation};
use crate::engine::{Deviation, Outcome, checks};
use crate::terms::{Client, Clients, Effect, Level, Stage, clause};
use crate::wire::{
    Context, Facet, LoginKind, LoginUse, OwnBackup, Place, Recipe, Request, Response,
};

/// The three things that a client without credentials asks for first.
const ASKING: &[Facet] = &[
    Facet::Case("config"),
    Facet::Case("download"),
    Facet::Case("upload"),
];
/// The size of an upload at which many servers answer before they have read it, in bytes.
const LARGE: usize = 512 * 1024;

checks! { Context;
    /// The credentials are not refused.
    ACCEPTED = Check {
        id: "auth.accepted",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        clients: Clients::ALL,
        variants: &[Facet::As(Client::Android), Facet::As(Client::Ios), Facet::As(Client::Desktop)],
        needs: &["tls.trusted"],
        effect: Effect::Reads,
        expected: "no 401 for the credentials given (HTTP Basic, or a token)",
        remedy: "Check user name and password; for Nextcloud, make an app password (Settings, Security).",
        run: accepted,
    }

    /// Credentials that are not ASCII are taken as each client encodes them.
    CHARSET = Check {
        id: "auth.charset",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        clients: Clients::ANDROID.and(Clients::DESKTOP),
        variants: &[Facet::As(Client::Android), Facet::As(Client::Desktop)],
        needs: &["auth.accepted"],
        effect: Effect::Reads,
        expected: "credentials taken in ISO-8859-1, as Android 6.2 and later send them, and in UTF-8, as Desktop does",
        remedy: "Use a user name and a password of ASCII letters, digits and signs: the clients encode others differently.",
        run: charset,
    }

    /// A client that waits for a challenge gets one that it can answer.
    CHALLENGE = Check {
        id: "auth.challenge",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        clients: Clients::IOS,
        variants: ASKING,
        needs: &["auth.accepted"],
        effect: Effect::WritesOwnBackup,
        expected: "401 with `WWW-Authenticate: Basic` (or Digest) for a request without credentials, also for an upload whose body is on the way",
        remedy: "Let the server answer requests without credentials with 401 and `WWW-Authenticate: Basic realm=\"…\"`, and read the body of an upload before it closes the connection.",
        run: challenge,
    }

    /// The config is refused to someone without credentials.
    ANONYMOUS_CONFIG = Check {
        id: "auth.anonymous-config",
        clause: clause::AUTHENTICATION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        variants: WHOLE,
        needs: &["auth.accepted"],
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
        variants: WHOLE,
        needs: &["auth.accepted"],
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
        variants: WHOLE,
        needs: &["auth.accepted"],
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
        variants: WHOLE,
        needs: &["auth.accepted"],
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
        variants: WHOLE,
        needs: &["auth.accepted"],
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
        variants: WHOLE,
        needs: &["auth.accepted"],
        effect: Effect::MayLockOut,
        expected: "401 or 403 for a GET of a backup with a wrong password",
        remedy: "The server does not check the password: look at its list of users and at what the proxy passes on.",
        run: wrong,
    }
}

/// Ends a check that needs a login when there is none.
fn needs_login(context: &Context) -> Result<(), Outcome> {
    match context.facts().login {
        LoginKind::Open => Err(Outcome::not_applicable("no credentials were given")),
        LoginKind::Basic | LoginKind::Token => Ok(()),
    }
}

async fn accepted(context: &Context) -> Judged {
    let answer = context.config().await?;
    let open = context.facts().login == LoginKind::Open;
    if answer.status == 401 && open {
        let deviation = Deviation::new(
            Stage::Auth,
            "the server asks for credentials, and none were given",
        );
        return Ok(deviation.remedy("Give the user with --user NAME; the password is then asked for, or comes with --password-file or SAFE_SERVER_PASSWORD.").into());
    }
    if answer.status == 401 {
        let digest_only = answer
            .headers("www-authenticate")
            .any(|value| value.to_ascii_lowercase().contains("digest"))
            && !answer
                .headers("www-authenticate")
                .any(|value| value.to_ascii_lowercase().contains("basic"));
        if digest_only && context.persona().client == Client::Ios {
            return Ok(Outcome::blocked(
                "the server takes Digest authentication only: iOS can do it, this harness cannot",
            ));
        }
        if digest_only {
            let deviation =
                Deviation::new(Stage::Auth, "the server takes Digest authentication only");
            return Ok(deviation
                .remedy(
                    "Offer Basic authentication over TLS: Android and Desktop cannot do Digest.",
                )
                .into());
        }
        return Ok(refusal(
            &answer,
            "a GET of `config` with the credentials given",
            &context.facts().base,
            "/config",
        )
        .into());
    }
    Ok(Outcome::pass(if open {
        "no credentials are asked for"
    } else {
        "the credentials are not refused"
    }))
}

async fn charset(context: &Context) -> Judged {
    if context.facts().ascii_login {
        return Ok(Outcome::not_applicable("the credentials are ASCII"));
    }
    let LoginHabit::Preemptive(encoding) = context.persona().login_habit else {
        return Ok(Outcome::not_applicable(
            "this client's encoding is its platform's",
        ));
    };
    let name = match encoding {
        CredentialEncoding::Utf8 => "UTF-8",
        CredentialEncoding::Latin1 => "ISO-8859-1",
    };
    let request = context
        .as_client(Client::Android, Operation::ReadConfig, Place::Config)
        .login(LoginUse::Encoded(encoding));
    let answer = context.send(request).await?;
    Ok(if answer.status == 401 {
        Outcome::deviates(
            Stage::Auth,
            format!("the credentials are refused in {name}"),
        )
    } else {
        Outcome::pass(format!("the credentials are taken in {name}"))
    })
}

/// Stores a small backup with the credentials given.
async fn small_backup(context: &Context, slot: &str) -> Result<OwnBackup, Outcome> {
    let backup = context.own_backup(slot);
    let payload = context.payload(slot, Recipe::Random(600));
    stored(context, &backup, &payload).await?;
    Ok(backup)
}

async fn challenge(context: &Context) -> Judged {
    needs_login(context)?;
    if context.facts().login == LoginKind::Token {
        return Ok(Outcome::not_applicable(
            "a token is sent without being asked for",
        ));
    }
    let (request, what) = match context.facet().case() {
        "config" => (
            context.as_client(Client::Ios, Operation::ReadConfig, Place::Config),
            "a GET of `config`",
        ),
        "download" => {
            let backup = small_backup(context, "protected").await?;
            (
                context.as_client(Client::Ios, Operation::Download, Place::Backup(backup)),
                "a GET of a backup",
            )
        }
        _ => {
            let backup = context.own_backup("unauthorised");
            let mut request =
                context.as_client(Client::Ios, Operation::Upload, Place::Backup(backup));
            request.payload = Some(context.payload("large", Recipe::Random(LARGE)));
            (request, "a PUT of 512 KiB")
        }
    };
    let answer = context
        .send(request)
        .await
        .doing(&format!("{what} without credentials"))?;
    Ok(judge_challenge(&answer, what))
}

fn judge_challenge(answer: &Response, what: &str) -> Outcome {
    if answer.is_success() {
        return Outcome::not_applicable(format!("{what} needs no credentials here"));
    }
    if answer.status >= 500 {
        return Outcome::blocked(format!("{what} was answered {}", describe(answer)));
    }
    let observed = format!(
        "{what} without credentials was answered {}",
        describe(answer)
    );
    if answer.status != 401 {
        return Outcome::deviates(
            Stage::Auth,
            format!("{observed}: iOS never sends its credentials"),
        );
    }
    let challenges: Vec<_> = answer
        .headers("www-authenticate")
        .map(str::to_ascii_lowercase)
        .collect();
    if challenges
        .iter()
        .any(|challenge| challenge.contains("basic") || challenge.contains("digest"))
    {
        Outcome::pass("401 with a challenge that iOS can answer")
    } else if challenges.is_empty() {
        Outcome::deviates(
            Stage::Auth,
            format!("{observed}: iOS never sends its credentials"),
        )
    } else {
        Outcome::deviates(
            Stage::Auth,
            format!("{observed} with a challenge that iOS cannot answer"),
        )
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
        Outcome::pass(format!("refused with {}", answer.status))
    })
}

async fn anonymous_download(context: &Context) -> Judged {
    needs_login(context)?;
    let backup = small_backup(context, "secret").await?;
    let answer = context.send(Request::get(&backup).anonymous()).await?;
    Ok(if answer.is_success() {
        Outcome::deviates(Stage::Auth, "a backup is given to anyone who knows its ID")
    } else {
        Outcome::pass(format!("refused with {}", answer.status))
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
        Outcome::pass(format!("refused with {}", answer.status))
    })
}
