"""The vectors of payload.json about keys that are absent, and about keys and values that no client knows."""

from model import unknown
from payload_documents import (
    IOS_READ, OWN, REFUSES, SAME, SWALLOWS, TIME, contact, crashes, document, gives, group, hangs, without,
)


def missing(add):
    def less(*path):
        value = document(contacts=[contact()], groups=[group()], distributionlists=[{"name": "List", "members": ["ECHOECHO"]}])
        inner = value
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        return value

    add("no-info", "MissingPart", "Without info", less("info"), REFUSES, REFUSES, REFUSES, SWALLOWS)
    add("no-user", "MissingPart", "Without user", less("user"), REFUSES, REFUSES, REFUSES, SWALLOWS)
    add("no-privatekey", "MissingPart", "Without the private key", less("user", "privatekey"), REFUSES, REFUSES, REFUSES, SWALLOWS)
    add("no-settings", "MissingPart", "Without settings: Android skips them, iOS crashes", less("settings"),
        gives(SAME), crashes("meaning", "the settings are unwrapped without a check"), REFUSES)
    add("no-sync-contacts", "MissingPart", "Settings without syncContacts", less("settings", "syncContacts"),
        gives(SAME | {"/settings/syncContacts": False}), REFUSES, REFUSES)
    add("no-contacts", "MissingPart", "Without contacts: Android then restores neither groups nor distribution lists", less("contacts"),
        gives({"/user/nickname": "Tester", "/groups": None, "/distributionlists": None}),
        gives({"/user/nickname": "Tester", "/contacts/0/identity": "ECHOECHO", "/contacts/0/hidden": True, "/groups/0/id": "0000000000000001"}),
        REFUSES,
        {"ios-7.0.0": gives({"/groups/0/id": "0000000000000001"}), "ios-4.8 ios-4.9 ios-5.4 ios-5.8 ios-6.8 ios-6.8.8": gives({"/groups": None}),
         "ios-4.6": hangs("meaning", "the callback for the end of the restore is never called")})
    less_contacts = without(document(settings={"blockUnknown": True, "blockedContacts": ["OTHERID1"]}), "contacts")
    add("no-contacts-settings", "MissingPart", "Without contacts: the settings are still restored", less_contacts,
        gives({"/settings/blockUnknown": True, "/settings/blockedContacts": ["OTHERID1"]}),
        gives({"/settings/blockUnknown": True, "/settings/blockedContacts": ["OTHERID1"]}), gives({"/settings": None}))
    value = document(groups=[without(group(), "deleted")])
    add("no-deleted", "MissingPart", "A group without `deleted`: Android before 6.0 drops it, Desktop refuses the backup", value,
        gives(SAME | {"/groups/0/id": "0000000000000001"}), gives(SAME | {"/groups/0/id": "0000000000000001"}), REFUSES,
        {"android-4.8 android-5.3 android-5.8": gives({"/groups": None})})
    add("no-verification", "MissingPart", "A contact without verification", document(contacts=[without(contact(), "verification")]),
        gives(SAME | {"/contacts/0/verification": 0}), gives(SAME | {"/contacts/0/verification": 0}), REFUSES)
    restored_now = "the time is the time of the restore"
    add("no-created-at", "MissingPart", "A contact without createdAt: Android uses the time of the restore, Desktop that of the import",
        document(contacts=[without(contact(), "createdAt")]), gives(SAME, restored_now), gives(SAME | {"/contacts/0/createdAt": None}), gives(SAME, restored_now))
    add("contact-without-id", "MissingPart", "A contact without an ID: both mobile clients skip it",
        document(contacts=[without(contact("ABCD1234"), "identity"), contact()]), gives(SAME), gives(SAME), REFUSES, {IOS_READ: gives(SAME)})
    for key, name in (("id", "id"), ("creator", "creator")):
        second = {"/groups/0/id": "0000000000000002", "/groups/1": None}
        add(f"group-without-{name}", "MissingPart", f"A group without `{key}`: both mobile clients skip it",
            document(groups=[without(group(), key), group(2)]), gives(second), gives(second), REFUSES, {IOS_READ: gives(second)})
    add("unknown-keys", "UnknownKey", "Unknown keys at every level, with known names inside",
        document(info={"x": None}, user={"y": {"privatekey": 1}}, contacts=[contact(z=[1, 2])], settings={"w": "syncContacts"}) | {"links": [], "v": {"user": None}},
        gives(SAME), gives(SAME), gives(SAME))


def defaults(add):
    """Documents with only the keys that the format requires: the defaults of the others must apply."""
    both = {"/settings/blockUnknown": False, "/settings/sendTyping": True, "/settings/readReceipts": True, "/settings/threemaCalls": True,
            "/settings/relayThreemaCalls": False, "/settings/blockedContacts": None, "/settings/syncExcludedIds": None}
    add("settings-defaults", "Default", "Settings with syncContacts alone: sendTyping, readReceipts and threemaCalls are true by default, the others false",
        document(settings={"syncContacts": True}),
        gives(SAME | {"/settings/syncContacts": True} | both
              | {"/settings/disableScreenshots": False, "/settings/incognitoKeyboard": False, "/settings/recentEmojis": None}),
        gives(SAME | {"/settings/syncContacts": True} | both), gives(SAME | {"/settings": None}))
    least = {"identity": "ECHOECHO", "verification": 0}
    absent = {"/contacts/0/identity": "ECHOECHO", "/contacts/1": None} | {
        f"/contacts/0/{key}": None for key in ("workVerified", "hidden", "private", "firstname", "lastname", "nickname", "lastUpdate", "typingIndicators", "readReceipts")}
    add("contact-defaults", "Default", "A contact with ID and level alone: no flag is set, and the settings decide about receipts and typing indicators",
        document(contacts=[least]), gives(absent, "the time is the time of the restore"), gives(absent | {"/contacts/0/createdAt": None}),
        gives(absent, "the time is the time of the import"))
    least = without(group(), "groupname", "createdAt")
    plain = {"/groups/0/id": "0000000000000001", "/groups/0/creator": OWN, "/groups/0/members": [OWN, "ECHOECHO"], "/groups/0/state": "member",
             "/groups/0/groupname": None, "/groups/0/private": None, "/groups/1": None}
    timeless = gives(plain | {"/groups/0/createdAt": None, "/groups/0/lastUpdate": None})
    add("group-defaults", "Default", "A group with the required keys alone: not private, no name, no times", document(groups=[least]), timeless, timeless,
        gives(plain, "both times are the time of the import"))
    add("group-no-created-at", "Default", "A group without createdAt, before another group: none is lost", document(groups=[without(group(), "createdAt"), group(2)]),
        *[gives({"/groups/0/id": "0000000000000001", "/groups/0/groupname": "Group 1", "/groups/1/id": "0000000000000002", "/groups/2": None}, because)
          for because in (None, None, "the time is the time of the import")])
    none = gives(SAME | {"/distributionlists": None})
    add("list-defaults", "Default", "A distribution list with name and members alone: not private, no times",
        document(distributionlists=[{"name": "Neighbours", "members": ["ECHOECHO"]}]),
        gives({"/distributionlists/0/name": "Neighbours", "/distributionlists/0/members": ["ECHOECHO"], "/distributionlists/0/private": None,
               "/distributionlists/0/createdAt": None, "/distributionlists/0/lastUpdate": None, "/distributionlists/1": None}), none, none)


def unknown_keys(add):
    """Keys at the places that payload.unknown-keys leaves out, and values of `info.device` that no release writes."""
    inside = {"x": {"id": 1, "members": None}, "identity": [], "version": "2"}
    mail = {"type": "email", "value": "tester@example.com"}
    kept = SAME | {"/groups/0/id": "0000000000000001", "/groups/0/members": [OWN, "ECHOECHO"], "/groups/1/id": "0000000000000002", "/groups/2": None}
    add("unknown-key-group", "UnknownKey", "Unknown keys in a group, before another group", document(groups=[group() | inside, group(2)]), *[gives(kept)] * 3)
    lists = [{"name": name, "createdAt": TIME, "members": ["ECHOECHO"]} | more for name, more in (("First", inside | {"id": "0100000000000000"}), ("Next", {}))]
    none = gives(SAME | {"/distributionlists": None})
    add("unknown-key-list", "UnknownKey", "Unknown keys in a distribution list, before another list", document(distributionlists=lists),
        gives({"/distributionlists/0/name": "First", "/distributionlists/0/id": "1", "/distributionlists/0/members": ["ECHOECHO"],
               "/distributionlists/1/name": "Next", "/distributionlists/2": None}), none, none)
    linked = gives(SAME | {"/user/links/0/type": "email", "/user/links/0/value": "tester@example.com", "/user/links/1": None})
    add("unknown-key-link", "UnknownKey", "Unknown keys in a link", document(user={"links": [mail | inside]}), linked, linked, gives(SAME | {"/user/links": None}))
    for id, comment, device in [
        ("letter", "A letter after the version in info.device that no release writes: it only names the app", "6.4.2z/de_CH"),
        ("beta", "info.device of a beta of another build, without a locale: it only names the app", "6.4.2-beta3k/"),
        ("text", "An info.device without version and slash: it only names the app", "a tool"),
        ("empty", "An empty info.device", ""),
    ]:
        add(f"device-{id}", "Device", comment, document(info={"device": device}), *[gives(SAME)] * 3)
    without_device = document()
    del without_device["info"]["device"]
    add("no-device", "Device", "Without info.device, which is not required", without_device, *[gives(SAME)] * 3)
    lower = gives(SAME | {"/groups/0/id": "0a1b2c3d4e5f60ab", "/groups/1/id": "0000000000000002", "/groups/2": None})
    add("group-id-upper-case", "GroupId", "A group ID in upper-case digits: all clients read the same eight bytes",
        document(groups=[group(id="0A1B2C3D4E5F60AB"), group(2)]), *[lower] * 3)
