//! The cleanup: deletes what the run has put on the server, and looks for it if a confirmed
//! deletion is not enough.
//!
//! A server may confirm a deletion and keep the backup, keep it on a second backend, or store an
//! upload seconds after its connection broke. So a backup does not count as gone just because the
//! server says so: the run looks for uploads that were broken off, not answered or not plainly
//! deleted, and for a sample of the others. It does not look for all of them, because intrusion
//! detection takes a client with many distinct 404 answers for a scanner.

use super::{LATE_STORE, Leftovers, Session, Source};
use crate::clients::CredentialEncoding;
use crate::wire::answer::{Answer, Response};
use crate::wire::failure::FailureKind;
use crate::wire::guard::{Doubt, Honesty, LATEST, OwnBackup};
use crate::wire::halt::Sign;
use crate::wire::live::Live;
use crate::wire::request::{LoginUse, Method, Place, Request};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How many distinct URLs may be answered with 400, 403 or 404 during the looks of a sweep.
///
/// Source: servers.ban-crowdsec: from 11 on an address is banned.
pub(super) const STRAYS: usize = 8;
/// How many may be answered so during a run. Three of them are the same in every run, so three runs
/// in a row have nine.
const STRAYS_OF_RUN: usize = 5;
/// How many backups are looked for whose deletion the server confirmed.
const SAMPLE: usize = 3;
/// How often each is looked for, over separate connections if possible, because several backends
/// may have one name. Once is enough if its URL was answered with a 4xx during the run.
const LOOKS: usize = 3;
/// How often a backup is deleted again if it still exists.
const ATTEMPTS: usize = 3;

/// After how many refusals to delete the run stops deleting, because each is another refused URL.
const REFUSALS: usize = 3;
/// How long a server may take to show an upload that it accepted.
const SHOWN: Duration = Duration::from_secs(2);
/// How long the answer to a deletion may take.
const SILENCE: Duration = Duration::from_secs(5);
/// How long to wait before a locked backup is deleted again.
const UNLOCKING: Duration = Duration::from_secs(1);

/// Why a missing backup does not count as gone.
const AWAY: &str = "`config` was not returned, so a missing backup may still be on the server";
/// Why nothing more is deleted after the time for a DELETE was over. The harness sends a request
/// again that a busy server refuses, and then sees no last answer.
const SILENT: &str = "a DELETE was not answered, or only with 503: the server is busy";

/// How long intrusion detection takes to forget one missing URL.
const FORGOTTEN: Duration = Duration::from_secs(10);

/// The reaction to too many missing URLs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Straying {
    /// The run stops looking.
    Stops,
    /// Each further look waits.
    Waits,
}

fn place_of(backup: &OwnBackup) -> Place {
    Place::Backup(backup.clone())
}

/// Why a backup was not deleted.
enum Undeleted {
    /// It is locked temporarily.
    Locked,
    /// The server refused, or did not answer.
    Refused(String),
}

/// The result of a look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sight {
    Present,
    Absent,
    /// The answer shows neither, or there was no answer.
    Unknown,
}

impl Sight {
    fn of(answer: &Answer) -> Self {
        match answer {
            Ok(response) if response.is_success() => Self::Present,
            Ok(response) if response.proves_absence() => Self::Absent,
            Ok(_) | Err(_) => Self::Unknown,
        }
    }
}

impl Session {
    /// Notes the result of an upload. If it was sent again after an attempt whose answer was lost,
    /// the server may have stored it then, whatever the last answer was.
    pub(super) fn settle(&self, backup: &OwnBackup, size: u64, answer: &Answer, was_lost: bool) {
        match answer {
            Ok(response) if response.is_success() => {
                self.guard.weighs(backup, size);
                self.guard.answered(backup);
            }
            Ok(response) if (300..500).contains(&response.status) && !was_lost => {
                self.guard.refused(backup);
            }
            Ok(_) => self.guard.failed(backup),
            Err(failure) => match failure.kind {
                FailureKind::BrokenOff { noticed: true } => {
                    self.guard.may_appear(backup, Instant::now() + LATE_STORE);
                }
                _ if was_lost || failure.may_be_received() => {
                    self.guard.may_appear(backup, Instant::now() + LATEST);
                }
                _ => self.guard.unsent(backup),
            },
        }
    }

    /// Notes what an answer shows about a backup of the run, and its URL if that is missing or
    /// refused.
    pub(super) fn observe(&self, live: &Live, request: &Request, answer: &Answer) {
        let Ok(response) = answer else { return };
        if matches!(response.status, 400 | 403 | 404 | 410) {
            self.guard.strayed(live.url(&request.place));
        }
        // To anyone else, a server may report an existing backup as missing.
        let may_see = matches!(request.login, LoginUse::Given | LoginUse::Encoded(_));
        if let (Place::Backup(backup), Method::Get, true) =
            (&request.place, request.method, may_see)
        {
            let sight = Sight::of(answer);
            if sight != Sight::Unknown {
                self.guard.looked(backup);
            }
            if sight == Sight::Present {
                self.has_seen_a_backup.store(true, Ordering::Relaxed);
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

    /// Deletes a backup of the run if a part of it may exist. This is not recorded, because no
    /// check sees it.
    pub(in crate::wire) async fn delete(&self, backup: &OwnBackup) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        if self.guard.may_be_there(backup) {
            // A deletion that fails now is repeated at the end of the run.
            let _ = self.delete_one(live, backup).await;
        }
    }

    /// Deletes a backup, or finds it missing.
    async fn delete_one(&self, live: &Live, backup: &OwnBackup) -> Result<(), Undeleted> {
        if self.refusals.load(Ordering::Relaxed) >= REFUSALS {
            let why = self.deletions_ended.get().cloned();
            return Err(Undeleted::Refused(
                why.unwrap_or_else(|| "the server refuses to delete".to_owned()),
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
            Ok(response) if response.proves_absence() && !self.guard.was_taken(backup) => {
                self.guard.absent(backup);
                return Ok(());
            }
            Ok(response) => format!("the server answered {}", response.status),
            Err(failure) => return Err(Undeleted::Refused(failure.message.clone())),
        };
        let is_missing = answer.as_ref().is_ok_and(Response::proves_absence);
        match answer.map_or(0, |response| response.status) {
            // The run's own upload locks it for a while.
            423 => return Err(Undeleted::Locked),
            // Repeating refused credentials locks users out.
            401 => {
                self.refusals.store(REFUSALS, Ordering::Relaxed);
                return Err(Undeleted::Refused(refusal));
            }
            403 | 405 => {
                self.refusals.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
        let (sight, length) = self.sight_of(live, backup).await;
        // Another body is a page about a missing backup.
        let is_page = is_missing && !self.guard.may_weigh(backup, length);
        if sight == Sight::Absent || (sight == Sight::Present && is_page) {
            let folder = self.sight_of_folder(live, backup).await;
            if folder == Sight::Absent {
                // Each further 404 is another missing URL.
                self.stops_deleting(AWAY);
            }
            if folder != Sight::Present {
                return Err(Undeleted::Refused(AWAY.to_owned()));
            }
            if is_missing {
                // Another backend may have it, or it is shown only after a while.
                self.guard.may_show(backup, Instant::now() + SHOWN);
            }
            self.guard.absent(backup);
            return Ok(());
        }
        if sight == Sight::Present && is_missing {
            // A server without DELETE: each further 404 is another missing URL.
            self.refusals.fetch_add(1, Ordering::Relaxed);
        }
        Err(Undeleted::Refused(refusal))
    }

    /// Ends the deletions, for this reason.
    fn stops_deleting(&self, why: &str) {
        self.refusals.store(REFUSALS, Ordering::Relaxed);
        // The first reason counts.
        let _ = self.deletions_ended.set(why.to_owned());
    }

    /// Deletes each of `backups` within `patience`, and repeats this for locked ones. Returns the
    /// first refusal.
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
                            // Nothing more is sent to a server that no longer answers.
                            self.stops_deleting(SILENT);
                            refusal.get_or_insert(SILENT.to_owned());
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

    /// Looks for a backup once, unless a server that has ended the run has already refused a look.
    async fn look_for(&self, live: &Live, backup: &OwnBackup) -> Sight {
        self.sight_of(live, backup).await.0
    }

    /// Looks as [`look_for`](Self::look_for), and returns also the length of the body, in bytes.
    async fn sight_of(&self, live: &Live, backup: &OwnBackup) -> (Sight, u64) {
        if self.sees_no_more.load(Ordering::Relaxed) {
            return (Sight::Unknown, 0);
        }
        // A request without `Accept` gets its own connection.
        let request = Request::new(Method::Get, Place::Backup(backup.clone()));
        let answer = self.unseen(live, request).await;
        if self.halted().is_some()
            && answer
                .as_ref()
                .is_ok_and(|response| Sign::of(response).is_some())
        {
            self.sees_no_more.store(true, Ordering::Relaxed);
        }
        let length = answer.as_ref().map_or(0, |seen| seen.body.length);
        (Sight::of(&answer), length)
    }

    /// Looks for a deleted backup, and deletes it again if it still exists. Returns the last
    /// result.
    async fn look_after_deletion(&self, live: &Live, backup: &OwnBackup, looks: usize) -> Sight {
        let mut attempts = 0;
        'again: loop {
            let mut sight = Sight::Unknown;
            for _ in 0..looks {
                sight = self.look_for(live, backup).await;
                if sight == Sight::Present && attempts < ATTEMPTS {
                    attempts += 1;
                    // The next look shows whether this helped.
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

    /// Returns whether a backup may be looked for, which may add a missing URL.
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

    /// Waits until intrusion detection has forgotten one URL. A server on this machine has none in
    /// front of it.
    pub(super) async fn let_one_be_forgotten(&self) {
        if !self.facts.loopback {
            tokio::time::sleep(FORGOTTEN).await;
        }
    }

    /// Deletes every backup that may exist, within `patience`. Before a run these are the ones that
    /// an earlier run with the same seed left.
    pub async fn delete_all(&self, patience: Duration) {
        if let Source::Live { live, .. } = &self.source {
            // The ledger names the backups that still exist after this.
            let _ = self.delete_each(live, self.guard.left(), patience).await;
        }
    }

    /// Deletes every backup that may still exist, looks for them, and closes the ledger. Deleting
    /// and looking take at most `patience` each; between them it waits for uploads that may appear
    /// late.
    pub async fn clean_up(&self, patience: Duration) -> Leftovers {
        if let Source::Replay { run, .. } = &self.source {
            return Leftovers {
                backups: run.left_behind.values().sum(),
                doubts: run.left_behind.clone(),
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

    /// Looks for a backup before its deletion if none was seen yet: a server that never showed one
    /// cannot show that it is gone.
    async fn see_one(&self) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        if let (false, Some(backup)) = (self.guard.shows(), self.guard.left().first()) {
            let _ = tokio::time::timeout(SILENCE, self.look_for(live, backup)).await;
        }
    }

    /// Looks for uploads that may have appeared late and for a sample of the others, within
    /// `patience`, and notes doubts.
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

    /// Looks for uploads that were broken off or not answered, after the last moment at which they
    /// could appear.
    async fn look_for_late(&self, live: &Live, late: &[OwnBackup], straying: Straying) {
        for backup in late {
            if self.is_refused() {
                return;
            }
            // A server on this machine has no intrusion detection in front of it.
            let straying = if self.facts.loopback {
                Straying::Waits
            } else {
                straying
            };
            if self.guard.is_gone(backup) || !self.may_stray(live, backup, straying).await {
                continue;
            }
            if self.guard.was_missed(backup) {
                let _ = self.look_after_deletion(live, backup, LOOKS).await;
            }
            // A late part is looked at before it is deleted, because it decides a check.
            if self.look_for(live, backup).await != Sight::Absent || self.guard.is_open(backup) {
                // It may have appeared, or its own upload may have locked it until now.
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

    /// Looks again at broken-off uploads, because a part may have appeared after the check looked.
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

    /// Looks for some of the backups whose deletion was confirmed; for all of them once one still
    /// exists.
    async fn look_for_lies(&self, live: &Live, straying: Straying) {
        let mut deleted = self.guard.only_deleted();
        // A URL that was answered with 404 before does not add another one.
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
