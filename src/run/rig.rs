//! One run of a client on the rig, from beginning to end: server, cases, report.

use super::prepared::{LONGEST, OfClient, Prepared, Stopwatch, waive};
use crate::engine::{Event, Plan, PlanError};
use crate::report::{Interviewed, Report};
use crate::rig::{
    ByHand, Client as RigClient, Command, End, FromFunction, Play, RigError, Task, World,
};
use crate::suites::client::Like;
use crate::suites::client::rig::{self, Rigged};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// How long running clients may continue after the run is stopped.
const GRACE: Duration = Duration::from_secs(1);
/// How many cases run at once if no number is set.
pub(super) const JOBS: usize = 8;

/// A run of a client on the rig that is about to be made: a scripted server watches what the client
/// sends.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # mod my_client {
/// #     pub async fn backup(_: &str, _: &str, _: &str) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// use safe_conformance::Rig;
/// use safe_conformance::rig::{Action, End};
///
/// let report = Rig::new().only("rig.backup.first").run(|task| async move {
///     match task.known_action() {
///         Some(Action::Backup) => {
///             my_client::backup(&task.url, &task.threema_id, &task.password).await.into()
///         }
///         _ => End::Unsupported,
///     }
/// }).await?;
/// assert!(report.passed(), "{report}");
/// # Ok(())
/// # }
/// ```
pub type Rig = Prepared<OfClient<OnTheRig>>;

/// How long an action of a function may take if no time is set.
const ACTION: Duration = Duration::from_secs(120);

/// How the rig reaches a client.
#[derive(Default)]
pub struct OnTheRig {
    limit: Option<Duration>,
    folder: Option<PathBuf>,
    world: Option<Arc<World>>,
    address: Option<IpAddr>,
}

impl Default for Rig {
    fn default() -> Self {
        Self::new()
    }
}

/// Why a run on the rig was not possible.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RigRunError {
    /// The selection of cases is not valid.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The rig could not be set up.
    #[error(transparent)]
    Rig(#[from] RigError),
}

impl Rig {
    /// Returns every case, held to any published client.
    pub fn new() -> Self {
        Self::by(OnTheRig::default())
    }

    /// Keeps what the rig recorded in this folder, one folder for each case. Without it, the
    /// records are in a temporary folder, which is removed at the end.
    #[must_use]
    pub fn keeping(mut self, folder: impl Into<PathBuf>) -> Self {
        self.of.by.folder = Some(folder.into());
        self
    }

    /// Sets the person for whom the client acts, so that several runs can share one: each person
    /// needs two key derivations.
    #[must_use]
    pub fn acting_for(mut self, world: Arc<World>) -> Self {
        self.of.by.world = Some(world);
        self
    }

    /// Sets the address of this machine to listen on; loopback by default.
    #[must_use]
    pub const fn listening_on(mut self, address: IpAddr) -> Self {
        self.of.by.address = Some(address);
        self
    }

    /// Sets how long each action of a client that is a function may take; 120 s by default. What
    /// takes longer fails.
    #[must_use]
    pub const fn within(mut self, limit: Duration) -> Self {
        self.of.by.limit = Some(limit);
        self
    }

    /// Runs a client that is a function of a [`Task`].
    ///
    /// # Errors
    /// If the selection of cases is not valid, or the rig cannot be set up.
    pub async fn run<F, Fut>(self, client: F) -> Result<Report, RigRunError>
    where
        F: Fn(Task) -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: Into<End>,
    {
        let limit = self.of.by.limit.unwrap_or(ACTION);
        let client = Arc::new(FromFunction::new(client, limit));
        self.run_client("a function", client, |_| Ok(()), |_| {})
            .await
    }

    /// Runs a client that is a command, as `safe-conformance rig --exec` does. Each action may take
    /// `timeout`.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub async fn run_command(
        self,
        command: &str,
        timeout: Duration,
        events: impl FnMut(Event) + Send,
    ) -> Result<Report, RigRunError> {
        let client = Arc::new(Command::new(command, timeout));
        self.run_client(command, client, |_| Ok(()), events).await
    }

    /// Runs a client that a person operates. `begun` is called when the server listens, before the
    /// first action; the cases run one after the other.
    ///
    /// # Errors
    /// As for [`run`](Self::run), or if `begun` fails.
    pub async fn run_by_hand(
        mut self,
        client: ByHand,
        begun: impl FnOnce(&Play) -> Result<(), RigError> + Send,
        events: impl FnMut(Event) + Send,
    ) -> Result<Report, RigRunError> {
        self.choices.jobs = Some(1);
        self.run_client("by hand", Arc::new(client), begun, events)
            .await
    }

    async fn run_client(
        self,
        name: &str,
        client: Arc<dyn RigClient>,
        begun: impl FnOnce(&Play) -> Result<(), RigError> + Send,
        events: impl FnMut(Event) + Send,
    ) -> Result<Report, RigRunError> {
        let (choices, OfClient { by, held_to }) = (self.choices, self.of);
        let like = held_to.map_or(Like::Anyone, Like::release);
        let checks = Plan::new(rig::checks(like), &choices.selection)?;
        let world = match by.world {
            Some(world) => world,
            None => new_world().await?,
        };
        let kept = by.folder.is_some();
        let folder = match by.folder {
            Some(folder) => folder,
            None => temporary_folder()?,
        };
        let address = by.address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let play = Play::on(address, client, world, &folder).await;
        let play = play.and_then(|play| begun(&play).map(|()| play));
        let play = Arc::new(play.inspect_err(|_| clear(kept, &folder))?);
        let subject = Arc::new(Rigged::new(Arc::clone(&play)));
        let alarm = choices.alarm(LONGEST);
        let clock = Stopwatch::start();
        let mut run = choices
            .carry_out(checks, subject, (JOBS, GRACE), alarm, events)
            .await;
        let timing = clock.stop();
        rig::take_back_unsupported(&mut run.findings);
        play.stop().await;
        clear(kept, &folder);
        let stale = waive(choices.waivers, &mut run);
        let interviewed = Interviewed {
            target: name.to_owned(),
            hello: None,
            held_to,
            requests: play.requests(),
            bytes_sent: 0,
        };
        Ok(Report::on_implementation(interviewed, run, timing, stale))
    }
}

async fn new_world() -> Result<Arc<World>, RigError> {
    match tokio::task::spawn_blocking(World::new).await {
        Ok(world) => Ok(Arc::new(world?)),
        Err(error) => Err(RigError::Server(std::io::Error::other(error))),
    }
}

/// Returns a new folder that only this user can read: it holds the passwords of the invented
/// person.
fn temporary_folder() -> Result<PathBuf, RigError> {
    let number = getrandom::u64()?;
    let folder = std::env::temp_dir().join(format!("safe-conformance-rig-{number:016x}"));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&folder) {
        Ok(()) => Ok(folder),
        Err(error) => Err(RigError::Folder { folder, error }),
    }
}

fn clear(kept: bool, folder: &Path) {
    if !kept {
        // If the folder cannot be removed, it stays among the temporary files.
        let _ = std::fs::remove_dir_all(folder);
    }
}
