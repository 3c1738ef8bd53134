//! Which published client counts.

use crate::clients::Release;
use crate::safe::Client;

/// Which published client an implementation is held to where they differ.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Like {
    /// Any of them will do.
    #[default]
    Anyone,
    /// The newest release of this one.
    Client(Client),
    /// This release.
    Release(Release),
    /// All at once, as far as that goes: what any refuses is to be refused, and what all take, as
    /// Android takes it. For tools that must not let pass what some client will not read.
    Strictest,
}

impl Like {
    /// Returns the release that a name names; of a client, the newest.
    pub fn release(release: Release) -> Self {
        if release.is_newest() {
            Self::Client(release.client())
        } else {
            Self::Release(release)
        }
    }

    /// Returns the client that it is held to, if it is one.
    pub const fn client(self) -> Option<Client> {
        match self {
            Self::Client(client) => Some(client),
            Self::Release(release) => Some(release.client()),
            Self::Anyone | Self::Strictest => None,
        }
    }

    /// Returns the release that it is held to, if it is one.
    pub fn held_to(self) -> Option<Release> {
        match self {
            Self::Client(client) => Some(Release::newest(client)),
            Self::Release(release) => Some(release),
            Self::Anyone | Self::Strictest => None,
        }
    }

    /// Returns the one variant in which each check runs. Made once for each in the life of the
    /// program.
    pub(super) fn variants(self) -> &'static [Self] {
        Box::leak(Box::new([self]))
    }
}
