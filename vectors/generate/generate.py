"""Writes every file of vectors and its schema.

    python vectors/generate/generate.py [--tools DIR] [--out DIR]

Nothing is written before all implementations have agreed on everything. IDs that are new are put at the end of
ids.txt; none is ever taken out. The README's table gets its counts.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True

import base_url
import body
import config
import envelope
import exchange
import kdf
import password_policy
import payload
import read_backup
import secretbox
import write_backup
from model import written
from oracles import DEFAULT_TOOLS, HERE, Oracles
from schemas import protocol, schema

BUILDERS = (kdf, secretbox, envelope, body, config, base_url, password_policy, exchange, payload, read_backup, write_backup)


def generate(tools):
    """Every generated file: name and text."""
    oracles = Oracles(tools)
    try:
        values = [builder.build(oracles).value() for builder in BUILDERS]
    finally:
        oracles.close()
    files = {}
    for value in values:
        files[f"{value['algorithm']}.json"] = written(value)
        files[f"{value['algorithm']}.schema.json"] = written(schema(value["algorithm"]))
    files |= {name: written(value) for name, value in protocol().items()}
    ids = [test["id"] for value in values for group in value["groups"] for test in group["tests"]]
    twice = sorted(id for id, count in Counter(ids).items() if count > 1)
    assert not twice, f"an ID names one vector only: {', '.join(twice)}"
    return files, ids


def counted(readme, files):
    """The README with the number of vectors of each file in its table."""
    for name, text in files.items():
        number = json.loads(text).get("number_of_tests")
        if number is not None:
            row = re.compile(rf"^(\| `{re.escape(name)}` \| )\d+( \|)", re.MULTILINE)
            readme = row.sub(rf"\g<1>{number}\g<2>", readme)
    return readme


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=Path, default=DEFAULT_TOOLS, help="what setup.sh has installed")
    parser.add_argument("--out", type=Path, default=HERE.parent, help="where to write")
    arguments = parser.parse_args()
    files, ids = generate(arguments.tools)
    for name, text in files.items():
        (arguments.out / name).write_text(text, encoding="ascii", newline="\n")
    readme = arguments.out / "README.md"
    if readme.exists():
        readme.write_text(counted(readme.read_text(encoding="utf-8"), files), encoding="utf-8", newline="\n")
    registry = arguments.out / "ids.txt"
    known = registry.read_text(encoding="ascii").split("\n")[:-1] if registry.exists() else []
    new = [id for id in ids if id not in set(known)]
    registry.write_text("".join(line + "\n" for line in known + new), encoding="ascii", newline="\n")
    print(f"{len(files)} files, {len(ids)} vectors, {len(new)} new")


if __name__ == "__main__":
    main()
