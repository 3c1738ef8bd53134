//! The user: identity, nickname, picture, links.

use super::super::reasons::{
    EMPTY_IS_NOBODY, INCOMPLETE_LINK, LINK_IGNORED, NO_GROUP_KEY, NO_LINK_NAME, NULL_DROPPED,
    NULL_WORD_DROPPED, OTHERS_DROPPED, OTHERS_KEPT_RAW, PICTURE_NOT_BASE64, PICTURE_SPACED,
};
use super::{Phone, id_of};
use crate::clients::Field;
use crate::clients::read::{Step, unknown};
use crate::clients::reason::unsourced::LINK_WITHOUT_VALUE;
use crate::clients::release::Release;
use crate::safe::backup::{
    At, Bytes, DeviceGroupKey, Link, LinkKind, PRIVATE_KEY_BYTES, PictureRelease, PrivateKey, User,
};
use crate::safe::json::{Object, Text, Value};
use data_encoding::{BASE64, DecodeKind};
use zeroize::Zeroizing;

const GROUP_KEY: &str = "temporaryDeviceGroupKeyTodoRemove";

impl Phone<'_> {
    pub(super) fn user(&mut self, object: &Object, at: &At<'_>) -> Step<User> {
        let decoder = self.decoder;
        let key = decoder.private_key_text(object, at)?;
        let nickname = decoder.text(object, "nickname", &at.key("nickname"))?;
        let picture = decoder.text(object, "profilePic", &at.key("profilePic"))?;
        let release_at = at.key("profilePicRelease");
        let release = decoder.array(object, "profilePicRelease", &release_at)?;
        let release = match release {
            Some(items) => Some(decoder.texts_or_null(items, &release_at)?),
            None => None,
        };
        let links = decoder.array(object, "links", &at.key("links"))?;
        let links = self.links(links.unwrap_or_default(), &at.key("links"))?;
        let group_key = decoder.text(object, GROUP_KEY, &at.key(GROUP_KEY))?;
        if !self.since(Release::Ios4_9) && matches!(object.first(GROUP_KEY), Some(Value::Text(_))) {
            let at = at.key(GROUP_KEY);
            self.notes.lost(&at, Field::DeviceGroupKey, &NO_GROUP_KEY);
        }
        let mut user = User::new(self.private_key(&key, &at.key("privatekey"))?);
        user.nickname = nickname;
        user.picture = picture.and_then(|text| self.picture(&text, &at.key("profilePic")));
        user.picture_release = Some(match release {
            Some(items) => self.release(&items, &release_at),
            None => PictureRelease::Nobody,
        });
        user.links = links.into();
        user.device_group_key =
            group_key.and_then(|text| self.device_group_key(&text, &at.key(GROUP_KEY)));
        Ok(user)
    }

    /// Source: `clients.read.private-key-length`, `clients.read.base64-bits`.
    fn private_key(&self, text: &Text, at: &At<'_>) -> Step<PrivateKey> {
        let bytes = BASE64.decode(text.to_str_lossy().as_bytes());
        let bytes = bytes.map(Zeroizing::new).map_err(|error| match error.kind {
            DecodeKind::Trailing => unknown(format!(
                "the last character of {} has bits that no byte has, and no source says what iOS does then",
                at.path()
            )),
            _ => self.decoder.key_not_base64(&text.to_str_lossy(), at),
        })?;
        match bytes.first_chunk::<PRIVATE_KEY_BYTES>() {
            Some(key) => Ok(PrivateKey::from_bytes(*key)),
            None => Err(unknown(format!(
                "{} contains a key of fewer than 32 bytes, and iOS reads beyond its end",
                at.path()
            ))),
        }
    }

    /// Source: `clients.read.device-group-key`.
    fn device_group_key(&mut self, text: &Text, at: &At<'_>) -> Option<DeviceGroupKey> {
        let bytes = BASE64.decode(text.to_str_lossy().as_bytes()).ok();
        let bytes = bytes.map(Zeroizing::new);
        let key = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
        if key.is_none() {
            self.notes.unsure(
                at,
                Field::DeviceGroupKey,
                "no source says what iOS does with a key that is not base64 of 32 bytes",
            );
        }
        key.map(DeviceGroupKey::from_bytes)
    }

    /// Source: `clients.read.bad-picture`, `clients.read.base64-whitespace`.
    fn picture(&mut self, text: &Text, at: &At<'_>) -> Option<Bytes> {
        let text = text.to_str_lossy();
        let bytes = BASE64.decode(text.as_bytes()).ok();
        if bytes.is_none() {
            let is_spaced = text.bytes().any(|byte| byte.is_ascii_whitespace());
            let why = if is_spaced {
                &PICTURE_SPACED
            } else {
                &PICTURE_NOT_BASE64
            };
            self.notes.lost(at, Field::Picture, why);
        }
        bytes.map(Bytes)
    }

    /// Source: `clients.read.release-empty` and the facts after it.
    fn release(&mut self, items: &[Option<Text>], at: &At<'_>) -> PictureRelease {
        let is = |item: &Option<Text>, text: &str| item.as_ref().is_some_and(|it| it.is(text));
        match items {
            [] => {
                self.notes
                    .changed(at, Field::PictureRelease, &EMPTY_IS_NOBODY);
                return PictureRelease::Nobody;
            }
            [None] => return PictureRelease::Nobody,
            [item] if is(item, "*") => return PictureRelease::Everyone,
            _ => {}
        }
        let ids: Vec<_> = items
            .iter()
            .filter_map(|item| id_of(item.as_ref()))
            .collect();
        let foreign = items.iter().filter(|item| id_of(item.as_ref()).is_none());
        let foreign: Vec<_> = foreign.collect();
        if foreign.is_empty() {
            return PictureRelease::Only(ids);
        }
        let mut texts = foreign.iter().copied().flatten();
        if foreign.iter().all(|item| item.is_none()) {
            self.notes.changed(at, Field::PictureRelease, &NULL_DROPPED);
        } else if !self.since(Release::Ios6_8_8) {
            self.notes
                .changed(at, Field::PictureRelease, &OTHERS_KEPT_RAW);
        } else if texts.all(|item| item.units().count() != 8) {
            let is_word = foreign.iter().any(|item| is(item, "null"));
            let why = if is_word {
                &NULL_WORD_DROPPED
            } else {
                &OTHERS_DROPPED
            };
            self.notes.changed(at, Field::PictureRelease, why);
        } else {
            self.notes.unsure(
                at,
                Field::PictureRelease,
                "no source says what iOS does with 8 characters that are not an ID",
            );
        }
        PictureRelease::Only(ids)
    }

    /// Source: `clients.read.links`.
    fn links(&mut self, items: &[Value], at: &At<'_>) -> Step<Vec<Link>> {
        let mut links = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            let object = self.decoder.item(item, &at)?;
            let text = |key| self.decoder.text(object, key, &at.key(key));
            let (kind, value, name) = (text("type")?, text("value")?, text("name")?);
            let (Some(kind), Some(value)) = (kind, value) else {
                self.notes.lost(&at, Field::Link, &INCOMPLETE_LINK);
                continue;
            };
            let kind = match &*kind.to_str_lossy() {
                "mobile" => LinkKind::Mobile,
                "email" => LinkKind::Email,
                _ => {
                    self.notes.lost(&at, Field::Link, &LINK_IGNORED);
                    continue;
                }
            };
            if value.is_empty() {
                self.notes.unsure(&at, Field::Link, LINK_WITHOUT_VALUE);
            }
            let has_name =
                matches!(object.first("name"), Some(Value::Text(name)) if !name.is_empty());
            if has_name && !self.since(Release::Ios4_8) {
                self.notes
                    .lost(&at.key("name"), Field::LinkName, &NO_LINK_NAME);
            }
            let mut link = Link::new(kind, value);
            link.name = name;
            links.push(link);
        }
        Ok(links)
    }
}
