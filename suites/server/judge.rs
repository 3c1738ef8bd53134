//! What the checks of a server have in common: from an answer to words, and from a failure to an outcome.

use crate::engine::{Blocker, Breakage, Deviation, Outcome};
use crate::safe::Stage;
use crate::wire::{Answer, Body, Failure, FailureKind, Response};

/// What a check's function gives: an error is an outcome that was clear early.
pub type Judged = Result<Outcome, Outcome>;

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            kind if kind.is_peer() => Self::deviates(failure.stage, failure.message),
            FailureKind::NotOffered => Self::NotApplicable(failure.message),
            FailureKind::Unspoken => Self::blocked_by(Blocker::BeyondHarness, failure.message),
            FailureKind::Halted => Self::blocked_by(Blocker::HarnessLimit, failure.message),
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
            _ => Self::blocked_by(Blocker::Guarded, failure.message),
        }
    }
}

/// Names what was being done in the failure of an exchange.
pub trait Doing {
    /// The response, or the outcome that tells at what it failed.
    fn doing(self, what: &str) -> Result<Response, Outcome>;
}

impl Doing for Answer {
    fn doing(self, what: &str) -> Result<Response, Outcome> {
        self.map_err(|failure| match failure.kind {
            kind if kind.is_peer() => {
                Outcome::deviates(failure.stage, format!("{what}: {}", failure.message))
            }
            _ => failure.into(),
        })
    }
}

/// The status with its reason phrase, what the body is if that says more, and where a redirect points.
pub fn describe(response: &Response) -> String {
    let phrase = http::StatusCode::from_u16(response.status)
        .ok()
        .and_then(|status| status.canonical_reason());
    let mut text = match phrase {
        Some(phrase) => format!("{} {phrase}", response.status),
        None => response.status.to_string(),
    };
    if let Some(location) = response
        .header("location")
        .filter(|_| response.is_redirect())
    {
        text += &format!(" to {location}");
    }
    if response.status == 401 && response.header("www-authenticate").is_none() {
        text += " without `WWW-Authenticate`";
    }
    if let Some(page) = page(&response.body) {
        text += &format!(", {page}");
    }
    if let Some(message) = dav_message(&response.body) {
        text += &format!(", saying \"{message}\"");
    }
    text
}

/// `an HTML page titled "Login"`, if that is what the body is.
pub fn page(body: &Body) -> Option<String> {
    let text = String::from_utf8_lossy(&body.bytes[..body.bytes.len().min(16 * 1024)]).into_owned();
    let start = text.trim_start().to_ascii_lowercase();
    if !start.starts_with("<!doctype html")
        && !start.starts_with("<html")
        && !start.contains("<html")
    {
        return None;
    }
    Some(match between(&text, "<title", "</title>") {
        Some(title) => format!("an HTML page titled \"{title}\""),
        None => "an HTML page".to_owned(),
    })
}

/// What a `WebDAV` server of the sabre family says in its XML. Source: servers.nextcloud-answers.
fn dav_message(body: &Body) -> Option<String> {
    let text = String::from_utf8_lossy(&body.bytes[..body.bytes.len().min(16 * 1024)]).into_owned();
    between(&text, "<s:message", "</s:message>")
}

/// The text of an element, without the IDs that a path in it may hold, cut to what fits a line.
fn between(text: &str, open: &str, close: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find(open)? + open.len();
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find(close)?;
    let words: Vec<_> = text.get(start..end)?.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(100).collect();
    // A path in it may hold an ID; such a message tells nothing that the status does not.
    let holds_id = line
        .split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= 32);
    (!line.is_empty() && !holds_id).then_some(line)
}

/// A redirect is not followed: what it means, and the base URL that it seems to want instead. `base` is the URL that
/// was tested, `suffix` what was asked for below it.
pub fn redirect(response: &Response, base: &str, suffix: &str) -> Deviation {
    let location = response
        .header("location")
        .unwrap_or_default()
        .trim_end_matches('/');
    let wanted = location
        .strip_suffix("<backup ID>")
        .unwrap_or(location)
        .trim_end_matches('/');
    // A login page that takes the place along in its query is no place to enter.
    let remedy = match wanted.strip_suffix(suffix).filter(|wanted| !wanted.contains('?')).map(|wanted| wanted.trim_end_matches('/')) {
        Some(same) if same == base => {
            "Serve files as files: the server wants a slash at the end, as after a directory.".to_owned()
        }
        Some(other) if other.contains("://") => {
            format!("Enter {other} as the server, in the apps and here, if that is your server: an upload does not survive a redirect.")
        }
        _ => "Enter the URL at which the files really are; a redirect to a login page means that this is not a WebDAV address (for Nextcloud it is https://HOST/remote.php/dav/files/USER/FOLDER).".to_owned(),
    };
    Deviation::new(Stage::Http, format!("a redirect, {}", describe(response))).remedy(remedy)
}

/// Why a request that should have succeeded did not, with the remedy that the status calls for.
///
/// Source: servers.symptoms.
pub fn refusal(response: &Response, doing: &str, base: &str, suffix: &str) -> Deviation {
    if response.is_redirect() {
        return redirect(response, base, suffix);
    }
    let observed = format!("{doing} was answered {}", describe(response));
    let stage = if matches!(response.status, 401 | 403) {
        Stage::Auth
    } else if response.status == 413 {
        Stage::Size
    } else {
        Stage::Http
    };
    let deviation = Deviation::new(stage, observed);
    match remedy_for(response) {
        Some(remedy) => deviation.remedy(remedy),
        None => deviation,
    }
}

fn remedy_for(response: &Response) -> Option<&'static str> {
    Some(match response.status {
        400 if response.body.length == 0 => {
            "Safe servers answer so when User-Agent or Accept is missing or unknown: let the proxy pass both fields on, and let the server accept the client's name."
        }
        400 => {
            "For Nextcloud: add this host name to `trusted_domains` (`occ config:system:set trusted_domains 1 --value=HOST`)."
        }
        401 if response.header("www-authenticate").is_none() => {
            "Without a challenge iOS never sends its credentials, and refused credentials look the same: for Nextcloud with two-factor login, use an app password; for a public link with a password, use /public.php/webdav with the link's token as the user name."
        }
        401 => {
            "Check user name and password; for Nextcloud, make an app password (Settings, Security)."
        }
        403 => {
            "Let this user write there: a share or link must allow editing, and the directory must belong to the user that the server runs as (`chown`)."
        }
        405 | 501 => {
            "The server does not do this here: enable WebDAV (Apache: `Dav On`; nginx: `dav_methods PUT DELETE;`; lighttpd: `webdav.activate = \"enable\"`)."
        }
        404 | 409 => {
            "Make the directory `backups` beside `config`, and check that the URL is the folder that holds both."
        }
        413 => {
            "Raise the server's or proxy's limit (nginx: `client_max_body_size`; Apache: `LimitRequestBody`) or lower maxBackupBytes in `config`."
        }
        423 => {
            "Something holds a lock: wait a minute and try again; if it stays, remove the lock on the server."
        }
        429 => {
            "The server wants to be left alone: wait half an hour, or for Nextcloud run `occ security:bruteforce:reset IP`."
        }
        500 => {
            "Look into the server's error log: most often `backups` is missing or not writable for the user that the server runs as."
        }
        502 | 504 => "The proxy does not reach the server behind it: start that service.",
        503 => {
            "The server is in maintenance, or the account is disabled or the link's token is wrong: its message says which."
        }
        507 => "Raise the quota or free some space.",
        _ => return None,
    })
}

/// How a downloaded body differs from what was uploaded; `None` where it does not.
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
        } else if body.bytes.starts_with(&uploaded.bytes) {
            format!(
                "came back with bytes after its end: {sent} were uploaded, {} came",
                body.length
            )
        } else {
            // No byte counts: they would depend on what was made up for this run.
            let length = match body.length.cmp(&(sent as u64)) {
                std::cmp::Ordering::Less => "shorter than",
                std::cmp::Ordering::Equal => "of the same length as",
                std::cmp::Ordering::Greater => "longer than",
            };
            format!("came back changed, {length} the {sent} bytes uploaded")
        },
    )
}

/// The number of findings or bytes with its unit, in words: `1 byte`, `2 bytes`.
pub fn bytes(count: u64) -> String {
    if count == 1 {
        "1 byte".to_owned()
    } else {
        format!("{count} bytes")
    }
}
