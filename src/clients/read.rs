//! What a release restores from a backup: from the body, or from its JSON, to what is on the phone.
//!
//! The rows of VARIANTS section 2 are of the newest releases, and name the older ones that differ. Where a row names none, an
//! older release goes on as the newest does, but nothing of it is asserted: a change is marked as not told, and a restore that
//! would end is unknown.

use super::gzip::{UnpackError, Unpacker};
use super::release::Reader;
use super::restore::{
    Broken, Change, ChangeKind, Directory, Outcome, Restored, Stop, Surroundings, Unsure,
};
use super::{Field, android, desktop, ios};
use crate::safe::EncryptionKey;
use crate::safe::backup::{At, Backup, Group};
use crate::safe::envelope::{self, EnvelopeError, NONCE_BYTES};
use crate::safe::json::{JsonError, Limits, Path, Reason};
use crate::safe::{Client, Stage};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// How much of a document the readers look at. No client bounds it; what is larger than this is not judged.
///
/// Two thousand contacts with all their fields are 30,000 values.
pub const LIMITS: Limits = Limits {
    bytes: 16 * 1024 * 1024,
    values: 200_000,
    depth: 128,
};

/// Goes on, or ends the restore.
pub(super) type Step<T> = Result<T, Outcome>;

impl Reader {
    /// What this release makes of a body that a server has stored.
    ///
    /// Source: VARIANTS section 2.
    pub fn open(self, key: &EncryptionKey, body: &[u8], around: &Surroundings) -> Outcome {
        let packed = match envelope::decrypt(key, body).map(Zeroizing::new) {
            Ok(packed) => packed,
            Err(error) => return self.unopened(body.len(), &error),
        };
        match self.unpacker().unpack(&packed, LIMITS.bytes) {
            Ok(json) => self.read(&Zeroizing::new(json), around),
            Err(error) => self.not_unpacked(error),
        }
    }

    /// What this release makes of a document.
    ///
    /// Source: VARIANTS section 2.
    pub fn read(self, json: &[u8], around: &Surroundings) -> Outcome {
        let restored = match self.client() {
            Client::Android => android::read(self, json, around),
            Client::Ios => ios::read(self, json, around),
            Client::Desktop => desktop::read(json, around),
        };
        match restored {
            Ok(restored) => Outcome::Restored(Box::new(restored)),
            Err(outcome) => outcome,
        }
    }

    /// How this release unpacks.
    ///
    /// Source: VARIANTS section 2, the rows about gzip.
    pub fn unpacker(self) -> Unpacker {
        match self.client() {
            Client::Android => Unpacker::Java,
            Client::Ios if self.since(Self::Ios6_8) => Unpacker::GzipSwift,
            Client::Ios => Unpacker::GzipSwiftFirst,
            Client::Desktop => Unpacker::Node,
        }
    }

    /// A body that is too short, or that this key does not open.
    fn unopened(self, bytes: usize, error: &EnvelopeError) -> Outcome {
        let short = bytes < NONCE_BYTES;
        let (how, source) = match self.client() {
            Client::Android if short => (
                Some(Broken::Crash),
                "ThreemaSafeServiceImpl.java:594 and WizardSafeRestoreActivity:240 of Android 6.4.2 (VARIANTS section 5, item 18)",
            ),
            Client::Android if self != Self::Android6_4 => {
                return unknown(format!("{error}: what {self} shows then is not told"));
            }
            Client::Ios if !self.since(Self::Ios7_0_5) => (
                Some(Broken::Crash),
                "source of iOS before 7.0.4 (VARIANTS section 2, \"blob <24 B\", \"wrong key\")",
            ),
            _ => (None, "VARIANTS section 2, \"blob <24 B\", \"wrong key\""),
        };
        let stop = Stop {
            stage: error.stage(),
            path: None,
            reason: error.to_string(),
            source,
        };
        match how {
            Some(how) => Outcome::Broken { how, stop },
            None => Outcome::Refused(stop),
        }
    }

    fn not_unpacked(self, error: UnpackError) -> Outcome {
        if let UnpackError::TooLarge { .. } = error {
            return unknown(format!("{error}, and no client's source bounds that"));
        }
        if self.client() == Client::Ios && !self.since(Self::Ios7_0_0) {
            return unknown(format!(
                "{error}: it is not restored, but no source tells what {self} shows then"
            ));
        }
        Outcome::Refused(Stop {
            stage: Stage::Gunzip,
            path: None,
            reason: error.to_string(),
            source: match self.client() {
                Client::Android => "GZIPInputStream, executed",
                Client::Ios => "source of GzipSwift 6",
                Client::Desktop => "Node's gunzip, executed",
            },
        })
    }
}

/// Nobody knows.
pub(super) fn unknown(because: impl Into<String>) -> Outcome {
    Outcome::Unknown {
        because: because.into(),
    }
}

/// The app says no, if that is told of this release.
pub(super) fn refused(reader: Reader, at: &At<'_>, why: Why) -> Outcome {
    ended(
        reader,
        why,
        Outcome::Refused(stop(at, why.reason, why.source)),
    )
}

/// The app breaks, if that is told of this release.
pub(super) fn broken(reader: Reader, how: Broken, at: &At<'_>, why: Why) -> Outcome {
    let stop = stop(at, why.reason, why.source);
    ended(reader, why, Outcome::Broken { how, stop })
}

fn ended(reader: Reader, why: Why, outcome: Outcome) -> Outcome {
    let (Outcome::Refused(stop) | Outcome::Broken { stop, .. }) = &outcome else {
        return outcome;
    };
    if why.is_told_of(reader) {
        return outcome;
    }
    unknown(format!(
        "{}, where other releases stop: what {reader} does then is not told",
        stop.reason
    ))
}

pub(super) fn stop(at: &At<'_>, reason: &str, source: &'static str) -> Stop {
    let path = at.path();
    Stop {
        stage: Stage::Meaning,
        reason: format!("{path} {reason}"),
        path: Some(path),
        source,
    }
}

/// Why our own reader cannot say what a client's would do with a text, where that is so.
pub(super) fn beyond_judgement(error: &JsonError) -> Option<Outcome> {
    let is_limit = match error {
        JsonError::TooLarge { .. } => true,
        JsonError::Broken { reason, .. } => {
            matches!(
                reason,
                Reason::TooDeep { .. } | Reason::TooManyValues { .. }
            )
        }
    };
    is_limit.then(|| unknown(format!("{error}; no client's source bounds that")))
}

/// Where in a text JSON breaks; what it is short of.
pub(super) fn path_of(error: &JsonError) -> Option<Path> {
    match error {
        JsonError::TooLarge { .. } => None,
        JsonError::Broken { path, .. } => Some(path.clone()),
    }
}

/// What a reader notes on the way.
pub(super) struct Notes {
    reader: Reader,
    changes: Vec<Change>,
    unsure: Vec<Unsure>,
    groups_without_id: Vec<(usize, Group)>,
}

/// Why, where it is seen, and of which releases that tells.
#[derive(Clone, Copy)]
pub(super) struct Why {
    pub reason: &'static str,
    pub source: &'static str,
    pub told: Told,
}

/// The releases of which something is told.
pub(super) type Told = &'static RangeInclusive<Reader>;

impl Why {
    fn is_told_of(self, reader: Reader) -> bool {
        self.told.contains(&reader)
    }
}

impl Notes {
    pub const fn of(reader: Reader) -> Self {
        Self {
            reader,
            changes: Vec::new(),
            unsure: Vec::new(),
            groups_without_id: Vec::new(),
        }
    }

    /// Keeps a group that has no ID any more, behind those that are there and were kept before.
    pub fn keep_without_id(&mut self, group: Group, before: usize) {
        let place = before + self.groups_without_id.len();
        self.groups_without_id.push((place, group));
    }

    pub fn lost(&mut self, at: &At<'_>, field: Field, why: Why) {
        self.change(at, field, ChangeKind::Lost, why);
    }

    pub fn changed(&mut self, at: &At<'_>, field: Field, why: Why) {
        self.change(at, field, ChangeKind::Changed, why);
    }

    pub fn added(&mut self, at: &At<'_>, field: Field, why: Why) {
        self.change(at, field, ChangeKind::Added, why);
    }

    fn change(&mut self, at: &At<'_>, field: Field, kind: ChangeKind, why: Why) {
        self.changes.push(Change {
            path: at.path(),
            field,
            kind,
            reason: why.reason,
            source: why.source,
            is_told: why.is_told_of(self.reader),
        });
    }

    pub fn unsure(&mut self, at: &At<'_>, field: Field, because: &'static str) {
        self.unsure.push(Unsure {
            path: at.path(),
            field,
            because,
        });
    }

    pub fn into_restored(self, backup: Backup) -> Restored {
        Restored {
            backup,
            changes: self.changes,
            groups_without_id: self.groups_without_id,
            unsure: self.unsure,
        }
    }
}

impl Directory {
    /// Whether it answers at all.
    pub const fn is_reachable(&self) -> bool {
        matches!(self, Self::Answers(_))
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
