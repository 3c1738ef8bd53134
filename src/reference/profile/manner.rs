//! A profile in operation: its pieces and their state.

use super::super::answer::{Answer, Refusal, empty, refusal_with};
use super::super::tasks::Tasks;
use super::Profile;
use super::behaviour::{
    Behaviour, Entrance, Folders, Habit, HangUp, Listing, Locking, Notice, Refusing, SizeRule, Then,
};
use super::dialect::Dialect;
use super::front::{Bucket, Front, Passing, Running};
use super::late::Late;
use super::line::{Line, Lines};
use super::tempo::Tempo;
use super::watch::{Seen, Watcher};
use super::workers::{Shift, Workers};
use http::StatusCode;
use std::time::Duration;

/// How a server behaves besides its faults; without a profile, in no special way.
pub(in super::super) struct Manner {
    pub(in super::super) tempo: Tempo,
    pub(in super::super) late: Late,
    pub(in super::super) entrance: Option<Entrance>,
    pub(in super::super) listing: Option<Listing>,
    pub(in super::super) folders: Option<Folders>,
    pub(in super::super) config_head: Option<u16>,
    pub(in super::super) dialect: Option<&'static Dialect>,
    habits: Vec<Habit>,
    takes: Duration,
    delays_refusals: Duration,
    workers: Option<Workers>,
    size: Option<SizeRule>,
    bucket: Option<Bucket>,
    running: Option<Running>,
    watchers: Vec<Watcher>,
    lines: Lines,
    hangs_up: Option<HangUp>,
}

/// The settings of a profile, each at most once.
#[derive(Default)]
struct Pieces {
    takes: Duration,
    at_once: Option<usize>,
    locking: Option<Locking>,
    notice: Option<Notice>,
}

impl Manner {
    /// Returns the manner of a server that imitates `profile`.
    pub(in super::super) fn new(profile: Option<Profile>, tempo: Tempo, tasks: Tasks) -> Self {
        let mut manner = Self {
            tempo,
            late: Late::new(None, None),
            entrance: None,
            listing: None,
            folders: None,
            config_head: None,
            dialect: None,
            habits: Vec::new(),
            takes: Duration::ZERO,
            delays_refusals: Duration::ZERO,
            workers: None,
            size: None,
            bucket: None,
            running: None,
            watchers: Vec::new(),
            lines: Lines::default(),
            hangs_up: None,
        };
        let mut pieces = Pieces::default();
        for behaviour in profile.into_iter().flat_map(Profile::behaviours) {
            manner.take(behaviour, &mut pieces);
        }
        manner.takes = pieces.takes;
        manner.late = Late::new(pieces.locking, pieces.notice);
        manner.workers = pieces
            .at_once
            .map(|count| Workers::new(count, pieces.takes, manner.tempo.clone(), tasks));
        manner
    }

    fn take(&mut self, behaviour: Behaviour, pieces: &mut Pieces) {
        match behaviour {
            Behaviour::Wrong(_) | Behaviour::Base(_) => {}
            Behaviour::Enters(entrance) => self.entrance = Some(entrance),
            Behaviour::Takes(takes) => pieces.takes = takes,
            Behaviour::AtOnce(count) => pieces.at_once = Some(count),
            Behaviour::Locks(locking) => pieces.locking = Some(locking),
            Behaviour::Notices(notice) => pieces.notice = Some(notice),
            Behaviour::Speaks(dialect) => self.dialect = Some(dialect),
            Behaviour::Refuses(rule) => self.size = Some(rule),
            Behaviour::Limits(rate) => self.bucket = Some(Bucket::new(rate)),
            Behaviour::Crowds(crowd) => self.running = Some(Running::new(crowd)),
            Behaviour::Watches(watch) => self.watchers.push(Watcher::new(watch)),
            Behaviour::HangsUp(hangs_up) => self.hangs_up = Some(hangs_up),
            Behaviour::Lists(listing) => self.listing = Some(listing),
            Behaviour::Shows(folders) => self.folders = Some(folders),
            Behaviour::DelaysRefusals(wait) => self.delays_refusals = wait,
            Behaviour::Does(habit) => self.habits.push(habit),
            Behaviour::ConfigHead(status) => self.config_head = Some(status),
        }
    }

    /// Returns whether the server has this habit.
    pub(in super::super) fn does(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }

    /// Returns a new connection, which closes as a fault or else as the profile says; `None` if it
    /// is dropped.
    pub(in super::super) fn open_line(&self, fault: Option<HangUp>) -> Option<Line> {
        let is_dropped = matches!(self.banned(), Some(Then::Drop(_)));
        (!is_dropped).then(|| self.lines.open(fault.or(self.hangs_up)))
    }

    /// Returns how the front treats a request.
    pub(in super::super) async fn front(&self) -> Front<'_> {
        match self.banned() {
            Some(Then::Drop(_)) => return Front::Closed,
            Some(Then::Forbid(_)) => return Front::Refused(refused(StatusCode::FORBIDDEN)),
            Some(Then::TooMany | Then::MaxDelay) | None => {}
        }
        let passing = match self
            .running
            .as_ref()
            .map(|running| (running, running.enter()))
        {
            None => Passing { running: None },
            Some((_, Some(passing))) => passing,
            Some((running, None)) => return Front::Refused(refused_as(running.crowd.status)),
        };
        match self
            .bucket
            .as_ref()
            .map(|bucket| bucket.pour(self.tempo.now()))
        {
            None => {}
            Some(Ok(wait)) => self.tempo.sleep(wait).await,
            Some(Err(status)) => return Front::Refused(refused_as(status)),
        }
        Front::Passed(passing)
    }

    /// Returns the answer of a server that has locked out the address.
    pub(in super::super) fn locked_out(&self) -> Option<Answer> {
        match self.banned()? {
            Then::TooMany => Some(refusal_with(
                StatusCode::TOO_MANY_REQUESTS,
                Refusal::Saying {
                    exception: r"OCA\DAV\Connector\Sabre\Exception\TooManyRequests",
                    message: "Too many requests".to_owned(),
                },
            )),
            Then::MaxDelay => Some(refusal_with(
                StatusCode::INTERNAL_SERVER_ERROR,
                Refusal::Saying {
                    exception: r"OCP\Security\Bruteforce\MaxDelayReached",
                    message: "Reached maximum delay".to_owned(),
                },
            )),
            Then::Drop(_) | Then::Forbid(_) => None,
        }
    }

    fn banned(&self) -> Option<Then> {
        let now = self.tempo.now();
        let mut watchers = self.watchers.iter();
        watchers.find_map(|watcher| watcher.verdict(now))
    }

    /// Notes an answer, and delays a refused login.
    pub(in super::super) async fn saw(&self, seen: &Seen<'_>) {
        let now = self.tempo.now();
        for watcher in &self.watchers {
            watcher.see(now, seen);
        }
        if seen.status == 401 && seen.had_credentials {
            self.tempo.sleep(self.delays_refusals).await;
        }
    }

    /// Waits until a process is free for a request.
    pub(in super::super) async fn begin(&self) -> Option<Shift> {
        match &self.workers {
            Some(workers) => Some(workers.begin().await),
            None => None,
        }
    }

    /// Returns how long a request takes.
    pub(in super::super) const fn takes(&self) -> Duration {
        self.takes
    }

    /// Waits for as long as a request takes.
    pub(in super::super) async fn work(&self) {
        self.tempo.sleep(self.takes).await;
    }

    /// Returns the refusal of an upload for its size, if its status is not 413.
    pub(in super::super) fn refuses_size(&self, length: u64, is_declared: bool) -> Option<Answer> {
        let rule = self.size.filter(|rule| length > rule.most)?;
        if rule.declared_only && !is_declared {
            return None;
        }
        Some(match rule.refusal {
            Refusing::BadGateway => empty(StatusCode::BAD_GATEWAY),
            Refusing::Quota => refusal_with(
                StatusCode::INSUFFICIENT_STORAGE,
                Refusal::Saying {
                    exception: r"Sabre\DAV\Exception\InsufficientStorage",
                    message: format!(
                        "Insufficient space in threema_safe, {length} required, {} available",
                        rule.most
                    ),
                },
            ),
            Refusing::Crash => refused(StatusCode::INTERNAL_SERVER_ERROR),
        })
    }
}

fn refused(status: StatusCode) -> Answer {
    refusal_with(status, Refusal::Plain)
}

fn refused_as(status: u16) -> Answer {
    refused(StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE))
}
