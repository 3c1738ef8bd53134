"""envelope.json: whole bodies: nonce, secretbox, gzip, JSON."""

import base64
import hashlib
import json
import struct
import zlib

from model import CLIENTS, File, by, expand, hexed, invalid, unknown, valid
from secretbox import BACKUP_ID, KEY, nonce_of

NOTES = {
    "Stored": "A gzip with stored blocks, as current clients deliberately write it.",
    "Compressed": "A compressed gzip, as older releases write it. A reader must accept any valid gzip.",
    "Header": "An optional field of the gzip header. Clients do not write it, but RFC 1952 requires every reader to accept it.",
    "MultiMember": "Several gzip members in sequence form one gzip; a reader must concatenate their contents.",
    "Tail": "Bytes after a complete gzip. The clients differ.",
    "WrongContainer": "A container other than gzip.",
    "Damaged": "A gzip that contradicts itself.",
    "Truncated": "Bytes of the body, the gzip or the JSON are missing.",
    "Short": "Shorter than nonce and tag, 24 + 16 bytes: such a body cannot be valid. Android 6.4.2 crashes below 24 bytes; so does iOS before 7.0.4.",
    "Empty": "A correctly encrypted body without content.",
    "Bomb": "A small body that decompresses to 1 GiB. Refuse it at the stage `size` before memory runs out; no client writes a document near 16 MiB.",
    "Layout": "The parts of the body in the wrong order or in the wrong form.",
    "WrongKey": "The body was encrypted under another key.",
    "Encoding": "The JSON is not plain UTF-8.",
    "UnknownKey": "The document has keys that no client knows. This operation keeps them; what a restore does with them is another question.",
    "TextAfter": "Text after the JSON. The clients differ.",
    "NaclPadding": "The 32 zero bytes that NaCl's original interface requires before the plaintext were encrypted as part of it.",
}

DOCUMENT = {
    "info": {"version": 1, "device": "6.4.2A/de_CH"},
    "user": {"privatekey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "nickname": "Gr\u00fc\u00dfe \U0001f511"},
    "contacts": [
        {"identity": "ECHOECHO", "createdAt": 1700000000000, "verification": 2, "firstname": "Echo"},
        {"identity": "*SUPPORT", "createdAt": 1700000000000, "verification": 1, "firstname": "Support"},
        {"identity": "ABCD1234", "createdAt": 1700000000000, "verification": 0, "firstname": "Ada"},
    ],
    "groups": [],
    "distributionlists": [],
    "settings": {"syncContacts": False, "blockUnknown": False, "sendTyping": True, "readReceipts": True},
}
JSON = json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":")).encode()

BARE_WORD = "Android's org.json reads a word without quotes as a string, so the text parses but is not an object"

FTEXT, FHCRC, FEXTRA, FNAME, FCOMMENT = 1, 2, 4, 8, 16

GIB = 1 << 30


def trailer(data):
    return struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def header(flags=0, extra=b"", name=b"", comment=b"", method=8, mtime=0, xfl=0, os=0):
    out = struct.pack("<BBBBIBB", 0x1F, 0x8B, method, flags, mtime, xfl, os)
    if flags & FEXTRA:
        out += struct.pack("<H", len(extra)) + extra
    if flags & FNAME:
        out += name + b"\0"
    if flags & FCOMMENT:
        out += comment + b"\0"
    if flags & FHCRC:
        out += struct.pack("<H", zlib.crc32(out) & 0xFFFF)
    return out


def stored(data, size=65535):
    parts = [data[i:i + size] for i in range(0, len(data), size)] or [b""]
    return b"".join(
        struct.pack("<BHH", i == len(parts) - 1, len(part), len(part) ^ 0xFFFF) + part for i, part in enumerate(parts))


def fixed(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 8, zlib.Z_FIXED)
    return packer.compress(data) + packer.flush()


def member(data, packed=None, **fields):
    return header(**fields) + (stored(data) if packed is None else packed) + trailer(data)


def bomb():
    """A gzip of the JSON and then white space up to 1 GiB, as a recipe. All of it is valid JSON.

    A stored block holds the JSON; a dynamic block has one literal (a space), one length (258) and one distance (1),
    with codes so short that each zero byte stands for four times 258 spaces.
    """
    bits = []

    def put(value, count):
        bits.extend((value >> i) & 1 for i in range(count))

    def code(text):
        bits.extend(map(int, text))

    put(1, 1), put(2, 2)
    put(286 - 257, 5), put(1 - 1, 5), put(18 - 4, 4)
    # Code lengths of the code lengths, in RFC 1951's order: 18 -> 1, 1 -> 2, 2 -> 2.
    lengths = {18: 1, 1: 2, 2: 2}
    for symbol in (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1):
        put(lengths.get(symbol, 0), 3)
    codes = {18: "0", 1: "10", 2: "11"}

    def zeros(count):
        while count:
            step = min(count, 138)
            code(codes[18]), put(step - 11, 7)
            count -= step

    zeros(32), code(codes[2])        # the space: 2 bits
    zeros(223), code(codes[2])       # end of block: 2 bits
    zeros(28), code(codes[1])        # length 258: 1 bit
    code(codes[1])                   # distance 1: 1 bit
    space, end = "10", "11"

    def octets():
        return bytes(sum(bit << i for i, bit in enumerate(bits[at:at + 8])) for at in range(0, len(bits), 8))

    code(space)                      # the byte to which the distance refers
    matches, rest = divmod(GIB - len(JSON) - 1, 258)
    zero_bits = 2 * matches          # length and distance are one zero bit each
    fill = -len(bits) % 8
    bits += [0] * fill
    head = octets()
    count, more = divmod(zero_bits - fill, 8)
    bits[:] = [0] * more
    code(space * rest + end)
    bits += [0] * (-len(bits) % 8)
    tail = octets()

    crc = zlib.crc32(JSON)
    spaces = b" " * (1 << 20)
    left = GIB - len(JSON)
    while left:
        step = min(left, len(spaces))
        crc = zlib.crc32(spaces[:step], crc)
        left -= step
    first = header() + b"\0" + struct.pack("<HH", len(JSON), len(JSON) ^ 0xFFFF) + JSON + head
    last = tail + struct.pack("<II", crc, GIB)
    return {"concat": [first.hex(), {"pattern": "00", "length": count}, last.hex()]}


def build(oracles):
    file = File("envelope", NOTES)
    libraries = [
        by("android", "executed", "java.util.zip.GZIPInputStream (OpenJDK 17) and Android's org.json (libandroid-json-java 10.0.0)"),
        by("ios", "executed", "zlib, called as the source of GzipSwift 6 calls it; clients.read.json-extensions for what its JSON decoder accepts"),
        by("desktop", "executed", "Node 20: zlib.gunzipSync, TextDecoder (fatal), JSON.parse"),
    ]
    sealed = [by("body", "computed", "libsodium (PyNaCl 1.6.2)"), by("body", "computed", "tweetnacl 1.0.3 (Node), which opens it again")]

    def unpacked(gzip):
        """The result of a gzip for each client: the stage at which it fails, or the JSON value."""
        found = {}
        for client, text in oracles.gunzip(gzip).items():
            if text is None:
                found[client] = "gunzip"
            elif client == "android":
                answer = oracles.java.ask(op="document", data=text.hex())
                found[client] = {"document": answer["value"]} if "value" in answer else answer["stage"]
            elif client == "desktop":
                answer = oracles.node.ask(op="utf8_json", data=text.hex())
                found[client] = {"document": answer["value"]} if "value" in answer else "json"
            else:
                try:
                    found[client] = {"document": json.loads(text.decode("utf-8-sig"))}
                except ValueError:
                    found[client] = "json"
        return found

    def outcome(found):
        return invalid(found) if isinstance(found, str) else valid(found)

    def add(group, name, comment, flags, gzip, clients=None, because=None, document=DOCUMENT):
        """Adds a body that opens to `document`. `clients`: what the sources say, if the clients differ; executions must agree."""
        id = f"envelope.{name}"
        nonce = nonce_of(id)
        body = nonce + oracles.seal(KEY, nonce, gzip)
        assert oracles.open(KEY, body[:24], body[24:]) == gzip
        found = unpacked(gzip)
        because = because or {}
        if clients is None:
            assert found["android"] == found["ios"] == found["desktop"], (id, found)
            answer = outcome(found["android"])
        else:
            answer = {}
            for client, said in zip(CLIENTS, clients):
                if said == "unknown":
                    answer[client] = unknown(because[client])
                    continue
                stage = found[client] if isinstance(found[client], str) else "valid"
                assert stage == said, (id, client, found[client], said)
                answer[client] = outcome(found[client])
                if client in because:
                    answer[client]["because"] = because[client]
        if "result" in answer and answer["result"] == "valid":
            assert answer["output"]["document"] == document, id
        group.add(id, comment, flags, {"key": KEY.hex(), "body": hexed(body)}, answer)

    good = file.group(
        "every valid gzip", "open", ["clause 2.1", "clause 2.2", "clause 2.4", "RFC 1952"],
        sealed + [by("gzip", "computed", "built by hand around blocks of fflate 0.8.3 (Node) or zlib; Python's zlib, Node's zlib and Java's GZIPInputStream unpack them all")] + libraries)
    add(good, "stored", "One stored block, header as Android writes it", ["Stored"], member(JSON))
    add(good, "stored-ios", "One stored block, header as iOS writes it", ["Stored"], member(JSON, xfl=4, os=0x13))
    add(good, "stored-many", "Stored blocks of 100 bytes", ["Stored"], member(JSON, stored(JSON, 100)))
    add(good, "stored-empty-first", "An empty stored block first", ["Stored"], member(JSON, b"\0\0\0\xff\xff" + stored(JSON)))
    add(good, "fixed", "One block with fixed Huffman codes", ["Compressed"], member(JSON, fixed(JSON)))
    dynamic = oracles.deflate("deflate", JSON, 9)
    assert dynamic[0] & 7 == 0b101
    add(good, "dynamic", "One block with dynamic Huffman codes", ["Compressed"], member(JSON, dynamic))
    add(good, "gzip-6", "As fflate writes it at level 6", ["Compressed"], oracles.deflate("gzip", JSON, 6))
    add(good, "fname", "With a file name (FNAME)", ["Header"], member(JSON, flags=FNAME, name=b"backup.json"))
    add(good, "fcomment", "With a comment (FCOMMENT)", ["Header"], member(JSON, flags=FCOMMENT, comment=b"a comment"))
    add(good, "fextra", "With an extra field (FEXTRA) that contains the magic bytes of gzip", ["Header"],
        member(JSON, flags=FEXTRA, extra=b"AB\x02\0\x1f\x8b"))
    add(good, "fextra-empty", "With an empty extra field", ["Header"], member(JSON, flags=FEXTRA))
    add(good, "fhcrc", "With a correct header checksum (FHCRC)", ["Header"], member(JSON, flags=FHCRC))
    add(good, "ftext", "Marked as text (FTEXT)", ["Header"], member(JSON, flags=FTEXT))
    add(good, "all-fields", "With every field at once, a time and an unknown operating system", ["Header"],
        member(JSON, flags=31, extra=b"AB\x01\0\xff", name=b"n", comment=b"c", mtime=0x12345678, xfl=2, os=255))
    half = len(JSON) // 2
    add(good, "two-members", "Two members, cut in the middle of the JSON", ["MultiMember"], member(JSON[:half]) + member(JSON[half:], fixed(JSON[half:])))
    add(good, "empty-member-last", "A second member that is empty", ["MultiMember"], member(JSON) + member(b""))
    add(good, "empty-member-first", "A first member that is empty: a reader that stops after it has no document", ["MultiMember"], member(b"") + member(JSON))

    tails = file.group("bytes after the gzip", "open", ["clients.read.gzip-tail", "clients.divergence.gzip-tail"], sealed + libraries)
    add(tails, "zero-after", "One zero byte after the gzip", ["Tail"], member(JSON) + b"\0", ("valid", "gunzip", "valid"))
    add(tails, "zeros-after", "512 zero bytes after the gzip, as padding to a block", ["Tail"], member(JSON) + bytes(512), ("valid", "gunzip", "valid"))
    add(tails, "garbage-after", "Bytes after the gzip that are not a member", ["Tail"], member(JSON) + b"garbage", ("valid", "gunzip", "gunzip"))

    bad = file.group("not a gzip", "open", ["clause 2.2", "RFC 1952", "clients.read.zlib"], sealed + libraries)
    add(bad, "zlib", "zlib instead of gzip: iOS detects the format by the header and accepts both", ["WrongContainer"],
        oracles.deflate("zlib", JSON, 6), ("gunzip", "valid", "gunzip"))
    add(bad, "raw-deflate", "Raw deflate instead of gzip", ["WrongContainer"], dynamic)
    add(bad, "not-packed", "The JSON itself, not packed at all", ["WrongContainer"], JSON)
    add(bad, "gzip-twice", "A gzip in a gzip: decompressed once, it is not JSON", ["WrongContainer"], member(member(JSON)), ("meaning", "json", "json"),
        {"android": BARE_WORD})
    add(bad, "nacl-padding", "32 zero bytes before the gzip", ["NaclPadding"], bytes(32) + member(JSON))
    add(bad, "empty", "40 bytes: a nonce, the correct tag and an empty plaintext. iOS decompresses nothing to nothing, and fails at the JSON", ["Empty"],
        b"", ("gunzip", "json", "gunzip"))
    add(bad, "empty-gzip", "A gzip of nothing", ["Empty"], member(b""))
    add(bad, "method-7", "A compression method other than 8", ["Damaged"], member(JSON, method=7))
    add(bad, "magic", "The second byte of the magic is wrong", ["Damaged"], b"\x1f\x8c" + member(JSON)[2:])
    add(bad, "crc", "The checksum's last byte is wrong", ["Damaged"], member(JSON)[:-5] + bytes([member(JSON)[-5] ^ 128]) + member(JSON)[-4:])
    add(bad, "isize", "The length in the trailer is too large by one", ["Damaged"], member(JSON)[:-4] + struct.pack("<I", len(JSON) + 1))
    add(bad, "crc-second-member", "The checksum of the second member is wrong", ["Damaged", "MultiMember"],
        member(JSON[:half]) + member(JSON[half:])[:-8] + struct.pack("<I", zlib.crc32(JSON[half:]) ^ 1) + struct.pack("<I", len(JSON) - half))
    wrong = member(JSON, flags=FHCRC)
    add(bad, "fhcrc-wrong", "A wrong header checksum (FHCRC)", ["Damaged", "Header"], wrong[:10] + bytes([wrong[10] ^ 1]) + wrong[11:])
    add(bad, "stored-length", "A stored block whose length and its complement disagree", ["Damaged"],
        member(JSON)[:13] + bytes([member(JSON)[13] ^ 1]) + member(JSON)[14:])
    add(bad, "block-type-3", "A block of the reserved type", ["Damaged"], header() + b"\x07" + trailer(b""))
    add(bad, "distance-too-far", "A match that reaches back before the beginning", ["Damaged"],
        header() + bytes([0b00000011, 0b00000010, 0]) + trailer(b"   "))
    for name, comment, gzip in [
        ("cut-header", "The gzip ends in its header, after 9 bytes", member(JSON)[:9]),
        ("cut-block", "The gzip ends in the middle of its block", member(JSON)[: 10 + 5 + half]),
        ("cut-before-trailer", "The gzip ends before its trailer", member(JSON)[:-8]),
        ("cut-trailer", "The gzip's last byte is missing", member(JSON)[:-1]),
        ("cut-second-member", "The second member ends in its header", member(JSON) + header()[:5]),
    ]:
        if name == "cut-second-member":
            add(bad, name, comment, ["Truncated", "MultiMember"], gzip, ("valid", "gunzip", "gunzip"))
        else:
            add(bad, name, comment, ["Truncated"], gzip)

    reserved = oracles.gunzip(header(flags=0x20) + stored(JSON) + trailer(JSON))
    assert reserved["android"] == JSON and reserved["ios"] is None and reserved["desktop"] is None, reserved
    add(bad, "reserved-flag", "A reserved bit of the header's flags is set: RFC 1952 requires a reader to refuse it, Java ignores it", ["Damaged", "Header"],
        header(flags=0x20) + stored(JSON) + trailer(JSON), ("valid", "gunzip", "gunzip"))

    texts = file.group("the JSON inside", "open", ["clause 2.4", "clients.read.json-extensions, clients.read.bom, clients.read.invalid-utf-8"], sealed + libraries)
    add(texts, "bom", "A byte order mark before the JSON: every client accepts it", ["Encoding"], member(b"\xef\xbb\xbf" + JSON))
    add(texts, "white-space-around", "White space around the JSON", ["Encoding"], member(b" \r\n\t" + JSON + b"\r\n"))
    for name, comment, flag, document in [
        ("unknown-keys", "Keys that no client knows, at the top and inside: they are kept, with the names of known keys inside", "UnknownKey",
         DOCUMENT | {"x": None, "y": {"contacts": [1, 2.5, {}], "z": ""}, "user": DOCUMENT["user"] | {"w": True}}),
        ("decomposed", "Names in letters with combining accents (NFD): they are not normalised to NFC", "Encoding",
         DOCUMENT | {"user": DOCUMENT["user"] | {"nickname": "A\u0308da\u0308 Cafe\u0301"}}),
    ]:
        add(texts, name, comment, [flag], member(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()), document=document)
    spoiled = JSON.replace(b'"Ada"', b'"Ad\xff"')
    add(texts, "not-utf8", "A byte in a name that is not UTF-8: Android replaces it with U+FFFD", ["Encoding"], member(spoiled),
        ("valid", "unknown", "json"), {"ios": "its failure is inferred, not read in a source"})
    add(texts, "latin-1", "The JSON as ISO-8859-1: a bare 0xFC", ["Encoding"],
        member(JSON.decode().replace("\U0001f511", "").encode("latin-1")),
        ("valid", "unknown", "json"), {"ios": "its failure is inferred, not read in a source"})
    add(texts, "utf-16", "The JSON as UTF-16, little endian, with a byte order mark", ["Encoding"],
        member(b"\xff\xfe" + JSON.decode().encode("utf-16-le")),
        ("meaning", "unknown", "json"), {"android": BARE_WORD, "ios": "no source says whether its decoder recognises UTF-16 by the byte order mark"})
    add(texts, "text-after", "Text after the JSON", ["TextAfter"], member(JSON + b" and so on"), ("valid", "json", "json"))
    add(texts, "brace-after", "One closing brace too many", ["TextAfter"], member(JSON + b"}"), ("valid", "json", "json"))
    add(texts, "nul-after", "A NUL after the JSON", ["TextAfter"], member(JSON + b"\0"),
        ("valid", "unknown", "json"), {"ios": "clients.read.json-extensions names text after the JSON, but no source says whether a NUL counts as text"})
    add(texts, "cut-json", "The JSON's last byte is missing", ["Truncated"], member(JSON[:-1]))
    add(texts, "empty-json", "White space and no JSON", ["Empty"], member(b" \n"))

    short = file.group("too short", "open", ["clause 2.3", "clients.divergence.short-body"],
                       [by("all", "read", "clause 2.3"), by("android", "read", "clients.read.short-body, clients.divergence.short-body"),
                        by("ios", "read", "clients.read.short-body (7.0.4 and later)"),
                        by("desktop", "read", "clients.read.short-body")])
    whole = nonce_of("envelope.short")
    whole += oracles.seal(KEY, whole, member(JSON))
    for length in (0, 1, 23):
        short.add(f"envelope.bytes-{length}", f"The first {length} byte{'' if length == 1 else 's'} of a body", ["Short"],
                  {"key": KEY.hex(), "body": hexed(whole[:length])},
                  {"android": invalid("size", because="an uncaught exception", crash=True), "ios": invalid("size"), "desktop": invalid("size")})
    for length in (24, 39):
        short.add(f"envelope.bytes-{length}", f"The first {length} bytes of a body", ["Short"],
                  {"key": KEY.hex(), "body": hexed(whole[:length])}, invalid("size"))

    closed = file.group("bodies that do not open", "open", ["clause 2.1", "clause 2.3"],
                        [by("all", "computed", "libsodium (PyNaCl 1.6.2)"), by("all", "computed", "tweetnacl 1.0.3 (Node)")])

    def shut(name, comment, flags, change, nonce=None):
        id = f"envelope.{name}"
        nonce = nonce_of(nonce or id)
        body = change(nonce, oracles.seal(KEY, nonce, member(JSON)))
        assert len(body) >= 40 and oracles.open(KEY, body[:24], body[24:]) is None, id
        closed.add(id, comment, flags, {"key": KEY.hex(), "body": hexed(body)}, invalid("open"))

    shut("bytes-40", "40 bytes: the minimum length, but not authentic", ["Truncated"], lambda n, b: (n + b)[:40])
    shut("cut-last", "The body's last byte is missing", ["Truncated"], lambda n, b: (n + b)[:-1])
    shut("cut-half", "The second half of the body is missing", ["Truncated"], lambda n, b: (n + b)[: len(n + b) // 2])
    shut("cut-first", "The body's first byte is missing", ["Truncated"], lambda n, b: (n + b)[1:])
    shut("nonce-last", "The nonce after the box instead of before it", ["Layout"], lambda n, b: b + n)
    shut("tag-last", "The tag after the ciphertext", ["Layout"], lambda n, b: n + b[16:] + b[:16])
    shut("no-nonce", "No nonce: the box alone", ["Layout"], lambda n, b: b)
    shut("base64", "The whole body in base64", ["Layout"], lambda n, b: base64.b64encode(n + b))
    shut("hex", "The whole body in hexadecimal digits", ["Layout"], lambda n, b: (n + b).hex().encode())
    shut("newline-after", "A line feed after the body, as an editor would add", ["Layout"], lambda n, b: n + b + b"\n")
    shut("crlf", "Each line feed replaced by carriage return and line feed, as in a text transfer", ["Layout"],
         lambda n, b: (n + b).replace(b"\n", b"\r\n"), nonce="envelope.crlf, try 1")
    shut("wrong-key", "Sealed under the backup ID instead of the key", ["WrongKey"], lambda n, b: n + oracles.seal(BACKUP_ID, n, member(JSON)))
    shut("tag-bit", "One bit of the tag is flipped", ["WrongKey"], lambda n, b: n + bytes([b[0] ^ 1]) + b[1:])
    shut("last-bit", "The highest bit of the last byte is flipped", ["WrongKey"], lambda n, b: n + b[:-1] + bytes([b[-1] ^ 128]))

    bombs = file.group(
        "bodies that unpack to too much", "open", ["clause 2.2"],
        [by("gzip", "computed", "built by hand; Python's zlib and fflate 0.8.3 (Node) both unpack it to 1073741824 bytes"),
         by("body", "computed", "libsodium (PyNaCl 1.6.2)"), by("body", "computed", "tweetnacl 1.0.3 (Node)"),
         by("result", "read", "this project's own requirement; no client's source limits the unpacked size")])
    recipe = bomb()
    gzip = expand(recipe)
    length, unpacker, rest = 0, zlib.decompressobj(31), gzip
    while rest and not unpacker.eof:
        length += len(unpacker.decompress(rest, 1 << 22))
        rest = unpacker.unconsumed_tail
    while not unpacker.eof:
        more = unpacker.decompress(b"", 1 << 22)
        assert more
        length += len(more)
    assert length == GIB == oracles.node.ask(op="count", data=gzip.hex()), length
    id = "envelope.bomb"
    nonce = nonce_of(id)
    body = nonce + oracles.seal(KEY, nonce, gzip)
    bombs.add(id, f"A body of {len(body)} bytes that unpacks to 1 GiB: the JSON, then spaces. Nothing else is wrong with it", ["Bomb"],
              {"key": KEY.hex(), "seal": {"nonce": nonce.hex(), "plaintext": recipe},
               "body_length": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}, invalid("size"))
    return file
