//! Rows of the table: problems of what `config` holds.

use super::scene::*;
use super::table::Row;

pub(super) const ROWS_5: &[Row] = &[
    (
        "config-charset",
        || {
            config(200)
                .header("content-type", "application/json; charset=utf-16")
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
        || {
            config(200)
                .header("content-type", "application/json; charset=UTF-8")
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
    ),
    (
        "page-for-config",
        || {
            config(200)
                .body("<!DOCTYPE html><html><title>Login</title></html>")
                .into()
        },
        || {
            config(404)
                .body("<!DOCTYPE html><html><title>Login</title></html>")
                .into()
        },
    ),
    (
        "config-empty",
        || config(200).into(),
        || {
            config(200)
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
    ),
    (
        "config-in-a-document",
        || {
            config(200)
                .body("```json\n{\"maxBackupBytes\": 1, \"retentionDays\": 2}\n```")
                .into()
        },
        || {
            config(200)
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2} ")
                .into()
        },
    ),
    (
        "config-not-json",
        || {
            config(200)
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2,}")
                .into()
        },
        || {
            config(200)
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
    ),
    (
        "config-numbers",
        || {
            config(200)
                .body("{\"maxBackupBytes\": \"1\", \"retentionDays\": 2}")
                .into()
        },
        || {
            config(200)
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2, \"more\": \"3\"}")
                .into()
        },
    ),
    (
        "same-everywhere",
        || config(200).body("hello\n").missing(200, b"hello\n").into(),
        || config(200).body("hello\n").missing(200, b"others").into(),
    ),
    (
        "same-everywhere",
        || config(200).body("hello\n").missing(200, b"hello\n").into(),
        || config(200).body("hello\n").missing(404, b"hello\n").into(),
    ),
    (
        "config-other-content",
        || config(200).body("not json").into(),
        || config(200).body("{\"status\": \"ok\"}").into(),
    ),
    (
        "config-other-content",
        || config(200).body("[524288, 180]").into(),
        || {
            config(200)
                .body("<!DOCTYPE html><title>Hello</title>")
                .into()
        },
    ),
    (
        "config-other-content",
        || config(200).body("<?xml version=\"1.0\"?><a/>").into(),
        || config(200).body("{maxBackupBytes: 1}").into(),
    ),
];
