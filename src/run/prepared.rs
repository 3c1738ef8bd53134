//! What runs of every kind have in common: the selected checks, how many run at once, the deadline,
//! the waivers, and the switch that stops the run.

use crate::clients::Release;
use crate::engine::waiver::Waivers;
use crate::engine::{
    self, Context, Event, Options, Plan, Run, Selection, Stop, StopReason, Subject,
};
use crate::report::Timing;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a run of a client may take if no deadline is set.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// A run that is about to be made: [`Checkup`](crate::Checkup) of a server,
/// [`ClientCheckup`](crate::ClientCheckup) of an adapter, `Rig` of a client.
pub struct Prepared<S> {
    pub(super) of: S,
    pub(super) choices: Choices,
}

/// The settings that all kinds of runs share.
#[derive(Default)]
pub(super) struct Choices {
    pub(super) selection: Selection,
    pub(super) jobs: Option<usize>,
    pub(super) deadline: Option<Duration>,
    pub(super) waivers: Option<Waivers>,
    pub(super) stop: Stop,
}

/// The settings of a run of a client: how it is reached, and the release that it is compared with.
pub struct OfClient<S> {
    pub(super) by: S,
    pub(super) held_to: Option<Release>,
}

impl<S> Prepared<S> {
    pub(super) fn of(of: S) -> Self {
        Self {
            of,
            choices: Choices::default(),
        }
    }

    /// Runs only what matches: an ID, or its first segments between dots, such as `upload`. Several
    /// calls add up; the checks that the selected ones need also run.
    #[must_use]
    pub fn only(mut self, pattern: &str) -> Self {
        self.choices.selection.choose(pattern);
        self
    }

    /// Leaves out what matches. The report shows `why`.
    #[must_use]
    pub fn skip(mut self, pattern: &str, why: &str) -> Self {
        self.choices.selection.leave_out(pattern, why);
        self
    }

    /// Replaces the selection made so far.
    #[must_use]
    pub fn selecting(mut self, selection: Selection) -> Self {
        self.choices.selection = selection;
        self
    }

    /// Sets how many checks run at once. The default is 16 on a server, one adapter, and 8 cases of
    /// the rig.
    #[must_use]
    pub const fn jobs(mut self, jobs: usize) -> Self {
        self.choices.jobs = Some(jobs);
        self
    }

    /// Sets how long the whole run may take. The default is ten minutes for a client; for a server
    /// three, and more if it answers slowly.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.choices.deadline = Some(deadline);
        self
    }

    /// Accepts the deviations that waivers name.
    #[must_use]
    pub fn waiving(mut self, waivers: Waivers) -> Self {
        self.choices.waivers = Some(waivers);
        self
    }

    /// Returns the switch that stops the run: the run then ends early, cleans up and reports.
    pub fn stop(&self) -> Stop {
        self.choices.stop.clone()
    }
}

impl<S> Prepared<OfClient<S>> {
    pub(super) fn by(by: S) -> Self {
        Self::of(OfClient { by, held_to: None })
    }

    /// Sets the release whose behaviour counts where the published clients differ; a client stands
    /// for its newest release. Without this setting, the behaviour of any newest release passes.
    #[must_use]
    pub fn held_to(mut self, release: impl Into<Release>) -> Self {
        self.of.held_to = Some(release.into());
        self
    }
}

impl Choices {
    /// Carries out a plan; `alarm` stops it at the deadline.
    pub(super) async fn carry_out<C: Context>(
        &self,
        plan: Plan<C>,
        subject: Arc<dyn Subject<C>>,
        (jobs, grace): (usize, Duration),
        alarm: impl Future<Output = ()> + Send + 'static,
        events: impl FnMut(Event) + Send,
    ) -> Run {
        let options = Options {
            jobs: self.jobs.unwrap_or(jobs),
            grace,
            stop: self.stop.clone(),
        };
        let alarm = tokio::spawn(alarm);
        let run = engine::run(plan, subject, options, events).await;
        alarm.abort();
        run
    }

    /// Stops the run after its deadline, or after `otherwise` if no deadline is set.
    pub(super) fn alarm(&self, otherwise: Duration) -> impl Future<Output = ()> + use<> {
        let (stop, deadline) = (self.stop.clone(), self.deadline.unwrap_or(otherwise));
        async move {
            tokio::time::sleep(deadline).await;
            stop.pull(StopReason::Deadline(deadline.as_secs()));
        }
    }
}

/// Measures the time of a run.
pub(super) struct Stopwatch {
    timing: Timing,
    began: Instant,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            timing: Timing::now(),
            began: Instant::now(),
        }
    }

    pub(super) fn stop(self) -> Timing {
        Timing {
            took: self.began.elapsed(),
            ..self.timing
        }
    }
}

/// Applies waivers to the findings. Returns a sentence for each stale waiver.
pub(super) fn waive(waivers: Option<Waivers>, run: &mut Run) -> Vec<String> {
    waivers.map_or_else(Vec::new, |waivers| waivers.apply(&mut run.findings))
}
