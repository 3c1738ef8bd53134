//! What is on a phone after a restore, in the form that the vectors use.

use super::release::Release;
use super::restore::Restored;
use crate::safe::backup::{
    Contact, DistributionList, Group, LinkKind, PictureRelease, Policy, Settings, Timestamp, User,
    Verification,
};
use crate::safe::json::Text;
use crate::safe::{Client, ThreemaId};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value, json};

impl Restored {
    /// Returns what is on the phone of `own_id`, in the form that `vectors/README.md` defines under
    /// `read_backup`: a backup document with a few differences, so that it shows what the user
    /// would see. It contains the private key.
    pub fn state(&self, own_id: ThreemaId) -> Map<String, Value> {
        let backup = &self.backup;
        let mut state = Map::new();
        state.insert("user".to_owned(), user(&backup.user));
        let mut list = |key: &str, values: Vec<Value>| {
            if !values.is_empty() {
                state.insert(key.to_owned(), values.into());
            }
        };
        list("contacts", backup.contacts.iter().map(contact).collect());
        let is_removed_from = self.release.since(Release::Android6_2);
        let group = |each: &Group| group(each, own_id, is_removed_from);
        let groups = backup.groups.iter().map(group);
        let mut groups: Vec<_> = groups.collect();
        for (place, nameless) in &self.groups_without_id {
            let mut value = group(nameless);
            value["id"] = "".into();
            groups.insert((*place).min(groups.len()), value);
        }
        list("groups", groups);
        let lists = backup.distribution_lists.iter().map(distribution_list);
        list("distributionlists", lists.collect());
        if let Some(kept) = &backup.settings {
            let client = self.release.client();
            state.insert("settings".to_owned(), settings(kept, client));
        }
        state
    }
}

/// Returns an object with the members that are present.
fn object<const COUNT: usize>(members: [(&str, Option<Value>); COUNT]) -> Value {
    let there = members
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(there.collect())
}

fn text(text: Option<&Text>) -> Option<Value> {
    text.map(|text| text.to_str_lossy().into_owned().into())
}

fn time(time: Option<Timestamp>) -> Option<Value> {
    let Timestamp(milliseconds) = time?;
    let whole = i64::try_from(milliseconds).map(Value::from);
    let unsigned = || u64::try_from(milliseconds).map(Value::from);
    // Beyond 64 bits, as JavaScript writes it.
    Some(whole.or_else(|_| unsigned()).unwrap_or_else(|_| {
        let spelling = milliseconds.to_string();
        json!(spelling.parse::<f64>().unwrap_or(f64::MAX))
    }))
}

fn ids<'a>(ids: impl IntoIterator<Item = &'a ThreemaId>) -> Value {
    ids.into_iter().map(|id| Value::from(id.as_str())).collect()
}

fn user(user: &User) -> Value {
    let links = user.links.iter().map(|link| {
        let kind = match &link.kind {
            LinkKind::Mobile => "mobile".into(),
            LinkKind::Email => "email".into(),
            LinkKind::Other(other) => other.to_str_lossy().into_owned(),
        };
        object([
            ("type", Some(kind.into())),
            ("name", text(link.name.as_ref())),
            ("value", text(Some(&link.value))),
        ])
    });
    let release = user.picture_release.as_ref().map(|release| match release {
        PictureRelease::Everyone => "everyone".into(),
        PictureRelease::Nobody => "nobody".into(),
        PictureRelease::Only(some) => ids(some),
    });
    let links: Vec<_> = links.collect();
    object([
        (
            "privatekey",
            Some(user.private_key.to_base64().as_str().into()),
        ),
        ("nickname", text(user.nickname.as_ref())),
        (
            "profilePic",
            user.picture
                .as_ref()
                .map(|picture| BASE64.encode(&picture.0).into()),
        ),
        ("profilePicRelease", release),
        ("links", (!links.is_empty()).then(|| links.into())),
    ])
}

fn contact(contact: &Contact) -> Value {
    let policy = |policy: Option<Policy>| {
        policy.map(|policy| {
            Value::from(match policy {
                Policy::Default => 0,
                Policy::Send => 1,
                Policy::DontSend => 2,
            })
        })
    };
    let level = contact.verification.map(|level| {
        Value::from(match level {
            Verification::Unverified => 0,
            Verification::Server => 1,
            Verification::Full => 2,
        })
    });
    object([
        ("identity", Some(contact.identity.as_str().into())),
        (
            "publickey",
            contact.public_key.map(|key| BASE64.encode(&key.0).into()),
        ),
        ("createdAt", time(contact.created_at)),
        ("verification", level),
        ("workVerified", contact.work_verified.map(Value::from)),
        ("hidden", contact.hidden.map(Value::from)),
        ("firstname", text(contact.first_name.as_ref())),
        ("lastname", text(contact.last_name.as_ref())),
        ("nickname", text(contact.nickname.as_ref())),
        ("lastUpdate", time(contact.last_update)),
        ("typingIndicators", policy(contact.typing_indicators)),
        ("readReceipts", policy(contact.read_receipts)),
        ("private", contact.private.map(Value::from)),
    ])
}

/// Returns a group. If `is_removed_from`, a group whose creator is not a member counts as one from
/// which the user was removed.
fn group(group: &Group, own_id: ThreemaId, is_removed_from: bool) -> Value {
    let state = if group.deleted == Some(true) {
        "deleted"
    } else if !group.members.contains(&own_id) {
        "left"
    } else if is_removed_from && !group.members.contains(&group.creator) {
        "kicked"
    } else {
        "member"
    };
    object([
        ("id", Some(HEXLOWER.encode(&group.id.0).into())),
        ("creator", Some(group.creator.as_str().into())),
        ("groupname", text(group.name.as_ref())),
        ("createdAt", time(group.created_at)),
        ("members", Some(ids(&group.members))),
        ("state", Some(state.into())),
        ("lastUpdate", time(group.last_update)),
        ("private", group.private.map(Value::from)),
    ])
}

fn distribution_list(list: &DistributionList) -> Value {
    object([
        ("id", list.id.map(|id| id.number().to_string().into())),
        ("name", text(list.name.as_ref())),
        ("createdAt", time(list.created_at)),
        ("members", Some(ids(&list.members))),
        ("lastUpdate", time(list.last_update)),
        ("private", list.private.map(Value::from)),
    ])
}

/// A setting that the document does not have gets its default.
///
/// Source: `3.7`.
fn settings(settings: &Settings, client: Client) -> Value {
    let flag = |value: Option<bool>, default| Some(value.unwrap_or(default).into());
    let on_android = |value: Option<bool>| match client {
        Client::Android => flag(value, false),
        Client::Ios | Client::Desktop => value.map(Value::from),
    };
    let emojis = settings.recent_emojis.iter();
    object([
        ("syncContacts", flag(settings.sync_contacts, false)),
        ("blockUnknown", flag(settings.block_unknown, false)),
        ("sendTyping", flag(settings.send_typing, true)),
        ("readReceipts", flag(settings.read_receipts, true)),
        ("threemaCalls", flag(settings.threema_calls, true)),
        (
            "relayThreemaCalls",
            flag(settings.relay_threema_calls, false),
        ),
        (
            "disableScreenshots",
            on_android(settings.disable_screenshots),
        ),
        ("incognitoKeyboard", on_android(settings.incognito_keyboard)),
        ("blockedContacts", Some(ids(&settings.blocked_contacts))),
        ("syncExcludedIds", Some(ids(&settings.sync_excluded_ids))),
        (
            "recentEmojis",
            Some(emojis.filter_map(|emoji| text(Some(emoji))).collect()),
        ),
    ])
}
