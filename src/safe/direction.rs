//! Backup and restore, the two directions, and sets of them.

use crate::safe::Client;
use crate::safe::set::{Member, Set};
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
pub type Directions = Set<Direction>;

impl Member for Direction {
    const VALUES: &'static [Self] = &Self::ALL;

    fn position(self) -> u8 {
        self as u8
    }
}

impl Directions {
    /// Only backing up.
    pub const BACKUP: Self = Self::of(Direction::Backup);
    /// Only restoring.
    pub const RESTORE: Self = Self::of(Direction::Restore);
    /// Backing up and restoring.
    pub const BOTH: Self = Self::BACKUP.and(Self::RESTORE);

    /// Returns the set of one direction.
    pub const fn of(direction: Direction) -> Self {
        Self::of_bits(1 << direction as u8)
    }

    /// Returns the directions that `client` has: Desktop never writes a backup.
    pub const fn of_client(client: Client) -> Self {
        match client {
            Client::Android | Client::Ios => Self::BOTH,
            Client::Desktop => Self::RESTORE,
        }
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
