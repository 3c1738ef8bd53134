"""The implementations that produce the answers. None of them belongs to this project.

`Oracles` starts the Node and the Java half once and speaks JSON lines with both.
"""

import hashlib
import json
import os
import subprocess
import zlib
from pathlib import Path

import nacl.bindings as sodium
import nacl.exceptions

HERE = Path(__file__).resolve().parent
DEFAULT_TOOLS = HERE.parent.parent / "target" / "vectors"
ORG_JSON_JAR = os.environ.get("ORG_JSON_JAR", "/usr/share/java/com.android.json.jar")


class Disagreement(Exception):
    """Two implementations gave different answers, or one contradicts a source."""


class Child:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"an oracle died on {str(request)[:200]}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def agree(what, first, second):
    if first != second:
        raise Disagreement(f"{what}: {first!r} and {second!r}")
    return first


class Oracles:
    def __init__(self, tools=DEFAULT_TOOLS):
        tools = Path(tools)
        self.node = Child(["node", str(HERE / "oracle.mjs"), str((tools / "node").resolve())])
        self.java = Child(["java", "-cp", f"{tools / 'java'}:{ORG_JSON_JAR}", "Oracle"])
        # scrypt-js needs most of the generator's time, so answers on which both implementations
        # agreed are kept.
        self.kept = tools / "scrypt.json"
        self.cache = json.loads(self.kept.read_text()) if self.kept.is_file() else {}

    def close(self):
        self.kept.write_text(json.dumps(self.cache))
        self.node.close()
        self.java.close()

    def scrypt(self, password, salt, n=65536, r=8, p=1, length=64, second=True):
        """OpenSSL's scrypt; scrypt-js must agree."""
        asked = json.dumps([password.hex(), salt.hex(), n, r, p, length, second])
        if asked not in self.cache:
            key = hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=length, maxmem=2**31 - 1)
            if second:
                other = self.node.ask(op="scrypt", password=password.hex(), salt=salt.hex(), n=n, r=r, p=p, length=length)
                agree("scrypt", key.hex(), other)
            self.cache[asked] = key.hex()
        return bytes.fromhex(self.cache[asked])

    def seal(self, key, nonce, plain):
        """libsodium's secretbox; tweetnacl must agree."""
        box = sodium.crypto_secretbox(plain, nonce, key)
        return bytes.fromhex(agree("seal", box.hex(), self.node.ask(op="seal", key=key.hex(), nonce=nonce.hex(), plain=plain.hex())))

    def open(self, key, nonce, box):
        """The plaintext that libsodium and tweetnacl both open; None if both refuse."""
        try:
            plain = sodium.crypto_secretbox_open(box, nonce, key).hex()
        except (nacl.exceptions.CryptoError, ValueError):
            plain = None
        other = self.node.ask(op="open", key=key.hex(), nonce=nonce.hex(), box=box.hex())
        agree("open", plain, other)
        return None if plain is None else bytes.fromhex(plain)

    def deflate(self, kind, data, level):
        """fflate compresses; Python's zlib must decompress to the same bytes."""
        packed = bytes.fromhex(self.node.ask(op=kind, data=data.hex(), level=level))
        bits = {"deflate": -15, "zlib": 15, "gzip": 31}[kind]
        agree(kind, data, zlib.decompress(packed, bits))
        return packed

    def gunzip(self, data):
        """The bytes that each client's library decompresses, or None for a refusal."""
        java = self.java.ask(op="gunzip", data=data.hex()).get("data")
        node = self.node.ask(op="gunzip", data=data.hex())
        return {
            "android": None if java is None else bytes.fromhex(java),
            "ios": gunzip_like_ios(data),
            "desktop": None if node is None else bytes.fromhex(node),
        }


def gunzip_like_ios(data):
    """zlib, called as GzipSwift 6 calls it: zlib or gzip by its header, member after member to the last byte.

    An empty input gives an empty output there.
    """
    out = b""
    while data:
        member = zlib.decompressobj(47)
        try:
            out += member.decompress(data)
        except zlib.error:
            return None
        if not member.eof:
            return None
        data = member.unused_data
    return out
