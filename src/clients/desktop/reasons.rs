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
        "Desktop imports nothing if the directory has another key for a contact of level 2",
        "clients.read.public-key-mismatch";
    CREATOR = "desktop-creator",
        "Desktop imports nothing if the creator of a group is not a contact",
        "clients.read.unknown-creator";
    MEMBER = "desktop-member",
        "Desktop imports nothing if a member of a group is not a contact",
        "clients.read.unknown-member";
    MISSING_IS_EVERYONE = "release-is-everyone",
        "iOS leaves the value out for nobody, and Desktop reads an absent value as everyone",
        "clients.read.release-missing";
    EMPTY_IS_EVERYONE = "release-empty-is-everyone",
        "Desktop reads an empty list as everyone",
        "clients.read.release-empty";
    STAR_IS_EVERYONE = "release-star-desktop",
        "Desktop reads a list that begins with `*` as everyone",
        "clients.read.release-everyone-and-id";
    NO_LINKS = "links-desktop", "Desktop restores no links", "clients.loss.links";
    NO_SETTING = "settings-desktop", "Desktop restores no settings", "clients.loss.other-settings";
    NO_POLICY = "policies-desktop", "Desktop does not restore them", "clients.loss.receipts";
    INVALID_DATE = "time-no-date", "JavaScript has no such date", "clients.read.largest-time";
    FRACTION = "time-fraction-desktop", "JavaScript cuts a fraction off", "clients.read.fractional-time";
    DELETED_HAS_NO_MEMBERS = "group-deleted-desktop",
        "Desktop ignores the members of a deleted group",
        "clients.read.deleted-group";
    CREATOR_ADDED = "group-creator-becomes-member-desktop",
        "Desktop adds the creator to the members",
        "clients.read.creator-no-member";
    NOT_IMPORTED = "lists-desktop", "Desktop imports no distribution lists", "clients.loss.lists";
}
