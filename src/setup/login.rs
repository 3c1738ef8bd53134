//! Login to Nextcloud in the browser: Login Flow v2 returns a password for this program only, and
//! works with two-factor authentication.
//!
//! Source: Nextcloud's developer manual, "Login flow v2" and "Deleting an app password".

use super::detective::{Asker, Look, clouds};
use crate::safe::base_url::BaseUrl;
use crate::wire::{Door, Failure, Login, Secret, Target, TlsSetupError};
use serde::Deserialize;
use std::time::Duration;
use thiserror::Error;

/// How long a flow may take; the server forgets it afterwards.
pub const LIFETIME: Duration = Duration::from_secs(20 * 60);

/// Why no app password was granted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoginError {
    /// No Nextcloud answers.
    #[error(
        "no Nextcloud answers at this address; --login works only with Nextcloud, so give --user NAME instead"
    )]
    NoCloud,
    /// No answer.
    #[error("no answer: {0}")]
    NoAnswer(#[from] Failure),
    /// The server does not offer this flow.
    #[error("the server offers no login in the browser (status {0}); give --user NAME instead")]
    NotOffered(u16),
    /// A poll was answered with a status that says neither yes nor no.
    #[error(
        "the server answered the question whether the login is confirmed with status {0}; run the same command again"
    )]
    Unclear(u16),
    /// The server's answer is invalid.
    #[error("the server's answer to the login is not a Nextcloud's: {0}")]
    Senseless(&'static str),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
}

impl LoginError {
    /// Returns whether a later poll may succeed: the server or the network failed, or the server
    /// demands fewer requests.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(failure) => failure.kind.is_peer(),
            Self::Unclear(status) => matches!(*status, 429 | 500..=599),
            Self::NoCloud | Self::NotOffered(_) | Self::Senseless(_) | Self::Tls(_) => false,
        }
    }
}

/// A login that a person has to confirm in the browser.
pub struct Flow {
    /// The page on which the person logs in.
    pub page: String,
    door: Door,
    endpoint: String,
    token: Secret,
}

/// What a confirmed login grants.
pub struct Granted {
    /// The user name on the server.
    pub user: String,
    /// The password for this program only.
    pub password: Secret,
    cloud: BaseUrl,
}

#[derive(Deserialize)]
struct Begun {
    poll: Poll,
    login: String,
}

#[derive(Deserialize)]
struct Poll {
    token: String,
    endpoint: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirmed {
    login_name: String,
    app_password: String,
}

/// Returns the Nextcloud at an address, at any path on its host.
///
/// # Errors
/// If no server identifies itself as Nextcloud.
pub async fn cloud_at(text: &str, asker: &impl Asker) -> Result<BaseUrl, LoginError> {
    for url in clouds(text) {
        let Ok(parsed) = BaseUrl::parse(&url) else {
            continue;
        };
        let answer = asker.ask(Look::Status, &parsed.base, None).await;
        if answer.is_ok_and(|answer| super::detective::is_status(&answer)) {
            return Ok(parsed.base);
        }
    }
    Err(LoginError::NoCloud)
}

impl Flow {
    /// Begins a login. The server grants nothing before a person confirms it.
    ///
    /// # Errors
    /// If the server does not offer the flow, or sends the person to another host.
    pub async fn begin(
        target: &Target,
        cloud: &BaseUrl,
        timeout: Duration,
    ) -> Result<Self, LoginError> {
        let target = Target {
            base: cloud.clone(),
            login: Login::Open,
            ..target.clone()
        };
        let door = Door::open(target, timeout)?;
        let answer = door.begin_login().await?;
        if !answer.is_success() {
            return Err(LoginError::NotOffered(answer.status));
        }
        let begun: Begun = serde_json::from_slice(&answer.body.bytes)
            .map_err(|_| LoginError::Senseless("it is not the JSON of a login"))?;
        // A token must not be sent to another host.
        for (url, what) in [
            (&begun.login, "the page to log in is on another host"),
            (
                &begun.poll.endpoint,
                "the answer must be requested from another host",
            ),
        ] {
            if !is_below(url, cloud) {
                return Err(LoginError::Senseless(what));
            }
        }
        Ok(Self {
            page: begun.login,
            door,
            endpoint: begun.poll.endpoint,
            token: Secret::new(begun.poll.token),
        })
    }

    /// Asks once whether the person has confirmed.
    ///
    /// # Errors
    /// If the server does not answer, or not as Nextcloud does; [`LoginError::may_pass`] says
    /// whether to poll again.
    pub async fn poll(&self) -> Result<Option<Granted>, LoginError> {
        let answer = self.door.poll_login(&self.endpoint, &self.token).await?;
        match answer.status {
            404 => return Ok(None),
            200 => {}
            status => return Err(LoginError::Unclear(status)),
        }
        let confirmed: Confirmed = serde_json::from_slice(&answer.body.bytes)
            .map_err(|_| LoginError::Senseless("it contains no user and no password"))?;
        Ok(Some(Granted {
            user: confirmed.login_name,
            password: Secret::new(confirmed.app_password),
            cloud: self.door.base().clone(),
        }))
    }
}

impl Granted {
    /// Returns the credentials.
    pub fn login(&self) -> Login {
        Login::Basic {
            user: self.user.clone(),
            password: self.password.clone(),
        }
    }

    /// Revokes the password. Returns whether the server confirmed it.
    pub async fn revoke(&self, target: &Target, timeout: Duration) -> bool {
        let target = Target {
            base: self.cloud.clone(),
            login: self.login(),
            ..target.clone()
        };
        match Door::open(target, timeout) {
            Ok(door) => door.revoke().await.is_ok_and(|answer| answer.is_success()),
            Err(_) => false,
        }
    }
}

/// Returns whether a URL has the scheme, host and port of a cloud.
fn is_below(url: &str, cloud: &BaseUrl) -> bool {
    let origin = cloud.as_str().strip_suffix(cloud.path());
    origin
        .and_then(|origin| url.strip_prefix(origin))
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_the_cloud_alone() {
        let cloud = BaseUrl::parse("https://cloud.example/nc")
            .expect("a URL")
            .base;
        assert!(is_below("https://cloud.example/nc/login/v2/poll", &cloud));
        assert!(is_below("https://cloud.example/login/v2/poll", &cloud));
        for elsewhere in [
            "https://evil.example/login/v2/poll",
            "https://cloud.example.evil/login",
            "https://cloud.example:8443/login",
            "http://cloud.example/login",
            "https://cloud.example@evil/login",
        ] {
            assert!(!is_below(elsewhere, &cloud), "{elsewhere}");
        }
    }

    #[test]
    fn a_token_stays_with_a_cloud_whose_folder_has_the_name_of_its_host() {
        for (base, other) in [
            ("https://nextcloud/nextcloud", "https://cloud/login/v2/poll"),
            ("https://cloud/cloud", "https://nextcloud/login/v2/poll"),
        ] {
            let cloud = BaseUrl::parse(base).expect("a URL").base;
            for elsewhere in ["https://evil.example/login/v2/poll", other] {
                assert!(!is_below(elsewhere, &cloud), "{base}: {elsewhere}");
            }
            let host = base.rsplit_once('/').map_or(base, |(host, _)| host);
            for below in [format!("{base}/login"), format!("{host}/login")] {
                assert!(is_below(&below, &cloud), "{base}: {below}");
            }
        }
    }
}
