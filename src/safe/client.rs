//! The three published clients, and sets of them.

use crate::safe::set::{Member, Set};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A published Threema client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// Threema for Android.
    Android,
    /// Threema for iOS.
    Ios,
    /// Threema for Desktop: it reads backups, but never writes one.
    Desktop,
}

impl Client {
    /// All clients, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Android, Self::Ios, Self::Desktop];

    /// Returns the key of this client in reports: `android`, `ios`, `desktop`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Desktop => "desktop",
        }
    }

    /// Returns the name that people use: `Android`, `iOS`, `Desktop`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Android => "Android",
            Self::Ios => "iOS",
            Self::Desktop => "Desktop",
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A set of clients.
pub type Clients = Set<Client>;

impl Member for Client {
    const VALUES: &'static [Self] = &Self::ALL;

    fn position(self) -> u8 {
        self as u8
    }
}

impl Clients {
    /// Only Android.
    pub const ANDROID: Self = Self::of(Client::Android);
    /// Only iOS.
    pub const IOS: Self = Self::of(Client::Ios);
    /// Only Desktop.
    pub const DESKTOP: Self = Self::of(Client::Desktop);
    /// Android and iOS: the clients that upload.
    pub const MOBILE: Self = Self::ANDROID.and(Self::IOS);
    /// Android, iOS and Desktop.
    pub const ALL: Self = Self::MOBILE.and(Self::DESKTOP);

    /// Returns the set of one client.
    pub const fn of(client: Client) -> Self {
        Self::of_bits(1 << client as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_exactly_its_members() {
        assert_eq!(Clients::MOBILE.to_string(), "Android, iOS");
        assert!(!Clients::MOBILE.contains(Client::Desktop));
        assert_eq!(Clients::ALL.within(Clients::DESKTOP), Clients::DESKTOP);
        assert_eq!(Client::ALL.into_iter().collect::<Clients>(), Clients::ALL);
        assert_eq!(Clients::NONE.to_string(), "none");
    }
}
