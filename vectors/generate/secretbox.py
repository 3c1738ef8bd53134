"""secretbox.json: XSalsa20-Poly1305 in the layout of NaCl, tag first."""

import hashlib

from kdf import MASTER
import mistakes
from model import File, answer_bytes, by, counted, hexed, invalid, valid

NOTES = {
    "Published": "The vector of NaCl's test suite.",
    "BlockEdge": "A plaintext at the edge of a block. Poly1305 works on 16 bytes, Salsa20 on 64, and the first 32 bytes of the key stream are Poly1305's key.",
    "Modulus": "A message made for its tag: Poly1305's sum is between 2^130 - 5 and 2^130 before the last reduction, as in one of 2^128 messages.",
    "Large": "The largest size that current servers accept. The answer is a hash: encrypt, compare the hash, then open your own box.",
    "TamperedTag": "The tag was changed. No part of the plaintext may be returned.",
    "TamperedCiphertext": "A byte of the ciphertext was changed. No part of the plaintext may be returned.",
    "WrongNonce": "The box was encrypted under another nonce.",
    "WrongKey": "The box was encrypted under another key. A wrong password has this effect and cannot be distinguished from tampering.",
    "TagPosition": "The tag is not at the start. NaCl and libsodium put it before the ciphertext, many other libraries put it after.",
    "NaclPadding": "NaCl's original interface requires 32 zero bytes before the plaintext and returns 16 before the box. They are not part of the message.",
    "Truncated": "The box has too few or too many bytes.",
    "Mistaken": "A box that was encrypted with one mistake. It must not open. An implementation that opens it makes the same mistake and therefore cannot open correct boxes.",
}

# NaCl: tests/secretbox.c and tests/secretbox.out.
NACL_KEY = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"
NACL_NONCE = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"
NACL_PLAIN = (
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129"
    "6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
    "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705"
)
NACL_BOX = (
    "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
    "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
    "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5"
)

BACKUP_ID = bytes.fromhex(MASTER[:64])
KEY = bytes.fromhex(MASTER[64:])


def nonce_of(name):
    """A nonce that no other vector has."""
    return hashlib.sha256(f"safe-conformance vectors, nonce of {name}".encode()).digest()[:24]


def build(oracles):
    file = File("secretbox", NOTES)
    both = [by("all", "computed", "libsodium (PyNaCl 1.6.2)"), by("all", "computed", "tweetnacl 1.0.3 (Node)")]

    published = file.group("NaCl's own vector", "seal", ["clause 2.1", "NaCl: tests/secretbox.c"],
                           [by("box", "published", "NaCl: tests/secretbox.out")] + both)
    key, nonce, plain = map(bytes.fromhex, (NACL_KEY, NACL_NONCE, NACL_PLAIN))
    assert oracles.seal(key, nonce, plain).hex() == NACL_BOX
    box = bytes.fromhex(NACL_BOX)
    published.add(
        "secretbox.nacl", "NaCl's published vector, 131 bytes, without its padding", ["Published"],
        {"key": NACL_KEY, "nonce": NACL_NONCE, "plaintext": NACL_PLAIN}, valid({"box": hexed(box)}),
        [{"name": "tag after the ciphertext", "box": hexed(box[16:] + box[:16])},
         {"name": "16 zero bytes of NaCl's padding left before the box", "box": hexed(bytes(16) + box)},
         {"name": "32 zero bytes of NaCl's padding sealed as part of the plaintext",
          "box": hexed(oracles.seal(key, nonce, bytes(32) + plain))}]
        + [{"name": name, "box": hexed(wrong)} for name, wrong in mistakes.sealing(key, nonce, plain)])

    # The same input again in one vector for each mistake, so that the failing vector names the
    # mistake.
    likely = file.group("likely mistakes, one by one", "seal", ["clause 2.1", "NaCl: tests/secretbox.c"],
                        [by("box", "published", "NaCl: tests/secretbox.out")] + both)
    for name, comment, flag, what, wrong in [
        ("tag-last", "The tag comes before the ciphertext, not after it", "TagPosition", "tag after the ciphertext", box[16:] + box[:16]),
        ("padding-16", "The box alone, without 16 zero bytes of NaCl's padding before it", "NaclPadding",
         "16 zero bytes of NaCl's padding left before the box", bytes(16) + box),
        ("padding-32", "The plaintext alone, without 32 zero bytes of NaCl's padding before it", "NaclPadding",
         "32 zero bytes of NaCl's padding sealed as part of the plaintext", oracles.seal(key, nonce, bytes(32) + plain)),
    ]:
        likely.add(f"secretbox.mistake-{name}", comment, [flag], {"key": NACL_KEY, "nonce": NACL_NONCE, "plaintext": NACL_PLAIN},
                   valid({"box": hexed(box)}), [{"name": what, "box": hexed(wrong)}])

    edges = file.group("lengths", "seal", ["clause 2.1"], both)
    for length in (0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 159, 160, 161, 4095, 4096, 524288, 524289, 2097152):
        name = f"secretbox.length-{length}"
        plain = counted(length)
        nonce = nonce_of(name)
        edges.add(name, f"A plaintext of {length} byte{'' if length == 1 else 's'}", ["Large" if length > 4096 else "BlockEdge"],
                  {"key": KEY.hex(), "nonce": nonce.hex(), "plaintext": {"count": length}},
                  valid({"box": answer_bytes(oracles.seal(KEY, nonce, plain))}))

    modulus = file.group("Poly1305 at its modulus", "seal", ["clause 2.1", "RFC 8439 section 2.5"], both)
    for name, excess, sum in [("p", 0, "exactly 2^130 - 5"), ("p-plus-1", 1, "2^130 - 4"), ("2-130-minus-1", 4, "2^130 - 1")]:
        id = f"secretbox.poly1305-{name}"
        nonce = nonce_of(id)
        plain, box, unreduced = mistakes.at_the_modulus(KEY, nonce, b"Poly1305's sum is %d more than p." % excess, excess)
        assert len(plain) == 64 and oracles.seal(KEY, nonce, plain) == box and oracles.open(KEY, nonce, unreduced) is None, id
        modulus.add(id, f"A message for which Poly1305's sum is {sum} before the last reduction, which must not be left out", ["Modulus"],
                    {"key": KEY.hex(), "nonce": nonce.hex(), "plaintext": hexed(plain)}, valid({"box": hexed(box)}),
                    [{"name": "Poly1305's last reduction left out", "box": hexed(unreduced)}])

    opened = file.group("boxes to open", "open_box", ["clause 2.1", "clause 2.3"], both)
    plain = b"65 bytes, more than one block of Salsa20, and not all of one kind"
    assert len(plain) == 65

    def add(name, comment, flags, change, good=False, stage="open", mistakes=None):
        id = f"secretbox.{name}"
        nonce = nonce_of(id)
        box = oracles.seal(KEY, nonce, plain)
        key, nonce, box = change(KEY, nonce, box)
        found = oracles.open(key, nonce, box)
        assert found == (plain if good else None), id
        opened.add(id, comment, flags, {"key": key.hex(), "nonce": nonce.hex(), "box": hexed(box)},
                   valid({"plaintext": hexed(plain)}) if good else invalid(stage), mistakes)

    def flip(position, bit=1):
        def change(key, nonce, box):
            at = position % len(box)
            return key, nonce, box[:at] + bytes([box[at] ^ bit]) + box[at + 1:]
        return change

    def moved(key, nonce, box):
        """Adds 1 to one byte of the tag and subtracts 1 from another one."""
        tag = bytearray(box[:16])
        up = next(at for at in range(16) if tag[at] < 255)
        down = next(at for at in range(15, up, -1) if tag[at] > 0)
        tag[up] += 1
        tag[down] -= 1
        return key, nonce, bytes(tag) + box[16:]

    nonce = nonce_of("secretbox.open")
    add("open", "The unchanged box, from which the changed boxes of this group are made, each with its own nonce", ["BlockEdge"], lambda k, n, b: (k, n, b), good=True,
        mistakes=[{"name": name, "plaintext": hexed(wrong)} for name, wrong in mistakes.opening(KEY, nonce, oracles.seal(KEY, nonce, plain))])
    for length in (0, 1, 32, 33, 95, 96, 97, 159, 160, 161):
        id = f"secretbox.open-length-{length}"
        plain_of, nonce = counted(length), nonce_of(id)
        box = oracles.seal(KEY, nonce, plain_of)
        opened.add(id, f"A box of a tag and {length} byte{'s' * (length != 1)} of ciphertext", ["BlockEdge"], {"key": KEY.hex(), "nonce": nonce.hex(), "box": hexed(box)},
                   valid({"plaintext": answer_bytes(plain_of)}))

    add("tag-first-bit", "The lowest bit of the tag's first byte is flipped", ["TamperedTag"], flip(0))
    add("tag-last-bit", "The highest bit of the tag's last byte is flipped", ["TamperedTag"], flip(15, 128))
    for place in range(1, 15):
        add(f"tag-byte-{place}", f"Only byte {place} of the tag's bytes 0 to 15 is changed: all of them must be compared", ["TamperedTag"], flip(place, 1 << place % 8))
    add("tag-two-bytes", "The same bit of two bytes of the tag is flipped: their differences must not cancel", ["TamperedTag"],
        lambda k, n, b: (k, n, bytes(byte ^ (4 if at in (3, 9) else 0) for at, byte in enumerate(b))))
    add("tag-sum", "Two bytes of the tag are changed so that the sum of all bytes stays the same", ["TamperedTag"], moved)
    for name, comment, place in [("first", "The tag begins with a zero byte, and every later byte of it is changed", 0),
                                 ("inside", "The tag's third byte is zero, and every later byte of it is changed", 2)]:
        id = f"secretbox.tag-zero-{name}"
        number = next(number for number in range(10**6) if oracles.seal(KEY, nonce_of(f"{id} {number}"), plain)[:place + 1].find(0) == place)
        nonce = nonce_of(f"{id} {number}")
        box = oracles.seal(KEY, nonce, plain)
        box = bytes(byte ^ (0x55 if place < at < 16 else 0) for at, byte in enumerate(box))
        assert oracles.open(KEY, nonce, box) is None, id
        opened.add(id, f"{comment}: a comparison of strings stops at the zero byte", ["TamperedTag"],
                   {"key": KEY.hex(), "nonce": nonce.hex(), "box": hexed(box)}, invalid("open"))
    add("tag-zero", "The tag is replaced by zero bytes", ["TamperedTag"], lambda k, n, b: (k, n, bytes(16) + b[16:]))
    add("ciphertext-first", "The first byte of the ciphertext is changed", ["TamperedCiphertext"], flip(16))
    add("ciphertext-block-2", "The first ciphertext byte of the second block of Salsa20's key stream is changed", ["TamperedCiphertext"], flip(16 + 32))
    add("ciphertext-last", "The last byte of the ciphertext is changed", ["TamperedCiphertext"], flip(-1, 128))
    add("nonce-first", "The nonce's first byte, which HSalsa20 uses, is changed", ["WrongNonce"],
        lambda k, n, b: (k, bytes([n[0] ^ 1]) + n[1:], b))
    add("nonce-last", "The nonce's last byte, which only Salsa20 uses, is changed", ["WrongNonce"],
        lambda k, n, b: (k, n[:-1] + bytes([n[-1] ^ 128]), b))
    add("halves-swapped", "The backup ID instead of the key: the halves of the master key are swapped", ["WrongKey"],
        lambda k, n, b: (BACKUP_ID, n, b))
    add("key-last-bit", "The highest bit of the key's last byte is flipped", ["WrongKey"],
        lambda k, n, b: (k[:-1] + bytes([k[-1] ^ 128]), n, b))
    add("key-zero", "A key of 32 zero bytes, as in an empty buffer", ["WrongKey"], lambda k, n, b: (bytes(32), n, b))
    taken = hexed(plain)
    add("tag-last", "The tag at the end instead of the start", ["TagPosition"], lambda k, n, b: (k, n, b[16:] + b[:16]),
        mistakes=[{"name": "the tag is expected after the ciphertext", "plaintext": taken}])
    add("nacl-padding-16", "NaCl's 16 zero bytes left before the box", ["NaclPadding"], lambda k, n, b: (k, n, bytes(16) + b),
        mistakes=[{"name": "16 zero bytes of NaCl's padding are expected before the box", "plaintext": taken}])
    add("nacl-padding-32", "32 zero bytes left before the box", ["NaclPadding"], lambda k, n, b: (k, n, bytes(32) + b),
        mistakes=[{"name": "32 zero bytes are expected before the box", "plaintext": taken}])
    add("cut-last", "The last byte is missing", ["Truncated"], lambda k, n, b: (k, n, b[:-1]))
    add("cut-first", "The first byte is missing", ["Truncated"], lambda k, n, b: (k, n, b[1:]))
    add("one-more", "A zero byte after the box", ["Truncated"], lambda k, n, b: (k, n, b + b"\0"))
    add("tag-only", "The tag, and nothing after it", ["Truncated"], lambda k, n, b: (k, n, b[:16]))
    add("short", "15 bytes, one less than a tag", ["Truncated"], lambda k, n, b: (k, n, b[:15]), stage="size")
    add("empty", "No bytes at all", ["Truncated"], lambda k, n, b: (k, n, b""), stage="size")

    wrongly = file.group("boxes that were sealed with a mistake", "open_box", ["clause 2.1", "clause 2.3"], both)
    for name, what, box in mistakes.sealed(KEY, nonce_of("secretbox.sealed"), plain):
        assert oracles.open(KEY, nonce_of("secretbox.sealed"), box) is None, name
        wrongly.add(f"secretbox.sealed-{name}", f"A box that must not open: {what}", ["Mistaken"],
                    {"key": KEY.hex(), "nonce": nonce_of("secretbox.sealed").hex(), "box": hexed(box)}, invalid("open"),
                    [{"name": what, "plaintext": taken}])
    return file
