//! The document as Android writes it: fixed order, one line for each member and item, `\/`.

use crate::clients::release::{Form, Origin, Release};
use crate::clients::write::{Phone, Spelling, object, whole};
use crate::safe::backup::{
    Backup, Contact, DistributionList, DistributionListId, Group, Link, LinkKind, PictureRelease,
    Policy, Settings, Timestamp, User, VERSION, Verification,
};
use crate::safe::json::{Layout, Object, Value};

struct Android;

impl Spelling for Android {
    const LONE_SURROGATE: char = '?';
}

/// Source: `clients.write`, Android.
pub(in crate::clients) fn write(origin: Origin, backup: &Backup, phone: &Phone) -> Vec<u8> {
    let pen = Pen { origin, phone };
    // `toString(0)`: line breaks without indentation.
    Value::Object(pen.document(backup)).to_bytes(Layout::Lines { indent: 0 })
}

struct Pen<'a> {
    origin: Origin,
    phone: &'a Phone,
}

impl Pen<'_> {
    fn since(&self, first: Release) -> bool {
        self.origin.since(first)
    }

    fn document(&self, backup: &Backup) -> Object {
        let contacts = backup.contacts.iter().filter(|each| self.has(each));
        let lists = backup.distribution_lists.iter();
        let info = object([
            ("version", Some(Value::from(i128::from(VERSION)))),
            ("device", Some(Android::plain(&self.device()))),
        ]);
        let mut document = object([
            ("info", Some(info.into())),
            ("user", Some(Self::user(&backup.user).into())),
            (
                "contacts",
                Some(array(contacts.map(|each| self.contact(each)))),
            ),
            (
                "groups",
                Some(array(backup.groups.iter().map(|each| self.group(each)))),
            ),
            (
                "distributionlists",
                Some(array(lists.map(|each| self.distribution_list(each)))),
            ),
            (
                "settings",
                Some(self.settings(backup.settings.as_ref()).into()),
            ),
        ]);
        if self.origin.form == Form::TestBuild {
            // Their place and content are not known; no reader reads them.
            for key in ["links", "incomingRequests", "outgoingRequests"] {
                document.push(key, Vec::new());
            }
        }
        document
    }

    /// Returns the value of `info.device`, with the first version of the range.
    fn device(&self) -> String {
        let version = match self.origin.form {
            Form::TestBuild => "4.7",
            Form::Usual | Form::DeviceLink => self.origin.release.first_version(),
        };
        format!("{version}A/en_US")
    }

    /// Source: `clients.write.removed-contacts`, `clients.write.own-contact`.
    fn has(&self, contact: &Contact) -> bool {
        let own = contact.identity == self.phone.own_id && self.since(Release::Android6_4);
        let removed = self.phone.removed_contacts.contains(&contact.identity)
            && self.since(Release::Android6_0);
        !own && !removed
    }

    fn user(user: &User) -> Object {
        let picture = user.picture.as_ref();
        // Only if there is a picture.
        let release = picture.map(|_| picture_release(user.picture_release.as_ref()));
        object([
            (
                "privatekey",
                Some(Android::base64(user.private_key.as_bytes())),
            ),
            ("nickname", user.nickname.as_ref().map(Android::text)),
            (
                "profilePic",
                picture.map(|picture| Android::base64(&picture.0)),
            ),
            ("profilePicRelease", release),
            ("links", Some(array(user.links.iter().map(link)))),
        ])
    }

    fn contact(&self, contact: &Contact) -> Object {
        let hidden = Some(Value::Boolean(contact.hidden.unwrap_or(false)));
        let policies = self.since(Release::Android4_57);
        let (hidden_before, hidden_behind) = if self.since(Release::Android5_3) {
            (hidden, None)
        } else {
            (None, hidden)
        };
        let level = contact.verification.unwrap_or(Verification::Unverified);
        let key = contact
            .public_key
            .filter(|_| level == Verification::Full || self.since(Release::Android5_0));
        object([
            ("identity", Some(Android::plain(contact.identity.as_str()))),
            ("publickey", key.map(|key| Android::base64(&key.0))),
            ("createdAt", Some(self.created_at(contact.created_at))),
            ("verification", Some(Value::from(level as i128))),
            (
                "workVerified",
                Some(contact.work_verified.unwrap_or(false).into()),
            ),
            ("hidden", hidden_before),
            ("firstname", contact.first_name.as_ref().map(Android::text)),
            ("lastname", contact.last_name.as_ref().map(Android::text)),
            ("nickname", contact.nickname.as_ref().map(Android::text)),
            ("hidden", hidden_behind),
            (
                "lastUpdate",
                contact
                    .last_update
                    .filter(|_| self.since(Release::Android5_3))
                    .map(long),
            ),
            (
                "typingIndicators",
                policies.then(|| policy(contact.typing_indicators)),
            ),
            (
                "readReceipts",
                policies.then(|| policy(contact.read_receipts)),
            ),
            ("private", Some(contact.private.unwrap_or(false).into())),
        ])
    }

    fn group(&self, group: &Group) -> Object {
        let left = self.phone.left_groups.contains(&(group.id, group.creator));
        // Source: `clients.write.own-id-in-members`.
        let members = group.members.iter().filter(|member| {
            !(left && **member == self.phone.own_id && self.since(Release::Android5_7))
        });
        let deleted = group.deleted.unwrap_or(false) && !self.since(Release::Android6_0);
        object([
            ("id", Some(Android::hex(&group.id.0))),
            ("creator", Some(Android::plain(group.creator.as_str()))),
            ("groupname", group.name.as_ref().map(Android::text)),
            ("createdAt", Some(self.created_at(group.created_at))),
            ("members", Some(Android::ids(members).into())),
            ("deleted", Some(deleted.into())),
            ("lastUpdate", self.last_update(group.last_update)),
            ("private", Some(group.private.unwrap_or(false).into())),
        ])
    }

    fn distribution_list(&self, list: &DistributionList) -> Object {
        object([
            ("id", list.id.and_then(|id| self.list_id(id))),
            ("name", list.name.as_ref().map(Android::text)),
            ("createdAt", Some(self.created_at(list.created_at))),
            ("members", Some(Android::ids(&list.members).into())),
            ("lastUpdate", self.last_update(list.last_update)),
            ("private", Some(list.private.unwrap_or(false).into())),
        ])
    }

    /// Source: `clients.write.list-id`.
    fn list_id(&self, id: DistributionListId) -> Option<Value> {
        if self.since(Release::Android5_3) {
            Some(Android::hex(&id.0))
        } else {
            self.since(Release::Android4_8)
                .then(|| Android::hex(&id.reversed().0))
        }
    }

    /// Source: `clients.write.created-at-clamped`.
    fn created_at(&self, timestamp: Option<Timestamp>) -> Value {
        let least = if self.since(Release::Android5_0_5) {
            Timestamp(0)
        } else {
            Timestamp(i64::MIN.into())
        };
        long(timestamp.unwrap_or(Timestamp(0)).max(least))
    }

    /// The time of the last update of a group or distribution list, which is never absent.
    ///
    /// Source: `clients.write.last-update`.
    fn last_update(&self, timestamp: Option<Timestamp>) -> Option<Value> {
        self.since(Release::Android5_3)
            .then(|| long(timestamp.unwrap_or(Timestamp(0))))
    }

    fn settings(&self, settings: Option<&Settings>) -> Object {
        let none = Settings::default();
        let settings = settings.unwrap_or(&none);
        let flag = |value: Option<bool>, default| Some(Value::Boolean(value.unwrap_or(default)));
        let emojis = settings.recent_emojis.iter().map(Android::text);
        // Source: `clients.write.first-android`.
        let previews = !self.since(Release::Android4_8);
        object([
            ("syncContacts", flag(settings.sync_contacts, false)),
            ("blockUnknown", flag(settings.block_unknown, false)),
            ("sendTyping", flag(settings.send_typing, true)),
            ("readReceipts", flag(settings.read_receipts, true)),
            ("threemaCalls", flag(settings.threema_calls, true)),
            (
                "locationPreviews",
                previews.then_some(Value::Boolean(false)),
            ),
            (
                "relayThreemaCalls",
                flag(settings.relay_threema_calls, false),
            ),
            (
                "disableScreenshots",
                flag(settings.disable_screenshots, false),
            ),
            (
                "incognitoKeyboard",
                flag(settings.incognito_keyboard, false),
            ),
            (
                "blockedContacts",
                Some(Android::ids(&settings.blocked_contacts).into()),
            ),
            (
                "syncExcludedIds",
                Some(Android::ids(&settings.sync_excluded_ids).into()),
            ),
            ("recentEmojis", Some(emojis.collect::<Vec<_>>().into())),
        ])
    }
}

fn array(objects: impl Iterator<Item = Object>) -> Value {
    Value::Array(objects.map(Value::Object).collect())
}

/// Returns a time as Java's `long` holds it.
fn long(timestamp: Timestamp) -> Value {
    whole(timestamp, i64::MIN.into(), i64::MAX.into())
}

fn policy(policy: Option<Policy>) -> Value {
    Value::from(policy.unwrap_or(Policy::Default) as i128)
}

fn picture_release(release: Option<&PictureRelease>) -> Value {
    Value::Array(match release {
        Some(PictureRelease::Everyone) => vec![Android::plain("*")],
        Some(PictureRelease::Only(ids)) => Android::ids(ids),
        Some(PictureRelease::Nobody) | None => vec![Value::Null],
    })
}

fn link(link: &Link) -> Object {
    let kind = match &link.kind {
        LinkKind::Mobile => Android::plain("mobile"),
        LinkKind::Email => Android::plain("email"),
        LinkKind::Other(kind) => Android::text(kind),
    };
    object([
        ("type", Some(kind)),
        ("value", Some(Android::text(&link.value))),
    ])
}
