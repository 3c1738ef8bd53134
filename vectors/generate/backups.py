"""Example backups, and what each release writes for them and restores from them: the rules of the clients' sources, field by field.

Independent of this project's program: the rules are written here a second time, and the results test the program's.
A backup is a document in the spelling of the current Android, as Python values.
"""

import base64
import hashlib
import json

from model import CLIENTS, EARLIER, not_applicable, valid

OWN = "TESTER01"
PRIVATE_KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(255, 223, -1))).decode()
# What iOS adds when it links a device: base64 of 32 bytes. Desktop accepts no document without it.
LINKING = {"temporaryDeviceGroupKeyTodoRemove": base64.b64encode(bytes(range(100, 132))).decode()}
TIME = 1700000000000
PICTURE = "/9j/2wBDAP/Z"
MOBILE = {"type": "mobile", "value": "41790000001"}
EMAIL = {"type": "email", "value": "tester@example.com"}
FLAGS = ("syncContacts", "blockUnknown", "sendTyping", "readReceipts", "threemaCalls", "relayThreemaCalls", "disableScreenshots", "incognitoKeyboard")
# The six that iOS also has.
SHARED_FLAGS = FLAGS[:6]
NEWEST = {"android": "android-6.4", "ios": "ios-6.3"}
WRITERS = {client: [name for name in EARLIER["write_backup"] if name.startswith(client)] + [newest] for client, newest in NEWEST.items()}


def public_key(id):
    """The key that the directory has for an ID: any 32 bytes."""
    return base64.b64encode(hashlib.sha256(id.encode()).digest()).decode()


def entry(id, state="active"):
    return {"id": id, "public_key": base64.b64decode(public_key(id)).hex(), "state": state}


DIRECTORY = [entry("ECHOECHO"), entry("ABCD1234"), entry("OTHERID1"), entry("*SUPPORT"), entry("ZZZZ9999")]


def contact(id="ECHOECHO", **fields):
    """A contact in which each field differs from its default and from its neighbour."""
    return {"identity": id, "createdAt": TIME + 11, "verification": 1, "workVerified": True, "hidden": False, "firstname": "Ada Maria",
            "lastname": "von Example", "nickname": "ada/7", "lastUpdate": TIME + 22, "typingIndicators": 1, "readReceipts": 2, "private": True} | fields


def group(id="0a1b2c3d4e5f6071", creator=OWN, members=(OWN, "ECHOECHO"), **fields):
    return {"id": id, "creator": creator, "groupname": "Family  & friends", "createdAt": TIME + 33, "members": list(members), "deleted": False,
            "lastUpdate": TIME + 44, "private": True} | fields


def distribution_list(id="a1b2c3d4e5f60718", **fields):
    return {"id": id, "name": "Neighbours, 3rd floor", "createdAt": TIME + 55, "members": ["ECHOECHO"], "lastUpdate": TIME + 66, "private": True} | fields


def settings(**fields):
    """Settings in which each flag differs from its neighbour."""
    alternating = {flag: place % 2 == 0 for place, flag in enumerate(FLAGS)}
    return alternating | {"blockedContacts": ["OTHERID1"], "syncExcludedIds": ["ABCD1234"], "recentEmojis": ["\U0001f600", "\U0001f511"]} | fields


def backup(**parts):
    """A document with one contact; an argument replaces a part; `user` and `settings` replace only the keys that they name. None removes a key."""
    user = {"privatekey": PRIVATE_KEY, "nickname": "Testy McTest", "profilePic": PICTURE, "profilePicRelease": ["ABCD1234"], "links": [MOBILE, EMAIL]}
    whole = {
        "info": {"version": 1, "device": "6.4.2A/de_CH"},
        "user": user | parts.pop("user", {}),
        "contacts": parts.pop("contacts", [contact()]),
        "groups": parts.pop("groups", []),
        "distributionlists": parts.pop("distributionlists", []),
        "settings": settings(**parts.pop("settings", {})),
    }
    assert not parts, parts
    return cleaned(whole)


def cleaned(value):
    """The object without the keys whose value is None."""
    if isinstance(value, dict):
        return {key: cleaned(inner) for key, inner in value.items() if inner is not None}
    # A null in a list stays: [null] means nobody.
    return [cleaned(inner) for inner in value] if isinstance(value, list) else value


def everything():
    """A backup with every field of every part."""
    return backup(
        contacts=[
            contact("ECHOECHO", verification=2, publickey=public_key("ECHOECHO")),
            contact("ABCD1234", verification=1, hidden=True, workVerified=False, private=False, firstname="Only First", lastname=None, nickname=None,
                    createdAt=TIME + 111, lastUpdate=TIME + 122, typingIndicators=2, readReceipts=1),
            contact("*SUPPORT", verification=0, firstname=None, lastname=None, nickname="support", createdAt=0, lastUpdate=None, typingIndicators=0,
                    readReceipts=0, private=False, workVerified=False),
        ],
        groups=[
            group(members=(OWN, "ECHOECHO", "ABCD1234")),
            group("ffeeddccbbaa9988", "ECHOECHO", ("ECHOECHO", OWN, "*SUPPORT"), groupname="Work", createdAt=TIME + 133, lastUpdate=TIME + 144, private=False),
            group("00000000000000ab", "ABCD1234", ("ABCD1234", "ECHOECHO"), groupname=None, createdAt=0, lastUpdate=None, private=False),
        ],
        distributionlists=[distribution_list(members=["ECHOECHO", "*SUPPORT"]),
                           distribution_list("0100000000000000", name="b", createdAt=0, members=[], lastUpdate=None, private=False)])


def inverted():
    """The same with the opposite value of every flag and every choice."""
    whole = everything()
    for flag in FLAGS:
        whole["settings"][flag] = not whole["settings"][flag]
    whole["settings"] |= {"blockedContacts": [], "syncExcludedIds": ["ECHOECHO", "*SUPPORT"], "recentEmojis": []}
    for one in whole["contacts"]:
        for key in ("workVerified", "hidden", "private"):
            one[key] = not one[key]
        one["typingIndicators"], one["readReceipts"] = one["readReceipts"], one["typingIndicators"]
    for one in whole["groups"] + whole["distributionlists"]:
        one["private"] = not one["private"]
    whole["user"] = {"privatekey": OTHER_KEY, "nickname": "T", "links": [EMAIL]}
    return whole


def sparse():
    """The least that a current phone can hold."""
    return cleaned({
        "info": {"version": 1, "device": "6.4.2A/de_CH"}, "user": {"privatekey": PRIVATE_KEY, "links": []}, "contacts": [], "groups": [],
        "distributionlists": [], "settings": settings(blockedContacts=[], syncExcludedIds=[], recentEmojis=[])})


# What each release writes. Source: clients.write.

def since(release, first):
    names = WRITERS[release.split("-")[0]]
    return names.index(release) >= names.index(first)


def written_by(release, whole):
    """The document that a release writes for a backup, without `info.device`, which names the app."""
    value = written_by_android(release, whole) if release.startswith("android") else written_by_ios(release, whole)
    return cleaned(value)


def some(whole, *keys):
    return {key: whole[key] for key in keys if key in whole}


def written_by_android(release, whole):
    of, user = (lambda first: since(release, "android-" + first)), whole["user"]
    picture = some(user, "profilePic")
    if picture:
        # Only if there is a picture.
        picture["profilePicRelease"] = user.get("profilePicRelease", [None])

    def created_at(one):
        time = one.get("createdAt", 0)
        return max(time, 0) if of("5.0.5") else time

    def contact(one):
        kept = some(one, "identity", "firstname", "lastname", "nickname") | {"createdAt": created_at(one), "verification": one["verification"]}
        # A backup holds the key of a contact at level 2 or of a revoked contact.
        if one["verification"] == 2 or of("5.0"):
            kept |= some(one, "publickey")
        kept |= {key: one.get(key, False) for key in ("workVerified", "hidden", "private")}
        if of("5.3"):
            kept |= some(one, "lastUpdate")
        if of("4.57"):
            kept |= {key: one.get(key, 0) for key in ("typingIndicators", "readReceipts")}
        return kept

    def updated(one):
        return {"lastUpdate": one.get("lastUpdate", 0)} if of("5.3") else {}

    def group(one):
        deleted = one["deleted"] and not of("6.0")
        return some(one, "id", "creator", "groupname", "members") | {"createdAt": created_at(one), "deleted": deleted, "private": one.get("private", False)} | updated(one)

    def listed(one):
        kept = some(one, "name", "members") | {"createdAt": created_at(one), "private": one.get("private", False)} | updated(one)
        if of("4.8"):
            kept["id"] = one["id"] if of("5.3") else bytes.fromhex(one["id"])[::-1].hex()
        return kept

    previews = {} if of("4.8") else {"locationPreviews": False}
    tests = {key: [] for key in ("links", "incomingRequests", "outgoingRequests")} if release == "android-4.7-test" else {}
    return tests | {
        "info": {"version": 1},
        "user": some(user, "privatekey", "nickname") | picture | {"links": [some(link, "type", "value") for link in user.get("links", [])]},
        "contacts": [contact(one) for one in whole["contacts"] if not (one["identity"] == OWN and of("6.4"))],
        "groups": [group(one) for one in whole["groups"]],
        "distributionlists": [listed(one) for one in whole["distributionlists"]],
        "settings": some(whole["settings"], *FLAGS, "blockedContacts", "syncExcludedIds", "recentEmojis") | previews,
    }


def written_by_ios(release, whole):
    of, user = (lambda first: since(release, "ios-" + first)), whole["user"]
    kept = some(user, "privatekey", "nickname", "profilePic")
    if user.get("profilePicRelease", [None]) != [None]:
        kept["profilePicRelease"] = user["profilePicRelease"]
    if user.get("links"):
        kept["links"] = [some(link, "type", "value") | {"name": ""} for link in user["links"]]

    def updated(one):
        return some(one, "lastUpdate") if of("4.9") else {}

    def private(one):
        return {"private": one.get("private", False)} if of("4.8") else {}

    def contact(one):
        kept = {"identity": one["identity"], "createdAt": one.get("createdAt", 0) if of("6.3") else 0, "verification": one["verification"]}
        if one["verification"] == 2 or of("5.1"):
            kept |= some(one, "publickey")
        kept |= {"workVerified": one.get("workVerified", False), "hidden": one.get("hidden", False) and of("4.9")}
        kept |= {key: one.get(key, "") for key in ("firstname", "lastname", "nickname")}
        if of("4.8"):
            kept |= {key: one.get(key, 0) for key in ("typingIndicators", "readReceipts")}
        return kept | private(one) | updated(one)

    def group(one):
        return some(one, "id", "creator", "members") | {"groupname": one.get("groupname", ""), "createdAt": 0, "deleted": False} | private(one) | updated(one)

    excluded = "syncExcludedIDs" if of("4.8") else "syncExcludedIds"
    return {
        "info": {"version": 1}, "user": kept,
        # Empty values are left out.
        "contacts": [contact(one) for one in whole["contacts"]] or None,
        "groups": [group(one) for one in whole["groups"]] or None,
        "settings": some(whole["settings"], *SHARED_FLAGS, "blockedContacts") | {excluded: whole["settings"]["syncExcludedIds"]},
    }


# What the newest release of each client has on the phone after it restored a document of a
# current client. Source: clients.read and clients.loss.

def restored_by(client, document, directory=DIRECTORY):
    keys = {one["id"]: base64.b64encode(bytes.fromhex(one["public_key"])).decode() for one in directory}
    user = document["user"]
    state = {"user": some(user, "privatekey", "nickname", "profilePic") | {"profilePicRelease": release_as(client, user.get("profilePicRelease"))}}
    if client != "ios":
        state["user"].setdefault("nickname", OWN)
    if client != "desktop":
        state["user"]["links"] = [some(link, "type", "value") for link in user.get("links", [])]
    state["contacts"] = [contact_as(client, one, keys) for one in document.get("contacts", [])]
    state["groups"] = [group_as(client, one) for one in document.get("groups", [])]
    if client == "android":
        state["distributionlists"] = [
            some(one, "name", "createdAt", "members", "lastUpdate", "private") | {"id": str(int.from_bytes(bytes.fromhex(one["id"]), "little"))}
            for one in document.get("distributionlists", [])]
        state["settings"] = some(document["settings"], *FLAGS, "blockedContacts", "syncExcludedIds", "recentEmojis")
    if client == "ios":
        state["settings"] = some(document["settings"], *SHARED_FLAGS, "blockedContacts")
        if "syncExcludedIDs" in document["settings"]:
            state["settings"]["syncExcludedIds"] = document["settings"]["syncExcludedIDs"]
    return state


def release_as(client, release):
    if release is None:
        return "everyone" if client == "desktop" else "nobody"
    return {"['*']": "everyone", "[None]": "nobody"}.get(str(release), release)


def contact_as(client, one, keys):
    kept = some(one, "identity", "createdAt", "verification", "workVerified", "hidden", "firstname", "lastname", "nickname", "lastUpdate", "private")
    if client != "desktop":
        kept |= some(one, "typingIndicators", "readReceipts")
    if "publickey" in one:
        trusted = client == "android" and one["verification"] == 2
        kept["publickey"] = one["publickey"] if trusted else keys[one["identity"]]
    if client == "android" and one["verification"] == 1:
        kept["verification"] = 0
    return kept


def group_as(client, one):
    members, creator = list(one["members"]), one["creator"]
    state = "member"
    if OWN not in members:
        state = "left"
    elif creator not in members:
        if client == "android":
            state = "kicked"
        else:
            members.append(creator)
    if client == "desktop" and OWN != creator not in members:
        members.append(creator)
    kept = some(one, "id", "creator", "groupname", "createdAt", "lastUpdate", "private") | {"members": members, "state": state}
    if client == "desktop" and one.get("lastUpdate") is None:
        kept |= {"lastUpdate": one["createdAt"]}
    if client == "ios":
        kept.pop("createdAt", None)
    return kept


# The form in a vector.

def at(value, pointer):
    """The value at a JSON pointer; None if there is none."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = (value or {}).get(step)
    return value


def pointed(value, pointers):
    return {pointer: at(value, pointer) for pointer in pointers}


def text_of(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def writings(whole, shown):
    """The outcome of each current client, and of earlier releases if theirs differs; `shown` makes the output of a document."""
    outcomes, earlier = {"desktop": not_applicable("it never writes a backup")}, []
    for client, newest in NEWEST.items():
        today = shown(written_by(newest, whole))
        outcomes[client] = valid(today)
        alike = {}
        for name in WRITERS[client][:-1]:
            if name.endswith("devicelink"):
                continue
            output = shown(written_by(name, whole))
            if output != today:
                alike.setdefault(json.dumps(output), []).append(name)
        earlier += [{"releases": names} | valid(json.loads(output)) for output, names in alike.items()]
    return {client: outcomes[client] for client in CLIENTS}, earlier


def readings(document, shown, directory=DIRECTORY, instead=()):
    """The outcome of each current client. `instead`: client and another outcome."""
    outcomes = {client: valid(shown(restored_by(client, document, directory))) for client in CLIENTS}
    return outcomes | dict(instead)
