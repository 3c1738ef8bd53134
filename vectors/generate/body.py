"""body.json: whole bodies, from a document and back: gzip, secretbox and nonce together."""

import base64
import hashlib
import json
import zlib

import envelope
import mistakes
from envelope import FCOMMENT, FEXTRA, FHCRC, FNAME, JSON, header, member, stored, trailer
from model import CLIENTS, File, answer_bytes, by, counted, expand, hexed, invalid, not_applicable, valid
from secretbox import BACKUP_ID, KEY, nonce_of

NOTES = {
    "Sealed": "Encrypts a document into a body. Many different gzips are valid, so no body is given: the body must open to the same document.",
    "BlockEdge": "A document at an edge: of a block of the cipher (64 bytes, the first 32 of which go to Poly1305's key), or of a stored block of gzip (65535).",
    "Large": "A document as large as a server accepts, or larger.",
    "OwnNonce": "The implementation chooses the nonce. It is asked twice: the nonces must differ, and both must look like 24 random bytes.",
    "Stored": "Current clients deliberately write stored blocks, because compression would leak information through the length of a body. Readers must accept both.",
    "Bytes": "The document comes out byte for byte as it went in, because this operation does not parse JSON.",
    "Packed": "A compressed gzip, as older releases, libraries or other tools write it.",
    "MultiMember": "Several gzip members in sequence form one gzip; a reader must concatenate their contents.",
    "Tail": "Bytes after a complete gzip. The clients differ.",
    "Damaged": "A damaged body.",
    "Short": "Shorter than a nonce and a tag, 24 + 16 bytes.",
    "Layout": "The parts of the body in the wrong order or in the wrong form.",
    "Mistaken": "A body that was encrypted with one mistake. It must not open. An implementation that opens it makes the same mistake and therefore cannot open correct bodies.",
}

TEXT = JSON
LENGTHS = (1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 159, 160, 161, 4096)
STORED_EDGES = (65534, 65535, 65536, 131070, 131071)
LARGE = (524288, 524289, 1048576, 2097152)


def build(oracles):
    file = File("body", NOTES)
    sealing = file.group(
        "documents to seal", "seal_backup", ["clause 2.1", "clause 2.2", "clause 2.5"],
        [by("layout", "read", "clauses 2.1 and 2.2; clients.write.gzip-level"),
         by("body", "computed", "correct if libsodium (PyNaCl 1.6.2) opens it to a gzip that Java, zlib and Node unpack: the reverse of `open_backup`"),
         by("body", "computed", "tweetnacl 1.0.3 (Node), in the same way")])
    never = not_applicable("it never writes a backup")

    def seal(name, comment, flag, document, nonce=True, must_store=False):
        id = f"body.{name}"
        outcome = valid({"stored": must_store})
        sealing.add(id, comment, [flag], {"key": KEY.hex(), "nonce": nonce_of(id).hex() if nonce else None, "document": document},
                    {"android": outcome, "ios": outcome, "desktop": never})

    seal("seal-document", "A small document", "Sealed", {"text": TEXT.decode()})
    seal("seal-braces", "Two braces", "Sealed", {"text": "{}"})
    seal("seal-empty", "An empty document: its body still contains a gzip", "Sealed", "")
    seal("seal-bom", "A byte order mark is kept", "Bytes", hexed(b"\xef\xbb\xbf" + TEXT))
    seal("seal-not-utf8", "Bytes that are not UTF-8 are kept", "Bytes", hexed(bytes(range(256))))
    seal("seal-line-feeds", "Line feeds and carriage returns are kept, also at the end", "Bytes", {"text": "{\r\n}\n\r\n"})
    for length in LENGTHS:
        seal(f"seal-length-{length}", f"A document of {length} byte{'s' * (length > 1)}", "BlockEdge", {"count": length})
    for length in STORED_EDGES:
        seal(f"seal-length-{length}", f"A document of {length} bytes, at the edge of a stored block", "BlockEdge", {"count": length})
    for length in LARGE:
        seal(f"seal-length-{length}", f"A document of {length} bytes", "Large", {"pattern": b'{"x":1} '.hex(), "length": length})
    seal("seal-own-nonce", "The implementation's own nonce: 24 random bytes at the start", "OwnNonce", {"text": TEXT.decode()}, nonce=False)
    seal("seal-own-nonce-large", "The implementation's own nonce for a larger document", "OwnNonce", {"count": 70000}, nonce=False)
    seal("seal-own-nonce-empty", "The implementation's own nonce for an empty document", "OwnNonce", "", nonce=False)
    seal("seal-stored", "Packed without compression", "Stored", {"pattern": "20", "length": 4096}, must_store=True)
    seal("seal-stored-names", "Packed without compression, although a name repeats a thousand times", "Stored",
         {"pattern": b'"firstname":"Ada",'.hex(), "length": 18000}, must_store=True)

    libraries = [
        by("android", "executed", "java.util.zip.GZIPInputStream (OpenJDK 17)"),
        by("ios", "executed", "zlib, called as the source of GzipSwift 6 calls it"),
        by("desktop", "executed", "Node 20: zlib.gunzipSync"),
        by("body", "computed", "libsodium (PyNaCl 1.6.2)"), by("body", "computed", "tweetnacl 1.0.3 (Node)")]
    opening = file.group("bodies to open", "open_backup", ["clause 2.1", "clause 2.2", "RFC 1952"], libraries)

    def recipe(id, gzip):
        """The body itself, or a recipe if it is long."""
        nonce = nonce_of(id)
        packed = expand(gzip) if isinstance(gzip, dict) else gzip
        body = nonce + oracles.seal(KEY, nonce, packed)
        if isinstance(gzip, dict):
            return packed, {"key": KEY.hex(), "seal": {"nonce": nonce.hex(), "plaintext": gzip},
                            "body_length": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}
        return packed, {"key": KEY.hex(), "body": hexed(body)}

    def add(name, comment, flag, gzip, said=None, mistaken=()):
        """`said`: what the sources say about each client if they differ; executions must agree. `mistaken`: name and document of mistakes."""
        id = f"body.{name}"
        packed, input = recipe(id, gzip)
        found = oracles.gunzip(packed)
        outcomes = {client: invalid("gunzip") if found[client] is None else valid({"document": answer_bytes(found[client])}) for client in CLIENTS}
        if said is None:
            assert outcomes["android"] == outcomes["ios"] == outcomes["desktop"], (id, outcomes)
        else:
            assert tuple(outcomes[client]["result"] for client in CLIENTS) == said, (id, outcomes)
        opening.add(id, comment, [flag], input, outcomes, [{"name": what, "document": answer_bytes(wrong)} for what, wrong in mistaken])

    packed = member(TEXT)
    add("open-document", "A small document, one stored block", "Packed", packed, mistaken=[
        ("not unpacked: the gzip itself", packed), ("not unpacked: the gzip without its header", packed[10:]),
        ("not unpacked: the block without header and trailer", packed[10:-8]), ("the header of a stored block left before it", packed[15 - 5:-8]),
        ("the trailer left after it", TEXT + packed[-8:]), ("a NUL after it", TEXT + b"\0"), ("a line feed after it", TEXT + b"\n"),
        ("the last byte cut off", TEXT[:-1]), ("in base64", base64.b64encode(TEXT)), ("in hexadecimal digits", TEXT.hex().encode()),
        ("as UTF-16, little endian", TEXT.decode().encode("utf-16-le")), ("a JSON string", json.dumps(TEXT.decode()).encode()),
        ("read as JSON and written again, with spaces", json.dumps(json.loads(TEXT), ensure_ascii=False).encode()), ("nothing at all", b"")])
    bytes_gone = {
        "bom": [("the byte order mark dropped", b"{}")], "not-utf8": [("read as UTF-8", bytes(range(256)).decode(errors="replace").encode())],
        "nul": [("cut off at a NUL", b"{}")], "line-feeds": [("trimmed", b"{\r\n}"), ("line ends converted to line feeds", b"{\n}\n\n"), ("the last line feed dropped", b"{\r\n}\n\r")],
        "white-space": [("trimmed", b"{}"), ("trimmed at the end", b" \t{}"), ("trimmed at the start", b"{} \n")]}
    for name, comment, data in [
        ("empty", "A gzip of nothing: an empty document", b""), ("one-byte", "One byte", b"{"), ("bom", "A byte order mark is kept", b"\xef\xbb\xbf{}"),
        ("not-utf8", "Bytes that are not UTF-8 are kept", bytes(range(256))), ("not-json", "A document that is not JSON is kept", b"not JSON \x00\xff"),
        ("nul", "A NUL inside does not end the document", b"{}\0{}"), ("line-feeds", "Line feeds and carriage returns are kept", b"{\r\n}\n\r\n"),
        ("white-space", "White space around the document is kept", b" \t{} \n"),
    ]:
        add(f"open-{name}", comment, "Bytes", member(data), mistaken=bytes_gone.get(name, ()))
    for name, comment, packed in [
        ("fixed", "Fixed Huffman codes", member(TEXT, envelope.fixed(TEXT))),
        ("dynamic", "Dynamic Huffman codes", member(TEXT, oracles.deflate("deflate", TEXT, 9))),
        ("gzip-6", "As fflate writes it at level 6", oracles.deflate("gzip", TEXT, 6)),
        ("blocks", "Stored blocks of 100 bytes", member(TEXT, stored(TEXT, 100))),
        ("all-fields", "With every optional field of the header", member(TEXT, flags=FHCRC | FEXTRA | FNAME | FCOMMENT, extra=b"AB\1\0x", name=b"n", comment=b"c")),
    ]:
        add(f"open-{name}", comment, "Packed", packed)
    third = len(TEXT) // 3
    parts = [TEXT[:third], TEXT[third:2 * third], TEXT[2 * third:]]
    add("open-members-3", "Three members", "MultiMember", b"".join(map(member, parts)),
        mistaken=[("the first gzip member alone", parts[0]), ("the last gzip member alone", parts[2]), ("two gzip members alone", parts[0] + parts[1])])
    add("open-members-3-mixed", "Three members, packed in three ways", "MultiMember",
        member(parts[0]) + member(parts[1], envelope.fixed(parts[1])) + oracles.deflate("gzip", parts[2], 6))
    add("open-members-empty-between", "An empty member between two others", "MultiMember", member(parts[0]) + member(b"") + member(parts[1] + parts[2]))
    add("open-members-20", "A member for every 30 bytes", "MultiMember", b"".join(member(TEXT[at:at + 30]) for at in range(0, 600, 30)))
    for length in LENGTHS[9:] + STORED_EDGES:
        data, at, blocks = counted(length), 0, []
        while at < length:
            step = min(65535, length - at)
            head = bytes([at + step == length]) + step.to_bytes(2, "little") + (step ^ 0xFFFF).to_bytes(2, "little")
            blocks += [hexed(head), {"count": step}] if at == 0 else [hexed(head), data[at:at + step].hex() if step < 400 else None]
            at += step
        if None in blocks:
            continue
        recipe_of = {"concat": [hexed(header())] + blocks + [hexed(trailer(data))]}
        assert expand(recipe_of) == member(data)
        add(f"open-length-{length}", f"A document of {length} bytes", "BlockEdge", recipe_of)
    for length in LARGE:
        # A block is a multiple of the pattern, so that the recipe of each block is the same.
        pattern, block = b'{"x":1} ', 65528
        data = (pattern * (length // len(pattern) + 1))[:length]
        pieces, at = [hexed(header())], 0
        while at < length:
            step = min(block, length - at)
            pieces += [hexed(bytes([at + step == length]) + step.to_bytes(2, "little") + (step ^ 0xFFFF).to_bytes(2, "little")),
                       {"pattern": pattern.hex(), "length": step}]
            at += step
        add(f"open-length-{length}", f"A document of {length} bytes", "Large", {"concat": pieces + [hexed(trailer(data))]})
    add("open-zero-after", "A zero byte after the gzip", "Tail", member(TEXT) + b"\0", ("valid", "invalid", "valid"))
    add("open-byte-after", "A byte after the gzip", "Tail", member(TEXT) + b"x", ("valid", "invalid", "invalid"))
    add("open-zlib", "zlib instead of gzip", "Tail", zlib.compress(TEXT), ("invalid", "valid", "invalid"))
    for name, comment, packed in [
        ("crc", "A wrong checksum", member(TEXT)[:-8] + bytes([member(TEXT)[-8] ^ 1]) + member(TEXT)[-7:]),
        ("isize", "A wrong length in the trailer", member(TEXT)[:-1] + b"\1"),
        ("cut", "The gzip's last byte is missing", member(TEXT)[:-1]),
        ("crc-third-member", "A wrong checksum in the third member", member(parts[0]) + member(parts[1]) + member(parts[2])[:-8] + bytes(4) + member(parts[2])[-4:]),
        ("not-packed", "Not packed at all", TEXT), ("raw", "Raw deflate", oracles.deflate("deflate", TEXT, 6)),
    ]:
        add(f"open-{name}", comment, "Damaged", packed)

    closed = file.group("bodies that do not open", "open_backup", ["clause 2.1", "clause 2.3"], libraries[3:])
    nonce = nonce_of("body.closed")
    box = oracles.seal(KEY, nonce, member(TEXT))
    for name, comment, flag, body in [
        ("tag", "One bit of the tag is flipped", "Damaged", nonce + bytes([box[0] ^ 1]) + box[1:]), ("last", "One bit of the last byte is flipped", "Damaged", nonce + box[:-1] + bytes([box[-1] ^ 1])),
        ("nonce", "One bit of the nonce is flipped", "Damaged", bytes([nonce[0] ^ 1]) + nonce[1:] + box), ("nonce-behind", "The nonce after the box", "Layout", box + nonce),
        ("tag-behind", "The tag after the ciphertext", "Layout", nonce + box[16:] + box[:16]), ("box-alone", "No nonce", "Layout", box),
        ("hex", "The body in hexadecimal digits", "Layout", (nonce + box).hex().encode()), ("cut", "The last byte is missing", "Damaged", nonce + box[:-1]),
        ("surplus", "A byte after the body", "Damaged", nonce + box + b"\0"),
        ("other-key", "Sealed under the backup ID", "Damaged", nonce + oracles.seal(BACKUP_ID, nonce, member(TEXT))),
    ]:
        assert oracles.open(KEY, body[:24], body[24:]) is None, name
        layout = {"nonce-behind": "the nonce is expected after the box", "tag-behind": "the tag is expected after the ciphertext",
                  "hex": "the body is read as hexadecimal digits", "box-alone": "no nonce is taken from the body",
                  "tag": "the tag is not checked", "last": "the tag is not checked", "surplus": "a byte after the body is ignored"}.get(name)
        closed.add(f"body.shut-{name}", comment, [flag], {"key": KEY.hex(), "body": hexed(body)}, invalid("open"),
                   [{"name": layout, "document": answer_bytes(TEXT)}] if layout and name != "last" else None)

    wrongly = file.group("bodies that were sealed with a mistake", "open_backup", ["clause 2.1", "clause 2.3"], libraries[3:])
    more = [("base64", "the body in base64", base64.b64encode(nonce + box)),
            ("nonce-between", "the nonce between tag and ciphertext", box[:16] + nonce + box[16:]),
            ("nonce-zeros-in-front", "24 zero bytes before the nonce", bytes(24) + nonce + box),
            ("padding-16", "16 zero bytes of NaCl's padding before the box", nonce + bytes(16) + box),
            ("padding-32", "32 zero bytes of NaCl's padding before the box", nonce + bytes(32) + box),
            ("length-in-front", "the length, in four bytes, before the body", len(nonce + box).to_bytes(4, "big") + nonce + box)]
    ciphers = [(name, what, nonce + wrong) for name, what, wrong in mistakes.sealed(KEY, nonce, member(TEXT)) if not name.startswith("nonce-in") and name != "nonce-behind"]
    for name, what, body in ciphers + more:
        assert oracles.open(KEY, body[:24], body[24:]) is None, name
        wrongly.add(f"body.sealed-{name}", f"A body that must not open: {what}", ["Mistaken"], {"key": KEY.hex(), "body": hexed(body)}, invalid("open"),
                    [{"name": what, "document": answer_bytes(TEXT)}])
    for length in (24, 32, 39):
        closed.add(f"body.short-{length}", f"{length} bytes", ["Short"], {"key": KEY.hex(), "body": hexed((nonce + box)[:length])}, invalid("size"))
    return file
