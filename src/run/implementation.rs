//! One checkup of an implementation of a client, from beginning to end: plan, run, report.

use super::prepared::{LONGEST, OfClient, Prepared, Stopwatch, waive};
use crate::adapter::{Limits, Peer, Processes, Tell};
use crate::engine::{Event, Pattern, Plan, PlanError, Selection};
use crate::report::{Interviewed, Report};
use crate::suites::client::{self, Interviewee, Like};
use crate::vectors::{self, File};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// How long an open question may continue after the run is stopped.
const GRACE: Duration = Duration::from_millis(500);

/// A checkup of an implementation that is about to be made: its adapter is a command that speaks
/// the line protocol.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use safe_conformance::ClientCheckup;
///
/// let report = ClientCheckup::new("python3 my_adapter.py").run().await?;
/// assert!(report.passed(), "{report}");
/// # Ok(())
/// # }
/// ```
pub type ClientCheckup = Prepared<OfClient<Adapter>>;

/// The adapter of a checkup.
pub struct Adapter {
    command: String,
    limits: Limits,
    large_memory: bool,
    tell: Option<Tell>,
}

/// Why a checkup of an implementation could not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientCheckupError {
    /// The selection of vectors is not valid.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl ClientCheckup {
    /// Returns a checkup with every vector of the adapter that `command`, run by a shell, starts.
    pub fn new(command: impl Into<String>) -> Self {
        Self::by(Adapter {
            command: command.into(),
            limits: Limits::default(),
            large_memory: false,
            tell: None,
        })
    }

    /// Sets the limits of the adapter; the default is those of `client` without options.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.of.by.limits = limits;
        self
    }

    /// Also asks the vectors that need 1 GiB of memory.
    #[must_use]
    pub const fn large_memory(mut self) -> Self {
        self.of.by.large_memory = true;
        self
    }

    /// Passes each line that the adapter writes to standard error to a function.
    #[must_use]
    pub fn telling(mut self, tell: Tell) -> Self {
        self.of.by.tell = Some(tell);
        self
    }

    /// Runs the checkup.
    ///
    /// # Errors
    /// If the selection of vectors is not valid.
    pub async fn run(self) -> Result<Report, ClientCheckupError> {
        self.run_with(|_| {}).await.map(|(report, _)| report)
    }

    /// Runs the checkup and reports every step. Also returns what the adapter last wrote to
    /// standard error.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub async fn run_with(
        self,
        events: impl FnMut(Event) + Send,
    ) -> Result<(Report, Vec<String>), ClientCheckupError> {
        let (mut choices, OfClient { by, held_to }) = (self.choices, self.of);
        if !by.large_memory {
            leave_out_large(&mut choices.selection);
        }
        let like = held_to.map_or(Like::Anyone, Like::release);
        let plan = Plan::new(client::checks(like), &choices.selection)?;
        let jobs = choices.jobs.unwrap_or(1);
        let mut processes = Processes::new(by.command.clone(), jobs, by.limits);
        if let Some(tell) = by.tell {
            processes = processes.telling(tell);
        }
        let processes = Arc::new(processes);
        let peer: Arc<dyn Peer> = Arc::clone(&processes) as Arc<dyn Peer>;
        let subject = Arc::new(Interviewee::new(peer));
        let alarm = choices.alarm(LONGEST);
        let clock = Stopwatch::start();
        let mut run = choices
            .carry_out(plan, subject, (jobs, GRACE), alarm, events)
            .await;
        let timing = clock.stop();
        let stale = waive(choices.waivers, &mut run);
        let (requests, bytes_sent) = processes.asked();
        let interviewed = Interviewed {
            target: by.command,
            hello: processes.introduced(),
            held_to,
            requests,
            bytes_sent,
        };
        let report = Report::on_implementation(interviewed, run, timing, stale);
        Ok((report, processes.last_words()))
    }
}

/// Leaves out the vectors that need much memory, except those that are selected by name.
fn leave_out_large(selection: &mut Selection) {
    let large = vectors::all()
        .iter()
        .flat_map(File::vectors)
        .filter(|(_, vector)| vector.is_large());
    for (_, vector) in large {
        let mut only = selection.only.iter();
        let asked_for = only.any(|pattern| pattern.to_string() == vector.id);
        if !asked_for {
            let reason = "it needs 1 GiB of memory; use --large-memory to run it";
            let pattern = Pattern::new(vector.id.clone());
            selection.rare.push((pattern, reason.to_owned()));
        }
    }
}
