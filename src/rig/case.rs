//! A case of the rig.

use super::script::Script;
use std::fmt;
use std::str::FromStr;

/// What the client is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Test the server, as the app does when a user enters it.
    Test,
    /// Upload a backup.
    Backup,
    /// Download and restore a backup.
    Restore,
    /// Switch Threema Safe off: delete the backup.
    Delete,
    /// Change the Safe password: then only a backup under the new password remains.
    ChangePassword,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::Test,
        Self::Backup,
        Self::Restore,
        Self::Delete,
        Self::ChangePassword,
    ];

    /// Returns the value of `SAFE_RIG_ACTION`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Backup => "backup",
            Self::Restore => "restore",
            Self::Delete => "delete",
            Self::ChangePassword => "change-password",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|action| action.name() == text);
        known.ok_or_else(|| {
            format!(
                "unknown action `{text}`; expected test, backup, restore, delete or change-password"
            )
        })
    }
}

/// A situation in which a client is watched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// The name, which never changes: `rig.backup.first`. It is also the path of the case's base
    /// URL.
    pub id: &'static str,
    /// What the client does, in order. All but the last must succeed.
    pub actions: &'static [Action],
    /// How the server behaves.
    pub script: Script,
}
