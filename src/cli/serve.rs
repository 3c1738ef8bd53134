//! `serve`: runs the embedded server alone.

mod command;

use super::Exit;
use super::credentials::{environment, secret_line};
use super::ended::{Complaint, Ended, shown_by};
use super::number::between;
use super::output::{print, width};
use crate::engine::{did_you_mean, meant};
use crate::reference::{self, Fault, Login, Need, Options, Profile};
use crate::text::labelled;
use clap::Args;
use command::{Secret, Served, absolute};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The user name if a fault needs letters beyond ASCII.
const UMLAUTS: &str = "jörg";

/// The token if a fault needs one and the person gives none.
const TOKEN: &str = "t0ken-loopback";

/// Arguments of `serve`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option")]
pub(super) struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Serve plain http instead of https
    #[arg(long)]
    plain: bool,
    /// The user name that may log in [default: safe; the token if --like is a public link; jörg if
    /// a --fault needs letters beyond ASCII]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file whose first line is the password (or the password itself in SAFE_SERVER_PASSWORD).
    /// Without either, the password is `s3cret-loopback`, and only on loopback
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// A file whose first line is a token: clients log in with it, as on an on-premises server. A
    /// --fault that needs a token has one without this option, and only on loopback
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user", "password_file"])]
    token_file: Option<PathBuf>,
    /// Ask for no credentials
    #[arg(long, conflicts_with_all = ["user", "password_file", "token_file"])]
    open: bool,
    /// Behave like this server, as it was measured
    #[arg(long, value_name = "PROFILE")]
    like: Option<String>,
    /// List the servers that --like knows
    #[arg(long)]
    list_profiles: bool,
    /// Shorten the delays, locks, limits and bans of --like by this factor
    #[arg(long, value_name = "FACTOR", default_value_t = 1, value_parser = between(1_u32, 1000), requires = "like")]
    speed: u32,
    /// Fail in this way, as a real server does; may be given several times
    #[arg(long = "fault", value_name = "NAME")]
    faults: Vec<String>,
    /// List the faults
    #[arg(long)]
    list_faults: bool,
    /// The limit that `config` promises and the server enforces
    #[arg(long, value_name = "BYTES", default_value_t = 524_288)]
    max_backup_bytes: i64,
    /// The retention that `config` promises and the server keeps
    #[arg(long, value_name = "DAYS", default_value_t = 180)]
    retention_days: i64,
    /// Wait this long before every answer, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    delay: u64,
    /// Where to write the root certificate; without this option, a temporary file that is removed
    /// when the server stops
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    if arguments.list_faults || arguments.list_profiles {
        print(&list(&arguments))?;
        return Ok(Exit::Conforms);
    }
    let (options, secret) = options(&arguments)?;
    // Caught from here on, so that no signal leaves the temporary file behind.
    let signal = super::check::signal();
    let running = reference::start(options.clone()).await.map_err(|error| {
        Complaint::usage(format!("failed to listen on {}: {error}", arguments.listen))
    })?;
    let root = RootFile::write(&running, arguments.ca_file.as_ref())?;
    let served = Served {
        options: &options,
        secret: &secret,
        url: running.base_url(),
        root: root.as_ref().map(|root| root.path.as_path()),
    };
    let mut lines = String::new();
    for (name, value) in served.variables() {
        lines += &format!("{name}={value}\n");
    }
    print(&lines)?;
    // A program that waits for these lines reads them from a pipe.
    let _ = std::io::stdout().flush();
    super::output::tell(&served.what_to_do());
    signal.await;
    drop(root);
    running.stop().await;
    Ok(Exit::Conforms)
}

/// Returns the faults, the profiles, or both, each with its explanation.
fn list(arguments: &Arguments) -> String {
    let faults = Fault::ALL
        .iter()
        .filter(|_| arguments.list_faults)
        .map(|fault| (fault.name(), fault.explanation()));
    let profiles = Profile::ALL
        .iter()
        .filter(|_| arguments.list_profiles)
        .map(|profile| (profile.name(), profile.explanation()));
    let mut out = String::new();
    for (name, explanation) in faults.chain(profiles) {
        out += &labelled(&format!("{name:<30} "), explanation, 31, width());
    }
    out
}

/// Returns the complaint about an unknown name.
fn unknown(
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'static str>,
    list: &str,
) -> Complaint {
    let similar = meant(name, known);
    let suggestion = did_you_mean(&similar);
    let all = shown_by(list, !similar.is_empty());
    Complaint::usage(format!("unknown {kind} `{name}`{suggestion}{all}"))
}

/// Returns the options of the server, and where its password or token comes from.
fn options(arguments: &Arguments) -> Result<(Options, Secret), Complaint> {
    let mut faults = Vec::new();
    for name in &arguments.faults {
        let known = Fault::ALL.iter().map(|fault| fault.name());
        let fault = name.parse::<Fault>();
        faults.push(fault.map_err(|_| unknown("fault", name, known, "--list-faults"))?);
    }
    let like = match &arguments.like {
        Some(name) => {
            let known = Profile::ALL.iter().map(|profile| profile.name());
            let profile = name.parse::<Profile>();
            Some(profile.map_err(|_| unknown("profile", name, known, "--list-profiles"))?)
        }
        None => None,
    };
    let base = Options {
        faults,
        ..like.map_or_else(Options::default, Options::like)
    };
    let base = match user(arguments, &base) {
        Some(user) => base.with_user(user),
        None => base,
    };
    let (login, secret) = login(arguments, &base)?;
    let options = Options {
        address: arguments.listen,
        tls: !arguments.plain,
        faults: base.faults,
        max_backup_bytes: arguments.max_backup_bytes,
        retention_days: arguments.retention_days,
        delay: Duration::from_millis(arguments.delay),
        like,
        speed: arguments.speed,
        ..Options::default()
    };
    let options = options.with_login(login);
    refuse_contradictions(&options)?;
    Ok((options, secret))
}

/// Returns the first fault that needs this.
fn needing(faults: &[Fault], need: Need) -> Option<Fault> {
    let mut faults = faults.iter().copied();
    faults.find(|fault| fault.needs().contains(&need))
}

/// Returns the user name, if it is not the one of the server.
fn user(arguments: &Arguments, base: &Options) -> Option<String> {
    let is_free = base.like.is_none_or(|profile| profile.user().is_none());
    let ours = needing(&base.faults, Need::Umlauts).filter(|_| is_free);
    let given = arguments.user.clone();
    given.or_else(|| ours.map(|_| UMLAUTS.to_owned()))
}

/// Returns who has access, and where the password or the token comes from.
fn login(arguments: &Arguments, base: &Options) -> Result<(Login, Secret), Complaint> {
    let is_reachable = !arguments.listen.ip().is_loopback();
    if arguments.open {
        return Ok((Login::Open, Secret::Ours));
    }
    if let Some(file) = &arguments.token_file {
        let token = secret_line(file, "the token file")?.expose().to_owned();
        return Ok((Login::Token(token), Secret::File(file.clone())));
    }
    let (given, secret) = match &arguments.password_file {
        Some(file) => {
            let password = secret_line(file, "the password file")?;
            (
                Some(password.expose().to_owned()),
                Secret::File(file.clone()),
            )
        }
        None => match environment("SAFE_SERVER_PASSWORD")? {
            Some(password) => (Some(password), Secret::Variable),
            None => (None, Secret::Ours),
        },
    };
    let has_basic = arguments.user.is_some() || arguments.password_file.is_some();
    let needs_token = needing(&base.faults, Need::Token).is_some() && !has_basic;
    if is_reachable && (given.is_none() || needs_token) {
        let (what, option) = if needs_token {
            ("token", "--token-file")
        } else {
            ("password", "--password-file")
        };
        return Err(Complaint::usage(format!(
            "a server that other machines can reach needs your own {what}; give {option} FILE"
        )));
    }
    Ok(match base.login.clone() {
        Login::Basic { .. } if needs_token => (Login::Token(TOKEN.to_owned()), Secret::Ours),
        Login::Basic { user, password } => {
            let password = given.unwrap_or(password);
            (Login::Basic { user, password }, secret)
        }
        other => (other, secret),
    })
}

/// Refuses a user name that no client can send, and faults that the other options switch off.
fn refuse_contradictions(options: &Options) -> Result<(), Complaint> {
    if let Login::Basic { user, .. } = &options.login
        && user.contains(':')
    {
        return Err(Complaint::usage(format!(
            "the user name `{user}` contains a colon, but HTTP Basic ends the user name at the first colon (RFC 7617, section 2)"
        )));
    }
    let needing = |need| needing(&options.faults, need);
    if let Some(fault) = needing(Need::Tls).filter(|_| !options.tls) {
        return Err(Complaint::usage(format!(
            "the fault `{fault}` needs TLS, but --plain serves http; leave out one of them"
        )));
    }
    if let Some(fault) = needing(Need::Login).filter(|_| options.login == Login::Open) {
        return Err(Complaint::usage(format!(
            "the fault `{fault}` needs a login, but this server asks for no credentials; leave out the fault, or --open or --like"
        )));
    }
    let has_token = matches!(options.login, Login::Token(_));
    if let Some(fault) = needing(Need::Token).filter(|_| !has_token) {
        return Err(Complaint::usage(format!(
            "the fault `{fault}` needs a token, but --user and --password-file are for a login by password; leave them out, or leave out the fault"
        )));
    }
    Ok(())
}

/// The root certificate in a file. A temporary file is removed when the server stops.
struct RootFile {
    path: PathBuf,
    ours: bool,
}

impl RootFile {
    fn write(
        running: &reference::Running,
        given: Option<&PathBuf>,
    ) -> Result<Option<Self>, Complaint> {
        let Some(pem) = running.root_certificate() else {
            return Ok(None);
        };
        let name = format!(
            "safe-conformance-root-{}-{}.pem",
            std::process::id(),
            running.address().port()
        );
        let path = given.map_or_else(|| std::env::temp_dir().join(name), PathBuf::clone);
        let path = absolute(&path);
        let mut options = std::fs::OpenOptions::new();
        // In the temporary folder, a file that somebody else put there must not be followed.
        if given.is_some() {
            options.create(true).truncate(true)
        } else {
            options.create_new(true)
        };
        options
            .write(true)
            .open(&path)
            .and_then(|mut file| file.write_all(pem.as_bytes()))
            .map_err(|error| {
                Complaint::usage(format!(
                    "failed to write the root certificate to `{}`: {error}",
                    path.display()
                ))
            })?;
        Ok(Some(Self {
            path,
            ours: given.is_none(),
        }))
    }
}

impl Drop for RootFile {
    fn drop(&mut self) {
        if self.ours {
            // If this fails, the system clears its temporary folder some day.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
