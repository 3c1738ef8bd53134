//! Rows of the table: problems that the findings of a run show.

use super::certificates::*;
use super::scene::*;
use super::table::Row;
use crate::engine::Breakage;
use crate::suites::server::tls::tests::{DAY, NOW, authority, healthy, own, parameters, signed};
use crate::wire::Facts;
use crate::wire::tls::KeyProof;

fn with_own_roots() -> Facts {
    Facts {
        own_roots: true,
        ..facts()
    }
}

fn on_loopback() -> Facts {
    Facts {
        loopback: true,
        ..facts()
    }
}

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
        "dead-address",
        || deviates("tls.addresses"),
        || passes("tls.addresses"),
    ),
    (
        "no-tls-on-port",
        || deviates("tls.answers"),
        || passes("tls.answers"),
    ),
    (
        "old-tls",
        || deviates("tls.protocol"),
        || passes("tls.protocol"),
    ),
    (
        "no-forward-secrecy",
        || deviates("tls.forward-secrecy"),
        || passes("tls.forward-secrecy"),
    ),
    (
        "no-current-suites",
        || deviates("tls.current-suites"),
        || deviates("tls.forward-secrecy"),
    ),
    (
        "no-forward-secrecy",
        || deviates("tls.forward-secrecy"),
        || deviates("tls.current-suites"),
    ),
    (
        "outdated-tls-accepted",
        || deviates("tls.old-versions"),
        || passes("tls.old-versions"),
    ),
    (
        "no-tls-1-3",
        || deviates("tls.version-1-3"),
        || passes("tls.version-1-3"),
    ),
    ("no-http2", || deviates("tls.alpn"), || passes("tls.alpn")),
    (
        "client-certificate",
        || deviates("tls.client-certificate"),
        || passes("tls.client-certificate"),
    ),
    (
        "certificate-request",
        || deviates("tls.no-certificate-request"),
        || passes("tls.no-certificate-request"),
    ),
    (
        "server-name-unknown",
        || deviates("tls.server-name"),
        || passes("tls.server-name"),
    ),
    (
        "clocks-apart",
        || deviates("tls.clock"),
        || passes("tls.clock"),
    ),
    (
        "intermediate-missing",
        || deviates("tls.chain"),
        || passes("tls.chain"),
    ),
    (
        "certificate-expires-soon",
        || deviates("tls.expires-soon"),
        || passes("tls.expires-soon"),
    ),
    (
        "weak-certificate",
        || deviates("tls.key"),
        || passes("tls.key"),
    ),
    (
        "certificate-form",
        || deviates("tls.purpose"),
        || passes("tls.purpose"),
    ),
    (
        "not-stapled",
        || deviates("tls.must-staple"),
        || deviates("tls.purpose"),
    ),
    (
        "chain-untidy",
        || deviates("tls.chain-order"),
        || passes("tls.chain-order"),
    ),
    (
        "self-signed",
        || deviates_on("tls.trusted", server(own(&leaf()))),
        || deviates_on("tls.trusted", server(own(&authority("Root")))),
    ),
    (
        "authority-as-server",
        || deviates_on("tls.trusted", server(own(&authority("Root")))),
        || deviates_on("tls.trusted", server(own(&leaf()))),
    ),
    (
        "key-mismatch",
        || deviates_on("tls.trusted", with_key(KeyProof::Bad)),
        || deviates_on("tls.trusted", with_key(KeyProof::Good)),
    ),
    (
        "private-root",
        || {
            deviates_on(
                "tls.trusted",
                chain(vec![
                    signed(&leaf(), "Own Root"),
                    own(&authority("Own Root")),
                ]),
            )
        },
        || deviates_on("tls.trusted", server(signed(&leaf(), "Own Root"))),
    ),
    (
        "private-chain-cut",
        || deviates_on("tls.trusted", server(signed(&leaf(), "Own Root"))),
        || {
            // The root is known, so the chain is refused for another reason.
            let mut known = server(signed(&leaf(), "Own Root"));
            known.chain[0].issuer_is_root_here = true;
            deviates_on("tls.trusted", known)
        },
    ),
    (
        "private-chain-cut",
        || deviates_on("tls.trusted", server(signed(&leaf(), "Own Root"))),
        || {
            deviates_on(
                "tls.trusted",
                chain(vec![
                    signed(&leaf(), "Own Root"),
                    own(&authority("Own Root")),
                ]),
            )
        },
    ),
    (
        "address-as-name",
        || deviates_on("tls.name", at_address(signed(&as_dns_name(), "CA"))),
        || deviates_on("tls.name", at_address(signed(&leaf(), "CA"))),
    ),
    (
        "common-name-only",
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("cloud.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("other.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
    ),
    (
        "wrong-name",
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("other.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("cloud.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
    ),
    (
        "certificate-expired",
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW - 2 * DAY, NOW - DAY), "CA")),
            )
        },
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW + DAY, NOW + 2 * DAY), "CA")),
            )
        },
    ),
    (
        "certificate-not-yet-valid",
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW + DAY, NOW + 2 * DAY), "CA")),
            )
        },
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW - 2 * DAY, NOW - DAY), "CA")),
            )
        },
    ),
    (
        "trust-of-this-machine",
        || target(facts(), healthy()),
        || target(facts(), public("Somebody")),
    ),
    (
        "root-not-on-phones",
        || target(with_own_roots(), healthy()),
        || target(with_own_roots(), public("Somebody")),
    ),
    (
        "loopback-address",
        || target(on_loopback(), public("Somebody")),
        || target(facts(), public("Somebody")),
    ),
    (
        "new-root",
        || target(facts(), public("ISRG Root X1")),
        || target(facts(), public("Somebody")),
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
