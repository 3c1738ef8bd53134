//! Plants the canaries and looks at them. Each step is noted in the ledger at once.

use super::Clock;
use super::canary::{Deed, Found, Look, Role, Sight, State};
use super::ending::{TRIAL, end, removed};
use super::ledger::{Ledger, LedgerError};
use super::looking::{arrived, config_of, is_about, sight};
use super::refusal::{Asked, Reason, Refusal};
use super::trouble::Trouble;
use super::watch::{Watch, target_hash};
use crate::engine::Blocker;
use crate::wire::Canaries;
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;

/// How long to wait before a missing canary is requested again.
const SECOND_LOOK: Duration = Duration::from_millis(300);
/// The longest time that is watched, in days: a hundred years.
const LONGEST_WATCH: i64 = 36_500;

/// The parameters that a person chooses for a watch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How many days pass between two visits; at least 1.
    pub every_days: i64,
    /// For how many days to watch, if shorter than the server's promise.
    pub at_most_days: Option<i64>,
}

/// What was done with a canary, or what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Event {
    /// It was uploaded for the first time.
    Planted,
    /// It was uploaded again, as due.
    Uploaded,
    /// It was uploaded again and starts over, because the upload came too late.
    BegunAnew,
    /// It was looked at.
    Seen {
        /// The look, as the ledger has it.
        look: Look,
        /// Whether only a second request returned it.
        hesitated: bool,
    },
    /// It could not be requested, uploaded or removed; its step stays due.
    Trouble(Refusal),
}

impl Event {
    /// Returns whether the step came too late, so that nothing is known about its period.
    pub const fn is_too_late(&self) -> bool {
        match self {
            Self::BegunAnew => true,
            Self::Seen { look, .. } => matches!(look.found, Found::TooLate),
            Self::Planted | Self::Uploaded | Self::Trouble(_) => false,
        }
    }
}

/// The result of a visit.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Visit {
    /// What was done and found, in order.
    pub events: Vec<(Role, Event)>,
    /// The value of `retentionDays` at the previous visit, if it has changed.
    pub changed_from: Option<i64>,
}

impl Visit {
    /// Returns whether a step came too late to be judged.
    pub fn was_too_late(&self) -> bool {
        self.events.iter().any(|(_, event)| event.is_too_late())
    }

    /// Returns why steps could not be carried out.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.events.iter().filter_map(|(_, event)| match event {
            Event::Trouble(refusal) => Some(refusal),
            _ => None,
        })
    }

    /// Returns whether a step could not be carried out.
    pub fn had_trouble(&self) -> bool {
        self.refusals().next().is_some()
    }

    /// Returns the first refusal of the credentials, or of this address by a limit or a ban, and
    /// what it is called.
    pub fn shut_out(&self) -> Option<(&Refusal, Blocker)> {
        self.refusals()
            .find_map(|refusal| Some((refusal, refusal.reason.blocker()?)))
    }
}

/// What a server said about itself.
struct Said {
    retention_days: i64,
    server_ahead: Option<i64>,
}

async fn ask(canaries: &Canaries, clock: &Clock) -> Result<Said, Trouble> {
    let (config, read) = config_of(canaries)
        .await
        .map_err(|refusal| refusal.and_so("Without it nothing can be judged; nothing was done"))?;
    let server_time = config.server_time();
    Ok(Said {
        retention_days: read.retention_days,
        server_ahead: server_time.map(|time| time.duration_since(clock()).as_secs()),
    })
}

/// Plants five canaries and notes them in a new ledger at `path`, which is written before the first
/// upload.
///
/// # Errors
/// If a ledger exists already, or the server does not store and return a trial backup. The uploaded
/// canaries are then removed, and so is the ledger; if that also fails, the ledger remains for
/// [`end`].
pub async fn plant(
    canaries: &Canaries,
    path: &Path,
    plan: Plan,
    clock: &Clock,
) -> Result<(Ledger, Visit), Trouble> {
    if path.exists() {
        return Err(LedgerError::Exists(path.to_owned()).into());
    }
    let said = ask(canaries, clock).await?;
    let watch = begin(canaries, plan, &said, clock())?;
    let mut ledger = Ledger::create(path, watch)?;
    match plant_all(canaries, &mut ledger, clock).await {
        Ok(visit) => Ok((ledger, visit)),
        Err(Trouble::Server(refusal)) => {
            let ended = end(canaries, ledger, false, clock).await?;
            Err(Trouble::Server(match ended.refusal {
                None => refusal.and_so("Nothing was left behind"),
                Some(later) => refusal.and_not_removed(&later),
            }))
        }
        // Without a ledger that can be written, nothing more is changed on the server.
        Err(trouble) => Err(trouble),
    }
}

fn begin(canaries: &Canaries, plan: Plan, said: &Said, now: Timestamp) -> Result<Watch, Trouble> {
    let days = said.retention_days;
    if plan
        .at_most_days
        .is_some_and(|wanted| days >= 1 && wanted > days)
    {
        return Err(Trouble::Senseless(format!(
            "the server promises {days} days; --days must not be more"
        )));
    }
    if plan.at_most_days.unwrap_or(days) > LONGEST_WATCH {
        return Err(Trouble::Senseless(format!(
            "retentionDays is {days}, and no test lasts that long; use --days N to watch N days"
        )));
    }
    let watch = Watch::new(
        canaries.seed(),
        canaries.base(),
        now,
        plan.every_days,
        plan.at_most_days,
        days,
    );
    let mut watch = watch.ok_or_else(|| {
        Trouble::Senseless(format!(
            "retentionDays is {days}, so the server promises nothing that could be tested; use --days N to test N days anyway"
        ))
    })?;
    watch.server_ahead = said.server_ahead;
    watch.login = Some(canaries.login());
    Ok(watch)
}

async fn plant_all(
    canaries: &Canaries,
    ledger: &mut Ledger,
    clock: &Clock,
) -> Result<Visit, Trouble> {
    try_out(canaries, ledger).await?;
    let mut visit = Visit::default();
    for role in Role::ALL {
        look_after(canaries, ledger, role, clock, &mut visit).await?;
    }
    let refusal = visit.refusals().next().cloned();
    refusal.map_or(Ok(visit), |refusal| Err(refusal.into()))
}

/// Stores, downloads and removes a backup: some servers report success but store nothing.
async fn try_out(canaries: &Canaries, ledger: &mut Ledger) -> Result<(), Trouble> {
    canaries.claim(TRIAL).await.map_err(Refusal::from)?;
    ledger.watch.trial = true;
    ledger.save()?;
    let upload = canaries.upload(TRIAL, 1).await;
    Asked::UPLOAD.done(canaries, upload)?;
    let look = canaries.look(TRIAL).await;
    let back = Asked::TRIAL.done(canaries, look)?;
    let judged = canaries.judge(&back.body.bytes, TRIAL, 1).await;
    judged.map_err(Refusal::from)?.map_err(|why| {
        Refusal::new(
            Reason::Answer,
            format!("{why}, right after it was uploaded"),
        )
    })?;
    removed(canaries, TRIAL).await?;
    ledger.watch.trial = false;
    Ok(())
}

/// Visits the canaries of a ledger.
///
/// With `moved`, a server at another URL counts as the same one; with `trusts_clock`, this
/// machine's clock counts as right although it and the server's have moved apart.
///
/// # Errors
/// If nothing could be judged at all; then nothing was changed.
pub async fn verify(
    canaries: &Canaries,
    ledger: &mut Ledger,
    moved: bool,
    trusts_clock: bool,
    clock: &Clock,
) -> Result<Visit, Trouble> {
    let is_about = is_about(canaries, &ledger.watch, moved)?;
    ledger.watch.look_at_clock(clock())?;
    let said = ask(canaries, clock).await?;
    let mut watch = ledger.watch.clone();
    let changed_from = watch.visit(
        clock(),
        said.retention_days,
        said.server_ahead,
        trusts_clock,
    )?;
    if !is_about {
        arrived(canaries, &ledger.watch, clock()).await?;
    }
    watch.target = target_hash(watch.seed, canaries.base());
    ledger.watch = watch;
    let mut visit = Visit {
        changed_from,
        ..Visit::default()
    };
    for role in Role::ALL {
        look_after(canaries, ledger, role, clock, &mut visit).await?;
    }
    ledger.save()?;
    Ok(visit)
}

/// Carries out all steps that are due for one canary.
async fn look_after(
    canaries: &Canaries,
    ledger: &mut Ledger,
    role: Role,
    clock: &Clock,
    visit: &mut Visit,
) -> Result<(), LedgerError> {
    while let Some(deed) = ledger.watch.due(role, clock()) {
        let event = match deed {
            Deed::Plant | Deed::Upload => upload(canaries, ledger, role, clock).await?,
            Deed::Look => look(canaries, &mut ledger.watch, role, clock).await,
        };
        let gave_up = matches!(event, Event::Trouble(_));
        visit.events.push((role, event));
        if gave_up {
            return Ok(());
        }
        ledger.save()?;
    }
    Ok(())
}

async fn upload(
    canaries: &Canaries,
    ledger: &mut Ledger,
    role: Role,
    clock: &Clock,
) -> Result<Event, LedgerError> {
    let number = ledger.watch.uploads(role).saturating_add(1);
    if let Some(canary) = ledger.watch.canaries.get_mut(&role)
        && canary.state == State::ToPlant
        && number == 1
    {
        if let Err(failure) = canaries.claim(role.name()).await {
            return Ok(Event::Trouble(failure.into()));
        }
        // Noted before it is sent: an unclaimed path is never deleted, a sent upload always is.
        canary.state = State::Planting;
        ledger.save()?;
    }
    // Counting from before the upload never makes the period longer than the server's promise.
    let sent = clock();
    let answer = canaries.upload(role.name(), number).await;
    Ok(match Asked::UPLOAD.done(canaries, answer) {
        Err(refusal) => Event::Trouble(refusal),
        Ok(_) if ledger.watch.was_uploaded(role, sent) => Event::Uploaded,
        Ok(_) if number == 1 => Event::Planted,
        Ok(_) => Event::BegunAnew,
    })
}

async fn look(canaries: &Canaries, watch: &mut Watch, role: Role, clock: &Clock) -> Event {
    let number = watch.uploads(role);
    let mut hesitated = false;
    let mut sight = match sight(canaries, role, number).await {
        Ok(sight) => sight,
        Err(refusal) => return Event::Trouble(refusal),
    };
    let promised = |now| watch.canaries[&role].is_promised(now);
    if sight != Sight::Whole && promised(clock()) {
        tokio::time::sleep(SECOND_LOOK).await;
        let second = match self::sight(canaries, role, number).await {
            Ok(sight) => sight,
            Err(refusal) => return Event::Trouble(refusal),
        };
        hesitated = second == Sight::Whole;
        sight = second;
    }
    let seen = watch.was_seen(role, sight, clock());
    let look = seen.and_then(|_| watch.canaries[&role].looks.last().cloned());
    match look {
        Some(look) => Event::Seen { look, hesitated },
        None => Event::Trouble(Refusal::new(
            Reason::Harness,
            "the ledger has no such canary",
        )),
    }
}
