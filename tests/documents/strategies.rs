//! Generates documents and texts of documents that break real readers.

mod broken;

pub use broken::{broken_document, value, white_space};
use proptest::bool::weighted;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use safe_conformance::clients::Phone;
use safe_conformance::clients::restore::{Directory, DirectoryEntry, IdentityState, made_up_key};
use safe_conformance::safe::backup::{
    Backup, Bytes, Contact, DeviceGroupKey, DistributionList, DistributionListId, Group, GroupId,
    LATEST_TIMESTAMP, Link, LinkKind, List, PictureRelease, Policy, PrivateKey, PublicKey,
    Settings, Timestamp, User, Verification,
};
use safe_conformance::safe::json::{Layout, Text, Value};
use safe_conformance::safe::{Client, ThreemaId};
use std::collections::BTreeSet;
use std::fmt;

/// The user to whom these backups belong.
pub const OWN_ID: &str = "OWNOWNID";

const OTHER_IDS: [&str; 8] = [
    "ECHOECHO", "ABCDEFGH", "00000000", "*THREEMA", "ZZZZZZZZ", "1A2B3C4D", "*0000000", "NOBODY01",
];

pub fn id(id: &str) -> ThreemaId {
    ThreemaId::parse(id).expect("an ID")
}

/// A backup and what it depends on; it prints as its document.
#[derive(Clone)]
pub struct Case {
    pub backup: Backup,
    pub phone: Phone,
    /// Contacts whose IDs the directory no longer knows.
    pub revoked: BTreeSet<ThreemaId>,
    /// Contacts for which the directory has another key.
    pub rekeyed: BTreeSet<ThreemaId>,
    /// IDs that are not contacts but that the directory knows.
    pub unlisted: BTreeSet<ThreemaId>,
    /// Whether the directory cannot be reached.
    pub unreachable: bool,
}

impl Case {
    /// A backup on a phone on which nothing was left or removed, and whose contacts the directory
    /// knows as they are.
    pub fn of(backup: Backup) -> Self {
        Self {
            backup,
            phone: Phone::new(id(OWN_ID)),
            revoked: BTreeSet::new(),
            rekeyed: BTreeSet::new(),
            unlisted: BTreeSet::new(),
            unreachable: false,
        }
    }

    /// The same backup as a phone of this platform can hold it: without numbers that its types
    /// cannot hold, and without strings.
    pub fn on(mut self, platform: Client) -> Self {
        let (least, most) = match platform {
            Client::Android => (i128::from(i64::MIN), i128::from(i64::MAX)),
            // A phone that cannot restore such a document has no such time.
            Client::Ios | Client::Desktop => (0, i128::from(u64::MAX)),
        };
        let held = |time: &mut Option<Timestamp>| {
            *time = time.map(|time| Timestamp(time.0.clamp(least, most)));
        };
        let Backup {
            user,
            contacts,
            groups,
            distribution_lists,
            settings,
            ..
        } = &mut self.backup;
        for contact in contacts.iter_mut() {
            held(&mut contact.created_at);
            held(&mut contact.last_update);
        }
        for group in groups.iter_mut() {
            held(&mut group.created_at);
            held(&mut group.last_update);
        }
        for list in distribution_lists.iter_mut() {
            held(&mut list.created_at);
            held(&mut list.last_update);
        }
        if platform == Client::Android {
            return self;
        }
        let texts = user.nickname.iter_mut();
        let texts = texts.chain(user.links.iter_mut().map(|link| &mut link.value));
        let names = contacts.iter_mut().flat_map(|contact| {
            let names = contact.first_name.iter_mut().chain(&mut contact.last_name);
            names.chain(&mut contact.nickname)
        });
        let texts = texts
            .chain(names)
            .chain(groups.iter_mut().filter_map(|group| group.name.as_mut()));
        let texts = texts.chain(
            settings
                .iter_mut()
                .flat_map(|settings| settings.recent_emojis.iter_mut()),
        );
        for text in texts {
            *text = Text::new(&text.to_str_lossy());
        }
        self
    }

    /// Every contact as it is in the backup, but for those that were revoked.
    pub fn directory(&self) -> Directory {
        if self.unreachable {
            return Directory::Unreachable;
        }
        let mut directory = Directory::of_contacts(&self.backup);
        for id in &self.revoked {
            directory.revoke(*id);
        }
        if let Directory::Answers(entries) = &mut directory {
            for id in self.unlisted.difference(&self.revoked) {
                let public_key = made_up_key(*id);
                let state = IdentityState::Active;
                entries
                    .entry(*id)
                    .or_insert(DirectoryEntry { public_key, state });
            }
            for id in &self.rekeyed {
                entries
                    .entry(*id)
                    .and_modify(|entry| entry.public_key = PublicKey([9; 32]));
            }
        }
        directory
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = shown(&self.backup.to_value());
        write!(
            formatter,
            "{document}\nrevoked: {:?}\nwith another key: {:?}\nknown: {:?}\nunreachable: {}\n{:?}",
            self.revoked, self.rekeyed, self.unlisted, self.unreachable, self.phone
        )
    }
}

/// A value as text, because values have no printable form.
pub fn shown(value: &Value) -> String {
    String::from_utf8_lossy(&value.to_bytes(Layout::Compact)).into_owned()
}

/// Printable text.
#[derive(Clone)]
pub struct Written(pub Value);

impl fmt::Debug for Written {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shown(&self.0))
    }
}

/// Strings: plain, emoji, right to left, escapes, control characters, lone surrogates.
pub fn text() -> impl Strategy<Value = Text> {
    let curious = [
        "",
        "null",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "שלום",
        "\u{202e}evil\u{202c}",
        "e\u{301}",
        "a/b\\c\"d",
        "\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}",
        "\u{fffe}\u{feff}\u{2028}",
        "</script>",
        "\u{10ffff}",
    ];
    prop_oneof![
        4 => "[A-Za-z ]{0,12}".prop_map(|text| Text::new(&text)),
        2 => select(curious.to_vec()).prop_map(Text::new),
        1 => any::<String>().prop_map(|text| Text::new(&text)),
        1 => "[a-zä]{20,300}".prop_map(|text| Text::new(&text)),
        1 => vec(prop_oneof![0xd7fe_u16..0xe002, 0x20..0x7f_u16], 1..4).prop_map(|units| Text::from_units(&units)),
    ]
}

/// Times: usual ones, and the limits of types.
pub fn timestamp() -> impl Strategy<Value = Timestamp> {
    let edges = [
        0,
        1,
        -1,
        i128::from(i64::MIN),
        1 << 31,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        (1 << 63) - 1,
        1 << 63,
        (1 << 64) - 1,
        1 << 64,
        LATEST_TIMESTAMP.0,
    ];
    prop_oneof![
        6 => (0..2_000_000_000_000_i128).prop_map(Timestamp),
        1 => select(edges.to_vec()).prop_map(Timestamp),
    ]
}

fn any_id() -> impl Strategy<Value = ThreemaId> {
    prop_oneof![
        1 => Just(id(OWN_ID)),
        6 => select(&OTHER_IDS[..]).prop_map(id),
    ]
}

/// IDs without duplicates.
fn ids() -> impl Strategy<Value = Vec<ThreemaId>> {
    let all: Vec<_> = OTHER_IDS.into_iter().chain([OWN_ID]).map(id).collect();
    subsequence(all, 0..=9).prop_shuffle()
}

fn list_of_ids() -> impl Strategy<Value = List<ThreemaId>> {
    ids().prop_map(List::from)
}

fn picture_release() -> impl Strategy<Value = PictureRelease> {
    prop_oneof![
        Just(PictureRelease::Everyone),
        Just(PictureRelease::Nobody),
        ids().prop_map(PictureRelease::Only),
    ]
}

fn link() -> impl Strategy<Value = Link> {
    let kind = prop_oneof![
        3 => Just(LinkKind::Mobile),
        3 => Just(LinkKind::Email),
        1 => Just(LinkKind::Other("fax".into())),
    ];
    let value = prop_oneof![
        Just(Text::new("41791234567")),
        Just(Text::new("***")),
        text()
    ];
    (kind, value, option::of(text())).prop_map(|(kind, value, name)| Link {
        name,
        ..Link::new(kind, value)
    })
}

fn user() -> impl Strategy<Value = User> {
    let picture = vec(any::<u8>(), 0..20).prop_map(Bytes);
    (
        any::<[u8; 32]>(),
        option::of(text()),
        option::of(picture),
        option::of(picture_release()),
        vec(link(), 0..3),
        option::of(any::<[u8; 32]>()),
    )
        .prop_map(
            |(key, nickname, picture, picture_release, links, group_key)| User {
                nickname,
                picture,
                picture_release,
                links: links.into(),
                device_group_key: group_key.map(DeviceGroupKey::from_bytes),
                ..User::new(PrivateKey::from_bytes(key))
            },
        )
}

/// Everything about a contact except its ID, and whether it was revoked.
fn contact() -> impl Strategy<Value = (Contact, bool)> {
    let times = (option::of(timestamp()), option::of(timestamp()));
    let names = (option::of(text()), option::of(text()), option::of(text()));
    let policies = (
        option::of(select(&Policy::ALL[..])),
        option::of(select(&Policy::ALL[..])),
    );
    let flags = any::<[Option<bool>; 3]>();
    let level = option::weighted(0.9, select(&Verification::ALL[..]));
    (times, names, policies, flags, level, weighted(0.15)).prop_map(
        |((created_at, last_update), names, policies, flags, verification, revoked)| {
            let contact = Contact {
                created_at,
                last_update,
                verification,
                first_name: names.0,
                last_name: names.1,
                nickname: names.2,
                read_receipts: policies.0,
                typing_indicators: policies.1,
                work_verified: flags[0],
                hidden: flags[1],
                private: flags[2],
                ..Contact::new(id(OWN_ID))
            };
            (contact, revoked)
        },
    )
}

/// Contacts: each ID once, sometimes the user's own ID; a level 2 or revoked contact has its key.
fn contacts() -> impl Strategy<Value = Vec<(Contact, bool)>> {
    btree_map(any_id(), contact(), 0..7).prop_map(|contacts| {
        let with_ids = contacts.into_iter().map(|(identity, (contact, revoked))| {
            let known = revoked || contact.verification == Some(Verification::Full);
            let public_key = known.then(|| made_up_key(identity));
            (
                Contact {
                    identity,
                    public_key,
                    ..contact
                },
                revoked,
            )
        });
        with_ids.collect()
    })
}

/// Groups: with and without the user, with and without their creator, deleted, without a name.
fn group() -> impl Strategy<Value = ((GroupId, ThreemaId), Group)> {
    let key = (
        prop_oneof![Just([0; 8]), Just([0xff; 8]), any::<[u8; 8]>()],
        any_id(),
    );
    let times = (option::of(timestamp()), option::of(timestamp()));
    (
        key,
        option::of(text()),
        times,
        list_of_ids(),
        any::<[Option<bool>; 2]>(),
    )
        .prop_map(
            |((group_id, creator), name, (created_at, last_update), members, flags)| {
                let group_id = GroupId(group_id);
                let group = Group {
                    name,
                    created_at,
                    last_update,
                    members,
                    deleted: flags[0],
                    private: flags[1],
                    ..Group::new(group_id, creator)
                };
                ((group_id, creator), group)
            },
        )
}

fn distribution_list() -> impl Strategy<Value = DistributionList> {
    let list_id = prop_oneof![
        Just([0; 8]),
        Just([0xff; 8]),
        Just([1, 0, 0, 0, 0, 0, 0, 0]),
        any::<[u8; 8]>()
    ];
    let times = (option::of(timestamp()), option::of(timestamp()));
    (
        option::weighted(0.9, list_id),
        option::weighted(0.9, text()),
        times,
        list_of_ids(),
        any::<Option<bool>>(),
    )
        .prop_map(
            |(list_id, name, (created_at, last_update), members, private)| DistributionList {
                id: list_id.map(DistributionListId),
                name,
                created_at,
                last_update,
                members,
                private,
                ..DistributionList::default()
            },
        )
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        any::<[Option<bool>; 8]>(),
        list_of_ids(),
        list_of_ids(),
        vec(text(), 0..3),
    )
        .prop_map(|(flags, blocked, excluded, emojis)| Settings {
            sync_contacts: flags[0],
            block_unknown: flags[1],
            send_typing: flags[2],
            read_receipts: flags[3],
            threema_calls: flags[4],
            relay_threema_calls: flags[5],
            disable_screenshots: flags[6],
            incognito_keyboard: flags[7],
            blocked_contacts: blocked,
            sync_excluded_ids: excluded,
            recent_emojis: emojis.into(),
            ..Settings::default()
        })
}

/// A backup that a phone could hold.
pub fn case() -> impl Strategy<Value = Case> {
    let groups = vec(group(), 0..4);
    let lists = vec(distribution_list(), 0..3);
    let settings = option::weighted(0.9, settings());
    // The contacts that the user removed and the groups that the user left, by their places.
    let gone = (vec(weighted(0.1), 6), vec(weighted(0.2), 3));
    (
        user(),
        contacts(),
        groups,
        lists,
        settings,
        any::<u64>(),
        gone,
        ids(),
    )
        .prop_map(
            |(user, contacts, mut groups, lists, settings, seed, (removed, left), unlisted)| {
                let order_seed = seed;
                let mut backup = Backup::new(user);
                let revoked = contacts.iter().filter(|(_, revoked)| *revoked);
                let revoked = revoked.map(|(contact, _)| contact.identity).collect();
                backup.contacts = contacts.into_iter().map(|(contact, _)| contact).collect();
                groups.sort_by_key(|(key, _)| *key);
                groups.dedup_by_key(|(key, _)| *key);
                backup.groups = groups.into_iter().map(|(_, group)| group).collect();
                backup.distribution_lists = lists.into();
                backup.settings = settings;
                let rekeyed = backup.contacts.iter().map(|contact| contact.identity);
                let rekeyed = rekeyed.take(usize::from(order_seed % 8 == 0)).collect();
                let contacts = backup.contacts.iter().zip(removed);
                let removed = contacts.filter(|(_, removed)| *removed);
                let groups = backup.groups.iter().zip(left);
                let left = groups.filter(|(_, left)| *left);
                let phone = Phone {
                    removed_contacts: removed.map(|(contact, _)| contact.identity).collect(),
                    left_groups: left.map(|(group, _)| (group.id, group.creator)).collect(),
                    order_seed,
                    ..Phone::new(id(OWN_ID))
                };
                Case {
                    backup,
                    phone,
                    revoked,
                    rekeyed,
                    unlisted: unlisted
                        .into_iter()
                        .filter(|it| *it != id(OWN_ID))
                        .collect(),
                    unreachable: order_seed % 16 == 1,
                }
            },
        )
}

/// A backup of 2,000 contacts, in 100 groups.
pub fn large() -> Case {
    let mut backup = Backup::new(User::new(PrivateKey::from_bytes([7; 32])));
    for number in 0..2_000 {
        let identity = id(&format!("T{number:07}"));
        backup.contacts.push(Contact {
            public_key: (number % 3 == 0).then(|| made_up_key(identity)),
            created_at: Some(Timestamp(1_600_000_000_000 + number)),
            last_update: Some(Timestamp(1_700_000_000_000 + number)),
            verification: Some(if number % 3 == 0 {
                Verification::Full
            } else {
                Verification::Unverified
            }),
            first_name: Some(Text::new(&format!("Emma-Sophie Nr. {number}"))),
            last_name: Some(Text::new("Müller/Meier")),
            nickname: Some(Text::new("😀")),
            ..Contact::new(identity)
        });
    }
    for number in 0..100_u64 {
        let members = (0..20).map(|member| id(&format!("T{:07}", number * 20 + member)));
        backup.groups.push(Group {
            name: Some(Text::new(&format!("Group {number}"))),
            members: members.chain([id(OWN_ID)]).collect(),
            ..Group::new(GroupId(number.to_le_bytes()), id("T0000000"))
        });
    }
    backup.settings = Some(Settings {
        sync_contacts: Some(true),
        ..Settings::default()
    });
    Case::of(backup)
}
