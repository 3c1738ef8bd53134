"""The fields of a backup one by one, each with the values that reveal a mistake. Both write-backup.json and read-backup.json use them.

A case consists of an ID, a flag, a comment, the backup, and JSON pointers to the values that the vector tests in what is written or restored.
"""

import base64

from backups import (EMAIL, FLAGS, MOBILE, OTHER_KEY, OWN, PICTURE, TIME, backup, contact, distribution_list, group, public_key)

NOTES = {
    "Whole": "A whole backup: every field is compared.",
    "User": "The user: private key, nickname, picture, who may see it, links.",
    "Contact": "A field of a contact.",
    "Names": "First name, last name and nickname of a contact, each present or absent.",
    "Policy": "A contact's read receipts and typing indicators: 0 means as in the settings, 1 send, 2 do not send.",
    "Time": "`createdAt` and `lastUpdate` of a contact, a group or a list, in milliseconds; they must not be swapped.",
    "Group": "A field of a group.",
    "Members": "A group's creator and members. A user whose own ID is not among the members has left the group.",
    "DistributionList": "A field of a distribution list, which iOS does not have.",
    "Flag": "A boolean setting, while all other flags have the opposite value.",
    "List": "A setting that is a list.",
    "Many": "More contacts, groups, lists, members or IDs than a small fixed limit allows, or a larger picture.",
    "Several": "Several contacts, groups or lists: none may be lost or mixed up with another.",
}

# Letters with combining accents (NFD): normalising changes them.
DECOMPOSED = ("decomposed", "A\u0308da\u0308 Cafe\u0301")
NAMES = [("ada", "Ada"), ("spaces", "  Ada  Maria "), ("slash", "Ada/Maria"), ("quote", 'Ada "the\\first"'), ("umlaut", "\u00c4d\u00e4 \u00d8rsted"),
         ("emoji", "Ada \U0001f469\u200d\U0001f4bb"), ("null-text", "null"), ("line-feed", "Ada\nMaria"), ("number", "42"), ("rtl", "\u05e9\u05dc\u05d5\u05dd"), DECOMPOSED]


def of_user():
    place = "/user/"

    def case(case_name, comment, about, **user):
        return f"user-{case_name}", "User", comment, backup(user=user), [place + key for key in about]

    yield case("private-key", "The private key: 32 different bytes", ["privatekey"])
    yield case("private-key-other", "Another private key, whose base64 contains / and +", ["privatekey"], privatekey=OTHER_KEY)
    yield case("nickname", "A nickname", ["nickname"])
    for name, text in NAMES[1:8] + [DECOMPOSED]:
        yield case(f"nickname-{name}", f"A nickname that must be kept unchanged: {name.replace('-', ' ')}", ["nickname"], nickname=text)
    yield case("nickname-32-bytes", "A nickname of 32 bytes of UTF-8, the maximum", ["nickname"], nickname="\u00e4" * 16)
    yield case("no-nickname", "No nickname", ["nickname"], nickname=None)
    yield case("picture", "A picture", ["profilePic"])
    for padding, picture in [("one", "/9j/2wBDAP8="), ("two", "/9j/2wBDAA==")]:
        yield case(f"picture-padding-{padding}", f"A picture whose base64 has {padding} padding character{'s' * (padding == 'two')}", ["profilePic"], profilePic=picture)
    yield case("no-picture", "No picture", ["profilePic"], profilePic=None, profilePicRelease=None)
    for count, ids in enumerate((["ABCD1234"], ["ABCD1234", "ECHOECHO"], ["OTHERID1", "ABCD1234", "*SUPPORT"]), 1):
        yield case(f"release-{count}", f"{count} contact{'s' * (count > 1)} may see the picture", ["profilePicRelease"], profilePicRelease=ids)
    yield case("release-everyone", "Everyone may see the picture", ["profilePicRelease"], profilePicRelease=["*"])
    yield case("release-nobody", "Nobody may see the picture", ["profilePicRelease"], profilePicRelease=[None])
    first, second = ["links/0/type", "links/0/value", "links/1"], ["links/0/type", "links/0/value", "links/1/type", "links/1/value", "links/2"]
    yield case("link-mobile", "A phone number: type, and value without +", first, links=[MOBILE])
    yield case("link-email", "An e-mail address: type and value", first, links=[EMAIL])
    yield case("links-2", "A phone number and an e-mail address", second, links=[MOBILE, EMAIL])
    yield case("link-masked", "A link whose value the directory returned only in masked form", first, links=[{"type": "mobile", "value": "***"}])
    yield case("no-links", "No links", ["links"], links=[])


def of_contact():
    place = "/contacts/0/"

    def case(case_name, flag, comment, about, **fields):
        return f"contact-{case_name}", flag, comment, backup(contacts=[contact(**{"id": "ECHOECHO"} | fields)]), [place + key for key in about]

    yield case("identity", "Contact", "A contact's ID", ["identity"])
    yield case("identity-star", "Contact", "The ID of a gateway", ["identity"], id="*SUPPORT")
    yield case("identity-digits", "Contact", "An ID of letters and digits", ["identity"], id="ABCD1234")
    yield case("level-2", "Contact", "A contact verified in person, with the public key", ["verification", "publickey"],
               verification=2, publickey=public_key("ECHOECHO"))
    yield case("level-1", "Contact", "A contact whom the directory has verified", ["verification"], verification=1)
    yield case("level-0", "Contact", "A contact who is not verified", ["verification"], verification=0)
    for key in ("workVerified", "hidden", "private"):
        for value in (True, False):
            others = {other: not value for other in ("workVerified", "hidden", "private") if other != key}
            yield case(f"{key.lower()}-{str(value).lower()}", "Contact", f"{key} is {str(value).lower()}, and the other two booleans are {str(not value).lower()}", [key], **others | {key: value})
    for key in ("firstname", "lastname", "nickname"):
        for name, text in NAMES:
            yield case(f"{key}-{name}", "Names", f"{key}, which must be kept unchanged: {name.replace('-', ' ')}", [key], **{key: text})
        alone = {other: None for other in ("firstname", "lastname", "nickname") if other != key}
        yield case(f"{key}-alone", "Names", f"{key} and no other name", ["firstname", "lastname", "nickname"], **alone)
        yield case(f"no-{key}", "Names", f"No {key}, but the other names", ["firstname", "lastname", "nickname"], **{key: None})
    for receipts in (0, 1, 2):
        for typing in (0, 1, 2):
            yield case(f"receipts-{receipts}-typing-{typing}", "Policy", f"readReceipts {receipts}, typingIndicators {typing}", ["readReceipts", "typingIndicators"],
                       readReceipts=receipts, typingIndicators=typing)
    for name, comment, time in [("now", "in 2023", TIME), ("1970", "one millisecond after the start of 1970", 1), ("2-32", "just beyond 32 bits", 2**32 + 7),
                                ("2-41", "in 2039, just beyond 41 bits", 2**41 + 3), ("odd", "to the millisecond", 1698765432123)]:
        yield case(f"created-{name}", "Time", f"createdAt {comment}", ["createdAt"], createdAt=time)
        yield case(f"updated-{name}", "Time", f"lastUpdate {comment}", ["lastUpdate"], lastUpdate=time)
    yield case("times-apart", "Time", "createdAt and an earlier lastUpdate", ["createdAt", "lastUpdate"], createdAt=TIME, lastUpdate=TIME - 1)


def times(case, what):
    """The times of a group or list that a field of 32 or 41 bits, or an order of the two, would change."""
    for name, comment, time in [("2-32", "just beyond 32 bits", 2**32 + 7), ("2-41", "in 2039, just beyond 41 bits", 2**41 + 3)]:
        yield case(f"created-{name}", "Time", f"createdAt of {what} {comment}", ["createdAt"], createdAt=time)
        yield case(f"updated-{name}", "Time", f"lastUpdate of {what} {comment}", ["lastUpdate"], lastUpdate=time)
    yield case("times-apart", "Time", f"createdAt of {what} and an earlier lastUpdate", ["createdAt", "lastUpdate"], createdAt=TIME, lastUpdate=TIME - 1)


def of_group():
    place = "/groups/0/"

    def case(case_name, flag, comment, about, **fields):
        return (f"group-{case_name}", flag, comment,
                backup(contacts=[contact(), contact("ABCD1234"), contact("OTHERID1")], groups=[group(**fields)]), [place + key for key in about])

    yield case("id", "Group", "A group's ID with letters: 16 lower-case hexadecimal digits, in unchanged order", ["id"])
    yield case("id-high", "Group", "A group's ID above 2^63", ["id"], id="ffeeddccbbaa9988")
    yield case("id-zeros", "Group", "A group's ID with leading zeros", ["id"], id="00000000000000ab")
    yield case("creator-own", "Members", "The user's own group", ["creator"], creator=OWN)
    yield case("creator-other", "Members", "A group that a contact created", ["creator"], creator="ECHOECHO")
    for name, text in NAMES[:8] + [DECOMPOSED]:
        yield case(f"name-{name}", "Group", f"A group's name, which must be kept unchanged: {name.replace('-', ' ')}", ["groupname"], groupname=text)
    yield case("no-name", "Group", "A group without a name", ["groupname"], groupname=None)
    yield case("created", "Time", "When a group was created", ["createdAt"])
    yield case("updated", "Time", "When a group last changed", ["lastUpdate"])
    yield from times(case, "a group")
    yield case("private-true", "Group", "A private group", ["private"])
    yield case("private-false", "Group", "A group that is not private", ["private"], private=False)
    for name, comment, creator, members in [
        ("own-1", "The user's own group with one other member", OWN, [OWN, "ECHOECHO"]),
        ("own-3", "The user's own group with three other members", OWN, [OWN, "ECHOECHO", "ABCD1234", "OTHERID1"]),
        ("own-alone", "The user's own group with nobody else in it", OWN, [OWN]),
        ("other-2", "A contact's group, with the user as a member", "ECHOECHO", ["ECHOECHO", OWN]),
        ("other-4", "A contact's group, with the creator as the last member", "ECHOECHO", [OWN, "ABCD1234", "OTHERID1", "ECHOECHO"]),
        ("left", "A contact's group that the user has left", "ECHOECHO", ["ECHOECHO", "ABCD1234"]),
        ("left-own", "The user's own group that the user has left: the creator is not a member", OWN, ["ECHOECHO"]),
        ("kicked", "A group whose creator has left, and of which the user is still a member", "ECHOECHO", [OWN, "ABCD1234"]),
    ]:
        yield case(f"members-{name}", "Members", comment, ["members", "creator"], creator=creator, members=members)


def of_list():
    place = "/distributionlists/0/"

    def case(case_name, flag, comment, about, **fields):
        return (f"list-{case_name}", flag, comment, backup(contacts=[contact(), contact("ABCD1234"), contact("OTHERID1")], distributionlists=[distribution_list(**fields)]),
                [place + key for key in about] + ["/distributionlists/1"])

    yield case("id", "DistributionList", "A list's ID with letters: a number with its lowest byte first", ["id"])
    yield case("id-1", "DistributionList", "The list with the number 1", ["id"], id="0100000000000000")
    yield case("id-256", "DistributionList", "The list with the number 256", ["id"], id="0001000000000000")
    yield case("id-most", "DistributionList", "The largest number that a list can have", ["id"], id="ffffffffffffff7f")
    for name, text in NAMES[:6] + [DECOMPOSED]:
        yield case(f"name-{name}", "DistributionList", f"A list's name, which must be kept unchanged: {name.replace('-', ' ')}", ["name"], name=text)
    yield case("created", "Time", "When a list was created", ["createdAt"])
    yield case("updated", "Time", "When a list last changed", ["lastUpdate"])
    yield from times(case, "a list")
    yield case("private-true", "DistributionList", "A private list", ["private"])
    yield case("private-false", "DistributionList", "A list that is not private", ["private"], private=False)
    for count, members in enumerate((["ABCD1234"], ["ABCD1234", "ECHOECHO"], ["OTHERID1", "ECHOECHO", "ABCD1234"]), 1):
        yield case(f"members-{count}", "DistributionList", f"A list with {count} member{'s' * (count > 1)}", ["members"], members=members)


def of_settings():
    def case(case_name, flag, comment, about, **fields):
        return f"settings-{case_name}", flag, comment, backup(settings=fields), ["/settings/" + key for key in about]

    for flag in FLAGS:
        for value in (True, False):
            others = {other: not value for other in FLAGS if other != flag}
            yield case(f"{flag.lower()}-{str(value).lower()}", "Flag", f"{flag} is {str(value).lower()}, and every other flag is {str(not value).lower()}", [flag],
                       **others | {flag: value})
    for key in ("blockedContacts", "syncExcludedIds"):
        other = {"blockedContacts": "syncExcludedIds", "syncExcludedIds": "blockedContacts"}[key]
        for count, ids in enumerate(([], ["ECHOECHO"], ["*SUPPORT", "ABCD1234"], ["OTHERID1", "ABCD1234", "ECHOECHO"])):
            about = [key, "syncExcludedIDs"] if key == "syncExcludedIds" else [key]
            yield case(f"{key.lower()}-{count}", "List", f"{key} with {count or 'no'} ID{'s' * (count != 1)}; the other list has one", about, **{key: ids, other: ["ZZZZ9999"]})
    for count, emojis in enumerate(([], ["\U0001f511"], ["\U0001f511", "\U0001f600", "\u263a\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467"])):
        yield case(f"recentemojis-{len(emojis)}", "List", f"recentEmojis with {len(emojis) or 'no'} emoji{'s' * (len(emojis) != 1)}: the newest first, so the order matters", ["recentEmojis"], recentEmojis=emojis)


def several():
    people = [contact("ABCD1234", firstname="Bea"), contact("ECHOECHO", firstname="Ada"), contact("OTHERID1", firstname="Ada", verification=0)]
    names = [f"/contacts/{place}/{key}" for place in range(3) for key in ("identity", "firstname", "verification")] + ["/contacts/3"]
    yield "contacts-2", "Several", "Two contacts, not in alphabetical order", backup(contacts=people[1::-1]), names[:6] + ["/contacts/2"]
    yield "contacts-3", "Several", "Three contacts, two with the same name", backup(contacts=people), names
    groups = [group("0a1b2c3d4e5f6071", OWN), group("0a1b2c3d4e5f6071", "ECHOECHO", groupname="Of another"), group("ffeeddccbbaa9988", OWN, (OWN, "ABCD1234"))]
    of_groups = [f"/groups/{place}/{key}" for place in range(3) for key in ("id", "creator", "groupname", "members")] + ["/groups/3"]
    yield "groups-3", "Several", "Three groups: two have the same ID, and two the same creator", backup(contacts=people, groups=groups), of_groups
    lists = [distribution_list("0200000000000000", name="Same"), distribution_list("0100000000000000", name="Same", members=["ABCD1234"])]
    of_lists = [f"/distributionlists/{place}/{key}" for place in range(2) for key in ("id", "name", "members")] + ["/distributionlists/2"]
    yield "lists-2", "Several", "Two lists with the same name", backup(contacts=people, distributionlists=lists), of_lists


def many():
    """More of everything than a small fixed limit allows. The items of a list have the same values, because their order does not count."""
    ids = [f"MANY{number:04}" for number in range(300)]
    people = [{"identity": id, "createdAt": TIME, "verification": 0, "firstname": "Ada"} for id in ids]
    last = ["/contacts/299/firstname", "/contacts/299/createdAt", "/contacts/300"]
    yield "contacts-300", "Many", "300 contacts: none may be lost at 255 or 256", backup(contacts=people), last
    members = [OWN, *ids[:59]]
    yield ("group-members-60", "Many", "A group of 60 members", backup(contacts=people[:59], groups=[group(members=members)]),
           ["/groups/0/members", "/groups/1"])
    groups = [group(f"{number:016x}") for number in range(1, 41)]
    yield "groups-40", "Many", "40 groups", backup(groups=groups), ["/groups/39/groupname", "/groups/39/members", "/groups/40"]
    lists = [distribution_list(f"{number:02x}" + "00" * 7) for number in range(1, 21)]
    yield ("lists-20", "Many", "20 distribution lists", backup(distributionlists=lists),
           ["/distributionlists/19/name", "/distributionlists/19/members", "/distributionlists/20"])
    yield ("list-members-60", "Many", "A distribution list with 60 members",
           backup(contacts=people[:60], distributionlists=[distribution_list(members=ids[:60])]), ["/distributionlists/0/members", "/distributionlists/1"])
    yield "user-release-60", "Many", "60 contacts may see the picture", backup(contacts=people[:60], user={"profilePicRelease": ids[:60]}), ["/user/profilePicRelease"]
    for key in ("blockedContacts", "syncExcludedIds"):
        about = [key, "syncExcludedIDs"] if key == "syncExcludedIds" else [key]
        yield f"settings-{key.lower()}-50", "Many", f"{key} with 50 IDs", backup(settings={key: ids[:50]}), ["/settings/" + one for one in about]
    picture = base64.b64encode(base64.b64decode(PICTURE) + bytes(number * 7 % 256 for number in range(4992)) + b"\xff\xd9").decode()
    yield "user-picture-5000-bytes", "Many", "A picture of about 5000 bytes", backup(user={"profilePic": picture}), ["/user/profilePic"]


def all_cases():
    for part in (of_user, of_contact, of_group, of_list, of_settings, several, many):
        yield from part()


assert PICTURE and TIME
