//! One request, sent until its answer counts.

use super::doubts::Doubts;
use super::tries::{CLOSURES, Next, SMALL, Tries};
use crate::clients::CredentialEncoding;
use crate::wire::answer::{Answer, Response};
use crate::wire::facet::Http;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::halt::{Halt, Sign};
use crate::wire::live::Live;
use crate::wire::pace::Turn;
use crate::wire::request::{LoginUse, Manner, Method, Place, Request};
use crate::wire::settings::{Firsts, Totals};
use crate::wire::target::LoginKind;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How many times longer the answer to a repeated request may take; it is sent alone.
const LONGER: u32 = 3;

/// How often, and why, simultaneous requests are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) enum Round {
    First,
    /// Once more, after a limit refused one of them.
    AfterLimit,
    /// Once more, after no answer arrived in time.
    AfterSilence,
}

impl Live {
    /// Returns the costs of the run, without what it deleted.
    pub(in crate::wire) fn totals(&self) -> Totals {
        let (requests, bytes_sent) = self.counted();
        let pace = self.patience.pace.now();
        let (new_connections, closed_connections) = self.patience.new_connections.counted();
        let (repeatable, passed_errors) = self.patience.errors.counted();
        Totals {
            requests,
            bytes_sent,
            new_connections,
            closed_connections,
            repeatable,
            passed_errors,
            limited: pace.limited,
            paused_ms: u64::try_from(pace.paused.as_millis()).unwrap_or(u64::MAX),
            locked: self.patience.locked.load(Ordering::Relaxed),
            asked_again: self.patience.asked_again.load(Ordering::Relaxed),
            ..Totals::default()
        }
    }

    /// Returns what the run met for the first time.
    pub(in crate::wire) fn firsts(&self) -> Firsts {
        Firsts {
            slowed_by: self.patience.slowed_by.get().cloned(),
            untrusted: self.patience.untrusted.get().cloned(),
            passed_error: self.patience.errors.first().map(str::to_owned),
        }
    }

    /// Sends one request for a check and reads the answer, unless the run was halted.
    pub(in crate::wire) async fn ask(
        &self,
        request: &Request,
        http: Http,
        encoding: CredentialEncoding,
    ) -> Answer {
        self.patiently(request, http, encoding, true).await
    }

    /// Returns how many requests and how many bytes of bodies were sent.
    pub(in crate::wire) fn counted(&self) -> (u64, u64) {
        (
            self.requests.load(Ordering::Relaxed),
            self.bytes_sent.load(Ordering::Relaxed),
        )
    }

    /// Sends one request of the cleanup, which is tried once even if the run was halted.
    pub(in crate::wire) async fn exchange(
        &self,
        request: &Request,
        http: Http,
        encoding: CredentialEncoding,
    ) -> Answer {
        self.patiently(request, http, encoding, false).await
    }

    /// Waits for a turn in which several requests may be sent together.
    pub(in crate::wire) async fn turn_for_several(&self, round: Round) -> Turn {
        let pace = &self.patience.pace;
        match round {
            Round::First | Round::AfterLimit => pace.enter_for_several().await,
            Round::AfterSilence => pace.enter_alone().await,
        }
    }

    /// Notes that simultaneous requests are sent once more because no answer arrived; returns false
    /// if the run was halted, so that they are not.
    pub(in crate::wire) fn repeats_several(&self) -> bool {
        let patience = &self.patience;
        let repeats = patience.halt.get().is_none();
        if repeats {
            patience.asked_again.fetch_add(1, Ordering::Relaxed);
        }
        repeats
    }

    /// Returns the shortest time between two requests at the present pace.
    pub(in crate::wire) fn interval(&self) -> Duration {
        let rate = self.patience.pace.now().rate;
        if rate.is_finite() {
            Duration::from_secs_f64(1.0 / rate)
        } else {
            Duration::ZERO
        }
    }

    /// Sends one of several simultaneous requests, within their common turn.
    pub(in crate::wire) async fn ask_together(
        &self,
        request: &Request,
        http: Http,
        encoding: CredentialEncoding,
        round: Round,
    ) -> Answer {
        if request.method == Method::Put {
            self.disturb(request);
        }
        let mut tries = Tries {
            timeouts: u32::from(round == Round::AfterSilence),
            ..Tries::default()
        };
        loop {
            if request.is_personal() {
                self.patience.refusals.settled().await;
            }
            self.may_ask(request)?;
            if let Some(refused) = self.refused_before(request) {
                return Ok(refused);
            }
            let answer = self.once(request, http, encoding, self.limit(&tries)).await;
            match &answer {
                Err(failure) if failure.kind == FailureKind::Certificate => {
                    match self.after_distrust(failure, &mut tries) {
                        Next::Again(pause) => tokio::time::sleep(pause).await,
                        _ => return answer,
                    }
                }
                Err(failure)
                    if matches!(failure.kind, FailureKind::NoAnswer | FailureKind::Reset)
                        && tries.closures < CLOSURES.1
                        && request.login != LoginUse::Wrong =>
                {
                    tries.closures += 1;
                    self.patience.asked_again.fetch_add(1, Ordering::Relaxed);
                }
                Err(_) => return answer,
                Ok(response) => {
                    self.note_distrusted(&tries);
                    self.heard(request, response);
                    self.after_refusal(request, response).await;
                    if self.patience.halt.get().is_none() {
                        // The result is visible to all requests.
                        let _ = self.is_banned(request, response).await;
                    }
                    return match self.hidden_by_halt(request, &answer) {
                        Some(failure) => Err(failure),
                        None => answer,
                    };
                }
            }
        }
    }

    /// Returns the failure of a request that was running when a limit, a ban or a revoked password
    /// ended the run: its refusal says nothing about the server.
    fn hidden_by_halt(&self, request: &Request, answer: &Answer) -> Option<Failure> {
        let halt = self.patience.halt.get()?;
        let is_locked_out = matches!(halt, Halt::LockedOut { .. });
        let is_revoked = matches!(halt, Halt::CredentialsRevoked { .. });
        let is_hidden = match answer {
            Ok(response) => {
                Sign::of(response).is_some()
                    || (is_locked_out && response.status == 403)
                    || (is_revoked && response.status == 401 && request.is_personal())
            }
            Err(failure) => is_locked_out && failure.kind.is_peer(),
        };
        is_hidden.then(|| Failure::from(halt))
    }

    /// Returns what is known about 403 answers.
    pub(super) const fn doubts(&self) -> &Doubts {
        &self.patience.doubts
    }

    /// Returns whether the user's credentials returned `config`.
    pub(super) fn was_given_config(&self) -> bool {
        self.patience.own_config.get().is_some()
    }

    pub(super) fn is_known_as_closed(&self) -> bool {
        self.patience.closed_config.load(Ordering::Relaxed)
    }

    /// Returns whether the run received `config`.
    pub(super) fn was_served_config(&self) -> bool {
        self.patience.served_config.load(Ordering::Relaxed)
    }

    async fn patiently(
        &self,
        request: &Request,
        http: Http,
        encoding: CredentialEncoding,
        for_check: bool,
    ) -> Answer {
        let mut tries = Tries::default();
        loop {
            let turn = if tries.wants_to_be_alone() {
                self.patience.pace.enter_alone().await
            } else {
                self.patience.pace.enter().await
            };
            if request.is_personal() {
                self.patience.refusals.settled().await;
            }
            // Another request may have ended the run while this one waited.
            self.may_ask(request)?;
            if let Some(refused) = self.refused_before(request) {
                return Ok(refused);
            }
            if for_check
                && let Some(halt) = self.patience.halt.get()
                && halt.stops(request.asks_for_challenge())
            {
                return Err(Failure::from(halt));
            }
            let limit = self.limit(&tries);
            let begun = Instant::now();
            let answer = self.once(request, http, encoding, limit).await;
            let took = begun.elapsed();
            let next = self
                .after(request, &answer, took, &mut tries, for_check)
                .await;
            if for_check && let Some(failure) = self.hidden_by_halt(request, &answer) {
                return Err(failure);
            }
            if for_check && answer.is_ok() && matches!(next, Next::Take) {
                self.patience.new_connections.count(request, http, &tries);
            }
            match next {
                Next::Take if self.was_limited(request, &answer, &tries) => {
                    // Requests that were refused together are one sign, however long each waited.
                    turn.limited_since(tries.limited_since);
                    return taken(answer, &tries);
                }
                Next::Take => {
                    let is_ordinary =
                        request.manner == Manner::Ordinary && request.body_length() < SMALL;
                    turn.answered(is_ordinary && answer.is_ok());
                    return taken(answer, &tries);
                }
                Next::Instead(earlier) => {
                    turn.answered(false);
                    return Ok(*earlier);
                }
                Next::Again(pause) => {
                    let silent =
                        matches!(&answer, Err(failure) if failure.kind == FailureKind::TimedOut);
                    if tries.sign.is_some() {
                        tries.limited_since.get_or_insert(turn.began());
                    }
                    if silent {
                        turn.timed_out();
                    } else if tries.sign.is_some() {
                        // Other requests would probably be refused in the meantime.
                        turn.holds_back(pause);
                    } else {
                        drop(turn);
                    }
                    tokio::time::sleep(pause).await;
                }
                Next::Slower(pause) => turn.limited(pause),
                Next::GiveUp(failure) => return Err(failure),
                Next::Halt(halt) => {
                    // The first reason is kept.
                    let halt = self.patience.halt.get_or_init(|| halt);
                    return Err(Failure::from(halt));
                }
            }
        }
    }

    /// Returns how long one answer may take: the user's limit, or longer on a server that was slow
    /// from the start.
    pub(super) fn limit(&self, tries: &Tries) -> Duration {
        let usual = self.patience.pace.latency().unwrap_or_default() * 20;
        let limit = self.timeout.max(usual.min(self.timeout * LONGER));
        if tries.timeouts > 0 {
            limit * LONGER
        } else {
            limit
        }
    }

    /// Refuses what could lock the user out: every login after a refused one.
    pub(in crate::wire::live) fn may_ask(&self, request: &Request) -> Result<(), Failure> {
        if request.is_personal()
            && let Some(halt) = self.patience.halt.get()
            && halt.is_of_credentials()
        {
            return Err(Failure::from(halt));
        }
        let refused = self.patience.refused_logins.load(Ordering::Relaxed);
        if request.login == LoginUse::Wrong && refused > 0 {
            return Err(Failure::of(
                FailureKind::Guarded,
                "the server has already refused one login of this run; a second one could lock users out",
            ));
        }
        Ok(())
    }

    async fn after(
        &self,
        request: &Request,
        answer: &Answer,
        took: Duration,
        tries: &mut Tries,
        for_check: bool,
    ) -> Next {
        match answer {
            Ok(response) => {
                self.note_distrusted(tries);
                self.deaf(request).store(false, Ordering::Relaxed);
                if request.login != LoginUse::Wrong
                    && let Some(sign) = Sign::of(response)
                {
                    return self.after_limit(request, response, sign, tries).await;
                }
                if for_check && let Some(next) = self.after_error(request, response, took, tries) {
                    return next;
                }
                self.heard(request, response);
                self.after_refusal(request, response).await;
                if self.patience.halt.get().is_none()
                    && let Some(sign) = self.is_banned(request, response).await
                {
                    let asked = request.shown();
                    return Next::Halt(Halt::LockedOut { sign, asked });
                }
                // The cleanup waits for locks itself, and continues with backups that are not
                // locked.
                if response.status == 423 && for_check && request.login != LoginUse::Wrong {
                    return self.after_lock(request, tries);
                }
                Next::Take
            }
            Err(failure) => self.after_failure(request, failure, tries).await,
        }
    }

    /// Notes what an answer shows about the credentials, and that the server answered.
    pub(in crate::wire::live) fn heard(&self, request: &Request, response: &Response) {
        let patience = &self.patience;
        if Sign::of(response).is_none() {
            patience.served.store(true, Ordering::Relaxed);
            // A proxy may refuse requests without credentials before the server sees them, and a
            // refused `config` was never returned.
            let is_given = response.is_success() || response.status == 404;
            let as_app = request.is_personal() && request.has_name_of_app();
            if matches!(request.place, Place::Config) && as_app && is_given {
                patience.served_config.store(true, Ordering::Relaxed);
            }
        }
        if matches!(request.place, Place::Config) {
            match request.login {
                LoginUse::Nobody if response.status == 401 => {
                    patience.closed_config.store(true, Ordering::Relaxed);
                }
                LoginUse::Given if response.is_success() => {
                    patience.own_config.get_or_init(|| request.shown());
                }
                _ => {}
            }
            // In either order of the two answers, the credentials were accepted.
            if self.is_known_as_closed()
                && let Some(accepted) = patience.own_config.get()
            {
                self.accept(accepted.clone());
            }
        }
        if request.login == LoginUse::Wrong && response.status == 401 {
            patience.refused_logins.fetch_add(1, Ordering::Relaxed);
        }
        if !request.is_personal() || self.target.login.kind() == LoginKind::Open {
            return;
        }
        if response.status == 401 {
            patience.refused_logins.fetch_add(1, Ordering::Relaxed);
            return;
        }
        patience.refusals.taken(request);
        if request.method == Method::Put && response.is_success() {
            self.accept(request.shown());
        }
    }

    /// Notes that the credentials work, as the answer to `accepted` shows.
    fn accept(&self, accepted: String) {
        self.patience.accepted.get_or_init(|| accepted);
        self.patience.pace.accepted();
    }

    pub(super) fn deaf(&self, request: &Request) -> &AtomicBool {
        &self.patience.deaf[usize::from(request.method == Method::Put)]
    }

    pub(super) fn again(&self, pause: Duration) -> Next {
        self.patience.asked_again.fetch_add(1, Ordering::Relaxed);
        Next::Again(pause)
    }

    pub(super) fn disturb(&self, request: &Request) {
        if let Place::Backup(backup) = &request.place {
            let disturbed = self.patience.disturbed.lock();
            let mut disturbed = disturbed.unwrap_or_else(PoisonError::into_inner);
            disturbed.insert(backup.id().to_hex());
        }
    }

    pub(super) fn is_disturbed(&self, request: &Request) -> bool {
        let disturbed = self.patience.disturbed.lock();
        let disturbed = disturbed.unwrap_or_else(PoisonError::into_inner);
        match &request.place {
            Place::Backup(backup)
            | Place::CapitalBackup(backup)
            | Place::DoubleSlashBackup(backup) => disturbed.contains(&backup.id().to_hex()),
            Place::Listing(_) => !disturbed.is_empty(),
            Place::Config
            | Place::Missing
            | Place::Theirs(_)
            | Place::Bin(_)
            | Place::InBin(..)
            | Place::Below(_) => false,
        }
    }
}

/// Returns the answer, and notes whether the request may have been carried out twice.
fn taken(answer: Answer, tries: &Tries) -> Answer {
    match answer {
        Ok(response) => Ok(Response {
            asked_again: tries.was_lost(),
            ..response
        }),
        Err(failure) if failure.kind == FailureKind::TimedOut && tries.timeouts > 0 => {
            Err(Failure {
                message: format!(
                    "{}, nor when sent again without other requests",
                    failure.message
                ),
                ..failure
            })
        }
        Err(failure) => Err(failure),
    }
}
