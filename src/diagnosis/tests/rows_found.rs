//! Rows of the table: problems that the findings of a run show.

use super::certificates::*;
use super::scene::*;
use super::table::Row;
use crate::engine::Breakage;
use crate::wire::Facts;

pub(super) const ROWS_0: &[Row] = &[
    (
        "cloudflare-challenge",
        || config(403).header("cf-mitigated", "challenge").into(),
        || config(403).header("server", "cloudflare").into(),
    ),
    (
        "portal",
        || {
            config(302)
                .header(
                    "location",
                    "https://auth.example/?rd=https%3A%2F%2Fcloud.example%2Fsafe",
                )
                .into()
        },
        || {
            config(302)
                .header("location", "https://other.example/safe/config")
                .into()
        },
    ),
    (
        "captive-portal",
        || config(511).into(),
        || config(503).into(),
    ),
    ("proxy-login", || config(407).into(), || config(401).into()),
    (
        "unreachable",
        || breaks("server.reachable", Breakage::Unreachable),
        || breaks("server.reachable", Breakage::Stopped),
    ),
    (
        "plain-http",
        || deviates("tls.https"),
        || passes("tls.https"),
    ),
    (
        "http-on-https-port",
        || {
            let page = "<center>The plain HTTP request was sent to HTTPS port</center>";
            config(400)
                .at("http://localhost:8443/safe")
                .body(page)
                .into()
        },
        || {
            let page = "<center>Request Header Or Cookie Too Large</center>";
            config(400)
                .at("http://localhost:8443/safe")
                .body(page)
                .into()
        },
    ),
    (
        "http3-dead",
        || deviates("server.http3"),
        || passes("server.http3"),
    ),
    (
        "slow-upload-ended",
        || deviates("upload.slow-uplink"),
        || passes("upload.slow-uplink"),
    ),
    (
        "redirected-downloads",
        || deviates("server.redirected-downloads"),
        || passes("server.redirected-downloads"),
    ),
    (
        "limit-too-low",
        || deviates("config.limit"),
        || passes("config.limit"),
    ),
    (
        "retention-wrong",
        || deviates("config.retention"),
        || passes("config.retention"),
    ),
    (
        "two-backends",
        || deviates_at("config.same", "meaning"),
        || deviates_at("config.same", "json"),
    ),
    (
        "surplus-bytes",
        || deviates("config.framing"),
        || passes("config.framing"),
    ),
    (
        "limit-not-enforced",
        || deviates("limits.above"),
        || passes("limits.above"),
    ),
    (
        "cut-off-destroys",
        || deviates("integrity.cut-off-keeps-old"),
        || passes("integrity.cut-off-keeps-old"),
    ),
    (
        "cut-off-visible",
        || deviates("integrity.cut-off-invisible"),
        || passes("integrity.cut-off-invisible"),
    ),
    (
        "uploads-mixed",
        || deviates("integrity.concurrent-uploads"),
        || passes("integrity.concurrent-uploads"),
    ),
    (
        "torn-download",
        || deviates("integrity.download-during-upload"),
        || passes("integrity.download-during-upload"),
    ),
    (
        "success-not-200",
        || stored(203).into(),
        || stored(200).into(),
    ),
    (
        "success-not-200",
        || stored(206).into(),
        || config(203).into(),
    ),
    (
        "no-head",
        || deviates("desktop.head"),
        || passes("desktop.head"),
    ),
    (
        "user-agent-filter",
        || deviates("desktop.restore"),
        || deviates_at("desktop.restore", "json"),
    ),
    (
        "missing-not-404",
        || deviates("download.missing"),
        || passes("download.missing"),
    ),
    (
        "malformed-id",
        || deviates("download.malformed"),
        || passes("download.malformed"),
    ),
    (
        "shown-after-deletion",
        || deviates("retention.deleted-everywhere"),
        || passes("retention.deleted-everywhere"),
    ),
    (
        "trash-bin",
        || deviates("retention.bin"),
        || passes("retention.bin"),
    ),
    (
        "retention-too-short",
        || deviates("retention.refresh"),
        || passes("retention.refresh"),
    ),
    (
        "marks-not-changed",
        || deviates("retention.upload-refreshes"),
        || deviates("retention.download-refreshes"),
    ),
    (
        "download-changes-time",
        || deviates("retention.download-refreshes"),
        || deviates("retention.upload-refreshes"),
    ),
    (
        "chunked-refused",
        || deviates("upload.chunked"),
        || passes("upload.chunked"),
    ),
    (
        "expect-broken",
        || deviates("upload.expect-continue"),
        || passes("upload.expect-continue"),
    ),
    (
        "upload-status",
        || deviates("upload.status"),
        || passes("upload.status"),
    ),
    (
        "reads-unprotected",
        || deviates("auth.anonymous-download"),
        || passes("auth.anonymous-download"),
    ),
    (
        "writes-unprotected",
        || deviates("auth.anonymous-upload"),
        || passes("auth.anonymous-upload"),
    ),
    (
        "writes-unprotected",
        || deviates("auth.anonymous-overwrite"),
        || passes("auth.anonymous-overwrite"),
    ),
    (
        "listing-open",
        || deviates("privacy.listing"),
        || passes("privacy.listing"),
    ),
    (
        "listing-own",
        || deviates("privacy.own-listing"),
        || passes("privacy.own-listing"),
    ),
    (
        "credentials-echoed",
        || deviates("privacy.credentials-echo"),
        || passes("privacy.credentials-echo"),
    ),
    (
        "letter-case",
        || deviates("privacy.letter-case"),
        || passes("privacy.letter-case"),
    ),
    (
        "encoded-slash",
        || deviates("privacy.encoded-slash"),
        || passes("privacy.encoded-slash"),
    ),
    (
        "double-slash",
        || deviates("url.double-slash"),
        || passes("url.double-slash"),
    ),
    (
        "caching-proxy",
        || deviates_at("download.fresh", "size"),
        || deviates_at("download.fresh", "http"),
    ),
    (
        "body-rewritten",
        || deviates_at("integrity.content", "size"),
        || deviates_at("integrity.content", "http"),
    ),
    (
        "compressed-wrongly",
        || deviates("integrity.compressed-download"),
        || passes("integrity.compressed-download"),
    ),
    (
        "compressed-wrongly",
        || deviates_at("integrity.content-encoding", "gunzip"),
        || deviates_at("integrity.content-encoding", "http"),
    ),
    (
        "compressed-on-request",
        || deviates_at("integrity.content-encoding", "http"),
        || deviates_at("integrity.content-encoding", "gunzip"),
    ),
    (
        "delete-refused",
        || deviates("delete.removes"),
        || passes("delete.removes"),
    ),
    (
        "password-charset",
        || deviates("auth.charset"),
        || passes("auth.charset"),
    ),
];

pub(super) const ROWS_1: &[Row] = &[
    (
        "session-cookie",
        || deviates("auth.cookie"),
        || passes("auth.cookie"),
    ),
    (
        "password-not-checked",
        || deviates("auth.wrong-password"),
        || passes("auth.wrong-password"),
    ),
    (
        "redirects",
        || deviates("server.redirects"),
        || passes("server.redirects"),
    ),
    (
        "backup-changed",
        || deviates_at("upload.round-trip", "size"),
        || deviates_at("upload.round-trip", "http"),
    ),
    (
        "overwrite-damages",
        || deviates_at("upload.overwrite", "size"),
        || deviates_at("upload.overwrite", "http"),
    ),
    (
        "large-backup-damaged",
        || deviates("limits.below"),
        || passes("limits.below"),
    ),
    (
        "at-sign-in-url",
        || {
            target(
                Facts {
                    at_sign_in_user_info: true,
                    ..facts()
                },
                public("Somebody"),
            )
        },
        || {
            target(
                Facts {
                    encoded_user_info: true,
                    ..facts()
                },
                public("Somebody"),
            )
        },
    ),
    (
        "read-only-share",
        || put(403).at(LINK).into(),
        || put(403).into(),
    ),
    (
        "method-blocked",
        || put(403).without_login(403, &[]).into(),
        || put(403).without_login(401, &[]).into(),
    ),
    (
        "user-agent-filter",
        || config(403).other_agent(200).into(),
        || config(403).other_agent(403).into(),
    ),
];
