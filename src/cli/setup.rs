//! `setup`: creates the folder, `config` and `backups` on a server, checks it, and shows what to
//! enter in the apps.

mod words;

use self::words::{entries_text, plan_text, shell_text, stopped};
use super::Exit;
use super::credentials::{ServerArguments, prompted};
use super::ended::{Complaint, Ended};
use super::login::{self, Keep};
use super::number::between;
use super::output::{OutputArguments, Outputs, width};
use crate::diagnosis::FOLDER;
use crate::report::Progress;
use crate::run::Checkup;
use crate::safe::{BaseUrlError, ServerConfig};
use crate::setup::{self, Outcome, Plan, Trouble, Verdict, Wish};
use crate::text::{labelled, line, wrapped};
use crate::wire::{Door, Login, Response, Target};
use clap::Args;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// What `setup --help` ends with.
pub(super) const EXAMPLES: &str = "\
Examples:
  safe-conformance setup https://cloud.example/remote.php/dav/files/alice/threema-safe --user alice
  safe-conformance setup 'https://cloud.example/apps/files/?dir=/&fileid=7' --user alice
  safe-conformance setup https://cloud.example --login
  safe-conformance setup https://nas.example:5006/threema-safe --user alice --dry-run
  safe-conformance setup https://dav.example/safe --user alice --max-backup-bytes 2097152 --yes

URL is the folder for Threema Safe. For Nextcloud and servers derived from it any address works: setup finds \
the folder. It changes only what its plan shows. It can be repeated: existing files stay as they are.";

/// Arguments of `setup`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option")]
pub(super) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
    /// The largest backup that `config` promises to accept, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = ServerConfig::USUAL.max_backup_bytes, value_parser = between(1024_i64, 67_108_864))]
    max_backup_bytes: i64,
    /// How long `config` promises to keep a backup, in days
    #[arg(long, value_name = "DAYS", default_value_t = ServerConfig::USUAL.retention_days, value_parser = between(1_i64, 3650))]
    retention_days: i64,
    /// Nextcloud: log in with the browser instead of typing a password here; also works with
    /// two-factor authentication
    #[arg(long, conflicts_with_all = ["user", "password_file", "token_file", "dry_run"])]
    login: bool,
    /// The file for the app password of --login: new, and readable only by you
    #[arg(
        long,
        value_name = "FILE",
        requires = "login",
        default_value = "threema-safe.password"
    )]
    save_password: PathBuf,
    /// Put the app password into the system's keyring instead (with the command `secret-tool`)
    #[arg(long, requires = "login", conflicts_with = "save_password")]
    keyring: bool,
    /// Replace a `config` with other values
    #[arg(long)]
    replace_config: bool,
    /// Carry out the plan without asking
    #[arg(long, short)]
    yes: bool,
    /// Show the plan and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// How long one answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = between(1_u64, 600))]
    timeout: u64,
    /// The folder for the ledgers that `sweep` reads [default: safe-conformance in
    /// $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FOLDER")]
    ledger_dir: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    let outputs = arguments
        .output
        .open(super::selection::Known::SERVER, arguments.server.files())?;
    let Some(typed) = super::credentials::named_url(arguments.server.url.as_deref())? else {
        return Err(Complaint::usage(
            "setup needs the URL of a folder: `safe-conformance setup \
             https://cloud.example/remote.php/dav/files/alice/threema-safe --user alice`",
        ));
    };
    let wish = Wish {
        config: ServerConfig {
            max_backup_bytes: arguments.max_backup_bytes,
            retention_days: arguments.retention_days,
        },
        replace_config: arguments.replace_config,
    };
    let timeout = Duration::from_secs(arguments.timeout);
    let origin = setup::origin_of(&typed).unwrap_or_else(|| typed.clone());
    let mut given = arguments.server.target_at(&origin)?;
    // One listener from here on: no signal is lost while an app password may have to be revoked.
    // Without one, a signal ends the program at once until something is changed.
    let mut stop: Stopped = if arguments.login {
        Box::pin(super::check::signal())
    } else {
        Box::pin(std::future::pending())
    };
    let password = if arguments.login {
        let keep = if arguments.keyring {
            Keep::Keyring
        } else {
            Keep::File(arguments.save_password.clone())
        };
        let password = login::log_in(&outputs, &typed, &given, timeout, keep, &mut stop).await?;
        given.login = password.granted.login();
        Some(password)
    } else {
        None
    };
    let planned = tokio::select! {
        planned = planned(&arguments, &outputs, &typed, given, timeout, wish) => planned,
        name = &mut stop => Err(stopped_before(name)),
    };
    if !arguments.login {
        stop = Box::pin(super::check::signal());
    }
    let made = match planned {
        Ok(Some((door, plan))) => made(&outputs, door, plan, stop).await.map(Some),
        Ok(None) => Ok(None),
        Err(complaint) => Err(complaint),
    };
    let made = match (made, password) {
        (Err(complaint), Some(password)) => return Err(password.take_back(complaint).await),
        (made, password) => {
            if let Some(password) = password {
                outputs.say(&password.place())?;
            }
            made?
        }
    };
    match made {
        Some(made) => checked(arguments, outputs, &made).await,
        None => Ok(Exit::Conforms),
    }
}

/// The note if something stops setup before the first step.
const UNCHANGED: &str = "Nothing was changed. Fix this, then run the same command again.";

/// Waits for a signal, and returns its name.
pub(super) type Stopped = Pin<Box<dyn Future<Output = &'static str> + Send>>;

/// What setup created, and whether each step succeeded.
struct Made {
    door: Door,
    plan: Plan,
    possible: bool,
}

/// Finds the address and shows the plan; `None` if the person declines.
async fn planned(
    arguments: &Arguments,
    outputs: &Outputs,
    typed: &str,
    given: Target,
    timeout: Duration,
    wish: Wish,
) -> Result<Option<(Door, Plan)>, Complaint> {
    let target = meant(outputs, typed, given, timeout).await?;
    let (door, plan) = looked_at(target, timeout, wish).await?;
    outputs.say(&plan_text(&door, &plan))?;
    if arguments.dry_run {
        return Ok(None);
    }
    if !plan.steps().is_empty() && !arguments.yes && !agreed().await? {
        outputs.say("Nothing was changed.\n")?;
        return Ok(None);
    }
    Ok(Some((door, plan)))
}

/// Carries out the plan.
async fn made(
    outputs: &Outputs,
    door: Door,
    mut plan: Plan,
    stop: Stopped,
) -> Result<Made, Complaint> {
    let possible = tokio::select! {
        done = carried_out(outputs, &door, &mut plan) => done?,
        name = stop => return Err(interrupted(name)),
    };
    Ok(Made {
        door,
        plan,
        possible,
    })
}

fn stopped_before(signal: &str) -> Complaint {
    Complaint {
        exit: Exit::Incomplete,
        sentence: format!("{signal} stopped setup; nothing was changed"),
    }
}

fn interrupted(signal: &str) -> Complaint {
    Complaint {
        exit: Exit::Incomplete,
        sentence: format!(
            "{signal} stopped setup; what was done stays, and the same command continues from there"
        ),
    }
}

/// Returns the target that the person means, with its credentials.
async fn meant(
    outputs: &Outputs,
    typed: &str,
    mut target: Target,
    timeout: Duration,
) -> Result<Target, Complaint> {
    let mut user = user_of(&target.login);
    let mut asker = setup::Live::new(target.clone(), timeout);
    let mut verdict = setup::investigate(typed, user.as_deref(), &asker).await;
    if let Verdict::Found(found) = &verdict
        && found.lacks_user()
        && let Some(login) = asked_login()?
    {
        target.login = login;
        user = user_of(&target.login);
        asker = setup::Live::new(target.clone(), timeout);
        verdict = setup::investigate(typed, user.as_deref(), &asker).await;
    }
    let found = match &verdict {
        Verdict::Hopeless(why) => return Err(Complaint::usage(why.words())),
        Verdict::Found(found) if found.lacks_user() => {
            let words = verdict.words();
            return Err(Complaint::usage(format!(
                "{words} Give the user name with --user NAME."
            )));
        }
        Verdict::Found(found) => found,
        Verdict::Unsure(suspects) => {
            // If there is only one, its obstacle says more.
            if suspects.len() > 1 {
                outputs.say(&wrapped(&verdict.words(), 0, width()))?;
            }
            let url = suspects.first().map_or(typed, |suspect| &suspect.url);
            let parsed = Target::parse(typed).or_else(|_| Target::parse(url));
            target.base = parsed.map_err(unusable)?.base;
            return own_folder(outputs, target);
        }
    };
    if verdict.other_than(typed).is_some() {
        outputs.say(&wrapped(&verdict.words(), 0, width()))?;
    }
    let parsed = Target::parse(&found.url).map_err(unusable)?;
    if parsed.base.host() != target.base.host() {
        target.addresses.clear();
    }
    if let Some(user) = found.user.clone() {
        target = with_link(target, user);
    }
    target.base = parsed.base;
    match asker.refusal() {
        Some(refusal) => Err(refused(target, timeout, refusal)),
        None => Ok(target),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it maps an error")]
fn unusable(error: BaseUrlError) -> Complaint {
    Complaint::usage(error.to_string())
}

/// Returns the target, with a folder for Threema Safe if the address names none. The root of a site
/// is never used.
fn own_folder(outputs: &Outputs, mut target: Target) -> Result<Target, Complaint> {
    if target.base.path().is_empty() {
        let url = format!("{}/{FOLDER}", target.base.as_str());
        outputs.say(&wrapped(
            &format!(
                "The address names no folder. Threema Safe gets its own: `{}`.",
                line(&url)
            ),
            0,
            width(),
        ))?;
        target.base = Target::parse(&url).map_err(unusable)?.base;
    }
    Ok(target)
}

/// Returns the obstacle after the credentials were refused once. They are not sent again.
fn refused(target: Target, timeout: Duration, refusal: &Response) -> Complaint {
    match Door::open(target, timeout) {
        Ok(door) => stopped(&door, &Trouble::of_login(&door, refusal), &[], &[UNCHANGED]),
        Err(error) => Complaint::usage(error.to_string()),
    }
}

fn user_of(login: &Login) -> Option<String> {
    match login {
        Login::Basic { user, .. } => Some(user.clone()),
        Login::Open | Login::Token(_) => None,
    }
}

/// Returns the target with the token of a public link as user name, and the password of the link,
/// if it has one.
fn with_link(target: Target, token: String) -> Target {
    let password = match &target.login {
        Login::Basic { password, .. } => password.expose().to_owned(),
        Login::Open | Login::Token(_) => String::new(),
    };
    target.basic(token, password)
}

/// Looks at the server. Asks for user name and password if the server demands them and none were
/// given.
async fn looked_at(
    target: Target,
    timeout: Duration,
    wish: Wish,
) -> Result<(Door, Plan), Complaint> {
    let open =
        |target| Door::open(target, timeout).map_err(|error| Complaint::usage(error.to_string()));
    let door = open(target.clone())?;
    let trouble = match setup::survey(&door, wish).await {
        Ok(plan) => return Ok((door, plan)),
        Err(trouble) => trouble,
    };
    let commands = setup::commands(&wish.config, &[]);
    let wants_login = trouble.is_locked_out && target.login == Login::Open;
    if wants_login && let Some(login) = asked_login()? {
        let door = open(Target { login, ..target })?;
        return match setup::survey(&door, wish).await {
            Ok(plan) => Ok((door, plan)),
            Err(trouble) => Err(stopped(&door, &trouble, &commands, &[UNCHANGED])),
        };
    }
    let note = if wants_login {
        "Give the user name with --user NAME."
    } else {
        UNCHANGED
    };
    Err(stopped(&door, &trouble, &commands, &[note]))
}

/// User name and password, asked for on a terminal.
fn asked_login() -> Result<Option<Login>, Complaint> {
    let Some(user) = asked("The server demands a login. User name on the server: ")? else {
        return Ok(None);
    };
    let password = prompted(&format!("Password of {user} on the server: "))?;
    Ok(password.map(|password| Login::Basic { user, password }))
}

/// Returns what a person types in answer to a question; `None` without a terminal, or if nothing is
/// typed.
fn asked(question: &str) -> Result<Option<String>, Complaint> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(None);
    }
    let mut stderr = std::io::stderr();
    let mut typed = String::new();
    let read = stderr
        .write_all(question.as_bytes())
        .and_then(|()| stderr.flush())
        .and_then(|()| std::io::stdin().lock().read_line(&mut typed));
    read.map_err(|error| Complaint::usage(format!("failed to read the answer: {error}")))?;
    let typed = typed.trim().to_owned();
    Ok((!typed.is_empty()).then_some(typed))
}

/// Returns whether the person agrees to the plan. Signals are caught meanwhile; the thread that
/// reads waits until the program ends.
async fn agreed() -> Result<bool, Complaint> {
    if !std::io::stdin().is_terminal() {
        return Err(Complaint::usage(
            "there is no terminal to confirm the plan on; give --yes to carry it out, or --dry-run to only see it",
        ));
    }
    let asking = tokio::task::spawn_blocking(|| asked("Carry this out? [y/N] "));
    let answer = asking
        .await
        .map_err(|error| Complaint::usage(format!("failed to read the answer: {error}")))??
        .unwrap_or_default();
    Ok(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"))
}

/// Carries out every step. Returns whether every folder is there.
async fn carried_out(outputs: &Outputs, door: &Door, plan: &mut Plan) -> Result<bool, Complaint> {
    let (mut possible, mut done) = (true, 0);
    for step in plan.steps() {
        let words = step.words(&plan.wish.config);
        match setup::carry_out(door, plan, &step).await {
            Ok(Outcome::Done) => {
                done += 1;
                // What lies in a folder that was skipped shows that it is there.
                possible = true;
                outputs.say(&labelled("done     ", &words, 9, width()))?;
            }
            Ok(Outcome::WasThere) => outputs.say(&labelled("exists   ", &words, 9, width()))?,
            Ok(Outcome::NotPossible { status }) => {
                possible = false;
                let words = format!(
                    "{words}: the server cannot make folders over WebDAV (MKCOL: {status})"
                );
                outputs.say(&labelled("skipped  ", &words, 9, width()))?;
            }
            Err(mut trouble) => {
                let note = if done == 0 {
                    UNCHANGED
                } else {
                    "What was done stays. Fix this, then run the same command again: it continues from there."
                };
                trouble.by_shell |= !possible;
                let commands = setup::commands(&plan.wish.config, &plan.software);
                return Err(stopped(door, &trouble, &commands, &[note]));
            }
        }
    }
    Ok(possible)
}

/// Checks the server, and shows what to enter in the apps.
async fn checked(arguments: Arguments, outputs: Outputs, made: &Made) -> Ended {
    let Made {
        door,
        plan,
        possible,
    } = made;
    outputs.say("\nChecking the server as the apps use it:\n\n")?;
    let progress = Arc::new(Progress::new(
        arguments.output.verbose > 0,
        super::output::is_quiet(),
    ));
    let target = door.target().clone();
    let folder = super::check::ledger_folder(arguments.ledger_dir.as_ref())?;
    let sweep = super::check::sweep_of(&target, &folder);
    let checkup = outputs.waiving(Checkup::new(target).ledger_folder(folder));
    super::check::listen(checkup.stop(), Some(sweep));
    let done = checkup
        .run_with(|event| progress.on(&event))
        .await
        .map_err(|error| super::check::complaint(&error))?;
    progress.finish();
    outputs.write_closing_with(done.report, &done.scrub, |exit| {
        let entries = entries_text(door, exit, arguments.login);
        if *possible || exit == Exit::Conforms {
            return entries;
        }
        let commands = setup::commands(&plan.wish.config, &plan.software);
        format!("\n{}{entries}", shell_text(&commands))
    })
}
