//! The requests of `setup`, which make a folder and a `config`. They never touch a backup.

use super::{Live, failure_of, read_bounded};
use crate::clients::CredentialEncoding;
use crate::safe::ServerConfig;
use crate::safe::base_url::BaseUrl;
use crate::wire::answer::Answer;
use crate::wire::facet::Http;
use crate::wire::failure::FailureKind;
use crate::wire::gather::Gather;
use crate::wire::request::{LoginUse, Method, Place, Request};
use crate::wire::secret::{Scrub, Secret, clean_failure, clean_response};
use crate::wire::seed::Seed;
use crate::wire::settings::Settings;
use crate::wire::target::Target;
use crate::wire::tls::TlsSetupError;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use zeroize::Zeroizing;

/// The name that Safe servers expect, and that a login page shows to the user.
const AGENT: &str = "Threema";
/// How much of an answer is read, in bytes.
const READ_LIMIT: usize = 64 * 1024;
/// Requests only the kind of the resource.
///
/// Source: RFC 4918 section 9.1.
const PROPERTIES: &str = r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>"#;

/// The subject of a request of `setup`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Spot {
    /// The folder of the base URL.
    Folder,
    /// The folder above it; the folder itself if it is the root.
    Parent,
    /// The folder above that one.
    Grandparent,
    /// The file `config`.
    Config,
    /// The folder `backups`.
    Backups,
    /// Another path below the base URL, read only.
    Below(&'static str),
}

/// One server that is examined and set up.
///
/// Redirects are not followed, and the credentials go only to the host of the target.
pub struct Door {
    live: Live,
    scrub: Scrub,
}

impl Door {
    /// Returns a door to the target, with `timeout` for each answer.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn open(target: Target, timeout: Duration) -> Result<Self, TlsSetupError> {
        let mut scrub = Scrub::default();
        target.login.hide(&mut scrub);
        let settings = Settings {
            timeout,
            ..Settings::new(Seed::new(0))
        };
        let live = Live::new(target, &settings, scrub.clone(), Arc::default())?;
        Ok(Self { live, scrub })
    }

    /// Returns the base URL.
    pub fn base(&self) -> &BaseUrl {
        &self.live.target.base
    }

    /// Returns the target.
    pub fn target(&self) -> &Target {
        &self.live.target
    }

    /// Returns the secrets to remove from all output.
    pub fn scrub(&self) -> Scrub {
        self.scrub.clone()
    }

    /// Returns how many requests were sent.
    pub fn requests(&self) -> u64 {
        self.live.counted().0
    }

    /// Returns the URL of a spot. Folders have a trailing slash, which some servers require.
    pub fn url(&self, spot: Spot) -> String {
        let base = self.base();
        match spot {
            Spot::Folder => base.join_raw("/"),
            Spot::Parent => format!("{}/", parent_of(base, 1)),
            Spot::Grandparent => format!("{}/", parent_of(base, 2)),
            Spot::Config => base.config_url(),
            Spot::Backups => base.backups_url(),
            Spot::Below(suffix) => base.join_raw(suffix),
        }
    }

    /// Requests whether something exists there, and its kind (PROPFIND with depth 0).
    pub async fn properties(&self, spot: Spot) -> Answer {
        let headers = [
            ("Depth", "0"),
            ("Content-Type", "application/xml; charset=utf-8"),
        ];
        self.send("PROPFIND", spot, &headers, Some(PROPERTIES), true)
            .await
    }

    /// Reads the content. `config` is requested as the apps do.
    pub async fn read(&self, spot: Spot) -> Answer {
        let accept = [("Accept", "application/json")];
        let headers = if spot == Spot::Config {
            &accept[..]
        } else {
            &[]
        };
        self.send("GET", spot, headers, None, true).await
    }

    /// Reads the content without credentials.
    pub async fn read_anonymously(&self, spot: Spot) -> Answer {
        self.send("GET", spot, &[], None, false).await
    }

    /// Makes a folder (MKCOL).
    ///
    /// Source: RFC 4918 section 9.3.
    pub async fn make(&self, spot: Spot) -> Answer {
        self.send("MKCOL", spot, &[], None, true).await
    }

    /// Writes `config`, only if it is missing or has this entity tag.
    ///
    /// Source: RFC 9110 sections 13.1.1 and 13.1.2.
    pub async fn write_config(&self, config: &ServerConfig, over: Over<'_>) -> Answer {
        let mut headers = vec![("Content-Type", "application/json")];
        match over {
            Over::Nothing => headers.push(("If-None-Match", "*")),
            Over::Tagged(tag) => headers.push(("If-Match", tag)),
            Over::Anything => {}
        }
        let json = config.to_json();
        self.send("PUT", Spot::Config, &headers, Some(&json), true)
            .await
    }

    /// Begins a login in the browser; this sends no credentials.
    pub async fn begin_login(&self) -> Answer {
        let url = self.base().join_raw("/index.php/login/v2");
        self.send_to("POST", &url, &[], Some(""), false).await
    }

    /// Requests whether that login was confirmed. The answer contains a password and is not
    /// cleaned.
    pub async fn poll_login(&self, endpoint: &str, token: &Secret) -> Answer {
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let body = Zeroizing::new(format!("token={}", token.expose()));
        self.send_to("POST", endpoint, &form, Some(&body), false)
            .await
    }

    /// Revokes the app password with which this door logs in.
    pub async fn revoke(&self) -> Answer {
        let url = self.base().join_raw("/ocs/v2.php/core/apppassword");
        let ocs = [("OCS-APIRequest", "true")];
        self.send_to("DELETE", &url, &ocs, None, true).await
    }

    async fn send(
        &self,
        method: &'static str,
        spot: Spot,
        headers: &[(&'static str, &str)],
        body: Option<&str>,
        logs_in: bool,
    ) -> Answer {
        self.send_to(method, &self.url(spot), headers, body, logs_in)
            .await
    }

    async fn send_to(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Option<&str>,
        logs_in: bool,
    ) -> Answer {
        let once = async || {
            self.live.requests.fetch_add(1, Ordering::Relaxed);
            let sent = self.exchange(method, url, headers, body, logs_in);
            let answer = tokio::time::timeout(self.live.timeout, sent).await;
            answer.unwrap_or_else(|_| Err(self.live.silence()))
        };
        let mut answer = once().await;
        if let Err(failure) = &answer
            && failure.is_slow_connection()
        {
            // Nothing was sent, so it is safe to try again with more time for the handshake.
            answer = match self.live.after_slow_connection().await {
                failure if failure.kind == FailureKind::TimedOut => once().await,
                failure => Err(failure),
            };
        }
        let answer = match answer {
            Ok(response) => Ok(response),
            Err(failure) => Err(self.live.explained(failure).await),
        };
        // The first wall records the request; no backup is involved here.
        let asked = Request::new(Method::Get, Place::Config);
        answer
            .map(|response| clean_response(self.live.walls(), response, &asked))
            .map_err(|failure| clean_failure(&self.scrub, failure))
    }

    async fn exchange(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Option<&str>,
        logs_in: bool,
    ) -> Answer {
        let client = self.live.client(Http::One).await?;
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let login = if logs_in {
            LoginUse::Given
        } else {
            LoginUse::Nobody
        };
        let mut builder = client.request(method, url);
        builder = builder.header("User-Agent", AGENT);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        if let Some((name, value)) = self.live.authorization(&login, CredentialEncoding::Utf8) {
            builder = builder.header(name, value);
        }
        if let Some(body) = body {
            builder = builder.body(body.to_owned());
        }
        let response = builder.send().await.map_err(|error| failure_of(&error))?;
        read_bounded(response, |_| Gather::new(READ_LIMIT, READ_LIMIT)).await
    }
}

/// The existing `config` that may be replaced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Over<'a> {
    /// None: the file must be missing.
    Nothing,
    /// The one with this entity tag.
    Tagged(&'a str),
    /// Any: the server has no entity tags.
    Anything,
}

/// Returns the folder this many levels above a base URL, at most the root of the site, without a
/// trailing slash.
fn parent_of(base: &BaseUrl, levels: usize) -> &str {
    let (mut text, depth) = (base.as_str(), base.path().matches('/').count());
    for _ in 0..levels.min(depth) {
        text = text.rsplit_once('/').map_or(text, |(parent, _)| parent);
    }
    text
}
