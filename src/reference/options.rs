//! What can be set on a server before it starts.

use super::clock::{Clock, SystemClock};
use super::expiry::Tidying;
use super::faults::{Fault, Faults};
use super::profile::Profile;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// How the path of a user's files on a Nextcloud begins.
const FILES: &str = "/remote.php/dav/files/";

/// Returns a user name as a segment of a path.
fn in_path(name: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(encoded).collect()
}

/// How a server is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// TLS with HTTP/2 and HTTP/1.1; without it there is plain HTTP/1.1.
    pub tls: bool,
    /// Who may enter.
    pub login: Login,
    /// The ways in which it is wrong.
    pub faults: Vec<Fault>,
    /// The measured server that it is like, beside its faults. [`Options::like`] sets what goes
    /// with it.
    pub like: Option<Profile>,
    /// How many times as fast as the machine's the time of the profile passes: delays, locks,
    /// limits, bans. Less than 1 counts as 1.
    pub speed: u32,
    /// What it counts the retention by.
    pub clock: Arc<dyn Clock>,
    /// The largest backup it takes, and what `config` says. Above 64 MiB it takes no backup,
    /// whatever this says; less than 0 counts as 0.
    pub max_backup_bytes: i64,
    /// How many days it keeps a backup, and what `config` says; less than 1 counts as 180.
    pub retention_days: i64,
    /// What it does once the retention of a backup is over.
    pub tidying: Tidying,
    /// How long it waits before each answer.
    pub delay: Duration,
    /// The path of the base URL: empty, or with a slash at its beginning and none at its end.
    pub base_path: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            tls: true,
            login: Login::Basic {
                user: "safe".to_owned(),
                password: "s3cret-loopback".to_owned(),
            },
            faults: Vec::new(),
            like: None,
            speed: 1,
            clock: Arc::new(SystemClock),
            max_backup_bytes: 524_288,
            retention_days: 180,
            tidying: Tidying::OnTheDot,
            delay: Duration::ZERO,
            base_path: "/safe".to_owned(),
        }
    }
}

impl Options {
    /// Returns a server that is like `profile`, with the base path and the login that it has.
    pub fn like(profile: Profile) -> Self {
        let Self {
            base_path, login, ..
        } = Self::default();
        let login = match login {
            _ if profile.is_open() => Login::Open,
            Login::Basic { user, password } => Login::Basic {
                user: profile.user().map_or(user, str::to_owned),
                password: if profile.has_empty_password() {
                    String::new()
                } else {
                    password
                },
            },
            other => other,
        };
        let options = Self {
            like: Some(profile),
            base_path,
            ..Self::default()
        };
        options.with_login(login)
    }

    /// The same with another login; a path of its profile that names the user names this one.
    #[must_use]
    pub fn with_login(self, login: Login) -> Self {
        let user = match &login {
            Login::Basic { user, .. } => user,
            Login::Open | Login::Token(_) => "safe",
        };
        let path = self.like.and_then(|profile| profile.base_path(user));
        Self {
            base_path: path.unwrap_or(self.base_path),
            login,
            ..self
        }
    }

    /// Lets this user in. Where the path of the base URL names a user, as Nextcloud's does, it
    /// names this one.
    #[must_use]
    pub fn with_user(mut self, name: String) -> Self {
        let Login::Basic { user, .. } = &mut self.login else {
            return self;
        };
        let own = |user: &str| format!("{FILES}{}/", in_path(user));
        if let Some(rest) = self.base_path.strip_prefix(&own(user)) {
            self.base_path = format!("{}{rest}", own(&name));
        }
        *user = name;
        self
    }

    /// Returns its faults and those of its profile.
    pub(super) fn all_faults(&self) -> Faults {
        let of_profile = self.like.into_iter().flat_map(Profile::faults);
        self.faults.iter().copied().chain(of_profile).collect()
    }
}

/// Who may enter.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// Anybody.
    Open,
    /// Who knows a user name and a password, sent as HTTP Basic.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// Who knows a token, sent as `Authorization: Token …`.
    Token(String),
}

impl fmt::Debug for Login {
    /// Names the kind alone: what is secret stays so.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "Open",
            Self::Basic { .. } => "Basic(..)",
            Self::Token(_) => "Token(..)",
        })
    }
}
