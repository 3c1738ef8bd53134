//! A client that a person drives: the rig shows each action and continues when the traffic shows
//! that it was done.

use super::case::Action;
use super::client::{Client, End, Task};
use crate::engine::BoxFuture;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;

/// How long no request may come before an action counts as over.
const QUIET: Duration = Duration::from_secs(3);
/// How often the traffic is looked at.
const STEP: Duration = Duration::from_millis(100);

/// What the person reports about an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Said {
    /// The app reported success.
    Done,
    /// The app reported a failure.
    Failed,
    /// Leave this action out.
    LeaveOut,
}

/// The next action for the person.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// The case.
    pub case: String,
    /// The action.
    pub action: Action,
    /// The base URL.
    pub url: String,
    /// The user of the server; empty if it needs no login.
    pub user: String,
    /// The password of that user.
    pub server_password: String,
}

/// A client that a person drives.
pub struct ByHand {
    show: Box<dyn Fn(&Step) + Send + Sync>,
    said: Mutex<Option<UnboundedReceiver<Said>>>,
    wait: Duration,
}

impl ByHand {
    /// Returns a client that shows each action through `show`. The person's reports come through
    /// `said`, if there is an input; an action without traffic for `wait` is left out.
    pub fn new(
        show: impl Fn(&Step) + Send + Sync + 'static,
        said: Option<UnboundedReceiver<Said>>,
        wait: Duration,
    ) -> Self {
        Self {
            show: Box::new(show),
            said: Mutex::new(said),
            wait,
        }
    }

    fn said(&self) -> Option<Said> {
        let mut said = self.said.lock().ok()?;
        said.as_mut()?.try_recv().ok()
    }

    async fn watch(&self, task: &Task, action: Action) -> End {
        (self.show)(&Step {
            case: task.case.clone(),
            action,
            url: task.url.clone(),
            user: task.user.clone(),
            server_password: task.server_password.clone(),
        });
        // Earlier reports belong to another action.
        while self.said().is_some() {}
        let began = Instant::now();
        let (mut count, mut changed) = (task.traffic.count(), None);
        loop {
            match self.said() {
                Some(Said::Done) => return End::Done,
                Some(Said::Failed) => return End::Failed,
                Some(Said::LeaveOut) => return End::Unsupported,
                None => {}
            }
            let now = task.traffic.count();
            if now != count {
                (count, changed) = (now, Some(Instant::now()));
            }
            if changed.is_some_and(|changed| changed.elapsed() >= QUIET) && is_over(task, action) {
                return End::NotSaid;
            }
            if began.elapsed() >= self.wait {
                return if changed.is_some() {
                    End::NotSaid
                } else {
                    End::Unsupported
                };
            }
            tokio::time::sleep(STEP).await;
        }
    }
}

/// Returns whether the decisive request was answered, or cannot be: no request gets past a bad
/// certificate.
fn is_over(task: &Task, action: Action) -> bool {
    let answered = |status: u16| status != 401;
    task.traffic.decisive(action).is_some_and(answered)
        || task.traffic.quiet_for().is_none()
        || task.traffic.quiet_for() >= Some(2 * QUIET)
}

impl Client for ByHand {
    fn act(&self, task: Task) -> BoxFuture<'_, End> {
        Box::pin(async move {
            match task.known_action() {
                Some(action) => self.watch(&task, action).await,
                None => End::Unsupported,
            }
        })
    }

    fn has_own_data(&self) -> bool {
        true
    }
}
