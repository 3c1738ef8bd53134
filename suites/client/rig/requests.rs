//! What must be true of every request: its method, path, header fields, credentials and host.

use crate::clients::CredentialEncoding;
use crate::rig::{Exchange, Host, Seen, World};
use crate::text::line;
use std::collections::BTreeMap;

/// How often one thing may be requested without success during one action. Source: iOS answers a
/// challenge up to seven times.
const MOST_IN_VAIN: usize = 8;

pub(super) fn is_upload(exchange: &Exchange) -> bool {
    exchange.method == "PUT"
}

/// Returns the first wrong request to the client's own server.
fn first(seen: &Seen, wrong: impl Fn(&Exchange) -> Option<String>) -> Option<String> {
    seen.own().find_map(wrong)
}

pub(super) fn method(_: &str, seen: &Seen, _: &World) -> Option<String> {
    first(seen, |exchange| {
        let fine = match exchange.backup_id() {
            Some(_) => matches!(exchange.method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE"),
            // After a redirect to another host, the HTTP library decides what the client does.
            None => exchange.method == "GET" || exchange.path == "/login",
        };
        (!fine).then(|| format!("a {} of `{}`", exchange.method, shown(&exchange.path)))
    })
}

pub(super) fn path(_: &str, seen: &Seen, world: &World) -> Option<String> {
    let ours = [world.backup_id().to_hex(), world.new_backup_id().to_hex()];
    first(seen, |exchange| {
        if exchange.query.is_some() {
            return Some("a query after the path".to_owned());
        }
        let path = match exchange.path.strip_suffix('/') {
            Some(path) if path == "/config" || path.starts_with("/backups/") => {
                if !was_redirected(seen, exchange, path) {
                    return Some("a slash at the end of the path".to_owned());
                }
                path
            }
            Some(path) => path,
            None => &exchange.path,
        };
        match path.strip_prefix("/backups/") {
            _ if path == "/config" || path == "/login" => None,
            Some(id) if ours.iter().any(|known| known == id) => None,
            Some(id) if ours.contains(&id.to_ascii_lowercase()) => {
                Some("the backup ID in capital letters".to_owned())
            }
            Some(_) => Some("a backup ID that does not belong to ID and password".to_owned()),
            None => Some(format!("the path `{}`", shown(path))),
        }
    })
}

/// Returns whether an earlier request to `path` was redirected: its answer chose the path of this
/// one.
fn was_redirected(seen: &Seen, exchange: &Exchange, path: &str) -> bool {
    let is_redirect = |status| (300..400).contains(&status);
    seen.exchanges.iter().any(|earlier| {
        earlier.path == path && earlier.at <= exchange.at && earlier.status.is_some_and(is_redirect)
    })
}

pub(super) fn user_agent(_: &str, seen: &Seen, _: &World) -> Option<String> {
    first(seen, |exchange| match exchange.header("user-agent") {
        Some(agent) if agent.contains("Threema") => None,
        Some(agent) => Some(format!("`User-Agent: {}`", shown(agent))),
        None => Some("no `User-Agent`".to_owned()),
    })
}

pub(super) fn accept(_: &str, seen: &Seen, _: &World) -> Option<String> {
    first(seen, |exchange| match exchange.header("accept") {
        _ if !exchange.is_config() => None,
        Some(accept) if accept.starts_with("application/json") => None,
        Some(accept) => Some(format!("`Accept: {}`", shown(accept))),
        None => Some("no `Accept`".to_owned()),
    })
}

pub(super) fn content_type(_: &str, seen: &Seen, _: &World) -> Option<String> {
    first(seen, |exchange| match exchange.header("content-type") {
        _ if !is_upload(exchange) => None,
        Some("application/octet-stream") => None,
        Some(kind) => Some(format!("`Content-Type: {}`", shown(kind))),
        None => Some("no `Content-Type`".to_owned()),
    })
}

pub(super) fn length(_: &str, seen: &Seen, _: &World) -> Option<String> {
    first(seen, |exchange| {
        let undeclared = is_upload(exchange)
            && exchange.version == "HTTP/1.1"
            && exchange.header("content-length").is_none();
        undeclared.then(|| "an upload without `Content-Length`".to_owned())
    })
}

pub(super) fn config_first(_: &str, seen: &Seen, _: &World) -> Option<String> {
    (0..seen.turns.len()).find_map(|turn| {
        let during = || seen.own().filter(move |exchange| exchange.turn == turn);
        let put = during().position(is_upload)?;
        let asked = during().take(put).any(Exchange::is_config);
        (!asked).then(|| "an upload before `config` was asked for".to_owned())
    })
}

pub(super) fn credentials(_: &str, seen: &Seen, world: &World) -> Option<String> {
    let expected: Vec<_> = world
        .logins()
        .into_iter()
        .flat_map(|(user, password)| {
            [CredentialEncoding::Utf8, CredentialEncoding::Latin1]
                .map(|encoding| encoding.encode(user, password).to_string())
        })
        .collect();
    first(seen, |exchange| match exchange.header("authorization") {
        None => None,
        Some(sent) if expected.iter().any(|known| known == sent) => None,
        Some(sent) if sent.starts_with("Digest ") => None,
        Some(sent) => {
            let scheme = sent.split(' ').next().unwrap_or_default();
            Some(format!(
                "`Authorization: {}` with something else",
                shown(scheme)
            ))
        }
    })
}

pub(super) fn in_vain(_: &str, seen: &Seen, _: &World) -> Option<String> {
    let mut counts: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
    for exchange in &seen.exchanges {
        if !matches!(exchange.status, Some(200..=399)) {
            let key = (
                exchange.turn,
                exchange.method.as_str(),
                exchange.path.as_str(),
            );
            *counts.entry(key).or_default() += 1;
        }
    }
    let worst = counts.into_iter().max_by_key(|(_, count)| *count);
    worst
        .filter(|(_, count)| *count > MOST_IN_VAIN)
        .map(|((_, method, _), count)| format!("{count} times the same {method} in vain"))
}

pub(super) fn plain(_: &str, seen: &Seen, _: &World) -> Option<String> {
    let mut exchanges = seen.exchanges.iter();
    let sent = exchanges.find(|exchange| exchange.host == Host::Plain)?;
    Some(format!("a {} over plain HTTP", sent.method))
}

pub(super) fn elsewhere(_: &str, seen: &Seen, _: &World) -> Option<String> {
    let mut exchanges = seen.exchanges.iter();
    exchanges
        .find(|exchange| exchange.host != Host::Own && exchange.header("authorization").is_some())
        .map(|_| "`Authorization` in a request to another host or port".to_owned())
}

/// Returns the text for an observation, without values of only this run.
pub(super) fn shown(text: &str) -> String {
    line(&text.chars().take(60).collect::<String>())
}
