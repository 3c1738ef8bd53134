"""exchange.json: a server's answers, and how each client judges them."""

import json

from envelope import member
from model import CLIENTS, File, by, expand, hexed, invalid, not_applicable, unknown, valid
from secretbox import KEY, nonce_of

NOTES = {
    "Success": "A status that all or some clients accept as success.",
    "Failure": "A status that is not a success.",
    "ShortBody": "A success whose body is too short for a backup.",
    "Charset": "The charset of Content-Type: Android decodes a config with it, iOS ignores it.",
    "ContentType": "No client checks the Content-Type of a response.",
    "Login": "The server requires credentials. Android and Desktop send them preemptively, iOS after a challenge that it supports.",
    "SizeGate": "The largest backup that a client uploads: exactly maxBackupBytes on Android, one byte less on iOS.",
    "Ignored": "A failure that a client ignores.",
    "Config": "The body of a config.",
}

CONFIG = {"text": '{"maxBackupBytes":524288,"retentionDays":180}'}
NOTHING = ""
BASIC = [["WWW-Authenticate", 'Basic realm="Safe"']]
DIGEST = [["WWW-Authenticate", 'Digest realm="Safe", qop="auth", algorithm=MD5, nonce="6e6f6e6365"']]
READS_ONLY = not_applicable("it only downloads")
MOBILE = not_applicable("it never probes")


def build(oracles):
    file = File("exchange", NOTES)
    read = [
        by("android", "read", "clauses 4.2 to 4.8; clients.http.success, clients.http.login (Android 6.2 and later)"),
        by("ios", "read", "clauses 4.2 to 4.8; clients.http.success, clients.http.login"),
        by("desktop", "read", "clauses 4.4, 4.8; clients.http.success, clients.http.login"),
    ]
    document = {"info": {"version": 1}, "user": {"privatekey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, "settings": {"syncContacts": False}}
    nonce = nonce_of("exchange")
    gzip = member(json.dumps(document, separators=(",", ":")).encode())
    whole = nonce + oracles.seal(KEY, nonce, gzip)
    backup = hexed(whole)
    sealed = [by("body", "computed", "libsodium (PyNaCl 1.6.2)"), by("body", "computed", "tweetnacl 1.0.3 (Node)")]

    def exchange(operation, *answers, credentials=False, size=None, limit=None):
        return {"operation": operation, "key": KEY.hex() if operation == "download" else None, "credentials": credentials,
                "body_length": size, "max_backup_bytes": limit, "answers": list(answers)}

    def answer(status, body=NOTHING, headers=(), to="any"):
        return {"to": to, "status": status, "headers": [list(header) for header in headers], "body": body}

    def three(*outcomes):
        return dict(zip(CLIENTS, outcomes))

    fail = invalid("http")
    octets = [["Content-Type", "application/octet-stream"]]

    up = file.group("upload", "judge_exchange", ["clause 4.3", "clause 4.6", "clients.divergence.statuses, clients.divergence.too-large"], read)
    for status in (200, 201, 202, 204):
        up.add(f"exchange.put-{status}", f"PUT answered with {status}" + (": Android before 6.2 refused it" if status == 202 else ""), ["Success"],
               exchange("upload", answer(status), size=1000, limit="524288"), three(valid(), valid(), READS_ONLY))
    # No redirects: they are not part of the protocol (clause 4.9).
    for status, what in [(400, "bad request"), (403, "forbidden"), (404, "not found"), (405, "method not allowed"), (409, "no such collection"),
                         (411, "length required"), (413, "too large: for both clients a failure like any other"), (423, "locked"), (429, "too many requests"),
                         (500, "internal error"), (502, "bad gateway"), (503, "maintenance"), (507, "out of space")]:
        up.add(f"exchange.put-{status}", f"PUT answered with {status}, {what}", ["Failure"],
               exchange("upload", answer(status), size=1000, limit="524288"), three(fail, fail, READS_ONLY))
    for size, limit, on_android, on_ios in [
        (524287, "524288", valid(), valid()),
        (524288, "524288", valid(), invalid("size")),
        (524289, "524288", invalid("size"), invalid("size")),
        (1, "0", invalid("size"), invalid("size")),
        (1000, "-1", invalid("size"), invalid("size")),
    ]:
        name = f"{size}-of-{limit}".replace("-of--", "-of-minus-")
        up.add(f"exchange.size-{name}", f"A backup of {size} byte{'' if size == 1 else 's'} where the config's limit is {limit}", ["SizeGate"],
               exchange("upload", answer(201), size=size, limit=limit), three(on_android, on_ios, READS_ONLY))

    down = file.group("download", "judge_exchange", ["clause 4.4", "clause 2.3", "clause 4.10", "clients.divergence.short-body, clients.divergence.statuses"], sealed + read)
    down.add("exchange.get-200", "GET answered with 200 and the backup", ["Success"], exchange("download", answer(200, backup, octets)), valid())
    for status in (201, 202, 203, 206):
        down.add(f"exchange.get-{status}", f"GET answered with {status} and the backup", ["Success"],
                 exchange("download", answer(status, backup, octets)), three(valid(), valid(), fail))
    crash = "an uncaught exception"
    down.add("exchange.get-204", "GET answered with 204: a success without content", ["ShortBody", "Success"],
             exchange("download", answer(204)), three(invalid("size", because=crash, crash=True), invalid("size"), fail))
    down.add("exchange.get-200-empty", "GET answered with 200 and an empty body", ["ShortBody"],
             exchange("download", answer(200)), three(invalid("size", because=crash, crash=True), invalid("size"), invalid("size")))
    down.add("exchange.get-200-23-bytes", "GET answered with 200 and 23 bytes", ["ShortBody"],
             exchange("download", answer(200, hexed(whole[:23]))), three(invalid("size", because=crash, crash=True), invalid("size"), invalid("size")))
    down.add("exchange.get-200-39-bytes", "GET answered with 200 and 39 bytes", ["ShortBody"],
             exchange("download", answer(200, hexed(whole[:39]))), invalid("size"))
    down.add("exchange.get-200-html", "GET answered with 200 and a login page", ["ContentType"],
             exchange("download", answer(200, {"text": "<!DOCTYPE html>\n<html><body>Please log in first</body></html>"}, [["Content-Type", "text/html"]])), invalid("open"))
    for name, headers in [("text", [["Content-Type", "text/plain; charset=utf-8"]]), ("none", []), ("json", [["Content-Type", "application/json"]])]:
        down.add(f"exchange.get-type-{name}", f"The backup, with {'no' if name == 'none' else 'the wrong'} Content-Type", ["ContentType"],
                 exchange("download", answer(200, backup, headers)), valid())
    for status, what in [(304, "not modified"), (400, "malformed"), (403, "forbidden"), (404, "no such backup"), (410, "gone"), (429, "too many requests"), (500, "internal error"), (503, "maintenance")]:
        down.add(f"exchange.get-{status}", f"GET answered with {status}, {what}", ["Failure"], exchange("download", answer(status)), fail)
    for status in (200, 204, 206, 404, 405):
        down.add(f"exchange.head-{status}", f"HEAD answered with {status}", ["Success" if status < 300 else "Failure"],
                 exchange("probe", answer(status)), three(MOBILE, MOBILE, valid() if status == 200 else fail))

    conf = file.group("config", "judge_exchange", ["clause 4.2", "clients.divergence.large-config"], read)
    NO_CONFIG = not_applicable("it reads no config")
    both = three(valid(), valid(), NO_CONFIG)
    neither = three(fail, fail, NO_CONFIG)
    conf.add("exchange.config-200", "Config answered with 200", ["Config"], exchange("read_config", answer(200, CONFIG, [["Content-Type", "application/json"]])), both)
    for status in (201, 203, 206):
        conf.add(f"exchange.config-{status}", f"Config answered with {status}", ["Success"], exchange("read_config", answer(status, CONFIG)), both)
    conf.add("exchange.config-204", "Config answered with 204: a success without content", ["Config", "Success"],
             exchange("read_config", answer(204)), three(invalid("json"), invalid("json"), NO_CONFIG))
    for name, headers in [("octets", octets), ("text", [["Content-Type", "text/plain"]]), ("html", [["Content-Type", "text/html"]]), ("none", [])]:
        conf.add(f"exchange.config-type-{name}", f"Config with {'no' if name == 'none' else 'another'} Content-Type", ["ContentType"],
                 exchange("read_config", answer(200, CONFIG, headers)), both)
    for status, what in [(400, "bad request"), (403, "forbidden"), (404, "not found"), (429, "too many requests"), (500, "internal error"), (503, "maintenance")]:
        conf.add(f"exchange.config-{status}", f"Config answered with {status}, {what}", ["Failure"], exchange("read_config", answer(status)), neither)

    def charset(name, comment, charset, data, ios):
        """Android's app reads the body in the charset that the header names, as OkHttp decodes it (clause 4.2)."""
        text = expand(data).decode({"utf-16": "utf-16-be"}.get(charset.lower(), charset), "replace")
        found = oracles.java.ask(op="config", data=text.encode().hex())
        android = invalid(found["stage"], because="it uses the charset of Content-Type") if "stage" in found else valid()
        conf.add(f"exchange.config-charset-{name}", comment, ["Charset"],
                 exchange("read_config", answer(200, data, [["Content-Type", f"application/json; charset={charset}"]])), three(android, ios, NO_CONFIG))

    charset("utf-8", "Config whose Content-Type names its real charset", "utf-8", CONFIG, valid())
    charset("latin-1", "Config whose Content-Type names ISO-8859-1, in which ASCII has the same bytes", "ISO-8859-1", CONFIG, valid())
    charset("ascii", "Config whose Content-Type names US-ASCII", "US-ASCII", CONFIG, valid())
    charset("utf-16", "Config whose Content-Type names the wrong charset: Android decodes it to a different text", "utf-16", CONFIG, valid())
    charset("utf-16-right", "Config in UTF-16, as its Content-Type says", "utf-16", expand(CONFIG).decode().encode("utf-16-be").hex(),
            unknown("no source says whether its decoder recognises UTF-16 without a byte order mark"))

    gone = file.group("delete", "judge_exchange", ["clause 4.5"], read)
    for status in (200, 202, 204):
        gone.add(f"exchange.delete-{status}", f"DELETE answered with {status}", ["Success"], exchange("delete", answer(status)), three(valid(), valid(), READS_ONLY))
    gone.add("exchange.delete-404", "DELETE of a backup that does not exist: Android reports it", ["Ignored"], exchange("delete", answer(404)),
             three(fail, valid(because="it ignores the answer"), READS_ONLY))

    login = file.group("login", "judge_exchange", ["clause 4.8", "clients.divergence.challenge"], sealed + read)
    refused = invalid("auth")

    def ask(to, status, headers=(), body=NOTHING):
        return answer(status, body, headers, to)

    good = ask("basic", 200, octets, backup)
    for name, comment, answers, outcome in [
        ("basic", "A server that challenges with Basic", [ask("anonymous", 401, BASIC), good], valid()),
        ("basic-lower-case", "The header's name and the scheme in lower case", [ask("anonymous", 401, [["www-authenticate", 'basic realm="Safe"']]), good],
         three(valid(), unknown("no source says whether the case matters to iOS"), valid())),
        ("no-challenge", "401 without WWW-Authenticate: iOS never sends its credentials", [ask("anonymous", 401), good], three(valid(), refused, valid())),
        ("forbidden", "403 instead of 401: iOS does not send its credentials", [ask("anonymous", 403), good], three(valid(), fail, valid())),
        ("not-found", "404 to a request without credentials: iOS does not send its credentials", [ask("anonymous", 404), good], three(valid(), fail, valid())),
        ("digest", "A server that supports only Digest", [ask("anonymous", 401, DIGEST), ask("basic", 401, DIGEST), ask("digest", 200, octets, backup)],
         three(refused, valid(), refused)),
        ("wrong-password", "A supported challenge and a wrong password", [ask("anonymous", 401, BASIC), ask("basic", 401, BASIC)], three(refused, refused, refused)),
        ("bearer", "A challenge that no client supports", [ask("anonymous", 401, [["WWW-Authenticate", "Bearer"]]), ask("basic", 401, [["WWW-Authenticate", "Bearer"]])],
         three(refused, refused, refused)),
    ]:
        if "result" not in outcome and all(outcome[c] == outcome["android"] for c in CLIENTS):
            outcome = outcome["android"]
        login.add(f"exchange.login-{name}", comment, ["Login"], exchange("download", *answers, credentials=True), outcome)
    login.add("exchange.login-put", "An upload to a server that challenges: iOS sends it twice", ["Login"],
              exchange("upload", ask("anonymous", 401, BASIC), ask("basic", 201), credentials=True, size=1000, limit="524288"), three(valid(), valid(), READS_ONLY))
    login.add("exchange.login-none", "A server that requires credentials, and a client that has none", ["Login"],
              exchange("download", ask("anonymous", 401, BASIC)), invalid("auth"))
    return file
