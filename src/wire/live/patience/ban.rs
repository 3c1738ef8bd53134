//! Bans in mid-run that look like answers: what was given before is forbidden now, `config` too.

use super::limits::kind_of;
use super::tries::Tries;
use crate::clients::CredentialEncoding;
use crate::wire::answer::{Answer, Response};
use crate::wire::facet::Http;
use crate::wire::halt::Sign;
use crate::wire::live::Live;
use crate::wire::request::{LoginUse, Method, Place, Request};
use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Mutex, PoisonError};

/// How often a run asks whether a 403 is a ban, and finds that it is none.
const MOST_DOUBTS: u32 = 6;

/// What requests have in common that a server may refuse altogether, and whose they are.
type Kind = ((&'static str, Discriminant<Place>), Discriminant<LoginUse>);

/// What is known of answers 403.
#[derive(Default)]
pub(super) struct Doubts(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Whether the last answer to such a request was 403.
    forbidden: HashMap<Kind, bool>,
    asked: u32,
}

impl Doubts {
    /// Notes an answer. Whether it is a 403 that may be a ban: the first to such a request, or one
    /// to what was answered otherwise before.
    fn arise(&self, request: &Request, status: u16) -> bool {
        let kind = (kind_of(request), std::mem::discriminant(&request.login));
        let is_forbidden = status == 403;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.forbidden.insert(kind, is_forbidden);
        let is_news = is_forbidden && before != Some(true) && known.asked < MOST_DOUBTS;
        known.asked += u32::from(is_news);
        is_news
    }
}

impl Live {
    /// Whether this answer shows that the address is banned: it is 403, and so is `config`, which
    /// was given to this run before.
    pub(super) async fn is_banned(&self, request: &Request, response: &Response) -> Option<Sign> {
        let arises = self.doubts().arise(request, response.status);
        if !arises || request.login == LoginUse::Wrong || !self.was_served_config() {
            return None;
        }
        let answer = self.config_now().await;
        matches!(&answer, Ok(config) if config.status == 403)
            .then_some(Sign::Status(response.status))
    }

    /// Asks for `config` as an ordinary client does.
    pub(super) async fn config_now(&self) -> Answer {
        let request = Request::new(Method::Get, Place::Config).header("Accept", "application/json");
        let limit = self.limit(&Tries::default());
        self.once(&request, Http::One, CredentialEncoding::Utf8, limit)
            .await
    }
}
