//! Requests to the server: plants the canaries, looks at them, and removes them. Each step is noted
//! in the ledger at once.

use super::canary::{Deed, Found, Look, Role, Sight, State};
use super::ledger::{Ledger, LedgerError};
use super::refusal::{Asked, Reason, Refusal};
use super::watch::{Unjudgeable, Watch, target_hash};
use crate::clients::{android, ios};
use crate::diagnosis::{Words, describe};
use crate::engine::Blocker;
use crate::safe::ServerConfig;
use crate::wire::{Canaries, Response};
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;
use thiserror::Error;

/// How long to wait before a missing canary is requested again.
const SECOND_LOOK: Duration = Duration::from_millis(300);
/// How often a backup that still exists is deleted.
const REMOVALS: usize = 3;
/// How often a deleted backup is looked for: one name may belong to two servers.
const LOOKS: usize = 2;
/// The backup that shows whether the server stores anything; it is removed at once.
const TRIAL: &str = "trial";

/// The longest time that is watched, in days: a hundred years.
const LONGEST_WATCH: i64 = 36_500;

/// A source of the time.
pub type Clock = dyn Fn() -> Timestamp + Send + Sync;

/// The parameters that a person chooses for a watch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How many days pass between two visits; at least 1.
    pub every_days: i64,
    /// For how many days to watch, if shorter than the server's promise.
    pub at_most_days: Option<i64>,
}

/// Why a request could not be carried out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The ledger belongs to another server.
    #[error(
        "this ledger belongs to another server, not {0}. Nothing was done; if its backups were moved there, use --moved"
    )]
    OtherServer(String),
    /// The canaries were planted with credentials, and none were given now.
    #[error(
        "the canaries were planted with credentials. Without them, the server may report existing canaries as missing. Nothing was done; give the same credentials"
    )]
    OtherLogin,
    /// The request is invalid here.
    #[error("{0}")]
    Senseless(String),
    /// Nothing can be judged.
    #[error(transparent)]
    Unjudgeable(#[from] Unjudgeable),
    /// The server does not fulfil a requirement.
    #[error("{0}")]
    Server(Refusal),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Server(refusal)
    }
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

/// The result of [`end`].
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Ended {
    /// How many canaries are gone.
    pub gone: usize,
    /// The first refusal, if some canaries remain.
    pub refusal: Option<Refusal>,
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

/// Returns the config, as the server sent it and as a client reads it.
async fn config_of(canaries: &Canaries) -> Result<(Response, ServerConfig), Refusal> {
    let config = Asked::CONFIG.done(canaries, canaries.config().await)?;
    let body = &config.body.bytes;
    let read = ios::parse_config(body)
        .or_else(|_| android::parse_config(body))
        .map_err(|error| {
            Refusal::new(
                Reason::Answer,
                format!("`config` is not understood: {error}"),
            )
        })?;
    Ok((config, read))
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
    let is_about = ledger.watch.is_about(canaries.base());
    if !is_about && !moved {
        return Err(Trouble::OtherServer(canaries.base().to_owned()));
    }
    if !ledger.watch.shows_to(canaries.login()) {
        return Err(Trouble::OtherLogin);
    }
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

/// Verifies that the canaries have moved to this server: at least one comes back, if any was there
/// when the last one was looked at or uploaded. Otherwise the URL is the one of another server.
///
/// # Errors
/// If none comes back, or if the server refuses a look.
async fn arrived(canaries: &Canaries, watch: &Watch, now: Timestamp) -> Result<(), Trouble> {
    let last_there = watch.last_there(now);
    for role in &last_there {
        // One is enough: to some servers a download counts as an upload.
        if sight(canaries, *role, watch.uploads(*role)).await? == Sight::Whole {
            return Ok(());
        }
    }
    if last_there.is_empty() {
        return Ok(());
    }
    Err(Unjudgeable::Elsewhere(canaries.base().to_owned()).into())
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

async fn sight(canaries: &Canaries, role: Role, number: u32) -> Result<Sight, Refusal> {
    match canaries.look(role.name()).await {
        Ok(response) if response.is_success() => {
            let judged = canaries
                .judge(&response.body.bytes, role.name(), number)
                .await
                .map_err(Refusal::from)?;
            Ok(match judged {
                Ok(()) => Sight::Whole,
                Err(why) => Sight::Changed(match Words::of(&response.body) {
                    Some(Words::Page(title)) => format!("{why}; {}", page(title)),
                    Some(Words::Text(_)) | None => why,
                }),
            })
        }
        Ok(response) if matches!(response.status, 404 | 410) => Ok(Sight::Missing(format!(
            "a GET returned {}",
            describe(&response)
        ))),
        answer => Err(Asked::LOOK
            .done(canaries, answer)
            .err()
            .unwrap_or_else(|| Refusal::new(Reason::Answer, "a GET failed"))),
    }
}

fn page(title: Option<String>) -> String {
    title.map_or_else(
        || "it is a web page".to_owned(),
        |title| format!("it is a web page titled `{title}`"),
    )
}

/// Removes the canaries, and the ledger once they are all gone.
///
/// # Errors
/// If the ledger belongs to another server, if none of the canaries has moved to this one, or if
/// the ledger cannot be written or removed.
pub async fn end(
    canaries: &Canaries,
    mut ledger: Ledger,
    moved: bool,
    clock: &Clock,
) -> Result<Ended, Trouble> {
    let is_about = ledger.watch.is_about(canaries.base());
    if !moved && !is_about {
        return Err(Trouble::OtherServer(canaries.base().to_owned()));
    }
    if !ledger.watch.shows_to(canaries.login()) {
        return Err(Trouble::OtherLogin);
    }
    if !is_about {
        if let Err(refusal) = is_the_place(canaries).await {
            return Ok(Ended {
                gone: 0,
                refusal: Some(refusal),
            });
        }
        arrived(canaries, &ledger.watch, clock()).await?;
    }
    let mut ended = Ended::default();
    // While the trial remains, no canary was planted: a later visit can still plant them.
    if ledger.watch.trial {
        ended.refusal = removed(canaries, TRIAL).await.err();
        if ended.refusal.is_some() {
            return Ok(ended);
        }
        ledger.watch.trial = false;
    }
    for role in Role::ALL {
        let may_be_there = ledger.watch.canaries[&role].may_be_there();
        if may_be_there && let Err(refusal) = removed(canaries, role.name()).await {
            // Repeating refused credentials locks users out.
            ended.refusal = Some(refusal);
            return Ok(ended);
        }
        if let Some(canary) = ledger.watch.canaries.get_mut(&role) {
            canary.state = State::Removed;
        }
        ended.gone += usize::from(may_be_there);
        ledger.save()?;
    }
    ledger.remove()?;
    Ok(ended)
}

/// Deletes a canary and verifies that it is gone: some servers report success and do not delete, or
/// keep a second copy.
async fn removed(canaries: &Canaries, name: &str) -> Result<(), Refusal> {
    let mut said = String::new();
    for _ in 0..REMOVALS {
        said = match canaries.delete(name).await {
            Ok(response) if matches!(response.status, 404 | 410) => describe(&response),
            answer => describe(&Asked::DELETE.done(canaries, answer)?),
        };
        if is_missing(canaries, name).await? {
            return is_the_place(canaries).await;
        }
    }
    Err(Refusal::new(
        Reason::Answer,
        format!("a DELETE returned {said}, but a GET still returns the canary"),
    ))
}

/// Verifies that the server still returns `config`, as it did when the canaries were planted. Where
/// the folder is not mounted or the URL is wrong, everything is missing, and a missing canary
/// proves nothing.
async fn is_the_place(canaries: &Canaries) -> Result<(), Refusal> {
    let config = config_of(canaries).await;
    config.map(|_| ()).map_err(|refusal| {
        let mut so = refusal.and_so("Without it, a missing canary may still be on the server");
        so.fix.get_or_insert_with(|| {
            "Correct the URL, or make `config` available again; if the server is gone for good, delete the ledger".to_owned()
        });
        so
    })
}

/// Returns whether every look finds the canary missing.
async fn is_missing(canaries: &Canaries, name: &str) -> Result<bool, Refusal> {
    for _ in 0..LOOKS {
        match canaries.look(name).await {
            Ok(response) if response.is_success() => return Ok(false),
            Ok(response) if matches!(response.status, 404 | 410) => {}
            answer => return Asked::DELETED.done(canaries, answer).map(|_| false),
        }
    }
    Ok(true)
}
