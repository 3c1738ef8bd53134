//! The releases of each client that write alike, and those that read alike.

use crate::safe::Client;
use serde::{Serialize, Serializer};
use std::fmt;

/// Releases that are alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Releases {
    /// The client.
    pub client: Client,
    /// The first of them: `5.3`.
    pub since: &'static str,
    /// Where they end.
    pub until: Until,
}

/// Where a range of releases ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// With this one, in all its patches: `5.6`.
    Last(&'static str),
    /// Before this one. Which was the last before it is not known.
    Before(&'static str),
    /// Where they begin: it is one release, in all its patches.
    Itself,
}

impl fmt::Display for Releases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, since, .. } = self;
        match self.until {
            Until::Last(last) => write!(formatter, "{client} {since} to {last}"),
            Until::Before(next) => write!(formatter, "{client} {since} to before {next}"),
            Until::Itself => write!(formatter, "{client} {since}"),
        }
    }
}

macro_rules! releases {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $id:literal $client:ident $since:literal $until:expr;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $name {
            /// All of them: by client, from the oldest to the newest.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in files and options, for ever.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Which releases these are.
            pub const fn releases(self) -> Releases {
                match self {
                    $(Self::$variant => Releases { client: Client::$client, since: $since, until: $until },)*
                }
            }

            /// The client.
            pub const fn client(self) -> Client {
                self.releases().client
            }

            /// The one of this name.
            pub fn of_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.id() == id)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.id())
            }
        }
    };
}

releases! {
    /// Releases that write the same document.
    ///
    /// Source: VARIANTS section 1.
    Writer {
        /// Really compressed, with `locationPreviews`, without policies, list IDs and times of the last update.
        Android4_5 = "android-4.5" Android "4.5" Until::Before("4.57");
        /// With read receipts and typing indicators of contacts.
        Android4_57 = "android-4.57" Android "4.57" Until::Before("4.8");
        /// The test builds from 4.7 to 5.0.6 write three keys more at the top. This is the one of before 4.8.
        Android4_7Test = "android-4.7-test" Android "4.7" Until::Before("4.8");
        /// With IDs of distribution lists, their highest byte first.
        Android4_8 = "android-4.8" Android "4.8" Until::Last("4.83");
        /// Stored, no longer compressed.
        Android4_84 = "android-4.84" Android "4.84" Until::Before("5.0");
        /// With public keys of revoked contacts, too.
        Android5_0 = "android-5.0" Android "5.0" Until::Last("5.0.4");
        /// With no `createdAt` below zero.
        Android5_0_5 = "android-5.0.5" Android "5.0.5" Until::Last("5.2");
        /// With times of the last update; IDs of distribution lists with their lowest byte first.
        Android5_3 = "android-5.3" Android "5.3" Until::Last("5.6");
        /// Without the own ID among the members of a group that was left.
        Android5_7 = "android-5.7" Android "5.7" Until::Last("5.8");
        /// `deleted` is always false; contacts that were removed are left out.
        Android6_0 = "android-6.0" Android "6.0" Until::Last("6.3");
        /// Without the own ID among the contacts.
        Android6_4 = "android-6.4" Android "6.4" Until::Itself;
        /// Really compressed, with the key `syncExcludedIds`.
        Ios4_6 = "ios-4.6" Ios "4.6" Until::Last("4.6.18");
        /// With the key `syncExcludedIDs`, which nobody else reads; with policies and private chats.
        Ios4_8 = "ios-4.8" Ios "4.8" Until::Before("4.8.3");
        /// Stored, no longer compressed.
        Ios4_8_3 = "ios-4.8.3" Ios "4.8.3" Until::Before("4.9");
        /// With times of the last update and what is hidden.
        Ios4_9 = "ios-4.9" Ios "4.9" Until::Before("5.1");
        /// The backup that these make to link a device, with the key of the device group.
        Ios4_9DeviceLink = "ios-4.9-devicelink" Ios "4.9" Until::Before("5.1");
        /// With public keys of invalid contacts, too.
        Ios5_1 = "ios-5.1" Ios "5.1" Until::Before("6.3");
        /// With the times at which contacts were made.
        Ios6_3 = "ios-6.3" Ios "6.3" Until::Last("7.2");
    }
}

releases! {
    /// Releases that restore the same from a document, as far as is known.
    ///
    /// Source: VARIANTS section 2.
    Reader {
        /// IDs of distribution lists have their highest byte first.
        Android4_8 = "android-4.8" Android "4.8" Until::Last("5.2");
        /// They have their lowest byte first; with times of the last update.
        Android5_3 = "android-5.3" Android "5.3" Until::Last("5.6");
        /// Who is no member has left; deleted groups are dropped, and so are those that do not say whether they are.
        Android5_8 = "android-5.8" Android "5.7" Until::Last("5.8");
        /// `deleted` may be absent; `[null]` is nobody.
        Android6_1 = "android-6.1" Android "6.0" Until::Last("6.1");
        /// Whose creator is no member has been removed.
        Android6_4 = "android-6.4" Android "6.2" Until::Last("6.4");
        /// Without contacts the restore never ends.
        Ios4_6 = "ios-4.6" Ios "4.6" Until::Last("4.6.18");
        /// What cannot be decoded makes the restore never end.
        Ios5_4 = "ios-5.4" Ios "5.4" Until::Last("5.7");
        /// With times of the last update; unknown policies no longer crash.
        Ios6_8 = "ios-6.8" Ios "6.8" Until::Last("6.8.8");
        /// Errors are shown; a group that was left ends the restoring of groups.
        Ios7_0_0 = "ios-7.0.0" Ios "7.0" Until::Last("7.0.3");
        /// Groups that were left stay so.
        Ios7_0_5 = "ios-7.0.5" Ios "7.0.5" Until::Last("7.1");
        /// The newest.
        Ios7_2 = "ios-7.2" Ios "7.2" Until::Itself;
        /// The last Desktop that restored from a backup.
        DesktopPreview14 = "desktop-preview-14" Desktop "preview 14" Until::Itself;
    }
}

releases! {
    /// Releases that upload a backup again by the same rule.
    ///
    /// Source: VARIANTS section 3, "Unchanged re-upload".
    Refresher {
        /// Uploads what did not change after a week, whatever the server says.
        Android4_5 = "android-4.5" Android "4.5" Until::Last("4.831");
        /// Uploads what did not change after half of the retention.
        Android4_84 = "android-4.84" Android "4.84" Until::Before("5.0");
        /// The same, and what changed not within 23 hours.
        Android5_0 = "android-5.0" Android "5.0" Until::Last("6.4");
        /// Means half of the retention, and takes all of it.
        Ios4_6 = "ios-4.6" Ios "4.6" Until::Last("7.2");
    }
}

impl Writer {
    /// The newest writer of each client that writes.
    pub const NEWEST: [Self; 2] = [Self::Android6_4, Self::Ios6_3];

    /// Whether it writes as this one or a later one of the same client.
    ///
    /// Both must be releases that the same phone could have; the device-link form and the test build are their own release.
    pub fn since(self, first: Self) -> bool {
        self.client() == first.client() && self >= first
    }

    /// The writer of Android that `info.device` names, if it is one: `6.4.2A/de_CH`.
    ///
    /// Source: clause 3.2; VARIANTS section 1, "device".
    pub fn of_android_device(device: &str) -> Option<Self> {
        let version = AndroidVersion::of_device(device)?;
        let writers =
            Self::ALL.iter().copied().rev().filter(|writer| {
                writer.client() == Client::Android && *writer != Self::Android4_7Test
            });
        let mut known = writers.filter(|writer| {
            AndroidVersion::parse(writer.releases().since).is_some_and(|since| since <= version)
        });
        known.next()
    }
}

impl fmt::Display for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let releases = self.releases();
        match self {
            Self::Android4_7Test => write!(formatter, "{releases} (test builds)"),
            Self::Ios4_9DeviceLink => write!(formatter, "{releases} (device link)"),
            _ => releases.fmt(formatter),
        }
    }
}

impl Reader {
    /// The newest reader of each client.
    pub const NEWEST: [Self; 3] = [Self::Android6_4, Self::Ios7_2, Self::DesktopPreview14];

    /// Whether it is the newest of its client.
    pub fn is_newest(self) -> bool {
        Self::NEWEST.contains(&self)
    }

    /// Whether it reads as this one or a later one of the same client.
    pub fn since(self, first: Self) -> bool {
        self.client() == first.client() && self >= first
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.releases().fmt(formatter)
    }
}

/// A version of Threema for Android. Before 5.0 what stands behind the point is a decimal fraction: 4.57 comes before 4.8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AndroidVersion([u32; 3]);

impl AndroidVersion {
    /// Reads `6.4.2`, `5.3` or `4.831`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for (number, part) in numbers.iter_mut().zip(&mut parts) {
            let digits =
                (1..=4).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
            *number = part.parse().ok().filter(|_| digits)?;
        }
        if parts.next().is_some() {
            return None;
        }
        if numbers[0] < 5 {
            let digits = text.split('.').nth(1).map_or(0, str::len);
            numbers[1] *= 10_u32.pow(4 - u32::try_from(digits).unwrap_or(4));
        }
        Some(Self(numbers))
    }

    /// The version in `info.device`: digits and points, then the letters of the flavour, `A` and `/`.
    ///
    /// Source: clause 3.2; VARIANTS section 1, "device".
    pub fn of_device(device: &str) -> Option<Self> {
        let (version, _) = device.split_once('/')?;
        let version = version.strip_suffix('A')?;
        let end = version
            .find(|each: char| !(each.is_ascii_digit() || each == '.'))
            .unwrap_or(version.len());
        Self::parse(version[..end].trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_a_name_of_its_own() {
        let writers: HashSet<_> = Writer::ALL.iter().map(|each| each.id()).collect();
        let readers: HashSet<_> = Reader::ALL.iter().map(|each| each.id()).collect();
        assert_eq!(
            (writers.len(), readers.len()),
            (Writer::ALL.len(), Reader::ALL.len())
        );
        for writer in Writer::ALL {
            assert_eq!(Writer::of_id(writer.id()), Some(*writer));
            assert!(writer.id().starts_with(writer.client().key()));
        }
        for reader in Reader::ALL {
            assert_eq!(Reader::of_id(reader.id()), Some(*reader));
            assert!(reader.id().starts_with(reader.client().key()));
        }
        assert!(Writer::ALL.is_sorted() && Reader::ALL.is_sorted());
    }

    #[test]
    fn people_read_ranges() {
        let said = |writer: Writer| writer.to_string();
        assert_eq!(said(Writer::Android5_3), "Android 5.3 to 5.6");
        assert_eq!(said(Writer::Android6_4), "Android 6.4");
        assert_eq!(
            said(Writer::Ios4_9DeviceLink),
            "iOS 4.9 to before 5.1 (device link)"
        );
        assert_eq!(Reader::DesktopPreview14.to_string(), "Desktop preview 14");
    }

    #[test]
    fn order_is_within_a_client() {
        assert!(Writer::Android6_4.since(Writer::Android4_5));
        assert!(!Writer::Android4_5.since(Writer::Android4_57));
        assert!(!Writer::Ios4_6.since(Writer::Android4_5));
        assert!(
            Reader::Ios7_2.since(Reader::Ios7_0_5) && !Reader::Ios7_0_0.since(Reader::Ios7_0_5)
        );
    }

    #[test]
    fn a_device_tells_its_writer() {
        for (device, expected) in [
            ("6.4.2A/de_CH", Some(Writer::Android6_4)),
            ("6.3.1kA/en", Some(Writer::Android6_0)),
            ("10.0A/en", Some(Writer::Android6_4)),
            ("5.8.2A/x", Some(Writer::Android5_7)),
            ("5.0.4A/x", Some(Writer::Android5_0)),
            ("5.0.5A/x", Some(Writer::Android5_0_5)),
            ("5.10A/x", Some(Writer::Android5_7)),
            ("4.831A/x", Some(Writer::Android4_8)),
            ("4.84oA/x", Some(Writer::Android4_84)),
            ("4.9A/x", Some(Writer::Android4_84)),
            ("4.57A/x", Some(Writer::Android4_57)),
            ("4.7A/x", Some(Writer::Android4_57)),
            ("4.56A/x", Some(Writer::Android4_5)),
            ("4.5-beta1A/x", Some(Writer::Android4_5)),
            ("4.4A/x", None),
            ("ios", None),
            ("A/x", None),
            ("6.4.2/de_CH", None),
            ("99999999999.1A/x", None),
            ("6.4.2.1A/x", None),
        ] {
            assert_eq!(Writer::of_android_device(device), expected, "{device}");
        }
    }
}
