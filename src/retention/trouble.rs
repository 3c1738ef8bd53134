//! The error of [`plant`](super::plant), [`verify`](super::verify) and [`end`](super::end).

use super::ledger::LedgerError;
use super::refusal::Refusal;
use super::watch::Unjudgeable;
use thiserror::Error;

/// Why a request could not be carried out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The ledger belongs to another server.
    #[error(
        "this ledger belongs to another server, not {0}. Nothing was done; if its backups were moved there, use --moved"
    )]
    OtherServer(String),
    /// The canaries were planted with credentials, and none were given now.
    #[error(
        "the canaries were planted with credentials. Without them, the server may report existing canaries as missing. Nothing was done; give the same credentials"
    )]
    OtherLogin,
    /// The request is invalid here.
    #[error("{0}")]
    Senseless(String),
    /// Nothing can be judged.
    #[error(transparent)]
    Unjudgeable(#[from] Unjudgeable),
    /// The server does not fulfil a requirement.
    #[error("{0}")]
    Server(Refusal),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Server(refusal)
    }
}
