"""The documents of payload.json, and the outcomes that many of them share."""

import base64
import hashlib
import json

from model import invalid, not_applicable, unknown, valid

OWN = "TESTER01"
PRIVATE_KEY = base64.b64encode(bytes(range(32))).decode()
# The device group key that iOS adds when it links a device: base64 of 32 bytes. Desktop accepts no
# document without it; the others accept any.
GROUP_KEY = "temporaryDeviceGroupKeyTodoRemove"
LINK = {GROUP_KEY: base64.b64encode(bytes(range(32, 64))).decode()}
TIME = 1700000000000


def public_key(id):
    """The key that the directory has for an ID: any 32 bytes."""
    return base64.b64encode(hashlib.sha256(id.encode()).digest()).decode()


def entry(id, state="active"):
    return {"id": id, "public_key": base64.b64decode(public_key(id)).hex(), "state": state}


DIRECTORY = [entry("ECHOECHO"), entry("ABCD1234"), entry("OTHERID1")]


def contact(id="ECHOECHO", **fields):
    return {"identity": id, "createdAt": TIME, "verification": 0, "firstname": "Ada", "lastname": "Example"} | fields


def group(number=1, creator=OWN, members=(OWN, "ECHOECHO"), **fields):
    return {"id": f"{number:016x}", "creator": creator, "groupname": f"Group {number}", "createdAt": TIME,
            "members": list(members), "deleted": False} | fields


def without(value, *keys):
    return {key: inner for key, inner in value.items() if key not in keys}


def document(**parts):
    """Like `unlinked`, but made to link a device."""
    return unlinked(**parts | {"user": LINK | parts.get("user", {})})


def unlinked(**parts):
    """A document in the order of Android, with one contact; `user`, `settings` and `info` add keys."""
    whole = {
        "info": {"version": 1, "device": "6.4.2A/de_CH"} | parts.pop("info", {}),
        "user": {"privatekey": PRIVATE_KEY, "nickname": "Tester", "links": []} | parts.pop("user", {}),
        "contacts": parts.pop("contacts", [contact()]),
        "groups": parts.pop("groups", []),
        "distributionlists": parts.pop("distributionlists", []),
        "settings": {"syncContacts": False} | parts.pop("settings", {}),
    }
    assert not parts, parts
    return whole


def text_of(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spelled(value, old, new):
    """The document's text, with another spelling in one place."""
    text = text_of(value)
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new)


def gives(restored, because=None):
    return valid({"restored": restored}, because)


def hangs(stage, because="the error is ignored: nothing is restored, and the app waits for ever"):
    return invalid(stage, because=because) | {"hang": True}


def crashes(stage, because):
    return invalid(stage, because=because, crash=True)


REFUSES = invalid("meaning")
# What earlier releases of iOS do with a document that cannot be decoded.
SWALLOWS = {"ios-4.6 ios-4.9 ios-7.0.0": REFUSES, "ios-5.4 ios-5.8 ios-6.8 ios-6.8.8": hangs("meaning")}
# The same, for what releases before 4.9 ignore, or the first one alone.
NOT_BEFORE_4_9 = {"ios-4.9 ios-7.0.0": REFUSES, "ios-5.4 ios-5.8 ios-6.8 ios-6.8.8": hangs("meaning")}
NOT_BEFORE_4_8 = {"ios-4.8 ios-4.8.4 ios-4.9 ios-7.0.0": REFUSES, "ios-5.4 ios-5.8 ios-6.8 ios-6.8.8": hangs("meaning")}
BEFORE_4_9 = "ios-4.6 ios-4.8 ios-4.8.4"
NO_JSON = invalid("json")
UNREAD_KEY = unknown("no source says what it does with a device group key that is not 32 bytes long")
NO_SOURCE = "no source says what it does in this case"
# Releases of iOS that lose only a group that the user has left, and restore the user's own as
# active.
LOSES_LEFT = "ios-4.8 ios-4.8.4 ios-4.9 ios-5.4 ios-5.8 ios-6.3 ios-6.8 ios-6.8.8"
# The releases of iOS whose SafeStore.swift was read for what they skip.
IOS_READ = "ios-4.6 ios-4.8 ios-6.3 ios-7.0.0"
NO_LISTS = not_applicable("it has no distribution lists")
SAME = {"/contacts/0/identity": "ECHOECHO", "/contacts/0/firstname": "Ada", "/contacts/1": None, "/user/nickname": "Tester"}
