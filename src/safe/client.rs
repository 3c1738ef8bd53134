//! The three published clients, and sets of them.

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
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clients(u8);

impl Clients {
    /// No client: for a check that affects no client today.
    pub const NONE: Self = Self(0);
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
        Self(1 << client as u8)
    }

    /// Returns the union of two sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the clients that are in both sets.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns whether `client` is in the set.
    pub const fn contains(self, client: Client) -> bool {
        self.0 & (1 << client as u8) != 0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the members, in the order of [`Client::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Client> {
        Client::ALL
            .into_iter()
            .filter(move |client| self.contains(*client))
    }
}

impl FromIterator<Client> for Clients {
    fn from_iter<I: IntoIterator<Item = Client>>(clients: I) -> Self {
        clients
            .into_iter()
            .fold(Self::NONE, |set, client| set.and(Self::of(client)))
    }
}

impl fmt::Display for Clients {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("none");
        }
        for (position, client) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(formatter, "{separator}{client}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
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
