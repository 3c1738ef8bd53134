//! Whether a ledger is of this server, and what the server shows: `config`, and the canaries.

use super::canary::{Role, Sight};
use super::refusal::{Asked, Reason, Refusal};
use super::trouble::Trouble;
use super::watch::{Unjudgeable, Watch};
use crate::clients::{android, ios};
use crate::diagnosis::{Words, describe};
use crate::safe::ServerConfig;
use crate::wire::{Canaries, Response};
use jiff::Timestamp;

/// Returns whether the canaries were planted at this URL; otherwise they have `moved` to it.
///
/// # Errors
/// If the ledger belongs to another server, or the canaries show only to other credentials.
pub(super) fn is_about(canaries: &Canaries, watch: &Watch, moved: bool) -> Result<bool, Trouble> {
    let is_about = watch.is_about(canaries.base());
    if !is_about && !moved {
        return Err(Trouble::OtherServer(canaries.base().to_owned()));
    }
    if !watch.shows_to(canaries.login()) {
        return Err(Trouble::OtherLogin);
    }
    Ok(is_about)
}

/// Returns the config, as the server sent it and as a client reads it.
pub(super) async fn config_of(canaries: &Canaries) -> Result<(Response, ServerConfig), Refusal> {
    let config = Asked::CONFIG.done(canaries, canaries.config().await)?;
    let body = &config.body.bytes;
    let read = ios::parse_config(body)
        .or_else(|_| android::parse_config(body))
        .map_err(|error| {
            Refusal::new(
                Reason::Answer,
                format!("`config` is not understood: {error}"),
            )
        })?;
    Ok((config, read))
}

/// Verifies that the server still returns `config`, as it did when the canaries were planted. Where
/// the folder is not mounted or the URL is wrong, everything is missing, and a missing canary
/// proves nothing.
pub(super) async fn returns_config(canaries: &Canaries) -> Result<(), Refusal> {
    let config = config_of(canaries).await;
    config.map(|_| ()).map_err(|refusal| {
        let mut so = refusal.and_so("Without it, a missing canary may still be on the server");
        so.fix.get_or_insert_with(|| {
            "Correct the URL, or make `config` available again; if the server is gone for good, delete the ledger".to_owned()
        });
        so
    })
}

/// Verifies that the canaries have moved to this server: at least one comes back, if any was there
/// when the last one was looked at or uploaded. Otherwise the URL is the one of another server.
///
/// # Errors
/// If none comes back, or if the server refuses a look.
pub(super) async fn arrived(
    canaries: &Canaries,
    watch: &Watch,
    now: Timestamp,
) -> Result<(), Trouble> {
    let last_there = watch.last_there(now);
    for role in &last_there {
        // One is enough: to some servers a download counts as an upload.
        if sight(canaries, *role, watch.uploads(*role)).await? == Sight::Whole {
            return Ok(());
        }
    }
    if last_there.is_empty() {
        return Ok(());
    }
    Err(Unjudgeable::Elsewhere(canaries.base().to_owned()).into())
}

/// Returns what a look at a canary after this many uploads shows.
pub(super) async fn sight(canaries: &Canaries, role: Role, number: u32) -> Result<Sight, Refusal> {
    match canaries.look(role.name()).await {
        Ok(response) if response.is_success() => {
            let judged = canaries
                .judge(&response.body.bytes, role.name(), number)
                .await
                .map_err(Refusal::from)?;
            Ok(match judged {
                Ok(()) => Sight::Whole,
                Err(why) => Sight::Changed(match Words::of(&response.body) {
                    Some(Words::Page(title)) => format!("{why}; {}", page(title)),
                    Some(Words::Text(_)) | None => why,
                }),
            })
        }
        Ok(response) if matches!(response.status, 404 | 410) => Ok(Sight::Missing(format!(
            "a GET returned {}",
            describe(&response)
        ))),
        answer => Err(Asked::LOOK
            .done(canaries, answer)
            .err()
            .unwrap_or_else(|| Refusal::new(Reason::Answer, "a GET failed"))),
    }
}

fn page(title: Option<String>) -> String {
    title.map_or_else(
        || "it is a web page".to_owned(),
        |title| format!("it is a web page titled `{title}`"),
    )
}
