//! Which server, and with which credentials: options, then the URL, then the environment, then a prompt.

use super::Complaint;
use crate::wire::{Login, Secret, Target};
use clap::Args;
use std::io::{IsTerminal as _, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The longest file of a secret or of certificates that is read, in bytes.
const LONGEST_FILE: u64 = 4 * 1024 * 1024;

/// Which server, and with which credentials.
#[derive(Args)]
pub(super) struct ServerArguments {
    /// The folder that holds `config` and `backups`: https://cloud.example/remote.php/dav/files/alice/safe
    ///
    /// Unset, SAFE_TARGET counts.
    pub(super) url: Option<String>,
    #[command(flatten)]
    access: AccessArguments,
}

/// With which credentials, and how to get there.
#[derive(Args, Default)]
pub(super) struct AccessArguments {
    /// The user name (or SAFE_SERVER_USER); the password is asked for unless it comes from a file or
    /// from SAFE_SERVER_PASSWORD
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file whose first line is the password (or SAFE_SERVER_PASSWORD_FILE)
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// A file whose first line is a token, for on-premises servers (or SAFE_SERVER_TOKEN in the
    /// environment)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user", "password_file"])]
    token_file: Option<PathBuf>,
    /// PEM certificates to trust beside the operating system's (or SAFE_CA_FILE)
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Connect to this address whatever the host name says: to test a server before the name points
    /// to it; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    resolve: Vec<IpAddr>,
}

impl ServerArguments {
    /// Nothing but a URL: the rest comes from the environment.
    pub(super) fn of_url(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            access: AccessArguments::default(),
        }
    }

    /// The target, or `None` where neither an argument nor the environment names one.
    pub(super) fn target(&self) -> Result<Option<Target>, Complaint> {
        self.target_for(true)
    }

    /// The same for a run that may do without credentials: then none are asked for and none are missed.
    pub(super) fn target_for(&self, logs_in: bool) -> Result<Option<Target>, Complaint> {
        if let Some(url) = named_url(self.url.as_deref())? {
            return self.access.target(&url, logs_in).map(Some);
        }
        self.access.without_server()?;
        Ok(None)
    }
}

/// The URL of an argument, else that of the environment.
pub(super) fn named_url(argument: Option<&str>) -> Result<Option<String>, Complaint> {
    if let Some(url) = argument {
        return Ok(Some(url.to_owned()));
    }
    match std::env::var("SAFE_TARGET") {
        Ok(url) if url.trim().is_empty() => Err(Complaint::usage(
            "SAFE_TARGET is empty; set it to the URL of a server, or unset it to check the embedded server",
        )),
        Ok(url) => Ok(Some(url)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Complaint::usage("SAFE_TARGET is not valid UTF-8"))
        }
    }
}

impl AccessArguments {
    /// Refuses what says how to get to a server where there is none.
    pub(super) fn without_server(&self) -> Result<(), Complaint> {
        let stray = [
            ("--user", self.user.is_some()),
            ("--password-file", self.password_file.is_some()),
            ("--token-file", self.token_file.is_some()),
            ("--resolve", !self.resolve.is_empty()),
            ("--ca-file", self.ca_file.is_some()),
        ];
        match stray.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Complaint::usage(format!(
                "{option} needs the URL of a server to go with it"
            ))),
            None => Ok(()),
        }
    }

    /// The target at a URL; without credentials unless it `logs_in`.
    pub(super) fn target(&self, url: &str, logs_in: bool) -> Result<Target, Complaint> {
        let mut target = Target::parse(url).map_err(|error| Complaint::usage(error.to_string()))?;
        target.login = if logs_in {
            self.login(std::mem::take(&mut target.login))?
        } else {
            Login::Open
        };
        if let Some(file) = self
            .ca_file
            .clone()
            .or_else(|| environment("SAFE_CA_FILE").map(PathBuf::from))
        {
            target.roots.push(read(&file, "the CA file")?);
        }
        target.addresses.clone_from(&self.resolve);
        Ok(target)
    }

    fn login(&self, in_url: Login) -> Result<Login, Complaint> {
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
        let environment_token = environment("SAFE_SERVER_TOKEN");
        let named = self.user.clone().or(url_user);
        let user = match (named, environment("SAFE_SERVER_USER"), environment_token) {
            (Some(user), _, _) | (None, Some(user), None) => user,
            (None, Some(_), Some(_)) => {
                return Err(Complaint::usage(
                    "both SAFE_SERVER_USER and SAFE_SERVER_TOKEN are set; unset one of them",
                ));
            }
            (None, None, Some(value)) => return token(Secret::new(value)),
            (None, None, None) if self.password_file.is_some() => {
                return Err(Complaint::usage(
                    "--password-file needs --user to go with it",
                ));
            }
            (None, None, None) => return Ok(Login::Open),
        };
        let password = self.password(&user, url_password)?;
        basic(user, password)
    }

    fn password(&self, user: &str, in_url: Option<Secret>) -> Result<Secret, Complaint> {
        if let Some(file) = &self.password_file {
            return secret_line(file, "the password file");
        }
        if let Some(password) = in_url {
            return Ok(password);
        }
        if let Some(password) = environment("SAFE_SERVER_PASSWORD") {
            return Ok(Secret::new(password));
        }
        if let Some(file) = environment("SAFE_SERVER_PASSWORD_FILE") {
            return secret_line(
                Path::new(&file),
                "the file that SAFE_SERVER_PASSWORD_FILE names",
            );
        }
        if let Some(password) = prompted(&format!("Password of {user} on the server: "))? {
            return Ok(password);
        }
        Err(Complaint::usage(format!(
            "no password for `{user}`: give --password-file FILE, or set SAFE_SERVER_PASSWORD"
        )))
    }
}

/// What a person types on a terminal, unseen; `None` where there is no terminal, or nothing is typed.
pub(super) fn prompted(prompt: &str) -> Result<Option<Secret>, Complaint> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(prompt)
        .map_err(|error| Complaint::usage(format!("no password could be read: {error}")))?;
    Ok(Some(typed)
        .filter(|typed| !typed.is_empty())
        .map(Secret::new))
}

/// A user name and a password as HTTP Basic can carry them.
///
/// Source: RFC 7617 section 2: no colon in the user name, and no control character in either.
fn basic(user: String, password: Secret) -> Result<Login, Complaint> {
    if user.contains(':') {
        return Err(Complaint::usage(format!(
            "the user name `{user}` holds a colon, which HTTP Basic cannot carry"
        )));
    }
    for (what, text) in [
        ("user name", user.as_str()),
        ("password", password.expose()),
    ] {
        if text.chars().any(char::is_control) {
            return Err(Complaint::usage(format!(
                "the {what} holds a control character (a line end?), which HTTP Basic cannot carry"
            )));
        }
    }
    Ok(Login::Basic { user, password })
}

/// A token stands in a header field as it is.
fn token(token: Secret) -> Result<Login, Complaint> {
    if token.expose().chars().any(char::is_control) {
        return Err(Complaint::usage(
            "the token holds a control character (a line end?), which no header field can carry",
        ));
    }
    Ok(Login::Token(token))
}

/// A variable of the environment that is set and not empty.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first line of a file.
pub(super) fn secret_line(file: &Path, what: &str) -> Result<Secret, Complaint> {
    let text = read(file, what)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Complaint::usage(format!(
            "{what} `{}` begins with an empty line",
            file.display()
        )));
    }
    Ok(Secret::new(line.to_owned()))
}

/// Reads a text file that a person named, within bounds.
pub(super) fn read(file: &Path, what: &str) -> Result<String, Complaint> {
    read_at_most(file, what, LONGEST_FILE)
}

/// Reads a text file of at most so many bytes.
pub(super) fn read_at_most(file: &Path, what: &str, most: u64) -> Result<String, Complaint> {
    let complaint = |why: String| {
        Complaint::usage(format!("{what} `{}` cannot be read: {why}", file.display()))
    };
    let opened = std::fs::File::open(file).map_err(|error| complaint(error.to_string()))?;
    let mut text = String::new();
    let read = opened
        .take(most + 1)
        .read_to_string(&mut text)
        .map_err(|error| complaint(error.to_string()))?;
    if read as u64 > most {
        return Err(complaint(format!("it is longer than {most} bytes")));
    }
    Ok(text)
}
