//! The rows, and the conditions under which they apply. Only tests decide whether a backup meets a
//! condition.

#![allow(clippy::enum_glob_use, reason = "nearly every field has a row")]

use super::row::{Loss, Side};
use super::writing as writes;
use crate::clients::Field::{self, *};
use crate::clients::android::reasons as android;
use crate::clients::desktop::reasons as desktop;
use crate::clients::ios::reasons as ios;
use crate::clients::reason::mobile;
use crate::clients::release::{Origins, Release, Releases};
use crate::clients::restore::ChangeKind::{self, Added, Changed, Lost};

/// A condition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum When {
    /// It has more than 32 bytes.
    LongNickname,
    /// It has more than 256 bytes.
    LongName,
    /// It is neither a number nor an address.
    LinkOfAnotherType,
    /// It is neither a number nor an address, or has no value.
    LinkOfNoUse,
    /// It is an empty number or address.
    LinkWithoutValue,
    /// It is level 2 without a public key.
    Level2WithoutKey,
    /// Its creator is not a restored contact.
    CreatorUnknown,
    /// Its creator is not a contact, and is a member of another group.
    CreatorFetched,
    /// The user has left it, and somebody else created it.
    LeftGroupOfAnother,
    /// It comes after a group of somebody else that was left, and whose creator is not blocked.
    AfterALeftGroup,
    /// A member is not a restored contact.
    MemberNoContact,
    /// A member is not a contact, and the directory does not answer for it.
    MemberNotInDirectory,
    /// A member of a group or list is not a contact, and the directory answers for it.
    MemberInDirectory,
    /// The directory cannot be reached.
    DirectoryUnreachable,
    /// The directory cannot be reached, and a member is not a contact.
    MemberUnreachable,
    /// The contact was left out, and only its ID returns, as a member of a group or list.
    LeftOutAndMember,
    /// A member is not a contact, and blocked.
    MemberBlocked,
    /// The creator is blocked, and the user is a member.
    CreatorBlocked,
    /// It is the user's own group, and the user is not a member.
    OwnAndLeft,
    /// No contact is restored.
    NoContactRestored,
    /// Its number is not above zero, or another list has it.
    ListIdOfNoUse,
    /// In every backup.
    Always,
    /// It holds half of a surrogate pair.
    LoneSurrogate,
    /// There is no picture.
    NoPicture,
    /// There is a picture that nobody may see.
    NobodyIsSaid,
    /// It is an empty list.
    EmptyRelease,
    /// The time is before 1970.
    Before1970,
    /// The time needs more than 63 bits.
    Beyond63Bits,
    /// The group was deleted.
    Deleted,
    /// It is the own ID.
    OwnContact,
    /// It was removed, and a group still needs it.
    RemovedContact,
    /// The group was left, and the own ID was still in the list.
    LeftGroup,
    /// It is level 1.
    Level1,
    /// The directory does not answer for it: the ID was revoked or never existed.
    UnknownToDirectory,
    /// The creator is not among the members.
    CreatorNoMember,
    /// There is no nickname.
    WithoutNickname,
    /// Its bytes in reverse order are different.
    ListIdIsNoPalindrome,
    /// There is no key yet.
    GroupKeyMadeUp,
    /// Nobody may see the picture.
    Nobody,
    /// The directory has another key.
    OtherKey,
    /// The directory has another key, and the level is not 2.
    OtherKeyNotLevel2,
    /// The time is later than the year 275760.
    NoDate,
    /// The list has no name.
    ListWithoutName,
    /// There are no contacts.
    NoContacts,
}

impl When {
    /// Returns the condition, to follow "if"; `None` if the row applies to every backup.
    pub const fn sentence(self) -> Option<&'static str> {
        Some(match self {
            Self::LongNickname => "it has more than 32 bytes",
            Self::LongName => "it has more than 256 bytes",
            Self::LinkOfAnotherType => "it is neither a phone number nor an e-mail address",
            Self::LinkOfNoUse => {
                "it is neither a phone number nor an e-mail address, or has no value"
            }
            Self::LinkWithoutValue => "it is an empty phone number or e-mail address",
            Self::Level2WithoutKey => "it is level 2 without a public key",
            Self::CreatorUnknown => "its creator is not a restored contact",
            Self::CreatorFetched => {
                "its creator is not a contact, and is a member of another group"
            }
            Self::LeftGroupOfAnother => "the user has left it, and somebody else created it",
            Self::AfterALeftGroup => {
                "it follows a group that the user left, and whose creator is somebody else and not blocked"
            }
            Self::MemberNoContact => "a member is not a restored contact",
            Self::MemberNotInDirectory => {
                "a member is not a contact, and the directory does not answer for it"
            }
            Self::MemberInDirectory => {
                "a member of a group or list is not a contact, and the directory answers for it"
            }
            Self::DirectoryUnreachable => "the directory cannot be reached",
            Self::MemberUnreachable => {
                "the directory cannot be reached, and a member is not a contact"
            }
            Self::LeftOutAndMember => {
                "the contact was left out, and only its ID returns, as a member of a group or list"
            }
            Self::MemberBlocked => "a blocked member is not a contact",
            Self::CreatorBlocked => "the creator is blocked, and the user is a member",
            Self::OwnAndLeft => "it is the user's own group, and the user is not a member",
            Self::NoContactRestored => "no contact is restored",
            Self::ListIdOfNoUse => "its number is not above zero, or another list has it",
            Self::Always => return None,
            Self::LoneSurrogate => "it holds half of a surrogate pair",
            Self::NoPicture => "there is no picture",
            Self::NobodyIsSaid => "there is a picture that nobody may see",
            Self::EmptyRelease => "the list of those who may see the picture is empty",
            Self::Before1970 => "the time is before 1970",
            Self::Beyond63Bits => "the time needs more than 63 bits",
            Self::Deleted => "the group was deleted",
            Self::OwnContact => "it is the user's own ID",
            Self::RemovedContact => "the user removed it, and it is still a member of a group",
            Self::LeftGroup => {
                "the user has left the group, and the list still held the user's own ID"
            }
            Self::Level1 => "it is level 1",
            Self::UnknownToDirectory => "its ID was revoked or never existed",
            Self::CreatorNoMember => "the creator is not among the members",
            Self::WithoutNickname | Self::ListWithoutName => "there is none",
            Self::ListIdIsNoPalindrome => "its bytes in reverse order are different",
            Self::GroupKeyMadeUp => "there is none yet",
            Self::Nobody => "nobody may see the picture",
            Self::OtherKey => "the directory has another key",
            Self::OtherKeyNotLevel2 => "the directory has another key, and the level is not 2",
            Self::NoDate => "the time is later than the year 275760",
            Self::NoContacts => "there are no contacts",
        })
    }
}

const TEXTS: &[Field] = &[
    Nickname,
    Link,
    FirstName,
    LastName,
    ContactNickname,
    GroupName,
    DistributionListName,
    RecentEmojis,
];
const CREATED: &[Field] = &[ContactCreatedAt, GroupCreatedAt, DistributionListCreatedAt];
const UPDATED: &[Field] = &[
    ContactLastUpdate,
    GroupLastUpdate,
    DistributionListLastUpdate,
];
const MOBILE_UPDATED: &[Field] = &[ContactLastUpdate, GroupLastUpdate];
const MEMBERS: &[Field] = &[GroupMembers, DistributionListMembers];
/// The settings that only Android has.
const OF_ANDROID: &[Field] = &[DisableScreenshots, IncognitoKeyboard, RecentEmojis];
const POLICIES_AND_PRIVATE: &[Field] =
    &[ReadReceipts, TypingIndicators, ContactPrivate, GroupPrivate];
/// The fields that a contact loses if it was left out and is fetched from the directory.
const OF_CONTACT: &[Field] = &[
    PublicKey,
    Verification,
    ContactCreatedAt,
    ContactLastUpdate,
    WorkVerified,
    Hidden,
    FirstName,
    LastName,
    ContactNickname,
    ReadReceipts,
    TypingIndicators,
    ContactPrivate,
];

const LOST: &[ChangeKind] = &[Lost];
const CHANGED: &[ChangeKind] = &[Changed];
const ADDED: &[ChangeKind] = &[Added];
const LESS: &[ChangeKind] = &[Lost, Changed];
const MORE: &[ChangeKind] = &[Changed, Added];
const ANY: &[ChangeKind] = &[Lost, Changed, Added];

const ALL: Origins = Origins::ALL;
const DEVICE_LINK: Origins = Origins::DEVICE_LINK;
const ANDROID: Releases = Releases::ANDROID;
const IOS: Releases = Releases::IOS;
const DESKTOP: Releases = Releases::DESKTOP;
const EVERYONE: Releases = Releases::ALL;

const HIGH_FIRST: Releases = Releases::between(Release::Android4_8, Release::Android5_0_5);
const LOW_FIRST: Releases = Releases::since(Release::Android5_3);
const IOS_BEFORE_4_9: Releases = Releases::up_to(Release::Ios4_8_4);
const IOS_SINCE_4_8: Releases = Releases::since(Release::Ios4_8);
const IOS_SINCE_4_9: Releases = Releases::since(Release::Ios4_9);
/// Without contacts, earlier releases restore no group; with contacts, the whole restore fails.
const IOS_SINCE_7_0: Releases = Releases::since(Release::Ios7_0);
const LEFT_IS_LOST: Releases = Releases::between(Release::Ios4_8, Release::Ios7_0_4);
const WITH_OTHER_KEYS: Releases =
    Releases::since(Release::Android5_0).and(Releases::since(Release::Ios5_1));

macro_rules! losses {
    (@together) => { None };
    (@together $together:literal) => { Some($together) };
    (@named) => { false };
    (@named named) => { true };
    ($($why:path $(as $together:literal)? : $fields:expr, $kinds:expr, $side:ident $from:expr => $to:expr, $when:ident $($named:ident)?;)*) => {
        /// All known losses, in the order of the document.
        pub static LOSSES: &[Loss] = &[$(Loss {
            why: &$why,
            together: losses!(@together $($together)?),
            fields: $fields,
            kinds: $kinds,
            at: Side::$side,
            from: $from,
            to: $to,
            when: When::$when,
            reason_names_condition: losses!(@named $($named)?),
        },)*];
    };
}

const fn by(releases: Releases) -> Origins {
    Origins::of(releases)
}

losses! {
    writes::LONE_SURROGATE as "any text": TEXTS, CHANGED, Writing by(ANDROID) => EVERYONE, LoneSurrogate named;
    android::NICKNAME_IS_ID: &[Nickname], ADDED, Reading ALL => ANDROID, WithoutNickname named;
    desktop::NICKNAME_IS_ID: &[Nickname], ADDED, Reading DEVICE_LINK => DESKTOP, WithoutNickname named;
    android::NICKNAME_CUT: &[Nickname], CHANGED, Reading ALL => ANDROID, LongNickname named;
    writes::RELEASE_WITHOUT_PICTURE: &[PictureRelease], LOST, Writing by(ANDROID) => EVERYONE, NoPicture named;
    android::NOBODY_IS_EMPTY: &[PictureRelease], ADDED, Reading by(ANDROID) => Releases::up_to(Release::Android5_7), NobodyIsSaid;
    ios::EMPTY_IS_NOBODY: &[PictureRelease], LOST, Reading ALL => IOS, EmptyRelease named;
    android::LINK_IGNORED: &[Link], LOST, Reading ALL => ANDROID, LinkOfNoUse named;
    ios::LINK_IGNORED: &[Link], LOST, Reading ALL => IOS, LinkOfAnotherType named;
    writes::LINK_NAME: &[LinkName], LOST, Writing ALL => EVERYONE, Always;
    writes::NO_GROUP_KEY: &[DeviceGroupKey], LOST, Writing by(ANDROID) => EVERYONE, Always;
    writes::GROUP_KEY_TO_LINK: &[DeviceGroupKey], LOST, Writing by(IOS).within(Origins::USUAL) => EVERYONE, Always;
    android::NO_DEVICE_LINK: &[DeviceGroupKey], LOST, Reading DEVICE_LINK => ANDROID, Always;
    ios::NO_GROUP_KEY: &[DeviceGroupKey], LOST, Reading DEVICE_LINK => IOS_BEFORE_4_9, Always;
    writes::GROUP_KEY_MADE_UP: &[DeviceGroupKey], ADDED, Writing DEVICE_LINK => IOS_SINCE_4_9.and(DESKTOP), GroupKeyMadeUp;
    writes::OWN_CONTACT: &[Contact], LOST, Writing by(Releases::since(Release::Android6_4)) => EVERYONE, OwnContact named;
    mobile::OWN_CONTACT: &[Contact], LOST, Reading ALL => Releases::MOBILE, OwnContact named;
    writes::REMOVED_CONTACT: &[Contact], LOST, Writing by(Releases::since(Release::Android6_0)) => EVERYONE, RemovedContact;
    writes::CONTACT_CREATED: &[ContactCreatedAt], LOST, Writing by(Releases::up_to(Release::Ios6_0)) => EVERYONE, Always;
    writes::BEFORE_1970 as "any createdAt": CREATED, LOST, Writing by(Releases::since(Release::Android5_0_5)) => EVERYONE, Before1970 named;
    writes::LAST_UPDATE_ANDROID: UPDATED, LOST, Writing by(Releases::up_to(Release::Android5_0_5)) => EVERYONE, Always;
    writes::LAST_UPDATE_IOS: MOBILE_UPDATED, LOST, Writing by(IOS_BEFORE_4_9) => EVERYONE, Always;
    writes::HIDDEN: &[Hidden], LOST, Writing by(IOS_BEFORE_4_9) => EVERYONE, Always;
    writes::POLICIES_ANDROID: &[ReadReceipts, TypingIndicators], LOST, Writing by(Releases::of(Release::Android4_5)) => EVERYONE, Always;
    writes::POLICIES_IOS: POLICIES_AND_PRIVATE, LOST, Writing by(Releases::of(Release::Ios4_6)) => EVERYONE, Always;
    writes::GROUP_CREATED: &[GroupCreatedAt], LOST, Writing by(IOS) => EVERYONE, Always;
    writes::MEMBERS_LEFT: &[GroupMembers], LESS, Writing by(Releases::since(Release::Android5_7)) => EVERYONE, LeftGroup named;
    writes::DELETED_ANDROID: &[GroupDeleted], LOST, Writing by(Releases::since(Release::Android6_0)) => EVERYONE, Always;
    writes::DELETED_IOS: &[GroupDeleted], LOST, Writing by(IOS) => EVERYONE, Always;
    writes::LISTS: &[DistributionList], LOST, Writing by(IOS) => EVERYONE, Always;
    writes::LIST_ID: &[DistributionListId], LESS, Writing by(Releases::up_to(Release::Android4_6)) => EVERYONE, Always;
    writes::SETTINGS: OF_ANDROID, LOST, Writing by(IOS) => EVERYONE, Always;
    android::OTHER_SPELLING: &[SyncExcludedIds], LOST, Reading by(IOS_SINCE_4_8) => ANDROID, Always;
    ios::LATER_SPELLING: &[SyncExcludedIds], LOST, Reading by(IOS_SINCE_4_8) => Releases::of(Release::Ios4_6), Always;
    ios::OTHER_SPELLING: &[SyncExcludedIds], LOST, Reading by(ANDROID.and(Releases::of(Release::Ios4_6))) => IOS_SINCE_4_8, Always;
    desktop::MISSING_IS_EVERYONE: &[PictureRelease], ADDED, Reading DEVICE_LINK => DESKTOP, Nobody;
    desktop::EMPTY_IS_EVERYONE: &[PictureRelease], CHANGED, Reading DEVICE_LINK => DESKTOP, EmptyRelease named;
    desktop::NO_LINKS: &[Link], LOST, Reading DEVICE_LINK => DESKTOP, Always;
    mobile::NOT_IN_DIRECTORY: &[Contact], LOST, Reading ALL => Releases::MOBILE, UnknownToDirectory;
    android::NO_DIRECTORY: &[Contact], LOST, Reading ALL => ANDROID, DirectoryUnreachable named;
    mobile::MEMBER_FETCHED: &[Contact], ADDED, Reading ALL => ANDROID.and(IOS_SINCE_4_8), MemberInDirectory named;
    mobile::MEMBER_FETCHED: OF_CONTACT, ANY, Reading by(Releases::since(Release::Android6_0)) => ANDROID.and(IOS_SINCE_4_8), LeftOutAndMember;
    ios::DIRECTORY_KEY: &[PublicKey], CHANGED, Reading ALL => IOS, OtherKey;
    android::KEY_OF_DIRECTORY: &[PublicKey], CHANGED, Reading by(WITH_OTHER_KEYS) => ANDROID, OtherKeyNotLevel2;
    android::LEVEL_1: &[Verification], LOST, Reading ALL => ANDROID, Level1 named;
    android::LEVEL_2_WITHOUT_KEY: &[Verification], LOST, Reading ALL => ANDROID, Level2WithoutKey named;
    ios::NOT_READ_YET: &[ContactCreatedAt], LOST, Reading ALL => Releases::up_to(Release::Ios6_0), Always;
    android::TOO_LARGE as "any time": &[ContactCreatedAt, ContactLastUpdate, GroupLastUpdate], CHANGED, Reading by(IOS) => ANDROID, Beyond63Bits;
    desktop::INVALID_DATE as "any time": &[ContactCreatedAt, ContactLastUpdate], LOST, Reading DEVICE_LINK => DESKTOP, NoDate;
    android::NO_LAST_UPDATE: UPDATED, LOST, Reading ALL => Releases::up_to(Release::Android5_0_5), Always;
    ios::NO_LAST_UPDATE: MOBILE_UPDATED, LOST, Reading ALL => Releases::up_to(Release::Ios5_4), Always;
    ios::NEVER_HIDDEN: &[Hidden], LOST, Reading ALL => IOS_BEFORE_4_9, Always;
    ios::NOT_PRIVATE: &[ContactPrivate, GroupPrivate], LOST, Reading ALL => Releases::of(Release::Ios4_6), Always;
    android::NO_POLICY: &[ReadReceipts, TypingIndicators], LOST, Reading ALL => Releases::of(Release::Android4_5), Always;
    ios::NO_POLICY: &[ReadReceipts, TypingIndicators], LOST, Reading ALL => Releases::of(Release::Ios4_6), Always;
    desktop::NO_POLICY: &[ReadReceipts, TypingIndicators], LOST, Reading DEVICE_LINK => DESKTOP, Always;
    mobile::UNKNOWN_CREATOR: &[Group], LOST, Reading ALL => Releases::MOBILE, CreatorUnknown named;
    android::DELETED: &[Group], LOST, Reading by(Releases::up_to(Release::Android5_7)) => Releases::since(Release::Android6_0), Deleted named;
    ios::DELETED_IGNORED: &[GroupDeleted], LOST, Reading by(Releases::up_to(Release::Android5_7)) => IOS, Always;
    ios::LEFT_IS_LOST: &[Group], LOST, Reading ALL => LEFT_IS_LOST, LeftGroupOfAnother named;
    ios::AFTER_LEFT: &[Group], LOST, Reading ALL => Releases::between(Release::Ios7_0, Release::Ios7_0_4), AfterALeftGroup;
    ios::BLOCKED_MEMBER: &[Group], LOST, Reading ALL => Releases::between(Release::Ios4_8, Release::Ios4_8_3), MemberBlocked named;
    ios::GROUP_NEEDS_DIRECTORY: &[Group], LOST, Reading ALL => IOS_SINCE_7_0, MemberUnreachable named;
    ios::NO_GROUP_TIME: &[GroupCreatedAt], LOST, Reading ALL => IOS, Always;
    ios::CREATOR_ADDED: &[GroupMembers], MORE, Reading ALL => IOS, CreatorNoMember;
    desktop::CREATOR_ADDED: &[GroupMembers], MORE, Reading DEVICE_LINK => DESKTOP, CreatorNoMember;
    ios::OWN_GROUP_ACTIVE: &[GroupMembers], MORE, Reading ALL => LEFT_IS_LOST, OwnAndLeft;
    ios::LEAVES: &[Group], LOST, Reading ALL => IOS_SINCE_4_8, CreatorBlocked named;
    mobile::MEMBER_DROPPED: MEMBERS, LESS, Reading ALL => ANDROID, MemberNotInDirectory named;
    ios::MEMBER_SKIPPED: &[GroupMembers], LESS, Reading ALL => IOS, MemberNoContact named;
    ios::NO_LISTS: &[DistributionList], LOST, Reading by(ANDROID) => IOS, Always;
    android::NO_LIST_NAME: &[DistributionList], LOST, Reading by(ANDROID) => ANDROID, ListWithoutName named;
    android::NAME_CUT: &[GroupName, DistributionListName], CHANGED, Reading ALL => ANDROID, LongName named;
    android::LIST_ID_UNREAD: &[DistributionListId], LOST, Reading by(Releases::since(Release::Android4_8)) => Releases::up_to(Release::Android4_6), Always;
    android::RANDOM_ID: &[DistributionListId], LESS, Reading by(ANDROID) => Releases::since(Release::Android4_8), ListIdOfNoUse named;
    android::OTHER_BYTE_ORDER: &[DistributionListId], LESS, Reading by(HIGH_FIRST) => LOW_FIRST, ListIdIsNoPalindrome;
    android::OTHER_BYTE_ORDER: &[DistributionListId], LESS, Reading by(LOW_FIRST) => HIGH_FIRST, ListIdIsNoPalindrome;
    ios::ANDROID_ONLY: OF_ANDROID, LOST, Reading by(ANDROID) => IOS, Always;
    desktop::NO_SETTING as "any setting": Field::OF_SETTINGS, LOST, Reading DEVICE_LINK => DESKTOP, Always;
    android::NO_CONTACTS: &[Group], LOST, Reading by(IOS) => ANDROID, NoContacts;
    ios::NO_CONTACTS: &[Group], LOST, Reading ALL => Releases::up_to(Release::Ios6_8_8), NoContactRestored named;
}
