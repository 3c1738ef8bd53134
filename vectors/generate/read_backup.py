"""read-backup.json: what each client restores, field by field and as a whole, from documents as current Android and iOS write them."""

from backups import (DIRECTORY, LINKING, NEWEST, OWN, backup, contact, entry, everything, inverted, pointed, public_key, readings, sparse, text_of, written_by)
from cases import NOTES as CASES
from cases import all_cases
from model import File, by, invalid

NOTES = CASES | {
    "PublicKey": "A contact's public key in the backup, compared with the directory's, at each level.",
    "Spelling": "The same document in a different JSON spelling with the same meaning.",
}

FACTS = (
    "clients.loss.private-key clients.loss.release clients.loss.links clients.loss.public-key clients.loss.verification "
    "clients.loss.contact-created-at clients.loss.last-update clients.loss.receipts clients.loss.contact-fields clients.loss.group-created-at "
    "clients.loss.lists clients.loss.sync-excluded clients.loss.android-settings clients.loss.other-settings clients.loss.device-group-key "
    "clients.read.public-key-mismatch clients.read.verification-1 clients.read.release-nobody clients.read.sync-excluded-key "
    "clients.read.desktop-rest"
)
SOURCE = ["clauses 3.1 to 3.7"] + FACTS.split()
PROVENANCE = [
    by("android", "read", "the facts that `source` names; Threema for Android 6.4.2: ThreemaSafeServiceImpl.java"),
    by("ios", "read", "the facts that `source` names; Threema for iOS 7.2.2: SafeStore.swift, SafeJsonParser.swift"),
    by("desktop", "read", "the facts that `source` names; Threema Desktop 2.0 preview 14: src/common/dom/safe/index.ts"),
]


def linked(document):
    """A document made to link a device, so that Desktop also restores it."""
    return document | {"user": document["user"] | LINKING}


def state_pointers(about):
    """The pointers into a state. `state` replaces `deleted` and shows what follows from the list of members."""
    more = [pointer.replace("/members", "/state") for pointer in about if pointer.startswith("/groups/") and pointer.endswith("/members")]
    return [pointer for pointer in about if not pointer.endswith("syncExcludedIDs")] + more


def build(oracles):
    file = File("read-backup", NOTES)
    fields = file.group("field by field", "read_backup", SOURCE, PROVENANCE)

    def add(group, name, flag, comment, document, shown, directory=DIRECTORY, instead=(), text=None):
        document = linked(document)
        text = text_of(document) if text is None else text(document)
        group.add(f"read-backup.{name}", comment, [flag], {"document": {"text": text}, "own_id": OWN, "directory": directory},
                  readings(document, shown, directory, instead))

    def pointers(about):
        return lambda state: {"restored": pointed(state, state_pointers(about))}

    known = {one["id"] for one in DIRECTORY}
    for name, flag, comment, whole, about in all_cases():
        people = [entry(one["identity"]) for one in whole["contacts"] if one["identity"] not in known]
        add(fields, name, flag, comment, whole, pointers(about), directory=DIRECTORY + people)
    other = public_key("ZZZZ9999")
    refuses = {"desktop": invalid("meaning")}
    for level in (0, 1):
        key = ["/contacts/0/publickey", "/contacts/0/verification"]
        add(fields, f"contact-key-differs-{level}", "PublicKey", f"A contact of level {level} whose key in the backup differs from the directory's: both mobile clients use the directory's, Desktop refuses the backup",
            backup(contacts=[contact(verification=level, publickey=other)]), pointers(key), instead=refuses)
        add(fields, f"contact-key-matches-{level}", "PublicKey", f"A contact of level {level} whose key in the backup is the directory's",
            backup(contacts=[contact(verification=level, publickey=public_key("ECHOECHO"))]), pointers(key))

    wholes = file.group("whole backups", "read_backup", SOURCE, PROVENANCE)

    def whole(state):
        return {"state": state}

    people = [entry(f"AAAA{number:04}") for number in range(12)]
    many = backup(contacts=[contact(f"AAAA{number:04}", verification=number % 3, firstname=f"Number {number}", createdAt=1700000000000 + number, hidden=number % 2 == 0,
                                    **{"publickey": public_key(f"AAAA{number:04}")} if number % 3 == 2 else {}) for number in range(12)])
    for name, comment, one in [("everything", "Every field of every part", everything()), ("inverted", "Every flag inverted", inverted()),
                               ("sparse", "As little as a phone can hold", sparse()), ("one-contact", "One contact with all fields", backup())]:
        add(wholes, f"android-{name}", "Whole", f"{comment}, as Android writes it", one, whole)
        written = written_by(NEWEST["ios"], one)
        if name != "sparse":
            add(wholes, f"ios-{name}", "Whole", f"{comment}, as iOS writes it", written, whole)
    add(wholes, "many-contacts", "Whole", "Twelve contacts", many, whole, directory=DIRECTORY + people)
    spellings = [
        ("keys-reversed", "Every object's keys in reverse order", lambda document: text_of(reversed_keys(document))),
        ("escaped", "Every non-ASCII character and every slash as an escape", lambda document: ascii_text(document)),
        ("lines", "One line for each member, with extra spaces", lambda document: lines(document)),
    ]
    for name, comment, text in spellings:
        add(wholes, f"spelling-{name}", "Spelling", comment, everything(), whole, text=text)
    return file


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(inner) for inner in value] if isinstance(value, list) else value


def ascii_text(value):
    import json

    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/")


def lines(value):
    import json

    return json.dumps(value, ensure_ascii=False, indent=3)
