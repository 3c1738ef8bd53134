"""config.json: a server's config file, and what each client reads from it."""

import json

from model import File, by, expand, invalid, not_applicable, unknown, valid

NOTES = {
    "Plain": "JSON as servers write it, in one of its spellings.",
    "NumberForm": "A number that is not written in plain digits.",
    "NumberRange": "A number at or beyond the limit of 32 or 64 bits, or below zero.",
    "WrongType": "A value that is not a number.",
    "Missing": "A key is missing.",
    "Lenient": "Not JSON. Android's parser accepts more than JSON, and reads some numbers differently than they look.",
    "DuplicateKey": "The same key twice: Android uses the last value, iOS the first.",
    "NotAnObject": "JSON, but not an object.",
    "NotJson": "Not JSON, for any client.",
    "Encoding": "A byte order mark, or bytes that are not UTF-8.",
    "Tail": "Text after the JSON.",
    "Long": "A config of 4096 bytes or more: Android before 6.2 reads only the first 4096 bytes.",
}

USUAL = (524288, 180)
DESKTOP = not_applicable("it reads no config")
INFERRED = "its failure is inferred, not read in a source"


def doc(size="524288", days="180"):
    return f'{{"maxBackupBytes":{size},"retentionDays":{days}}}'


# ID, flag, comment, body, what iOS reads: two numbers, a stage, or None for unknown (with a
# reason). org.json shows what Android reads.
TABLE = [
    ("plain", "Plain", "As in clause 4.2", '{"maxBackupBytes": 524288, "retentionDays": 180}', USUAL),
    ("compact", "Plain", "Without white space, in the other order", '{"retentionDays":180,"maxBackupBytes":524288}', USUAL),
    ("white-space", "Plain", "White space everywhere", '\r\n\t{ "maxBackupBytes" :\n524288\t,\r\n"retentionDays" : 180 }\n', USUAL),
    ("unknown-keys", "Plain", "Keys that no client knows, one of them with the known names inside", '{"x":null,"maxBackupBytes":524288,"y":[{"retentionDays":1,"maxBackupBytes":1}],"retentionDays":180}', USUAL),
    ("escaped-key", "Plain", "A key with an escape: it is the same key", '{"max\\u0042ackupBytes":524288,"retentionDays":180}', USUAL),
    ("zero", "NumberRange", "Both zero", doc("0", "0"), (0, 0)),
    ("fraction-whole", "NumberForm", "Fractions that are whole numbers", doc("524288.0", "180.00"), USUAL),
    ("exponent", "NumberForm", "Exponents whose values are whole numbers", doc("5.24288E5", "1.8e2"), USUAL),
    ("exponent-negative", "NumberForm", "A negative exponent whose value is a whole number", doc("524288", "18000e-2"), USUAL),
    ("fraction-bytes", "NumberForm", "A fraction as maxBackupBytes: Android truncates it", doc("524288.9"), "meaning"),
    ("fraction-days", "NumberForm", "A fraction as retentionDays", doc(days="180.5"), "meaning"),
    ("string-bytes", "NumberForm", "maxBackupBytes as a string", doc('"524288"'), "meaning"),
    ("string-days", "NumberForm", "retentionDays as a string", doc(days='"180"'), "meaning"),
    ("string-fraction", "NumberForm", "A fraction as a string", doc(days='"180.9"'), "meaning"),
    ("string-spaces", "NumberForm", "A number as a string, with spaces around it", doc(days='" 180 "'), "meaning"),
    ("string-nan", "NumberForm", "The string NaN: Android reads 0", doc(days='"NaN"'), "meaning"),
    ("string-empty", "WrongType", "An empty string", doc(days='""'), "meaning"),
    ("string-text", "WrongType", "Text", doc('"many"'), "meaning"),
    ("string-unit", "WrongType", "A number with its unit", doc(days='"180 days"'), "meaning"),
    ("null-bytes", "WrongType", "null as maxBackupBytes", doc("null"), "meaning"),
    ("null-days", "WrongType", "null as retentionDays", doc(days="null"), "meaning"),
    ("true", "WrongType", "true", doc(days="true"), "meaning"),
    ("array-value", "WrongType", "The number in an array", doc("[524288]"), "meaning"),
    ("object-value", "WrongType", "The number in an object", doc('{"bytes":524288}'), "meaning"),
    ("no-days", "Missing", "Without retentionDays", '{"maxBackupBytes":524288}', "meaning"),
    ("no-bytes", "Missing", "Without maxBackupBytes", '{"retentionDays":180}', "meaning"),
    ("no-keys", "Missing", "An empty object", "{}", "meaning"),
    ("key-case", "Missing", "A key in another case", '{"MaxBackupBytes":524288,"retentionDays":180}', "meaning"),
    ("negative", "NumberRange", "Numbers below zero: both clients accept them", doc("-1", "-2"), (-1, -2)),
    ("days-2-31-less-1", "NumberRange", "retentionDays 2147483647, the largest 32-bit number", doc(days="2147483647"), (524288, 2147483647)),
    ("days-2-31", "NumberRange", "retentionDays 2147483648: wraps around on Android", doc(days="2147483648"), (524288, 2147483648)),
    ("days-large", "NumberRange", "retentionDays 99999999999: wraps around to 1215752191 on Android", doc(days="99999999999"), (524288, 99999999999)),
    ("days-string-large", "NumberRange", "99999999999 as a string: Android saturates it at 2147483647 and does not wrap", doc(days='"99999999999"'), "meaning"),
    ("bytes-2-53-plus-1", "NumberRange", "maxBackupBytes 9007199254740993, which a double cannot represent", doc("9007199254740993"), (9007199254740993, 180)),
    ("bytes-2-63-less-1", "NumberRange", "maxBackupBytes 9223372036854775807, the largest signed 64-bit number", doc("9223372036854775807"), (9223372036854775807, 180)),
    ("bytes-2-63", "NumberRange", "maxBackupBytes 9223372036854775808: one more than the largest signed 64-bit number", doc("9223372036854775808"), "meaning"),
    ("bytes-1e300", "NumberRange", "maxBackupBytes 1e300", doc("1e300"), "meaning"),
    ("hex", "Lenient", "Hexadecimal", doc("0x80000"), "json"),
    ("octal", "Lenient", "A leading zero: octal on Android, where 0264 is 180", doc(days="0264"), "json"),
    ("leading-zero", "Lenient", "A leading zero before 8, which is not an octal digit: decimal on Android", doc(days="0180"), "json"),
    ("plus", "Lenient", "A plus sign", doc(days="+180"), "json"),
    ("dot-first", "Lenient", "A number that begins with the decimal point", doc(".5"), "json"),
    ("unquoted-keys", "Lenient", "Keys without quotes", "{maxBackupBytes:524288,retentionDays:180}", "json"),
    ("single-quotes", "Lenient", "Single quotes", "{'maxBackupBytes':524288,'retentionDays':180}", "json"),
    ("equals", "Lenient", "Equals signs and a semicolon", '{"maxBackupBytes"=524288;"retentionDays"=>180}', "json"),
    ("comment-block", "Lenient", "A comment as in C", '/* size */ {"maxBackupBytes":524288,"retentionDays":180}', "json"),
    ("comment-line", "Lenient", "A comment as in C++", '{"maxBackupBytes":524288, // bytes\n"retentionDays":180}', "json"),
    ("comment-hash", "Lenient", "A comment as in a shell script", '{"maxBackupBytes":524288, # bytes\n"retentionDays":180}', "json"),
    ("unquoted-number-unit", "Lenient", "A unit after the number, without quotes", doc("524288 bytes"), "json"),
    ("unquoted-text", "Lenient", "Text without quotes: Android reads a string that is not a number", doc("many"), "json"),
    ("duplicate", "DuplicateKey", "Both keys twice", '{"maxBackupBytes":1,"retentionDays":2,"maxBackupBytes":3,"retentionDays":4}', (1, 2)),
    ("duplicate-null", "DuplicateKey", "A key twice, the second time with null: Android then has no value", '{"maxBackupBytes":1,"retentionDays":2,"maxBackupBytes":null}', (1, 2)),
    ("array", "NotAnObject", "An array", "[524288,180]", "meaning"),
    ("array-of-object", "NotAnObject", "The config in an array", "[" + doc() + "]", "meaning"),
    ("number", "NotAnObject", "A number alone", "524288", "meaning"),
    ("string", "NotAnObject", "The config as a string", json.dumps(doc()), "meaning"),
    ("null", "NotAnObject", "null alone", "null", "meaning"),
    ("empty", "NotJson", "No bytes at all", "", "json"),
    ("spaces", "NotJson", "White space alone", " \r\n", "json"),
    ("html", "NotJson", "A login page: Android's parser reads a string, not an object", "<!DOCTYPE html>\n<html><body>Log in</body></html>", "json"),
    ("trailing-comma", "NotJson", "A comma after the last pair", '{"maxBackupBytes":524288,"retentionDays":180,}', "json"),
    ("no-comma", "NotJson", "No comma between the pairs", '{"maxBackupBytes":524288 "retentionDays":180}', "json"),
    ("unclosed", "NotJson", "The closing brace is missing", doc()[:-1], "json"),
    ("cut", "NotJson", "Cut off in a key", doc()[:26], "json"),
    ("xml", "NotJson", "XML", "<?xml version=\"1.0\"?><config/>", "json"),
    ("text-after", "Tail", "Text after the JSON", doc() + " and so on", "json"),
    ("brace-after", "Tail", "One closing brace too many", doc() + "}", "json"),
    ("second-object", "Tail", "A second object after the first", doc() + doc("1", "1"), "json"),
    ("bom", "Encoding", "A byte order mark", "\ufeff" + doc(), USUAL),
    ("not-utf8", "Encoding", "A byte that is not UTF-8, in a value that no client reads",
     {"concat": [{"text": '{"maxBackupBytes":524288,"x":"'}, "ff", {"text": '","retentionDays":180}'}]}, None),
    ("curly-quotes", "Lenient", "Typographic quotation marks: Android's parser treats them as part of the keys",
     "{\u201cmaxBackupBytes\u201d: 524288, \u201cretentionDays\u201d: 180}", "json"),
    ("curly-quotes-single", "Lenient", "Typographic single quotation marks",
     "{\u2018maxBackupBytes\u2019: 524288, \u2018retentionDays\u2019: 180}", "json"),
    ("no-break-space", "Lenient", "A no-break space after a colon", "{\"maxBackupBytes\":\u00a0524288,\"retentionDays\":180}", "json"),
    ("long-4096", "Long", "4096 bytes including the spaces after the JSON, the most that Android before 6.2 reads",
     {"concat": [{"text": doc()}, {"pattern": "20", "length": 4096 - len(doc())}]}, USUAL),
    ("long-4097", "Long", "4097 bytes including the spaces after the JSON, one more than Android before 6.2 reads",
     {"concat": [{"text": doc()}, {"pattern": "20", "length": 4097 - len(doc())}]}, USUAL),
    ("long-4097-inside", "Long", "4097 bytes, with the required keys at the end",
     {"concat": [{"text": '{"comment":"'}, {"pattern": "78", "length": 4097 - 57}, {"text": '","maxBackupBytes":524288,"retentionDays":180}'}]}, USUAL),
    ("keys-swapped", "Plain", "retentionDays first, and both values unusual", '{"retentionDays":30,"maxBackupBytes":1048577}', (1048577, 30)),
    ("other-values", "Plain", "Values that are not the usual ones", doc("1234567", "91"), (1234567, 91)),
    ("long-after", "Long", "5000 spaces after the JSON",
     {"concat": [{"text": doc()}, {"pattern": "20", "length": 5000}]}, USUAL),
    ("long-inside", "Long", "5000 bytes in a value that no client reads, before the required keys",
     {"concat": [{"text": '{"comment":"'}, {"pattern": "78", "length": 5000}, {"text": '","maxBackupBytes":524288,"retentionDays":180}'}]}, USUAL),
]


def like_ios(data):
    """A second implementation of the same rules: strict JSON, the first value of each key, whole numbers of 64 bits."""

    def refuse(constant):
        raise ValueError(constant)

    def first(pairs):
        found = {}
        for key, value in pairs:
            found.setdefault(key, value)
        return found

    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=first, parse_constant=refuse)
    except ValueError:
        return "json"
    if not isinstance(value, dict):
        return "meaning"
    numbers = []
    for key in ("maxBackupBytes", "retentionDays"):
        number = value.get(key)
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if type(number) is not int or not -2**63 <= number < 2**63:
            return "meaning"
        numbers.append(number)
    return tuple(numbers)


def numbers(bytes, days):
    return {"max_backup_bytes": str(bytes), "retention_days": str(days)}


def build(oracles):
    file = File("config", NOTES)
    group = file.group(
        "what clients read", "parse_config", ["clause 4.2", "clients.read.duplicate-keys, clients.read.bom", "clients.http.config-body"],
        [by("android", "executed", "Android's org.json (Debian's libandroid-json-java 10.0.0) on OpenJDK 17: getLong and getInt, as the client's source calls them"),
         by("ios", "read", "clause 4.2.ios; clients.read.duplicate-keys"),
         by("desktop", "read", "clause 4.2")])
    for name, flag, comment, body, ios in TABLE:
        if isinstance(body, str):
            body = {"text": body}
        data = expand(body)
        answer = oracles.java.ask(op="config", data=data.hex())
        android = invalid(answer["stage"]) if "stage" in answer else valid(numbers(answer["max_backup_bytes"], answer["retention_days"]))
        if ios is None:
            outcome = unknown(INFERRED)
        else:
            assert like_ios(data) == ios, (name, like_ios(data), ios)
            outcome = invalid(ios) if isinstance(ios, str) else valid(numbers(*ios))
        if android == outcome:
            group.add(f"config.{name}", comment, [flag], {"body": body}, android)
        else:
            group.add(f"config.{name}", comment, [flag], {"body": body}, {"android": android, "ios": outcome, "desktop": DESKTOP})
    return file
