//! Refused logins: whether the server refuses the credentials, or only one method.

use crate::clients::CredentialEncoding;
use crate::wire::answer::Response;
use crate::wire::facet::Http;
use crate::wire::halt::Halt;
use crate::wire::live::Live;
use crate::wire::live::patience::tries::Tries;
use crate::wire::request::{LoginUse, Method, Place, Request};
use crate::wire::target::LoginKind;
use std::sync::atomic::Ordering;

impl Live {
    /// Returns the earlier answer to this kind of request, if the server refuses all of them:
    /// repeating it would be another refused login.
    pub(super) fn refused_before(&self, request: &Request) -> Option<Response> {
        let earlier = self.patience.refusals.earlier(request);
        earlier.filter(|_| request.is_personal())
    }

    /// Notes a refused login. It ends the run, unless `config` is refused without credentials and
    /// still returned with them: then the server refuses only this request.
    pub(super) async fn after_refusal(&self, request: &Request, response: &Response) {
        let is_open = self.target.login.kind() == LoginKind::Open;
        if response.status != 401 || !request.is_personal() || is_open {
            return;
        }
        let patience = &self.patience;
        // Trying another encoding than the working one is a test, and the last one of its kind.
        let is_attempt = matches!(request.login, LoginUse::Encoded(encoding)
            if encoding != CredentialEncoding::Utf8 && !self.target.login.is_ascii());
        if is_attempt && patience.accepted.get().is_some() {
            return;
        }
        let _asking = patience.refusals.testing().await;
        if patience.halt.get().is_some() || self.refused_before(request).is_some() {
            return;
        }
        if self.is_refused_alone(request, response).await {
            return;
        }
        let asked = request.shown();
        let halt = match patience.accepted.get() {
            Some(accepted) => Halt::CredentialsRevoked {
                accepted: accepted.clone(),
                asked,
            },
            None => Halt::CredentialsRefused { asked },
        };
        // The first reason is kept.
        let _ = patience.halt.set(halt);
    }

    /// Returns whether the server refuses this request but accepts the credentials.
    async fn is_refused_alone(&self, request: &Request, response: &Response) -> bool {
        let is_config = request.method == Method::Get && matches!(request.place, Place::Config);
        if is_config || self.patience.refusals.are_many() {
            return false;
        }
        if !self.was_given_config() || !self.is_config_closed().await {
            return false;
        }
        let answer = self.config_now().await;
        if let Ok(config) = &answer
            && config.status == 401
        {
            self.patience.refused_logins.fetch_add(1, Ordering::Relaxed);
        }
        let is_taken = matches!(&answer, Ok(config) if config.is_success());
        if is_taken {
            self.patience.refusals.add(request, response);
        }
        is_taken
    }

    /// Returns whether `config` is refused without credentials.
    async fn is_config_closed(&self) -> bool {
        if self.is_known_as_closed() {
            return true;
        }
        // For a public link, each request without credentials counts as a failed login.
        //
        // Source: servers.nextcloud-public-link.
        if self.target.base.as_str().contains("/public.php/") {
            return false;
        }
        let request = Request::new(Method::Get, Place::Config)
            .header("Accept", "application/json")
            .anonymous();
        let limit = self.limit(&Tries::default());
        let answer = self
            .once(&request, Http::One, CredentialEncoding::Utf8, limit)
            .await;
        let is_closed = matches!(&answer, Ok(response) if response.status == 401);
        if is_closed && let Ok(response) = &answer {
            self.heard(&request, response);
        }
        is_closed
    }
}
