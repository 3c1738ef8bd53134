//! What the pictures of a report show: exchanges, certificates, the promised limit.

use crate::wire::{Link, Passed, Session};

/// What the pictures of a report on a server show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pictures {
    /// The exchanges of a live run.
    pub(super) exchanges: Vec<Passed>,
    /// The chain of certificates.
    pub(super) chain: Vec<Link>,
    /// The largest backup that `config` promises, in bytes.
    pub(super) promised: Option<i64>,
}

impl Pictures {
    /// Returns what a session shows.
    pub(super) fn of(session: &Session) -> Self {
        Self {
            exchanges: session.passed(),
            chain: session.chain(),
            promised: session.promised_bytes(),
        }
    }
}
