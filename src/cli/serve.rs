//! `serve`: runs the embedded server alone.

use super::Exit;
use super::credentials::{environment, secret_line};
use super::ended::{Complaint, Ended, shown_by};
use super::number::between;
use super::output::{print, width};
use crate::engine::{did_you_mean, nearest};
use crate::reference::{self, Fault, Login, Need, Options, Profile};
use crate::text::labelled;
use clap::Args;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

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
    /// The user name that may log in [default: safe, or the token if --like is a public link]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file whose first line is the password (or the password itself in SAFE_SERVER_PASSWORD).
    /// Without either, the password is `s3cret-loopback`, and only on loopback
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Ask for no credentials
    #[arg(long, conflicts_with_all = ["user", "password_file"])]
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
    let options = options(&arguments)?;
    let login = options.login.clone();
    // Caught from here on, so that no signal leaves the temporary file behind.
    let signal = super::check::signal();
    let running = reference::start(options).await.map_err(|error| {
        Complaint::usage(format!("failed to listen on {}: {error}", arguments.listen))
    })?;
    let root = RootFile::write(&running, arguments.ca_file.as_ref())?;
    let mut lines = format!("SAFE_TARGET={}\n", running.base_url());
    let mut note = "";
    if let Login::Basic { user, password } = login {
        lines += &format!("SAFE_SERVER_USER={user}\n");
        // The person's own password is a secret and is not printed. A variable cannot be empty.
        if !has_own_password(&arguments)? {
            if password.is_empty() {
                note = EMPTY_PASSWORD;
            } else {
                lines += &format!("SAFE_SERVER_PASSWORD={password}\n");
            }
        }
    }
    if let Some(root) = &root {
        lines += &format!("SAFE_CA_FILE={}\n", root.path.display());
    }
    print(&lines)?;
    // A program that waits for these lines reads them from a pipe.
    let _ = std::io::stdout().flush();
    super::output::tell(&(what_to_do(&lines, &arguments) + note));
    signal.await;
    drop(root);
    running.stop().await;
    Ok(Exit::Conforms)
}

/// What a person needs who checks a server whose password is empty.
const EMPTY_PASSWORD: &str = "The password is empty: `printf '\\n' > empty.txt` writes a file with it; add --password-file empty.txt to the command.\n";

/// Returns how to use the printed lines: a command to copy, and what a client needs.
fn what_to_do(lines: &str, arguments: &Arguments) -> String {
    let mut variables = lines.lines().collect::<Vec<_>>().join(" ");
    if let Some(file) = &arguments.password_file {
        variables += &format!(" SAFE_SERVER_PASSWORD_FILE={}", file.display());
    }
    let mut text = format!(
        "The server runs until Ctrl-C. To check it, run in another shell:\n  \
         {variables} safe-conformance check\n\
         To try a client on it, enter the address and the login of these lines"
    );
    text += if arguments.plain {
        ".\n"
    } else {
        ", and trust the certificate in SAFE_CA_FILE.\n"
    };
    text
}

/// Returns whether the person gives the password.
fn has_own_password(arguments: &Arguments) -> Result<bool, Complaint> {
    Ok(arguments.password_file.is_some() || environment("SAFE_SERVER_PASSWORD")?.is_some())
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
    let similar = nearest(name, known);
    let suggestion = did_you_mean(similar.as_deref());
    let all = shown_by(list, similar.is_some());
    Complaint::usage(format!("unknown {kind} `{name}`{suggestion}{all}"))
}

fn options(arguments: &Arguments) -> Result<Options, Complaint> {
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
    let base = like.map_or_else(Options::default, Options::like);
    let base = match &arguments.user {
        Some(user) => base.with_user(user.clone()),
        None => base,
    };
    let given = match &arguments.password_file {
        Some(file) => Some(secret_line(file, "the password file")?.expose().to_owned()),
        None => environment("SAFE_SERVER_PASSWORD")?,
    };
    if !arguments.listen.ip().is_loopback() && given.is_none() && !arguments.open {
        return Err(Complaint::usage(
            "a server that other machines can reach needs your own password; give --password-file FILE",
        ));
    }
    let login = match base.login {
        _ if arguments.open => Login::Open,
        Login::Basic { user, password } => Login::Basic {
            user,
            password: given.unwrap_or(password),
        },
        other => other,
    };
    let options = Options {
        address: arguments.listen,
        tls: !arguments.plain,
        faults,
        max_backup_bytes: arguments.max_backup_bytes,
        retention_days: arguments.retention_days,
        delay: Duration::from_millis(arguments.delay),
        like,
        speed: arguments.speed,
        ..Options::default()
    };
    let options = options.with_login(login);
    refuse_contradictions(&options)?;
    Ok(options)
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
    let needing = |need| {
        let mut faults = options.faults.iter();
        faults.find(|fault| fault.needs().contains(&need))
    };
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
        let path = given
            .cloned()
            .unwrap_or_else(|| std::env::temp_dir().join(name));
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
