//! Settings; iOS has fewer than Android.

use super::super::reasons::{ANDROID_ONLY, LATER_SPELLING, OTHER_SPELLING};
use super::{Phone, id_of};
use crate::clients::Field;
use crate::clients::read::Step;
use crate::clients::release::Release;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Settings};
use crate::safe::json::{Object, Value};

impl Phone<'_> {
    pub(super) fn settings(&mut self, object: &Object, at: &At<'_>) -> Step<Settings> {
        let decoder = self.decoder;
        let flag = |key| decoder.boolean(object, key, &at.key(key));
        let mut settings = Settings {
            sync_contacts: Some(decoder.required_boolean(object, "syncContacts", at)?),
            block_unknown: flag("blockUnknown")?,
            send_typing: flag("sendTyping")?,
            read_receipts: flag("readReceipts")?,
            threema_calls: flag("threemaCalls")?,
            relay_threema_calls: flag("relayThreemaCalls")?,
            ..Settings::default()
        };
        settings.blocked_contacts = self
            .ids(object, "blockedContacts", Field::BlockedContacts, at)?
            .into();
        // Source: `clients.read.sync-excluded-key`.
        let (read, ignored, why) = if self.since(Release::Ios4_8) {
            ("syncExcludedIDs", "syncExcludedIds", &OTHER_SPELLING)
        } else {
            ("syncExcludedIds", "syncExcludedIDs", &LATER_SPELLING)
        };
        settings.sync_excluded_ids = self.ids(object, read, Field::SyncExcludedIds, at)?.into();
        if let Some(Value::Array(ids)) = object.first(ignored) {
            for index in 0..ids.len() {
                self.notes
                    .lost(&at.key(ignored).index(index), Field::SyncExcludedIds, why);
            }
        }
        for (key, field) in [
            ("disableScreenshots", Field::DisableScreenshots),
            ("incognitoKeyboard", Field::IncognitoKeyboard),
        ] {
            if object.first(key) == Some(&Value::Boolean(true)) {
                self.notes.lost(&at.key(key), field, &ANDROID_ONLY);
            }
        }
        if matches!(object.first("recentEmojis"), Some(Value::Array(items)) if !items.is_empty()) {
            self.notes
                .lost(&at.key("recentEmojis"), Field::RecentEmojis, &ANDROID_ONLY);
        }
        Ok(settings)
    }

    fn ids(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Step<Vec<ThreemaId>> {
        let at = at.key(key);
        let items = self.decoder.array(object, key, &at)?.unwrap_or_default();
        let texts = self.decoder.texts(items, &at)?;
        let mut ids = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            match id_of(Some(text)) {
                Some(id) => ids.push(id),
                None => self.notes.unsure(
                    &at.index(index),
                    field,
                    "no source says what iOS does with a value that is not an ID",
                ),
            }
        }
        Ok(ids)
    }
}
