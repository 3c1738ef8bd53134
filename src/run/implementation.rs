//! One checkup of an implementation of a client from beginning to end: plan, run, report.

use crate::adapter::{Limits, Peer, Processes};
use crate::clients::Release;
use crate::engine::waiver::Waivers;
use crate::engine::{self, Event, Options, Pattern, Plan, PlanError, Selection, Stop, StopReason};
use crate::report::{Interviewed, Report, Timing};
use crate::suites::client::{self, Interviewee, Like};
use crate::vectors::{self, File};
use jiff::civil::Date;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long a question that was asked may go on once the run is stopped.
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
#[non_exhaustive]
pub struct ClientCheckup {
    command: String,
    /// The release that counts where the published ones differ; without one, any of the newest.
    pub held_to: Option<Release>,
    /// Which vectors are asked.
    pub selection: Selection,
    /// What bounds the adapter.
    pub limits: Limits,
    /// How many adapters run at once.
    pub jobs: u16,
    /// How long the whole run may take.
    pub deadline: Duration,
    /// Whether vectors that take 1 GiB of memory are asked, too.
    pub large_memory: bool,
    /// Deviations that are accepted, and the day that counts.
    pub waivers: Option<(Waivers, Date)>,
    /// The switch that stops the run.
    pub stop: Stop,
    /// Takes what the adapter writes to standard error, line by line.
    pub tell: Option<crate::adapter::Tell>,
}

/// Why a checkup of an implementation could not begin.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientCheckupError {
    /// The choice of vectors makes no sense.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl ClientCheckup {
    /// A checkup with every vector of the adapter that `command`, run by a shell, starts.
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            held_to: None,
            selection: Selection::default(),
            limits: Limits::default(),
            jobs: 1,
            deadline: Duration::from_secs(600),
            large_memory: false,
            waivers: None,
            stop: Stop::default(),
            tell: None,
        }
    }

    /// Runs only what matches: an ID, its first segments, or a part in dots, `upload`. Several add
    /// up; what they need runs along.
    #[must_use]
    pub fn only(mut self, pattern: &str) -> Self {
        self.selection.only.push(Pattern::new(pattern));
        self
    }

    /// Leaves out what matches. `why` stands in the report.
    #[must_use]
    pub fn skip(mut self, pattern: &str, why: &str) -> Self {
        let pattern = Pattern::new(pattern);
        self.selection.skip.push((pattern, why.to_owned()));
        self
    }

    /// Where the published clients differ, this one's way counts: a release, or a client for its
    /// newest. Without it, any of the newest passes.
    #[must_use]
    pub fn held_to(mut self, release: impl Into<Release>) -> Self {
        self.held_to = Some(release.into());
        self
    }

    /// How many adapters run at once; 1 unless this is called.
    #[must_use]
    pub const fn jobs(mut self, jobs: u16) -> Self {
        self.jobs = jobs;
        self
    }

    /// How long the whole run may take; ten minutes unless this is called.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Accepts deviations.
    #[must_use]
    pub fn waiving(mut self, waivers: Waivers, today: Date) -> Self {
        self.waivers = Some((waivers, today));
        self
    }

    /// Makes the checkup.
    ///
    /// # Errors
    /// If the choice of vectors makes no sense.
    pub async fn run(self) -> Result<Report, ClientCheckupError> {
        self.run_with(|_| {}).await.map(|(report, _)| report)
    }

    /// Makes the checkup and reports every step. Also returns what the adapter wrote last to
    /// standard error.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub async fn run_with(
        mut self,
        events: impl FnMut(Event) + Send,
    ) -> Result<(Report, Vec<String>), ClientCheckupError> {
        if !self.large_memory {
            self.leave_out_large();
        }
        let like = self.held_to.map_or(Like::Anyone, Like::release);
        let plan = Plan::new(client::checks(like), &self.selection)?;
        let mut processes = Processes::new(self.command.clone(), self.jobs, self.limits);
        if let Some(tell) = self.tell {
            processes = processes.telling(tell);
        }
        let processes = Arc::new(processes);
        let alarm = tokio::spawn({
            let (stop, deadline) = (self.stop.clone(), self.deadline);
            async move {
                tokio::time::sleep(deadline).await;
                stop.pull(StopReason::Deadline(deadline.as_secs()));
            }
        });
        let options = Options {
            jobs: usize::from(self.jobs),
            grace: GRACE,
            stop: self.stop,
        };
        let peer: Arc<dyn Peer> = Arc::clone(&processes) as Arc<dyn Peer>;
        let subject = Arc::new(Interviewee::new(peer));
        let timing = Timing::now();
        let began = Instant::now();
        let mut run = engine::run(plan, subject, options, events).await;
        let timing = Timing {
            took: began.elapsed(),
            ..timing
        };
        alarm.abort();
        let stale = self.waivers.map_or_else(Vec::new, |(waivers, today)| {
            waivers.apply(&mut run.findings, today)
        });
        let (requests, bytes_sent) = processes.asked();
        let interviewed = Interviewed {
            target: self.command,
            hello: processes.introduced(),
            held_to: self.held_to,
            requests,
            bytes_sent,
        };
        let report = Report::on_implementation(interviewed, run, timing, stale);
        Ok((report, processes.last_words()))
    }

    fn leave_out_large(&mut self) {
        let large = vectors::all()
            .iter()
            .flat_map(File::vectors)
            .filter(|(_, vector)| vector.is_large());
        for (_, vector) in large {
            // A selection that names it alone asks for it.
            let mut only = self.selection.only.iter();
            let asked_for = only.any(|pattern| pattern.to_string() == vector.id);
            if !asked_for {
                let reason = "it takes 1 GiB of memory; --large-memory asks for it";
                let pattern = Pattern::new(vector.id.clone());
                self.selection.rare.push((pattern, reason.to_owned()));
            }
        }
    }
}
