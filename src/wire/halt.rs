//! Why a run sends nothing more: the server limits it, locks it out, or refuses its credentials.

use super::answer::{Failure, FailureKind, Response};
use serde::{Deserialize, Serialize};
use std::fmt;

/// By what a server shows that it limits or locks out this address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sign {
    /// It answers with this status.
    Status(u16),
    /// It answered before, and takes no connection any more.
    NoConnection,
}

impl Sign {
    /// Whether an answer says that there were too many requests.
    ///
    /// 503 is one only where other requests are answered otherwise: maintenance looks the same.
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
            Self::NoConnection => formatter.write_str(
                "the server answered earlier requests, and takes no connection any more",
            ),
        }
    }
}

/// Why a run sends nothing more, though nobody stopped it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Halt {
    /// The server limits how much this address may ask, and went on with it while the run slowed
    /// down.
    Limited {
        /// By what it shows.
        sign: Sign,
        /// The value of `Retry-After`, if there was one.
        retry_after: Option<String>,
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
    /// The server locks out this address: it answered before, and does not any more.
    LockedOut {
        /// By what it shows.
        sign: Sign,
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
    /// The server refused the credentials.
    CredentialsRefused {
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
    /// The server refused the credentials after it had accepted them.
    CredentialsRevoked {
        /// The request by which it had accepted them, without an ID or a secret.
        accepted: String,
        /// The request that was refused, without an ID or a secret.
        asked: String,
    },
}

impl Halt {
    /// Whether the credentials must not be sent any more.
    pub const fn is_of_credentials(&self) -> bool {
        matches!(
            self,
            Self::CredentialsRefused { .. } | Self::CredentialsRevoked { .. }
        )
    }

    /// What lifts it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Limited { .. } => {
                "Run again with `--pace slow`, or let the limit allow a few requests a second (nginx: `limit_req … burst=… nodelay`). Nextcloud counts failed logins, and every run sends one wrong password: wait half an hour, or run `occ security:bruteforce:reset IP`, then use `--no-auth-probes`."
            }
            Self::LockedOut { .. } => {
                "Check that the server still runs. If it does, it has banned this address: wait, or lift the ban (fail2ban: `fail2ban-client unban IP`; CrowdSec: `cscli decisions delete --ip IP`; Nextcloud: `occ security:bruteforce:reset IP`)."
            }
            Self::CredentialsRefused { .. } => {
                "Check user name and password; for Nextcloud, make an app password (Settings, Security). Nothing more was sent, so that nobody is locked out."
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
                "the server answered earlier requests, and answers {status} to all of them now; last asked: {asked}"
            ),
            Self::LockedOut { sign, asked } => write!(formatter, "{sign}; last asked: {asked}"),
            Self::CredentialsRefused { asked } => {
                write!(formatter, "the server refused the credentials of {asked}")
            }
            Self::CredentialsRevoked { accepted, asked } => write!(
                formatter,
                "the server no longer takes the credentials that it took at {accepted}: it refused {asked}"
            ),
        }
    }
}
