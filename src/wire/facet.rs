//! The variants of a check of a server: a client, an HTTP version, or a case.

use crate::engine;
use crate::safe::{Client, Clients, Direction, Directions};
use serde::{Deserialize, Serialize};

/// A version of HTTP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Http {
    /// HTTP/1.1.
    #[serde(rename = "h1")]
    One,
    /// HTTP/2, over TLS only.
    #[serde(rename = "h2")]
    Two,
}

impl Http {
    /// Returns the common name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "HTTP/1.1",
            Self::Two => "HTTP/2",
        }
    }
}

/// A variant of a check of a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Facet {
    /// The only variant.
    Whole,
    /// With the habits of one client, over the best HTTP version that the server offers.
    As(Client),
    /// With the habits of one client, over this HTTP version.
    Over(Client, Http),
    /// One case, with this name.
    Case(&'static str),
    /// One case that only one direction has.
    Half(&'static str, Direction),
    /// One case that no app of today shows.
    Unusual(&'static str),
}

impl Facet {
    /// Returns the client whose habits apply, if any.
    pub const fn client(self) -> Option<Client> {
        match self {
            Self::As(client) | Self::Over(client, _) => Some(client),
            Self::Whole | Self::Case(_) | Self::Half(..) | Self::Unusual(_) => None,
        }
    }

    /// Returns the HTTP version, if the variant names one.
    pub const fn http(self) -> Option<Http> {
        match self {
            Self::Over(_, http) => Some(http),
            Self::Whole | Self::As(_) | Self::Case(_) | Self::Half(..) | Self::Unusual(_) => None,
        }
    }

    /// Returns the case; empty if there is no case.
    pub const fn case(self) -> &'static str {
        match self {
            Self::Case(case) | Self::Half(case, _) | Self::Unusual(case) => case,
            Self::Whole | Self::As(_) | Self::Over(..) => "",
        }
    }
}

impl engine::Facet for Facet {
    fn label(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::As(client) => client.key(),
            Self::Over(Client::Android, Http::One) => "android-h1",
            Self::Over(Client::Android, Http::Two) => "android-h2",
            Self::Over(Client::Ios, Http::One) => "ios-h1",
            Self::Over(Client::Ios, Http::Two) => "ios-h2",
            Self::Over(Client::Desktop, Http::One) => "desktop-h1",
            Self::Over(Client::Desktop, Http::Two) => "desktop-h2",
            Self::Case(case) | Self::Half(case, _) | Self::Unusual(case) => case,
        }
    }

    fn clients(self) -> Clients {
        match self {
            Self::Unusual(_) => Clients::NONE,
            _ => self.client().map_or(Clients::ALL, Clients::of),
        }
    }

    fn directions(self) -> Directions {
        match self {
            Self::Half(_, direction) => Directions::of(direction),
            _ => Directions::BOTH,
        }
    }
}
