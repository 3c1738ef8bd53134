//! Distribution lists.

use super::super::org_json::{Object, Value};
use super::super::reasons::{
    GARBAGE_LIST_ID, LIST_ID_UNREAD, NAME_CUT, NO_LIST_NAME, NO_SIGNED_NUMBER, NULL_IS_TEXT,
    OTHER_BYTE_ORDER, RANDOM_ID, UPDATE_NO_NUMBER_SKIPPED,
};
use super::values::{bytes_of_digits, text};
use super::{Objects, Phone};
use crate::clients::Field;
use crate::clients::read::{NAME_BYTES, Step, broken};
use crate::clients::release::Release;
use crate::clients::restore::Broken;
use crate::safe::backup::{At, DistributionList, DistributionListId};
use crate::safe::json::Text;
use data_encoding::HEXLOWER_PERMISSIVE;
use std::collections::HashSet;

impl Phone<'_> {
    /// Returns whether the IDs of distribution lists were written in the byte order opposite to the
    /// one in which they are read.
    ///
    /// Source: `clients.divergence.list-id`.
    pub(super) fn has_other_order(&self, device: Option<&Text>) -> bool {
        let writer = device.and_then(|device| Release::of_android_device(&device.to_str_lossy()));
        let written_low_first = writer.map(|writer| writer.since(Release::Android5_3));
        written_low_first.is_some_and(|low_first| low_first != self.since(Release::Android5_3))
    }

    /// Source: `clients.read.list-name`, `clients.read.unknown-member`.
    pub(super) fn lists(
        &mut self,
        items: &Objects<'_>,
        other_order: bool,
        at: &At<'_>,
    ) -> Step<Vec<DistributionList>> {
        let mut taken = HashSet::new();
        let mut lists = Vec::with_capacity(items.len());
        for (index, object) in items {
            let at = at.index(*index);
            let Some(name) = self.list_name(object, &at) else {
                continue;
            };
            let whole = (Field::DistributionList, &UPDATE_NO_NUMBER_SKIPPED);
            if self.has_no_time(object, whole, &at) {
                continue;
            }
            let mut list = DistributionList {
                id: self.list_id(object, other_order, &mut taken, &at)?,
                name: Some(name),
                ..DistributionList::default()
            };
            let members = self.ids(object, "members", Field::DistributionListMembers, &at);
            let visible = self.since(Release::Android5_7);
            let members_at = at.key("members");
            let place = (Field::DistributionListMembers, &members_at);
            let members = self.with_contacts(members.unwrap_or_default(), !visible, place);
            list.members = members.into();
            list.created_at = self.time_or_zero(object, Field::DistributionListCreatedAt, &at);
            list.last_update = self.last_update(object, Field::DistributionListLastUpdate, &at);
            let private = (Field::DistributionListPrivate, false);
            list.private = self.flag(object, "private", private, &at);
            lists.push(list);
        }
        Ok(lists)
    }

    /// Returns the name; `None` if the list is skipped.
    fn list_name(&mut self, object: &Object, at: &At<'_>) -> Option<Text> {
        let name_at = at.key("name");
        let Ok(name) = object.string("name") else {
            self.notes.lost(at, Field::DistributionList, &NO_LIST_NAME);
            return None;
        };
        if object.is_null("name") {
            self.notes
                .changed(&name_at, Field::DistributionListName, &NULL_IS_TEXT);
        }
        let place = (Field::DistributionListName, &NAME_CUT);
        Some(self.cut(text(&name), NAME_BYTES, place, &name_at))
    }

    /// Source: `clients.read.list-id`, `clients.divergence.list-id`.
    fn list_id(
        &mut self,
        object: &Object,
        other_order: bool,
        taken: &mut HashSet<DistributionListId>,
        at: &At<'_>,
    ) -> Step<Option<DistributionListId>> {
        let id_at = at.key("id");
        let Some(id) = object.value("id").and_then(Value::as_string) else {
            return Ok(None);
        };
        if !self.since(Release::Android4_8) {
            self.notes
                .lost(&id_at, Field::DistributionListId, &LIST_ID_UNREAD);
            return Ok(None);
        }
        let id = id.to_string_lossy();
        let id = if self.since(Release::Android5_3) {
            let bytes = bytes_of_digits(&id).filter(|_| id.len() == 16);
            let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
            if bytes.is_none() && id.encode_utf16().count() == 16 {
                self.notes.unsure(
                    &id_at,
                    Field::DistributionListId,
                    "no source says what Android does with the ID of a list that is not ASCII",
                );
                return Ok(None);
            }
            if bytes.is_some() && HEXLOWER_PERMISSIVE.decode(id.as_bytes()).is_err() {
                self.notes
                    .changed(&id_at, Field::DistributionListId, &GARBAGE_LIST_ID);
            }
            bytes.map(DistributionListId)
        } else {
            let Ok(number) = i64::from_str_radix(&id, 16) else {
                let what = "is not a signed number of 64 bits";
                return Err(broken(Broken::Crash, &id_at, what, &NO_SIGNED_NUMBER));
            };
            Some(DistributionListId(number.to_le_bytes()))
        };
        let id = id.filter(|id| i64::from_le_bytes(id.0) > 0 && taken.insert(*id));
        // With null, as without the key, there was no ID that could change.
        if id.is_none() {
            if !object.is_null("id") {
                self.notes
                    .changed(&id_at, Field::DistributionListId, &RANDOM_ID);
            }
        } else if other_order {
            self.notes
                .changed(&id_at, Field::DistributionListId, &OTHER_BYTE_ORDER);
        }
        Ok(id)
    }
}
