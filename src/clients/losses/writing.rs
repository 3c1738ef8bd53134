//! Why something is not written to a document.

use crate::clients::reason::reasons;

reasons! {
    LONE_SURROGATE = "text-lone-surrogate",
        "Android writes `?` for half of a surrogate pair",
        "clients.write.android-text";
    RELEASE_WITHOUT_PICTURE = "release-without-picture",
        "Android writes who may see the picture only if there is a picture",
        "clients.write.android-user";
    LINK_NAME = "link-name",
        "Android does not write names of links, and iOS writes an empty name",
        "clients.write.android-user; clients.write.ios-user";
    NO_GROUP_KEY = "device-group-key-android", "Android has no such key", "clients.write.android-user";
    GROUP_KEY_TO_LINK = "device-group-key-ios",
        "iOS writes the key only to link a device",
        "clients.write.device-group-key";
    GROUP_KEY_MADE_UP = "device-group-key-made-up",
        "iOS generates the key when it makes a backup to link a device",
        "clients.write.device-group-key";
    OWN_CONTACT = "contact-own", "Android 6.4 and later does not write the user's own ID among the contacts", "clients.write.own-contact";
    REMOVED_CONTACT = "contact-removed",
        "Android 6.0 and later leaves out removed contacts",
        "clients.write.removed-contacts";
    CONTACT_CREATED = "contact-created-ios", "iOS before 6.3 writes 0", "clients.write.ios-created-at";
    BEFORE_1970 = "created-before-1970-android",
        "Android 5.0.5 and later writes 0 for a time before 1970",
        "clients.write.created-at-clamped";
    LAST_UPDATE_ANDROID = "last-update-android", "Android before 5.3 does not write it", "clients.write.last-update";
    LAST_UPDATE_IOS = "last-update-ios", "iOS before 4.9 does not write it", "clients.write.last-update";
    HIDDEN = "hidden-ios", "iOS before 4.9 always writes false", "clients.write.hidden";
    POLICIES_ANDROID = "policies-android", "Android before 4.57 does not write them", "clients.write.receipts";
    POLICIES_IOS = "policies-and-private-ios", "iOS before 4.8 does not write them", "clients.write.first-ios";
    GROUP_CREATED = "group-created-ios", "iOS always writes 0", "clients.write.ios-group";
    MEMBERS_LEFT = "group-members-left",
        "Android 5.7 and later removes the user's own ID from the members of a group that the user left",
        "clients.write.own-id-in-members";
    DELETED_ANDROID = "group-deleted-android", "Android 6.0 and later always writes false", "clients.write.deleted";
    DELETED_IOS = "group-deleted-ios", "iOS always writes false", "clients.write.ios-group";
    LISTS = "lists-ios", "iOS writes no distribution lists", "clients.write.ios-empty";
    LIST_ID = "list-id-android",
        "Android before 4.8 does not write it, and the list gets a random one",
        "clients.write.list-id";
    SETTINGS = "settings-of-android", "iOS has no such setting", "clients.write.ios-settings";
}
