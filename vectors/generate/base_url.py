"""base-url.json: the server's address that a user types, and the requests that follow."""

import base64

from kdf import MASTER
from model import CLIENTS, File, by, invalid, not_applicable, unknown, valid

NOTES = {
    "Usual": "An address in the form that the help page describes.",
    "Slash": "Slashes at the end.",
    "Scheme": "The scheme is missing, is not https, or has an unusual spelling.",
    "WhiteSpace": "Spaces inside the address or around the input.",
    "Port": "A port.",
    "IpAddress": "An IP address instead of a name.",
    "Idn": "A host name that is not ASCII.",
    "UserInfo": "User and password in the address.",
    "Credentials": "User and password in separate fields.",
    "Unknown": "Neither a source nor an execution shows what the clients do here, so every answer passes.",
    "Charset": "Non-ASCII credentials. Android sends ISO-8859-1 since 6.2, with a question mark for every other character; Desktop sends UTF-8.",
    "Token": "A token, as on-premises builds use it.",
    "Placeholder": "`{backupIdPrefix8}`, which stands for the first two hexadecimal digits of the backup ID.",
    "Query": "A query or a fragment, which no base URL should have.",
    "Default": "No address: Threema's own server.",
    "Migrated": "An address with user name and password that iOS 5.9.3 or older stored; the user did not type it.",
}

BACKUP_ID = MASTER[:64]
TYPED = "no source says how iOS handles this address, only that it uses it as typed"


def basic(text, charset):
    return "Basic " + base64.b64encode(text.encode(charset)).decode()


def requests(base, authorization=None, when=None, config=True):
    """The answer: config and backup below `base`."""
    return {
        "config_url": base + "/config" if config else None,
        "backup_url": base + "/backups/" + BACKUP_ID,
        "authorization": authorization,
        "sent": when if authorization else "never",
    }


class Android:
    """The rule of the client's source, on top of the platform's own URL, trim and charset."""

    def __init__(self, oracles):
        self.java = oracles.java

    def url(self, address, path, backup_id):
        name = self.java.ask(op="trim", text=address)["text"].replace("https://", "") if address else "safe-{backupIdPrefix8}.threema.ch/"
        url = "https://" + name.replace("{backupIdPrefix8}", backup_id[:2] if backup_id else "xx")
        url += "" if url.endswith("/") else "/"
        parts = self.java.ask(op="url", url=url + path)
        port = "" if parts["port"] in (-1, 443) else f":{parts['port']}"
        # What else OkHttp does to a URL, according to its documentation: ASCII host in lower case,
        # spaces encoded.
        host = parts["host"].lower()
        if not host.isascii():
            host = host.encode("idna").decode()
        return f"https://{host}{port}" + parts["file"].replace(" ", "%20")

    def authorization(self, address, user, password, token):
        if not (user and password) and address:
            name = self.java.ask(op="trim", text=address)["text"].replace("https://", "")
            info, at, _ = name.partition("@")
            name, colon, secret = info.partition(":")
            if at and name and colon and secret:
                user, password = name, secret
        if user and password:
            return "Basic " + self.java.ask(op="latin1", text=f"{user}:{password}")["base64"]
        return f"Token {token}" if token else None


def desktop_base(oracles, address):
    """The URL standard's parser, and the parts of the result that the client's source uses."""
    if not address:
        return "https://safe-" + BACKUP_ID[:2] + ".threema.ch"
    url = oracles.node.ask(op="url", address=address)
    if url is None:
        return None
    path = url["path"] if url["path"].endswith("/") else url["path"] + "/"
    joined = oracles.node.ask(op="join", path=f"{path}backups/{BACKUP_ID}", origin=url["origin"])
    return joined.removesuffix("/backups/" + BACKUP_ID)


H = "https://safe.example.org"

# ID, flags, comment, address, Android's base, iOS's base (None: unknown), Desktop's base. An
# invalid one is a stage.
ADDRESSES = [
    ("host", ["Usual"], "A host alone", H, H, H, H),
    ("folder", ["Usual"], "A folder", H + "/dav/safe", H + "/dav/safe", H + "/dav/safe", H + "/dav/safe"),
    ("host-slash", ["Slash"], "A host and a slash", H + "/", H, H, H),
    ("folder-slash", ["Slash"], "A folder and a slash", H + "/dav/safe/", H + "/dav/safe", H + "/dav/safe", H + "/dav/safe"),
    ("folder-two-slashes", ["Slash"], "Two slashes at the end: one of them remains", H + "/safe//", H + "/safe/", None, H + "/safe/"),
    ("no-scheme", ["Scheme"], "No scheme: Android adds it, the other clients refuse the address", "safe.example.org/safe", H + "/safe", "resolve", "resolve"),
    ("http", ["Scheme"], "http: Android treats the scheme as the host name", "http://safe.example.org", "https://http//safe.example.org", "connect", "unknown"),
    ("scheme-upper-case", ["Scheme"], "The scheme in upper case: Android recognises only lower case, and treats the scheme as the host name", "HTTPS://safe.example.org", "https://https//safe.example.org", H, H),
    ("scheme-twice", ["Scheme"], "The scheme twice: Android removes both, and Desktop treats the second one as part of the path", "https://" + H, H, None, H),
    ("scheme-alone", ["Scheme"], "The scheme and no host", "https://", "default", None, "resolve"),
    ("spaces-around", ["WhiteSpace"], "Spaces around the address", "  " + H + "/safe ", H + "/safe", None, H + "/safe"),
    ("newline-after", ["WhiteSpace"], "A line feed at the end, as copied from the clipboard", H + "/safe\n", H + "/safe", None, H + "/safe"),
    ("space-inside", ["WhiteSpace"], "A space in the folder's name", H + "/my safe", H + "/my%20safe", None, H + "/my%20safe"),
    ("space-encoded", ["WhiteSpace"], "A space in the folder's name, percent-encoded", H + "/my%20safe", H + "/my%20safe", H + "/my%20safe", H + "/my%20safe"),
    ("port", ["Port"], "A port", H + ":8443/safe", H + ":8443/safe", H + ":8443/safe", H + ":8443/safe"),
    ("port-443", ["Port"], "The default port of https", H + ":443/safe", H + "/safe", H + "/safe", H + "/safe"),
    ("ipv4", ["IpAddress"], "IPv4", "https://192.0.2.1/safe", *["https://192.0.2.1/safe"] * 3),
    ("ipv6", ["IpAddress"], "IPv6", "https://[2001:db8::1]/safe", *["https://[2001:db8::1]/safe"] * 3),
    ("ipv6-port", ["IpAddress", "Port"], "IPv6 with a port", "https://[2001:db8::1]:8443", *["https://[2001:db8::1]:8443"] * 3),
    ("idn", ["Idn"], "A host name with an umlaut", "https://b\u00fccher.example/safe", "https://xn--bcher-kva.example/safe", None, "https://xn--bcher-kva.example/safe"),
    ("idn-ascii", ["Idn"], "The same in its ASCII form", "https://xn--bcher-kva.example/safe", *["https://xn--bcher-kva.example/safe"] * 3),
    ("placeholder", ["Placeholder"], "The placeholder in a folder's name: iOS replaces nothing in an address that the user typed", H + "/{backupIdPrefix8}", H + "/06", None, H + "/%7BbackupIdPrefix8%7D"),
    ("placeholder-host", ["Placeholder"], "The placeholder in the host name", "https://safe-{backupIdPrefix8}.example.org/", "https://safe-06.example.org", None, "https://safe-{backupidprefix8}.example.org"),
    ("into-config", ["Usual"], "The address of the config itself: no client removes the last segment", H + "/config", H + "/config", H + "/config", H + "/config"),
    ("default", ["Default"], "No address", None, *["https://safe-06.threema.ch"] * 3),
]


def build(oracles):
    file = File("base-url", NOTES)
    android = Android(oracles)
    provenance = [
        by("android", "executed", "the rule of ThreemaSafeServerInfo.java (6.4.2; clients.http.url-android) on java.net.URL and String.trim (OpenJDK 17); host in ASCII and encoded spaces according to OkHttp's documentation of HttpUrl"),
        by("ios", "read", "clients.http.url-ios (6.0 and later)"),
        by("desktop", "executed", "the rule of src/common/dom/safe/index.ts (preview 14; servers.desktop-and-eee-safe) on the URL parser of Node 20"),
    ]
    source = ["clause 4.1", "clause 6.3", "clients.http.url-android, clients.http.url-ios"]

    def entry(address, user=None, password=None, token=None, backup_id=BACKUP_ID, entered="typed"):
        return {"address": address, "entered": entered, "user": user, "password": password, "token": token, "backup_id": backup_id}

    typed = file.group("addresses", "request_urls", source, provenance)
    for name, flags, comment, address, on_android, on_ios, on_desktop in ADDRESSES:
        if on_android == "default":
            on_android = "https://safe-06.threema.ch"
            assert not address.replace("https://", "")
            found = android.url(None, "config", BACKUP_ID)
        else:
            found = android.url(address, "config", BACKUP_ID)
        assert found == on_android + "/config", (name, found, on_android)
        assert (desktop_base(oracles, address) or "resolve") == on_desktop or on_desktop == "unknown", (name, desktop_base(oracles, address))

        def outcome(base, config=True):
            if base in ("resolve", "connect"):
                return invalid(base)
            return valid(requests(base, config=config))

        typed.add(
            f"base-url.{name}", comment, flags, entry(address),
            {"android": outcome(on_android),
             "ios": unknown(TYPED) if on_ios is None else outcome(on_ios),
             "desktop": unknown("no source says whether it allows plain http") if on_desktop == "unknown" else outcome(on_desktop, config=False)})

    odd = file.group("queries and fragments", "request_urls", source, provenance)
    for name, comment, address, on_android, on_desktop in [
        ("query", "A query: Android appends the path to it", H + "/safe?x=1", (H + "/safe?x=1/config", H + f"/safe?x=1/backups/{BACKUP_ID}"), H + "/safe"),
        ("fragment", "A fragment: Android appends the path to it, so the path is never sent", H + "/safe#top", (H + "/safe", H + "/safe"), H + "/safe"),
    ]:
        assert (android.url(address, "config", BACKUP_ID), android.url(address, "backups/" + BACKUP_ID, BACKUP_ID)) == on_android, name
        assert desktop_base(oracles, address) == on_desktop, name
        odd.add(f"base-url.{name}", comment, ["Query"], entry(address),
                {"android": valid({"config_url": on_android[0], "backup_url": on_android[1], "authorization": None, "sent": "never"}),
                 "ios": unknown(TYPED), "desktop": valid(requests(on_desktop, config=False))})
    assert android.url(H + "/{backupIdPrefix8}", "config", None) == H + "/xx/config"
    odd.add("base-url.placeholder-no-key", "The placeholder before a key exists: `xx`, and no backup ID", ["Placeholder"],
            entry(H + "/{backupIdPrefix8}", backup_id=None),
            {"android": valid({"config_url": H + "/xx/config", "backup_url": None, "authorization": None, "sent": "never"}),
             "ios": unknown(TYPED), "desktop": not_applicable("it reads no config, and without a key it sends no request")})

    letters = "fa" + BACKUP_ID[2:]
    for name, comment, address, on_android, on_desktop in [
        ("default-letters", "No address, and a backup ID that begins with letters", None, "https://safe-fa.threema.ch", "https://safe-fa.threema.ch"),
        ("placeholder-letters", "The placeholder, and a backup ID that begins with letters", H + "/{backupIdPrefix8}", H + "/fa", H + "/%7BbackupIdPrefix8%7D"),
        ("placeholder-twice", "The placeholder twice", "https://{backupIdPrefix8}.example.org/{backupIdPrefix8}", "https://fa.example.org/fa", None),
    ]:
        assert android.url(address, "config", letters) == on_android + "/config", name

        def both(base, config=True):
            return valid({"config_url": base + "/config" if config else None, "backup_url": base + "/backups/" + letters, "authorization": None, "sent": "never"})

        odd.add(f"base-url.{name}", comment, ["Default" if address is None else "Placeholder"], entry(address, backup_id=letters),
                {"android": both(on_android), "ios": both(on_android) if address is None else unknown(TYPED),
                 "desktop": unknown("no source says how it handles braces in a host name") if on_desktop is None else both(on_desktop, config=False)})
    login = file.group(
        "credentials", "request_urls", ["clause 4.8", "clients.http.login, clients.http.token", "clients.divergence.basic-charset, clients.divergence.percent-encoded-login", "RFC 7617 section 2"],
        [by("android", "executed", "the rule of ThreemaSafeServerInfo.java (clients.http.login, clients.divergence.basic-charset) on Java's own ISO-8859-1 encoder"),
         by("ios", "read", "clients.http.login, clients.http.token"),
         by("desktop", "read", "clients.http.login"),
         by("all", "computed", "base64 by Python and by Java")])
    no_charset = "no source says which charset iOS uses for Basic"
    in_address = "no source says whether iOS 7.2 answers a challenge with user info that was typed into the address"

    def add(name, flags, comment, expected, address=H, **fields):
        """`expected`: Authorization of Android, iOS, Desktop. None: no such header. A reason in a tuple: unknown."""
        assert android.authorization(address, fields.get("user"), fields.get("password"), fields.get("token")) == expected[0], name
        base = android.url(address, "config", BACKUP_ID).removesuffix("/config")
        clients = {}
        for client, value in zip(CLIENTS, expected):
            if isinstance(value, tuple):
                clients[client] = unknown(value[0])
                continue
            token = value is not None and value.startswith("Token")
            when = "challenged" if client == "ios" and not token else "always"
            clients[client] = valid(requests(base, value, when, config=client != "desktop"))
        assert desktop_base(oracles, address) == base, name
        login.add(f"base-url.{name}", comment, flags, entry(address, **fields), clients)

    # OkHttp reads everything up to the last @ of an authority as user info, but Android's app
    # splits at the first.
    login.add("base-url.user-info-two-ats", "Two @ in the address: Android splits at the first, finds no colon in the user info, and sends no credentials", ["UserInfo"],
              entry("https://alice@mail.example:secret@safe.example.org"),
              {"android": valid(requests(H)), "ios": unknown(in_address), "desktop": valid(requests(desktop_base(oracles, "https://alice@mail.example:secret@safe.example.org"), config=False))})
    plain = basic("Aladdin:open sesame", "ascii")
    assert plain == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    add("basic", ["Credentials"], "User and password in their fields: the example of RFC 7617", (plain, plain, plain), user="Aladdin", password="open sesame")
    add("basic-latin1", ["Credentials", "Charset"], "A user name with an umlaut",
        (basic("J\u00fcrg:geheim", "latin-1"), (no_charset,), basic("J\u00fcrg:geheim", "utf-8")), user="J\u00fcrg", password="geheim")
    add("basic-beyond-latin1", ["Credentials", "Charset"], "A password with a euro sign and an emoji",
        ("Basic " + base64.b64encode(b"user:?100?").decode(), (no_charset,), basic("user:\u20ac100\U0001f511", "utf-8")), user="user", password="\u20ac100\U0001f511")
    add("basic-colon-in-password", ["Credentials"], "A colon in the password", (basic("user:a:b", "ascii"),) * 3, user="user", password="a:b")
    for name, comment, user, password in [
        ("plus", "A plus sign in user and password", "us+er", "pass+word"), ("quote", "Quotation marks and a backslash in the password", "user", 'pa"ss\\word\''),
        ("percent", "A percent sign in the fields: it is not an escape", "us%40er", "p%3Aw"), ("at", "An @ in the user name", "user@example.org", "secret"),
        ("slash", "A slash in the password", "user", "a/b"), ("long", "A password of 200 characters", "user", "0123456789" * 20),
        ("spaces-inside", "Spaces inside user and password", "my user", "my secret"), ("equals", "Characters that base64 itself uses", "us=er", "p+/="),
    ]:
        add(f"basic-{name}", ["Credentials"], comment, (basic(f"{user}:{password}", "ascii"),) * 3, user=user, password=password)
    around = "no source says whether the form trims what is typed into it, and nothing was executed"
    for name, comment, user, password in [
        ("user", "Spaces around the user", " user ", "secret"), ("password", "Spaces around the password", "user", " secret "),
    ]:
        login.add(f"base-url.basic-spaces-around-{name}", comment, ["Credentials", "WhiteSpace", "Unknown"], entry(H, user=user, password=password),
                  {client: unknown(around) for client in CLIENTS})
    add("user-info-spaces-around", ["UserInfo", "WhiteSpace"], "Spaces around user and password in the address: Android trims the address, but not its parts",
        (basic("user : secret ", "ascii"), (in_address,), None), " https://user : secret @safe.example.org ")
    add("no-password", ["Credentials"], "A user name without a password: Android requires both",
        (None, ("no source says what iOS sends for a user name without a password",), ("no source says how its form handles an empty password",)), user="user", password="")
    add("user-info", ["UserInfo"], "User and password in the address; the fields are empty",
        (basic("user:secret", "ascii"), (in_address,), None), "https://user:secret@safe.example.org")
    add("user-info-percent", ["UserInfo"], "User and password percent-encoded in the address: Android decodes nothing",
        (basic("u%40x:p%3Aq", "ascii"), (in_address,), None), "https://u%40x:p%3Aq@safe.example.org")
    add("user-info-user-only", ["UserInfo"], "Only a user name in the address",
        (None, (in_address,), None), "https://user@safe.example.org")
    add("user-info-no-user", ["UserInfo"], "A password without a user in the address",
        (None, (in_address,), None), "https://:secret@safe.example.org")
    add("user-info-and-fields", ["UserInfo", "Credentials"], "User name and password in the address, and others in the fields: Android uses the fields",
        (basic("Aladdin:open sesame", "ascii"), (in_address,), basic("Aladdin:open sesame", "ascii")), "https://user:secret@safe.example.org",
        user="Aladdin", password="open sesame")
    add("token", ["Token"], "A token and no credentials", ("Token 0123abcd", "Token 0123abcd", None), token="0123abcd")
    add("token-and-credentials", ["Token", "Credentials"], "A token and credentials: the client sends Basic", (plain, plain, plain),
        user="Aladdin", password="open sesame", token="0123abcd")

    migrated = file.group(
        "addresses stored by an older iOS", "request_urls", ["clients.http.url-android, clients.http.url-ios", "clients.divergence.percent-encoded-login"],
        [by("ios", "read", "clients.http.url-ios")])
    other = not_applicable("only iOS stored addresses in this form")
    for name, comment, address, credentials in [
        ("migrated", "User and password without percent-encoding", "https://user:secret@safe.example.org", "user:secret"),
        ("migrated-percent", "Percent-encoded user name and password: iOS decodes them, Android does not", "https://u%40x:p%3Aq@safe.example.org", "u@x:p:q"),
    ]:
        migrated.add(f"base-url.{name}", comment, ["Migrated", "UserInfo"], entry(address, entered="migrated"),
                     {"android": other, "ios": valid(requests(H, basic(credentials, "ascii"), "challenged")), "desktop": other})
    return file
