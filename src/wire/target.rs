//! The target of a run: a base URL, credentials, and certificates to trust.

use super::person::{Account, Asking};
use super::secret::{Scrub, Secret};
use crate::clients::CredentialEncoding;
use crate::safe::base_url::{BaseUrl, BaseUrlError, percent_decoded};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Credentials.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
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

/// The kind of a run's credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LoginKind {
    /// None.
    Open,
    /// HTTP Basic.
    Basic,
    /// A token.
    Token,
}

impl Login {
    /// Returns the kind.
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

    /// Adds every form of these credentials to a scrub.
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

    /// Returns whether the two encodings of clause 4.8 are the same for it.
    pub(super) fn is_ascii(&self) -> bool {
        match self {
            Self::Basic { user, password } => user.is_ascii() && password.expose().is_ascii(),
            Self::Open | Self::Token(_) => true,
        }
    }

    /// Returns whether a part of it begins or ends with a character that is not seen.
    fn has_unseen_end(&self) -> bool {
        match self {
            Self::Open => false,
            Self::Basic { user, password } => {
                has_unseen_end(user) || has_unseen_end(password.expose())
            }
            Self::Token(token) => has_unseen_end(token.expose()),
        }
    }
}

/// Returns whether a text begins or ends with a character that is not seen.
fn has_unseen_end(text: &str) -> bool {
    let is_unseen = |end: Option<char>| end.is_some_and(crate::text::is_unseen);
    is_unseen(text.chars().next()) || is_unseen(text.chars().next_back())
}

/// The target of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The base URL.
    pub base: BaseUrl,
    /// The credentials.
    pub login: Login,
    /// The contents of PEM files: roots to trust in addition to the operating system's.
    pub roots: Vec<String>,
    /// The file with the first of them, if the user named one.
    pub ca_file: Option<PathBuf>,
    /// The file with the password, if the user named one.
    pub password_file: Option<PathBuf>,
    /// The contents of PEM files: roots that count as publicly trusted in addition to Mozilla's.
    /// This does not make them trusted; it lets tests apply the rules for public authorities to a
    /// certificate.
    pub public_roots: Vec<String>,
    /// Addresses to connect to instead of those of the name; empty for those of the name.
    pub addresses: Vec<IpAddr>,
    /// Whether the URL was typed with percent-encoded user info.
    pub encoded_user_info: bool,
    /// Whether the URL was typed with user info that contains a raw `@`.
    pub at_sign_in_user_info: bool,
    /// Whether it is the embedded server, which phones need not reach.
    pub embedded: bool,
}

impl Target {
    /// Returns the target of a URL as a user types it; user info in it becomes the credentials.
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

    /// Trusts the certificates of a PEM file in addition to the operating system's.
    #[must_use]
    pub fn trusting(mut self, pem: impl Into<String>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Makes the certificates of a PEM file count as publicly trusted.
    #[must_use]
    pub fn taking_for_public(mut self, pem: impl Into<String>) -> Self {
        self.public_roots.push(pem.into());
        self
    }

    /// Connects to `address` instead of those of the name; several calls add several addresses.
    #[must_use]
    pub fn at(mut self, address: IpAddr) -> Self {
        self.addresses.push(address);
        self
    }

    /// Returns whether the path is another Nextcloud user's folder. A login by e-mail address names
    /// no folder.
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
        // An e-mail address may also be the name itself, and then the two are equal.
        let is_same = owner.to_lowercase() == user.to_lowercase();
        !owner.is_empty() && !is_same && !user.contains('@')
    }

    /// Returns the user's options for requests, for lines to paste into a shell.
    pub fn asking(&self) -> Asking {
        let addresses = self.addresses.iter();
        Asking {
            account: match &self.login {
                Login::Open => Account::Nobody,
                Login::Basic { user, .. } => Account::Named(user.clone()),
                // A token is a secret.
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
            unseen_in_login: self.login.has_unseen_end(),
            slow_uplink: None,
            own_roots: !self.roots.is_empty(),
            cuts_off_apart: false,
        }
    }
}

/// Returns the path of a file as text.
fn shown(file: Option<&Path>) -> Option<String> {
    file.map(|file| file.display().to_string())
}

/// The facts about a target that checks may use, sufficient to judge a replay without it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is its own fact")]
pub struct Facts {
    /// The base URL, without user info or a trailing slash.
    pub base: String,
    /// Whether the scheme is `https`.
    pub https: bool,
    /// Whether its name belongs to this machine.
    pub loopback: bool,
    /// The kind of credentials.
    pub login: LoginKind,
    /// Whether the credentials are ASCII.
    pub ascii_login: bool,
    /// Whether the URL was typed with percent-encoded user info.
    pub encoded_user_info: bool,
    /// Whether the URL was typed with user info that contains a raw `@`.
    #[serde(default)]
    pub at_sign_in_user_info: bool,
    /// Whether it is the embedded server, which phones need not reach.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embedded: bool,
    /// How many bytes the size checks may upload in total.
    pub max_upload: u64,
    /// Whether the run's backup IDs cannot have been used before, because they are derived from 256
    /// random bits of this run alone.
    #[serde(default)]
    pub fresh_ids: bool,
    /// Whether the URL is the Nextcloud folder of a user other than the one who logs in.
    #[serde(default)]
    pub names_another_user: bool,
    /// Whether a part of the credentials begins or ends with a character that is not seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen_in_login: bool,
    /// How long the single paced upload takes, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_uplink: Option<std::time::Duration>,
    /// Whether the user gave roots to trust in addition to the operating system's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_roots: bool,
    /// Whether broken-off uploads have separate IDs, so that they wait for no other check. This
    /// costs two more URLs with a 4xx answer, but a server on this machine has no intrusion
    /// detection in front of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cuts_off_apart: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_at_an_end_of_the_login_that_nobody_sees_is_known() {
        let target = |user: &str, password: &str| {
            let target = Target::parse("https://example.org/safe").expect("a URL");
            target.basic(user, password).facts().unseen_in_login
        };
        for (user, password) in [
            ("alice ", "x"),
            ("alice", "\u{feff}x"),
            ("alice", "x\t"),
            ("alice", "x\u{a0}"),
            ("\u{200b}alice", "x"),
        ] {
            assert!(target(user, password), "{user:?} {password:?}");
        }
        assert!(!target("alice b", "x y\u{feff}z"));
        assert!(!target("", ""));
    }

    #[test]
    fn a_folder_of_another_name_is_another_users_unless_an_e_mail_address_logs_in() {
        let base = "https://cloud.example.org/remote.php/dav/files";
        for (owner, user, is_other) in [
            ("alice", "alice", false),
            ("Alice", "alice", false),
            ("bob", "alice", true),
            ("alice", "alice@example.org", false),
            ("alice@example.org", "alice@example.org", false),
            ("alice%40example.org", "alice@example.org", false),
        ] {
            let target = Target::parse(&format!("{base}/{owner}/Safe")).expect("a URL");
            let target = target.basic(user, "secret");
            assert_eq!(target.names_another_user(), is_other, "{owner} {user}");
        }
    }
}
