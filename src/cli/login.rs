//! `setup --login`: the login in the browser, and where its app password goes.

use super::Exit;
use super::ended::Complaint;
use super::output::{Outputs, width};
use super::setup::Stopped;
use crate::setup::{self, Flow, Granted};
use crate::text::wrapped;
use crate::wire::Target;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How long to wait before asking again whether the person has confirmed the login.
const BETWEEN: Duration = Duration::from_secs(1);
/// How long to wait if the server did not answer that, or demands fewer requests.
const AFTER_TROUBLE: Duration = Duration::from_secs(4);

/// Where the app password goes.
pub(super) enum Keep {
    /// Into a new file that only its owner may read.
    File(PathBuf),
    /// Into the keyring of the system, by its command `secret-tool`.
    Keyring,
}

/// An app password, and where it is kept. It is revoked unless it is kept.
pub(super) struct AppPassword {
    pub(super) granted: Granted,
    target: Target,
    timeout: Duration,
    keep: Keep,
    is_stored: bool,
}

/// Lets the person log in in the browser.
pub(super) async fn log_in(
    outputs: &Outputs,
    typed: &str,
    target: &Target,
    timeout: Duration,
    keep: Keep,
    stop: &mut Stopped,
) -> Result<AppPassword, Complaint> {
    // Opened first, so that a failure shows before anything is granted.
    let file = match &keep {
        Keep::File(path) => Some(new_file(path)?),
        Keep::Keyring => None,
    };
    let confirmed = tokio::select! {
        granted = confirmed(outputs, typed, target, timeout) => granted,
        name = stop => Err(Complaint {
            exit: Exit::Incomplete,
            sentence: format!("{name} stopped the login; nothing was granted and nothing was changed"),
        }),
    };
    let granted = match confirmed {
        Ok(granted) => granted,
        Err(complaint) => {
            if let Keep::File(path) = &keep {
                remove(path);
            }
            return Err(complaint);
        }
    };
    let mut password = AppPassword {
        granted,
        target: target.clone(),
        timeout,
        keep,
        is_stored: false,
    };
    if let Err(complaint) = password.store(file) {
        return Err(password.take_back(complaint).await);
    }
    password.is_stored = true;
    Ok(password)
}

async fn confirmed(
    outputs: &Outputs,
    typed: &str,
    target: &Target,
    timeout: Duration,
) -> Result<Granted, Complaint> {
    let asker = setup::Live::new(target.clone(), timeout);
    let cloud = setup::cloud_at(typed, &asker)
        .await
        .map_err(|error| refused(&error))?;
    let flow = Flow::begin(target, &cloud, timeout)
        .await
        .map_err(|error| refused(&error))?;
    outputs.say("Log in on this page in any browser, for example on the phone:\n\n")?;
    outputs.say(&format!("  {}\n", crate::text::line(&flow.page)))?;
    if let Ok(code) = QrCode::new(flow.page.as_bytes()) {
        outputs.say(&format!("\n{}\n", code.render::<Dense1x2>().build()))?;
    }
    outputs.say("\nWaiting for you to confirm it there (Ctrl-C stops) …\n")?;
    polled(&flow).await
}

/// Polls until the person has confirmed, or the server has forgotten the login. A failure that may
/// pass does not end it: the person may need minutes, and the server may restart in them.
async fn polled(flow: &Flow) -> Result<Granted, Complaint> {
    let begun = Instant::now();
    loop {
        let trouble = match flow.poll().await {
            Ok(Some(granted)) => return Ok(granted),
            Ok(None) => None,
            Err(error) if error.may_pass() => Some(error),
            Err(error) => return Err(refused(&error)),
        };
        if begun.elapsed() >= setup::LIFETIME {
            return Err(trouble.map_or_else(late, |error| refused(&error)));
        }
        let pause = if trouble.is_some() {
            AFTER_TROUBLE
        } else {
            BETWEEN
        };
        tokio::time::sleep(pause).await;
    }
}

fn refused(error: &setup::LoginError) -> Complaint {
    Complaint {
        exit: Exit::Incomplete,
        sentence: error.to_string(),
    }
}

fn late() -> Complaint {
    Complaint {
        exit: Exit::Incomplete,
        sentence: "nobody confirmed the login within 20 minutes; run the same command again"
            .to_owned(),
    }
}

impl AppPassword {
    fn store(&self, file: Option<File>) -> Result<(), Complaint> {
        let password = self.granted.password.expose();
        let stored = match (&self.keep, file) {
            (Keep::File(path), Some(mut file)) => file
                .write_all(format!("{password}\n").as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| format!("failed to write `{}`: {error}", path.display())),
            (Keep::File(_), None) => Ok(()),
            (Keep::Keyring, _) => self.in_keyring(),
        };
        stored.map_err(|why| Complaint {
            exit: Exit::Incomplete,
            sentence: format!("failed to store the app password: {why}"),
        })
    }

    /// Passes the password to the keyring's command on standard input.
    fn in_keyring(&self) -> Result<(), String> {
        let host = self.target.base.host();
        let missing = |error: std::io::Error| format!("failed to start `secret-tool`: {error}");
        let mut command = std::process::Command::new("secret-tool")
            .args(["store", "--label", &format!("Threema Safe on {host}")])
            .args(self.attributes())
            .stdin(Stdio::piped())
            .spawn()
            .map_err(missing)?;
        if let Some(mut input) = command.stdin.take() {
            input
                .write_all(self.granted.password.expose().as_bytes())
                .map_err(|error| error.to_string())?;
        }
        let status = command.wait().map_err(|error| error.to_string())?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("`secret-tool` failed ({status})"))
        }
    }

    /// Returns what the keyring finds the password by.
    fn attributes(&self) -> [&str; 6] {
        let (host, user) = (self.target.base.host(), &self.granted.user);
        ["service", "safe-conformance", "host", host, "user", user]
    }

    /// Deletes the password from where it is kept.
    fn forget(&self) {
        match &self.keep {
            Keep::File(path) => remove(path),
            // An entry that this program did not store is of an earlier login, and stays.
            Keep::Keyring if !self.is_stored => {}
            Keep::Keyring => {
                // If this fails, the entry stays until the next login replaces it.
                let _ = std::process::Command::new("secret-tool")
                    .arg("clear")
                    .args(self.attributes())
                    .stdin(Stdio::null())
                    .status();
            }
        }
    }

    /// Returns a sentence that says where the app password is.
    pub(super) fn place(&self) -> String {
        let text = match &self.keep {
            Keep::File(path) => format!(
                "The app password is in `{}`; only you can read it. Type it in the app, then delete the file.",
                path.display()
            ),
            Keep::Keyring => format!(
                "The app password is in the keyring: `secret-tool lookup service safe-conformance host {} user {}` shows it.",
                self.target.base.host(),
                self.granted.user
            ),
        };
        wrapped(&text, 0, width())
    }

    /// Revokes the password after a failure, and deletes it from its file or from the keyring.
    pub(super) async fn take_back(self, complaint: Complaint) -> Complaint {
        let is_revoked = self.granted.revoke(&self.target, self.timeout).await;
        self.forget();
        let end = if is_revoked {
            "The app password was revoked."
        } else {
            "The app password could not be revoked; delete `Threema` in the web interface (Settings, Security, Devices & sessions)."
        };
        Complaint {
            exit: complaint.exit,
            sentence: format!("{}\n{end}", complaint.sentence),
        }
    }
}

/// Returns a new file that only its owner may read.
fn new_file(path: &Path) -> Result<File, Complaint> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        Complaint::usage(format!(
            "failed to create the file `{}` for the app password: {error}; name a new file with --save-password",
            path.display()
        ))
    })
}

/// Removes the file that this program created for the password.
fn remove(path: &Path) {
    // If this fails, the file stays, and only its owner can read it.
    let _ = std::fs::remove_file(path);
}
