//! A client that is a command, run once per action with the task in its environment.

use super::client::{Client, End, Task};
use crate::adapter::{Group, shell};
use crate::engine::BoxFuture;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

/// The exit code of a command that does not support an action. Source: `BoringSSL`'s `BoGo` uses 89
/// for it; shells use 127 for a missing command, which must not count as support either.
const UNSUPPORTED: i32 = 127;

/// A client that is a command: `sh -c COMMAND`. Exit code 0 is success, 1 a failure that the client
/// reports, 127 an unsupported action; anything else is a crash. It runs in the current folder of
/// this process, so a relative path names the same program as in a shell.
pub struct Command {
    command: String,
    timeout: Duration,
}

impl Command {
    /// Returns the client that `command` starts. After `timeout`, an action is killed together with
    /// every process that it started.
    pub fn new(command: impl Into<String>, timeout: Duration) -> Self {
        Self {
            command: command.into(),
            timeout,
        }
    }

    async fn run(&self, task: &Task) -> End {
        let output = std::fs::File::options()
            .create(true)
            .append(true)
            .open(task.folder.join("output.txt"));
        let streams = output.and_then(|file| Ok((file.try_clone()?, file)));
        let (out, errors) = match streams {
            Ok(streams) => streams,
            Err(error) => return End::Broke(format!("failed to write `output.txt`: {error}")),
        };
        let mut command = shell(&self.command);
        command
            .envs(task.environment())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(errors)
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return End::Broke(format!("failed to start the command: {error}")),
        };
        let mut group = Group::of(&child);
        let ended = tokio::time::timeout(self.timeout, child.wait()).await;
        group.kill();
        match ended {
            Ok(Ok(status)) => end_of(status),
            Ok(Err(error)) => End::Broke(format!("failed to wait for the command: {error}")),
            Err(_) => End::Broke(format!(
                "the command did not end within {} s",
                self.timeout.as_secs()
            )),
        }
    }
}

fn end_of(status: ExitStatus) -> End {
    match status.code() {
        Some(0) => End::Done,
        Some(1) => End::Failed,
        Some(UNSUPPORTED) => End::Unsupported,
        Some(code) => End::Broke(format!(
            "the command ended with exit code {code}; expected 0 (done), 1 (failed) or 127 (unsupported)"
        )),
        None => End::Broke("the command was killed by a signal".to_owned()),
    }
}

impl Client for Command {
    fn act(&self, task: Task) -> BoxFuture<'_, End> {
        Box::pin(async move { self.run(&task).await })
    }
}
