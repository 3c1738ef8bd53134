//! The transcript: everything that a run saw, so that it can be judged again without a network.
//!
//! Answers have the key (check, variant, n), where n is the number of the check's call, so that the
//! order of checks does not matter. Bodies that the harness made are stored as recipes. A
//! transcript contains no secret and no backup ID.

use super::answer::{Answer, Handshake, Reach, TlsTrouble};
use super::failure::Failure;
use super::guard::Doubt;
use super::halt::Halt;
use super::secret::{REDACTED, Scrub};
use super::seed::Seed;
use super::settings::{Firsts, Totals};
use super::target::Facts;
use super::tls::Inspection;
use crate::engine::{Pattern, Selection};
use crate::safe::base_url::BaseUrl;
use crate::text::Flaw;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use thiserror::Error;

/// The format of a transcript that is written and read.
const FORMAT: u32 = 2;

/// The place of an answer in a transcript.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Key {
    pub(super) check: String,
    pub(super) variant: String,
    pub(super) n: u32,
}

/// The result of one call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Got {
    /// Of a connection to the host.
    Reach(Result<Reach, Failure>),
    /// Of a TLS handshake.
    Handshake(Result<Handshake, TlsTrouble>),
    /// Of an inspection of the server's TLS.
    Inspection(Result<Box<Inspection>, Failure>),
    /// Of one request, or of several simultaneous ones.
    Answers(Vec<Answer>),
}

/// One call and its result.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    check: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    variant: String,
    n: u32,
    /// The requests, in words without an ID or a secret.
    asked: Vec<String>,
    got: Got,
}

/// A check that the run did not finish.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Unfinished {
    pub(super) check: String,
    pub(super) variant: String,
    pub(super) why: String,
}

/// A check and its variant whose broken-off upload appeared after it had looked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Late {
    /// The check.
    pub check: String,
    /// The variant.
    pub variant: String,
}

/// Everything that a run saw.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Transcript {
    format: u32,
    tool: String,
    version: String,
    /// The facts about the target.
    pub(super) facts: Facts,
    /// The seed from which everything is generated.
    pub(super) seed: Seed,
    /// A value derived from the seed: with another seed, whole downloads would look changed. A
    /// transcript of an earlier version lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed_mark: Option<String>,
    /// The patterns of `--only`.
    only: Vec<String>,
    /// The patterns that were skipped, each with the option that skipped it.
    skip: Vec<(String, String)>,
    /// Why the run was stopped early, if it was.
    pub(super) stopped: Option<String>,
    pub(super) unfinished: Vec<Unfinished>,
    /// Why the run stopped by itself, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) halted: Option<Halt>,
    #[serde(flatten)]
    pub(super) firsts: Firsts,
    /// When the run began, as RFC 3339 writes it; a transcript of an earlier version lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    /// How long the run took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    /// The costs of the run.
    pub(super) totals: Totals,
    /// How many backups may still be on the server, by reason.
    pub(super) left_behind: BTreeMap<Doubt, usize>,
    /// The checks whose broken-off uploads appeared after they had looked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) late: BTreeSet<Late>,
    exchanges: Vec<Entry>,
}

/// What is wrong with a transcript.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// It is not a transcript.
    #[error(
        "this is not a transcript of safe-conformance: {0}; `check --transcript FILE` writes one"
    )]
    Malformed(String),
    /// It is a report.
    #[error("this is a report, not a transcript; `check --transcript FILE` writes one")]
    Report,
    /// It has a format that this version does not read.
    #[error(
        "the transcript has format {0}, but this version reads format {FORMAT}; run the check again with --transcript"
    )]
    Format(u32),
    /// Its base is not an address that a run has. The message does not repeat it, because it may
    /// hold a password.
    #[error(
        "its `facts.base` is not the address of a server as this program writes it, so the transcript was edited; judge the file that `check --transcript` wrote"
    )]
    Base,
    /// Its seed is not the one of its run.
    #[error(
        "its `seed` is not the seed of its run, so the transcript was edited; judge the file that `check --transcript` wrote"
    )]
    Seed,
}

/// The beginning of a transcript.
pub(super) struct Opening {
    pub(super) facts: Facts,
    pub(super) seed: Seed,
}

/// Returns what a transcript keeps to recognise that its seed was edited.
fn mark_of(seed: Seed) -> String {
    data_encoding::HEXLOWER.encode(&seed.bytes("transcript")[..8])
}

impl Facts {
    /// Returns whether the base is one that a run has: its normal form, without user information,
    /// query and fragment, of the scheme and the host that the other facts name.
    fn fit_a_base(&self) -> bool {
        if self.base.contains(REDACTED) {
            return self.fit_the_rest_of_a_base();
        }
        BaseUrl::parse(&self.base).is_ok_and(|parsed| {
            let base = parsed.base;
            parsed.user_info.is_none()
                && base.as_str() == self.base
                && base.scheme_is_https() == self.https
                && base.is_loopback() == self.loopback
        })
    }

    /// The same if a part was removed from the base, because it was also a secret. What remains
    /// need not be an address: `https://[[redacted]]/safe`.
    fn fit_the_rest_of_a_base(&self) -> bool {
        let (scheme, rest) = self
            .base
            .split_once("://")
            .unwrap_or(("", self.base.as_str()));
        let own_scheme = if self.https { "https" } else { "http" };
        let authority = rest.split('/').next().unwrap_or_default();
        (scheme.is_empty() || scheme == own_scheme)
            && !authority.contains('@')
            && !rest.contains(['?', '#'])
    }
}

impl Transcript {
    pub(super) fn new(opening: Opening) -> Self {
        Self {
            format: FORMAT,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            facts: opening.facts,
            seed: opening.seed,
            seed_mark: Some(mark_of(opening.seed)),
            only: Vec::new(),
            skip: Vec::new(),
            stopped: None,
            unfinished: Vec::new(),
            halted: None,
            firsts: Firsts::default(),
            started: None,
            duration_ms: None,
            totals: Totals::default(),
            left_behind: BTreeMap::new(),
            late: BTreeSet::new(),
            exchanges: Vec::new(),
        }
    }

    /// Stores which checks were selected.
    pub fn keep_selection(&mut self, selection: &Selection) {
        self.only = selection.only.iter().map(ToString::to_string).collect();
        self.skip = selection
            .skip
            .iter()
            .map(|(pattern, option)| (pattern.to_string(), option.clone()))
            .collect();
    }

    /// Stores when the run began and how long it took.
    pub(crate) fn keep_timing(&mut self, started: jiff::Timestamp, took: Duration) {
        self.started = Some(started.to_string());
        self.duration_ms = u64::try_from(took.as_millis()).ok();
    }

    /// Returns when the run began and how long it took, if the transcript says so.
    pub(crate) fn timing(&self) -> Option<(jiff::Timestamp, Duration)> {
        let started = self.started.as_ref()?.parse().ok()?;
        Some((started, Duration::from_millis(self.duration_ms?)))
    }

    /// Returns which checks were selected.
    pub fn selection(&self) -> Selection {
        Selection {
            rare: Vec::new(),
            only: self.only.iter().map(Pattern::new).collect(),
            skip: self
                .skip
                .iter()
                .map(|(pattern, option)| (Pattern::new(pattern), option.clone()))
                .collect(),
        }
    }

    /// Returns how long the single paced upload took, if it was requested.
    pub const fn slow_uplink(&self) -> Option<Duration> {
        self.facts.slow_uplink
    }

    /// Parses a transcript from its JSON.
    pub fn parse(json: &str) -> Result<Self, TranscriptError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
            findings: Option<IgnoredAny>,
        }
        let malformed =
            |error: serde_json::Error| TranscriptError::Malformed(Flaw::of(&error).to_string());
        let Head { format, findings } = serde_json::from_str(json).map_err(malformed)?;
        if findings.is_some() {
            return Err(TranscriptError::Report);
        }
        if format != FORMAT {
            return Err(TranscriptError::Format(format));
        }
        let transcript: Self = serde_json::from_str(json).map_err(malformed)?;
        if !transcript.facts.fit_a_base() {
            return Err(TranscriptError::Base);
        }
        let is_ours = |mark: &String| *mark == mark_of(transcript.seed);
        if !transcript.seed_mark.iter().all(is_ours) {
            return Err(TranscriptError::Seed);
        }
        Ok(transcript)
    }

    /// Removes secrets from the harness's own words, as a second wall; the server's words were
    /// cleaned at the input. This is not done in the JSON, because its base64 must stay intact.
    pub fn clean(&mut self, scrub: &Scrub) {
        let words = std::iter::once(&mut self.facts.base)
            .chain(self.stopped.as_mut())
            .chain(
                self.unfinished
                    .iter_mut()
                    .map(|unfinished| &mut unfinished.why),
            )
            .chain(self.exchanges.iter_mut().flat_map(|entry| &mut entry.asked));
        for words in words {
            *words = scrub.text(words);
        }
    }

    /// Writes the transcript as JSON to `file`, without holding the JSON in memory.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn write(&self, file: impl std::io::Write) -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, self)?;
        std::io::Write::flush(&mut file)
    }

    /// Returns the transcript as JSON, with the entries in the order of their keys.
    pub fn to_json(&self) -> String {
        // Serialising string keys and finite numbers does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(super) fn record(&mut self, entries: BTreeMap<Key, (Vec<String>, Got)>) {
        self.exchanges = entries
            .into_iter()
            .map(|(key, (asked, got))| Entry {
                check: key.check,
                variant: key.variant,
                n: key.n,
                asked,
                got,
            })
            .collect();
    }

    /// Returns the answers by key.
    pub(super) fn index(&self) -> BTreeMap<Key, (Vec<String>, Got)> {
        self.exchanges
            .iter()
            .map(|entry| {
                let key = Key {
                    check: entry.check.clone(),
                    variant: entry.variant.clone(),
                    n: entry.n,
                };
                (key, (entry.asked.clone(), entry.got.clone()))
            })
            .collect()
    }
}
