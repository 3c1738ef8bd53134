"""The part of payload.json about writing: what each client writes for a document."""

from model import EARLIER, by, not_applicable, unknown, valid
from payload_builder import add_earlier
from payload_documents import OWN, TIME, contact, group, without, unlinked, text_of

WRITING = ("clients.write.android-text clients.write.android-info clients.write.android-user clients.write.android-contact "
           "clients.write.android-group clients.write.android-list clients.write.android-settings clients.write.ios-text clients.write.ios-info "
           "clients.write.ios-user clients.write.ios-contact clients.write.ios-group clients.write.ios-settings clients.write.ios-empty "
           "clients.write.sync-excluded-key clients.write.list-id clients.write.created-at-clamped clients.write.last-update "
           "clients.write.public-key clients.write.deleted clients.write.own-id-in-members clients.write.own-contact clients.write.hidden "
           "clients.write.receipts clients.write.ios-created-at clients.write.first-android clients.write.first-ios "
           "clients.divergence.sync-excluded-key")


def writing(file):
    asked = file.group("what clients write", "write_backup", ["clauses 3.1 to 3.7"] + WRITING.split(), [
        by("android", "read", "the facts that `source` names; Threema for Android 6.4.2: ThreemaSafeServiceImpl.java"),
        by("ios", "read", "the facts that `source` names; Threema for iOS 7.2.2: SafeStore.swift, SafeJsonParser.swift"),
        by("desktop", "read", "clients.releases.desktop")])
    never = not_applicable("it never writes a backup")
    document = unlinked

    def writes(written, contains=()):
        return valid({"written": written} | ({"contains": list(contains)} if contains else {}))

    def add(id, comment, backup, android, ios, earlier=None):
        asked.add(f"payload.write-{id}", comment, ["Writing"], {"backup": {"text": text_of(backup)}, "own_id": OWN},
                  {"android": android, "ios": ios, "desktop": never})
        add_earlier(asked, earlier, EARLIER["write_backup"])

    def all_of(client, first, last=None):
        names = [name for name in EARLIER["write_backup"] if name.startswith(client) and not name.endswith(("test", "devicelink"))]
        return " ".join(names[names.index(f"{client}-{first}"):names.index(f"{client}-{last}") + 1 if last else None])

    picture = {"profilePic": "/9j/2wBDAP/Z"}
    add("info", "Version and device", document(), writes({"/info/version": 1}), writes({"/info/version": 1, "/info/device": "ios"}))
    add("nothing", "No contacts, groups or links: Android writes empty arrays, iOS omits the keys", document(contacts=[]),
        writes({"/contacts": [], "/groups": [], "/distributionlists": [], "/user/links": [], "/user/profilePicRelease": None}),
        writes({"/contacts": None, "/groups": None, "/distributionlists": None, "/user/links": None}))
    add("release-without-picture", "Everyone may see the picture, but there is none: Android omits the key", document(user={"profilePicRelease": ["*"]}),
        writes({"/user/profilePicRelease": None}), writes({"/user/profilePicRelease": ["*"]}))
    add("release-nobody", "Nobody may see the picture: iOS omits the key", document(user=picture | {"profilePicRelease": [None]}),
        writes({"/user/profilePicRelease": [None]}), writes({"/user/profilePicRelease": None}))
    add("release-empty", "An empty list of allowed contacts: both clients write it, although the format's schema forbids it", document(user=picture | {"profilePicRelease": []}),
        writes({"/user/profilePicRelease": []}), writes({"/user/profilePicRelease": []}))
    mail = {"type": "email", "value": "tester@example.com"}
    add("link", "A link: iOS writes an empty name for it", document(user={"links": [mail]}),
        writes({"/user/links/0/value": mail["value"], "/user/links/0/name": None}), writes({"/user/links/0/value": mail["value"], "/user/links/0/name": ""}))
    add("contact-without-names", "A contact without names: iOS writes empty ones", document(contacts=[without(contact(), "firstname", "lastname")]),
        writes({"/contacts/0/firstname": None, "/contacts/0/lastname": None, "/contacts/0/nickname": None}),
        writes({"/contacts/0/firstname": "", "/contacts/0/lastname": "", "/contacts/0/nickname": ""}))
    policies = {"/contacts/0/readReceipts": 1, "/contacts/0/typingIndicators": 2}
    no_policies = {"/contacts/0/readReceipts": None, "/contacts/0/typingIndicators": None}
    add("policies", "A contact's read receipts and typing indicators", document(contacts=[contact(readReceipts=1, typingIndicators=2)]),
        writes(policies), writes(policies), {"android-4.5 ios-4.6": writes(no_policies), all_of("android", "4.57") + " " + all_of("ios", "4.8"): writes(policies)})
    add("created-at-below-zero", "A contact from before 1970: Android before 5.0.5 writes the negative number, which no iOS restores",
        document(contacts=[contact(createdAt=-1)]), writes({"/contacts/0/createdAt": 0}), unknown("it is not known whether iOS can hold such a time"),
        {all_of("android", "4.5", "5.0"): writes({"/contacts/0/createdAt": -1}), all_of("android", "5.0.5"): writes({"/contacts/0/createdAt": 0})})
    update = {"/contacts/0/lastUpdate": TIME + 1, "/groups/0/lastUpdate": 0}
    add("last-update", "lastUpdate of a contact, and of a group that has none: Android writes 0 for the group",
        document(contacts=[contact(lastUpdate=TIME + 1)], groups=[group()]), writes(update), writes({"/contacts/0/lastUpdate": TIME + 1, "/groups/0/lastUpdate": None}),
        {all_of("android", "4.5", "5.0.5"): writes({"/contacts/0/lastUpdate": None, "/groups/0/lastUpdate": None}), all_of("android", "5.3"): writes(update),
         all_of("ios", "4.6", "4.8.3"): writes({"/contacts/0/lastUpdate": None}), all_of("ios", "4.9"): writes({"/contacts/0/lastUpdate": TIME + 1})})
    add("contact-created-at", "A contact's createdAt: iOS before 6.3 writes 0", document(), writes({"/contacts/0/createdAt": TIME}), writes({"/contacts/0/createdAt": TIME}),
        {all_of("ios", "4.6"): writes({"/contacts/0/createdAt": 0})})
    add("hidden", "A hidden contact: iOS before 4.9 always writes false", document(contacts=[contact(hidden=True)]),
        writes({"/contacts/0/hidden": True}), writes({"/contacts/0/hidden": True}),
        {all_of("ios", "4.6", "4.8.3"): writes({"/contacts/0/hidden": False}), all_of("ios", "4.9"): writes({"/contacts/0/hidden": True})})
    add("private", "A private chat: iOS before 4.8 omits the key", document(contacts=[contact(private=True)]),
        writes({"/contacts/0/private": True}), writes({"/contacts/0/private": True}),
        {"ios-4.6": writes({"/contacts/0/private": None}), all_of("ios", "4.8"): writes({"/contacts/0/private": True})})
    add("own-contact", "The user's own ID among the contacts: Android 6.4 leaves it out", document(contacts=[contact(OWN), contact()]),
        writes({"/contacts/0/identity": "ECHOECHO", "/contacts/1": None}), unknown("it is not known whether iOS leaves it out"))
    add("group", "A group: iOS always writes 0 for createdAt", document(groups=[group()]),
        writes({"/groups/0/id": "0000000000000001", "/groups/0/creator": OWN, "/groups/0/createdAt": TIME, "/groups/0/deleted": False}),
        writes({"/groups/0/id": "0000000000000001", "/groups/0/creator": OWN, "/groups/0/createdAt": 0, "/groups/0/deleted": False}))
    add("group-without-name", "A group without a name: iOS writes an empty one", document(groups=[without(group(), "groupname")]),
        writes({"/groups/0/groupname": None}), writes({"/groups/0/groupname": ""}))
    lists = document(distributionlists=[{"id": "0100000000000000", "name": "Neighbours", "createdAt": TIME, "members": ["ECHOECHO"]}])
    low, high = writes({"/distributionlists/0/id": "0100000000000000"}), writes({"/distributionlists/0/id": "0000000000000001"})
    add("list", "A distribution list with ID 1: little-endian, but big-endian on Android 4.8 to 5.2; iOS writes no lists", lists,
        low, writes({"/distributionlists": None}),
        {all_of("android", "4.5", "4.57"): writes({"/distributionlists/0/name": "Neighbours", "/distributionlists/0/id": None}),
         all_of("android", "4.8", "5.0.5"): high, all_of("android", "5.3"): low})
    ids, upper = "/settings/syncExcludedIds", "/settings/syncExcludedIDs"
    excluded = document(settings={"syncExcludedIds": ["ECHOECHO"]})
    add("sync-excluded", "The IDs excluded from the contact sync: iOS 4.8 and later spells the key differently, and no other client reads it", excluded,
        writes({ids: ["ECHOECHO"], upper: None}), writes({upper: ["ECHOECHO"], ids: None}),
        {"ios-4.6": writes({ids: ["ECHOECHO"], upper: None}), all_of("ios", "4.8"): writes({upper: ["ECHOECHO"], ids: None}),
         all_of("android", "4.5"): writes({ids: ["ECHOECHO"], upper: None})})
    add("settings", "Settings that iOS does not have", document(settings={"disableScreenshots": True, "incognitoKeyboard": True, "recentEmojis": ["\U0001f600"]}),
        writes({"/settings/disableScreenshots": True, "/settings/incognitoKeyboard": True, "/settings/recentEmojis": ["\U0001f600"], "/settings/locationPreviews": None}),
        writes({"/settings/disableScreenshots": None, "/settings/incognitoKeyboard": None, "/settings/recentEmojis": None}),
        {all_of("android", "4.5", "4.57"): writes({"/settings/locationPreviews": False}), all_of("android", "4.8"): writes({"/settings/locationPreviews": None})})
    add("slash", "A slash in a name: both clients write `\\/`. JSON does not require the escape, and neither does this vector",
        document(contacts=[contact(firstname="Ada/Bob")]), writes({"/contacts/0/firstname": "Ada/Bob"}), writes({"/contacts/0/firstname": "Ada/Bob"}))
