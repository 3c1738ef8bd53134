//! What the checks of a server have in common: how answers become words, and failures become
//! outcomes.

use super::further::Further;
use crate::clients::{CredentialEncoding, LoginHabit, Operation, Transport};
use crate::diagnosis::{
    Beside, Diagnosis, Evidence, Silence, Subject, Words, answered_by, diagnose, diagnose_silence,
};
use crate::engine::{Blocker, Breakage, Deviation, Outcome};
use crate::safe::{Client, Stage};
use crate::text::counted;
use crate::wire::{Answer, Body, Context, Failure, FailureKind, LoginKind, Method, Response};

pub use crate::diagnosis::describe;

/// What a check's function returns; an error is an outcome that ends it early.
pub type Judged = Result<Outcome, Outcome>;

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            kind if kind.is_peer() => {
                let observed = failure.message.clone();
                lost(&failure, observed).into()
            }
            FailureKind::NotOffered => Self::NotApplicable(failure.message),
            FailureKind::Unspoken | FailureKind::MalformedHead => {
                Self::blocked_by(Blocker::BeyondHarness, failure.message)
            }
            FailureKind::Halted => Self::error(Breakage::Stopped, failure.message),
            FailureKind::Limited | FailureKind::Locked => {
                Self::blocked_by(Blocker::Limit, failure.message)
            }
            FailureKind::LockedOut => Self::blocked_by(Blocker::LockedOut, failure.message),
            FailureKind::CredentialsRefused => {
                Self::blocked_by(Blocker::CredentialsRefused, failure.message)
            }
            FailureKind::BrokenOff { .. } | FailureKind::Harness => {
                Self::error(Breakage::Harness, failure.message)
            }
            FailureKind::Transcript => Self::error(Breakage::Transcript, failure.message),
            FailureKind::DeleteRefused(_) => {
                Self::blocked_by(Blocker::DeleteRefused, failure.message)
            }
            _ => Self::blocked_by(Blocker::Guarded, failure.message),
        }
    }
}

/// The remedy for an answer that breaks the rules of HTTP.
const UNINTELLIGIBLE: &str = "Check that the URL has the port of the web server. If it has, look for what changes its answers on the way, such as a proxy.";

/// Returns a deviation because no answer came. It replaces the check's own remedy, which does not
/// help here.
fn lost(failure: &Failure, observed: String) -> Deviation {
    let deviation = Deviation::new(failure.stage, observed);
    match failure.stage {
        Stage::Resolve => deviation.remedy("Check the host name and its DNS entry."),
        Stage::Connect => deviation
            .remedy("Check that the server listens on this port, and that no firewall blocks it."),
        Stage::Tls => deviation.remedy("See the findings of `tls`."),
        _ => {
            let deviation = match failure.kind {
                FailureKind::Peer => deviation.remedy(UNINTELLIGIBLE),
                _ => deviation,
            };
            let (asked, kind) = (None, failure.kind);
            with_problem(deviation, diagnose_silence(&Silence { asked, kind }))
        }
    }
}

/// Returns the deviation with its cause. If the cause is only likely, the deviation takes its words
/// unless the check has better ones.
pub fn with_problem(mut deviation: Deviation, found: Option<Diagnosis>) -> Deviation {
    if let Some(diagnosis) = found {
        deviation.remedy = (!diagnosis.is_certain()).then(|| diagnosis.fix.to_string());
        deviation.cause = Some(Box::new(diagnosis.cause()));
    }
    deviation
}

/// Adds to the failure of an exchange what was being done.
pub trait Doing {
    /// Returns the response, or an outcome that names the request that failed.
    fn doing(self, what: &str) -> Result<Response, Outcome>;
}

impl Doing for Answer {
    fn doing(self, what: &str) -> Result<Response, Outcome> {
        self.map_err(|failure| match failure.kind {
            kind if kind.is_peer() => lost(&failure, format!("{what}: {}", failure.message)).into(),
            _ => failure.into(),
        })
    }
}

/// Returns, for example, `an HTML page titled "Login"` if the body is a page.
pub fn page(body: &Body) -> Option<String> {
    match Words::of(body)? {
        Words::Page(Some(title)) => Some(format!("an HTML page titled \"{title}\"")),
        Words::Page(None) => Some("an HTML page".to_owned()),
        Words::Text(_) => None,
    }
}

/// The remedy for a redirect whose target shows no known problem.
const ELSEWHERE: &str = "Enter the actual URL of the files. A redirect to a login page means that this is not a WebDAV address: for Nextcloud, use https://HOST/remote.php/dav/files/USER/FOLDER.";

/// Returns a deviation that says why a request failed.
pub fn refusal(response: &Response, doing: &str) -> Deviation {
    let mut deviation = if response.is_redirect() {
        let observed = format!("a redirect, {}", describe(response));
        Deviation::new(Stage::Http, observed).remedy(ELSEWHERE)
    } else {
        let stage = match response.status {
            401 | 403 => Stage::Auth,
            413 => Stage::Size,
            _ => Stage::Http,
        };
        Deviation::new(stage, format!("{doing} returned {}", describe(response)))
    };
    deviation.answered_by = answered_by(response);
    deviation
}

/// Returns whether a client counts this answer as success.
pub fn accepts(transport: Transport, operation: Operation, answer: &Response) -> bool {
    transport.accepts(operation, answer.status, answer.announced())
}

/// What a request was about.
pub type Asked = (Method, Subject);

/// Returns a deviation that says why a request of `client` failed, with the cause if the answer
/// shows one. Sends further requests if they distinguish causes.
pub async fn diagnosed(
    context: &Context,
    answer: &Response,
    doing: &str,
    asked: Asked,
    with_credentials: bool,
) -> Deviation {
    let found = Further::of(context, answer, asked, with_credentials).await;
    let facts = context.facts();
    let (method, subject) = asked;
    let evidence = Evidence {
        with_credentials,
        beside: Beside {
            other_user: facts.names_another_user,
            unseen_in_login: facts.unseen_in_login,
            ..found.beside()
        },
        ..Evidence::of(&facts.base, facts.login, method, subject, answer)
    };
    shown_by(&evidence, answer, doing)
}

/// Returns the same from the answer alone.
pub fn diagnosed_at_once(
    context: &Context,
    answer: &Response,
    doing: &str,
    (method, subject): Asked,
) -> Deviation {
    let facts = context.facts();
    let evidence = Evidence::of(&facts.base, facts.login, method, subject, answer);
    shown_by(&evidence, answer, doing)
}

/// Returns a refusal, with the problem that the evidence shows.
fn shown_by(evidence: &Evidence<'_>, answer: &Response, doing: &str) -> Deviation {
    with_problem(refusal(answer, doing), diagnose(evidence))
}

/// Returns what a 401 to the credentials given means for this client.
pub async fn refused_login(
    context: &Context,
    answer: &Response,
    doing: &str,
    asked: Asked,
) -> Outcome {
    if !asked_as(context) {
        return Outcome::blocked_by(
            Blocker::CredentialsRefused,
            "the credentials were refused in UTF-8; they were not sent in this client's encoding, because a second refused login could lock people out",
        );
    }
    let open = context.facts().login == LoginKind::Open;
    if !open && context.client() == Client::Ios && answer.asks_for_digest() {
        return Outcome::blocked(
            "the server accepts only Digest authentication: iOS supports it, this program does not",
        );
    }
    diagnosed(context, answer, doing, asked, true).await.into()
}

/// Returns whether the run sends the credentials as this client encodes them: in UTF-8, or without
/// a difference between encodings. A token is ASCII.
///
/// Source: clients.http.login.
fn asked_as(context: &Context) -> bool {
    context.facts().ascii_login
        || context.transport().login_habit == LoginHabit::Preemptive(CredentialEncoding::Utf8)
}

/// Returns whether `client` sends its credentials with its request for `config`: iOS does so only
/// after a challenge that it knows. Every later request carries them.
pub async fn sends_credentials(context: &Context, client: Client) -> bool {
    let waits = Transport::of(client).login_habit == LoginHabit::AfterChallenge
        && context.facts().login == LoginKind::Basic;
    if !waits {
        return true;
    }
    let Ok(bare) = context.unauthenticated_config().await else {
        return true;
    };
    bare.asks_for_basic()
}

/// Returns how a downloaded body differs from what was uploaded; `None` if it does not.
pub fn difference(body: &Body, uploaded: &crate::wire::Payload) -> Option<String> {
    if body.is(uploaded) {
        return None;
    }
    let sent = uploaded.len();
    Some(
        if let Some(page) = page(body).filter(|_| !uploaded.bytes.starts_with(b"<")) {
            format!("came back as {page} instead of the {sent} bytes uploaded")
        } else if body.length == 0 {
            format!("came back empty instead of the {sent} bytes uploaded")
        } else if body.is_cut_from(uploaded) {
            format!("came back cut to {} of {sent} bytes", body.length)
        } else if body.is_longer_than(uploaded) {
            format!(
                "came back with extra bytes at its end: {sent} were uploaded, {} came",
                body.length
            )
        } else {
            // Without byte counts, which would depend on this run's random data.
            let length = match body.length.cmp(&(sent as u64)) {
                std::cmp::Ordering::Less => "shorter than",
                std::cmp::Ordering::Equal => "of the same length as",
                std::cmp::Ordering::Greater => "longer than",
            };
            format!("came back changed, {length} the {sent} bytes uploaded")
        },
    )
}

/// Returns an exact number of bytes: `1 byte`, `2 bytes`.
pub fn bytes(count: u64) -> String {
    counted(count, "byte")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Http;

    fn answer(status: u16, body: &str) -> Response {
        Response::new(
            status,
            Http::One,
            Vec::new(),
            Body::new(body.as_bytes().to_vec().into(), false),
        )
    }

    #[test]
    fn what_was_not_asked_because_the_run_stopped_is_an_error() {
        let stopped = Failure::of(FailureKind::Halted, "the run was stopped".to_owned());
        let expected = Outcome::error(Breakage::Stopped, "the run was stopped");
        assert_eq!(Outcome::from(stopped), expected);
    }

    #[test]
    fn each_difference_has_its_words() {
        let sent = crate::wire::Payload::sealed(b"eighteen bytes sent".to_vec());
        let html = crate::wire::Payload::sealed(b"<html>a page that was sent</html>".to_vec());
        let said = |body: &[u8]| difference(&Body::new(body.to_vec().into(), false), &sent);
        assert_eq!(said(b"eighteen bytes sent"), None);
        for (body, words) in [
            (
                &b"<html><title>No</title></html>"[..],
                "an HTML page titled \"No\"",
            ),
            (b"", "came back empty instead of the 19 bytes"),
            (b"eighteen bytes", "came back cut to 14 of 19 bytes"),
            (
                b"eighteen bytes sent\n",
                "extra bytes at its end: 19 were uploaded, 20 came",
            ),
            (b"eighteen", "cut to 8"),
            (b"seventeen", "changed, shorter than"),
            (b"eighteen bytes SENT", "changed, of the same length as"),
            (b"EIGHTEEN bytes sent, and more", "changed, longer than"),
        ] {
            let said = said(body).expect("it differs");
            assert!(said.contains(words), "{said}");
        }
        // The upload was itself a page, so a page that came back says nothing.
        let changed = Body::new(
            b"<html>another page of this length</".to_vec().into(),
            false,
        );
        let said = difference(&changed, &html).expect("it differs");
        assert!(said.contains("changed, longer than"), "{said}");
        let whole = Body::new(html.bytes.clone(), false);
        assert_eq!(difference(&whole, &html), None);
        let overran = Body::new(html.bytes.clone(), true);
        assert!(difference(&overran, &html).is_some(), "more was to come");
    }

    #[test]
    fn a_refusal_names_its_stage() {
        let stage = |status| refusal(&answer(status, ""), "a PUT").stage;
        assert_eq!([401, 403].map(stage), [Stage::Auth; 2]);
        assert_eq!(stage(413), Stage::Size);
        assert_eq!([404, 409, 500, 301].map(stage), [Stage::Http; 4]);
    }
}
