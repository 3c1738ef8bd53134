"""kdf.json: deriving master key, backup ID and encryption key from password and ID."""

import unicodedata

import mistakes
from model import File, by, expand_text, invalid, valid

NOTES = {
    "Mistake": "The known answer again, to detect one likely mistake. The comment names it, and `mistakes` shows its result.",
    "KnownAnswer": "The known answer in the test suites of Threema for Android and for iOS.",
    "ScryptItself": "scrypt with parameters other than Threema Safe's. If these vectors fail, scrypt is broken; if they pass and all others fail, the parameters are wrong.",
    "LargeMemory": "Needs 1 GiB of memory. A runner may skip it by default but must report that.",
    "LengthEdge": "A password of a critical length: the shortest that clients accept (8), around the 64-byte block of HMAC-SHA-256 (63, 64, 65), and the longest that Android accepts (4096).",
    "Unicode": "A password or ID that is not ASCII: both are encoded as UTF-8.",
    "Normalisation": "One of two passwords that look the same but have different code points. Clients do not normalise Unicode, so these are different passwords.",
    "WhiteSpace": "White space in the password. It counts, and clients do not trim it.",
    "Nul": "A NUL in the password. Android and Desktop keep it; iOS passes C strings and stops before it. At the end of a password of fewer than 64 bytes it makes no difference.",
    "Star": "An ID that begins with an asterisk, as those of gateways do.",
    "LowerCase": "An ID in lower case. The salt is case sensitive. The dialogs of the clients convert an ID to upper case; an ID that an administrator sets stays unchanged.",
    "NearMiss": "A password or ID that differs only slightly from the known answer's and must derive a completely different key.",
}

ID = "ECHOECHO"
PASSWORD = "shootdeathstar"
# Found by trial: its backup ID begins with two letters.
SHARD_LETTERS = "password 5"
LONG = expand_text({"pattern": "abcdefghijklm", "length": 64})
MASTER = (
    "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
    "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66"
)

# RFC 7914 section 12.
PUBLISHED = [
    ("empty", "", "", 16, 1, 1,
     "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
     "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"),
    ("r8-p16", "password", "NaCl", 1024, 8, 16,
     "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
     "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"),
    ("r8-p1", "pleaseletmein", "SodiumChloride", 16384, 8, 1,
     "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
     "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"),
    ("1-gib", "pleaseletmein", "SodiumChloride", 1048576, 8, 1,
     "2101cb9b6a511aaeaddbbe09cf70f881ec568d574a2ffd4dabe5ee9820adaa47"
     "8e56fd8f4ba5d09ffa1c6d927c40f4c337304049e8a952fbcbf45c6fa77a41a4"),
]


def output(master):
    return {
        "master_key": master.hex(),
        "backup_id": master[:32].hex(),
        "encryption_key": master[32:].hex(),
        "resource": "backups/" + master[:32].hex(),
        "shard_prefix": master[:1].hex(),
    }


def build(oracles):
    file = File("kdf", NOTES)
    by_rfc = file.group(
        "scrypt with the parameters of RFC 7914", "scrypt", ["RFC 7914 section 12"],
        [by("key", "published", "RFC 7914 section 12"),
         by("key", "computed", "OpenSSL's scrypt (Python hashlib); scrypt-js 3.0.1 (Node) agrees, but did not compute the vector of 1 GiB")])
    for name, password, salt, n, r, p, key in PUBLISHED:
        large = name == "1-gib"
        computed = oracles.scrypt(password.encode(), salt.encode(), n, r, p, second=not large)
        assert computed.hex() == key, name
        by_rfc.add(
            f"kdf.rfc7914-{name}", f"RFC 7914: N = {n}, r = {r}, p = {p}" + ". r and p must not be swapped" * (name == "r8-p16"),
            ["ScryptItself"] + ["LargeMemory"] * large,
            {"password": password, "salt": salt, "n": n, "r": r, "p": p, "length": 64},
            valid({"key": key}),
            # At Threema Safe's own N the two cannot be swapped: RFC 7914 requires N below 2^(16 r),
            # and OpenSSL refuses.
            [{"name": "r and p swapped", "key": oracles.scrypt(password.encode(), salt.encode(), n, p, r).hex()}] if name == "r8-p16" else None)

    both = [by("all", "computed", "OpenSSL's scrypt (Python hashlib)"), by("all", "computed", "scrypt-js 3.0.1 (Node)")]
    known = file.group(
        "known answer", "derive", ["clause 1.1", "clause 1.2", "clause 1.5"],
        [by("master_key", "published", "the test suites of Threema for Android and Threema for iOS")] + both)

    def derive(password, id=ID, **other):
        return oracles.scrypt(password if isinstance(password, bytes) else password.encode(),
                              id.encode(), **other)

    def mistake(name, master):
        return {"name": name, "master_key": master.hex()}

    assert derive(PASSWORD).hex() == MASTER
    right = derive(PASSWORD)
    known.add(
        "kdf.known-answer", "The known answer. `mistakes` shows the results of the most likely mistakes",
        ["KnownAnswer"], {"password": PASSWORD, "id": ID}, valid(output(right)),
        [mistake("N halved: 32768", derive(PASSWORD, n=32768)),
         mistake("N doubled: 131072", derive(PASSWORD, n=131072)),
         # Swapping r and p produces no answer: RFC 7914 requires N below 2^(16 r), and OpenSSL
         # refuses.
         mistake("r halved: 4", derive(PASSWORD, r=4)),
         mistake("p doubled: 2", derive(PASSWORD, p=2)),
         mistake("dkLen 32: the backup ID is right, but there is no key", derive(PASSWORD, length=32)),
         {"name": "backup ID in upper-case digits: the server has no file with that name", "resource": "backups/" + MASTER[:64].upper()},
         {"name": "a shard prefix of 8 digits instead of 8 bits", "shard_prefix": MASTER[:8]},
         mistake("backup ID and encryption key swapped", right[32:] + right[:32]),
         mistake("password and ID swapped", derive(ID, PASSWORD)),
         mistake("ID in lower case", derive(PASSWORD, ID.lower())),
         mistake("password as UTF-16, little endian", derive(PASSWORD.encode("utf-16-le"))),
         mistake("password with a trailing line feed", derive(PASSWORD + "\n"))]
        + [mistake(name, master) for name, master in mistakes.deriving(PASSWORD, ID, oracles.scrypt)]
        + [{"name": "the encryption key is also the first half", "encryption_key": MASTER[:64]},
           {"name": "the backup ID is also the second half", "backup_id": MASTER[64:]},
           {"name": "the encryption key is the whole master key", "encryption_key": MASTER},
           {"name": "the backup ID is the whole master key", "backup_id": MASTER},
           {"name": "the parts are 16 and 48 bytes long", "backup_id": MASTER[:32]},
           {"name": "no folder: the backup ID alone", "resource": MASTER[:64]},
           {"name": "a slash before the folder", "resource": "/backups/" + MASTER[:64]},
           {"name": "the folder `backup`", "resource": "backup/" + MASTER[:64]},
           {"name": "the shard prefix of the encryption key", "shard_prefix": MASTER[64:66]},
           {"name": "the shard prefix is the last two digits", "shard_prefix": MASTER[62:64]},
           {"name": "the shard prefix is one digit", "shard_prefix": MASTER[:1]}])

    # The same input again in one vector for each mistake, so that the failing vector names the
    # mistake.
    likely = file.group(
        "likely mistakes, one by one", "derive", ["clause 1.1", "clause 1.2", "clause 1.5"],
        [by("master_key", "published", "the test suites of Threema for Android and Threema for iOS")] + both)
    for name, comment, mistaken in [
        ("n-halved", "N is 65536, not halved to 32768", mistake("N halved: 32768", derive(PASSWORD, n=32768))),
        ("n-doubled", "N is 65536, not doubled to 131072", mistake("N doubled: 131072", derive(PASSWORD, n=131072))),
        ("r-halved", "r is 8, not halved to 4", mistake("r halved: 4", derive(PASSWORD, r=4))),
        ("p-doubled", "p is 1, not doubled to 2", mistake("p doubled: 2", derive(PASSWORD, p=2))),
        ("length-32", "dkLen is 64: with dkLen 32 the backup ID is right, but there is no key", mistake("dkLen 32", derive(PASSWORD, length=32))),
        ("halves-swapped", "The backup ID is the first half, the encryption key the second: they must not be swapped",
         mistake("backup ID and encryption key swapped", right[32:] + right[:32])),
        ("upper-case-digits", "The backup ID in lower-case digits: in upper-case digits, the server has no file with that name",
         {"name": "backup ID in upper-case digits", "resource": "backups/" + MASTER[:64].upper()}),
        ("shard-prefix", "The shard prefix is the first 8 bits, not the first 8 digits", {"name": "8 digits instead of 8 bits", "shard_prefix": MASTER[:8]}),
        ("id-as-password", "The ID is the salt: password and ID must not be swapped", mistake("password and ID swapped", derive(ID, PASSWORD))),
        ("id-lower-case", "The ID unchanged, not in lower case", mistake("ID in lower case", derive(PASSWORD, ID.lower()))),
        ("utf-16", "The password in UTF-8, not in UTF-16", mistake("password as UTF-16, little endian", derive(PASSWORD.encode("utf-16-le")))),
        ("line-feed", "The password alone, without the line feed that `echo` adds",
         mistake("password with a trailing line feed", derive(PASSWORD + "\n"))),
    ]:
        likely.add(f"kdf.mistake-{name}", comment, ["Mistake"], {"password": PASSWORD, "id": ID}, valid(output(right)), [mistaken])

    group = file.group("passwords and IDs", "derive", ["clause 1.1", "clause 1.2", "clause 1.3", "clause 1.4"], both)

    def add(name, comment, flags, password, id=ID, mistakes=()):
        group.add(f"kdf.{name}", comment, flags, {"password": password, "id": id},
                  valid(output(derive(expand_text(password), id))),
                  [mistake(what, derive(wrong, wrong_id)) for what, wrong, wrong_id in mistakes])

    add("ascii-1", "Letters, digits and punctuation", ["NearMiss"], "Tr0ub4dor&3 horse!", "ABCD1234")
    add("password-upper-case", "The known answer's password in upper case", ["NearMiss"], "SHOOTDEATHSTAR")
    add("id-last-character", "An ID that differs in its last character", ["NearMiss"], PASSWORD, "ECHOECHP")
    add("id-digits", "An ID of digits only", ["NearMiss"], PASSWORD, "01234567")
    add("length-8", "8 bytes, the shortest password that clients accept", ["LengthEdge"], "8 bytes!")
    add("length-63", "63 bytes: one less than HMAC-SHA-256's block", ["LengthEdge"], {"pattern": "abcdefghijklm", "length": 63})
    add("length-64", "64 bytes: exactly HMAC-SHA-256's block", ["LengthEdge"], {"pattern": "abcdefghijklm", "length": 64})
    add("length-65", "65 bytes: HMAC hashes the password first. It must not be cut off at 64 bytes", ["LengthEdge"], {"pattern": "abcdefghijklm", "length": 65},
        mistakes=[("cut off at 64 bytes", expand_text({"pattern": "abcdefghijklm", "length": 64}), ID)])
    add("length-4096", "4096 bytes, the longest password that Android accepts", ["LengthEdge"], {"pattern": "abcdefghijklm", "length": 4096},
        mistakes=[("cut off at 64 bytes", expand_text({"pattern": "abcdefghijklm", "length": 64}), ID),
                  ("cut off at 255 bytes", expand_text({"pattern": "abcdefghijklm", "length": 255}), ID)])
    add("length-100", "100 bytes: HMAC hashes the password first", ["LengthEdge"], {"pattern": "abcdefghijklm", "length": 100},
        mistakes=[("cut off at 72 bytes, as bcrypt does", expand_text({"pattern": "abcdefghijklm", "length": 72}), ID)])
    add("length-4096-umlauts", "4096 characters of two bytes each", ["LengthEdge", "Unicode"], {"pattern": "\u00e4\u00f6\u00fc", "length": 4096},
        mistakes=[("cut off at 4096 bytes", expand_text({"pattern": "\u00e4\u00f6\u00fc", "length": 2048}), ID)])
    add("length-4096-emoji", "4096 characters of four bytes each", ["LengthEdge", "Unicode"], {"pattern": "\U0001f511", "length": 4096})
    for name, comment, password, wrong in [
        ("apostrophe", "An apostrophe", "it's a password", "its a password"), ("quote", "A double quote", 'say "password"', "say password"),
        ("backslash", "A backslash that is not an escape", "back\\nslash", "back\nslash"), ("plus", "A plus sign that is not a space", "pass+word+1", "pass word 1"),
        ("ampersand", "An ampersand", "pass&amp;word", "pass&word"), ("percent", "A percent sign that is not an escape", "pass%20word", "pass word"),
        ("dollar", "A dollar sign that a shell would expand", "pa$HOMEword", "paword"), ("tab", "A tab inside", "pass\tword", "pass word"),
    ]:
        add(f"special-{name}", f"{comment}: must reach scrypt unchanged", ["NearMiss"], password, mistakes=[("changed on the way to scrypt", wrong, ID)])
    add("shard-letters", "A backup ID that begins with letters", ["NearMiss"], SHARD_LETTERS)
    nfc = "gr\u00fc\u00dfe-\u00c5str\u00f6m"
    nfd = unicodedata.normalize("NFD", nfc)
    assert nfc == unicodedata.normalize("NFC", nfd) and nfc != nfd
    add("nfc", "Accented letters as one code point each (NFC). The other of the pair: kdf.nfd", ["Unicode", "Normalisation"], nfc,
        mistakes=[("normalised to NFD", nfd, ID)])
    group.value["tests"][-1]["mistakes"].append(mistake("password as ISO-8859-1", derive(nfc.encode("latin-1"))))
    add("nfd", "The same letters with combining accents (NFD): must not be normalised to NFC. The other of the pair: kdf.nfc", ["Unicode", "Normalisation"], nfd,
        mistakes=[("normalised to NFC", nfc, ID)])
    compatible = "\ufb01ne\u2460\uff21\u212bngstrom"
    add("compatibility", "Ligature, circled digit, full-width letter, angstrom sign: NFKC would change each", ["Unicode", "Normalisation"], compatible,
        mistakes=[("normalised to NFC", unicodedata.normalize("NFC", compatible), ID),
                  ("normalised to NFKC", unicodedata.normalize("NFKC", compatible), ID)])
    emoji = "\U0001f511 s\u00e9curit\u00e9 \U0001f468\u200d\U0001f469\u200d\U0001f467"
    add("emoji", "Emoji beyond the basic plane, with zero-width joiners: 4 bytes of UTF-8 for each emoji, not 3 for each surrogate", ["Unicode"], emoji)
    group.value["tests"][-1]["mistakes"] = [
        mistake("surrogates encoded one by one (CESU-8)",
                derive("".join(unit for character in emoji for unit in _surrogates(character)).encode("utf-8", "surrogatepass")))]
    add("rtl", "Hebrew and Arabic with a right-to-left mark", ["Unicode"], "\u05e1\u05d9\u05e1\u05de\u05d4\u200f \u0643\u0644\u0645\u0629 123")
    add("cjk", "Chinese, Japanese, Korean", ["Unicode"], "\u5bc6\u7801\u30d1\u30b9\u30ef\u30fc\u30c9\ube44\ubc00")
    for name, comment, password in [
        ("space-leading", "A leading space: must not be trimmed", " " + PASSWORD),
        ("space-trailing", "A trailing space: must not be trimmed", PASSWORD + " "),
        ("space-no-break", "A trailing no-break space", PASSWORD + "\u00a0"),
        ("newline-trailing", "A trailing line feed, as `echo` would add", PASSWORD + "\n"),
        ("tab-trailing", "A trailing tab: must not be trimmed", PASSWORD + "\t"),
        ("return-trailing", "A trailing carriage return: must not be trimmed", PASSWORD + "\r"),
    ]:
        add(name, comment, ["WhiteSpace"], password, mistakes=[("trimmed", PASSWORD, ID)])
    for name, comment, flag, password, wrong, what in [
        ("spaces-inside", "Two and three spaces inside: must not become one", "WhiteSpace", "two  and   three", "two and three", "white space collapsed"),
        ("zero-width-space", "U+200B (zero-width space) inside: must not be dropped, because it is part of the password", "Unicode",
         "shootdeath\u200bstar", PASSWORD, "U+200B dropped"),
        ("soft-hyphen", "U+00AD (soft hyphen) inside: must not be dropped, because it is part of the password", "Unicode",
         "shootdeath\u00adstar", PASSWORD, "U+00AD dropped"),
        ("variation-selector", "U+FE0F (variation selector) after a heart: must not be dropped, because it is part of the password", "Unicode",
         "heart \u2764\ufe0f star", "heart \u2764 star", "U+FE0F dropped"),
        ("quotes-curly", "Curly quotes: must not become straight", "Unicode", "\u201cit\u2019s\u201d a star", "\"it's\" a star", "quotes made straight"),
    ]:
        add(name, comment, [flag], password, mistakes=[(what, wrong, ID)])
    add("space-only", "Eight spaces", ["WhiteSpace"], " " * 8)
    add("bom-leading", "A leading U+FEFF (byte order mark): must not be dropped, because it is part of the password", ["Unicode"], "\ufeff" + PASSWORD,
        mistakes=[("byte order mark dropped", PASSWORD, ID)])
    add("id-star", "An ID that begins with an asterisk", ["Star"], PASSWORD, "*SUPPORT")
    add("id-star-digits", "An asterisk, then digits and letters: the asterisk must not be dropped", ["Star"], PASSWORD, "*0MY1D23",
        mistakes=[("asterisk dropped", PASSWORD, "0MY1D23")])

    special = file.group(
        "where clients differ", "derive", ["clause 1.3", "clause 1.4", "clients.password.bytes, clients.password.salt", "clients.divergence.nul-in-password"],
        both + [by("android", "read", "clients.password.bytes"),
                by("ios", "read", "clients.password.bytes"),
                by("desktop", "read", "clients.password.bytes")])
    for name, comment, password, kept in [
        ("nul-inside", "A NUL inside: iOS uses only the part before it", "abcdefgh\0xyz", "abcdefgh"),
        ("nul-trailing", "A NUL at the end: HMAC pads short passwords with zero bytes, so it changes nothing", "abcdefgh\0", "abcdefgh"),
        ("nul-trailing-64", "A NUL after 64 bytes: beyond SHA-256's block it changes the key", LONG + "\0", LONG),
        ("nul-leading", "A NUL at the start: on iOS the password is empty", "\0abcdefgh", ""),
    ]:
        whole = output(derive(password))
        cut = output(derive(kept))
        cut = valid(cut, None if cut == whole else "the password ends at the NUL")
        special.add(f"kdf.{name}", comment, ["Nul"], {"password": password, "id": ID},
                    {"android": valid(whole), "ios": cut, "desktop": valid(whole)})
    lower = output(derive(PASSWORD, ID.lower()))
    special.add(
        "kdf.id-lower-case",
        "An ID in lower case that no dialog converted. Its key differs from kdf.known-answer's, and the server has no such backup",
        ["LowerCase"], {"password": PASSWORD, "id": ID.lower()},
        {"android": valid(lower, "as a device administrator set it; the dialog would have converted it to upper case"),
         "ios": valid(lower, "as a device administrator set it; the dialog would have converted it to upper case"),
         "desktop": invalid("meaning", because="it requires upper case")})
    return file


def _surrogates(character):
    if ord(character) < 0x10000:
        return [character]
    rest = ord(character) - 0x10000
    return [chr(0xD800 + (rest >> 10)), chr(0xDC00 + (rest & 0x3FF))]
