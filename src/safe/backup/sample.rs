//! A small backup with made-up contacts, for probes.

use super::values::{PRIVATE_KEY_BYTES, PrivateKey};
use super::{Backup, Contact, Info, Policy, Settings, Timestamp, User, Verification, Version};
use crate::safe::keys::ThreemaId;

/// The largest number of contacts in a sample, which all have distinct IDs.
pub const SAMPLE_CONTACTS_AT_MOST: usize = 9_999_999;

/// The creation time of the made-up contacts.
const CREATED: Timestamp = Timestamp(1_700_000_000_000);

impl Backup {
    /// Returns a small valid backup with made-up contacts (`TEST0001`, `TEST0002`, …), for probes;
    /// at most [`SAMPLE_CONTACTS_AT_MOST`]. The settings are the defaults.
    ///
    /// Source: clauses 3.1 to 3.7.
    pub fn sample(private_key: &[u8; PRIVATE_KEY_BYTES], contacts: usize) -> Self {
        let user = User {
            nickname: Some("Probe".into()),
            ..User::new(PrivateKey::from_bytes(*private_key))
        };
        let contacts = 1..=contacts.min(SAMPLE_CONTACTS_AT_MOST);
        Self {
            info: Some(Info {
                version: Some(Version),
                device: Some("6.4.2A/en_US".into()),
                ..Info::default()
            }),
            contacts: contacts.filter_map(contact).collect(),
            settings: Some(settings()),
            ..Self::new(user)
        }
    }
}

fn contact(number: usize) -> Option<Contact> {
    Some(Contact {
        created_at: Some(CREATED),
        verification: Some(Verification::Unverified),
        work_verified: Some(false),
        hidden: Some(false),
        first_name: Some(format!("Made-up {number}").as_str().into()),
        last_name: Some("Contact".into()),
        typing_indicators: Some(Policy::Default),
        read_receipts: Some(Policy::Default),
        private: Some(false),
        ..Contact::new(ThreemaId::parse(&identity(number)).ok()?)
    })
}

/// From 10000 on, the number also takes the places of the letters. The two forms never collide: the
/// second character is a letter in one and a digit in the other.
fn identity(number: usize) -> String {
    if number < 10_000 {
        format!("TEST{number:04}")
    } else {
        format!("T{number:07}")
    }
}

/// Source: clause 3.7.
fn settings() -> Settings {
    Settings {
        sync_contacts: Some(false),
        block_unknown: Some(false),
        send_typing: Some(true),
        read_receipts: Some(true),
        threema_calls: Some(true),
        relay_threema_calls: Some(false),
        disable_screenshots: Some(false),
        incognito_keyboard: Some(false),
        ..Settings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::json::{Document, Layout};
    use std::collections::HashSet;

    #[test]
    fn a_sample_keeps_to_the_format() {
        for contacts in [0, 1, 30] {
            let sample = Backup::sample(&[0x5a; 32], contacts);
            let json = sample.to_value().to_bytes(Layout::Compact);
            let (read, deviations) = Backup::read(Document::parse(&json).expect("JSON"));
            assert!(deviations.is_empty(), "{:?}", deviations.list);
            assert_eq!(read.expect("an identity").contacts.len(), contacts);
        }
    }

    #[test]
    fn made_up_contacts_have_ids_of_their_own() {
        let numbers = [
            1,
            2,
            9_999,
            10_000,
            99_999,
            1_000_000,
            SAMPLE_CONTACTS_AT_MOST,
        ];
        let ids = numbers.map(identity);
        assert!(ids.iter().all(|id| ThreemaId::parse(id).is_ok()), "{ids:?}");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }
}
