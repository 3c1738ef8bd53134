//! The published clients that the rig is tried with.

use safe_conformance::clients::{Operation, Release, Transport};
use safe_conformance::safe::Client;

/// A published client, as far as the rig sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Published {
    /// Android 5.2.4, which reads the IDs of lists in another order.
    Android52,
    /// Android 5.8.2, which has deleted groups.
    Android58,
    /// Android up to 6.1.3.
    Android61,
    /// Android from 6.2 on.
    Android64,
    /// iOS 7.0.0, which stops at groups that the user left.
    Ios70,
    /// iOS up to 7.1.1.
    Ios71,
    /// iOS 7.2 to 7.2.2, which answers the challenge of a restore with the Safe password.
    Ios72,
    /// Desktop, which only reads.
    Desktop,
    /// Android 6.4, except that it changes a password correctly. Clients with a mistake are based
    /// on it.
    Correct,
}

impl Published {
    pub fn client(self) -> Client {
        match self {
            Self::Android52
            | Self::Android58
            | Self::Android61
            | Self::Android64
            | Self::Correct => Client::Android,
            Self::Ios70 | Self::Ios71 | Self::Ios72 => Client::Ios,
            Self::Desktop => Client::Desktop,
        }
    }

    /// The release that it is, or that it is based on.
    pub fn release(self) -> Release {
        let name = match self {
            Self::Android52 => "android-5.2.4",
            Self::Android58 => "android-5.8.2",
            Self::Android61 => "android-6.1.3",
            Self::Android64 | Self::Correct => "android",
            Self::Ios70 => "ios-7.0.0",
            Self::Ios71 => "ios-7.1.1",
            Self::Ios72 => "ios",
            Self::Desktop => "desktop",
        };
        Release::named(name).expect("it is published")
    }

    pub(super) fn accepts(self, operation: Operation, status: u16) -> bool {
        Transport::of(self.release()).accepts_status(operation, status)
    }
}
