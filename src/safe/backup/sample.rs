//! Small valid documents with made-up contacts, for probes.

use super::VERSION;
use super::values::PRIVATE_KEY_BYTES;
use data_encoding::BASE64;
use serde::Serialize;
use zeroize::Zeroizing;

/// The number of contacts that [`sample`] has distinct IDs for.
pub const SAMPLE_CONTACTS_AT_MOST: usize = 9_999_999;

/// Writes a small valid document with made-up contacts (`TEST0001`, `TEST0002`, …), for probes.
///
/// `device` is what `info.device` says: `6.4.2A/de_CH`. Order and keys are as Android writes
/// them today, the text is compact. At most [`SAMPLE_CONTACTS_AT_MOST`] contacts are written.
///
/// Source: clauses 3.1 to 3.7; clients.write.android-text.
///
/// # Panics
/// Never: strings and integers always serialise.
pub fn sample(private_key: &[u8; PRIVATE_KEY_BYTES], device: &str, contacts: usize) -> Vec<u8> {
    let key_in_base64 = Zeroizing::new(BASE64.encode(private_key));
    let contacts = contacts.min(SAMPLE_CONTACTS_AT_MOST);
    let document = SampleDocument {
        info: SampleInfo {
            version: VERSION,
            device,
        },
        user: SampleUser {
            privatekey: &key_in_base64,
            nickname: "Probe",
            links: [],
        },
        contacts: (1..=contacts).map(SampleContact::of).collect(),
        groups: [],
        distributionlists: [],
        settings: SampleSettings::default(),
    };
    serde_json::to_vec(&document).expect("strings and integers always serialise")
}

#[derive(Serialize)]
struct SampleDocument<'a> {
    info: SampleInfo<'a>,
    user: SampleUser<'a>,
    contacts: Vec<SampleContact>,
    groups: [(); 0],
    distributionlists: [(); 0],
    settings: SampleSettings,
}

#[derive(Serialize)]
struct SampleInfo<'a> {
    version: u64,
    device: &'a str,
}

#[derive(Serialize)]
struct SampleUser<'a> {
    privatekey: &'a str,
    nickname: &'a str,
    links: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleContact {
    identity: String,
    created_at: u64,
    verification: u8,
    work_verified: bool,
    hidden: bool,
    firstname: String,
    lastname: &'static str,
    typing_indicators: u8,
    read_receipts: u8,
    private: bool,
}

impl SampleContact {
    fn of(number: usize) -> Self {
        // From 10000 on the number needs the room of the letters; the two forms never meet, since
        // the second character of one is a letter and of the other a digit.
        let identity = if number < 10_000 {
            format!("TEST{number:04}")
        } else {
            format!("T{number:07}")
        };
        Self {
            identity,
            created_at: 1_700_000_000_000,
            verification: 0,
            work_verified: false,
            hidden: false,
            firstname: format!("Made-up {number}"),
            lastname: "Contact",
            typing_indicators: 0,
            read_receipts: 0,
            private: false,
        }
    }
}

/// The values are the defaults of clause 3.7.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the document has them")]
struct SampleSettings {
    sync_contacts: bool,
    block_unknown: bool,
    send_typing: bool,
    read_receipts: bool,
    threema_calls: bool,
    relay_threema_calls: bool,
    disable_screenshots: bool,
    incognito_keyboard: bool,
    blocked_contacts: [(); 0],
    sync_excluded_ids: [(); 0],
    recent_emojis: [(); 0],
}

impl Default for SampleSettings {
    fn default() -> Self {
        Self {
            sync_contacts: false,
            block_unknown: false,
            send_typing: true,
            read_receipts: true,
            threema_calls: true,
            relay_threema_calls: false,
            disable_screenshots: false,
            incognito_keyboard: false,
            blocked_contacts: [],
            sync_excluded_ids: [],
            recent_emojis: [],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::keys::ThreemaId;
    use std::collections::HashSet;

    const KEY: [u8; 32] = [0x5a; 32];

    #[test]
    fn a_sample_has_the_order_of_android() {
        let text = String::from_utf8(sample(&KEY, "6.4.2A/de_CH", 1)).expect("UTF-8");
        let keys = [
            "info",
            "user",
            "contacts",
            "groups",
            "distributionlists",
            "settings",
        ];
        let places = keys.map(|key| text.find(&format!("\"{key}\":")).expect(key));
        assert!(places.is_sorted(), "{text}");
        assert!(
            text.contains(r#""version":1,"device":"6.4.2A/de_CH""#),
            "{text}"
        );
        assert!(
            text.contains(r#"{"identity":"TEST0001","createdAt":"#),
            "{text}"
        );
        assert!(
            text.ends_with(r#""syncExcludedIds":[],"recentEmojis":[]}}"#),
            "{text}"
        );
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
        let ids = numbers.map(|number| SampleContact::of(number).identity);
        assert!(ids.iter().all(|id| ThreemaId::parse(id).is_ok()), "{ids:?}");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }
}
