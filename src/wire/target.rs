//! What is tested: a base URL, credentials, certificates to trust.

use super::person::{Account, Asking};
use super::secret::{Scrub, Secret};
use crate::clients::CredentialEncoding;
use crate::safe::base_url::{BaseUrl, BaseUrlError, percent_decoded};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Credentials.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Login {
    /// None.
    #[default]
    Open,
    /// HTTP Basic.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// `Authorization: Token …`, as on-premises servers use it.
    Token(Secret),
}

/// The kind of credentials that a run has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoginKind {
    /// None.
    Open,
    /// HTTP Basic.
    Basic,
    /// A token.
    Token,
}

impl Login {
    /// Returns what kind it is.
    pub const fn kind(&self) -> LoginKind {
        match self {
            Self::Open => LoginKind::Open,
            Self::Basic { .. } => LoginKind::Basic,
            Self::Token(_) => LoginKind::Token,
        }
    }

    /// Returns the value of the Authorization field.
    pub(super) fn authorization(&self, encoding: CredentialEncoding) -> Option<String> {
        match self {
            Self::Open => None,
            Self::Basic { user, password } => {
                Some(encoding.encode(user, password.expose()).to_string())
            }
            Self::Token(token) => Some(format!("Token {}", token.expose())),
        }
    }

    /// Adds to a scrub everything by which these credentials can be known.
    pub(super) fn hide(&self, scrub: &mut Scrub) {
        match self {
            Self::Open => {}
            Self::Basic { user, password } => {
                scrub.add_secret(password.expose());
                scrub.add_pair(user, password.expose());
            }
            Self::Token(token) => scrub.add_secret(token.expose()),
        }
    }

    /// Returns whether the two encodings of clause 4.8 differ for it.
    pub(super) fn is_ascii(&self) -> bool {
        match self {
            Self::Basic { user, password } => user.is_ascii() && password.expose().is_ascii(),
            Self::Open | Self::Token(_) => true,
        }
    }
}

/// What is tested.
#[derive(Clone, Debug)]
pub struct Target {
    /// The base URL.
    pub base: BaseUrl,
    /// The credentials.
    pub login: Login,
    /// PEM files' contents: roots to trust beside the operating system's.
    pub roots: Vec<String>,
    /// The file that holds the first of them, where a person named one.
    pub ca_file: Option<PathBuf>,
    /// The file that holds the password, where a person named one.
    pub password_file: Option<PathBuf>,
    /// PEM files' contents: roots that pass for publicly trusted beside those of Mozilla. They are
    /// not trusted for that. It is how tests hold a certificate to the rules for public
    /// authorities.
    pub public_roots: Vec<String>,
    /// Addresses to connect to instead of those that the name has; none: those that it has.
    pub addresses: Vec<IpAddr>,
    /// Whether the URL was typed with user info that is percent-encoded.
    pub encoded_user_info: bool,
    /// Whether the URL was typed with user info that holds a raw `@`.
    pub at_sign_in_user_info: bool,
    /// Whether it is the embedded server, which no phone is meant to reach.
    pub embedded: bool,
}

impl Target {
    /// Returns a target from a URL as a person types it; user info in it becomes the credentials.
    pub fn parse(url: &str) -> Result<Self, BaseUrlError> {
        let parsed = BaseUrl::parse(url)?;
        let encoded_user_info = parsed.user_info.is_some()
            && url
                .rsplit_once('@')
                .is_some_and(|(user_info, _)| user_info.contains('%'));
        let at_sign_in_user_info = parsed.user_info.is_some()
            && url
                .rsplit_once('@')
                .is_some_and(|(user_info, _)| user_info.contains('@'));
        let login = parsed.user_info.map_or(Login::Open, |info| Login::Basic {
            user: info.user,
            password: Secret::new(
                info.password
                    .map(|password| password.to_string())
                    .unwrap_or_default(),
            ),
        });
        Ok(Self {
            base: parsed.base,
            login,
            roots: Vec::new(),
            ca_file: None,
            password_file: None,
            public_roots: Vec::new(),
            addresses: Vec::new(),
            encoded_user_info,
            at_sign_in_user_info,
            embedded: false,
        })
    }

    /// Sets a user name and a password.
    #[must_use]
    pub fn basic(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Login::Basic {
            user: user.into(),
            password: Secret::new(password.into()),
        };
        self
    }

    /// Sets a token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.login = Login::Token(Secret::new(token.into()));
        self
    }

    /// Trusts the certificates of a PEM file's content beside the operating system's.
    #[must_use]
    pub fn trusting(mut self, pem: impl Into<String>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Lets the certificates of a PEM file's content pass for publicly trusted.
    #[must_use]
    pub fn taking_for_public(mut self, pem: impl Into<String>) -> Self {
        self.public_roots.push(pem.into());
        self
    }

    /// Connects to `address` whatever the name says, and to every other that is given so.
    #[must_use]
    pub fn at(mut self, address: IpAddr) -> Self {
        self.addresses.push(address);
        self
    }

    /// Returns whether the path is a folder of another user of a Nextcloud. A login by e-mail
    /// address is nobody's folder.
    ///
    /// Source: servers.nextcloud-host.
    fn names_another_user(&self) -> bool {
        let Login::Basic { user, .. } = &self.login else {
            return false;
        };
        let Some((_, rest)) = self.base.as_str().split_once("/remote.php/dav/files/") else {
            return false;
        };
        let owner = rest.split('/').next().unwrap_or_default();
        let Ok(owner) = percent_decoded(owner) else {
            return false;
        };
        !owner.is_empty() && owner.to_lowercase() != user.to_lowercase()
    }

    /// With what a person asks it, for lines to paste into a shell.
    pub fn asking(&self) -> Asking {
        let addresses = self.addresses.iter();
        Asking {
            account: match &self.login {
                Login::Open => Account::Nobody,
                Login::Basic { user, .. } => Account::Named(user.clone()),
                // The token is a secret.
                Login::Token(_) => Account::Unknown,
            },
            password_file: shown(self.password_file.as_deref()),
            ca_file: shown(self.ca_file.as_deref()),
            addresses: addresses.map(ToString::to_string).collect(),
        }
    }

    pub(super) fn facts(&self) -> Facts {
        Facts {
            base: self.base.as_str().to_owned(),
            https: self.base.scheme_is_https(),
            loopback: self.base.is_loopback(),
            login: self.login.kind(),
            ascii_login: self.login.is_ascii(),
            encoded_user_info: self.encoded_user_info,
            at_sign_in_user_info: self.at_sign_in_user_info,
            embedded: self.embedded,
            max_upload: 0,
            fresh_ids: false,
            names_another_user: self.names_another_user(),
            slow_uplink: None,
            own_roots: !self.roots.is_empty(),
            cuts_off_apart: false,
        }
    }
}

/// Returns a file, as text.
fn shown(file: Option<&Path>) -> Option<String> {
    file.map(|file| file.display().to_string())
}

/// What a check may know of the target: enough to judge again without it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is its own fact")]
pub struct Facts {
    /// The base URL, without user info or a trailing slash.
    pub base: String,
    /// Whether it is `https://`.
    pub https: bool,
    /// Whether its name is this machine's own.
    pub loopback: bool,
    /// The kind of credentials.
    pub login: LoginKind,
    /// Whether the credentials are ASCII.
    pub ascii_login: bool,
    /// Whether the URL was typed with user info that is percent-encoded.
    pub encoded_user_info: bool,
    /// Whether the URL was typed with user info that holds a raw `@`.
    #[serde(default)]
    pub at_sign_in_user_info: bool,
    /// Whether it is the embedded server, which no phone is meant to reach.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embedded: bool,
    /// How many bytes the size checks may upload, together.
    pub max_upload: u64,
    /// Whether no backup ID of the run can have been used before: it follows from 256 random bits
    /// of this run alone.
    #[serde(default)]
    pub fresh_ids: bool,
    /// Whether the URL is one of Nextcloud's folders, of another user than the one who logs in.
    #[serde(default)]
    pub names_another_user: bool,
    /// How long the one paced upload takes, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_uplink: Option<std::time::Duration>,
    /// Whether roots were given to be trusted beside the operating system's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_roots: bool,
    /// Whether uploads that are broken off have separate IDs, so that they wait for no other
    /// check. It costs two more URLs that are answered 4xx: no intrusion detection stands before a
    /// server on this machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cuts_off_apart: bool,
}
