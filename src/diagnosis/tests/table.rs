//! The table: a scene that shows each problem, and one that nearly does.

use super::super::*;
use super::scene::*;
use crate::engine::{Blocker, Breakage};
use crate::suites::server::tls::tests::{
    DAY, NOW, authority, healthy, names, own, parameters, sent, signed,
};
use crate::wire::tls::{Inspection, KeyProof};
use crate::wire::{Facts, FailureKind, LoginKind, Method};
use rcgen::{CertificateParams, SanType};

fn leaf() -> CertificateParams {
    let leaf = parameters("leaf", NOW - DAY, NOW + 80 * DAY);
    names(leaf, &["cloud.example"])
}

/// The address as a DNS name.
fn as_dns_name() -> CertificateParams {
    let mut leaf = leaf();
    let name = "192.0.2.1".try_into().expect("a DNS name by its letters");
    leaf.subject_alt_names = vec![SanType::DnsName(name)];
    leaf
}

fn chain(chain: Vec<Vec<u8>>) -> Inspection {
    Inspection {
        chain: chain.into_iter().map(sent).collect(),
        ..healthy()
    }
}

fn server(leaf: Vec<u8>) -> Inspection {
    chain(vec![leaf])
}

fn at_address(leaf: Vec<u8>) -> Inspection {
    Inspection {
        host: "192.0.2.1".to_owned(),
        ..server(leaf)
    }
}

fn with_key(key_proof: KeyProof) -> Inspection {
    Inspection {
        key_proof,
        ..healthy()
    }
}

/// A chain to a public root.
fn public(root: &str) -> Inspection {
    Inspection {
        public: true,
        ..server(signed(&leaf(), root))
    }
}

fn target(facts: Facts, seen: Inspection) -> Scene {
    Scene::Target(Box::new(facts), Some(Box::new(seen)))
}

type Row = (&'static str, fn() -> Scene, fn() -> Scene);

/// The name of a problem, what shows it, and what nearly does.
const ROWS_0: &[Row] = &[
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
        || deviates("config.same"),
        || passes("config.same"),
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
        "no-head",
        || deviates("desktop.head"),
        || passes("desktop.head"),
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
        "retention-counted-wrongly",
        || deviates("retention.refresh"),
        || passes("retention.refresh"),
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
        || deviates("download.fresh"),
        || passes("download.fresh"),
    ),
    (
        "body-rewritten",
        || deviates("integrity.content"),
        || passes("integrity.content"),
    ),
    (
        "compressed-wrongly",
        || deviates("integrity.compressed-download"),
        || passes("integrity.compressed-download"),
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

const ROWS_1: &[Row] = &[
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
        || deviates("upload.round-trip"),
        || passes("upload.round-trip"),
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
        || put(403).stranger(403, &[]).into(),
        || put(403).stranger(401, &[]).into(),
    ),
    (
        "user-agent-filter",
        || config(403).other_agent(200).into(),
        || config(403).other_agent(403).into(),
    ),
];

const ROWS_2: &[Row] = &[
    ("upstream-down", || config(502).into(), || large(502).into()),
    ("rate-limit", || config(429).into(), || config(423).into()),
    (
        "banned",
        || blocked("upload.accepted", Blocker::LockedOut),
        || blocked("upload.accepted", Blocker::Limit),
    ),
    (
        "virus-scanner",
        || put(422).message("Virus Eicar found").into(),
        || put(422).message("Filesize is wrong").into(),
    ),
    (
        "login-needed",
        || config(401).login(LoginKind::Open).into(),
        || config(401).into(),
    ),
    (
        "authorization-lost",
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"x\"")
                .message("No 'Authorization: Basic' header found. Either")
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"x\"")
                .message("Username or password was incorrect")
                .into()
        },
    ),
    (
        "two-logins",
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"inner\"")
                .stranger(401, &[("www-authenticate", "Basic realm=\"outer\"")])
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"one\"")
                .stranger(401, &[("www-authenticate", "Basic realm=\"one\"")])
                .into()
        },
    ),
    (
        "app-password",
        || config(401).message("password login forbidden").into(),
        || config(401).message("login forbidden").into(),
    ),
    (
        "bearer-only",
        || {
            config(401)
                .header("www-authenticate", "Bearer realm=\"x, Basic y\"")
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "Bearer realm=\"x\", Basic realm=\"y\"")
                .into()
        },
    ),
    (
        "windows-login-only",
        || {
            config(401)
                .header("www-authenticate", "Negotiate")
                .header("www-authenticate", "NTLM")
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "Negotiate")
                .header("www-authenticate", "Basic realm=\"x\"")
                .into()
        },
    ),
    (
        "digest-only",
        || {
            config(401)
                .header("www-authenticate", "Digest realm=\"x\", nonce=\"y\"")
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "Digest realm=\"x\"")
                .header("www-authenticate", "Basic realm=\"x\"")
                .into()
        },
    ),
    (
        "no-basic",
        || {
            config(401)
                .header("www-authenticate", "DummyBasic realm=\"x\"")
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "basic realm=x")
                .into()
        },
    ),
    (
        "link-without-challenge",
        || {
            config(401)
                .anonymous()
                .at("https://cloud.example/public.php/dav/files/TOKEN")
                .into()
        },
        || config(401).anonymous().at(LINK).into(),
    ),
    (
        "no-challenge",
        || config(401).anonymous().into(),
        || {
            config(401)
                .anonymous()
                .header("www-authenticate", "Basic realm=\"x\"")
                .into()
        },
    ),
    (
        "wrong-password",
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"x\"")
                .into()
        },
        || config(403).into(),
    ),
    (
        "token-refused",
        || config(401).login(LoginKind::Token).into(),
        || config(401).into(),
    ),
    (
        "maintenance",
        || config(503).message("System in maintenance mode.").into(),
        || config(500).message("System in maintenance mode.").into(),
    ),
    (
        "account-disabled",
        || config(503).message("User disabled").into(),
        || config(503).message("App disabled").into(),
    ),
    (
        "encryption-not-ready",
        || {
            put(503)
                .message("Encryption not ready: Private Key missing")
                .into()
        },
        || put(503).message("Not ready").into(),
    ),
    (
        "untrusted-host",
        || {
            config(400)
                .body("<html>Access through untrusted domain</html>")
                .into()
        },
        || config(400).body("<html>Bad Request</html>").into(),
    ),
    ("quota", || put(507).into(), || put(500).into()),
    ("locked", || put(423).into(), || put(409).into()),
    ("no-overwrite", || replace(403).into(), || put(403).into()),
    (
        "url-of-config",
        || config(404).at("https://cloud.example/safe/config").into(),
        || config(404).into(),
    ),
    (
        "nextcloud-url",
        || config(404).nextcloud().at("https://cloud.example").into(),
        || config(404).nextcloud().at(FILES).into(),
    ),
    (
        "no-file-access",
        || config(404).nextcloud().at(FILES).folder(404).into(),
        || config(404).nextcloud().at(FILES).folder(207).into(),
    ),
    (
        "file-drop",
        || stored(404).at(LINK).into(),
        || stored(404).into(),
    ),
    (
        "link-gone",
        || config(503).at(LINK).into(),
        || config(503).into(),
    ),
    (
        "opencloud-url",
        || {
            config(404)
                .at("https://cloud.example/files/spaces/personal/alice")
                .into()
        },
        || config(404).into(),
    ),
    (
        "no-such-folder",
        || config(404).folder(404).into(),
        || config(404).folder(207).into(),
    ),
    (
        "config-misnamed",
        || {
            config(404)
                .folder(207)
                .backups(207)
                .misnamed("config.txt")
                .into()
        },
        || config(404).folder(207).backups(207).into(),
    ),
    (
        "folder-empty",
        || config(404).folder(207).backups(404).into(),
        || config(404).folder(207).backups(207).into(),
    ),
    (
        "config-missing",
        || config(404).folder(207).backups(207).into(),
        || config(404).folder(405).into(),
    ),
    (
        "no-mime-type",
        || stored(404).header("server", "Microsoft-IIS/10.0").into(),
        || stored(404).header("server", "Apache").into(),
    ),
    (
        "backups-missing",
        || put(409).folder(404).into(),
        || put(409).folder(207).into(),
    ),
    (
        "backups-not-writable",
        || put(404).folder(207).into(),
        || put(404).folder(404).into(),
    ),
];

const ROWS_3: &[Row] = &[
    (
        "no-webdav",
        || put(405).folder(405).into(),
        || put(405).folder(207).into(),
    ),
    (
        "slash-redirect",
        || {
            config(301)
                .header("location", "https://cloud.example/safe/config/")
                .into()
        },
        || {
            config(301)
                .header("location", "https://other.example/safe/config/")
                .into()
        },
    ),
    (
        "moved",
        || {
            config(301)
                .header("location", "https://new.example/safe/config")
                .into()
        },
        || {
            config(301)
                .header("location", "https://new.example/welcome")
                .into()
        },
    ),
    (
        "login-redirect",
        || config(302).header("location", "/login?next=%2Fsafe").into(),
        || config(302).header("location", "/welcome").into(),
    ),
    (
        "storage-redirect",
        || {
            config(302)
                .header("location", "https://storage.example/config?sign=abc")
                .into()
        },
        || {
            config(302)
                .header("location", "https://storage.example/config?page=1")
                .into()
        },
    ),
    (
        "upload-dropped",
        || silent(Some((Method::Put, Subject::Backup)), FailureKind::NoAnswer),
        || silent(Some((Method::Get, Subject::Config)), FailureKind::NoAnswer),
    ),
    (
        "typographic-quotes",
        || {
            config(200)
                .body("{“maxBackupBytes”: 1, “retentionDays”: 2}")
                .into()
        },
        || {
            config(200)
                .body("{\"comment\": \"“my”\", \"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
    ),
    (
        "byte-order-mark",
        || {
            config(200)
                .body("\u{feff}{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
        || {
            config(200)
                .body("{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
                .into()
        },
    ),
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
    ("body-limit", || large(413).into(), || exact(413).into()),
    ("body-buffer", || large(500).into(), || put(500).into()),
    ("gateway-limit", || large(502).into(), || put(502).into()),
    ("firewall-limit", || large(403).into(), || put(403).into()),
    ("filter-limit", || large(404).into(), || put(404).into()),
    (
        "large-upload-dropped",
        || {
            silent(
                Some((Method::Put, Subject::LargeBackup)),
                FailureKind::Reset,
            )
        },
        || silent(Some((Method::Put, Subject::Backup)), FailureKind::Reset),
    ),
    (
        "limit-off-by-one",
        || exact(413).into(),
        || large(413).into(),
    ),
    (
        "upload-not-stored",
        || stored(404).into(),
        || stored(403).into(),
    ),
    (
        "forbidden",
        || config(403).into(),
        || config(403).anonymous().into(),
    ),
    ("unavailable", || config(503).into(), || config(502).into()),
    ("server-error", || put(500).into(), || large(500).into()),
    (
        "upload-forbidden",
        || put(403).into(),
        || put(403).folder(404).into(),
    ),
    (
        "header-refused",
        || config(400).into(),
        || config(400).body("no").into(),
    ),
    (
        "connection-lost",
        || silent(None, FailureKind::TimedOut),
        || silent(None, FailureKind::NotOffered),
    ),
];

#[test]
fn each_problem_is_named_where_it_is_and_not_where_it_nearly_is() {
    let rows: Vec<&Row> = [ROWS_0, ROWS_1, ROWS_2, ROWS_3]
        .into_iter()
        .flatten()
        .collect();
    let mut wrong = Vec::new();
    for problem in CATALOGUE {
        let own: Vec<_> = rows
            .iter()
            .filter(|(name, _, _)| problem.id.strip_prefix("problem.") == Some(name))
            .collect();
        if own.is_empty() {
            wrong.push(format!("{}: no row of the table", problem.id));
        }
        for (_, shows, nearly) in own {
            let (named, missed) = (shows().problems(), nearly().problems());
            if !named.iter().any(|id| id == problem.id) {
                wrong.push(format!("{}: {named:?} instead", problem.id));
            }
            if missed.iter().any(|id| id == problem.id) {
                wrong.push(format!("{}: named by its near miss", problem.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, _, _) in rows {
        let id = format!("problem.{name}");
        assert!(Problem::of(&id).is_some(), "{id} is in no catalogue");
    }
    assert!(CATALOGUE.len() >= 70);
}

#[test]
fn a_first_upload_that_stays_may_be_write_once_storage() {
    let problem = "problem.no-overwrite".to_owned();
    assert_eq!(deviates("upload.overwrite").problems(), [problem]);
    assert_eq!(deviates_at("upload.overwrite", "size").problems(), [""; 0]);
}
