//! `rig` without a command: a person drives the client, a phone for example.

use super::super::credentials::secret_line;
use super::super::ended::Complaint;
use super::super::output::tell;
use crate::report::{Progress, Report};
use crate::rig::{Action, ByHand, Play, RigError, Said, Step, World};
use crate::run::{Rig, RigRunError};
use crate::safe::ThreemaId;
use crate::suites::client::rig::RigCase;
use clap::Args;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::io::{BufRead as _, IsTerminal as _};
use std::net::{IpAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The cases shown to a person who names none: what every client does, and the most likely ways to
/// fail.
pub(super) const TOUR: [&str; 10] = [
    "rig.test.healthy",
    "rig.backup.first",
    "rig.backup.changed",
    "rig.backup.413",
    "rig.backup.500",
    "rig.backup.limit-small",
    "rig.restore.healthy",
    "rig.tls.unknown-root.backup",
    "rig.tls.wrong-name.backup",
    "rig.delete.healthy",
];

/// Arguments of `rig` without a command.
#[derive(Args)]
pub(super) struct HandArguments {
    /// Without --exec (by hand): the address at which other devices reach this machine [default:
    /// loopback]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "exec")]
    listen: Option<IpAddr>,
    /// Without --exec: the Threema ID of the client, if it cannot use another one
    #[arg(
        long,
        value_name = "ID",
        requires = "backup_password_file",
        conflicts_with = "exec"
    )]
    id: Option<String>,
    /// Without --exec: a file with the client's Safe password, on its first line
    #[arg(long, value_name = "FILE", requires = "id", conflicts_with = "exec")]
    backup_password_file: Option<PathBuf>,
}

/// Shows a person what to do, case by case. `cases` are those that will be shown.
pub(super) async fn run(
    run: Rig,
    arguments: &HandArguments,
    cases: Vec<&'static RigCase>,
    wait: Duration,
    progress: &Arc<Progress>,
) -> Result<Result<Report, RigRunError>, Complaint> {
    if let Some(address) = arguments.listen
        && address.is_unspecified()
    {
        return Err(Complaint::usage(format!(
            "a client cannot connect to `--listen {address}`; expected an address of this machine, such as 192.168.1.20"
        )));
    }
    tell(
        "Without --exec you drive the client yourself, a phone for example. Starting the server.\n",
    );
    let world = world(arguments).await?;
    let steps = introduced(&cases);
    let client = ByHand::new(move |step| show(step, &cases), said(), wait);
    let mut run = run.acting_for(Arc::clone(&world));
    if let Some(address) = arguments.listen {
        run = run.listening_on(address);
    }
    let (is_own, address) = (arguments.id.is_some(), arguments.listen);
    let begun = move |play: &Play| begin(play, is_own, address, &steps);
    Ok(run
        .run_by_hand(client, begun, |event| progress.on(&event))
        .await)
}

async fn world(arguments: &HandArguments) -> Result<Arc<World>, Complaint> {
    let person = match (&arguments.id, &arguments.backup_password_file) {
        (Some(id), Some(file)) => {
            let id = ThreemaId::parse(&id.to_uppercase())
                .map_err(|error| Complaint::usage(format!("--id `{id}`: {error}")))?;
            let password = secret_line(file, "the file of the backup's password")?;
            Some((id, password.expose().to_owned()))
        }
        _ => None,
    };
    let made = tokio::task::spawn_blocking(move || match person {
        Some((id, password)) => World::of_person(id, password),
        None => World::new(),
    });
    match made.await {
        Ok(Ok(world)) => Ok(Arc::new(world)),
        Ok(Err(error)) => Err(Complaint {
            exit: super::Exit::Incomplete,
            sentence: RigError::from(error).to_string(),
        }),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Shows how to prepare the client, once the server listens, and what comes next.
fn begin(play: &Play, is_own: bool, address: Option<IpAddr>, steps: &str) -> Result<(), RigError> {
    let world = play.world();
    let for_people =
        "Then go back to the computer: it shows which server to enter and what to do next.";
    let page = play.serve_page(for_people)?;
    let mut text = format!(
        "Prepare the client:\n  1. Trust the root certificate of this run: {page} serves it for installation,\n     and {} holds it as PEM.\n",
        play.root_file().display()
    );
    if address.is_none_or(|address| address.is_loopback()) {
        let other = own_address().map_or_else(|| "ADDRESS".to_owned(), |own| own.to_string());
        text += &format!(
            "     Only this computer can reach it. For a phone, start again with `--listen {other}`,\n     the address of this computer in your network.\n"
        );
    }
    if let Ok(code) = QrCode::new(page.as_bytes()) {
        let picture = code.render::<Dense1x2>().quiet_zone(true).build();
        for line in picture.lines() {
            text += &format!("     {line}\n");
        }
    }
    let (id, password) = (world.threema_id(), &world.password);
    text += &if is_own {
        format!("  2. Use the Threema ID {id} and the Safe password of your file.\n")
    } else {
        format!(
            "  2. Use the Threema ID {id} and the Safe password `{password}` (made up for this run).\n     For a client that has its own, start again with --id and --backup-password-file.\n"
        )
    };
    text += steps;
    tell(&text);
    Ok(())
}

/// Returns the address from which this machine reaches others. Nothing is sent to find it: the
/// look-up uses an address reserved for documentation. Source: RFC 5737.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified() && !own.is_loopback()).then_some(own)
}

/// Returns the list of cases to come, and how the person takes part.
fn introduced(cases: &[&RigCase]) -> String {
    let mut text = format!(
        "  3. Do what is shown below, {}:\n",
        if cases.len() == 1 {
            "for one case".to_owned()
        } else {
            format!("for {} cases, one after the other", cases.len())
        }
    );
    for (place, case) in cases.iter().enumerate() {
        text += &format!(
            "       {:>2}  {}: {}\n",
            place + 1,
            case.case.id,
            case.title
        );
    }
    text += "     Each has a separate server. The run continues when it has seen what it waits for.\n     On a terminal you may also enter how it ended: Enter for success, f and Enter for a failure,\n     s and Enter to leave it out.\n\n";
    text
}

fn show(step: &Step, cases: &[&RigCase]) {
    let what = match step.action {
        Action::Test => "Enter this server, and test it",
        Action::Backup => "Back up",
        Action::Restore => "Restore the backup",
        Action::Delete => "Switch Threema Safe off, so that the backup is deleted",
        Action::ChangePassword => "Change the Safe password",
    };
    let place = cases.iter().position(|case| case.case.id == step.case);
    let place = place.map_or_else(String::new, |place| {
        format!("{} of {}  ", place + 1, cases.len())
    });
    let mut text = format!(
        "NEXT  {place}{what}: {}\n      server  {}\n",
        step.case, step.url
    );
    if step.user.is_empty() {
        text += "      no user, no password\n";
    } else {
        text += &format!(
            "      user  {}  password  {}\n",
            step.user, step.server_password
        );
    }
    tell(&text);
}

/// Returns what the person types, where there is a terminal.
fn said() -> Option<UnboundedReceiver<Said>> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return None;
    }
    let (sender, receiver) = unbounded_channel();
    // The thread waits for input until the program ends.
    std::thread::spawn(move || {
        for line in input.lock().lines() {
            let Ok(line) = line else { return };
            let said = match line.trim() {
                "" => Said::Done,
                "f" => Said::Failed,
                "s" => Said::LeaveOut,
                _ => continue,
            };
            if sender.send(said).is_err() {
                return;
            }
        }
    });
    Some(receiver)
}
