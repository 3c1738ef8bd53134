//! Credentials: accepted when right, demanded when absent, refused when wrong.

use super::facets::WHOLE;
use super::judge::{Doing, Judged, describe, page, refused_login, with_problem};
use super::upload::{judge_stored, largest};
use crate::clients::{CredentialEncoding, LoginHabit, Operation};
use crate::diagnosis::{Beside, Diagnosis, Evidence, Subject, diagnose};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Client, Clients, Direction, Directions, Stage, clause};
use crate::wire::{
    Answer, Challenge, Context, Facet, Http, HttpChoice, LoginKind, LoginUse, Manner, Method,
    OwnBackup, Payload, Place, Recipe, Request, Response,
};

/// The three requests that a client may send first without credentials.
const ASKING: &[Facet] = &[
    Facet::Case("config"),
    Facet::Half("download", Direction::Restore),
    Facet::Half("upload", Direction::Backup),
];
/// The size in bytes of an upload that many servers answer before they have read it.
const LARGE: usize = 512 * 1024;
/// That upload in words.
const LARGE_PUT: &str = "a large PUT";

checks! { Context;
    /// The server accepts the credentials.
    ACCEPTED = Check {
        id: "auth.accepted",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: &[Facet::As(Client::Android), Facet::As(Client::Ios), Facet::As(Client::Desktop)],
        needs: &["tls.trusted"],
        effect: Effect::Reads,
        expected: "no 401 for the credentials given (HTTP Basic, or a token)",
        remedy: "Check user name and password; for Nextcloud, make an app password (Settings, Security).",
        run: accepted,
    }

    /// The server accepts credentials that are not ASCII as each client encodes them.
    CHARSET = Check {
        id: "auth.charset",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        clients: Clients::ANDROID.and(Clients::DESKTOP),
        breaks: Directions::BOTH,
        variants: &[Facet::As(Client::Android), Facet::As(Client::Desktop)],
        needs: &["auth.accepted"],
        effect: Effect::MayLockOut,
        expected: "credentials accepted in ISO-8859-1, as Android 6.2 and later send them, and in UTF-8, as Desktop does",
        remedy: "Use a user name and a password of ASCII letters, digits and signs. The clients encode others differently.",
        run: charset,
    }

    /// A client that waits for a challenge gets one that it can answer.
    CHALLENGE = Check {
        id: "auth.challenge",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: ASKING,
        needs: &["auth.accepted"],
        effect: Effect::WritesOwnBackup,
        expected: "401 with `WWW-Authenticate: Basic` (or Digest) for a request without credentials, even for an upload of 512 KiB whose body is still being sent",
        remedy: "Let the server answer requests without credentials with 401 and `WWW-Authenticate: Basic realm=\"…\"`, and read the body of an upload before it closes the connection.",
        run: challenge,
    }

    /// What is left of a refused upload is not read as the next request.
    UNREAD_UPLOAD = Check {
        id: "auth.unread-upload",
        clause: clause::AUTHENTICATION,
        level: Level::Recommended,
        clients: Clients::IOS,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["auth.accepted"],
        effect: Effect::WritesOwnBackup,
        expected: "one answer to an upload without credentials, on a connection that stays open",
        remedy: "Let the server read the body of an upload to its end, or close the connection with its 401 (`Connection: close`). Otherwise it reads the rest of the body as the next request, and iOS, which sends the upload again, may receive the answer to that.",
        run: unread_upload,
    }
}

/// Ends a check that needs a login if no credentials were given.
pub(super) fn needs_login(context: &Context) -> Result<(), Outcome> {
    match context.facts().login {
        LoginKind::Open => Err(Outcome::not_applicable("no credentials were given")),
        LoginKind::Basic | LoginKind::Token => Ok(()),
    }
}

async fn accepted(context: &Context) -> Judged {
    let answer = context.config().await?;
    let open = context.facts().login == LoginKind::Open;
    if answer.status == 401 {
        let asked = (Method::Get, Subject::Config);
        let doing = if open {
            "a GET of `config` without credentials"
        } else {
            "a GET of `config` with the credentials given"
        };
        return Ok(refused_login(context, &answer, doing, asked).await);
    }
    if answer.status >= 500 || answer.is_redirect() {
        return Ok(Outcome::not_applicable(format!(
            "the server answers {} before it checks credentials",
            describe(&answer)
        )));
    }
    if answer.status == 403 && !open {
        return Ok(Outcome::not_applicable(format!(
            "the server answers {}, which may or may not concern the credentials",
            describe(&answer)
        )));
    }
    if open {
        return Ok(Outcome::pass("the server asks for no credentials"));
    }
    if context.client() == Client::Ios {
        context.can_log_in_as_ios().await?;
    }
    if !is_for_anybody(context, &answer).await {
        return Ok(Outcome::pass("the server accepts the credentials"));
    }
    if let Ok(missing) = context.missing_as(Client::Android).await
        && missing.status == 401
    {
        let asked = (Method::Get, Subject::Backup);
        let doing = "a GET of a backup with the credentials given";
        return Ok(refused_login(context, &missing, doing, asked).await);
    }
    Ok(Outcome::not_applicable(
        "a GET of `config` gets the same answer without credentials, so it does not show whether they are accepted; see `upload.accepted`",
    ))
}

/// Returns whether the answer to a GET of `config` with credentials is the one that everybody gets.
async fn is_for_anybody(context: &Context, answer: &Response) -> bool {
    let Ok(bare) = context.unauthenticated_config().await else {
        return false;
    };
    // A login page, or nothing, is not what the credentials lead to.
    let is_page = |answer: &Response| page(&answer.body).is_some();
    let is_less =
        (is_page(&bare) && !is_page(answer)) || (bare.body.length == 0 && answer.body.length > 0);
    bare.status == answer.status && !(answer.is_success() && is_less)
}

async fn charset(context: &Context) -> Judged {
    if context.facts().ascii_login {
        return Ok(Outcome::not_applicable("the credentials are ASCII"));
    }
    let LoginHabit::Preemptive(encoding) = context.transport().login_habit else {
        return Ok(Outcome::not_applicable(
            "this client uses the encoding of its platform",
        ));
    };
    let name = match encoding {
        CredentialEncoding::Utf8 => "UTF-8",
        CredentialEncoding::Latin1 => "ISO-8859-1",
    };
    let request = context
        .as_client(Client::Android, Operation::ReadConfig, Place::Config)
        .login(LoginUse::Encoded(encoding));
    let usual = context.config().await?;
    let answer = context.send(request).await?;
    Ok(if answer.status == 401 {
        Outcome::deviates(
            Stage::Auth,
            format!("the credentials are refused in {name}"),
        )
    } else if answer.status == usual.status {
        Outcome::pass(format!("the credentials are accepted in {name}"))
    } else {
        Outcome::blocked(format!(
            "in {name}, a GET of `config` returned {}, which does not show whether the credentials are accepted",
            describe(&answer)
        ))
    })
}

/// Returns the run's small backup, stored once with the credentials given.
pub(super) async fn specimen(context: &Context) -> Result<(OwnBackup, Payload), Outcome> {
    let backup = context.specimen();
    let payload = context.shared_payload("specimen", Recipe::Random(600));
    let put = context
        .once("shared.specimen.put", Request::put(&backup, &payload))
        .await;
    let get = context
        .once("shared.specimen.get", Request::get(&backup))
        .await;
    judge_stored(put, get, &payload)?;
    Ok((backup, payload))
}

/// The result of an anonymous upload that is so large that the server answers during its body: the
/// answer, and what a GET with credentials then finds.
pub(super) struct AnonymousUpload {
    pub(super) answer: Answer,
    pub(super) after: Answer,
    pub(super) payload: Payload,
}

pub(super) async fn upload_without_login(context: &Context) -> AnonymousUpload {
    let backup = context.recycled().await;
    let size = largest(context).await.min(LARGE);
    let payload = context.shared_payload("anonymous", Recipe::Random(size));
    let place = Place::Backup(backup.clone());
    let mut request = context.as_client(Client::Ios, Operation::Upload, place);
    request.http = HttpChoice::Newest;
    request.payload = Some(payload.clone());
    if context.newest().await == Ok(Http::One) {
        request = request.manner(Manner::Listening);
    }
    let answer = context
        .once("shared.anonymous-upload", request.anonymous())
        .await;
    let look = Request::get(&backup).reading(size);
    let after = context.once("shared.anonymous-upload.after", look).await;
    context.discard(&backup).await;
    AnonymousUpload {
        answer,
        after,
        payload,
    }
}

/// Returns the answer to an anonymous request for a backup that exists.
pub(super) async fn download_without_login(context: &Context) -> Result<Answer, Outcome> {
    let backup = context.recycled().await;
    let payload = context.shared_payload("secret", Recipe::Random(600));
    let put = Request::put(&backup, &payload);
    let put = context.once("shared.anonymous-download.put", put).await;
    let get = Request::get(&backup);
    let get = context.once("shared.anonymous-download.get", get).await;
    let stored = judge_stored(put, get, &payload);
    let answer = if stored.is_ok() {
        let place = Place::Backup(backup.clone());
        let mut request = context.as_client(Client::Ios, Operation::Download, place);
        request.http = HttpChoice::Newest;
        let request = request.anonymous();
        Some(context.once("shared.anonymous-download", request).await)
    } else {
        None
    };
    context.discard(&backup).await;
    stored?;
    answer.ok_or_else(|| Outcome::blocked("no backup could be stored for this check"))
}

/// Ends a check that asks without credentials if each such request counts as a failed login.
pub(super) fn may_be_anonymous(context: &Context) -> Result<(), Outcome> {
    if context.may_ask_anonymously() {
        return Ok(());
    }
    Err(Outcome::not_applicable(
        "not requested: Nextcloud counts each request without credentials to a public link as two failed logins",
    ))
}

/// Ends a check of what iOS is asked for if no client waits for a challenge.
fn needs_challenge(context: &Context) -> Result<(), Outcome> {
    needs_login(context)?;
    if context.facts().login == LoginKind::Token {
        return Err(Outcome::not_applicable(
            "clients send a token without a challenge",
        ));
    }
    Ok(())
}

async fn challenge(context: &Context) -> Judged {
    needs_challenge(context)?;
    let (answer, what) = match context.facet().case() {
        "config" => (context.unauthenticated_config().await, "a GET of `config`"),
        "download" => (download_without_login(context).await?, "a GET of a backup"),
        _ => {
            may_be_anonymous(context)?;
            let upload = upload_without_login(context).await;
            refused_to_all(context, &upload).await?;
            if let Ok(after) = &upload.after
                && after.is_success()
                && after.body.is(&upload.payload)
            {
                return Ok(Outcome::not_applicable(format!(
                    "{LARGE_PUT} needs no credentials here"
                )));
            }
            (upload.answer, LARGE_PUT)
        }
    };
    let answer = answer.doing(&format!("{what} without credentials"))?;
    let judged = judge_challenge(&answer, what);
    Ok(match judged {
        Outcome::Deviates(deviation) if context.facet().case() == "config" => {
            with_problem(deviation, asked_alike(context, &answer).await).into()
        }
        judged => judged,
    })
}

/// Judges the upload without credentials that `auth.challenge` judges. Source:
/// servers.unread-upload; RFC 9112 section 9.3.
async fn unread_upload(context: &Context) -> Judged {
    needs_challenge(context)?;
    may_be_anonymous(context)?;
    if context.newest().await? == Http::Two {
        return Ok(Outcome::not_applicable(
            "clients use HTTP/2 here, where each request has its own stream",
        ));
    }
    let doing = format!("{LARGE_PUT} without credentials");
    let answer = upload_without_login(context).await.answer.doing(&doing)?;
    Ok(judge_unread(&answer))
}

fn judge_unread(answer: &Response) -> Outcome {
    let returned = describe(answer);
    if answer.is_success() {
        Outcome::not_applicable(format!("{LARGE_PUT} needs no credentials here"))
    } else if answer.status != 401 {
        // In the words of `auth.challenge`, so that a report shows both as one.
        Outcome::blocked(format!("{LARGE_PUT} returned {returned}"))
    } else if answer.has_surplus {
        Outcome::deviates(
            Stage::Http,
            format!(
                "{LARGE_PUT} without credentials returned {returned}, and more followed on the same connection: an answer to its body"
            ),
        )
    } else {
        Outcome::pass("nothing follows the 401 to an upload")
    }
}

/// Ends a check of the challenge if an upload is refused with credentials as it is without them:
/// for another reason, such as a missing folder.
async fn refused_to_all(context: &Context, bare: &AnonymousUpload) -> Result<(), Outcome> {
    let Ok(refused) = &bare.answer else {
        return Ok(());
    };
    if !matches!(refused.status, 403 | 404) {
        return Ok(());
    }
    let backup = context.recycled().await;
    let place = Place::Backup(backup.clone());
    let payload = Some(&bare.payload);
    let person = context
        .perform(Client::Ios, Operation::Upload, place, payload)
        .await;
    context.discard(&backup).await;
    match person {
        Ok(person) if person.status == refused.status => Err(Outcome::blocked(format!(
            "a large PUT returned {}, with credentials and without",
            describe(refused)
        ))),
        _ => Ok(()),
    }
}

/// Returns the problem that a request for `config` without credentials shows, compared with the
/// same request with them.
async fn asked_alike(context: &Context, bare: &Response) -> Option<Diagnosis> {
    if !matches!(bare.status, 403 | 404) {
        return None;
    }
    let person = context.config().await.ok()?;
    let facts = context.facts();
    let (method, subject) = (Method::Get, Subject::Config);
    diagnose(&Evidence {
        with_credentials: false,
        beside: Beside {
            person: Some(person.status),
            ..Beside::default()
        },
        ..Evidence::of(&facts.base, facts.login, method, subject, bare)
    })
}

fn judge_challenge(answer: &Response, what: &str) -> Outcome {
    if answer.is_success() && page(&answer.body).is_some() {
        return Outcome::deviates(
            Stage::Auth,
            format!(
                "{what} without credentials returned {}. iOS treats this as the answer and never sends its credentials",
                describe(answer)
            ),
        );
    }
    if answer.is_success() {
        return Outcome::not_applicable(format!("{what} needs no credentials here"));
    }
    let observed = format!("{what} without credentials returned {}", describe(answer));
    if answer.asks_for_basic() || answer.asks_for_digest() {
        return if answer.asks_for_windows_login() {
            Outcome::blocked(format!(
                "{observed}; whether iOS chooses Negotiate or NTLM, which it does not answer, is not known. Offer Basic alone"
            ))
        } else if answer.is_redirect() {
            Outcome::pass("a redirect to a 401 with a challenge that iOS can answer")
        } else {
            Outcome::pass("401 with a challenge that iOS can answer")
        };
    }
    // Refused for another reason, before credentials could matter.
    if !matches!(answer.status, 401 | 403 | 404) {
        return Outcome::blocked(format!("{what} returned {}", describe(answer)));
    }
    let is_challenged = answer.status == 401 && !Challenge::all(answer).is_empty();
    let why = if is_challenged {
        ": iOS can answer none of these"
    } else {
        "; iOS sends its credentials only after a 401"
    };
    Outcome::deviates(Stage::Auth, format!("{observed}{why}"))
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
    fn bytes_after_a_401_to_an_upload_are_an_answer_to_its_body() {
        let judged = |status, has_surplus| {
            let mut answer = answer(status, b"");
            answer.has_surplus = has_surplus;
            judge_unread(&answer)
        };
        assert!(matches!(judged(401, true), Outcome::Deviates(_)));
        assert!(matches!(judged(401, false), Outcome::Pass(_)));
        for has_surplus in [false, true] {
            assert!(matches!(
                judged(201, has_surplus),
                Outcome::NotApplicable(_)
            ));
            assert!(matches!(judged(403, has_surplus), Outcome::Blocked { .. }));
        }
    }

    fn challenged(status: u16, challenge: Option<&str>) -> Outcome {
        let mut answer = answer(status, b"");
        let field = challenge.map(|value| ("www-authenticate".to_owned(), value.to_owned()));
        answer.headers.extend(field);
        judge_challenge(&answer, "a GET of `config`")
    }

    #[test]
    fn ios_answers_a_401_with_basic_or_digest_alone() {
        for known in ["Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"1\""] {
            let outcome = challenged(401, Some(known));
            assert!(matches!(outcome, Outcome::Pass(_)), "{known}: {outcome:?}");
        }
        for (status, challenge, words) in [
            (
                401,
                Some("Bearer realm=\"x\""),
                "iOS can answer none of these",
            ),
            (401, None, "iOS sends its credentials only after a 401"),
            (
                403,
                Some("Basic realm=\"x\""),
                "iOS sends its credentials only after a 401",
            ),
            (404, None, "iOS sends its credentials only after a 401"),
        ] {
            match challenged(status, challenge) {
                Outcome::Deviates(deviation) => {
                    assert!(deviation.observed.contains(words), "{}", deviation.observed);
                }
                other => panic!("{status}: {other:?}"),
            }
        }
    }

    #[test]
    fn where_windows_authentication_stands_beside_basic_the_choice_of_ios_is_not_known() {
        for beside in ["Negotiate, Basic realm=\"x\"", "Basic realm=\"x\", NTLM"] {
            let outcome = challenged(401, Some(beside));
            assert!(
                matches!(outcome, Outcome::Blocked { .. }),
                "{beside}: {outcome:?}"
            );
        }
        let other = challenged(401, Some("Bearer realm=\"x\", Basic realm=\"x\""));
        assert!(matches!(other, Outcome::Pass(_)), "{other:?}");
    }

    #[test]
    fn what_is_no_refusal_of_credentials_judges_no_challenge() {
        let given = judge_challenge(&answer(200, b"{}"), "a GET");
        assert!(matches!(given, Outcome::NotApplicable(_)), "{given:?}");
        let page = judge_challenge(&answer(200, b"<html><title>Log in</title></html>"), "a GET");
        assert!(matches!(page, Outcome::Deviates(_)), "{page:?}");
        for status in [400, 405, 413, 429, 500, 503] {
            let outcome = challenged(status, None);
            assert!(matches!(outcome, Outcome::Blocked { .. }), "{outcome:?}");
        }
    }
}
