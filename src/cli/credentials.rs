//! The options that name a server and its credentials, and the prompt on a terminal.

use super::ended::Complaint;
use crate::run::environment::{self, Access, AccessError};
use crate::safe::base_url::BaseUrl;
use crate::setup::{Because, by_form_alone};
use crate::wire::{Secret, Target};
use clap::Args;
use std::io::IsTerminal as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Which server, and with which credentials.
#[derive(Args)]
pub(super) struct ServerArguments {
    /// The folder that holds `config` and `backups`:
    /// https://cloud.example/remote.php/dav/files/alice/threema-safe. Put an address with `?` or
    /// `&` in quotation marks
    ///
    /// Without it, SAFE_TARGET is used, if it is set.
    pub(super) url: Option<String>,
    #[command(flatten)]
    access: AccessArguments,
}

/// The credentials, and how to reach the server.
#[derive(Args, Default)]
pub(super) struct AccessArguments {
    /// The user name (or SAFE_SERVER_USER). The program asks for the password unless it comes from
    /// a file or from SAFE_SERVER_PASSWORD
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file whose first line is the password (or SAFE_SERVER_PASSWORD_FILE). One empty line means
    /// an empty password, as for a public link without a password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// A file whose first line is a token, for on-premises servers (or SAFE_SERVER_TOKEN)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user", "password_file"])]
    token_file: Option<PathBuf>,
    /// PEM certificates to trust in addition to the operating system's (or SAFE_CA_FILE)
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Connect to this address instead of resolving the host name, for example to test a server
    /// before its name points to it. May be given several times
    #[arg(long, value_name = "ADDRESS")]
    resolve: Vec<IpAddr>,
}

/// The variables that say how to reach a server, but not which one.
const VARIABLES: [&str; 5] = [
    "SAFE_SERVER_USER",
    "SAFE_SERVER_PASSWORD",
    "SAFE_SERVER_PASSWORD_FILE",
    "SAFE_SERVER_TOKEN",
    "SAFE_CA_FILE",
];

impl ServerArguments {
    /// Returns whether an argument or the environment names a server.
    pub(super) fn names_a_server(&self) -> Result<bool, Complaint> {
        named_url(self.url.as_deref()).map(|url| url.is_some())
    }

    /// Returns the target, or `None` if neither an argument nor the environment names one.
    pub(super) fn target(&self) -> Result<Option<Target>, Complaint> {
        self.target_for(true)
    }

    /// Returns the same for a run that may not need credentials: if it does not log in, the program
    /// does not ask for any.
    pub(super) fn target_for(&self, logs_in: bool) -> Result<Option<Target>, Complaint> {
        if let Some(url) = named_url(self.url.as_deref())? {
            let target = self.access.target(&url, logs_in);
            let user = self.access.user.as_deref();
            return target.map(Some).map_err(|why| why.with_guess(&url, user));
        }
        self.access.without_server()?;
        without_variables()?;
        Ok(None)
    }

    /// Returns the target at this URL.
    pub(super) fn target_at(&self, url: &str) -> Result<Target, Complaint> {
        self.access.target(url, true)
    }

    /// Returns the files that hold secrets or certificates. No output may replace them.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.access.files()
    }
}

impl Complaint {
    /// Names the address that the person most likely meant, if the form of what was typed shows it.
    fn with_guess(mut self, typed: &str, user: Option<&str>) -> Self {
        if BaseUrl::parse(typed).is_err()
            && let Some(meant) = by_form_alone(typed, user)
            // The complaint names the same folder.
            && meant.because != Because::TooDeep
        {
            let because = meant.because.words();
            self.sentence = format!("{because} Enter {} instead", meant.url);
        }
        self
    }
}

/// Returns the URL of the argument, or else the URL in the environment.
pub(super) fn named_url(argument: Option<&str>) -> Result<Option<String>, Complaint> {
    match (argument, environment::variable("SAFE_TARGET")) {
        (Some(url), _) => Ok(Some(url.to_owned())),
        (None, Err(AccessError::Empty(_))) => Err(Complaint::usage(
            "SAFE_TARGET is empty; set it to the URL of a server, or unset it",
        )),
        (None, url) => Ok(url?),
    }
}

/// Refuses variables that say how to reach a server if no server is named: where the one of the URL
/// is missing by mistake, a run against the embedded server would look like a success.
fn without_variables() -> Result<(), Complaint> {
    let stray = VARIABLES
        .iter()
        .find(|name| std::env::var_os(name).is_some());
    stray.map_or(Ok(()), |name| {
        Err(Complaint::usage(format!(
            "{name} is set, but no URL names a server: set SAFE_TARGET, or unset {name} to check the embedded server"
        )))
    })
}

impl AccessArguments {
    /// Refuses options that say how to reach a server if no server is named.
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
                "{option} needs the URL of a server"
            ))),
            None => Ok(()),
        }
    }

    /// Returns the target at a URL, without credentials unless the run `logs_in`.
    pub(super) fn target(&self, url: &str, logs_in: bool) -> Result<Target, Complaint> {
        let access = Access {
            user: self.user.clone(),
            password_file: self.password_file.clone(),
            token_file: self.token_file.clone(),
            ca_file: self.ca_file.clone(),
            addresses: self.resolve.clone(),
            prompt: Some(ask),
        };
        Ok(access.target(url, logs_in)?)
    }

    /// Returns the files that hold secrets or certificates. No output may replace them.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let named = |name| std::env::var_os(name).map(PathBuf::from);
        [
            self.password_file.clone(),
            self.token_file.clone(),
            self.ca_file.clone(),
            named("SAFE_SERVER_PASSWORD_FILE"),
            named("SAFE_CA_FILE"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl From<AccessError> for Complaint {
    fn from(error: AccessError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Returns what a person types on a terminal, without showing it; `None` without a terminal, or if
/// nothing is typed.
pub(super) fn prompted(prompt: &str) -> Result<Option<Secret>, Complaint> {
    Ok(ask(prompt)?)
}

fn ask(prompt: &str) -> Result<Option<Secret>, AccessError> {
    // The prompt goes to the terminal itself, even if both outputs go to a pager.
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(prompt)
        .map_err(|error| AccessError::Prompt(error.to_string()))?;
    Ok(Some(typed)
        .filter(|typed| !typed.is_empty())
        .map(Secret::new))
}

/// Returns a variable of the environment. A variable that is set and empty is an error.
pub(super) fn environment(name: &'static str) -> Result<Option<String>, Complaint> {
    Ok(environment::variable(name)?)
}

/// Returns the first line of a file.
pub(super) fn secret_line(file: &Path, what: &'static str) -> Result<Secret, Complaint> {
    Ok(environment::secret_line(file, what)?)
}

/// Reads a text file that a person named, up to the usual bound.
pub(super) fn read(file: &Path, what: &'static str) -> Result<String, Complaint> {
    Ok(environment::read(file, what)?)
}

/// Reads a text file of at most `most` bytes.
pub(super) fn read_at_most(
    file: &Path,
    what: &'static str,
    most: u64,
) -> Result<String, Complaint> {
    Ok(environment::read_at_most(file, what, most)?)
}
