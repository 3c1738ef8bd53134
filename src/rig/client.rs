//! The client under test: a command, or a function.

use super::case::Action;
use super::site::Site;
use crate::engine::BoxFuture;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One action for a client, with everything that it needs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// The case: `rig.backup.first`.
    pub case: String,
    /// The action.
    pub action: String,
    /// The base URL of the server.
    pub url: String,
    /// The root certificate to trust, as PEM.
    pub ca: String,
    /// The file that holds the certificate.
    pub ca_file: PathBuf,
    /// The folder of the case. It holds `document.json`, which is to be backed up; a client that
    /// restores may write the result to `restored.json`. It stays the same for all actions of a
    /// case.
    pub folder: PathBuf,
    /// The Threema ID.
    pub threema_id: String,
    /// The Safe password.
    pub password: String,
    /// The password to change to.
    pub new_password: String,
    /// The user of the server; empty if it needs no login.
    pub user: String,
    /// The password of that user.
    pub server_password: String,
    /// What the rig receives during the action.
    pub traffic: Traffic,
}

/// What a case has received so far, for a client that a person drives.
#[derive(Clone)]
pub struct Traffic(pub(super) Arc<Site>);

impl Traffic {
    /// Returns how many requests and connections the case has received in all its actions.
    pub fn count(&self) -> u64 {
        self.0.traffic().0 + self.0.connections.load(Ordering::Relaxed)
    }

    /// Returns how long ago the last request came.
    pub fn quiet_for(&self) -> Option<Duration> {
        let (_, last) = self.0.traffic();
        last.map(|last| self.0.elapsed().saturating_sub(last))
    }

    /// Returns the status of the last answer to the decisive request of the current action; 0 if
    /// the connection was closed instead.
    pub fn decisive(&self, action: Action) -> Option<u16> {
        let (method, of_config) = match action {
            Action::Test => ("GET", true),
            Action::Backup => ("PUT", false),
            Action::Restore => ("GET", false),
            Action::Delete | Action::ChangePassword => ("DELETE", false),
        };
        self.0.last_status(method, of_config)
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Traffic({})", self.0.case)
    }
}

impl Task {
    /// Returns the action; `None` for the invented one.
    pub fn known_action(&self) -> Option<Action> {
        self.action.parse().ok()
    }

    /// Returns the environment variables that pass the task to a command.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SAFE_RIG_URL", self.url.clone()),
            ("SAFE_RIG_CASE", self.case.clone()),
            ("SAFE_RIG_ACTION", self.action.clone()),
            ("SAFE_RIG_CA", self.ca_file.display().to_string()),
            ("SAFE_RIG_DIR", self.folder.display().to_string()),
            ("SAFE_RIG_ID", self.threema_id.clone()),
            ("SAFE_RIG_PASSWORD", self.password.clone()),
            ("SAFE_RIG_NEW_PASSWORD", self.new_password.clone()),
            ("SAFE_RIG_USER", self.user.clone()),
            ("SAFE_RIG_SERVER_PASSWORD", self.server_password.clone()),
        ]
    }
}

/// How a client ended an action.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum End {
    /// It reports success.
    Done,
    /// It reports failure.
    Failed,
    /// It did something, but the result was not reported.
    NotSaid,
    /// It does not support this action.
    Unsupported,
    /// It failed to start, crashed or exceeded its time; the string says which.
    Broke(String),
}

impl<E> From<Result<(), E>> for End {
    fn from(result: Result<(), E>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(_) => Self::Failed,
        }
    }
}

/// A client under test.
pub trait Client: Send + Sync + 'static {
    /// Carries out a task.
    fn act(&self, task: Task) -> BoxFuture<'_, End>;

    /// Returns whether it backs up its own data instead of the task's `document.json`, as a
    /// phone does.
    fn has_own_data(&self) -> bool {
        false
    }
}
