//! What the rig saw of a client.

use super::case::Action;
use super::client::End;
use crate::text::{counted, line};
use std::path::Path;
use std::time::Duration;

/// How many exchanges of one case are kept; further ones are counted.
pub(super) const MOST_EXCHANGES: usize = 500;
/// How much of all bodies of one case is kept, in bytes; further exchanges are counted.
pub(super) const MOST_BODIES: usize = 48 * 1024 * 1024;
/// The largest log of one case, in bytes; further exchanges are counted.
const MOST_LOG: usize = 1024 * 1024;
/// How much of one body is kept, in bytes.
pub(super) const MOST_BODY: usize = 4 * 1024 * 1024;

/// Which of the rig's servers was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Host {
    /// The host that the client was given.
    Own,
    /// The other host, to which a redirect led.
    Other,
    /// The host that speaks plain HTTP.
    Plain,
}

/// One request and its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// Which of the rig's servers was asked.
    pub host: Host,
    /// The action during which it came, as an index into the case's actions.
    pub turn: usize,
    /// The method.
    pub method: String,
    /// The path below the base URL: `/config`, `/backups/…`.
    pub path: String,
    /// The query, if there was one.
    pub query: Option<String>,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The part of the body that was kept.
    pub body: Vec<u8>,
    /// How many bytes the body had.
    pub body_length: u64,
    /// Whether the body was complete.
    pub complete: bool,
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: &'static str,
    /// The status of the answer; `None` if the connection was closed instead.
    pub status: Option<u16>,
    /// When it came, counted from the start of the case.
    pub at: Duration,
}

impl Exchange {
    /// Returns the value of a header field; the first of several.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the backup ID in the path, as it was written.
    pub fn backup_id(&self) -> Option<&str> {
        self.path.strip_prefix("/backups/")
    }

    /// Returns whether it came to the host that the client was given, and passed its login.
    pub(super) fn is_let_in(&self) -> bool {
        self.host == Host::Own && self.status != Some(401)
    }

    /// Returns whether the path is the path of `config`.
    pub fn is_config(&self) -> bool {
        self.path == "/config"
    }
}

/// One action and its end.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Turn {
    /// The action.
    pub action: Action,
    /// How the client ended it.
    pub end: End,
    /// The `document.json` of the action; `None` if the client backs up its own data.
    pub document: Option<Vec<u8>>,
}

/// Everything that the rig saw of a client in one case.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Seen {
    /// The actions that were carried out; a failure skips the rest.
    pub turns: Vec<Turn>,
    /// The requests, in the order in which they came.
    pub exchanges: Vec<Exchange>,
    /// How many requests came after the last one that was kept.
    pub not_kept: u64,
    /// How many connections were made to the case's own listener; always 0 where cases share one.
    pub connections: u64,
    /// How many TLS handshakes continued although the server supports at most TLS 1.1.
    pub old_handshakes: u64,
    /// What is stored at the end: backup ID as written in the path, and bytes.
    pub stored: Vec<(String, Vec<u8>)>,
    /// The `restored.json` that the client wrote into its folder, if any.
    pub restored: Option<Vec<u8>>,
    /// The `state.json` that the client wrote into its folder after a restore, if any.
    pub state: Option<Vec<u8>>,
}

impl Seen {
    /// Returns how the last action ended.
    pub fn end(&self) -> Option<&End> {
        self.turns.last().map(|turn| &turn.end)
    }

    /// Returns the requests to the host that the client was given.
    pub fn own(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges
            .iter()
            .filter(|exchange| exchange.host == Host::Own)
    }

    /// Returns the uploads that passed the login, without those that were challenged.
    pub fn uploads(&self) -> impl Iterator<Item = &Exchange> {
        self.own()
            .filter(|exchange| exchange.method == "PUT" && exchange.status != Some(401))
    }
}

/// Writes what was seen into the case's folder: `exchanges.txt`, one line each, without bodies and
/// credentials.
pub(super) fn write_log(folder: &Path, seen: &Seen) -> std::io::Result<()> {
    let (mut text, mut left_out) = (String::new(), seen.not_kept);
    for exchange in &seen.exchanges {
        if text.len() > MOST_LOG {
            left_out += 1;
            continue;
        }
        let status = exchange
            .status
            .map_or_else(|| "closed".to_owned(), |status| status.to_string());
        text += &format!(
            "{:>8.3} s  {:<6} {}  {}  {}  -> {status}\n",
            exchange.at.as_secs_f64(),
            shown(&exchange.method),
            shown(&exchange.path),
            exchange.version,
            counted(exchange.body_length, "byte"),
        );
        for (name, value) in &exchange.headers {
            let value = if name == "authorization" {
                value.split(' ').next().unwrap_or_default()
            } else {
                value
            };
            text += &format!("            {}: {}\n", shown(name), shown(value));
        }
    }
    if left_out > 0 {
        text += &format!("and {} that came later\n", counted(left_out, "request"));
    }
    std::fs::write(folder.join("exchanges.txt"), text)
}

/// Returns the beginning of a text, printable and on one line.
fn shown(text: &str) -> String {
    line(&text.chars().take(500).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_bounded() -> Result<(), std::io::Error> {
        let exchange = Exchange {
            host: Host::Own,
            turn: 0,
            method: "GET".to_owned(),
            path: "/config".to_owned(),
            query: None,
            headers: vec![("x".to_owned(), "y".repeat(400)); 100],
            body: Vec::new(),
            body_length: 0,
            complete: true,
            version: "HTTP/1.1",
            status: Some(200),
            at: Duration::ZERO,
        };
        let seen = Seen {
            exchanges: vec![exchange; MOST_EXCHANGES],
            not_kept: 7,
            ..Seen::default()
        };
        let folder = tempfile::tempdir()?;
        write_log(folder.path(), &seen)?;
        let text = std::fs::read_to_string(folder.path().join("exchanges.txt"))?;
        let written = text.matches("HTTP/1.1").count();
        assert!(text.len() < 2 * MOST_LOG, "{}", text.len());
        let left_out = MOST_EXCHANGES - written + 7;
        assert!(text.ends_with(&format!("and {left_out} requests that came later\n")));
        Ok(())
    }
}
