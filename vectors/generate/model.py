"""The envelope that all files share, and its text form."""

import hashlib
import json
import re

VERSION = 2
CLIENTS = ("android", "ios", "desktop")
STAGES = ("resolve", "connect", "tls", "auth", "http", "size", "open", "gunzip", "json", "meaning")
HEX_UP_TO = 4112
# The releases before the newest that are known to read or write differently, by
# operation. A name is the first of the releases that are alike, or represents them.
EARLIER = {
    "read_backup": ("android-4.57", "android-4.8", "android-5.3", "android-5.8", "android-6.0", "android-6.1", "ios-4.6", "ios-4.8", "ios-4.8.4", "ios-4.9",
                    "ios-5.4", "ios-5.8", "ios-5.9", "ios-6.3", "ios-6.8", "ios-6.8.8", "ios-7.0.0", "ios-7.0.4"),
    "write_backup": ("android-4.5", "android-4.57", "android-4.7-test", "android-4.8", "android-4.84", "android-5.0", "android-5.0.5", "android-5.3",
                     "android-5.7", "android-6.0", "ios-4.6", "ios-4.8", "ios-4.8.3", "ios-4.9", "ios-4.9-devicelink", "ios-5.1"),
}


def counted(length):
    """The bytes of the recipe `count`: byte i is i modulo 251."""
    return bytes(i % 251 for i in range(length))


def expand(recipe):
    """The bytes of a recipe, as vectors/README.md defines it."""
    if isinstance(recipe, str):
        return bytes.fromhex(recipe)
    ((kind, value),) = [(k, v) for k, v in recipe.items() if k in ("text", "pattern", "count", "concat")]
    if kind == "text":
        return value.encode()
    if kind == "count":
        return counted(value)
    if kind == "concat":
        return b"".join(map(expand, value))
    pattern = bytes.fromhex(value)
    return (pattern * (recipe["length"] // len(pattern) + 1))[: recipe["length"]]


def expand_text(text):
    """The string of a text or of a recipe for one."""
    if isinstance(text, str):
        return text
    return (text["pattern"] * (text["length"] // len(text["pattern"]) + 1))[: text["length"]]


def hexed(data):
    """Bytes as lower-case hexadecimal digits, the only form in all files."""
    return data.hex()


def answer_bytes(data):
    """Bytes of an answer: as hexadecimal digits, or as length and hash if they are many."""
    if len(data) <= HEX_UP_TO:
        return data.hex()
    return {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def by(of, how, name):
    """One entry of a provenance: the part of the answers, how it was obtained, and from what."""
    return {"of": of, "how": how, "by": name}


def valid(output=None, because=None):
    return _outcome("valid", output=output, because=because)


def invalid(stage, output=None, because=None, crash=False):
    return _outcome("invalid", stage=stage, output=output, because=because, crash=crash)


def unknown(because):
    return _outcome("unknown", because=because)


def not_applicable(because):
    return _outcome("not_applicable", because=because)


def _outcome(result, stage=None, output=None, because=None, crash=False):
    outcome = {"result": result}
    if stage is not None:
        assert stage in STAGES, stage
        outcome["stage"] = stage
    if crash:
        outcome["crash"] = True
    if output is not None:
        outcome["output"] = output
    if because is not None:
        outcome["because"] = because
    return outcome


def what_all_do(clients):
    """The outcome shared by all clients that support the operation; None if they differ, or if fewer than two support it."""
    outcomes = [outcome for outcome in clients.values() if outcome["result"] != "not_applicable"]
    first = outcomes[0]
    if len(outcomes) < 2 or any(outcome != first for outcome in outcomes) or not set(first) <= {"result", "stage", "output"}:
        return None
    return None if first["result"] == "unknown" else first


class Group:
    def __init__(self, name, operation, source, provenance):
        self.value = {"name": name, "operation": operation, "source": source, "provenance": provenance, "tests": []}

    def add(self, id, comment, flags, input, outcome, mistakes=None):
        """`outcome`: `valid` or `invalid` for all, or one outcome per client."""
        test = {"id": id, "comment": comment, "flags": flags, "input": input}
        if "result" in outcome:
            assert "because" not in outcome and outcome["result"] in ("valid", "invalid"), id
            test.update(outcome)
        else:
            assert tuple(outcome) == CLIENTS, id
            same = what_all_do(outcome)
            test.update(same if same is not None else {"clients": outcome})
        if mistakes:
            for mistake in mistakes:
                for part, answer in mistake.items():
                    assert part == "name" or answer != test.get("output", {}).get(part), (id, mistake["name"], "is not a mistake")
            test["mistakes"] = mistakes
        self.value["tests"].append(test)


class File:
    def __init__(self, algorithm, notes):
        self.algorithm = algorithm
        self.notes = notes
        self.groups = []

    def group(self, *arguments):
        group = Group(*arguments)
        self.groups.append(group)
        return group

    def value(self):
        groups = [group.value for group in self.groups]
        tests = [test for group in groups for test in group["tests"]]
        used = {flag for test in tests for flag in test["flags"]}
        assert used == set(self.notes), (self.algorithm, used ^ set(self.notes))
        for test in tests:
            assert re.fullmatch(re.escape(self.algorithm) + r"\.[a-z0-9]+(-[a-z0-9]+)*", test["id"]), test["id"]
        return {
            "$schema": f"{self.algorithm}.schema.json",
            "algorithm": self.algorithm,
            "version": VERSION,
            "number_of_tests": len(tests),
            "notes": dict(sorted(self.notes.items())),
            "groups": groups,
        }


# A value that fits into this many characters is written on one line.
WIDTH = 160


def written(value):
    """The text of a file: 2 spaces per level, and one line for a value that fits."""
    return laid_out(value, "") + "\n"


def laid_out(value, indent):
    line = json.dumps(value, ensure_ascii=True)
    if not isinstance(value, (dict, list)) or not value or len(indent) + len(line) <= WIDTH:
        return line
    inner = indent + "  "
    if isinstance(value, list):
        parts, ends = [laid_out(part, inner) for part in value], "[]"
    else:
        parts, ends = [json.dumps(key) + ": " + laid_out(part, inner) for key, part in value.items()], "{}"
    return ends[0] + "\n" + ",\n".join(inner + part for part in parts) + "\n" + indent + ends[1]
