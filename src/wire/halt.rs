//! Why a run stops by itself: the server limits it, locks it out, or refuses its credentials.

use super::answer::Response;
use super::failure::{Failure, FailureKind};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The sign by which a server limits or locks out this address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sign {
    /// It answers with this status.
    Status(u16),
    /// It answered before, but no longer accepts connections.
    NoConnection,
}

impl Sign {
    /// Returns the sign of an answer that there were too many requests, if it has one.
    ///
    /// A 503 counts only if other requests get other answers, because maintenance looks the same.
    ///
    /// Source: RFC 6585 section 4; servers.rate-limit.
    pub(super) fn of(response: &Response) -> Option<Self> {
        let body = &response.body.bytes[..response.body.bytes.len().min(16 * 1024)];
        let says = |words: &[u8]| memchr::memmem::find(body, words).is_some();
        let limited = match response.status {
            429 | 503 => true,
            400.. => says(b"MaxDelayReached") || says(b"Too many") || says(b"Too Many"),
            _ => false,
        };
        limited.then_some(Self::Status(response.status))
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "the server answered {status}"),
            Self::NoConnection => formatter
                .write_str("the server answered earlier requests, but accepts no more connections"),
        }
    }
}

/// Why a run stopped by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Halt {
    /// The server limits the requests of this address, and continued to although the run slowed
    /// down.
    Limited {
        /// The sign.
        sign: Sign,
        /// The value of `Retry-After`, if any.
        retry_after: Option<String>,
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
    /// The server locks out this address: it answered before, and no longer does.
    LockedOut {
        /// The sign.
        sign: Sign,
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
    /// The server refused the credentials.
    CredentialsRefused {
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
    /// The server refused the credentials after it had accepted them before.
    CredentialsRevoked {
        /// The request for which it had accepted them, without an ID or a secret.
        accepted: String,
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
}

impl Halt {
    /// Returns whether the credentials must not be sent again.
    pub const fn is_of_credentials(&self) -> bool {
        matches!(
            self,
            Self::CredentialsRefused { .. } | Self::CredentialsRevoked { .. }
        )
    }

    /// Returns whether no check may send a request any more. After a refused login, `config` may
    /// still be asked for without one: this is no login, and the answer shows which place refused.
    pub(super) const fn stops(&self, asks_for_challenge: bool) -> bool {
        !(asks_for_challenge && self.is_of_credentials())
    }

    /// Returns the way out.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Limited { .. } => {
                "Run again with `--pace slow`, or let the limit allow a few requests a second (nginx: `limit_req … burst=… nodelay`). Nextcloud counts failed logins, and every run sends one wrong password: wait half an hour, or run `occ security:bruteforce:reset IP`, then use `--no-auth-probes`."
            }
            Self::LockedOut { .. } => {
                "Check that the server still runs. If it does, it has banned this address: wait, or lift the ban (fail2ban: `fail2ban-client unban IP`; CrowdSec: `cscli decisions delete --ip IP`; Nextcloud: `occ security:bruteforce:reset IP`)."
            }
            Self::CredentialsRefused { .. } => {
                "Check user name and password; for Nextcloud, make an app password (Settings, Security). No more requests were sent, so that nobody is locked out."
            }
            Self::CredentialsRevoked { .. } => {
                "Log in by hand: the password was changed or revoked during the run, or the server has locked out this user. Then run again with the credentials that work, and `sweep` what this run left."
            }
        }
    }
}

impl From<&Halt> for Failure {
    fn from(halt: &Halt) -> Self {
        let kind = match halt {
            Halt::Limited { .. } => FailureKind::Limited,
            Halt::LockedOut { .. } => FailureKind::LockedOut,
            Halt::CredentialsRefused { .. } | Halt::CredentialsRevoked { .. } => {
                FailureKind::CredentialsRefused
            }
        };
        Self::of(kind, format!("the run was halted: {halt}"))
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited {
                sign,
                retry_after,
                asked,
            } => {
                write!(formatter, "{sign} to {asked}")?;
                match retry_after {
                    Some(after) => write!(formatter, " (Retry-After: {after})"),
                    None => Ok(()),
                }
            }
            Self::LockedOut {
                sign: Sign::Status(status),
                asked,
            } => write!(
                formatter,
                "the server answered earlier requests, but now answers {status} to all of them; last request: {asked}"
            ),
            Self::LockedOut { sign, asked } => write!(formatter, "{sign}; last request: {asked}"),
            Self::CredentialsRefused { asked } => {
                write!(formatter, "the server refused the credentials of {asked}")
            }
            Self::CredentialsRevoked { accepted, asked } => write!(
                formatter,
                "the server no longer accepts the credentials that it accepted at {accepted}: it refused {asked}"
            ),
        }
    }
}
