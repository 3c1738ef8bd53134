//! The server and the credentials, from options, a URL and the environment; the first source that
//! is set counts.

use crate::wire::{Login, Secret, Target};
use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The longest file of a secret or of certificates that the program reads, in bytes.
const LONGEST_FILE: u64 = 4 * 1024 * 1024;

/// The variables that name a server and how to reach it.
const ACCESS: [&str; 5] = [
    "SAFE_SERVER_USER",
    "SAFE_SERVER_PASSWORD",
    "SAFE_SERVER_PASSWORD_FILE",
    "SAFE_SERVER_TOKEN",
    "SAFE_CA_FILE",
];

/// Why options and environment name no valid target.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum AccessError {
    /// A variable is set and empty.
    #[error("{0} is set but empty; give it a value or unset it")]
    Empty(&'static str),
    /// A variable is not valid Unicode text.
    #[error("{0} is not valid UTF-8")]
    NotText(&'static str),
    /// Two variables exclude each other.
    #[error("both {0} and {1} are set; unset one of them")]
    Both(&'static str, &'static str),
    /// A password without a user: the run would be anonymous.
    #[error("{0} needs a user name; give --user NAME or set SAFE_SERVER_USER")]
    NoUser(&'static str),
    /// A user without a password.
    #[error(
        "the password of `{0}` is missing; give --password-file FILE (one empty line means an empty password, as for a public link) or set SAFE_SERVER_PASSWORD"
    )]
    NoPassword(String),
    /// A token contains a character that no header field can carry.
    #[error(
        "the token contains a control character (a line end?), which no header field can contain"
    )]
    BadToken,
    /// The URL.
    #[error(transparent)]
    Url(#[from] crate::safe::BaseUrlError),
    /// A file.
    #[error("{what} `{}` {why}", file.display())]
    File {
        /// What the file is.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// HTTP Basic ends the user name at the first colon. Source: RFC 7617 section 2.
    /// What follows it may be a password.
    #[error(
        "the user name contains a colon after `{0}`, which HTTP Basic cannot transmit; a password belongs into --password-file FILE or SAFE_SERVER_PASSWORD"
    )]
    Colon(String),
    /// A user name or a password with a control character. Source: RFC 7617 section 2.
    #[error("the {0} contains a control character (a line end?), which HTTP Basic cannot transmit")]
    Control(&'static str),
    /// The prompt.
    #[error("failed to read the password: {0}")]
    Prompt(String),
}

/// Asks a person for a password; returns `None` if nobody can answer.
pub(crate) type Prompt = fn(&str) -> Result<Option<Secret>, AccessError>;

/// How to reach a server, as the options say it.
#[derive(Clone, Default)]
pub(crate) struct Access {
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) prompt: Option<Prompt>,
}

/// Returns a variable of the environment; a variable that is set and empty is an error.
pub(crate) fn variable(name: &'static str) -> Result<Option<String>, AccessError> {
    match std::env::var(name) {
        Ok(value) if value.trim().is_empty() => Err(AccessError::Empty(name)),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(AccessError::NotText(name)),
    }
}

impl Access {
    /// Returns the target at a URL; it has credentials only if it `logs_in`.
    pub(crate) fn target(&self, url: &str, logs_in: bool) -> Result<Target, AccessError> {
        // An empty variable is an error, even if another source counts.
        for name in ACCESS {
            variable(name)?;
        }
        let mut target = Target::parse(url)?;
        // A wrong file is reported before anybody is asked for a password.
        let ca_file = match &self.ca_file {
            Some(file) => Some(file.clone()),
            None => variable("SAFE_CA_FILE")?.map(PathBuf::from),
        };
        if let Some(file) = ca_file {
            target.roots.push(read(&file, "the CA file")?);
            target.ca_file = Some(file);
        }
        target.password_file.clone_from(&self.password_file);
        target.login = if logs_in {
            self.login(std::mem::take(&mut target.login))?
        } else {
            Login::Open
        };
        target.addresses.clone_from(&self.addresses);
        Ok(target)
    }

    fn login(&self, in_url: Login) -> Result<Login, AccessError> {
        if let Some(file) = &self.token_file {
            return token(secret_line(file, "the token file")?);
        }
        let (url_user, url_password) = match in_url {
            Login::Basic { user, password } => (
                Some(user),
                Some(password).filter(|password| !password.expose().is_empty()),
            ),
            Login::Open | Login::Token(_) => (None, None),
        };
        if let Some(user) = self.user.clone().or(url_user) {
            return self.basic(user, url_password);
        }
        match (
            variable("SAFE_SERVER_USER")?,
            variable("SAFE_SERVER_TOKEN")?,
        ) {
            (Some(user), None) => self.basic(user, None),
            (Some(_), Some(_)) => Err(AccessError::Both("SAFE_SERVER_USER", "SAFE_SERVER_TOKEN")),
            (None, Some(value)) => token(Secret::new(value)),
            (None, None) => self.nobody(),
        }
    }

    /// No login. A password without a user is an error, because the run would be anonymous.
    fn nobody(&self) -> Result<Login, AccessError> {
        if self.password_file.is_some() {
            return Err(AccessError::NoUser("--password-file"));
        }
        for name in ["SAFE_SERVER_PASSWORD", "SAFE_SERVER_PASSWORD_FILE"] {
            if variable(name)?.is_some() {
                return Err(AccessError::NoUser(name));
            }
        }
        Ok(Login::Open)
    }

    fn basic(&self, user: String, in_url: Option<Secret>) -> Result<Login, AccessError> {
        if let Some((before, _)) = user.split_once(':') {
            return Err(AccessError::Colon(before.to_owned()));
        }
        let password = self.password(&user, in_url)?;
        for (what, text) in [
            ("user name", user.as_str()),
            ("password", password.expose()),
        ] {
            if text.chars().any(char::is_control) {
                return Err(AccessError::Control(what));
            }
        }
        Ok(Login::Basic { user, password })
    }

    fn password(&self, user: &str, in_url: Option<Secret>) -> Result<Secret, AccessError> {
        if let Some(file) = &self.password_file {
            return password_in(file);
        }
        if let Some(password) = in_url {
            return Ok(password);
        }
        if let Some(password) = variable("SAFE_SERVER_PASSWORD")? {
            return Ok(Secret::new(password));
        }
        if let Some(file) = variable("SAFE_SERVER_PASSWORD_FILE")? {
            let what = "the file that SAFE_SERVER_PASSWORD_FILE names,";
            return secret_line(Path::new(&file), what);
        }
        if let Some(prompt) = self.prompt
            && let Some(password) = prompt(&format!("Password of {user} on the server: "))?
        {
            return Ok(password);
        }
        Err(AccessError::NoPassword(user.to_owned()))
    }
}

/// A header field carries a token unchanged.
fn token(token: Secret) -> Result<Login, AccessError> {
    if token.expose().chars().any(char::is_control) {
        return Err(AccessError::BadToken);
    }
    Ok(Login::Token(token))
}

/// Returns the password in a file, its first line. A file of one empty line is an empty password,
/// which the user of a public link has; an empty file is an error.
fn password_in(file: &Path) -> Result<Secret, AccessError> {
    let what = "the password file";
    // A pipe can be read only once.
    let text = read(file, what)?;
    if matches!(text.as_str(), "\n" | "\r\n") {
        return Ok(Secret::new(String::new()));
    }
    first_line(&text, file, what)
}

/// Returns the first line of a file.
pub(crate) fn secret_line(file: &Path, what: &'static str) -> Result<Secret, AccessError> {
    first_line(&read(file, what)?, file, what)
}

/// Returns the first line of a text that stands in `file`.
fn first_line(text: &str, file: &Path, what: &'static str) -> Result<Secret, AccessError> {
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(AccessError::File {
            what,
            file: file.to_owned(),
            why: "begins with an empty line".to_owned(),
        });
    }
    Ok(Secret::new(line.to_owned()))
}

/// Reads a text file that a person named, up to a maximum size.
pub(crate) fn read(file: &Path, what: &'static str) -> Result<String, AccessError> {
    read_at_most(file, what, LONGEST_FILE)
}

/// Reads a text file of at most so many bytes.
pub(crate) fn read_at_most(
    file: &Path,
    what: &'static str,
    most: u64,
) -> Result<String, AccessError> {
    let unreadable = |why: String| AccessError::File {
        what,
        file: file.to_owned(),
        why: format!("cannot be read: {why}"),
    };
    let opened = std::fs::File::open(file).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    let read = opened
        .take(most + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    if read as u64 > most {
        return Err(unreadable(format!("it is longer than {most} bytes")));
    }
    Ok(text)
}
