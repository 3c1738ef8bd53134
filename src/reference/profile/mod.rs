//! Profiles: measured servers, each composed of small typed pieces of behaviour. A profile is not a
//! copy of a server.

mod behaviour;
mod catalogue;
mod dialect;
mod front;
mod late;
mod line;
mod manner;
mod pieces;
mod tempo;
mod watch;
mod workers;

pub(super) use behaviour::{Bare, Folders, Habit, HangUp, Listing};
pub use catalogue::Profile;
pub(super) use front::Front;
pub(super) use late::BrokenOff;
pub(super) use line::Line;
pub(super) use manner::Manner;
pub(super) use tempo::Tempo;
pub(super) use watch::Seen;

use super::route::with_user;
use behaviour::{Behaviour, Entrance};
use std::fmt;
use std::str::FromStr;

impl Profile {
    /// Returns the profile's effect and its cause, in one or two sentences.
    pub const fn explanation(self) -> &'static str {
        self.entry().explanation
    }

    /// Returns the name: `nextcloud-quota`.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// Returns the facts of the manual on which it is based.
    pub const fn facts(self) -> &'static [&'static str] {
        self.entry().facts
    }

    /// Returns the path of its base URL for this user, if the profile prescribes one.
    pub fn base_path(self, user: &str) -> Option<String> {
        let path = self.behaviours().find_map(|behaviour| match behaviour {
            Behaviour::Base(path) => Some(path),
            _ => None,
        });
        path.map(|path| with_user(path, user))
    }

    /// Returns the user name that has access, if the profile prescribes one: the token of a public
    /// link.
    pub fn user(self) -> Option<&'static str> {
        self.entrance().and_then(|entrance| entrance.user)
    }

    /// Returns whether its password is empty, as for a public link without one.
    pub fn has_empty_password(self) -> bool {
        self.entrance()
            .is_some_and(|entrance| entrance.has_empty_password)
    }

    /// Returns whether it gives everyone access without credentials.
    pub fn is_open(self) -> bool {
        self.entrance().is_some_and(|entrance| entrance.is_open)
    }

    fn entrance(self) -> Option<Entrance> {
        self.behaviours().find_map(|behaviour| match behaviour {
            Behaviour::Enters(entrance) => Some(entrance),
            _ => None,
        })
    }

    /// Returns its pieces.
    fn behaviours(self) -> impl Iterator<Item = Behaviour> {
        let groups = self.entry().behaviours.iter();
        groups.flat_map(|group| group.iter().copied())
    }

    /// Returns the faults among its pieces.
    pub(super) fn faults(self) -> impl Iterator<Item = super::Fault> {
        self.behaviours().filter_map(|behaviour| match behaviour {
            Behaviour::Wrong(fault) => Some(fault),
            _ => None,
        })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// The error for a name that no profile has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown profile `{0}`")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|profile| profile.name() == name);
        found
            .copied()
            .ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Fault;
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name_and_no_fault_has_that_name() {
        for (position, profile) in Profile::ALL.iter().enumerate() {
            assert_eq!(*profile as usize, position, "{profile} is in its place");
            assert_eq!(profile.name().parse(), Ok(*profile));
            let plain = profile.name().replace('-', "");
            assert_eq!(plain, format!("{profile:?}").to_lowercase());
            assert!(profile.name().parse::<Fault>().is_err(), "{profile}");
        }
        assert!("nextcloud".parse::<Profile>().is_err());
    }

    #[test]
    fn every_profile_is_explained_and_has_facts() {
        for profile in Profile::ALL {
            let explanation = profile.explanation();
            assert!(explanation.starts_with(char::is_alphabetic), "{profile}");
            assert!(explanation.ends_with('.'), "{profile}");
            assert!(!profile.facts().is_empty(), "{profile}");
        }
    }

    #[test]
    fn a_base_path_is_one() {
        for path in Profile::ALL
            .iter()
            .filter_map(|profile| profile.base_path("anna"))
        {
            assert!(!path.contains("USER"), "{path}");
            assert!(path.starts_with('/') && !path.ends_with('/'), "{path}");
        }
    }
}
