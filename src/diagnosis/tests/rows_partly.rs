//! Rows of the table: problems of some requests only, and answers that cannot be read.

use super::scene::*;
use super::table::Row;
use crate::wire::FailureKind;

/// The problem that one answer with 502 shows.
const DOWN: &str = "problem.upstream-down";

/// The problem that one answer with 503 shows.
const AWAY: &str = "problem.unavailable";

pub(super) const ROWS_6: &[Row] = &[
    (
        "http2-fails",
        || {
            run(&[
                ("upload.accepted", "android-h1", "pass", ""),
                ("upload.accepted", "android-h2", "fail", DOWN),
                ("upload.accepted", "ios-h1", "pass", ""),
                ("upload.accepted", "ios-h2", "fail", DOWN),
            ])
        },
        || {
            // One client fails over both versions.
            run(&[
                ("upload.accepted", "android-h1", "pass", ""),
                ("upload.accepted", "android-h2", "pass", ""),
                ("upload.accepted", "ios-h1", "fail", DOWN),
                ("upload.accepted", "ios-h2", "fail", DOWN),
            ])
        },
    ),
    (
        "http2-fails",
        || {
            run(&[
                ("upload.accepted", "android-h1", "pass", ""),
                ("upload.accepted", "android-h2", "fail", DOWN),
            ])
        },
        || {
            // Nothing shows that HTTP/1.1 works.
            run(&[
                ("upload.accepted", "android-h1", "blocked", ""),
                ("upload.accepted", "android-h2", "fail", DOWN),
            ])
        },
    ),
    (
        "http2-head",
        || left_to_clients("config.readable", "android-h2"),
        || left_to_clients("config.readable", "android-h1"),
    ),
    (
        "http1-fails",
        || {
            run(&[
                ("upload.round-trip", "ios-h1", "fail", ""),
                ("upload.round-trip", "ios-h2", "pass", ""),
            ])
        },
        || {
            run(&[
                ("upload.round-trip", "ios-h1", "fail", ""),
                ("upload.round-trip", "ios-h2", "fail", ""),
            ])
        },
    ),
    (
        "gateway-for-some",
        || {
            run(&[
                ("config.readable", "ios-h1", "pass", ""),
                ("upload.accepted", "ios-h1", "fail", DOWN),
            ])
        },
        || {
            run(&[
                ("config.readable", "ios-h1", "fail", DOWN),
                ("upload.accepted", "ios-h1", "blocked", ""),
            ])
        },
    ),
    (
        "unavailable-for-some",
        || {
            run(&[
                ("config.readable", "ios-h1", "pass", ""),
                ("upload.accepted", "ios-h1", "fail", AWAY),
            ])
        },
        || {
            run(&[
                ("config.readable", "ios-h1", "fail", AWAY),
                ("upload.accepted", "ios-h1", "blocked", ""),
            ])
        },
    ),
    (
        "unavailable",
        || run(&[("config.readable", "ios-h1", "fail", AWAY)]),
        || {
            run(&[
                ("upload.accepted", "ios-h1", "pass", ""),
                ("upload.round-trip", "ios-h1", "fail", AWAY),
            ])
        },
    ),
    (
        "not-http",
        || silent(None, FailureKind::NotHttp),
        || silent(None, FailureKind::Peer),
    ),
    ("not-http", || config(101).into(), || config(426).into()),
    (
        "header-too-large",
        || silent(None, FailureKind::HeaderTooLarge),
        || silent(None, FailureKind::NotHttp),
    ),
    (
        "chunks-malformed",
        || silent(None, FailureKind::BadChunks),
        // The chunks were right, and ended too early.
        || silent(None, FailureKind::BodyEnded),
    ),
    (
        "interim-answers",
        || silent(None, FailureKind::TooManyInterim),
        // No answer came at all.
        || silent(None, FailureKind::TimedOut),
    ),
    (
        "upstream-down",
        || run(&[("config.readable", "ios-h1", "fail", DOWN)]),
        || {
            run(&[
                ("config.readable", "ios-h1", "pass", ""),
                ("upload.accepted", "ios-h1", "fail", DOWN),
            ])
        },
    ),
];

#[test]
fn a_check_without_a_version_follows_one_that_fails_over_it_alone() {
    let found = |problem| {
        run(&[
            ("upload.accepted", "ios-h1", "pass", ""),
            ("upload.accepted", "ios-h2", "fail", DOWN),
            ("upload.restore", "ios", "fail", problem),
        ])
        .problems()
    };
    let version = "problem.http2-fails";
    assert_eq!(found(DOWN), [version, version]);
    // Another problem stays.
    assert_eq!(found("problem.quota"), [version, "problem.quota"]);
}
