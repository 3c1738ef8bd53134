//! `check`: checks a server.

use super::Exit;
use super::credentials::ServerArguments;
use super::ended::{Complaint, Ended};
use super::number::between;
use super::output::{OutputArguments, tell, tell_wrapped};
use super::selection::{Known, selection, unplanned};
use crate::diagnosis::Shell;
use crate::engine::{Because, Breakage, Pattern, Selection, Stop, StopReason};
use crate::reference;
use crate::report::{Progress, Report};
use crate::run::{Checkup, CheckupError};
use crate::setup;
use crate::wire::{Login, Pace, PaceChoice, Seed, Target};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Arguments of `check`.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
    /// Only these checks, and the checks they need: whole segments of an ID, such as `tls` or
    /// `upload.accepted`; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// All checks except these; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
    /// Never send a wrong password (otherwise one is sent, once)
    #[arg(long)]
    no_auth_probes: bool,
    /// How many bytes each size check may upload
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024 * 1024)]
    max_upload: u64,
    /// Make one more upload that takes this many seconds (70 if none are given), as over a slow
    /// line
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "70", value_parser = between(1_u64, 3600))]
    slow_uplink: Option<u64>,
    /// Repeat the run with this seed, as a report shows it: 64 hex digits
    #[arg(long, value_name = "HEX")]
    seed: Option<Seed>,
    /// How fast to send requests: `slow` (two a second), `normal` (ten a second at first, then
    /// faster while the server stays fast) or `fast` (full speed at once)
    #[arg(long, value_name = "PACE")]
    pace: Option<PaceChoice>,
    /// How long the whole run may take, in seconds [default: 180, more on a slow server]
    #[arg(long, value_name = "SECONDS", value_parser = between(1_u64, 86_400))]
    deadline: Option<u64>,
    /// How long one answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = between(1_u64, 600))]
    timeout: u64,
    /// How many checks run at once
    #[arg(long, value_name = "COUNT", default_value_t = 16, value_parser = between(1_u16, 64))]
    jobs: u16,
    /// At the end, remove this run's own files, by name, from the bin of a Nextcloud
    #[arg(long)]
    purge_trash: bool,
    /// Record everything the server answered, for `judge`
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// The folder for the ledgers that `sweep` reads [default: safe-conformance in
    /// $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FOLDER")]
    ledger_dir: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    let mut outputs = arguments
        .output
        .open(Known::SERVER, arguments.server.files())?;
    let transcript_file = match &arguments.transcript {
        Some(file) => Some((file.clone(), outputs.open_beside(file, "the transcript")?)),
        None => None,
    };
    // Held until the end, because dropping it stops the embedded server.
    let logs_in = logs_in(&arguments.only);
    let (target, server) = if let Some(target) = arguments.server.target_for(logs_in)? {
        (target, None)
    } else {
        let (mut target, running) = embedded().await?;
        if !logs_in {
            target.login = Login::Open;
        }
        (target, Some(running))
    };
    let is_embedded = server.is_some();
    // The embedded server may be asked at full speed.
    let pace = Pace::new(arguments.pace.unwrap_or(if is_embedded {
        PaceChoice::Fast
    } else {
        PaceChoice::Normal
    }));
    let asked_for = (!is_embedded).then(|| target.clone());
    let progress = Arc::new(Progress::at_pace(
        arguments.output.verbose > 0,
        super::output::is_quiet(),
        pace.clone(),
    ));
    let mut checkup = outputs.waiving(prepared(&arguments, target, &progress, pace));
    let mut sweep = None;
    // Backups on the embedded server disappear with it.
    if let Some(target) = &asked_for {
        let folder = ledger_folder(arguments.ledger_dir.as_ref())?;
        sweep = Some(sweep_of(target, &folder));
        checkup = checkup.ledger_folder(folder);
    }
    listen(checkup.stop(), sweep);
    let mut done = checkup
        .run_with(|event| progress.on(&event))
        .await
        .map_err(|error| complaint(&error))?;
    progress.finish();
    // The report is written even if the transcript cannot be.
    let transcript_written = transcript_file.map_or(Ok(()), |(path, mut file)| {
        done.transcript.clean(&done.scrub);
        let written = file.begin().and_then(|file| done.transcript.write(file));
        written.map_err(|error| Complaint {
            exit: Exit::Incomplete,
            sentence: format!(
                "failed to write the transcript `{}`: {error}",
                path.display()
            ),
        })
    });
    if is_embedded && !super::output::is_quiet() {
        tell("No URL was given: checking the embedded server.\n\n");
    }
    drop(server);
    if let Some(target) = asked_for.as_ref().filter(|_| is_unreachable(&done.report))
        && let Some(sentence) = super::proxy::unused(&target.base)
    {
        tell_wrapped(&sentence);
    }
    if let Some(target) = asked_for.filter(|_| done.report.finds_no_config())
        && let Some(words) = meant(&arguments, target).await
    {
        done.report = done.report.instead(words);
    }
    let ended = outputs.write(done.report, &done.scrub)?;
    transcript_written.map(|()| ended)
}

/// Returns whether no connection to the server was possible.
fn is_unreachable(report: &Report) -> bool {
    let is_it = Some(Because::Error(Breakage::Unreachable));
    report.findings.iter().any(|it| it.because == is_it)
}

/// Returns the address that the person most likely meant, if it is not the one that was checked,
/// with the command to run for it.
async fn meant(arguments: &Arguments, target: Target) -> Option<String> {
    let typed = super::credentials::named_url(arguments.server.url.as_deref());
    let typed = typed.ok().flatten()?;
    let user = match &target.login {
        Login::Basic { user, .. } => Some(user.clone()),
        Login::Open | Login::Token(_) => None,
    };
    let base = target.base.clone();
    let timeout = Duration::from_secs(arguments.timeout);
    let asker = setup::Live::new(target, timeout);
    let asking = asker.target.asking();
    let verdict = setup::investigate(&typed, user.as_deref(), &asker).await;
    let found = verdict.other_than(base.as_str())?;
    let is_there = found.sureness == setup::Sureness::Sure && !found.is_missing;
    let shell = Shell {
        base: &found.url,
        asking: &asking,
        software: &[],
    };
    let (what, command) = if is_there {
        ("Check that address:", shell.check())
    } else {
        ("Set it up (shows a plan and asks first):", shell.setup())
    };
    let words = format!("{} {what}", verdict.words());
    let words = crate::text::wrapped(&words, 0, super::output::width());
    Some(format!("{words}\n{command}\n\n"))
}

/// Starts the embedded server. Returns its target, and the server.
pub(super) async fn embedded() -> Result<(Target, reference::Running), Complaint> {
    let cannot = |why: String| Complaint {
        exit: Exit::Incomplete,
        sentence: format!("failed to start the embedded server: {why}"),
    };
    let running = reference::start(reference::Options::default())
        .await
        .map_err(|error| cannot(error.to_string()))?;
    let target =
        crate::run::target_of(&running, &reference::Options::default().login).map_err(cannot)?;
    Ok((target, running))
}

/// Returns the run that the arguments describe.
fn prepared(
    arguments: &Arguments,
    target: Target,
    progress: &Arc<Progress>,
    pace: Pace,
) -> Checkup {
    let mut checkup = Checkup::new(target)
        .selecting(chosen(arguments))
        .jobs(usize::from(arguments.jobs))
        .pace(pace)
        .timeout(Duration::from_secs(arguments.timeout))
        .max_upload(arguments.max_upload);
    if let Some(seed) = arguments.seed {
        checkup = checkup.seed(seed);
    }
    if let Some(seconds) = arguments.deadline {
        checkup = checkup.deadline(Duration::from_secs(seconds));
    }
    if let Some(seconds) = arguments.slow_uplink {
        checkup = checkup.slow_uplink(Duration::from_secs(seconds));
    }
    if arguments.purge_trash {
        checkup = checkup.purge_trash();
    }
    let verbose = arguments.output.verbose;
    if verbose > 1 {
        let progress = Arc::clone(progress);
        checkup = checkup.trace(Arc::new(move |level, line| {
            if level <= verbose {
                progress.say(line);
            }
        }));
    }
    checkup
}

/// Returns whether a run of these checks alone logs in. Checks of TLS, and the checks that they
/// need, do not.
fn logs_in(only: &[String]) -> bool {
    let needs_none = |id: &String| {
        ["tls", "server.reachable"]
            .into_iter()
            .any(|open| Pattern::new(open).matches(id))
    };
    only.is_empty() || !only.iter().all(needs_none)
}

fn chosen(arguments: &Arguments) -> Selection {
    let mut chosen = selection(&arguments.only, &arguments.skip);
    if arguments.no_auth_probes {
        let probe = Pattern::new("auth.wrong-password");
        chosen.skip.push((probe, "--no-auth-probes".to_owned()));
    }
    chosen
}

pub(super) fn complaint(error: &CheckupError) -> Complaint {
    match error {
        CheckupError::Plan(error) => unplanned(error, Known::SERVER),
        _ => Complaint::usage(error.to_string()),
    }
}

/// Returns the folder for ledgers: `given`, or else the user's state folder.
pub(super) fn ledger_folder(given: Option<&PathBuf>) -> Result<PathBuf, Complaint> {
    if let Some(folder) = given {
        return Ok(folder.clone());
    }
    let state = folder_in("XDG_STATE_HOME");
    let home = || folder_in("HOME").map(|home| home.join(".local/state"));
    let folder = state.or_else(home).ok_or_else(|| {
        Complaint::usage(
            "neither XDG_STATE_HOME nor HOME is set to an absolute path; name a folder for ledgers with --ledger-dir",
        )
    })?;
    Ok(folder.join("safe-conformance"))
}

/// Returns the folder that a variable names. A variable that is empty or holds a relative path
/// counts as unset (XDG Base Directory Specification): `sweep` may run in another folder.
fn folder_in(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
}

/// Returns the command that deletes what a run with this ledger folder left.
pub(super) fn sweep_of(target: &Target, folder: &Path) -> String {
    let asking = target.asking();
    let shell = Shell {
        base: target.base.as_str(),
        asking: &asking,
        software: &[],
    };
    shell.sweep(Some(folder))
}

/// Stops the run on SIGINT, SIGTERM or SIGHUP; a second signal ends the program at once, and shows
/// the command that deletes what is left.
pub(super) fn listen(stop: Stop, sweep: Option<String>) {
    let first = signal();
    tokio::spawn(async move {
        let name = first.await;
        let second = signal();
        stop.pull(StopReason::Signal(name));
        tell(&format!(
            "{name}: cleaning up; a second signal stops the program at once\n"
        ));
        let name = second.await;
        crate::adapter::kill_all();
        if let Some(sweep) = sweep {
            tell(&format!(
                "{name}: stopped; backups of this run may be left, and this deletes them:\n{sweep}\n"
            ));
        }
        std::process::exit(i32::from(Exit::Incomplete as u8));
    });
}

/// Waits for SIGINT, SIGTERM or SIGHUP. Signals are caught from the call on, not only from the
/// first poll.
#[cfg(unix)]
pub(super) fn signal() -> impl Future<Output = &'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let hang_up = (!ignores_hang_up())
        .then(|| signal(SignalKind::hangup()).ok())
        .flatten();
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
            return std::future::pending().await;
        };
        let end_of_terminal = async move {
            match hang_up {
                Some(mut hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
            _ = end_of_terminal => "SIGHUP",
        }
    }
}

/// Returns whether `nohup` started the program: then closing the terminal does not stop it.
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    // Systems without this file have no safe way to ask: there, `nohup` has no effect.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
pub(super) async fn signal() -> &'static str {
    match tokio::signal::ctrl_c().await {
        Ok(()) => "Ctrl-C",
        Err(_) => std::future::pending().await,
    }
}
