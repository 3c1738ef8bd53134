//! `retention.kept`: the check of the canaries that `retention` plants. It looks at a watch, and
//! at no server: `retention verify` judges by it after each visit.

use crate::engine::{self, BoxFuture, Deviation, Effect, Finding, Level, Outcome, checks};
use crate::report::retention::{REMEDY, REMEDY_CHANGED, seen_with_note, standing};
use crate::retention::{Damage, Event, Found, Role, Visit, Watch};
use crate::safe::{Clients, Directions, Stage, clause};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// One canary of a watch, after a visit.
pub struct Watched {
    watch: Arc<Watch>,
    visit: Arc<Visit>,
    role: Role,
    now: Timestamp,
}

impl engine::Context for Watched {
    type Facet = Role;

    fn teardown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

checks! {
    Watched;

    /// A backup is kept for retentionDays after its last upload, as `retention verify` sees over
    /// that time.
    KEPT = Check {
        id: "retention.kept",
        clause: clause::RETENTION,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: &Role::ALL,
        needs: &[],
        effect: Effect::WritesOwnBackup,
        expected: "a backup that is there until retentionDays have passed since its last upload",
        remedy: REMEDY,
        run: kept,
    }
}

/// One finding for each canary of a watch.
pub fn findings(watch: &Watch, visit: &Visit, now: Timestamp) -> Vec<Finding> {
    let (watch, visit) = (Arc::new(watch.clone()), Arc::new(visit.clone()));
    let watched = |role| Watched {
        watch: Arc::clone(&watch),
        visit: Arc::clone(&visit),
        role,
        now,
    };
    let roles = watch.canaries.keys().copied();
    roles
        .map(|role| Finding::new(&KEPT, role, judged(&watched(role)), Duration::ZERO))
        .collect()
}

/// The same after a visit at which nothing could be judged, for this reason. What an earlier visit
/// found stays.
#[cfg(feature = "cli")]
pub fn findings_without_visit(watch: &Watch, why: &Outcome, now: Timestamp) -> Vec<Finding> {
    let is_damaged = |role| {
        let canary = watch.canaries.get(role);
        canary.is_some_and(|canary| canary.damage().is_some())
    };
    let findings = findings(watch, &Visit::default(), now).into_iter();
    let roles = watch.canaries.keys();
    let judged = roles.zip(findings).map(|(role, finding)| {
        if is_damaged(role) {
            finding
        } else {
            Finding::new(&KEPT, *role, why.clone(), Duration::ZERO)
        }
    });
    judged.collect()
}

async fn kept(watched: &Watched) -> Result<Outcome, Outcome> {
    Ok(judged(watched))
}

fn judged(watched: &Watched) -> Outcome {
    let Watched {
        watch,
        visit,
        role,
        now,
    } = watched;
    let Some(canary) = watch.canaries.get(role) else {
        return Outcome::not_applicable("no such canary was planted");
    };
    let mut events = visit.events.iter().filter(|(other, _)| other == role);
    let trouble = events.clone().find_map(|(_, event)| match event {
        Event::Trouble(refusal) => Some(refusal),
        _ => None,
    });
    // The last look that saw something.
    let mut looks = canary.looks.iter().rev();
    let look = looks.find(|look| look.found != Found::TooLate);
    let observed = look.map(|look| seen_with_note(watch, *role, look, canary));
    match (canary.damage(), trouble, observed) {
        (Some(Damage::Lost), _, Some(observed)) => Outcome::deviates(Stage::Http, observed),
        (Some(_), _, Some(observed)) => Deviation::new(Stage::Open, observed)
            .remedy(REMEDY_CHANGED)
            .into(),
        (_, Some(refusal), _) => refusal.outcome(),
        (_, None, _) if events.any(|(_, event)| event.is_too_late()) => {
            Outcome::blocked("this visit came after the time it had to look at: it proves nothing")
        }
        (_, None, Some(observed)) => Outcome::pass(observed),
        (_, None, None) => {
            let standing = standing(watch, *role, canary, *now);
            Outcome::not_applicable(format!("nothing to be judged yet: {standing}"))
        }
    }
}
