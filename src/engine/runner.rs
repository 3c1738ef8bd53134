//! Runs a plan: dependencies, concurrency where effects allow it, one event for every step.

use super::check::{Check, Context, Facet, Outcome};
use super::finding::Finding;
use super::plan::{Fate, Plan};
use super::stop::{Stop, StopReason};
use crate::engine::{Because, Blocker, Breakage, Effect, Verdict};
use crate::safe::Clients;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

/// The target of a suite, which makes the context of each check.
pub trait Subject<C: Context>: Send + Sync {
    /// Returns the context for one check in one variant.
    fn context(&self, check: &'static Check<C>, variant: C::Facet) -> C;

    /// Returns why this check was left unfinished in the recorded run that is judged again, if it
    /// was.
    fn left_unfinished(&self, check: &'static Check<C>, variant: C::Facet) -> Option<String> {
        let _ = (check, variant);
        None
    }
}

/// How a plan is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The largest number of checks that run at once.
    pub jobs: usize,
    /// How long running checks may take to end after the run is stopped.
    pub grace: Duration,
    /// The switch that stops the run.
    pub stop: Stop,
}

/// One step of a run, in order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The run begins and will have this many findings.
    Started {
        /// Findings to come.
        total: usize,
    },
    /// A check begins.
    CheckStarted {
        /// Its name, with the variant.
        name: String,
    },
    /// A check has ended.
    CheckFinished(Box<Finding>),
}

/// The result of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Run {
    /// One finding for every check and variant, in the order of the plan.
    pub findings: Vec<Finding>,
    /// Why the run was stopped before its end, if it was.
    pub stopped: Option<StopReason>,
}

/// The position of one check and variant in the plan: (check, variant).
type Slot = (usize, usize);

/// Runs `plan` against `subject`. Every check of the plan gets a finding for each of its variants.
pub async fn run<C: Context>(
    plan: Plan<C>,
    subject: Arc<dyn Subject<C>>,
    options: Options,
    mut events: impl FnMut(Event) + Send,
) -> Run {
    events(Event::Started { total: plan.len() });
    let mut runner = Runner {
        waiting: slots(&plan).collect(),
        has_its_needs: HashSet::new(),
        unfinished: unfinished(&plan),
        places: places(&plan),
        plan,
        subject,
        running: JoinSet::new(),
        slots: HashMap::new(),
        findings: BTreeMap::new(),
        options,
        events: &mut events,
    };
    runner.settle_disabled();
    let stopped = runner.drive().await;
    Run {
        findings: runner.findings.into_values().collect(),
        stopped,
    }
}

fn slots<C: Context>(plan: &Plan<C>) -> impl Iterator<Item = Slot> + use<C> {
    let widths: Vec<usize> = plan
        .checks
        .iter()
        .map(|(check, _)| check.variants.len())
        .collect();
    widths
        .into_iter()
        .enumerate()
        .flat_map(|(check, width)| (0..width).map(move |variant| (check, variant)))
}

/// Returns how many findings of each phase are to come.
fn unfinished<C: Context>(plan: &Plan<C>) -> BTreeMap<Effect, usize> {
    let mut counts = BTreeMap::new();
    for (check, _) in &plan.checks {
        *counts.entry(check.effect).or_default() += check.variants.len();
    }
    counts
}

/// Returns the place of each check in the plan, by its ID.
fn places<C: Context>(plan: &Plan<C>) -> HashMap<&'static str, usize> {
    let ids = plan.checks.iter().map(|(check, _)| check.id);
    ids.zip(0..).collect()
}

struct Runner<'e, C: Context> {
    plan: Plan<C>,
    places: HashMap<&'static str, usize>,
    subject: Arc<dyn Subject<C>>,
    waiting: Vec<Slot>,
    /// Those of which everything that they need has ended well: a finding never changes.
    has_its_needs: HashSet<Slot>,
    unfinished: BTreeMap<Effect, usize>,
    running: JoinSet<(Outcome, Duration)>,
    slots: HashMap<Id, (Slot, Instant)>,
    findings: BTreeMap<Slot, Finding>,
    options: Options,
    events: &'e mut (dyn FnMut(Event) + Send),
}

/// Whether a check can start.
enum Readiness {
    Ready,
    NotYet,
    Never(Outcome),
}

impl<C: Context> Runner<'_, C> {
    fn check(&self, slot: Slot) -> (&'static Check<C>, C::Facet) {
        let check = self.plan.checks[slot.0].0;
        (check, check.variants[slot.1])
    }

    fn settle(&mut self, slot: Slot, mut finding: Finding) {
        let (check, fate) = &self.plan.checks[slot.0];
        finding.selected = *fate == Fate::Selected;
        if let Some(count) = self.unfinished.get_mut(&check.effect) {
            *count -= 1;
        }
        (self.events)(Event::CheckFinished(Box::new(finding.clone())));
        self.findings.insert(slot, finding);
    }

    fn settle_disabled(&mut self) {
        for slot in std::mem::take(&mut self.waiting) {
            match &self.plan.checks[slot.0].1 {
                Fate::Selected | Fate::Needed => self.waiting.push(slot),
                Fate::Disabled(because, reason) => {
                    let (check, variant) = self.check(slot);
                    let why = (because.clone(), reason.clone());
                    self.settle(slot, Finding::disabled(check, variant, why));
                }
            }
        }
    }

    /// Runs until all checks have ended or the run is stopped.
    async fn drive(&mut self) -> Option<StopReason> {
        let stop = self.options.stop.clone();
        loop {
            self.start_ready();
            if self.running.is_empty() {
                self.settle_stuck();
                return None;
            }
            tokio::select! {
                biased;
                reason = stop.pulled() => {
                    self.wind_down(&reason).await;
                    return Some(reason);
                }
                Some(ended) = self.running.join_next_with_id() => self.collect(ended),
            }
        }
    }

    /// Settles what still waits although nothing runs: a plan refuses such checks, so that none is
    /// left but by a defect of this runner, which must not wait for ever.
    fn settle_stuck(&mut self) {
        for slot in std::mem::take(&mut self.waiting) {
            let (check, variant) = self.check(slot);
            let why = Outcome::error(
                Breakage::Harness,
                "it waits for a check that waits for it; please report this".to_owned(),
            );
            self.settle(slot, Finding::new(check, variant, why, Duration::ZERO));
        }
    }

    /// Gives running checks some time to end, then aborts them, and records why the rest did not
    /// run.
    async fn wind_down(&mut self, reason: &StopReason) {
        let end = Instant::now() + self.options.grace;
        while let Ok(Some(ended)) =
            tokio::time::timeout_at(end, self.running.join_next_with_id()).await
        {
            self.collect(ended);
        }
        self.running.abort_all();
        while let Some(ended) = self.running.join_next_with_id().await {
            match ended {
                Err(error) if error.is_cancelled() => {
                    if let Some((slot, _)) = self.slots.remove(&error.id()) {
                        self.waiting.push(slot);
                    }
                }
                ended => self.collect(ended),
            }
        }
        for slot in std::mem::take(&mut self.waiting) {
            let (check, variant) = self.check(slot);
            let why = Outcome::error(
                Breakage::Stopped,
                format!("the run was stopped before this was judged: {reason}"),
            );
            self.settle(slot, Finding::new(check, variant, why, Duration::ZERO));
        }
    }

    fn start_ready(&mut self) {
        loop {
            let mut progressed = false;
            for slot in std::mem::take(&mut self.waiting) {
                match self.readiness(slot) {
                    Readiness::Ready => self.start(slot),
                    Readiness::NotYet => self.waiting.push(slot),
                    Readiness::Never(outcome) => {
                        let (check, variant) = self.check(slot);
                        self.settle(slot, Finding::new(check, variant, outcome, Duration::ZERO));
                        progressed = true;
                    }
                }
            }
            if !progressed {
                return;
            }
        }
    }

    fn start(&mut self, slot: Slot) {
        let (check, variant) = self.check(slot);
        (self.events)(Event::CheckStarted {
            name: check.name_of(variant),
        });
        let context = self.subject.context(check, variant);
        let handle = self.running.spawn(async move {
            let began = Instant::now();
            let outcome = (check.run)(&context).await;
            let took = began.elapsed();
            context.teardown().await;
            (outcome, took)
        });
        self.slots.insert(handle.id(), (slot, Instant::now()));
    }

    fn collect(&mut self, ended: Result<(Id, (Outcome, Duration)), tokio::task::JoinError>) {
        let (id, outcome, took) = match ended {
            Ok((id, (outcome, took))) => (id, outcome, Some(took)),
            Err(error) => {
                let why = if error.is_panic() {
                    "the check crashed"
                } else {
                    "the check was aborted"
                };
                (
                    error.id(),
                    Outcome::error(Breakage::Crashed, format!("{why}; please report this")),
                    None,
                )
            }
        };
        if let Some((slot, began)) = self.slots.remove(&id) {
            let (check, variant) = self.check(slot);
            let took = took.unwrap_or_else(|| began.elapsed());
            self.settle(slot, Finding::new(check, variant, outcome, took));
        }
    }

    fn readiness(&mut self, slot: Slot) -> Readiness {
        let (check, variant) = self.check(slot);
        if !self.has_its_needs.contains(&slot) {
            if let Some(reason) = self.subject.left_unfinished(check, variant) {
                return Readiness::Never(Outcome::error(Breakage::Stopped, reason));
            }
            for need in check.needs {
                match self.need(need, check, variant) {
                    Readiness::Ready => {}
                    other => return other,
                }
            }
            self.has_its_needs.insert(slot);
        }
        let must_wait = match check.effect {
            Effect::Reads | Effect::WritesOwnBackup => {
                self.running.len() >= self.options.jobs.max(1)
            }
            Effect::MayLockOut => self.awaits(check.effect) || !self.running.is_empty(),
            Effect::LooksBack => self.awaits(check.effect),
        };
        if must_wait {
            Readiness::NotYet
        } else {
            Readiness::Ready
        }
    }

    /// Returns whether a check for which those with `effect` wait has no finding yet.
    fn awaits(&self, effect: Effect) -> bool {
        let mut unfinished = self.unfinished.iter();
        unfinished.any(|(other, count)| *count > 0 && effect.waits_for(*other))
    }

    /// Returns whether `check` can start with regard to the check `need`.
    fn need(&self, need: &str, check: &Check<C>, variant: C::Facet) -> Readiness {
        let Some(&place) = self.places.get(need) else {
            let reason = format!("the check `{need}` does not exist");
            return Readiness::Never(Outcome::error(Breakage::Harness, reason));
        };
        // A skipped check counts as passed, but what it needs must still pass.
        if matches!(self.plan.checks[place].1, Fate::Disabled(..)) {
            let beyond = self.plan.checks[place].0.needs.iter();
            return beyond
                .clone()
                .map(|need| self.need(need, check, variant))
                .find(|readiness| !matches!(readiness, Readiness::Ready))
                .unwrap_or(Readiness::Ready);
        }
        let mine = check.clients_of(variant);
        let (concerned, spoken_for) = concerned(self.plan.checks[place].0, variant, mine);
        let findings: Option<Vec<_>> = concerned
            .into_iter()
            .map(|index| self.findings.get(&(place, index)))
            .collect();
        let Some(findings) = findings else {
            return Readiness::NotYet;
        };
        let serves = |finding: &Finding| match finding.verdict {
            Verdict::Pass | Verdict::Note | Verdict::Warn => true,
            // A failure that names no client affects all of them.
            Verdict::Fail => {
                spoken_for
                    && !finding.clients.is_empty()
                    && finding.affects().within(mine).is_empty()
            }
            Verdict::NotApplicable | Verdict::Disabled | Verdict::Blocked | Verdict::Error => false,
        };
        if findings.iter().any(|finding| serves(finding)) {
            return Readiness::Ready;
        }
        // A check that does not apply blocks nothing, but it does not replace a failed one either.
        match findings
            .iter()
            .find(|finding| finding.verdict != Verdict::NotApplicable)
        {
            Some(worst) => hindrance(worst),
            None => Readiness::Ready,
        }
    }
}

/// Returns the variants of `needed` that count for `variant`, which covers the clients `mine`, and
/// whether any of them covers those clients.
///
/// If `needed` ran in the same variant, only that one counts; else those that cover the same
/// clients; and if none does, all of them.
fn concerned<C: Context>(
    needed: &Check<C>,
    variant: C::Facet,
    mine: Clients,
) -> (Vec<usize>, bool) {
    if let Some(same) = needed
        .variants
        .iter()
        .position(|other| other.label() == variant.label())
    {
        return (vec![same], !mine.is_empty());
    }
    let all = 0..needed.variants.len();
    let speaking: Vec<_> = all
        .clone()
        .filter(|index| {
            !needed
                .clients_of(needed.variants[*index])
                .within(mine)
                .is_empty()
        })
        .collect();
    if speaking.is_empty() {
        (all.collect(), false)
    } else {
        (speaking, true)
    }
}

/// Returns the state of a check whose need has the finding `worst`.
fn hindrance(worst: &Finding) -> Readiness {
    let what = match (worst.verdict, &worst.because) {
        (Verdict::Fail, _) => "failed",
        // The first cause says more than the checks that follow from it.
        (Verdict::Blocked, Some(Because::Blocked(by @ Blocker::Check { .. }))) => {
            let outcome = Outcome::blocked_by(by.clone(), worst.observed.clone());
            return Readiness::Never(outcome);
        }
        (Verdict::Blocked, _) => "could not be judged",
        _ => "could not be carried out",
    };
    let by = Blocker::Check {
        name: worst.name(),
        verdict: worst.verdict,
    };
    let reason = format!("blocked by `{}`, which {what}", worst.name());
    Readiness::Never(Outcome::blocked_by(by, reason))
}
