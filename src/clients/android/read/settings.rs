//! Settings, which Android restores before the contacts.

use super::super::org_json::{Object, Value};
use super::super::reasons::{NOT_OF_THIS_KIND, OTHER_SPELLING};
use super::Phone;
use super::values::text;
use crate::clients::Field;
use crate::safe::backup::{At, Settings};

impl Phone<'_> {
    /// Source: `clients.read.missing-settings`, `clients.read.missing-sync-contacts`,
    /// `clients.read.wrong-type`, `clients.loss.sync-excluded`.
    pub(super) fn settings(&mut self, document: &Object, at: &At<'_>) -> Option<Settings> {
        let Value::Object(object) = document.value("settings")? else {
            // Nobody knows which settings this one value holds: the first stands for it.
            if !document.is_null("settings") {
                self.notes.lost(at, Field::SyncContacts, &NOT_OF_THIS_KIND);
            }
            return None;
        };
        let mut flag = |key, field, default| self.flag(object, key, (field, default), at);
        let mut settings = Settings {
            sync_contacts: flag("syncContacts", Field::SyncContacts, false).or(Some(false)),
            block_unknown: flag("blockUnknown", Field::BlockUnknown, false),
            send_typing: flag("sendTyping", Field::SendTyping, true),
            read_receipts: flag("readReceipts", Field::ReadReceiptsSetting, true),
            threema_calls: flag("threemaCalls", Field::ThreemaCalls, true),
            relay_threema_calls: flag("relayThreemaCalls", Field::RelayThreemaCalls, false),
            disable_screenshots: flag("disableScreenshots", Field::DisableScreenshots, false),
            incognito_keyboard: flag("incognitoKeyboard", Field::IncognitoKeyboard, false),
            ..Settings::default()
        };
        let blocked = self.ids(object, "blockedContacts", Field::BlockedContacts, at);
        settings.blocked_contacts = blocked.unwrap_or_default().into();
        let excluded = self.ids(object, "syncExcludedIds", Field::SyncExcludedIds, at);
        settings.sync_excluded_ids = excluded.unwrap_or_default().into();
        if let Ok(ids) = object.array("syncExcludedIDs") {
            for index in 0..ids.len() {
                self.notes.lost(
                    &at.key("syncExcludedIDs").index(index),
                    Field::SyncExcludedIds,
                    &OTHER_SPELLING,
                );
            }
        }
        let emojis = object.array("recentEmojis").unwrap_or_default();
        let emojis = emojis.iter().flatten().filter_map(Value::as_string);
        settings.recent_emojis = emojis.map(|emoji| text(&emoji)).collect();
        Some(settings)
    }
}
