//! The published client with which an implementation is compared.

use crate::clients::Release;
use crate::safe::Client;
use std::slice;
use std::sync::LazyLock;

/// The published client with which an implementation is compared if the clients differ.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Like {
    /// Any of them.
    #[default]
    Anyone,
    /// The newest release of this client.
    Client(Client),
    /// This release.
    Release(Release),
    /// All clients at once: it must refuse what any client refuses, and accept what all accept, in
    /// the way of Android. For tools that must not accept what some client cannot read.
    Strictest,
}

impl Like {
    /// Returns the comparison with a release; with a client if it is the client's newest.
    pub fn release(release: Release) -> Self {
        if release.is_newest() {
            Self::Client(release.client())
        } else {
            Self::Release(release)
        }
    }

    /// Returns the client, if it is compared with one.
    pub const fn client(self) -> Option<Client> {
        match self {
            Self::Client(client) => Some(client),
            Self::Release(release) => Some(release.client()),
            Self::Anyone | Self::Strictest => None,
        }
    }

    /// Returns the release, if it is compared with one.
    pub fn held_to(self) -> Option<Release> {
        match self {
            Self::Client(client) => Some(Release::newest(client)),
            Self::Release(release) => Some(release),
            Self::Anyone | Self::Strictest => None,
        }
    }

    /// Returns the one variant in which each check runs.
    pub(super) fn variants(self) -> &'static [Self] {
        /// In the order of [`Release::ALL`].
        static RELEASES: LazyLock<Vec<Like>> =
            LazyLock::new(|| Release::ALL.iter().copied().map(Like::Release).collect());
        match self {
            Self::Anyone => &[Self::Anyone],
            Self::Client(Client::Android) => &[Self::Client(Client::Android)],
            Self::Client(Client::Ios) => &[Self::Client(Client::Ios)],
            Self::Client(Client::Desktop) => &[Self::Client(Client::Desktop)],
            Self::Release(release) => slice::from_ref(&RELEASES[release as usize]),
            Self::Strictest => &[Self::Strictest],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comparison_is_its_one_variant() {
        let clients = Client::ALL.into_iter().map(Like::Client);
        let releases = Release::ALL.iter().copied().map(Like::Release);
        let others = [Like::Anyone, Like::Strictest];
        for like in others.into_iter().chain(clients).chain(releases) {
            assert_eq!(like.variants(), [like]);
        }
    }
}
