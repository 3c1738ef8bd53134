//! Patience before a request counts as answered: the run slows down for limits, waits for its own
//! locks, repeats requests without an answer, and ends after a refused login.
//!
//! All of this happens below the transcript: a check sees only the last answer.

mod asking;
mod ban;
mod connections;
mod doubts;
mod errors;
mod failures;
mod limits;
mod refusals;
mod refused_login;
mod tries;

pub(in crate::wire) use self::asking::Round;
use self::connections::NewConnections;
use self::doubts::Doubts;
use self::errors::Errors;
use self::refusals::Refusals;
use crate::wire::halt::Halt;
use crate::wire::pace::Pace;
use crate::wire::payload::Payload;
use crate::wire::request::{LoginUse, Place, Request};
use crate::wire::settings::Settings;
use std::collections::{BTreeSet, HashSet};
use std::mem::Discriminant;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// What a run knows about the server's limits.
pub(super) struct Patience {
    pace: Pace,
    /// How long the run waits for a limit or a lock.
    most: Duration,
    halt: Arc<OnceLock<Halt>>,
    /// Whether any request, and whether `config`, was answered without a sign of a limit.
    served: AtomicBool,
    served_config: AtomicBool,
    /// Kinds of requests that are always answered with 503, even when sent slowly: this is not a
    /// limit.
    closed: Mutex<HashSet<(&'static str, Discriminant<Place>)>>,
    /// Whether `config` was refused without credentials and returned with them, so that they work.
    closed_config: AtomicBool,
    /// The request with credentials that returned `config`.
    own_config: OnceLock<String>,
    /// The request for which the server accepted the credentials.
    accepted: OnceLock<String>,
    refused_logins: AtomicU32,
    /// IDs with an upload that broke off, was not answered, or ran at the same time as others.
    disturbed: Mutex<BTreeSet<String>>,
    /// Whether a lock remained that no upload of the run had left.
    stays_locked: AtomicBool,
    /// Whether the last repeated request that was sent alone got no answer; for uploads, and for
    /// others.
    deaf: [AtomicBool; 2],
    locked: AtomicU32,
    asked_again: AtomicU32,
    new_connections: NewConnections,
    errors: Errors,
    slowed_by: OnceLock<String>,
    /// What was wrong with the certificate of a later connection.
    untrusted: OnceLock<String>,
    doubts: Doubts,
    refusals: Refusals,
}

impl Patience {
    pub(super) fn new(settings: &Settings, halt: Arc<OnceLock<Halt>>) -> Self {
        Self {
            pace: settings.pace.clone(),
            most: settings.patience,
            halt,
            served: AtomicBool::new(false),
            served_config: AtomicBool::new(false),
            closed: Mutex::default(),
            closed_config: AtomicBool::new(false),
            own_config: OnceLock::new(),
            accepted: OnceLock::new(),
            refused_logins: AtomicU32::new(0),
            disturbed: Mutex::default(),
            stays_locked: AtomicBool::new(false),
            deaf: Default::default(),
            locked: AtomicU32::new(0),
            asked_again: AtomicU32::new(0),
            new_connections: NewConnections::default(),
            errors: Errors::default(),
            slowed_by: OnceLock::new(),
            untrusted: OnceLock::new(),
            doubts: Doubts::default(),
            refusals: Refusals::default(),
        }
    }
}

impl Request {
    /// Returns whether it carries the user's own credentials.
    const fn is_personal(&self) -> bool {
        matches!(self.login, LoginUse::Given | LoginUse::Encoded(_))
    }

    /// Returns the common properties of requests that a server may refuse altogether.
    fn kind(&self) -> (&'static str, Discriminant<Place>) {
        (self.method.as_str(), std::mem::discriminant(&self.place))
    }

    fn body_length(&self) -> usize {
        self.payload.as_ref().map_or(0, Payload::len)
    }
}
