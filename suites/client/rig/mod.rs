//! The checks of a client on the rig: one for each case, and those that examine every request of
//! the run afterwards.

mod bodies;
mod case;
mod cases;
mod claims;
mod conditions;
mod look_back;
mod reads;
mod requests;
mod secrets;
#[cfg(test)]
mod tests;

pub use case::RigCase;

use super::mixture::{MIXED, is_mixed};
use super::{Like, Made};
use crate::clients::Release;
use crate::engine::{
    self, BoxFuture, Breakage, Check, Deviation, Effect, Finding, Level, Outcome, Subject, Verdict,
};
use crate::rig::{Action, End, Play, RigError, Seen};
use crate::safe::{Client, Clients, Directions, Stage, clause};
use case::Comparison;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A check of a client on the rig.
pub type RigCheck = Check<Context>;

/// The ID of the check that the client reports an unsupported action.
pub const UNSUPPORTED: &str = "rig.contract.unsupported";

/// The observations of every case so far.
type AllSeen = BTreeMap<&'static str, Seen>;

/// What the checks of a client on the rig examine.
pub struct Context {
    play: Arc<Play>,
    all_seen: Arc<Mutex<AllSeen>>,
    check: &'static str,
    like: Like,
}

impl engine::Context for Context {
    type Facet = Like;

    fn teardown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A client on the rig as the subject of a run.
pub struct Rigged {
    play: Arc<Play>,
    all_seen: Arc<Mutex<AllSeen>>,
}

impl Rigged {
    /// Returns the client of `play`.
    pub fn new(play: Arc<Play>) -> Self {
        Self {
            play,
            all_seen: Arc::default(),
        }
    }
}

impl Subject<Context> for Rigged {
    fn context(&self, check: &'static RigCheck, like: Like) -> Context {
        Context {
            play: Arc::clone(&self.play),
            all_seen: Arc::clone(&self.all_seen),
            check: check.id,
            like,
        }
    }
}

/// Returns every check, for a client that is compared with `like`, in the order of reports.
pub fn checks(like: Like) -> &'static [RigCheck] {
    static MADE: Made<RigCheck> = Made::new();
    MADE.of(like, all_checks)
}

fn all_checks(like: Like) -> Vec<RigCheck> {
    let variants = like.variants();
    let mut checks = vec![unsupported(variants)];
    checks.extend(
        cases::all()
            .iter()
            .map(|case| of_case(case, like, variants)),
    );
    checks.extend(look_back::checks(variants));
    checks
}

/// Returns whether `name` is a check of a client on the rig.
pub fn is_known(name: &str) -> bool {
    checks(Like::Anyone).iter().any(|check| check.id == name)
}

/// Returns the cases, in the order of reports.
pub fn cases() -> &'static [RigCase] {
    cases::all()
}

fn unsupported(variants: &'static [Like]) -> RigCheck {
    Check {
        id: UNSUPPORTED,
        title: "The client reports an unknown action as unsupported",
        clause: clause::RIG,
        // Not enough for a green run: checks that need it are not judged.
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants,
        needs: &[],
        effect: Effect::Reads,
        expected: "exit code 127 for an unknown action; otherwise an unsupported action looks like a success or a failure",
        remedy: "Let the command exit with 127 for every unknown value of SAFE_RIG_ACTION.",
        run: |context| Box::pin(says_unsupported(context)),
    }
}

async fn says_unsupported(context: &Context) -> Outcome {
    match context.play.invented_action().await {
        Ok(End::Unsupported) => Outcome::pass("127 for an unknown action"),
        Ok(end) => Outcome::deviates(
            Stage::Connect,
            format!("for an unknown action: {}", case::words_of(&end)),
        ),
        Err(error) => broken(&error),
    }
}

/// Takes back the result for an unknown action if no action at all is supported: a shell gives the
/// same answer if the command does not exist.
pub fn take_back_unsupported(findings: &mut [Finding]) {
    let cases = || cases::all().iter().map(|case| case.case.id);
    let mut played = findings.iter().filter(|it| cases().any(|id| id == it.id));
    let is_unsupported = |it: &Finding| it.verdict == Verdict::NotApplicable;
    let was_played = played.clone().any(is_unsupported);
    if !was_played || played.any(|it| it.verdict.is_judged()) {
        return;
    }
    let own = findings.iter_mut().filter(|it| it.id == UNSUPPORTED);
    for finding in own.filter(|it| it.verdict == Verdict::Pass) {
        finding.verdict = Verdict::NotApplicable;
        for verdict in finding.clients.values_mut() {
            *verdict = Verdict::NotApplicable;
        }
        "127 for every action, so nothing shows that the command runs a client"
            .clone_into(&mut finding.observed);
    }
}

fn broken(error: &RigError) -> Outcome {
    Outcome::error(Breakage::Harness, error.to_string())
}

fn of_case(case: &'static RigCase, like: Like, variants: &'static [Like]) -> RigCheck {
    let clients = Client::ALL
        .into_iter()
        .filter(|client| case.way(*client).is_some())
        .collect();
    Check {
        id: case.case.id,
        title: &case.title,
        clause: case.clause,
        level: case.level,
        clients,
        breaks: directions(case.case.actions),
        variants,
        needs: &[UNSUPPORTED],
        effect: Effect::Reads,
        // Created once.
        expected: String::leak(case.expected(like)),
        remedy: String::leak(remedy(case)),
        run: |context| Box::pin(play(context)),
    }
}

fn remedy(case: &RigCase) -> String {
    format!(
        "Run it alone with `--only {}`; the requests are in `exchanges.txt` in its folder.",
        case.case.id
    )
}

/// Returns what the client sent last, and the answer, in words; `None` if it sent nothing. A backup
/// ID is left out: it is of this run only.
fn last_request(seen: &Seen) -> Option<String> {
    let last = seen.exchanges.last()?;
    let path = match last.path.split_once("backups/") {
        Some((before, _)) => format!("{before}backups/{{ID}}"),
        None => last.path.clone(),
    };
    let request = requests::shown(&format!("{} {path}", last.method));
    Some(match last.status {
        Some(status) => format!("The last request, `{request}`, was answered with {status}."),
        None => format!("The last request, `{request}`, got no answer."),
    })
}

fn directions(actions: &[Action]) -> Directions {
    if actions == [Action::Restore] {
        Directions::RESTORE
    } else if actions == [Action::Test] {
        Directions::BOTH
    } else {
        Directions::BACKUP
    }
}

async fn play(context: &Context) -> Outcome {
    let Some(case) = cases::find(context.check) else {
        return Outcome::error(Breakage::Harness, "no case belongs to this check");
    };
    if let Some(release) = context.like.held_to() {
        match case.way_of(release) {
            Ok(Some(_)) => {}
            Ok(None) => {
                let client = release.client().name();
                return Outcome::not_applicable(format!("{client} never does this"));
            }
            Err(why) => return Outcome::not_applicable(why),
        }
    }
    let seen = match context.play.case(&case.case).await {
        Ok(seen) => seen,
        Err(error) => return broken(&error),
    };
    let outcome = match (judge(context, case, &seen), last_request(&seen)) {
        (Outcome::Deviates(deviation), Some(last)) if deviation.remedy.is_none() => {
            let remedy = format!("{last} {}", remedy(case));
            deviation.remedy(remedy).into()
        }
        (outcome, _) => outcome,
    };
    let mut all_seen = context
        .all_seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    all_seen.insert(case.case.id, seen);
    outcome
}

fn judge(context: &Context, case: &RigCase, seen: &Seen) -> Outcome {
    let world = context.play.world();
    if let Some(unsupported) = seen.turns.iter().find(|turn| turn.end == End::Unsupported) {
        return Outcome::not_applicable(format!(
            "the client does not support `{}`",
            unsupported.action
        ));
    }
    if let Some(End::Broke(what)) = seen.end() {
        return Outcome::deviates(case.stage, what.clone());
    }
    if let Some(claim) = claims::false_claim(seen, world) {
        return Outcome::deviates(case.stage, claim);
    }
    if seen.turns.len() < case.case.actions.len() {
        let action = seen.turns.last().map_or("", |turn| turn.action.name());
        return Outcome::deviates(case.stage, format!("`{action}` failed before that"));
    }
    if let Some(claimed) = seen.restored.as_deref()
        && seen.end() == Some(&End::Done)
        && case.case.actions == [Action::Restore]
        && let Some(why) = claims::restored_otherwise(claimed, case, world)
    {
        return Outcome::deviates(Stage::Meaning, why);
    }
    by_way(context.like, case, seen, world)
}

/// Judges a case by the way of each client in `like`. What nobody knows of a client makes no
/// difference to the others.
fn by_way(like: Like, case: &RigCase, seen: &Seen, world: &crate::rig::World) -> Outcome {
    let asked = like.client().map_or(Clients::ALL, Clients::of);
    let (mut same, mut other, mut departures) = (Clients::NONE, Clients::NONE, Vec::new());
    let mut open = Vec::new();
    for client in Client::ALL {
        let held_to = like.held_to().filter(|release| release.client() == client);
        let release = held_to.unwrap_or(Release::newest(client));
        match case.compared(release, seen, world) {
            Some(Comparison::Same) => same = same.and(Clients::of(client)),
            Some(Comparison::Different(departure)) => {
                other = other.and(Clients::of(client));
                departures.push((client, departure));
            }
            Some(Comparison::NotKnown(why)) if asked.contains(client) => {
                open.push(format!("what {client} does is not known: {why}"));
            }
            Some(Comparison::NotKnown(_)) | None => {}
        }
    }
    let observed = seen.end().map(case::words_of).unwrap_or_default();
    if !same.within(asked).is_empty() {
        return Outcome::Like {
            observed,
            same,
            other,
        };
    }
    let in_state = departures
        .iter()
        .map(|(client, it)| (*client, &*it.in_state));
    if like == Like::Anyone && is_mixed(in_state) {
        return Outcome::pass(MIXED);
    }
    if !open.is_empty() {
        return Outcome::not_applicable(open.join("; "));
    }
    let asked_for = |(client, _): &(Client, _)| like.client() == Some(*client);
    let place = departures.iter().position(asked_for).unwrap_or_default();
    let mut departures = departures.into_iter();
    let departure = departures.nth(place).map(|(_, it)| it.observed);
    Deviation::new(case.stage, departure.unwrap_or(observed)).into()
}
