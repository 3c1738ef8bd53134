//! Why Desktop changes or refuses the content of a backup.

use crate::clients::reason::reasons;

reasons! {
    NEEDS_ITS_KEY = "desktop-needs-its-key",
        "Desktop restores only a backup that was made to link it",
        "clients.read.device-group-key";
    REVOKED = "desktop-revoked",
        "Desktop needs the key of every contact, or imports nothing",
        "clients.read.revoked-contact";
    OTHER_KEY = "desktop-other-key",
        "Desktop imports nothing if the directory has another key for a contact",
        "clients.read.public-key-mismatch";
    NEEDS_DIRECTORY = "desktop-needs-directory",
        "Desktop needs the directory to restore contacts, or imports nothing",
        "clients.read.directory-failure";
    GROUP_DATE = "desktop-group-date",
        "Desktop imports nothing if a time of a group is later than the year 275760",
        "clients.read.largest-time";
    CREATOR = "desktop-creator",
        "Desktop imports nothing if the creator of a group is not a contact",
        "clients.read.unknown-creator";
    MEMBER = "desktop-member",
        "Desktop imports nothing if a member of a group is not a contact",
        "clients.read.unknown-member";
    NICKNAME_IS_ID = "nickname-from-id-desktop",
        "Desktop uses the ID as the nickname if there is none",
        "clients.loss.private-key";
    MISSING_IS_EVERYONE = "release-is-everyone",
        "iOS leaves the value out for nobody, and Desktop reads an absent value as everyone",
        "clients.read.release-missing";
    EMPTY_IS_EVERYONE = "release-empty-is-everyone",
        "Desktop reads an empty list as everyone",
        "clients.read.release-empty";
    STAR_IS_EVERYONE = "release-star-desktop",
        "Desktop reads a list that begins with `*` as everyone",
        "clients.read.release-everyone-and-id";
    NULL_IS_NOBODY = "release-null-desktop",
        "Desktop reads a list that begins with null as nobody",
        "clients.read.release-everyone-and-id";
    NO_LINKS = "links-desktop", "Desktop restores no links", "clients.loss.links";
    NO_SETTING = "settings-desktop", "Desktop restores no settings", "clients.loss.other-settings";
    NO_POLICY = "policies-desktop", "Desktop does not restore them", "clients.loss.receipts";
    INVALID_DATE = "time-no-date", "JavaScript has no such date", "clients.read.largest-time";
    TIME_OF_IMPORT = "created-now-desktop",
        "Desktop sets the time of the import if `createdAt` is missing",
        "clients.read.created-at";
    TIME_OF_GROUP = "last-update-from-created-desktop",
        "Desktop uses `createdAt` if a group has no `lastUpdate`",
        "clients.read.last-update";
    FRACTION = "time-fraction-desktop", "JavaScript cuts a fraction off", "clients.read.fractional-time";
    DELETED_IGNORED = "group-deleted-is-back-desktop",
        "Desktop restores and shows a deleted group",
        "clients.read.deleted-group";
    DELETED_HAS_NO_MEMBERS = "group-deleted-desktop",
        "Desktop ignores the members of a deleted group",
        "clients.read.deleted-group";
    CREATOR_ADDED = "group-creator-becomes-member-desktop",
        "Desktop adds the creator to the members",
        "clients.read.creator-no-member";
    NOT_IMPORTED = "lists-desktop", "Desktop imports no distribution lists", "clients.loss.lists";
}
