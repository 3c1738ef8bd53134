//! Downloads a backup and the config from its server.

use super::stopped::{MOST_BYTES, Stopped};
use crate::clients::{Operation, Transport, parse_config};
use crate::diagnosis::{
    Diagnosis, Evidence, Shell, Silence, Subject as Asked, Words, describe, diagnose,
    diagnose_silence,
};
use crate::safe::{BackupId, ServerConfig};
use crate::safe::{Client, Stage};
use crate::wire::{Body, Failure, Method, Response, Session};

/// A server's config as Android and iOS read it; `None` for a client that cannot read it.
pub type Configs = (Option<ServerConfig>, Option<ServerConfig>);

/// The result of a download.
#[non_exhaustive]
pub struct Fetched {
    /// The body.
    pub body: Vec<u8>,
    /// The config.
    pub config: Configs,
    /// Notes for the user.
    pub notes: Vec<String>,
}

/// The hint if one answer is not enough for a diagnosis.
const ASK_CHECK: &str =
    "Run `check` with the same URL and credentials: it finds the problem of the server.";

/// Why no backup could be downloaded.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotFetched {
    /// The stage of the failure, and what to do.
    pub stopped: Stopped,
    /// Whether the server works and has no backup with this name, so that the password or the ID
    /// may be wrong.
    pub may_be_elsewhere: bool,
}

impl From<Stopped> for NotFetched {
    fn from(stopped: Stopped) -> Self {
        Self {
            stopped,
            may_be_elsewhere: false,
        }
    }
}

/// Downloads the backup and the config as Android does. Writes nothing; follows redirects only
/// within the same server.
///
/// # Errors
/// If there is no backup to download, with the stage and the problem that the answers show.
///
/// Source: clauses 4.2, 4.4 and 4.9.
pub async fn fetch(session: &Session, id: &BackupId) -> Result<Fetched, NotFetched> {
    let answer = session.download(id, MOST_BYTES).await;
    let response = answer.map_err(|failure| no_answer(session, &failure))?;
    if response.proves_absence() {
        return Err(missing(session, &response).await);
    }
    if !Transport::of(Client::Android).accepts_status(Operation::Download, response.status) {
        return Err(refused(session, &response).into());
    }
    if let Some(Words::Page(_)) = Words::of(&response.body) {
        return Err(page(session, &response).await);
    }
    if response.body.overran {
        return Err(Stopped::new(
            Stage::Size,
            format!("the server sends more than {MOST_BYTES} bytes, and only these are inspected"),
        )
        .into());
    }
    let (config, notes) = config(session).await;
    Ok(Fetched {
        body: response.body.bytes.into(),
        config,
        notes,
    })
}

fn no_answer(session: &Session, failure: &Failure) -> Stopped {
    let silence = Silence {
        asked: Some((Method::Get, Asked::Backup)),
        kind: failure.kind,
    };
    let message = format!("the backup cannot be downloaded: {failure}");
    let is_http = matches!(failure.stage, Stage::Http);
    let found = is_http.then(|| diagnose_silence(&silence)).flatten();
    let found = found.map(|found| filled(session, found));
    let stopped = Stopped::new(failure.stage, message).because(found);
    match failure.fix() {
        Some(fix) => stopped.or_else(fix),
        None => stopped,
    }
}

/// Returns the diagnosis with the address and the user of this session in its fix.
fn filled(session: &Session, found: Diagnosis) -> Diagnosis {
    found.filled(&Shell {
        base: &session.facts().base,
        asking: &session.asking(),
        software: &[],
    })
}

/// Returns the problem that an answer to a request for `config` or the backup shows.
fn shown_by(session: &Session, asked: Asked, answer: &Response) -> Option<Diagnosis> {
    let facts = session.facts();
    let end = end_of(answer);
    let answer = end.as_ref().unwrap_or(answer);
    let evidence = Evidence::of(&facts.base, facts.login, Method::Get, asked, answer);
    diagnose(&evidence).map(|found| filled(session, found))
}

/// Returns the answer to which redirects within the server lead, if an answer is their first. It
/// counts in place of the redirect.
///
/// Source: clause 4.9.
fn end_of(answer: &Response) -> Option<Response> {
    let end = answer.leads_to.as_ref()?;
    let challenges = end.challenges.iter();
    let headers = challenges.map(|value| ("www-authenticate".to_owned(), value.clone()));
    let nothing = Body::new(Vec::new().into(), false);
    Some(Response::new(
        end.status,
        answer.http,
        headers.collect(),
        nothing,
    ))
}

/// Returns an answer in words, with the answer to which it leads.
fn described(answer: &Response) -> String {
    match end_of(answer) {
        None => describe(answer),
        Some(end) => format!("{}, which leads to {}", describe(answer), describe(&end)),
    }
}

/// Returns the failure for a server without the backup. If it has no `config` either, the cause is
/// neither the password nor the ID.
async fn missing(session: &Session, response: &Response) -> NotFetched {
    let status = response.last_status();
    let config = session.read_config().await.ok();
    let elsewhere = config.as_ref().filter(|config| !config.is_success());
    if let Some(config) = elsewhere {
        let message = format!(
            "a GET of the backup returned {}, and a GET of `config` {}: the server is not ready, or this is not its URL",
            described(response),
            described(config)
        );
        let found = shown_by(session, Asked::Config, config);
        return Stopped::new(Stage::Http, message)
            .because(found)
            .or_else(ASK_CHECK)
            .into();
    }
    no_backup(format!(
        "the server has no backup for this ID and password ({status})"
    ))
}

/// Returns the failure for a server that works and has no such backup.
fn no_backup(message: String) -> NotFetched {
    let mut stopped = Stopped::new(Stage::Http, message);
    stopped.hints.push("The name of a backup on the server is derived from the ID and the password of Threema Safe: one wrong letter in either, and nothing is found. The server may also have deleted the backup, or it may be another server.".to_owned());
    NotFetched {
        stopped,
        may_be_elsewhere: true,
    }
}

/// Returns the failure for an answer other than a download.
fn refused(session: &Session, response: &Response) -> Stopped {
    let found = shown_by(session, Asked::Backup, response)
        .or_else(|| shown_by(session, Asked::Config, response));
    let said = described(response);
    let (stage, message, hint) = match response.last_status() {
        401 => (
            Stage::Auth,
            format!("the server refuses the credentials or requires some: {said}"),
            "Give the user name on the server with --user, and the password on the server (not that of the backup) with --password-file.",
        ),
        _ if response.is_redirect() && response.leads_to.is_none() => (
            Stage::Http,
            format!("the server redirects, and the apps find no backup there: {said}"),
            "Give the URL to which it redirects.",
        ),
        _ => (
            Stage::Http,
            format!("a GET of the backup returned {said}"),
            ASK_CHECK,
        ),
    };
    let mut stopped = Stopped::new(stage, message).because(found);
    // There are two passwords, which no server can distinguish.
    if stopped.hints.is_empty() || stage == Stage::Auth {
        stopped.hints.push(hint.to_owned());
    }
    stopped
}

/// Returns the failure for a page in place of a backup: from a portal or another site, or, where
/// `config` is one, for a backup that is missing.
async fn page(session: &Session, response: &Response) -> NotFetched {
    let said = describe(response);
    let config = session.read_config().await.ok();
    let is_ready = |config: &Response| config.is_success() && read_by(config) != (None, None);
    if config.as_ref().is_some_and(is_ready) {
        let message = format!(
            "the answer of the server is not a backup: {said}; it has a `config`, so this page comes in place of a 404"
        );
        return no_backup(message);
    }
    let found = config.and_then(|config| shown_by(session, Asked::Config, &config));
    Stopped::new(
        Stage::Http,
        format!("the answer of the server is not a backup: {said}"),
    )
    .because(found)
    .or_else(ASK_CHECK)
    .into()
}

/// Returns what Android and iOS read in a `config`.
fn read_by(config: &Response) -> Configs {
    let read = |client| {
        let config = parse_config(client, &config.body.bytes);
        config.and_then(Result::ok)
    };
    (read(Client::Android), read(Client::Ios))
}

async fn config(session: &Session) -> (Configs, Vec<String>) {
    let unreadable = |why: String| {
        let note = format!("The server's limit is not known: {why}.");
        ((None, None), vec![note])
    };
    let response = match session.read_config().await {
        Err(failure) => return unreadable(format!("its config cannot be read: {failure}")),
        Ok(response) if !response.is_success() => {
            return unreadable(format!("its config returned {}", describe(&response)));
        }
        Ok(response) => response,
    };
    let config = read_by(&response);
    if config == (None, None) {
        return unreadable("neither Android nor iOS can read its config".to_owned());
    }
    (config, Vec::new())
}
