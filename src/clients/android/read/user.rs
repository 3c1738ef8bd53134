//! The user: identity, nickname, picture, links.

use super::super::base64;
use super::super::org_json::{Object, Value};
use super::super::reasons::{
    BAD_PICTURE, KEY_LENGTH, LINK_IGNORED, NICKNAME_CUT, NICKNAME_IS_ID, NO_DEVICE_LINK,
    NO_IDENTITY, NO_LINK_NAME, NOBODY_IS_EMPTY, NULL_IS_NOBODY, STAR_IS_EVERYONE,
};
use super::values::{id_of, text};
use super::{Phone, unsourced};
use crate::clients::Field;
use crate::clients::read::{NICKNAME_BYTES, Step, refused};
use crate::clients::release::Release;
use crate::safe::backup::{At, Bytes, Link, LinkKind, PictureRelease, PrivateKey, User};
use crate::safe::json::Text;
use zeroize::Zeroizing;

impl Phone<'_> {
    pub(super) fn user(&mut self, document: &Object, at: &At<'_>) -> Step<User> {
        let object = match document.value("user") {
            None => return Err(refused(at, "is missing", &NO_IDENTITY)),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(unsourced(at, "is not an object")),
        };
        let mut user = User::new(private_key(object, &at.key("privatekey"))?);
        user.nickname = self.nickname(object, at);
        user.picture = self.picture(object, &at.key("profilePic"));
        user.picture_release = self.release(object, &at.key("profilePicRelease"))?;
        user.links = self.links(object, &at.key("links")).into();
        if object.value("temporaryDeviceGroupKeyTodoRemove").is_some() {
            self.notes.lost(
                &at.key("temporaryDeviceGroupKeyTodoRemove"),
                Field::DeviceGroupKey,
                &NO_DEVICE_LINK,
            );
        }
        Ok(user)
    }

    fn nickname(&mut self, object: &Object, at: &At<'_>) -> Option<Text> {
        let nickname_at = at.key("nickname");
        if object.value("nickname").is_none() {
            self.notes
                .added(&nickname_at, Field::Nickname, &NICKNAME_IS_ID);
            return Some(Text::new(self.around.own_id.as_str()));
        }
        let nickname = self.text(object, "nickname", Field::Nickname, at)?;
        Some(self.cut(
            nickname,
            NICKNAME_BYTES,
            (Field::Nickname, &NICKNAME_CUT),
            &nickname_at,
        ))
    }

    fn picture(&mut self, object: &Object, at: &At<'_>) -> Option<Bytes> {
        let value = object.value("profilePic")?;
        if value.is_null() {
            self.notes.unsure(
                at,
                Field::Picture,
                "null is read as its four letters, which are base64 of no picture",
            );
            return None;
        }
        let bytes = value.as_string().map(|found| found.to_string_lossy());
        let bytes = bytes.and_then(|found| base64::decode(&found));
        if bytes.is_none() {
            self.notes.lost(at, Field::Picture, &BAD_PICTURE);
        }
        bytes.map(Bytes)
    }

    /// Source: `clients.read.release-nobody` and the facts after it.
    fn release(&mut self, object: &Object, at: &At<'_>) -> Step<Option<PictureRelease>> {
        let items = match object.value("profilePicRelease") {
            // The setting keeps its default.
            None => return Ok(Some(PictureRelease::Nobody)),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(unsourced(at, "is not an array")),
        };
        let is_nobody = |item: &Option<Value>| match item {
            None | Some(Value::Null) => true,
            Some(Value::Text(text)) => text.to_string_lossy() == "null",
            Some(_) => false,
        };
        let everyone = |item: &Option<Value>| matches!(item, Some(Value::Text(text)) if text.to_string_lossy() == "*");
        let ids = items.iter().filter_map(|item| id_of(item.as_ref()));
        let ids: Vec<_> = ids.collect();
        let has_everyone = items.iter().any(everyone);
        let has_nobody = items.iter().any(is_nobody);
        let is_new = self.since(Release::Android6_0);
        let is_json_null = matches!(items.as_slice(), [Some(Value::Null)]);
        let starts_with_everyone = items.first().is_some_and(everyone);
        Ok(Some(match (has_everyone, has_nobody) {
            (false, false) if ids.len() == items.len() => PictureRelease::Only(ids),
            (true, false) if items.len() == 1 => PictureRelease::Everyone,
            (true, false) if starts_with_everyone && ids.len() + 1 == items.len() => {
                self.notes
                    .changed(at, Field::PictureRelease, &STAR_IS_EVERYONE);
                PictureRelease::Everyone
            }
            (false, true) if is_new && is_json_null => PictureRelease::Nobody,
            (false, true) if is_new => {
                self.notes
                    .changed(at, Field::PictureRelease, &NULL_IS_NOBODY);
                PictureRelease::Nobody
            }
            (false, true) if is_json_null => {
                self.notes
                    .changed(at, Field::PictureRelease, &NOBODY_IS_EMPTY);
                PictureRelease::Only(Vec::new())
            }
            _ => {
                self.notes.unsure(
                    at,
                    Field::PictureRelease,
                    "no source says how Android reads this list",
                );
                PictureRelease::Only(ids)
            }
        }))
    }

    /// Source: `clients.read.links`.
    fn links(&mut self, object: &Object, at: &At<'_>) -> Vec<Link> {
        let mut links = Vec::new();
        let objects = self.objects(object, "links", Field::Link, at);
        for (index, object) in objects.unwrap_or_default() {
            let at = at.index(index);
            let string = |key| {
                object
                    .string(key)
                    .ok()
                    .filter(|text| !text.units().is_empty())
            };
            let kind = string("type").map(|kind| kind.to_string_lossy());
            let kind = match kind.as_deref() {
                Some("mobile") => Some(LinkKind::Mobile),
                Some("email") => Some(LinkKind::Email),
                _ => None,
            };
            let (Some(kind), Some(value)) = (kind, string("value")) else {
                self.notes.lost(&at, Field::Link, &LINK_IGNORED);
                continue;
            };
            // iOS writes an empty name, so nothing is lost.
            if string("name").is_some() {
                self.notes
                    .lost(&at.key("name"), Field::LinkName, &NO_LINK_NAME);
            }
            links.push(Link::new(kind, text(&value)));
        }
        links
    }
}

/// Source: `clients.read.missing-user`, `clients.read.private-key-length`.
fn private_key(object: &Object, at: &At<'_>) -> Step<PrivateKey> {
    let Ok(text) = object.string("privatekey") else {
        return Err(match object.value("privatekey") {
            None => refused(at, "is missing", &NO_IDENTITY),
            Some(_) => unsourced(at, "has no string"),
        });
    };
    let text = Zeroizing::new(text.to_string_lossy());
    let bytes = base64::decode(&text).map(Zeroizing::new);
    let Some(bytes) = bytes else {
        return Err(unsourced(at, "is not base64"));
    };
    let key = bytes.as_slice().try_into();
    key.map(PrivateKey::from_bytes).map_err(|_| {
        refused(
            at,
            "contains a key that does not have 32 bytes",
            &KEY_LENGTH,
        )
    })
}
