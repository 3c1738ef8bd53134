//! Backup and restore, the two directions, and sets of them.

use crate::safe::Client;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a client does with a server: back up or restore.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client stores its backup on the server, and deletes it there.
    Backup,
    /// The client fetches a backup from the server.
    Restore,
}

impl Direction {
    /// Both directions, in the order of reports.
    pub const ALL: [Self; 2] = [Self::Backup, Self::Restore];

    /// Returns the key in reports: `backup`, `restore`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Restore => "restore",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.key())
    }
}

/// A set of directions.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Directions(u8);

impl Directions {
    /// Neither: for a deviation that affects only privacy, or no client at all.
    pub const NONE: Self = Self(0);
    /// Only backing up.
    pub const BACKUP: Self = Self::of(Direction::Backup);
    /// Only restoring.
    pub const RESTORE: Self = Self::of(Direction::Restore);
    /// Backing up and restoring.
    pub const BOTH: Self = Self(Self::BACKUP.0 | Self::RESTORE.0);

    /// Returns the set of one direction.
    pub const fn of(direction: Direction) -> Self {
        Self(1 << direction as u8)
    }

    /// Returns the directions that `client` has: Desktop never writes a backup.
    pub const fn of_client(client: Client) -> Self {
        match client {
            Client::Android | Client::Ios => Self::BOTH,
            Client::Desktop => Self::RESTORE,
        }
    }

    /// Returns the union of two sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the directions that are in both sets.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns whether `direction` is in the set.
    pub const fn contains(self, direction: Direction) -> bool {
        self.0 & (1 << direction as u8) != 0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the members, in the order of [`Direction::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Direction> {
        Direction::ALL
            .into_iter()
            .filter(move |direction| self.contains(*direction))
    }
}

impl Default for Directions {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Display for Directions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("none");
        }
        for (position, direction) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(formatter, "{separator}{direction}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Directions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_exactly_its_members() {
        assert_eq!(Directions::BOTH.to_string(), "backup, restore");
        assert_eq!(Directions::NONE.to_string(), "none");
        assert!(!Directions::of_client(Client::Desktop).contains(Direction::Backup));
        assert_eq!(
            Directions::BOTH.within(Directions::RESTORE),
            Directions::RESTORE
        );
    }
}
