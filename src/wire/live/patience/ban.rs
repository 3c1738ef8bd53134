//! Bans during a run that look like answers: paths that were readable, `config` too, become
//! forbidden.

use super::limits::kind_of;
use super::tries::Tries;
use crate::clients::CredentialEncoding;
use crate::wire::answer::{Answer, Response};
use crate::wire::facet::Http;
use crate::wire::halt::{Halt, Sign};
use crate::wire::live::Live;
use crate::wire::request::{LoginUse, Method, Place, Request};
use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Mutex, PoisonError};

/// How often a run may test whether a 403 is a ban without finding one.
const MOST_DOUBTS: u32 = 6;

/// The common properties of requests that a server may refuse, and their login.
type Kind = ((&'static str, Discriminant<Place>), Discriminant<LoginUse>);

/// What is known about 403 answers.
#[derive(Default)]
pub(super) struct Doubts {
    known: Mutex<Known>,
    /// Held during a test: of several simultaneous answers, the others wait for its result.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    /// Whether the last answer to a request of this kind was 403.
    forbidden: HashMap<Kind, bool>,
    asked: u32,
}

impl Doubts {
    /// Notes an answer. Returns whether it is a 403 that may be a ban: the first answer to this
    /// kind of request, or one after a different answer.
    fn arise(&self, request: &Request, status: u16) -> bool {
        let kind = (kind_of(request), std::mem::discriminant(&request.login));
        let is_forbidden = status == 403;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.forbidden.insert(kind, is_forbidden);
        let is_news = is_forbidden && before != Some(true) && known.asked < MOST_DOUBTS;
        known.asked += u32::from(is_news);
        is_news
    }
}

impl Live {
    /// Returns the sign that the address is banned, if this answer is a 403 and `config` now is,
    /// too, although the run received it before.
    pub(super) async fn is_banned(&self, request: &Request, response: &Response) -> Option<Sign> {
        let _asking = match response.status {
            403 => Some(self.doubts().asking.lock().await),
            _ => None,
        };
        let arises = self.doubts().arise(request, response.status);
        if self.patience.halt.get().is_some() {
            // Another answer has already shown the ban.
            return None;
        }
        if !arises || request.login == LoginUse::Wrong || !self.was_served_config() {
            return None;
        }
        let answer = self.config_now().await;
        if !matches!(&answer, Ok(config) if config.status == 403) {
            return None;
        }
        let sign = Sign::Status(response.status);
        let asked = request.short();
        // The first reason is kept.
        let _ = self.patience.halt.set(Halt::LockedOut { sign, asked });
        Some(sign)
    }

    /// Returns the sign that now hides `config`, which the run received before; `None` if it is
    /// still returned.
    ///
    /// A server that refuses an upload before reading it may close the connection during the
    /// upload. The refusal is then lost, but shows here.
    pub(super) async fn config_hidden_by(&self) -> Option<Sign> {
        match self.config_now().await {
            Ok(config) if config.status == 403 => Some(Sign::Status(403)),
            Ok(config) => Sign::of(&config),
            Err(failure) => failure.kind.is_peer().then_some(Sign::NoConnection),
        }
    }

    /// Requests `config` as an ordinary client does.
    pub(super) async fn config_now(&self) -> Answer {
        let request = Request::new(Method::Get, Place::Config).header("Accept", "application/json");
        let limit = self.limit(&Tries::default());
        self.once(&request, Http::One, CredentialEncoding::Utf8, limit)
            .await
    }
}
