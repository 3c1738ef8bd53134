"""write-backup.json: what each client writes for a backup, field by field and as a whole."""

from backups import OWN, backup, cleaned, contact, everything, group, inverted, pointed, public_key, sparse, text_of, writings, written_by
from cases import NOTES as CASES
from cases import all_cases
from model import File, by

NOTES = CASES | {"Revoked": "The backup also contains the public key of a contact whose ID was revoked."}

SOURCE = ["clauses 3.1 to 3.7", "clients.write.android-text", "clients.write.ios-text"]
PROVENANCE = [
    by("android", "read", "clients.write.android-user, clients.write.android-contact, clients.write.android-group, clients.write.android-list, clients.write.android-settings; Threema for Android 6.4.2: ThreemaSafeServiceImpl.java"),
    by("ios", "read", "clients.write.ios-user, clients.write.ios-contact, clients.write.ios-group, clients.write.ios-settings, clients.write.ios-empty; Threema for iOS 7.2.2: SafeStore.swift, SafeJsonParser.swift"),
    by("desktop", "read", "clients.releases.desktop"),
]


def build(oracles):
    file = File("write-backup", NOTES)
    fields = file.group("field by field", "write_backup", SOURCE, PROVENANCE)

    def add(group, name, flag, comment, whole, shown):
        outcomes, earlier = writings(whole, shown)
        group.add(f"write-backup.{name}", comment, [flag], {"backup": {"text": text_of(whole)}, "own_id": OWN}, outcomes)
        if earlier:
            group.value["tests"][-1]["earlier"] = earlier

    def pointers(about):
        return lambda document: {"written": pointed(document, about)}

    for name, flag, comment, whole, about in all_cases():
        add(fields, name, flag, comment, whole, pointers(about))
    for level in (0, 1):
        add(fields, f"contact-revoked-{level}", "Revoked", f"A revoked contact of level {level} with its public key",
            backup(contacts=[contact(verification=level, publickey=public_key("ECHOECHO"))]), pointers(["/contacts/0/publickey", "/contacts/0/verification"]))
    add(fields, "nobody-without-picture", "User", "Nobody may see the picture, but there is no picture", backup(user={"profilePic": None, "profilePicRelease": [None]}),
        pointers(["/user/profilePic", "/user/profilePicRelease"]))
    add(fields, "everyone-without-picture", "User", "Everyone may see the picture, but there is no picture", backup(user={"profilePic": None, "profilePicRelease": ["*"]}),
        pointers(["/user/profilePic", "/user/profilePicRelease"]))

    wholes = file.group("whole backups", "write_backup", SOURCE, PROVENANCE)
    plain = {"firstname": None, "lastname": None, "nickname": None, "lastUpdate": None}
    for name, comment, whole in [
        ("everything", "Every field of every part", everything()),
        ("inverted", "The same with every flag inverted, and without a picture", inverted()),
        ("sparse", "A phone with nothing on it", sparse()),
        ("one-contact", "One contact with all fields", backup()),
        ("one-plain-contact", "One contact with as few fields as possible",
         backup(contacts=[contact(**plain, createdAt=0, verification=0, workVerified=False, private=False, typingIndicators=0, readReceipts=0)])),
        ("one-group", "One group with all fields", backup(groups=[group()])),
        ("left-group", "A group that the user has left", backup(groups=[group(creator="ECHOECHO", members=["ECHOECHO"])])),
        ("no-user-fields", "Only the user's private key", backup(user={"nickname": None, "profilePic": None, "profilePicRelease": None, "links": []})),
        ("lists-alone", "Distribution lists and no groups", cleaned(everything() | {"groups": []})),
        ("many-contacts", "Twelve contacts", backup(contacts=[
            contact(f"AAAA{number:04}", verification=number % 3, firstname=f"Number {number}", createdAt=1700000000000 + number, hidden=number % 2 == 0,
                    **{"publickey": public_key(f"AAAA{number:04}")} if number % 3 == 2 else {}) for number in range(12)])),
    ]:
        add(wholes, name, "Whole", comment, whole, lambda document: {"document": document})
    assert written_by("android-6.4", everything())["contacts"][1]["hidden"] is True
    return file
