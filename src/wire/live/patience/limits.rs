//! Answers that require patience: from a server that limits requests, that holds a lock, or that
//! failed for a moment.

use super::errors::{ERROR_PAUSES, QUICK, is_error, is_repeatable};
use super::tries::{Next, Tries, of};
use crate::wire::answer::{Answer, Response};
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::halt::{Halt, Sign};
use crate::wire::live::Live;
use crate::wire::request::{Method, Request};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long to wait before a lock is tested again, in seconds; the last value repeats.
const LOCK_PAUSES: [u64; 6] = [1, 1, 2, 3, 5, 10];
/// How long to send nothing to a server that limits without naming a time, in seconds; the last
/// value repeats.
const LIMIT_PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

impl Live {
    pub(super) async fn after_limit(
        &self,
        request: &Request,
        response: &Response,
        sign: Sign,
        tries: &mut Tries,
    ) -> Next {
        let patience = &self.patience;
        let retry_after = response.header("retry-after");
        let pause = pause_of(response).unwrap_or_else(|| of(&LIMIT_PAUSES, tries.limits));
        if patience.halt.get().is_some() {
            return Next::Take;
        }
        if sign != Sign::Status(429) && !tries.is_limit {
            if self.is_closed(request) {
                return Next::Take;
            }
            let is_long = pause > of(&LIMIT_PAUSES, 2);
            if tries.limits < 2 && !is_long {
                tries.limits += 1;
                tries.sign = Some(sign);
                return Next::Again(pause);
            }
            let may_ask_config = patience.served_config.load(Ordering::Relaxed);
            if !may_ask_config || !self.is_config_limited().await {
                self.close(request);
                tries.sign = None;
                return Next::Take;
            }
            tries.is_limit = true;
        }
        let asked = request.shown();
        let _ = patience.slowed_by.set(format!("{sign} to {asked}"));
        tries.limits += 1;
        tries.waited += pause;
        if tries.waited > patience.most {
            let retry_after = retry_after.map(str::to_owned);
            return Next::Halt(Halt::Limited {
                sign,
                retry_after,
                asked,
            });
        }
        Next::Slower(pause)
    }

    /// Returns how to continue after an answer that may be an error of a moment; `None` if it
    /// counts.
    pub(super) fn after_error(
        &self,
        request: &Request,
        response: &Response,
        took: Duration,
        tries: &mut Tries,
    ) -> Option<Next> {
        let errors = &self.patience.errors;
        if !is_repeatable(request) {
            return None;
        }
        let is_error = is_error(response.status);
        let is_first = tries.errors == 0;
        let is_rule = is_first && errors.begins(request, is_error);
        if !is_error {
            let error = tries.error.take()?;
            if request.method == Method::Delete && response.proves_absence() {
                // It was done when the error came: each deletion may end so.
                return Some(Next::Instead(Box::new(error)));
            }
            errors.passes(request, error.status);
            return None;
        }
        let is_halted = self.patience.halt.get().is_some();
        let may_pass = took < QUICK && !is_rule && !is_halted;
        let pause = ERROR_PAUSES.get(tries.errors).filter(|_| may_pass)?;
        tries.errors += 1;
        tries.error.get_or_insert_with(|| response.clone());
        Some(Next::Again(*pause))
    }

    /// Returns how long to wait before simultaneous requests are sent again; `None` if no limit
    /// refused one of them.
    ///
    /// A limit on simultaneous requests refuses them again after any wait.
    pub(in crate::wire) fn pause_after_several<'a>(
        &self,
        answered: impl Iterator<Item = (&'a Request, &'a Answer)>,
    ) -> Option<Duration> {
        let patience = &self.patience;
        if patience.halt.get().is_some() {
            return None;
        }
        let refused = |(request, answer): (&'a Request, &'a Answer)| {
            let response = answer.as_ref().ok()?;
            let sign = Sign::of(response)?;
            let is_limit = sign == Sign::Status(429) || !self.is_closed(request);
            is_limit.then(|| (format!("{sign} to {}", request.shown()), pause_of(response)))
        };
        let refused: Vec<_> = answered.filter_map(refused).collect();
        let (said, _) = refused.first()?;
        let named = refused.iter().filter_map(|(_, named)| *named).max();
        let pause = named.unwrap_or_else(|| of(&LIMIT_PAUSES, 2));
        if pause > patience.most {
            return None;
        }
        let _ = patience.slowed_by.set(said.clone());
        patience.asked_again.fetch_add(1, Ordering::Relaxed);
        Some(pause)
    }

    /// Returns whether this kind of request is always answered with 503.
    fn is_closed(&self, request: &Request) -> bool {
        let closed = self.patience.closed.lock();
        let closed = closed.unwrap_or_else(PoisonError::into_inner);
        closed.contains(&request.kind())
    }

    fn close(&self, request: &Request) {
        let closed = self.patience.closed.lock();
        let mut closed = closed.unwrap_or_else(PoisonError::into_inner);
        closed.insert(request.kind());
    }

    /// Returns whether an apparent maintenance ended when the request was repeated, so that it was
    /// a limit.
    pub(super) fn was_limited(&self, request: &Request, answer: &Answer, tries: &Tries) -> bool {
        let Some(sign) = tries.sign.filter(|_| !tries.is_limit) else {
            return false;
        };
        let went_away = matches!(answer, Ok(response) if Sign::of(response).is_none());
        if went_away {
            let said = format!("{sign} to {}", request.shown());
            let _ = self.patience.slowed_by.set(said);
        }
        went_away
    }

    /// Returns whether `config`, which was answered before, is refused now: a limit on all
    /// requests.
    pub(super) async fn is_config_limited(&self) -> bool {
        match self.config_now().await {
            Ok(response) => Sign::of(&response).is_some(),
            Err(failure) => failure.kind.is_peer(),
        }
    }

    pub(super) fn after_lock(&self, request: &Request, tries: &mut Tries) -> Next {
        let patience = &self.patience;
        let is_ours = self.is_disturbed(request);
        if patience.halt.get().is_some()
            || (!is_ours && patience.stays_locked.load(Ordering::Relaxed))
        {
            return Next::Take;
        }
        patience.locked.fetch_add(1, Ordering::Relaxed);
        let pause = of(&LOCK_PAUSES, tries.locks);
        tries.locks += 1;
        tries.waited += pause;
        if tries.waited <= patience.most {
            return Next::Again(pause);
        }
        if is_ours {
            return Next::GiveUp(Failure::of(
                FailureKind::Locked,
                format!(
                    "the server still answered 423 Locked {} s after an upload of this program",
                    patience.most.as_secs()
                ),
            ));
        }
        patience.stays_locked.store(true, Ordering::Relaxed);
        Next::Take
    }
}

/// Returns the pause in seconds that the server requests, if any.
///
/// Source: RFC 9110 section 10.2.3.
fn pause_of(response: &Response) -> Option<Duration> {
    let seconds = response.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
