//! Clause 4.2, row by row, for both clients that read a config.

use super::*;
use crate::safe::Stage;

const USUAL: Option<(i64, i64)> = Some((524_288, 180));

/// The two numbers that a client reads in a config, or nothing.
type Read = Option<(i64, i64)>;

fn read(client: Client, body: &[u8]) -> Read {
    let config = parse_config(client, body)?.ok()?;
    Some((config.max_backup_bytes, config.retention_days))
}

#[track_caller]
fn check(body: &str, android: Read, ios: Read) {
    assert_eq!(
        read(Client::Android, body.as_bytes()),
        android,
        "Android: {body}"
    );
    assert_eq!(read(Client::Ios, body.as_bytes()), ios, "iOS: {body}");
}

#[test]
fn both_read_plain_json() {
    let bodies = [
        r#"{"maxBackupBytes": 524288, "retentionDays": 180}"#,
        r#"{"retentionDays":180,"maxBackupBytes":524288}"#,
        "\u{feff}\r\n{\"maxBackupBytes\":524288,\"retentionDays\":180}\n",
        r#"{"x":null,"maxBackupBytes":524288,"y":[{"retentionDays":1}],"retentionDays":180}"#,
        r#"{"maxBackupBytes":524288.0,"retentionDays":1.8e2}"#,
        r#"{"maxBackupBytes":5.24288E5,"retentionDays":18000e-2}"#,
        r#"{"max\u0042ackupBytes":524288,"retentionDays":180}"#,
        &ServerConfig::USUAL.to_json(),
    ];
    for body in bodies {
        check(body, USUAL, USUAL);
    }
}

#[test]
fn android_alone_reads_what_is_not_json() {
    let bodies = [
        r#"{"maxBackupBytes":"524288","retentionDays":"180"}"#,
        r#"{"maxBackupBytes":524288.9,"retentionDays":180.5}"#,
        r#"{"maxBackupBytes":0x80000,"retentionDays":0264}"#,
        "{maxBackupBytes:524288,retentionDays:180}",
        "{'maxBackupBytes':524288,'retentionDays':180}",
        "{\"maxBackupBytes\"=524288;\"retentionDays\"=>180}",
        "/* a */ {\"maxBackupBytes\":524288, // b\n\"retentionDays\":180 # c\n}",
        r#"{"maxBackupBytes":524288,"retentionDays":180} and so on"#,
        r#"{"maxBackupBytes":524288,"retentionDays":180}}"#,
    ];
    for body in bodies {
        check(body, USUAL, None);
    }
}

#[test]
fn duplicate_keys_part_the_clients() {
    let body = r#"{"maxBackupBytes":1,"retentionDays":2,"maxBackupBytes":3,"retentionDays":4}"#;
    check(body, Some((3, 4)), Some((1, 2)));
    let body = r#"{"maxBackupBytes":1,"retentionDays":2,"maxBackupBytes":null}"#;
    check(body, None, Some((1, 2)));
}

#[test]
fn large_numbers_part_the_clients() {
    let config =
        |bytes: &str, days: &str| format!(r#"{{"maxBackupBytes":{bytes},"retentionDays":{days}}}"#);
    check(
        &config("1", "99999999999"),
        Some((1, 1_215_752_191)),
        Some((1, 99_999_999_999)),
    );
    let largest = i64::MAX;
    check(
        &config("9223372036854775807", "1"),
        Some((largest, 1)),
        Some((largest, 1)),
    );
    check(
        &config("9223372036854775808", "1"),
        Some((largest, 1)),
        None,
    );
    check(&config("1e300", "1"), Some((largest, 1)), None);
    check(&config("1e999", "1"), None, None);
    check(&config("-1", "-2"), Some((-1, -2)), Some((-1, -2)));
}

#[test]
fn both_refuse_what_has_no_numbers() {
    let bodies = [
        "",
        " ",
        "null",
        "[]",
        "524288",
        "{}",
        "<!DOCTYPE html><html><body>Log in</body></html>",
        r#"{"maxBackupBytes":524288,"retentionDays":180,}"#,
        r#"{"maxBackupBytes":524288}"#,
        r#"{"retentionDays":180}"#,
        r#"{"maxBackupBytes":null,"retentionDays":180}"#,
        r#"{"maxBackupBytes":524288,"retentionDays":true}"#,
        r#"{"maxBackupBytes":[524288],"retentionDays":180}"#,
        r#"{"maxBackupBytes":"many","retentionDays":180}"#,
        r#"{"MaxBackupBytes":524288,"retentionDays":180}"#,
        r#"{"maxBackupBytes":524288,"retentionDays":180"#,
        r#"[{"maxBackupBytes":524288,"retentionDays":180}]"#,
    ];
    for body in bodies {
        check(body, None, None);
    }
}

/// Android's parser reads these numbers in another way than they look.
#[test]
fn android_misreads_some_numbers() {
    let config = |days: &str| format!(r#"{{"maxBackupBytes":1,"retentionDays":{days}}}"#);
    for (days, android) in [("0180", 180), ("0100", 64), ("0x180", 384), ("\"NaN\"", 0)] {
        check(&config(days), Some((1, android)), None);
    }
}

#[test]
fn bytes_that_are_not_utf8_stop_ios_alone() {
    let body = b"{\"maxBackupBytes\":524288,\"x\":\"\xff\",\"retentionDays\":180}";
    assert_eq!(read(Client::Android, body), USUAL);
    assert_eq!(
        ios::parse_config(body),
        Err(ConfigError::NotUtf8 { place: 30 })
    );
}

#[test]
fn desktop_reads_no_config() {
    assert_eq!(parse_config(Client::Desktop, b"{}"), None);
}

#[test]
fn refusals_are_sentences() {
    let sentence = |client, body: &str| {
        let error = parse_config(client, body.as_bytes())
            .expect("a reader")
            .expect_err(body);
        (error.to_string(), error.stage())
    };
    let cases = [
        (
            Client::Ios,
            r#"{"maxBackupBytes":"524288","retentionDays":180}"#,
            "`maxBackupBytes` is the string \"524288\", not a whole number",
        ),
        (
            Client::Ios,
            r#"{"maxBackupBytes":0.5,"retentionDays":180}"#,
            "`maxBackupBytes` is the number 0.5, not a whole number",
        ),
        (
            Client::Ios,
            r#"{"maxBackupBytes":1e300,"retentionDays":180}"#,
            "`maxBackupBytes` is the number 1e+300, which does not fit 64 bits",
        ),
        (
            Client::Ios,
            r#"{"maxBackupBytes":1}"#,
            "`retentionDays` is missing",
        ),
        (
            Client::Android,
            r#"{"maxBackupBytes":1,"retentionDays":"a\u001b\"b"}"#,
            "`retentionDays` is the string \"a\\u{1b}\\\"b\", not a number",
        ),
        (
            Client::Android,
            "[]",
            "the config is an array, not an object with `maxBackupBytes` and `retentionDays`",
        ),
        (
            Client::Android,
            "<html><body>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "the config is the string \"<html><body>xxxxxxxxxxxxxxxxxxxxxxxxxxxx…\", \
             not an object with `maxBackupBytes` and `retentionDays`",
        ),
    ];
    for (client, body, expected) in cases {
        assert_eq!(
            sentence(client, body),
            (expected.to_owned(), Stage::Meaning)
        );
    }
    let syntax = [
        (
            Client::Android,
            "",
            "the config is not JSON to Android: the text ends where a value should begin, at character 0",
        ),
        (
            Client::Ios,
            "{} x",
            "the config is not JSON to iOS: at line 1, column 4, text follows the end of the document",
        ),
        (
            Client::Ios,
            "not json",
            "the config is not JSON to iOS: at line 1, column 1, a value is missing",
        ),
        (
            Client::Ios,
            "{\"maxBackupBytes\": 1,}",
            "the config is not JSON to iOS: at line 1, column 22, a comma stands before the closing bracket",
        ),
        (
            Client::Ios,
            "",
            "the config is not JSON to iOS: it ends too early",
        ),
    ];
    for (client, body, expected) in syntax {
        assert_eq!(sentence(client, body), (expected.to_owned(), Stage::Json));
    }
}
