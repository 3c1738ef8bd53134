"""payload.json: whole backup documents, and what each client release restores from them."""

import base64
import zlib

from envelope import member
from model import File, by, invalid, unknown
from payload_absent import defaults, missing, unknown_keys
from payload_builder import Builder
from payload_documents import (
    OWN, PRIVATE_KEY, GROUP_KEY, LINK, TIME, public_key, entry, DIRECTORY, contact, group, without, document,
    unlinked, text_of, spelled, gives, hangs, crashes, REFUSES, SWALLOWS, NO_JSON, UNREAD_KEY, NO_SOURCE,
    LOSES_LEFT, IOS_READ, SAME, BEFORE_4_9, NOT_BEFORE_4_8, NOT_BEFORE_4_9,
)
from payload_writing import writing
from secretbox import KEY, nonce_of

NOTES = {
    "Whole": "A complete document, as a current client writes it.",
    "Minimal": "The smallest document that a client accepts.",
    "Version": "`info.version`.",
    "DeviceGroupKey": "The key that iOS adds when it makes a backup to link a device: base64 of 32 bytes.",
    "Default": "Keys that the format does not require are absent. Their defaults apply.",
    "Device": "`info.device` names the app that wrote the document. It may be any text or absent.",
    "MissingPart": "A part of the document, or a key that a client requires, is missing.",
    "UnknownKey": "Unknown keys. A reader ignores them, a tool must preserve them.",
    "WrongType": "A value of the wrong type. Android's parser converts it, the other clients refuse the whole document.",
    "Policy": "A contact's read receipts or typing indicators: a number that nobody writes.",
    "Null": "An explicit null. Where a string is expected, Android's parser reads the text `null`.",
    "Timestamp": "A time that is not a whole number between 0 and 2^63.",
    "ContactId": "Contacts with an ID in lower case, or with the same ID.",
    "PublicKey": "A contact's public key, compared with the directory's.",
    "Verification": "The level of verification.",
    "Revoked": "A contact whose ID the directory no longer knows.",
    "Group": "A group's creator and members, and whether the group is restored.",
    "GroupId": "A group ID that is not 16 hexadecimal digits.",
    "DistributionList": "iOS has no distribution lists, so its first upload after a restore overwrites their only copy.",
    "PrivateKey": "A private key that is longer or shorter than 32 bytes.",
    "Link": "Links that not every client restores.",
    "Name": "Names that are too long.",
    "Base64": "base64 with white space or without padding, or text that is not base64.",
    "PictureRelease": "`user.profilePicRelease`: who may see the picture.",
    "SyncExclusion": "The IDs that are excluded from the contact sync: iOS 4.8 and later spells the key differently.",
    "DuplicateKey": "The same key twice in one object.",
    "Lenient": "Not JSON. Android's parser accepts more than JSON.",
    "Encoding": "A byte order mark, a lone surrogate, or bytes that are not UTF-8.",
    "Container": "The gzip around the document, and the bytes after it.",
    "Short": "A body too short to hold nonce and tag.",
    "WrongKey": "A body that was encrypted under another key.",
    "Writing": "The document that a client writes: keys, their spelling, and values.",
}

def whole(add):
    android = {
        "info": {"version": 1, "device": "6.4.2A/de_CH"},
        "user": {"privatekey": PRIVATE_KEY, "nickname": "Tester", "profilePic": "/9j/2wBDAP/Z", "profilePicRelease": ["ABCD1234"],
                 "links": [{"type": "mobile", "value": "41790000000"}, {"type": "email", "value": "tester@example.com"}]},
        "contacts": [
            {"identity": "ECHOECHO", "publickey": public_key("ECHOECHO"), "createdAt": TIME, "verification": 2, "workVerified": False, "hidden": False,
             "firstname": "Ada", "lastname": "Example", "nickname": "ada", "lastUpdate": TIME + 1, "typingIndicators": 1, "readReceipts": 2, "private": True},
            {"identity": "ABCD1234", "createdAt": TIME, "verification": 1, "workVerified": True, "hidden": True, "typingIndicators": 0,
             "readReceipts": 0, "private": False},
        ],
        "groups": [{"id": "0102030405060708", "creator": "ECHOECHO", "groupname": "Family", "createdAt": TIME,
                    "members": ["ECHOECHO", OWN, "ABCD1234"], "deleted": False, "lastUpdate": TIME + 2, "private": False}],
        "distributionlists": [{"id": "0100000000000000", "name": "Neighbours", "createdAt": TIME, "members": ["ABCD1234"],
                               "lastUpdate": TIME + 3, "private": True}],
        "settings": {"syncContacts": True, "blockUnknown": True, "sendTyping": False, "readReceipts": False, "threemaCalls": True,
                     "relayThreemaCalls": True, "disableScreenshots": True, "incognitoKeyboard": True, "blockedContacts": ["OTHERID1"],
                     "syncExcludedIds": ["ECHOECHO"], "recentEmojis": ["\U0001f600"]},
    }
    kept = {"/user/privatekey": PRIVATE_KEY, "/user/nickname": "Tester", "/user/profilePic": "/9j/2wBDAP/Z", "/user/profilePicRelease": ["ABCD1234"],
            "/contacts/0/identity": "ECHOECHO", "/contacts/0/verification": 2, "/contacts/0/createdAt": TIME, "/contacts/0/firstname": "Ada",
            "/contacts/0/lastname": "Example", "/contacts/0/nickname": "ada", "/contacts/1/hidden": True, "/contacts/1/workVerified": True,
            "/contacts/2": None, "/groups/0/id": "0102030405060708", "/groups/0/creator": "ECHOECHO", "/groups/0/groupname": "Family",
            "/groups/0/members": ["ECHOECHO", OWN, "ABCD1234"], "/groups/0/state": "member"}
    mobile = {"/user/links/1/value": "tester@example.com", "/contacts/0/typingIndicators": 1, "/contacts/0/readReceipts": 2,
              "/settings/blockUnknown": True, "/settings/sendTyping": False, "/settings/readReceipts": False, "/settings/relayThreemaCalls": True,
              "/settings/blockedContacts": ["OTHERID1"]}
    add("whole-android", "Whole", "Everything, as Android 6.4 writes it: Desktop refuses it because it was not made to link a device", android,
        gives(kept | mobile | {"/contacts/1/verification": 0, "/groups/0/createdAt": TIME, "/distributionlists/0/id": "1",
                               "/distributionlists/0/name": "Neighbours", "/distributionlists/0/members": ["ABCD1234"],
                               "/settings/syncExcludedIds": ["ECHOECHO"], "/settings/disableScreenshots": True,
                               "/settings/incognitoKeyboard": True, "/settings/recentEmojis": ["\U0001f600"]}),
        gives(kept | mobile | {"/contacts/1/verification": 1, "/groups/0/createdAt": None, "/distributionlists": None,
                               "/settings/syncExcludedIds": None, "/settings/disableScreenshots": None, "/settings/incognitoKeyboard": None,
                               "/settings/recentEmojis": None}),
        REFUSES,
        {"ios-4.6": gives({"/contacts/0/typingIndicators": None, "/contacts/0/readReceipts": None, "/contacts/0/private": None,
                           "/contacts/0/lastUpdate": None, "/groups/0/createdAt": None, "/groups/0/lastUpdate": None}),
         "ios-4.8 ios-4.8.4": gives({"/contacts/0/typingIndicators": 1, "/contacts/0/readReceipts": 2, "/contacts/0/private": True,
                                     "/contacts/0/lastUpdate": None, "/groups/0/lastUpdate": None})})
    add("whole-linking", "Whole", "The same, made to link a device: Desktop restores it", android | {"user": android["user"] | LINK},
        gives(kept | mobile), gives(kept | mobile),
        gives(kept | {"/contacts/1/verification": 1, "/groups/0/createdAt": TIME, "/user/links": None, "/contacts/0/typingIndicators": None,
                      "/contacts/0/readReceipts": None, "/distributionlists": None, "/settings": None}))
    ios = {
        "settings": {"syncContacts": True, "blockUnknown": False, "readReceipts": True, "sendTyping": True, "threemaCalls": True,
                     "relayThreemaCalls": False, "blockedContacts": [], "syncExcludedIDs": ["ECHOECHO"]},
        "user": {"nickname": "Tester", "privatekey": PRIVATE_KEY, "links": [{"name": "", "type": "email", "value": "tester@example.com"}]},
        "info": {"device": "ios", "version": 1},
        "groups": [{"creator": OWN, "createdAt": 0, "members": [OWN, "ECHOECHO"], "id": "0102030405060708", "groupname": "Family",
                    "deleted": False, "private": False}],
        "contacts": [{"identity": "ECHOECHO", "createdAt": TIME, "verification": 1, "workVerified": False, "hidden": False, "firstname": "Ada",
                      "lastname": "", "nickname": "", "typingIndicators": 0, "readReceipts": 0, "private": False}],
    }
    kept = {"/user/privatekey": PRIVATE_KEY, "/user/nickname": "Tester", "/contacts/0/identity": "ECHOECHO", "/contacts/0/firstname": "Ada",
            "/contacts/1": None, "/groups/0/id": "0102030405060708", "/groups/0/members": [OWN, "ECHOECHO"]}
    add("whole-ios", "Whole", "Everything, as iOS 7.2 writes it, with keys in any order: Android loses the IDs excluded from the contact sync", ios,
        gives(kept | {"/contacts/0/verification": 0, "/groups/0/createdAt": 0, "/user/links/0/name": None, "/user/links/0/value": "tester@example.com",
                      "/user/profilePicRelease": "nobody", "/settings/syncExcludedIds": None, "/settings/syncContacts": True}),
        gives(kept | {"/contacts/0/verification": 1, "/user/links/0/value": "tester@example.com", "/user/profilePicRelease": "nobody",
                      "/settings/syncExcludedIds": ["ECHOECHO"], "/settings/syncContacts": True}),
        REFUSES)
    add("minimal", "Minimal", "Only version and private key: enough to restore the identity on Android; iOS crashes without settings",
        {"info": {"version": 1}, "user": {"privatekey": PRIVATE_KEY}},
        gives({"/user/privatekey": PRIVATE_KEY, "/contacts": None, "/groups": None}),
        crashes("meaning", "the settings are unwrapped without a check"), REFUSES)


def device_group_keys(add):
    """Desktop restores no document without a device group key of 32 bytes; the mobile clients restore any."""
    for id, comment, key, ios, desktop in [
        ("32-bytes", "A device group key of 32 bytes, as iOS writes it to link a device", LINK, gives(SAME), gives(SAME)),
        ("12-bytes", "A device group key of 16 letters, the base64 of 12 bytes: the password of such a backup has this form, not its device group key",
         {GROUP_KEY: "abcdefghijklmnop"}, UNREAD_KEY, REFUSES),
        ("33-bytes", "A device group key of 33 bytes", {GROUP_KEY: base64.b64encode(bytes(33)).decode()}, UNREAD_KEY, REFUSES),
        ("not-base64", "A device group key that is not base64", {GROUP_KEY: "%%%%"}, UNREAD_KEY, REFUSES),
    ]:
        add(f"device-group-key-{id}", "DeviceGroupKey", comment, unlinked(user=key), gives(SAME), ios, desktop, {BEFORE_4_9: gives(SAME)})
    add("device-group-key-number", "WrongType", "A device group key that is a number: iOS before 4.9 ignores it, like Android", unlinked(user={GROUP_KEY: 7}),
        gives(SAME), REFUSES, REFUSES, {BEFORE_4_9: gives(SAME)} | NOT_BEFORE_4_9)


def versions(add):
    def of(spelling):
        return spelled(document(), '"version":1', f'"version":{spelling}')

    hang = {"ios-5.4 ios-6.8 ios-6.8.8": hangs("meaning"), "ios-4.6 ios-4.9 ios-7.0.0": REFUSES}
    for id, spelling, as_int, ios, desktop, comment in [
        ("0", "0", "0", REFUSES, REFUSES, "Version 0"),
        ("minus-3", "-3", "-3", REFUSES, REFUSES, "Version -3"),
        ("string", '"1"', "1", REFUSES, REFUSES, "The version as a string"),
        ("fraction", "1.9", "1", REFUSES, REFUSES, "Version 1.9: Android truncates it"),
        ("whole-fraction", "1.0", "1", gives(SAME), gives(SAME), "Version 1.0, which is 1"),
        ("2-32-plus-1", "4294967297", "1", REFUSES, REFUSES, "Version 4294967297: wraps around to 1 on Android"),
        ("2", "2", "2", REFUSES, REFUSES, "Version 2, of a future format"),
    ]:
        android = REFUSES if int(as_int) > 1 else gives(SAME)
        add(f"version-{id}", "Version", comment, of(spelling), android, ios, desktop, hang if id == "2" else None,
            java=[(("info", "version"), "getInt", as_int)])


def types(add):
    def one(old, new, **fields):
        return spelled(document(contacts=[contact(**fields)]), old, new)

    place = ("contacts", 0)
    add("time-string", "WrongType", "createdAt as a string", one(f'"createdAt":{TIME}', f'"createdAt":"{TIME}"'),
        gives(SAME | {"/contacts/0/createdAt": TIME}), REFUSES, REFUSES, java=[(place + ("createdAt",), "optLong", str(TIME))])
    add("time-text", "WrongType", "createdAt as a text that is not a number: Android uses the time of the restore", document(contacts=[contact(createdAt="never")]),
        gives(SAME, "the time is the time of the restore"), REFUSES, REFUSES)
    add("boolean-string", "WrongType", "workVerified as the string true", one('"firstname"', '"workVerified":"true","firstname"'),
        gives(SAME | {"/contacts/0/workVerified": True}), REFUSES, REFUSES, java=[(place + ("workVerified",), "optBoolean", "true")])
    add("boolean-number", "WrongType", "The setting readReceipts as 0: Android uses the default, true", document(settings={"readReceipts": 0}),
        gives(SAME | {"/settings/readReceipts": True}), REFUSES, REFUSES, java=[(("settings", "readReceipts"), "optBooleanTrue", "true")])
    unknown_receipts = gives(SAME | {"/contacts/0/readReceipts": 0})
    add("receipts-3", "Policy", "readReceipts is 3, which nobody writes: iOS reads 0, and 4.8 to 6.7.1 crashes", document(contacts=[contact(readReceipts=3)]),
        unknown(NO_SOURCE), unknown_receipts, gives(SAME), {"ios-6.8 ios-7.0.0": unknown_receipts, "ios-4.6": gives(SAME),
         "ios-4.8 ios-4.9 ios-5.4 ios-5.8 ios-6.3": crashes("meaning", "the number becomes no case of the enumeration")})
    add("receipts-text", "WrongType", "readReceipts is not a number: Android uses 0, and iOS 4.6 ignores it", document(contacts=[contact(readReceipts="often")]),
        gives(SAME | {"/contacts/0/readReceipts": 0}), REFUSES, REFUSES,
        {"ios-4.6": gives(SAME)} | NOT_BEFORE_4_8)
    add("verification-string", "WrongType", "verification as the string 2",
        one('"verification":0', f'"publickey":"{public_key("ECHOECHO")}","verification":"2"'),
        gives(SAME | {"/contacts/0/verification": 2}), REFUSES, REFUSES, java=[(place + ("verification",), "optInt", "2")])
    null = gives(SAME | {"/user/nickname": "null"})
    add("null-user-nickname", "Null", "user.nickname is null: Android restores the nickname `null`", document(user={"nickname": None}),
        null, gives({"/user/nickname": None}), REFUSES, java=[(("user", "nickname"), "optString", "null")])
    for key in ("firstname", "lastname"):
        add(f"null-{key}", "Null", f"A contact's {key} is null", document(contacts=[contact(**{key: None})]),
            gives({"/contacts/0/identity": "ECHOECHO", f"/contacts/0/{key}": "null"}), gives({"/contacts/0/identity": "ECHOECHO", f"/contacts/0/{key}": None}), REFUSES,
            java=[(place + (key,), "optString", "null")])
    add("null-groupname", "Null", "A group's name is null", document(groups=[group(groupname=None)]),
        gives({"/groups/0/groupname": "null"}), gives({"/groups/0/id": "0000000000000001", "/groups/0/groupname": None}), REFUSES,
        java=[(("groups", 0, "groupname"), "optString", "null")])
    safe = gives(SAME | {"/contacts/0/nickname": None})
    add("null-contact-nickname", "Null", "A contact's nickname is null: the only string for which Android checks this", document(contacts=[contact(nickname=None)]),
        safe, safe, safe, {"android-5.3 android-5.8 android-6.1": safe})
    add("null-picture", "Null", "profilePic is null: Android reads the text null, which is base64 of three bytes", document(user={"profilePic": None}),
        unknown("it is not known what it does with three bytes that are not a picture"), gives(SAME | {"/user/profilePic": None}), REFUSES,
        java=[(("user", "profilePic"), "optString", "null")])
    add("null-publickey", "Null", "A contact's public key is null: Android reads the text null, which is base64 of three bytes",
        document(contacts=[contact(verification=2, publickey=None)]),
        gives({"/contacts": None, "/user/nickname": "Tester"}), gives(SAME | {"/contacts/0/verification": 2}), REFUSES,
        {"android-6.1": gives({"/contacts": None})}, java=[(place + ("publickey",), "optString", "null")])
    add("null-created-at", "Null", "createdAt is null", document(contacts=[contact(createdAt=None)]),
        gives(SAME, "the time is the time of the restore"), gives(SAME | {"/contacts/0/createdAt": None}), REFUSES)
    add("null-last-update", "Null", "lastUpdate is null, as the format allows", document(contacts=[contact(lastUpdate=None)]),
        *[gives(SAME | {"/contacts/0/lastUpdate": None})] * 3)
    bad = document(contacts=[contact(lastUpdate="never"), contact("ABCD1234")])
    add("last-update-text", "WrongType", "lastUpdate is not a number: Android drops the contact", bad,
        gives({"/contacts/0/identity": "ABCD1234", "/contacts/1": None}), REFUSES, REFUSES,
        {BEFORE_4_9: gives({"/contacts/0/identity": "ECHOECHO", "/contacts/1/identity": "ABCD1234"})} | NOT_BEFORE_4_9)
    add("group-updated-text", "WrongType", "A group's lastUpdate is not a number: Android skips the group",
        document(groups=[group(lastUpdate="never"), group(2)]), gives(SAME | {"/groups/0/id": "0000000000000002", "/groups/1": None}), REFUSES, REFUSES,
        {BEFORE_4_9: gives({"/groups/0/id": "0000000000000001", "/groups/1/id": "0000000000000002"})} | NOT_BEFORE_4_9)
    for key, ignored, earlier in [("createdAt", "ios-4.6", NOT_BEFORE_4_8), ("lastUpdate", BEFORE_4_9, NOT_BEFORE_4_9)]:
        kept = SAME | {"/groups/0/id": "0000000000000001"}
        known = "4.6" if ignored == "ios-4.6" else "before 4.9"
        add(f"group-{'created' if key == 'createdAt' else 'updated'}-minus-1", "Timestamp", f"A group's {key} is -1: iOS {known} ignores it",
            document(groups=[group(**{key: -1})]), gives(kept), REFUSES, gives(kept | {f"/groups/0/{key}": -1}), {ignored: gives(kept | {f"/groups/0/{key}": None})} | earlier)
    for id, comment, contacts in [("number", "A number among the contacts", [7, contact()]), ("array", "An array among the contacts", [[], contact()])]:
        add(f"contact-{id}", "WrongType", comment + ": Android skips it", document(contacts=contacts), gives(SAME), REFUSES, REFUSES, SWALLOWS)
    add("group-number", "WrongType", "A number among the groups: Android skips it", document(groups=[7, group(2)]),
        gives(SAME | {"/groups/0/id": "0000000000000002"}), REFUSES, REFUSES, SWALLOWS)
    add("contacts-text", "WrongType", "A string instead of the contacts: Android skips it", document(contacts="ECHOECHO"),
        gives({"/user/nickname": "Tester", "/contacts": None}), REFUSES, REFUSES, SWALLOWS)
    add("groups-object", "WrongType", "An object instead of the groups: Android skips it", document(groups=group()),
        gives(SAME | {"/groups": None}), REFUSES, REFUSES, SWALLOWS)
    add("groups-null", "Null", "null instead of the groups, which iOS reads as no groups", document(groups=None), gives(SAME | {"/groups": None}), gives(SAME | {"/groups": None}), REFUSES)

    def time(spelling):
        return one(f'"createdAt":{TIME}', f'"createdAt":{spelling}')

    for id, spelling, android, ios, desktop, comment in [
        ("minus-1", "-1", -1, REFUSES, -1, "createdAt -1, as Android before 5.0.5 writes it: one such number makes the restore on iOS fail"),
        ("fraction", "1700000000000.5", TIME, REFUSES, None, "createdAt with a fraction: Android truncates it"),
        ("whole-fraction", "1700000000000.0", TIME, TIME, TIME, "createdAt with a fraction of zero"),
        ("tiny-fraction", "1700000000000.00001", TIME, TIME, TIME, "createdAt with a fraction that a 64-bit floating-point number cannot hold: all clients drop it"),
        ("2-64", "18446744073709552000", 2**63 - 1, REFUSES, None, "createdAt at the maximum of the format's schema, which is just beyond 64 bits"),
    ]:
        add(f"time-{id}", "Timestamp", comment, time(spelling), gives(SAME | {"/contacts/0/createdAt": android}),
            ios if isinstance(ios, dict) else gives(SAME | {"/contacts/0/createdAt": ios}),
            gives(SAME) if desktop is None else gives(SAME | {"/contacts/0/createdAt": desktop}),
            java=[(place + ("createdAt",), "optLong", str(android))])
    add("time-0", "Timestamp", "createdAt 0, which stands for unknown", time("0"), gives(SAME | {"/contacts/0/createdAt": 0}),
        gives(SAME | {"/contacts/0/createdAt": None}), gives(SAME | {"/contacts/0/createdAt": 0}))


def contacts(add):
    first = {"/contacts/0/identity": "ABCD1234", "/contacts/1": None}
    both = [contact("echoecho"), contact("ABCD1234")]
    add("id-lower-case", "ContactId", "A contact's ID in lower case: Android drops the contact, iOS converts the ID to upper case", document(contacts=both),
        gives(first), gives({"/contacts/0/identity": "ECHOECHO", "/contacts/1/identity": "ABCD1234"}), REFUSES)
    add("id-twice", "ContactId", "A contact twice: the first wins", document(contacts=[contact(firstname="One"), contact(firstname="Two")]),
        gives({"/contacts/0/firstname": "One", "/contacts/1": None}), gives({"/contacts/0/firstname": "One", "/contacts/1": None}),
        unknown("the failure of the import is inferred, not read in a source"))
    add("own-contact", "ContactId", "The user's own ID among the contacts: both mobile clients skip it", document(contacts=[contact(OWN), contact()]),
        gives(SAME), gives(SAME), unknown(NO_SOURCE), {IOS_READ: gives(SAME)}, directory=DIRECTORY + [entry(OWN)])
    other = public_key("ABCD1234")
    differs = document(contacts=[contact(verification=2, publickey=other)])
    add("key-differs", "PublicKey", "A verified contact whose key differs from the directory's: Android uses the backup's key, iOS the directory's, Desktop refuses both", differs,
        gives({"/contacts/0/publickey": other, "/contacts/0/verification": 2}),
        gives({"/contacts/0/publickey": public_key("ECHOECHO"), "/contacts/0/verification": 2}), REFUSES)
    add("key-matches", "PublicKey", "A verified contact whose key is the directory's", document(contacts=[contact(verification=2, publickey=public_key("ECHOECHO"))]),
        *[gives({"/contacts/0/publickey": public_key("ECHOECHO"), "/contacts/0/verification": 2})] * 3)
    add("key-bad-base64", "PublicKey", "A verified contact whose key is not base64: iOS never decodes it",
        document(contacts=[contact(verification=2, publickey="%%%%"), contact("ABCD1234")]),
        gives(first), gives({"/contacts/0/publickey": public_key("ECHOECHO"), "/contacts/1/identity": "ABCD1234"}), REFUSES)
    for level in (0, 1):
        add(f"key-bad-base64-level-{level}", "PublicKey", f"A contact of level {level} whose key is not base64: Android keeps it, with the directory's key",
            document(contacts=[contact(verification=level, publickey="%%%%")]),
            gives(SAME | {"/contacts/0/publickey": public_key("ECHOECHO"), "/contacts/0/verification": 0}), gives(SAME | {"/contacts/0/verification": level}), REFUSES)
    short = base64.b64encode(bytes(31)).decode()
    add("key-31-bytes", "PublicKey", "A verified contact whose key has 31 bytes: Android 6.1 and later drops it",
        document(contacts=[contact(verification=2, publickey=short), contact("ABCD1234")]),
        gives(first), gives({"/contacts/0/publickey": public_key("ECHOECHO"), "/contacts/1/identity": "ABCD1234"}), REFUSES, {"android-6.1": gives(first)})
    add("key-empty", "PublicKey", "A verified contact with an empty key: Android reads it as no key, and Desktop compares it with the directory's",
        document(contacts=[contact(verification=2, publickey="")]),
        gives(SAME | {"/contacts/0/verification": 0}), gives(SAME | {"/contacts/0/verification": 2}), REFUSES)
    add("verified-without-key", "Verification", "Verification 2 without a key: becomes 0 on Android", document(contacts=[contact(verification=2)]),
        gives(SAME | {"/contacts/0/verification": 0}), *[gives(SAME | {"/contacts/0/verification": 2})] * 2)
    add("verification-1", "Verification", "Verification 1: becomes 0 on Android", document(contacts=[contact(verification=1)]),
        gives(SAME | {"/contacts/0/verification": 0}), gives(SAME | {"/contacts/0/verification": 1}), gives(SAME | {"/contacts/0/verification": 1}))
    revoked = [entry("ECHOECHO", "revoked"), entry("ABCD1234")]
    add("revoked-with-key", "Revoked", "A revoked contact with its key: Android and iOS write the key, but neither uses it when restoring",
        document(contacts=[contact(publickey=public_key("ECHOECHO")), contact("ABCD1234")]),
        gives(first), gives(first), gives({"/contacts/0/identity": "ECHOECHO", "/contacts/1/identity": "ABCD1234"}), directory=revoked)
    add("revoked-without-key", "Revoked", "A revoked contact without its key", document(contacts=[contact(), contact("ABCD1234")]),
        gives(first), gives(first), REFUSES, directory=revoked)


# Why Android 6.2 and later cannot restore a group with a short ID.
UNDERFLOW = "an uncaught BufferUnderflowException"
# The releases of Android that have another library for keys and boxes.
JNACL = "android-4.57 android-4.8 android-5.3 android-5.8 android-6.0 android-6.1"


def groups(add):
    def of(*groups, contacts=None):
        return document(contacts=[contact(), contact("ABCD1234")] if contacts is None else contacts, groups=list(groups))

    next_one = {"/groups/0/id": "0000000000000002", "/groups/1": None}
    member = group(2)
    add("group-creator-unknown", "Group", "A group whose creator is not a contact", of(group(creator="OTHERID1", members=["OTHERID1", OWN]), member),
        gives(next_one), gives(next_one), REFUSES)
    left = {"/groups/0/id": "0000000000000001", "/groups/0/state": "left", "/groups/1/id": "0000000000000002"}
    add("group-left", "Group", "A group that the user has left: the user's own ID is not among the members", of(group(creator="ECHOECHO", members=["ECHOECHO", "ABCD1234"]), member),
        gives(left), gives(left), gives(left),
        {"android-5.8 android-6.1": gives(left), "ios-4.6": gives(left), LOSES_LEFT: gives(next_one), "ios-7.0.0 ios-7.0.4": gives({"/groups": None})})
    add("group-left-empty", "Group", "A left group without members before another group: iOS 7.0 to 7.0.4 restores no later group",
        of(group(creator="OTHERID1", members=[]), member, contacts=[contact(), contact("OTHERID1")]),
        gives(left), gives(left), gives(left), {"ios-7.0.0 ios-7.0.4": gives({"/groups": None}), LOSES_LEFT: gives(next_one)})
    unlisted = of(group(creator="OTHERID1", members=["ECHOECHO"]), member)
    add("group-left-creator-unknown", "Group", "A left group whose creator is not a contact: iOS 7.0.5 and later still restores it", unlisted,
        gives(next_one), gives(left), REFUSES)
    add("group-own-empty", "Group", "The user's own group without any member, not even the user: active again on iOS before 7.0.5", of(group(members=[])),
        gives({"/groups/0/state": "left"}), gives({"/groups/0/state": "left"}), gives({"/groups/0/state": "left"}),
        {LOSES_LEFT + " ios-7.0.0 ios-7.0.4": gives({"/groups/0/state": "member"})})
    add("group-creator-no-member", "Group", "Members without the creator but with the user: Android treats the user as removed",
        of(group(creator="ECHOECHO", members=[OWN, "ABCD1234"])),
        gives({"/groups/0/state": "kicked"}), gives({"/groups/0/state": "member", "/groups/0/members": [OWN, "ABCD1234", "ECHOECHO"]}),
        gives({"/groups/0/state": "member", "/groups/0/members": [OWN, "ABCD1234", "ECHOECHO"]}),
        {"android-5.8 android-6.0 android-6.1": gives({"/groups/0/state": "member", "/groups/0/members": [OWN, "ABCD1234"]})})
    fetched = {"/contacts/2/identity": "OTHERID1", "/contacts/2/hidden": True, "/contacts/2/verification": 0, "/groups/0/members": [OWN, "ECHOECHO", "OTHERID1"]}
    add("group-member-unknown", "Group", "A member that is not a contact: both mobile clients fetch it from the directory as hidden; Desktop refuses the backup",
        of(group(members=[OWN, "ECHOECHO", "OTHERID1"])), gives(fetched), gives(fetched), REFUSES,
        {"ios-4.9 ios-6.8": gives(fetched), "ios-4.8 ios-4.8.4": gives(fetched | {"/contacts/2/hidden": None}),
         "ios-4.6": gives({"/contacts/2": None, "/groups/0/members": [OWN, "ECHOECHO"]})})
    dropped = {"/contacts/2": None, "/groups/0/members": [OWN, "ECHOECHO"]}
    add("group-member-gone", "Group", "A member that the directory does not know: both mobile clients restore the group without it",
        of(group(members=[OWN, "ECHOECHO", "GONE0001"])), gives(dropped), gives(dropped), REFUSES)
    blocked = {"blockedContacts": ["ECHOECHO"]}
    both = {"/groups/0/state": "member", "/groups/1/id": "0000000000000002"}
    add("group-of-blocked-creator", "Group", "The creator is blocked and the user is a member: iOS tells the members that the user leaves, and does not restore the group",
        of(group(creator="ECHOECHO", members=["ECHOECHO", OWN, "ABCD1234"]), member) | {"settings": {"syncContacts": False} | blocked},
        gives(both), gives(next_one), gives(both), {"ios-4.6": gives(both), "ios-4.8 ios-4.9 ios-7.0.0": gives(next_one)})
    add("group-left-creator-blocked", "Group", "A left group whose creator is blocked: iOS 7.0.5 and later restores it, and no earlier release loses a later group because of it",
        of(group(creator="ECHOECHO", members=["ECHOECHO"]), member) | {"settings": {"syncContacts": False} | blocked},
        gives(left), gives(left), gives(left), {"ios-4.8 ios-4.9 ios-7.0.0": gives(next_one)})
    lower = of(group(creator="echoecho", members=["ECHOECHO", OWN]), member)
    add("group-creator-lower-case", "Group", "The creator of an active group in lower case: iOS converts it to upper case", lower,
        gives(next_one), gives({"/groups/0/creator": "ECHOECHO", "/groups/0/state": "member", "/groups/1/id": "0000000000000002"}), REFUSES,
        {"ios-4.6 ios-4.8 ios-4.9 ios-7.0.0": gives({"/groups/0/creator": "ECHOECHO", "/groups/1/id": "0000000000000002"})})
    both_blocked = {"settings": {"syncContacts": False, "blockedContacts": ["OTHERID1"]}}
    add("group-member-blocked", "Group", "A blocked member that is not a contact: iOS skips it; iOS 4.8 to 4.8.3 loses the group",
        of(group(members=[OWN, "ECHOECHO", "OTHERID1"])) | both_blocked, gives(fetched), gives(dropped), REFUSES,
        {"ios-4.8": gives({"/groups": None}), "ios-4.8.4 ios-6.8": gives(dropped)})
    add("group-members-missing", "Group", "A group without the key `members`: Android restores it, and since 6.0 the user is a member", of(without(group(), "members")),
        gives({"/groups/0/id": "0000000000000001", "/groups/0/state": "member"}), gives({"/groups": None}), REFUSES, {IOS_READ: gives({"/groups": None})})
    add("group-twice", "Group", "Two groups with one ID and one creator: Android keeps the first", of(group(groupname="One"), group(groupname="Two")),
        gives({"/groups/0/groupname": "One", "/groups/1": None}), unknown(NO_SOURCE), unknown(NO_SOURCE))
    add("group-name-long", "Name", "A group's name of 260 bytes: Android truncates it to 256", of(group(groupname="n" * 260)),
        gives({"/groups/0/groupname": "n" * 256}), unknown(NO_SOURCE), gives({"/groups/0/groupname": "n" * 260}))
    add("group-deleted", "Group", "A group that was deleted on Android before 6.0: it reappears on iOS", of(group(deleted=True), member),
        gives(next_one),
        gives({"/groups/0/id": "0000000000000001", "/groups/1/id": "0000000000000002"}),
        gives({"/groups/0/id": "0000000000000001", "/groups/0/members": [OWN], "/groups/0/state": "member", "/groups/1/id": "0000000000000002"}),
        {"android-6.0 android-6.1": gives(next_one),
         "android-4.57 android-4.8 android-5.3 android-5.8": gives({"/groups/0/state": "deleted", "/groups/1/id": "0000000000000002"}, "it is created and hidden")})
    for id, spelling, comment, android, ios, earlier in [
        ("odd-digits", "123", "A group ID with an odd number of digits: Android before 6.2 stores an empty ID", crashes("meaning", UNDERFLOW),
         crashes("meaning", "an index out of range"), {"android-6.0": gives({"/groups/0/id": ""})}),
        ("14-digits", "01020304050607", "A group ID with 14 digits", crashes("meaning", UNDERFLOW), unknown(NO_SOURCE), None),
        ("not-hex", "zzzzzzzzzzzzzzzz", "A group ID that is not hexadecimal", gives({"/groups/0/id": "efefefefefefefef", "/groups/1/id": "0000000000000002"}, "a character that is no digit counts as -1"), gives(next_one),
         {LOSES_LEFT + " ios-7.0.0 ios-7.0.4": crashes("meaning", "it crashed before 7.0.5")}),
    ]:
        add(f"group-id-{id}", "GroupId", comment, of(group(id=spelling), member), android, ios, REFUSES, earlier)


def distribution_lists(add):
    def of(*lists):
        return document(distributionlists=[{"name": "Neighbours", "createdAt": TIME, "members": ["ECHOECHO"]} | one for one in lists])

    none = gives(SAME | {"/distributionlists": None})
    add("list", "DistributionList", "A distribution list: iOS does not restore it, and overwrites it on the server seconds later", of({"id": "0100000000000000"}),
        gives({"/distributionlists/0/name": "Neighbours", "/distributionlists/0/id": "1"}), none, none,
        {"android-5.3 android-5.8 android-6.1": gives({"/distributionlists/0/id": "1"}),
         "android-4.8": gives({"/distributionlists/0/id": "72057594037927936"}, "it reads the digits in the other byte order")})
    add("list-without-id", "DistributionList", "A distribution list without an ID, as Android before 4.8 wrote it: the list gets a new ID", of({}),
        gives({"/distributionlists/0/name": "Neighbours"}), none, none)
    for id, spelling, comment, earlier in [
        ("short", "01", "A list's ID of two digits: the list gets a new ID", None),
        ("zero", "0000000000000000", "A list's ID of 0: the list gets a new ID", None),
        ("negative", "0000000000000080", "A list's ID with the highest bit of its number set: the list gets a new ID", None),
        ("high-digit", "8000000000000000", "A list's ID that begins with 8: Android 4.8 to 5.2 crashes",
         {"android-4.8": crashes("meaning", "an uncaught NumberFormatException")}),
    ]:
        add(f"list-id-{id}", "DistributionList", comment, of({"id": spelling}), gives({"/distributionlists/0/name": "Neighbours", "/distributionlists/1": None}),
            none, none, earlier)
    add("list-without-name", "DistributionList", "A list without a name: Android skips it but restores the next list",
        document(distributionlists=[{"createdAt": TIME, "members": ["ECHOECHO"]}, {"name": "Next", "createdAt": TIME, "members": []}]),
        gives({"/distributionlists/0/name": "Next", "/distributionlists/1": None}), none, REFUSES)
    add("list-name-long", "Name", "A list's name of 260 bytes: Android truncates it to 256", of({"id": "0100000000000000", "name": "n" * 260}),
        gives({"/distributionlists/0/name": "n" * 256}), none, none)
    add("list-name-null", "Null", "A list's name is null: Android restores the name `null`",
        document(distributionlists=[{"name": None, "createdAt": TIME, "members": []}]),
        gives({"/distributionlists/0/name": "null"}), none, REFUSES, java=[(("distributionlists", 0, "name"), "optString", "null")])
    add("list-without-members", "DistributionList", "A list without the key `members`: Android restores it as empty",
        document(distributionlists=[{"name": "Empty", "createdAt": TIME}]),
        gives({"/distributionlists/0/name": "Empty", "/distributionlists/0/members": None}), none, REFUSES)
    fetched = {"/contacts/1/identity": "OTHERID1", "/contacts/1/verification": 0, "/distributionlists/0/members": ["OTHERID1"]}
    add("list-member-unknown", "DistributionList", "A list member that is not a contact: Android fetches it, and since 5.7 it is visible",
        of({"id": "0100000000000000", "members": ["OTHERID1"]}), gives(fetched | {"/contacts/1/hidden": None}), none, none,
        {"android-5.8 android-6.1": gives(fetched | {"/contacts/1/hidden": None}), "android-4.8 android-5.3": gives(fetched | {"/contacts/1/hidden": True})})
    add("list-id-twice", "DistributionList", "Two lists with the same ID: the second gets a new one", of({"id": "0100000000000000"}, {"id": "0100000000000000"}),
        gives({"/distributionlists/0/id": "1", "/distributionlists/1/name": "Neighbours"}), none, none)


def encodings(add):
    spaced = PRIVATE_KEY[:20] + "\n " + PRIVATE_KEY[20:]
    add("base64-spaces-key", "Base64", "White space in the private key", document(user={"privatekey": spaced}),
        gives({"/user/privatekey": PRIVATE_KEY}), REFUSES, gives({"/user/privatekey": PRIVATE_KEY}))
    picture = "/9j/2wBDAP/Z"
    add("base64-spaces-picture", "Base64", "White space in the picture: iOS drops the picture", document(user={"profilePic": "/9j/\n2wBDAP/Z"}),
        gives({"/user/profilePic": picture}), gives(SAME | {"/user/profilePic": None}), gives({"/user/profilePic": picture}))
    uncaught = {JNACL: crashes("meaning", "an uncaught Error")}
    add("base64-no-padding", "Base64", "The private key without its padding: Android silently drops the end of the key", document(user={"privatekey": PRIVATE_KEY.rstrip("=")}),
        REFUSES, REFUSES, gives({"/user/privatekey": PRIVATE_KEY}), uncaught)
    longer = base64.b64encode(bytes(range(33))).decode()
    add("private-key-33-bytes", "PrivateKey", "A private key of 33 bytes: iOS uses the first 32", document(user={"privatekey": longer}),
        REFUSES, gives({"/user/privatekey": PRIVATE_KEY}), REFUSES, uncaught)
    add("private-key-31-bytes", "PrivateKey", "A private key of 31 bytes: iOS reads beyond its end",
        document(user={"privatekey": base64.b64encode(bytes(range(31))).decode()}), REFUSES, unknown("it reads what follows the key in memory"), REFUSES, uncaught)
    add("private-key-3-characters", "Base64", "A private key of three characters: Android has another exception for them, and does not catch it",
        document(user={"privatekey": "AAE"}), crashes("meaning", "an uncaught IllegalArgumentException"), REFUSES, REFUSES)
    bits = PRIVATE_KEY[:-2] + chr(ord(PRIVATE_KEY[-2]) + 1) + "="
    assert base64.b64decode(bits) == bytes(range(32)) and bits != PRIVATE_KEY
    add("base64-bits", "Base64", "The private key with another last character, whose bits differ where no byte has any", document(user={"privatekey": bits}),
        gives({"/user/privatekey": PRIVATE_KEY}), unknown(NO_SOURCE), gives({"/user/privatekey": PRIVATE_KEY}))
    phone = {"type": "mobile", "value": "41790000001"}
    mail, fax, empty = ({"type": kind, "value": value} for kind, value in (("email", "tester@example.com"), ("fax", "41790000000"), ("mobile", "")))
    one_link = {"/user/links/0/value": "tester@example.com", "/user/links/1": None}
    add("link-of-another-type", "Link", "A link that is neither a phone number nor an e-mail address: both mobile clients ignore it", document(user={"links": [fax, mail]}),
        gives(one_link), gives(one_link), gives({"/user/links": None}))
    add("link-without-value", "Link", "A phone number with an empty value: Android ignores it", document(user={"links": [empty, mail]}),
        gives(one_link), unknown(NO_SOURCE), gives({"/user/links": None}))
    for key, name in (("value", "value-key"), ("type", "type")):
        add(f"link-without-{name}", "Link", f"A link without the key `{key}`: both mobile clients ignore it", document(user={"links": [without(phone, key), mail]}),
            gives(one_link), gives(one_link), REFUSES, {IOS_READ: gives(one_link)})
    add("nickname-33-bytes", "Name", "A nickname of 33 bytes: Android truncates it to 32", document(user={"nickname": "n" * 33}),
        gives({"/user/nickname": "n" * 32}), gives({"/user/nickname": "n" * 33}), gives({"/user/nickname": "n" * 33}))
    add("base64-bad-picture", "Base64", "A picture that is not base64", document(user={"profilePic": "%%%%"}),
        gives(SAME | {"/user/profilePic": None}), gives(SAME | {"/user/profilePic": None}), REFUSES)


def releases(add):
    def of(*value):
        return document(contacts=[contact(), contact("ABCD1234")], user={"profilePic": "/9j/2wBDAP/Z"} | ({"profilePicRelease": value[0]} if value else {}))

    def to(who, because=None):
        return gives({"/user/profilePicRelease": who}, because)

    listed = ["ABCD1234"]
    for id, comment, value, android, ios, desktop, earlier in [
        ("everyone", "Everyone", [["*"]], to("everyone"), to("everyone"), to("everyone"), None),
        ("list", "One contact", [listed], to(listed), to(listed), to(listed), None),
        ("nobody", "Nobody, as the format spells it; Android before 6.0 reads an empty list of allowed contacts", [[None]], to("nobody"), to("nobody"), to("nobody"),
         {"android-4.8 android-5.3 android-5.8": to([])}),
        ("empty", "An empty list: both mobile clients write it, the format's schema forbids it, and Desktop reads it as everyone", [[]], to([]), to("nobody"), to("everyone"), None),
        ("missing", "Without the key, as iOS spells nobody: Desktop reads it as everyone", [], to("nobody", "left at its default"), to("nobody"), to("everyone"), None),
        ("everyone-and-one", "Everyone and one ID", [["*", "ABCD1234"]], to("everyone"), to(listed), to("everyone"), {"ios-6.8.8 ios-7.0.0": to(listed)}),
        ("one-and-null", "One ID and null", [["ABCD1234", None]], to("nobody"), to(listed), REFUSES, None),
        ("null-string", "The string null", [["null"]], to("nobody"), to([]), REFUSES, {"android-6.1": to("nobody")}),
    ]:
        add(f"release-{id}", "PictureRelease", comment, of(*value), android, ios, desktop, earlier)
    for id, key, android, comment in [
        ("ids", "syncExcludedIds", ["ECHOECHO"], "syncExcludedIds, as the format spells it: iOS 4.8 and later does not read it"),
        ("upper-case", "syncExcludedIDs", None, "syncExcludedIDs, as iOS 4.8 and later spells it: no other client reads it"),
    ]:
        ios = gives(SAME | {"/settings/syncExcludedIds": ["ECHOECHO"] if id == "upper-case" else None})
        lost = gives({"/settings/syncExcludedIds": None})
        add(f"sync-excluded-{id}", "SyncExclusion", comment, document(settings={key: ["ECHOECHO"]}),
            gives(SAME | {"/settings/syncExcludedIds": android}), ios, gives(SAME | {"/settings": None}),
            {"ios-4.8 ios-5.4 ios-6.8 ios-7.0.0": lost} if id == "ids" else None)


def texts(add):
    twice = spelled(document(), '"nickname":"Tester"', '"nickname":"One","nickname":"Two"')
    add("duplicate-nickname", "DuplicateKey", "The nickname twice: Android and Desktop use the last, iOS the first", twice,
        gives({"/user/nickname": "Two"}), gives({"/user/nickname": "One"}, "on iOS 17 and later"), gives({"/user/nickname": "Two"}),
        java=[(("user", "nickname"), "optString", "Two")])
    plain = text_of(document())
    hang = {"ios-5.4 ios-6.8 ios-6.8.8": hangs("json"), "ios-4.6 ios-4.9 ios-7.0.0": NO_JSON}
    for id, comment, text in [
        ("text-after", "Text after the JSON", plain + " and so on"),
        ("comment", "A comment", plain.replace("{", "/* backup */{", 1)),
        ("single-quotes", "Single quotes", plain.replace('"nickname":"Tester"', "'nickname':'Tester'")),
        ("equals", "An equals sign and a semicolon", plain.replace('"nickname":"Tester",', '"nickname"="Tester";')),
        ("hex-number", "A hexadecimal number", plain.replace('"version":1', '"version":0x1')),
        ("octal-number", "A number with a leading zero", plain.replace('"version":1', '"version":01')),
        ("raw-line-break", "A line break in a string that is decoded, which JSONScanner.swift of swift-foundation refuses", plain.replace("Example", "Exam\nple")),
    ]:
        add(id, "Lenient", comment, text, gives({"/user/nickname": "Tester", "/contacts/0/identity": "ECHOECHO"}), NO_JSON, NO_JSON, hang)
    add("not-an-object", "Lenient", "An array around the document", "[" + plain + "]", REFUSES, REFUSES, REFUSES)
    add("bom", "Encoding", "A byte order mark", b"\xef\xbb\xbf" + plain.encode(), gives(SAME), gives(SAME), gives(SAME))
    add("lone-surrogate", "Encoding", "Half of a surrogate pair in a name", plain.replace("Ada", "Ada\\ud800"),
        gives({"/contacts/0/identity": "ECHOECHO"}), NO_JSON, gives({"/contacts/0/identity": "ECHOECHO"}))
    add("lone-surrogate-unknown", "Encoding", "Half of a surrogate pair in a value that no client reads", plain.replace('"device"', '"x":"\\ud800","device"'),
        gives(SAME), gives(SAME), gives(SAME))
    add("not-utf8", "Encoding", "A byte in a name that is not UTF-8: Android reads a replacement character", plain.encode().replace(b"Ada", b"Ad\xff"),
        gives({"/contacts/0/firstname": "Ad\ufffd"}), unknown("its failure is inferred, not read in a source"), NO_JSON)


def bodies(builder):
    plain = text_of(document()).encode()
    half = len(plain) // 2
    nonce = nonce_of("payload")

    def sealed(packed):
        return nonce + builder.oracles.seal(KEY, nonce, packed)

    def add(id, flag, comment, packed, android, ios, desktop, earlier=None):
        unpacked = builder.oracles.gunzip(packed)
        for client, outcome in (("android", android), ("ios", ios), ("desktop", desktop)):
            assert (unpacked[client] is None) == (outcome.get("stage") == "gunzip"), (id, client)
        builder.body(id, flag, comment, sealed(packed), android, ios, desktop, earlier)

    good, bad = gives(SAME), invalid("gunzip")
    add("gzip", "Container", "A gzip of one member", member(plain), good, good, good)
    add("gzip-members", "Container", "A gzip of two members: iOS before 5.9 reads only the first", member(plain[:half]) + member(plain[half:]), good, good, good,
        {"ios-5.9 ios-6.8 ios-7.0.0": good})
    add("gzip-byte-after", "Container", "A byte after the gzip", member(plain) + b"x", good, bad, bad, {"ios-5.9 ios-6.8 ios-7.0.0": bad, "ios-5.8": good})
    add("gzip-zero-after", "Container", "A zero byte after the gzip", member(plain) + b"\0", good, bad, good, {"ios-5.9 ios-6.8 ios-7.0.0": bad, "ios-5.8": good})
    add("zlib", "Container", "zlib instead of gzip", zlib.compress(plain), bad, good, bad)
    whole = sealed(member(plain))
    overrun = "an uncaught exception"
    crash = crashes("size", overrun)
    builder.body("short", "Short", "23 bytes", whole[:23], crash, invalid("size"), invalid("size"),
                 {"ios-4.6 ios-5.4 ios-6.8 ios-7.0.0": crashes("size", "it crashed before 7.0.4"), "ios-7.0.4": invalid("size")})
    builder.body("short-39", "Short", "39 bytes, one too few for nonce and tag: Android before 6.2 crashes", whole[:39], *[invalid("size")] * 3,
                 {JNACL: crashes("size", "an uncaught Error")})
    wrong = nonce + builder.oracles.seal(bytes(32), nonce, member(plain))
    builder.body("wrong-key", "WrongKey", "Sealed under another key", wrong, invalid("open"), invalid("open"), invalid("open"),
                 {"ios-4.6 ios-5.4 ios-6.8 ios-7.0.0": crashes("open", "the opened box is unwrapped without a check"), "ios-7.0.4": invalid("open")})


# The documents by what they test: the name, the vectors, and the facts behind the answers.
DOCUMENTS = [
    ("whole documents", whole,
     "clients.read.device-group-key clients.read.desktop-rest clients.read.missing-settings clients.read.verification-1 clients.loss.links "
     "clients.loss.lists clients.loss.group-created-at clients.divergence.sync-excluded-key clients.divergence.missing-settings"),
    ("device group keys", device_group_keys, "clients.read.device-group-key clients.read.decoded-keys clients.read.wrong-type"),
    ("versions", versions, "clients.read.info-version clients.read.swallowed-error"),
    ("missing parts", missing,
     "clients.read.missing-info clients.read.missing-user clients.read.missing-settings clients.read.missing-sync-contacts "
     "clients.read.missing-contacts clients.read.missing-deleted clients.read.missing-verification clients.read.missing-identity "
     "clients.read.incomplete-group clients.read.unknown-keys clients.read.swallowed-error"),
    ("defaults of absent keys", defaults,
     "clients.read.created-at clients.read.last-update clients.read.list-id clients.read.desktop-rest clients.loss.lists"),
    ("what no client knows", unknown_keys,
     "clients.read.unknown-keys clients.read.group-id-not-hex clients.write.android-info clients.read.desktop-rest clients.loss.lists"),
    ("types, nulls and times", types,
     "clients.read.string-for-number clients.read.unknown-receipts clients.read.unknown-verification clients.read.null-string "
     "clients.read.created-at clients.read.last-update clients.read.wrong-type clients.read.decoded-keys clients.read.negative-time "
     "clients.read.fractional-time clients.read.largest-time clients.divergence.one-number clients.divergence.null-word"),
    ("contacts", contacts,
     "clients.read.lower-case-identity clients.read.duplicate-contact clients.read.own-contact clients.read.public-key-mismatch "
     "clients.read.bad-public-key clients.read.verified-without-key clients.read.verification-1 clients.read.revoked-contact "
     "clients.read.directory-failure clients.divergence.revoked-keys clients.divergence.verification"),
    ("groups", groups,
     "clients.read.unknown-creator clients.read.duplicate-group clients.read.left-group clients.read.creator-no-member clients.read.unknown-member "
     "clients.read.blocked-creator clients.read.group-without-members clients.read.incomplete-group clients.read.deleted-group "
     "clients.read.group-id-odd clients.read.group-id-not-hex clients.read.long-names clients.divergence.left-groups "
     "clients.divergence.deleted-ignored"),
    ("distribution lists", distribution_lists,
     "clients.read.list-id clients.read.list-name clients.read.unknown-member clients.read.null-string clients.loss.lists "
     "clients.divergence.list-id clients.divergence.overwrite-after-restore"),
    ("encodings of values", encodings,
     "clients.read.base64-whitespace clients.read.base64-unpadded clients.read.base64-short clients.read.base64-bits clients.read.bad-picture clients.read.private-key-length "
     "clients.read.links clients.read.long-names clients.read.missing-user"),
    ("who may see the picture", releases,
     "clients.read.release-nobody clients.read.release-empty clients.read.release-missing clients.read.release-everyone-and-id "
     "clients.read.release-id-and-null clients.read.release-null-word clients.divergence.release-nobody clients.divergence.desktop-everyone "
     "clients.read.sync-excluded-key"),
    ("texts", texts,
     "clients.read.duplicate-keys clients.read.json-extensions clients.read.control-character clients.read.bom clients.read.lone-surrogate "
     "clients.read.invalid-utf-8 clients.read.wrong-type"),
]
BODIES = ("clients.read.gzip-members clients.read.gzip-tail clients.read.zlib clients.read.short-body clients.read.wrong-key "
          "clients.divergence.gzip-tail clients.divergence.short-body")


def build(oracles):
    file = File("payload", NOTES)
    read = [
        by("android", "read", "the facts that `source` names; Threema for Android 6.4.2: ThreemaSafeServiceImpl.java"),
        by("android", "executed", "what is JSON, and how a value is coerced: Android's org.json (libandroid-json-java 10.0.0) on OpenJDK 17"),
        by("ios", "read", "the facts that `source` names (swift-foundation for what its decoder accepts); Threema for iOS 7.2.2: SafeStore.swift, SafeJsonParser.swift"),
        by("desktop", "read", "the facts that `source` names; Threema Desktop 2.0 preview 14: src/common/dom/safe/index.ts"),
        by("desktop", "executed", "what is JSON: JSON.parse of Node 20"),
    ]
    for name, part, facts in DOCUMENTS:
        part(Builder(file.group(name, "read_backup", ["clauses 3.1 to 3.7"] + facts.split(), read), oracles).add)
    sealed = [by("body", "computed", "libsodium (PyNaCl 1.6.2)"), by("body", "computed", "tweetnacl 1.0.3 (Node)")]
    bodies(Builder(file.group("bodies", "read_backup", ["clause 2.1", "clause 2.3"] + BODIES.split(), sealed + read), oracles))
    writing(file)
    return file
