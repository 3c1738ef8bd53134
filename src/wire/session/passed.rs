//! What a picture of a run is drawn from: its exchanges and its certificates, without bodies, IDs
//! and secrets.

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
    /// What was asked, in words without an ID: `PUT backups/<first>`.
    pub asked: String,
    /// The method.
    pub method: Method,
    /// When it began, from the beginning of the run.
    pub began: Duration,
    /// How long it took, the waiting for its turn included.
    pub took: Duration,
    /// How many bytes its body had.
    pub sent: u64,
    /// Whether the body was sent whole and as it is.
    pub is_ordinary: bool,
    /// The status of the answer; none where none came.
    pub status: Option<u16>,
}

/// One certificate of the chain that the server sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Whom it is for.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The first second of its validity, since 1970.
    pub not_before: i64,
    /// The last second of its validity, since 1970.
    pub not_after: i64,
    /// Its key.
    pub key: String,
    /// The names that it is for.
    pub names: Vec<String>,
    /// Whether its issuer is a root that is trusted here.
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

    /// Returns the exchanges of a live run so far, in the order in which they ended.
    pub fn passed(&self) -> Vec<Passed> {
        self.passed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the chain that the server sent, its own certificate first; none where none was
    /// looked at.
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

    /// Returns the largest backup that `config` promises to Android, in bytes.
    pub fn promised_bytes(&self) -> Option<i64> {
        let answer = self.config.get()?.as_ref().ok()?;
        let config = parse_config(Client::Android, &answer.body.bytes)?.ok()?;
        Some(config.max_backup_bytes)
    }
}
