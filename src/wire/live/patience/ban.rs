//! Bans during a run that look like answers: paths that were readable, `config` too, become
//! forbidden.

use super::tries::Tries;
use crate::clients::CredentialEncoding;
use crate::wire::answer::{Answer, Response};
use crate::wire::facet::Http;
use crate::wire::failure::FailureKind;
use crate::wire::halt::{Halt, Sign};
use crate::wire::live::Live;
use crate::wire::request::{LoginUse, Method, Place, Request};

impl Live {
    /// Returns the sign that the address is banned, if this answer is a 403 and `config` now is,
    /// too, although the run received it before.
    pub(super) async fn is_banned(&self, request: &Request, response: &Response) -> Option<Sign> {
        let _asking = match response.status {
            403 => Some(self.doubts().testing().await),
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
        let asked = request.shown();
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
            // Another certificate is the work of another server.
            Err(failure) if failure.kind == FailureKind::Certificate => None,
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
