//! `rig` without a command: a person drives the client, a phone for example.

use super::super::Complaint;
use super::super::credentials::secret_line;
use super::super::output::tell;
use crate::report::{Progress, Report};
use crate::rig::{Action, ByHand, Play, RigError, Said, Step, World};
use crate::run::{Rig, RigRunError};
use crate::safe::ThreemaId;
use clap::Args;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::io::{BufRead as _, IsTerminal as _};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The cases that a person is led through who names none: what every client does, and the likeliest
/// ways to go wrong.
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
    /// By hand: the address of this machine on which other devices reach it; without this, loopback
    #[arg(long, value_name = "ADDRESS", conflicts_with = "exec")]
    listen: Option<IpAddr>,
    /// By hand: the Threema ID of the client, if it cannot take another one
    #[arg(
        long,
        value_name = "ID",
        requires = "backup_password_file",
        conflicts_with = "exec"
    )]
    id: Option<String>,
    /// By hand: a file with the client's Safe password, on its first line
    #[arg(long, value_name = "FILE", requires = "id", conflicts_with = "exec")]
    backup_password_file: Option<PathBuf>,
}

pub(super) async fn run(
    run: Rig,
    arguments: &HandArguments,
    wait: Duration,
    progress: &Arc<Progress>,
) -> Result<Result<Report, RigRunError>, Complaint> {
    if let Some(address) = arguments.listen
        && address.is_unspecified()
    {
        return Err(Complaint::usage(format!(
            "--listen {address} names no address that a client can be given; expected one of this machine, such as 192.168.1.20"
        )));
    }
    let world = world(arguments).await?;
    let client = ByHand::new(show, said(), wait);
    let mut run = run.acting_for(Arc::clone(&world));
    if let Some(address) = arguments.listen {
        run = run.listening_on(address);
    }
    let is_own = arguments.id.is_some();
    let begun = move |play: &Play| begin(play, is_own);
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

/// Says how to prepare the client, once the server listens.
fn begin(play: &Play, is_own: bool) -> Result<(), RigError> {
    let world = play.world();
    let mut text = String::from("Prepare the client:\n  1. Trust the root certificate of this run");
    let for_people =
        "Then go back to the computer: it shows which server to enter and what to do next.";
    let page = play.serve_page(for_people)?;
    text += &format!(
        ": {page} serves it for installation,\n     and {} holds it as PEM.\n",
        play.root_file().display()
    );
    if let Ok(code) = QrCode::new(page.as_bytes()) {
        let picture = code.render::<Dense1x2>().quiet_zone(true).build();
        for line in picture.lines() {
            text += &format!("     {line}\n");
        }
    }
    text += &if is_own {
        format!(
            "  2. Use the Threema ID {} and the Safe password of your file.\n",
            world.threema_id()
        )
    } else {
        format!(
            "  2. Use the Threema ID {} and the Safe password `{}` (made up for this run).\n     A client that has its own: start again with --id and --backup-password-file.\n",
            world.threema_id(),
            world.password
        )
    };
    text += "  3. Do what is shown below. The run goes on when it has seen it. On a terminal you may also say\n     how it ended: Enter for success, f and Enter for a failure, s and Enter to leave it out.\n\n";
    tell(&text);
    Ok(())
}

fn show(step: &Step) {
    let what = match step.action {
        Action::Test => "Enter this server, and test it",
        Action::Backup => "Back up",
        Action::Restore => "Restore the backup",
        Action::Delete => "Switch Threema Safe off, so that the backup is deleted",
        Action::ChangePassword => "Change the Safe password",
    };
    let mut text = format!("NEXT  {what}: {}\n      server  {}\n", step.case, step.url);
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

/// What the person types, where there is a terminal.
fn said() -> Option<UnboundedReceiver<Said>> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return None;
    }
    let (sender, receiver) = unbounded_channel();
    // It waits for input until the program ends.
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
