//! The engine with checks of these tests.

mod plan;
mod runner;
mod verdicts;

use super::waiver::Waivers;
use super::{
    BoxFuture, Check, Context, Deviation, Event, Facet, Finding, Options, Outcome, Pattern, Plan,
    PlanError, Run, Selection, Stop, StopReason, Subject, client_summaries, run,
};
use crate::engine::{ClientVerdict, Effect, Level, Verdict};
use crate::safe::{Client, Clients, Direction, Directions, Stage, clause};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Copy)]
enum Way {
    Whole,
    As(Client),
    Half(Direction),
}

impl Facet for Way {
    fn label(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::As(client) => client.key(),
            Self::Half(Direction::Backup) => "upload",
            Self::Half(Direction::Restore) => "download",
        }
    }

    fn clients(self) -> Clients {
        match self {
            Self::Whole | Self::Half(_) => Clients::ALL,
            Self::As(client) => Clients::of(client),
        }
    }

    fn directions(self) -> Directions {
        match self {
            Self::Half(direction) => Directions::of(direction),
            Self::Whole | Self::As(_) => Directions::BOTH,
        }
    }
}

/// What happened, in order: `start id`, `end id`, `torn down id`.
type Log = Arc<Mutex<Vec<String>>>;

struct Probe {
    id: &'static str,
    way: Way,
    log: Log,
}

impl Probe {
    fn note(&self, what: &str) {
        self.log.lock().unwrap().push(format!("{what} {}", self.id));
    }
}

impl Context for Probe {
    type Facet = Way;

    fn teardown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { self.note("torn down") })
    }
}

struct Bench(Log);

impl Subject<Probe> for Bench {
    fn context(&self, check: &'static Check<Probe>, way: Way) -> Probe {
        Probe {
            id: check.id,
            way,
            log: Arc::clone(&self.0),
        }
    }
}

const fn check(
    id: &'static str,
    needs: &'static [&'static str],
    run: for<'a> fn(&'a Probe) -> BoxFuture<'a, Outcome>,
) -> Check<Probe> {
    Check {
        id,
        title: "A check of the engine's own tests.",
        clause: clause::BASE_URL,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: &[Way::Whole],
        needs,
        effect: Effect::Reads,
        expected: "this",
        remedy: "that",
        run,
    }
}

fn passes(probe: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        probe.note("start");
        tokio::task::yield_now().await;
        probe.note("end");
        Outcome::pass("fine")
    })
}

fn fails(_: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async { Outcome::deviates(Stage::Http, "it deviates") })
}

fn fails_for_ios(probe: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        match probe.way {
            Way::As(Client::Ios) => Outcome::deviates(Stage::Http, "it deviates"),
            _ => Outcome::pass("fine"),
        }
    })
}

fn crashes(_: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async { panic!("on purpose") })
}

fn hangs(_: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(std::future::pending())
}

const MOBILE_WAYS: &[Way] = &[Way::As(Client::Android), Way::As(Client::Ios)];

fn leak(checks: Vec<Check<Probe>>) -> &'static [Check<Probe>] {
    Box::leak(checks.into_boxed_slice())
}

async fn run_with(
    checks: Vec<Check<Probe>>,
    selection: &Selection,
    jobs: usize,
) -> (Run, Vec<String>) {
    let log = Log::default();
    let plan = Plan::new(leak(checks), selection).expect("a plan");
    let options = Options {
        jobs,
        grace: Duration::from_millis(10),
        stop: Stop::default(),
    };
    let ended = run(plan, Arc::new(Bench(Arc::clone(&log))), options, |_| {}).await;
    let log = log.lock().unwrap().clone();
    (ended, log)
}

async fn verdicts(checks: Vec<Check<Probe>>) -> Vec<(String, Verdict)> {
    let (ended, _) = run_with(checks, &Selection::default(), 4).await;
    ended
        .findings
        .into_iter()
        .map(|finding| (finding.name(), finding.verdict))
        .collect()
}

fn named(pairs: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    pairs
        .iter()
        .map(|(name, verdict)| ((*name).to_owned(), *verdict))
        .collect()
}
