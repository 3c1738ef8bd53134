//! The user: identity, nickname, picture, links.

use super::super::base64::{self, Wrong};
use super::super::org_json::{Object, Value};
use super::super::reasons::{
    BAD_PICTURE, ENTRY_SKIPPED, KEY_LENGTH, KEY_LENGTH_CRASHES, KEY_TOO_SHORT_TO_DECODE,
    LINK_IGNORED, NICKNAME_CUT, NICKNAME_IS_ID, NO_DEVICE_LINK, NO_IDENTITY, NO_LINK_NAME,
    NOBODY_IS_EMPTY, NOT_OF_THIS_KIND, NULL_IS_NOBODY, NULL_WORD_IS_NOBODY, PICTURE_CUT,
    STAR_IS_EVERYONE,
};
use super::values::{id_of, text};
use super::{Phone, unsourced};
use crate::clients::Field;
use crate::clients::read::{NICKNAME_BYTES, Step, broken, refused};
use crate::clients::release::Release;
use crate::clients::restore::Broken;
use crate::safe::backup::{At, Bytes, Link, LinkKind, PictureRelease, PrivateKey, User};
use crate::safe::json::Text;
use zeroize::Zeroizing;

impl Phone<'_> {
    pub(super) fn user(&mut self, document: &Object, at: &At<'_>) -> Step<User> {
        let object = match document.value("user") {
            None => return Err(refused(at, "is missing", &NO_IDENTITY)),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(refused(at, "is not an object", &NO_IDENTITY)),
        };
        let mut user = User::new(self.private_key(object, &at.key("privatekey"))?);
        user.nickname = self.nickname(object, at);
        user.picture = self.picture(object, &at.key("profilePic"));
        user.picture_release = Some(self.release(object, &at.key("profilePicRelease")));
        user.links = self.links(object, &at.key("links")).into();
        let link_key = object.value("temporaryDeviceGroupKeyTodoRemove");
        if link_key.is_some_and(|value| !value.is_null()) {
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

    /// Source: `clients.read.bad-picture`, `clients.read.base64-unpadded`.
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
        let text = value.as_string().map(|found| found.to_string_lossy());
        let Ok(decoded) = base64::decode(&text.unwrap_or_default()) else {
            self.notes.lost(at, Field::Picture, &BAD_PICTURE);
            return None;
        };
        if decoded.is_cut {
            self.notes.changed(at, Field::Picture, &PICTURE_CUT);
        }
        Some(Bytes(decoded.bytes))
    }

    /// Source: `clients.read.release-nobody` and the facts after it.
    fn release(&mut self, object: &Object, at: &At<'_>) -> PictureRelease {
        let items = match object.value("profilePicRelease") {
            // The setting keeps its default.
            None | Some(Value::Null) => return PictureRelease::Nobody,
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.notes
                    .lost(at, Field::PictureRelease, &NOT_OF_THIS_KIND);
                return PictureRelease::Nobody;
            }
        };
        let is_new = self.since(Release::Android6_0);
        let is_json_null = matches!(items.as_slice(), [Some(Value::Null)]);
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            let entry = item.as_ref().and_then(Value::as_string);
            let Some(entry) = entry.map(|entry| entry.to_string_lossy()) else {
                self.notes.unsure(
                    at,
                    Field::PictureRelease,
                    "no source says what Android does with an empty place in this list",
                );
                continue;
            };
            if entry == "*" {
                if items.len() > 1 {
                    self.notes
                        .changed(at, Field::PictureRelease, &STAR_IS_EVERYONE);
                }
                return PictureRelease::Everyone;
            }
            if is_new && entry.eq_ignore_ascii_case("null") {
                if !is_json_null {
                    let is_word = item.as_ref().is_some_and(|item| !item.is_null());
                    let why = if is_word {
                        &NULL_WORD_IS_NOBODY
                    } else {
                        &NULL_IS_NOBODY
                    };
                    self.notes.changed(at, Field::PictureRelease, why);
                }
                return PictureRelease::Nobody;
            }
            let id = id_of(item.as_ref());
            if id.is_none() && entry.encode_utf16().count() == 8 {
                self.notes.unsure(
                    at,
                    Field::PictureRelease,
                    "Android keeps an entry of 8 characters, and no source says what it does with it",
                );
            } else if id.is_none() {
                let why = if is_json_null {
                    &NOBODY_IS_EMPTY
                } else {
                    &ENTRY_SKIPPED
                };
                self.notes.changed(at, Field::PictureRelease, why);
            }
            ids.extend(id);
        }
        PictureRelease::Only(ids)
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
            if string("name").is_some() && !object.is_null("name") {
                self.notes
                    .lost(&at.key("name"), Field::LinkName, &NO_LINK_NAME);
            }
            links.push(Link::new(kind, text(&value)));
        }
        links
    }

    /// Source: `clients.read.missing-user`, `clients.read.private-key-length`,
    /// `clients.read.base64-short`.
    fn private_key(&self, object: &Object, at: &At<'_>) -> Step<PrivateKey> {
        let Ok(text) = object.string("privatekey") else {
            return Err(match object.value("privatekey") {
                None => refused(at, "is missing", &NO_IDENTITY),
                Some(_) => unsourced(at, "has no string"),
            });
        };
        let text = Zeroizing::new(text.to_string_lossy());
        if text.is_empty() {
            return Err(refused(at, "is empty", &NO_IDENTITY));
        }
        let bytes = match base64::decode(&text) {
            Ok(decoded) => Zeroizing::new(decoded.bytes),
            Err(Wrong::Character) => return Err(refused(at, "is not base64", &NO_IDENTITY)),
            Err(Wrong::Short) => {
                let what = "has fewer than 4 characters";
                return Err(broken(Broken::Crash, at, what, &KEY_TOO_SHORT_TO_DECODE));
            }
        };
        let key = bytes.as_slice().try_into();
        key.map(PrivateKey::from_bytes).map_err(|_| {
            let what = "contains a key that does not have 32 bytes";
            if self.since(Release::Android6_2) {
                refused(at, what, &KEY_LENGTH)
            } else {
                broken(Broken::Crash, at, what, &KEY_LENGTH_CRASHES)
            }
        })
    }
}
