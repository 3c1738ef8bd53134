"""The results of likely mistakes: wrong keys and boxes, so that an answer among them identifies the mistake.

The ciphers are written out here because no library has the wrong ones; the right one among them must agree with libsodium.
"""

import base64
import hashlib
import hmac
import struct

import nacl.bindings as sodium


def _rotate(value, count):
    value &= 0xFFFFFFFF
    return (value << count | value >> (32 - count)) & 0xFFFFFFFF


def _quarter(state, rule, a, b, c, d):
    if rule == "salsa":
        state[b] ^= _rotate(state[a] + state[d], 7)
        state[c] ^= _rotate(state[b] + state[a], 9)
        state[d] ^= _rotate(state[c] + state[b], 13)
        state[a] ^= _rotate(state[d] + state[c], 18)
        return
    for x, y, z, count in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[x] = (state[x] + state[y]) & 0xFFFFFFFF
        state[z] = _rotate(state[z] ^ state[x], count)


SALSA = [(0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11), (0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)]
CHACHA = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
SIGMA = b"expand 32-byte k"


def _core(rule, key, input, rounds=20):
    """The state before and after the rounds, for 16 bytes of input."""
    k, n, s = struct.unpack("<8I", key), struct.unpack("<4I", input), struct.unpack("<4I", SIGMA)
    before = [s[0], *k[:4], s[1], *n, s[2], *k[4:], s[3]] if rule == "salsa" else [*s, *k, *n]
    state = list(before)
    for _ in range(rounds // 2):
        for places in SALSA if rule == "salsa" else CHACHA:
            _quarter(state, rule, *places)
    return before, state


def _subkey(rule, key, input):
    _, state = _core(rule, key, input)
    places = (0, 5, 10, 15, 6, 7, 8, 9) if rule == "salsa" else (0, 1, 2, 3, 12, 13, 14, 15)
    return struct.pack("<8I", *(state[place] for place in places))


def _stream(rule, key, nonce, length, counter=0, rounds=20, big=False):
    out = b""
    while len(out) < length:
        number = struct.pack(">Q" if big else "<Q", counter)
        before, state = _core(rule, key, nonce + number if rule == "salsa" else number + nonce, rounds)
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(before, state)))
        counter += 1
    return out[:length]


def _poly1305(key, message):
    r, s = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(key[16:], "little")
    sum = 0
    for at in range(0, len(message), 16):
        sum = (sum + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((sum + s) % 2**128).to_bytes(16, "little")


def _xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


def _box(stream, plain, skip=32, of_plaintext=False):
    ciphertext = _xor(plain, stream[skip:])
    return _poly1305(stream[:32], plain if of_plaintext else ciphertext) + ciphertext


def _streams(key, nonce, length):
    """Name, key stream, and the position in it where the ciphertext begins, for each likely mistake in the cipher."""

    def x(key=key, nonce=nonce, **more):
        return _stream("salsa", _subkey("salsa", key, nonce[:16]), nonce[16:], length, **more)

    chacha = _stream("chacha", _subkey("chacha", key, nonce[:16]), nonce[16:], length)
    return [
        ("XChaCha20 instead of XSalsa20", chacha, 32),
        ("HSalsa20 left out, and Salsa20 with the last 8 bytes of the nonce", _stream("salsa", key, nonce[16:], length), 32),
        ("HSalsa20 left out, and Salsa20 with the first 8 bytes of the nonce", _stream("salsa", key, nonce[:8], length), 32),
        ("zero bytes instead of the nonce", x(nonce=bytes(24)), 32),
        ("the nonce in reverse order", x(nonce=nonce[::-1]), 32),
        ("the halves of the nonce swapped", x(nonce=nonce[8:] + nonce[:8]), 32),
        ("the nonce cut off at 12 bytes", x(nonce=nonce[:12] + bytes(12)), 32),
        ("the counter starts at 1", x(counter=1), 32),
        ("the ciphertext starts at the second block of the key stream", x(), 64),
        ("the ciphertext starts at the beginning of the key stream", x(), 0),
        ("the counter is big-endian", x(big=True), 32),
        ("8 rounds instead of 20", x(rounds=8), 32),
        ("12 rounds instead of 20", x(rounds=12), 32),
        ("the key in reverse order", x(key=key[::-1]), 32),
        ("the halves of the key swapped", x(key=key[16:] + key[:16]), 32),
        ("a key of zero bytes", x(key=bytes(32)), 32),
        ("the key hashed first", x(key=hashlib.sha256(key).digest()), 32),
    ]


def _right(key, nonce, length):
    return _stream("salsa", _subkey("salsa", key, nonce[:16]), nonce[16:], length)


def sealing(key, nonce, plain):
    """Name and box of each likely mistake in sealing."""
    stream = _right(key, nonce, len(plain) + 128)
    right = _box(stream, plain)
    assert right == sodium.crypto_secretbox(plain, nonce, key)
    aead = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, None, nonce, key)
    return [(name, _box(wrong, plain, skip)) for name, wrong, skip in _streams(key, nonce, len(plain) + 128)] + [
        ("the IETF's XChaCha20-Poly1305, with the tag at the end", aead),
        ("the IETF's XChaCha20-Poly1305, with the tag at the start", aead[-16:] + aead[:-16]),
        ("the tag over the plaintext", _box(stream, plain, of_plaintext=True)),
        ("a tag of zero bytes", bytes(16) + right[16:]),
        ("no tag, only the ciphertext", right[16:]),
        ("the tag in reverse order", right[:16][::-1] + right[16:]),
        ("the nonce before the box, although only the box is requested", nonce + right),
        ("the nonce after the box, although only the box is requested", right + nonce),
    ]


def at_the_modulus(key, nonce, start, excess):
    """The plaintext after `start`, and the box, for which Poly1305's sum before the last reduction is 2^130 - 5 + `excess`; with the box of those who leave that reduction out.

    A sum in that range is congruent to 0 to 4, and every reduction of limbs leaves it there: only the last comparison with the modulus lowers it.
    """
    stream = _right(key, nonce, 32 + len(start) + 32)
    r = int.from_bytes(stream[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    modulus = 2**130 - 5
    last_sum = excess * pow(r, -1, modulus) % modulus
    for number in range(256):
        middle = bytes([number]) * 16
        sum = 0
        ciphertext = _xor(start + middle, stream[32:])
        for at in range(0, len(ciphertext), 16):
            sum = (sum + int.from_bytes(ciphertext[at:at + 16] + b"\1", "little")) * r % modulus
        block = (last_sum - sum) % modulus
        # A block of 16 bytes has a 1 in its 129th bit.
        if block >> 128 == 1:
            break
    plain = start + middle + _xor((block - 2**128).to_bytes(16, "little"), stream[32 + len(start) + 16:])
    right = sodium.crypto_secretbox(plain, nonce, key)
    s = int.from_bytes(stream[16:32], "little")
    assert right[:16] == ((excess + s) % 2**128).to_bytes(16, "little")
    return plain, right, ((modulus + excess + s) % 2**128).to_bytes(16, "little") + right[16:]


def sealed(key, nonce, plain):
    """Part of an ID, name, and a box that was sealed with one mistake: an implementation that opens it to `plain` makes the same mistake."""
    names = ["xchacha20", "no-hsalsa20-last", "no-hsalsa20-first", "nonce-zero", "nonce-reversed", "nonce-halves", "nonce-12", "counter-1",
             "second-block", "first-block", "counter-big-endian", "rounds-8", "rounds-12", "key-reversed", "key-halves", "zero-key", "key-hashed",
             "ietf-tag-behind", "ietf-tag-in-front", "tag-over-plaintext", "tag-zeros", "no-tag", "tag-reversed", "nonce-in-front", "nonce-behind"]
    boxes = sealing(key, nonce, plain)
    assert len(names) == len(boxes)
    # A correct tag over a wrong ciphertext opens, but to another text: `opening` covers that.
    authentic = ("second-block", "first-block", "counter-big-endian")
    return [(name, *box) for name, box in zip(names, boxes) if name not in authentic]


def opening(key, nonce, box):
    """Name and plaintext of each likely mistake in opening that produces one."""
    length = len(box) + 128
    ciphertext = box[16:]
    plain = _xor(ciphertext, _right(key, nonce, length)[32:])
    tag_is_right = _right(key, nonce, 32)
    unchecked = [(name if wrong[:32] == tag_is_right else f"{name}, and the tag is not checked", _xor(ciphertext, wrong[skip:]))
                 for name, wrong, skip in _streams(key, nonce, length)]
    return unchecked + [
        ("16 zero bytes of NaCl's padding left before the plaintext", bytes(16) + plain),
        ("32 zero bytes of NaCl's padding left before the plaintext", bytes(32) + plain),
        ("the tag left before the plaintext", box[:16] + plain),
        ("the tag also decrypted", _xor(box, _right(key, nonce, length)[32:])),
        ("the tag also decrypted, with the key stream from 16 bytes earlier", _xor(box, _right(key, nonce, length)[16:])),
        ("the ciphertext as it is", ciphertext),
        ("the box as it is", box),
        ("the first 16 bytes cut off", plain[16:]),
        ("the last 16 bytes cut off, as if they were the tag", plain[:-16]),
        ("nothing at all", b""),
    ]


def deriving(password, id, scrypt):
    """Name and master key of each likely mistake in deriving. `scrypt` takes password and salt as bytes, and the other parameters as numbers."""
    plain, salt = password.encode(), id.encode()

    def pbkdf2(rounds):
        return hashlib.pbkdf2_hmac("sha256", plain, salt, rounds, 64)

    sha = hashlib.sha256
    return [
        ("N = 16384, the default of Node", scrypt(plain, salt, n=16384)),
        ("N = 8192", scrypt(plain, salt, n=8192)),
        ("N = 4096", scrypt(plain, salt, n=4096)),
        ("N = 1024", scrypt(plain, salt, n=1024)),
        ("N = 262144", scrypt(plain, salt, n=262144)),
        ("r = 16", scrypt(plain, salt, r=16)),
        ("r = 1, p = 8: r and p swapped, with N lowered to 32768", scrypt(plain, salt, n=32768, r=1, p=8)),
        ("p = 8", scrypt(plain, salt, p=8)),
        ("the salt is padded with NUL to 16 bytes", scrypt(plain, salt.ljust(16, b"\0"))),
        ("the salt is padded with NUL to 32 bytes", scrypt(plain, salt.ljust(32, b"\0"))),
        ("the salt ends with a NUL", scrypt(plain, salt + b"\0")),
        ("the salt in hexadecimal digits", scrypt(plain, salt.hex().encode())),
        ("the salt in base64", scrypt(plain, base64.b64encode(salt))),
        ("the salt as UTF-16, little endian", scrypt(plain, id.encode("utf-16-le"))),
        ("the salt hashed", scrypt(plain, sha(salt).digest())),
        ("no salt", scrypt(plain, b"")),
        ("the salt is the password", scrypt(plain, plain)),
        ("the ID prepended to the password", scrypt(salt + plain, salt)),
        ("the password hashed first", scrypt(sha(plain).digest(), salt)),
        ("the password hashed first, in hexadecimal digits", scrypt(sha(plain).hexdigest().encode(), salt)),
        ("the password in base64", scrypt(base64.b64encode(plain), salt)),
        ("the password in hexadecimal digits", scrypt(plain.hex().encode(), salt)),
        ("the password as UTF-16, big endian", scrypt(password.encode("utf-16-be"), salt)),
        ("a byte order mark prepended to the password", scrypt(b"\xef\xbb\xbf" + plain, salt)),
        ("the password in quotes", scrypt(b'"' + plain + b'"', salt)),
        ("the password in upper case", scrypt(password.upper().encode(), salt)),
        ("no password", scrypt(b"", salt)),
        ("PBKDF2 alone, one round", pbkdf2(1)),
        ("PBKDF2 alone, 65536 rounds", pbkdf2(65536)),
        ("PBKDF2 alone, 100000 rounds", pbkdf2(100000)),
        ("HMAC-SHA-512 of the ID under the password", hmac.new(plain, salt, hashlib.sha512).digest()),
        ("SHA-512 of password and ID", hashlib.sha512(plain + salt).digest()),
    ]
