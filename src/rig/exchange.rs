//! What the rig saw of a client.

use super::case::Action;
use super::client::End;
use crate::text::{counted, line};
use bytes::Bytes;
use std::path::Path;
use std::time::Duration;

/// How many exchanges of one case are kept; further ones are counted.
pub(super) const MOST_EXCHANGES: usize = 500;
/// How much of all bodies of one case is kept, in bytes; further exchanges are counted.
pub(super) const MOST_BODIES: usize = 48 * 1024 * 1024;
/// How long the log of one case may grow, in bytes; further exchanges are counted.
const MOST_LOG: usize = 1024 * 1024;
/// How much of one body is kept, in bytes.
pub(super) const MOST_BODY: usize = 4 * 1024 * 1024;

/// Which of the rig's servers was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Host {
    /// The one that the client was given.
    Own,
    /// The other host that a redirect led to.
    Other,
    /// One that speaks plain HTTP.
    Plain,
}

/// One request and what it was answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// Which of the rig's servers was asked.
    pub host: Host,
    /// The action during which it came: its place among the case's actions.
    pub turn: usize,
    /// The method.
    pub method: String,
    /// The path below the base URL: `/config`, `/backups/…`.
    pub path: String,
    /// The query, if there was one.
    pub query: Option<String>,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was kept.
    pub body: Bytes,
    /// How many bytes the body had.
    pub body_length: u64,
    /// Whether the body came to its end.
    pub complete: bool,
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: &'static str,
    /// The status that it was answered; `None` if the connection was closed instead.
    pub status: Option<u16>,
    /// When it came, counted from the start of the case.
    pub at: Duration,
}

impl Exchange {
    /// The value of a header field; of several, the first.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The backup ID in the path, as it was written.
    pub fn backup_id(&self) -> Option<&str> {
        self.path.strip_prefix("/backups/")
    }

    /// Whether it came to the host that the client was given, and past its login.
    pub(super) fn is_let_in(&self) -> bool {
        self.host == Host::Own && self.status != Some(401)
    }

    /// Whether the path is the path of `config`.
    pub fn is_config(&self) -> bool {
        self.path == "/config"
    }
}

/// One action and how it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Turn {
    /// The action.
    pub action: Action,
    /// How the client ended it.
    pub end: End,
}

/// Everything that was seen of a client in one case.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Seen {
    /// The actions that were taken; the rest if one failed.
    pub turns: Vec<Turn>,
    /// The requests, in the order in which they came.
    pub exchanges: Vec<Exchange>,
    /// How many requests came after the last one that was kept.
    pub not_kept: u64,
    /// How many connections were made to the case's own listener; always 0 where cases share one.
    pub connections: u64,
    /// How many connections went on although the server speaks TLS 1.1 at most.
    pub old_handshakes: u64,
    /// What is stored at the end: backup ID as written in the path, and bytes.
    pub stored: Vec<(String, Bytes)>,
    /// What the client wrote as restored, if it did: `restored.json` in its folder.
    pub restored: Option<Bytes>,
    /// What the client wrote as its state after a restore, if it did: `state.json` in its folder.
    pub state: Option<Bytes>,
}

impl Seen {
    /// How the last action ended.
    pub fn end(&self) -> Option<&End> {
        self.turns.last().map(|turn| &turn.end)
    }

    /// The requests to the host that the client was given.
    pub fn own(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges
            .iter()
            .filter(|exchange| exchange.host == Host::Own)
    }

    /// The uploads that were let in, not only challenged.
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

/// The beginning of a text, printable and on one line.
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
            body: Bytes::new(),
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
