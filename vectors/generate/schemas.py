"""The JSON Schema of each file: one envelope, with input and output of each operation."""

from model import CLIENTS, EARLIER, STAGES, VERSION


def obj(properties, required=None, **more):
    return {"type": "object", "additionalProperties": False,
            "required": list(properties) if required is None else required, "properties": properties} | more


def ref(name):
    return {"$ref": f"#/$defs/{name}"}


def or_null(schema):
    return {"anyOf": [schema, {"type": "null"}]}


TEXT = {"type": "string"}
LENGTH = {"type": "integer", "minimum": 0, "maximum": 16777216}


def hex_of(length):
    return {"type": "string", "pattern": f"^[0-9a-f]{{{2 * length}}}$"}


DEFS = {
    "hex": {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
    "bytes": {"oneOf": [
        ref("hex"),
        obj({"text": TEXT}),
        obj({"pattern": {"type": "string", "pattern": "^([0-9a-f]{2})+$"}, "length": LENGTH}),
        obj({"count": LENGTH}),
        obj({"concat": {"type": "array", "minItems": 1, "items": ref("bytes")}}),
    ]},
    "text": {"oneOf": [TEXT, obj({"pattern": {"type": "string", "minLength": 1}, "length": LENGTH})]},
    "digest": {"oneOf": [ref("hex"), obj({"length": LENGTH, "sha256": hex_of(32)})]},
    "digits": {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)$"},
    "stage": {"enum": list(STAGES)},
}

KEY = hex_of(32)
NONCE = hex_of(24)
MASTER_KEY = hex_of(64)
URL = {"type": "string", "pattern": "^https://[!-~]+$"}

# Per file and operation: input, output of a valid test, output that an invalid one may have (or
# None), a mistake (or None).
OPERATIONS = {
    "kdf": {
        "scrypt": (
            obj({"password": TEXT, "salt": TEXT, "n": {"type": "integer"}, "r": {"type": "integer"}, "p": {"type": "integer"}, "length": LENGTH}),
            obj({"key": MASTER_KEY}), None, obj({"name": TEXT, "key": MASTER_KEY})),
        "derive": (
            obj({"password": ref("text"), "id": {"type": "string", "pattern": "^[0-9A-Za-z*][0-9A-Za-z]{7}$"}}),
            obj({"master_key": MASTER_KEY, "backup_id": KEY, "encryption_key": KEY,
                 "resource": {"type": "string", "pattern": "^backups/[0-9a-f]{64}$"}, "shard_prefix": hex_of(1)}),
            None, obj({"name": TEXT, "master_key": {"type": "string", "pattern": "^([0-9a-f]{64}){1,2}$"},
                       "backup_id": ref("hex"), "encryption_key": ref("hex"), "resource": TEXT, "shard_prefix": TEXT}, ["name"], minProperties=2)),
    },
    "secretbox": {
        "seal": (obj({"key": KEY, "nonce": NONCE, "plaintext": ref("bytes")}), obj({"box": ref("digest")}), None,
                 obj({"name": TEXT, "box": ref("digest")})),
        "open_box": (obj({"key": KEY, "nonce": NONCE, "box": ref("bytes")}), obj({"plaintext": ref("digest")}), None,
                     obj({"name": TEXT, "plaintext": ref("digest")})),
    },
    "envelope": {
        "open": (
            {"oneOf": [
                obj({"key": KEY, "body": ref("bytes")}),
                obj({"key": KEY, "seal": obj({"nonce": NONCE, "plaintext": ref("bytes")}), "body_length": LENGTH, "body_sha256": hex_of(32)}),
            ]},
            obj({"document": {"type": "object", "description": "The JSON of a backup. It is deliberately open, because unknown keys must be kept."}}), None, None),
    },
    "body": {
        "seal_backup": (obj({"key": KEY, "nonce": or_null(NONCE), "document": ref("bytes")}), obj({"stored": {"type": "boolean"}}), None, None),
        "open_backup": (
            {"oneOf": [
                obj({"key": KEY, "body": ref("bytes")}),
                obj({"key": KEY, "seal": obj({"nonce": NONCE, "plaintext": ref("bytes")}), "body_length": LENGTH, "body_sha256": hex_of(32)}),
            ]},
            obj({"document": ref("digest")}), None, obj({"name": TEXT, "document": ref("digest")})),
    },
    "config": {
        "parse_config": (obj({"body": ref("bytes")}), obj({"max_backup_bytes": ref("digits"), "retention_days": ref("digits")}), None, None),
    },
    "base-url": {
        "request_urls": (
            obj({"address": or_null(TEXT), "entered": {"enum": ["typed", "migrated"]}, "user": or_null(TEXT), "password": or_null(TEXT),
                 "token": or_null(TEXT), "backup_id": or_null(KEY)}),
            obj({"config_url": or_null(URL), "backup_url": or_null(URL),
                 "authorization": or_null({"type": "string", "pattern": "^(Basic [A-Za-z0-9+/]+={0,2}|Token [!-~]+)$"}),
                 "sent": {"enum": ["always", "challenged", "never"]}}),
            None, None),
    },
    "password-policy": {
        "check_password": (
            obj({"password": ref("text"), "pattern": or_null(TEXT)}), None,
            obj({"rule": {"enum": ["length", "one_character", "digits", "pattern"]}}), None),
    },
    "exchange": {
        "judge_exchange": (
            obj({
                "operation": {"enum": ["read_config", "upload", "download", "probe", "delete"]},
                "key": or_null(KEY),
                "credentials": {"type": "boolean"},
                "body_length": or_null(LENGTH),
                "max_backup_bytes": or_null(ref("digits")),
                "answers": {"type": "array", "minItems": 1, "items": obj({
                    "to": {"enum": ["any", "anonymous", "basic", "digest"]},
                    "status": {"type": "integer", "minimum": 200, "maximum": 599},
                    "headers": {"type": "array", "items": {"type": "array", "prefixItems": [TEXT, TEXT], "items": False, "minItems": 2}},
                    "body": ref("bytes")})},
            }), None, None, None),
    },
}


DIRECTORY = {"type": "array", "items": obj({"id": {"type": "string", "pattern": "^[0-9A-Z*][0-9A-Z]{7}$"}, "public_key": KEY,
                                            "state": {"enum": ["active", "revoked"]}})}
OWN = {"own_id": {"type": "string", "pattern": "^[0-9A-Z]{8}$"}, "directory": DIRECTORY}
POINTERS = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^(/[A-Za-z0-9]+)+$"},
            "additionalProperties": {"type": ["string", "number", "boolean", "array", "null"]}}
OPERATIONS["payload"] = {
    "read_backup": (
        {"oneOf": [obj({"document": ref("bytes")} | OWN), obj({"key": KEY, "body": ref("bytes")} | OWN)]},
        obj({"restored": POINTERS}),
        None, None),
    "write_backup": (
        obj({"backup": ref("bytes"), "own_id": OWN["own_id"]}),
        obj({"written": POINTERS, "contains": {"type": "array", "minItems": 1, "items": TEXT}}, ["written"]), None, None),
}


# A complete document or state. The schema is deliberately open; a key that is not named must have
# no value.
WHOLE = {"type": "object", "description": "The complete value: see \"Whole documents\" in vectors/README.md."}
READ, WRITE = OPERATIONS["payload"]["read_backup"], OPERATIONS["payload"]["write_backup"]
OPERATIONS["read-backup"] = {"read_backup": (READ[0], {"oneOf": [READ[1], obj({"state": WHOLE})]}, None, None)}
OPERATIONS["write-backup"] = {"write_backup": (WRITE[0], {"oneOf": [WRITE[1], obj({"document": WHOLE})]}, None, None)}
# The files with whole documents, which also contain the outcomes of earlier releases.
DOCUMENTS = ("payload", "read-backup", "write-backup")


def outcomes(output, refusal):
    """The outcome in a test without `clients`, and the outcome of one client."""
    good = {"result": {"const": "valid"}}
    bad = {"result": {"const": "invalid"}, "stage": ref("stage")}
    if output is not None:
        good["output"] = output
    if refusal is not None:
        bad["output"] = refusal
    because = {"because": {"type": "string", "minLength": 1}}
    crash = {"crash": {"const": True}}
    of_one = {"oneOf": [
        obj(good | because, list(good)),
        obj(bad | crash | because, list(bad)),
        obj({"result": {"const": "unknown"}} | because),
        obj({"result": {"const": "not_applicable"}} | because),
    ]}
    return good, bad, of_one


def earlier(operation, of_one):
    """What earlier releases do, if it is known: an outcome with its releases."""
    releases = {"releases": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(EARLIER[operation])}}}
    each = [obj(releases | one["properties"], ["releases"] + one["required"]) for one in of_one["oneOf"]]
    return {"earlier": {"type": "array", "minItems": 1, "items": {"oneOf": each}}}


def schema(algorithm):
    operations = OPERATIONS[algorithm]
    defs = dict(DEFS)
    groups = []
    for name, (input, output, refusal, mistake) in operations.items():
        good, bad, of_one = outcomes(output, refusal)
        if algorithm in DOCUMENTS:
            of_one["oneOf"][1]["properties"]["hang"] = {"const": True}
        about = {
            "id": {"type": "string", "pattern": f"^{algorithm}\\.[a-z0-9]+(-[a-z0-9]+)*$"},
            "comment": {"type": "string", "minLength": 1},
            "flags": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"}},
            "input": input,
        }
        required = list(about)
        if mistake is not None:
            about["mistakes"] = {"type": "array", "minItems": 1, "items": mistake}
        if algorithm in DOCUMENTS:
            about |= earlier(name, of_one)
        defs[f"outcome_of_{name}"] = of_one
        clients = {"clients": obj({client: ref(f"outcome_of_{name}") for client in CLIENTS})}
        defs[f"test_of_{name}"] = {"oneOf": [
            obj(about | good, required + list(good)),
            obj(about | bad, required + list(bad)),
            obj(about | clients, required + list(clients)),
        ]}
        groups.append(obj({
            "name": {"type": "string", "minLength": 1},
            "operation": {"const": name},
            "source": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
            "provenance": {"type": "array", "minItems": 1, "items": obj({
                "of": {"type": "string", "minLength": 1},
                "how": {"enum": ["computed", "executed", "published", "read"]},
                "by": {"type": "string", "minLength": 1}})},
            "tests": {"type": "array", "minItems": 1, "items": ref(f"test_of_{name}")},
        }))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Vectors of Threema Safe: {algorithm}",
        **obj({
            "$schema": {"const": f"{algorithm}.schema.json"},
            "algorithm": {"const": algorithm},
            "version": {"const": VERSION},
            "number_of_tests": {"type": "integer", "minimum": 1},
            "notes": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                      "additionalProperties": {"type": "string", "minLength": 1}},
            "groups": {"type": "array", "minItems": 1, "items": groups[0] if len(groups) == 1 else {"oneOf": groups}},
        }),
        "$defs": defs,
    }


# The line protocol: outputs that have another form in the vectors.
ANSWERS = {
    "seal_backup": obj({"body": ref("hex")}),
    "check_password": obj({"rule": or_null({"enum": ["length", "one_character", "digits", "pattern"]})}),
    "judge_exchange": obj({}),
    "read_backup": obj({"restored": {"type": "object", "description": "The state of the phone after the restore: see read_backup in vectors/README.md."}}),
    "write_backup": obj({"document": ref("hex")}),
}


def expanded(schema):
    """The schema with every recipe expanded: bytes are hexadecimal digits, texts are strings."""
    if isinstance(schema, list):
        return [expanded(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema in (ref("bytes"), ref("digest")):
        return ref("hex")
    if schema == ref("text"):
        return TEXT
    return {key: expanded(value) for key, value in schema.items()}


def protocol():
    """The requests and the answers of the line protocol: a schema for each."""
    number = {"type": "integer", "minimum": 1, "description": "The number of the request; the answer repeats it."}
    version = {"const": 1}

    def question(name, input):
        return obj({"id": number, "op": {"const": name}, "input": input})

    hello = obj({
        "protocol": version,
        "name": TEXT, "version": TEXT, "bug_tracker": TEXT,
        "operations": {"type": "array", "items": TEXT, "description": "Those of the schema of requests, except hello and bye. The runner requests no others."},
    }, ["protocol", "name", "version", "operations"])
    questions, outputs = [question("hello", obj({"protocol": version}))], {"hello": hello}
    for operations in OPERATIONS.values():
        for name, (input, output, _, _) in operations.items():
            if name in outputs:
                continue
            questions.append(question(name, expanded(input["oneOf"][0] if name in ("open", "open_backup") else input)))
            outputs[name] = ANSWERS.get(name) or expanded(output)
    questions.append(question("bye", obj({})))
    outputs["bye"] = obj({})
    hex = {"hex": DEFS["hex"]}
    requests = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The line protocol of safe-conformance: a request",
        "oneOf": questions,
        "$defs": hex | {"digits": DEFS["digits"]},
    }
    answers = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The line protocol of safe-conformance: an answer. For each operation, $defs has the schema of `ok`.",
        "oneOf": [
            obj({"id": number, "ok": {"type": "object", "description": "See #/$defs/ followed by the name of the operation."}}),
            obj({"id": number, "error": obj({"stage": ref("stage"), "message": {"type": "string", "description": "For people."}})}),
            obj({"id": number, "unsupported": {"type": "string", "description": "Why: shown in the report."}}),
        ],
        "$defs": hex | {"digits": DEFS["digits"], "stage": DEFS["stage"]} | outputs,
    }
    return {"adapter.request.schema.json": requests, "adapter.answer.schema.json": answers}
