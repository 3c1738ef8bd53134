//! A watch of canaries on the embedded server, over HTTP, with a controlled clock.

use jiff::Timestamp;
use safe_conformance::Target;
use safe_conformance::reference::{self, Clock as _, Fault, Login, ManualClock, Options, Tidying};
use safe_conformance::report::Report;
use safe_conformance::retention::{self, Ledger, Plan, Trouble, Visit};
use safe_conformance::wire::{Canaries, Seed};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub const DAY: Duration = Duration::from_secs(86_400);
/// One seed for all, so that keys are derived once.
const SEED: Seed = Seed::new(0x5afe);

/// A server, the ledger of the planted canaries, and the clock of both.
pub struct World {
    pub running: reference::Running,
    pub clock: Arc<ManualClock>,
    pub canaries: Canaries,
    folder: TempDir,
}

impl World {
    pub async fn new(faults: &[Fault], tidying: Tidying) -> Self {
        let clock = Arc::new(ManualClock::default());
        let running = reference::start(Options {
            tls: false,
            login: Login::Open,
            faults: faults.to_vec(),
            clock: clock.clone(),
            retention_days: 90,
            tidying,
            ..Options::default()
        })
        .await
        .expect("the embedded server starts");
        let canaries = canaries(running.base_url());
        Self {
            running,
            clock,
            canaries,
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("retention.json")
    }

    pub fn time(&self) -> Box<retention::Clock> {
        let clock = self.clock.clone();
        Box::new(move || Timestamp::try_from(clock.now()).expect("a time of this age"))
    }

    pub async fn plant(&self) -> Result<(Ledger, Visit), Trouble> {
        let plan = Plan {
            every_days: 1,
            at_most_days: None,
        };
        retention::plant(&self.canaries, &self.ledger(), plan, &*self.time()).await
    }

    pub async fn verify(&self, ledger: &mut Ledger) -> Result<Visit, Trouble> {
        retention::verify(&self.canaries, ledger, false, false, &*self.time()).await
    }

    /// Plants, and visits once a day.
    pub async fn days(&self, days: u32) -> (Ledger, Report) {
        let (mut ledger, mut visit) = self.plant().await.expect("planted");
        for _ in 0..days {
            self.clock.advance(DAY);
            visit = self.verify(&mut ledger).await.expect("visited");
        }
        let now = (self.time())();
        let report = safe_conformance::retention_report(&ledger.watch, &visit, &self.canaries, now);
        (ledger, report)
    }
}

/// Access to the canaries of these tests on a server without a login.
pub fn canaries(url: &str) -> Canaries {
    let target = Target::parse(url).expect("a base URL");
    Canaries::new(target, SEED, Duration::from_secs(10)).expect("no TLS is needed")
}
