//! The options of a server.

use super::clock::{Clock, SystemClock};
use super::expiry::Tidying;
use super::faults::{Fault, Faults};
use super::profile::Profile;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The beginning of the path of a user's files on a Nextcloud.
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

/// The options of a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on; port 0 selects a free port.
    pub address: SocketAddr,
    /// Whether to use TLS with HTTP/2 and HTTP/1.1; otherwise plain HTTP/1.1.
    pub tls: bool,
    /// Who has access.
    pub login: Login,
    /// The faults of the server.
    pub faults: Vec<Fault>,
    /// The measured server that it imitates, besides its faults. [`Options::like`] also sets the
    /// options that belong to it.
    pub like: Option<Profile>,
    /// How many times faster than the machine's clock the time of the profile passes, for delays,
    /// locks, limits and bans. Values below 1 count as 1.
    pub speed: u32,
    /// The clock by which it counts the retention.
    pub clock: Arc<dyn Clock>,
    /// The largest backup that it accepts, and the value in `config`. It never accepts a backup
    /// above 64 MiB; a value below 0 counts as 0.
    pub max_backup_bytes: i64,
    /// How many days it keeps a backup, and the value in `config`; a value below 1 counts as 180.
    pub retention_days: i64,
    /// What it does after the retention of a backup.
    pub tidying: Tidying,
    /// How long it waits before each answer.
    pub delay: Duration,
    /// The path of the base URL: empty, or with a leading and without a trailing slash.
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
    /// Returns the options that imitate `profile`, with its base path and login.
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

    /// Returns the options with another login; a user name in the profile's path changes with it.
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

    /// Gives this user access. If the path of the base URL names a user, as Nextcloud's does, it
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

    /// Returns the faults of the options and of their profile.
    pub(super) fn all_faults(&self) -> Faults {
        let of_profile = self.like.into_iter().flat_map(Profile::faults);
        self.faults.iter().copied().chain(of_profile).collect()
    }
}

/// Who has access to a server.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// Everyone.
    Open,
    /// Users who send this user name and password by HTTP Basic.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// Users who send this token, as `Authorization: Token …`.
    Token(String),
}

impl fmt::Debug for Login {
    /// Writes only the kind of the login, without secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "Open",
            Self::Basic { .. } => "Basic(..)",
            Self::Token(_) => "Token(..)",
        })
    }
}
