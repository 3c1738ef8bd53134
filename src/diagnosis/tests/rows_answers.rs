//! Rows of the table: problems that answers and missing answers show.

use super::super::*;
use super::scene::*;
use super::table::Row;
use crate::engine::Blocker;
use crate::wire::{FailureKind, LoginKind, Method};

pub(super) const ROWS_2: &[Row] = &[
    ("upstream-down", || config(502).into(), || large(502).into()),
    ("rate-limit", || config(429).into(), || config(423).into()),
    (
        "banned",
        || blocked("upload.accepted", Blocker::LockedOut),
        || blocked("upload.accepted", Blocker::Limit),
    ),
    (
        "no-content-with-body",
        || put(204).header("content-length", "2").into(),
        || put(204).header("content-length", "0").into(),
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
                .without_login(401, &[("www-authenticate", "Basic realm=\"outer\"")])
                .into()
        },
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"one\"")
                .without_login(401, &[("www-authenticate", "Basic realm=\"one\"")])
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
        "no-login",
        || config(404).anonymous().person(404).into(),
        || config(404).anonymous().person(200).into(),
    ),
    (
        "no-login",
        || config(404).anonymous().person(404).into(),
        || config(403).anonymous().person(403).into(),
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
        "no-login-offered",
        || config(401).into(),
        || {
            config(401)
                .header("www-authenticate", "Basic realm=\"x\"")
                .into()
        },
    ),
    (
        "no-login-offered",
        || config(401).into(),
        || config(401).login(LoginKind::Token).into(),
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
        "other-user",
        || {
            config(404)
                .nextcloud()
                .at(FILES)
                .other_user()
                .folder(404)
                .into()
        },
        || config(404).nextcloud().at(FILES).folder(404).into(),
    ),
    (
        "no-file-access",
        || config(404).nextcloud().at(FILES).folder(404).into(),
        || config(404).nextcloud().at(FILES).folder(207).into(),
    ),
    (
        "no-file-access",
        || {
            config(404)
                .header("server", "Apache")
                .at(FILES)
                .folder(404)
                .into()
        },
        || {
            config(404)
                .header("www-authenticate", "Basic realm=\"ownCloud\"")
                .at(FILES)
                .folder(404)
                .into()
        },
    ),
    (
        "no-file-access",
        || {
            let base = "https://cloud.example/remote.php/webdav/threema";
            config(404).at(base).folder(404).into()
        },
        || config(404).nextcloud().at(LINK).folder(404).into(),
    ),
    (
        "other-user",
        || config(404).at(FILES).other_user().folder(404).into(),
        || config(404).other_user().folder(404).into(),
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
        "not-set-up",
        || config(404).folder(405).without_login(404, &[]).into(),
        || config(404).folder(405).without_login(401, &[]).into(),
    ),
    (
        "not-set-up",
        || config(404).folder(501).login(LoginKind::Open).into(),
        || config(404).folder(207).login(LoginKind::Open).into(),
    ),
    (
        "not-set-up",
        || {
            config(405)
                .header("server", "Apache/2.4.62 (Debian)")
                .folder(405)
                .without_login(405, &[])
                .into()
        },
        || {
            config(403)
                .header("server", "Apache/2.4.62 (Debian)")
                .folder(403)
                .without_login(403, &[])
                .into()
        },
    ),
    (
        "no-such-folder",
        || config(404).folder(404).into(),
        || config(404).folder(207).into(),
    ),
    (
        "no-such-folder",
        || config(404).at(LINK).folder(404).into(),
        || config(404).at(FILES).folder(404).into(),
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
        "config-not-found",
        || config(404).folder(405).into(),
        || config(404).folder(207).into(),
    ),
    (
        "config-not-found",
        || config(404).folder(405).into(),
        || config(404).into(),
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
        "backups-missing",
        || put(404).folder(404).above(207).into(),
        || put(404).folder(404).above(404).into(),
    ),
    (
        "backups-missing",
        || put(404).header("server", "nginx/1.22.1").folder(405).into(),
        || put(404).header("server", "Caddy").folder(405).into(),
    ),
    (
        "backups-not-writable",
        || put(404).folder(207).into(),
        || put(404).folder(404).into(),
    ),
];

pub(super) const ROWS_3: &[Row] = &[
    (
        "no-webdav",
        || put(404).folder(404).above(404).into(),
        || put(404).folder(404).above(207).into(),
    ),
    (
        "no-webdav",
        || put(404).folder(200).into(),
        || put(409).folder(200).into(),
    ),
    (
        "no-webdav",
        || put(404).header("server", "Caddy").folder(405).into(),
        || put(404).header("server", "nginx/1.22.1").folder(405).into(),
    ),
    (
        "no-webdav",
        || {
            config(404)
                .header("server", "Apache/2.4.62 (Debian)")
                .folder(405)
                .without_login(401, &[])
                .into()
        },
        || {
            config(404)
                .header("server", "nginx/1.22.1")
                .folder(405)
                .without_login(401, &[])
                .into()
        },
    ),
    (
        "no-webdav",
        || {
            config(404)
                .header("server", "Apache/2.4.62 (Debian)")
                .folder(501)
                .into()
        },
        || {
            config(404)
                .at(FILES)
                .header("server", "Apache/2.4.62 (Debian)")
                .folder(405)
                .into()
        },
    ),
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
        || config(200).bytes(b"\xff\xfe{\0\"\0m\0").into(),
        // All clients accept the mark of UTF-8.
        || {
            config(200)
                .body("\u{feff}{\"maxBackupBytes\": 1, \"retentionDays\": 2}")
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
