"""password-policy.json: which passwords clients refuse or warn about, except for their list of bad passwords."""

import re

from model import CLIENTS, File, by, expand_text, invalid, not_applicable, unknown, valid

NOTES = {
    "Length": "The length of the password: at least 8 (UTF-16 code units on Android, graphemes on iOS), at most 4096 on Android.",
    "OneCharacter": "One character, repeated.",
    "Digits": "ASCII digits only, up to 15 of them.",
    "Good": "A valid password, unless it is on the list of bad passwords, which is not part of this project.",
    "Pattern": "An administrator's pattern replaces all other rules. Android requires the whole password to match, iOS exactly one match anywhere in it.",
}

RULES = {"one_character": r"(.)\1+", "digits": r"^[0-9]{0,15}$"}
DESKTOP = not_applicable("it sets no password")


def build(oracles):
    file = File("password-policy", NOTES)
    executed = by("android", "executed", "Java's regular expressions (OpenJDK 17) and String.length")
    plain = file.group(
        "without a pattern", "check_password", ["clause 1.6", "clients.password.length, clients.password.bad-list, clients.password.pattern"],
        [by("android", "read", "clause 1.6; clients.password.length, clients.password.bad-list"), executed,
         by("ios", "read", "clause 1.6; clients.password.length, clients.password.bad-list")])

    def on_android(password):
        length = oracles.java.ask(op="matches", pattern="", text=password)["length"]
        if not 8 <= length <= 4096:
            return "length"
        return next((rule for rule, pattern in RULES.items() if oracles.java.ask(op="matches", pattern=pattern, text=password)["matches"]), None)

    def outcome(rule):
        return valid() if rule is None else invalid("meaning", {"rule": rule})

    def add(name, flag, comment, password, android, ios):
        assert on_android(expand_text(password)) == android, (name, on_android(expand_text(password)))
        input = {"password": password, "pattern": None}
        if android == ios:
            plain.add(f"password-policy.{name}", comment, [flag], input, outcome(android))
            return
        plain.add(f"password-policy.{name}", comment, [flag], input,
                  {"android": outcome(android), "ios": unknown(ios[0]) if isinstance(ios, tuple) else outcome(ios), "desktop": DESKTOP})

    long = {"pattern": "abcdefghijklm", "length": 4096}
    add("empty", "Length", "An empty password", "", "length", "length")
    add("length-7", "Length", "7 characters", "Xq7!vmZ", "length", "length")
    add("length-8", "Length", "8 characters", "Xq7!vmZp", None, None)
    add("length-4096", "Length", "4096 characters", long, None, None)
    add("length-4097", "Length", "4097 characters: too long only for Android", long | {"length": 4097}, "length", None)
    emoji = {"pattern": "\U0001f511\U0001f512\U0001f513", "length": 2048}
    add("emoji-2048", "Length", "2048 emoji: 4096 UTF-16 units", emoji, None, None)
    add("emoji-2049", "Length", "2049 emoji: 4098 UTF-16 units, too long only for Android", emoji | {"length": 2049}, "length", None)
    add("umlauts-4096", "Length", "4096 umlauts: 8192 bytes of UTF-8, but only 4096 characters", {"pattern": "\u00e4\u00f6\u00fc", "length": 4096}, None, None)
    add("emoji-4", "Length", "4 different emoji: 8 UTF-16 units, 4 graphemes", "\U0001f511\U0001f512\U0001f513\U0001f514", None, "length")
    add("emoji-family", "Length", "A family of three, one grapheme of 8 UTF-16 units", "\U0001f468\u200d\U0001f469\u200d\U0001f467", None, "length")
    add("combining-7", "Length", "7 letters with combining accents: 14 UTF-16 units, 7 graphemes", "a\u0301b\u0301c\u0301d\u0301e\u0301f\u0301g\u0301", None, "length")
    add("combining-8", "Length", "8 letters with combining accents", "a\u0301b\u0301c\u0301d\u0301e\u0301f\u0301g\u0301h\u0301", None, None)
    add("umlauts-7", "Length", "7 umlauts: 14 bytes of UTF-8, but only 7 characters", "\u00e4\u00f6\u00fc\u00df\u00c4\u00d6\u00dc", "length", "length")
    add("one-letter", "OneCharacter", "The same letter 8 times", "kkkkkkkk", "one_character", "one_character")
    add("one-letter-long", "OneCharacter", "The same letter 100 times", {"pattern": "k", "length": 100}, "one_character", "one_character")
    add("one-letter-both-cases", "OneCharacter", "The same letter in both cases: only iOS counts it as one character", "kkkkKKKK", None, "one_character")
    add("one-letter-but-last", "OneCharacter", "The same letter 7 times, then another", "kkkkkkkq", None, None)
    add("two-letters", "OneCharacter", "Two alternating letters", "kqkqkqkq", None, None)
    add("one-space", "OneCharacter", "8 spaces", " " * 8, "one_character", "one_character")
    add("one-emoji", "OneCharacter", "The same emoji 8 times", "\U0001f511" * 8, "one_character",
        ("its source compares the number of graphemes with that of UTF-16 units here; not executed",))
    add("digits-8", "Digits", "8 digits", "83497585", "digits", "digits")
    add("digits-15", "Digits", "15 digits", "834975851204766", "digits", "digits")
    add("digits-16", "Digits", "16 digits", "8349758512047669", None, None)
    add("digits-16-same", "OneCharacter", "The same digit 16 times", "7777777777777777", "one_character", "one_character")
    add("digits-line-feed", "Digits", "8 digits and a final line feed, before which `$` also matches", "83497585\n", None, None)
    add("digits-space", "Digits", "Digits and a space", "834975 8", None, None)
    add("digits-arabic", "Digits", "8 Arabic-Indic digits: not ASCII digits", "\u0668\u0663\u0664\u0669\u0667\u0665\u0668\u0665", None, None)
    add("digits-full-width", "Digits", "8 full-width digits: not ASCII digits", "\uff18\uff13\uff14\uff19\uff17\uff15\uff18\uff15", None, None)
    add("good-words", "Good", "Words with spaces", "seven grey herons wade", None, None)
    add("good-leading-space", "Good", "A leading space counts as a character", " Xq7!vmZ", None, None)

    managed = file.group(
        "with a device administrator's pattern", "check_password", ["clause 1.6", "clients.password.length, clients.password.bad-list, clients.password.pattern"],
        [by("android", "read", "clients.password.pattern, clients.password.length"), executed,
         by("ios", "read", "clients.password.pattern")])
    for name, comment, pattern, password, android, ios in [
        ("pattern-whole", "The whole password matches, once", "[a-z]+[0-9]+", "abcd1234", True, True),
        ("pattern-part", "A part matches, once", "[a-z]{4}", "abcd1234", False, True),
        ("pattern-twice", "Two parts match", "[a-z]{4}", "abcdefgh", False, False),
        ("pattern-none", "Nothing matches", "[a-z]+", "12345678", False, False),
        ("pattern-short", "Shorter than 8, which a pattern allows. Android's restore dialog still requires 8", "[a-z]+", "qmv", True, True),
        ("pattern-one-character", "One repeated character, which a pattern allows", ".{8,}", "kkkkkkkk", True, True),
        ("pattern-digits", "Digits only, which a pattern allows", "[0-9]{8}", "83497585", True, True),
        ("pattern-case", "Case matters", "[a-z]{8}", "ABCDEFGH", False, False),
        ("pattern-lookahead", "Lookaheads, as such patterns use them: at least ten characters, of three kinds", "(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z]).{10,}", "12345678aA", True, True),
    ]:
        assert oracles.java.ask(op="matches", pattern=pattern, text=password)["matches"] == android, name
        assert (len(re.findall(pattern, password)) == 1) == ios, name
        each = [outcome(None if good else "pattern") for good in (android, ios)]
        managed.add(f"password-policy.{name}", comment, ["Pattern"], {"password": password, "pattern": pattern},
                    each[0] if android == ios else dict(zip(CLIENTS, [*each, DESKTOP])))
    return file
