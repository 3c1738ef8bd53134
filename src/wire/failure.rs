//! Why there is no answer.

use crate::safe::Stage;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why there is no response.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Error)]
#[error("{message}")]
pub struct Failure {
    /// The cause.
    pub kind: FailureKind,
    /// The stage that failed.
    pub stage: Stage,
    /// What happened, in a few words that do not change between runs.
    pub message: String,
}

/// The cause of a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection, because the address refused it.
    Refused,
    /// No connection for another reason.
    Unreachable,
    /// The connection ended, or was reset, before the first byte of an answer.
    NoAnswer,
    /// The answer did not arrive or end in time.
    TimedOut,
    /// The connection or the HTTP/2 stream was broken off during an answer.
    Reset,
    /// The connection ended during a body.
    BodyEnded,
    /// The URL is plain http, but the port speaks TLS.
    SpeaksTls,
    /// The answer is not valid HTTP.
    NotHttp,
    /// The header of the answer has too many fields or bytes.
    HeaderTooLarge,
    /// The chunks of the answer's body are malformed.
    BadChunks,
    /// More interim answers (1xx) came than are read.
    TooManyInterim,
    /// The certificate is not one that clients trust.
    Certificate,
    /// Another failure of the server or the network: a client would also fail here.
    Peer,
    /// The harness broke the upload off on purpose.
    BrokenOff {
        /// Whether the server noticed the end: it answered, or closed the connection. A reset does
        /// not count.
        noticed: bool,
    },
    /// The server does not offer the requested version of HTTP.
    NotOffered,
    /// The harness cannot communicate with this server, but a client may.
    Unspoken,
    /// The head of an answer over HTTP/2 breaks its rules, which some clients do not mind.
    ///
    /// Source: clients.http.h2-fields.
    MalformedHead,
    /// The run was stopped before the request.
    Halted,
    /// The server limits this address: the run was halted.
    Limited,
    /// The server locks out this address: the run was halted.
    LockedOut,
    /// The server refused the credentials, or demands some where none were sent.
    CredentialsRefused,
    /// The guard refused the request, because something existed before.
    Guarded,
    /// A lock left by one of the harness's uploads lasted longer than the harness waits.
    Locked,
    /// The server refused with this status to delete a backup of the run: nothing more is written.
    DeleteRefused(u16),
    /// A transcript lacks the answer, or has the answer to another request.
    Transcript,
    /// A defect of the harness.
    Harness,
}

impl FailureKind {
    /// Returns whether the server or the network caused it: a client would also fail here.
    pub const fn is_peer(self) -> bool {
        match self {
            Self::Refused
            | Self::Unreachable
            | Self::NoAnswer
            | Self::TimedOut
            | Self::Reset
            | Self::BodyEnded
            | Self::SpeaksTls
            | Self::NotHttp
            | Self::HeaderTooLarge
            | Self::BadChunks
            | Self::TooManyInterim
            | Self::Certificate
            | Self::Peer => true,
            Self::BrokenOff { .. }
            | Self::NotOffered
            | Self::Unspoken
            | Self::MalformedHead
            | Self::Halted
            | Self::Limited
            | Self::LockedOut
            | Self::CredentialsRefused
            | Self::Guarded
            | Self::Locked
            | Self::DeleteRefused(_)
            | Self::Transcript
            | Self::Harness => false,
        }
    }
}

impl Failure {
    /// Returns what to do about a failure whose stage alone shows it, in complete sentences.
    pub(crate) fn fix(&self) -> Option<&'static str> {
        (self.stage == Stage::Tls).then_some(
            "Run `check` with the same URL: it says what is wrong with the certificate or with TLS. The root of a private authority is given with --ca-file.",
        )
    }

    /// Returns whether the server may have received the request.
    pub(crate) fn may_be_received(&self) -> bool {
        let before_http = matches!(self.stage, Stage::Resolve | Stage::Connect | Stage::Tls);
        let was_kept = matches!(
            self.kind,
            FailureKind::Refused
                | FailureKind::Halted
                | FailureKind::Limited
                | FailureKind::CredentialsRefused
                | FailureKind::NotOffered
                | FailureKind::Guarded
        );
        !before_http && !was_kept
    }

    /// Returns a failure of the server or the network, with this cause.
    pub fn lost(kind: FailureKind, stage: Stage, message: impl Into<String>) -> Self {
        Self {
            kind,
            stage,
            message: message.into(),
        }
    }

    /// Returns a failure of the server or the network, with the cause [`FailureKind::Peer`].
    pub fn peer(stage: Stage, message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Peer,
            stage,
            message: message.into(),
        }
    }

    /// Returns a failure with this cause, at the stage `http`.
    pub fn of(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            stage: Stage::Http,
            message: message.into(),
        }
    }
}
