//! Fetching a backup from its server, and what the server promises.

use super::{MOST_BYTES, Stopped};
use crate::clients::{Operation, Persona, parse_config};
use crate::safe::{BackupId, ServerConfig};
use crate::safe::{Client, Stage};
use crate::wire::{Response, Session};
use bytes::Bytes;

/// A server's config, as Android and as iOS reads it; `None` for a client that cannot.
pub type Configs = (Option<ServerConfig>, Option<ServerConfig>);

/// What a server gave.
pub struct Fetched {
    /// The body.
    pub body: Bytes,
    /// What it promises.
    pub config: Configs,
    /// What is to be said of it.
    pub notes: Vec<String>,
}

/// Downloads a backup as Android does, and the config. Nothing is written, no redirect is followed.
///
/// # Errors
/// If there is no backup to get, with the stage.
///
/// Source: clauses 4.2, 4.4 and 4.9.
pub async fn fetch(session: &Session, id: &BackupId) -> Result<Fetched, Stopped> {
    let answer = session.download(id, MOST_BYTES).await;
    let response = answer.map_err(|failure| Stopped {
        stage: failure.stage,
        message: format!("the backup cannot be downloaded: {failure}"),
        hints: Vec::new(),
    })?;
    if !Persona::of(Client::Android).accepts_status(Operation::Download, response.status) {
        return Err(refused(&response));
    }
    if response.body.overran {
        return Err(Stopped {
            stage: Stage::Size,
            message: format!(
                "the server sends more than {MOST_BYTES} bytes, and no more are looked at"
            ),
            hints: Vec::new(),
        });
    }
    let (config, notes) = config(session).await;
    Ok(Fetched {
        body: response.body.bytes,
        config,
        notes,
    })
}

fn refused(response: &Response) -> Stopped {
    let status = response.status;
    let (stage, message, hint) = match status {
        401 => (
            Stage::Auth,
            "the server refuses the credentials, or demands some (401)".to_owned(),
            Some(
                "Give the user name on the server with --user, and the password on the server (not that of the backup) with --password-file.",
            ),
        ),
        404 | 410 => (
            Stage::Http,
            format!("the server has no backup for this ID and password ({status})"),
            Some(
                "Where a backup lies follows from the ID and the password of Threema Safe: with one wrong letter in either, there is none. Or the server has deleted it, or is another one.",
            ),
        ),
        _ if response.is_redirect() => (
            Stage::Http,
            format!("the server redirects ({status}), and redirects are not followed"),
            Some("Give the URL to which it redirects."),
        ),
        _ => (Stage::Http, format!("the server answers {status}"), None),
    };
    Stopped {
        stage,
        message,
        hints: hint.map(str::to_owned).into_iter().collect(),
    }
}

async fn config(session: &Session) -> (Configs, Vec<String>) {
    let unreadable = |why: String| {
        let note = format!("The server's limit is not known: {why}.");
        ((None, None), vec![note])
    };
    let response = match session.read_config().await {
        Err(failure) => return unreadable(format!("its config cannot be read: {failure}")),
        Ok(response) if !response.is_success() => {
            return unreadable(format!("its config is answered with {}", response.status));
        }
        Ok(response) => response,
    };
    let read = |client| {
        let config = parse_config(client, &response.body.bytes);
        config.and_then(Result::ok)
    };
    let config = (read(Client::Android), read(Client::Ios));
    if config == (None, None) {
        return unreadable("its config is none that Android or iOS reads".to_owned());
    }
    (config, Vec::new())
}
