"""An adapter in Python: hashlib (OpenSSL), PyNaCl (libsodium) and zlib answer the requests of safe-conformance.

    safe-conformance client --exec 'python3 vectors/adapters/adapter.py'

    safe-conformance rig --exec 'python3 vectors/adapters/adapter.py'

It is an example to start from: call your implementation where this one calls the libraries.
vectors/README.md describes the protocol.
"""

import base64
import gzip
import hashlib
import http.client
import json
import os
import pathlib
import ssl
import sys
import urllib.parse
import zlib

import nacl.bindings as sodium
import nacl.exceptions

LIMIT = 16 * 1024 * 1024


class Refused(Exception):
    """A refusal of the input: the stage, and a message for people."""


class Unsupported(Exception):
    """The reason why this adapter does not support a request."""


def scrypt(password, salt, n, r, p, length):
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, dklen=length, maxmem=2**31 - 1)


def derive(password, id):
    master_key = scrypt(password, id, 65536, 8, 1, 64)
    backup_id = master_key[:32].hex()
    return {
        "master_key": master_key.hex(),
        "backup_id": backup_id,
        "encryption_key": master_key[32:].hex(),
        "resource": "backups/" + backup_id,
        "shard_prefix": backup_id[:2],
    }


def seal(key, nonce, plaintext):
    return {"box": sodium.crypto_secretbox(bytes.fromhex(plaintext), bytes.fromhex(nonce), bytes.fromhex(key)).hex()}


def open_bytes(key, nonce, box):
    if len(box) < 16:
        raise Refused("size", f"{len(box)} bytes are no box")
    try:
        return sodium.crypto_secretbox_open(box, nonce, key)
    except nacl.exceptions.CryptoError:
        raise Refused("open", "wrong key, or changed") from None


def open_box(key, nonce, box):
    return {"plaintext": open_bytes(bytes.fromhex(key), bytes.fromhex(nonce), bytes.fromhex(box)).hex()}


def gunzip(packed):
    """Every member, as RFC 1952 requires it; zero bytes may follow, as `gzip` itself allows."""
    out = bytearray()
    while True:
        member = zlib.decompressobj(31)
        try:
            out += member.decompress(packed, LIMIT + 1 - len(out))
        except zlib.error as error:
            raise Refused("gunzip", str(error)) from None
        if len(out) > LIMIT:
            raise Refused("size", f"it unpacks to more than {LIMIT} bytes")
        if not member.eof:
            raise Refused("gunzip", "it ends too early")
        packed = member.unused_data
        if not packed.strip(b"\0"):
            return bytes(out)


def decrypt(key, body):
    if len(body) < 40:
        raise Refused("size", f"{len(body)} bytes are no backup")
    return open_bytes(key, body[:24], body[24:])


def parse_json(text):
    try:
        return json.loads(text.decode("utf-8-sig"))
    except ValueError as error:
        raise Refused("json", str(error)) from None


def open_document(key, body):
    return {"document": parse_json(gunzip(decrypt(bytes.fromhex(key), bytes.fromhex(body))))}


def open_backup(key, body):
    return {"document": gunzip(decrypt(bytes.fromhex(key), bytes.fromhex(body))).hex()}


def seal_backup(key, nonce, document):
    """Level 0 packs with stored blocks, as the clients do."""
    nonce = os.urandom(24) if nonce is None else bytes.fromhex(nonce)
    packed = gzip.compress(bytes.fromhex(document), compresslevel=0, mtime=0)
    return {"body": (nonce + sodium.crypto_secretbox(packed, nonce, bytes.fromhex(key))).hex()}


def config_of(body):
    config = parse_json(body)
    if not isinstance(config, dict):
        raise Refused("meaning", "it is no object")
    numbers = {}
    for name, key in (("max_backup_bytes", "maxBackupBytes"), ("retention_days", "retentionDays")):
        number = config.get(key)
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if type(number) is not int or not -(2**63) <= number < 2**63:
            raise Refused("meaning", f"{key} is no integer")
        numbers[name] = str(number)
    return numbers


def parse_config(body):
    return config_of(bytes.fromhex(body))


def check_password(password, pattern):
    if pattern is not None:
        raise Unsupported("patterns of device administrators are not here")
    # Characters as Java counts them: UTF-16 units.
    if not 8 <= len(password.encode("utf-16-le")) // 2 <= 4096:
        return {"rule": "length"}
    if len(set(password)) == 1:
        return {"rule": "one_character"}
    if len(password) < 16 and all(character in "0123456789" for character in password):
        return {"rule": "digits"}
    return {"rule": None}


def judge_exchange(operation, key, credentials, body_length, max_backup_bytes, answers):
    """A client that sends Basic at once, as Android does."""
    if operation == "probe":
        raise Unsupported("it never probes")
    if operation == "upload" and body_length > int(max_backup_bytes):
        raise Refused("size", "the server takes less")
    mine = ("any", "basic") if credentials else ("any", "anonymous")
    answer = next(answer for answer in answers if answer["to"] in mine)
    if answer["status"] == 401:
        raise Refused("auth", "401")
    if not 200 <= answer["status"] < 300:
        raise Refused("http", str(answer["status"]))
    body = bytes.fromhex(answer["body"])
    if operation == "read_config":
        config_of(body)
    if operation == "download":
        decrypt(bytes.fromhex(key), body)
    return {}


def hello(protocol):
    return {
        "protocol": 1,
        "name": "Python example",
        "version": "1.0",
        "operations": [name for name in OPERATIONS if name not in ("hello", "bye")],
    }


OPERATIONS = {
    "hello": hello,
    "scrypt": lambda **input: {"key": scrypt(**input).hex()},
    "derive": derive,
    "seal": seal,
    "open_box": open_box,
    "open": open_document,
    "seal_backup": seal_backup,
    "open_backup": open_backup,
    "parse_config": parse_config,
    "check_password": check_password,
    "judge_exchange": judge_exchange,
    "bye": lambda: {},
}


def answer(request):
    if request["op"] not in OPERATIONS:
        return {"unsupported": f"there is no {request['op']} here"}
    try:
        return {"ok": OPERATIONS[request["op"]](**request["input"])}
    except Refused as refused:
        stage, message = refused.args
        return {"error": {"stage": stage, "message": message}}
    except Unsupported as unsupported:
        return {"unsupported": str(unsupported)}


def ask(task, method, path, body=None):
    """Asks the server of `safe-conformance rig` as Android does: sends credentials at once, and follows redirects only
    if nothing is written, over TLS, and without the credentials on another host."""
    url, own_host = f"{task['URL']}/{path}", urllib.parse.urlsplit(task["URL"]).netloc
    for _ in range(5):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https":
            raise Refused("connect", "plain HTTP")
        headers = {"User-Agent": "Threema", "Accept": "application/json" if path == "config" else "application/octet-stream"}
        if body is not None:
            headers["Content-Type"] = "application/octet-stream"
        if task["USER"] and parts.netloc == own_host:
            login = f"{task['USER']}:{task['SERVER_PASSWORD']}".encode("latin-1")
            headers["Authorization"] = "Basic " + base64.b64encode(login).decode()
        trust = ssl.create_default_context(cafile=task["CA"])
        connection = http.client.HTTPSConnection(parts.netloc, context=trust, timeout=30)
        connection.request(method, parts.path, body, headers)
        answer = connection.getresponse()
        if 200 <= answer.status < 300:
            return answer.read()
        if method != "GET" or answer.status not in (301, 302, 303, 307, 308) or not answer.getheader("Location"):
            raise Refused("http", str(answer.status))
        url = urllib.parse.urljoin(url, answer.getheader("Location"))
    raise Refused("http", "too many redirects")


def rig(task):
    """One action of the rig. A refusal raises an exception."""
    action = task["ACTION"]
    if action == "test":
        config_of(ask(task, "GET", "config"))
        return
    keys = derive(task["PASSWORD"], task["ID"])
    if action in ("backup", "change-password"):
        new = derive(task["NEW_PASSWORD"], task["ID"]) if action == "change-password" else keys
        limit = int(config_of(ask(task, "GET", "config"))["max_backup_bytes"])
        document = pathlib.Path(task["DIR"], "document.json").read_bytes()
        body = bytes.fromhex(seal_backup(new["encryption_key"], None, document.hex())["body"])
        if len(body) > limit:
            raise Refused("size", f"the server takes {limit} bytes")
        ask(task, "PUT", new["resource"], body)
    if action in ("delete", "change-password"):
        ask(task, "DELETE", keys["resource"])
    if action == "restore":
        backup = parse_json(gunzip(decrypt(bytes.fromhex(keys["encryption_key"]), ask(task, "GET", keys["resource"]))))
        if backup["info"]["version"] != 1 or len(base64.b64decode(backup["user"]["privatekey"])) != 32:
            raise Refused("meaning", "another version, or no private key")
        pathlib.Path(task["DIR"], "restored.json").write_text(json.dumps(backup), encoding="utf-8")


if "SAFE_RIG_ACTION" in os.environ:
    task = {name.removeprefix("SAFE_RIG_"): value for name, value in os.environ.items()}
    if task["ACTION"] not in ("test", "backup", "restore", "delete", "change-password"):
        sys.exit(127)
    try:
        sys.exit(rig(task))
    except (Refused, OSError, http.client.HTTPException, KeyError, TypeError, ValueError) as error:
        sys.exit(f"failed: {error}")

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], **answer(request)}), flush=True)
    if request["op"] == "bye":
        break
