//! What a release restores from a body or a document.
//!
//! A fact of `clients.read` holds for all releases of a client unless it names some. A value that
//! no fact covers is unsure, or makes the whole outcome unknown.

use super::effects::SideEffect;
use super::gzip::{self, UnpackError, Unpacker};
use super::reason::Reason;
use super::release::Release;
use super::restore::{
    Broken, Change, ChangeKind, Directory, Outcome, Restored, Stop, Surroundings, Unsure,
};
use super::{Field, android, desktop, ios};
use crate::safe::EncryptionKey;
use crate::safe::backup::{At, Backup, Group};
use crate::safe::envelope::{self, EnvelopeError, NONCE_BYTES, TAG_BYTES};
use crate::safe::json::{self, JsonError, Limits, Path};
use crate::safe::{Client, Stage};
use zeroize::Zeroizing;

/// The limits within which the readers judge a document. No client limits its size.
///
/// Two thousand contacts with all their fields are 30,000 values.
pub const LIMITS: Limits = Limits {
    bytes: 16 * 1024 * 1024,
    values: 200_000,
    depth: 128,
};

/// The number of bytes of a nickname that Android keeps. The others keep the whole nickname.
///
/// Source: `clients.read.long-names`.
pub(super) const NICKNAME_BYTES: usize = 32;

/// The number of bytes of a group's or list's name that Android keeps. Nothing is known of iOS
/// beyond it.
///
/// Source: `clients.read.long-names`.
pub(super) const NAME_BYTES: usize = 256;

/// The value to continue with, or the outcome that ends the restore.
pub(super) type Step<T> = Result<T, Outcome>;

impl Release {
    /// Returns what this release restores from a body that a server stored.
    ///
    /// Source: `clients.read`.
    pub fn open(self, key: &EncryptionKey, body: &[u8], around: &Surroundings) -> Outcome {
        let packed = match envelope::decrypt(key, body).map(Zeroizing::new) {
            Ok(packed) => packed,
            Err(error) => return self.unopened(body.len(), &error),
        };
        match self.unpacker().unpack(&packed, LIMITS.bytes) {
            Ok(json) => self.read(&Zeroizing::new(json), around),
            Err(error) => self.not_unpacked(error, &packed),
        }
    }

    /// Returns what this release restores from a document.
    ///
    /// Source: `clients.read`.
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

    /// Returns how this release unpacks.
    ///
    /// Source: `clients.read.gzip-members`, `clients.read.gzip-tail`, `clients.read.zlib`.
    pub fn unpacker(self) -> Unpacker {
        match self.client() {
            Client::Android => Unpacker::Java,
            Client::Ios if self.since(Self::Ios5_9) => Unpacker::GzipSwift,
            Client::Ios => Unpacker::GzipSwiftFirst,
            Client::Desktop => Unpacker::Node,
        }
    }

    /// Returns the outcome for a body that is too short, or that this key does not open.
    ///
    /// Source: `clients.read.short-body`, `clients.read.wrong-key`.
    fn unopened(self, bytes: usize, error: &EnvelopeError) -> Outcome {
        let least = match self.client() {
            Client::Android if !self.since(Self::Android6_2) => NONCE_BYTES + TAG_BYTES,
            Client::Android | Client::Ios | Client::Desktop => NONCE_BYTES,
        };
        let short = bytes < least;
        let crashes = match self.client() {
            Client::Android => short,
            Client::Ios => !self.since(Self::Ios7_0_4),
            Client::Desktop => false,
        };
        let stop = Stop {
            id: None,
            stage: error.stage(),
            path: None,
            reason: error.to_string(),
            source: if short {
                "clients.read.short-body"
            } else {
                "clients.read.wrong-key"
            },
        };
        if crashes {
            let how = Broken::Crash;
            Outcome::Broken { how, stop }
        } else {
            Outcome::Refused(stop)
        }
    }

    /// Source: `clients.read.zlib`, `clients.read.gzip-tail`, clauses 2.1 and 2.2.
    fn not_unpacked(self, error: UnpackError, packed: &[u8]) -> Outcome {
        if let UnpackError::TooLarge { .. } = error {
            return unknown(format!("{error}, and no client's source limits that"));
        }
        let misreported = self.client() == Client::Ios && !self.since(Self::Ios7_0);
        Outcome::Refused(Stop {
            id: None,
            stage: Stage::Gunzip,
            path: None,
            reason: if misreported {
                format!("{error}: the app shows that there is no backup")
            } else {
                error.to_string()
            },
            source: match error {
                _ if misreported => "clients.read.swallowed-error",
                UnpackError::NotGzip if gzip::is_zlib(packed) => "clients.read.zlib",
                UnpackError::NotGzip => "clause 2.1",
                UnpackError::Trailing => "clients.read.gzip-tail",
                _ => "clause 2.2",
            },
        })
    }
}

/// Returns an outcome that is not known.
pub(super) fn unknown(because: impl Into<String>) -> Outcome {
    Outcome::Unknown {
        because: because.into(),
    }
}

/// Returns a refusal by the app: the place, the problem and the reason.
pub(super) fn refused(at: &At<'_>, what: &str, why: &'static Reason) -> Outcome {
    Outcome::Refused(because(at, what, why))
}

/// Returns a crash or hang of the app: the place, the problem and the reason.
pub(super) fn broken(how: Broken, at: &At<'_>, what: &str, why: &'static Reason) -> Outcome {
    let stop = because(at, what, why);
    Outcome::Broken { how, stop }
}

pub(super) fn because(at: &At<'_>, what: &str, why: &'static Reason) -> Stop {
    Stop {
        id: Some(why.id),
        ..stop(at, &format!("{what}: {}", why.sentence), why.source)
    }
}

/// Returns a stop without a reason of the catalogue.
pub(super) fn stop(at: &At<'_>, reason: &str, source: &'static str) -> Stop {
    let path = at.path();
    Stop {
        id: None,
        stage: Stage::Meaning,
        reason: format!("{path} {reason}"),
        path: Some(path),
        source,
    }
}

/// Returns the unknown outcome if our own reader reached a limit, so that it cannot tell what the
/// client does.
pub(super) fn beyond_judgement(error: &JsonError) -> Option<Outcome> {
    let is_limit = match error {
        JsonError::TooLarge { .. } => true,
        JsonError::Broken { reason, .. } => {
            matches!(
                reason,
                json::Reason::TooDeep { .. } | json::Reason::TooManyValues { .. }
            )
        }
    };
    is_limit.then(|| unknown(format!("{error}; no client's source limits that")))
}

/// Returns the place of a JSON error, or of the missing key.
pub(super) fn path_of(error: &JsonError) -> Option<Path> {
    match error {
        JsonError::TooLarge { .. } => None,
        JsonError::Broken { path, .. } => Some(path.clone()),
    }
}

/// What a reader records during a restore.
pub(super) struct Notes {
    release: Release,
    changes: Vec<Change>,
    unsure: Vec<Unsure>,
    groups_without_id: Vec<(usize, Group)>,
    effects: Vec<SideEffect>,
}

impl Notes {
    pub fn of(release: Release) -> Self {
        Self {
            release,
            changes: Vec::new(),
            unsure: Vec::new(),
            groups_without_id: Vec::new(),
            effects: SideEffect::of_restore(release),
        }
    }

    /// Adds a group that lost its ID, after the groups that were kept before it.
    pub fn keep_without_id(&mut self, group: Group, before: usize) {
        let place = before + self.groups_without_id.len();
        self.groups_without_id.push((place, group));
    }

    pub fn lost(&mut self, at: &At<'_>, field: Field, why: &'static Reason) {
        self.change(at, field, ChangeKind::Lost, why);
    }

    pub fn changed(&mut self, at: &At<'_>, field: Field, why: &'static Reason) {
        self.change(at, field, ChangeKind::Changed, why);
    }

    pub fn added(&mut self, at: &At<'_>, field: Field, why: &'static Reason) {
        self.change(at, field, ChangeKind::Added, why);
    }

    fn change(&mut self, at: &At<'_>, field: Field, kind: ChangeKind, why: &'static Reason) {
        self.changes.push(Change {
            path: at.path(),
            field,
            kind,
            why,
        });
    }

    pub fn effect(&mut self, effect: SideEffect) {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
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
            release: self.release,
            backup,
            changes: self.changes,
            groups_without_id: self.groups_without_id,
            unsure: self.unsure,
            effects: self.effects,
        }
    }
}

impl Directory {
    /// Returns whether the directory answers.
    pub const fn is_reachable(&self) -> bool {
        matches!(self, Self::Answers(_))
    }
}

pub(super) mod facts;

#[cfg(test)]
mod citations;
#[cfg(test)]
mod keys_of_ios;
#[cfg(test)]
mod of_android;
#[cfg(test)]
mod of_desktop;
#[cfg(test)]
mod of_ios;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
