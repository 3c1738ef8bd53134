//! The document as iOS writes it: compact, `\/`, without nil values, with the keys and the members
//! of groups in any order.

use crate::clients::release::{Form, Origin, Release};
use crate::clients::write::{Phone, Spelling, object, whole};
use crate::safe::backup::{
    Backup, Contact, DeviceGroupKey, Group, Link, LinkKind, PictureRelease, Policy, Settings,
    Timestamp, User, VERSION, Verification,
};
use crate::safe::json::{Layout, Object, Text, Value};

/// The key that a phone generates when it links a device and has none.
const MADE_UP_GROUP_KEY: [u8; 32] = *b"a device group key that is new  ";

struct Ios;

impl Spelling for Ios {
    /// Swift's strings cannot hold half of a surrogate pair, so none can be written.
    const LONE_SURROGATE: char = char::REPLACEMENT_CHARACTER;
}

/// Source: `clients.write`, iOS.
pub(in crate::clients) fn write(origin: Origin, backup: &Backup, phone: &Phone) -> Vec<u8> {
    let mut pen = Pen {
        origin,
        shuffle: Shuffle(phone.order_seed),
    };
    pen.document(backup).to_bytes(Layout::Compact)
}

struct Pen {
    origin: Origin,
    shuffle: Shuffle,
}

impl Pen {
    fn since(&self, first: Release) -> bool {
        self.origin.since(first)
    }

    /// Returns an object with its members in a made-up order, because Swift's has none.
    fn any_order(&mut self, mut object: Object) -> Value {
        self.shuffle.shuffle(&mut object.0);
        Value::Object(object)
    }

    fn document(&mut self, backup: &Backup) -> Value {
        let info = object([
            ("version", Some(Value::from(i128::from(VERSION)))),
            ("device", Some(Ios::plain("ios"))),
        ]);
        let contacts = backup.contacts.iter().map(|each| self.contact(each));
        let contacts: Vec<_> = contacts.collect();
        let groups: Vec<_> = backup.groups.iter().map(|each| self.group(each)).collect();
        let document = object([
            ("info", Some(self.any_order(info))),
            ("user", Some(self.user(&backup.user))),
            ("contacts", unless_empty(contacts)),
            ("groups", unless_empty(groups)),
            ("settings", Some(self.settings(backup.settings.as_ref()))),
        ]);
        self.any_order(document)
    }

    fn user(&mut self, user: &User) -> Value {
        let release = match &user.picture_release {
            Some(PictureRelease::Everyone) => Some(vec![Ios::plain("*")]),
            Some(PictureRelease::Only(ids)) => Some(Ios::ids(ids)),
            Some(PictureRelease::Nobody) | None => None,
        };
        let links: Vec<_> = user.links.iter().map(|link| self.link(link)).collect();
        let made_up = DeviceGroupKey::from_bytes(MADE_UP_GROUP_KEY);
        let group_key = user.device_group_key.as_ref().unwrap_or(&made_up);
        let linking = self.origin.form == Form::DeviceLink;
        let user = object([
            ("privatekey", Some(Ios::base64(user.private_key.as_bytes()))),
            ("nickname", user.nickname.as_ref().map(Ios::text)),
            (
                "profilePic",
                user.picture.as_ref().map(|picture| Ios::base64(&picture.0)),
            ),
            ("profilePicRelease", release.map(Value::Array)),
            ("links", unless_empty(links)),
            (
                "temporaryDeviceGroupKeyTodoRemove",
                linking.then(|| Ios::base64(group_key.as_bytes())),
            ),
        ]);
        self.any_order(user)
    }

    fn link(&mut self, link: &Link) -> Value {
        let kind = match &link.kind {
            LinkKind::Mobile => Ios::plain("mobile"),
            LinkKind::Email => Ios::plain("email"),
            LinkKind::Other(kind) => Ios::text(kind),
        };
        let link = object([
            ("type", Some(kind)),
            ("name", Some(Ios::plain(""))),
            ("value", Some(Ios::text(&link.value))),
        ]);
        self.any_order(link)
    }

    fn contact(&mut self, contact: &Contact) -> Value {
        let level = contact.verification.unwrap_or(Verification::Unverified);
        // Source: `clients.write.public-key`.
        let key = contact
            .public_key
            .filter(|_| level == Verification::Full || self.since(Release::Ios5_1));
        let created_at = contact
            .created_at
            .filter(|_| self.since(Release::Ios6_3))
            .unwrap_or(Timestamp(0));
        let hidden = contact.hidden.unwrap_or(false) && self.since(Release::Ios4_9);
        let name = |name: Option<&Text>| Some(name.map_or_else(|| Ios::plain(""), Ios::text));
        let policies = self.since(Release::Ios4_8);
        let policy = |policy: Option<Policy>| {
            policies.then(|| Value::from(policy.unwrap_or(Policy::Default) as i128))
        };
        let contact = object([
            ("identity", Some(Ios::plain(contact.identity.as_str()))),
            ("publickey", key.map(|key| Ios::base64(&key.0))),
            ("createdAt", Some(unsigned(created_at))),
            ("verification", Some(Value::from(level as i128))),
            (
                "workVerified",
                Some(contact.work_verified.unwrap_or(false).into()),
            ),
            ("hidden", Some(hidden.into())),
            ("firstname", name(contact.first_name.as_ref())),
            ("lastname", name(contact.last_name.as_ref())),
            ("nickname", name(contact.nickname.as_ref())),
            ("typingIndicators", policy(contact.typing_indicators)),
            ("readReceipts", policy(contact.read_receipts)),
            ("private", self.private(contact.private)),
            ("lastUpdate", self.last_update(contact.last_update)),
        ]);
        self.any_order(contact)
    }

    fn group(&mut self, group: &Group) -> Value {
        // A Swift set has no order.
        let mut members = Ios::ids(&group.members);
        self.shuffle.shuffle(&mut members);
        let name = group.name.as_ref();
        let group = object([
            ("id", Some(Ios::hex(&group.id.0))),
            ("creator", Some(Ios::plain(group.creator.as_str()))),
            (
                "groupname",
                Some(name.map_or_else(|| Ios::plain(""), Ios::text)),
            ),
            ("createdAt", Some(Value::from(0))),
            ("members", Some(members.into())),
            ("deleted", Some(false.into())),
            ("lastUpdate", self.last_update(group.last_update)),
            ("private", self.private(group.private)),
        ]);
        self.any_order(group)
    }

    /// Source: `clients.write.first-ios`.
    fn private(&self, private: Option<bool>) -> Option<Value> {
        self.since(Release::Ios4_8)
            .then(|| private.unwrap_or(false).into())
    }

    /// Source: `clients.write.last-update`.
    fn last_update(&self, timestamp: Option<Timestamp>) -> Option<Value> {
        timestamp
            .filter(|_| self.since(Release::Ios4_9))
            .map(unsigned)
    }

    fn settings(&mut self, settings: Option<&Settings>) -> Value {
        let none = Settings::default();
        let settings = settings.unwrap_or(&none);
        let flag = |value: Option<bool>, default| Some(Value::Boolean(value.unwrap_or(default)));
        // Source: `clients.write.sync-excluded-key`.
        let excluded = if self.since(Release::Ios4_8) {
            "syncExcludedIDs"
        } else {
            "syncExcludedIds"
        };
        let settings = object([
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
                "blockedContacts",
                Some(Ios::ids(&settings.blocked_contacts).into()),
            ),
            (excluded, Some(Ios::ids(&settings.sync_excluded_ids).into())),
        ]);
        self.any_order(settings)
    }
}

fn unless_empty(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

/// Returns a time as Swift's `UInt64` holds it. No iPhone holds a time before 1970: it restores no
/// such document.
fn unsigned(timestamp: Timestamp) -> Value {
    whole(timestamp, 0, u64::MAX.into())
}

/// An order that is derived from a seed (`SplitMix64`).
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            // No list has 2^64 items.
            let other = self.next() % (end as u64 + 1);
            items.swap(end, usize::try_from(other).unwrap_or(0));
        }
    }
}
