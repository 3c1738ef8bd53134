//! Finds the release that a typed name means: `android-5.8`, `ios-7.1.1`, `android`.

use super::{Aspect, Release, Version};
use crate::engine::{did_you_mean, meant};
use crate::safe::Client;

/// Why a name does not name a release.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownRelease {
    /// The name does not begin with a client.
    #[error("no client is called `{name}`{}", or_example(name))]
    Client {
        /// The typed name, printable.
        name: String,
    },
    /// The text after the client is not a version.
    #[error("`{name}` is not a version of {client}; expected one like {}", example(*client))]
    Form {
        /// The client.
        client: Client,
        /// The typed name, printable.
        name: String,
    },
    /// The version of Desktop is one that restores nothing.
    #[error(
        "Desktop {version} restores no backup; the last version that does is {}",
        Release::newest(Client::Desktop).alike(Aspect::Reading).newest()
    )]
    RestoresNothing {
        /// The typed version.
        version: String,
    },
    /// The version is not known.
    #[error("{client} {version} is not known; {}", nearest(*below, *above))]
    Version {
        /// The client.
        client: Client,
        /// The typed version.
        version: String,
        /// The release before it.
        below: Option<Release>,
        /// The release after it.
        above: Option<Release>,
    },
}

/// Returns the end of a complaint about an unknown client: the name that was meant, or else what is
/// expected.
fn or_example(typed: &str) -> String {
    let end = typed.find(|c: char| !c.is_ascii_alphabetic());
    let (word, rest) = typed.split_at(end.unwrap_or(typed.len()));
    let keys = Client::ALL.into_iter().map(Client::key);
    let [key] = meant(word, keys).try_into().unwrap_or_default();
    let version = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let with_version = format!("{key}-{version}");
    let whole = [with_version, key].into_iter();
    let mut whole = whole.filter(|name| Release::named(name).is_ok());
    match whole.next() {
        Some(name) => did_you_mean(&[name]),
        None => "; expected android, ios or desktop, and a version: android-5.8".to_owned(),
    }
}

fn example(client: Client) -> &'static str {
    match client {
        Client::Android => "android-5.8",
        Client::Ios => "ios-7.1.1",
        Client::Desktop => "desktop-preview-14",
    }
}

fn nearest(below: Option<Release>, above: Option<Release>) -> String {
    let last = |release: Release| {
        let version = release.last_version().unwrap_or(release.first_version());
        format!("{} {version}", release.client())
    };
    let first = |release: Release| format!("{} {}", release.client(), release.first_version());
    match (below, above) {
        (Some(below), Some(above)) => {
            format!("the nearest are {} and {}", last(below), first(above))
        }
        (Some(below), None) => format!("the nearest is {}", last(below)),
        (None, Some(above)) => format!("the nearest is {}", first(above)),
        (None, None) => "nothing is near".to_owned(),
    }
}

/// Returns the version of which Android published a beta: `4.5-beta1` behaves like 4.5.
///
/// Source: `clients.releases.android`.
fn without_beta(client: Client, text: &str) -> &str {
    match text.split_once("-beta") {
        Some((version, number))
            if client == Client::Android && number.bytes().all(|it| it.is_ascii_digit()) =>
        {
            version
        }
        _ => text,
    }
}

impl Release {
    /// Returns the release that a name means: a client with any published version, or only a client
    /// for its newest.
    ///
    /// # Errors
    /// If the client is unknown, or the version is malformed or was not published.
    pub fn named(name: &str) -> Result<Self, UnknownRelease> {
        let (key, version) = match name.split_once('-') {
            Some((key, version)) => (key, Some(version)),
            None => (name, None),
        };
        let Some(client) = Client::ALL.into_iter().find(|client| client.key() == key) else {
            return Err(UnknownRelease::Client {
                name: name.escape_default().to_string(),
            });
        };
        let Some(text) = version else {
            return Ok(Self::newest(client));
        };
        // Source: `clients.releases.desktop`.
        let is_later = text.strip_prefix("2.0").is_some_and(|rest| {
            let beta = rest.trim_start_matches(['-', ' ']).strip_prefix("beta");
            rest.is_empty() || beta.is_some()
        });
        if client == Client::Desktop && is_later {
            return Err(UnknownRelease::RestoresNothing {
                version: text.escape_default().to_string(),
            });
        }
        let Some(version) = Version::parse(client, without_beta(client, text)) else {
            let typed = if text.is_empty() { name } else { text };
            return Err(UnknownRelease::Form {
                client,
                name: typed.escape_default().to_string(),
            });
        };
        // For `ios-4.6`: 4.6.3 was the first version that was published.
        let begins = |release: &&Self| {
            let rest = release.first_version().strip_prefix(text);
            release.client() == client && rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let first = || Self::ALL.iter().find(begins).copied();
        let found = Self::of_version(client, version);
        let found = found.or_else(|neighbours| first().ok_or(neighbours));
        found.map_err(|(below, above)| UnknownRelease::Version {
            client,
            version: text.to_owned(),
            below,
            above,
        })
    }

    /// Returns the release that includes a version, or else its neighbours.
    fn of_version(client: Client, version: Version) -> Result<Self, (Option<Self>, Option<Self>)> {
        let of_client = || {
            Self::ALL
                .iter()
                .copied()
                .filter(|each| each.client() == client)
        };
        let begins =
            |release: &Self| Version::parse(client, release.first_version()) <= Some(version);
        let below = of_client().rfind(begins);
        let above = of_client().find(|release| !begins(release));
        let ends = |release: Self| match release.last_version() {
            Some(last) => Version::parse(client, last) >= Some(version),
            None => true,
        };
        below.filter(|release| ends(*release)).ok_or((below, above))
    }

    /// Returns the release of Android that `info.device` names: `6.4.2A/de_CH`; `None` if it names
    /// none. A version later than all known ones counts as the newest.
    ///
    /// Source: `clients.write.android-info`.
    pub fn of_android_device(device: &str) -> Option<Self> {
        let version = Version::of_android_device(device)?;
        match Self::of_version(Client::Android, version) {
            Ok(release) => Some(release),
            Err((below, _)) => below,
        }
    }
}
