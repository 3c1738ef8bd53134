"""Adds the vectors of payload.json, after the platforms' own parsers have confirmed them."""

import json

from model import CLIENTS, EARLIER, hexed
from payload_documents import DIRECTORY, OWN, REFUSES, text_of
from secretbox import KEY


def add_earlier(group, earlier, known):
    """Adds what earlier releases do, by their names, to the last test."""
    releases = []
    for names, outcome in (earlier or {}).items():
        assert set(names.split()) <= set(known), names
        releases.append({"releases": names.split()} | outcome)
    named = [name for entry in releases for name in entry["releases"]]
    assert len(named) == len(set(named)), named
    if releases:
        group.value["tests"][-1]["earlier"] = releases


class Builder:
    def __init__(self, group, oracles):
        self.group, self.oracles = group, oracles

    def add(self, id, flag, comment, document, android, ios, desktop, earlier=None, directory=DIRECTORY, java=()):
        """`java`: what Android's org.json must return: path, accessor, result."""
        text = document if isinstance(document, (str, bytes)) else text_of(document)
        data = text if isinstance(text, bytes) else text.encode()
        self.check(id, data, android, ios, desktop, java)
        recipe = hexed(data) if isinstance(text, bytes) else {"text": text}
        self.put(id, flag, comment, {"document": recipe}, directory, (android, ios, desktop), earlier)

    def body(self, id, flag, comment, body, android, ios, desktop, earlier=None):
        self.put(id, flag, comment, {"key": KEY.hex(), "body": hexed(body)}, DIRECTORY, (android, ios, desktop), earlier)

    def put(self, id, flag, comment, what, directory, outcomes, earlier):
        self.group.add(f"payload.{id}", comment, [flag], what | {"own_id": OWN, "directory": directory}, dict(zip(CLIENTS, outcomes)))
        add_earlier(self.group, earlier, EARLIER["read_backup"])

    def check(self, id, data, android, ios, desktop, java):
        """The platforms' own parsers decide the outcome of the JSON stage."""
        parsed = self.oracles.java.ask(op="parses", data=data.hex())["as"]
        assert (parsed == "nothing") == (android.get("stage") == "json"), (id, "org.json", parsed)
        assert parsed != "another value" or android == REFUSES, (id, "org.json", parsed)
        for path, accessor, answer in java:
            found = self.oracles.java.ask(op="accessor", data=data.hex(), path=list(path), accessor=accessor)
            assert found == {"value": answer}, (id, path, accessor, found)
        node = self.oracles.node.ask(op="utf8_json", data=data.hex())
        assert ("value" not in node) == (desktop.get("stage") == "json"), (id, "JSON.parse", node)
        if ios["result"] != "unknown" and "\\ud800" not in data.decode("utf-8", "replace"):
            assert strict(data) == (ios.get("stage") != "json"), (id, "strict JSON")


def strict(data):
    def refuse(constant):
        raise ValueError(constant)

    try:
        json.loads(data.decode("utf-8-sig"), parse_constant=refuse)
    except ValueError:
        return False
    return True
