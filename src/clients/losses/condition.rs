//! In which backups something is lost: conditions, each with a sentence.
//!
//! Whether a backup meets one is asked by tests alone, and is written there.

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
    /// It is level 2 without a public key.
    Level2WithoutKey,
    /// Its creator is no contact that is restored.
    CreatorUnknown,
    /// Its creator is no contact, and is a member of another group.
    CreatorFetched,
    /// The user has left it, and somebody else created it.
    LeftGroupOfAnother,
    /// It comes after a group of somebody else that was left.
    AfterALeftGroup,
    /// A member is no contact that is restored.
    MemberNoContact,
    /// A member is no contact, and the directory does not answer for it.
    MemberNotInDirectory,
    /// A member of a group or list is no contact, and the directory answers for it.
    MemberInDirectory,
    /// The contact was left out, and comes back as a member of a group or list.
    LeftOutAndMember,
    /// A member is no contact, and blocked.
    MemberBlocked,
    /// The creator is blocked, and the user is a member.
    CreatorBlocked,
    /// It is the user's own group, and the user is no member.
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
    /// The time takes more than 63 bits.
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
    /// The directory does not answer for it: revoked, or never there.
    UnknownToDirectory,
    /// The creator is not among them.
    CreatorNoMember,
    /// There is none.
    WithoutNickname,
    /// Its bytes are not the same both ways.
    ListIdIsNoPalindrome,
    /// There is none yet.
    GroupKeyMadeUp,
    /// Nobody may see the picture.
    Nobody,
    /// The directory has another key.
    OtherKey,
    /// The directory has another key, and the level is not 2.
    OtherKeyNotLevel2,
    /// The time is later than the year 275760.
    NoDate,
    /// It is not left at its default.
    HasPolicy,
    /// There is none.
    ListWithoutName,
    /// One has left the group, or dissolved it.
    GroupWithoutOneself,
    /// There are no contacts.
    NoContacts,
}

impl When {
    /// Goes on after "if"; empty where there is no condition.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::LongNickname => "it has more than 32 bytes",
            Self::LongName => "it has more than 256 bytes",
            Self::LinkOfAnotherType => "it is neither a number nor an address",
            Self::LinkOfNoUse => "it is neither a number nor an address, or has no value",
            Self::Level2WithoutKey => "it is level 2 without a public key",
            Self::CreatorUnknown => "its creator is no contact that is restored",
            Self::CreatorFetched => "its creator is no contact, and is a member of another group",
            Self::LeftGroupOfAnother => "the user has left it, and somebody else created it",
            Self::AfterALeftGroup => "it comes after a group of somebody else that was left",
            Self::MemberNoContact => "a member is no contact that is restored",
            Self::MemberNotInDirectory => {
                "a member is no contact, and the directory does not answer for it"
            }
            Self::MemberInDirectory => {
                "a member of a group or list is no contact, and the directory answers for it"
            }
            Self::LeftOutAndMember => {
                "the contact was left out, and comes back as a member of a group or list"
            }
            Self::MemberBlocked => "a member is no contact, and blocked",
            Self::CreatorBlocked => "the creator is blocked, and the user is a member",
            Self::OwnAndLeft => "it is the user's own group, and the user is no member",
            Self::NoContactRestored => "no contact is restored",
            Self::ListIdOfNoUse => "its number is not above zero, or another list has it",
            Self::Always => "",
            Self::LoneSurrogate => "it holds half of a surrogate pair",
            Self::NoPicture => "there is no picture",
            Self::NobodyIsSaid => "there is a picture that nobody may see",
            Self::EmptyRelease => "it is an empty list",
            Self::Before1970 => "the time is before 1970",
            Self::Beyond63Bits => "the time takes more than 63 bits",
            Self::Deleted => "the group was deleted",
            Self::OwnContact => "it is the own ID",
            Self::RemovedContact => "it was removed, and a group still needs it",
            Self::LeftGroup => "the group was left, and the own ID was still in the list",
            Self::Level1 => "it is level 1",
            Self::UnknownToDirectory => {
                "the directory does not answer for it: revoked, or never there"
            }
            Self::CreatorNoMember => "the creator is not among them",
            Self::WithoutNickname => "there is none",
            Self::ListIdIsNoPalindrome => "its bytes are not the same both ways",
            Self::GroupKeyMadeUp => "there is none yet",
            Self::Nobody => "nobody may see the picture",
            Self::OtherKey => "the directory has another key",
            Self::OtherKeyNotLevel2 => "the directory has another key, and the level is not 2",
            Self::NoDate => "the time is later than the year 275760",
            Self::HasPolicy => "it is not left at its default",
            Self::ListWithoutName => "there is none",
            Self::GroupWithoutOneself => "one has left the group, or dissolved it",
            Self::NoContacts => "there are no contacts",
        }
    }
}
