//! Cleaning up: what the run has put on the server is deleted, and looked for where that is not
//! enough.
//!
//! A server may say that it deleted a backup and keep it, keep it on a second backend, or store an
//! upload seconds after the connection broke. So nothing is called gone on the word of the server
//! alone: what was broken off, not answered or not plainly deleted is looked for, and of the rest a
//! sample. Not each one: many distinct URLs that are answered 404 are what intrusion detection
//! takes for a scanner.

use super::{LATE_STORE, Leftovers, Session, Source};
use crate::clients::CredentialEncoding;
use crate::safe::Stage;
use crate::wire::answer::{Answer, FailureKind};
use crate::wire::guard::{Doubt, Honesty, LATEST, OwnBackup};
use crate::wire::halt::Sign;
use crate::wire::live::Live;
use crate::wire::request::{LoginUse, Method, Place, Request};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How many distinct URLs may be answered with 400, 403 or 404 where a sweep looks for what a run
/// left.
///
/// Source: servers.ban-crowdsec: from 11 on an address is banned.
pub(super) const STRAYS: usize = 8;
/// How many may be in a run. Three of them are the same in every run, so that three runs in a row
/// have nine.
const STRAYS_OF_RUN: usize = 5;
/// How many backups are looked for that the server said it deleted.
const SAMPLE: usize = 3;
/// How often each is looked for, over its own connection where that can be: behind one name
/// may be several backends. Once is enough where the URL was answered with a 4xx during the run.
const LOOKS: usize = 3;
/// How often it is deleted again where it is still there.
const ATTEMPTS: usize = 3;

/// How many refusals to delete are enough: each is one more URL that is refused.
const REFUSALS: usize = 3;
/// How long the answer to a deletion may take.
const SILENCE: Duration = Duration::from_secs(5);
/// How long to wait before what is locked is deleted again.
const UNLOCKING: Duration = Duration::from_secs(1);

/// How long intrusion detection takes to forget one missing URL.
const FORGOTTEN: Duration = Duration::from_secs(10);

/// What happens where too many URLs were missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Straying {
    /// Nothing more is looked for.
    Stops,
    /// Each further look waits.
    Waits,
}

fn place_of(backup: &OwnBackup) -> Place {
    Place::Backup(backup.clone())
}

/// Why a backup was not deleted.
enum Undeleted {
    /// It is locked for the moment.
    Locked,
    /// The server refused, or did not answer.
    Refused(String),
}

/// What a look came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sight {
    Present,
    Absent,
    /// The answer says neither, or there was none.
    Unknown,
}

impl Sight {
    fn of(answer: &Answer) -> Self {
        match answer {
            Ok(response) if response.is_success() => Self::Present,
            Ok(response) if matches!(response.status, 404 | 410) => Self::Absent,
            Ok(_) | Err(_) => Self::Unknown,
        }
    }
}

impl Session {
    /// Notes what became of an upload.
    pub(super) fn settle(&self, backup: &OwnBackup, size: u64, answer: &Answer) {
        match answer {
            Ok(response) if response.is_success() => {
                self.guard.weighs(backup, size);
                self.guard.answered(backup);
            }
            Ok(response) if (300..500).contains(&response.status) => self.guard.refused(backup),
            Ok(_) => self.guard.failed(backup),
            Err(failure) => match (failure.kind, failure.stage) {
                (FailureKind::BrokenOff { noticed: true }, _) => {
                    self.guard.may_appear(backup, Instant::now() + LATE_STORE);
                }
                (_, Stage::Resolve | Stage::Connect | Stage::Tls)
                | (
                    FailureKind::Refused
                    | FailureKind::Halted
                    | FailureKind::Limited
                    | FailureKind::CredentialsRefused
                    | FailureKind::NotOffered
                    | FailureKind::Guarded,
                    _,
                ) => self.guard.unsent(backup),
                _ => self.guard.may_appear(backup, Instant::now() + LATEST),
            },
        }
    }

    /// Notes what an answer says of a backup of ours, and of how many URLs the run has strayed to.
    pub(super) fn observe(&self, live: &Live, request: &Request, answer: &Answer) {
        let Ok(response) = answer else { return };
        if matches!(response.status, 400 | 403 | 404 | 410) {
            self.guard.strayed(live.url(&request.place));
        }
        // To anybody else, a server may call missing what is there.
        let may_see = matches!(request.login, LoginUse::Given | LoginUse::Encoded(_));
        if let (Place::Backup(backup), Method::Get, true) =
            (&request.place, request.method, may_see)
        {
            let sight = Sight::of(answer);
            if sight != Sight::Unknown {
                self.guard.looked(backup);
            }
            match sight {
                Sight::Present => {
                    let is_part = self.part_of(backup, &response.body).is_some();
                    self.guard.present(backup, is_part);
                }
                Sight::Absent => self.guard.unseen(backup),
                Sight::Unknown => {}
            }
        }
    }

    /// Deletes one of our backups, if something of it may be there. Not recorded: no check sees
    /// it.
    pub(in crate::wire) async fn delete(&self, backup: &OwnBackup) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        if self.guard.may_be_there(backup) {
            // What is not deleted now is tried once more when the run ends.
            let _ = self.delete_one(live, backup).await;
        }
    }

    /// Deletes a backup, or sees that it is not there.
    async fn delete_one(&self, live: &Live, backup: &OwnBackup) -> Result<(), Undeleted> {
        if self.refusals.load(Ordering::Relaxed) >= REFUSALS {
            return Err(Undeleted::Refused(
                "the server refuses to delete".to_owned(),
            ));
        }
        let answer = self
            .unseen(live, Request::delete(backup).header("Accept", "*/*"))
            .await;
        let refusal = match &answer {
            Ok(response) if response.is_success() => {
                self.guard.deleted(backup);
                return Ok(());
            }
            Ok(response) if matches!(response.status, 404 | 410) => {
                self.guard.absent(backup);
                return Ok(());
            }
            Ok(response) => format!("the server answered {}", response.status),
            Err(failure) => return Err(Undeleted::Refused(failure.message.clone())),
        };
        match answer.map_or(0, |response| response.status) {
            // What we send ourselves locks it for a while.
            423 => return Err(Undeleted::Locked),
            // Asking again with credentials that are refused locks people out.
            401 => {
                self.refusals.store(REFUSALS, Ordering::Relaxed);
                return Err(Undeleted::Refused(refusal));
            }
            403 | 405 => {
                self.refusals.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
        match self.look_for(live, backup).await {
            Sight::Absent => {
                self.guard.absent(backup);
                Ok(())
            }
            Sight::Present | Sight::Unknown => Err(Undeleted::Refused(refusal)),
        }
    }

    /// Deletes each of `backups` within `patience`, and again what is locked. Gives the first
    /// refusal.
    pub(super) async fn delete_each(
        &self,
        live: &Live,
        mut backups: Vec<OwnBackup>,
        patience: Duration,
    ) -> Option<String> {
        let mut refusal = None;
        let deleting = async {
            while !backups.is_empty() {
                for backup in backups.clone() {
                    let deleted = tokio::time::timeout(SILENCE, self.delete_one(live, &backup));
                    match deleted.await {
                        Ok(Err(Undeleted::Locked)) => continue,
                        Ok(Ok(())) => {}
                        Ok(Err(Undeleted::Refused(why))) => {
                            refusal.get_or_insert(why);
                        }
                        Err(_) => {
                            // Nothing more is asked of a server that has fallen silent.
                            self.refusals.store(REFUSALS, Ordering::Relaxed);
                            refusal.get_or_insert("a DELETE was not answered".to_owned());
                            return;
                        }
                    }
                    backups.retain(|other| *other != backup);
                }
                if !backups.is_empty() {
                    tokio::time::sleep(UNLOCKING).await;
                }
            }
        };
        let _ = tokio::time::timeout(patience, deleting).await;
        if !backups.is_empty() {
            refusal.get_or_insert_with(|| "the server answered 423".to_owned());
        }
        refusal
    }

    /// Sends a request that no check sees and no transcript keeps.
    pub(super) async fn unseen(&self, live: &Live, request: Request) -> Answer {
        let http = self.version(&request).await?;
        let encoding = CredentialEncoding::Utf8;
        let answer = live.exchange(&request, http, encoding).await;
        self.observe(live, &request, &answer);
        if let (Place::Backup(backup), Method::Get, Ok(response)) =
            (&request.place, request.method, &answer)
            && response.is_success()
        {
            self.came_late(backup, &response.body);
        }
        answer
    }

    /// Looks for a backup once; not any more once a server that has ended the run refuses a look.
    async fn look_for(&self, live: &Live, backup: &OwnBackup) -> Sight {
        if self.sees_no_more.load(Ordering::Relaxed) {
            return Sight::Unknown;
        }
        // Without `Accept` it goes over its own connection.
        let request = Request::new(Method::Get, Place::Backup(backup.clone()));
        let answer = self.unseen(live, request).await;
        if self.halted().is_some()
            && answer
                .as_ref()
                .is_ok_and(|response| Sign::of(response).is_some())
        {
            self.sees_no_more.store(true, Ordering::Relaxed);
        }
        Sight::of(&answer)
    }

    /// Looks for a backup that was deleted, and deletes it again where it is still there. Whether
    /// it is gone.
    async fn look_after_deletion(&self, live: &Live, backup: &OwnBackup, looks: usize) -> Sight {
        let mut attempts = 0;
        'again: loop {
            let mut sight = Sight::Unknown;
            for _ in 0..looks {
                sight = self.look_for(live, backup).await;
                if sight == Sight::Present && attempts < ATTEMPTS {
                    attempts += 1;
                    // Whether this has helped, the next look says.
                    let _ = self.delete_one(live, backup).await;
                    continue 'again;
                }
                if sight != Sight::Absent {
                    return sight;
                }
            }
            return sight;
        }
    }

    /// Returns whether a backup may be looked for: whether one more URL may be missing.
    async fn may_stray(&self, live: &Live, backup: &OwnBackup, straying: Straying) -> bool {
        let strays = self.guard.strays();
        let most = match straying {
            Straying::Stops => STRAYS_OF_RUN,
            Straying::Waits => STRAYS,
        };
        if strays.len() < most || strays.contains(&live.url(&place_of(backup))) {
            return true;
        }
        match straying {
            Straying::Stops => false,
            Straying::Waits => {
                self.let_one_be_forgotten().await;
                true
            }
        }
    }

    /// Waits until intrusion detection has forgotten one URL. There is none before a server on this
    /// machine.
    pub(super) async fn let_one_be_forgotten(&self) {
        if !self.facts.loopback {
            tokio::time::sleep(FORGOTTEN).await;
        }
    }

    /// Deletes whatever may be there, within `patience`. Before a run that is what an earlier one
    /// with the same seed left.
    pub async fn delete_all(&self, patience: Duration) {
        if let Source::Live { live, .. } = &self.source {
            // What is still there after this stands in the ledger.
            let _ = self.delete_each(live, self.guard.left(), patience).await;
        }
    }

    /// Deletes whatever is still there, looks for it, and closes the ledger. Deleting and looking
    /// take `patience` each, and what may come late is waited for between them.
    pub async fn clean_up(&self, patience: Duration) -> Leftovers {
        if let Some((_, doubts)) = &self.replayed {
            return Leftovers {
                backups: doubts.values().sum(),
                doubts: doubts.clone(),
                ledger: None,
            };
        }
        self.guard.give_up_waiting();
        self.see_one().await;
        self.delete_all(patience).await;
        self.look_for_all(patience, Straying::Stops).await;
        let closed = self.guard.close();
        Leftovers {
            backups: closed.doubts.values().sum(),
            doubts: closed.doubts,
            ledger: closed.ledger,
        }
    }

    /// Looks for a backup before it is deleted, where none was seen yet: a server that never showed
    /// one cannot show that it is gone.
    async fn see_one(&self) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        if let (false, Some(backup)) = (self.guard.shows(), self.guard.left().first()) {
            let _ = tokio::time::timeout(SILENCE, self.look_for(live, backup)).await;
        }
    }

    /// Looks for what may have come late and for a sample of the rest, within `patience`, and notes
    /// what is in doubt.
    pub(super) async fn look_for_all(&self, patience: Duration, straying: Straying) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        let (late, last) = self.guard.unanswered();
        if let (false, Some(last), false) = (late.is_empty(), last, self.is_refused()) {
            tokio::time::sleep_until(last.into()).await;
        }
        let looking = async {
            self.look_for_late(live, &late, straying).await;
            self.look_for_parts(live, &late).await;
            self.look_for_lies(live, straying).await;
        };
        let _ = tokio::time::timeout(patience, looking).await;
        for backup in late.iter().filter(|backup| self.guard.is_open(backup)) {
            self.guard.doubt(backup, Doubt::MayAppear);
        }
        let why = match self.guard.honesty() {
            Honesty::Honest => return,
            Honesty::Unknown => Doubt::Unseen,
            Honesty::Lies => Doubt::Doubtful,
        };
        for backup in self.guard.only_deleted() {
            self.guard.doubt(&backup, why);
        }
    }

    fn is_refused(&self) -> bool {
        self.refusals.load(Ordering::Relaxed) >= REFUSALS
    }

    /// Looks for what was broken off or not answered, after the last moment at which it could
    /// appear.
    async fn look_for_late(&self, live: &Live, late: &[OwnBackup], straying: Straying) {
        for backup in late {
            if self.is_refused() {
                return;
            }
            // No intrusion detection stands before a server on this machine.
            let straying = if self.facts.loopback {
                Straying::Waits
            } else {
                straying
            };
            if self.guard.is_gone(backup) || !self.may_stray(live, backup, straying).await {
                continue;
            }
            // A part that has come is seen before it is deleted: a check is judged by it.
            if self.look_for(live, backup).await != Sight::Absent || self.guard.is_open(backup) {
                // It may have come, or its own upload may have locked it until now.
                let _ = self.delete_one(live, backup).await;
            }
            if !self.guard.is_open(backup) {
                continue;
            }
            let is_known = self.guard.strays().contains(&live.url(&place_of(backup)));
            let looks = if is_known { 1 } else { LOOKS };
            match self.look_after_deletion(live, backup, looks).await {
                Sight::Absent => {}
                Sight::Present => self.guard.doubt(backup, Doubt::StillThere),
                Sight::Unknown => self.guard.doubt(backup, Doubt::MayAppear),
            }
        }
    }

    /// Looks once more where an upload was broken off: a part may have come after the check looked.
    async fn look_for_parts(&self, live: &Live, looked_for: &[OwnBackup]) {
        let parts = self.broken_off();
        for backup in parts.iter().filter(|backup| !looked_for.contains(backup)) {
            if self.is_refused() {
                return;
            }
            if self.look_after_deletion(live, backup, 1).await == Sight::Present {
                self.guard.doubt(backup, Doubt::StillThere);
            }
        }
    }

    /// Looks for some of what the server said that it deleted; for all of it once something is
    /// still there.
    async fn look_for_lies(&self, live: &Live, straying: Straying) {
        let mut deleted = self.guard.only_deleted();
        // What was answered 404 before costs no further URL.
        let strays = self.guard.strays();
        let url = |backup: &OwnBackup| live.url(&place_of(backup));
        let known = deleted.extract_if(.., |backup| strays.contains(&url(backup)));
        let known: Vec<_> = known.collect();
        let step = deleted.len().div_ceil(SAMPLE).max(1);
        let (sample, rest): (Vec<_>, Vec<_>) = deleted
            .iter()
            .enumerate()
            .partition(|(place, _)| place % step == 0);
        let others = sample.into_iter().chain(rest);
        let others = others.map(|(_, backup)| (backup, LOOKS));
        let known = known.iter().map(|backup| (backup, 1));
        for (looked, (backup, looks)) in known.chain(others).enumerate() {
            let is_enough = match self.guard.honesty() {
                Honesty::Unknown => false,
                Honesty::Honest => {
                    looked >= SAMPLE || !self.may_stray(live, backup, Straying::Stops).await
                }
                Honesty::Lies => !self.may_stray(live, backup, straying).await,
            };
            if is_enough || self.is_refused() {
                return;
            }
            match self.look_after_deletion(live, backup, looks).await {
                Sight::Absent => {}
                Sight::Present => self.guard.doubt(backup, Doubt::StillThere),
                Sight::Unknown => self.guard.doubt(backup, Doubt::Unseen),
            }
        }
    }
}
