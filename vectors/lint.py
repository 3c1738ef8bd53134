"""Checks everything under vectors/.

    python vectors/lint.py [--no-regenerate] [--tools DIR]

Schemas, IDs, flags, sources, and that the generator reproduces the same bytes. `--no-regenerate` skips this last
part, for machines without Node, Java and the tools that setup.sh installs; it still needs Python's `jsonschema`.
Exit code 0: all is well. 1: one sentence per mistake is on standard error.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
VECTORS = Path(__file__).resolve().parent
sys.path.insert(0, str(VECTORS / "generate"))

from model import written  # noqa: E402

SUBJECTS = ("kdf", "secretbox", "envelope", "body", "config", "base-url", "password-policy", "exchange", "payload", "read-backup", "write-backup")
# The schema of the document in a backup, not of a file of vectors.
DOCUMENT_SCHEMA = "backup.schema.json"
# The line protocol: one schema for each direction.
PROTOCOL = ("adapter.request.schema.json", "adapter.answer.schema.json")
TOTAL_BYTES = 7 * 512 * 1024


class Mistake(Exception):
    pass


def unique_keys(pairs):
    seen = {}
    for key, value in pairs:
        if key in seen:
            raise Mistake(f"the key {key!r} occurs twice in one object")
        seen[key] = value
    return seen


def load(path):
    if not path.is_file():
        raise Mistake(f"{path.name}: no such file")
    data = path.read_bytes()
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise Mistake(f"{path.name}: byte {error.start} is not ASCII; write it as an escape") from None
    try:
        value = json.loads(text, object_pairs_hook=unique_keys)
    except json.JSONDecodeError as error:
        raise Mistake(f"{path.name}: not JSON, line {error.lineno}: {error.msg}") from None
    except Mistake as error:
        raise Mistake(f"{path.name}: {error}") from None
    if path.name != DOCUMENT_SCHEMA and written(value) != text:
        raise Mistake(f"{path.name}: not laid out as the generator does it: see `written` in generate/model.py")
    return value


def open_objects(schema, where="the schema"):
    """Where a schema unintentionally allows any key."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "additionalProperties" not in schema and "description" not in schema:
            yield where
        for key, value in schema.items():
            yield from open_objects(value, f"{where}, {key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from open_objects(value, f"{where}, {index}")


def where_in(value, path):
    """The ID of the test that a path of the validator leads into, or the path."""
    for key in path:
        value = value[key]
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            return value["id"]
    return "/".join(map(str, path)) or "the whole file"


def tells_apart(error):
    """Whether an error says that an alternative was not the one meant, rather than what is wrong with it."""
    if error.validator == "const":
        return list(error.relative_path)[-1:] in (["operation"], ["result"])
    return error.validator == "required" and error.message.startswith(("'result'", "'clients'"))


def innermost(error):
    """The error in the alternative that was meant."""
    while error.validator in ("oneOf", "anyOf") and error.context:
        alternatives = {}
        for inner in error.context:
            alternatives.setdefault(inner.schema_path[0], []).append(inner)
        meant = min(alternatives.values(), key=lambda errors: (sum(map(tells_apart, errors)), len(errors)))
        error = min(meant, key=lambda inner: (tells_apart(inner), inner.validator == "additionalProperties"))
    return error


def check_schema(name, value, schema):
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema)
    for place in open_objects(schema):
        yield f"{name}.schema.json: an object without additionalProperties at {place}"
    for error in sorted(Draft202012Validator(schema).iter_errors(value), key=lambda error: str(error.path)):
        error = innermost(error)
        path = list(error.absolute_path)
        message = error.message if len(error.message) < 200 else error.message[:200] + "..."
        yield f"{name}.json: {where_in(value, path)} does not fit the schema at {'/'.join(map(str, path))}: {message}"


def check_document_schema():
    """That it is a valid schema without unused definitions."""
    from jsonschema import Draft202012Validator

    schema = load(VECTORS / DOCUMENT_SCHEMA)
    Draft202012Validator.check_schema(schema)
    used = json.dumps(schema)
    for name in schema["$defs"]:
        if f'"#/$defs/{name}"' not in used:
            yield f"{DOCUMENT_SCHEMA}: nothing refers to {name}"


def check_protocol(name, schema):
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema)
    for place in open_objects(schema):
        yield f"{name}: an object without additionalProperties at {place}"


def check_meaning(name, value):
    """What no schema can express."""
    tests = [test for group in value["groups"] for test in group["tests"]]
    if value["number_of_tests"] != len(tests):
        yield f"{name}.json: number_of_tests is {value['number_of_tests']}, but there are {len(tests)}"
    used = set()
    for test in tests:
        used.update(test["flags"])
        for flag in test["flags"]:
            if flag not in value["notes"]:
                yield f"{name}.json: {test['id']} has the flag {flag}, which `notes` does not explain"
        clients = test.get("clients")
        applicable = [outcome for outcome in (clients or {}).values() if outcome["result"] != "not_applicable"]
        if len(applicable) > 1 and all(set(outcome) <= {"result", "stage", "output"} and outcome == applicable[0] for outcome in applicable):
            yield f"{name}.json: {test['id']} has the same outcome for every client that supports the operation; write it once, as `result`"
        for mistake in test.get("mistakes", []):
            if "output" in test and all(test["output"].get(part) == answer for part, answer in mistake.items() if part != "name"):
                yield f"{name}.json: {test['id']} lists the right answer as a mistake: {mistake['name']}"
        says_nothing = bool(clients) and all(outcome["result"] in ("unknown", "not_applicable") for outcome in clients.values())
        if says_nothing and "Unknown" not in test["flags"]:
            yield f"{name}.json: {test['id']} has no known outcome of any client, but not the flag Unknown"
        if "Unknown" in test["flags"] and not says_nothing:
            yield f"{name}.json: {test['id']} has the flag Unknown, but a known outcome of a client"
    for flag in value["notes"]:
        if flag not in used:
            yield f"{name}.json: `notes` explains the flag {flag}, which no test has"
    for group in value["groups"]:
        if any(entry["how"] == "computed" for entry in group["provenance"]):
            parts = {}
            for entry in group["provenance"]:
                parts.setdefault(entry["of"], []).append(entry)
            for part, entries in parts.items():
                if len(entries) < 2 and entries[0]["how"] == "computed" and " and " not in entries[0]["by"] and ";" not in entries[0]["by"]:
                    yield f"{name}.json: in the group {group['name']!r}, {part!r} is computed by only one implementation"


def read_ids(text, name):
    """The IDs in force: all except those that a later line `retired ID` retires."""
    if text and not text.endswith("\n"):
        raise Mistake(f"{name}: no line feed at the end")
    live, ever = [], set()
    for number, line in enumerate(text.split("\n")[:-1], 1):
        retired = line.removeprefix("retired ")
        if retired != line:
            if retired not in live:
                raise Mistake(f"{name}, line {number}: {retired} is not in force, so it cannot be retired")
            live.remove(retired)
        elif line in ever:
            raise Mistake(f"{name}, line {number}: {line} occurs twice; an ID is never used again")
        else:
            ever.add(line)
            live.append(line)
    return live


def git(*arguments):
    try:
        return subprocess.run(["git", "-C", str(VECTORS), *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        return None


def check_ids(values):
    where = {}
    for name, value in values.items():
        for group in value["groups"]:
            for test in group["tests"]:
                if test["id"] in where:
                    yield f"{name}.json: the ID {test['id']} occurs twice (also in {where[test['id']]}.json)"
                where[test["id"]] = name
    path = VECTORS / "ids.txt"
    text = path.read_text(encoding="ascii") if path.is_file() else ""
    live = read_ids(text, "ids.txt")
    for id in where:
        if id not in live:
            yield f"{where[id]}.json: the ID {id} is not in force in ids.txt; add it at the end"
    for id in live:
        if id not in where:
            yield f"ids.txt: {id} has no test; to retire the ID, add `retired {id}` at the end"
    # In a fresh checkout the file equals HEAD's, so compare it with every earlier version. On a
    # branch that was merged, the lines may have been in another order.
    log = git("log", "--first-parent", "--format=%H", "--", "ids.txt")
    for commit in log.stdout.split() if log is not None and log.returncode == 0 else []:
        before = git("show", f"{commit}:./ids.txt")
        if before.returncode == 0 and not text.startswith(before.stdout):
            old, new = before.stdout.split("\n"), text.split("\n")
            line = next((n for n, (a, b) in enumerate(zip(old, new), 1) if a != b), min(len(old), len(new)))
            yield f"ids.txt, line {line}: differs from commit {commit[:12]}; only add lines at the end of the file"
            break


def check_readme(values):
    """That the README lists every file with its number of vectors."""
    readme = (VECTORS / "README.md").read_text(encoding="utf-8")
    for name, value in values.items():
        if f"| `{name}.json` | {value['number_of_tests']} |" not in readme:
            yield f"README.md: {name}.json has {value['number_of_tests']} vectors, but the table says otherwise; generate.py updates it"


def check_bytes(tools):
    if not (tools / "python").is_dir() or not (tools / "node" / "node_modules").is_dir():
        raise Mistake(f"{tools}: the generator's tools are not installed; run vectors/generate/setup.sh, or lint with --no-regenerate")
    import generate

    try:
        files, ids = generate.generate(tools)
    except Exception as error:
        raise Mistake(f"the generator fails: {type(error).__name__}: {error}") from error
    for name, text in files.items():
        here = (VECTORS / name).read_text(encoding="ascii") if (VECTORS / name).is_file() else ""
        if here != text:
            lines = zip(here.split("\n") + [""], text.split("\n") + [""])
            line = next((n for n, (a, b) in enumerate(lines, 1) if a != b), 1)
            yield f"{name}, line {line}: differs from what the generator writes; change the generator, and run it"


def check_all(regenerate, tools):
    values = {}
    for name in SUBJECTS:
        try:
            value, schema = load(VECTORS / f"{name}.json"), load(VECTORS / f"{name}.schema.json")
        except Mistake as mistake:
            yield str(mistake)
            continue
        mistakes = list(check_schema(name, value, schema))
        yield from mistakes
        if not mistakes:
            values[name] = value
            yield from check_meaning(name, value)
    for name in PROTOCOL:
        try:
            yield from check_protocol(name, load(VECTORS / name))
        except Mistake as mistake:
            yield str(mistake)
    for path in sorted(VECTORS.glob("*.json")):
        if path.name != DOCUMENT_SCHEMA and path.name not in PROTOCOL and path.name.removesuffix(".json").removesuffix(".schema") not in SUBJECTS:
            yield f"{path.name}: not a subject of the linter; add it to SUBJECTS"
    yield from check_document_schema()
    if len(values) == len(SUBJECTS):
        yield from check_ids(values)
        yield from check_readme(values)
    total = sum(path.stat().st_size for path in VECTORS.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    if total > TOTAL_BYTES:
        yield f"vectors/: {total} bytes in total; keep it below {TOTAL_BYTES} with recipes"
    if regenerate:
        yield from check_bytes(tools)


def main():
    parser = argparse.ArgumentParser(description="Checks everything under vectors/.")
    parser.add_argument("--no-regenerate", action="store_true", help="do not run the generator")
    parser.add_argument("--tools", type=Path, default=VECTORS.parent / "target" / "vectors", help="what setup.sh has installed")
    arguments = parser.parse_args()
    mistakes = []
    try:
        for mistake in check_all(not arguments.no_regenerate, arguments.tools):
            mistakes.append(mistake)
    except Mistake as mistake:
        mistakes.append(str(mistake))
    for mistake in mistakes:
        print(f"vectors: {mistake}", file=sys.stderr)
    if mistakes:
        return 1
    count = sum(1 for name in SUBJECTS for group in json.loads((VECTORS / f"{name}.json").read_text())["groups"] for _ in group["tests"])
    print(f"vectors: {count} in {len(SUBJECTS)} files, all well" + (", not regenerated" if arguments.no_regenerate else ", and regenerated to the same bytes"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
