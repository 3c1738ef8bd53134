//! The only list of releases: each entry has a client, its versions, and what changed in writing,
//! reading and transport.
//!
//! A new release is one entry here, plus the differences in the functions that call
//! [`Release::since`].
//!
//! Source: `clients.releases`.

mod named;
mod origin;
mod set;
mod version;

pub use named::UnknownRelease;
pub use origin::{Form, Origin};
pub use set::{Origins, Releases};
pub use version::Version;

use crate::safe::Client;
use serde::{Serialize, Serializer};
use std::fmt;

/// What is known about a release besides its name.
#[derive(Clone, Copy, Debug)]
struct Entry {
    client: Client,
    first: &'static str,
    /// `None`: all versions before the next entry.
    last: Option<&'static str>,
    writing: Option<&'static str>,
    reading: Option<&'static str>,
    transport: Option<&'static str>,
}

/// An aspect that a release can change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Aspect {
    /// The document and its compression.
    Writing,
    /// What the app restores.
    Reading,
    /// Requests, addresses, and the time of the next upload.
    Transport,
}

impl Aspect {
    /// All aspects.
    pub const ALL: [Self; 3] = [Self::Writing, Self::Reading, Self::Transport];
}

macro_rules! releases {
    (@text) => { None };
    (@text $text:literal) => { Some($text) };
    ($(
        $name:ident = $client:ident $first:literal $(to $last:literal)? {
            $(writes $writing:literal)? $(reads $reading:literal)? $(asks $transport:literal)?
        }
    )*) => {
        /// A range of versions of one client that behave alike, ordered by client and then from the
        /// oldest to the newest.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Release {
            $(#[doc = concat!(stringify!($client), " ", $first, ".")] $name,)*
        }

        impl Release {
            /// All releases, by client and then from the oldest to the newest.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            const fn entry(self) -> Entry {
                match self {
                    $(Self::$name => Entry {
                        client: Client::$client,
                        first: $first,
                        last: releases!(@text $($last)?),
                        writing: releases!(@text $($writing)?),
                        reading: releases!(@text $($reading)?),
                        transport: releases!(@text $($transport)?),
                    },)*
                }
            }

            /// Returns the name in files and options: `android-5.3`. It never changes.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => {
                        static ID: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
                            let entry = Release::$name.entry();
                            // All previews of Desktop restore alike: the last one is the best
                            // known.
                            let version = match entry.client {
                                Client::Desktop => entry.last.unwrap_or(entry.first),
                                Client::Android | Client::Ios => entry.first,
                            };
                            format!("{}-{}", entry.client.key(), version.replace(' ', "-"))
                        });
                        &ID
                    })*
                }
            }
        }
    };
}

releases! {
    Android4_5 = Android "4.5" {
        writes "really compressed; `locationPreviews`; no policies, list IDs or times of the last update"
        reads "no IDs of distribution lists"
        asks "an unchanged backup again after a week; `%h` in the address of the default server"
    }
    Android4_57 = Android "4.57" to "4.59" {
        writes "read receipts and typing indicators of contacts"
        reads "read receipts and typing indicators of contacts"
    }
    Android4_6 = Android "4.6" { asks "`%h` in the address of any server; tokens" }
    Android4_8 = Android "4.8" to "4.831" {
        writes "IDs of distribution lists, highest byte first"
        reads "IDs of distribution lists, highest byte first"
    }
    Android4_84 = Android "4.84" {
        writes "stored, no longer compressed"
        asks "an unchanged backup again after half of the retention"
    }
    Android5_0 = Android "5.0" to "5.0.4" {
        writes "public keys of revoked contacts"
        asks "changed data not within 23 hours"
    }
    Android5_0_5 = Android "5.0.5" to "5.2.4" { writes "no `createdAt` below zero" }
    Android5_3 = Android "5.3" {
        writes "times of the last update; IDs of distribution lists, lowest byte first"
        reads "times of the last update; IDs of distribution lists, lowest byte first; no group synchronisation"
        asks "`{backupIdPrefix8}` in the address"
    }
    Android5_7 = Android "5.7" to "5.8.2" {
        writes "no own ID among the members of a group that was left"
        reads "a group without the own ID is left; members of lists become visible contacts"
    }
    Android6_0 = Android "6.0" {
        writes "`deleted` is false; no removed contacts"
        reads "no deleted groups; `deleted` may be absent; `[null]` is nobody"
    }
    Android6_1 = Android "6.1" to "6.1.3" { reads "no verified contact whose key is not 32 bytes long" }
    Android6_2 = Android "6.2" {
        reads "the user is removed from a group whose creator is not a member"
        asks "OkHttp: credentials in ISO-8859-1, any 2xx, the whole config"
    }
    Android6_4 = Android "6.4" to "6.4.2" { writes "no own ID among the contacts" }
    Ios4_6 = Ios "4.6.3" to "4.6.18" {
        writes "really compressed; `syncExcludedIds`; no policies, private chats or times of the last update"
        reads "a restore without contacts never ends"
        asks "an unchanged backup again after the full retention"
    }
    Ios4_8 = Ios "4.8" to "4.8.2" {
        writes "`syncExcludedIDs`; policies and private chats"
        reads "`syncExcludedIDs`; private chats and policies; unknown members become contacts"
        asks "tokens; `{backupIdPrefix}` in the default address"
    }
    Ios4_8_3 = Ios "4.8.3" to "4.8.3" { writes "stored, no longer compressed" }
    Ios4_8_4 = Ios "4.8.4" to "4.8.5" { reads "a group with a blocked member is restored" }
    Ios4_9 = Ios "4.9" {
        writes "times of the last update; what is hidden; the key of a device group to link a device"
        reads "what is hidden; the key of a device group"
    }
    Ios5_1 = Ios "5.1" to "5.3.1" { writes "public keys of invalid contacts" }
    Ios5_4 = Ios "5.4" to "5.7.3" { reads "the restore never ends after an error of the decoder" }
    Ios5_8 = Ios "5.8" { reads "times of the last update" }
    Ios5_9 = Ios "5.9" to "5.9.1" { reads "gzip of several members" }
    Ios5_9_2 = Ios "5.9.2" to "5.9.3" { reads "no group synchronisation" }
    Ios6_0 = Ios "6.0" to "6.2.2" { asks "the address as it is typed; `{backupIdPrefix8}`" }
    Ios6_3 = Ios "6.3" to "6.7.1" {
        writes "when a contact was made"
        reads "when a contact was made"
    }
    Ios6_8 = Ios "6.8" to "6.8.7" { reads "an unknown policy is the default" }
    Ios6_8_8 = Ios "6.8.8" to "6.8.8" { reads "only IDs of 8 characters may see the picture" }
    Ios7_0 = Ios "7.0" to "7.0.3" { reads "errors are shown; a group that was left ends the groups" }
    Ios7_0_4 = Ios "7.0.4" to "7.0.4" { reads "a body that does not open is an error" }
    Ios7_0_5 = Ios "7.0.5" to "7.1.1" { reads "groups that were left stay so" }
    Ios7_2 = Ios "7.2" to "7.2.2" { asks "the Safe password instead of the server's password at a restore" }
    DesktopPreview14 = Desktop "preview 1" to "preview 14" {
        reads "restores only a backup that was made to link it"
        asks "`HEAD`, then `GET`"
    }
}

impl Release {
    /// Returns the client.
    pub const fn client(self) -> Client {
        self.entry().client
    }

    /// Returns the newest release of a client.
    pub fn newest(client: Client) -> Self {
        let mut of_client = Self::ALL.iter().copied();
        // Every client has an entry; its last one is the newest.
        of_client
            .rfind(|release| release.client() == client)
            .unwrap_or(Self::DesktopPreview14)
    }

    /// Returns the newest release of each client.
    pub fn newest_of_each() -> [Self; 3] {
        Client::ALL.map(Self::newest)
    }

    /// Returns whether it is the newest of its client.
    pub fn is_newest(self) -> bool {
        self == Self::newest(self.client())
    }

    /// Returns whether this is `first` or a later release of the same client.
    pub fn since(self, first: Self) -> bool {
        self.client() == first.client() && self >= first
    }

    /// Returns what changed in one aspect; `None` if nothing did.
    pub const fn change(self, aspect: Aspect) -> Option<&'static str> {
        let entry = self.entry();
        match aspect {
            Aspect::Writing => entry.writing,
            Aspect::Reading => entry.reading,
            Aspect::Transport => entry.transport,
        }
    }

    /// Returns the releases that changed an aspect: one for each range of releases that are alike
    /// in it.
    ///
    /// Desktop writes nothing, so it is not included for [`Aspect::Writing`].
    pub fn distinct(aspect: Aspect) -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(move |release| release.change(aspect).is_some())
    }

    /// Returns the first of the releases that are like this one in an aspect; `None` if its client
    /// lacks the aspect.
    pub fn representative(self, aspect: Aspect) -> Option<Self> {
        let up_to = Self::ALL.iter().copied().rev();
        let mut alike = up_to.filter(|each| self.since(*each) && each.change(aspect).is_some());
        alike.next()
    }

    /// Returns all releases that are like this one in an aspect.
    pub fn alike(self, aspect: Aspect) -> Range {
        let first = self.representative(aspect).unwrap_or(self);
        let mut later = Self::ALL.iter().copied();
        let next = later.find(|each| {
            *each > first && each.client() == first.client() && each.change(aspect).is_some()
        });
        let within = Self::ALL.iter().copied().filter(|each| each.since(first));
        let mut last = within.filter(|each| next.is_none_or(|next| *each < next));
        Range {
            first,
            last: last.next_back().unwrap_or(first),
        }
    }

    /// Returns the first version.
    pub fn first_version(self) -> &'static str {
        self.entry().first
    }

    /// Returns the last version; `None` if the last version before the next release is not known.
    pub fn last_version(self) -> Option<&'static str> {
        self.entry().last
    }

    fn next(self) -> Option<Self> {
        let mut later = Self::ALL.iter().copied();
        later.find(|each| *each > self && each.client() == self.client())
    }
}

impl From<Client> for Release {
    /// Returns the newest release of the client.
    fn from(client: Client) -> Self {
        Self::newest(client)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (*self, *self);
        Range { first, last }.fmt(formatter)
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// Consecutive releases of one client: `Android 5.3 to 5.6`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Range {
    /// The first release.
    pub first: Release,
    /// The last release.
    pub last: Release,
}

impl Range {
    /// Returns the client.
    pub const fn client(self) -> Client {
        self.first.client()
    }

    /// Returns the newest version in it, for people: `iOS 7.2.2`.
    pub fn newest(self) -> String {
        let last = self.last.entry();
        format!("{} {}", last.client, last.last.unwrap_or(last.first))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first.entry(), self.last.entry());
        let client = first.client;
        match (last.last, self.last.next()) {
            (Some(version), _) if version == first.first => {
                write!(formatter, "{client} {version}")
            }
            (Some(version), _) => {
                let version = version.strip_prefix("preview ").unwrap_or(version);
                write!(formatter, "{client} {} to {version}", first.first)
            }
            (None, Some(next)) => {
                write!(
                    formatter,
                    "{client} {} up to (not including) {}",
                    first.first,
                    next.entry().first
                )
            }
            (None, None) => write!(formatter, "{client} {} and later", first.first),
        }
    }
}

#[cfg(test)]
mod tests;
