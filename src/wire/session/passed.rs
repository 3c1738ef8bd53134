//! The data for a diagram of a run: its exchanges and certificates, without bodies, IDs and
//! secrets.

use super::Session;
use crate::clients::parse_config;
use crate::safe::Client;
use crate::wire::answer::Answer;
use crate::wire::request::{Method, Request};
use crate::wire::tls::Certificate;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// One exchange of a live run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// The request, without an ID: `PUT backups/<first>`.
    pub asked: String,
    /// The method.
    pub method: Method,
    /// When it began, since the start of the run.
    pub began: Duration,
    /// How long it took, with the wait for its turn.
    pub took: Duration,
    /// The size of its body, in bytes.
    pub sent: u64,
    /// Whether the body was sent completely and in the ordinary manner.
    pub is_ordinary: bool,
    /// The status of the answer; `None` without an answer.
    pub status: Option<u16>,
}

/// One certificate of the chain that the server sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The subject.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The first second of its validity, since 1970.
    pub not_before: i64,
    /// The last second of its validity, since 1970.
    pub not_after: i64,
    /// Its key.
    pub key: String,
    /// The names for which it is valid.
    pub names: Vec<String>,
    /// Whether a root that is trusted here has issued it.
    pub is_anchored: bool,
}

impl Session {
    /// Notes an exchange.
    pub(super) fn note_passed(&self, request: &Request, began: Instant, answer: &Answer) {
        let asked = request.fingerprint();
        let short = asked.split(['(', ';']).next().unwrap_or_default().trim();
        let took = began.elapsed();
        let passed = Passed {
            asked: short.to_owned(),
            method: request.method,
            began: began.saturating_duration_since(self.opened),
            took,
            sent: request
                .payload
                .as_ref()
                .map_or(0, |payload| payload.len() as u64),
            is_ordinary: request.manner == crate::wire::Manner::Ordinary,
            status: answer.as_ref().ok().map(|response| response.status),
        };
        self.passed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(passed);
    }

    /// Returns the exchanges of a live run so far, in the order of their ends.
    pub fn passed(&self) -> Vec<Passed> {
        self.passed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the chain that the server sent, its own certificate first; empty if none was
    /// inspected.
    pub fn chain(&self) -> Vec<Link> {
        let Some(Ok(inspection)) = self.inspection.get() else {
            return Vec::new();
        };
        let links = inspection.chain.iter().filter_map(|sent| {
            let certificate = Certificate::parse(&sent.der.0)?;
            Some(Link {
                subject: certificate.subject,
                issuer: certificate.issuer,
                not_before: certificate.not_before,
                not_after: certificate.not_after,
                key: certificate.key.to_string(),
                names: certificate.dns_names,
                is_anchored: sent.issuer_is_root_here,
            })
        });
        links.collect()
    }

    /// Returns the largest backup in bytes that `config` permits to Android.
    pub fn promised_bytes(&self) -> Option<i64> {
        let answer = self.config.get()?.as_ref().ok()?;
        let config = parse_config(Client::Android, &answer.body.bytes)?.ok()?;
        Some(config.max_backup_bytes)
    }
}
