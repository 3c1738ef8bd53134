//! Problems of the server's state: maintenance, accounts, quota, locks and rights.

use super::certainty::Certainty;
use super::evidence::{Evidence, Subject};
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;
use super::{Product, Words};
use crate::safe::{Directions, Stage};
use crate::wire::Method;

/// The server is in maintenance mode.
pub(super) const MAINTENANCE: Problem = Problem {
    id: "problem.maintenance",
    title: "the server is in maintenance",
    evidence: "503 whose text contains `maintenance`",
    meaning: "The server says that it is in maintenance. Until that ends, no app backs up or restores.",
    fix: "End the maintenance.",
    fixes: &[(
        Product::Nextcloud,
        "Finish the update, then run `occ maintenance:mode --off`.",
    )],
    source: "servers.nextcloud-maintenance",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| unavailable(evidence, &["maintenance"]),
    ..BLANK
};

/// The account is disabled.
pub(super) const ACCOUNT_DISABLED: Problem = Problem {
    id: "problem.account-disabled",
    title: "the account is disabled",
    evidence: "503 whose text says that the user or the account is disabled",
    meaning: "The server knows the account, but the account is disabled. The administrator of the server can enable it.",
    fix: "Enable the account (Nextcloud: Accounts, or `occ user:enable USER`).",
    source: "servers.nextcloud-app-password",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| unavailable(evidence, &["user disabled", "account disabled"]),
    ..BLANK
};

/// The keys of the server's encryption do not exist yet.
pub(super) const ENCRYPTION_NOT_READY: Problem = Problem {
    id: "problem.encryption-not-ready",
    title: "the encryption of this account is not set up yet",
    evidence: "503 whose text names a missing private key or an encryption that is not ready",
    meaning: "The server encrypts files, but has no key for this account yet. It creates one at the first login in the web interface.",
    fix: "Log in once in the web interface with this account, and log out again.",
    source: "servers.nextcloud-encryption",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        unavailable(
            evidence,
            &[
                "encryption not ready",
                "private key missing",
                "log-out and log-in again",
            ],
        )
    },
    ..BLANK
};

/// Nextcloud does not accept the host name.
pub(super) const UNTRUSTED_HOST: Problem = Problem {
    id: "problem.untrusted-host",
    title: "Nextcloud does not trust this host name",
    evidence: "400 with a page that says `untrusted domain`",
    meaning: "Nextcloud answers only to the host names in its settings. This one is not among them.",
    fix: "Add the host name: `occ config:system:set trusted_domains 1 --value=HOST`.",
    source: "servers.nextcloud-host",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let body = &evidence.answer.body.bytes;
        let says_so = String::from_utf8_lossy(body).contains("untrusted domain");
        (evidence.answer.status == 400 && says_so).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The quota is used up.
pub(super) const QUOTA: Problem = Problem {
    id: "problem.quota",
    title: "the quota or the disk is full",
    evidence: "status 507",
    meaning: "The server has no room for the backup. Either the account has used up its quota, or the disk is full.",
    fix: "Raise the quota of this account, or free some space.",
    fixes: &[(
        Product::Nextcloud,
        "Raise the quota (Accounts, or `occ user:setting USER files quota 5GB`), or empty the bin of this account.",
    )],
    source: "RFC 4918 section 11.5",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| (evidence.answer.status == 507).then_some(Certainty::Certain),
    ..BLANK
};

/// The server is busy or stopped, without a reason.
pub(super) const UNAVAILABLE: Problem = Problem {
    id: "problem.unavailable",
    title: "the server says that it is unavailable",
    evidence: "status 503 without a known reason",
    meaning: "The server, or a proxy in front of it, answers 503. It is in maintenance or overloaded, or the account or the link is disabled; its own sentence may name the reason.",
    fix: "Look into the log of the server at the time of this run; if it is in maintenance, wait until that ends.",
    fixes: &[
        (
            Product::Nextcloud,
            "Run `occ maintenance:mode --off` after an update; check that the account is enabled (`occ user:info USER`), and that a public link still exists.",
        ),
        (
            Product::HaProxy,
            "No server of the backend is up: start the server behind HAProxy, and look at the `server` lines and the `check` of this `backend` in /etc/haproxy/haproxy.cfg.",
        ),
    ],
    source: "RFC 9110 section 15.6.4; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| (evidence.status() == 503).then_some(Certainty::Likely),
    ..BLANK
};

/// The server crashes.
pub(super) const SERVER_ERROR: Problem = Problem {
    id: "problem.server-error",
    title: "the server reports its own error",
    evidence: "status 500 without a known reason",
    meaning: "The server, or an application behind it, failed to handle this request. Its log says why.",
    fix: "Look into the error log of the server at the time of this run. Most often a folder is missing, or not writable for the user that the server runs as.",
    fixes: &[
        (
            Product::Nextcloud,
            "Look into data/nextcloud.log (or Administration settings, Logging) at the time of this run.",
        ),
        (
            Product::Apache,
            "Look into /var/log/apache2/error.log at the time of this run. Most often Apache's user may not write in the folder (`Permission denied`: `chown -R www-data FOLDER`) or in the folder of `DavLockDB`, or the file of `AuthUserFile` is missing.",
        ),
        (
            Product::Nginx,
            "Look into /var/log/nginx/error.log at the time of this run: most often the folder is missing (`backups`, beside `config`), or it, or `client_body_temp_path`, is not writable for nginx's user, a disk is full (`df -h`), or the service of `auth_request` does not answer.",
        ),
        (
            Product::Lighttpd,
            "Look into /var/log/lighttpd/error.log at the time of this run.",
        ),
    ],
    source: "RFC 9110 section 15.6.1; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        (evidence.status() == 500 && !evidence.is_large_upload()).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// Another client left a lock.
pub(super) const LOCKED: Problem = Problem {
    id: "problem.locked",
    title: "a lock prevents the upload of a backup",
    evidence: "status 423",
    meaning: "Another client, or an upload that broke off, holds a lock on the file or its folder. While the lock is there, nothing can be stored.",
    fix: "Wait a minute and try again; if it stays, remove the lock on the server.",
    fixes: &[
        (
            Product::Nextcloud,
            "Wait a minute; if it stays, run `occ maintenance:mode --on`, empty the table `oc_file_locks`, and `occ maintenance:mode --off`.",
        ),
        (
            Product::Apache,
            "Wait a minute; if it stays, stop Apache, delete the file that `DavLockDB` names (Debian: /var/lock/apache2/DAVLock*), and start it again.",
        ),
    ],
    source: "RFC 4918 section 11.3; servers.lock",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| (evidence.status() == 423).then_some(Certainty::Certain),
    ..BLANK
};

/// The server stores uploads, but does not replace backups.
pub(super) const NO_OVERWRITE: Problem = Problem {
    id: "problem.no-overwrite",
    title: "the account may create files, but not replace them",
    evidence: "a second PUT is 403, 404, 405, 409 or 412; likely where it succeeds and the first backup stays",
    meaning: "The first upload to an ID is stored, but the next one is not. Every backup after the first is lost.",
    fix: "Let this user replace files, not only add them: every backup after the first is lost otherwise.",
    fixes: &[
        (
            Product::Nextcloud,
            "Let the share or link edit and delete, not only create (Sharing, Custom permissions): every backup after the first is lost otherwise.",
        ),
        (
            Product::Apache,
            "Let this user write without `<LimitExcept>`, and give the files in `backups` to Apache's user (`chown -R www-data backups`): every backup after the first is lost otherwise.",
        ),
        (
            Product::Iis,
            "Give the application pool `Modify`, not only `Write`, on `backups` (`icacls backups /grant \"IIS AppPool\\NAME:(OI)(CI)M\"`): every backup after the first is lost otherwise.",
        ),
    ],
    source: "clause 4.3; servers.put-status",
    breaks: Breaks {
        android: Directions::BOTH,
        ios: Directions::BOTH,
        desktop: Directions::RESTORE,
    },
    in_answer: |evidence| {
        let is_second =
            evidence.subject == Subject::ReplacedBackup && evidence.method == Method::Put;
        let refused = matches!(evidence.status(), 403 | 404 | 405 | 409 | 412);
        (is_second && refused).then_some(Certainty::Certain)
    },
    in_run: |symptom| {
        let stays = symptom.is("upload.overwrite") && symptom.finding.stage == Some(Stage::Http);
        stays.then_some(Certainty::Likely)
    },
    ..BLANK
};

/// An upload is forbidden, without a reason.
pub(super) const UPLOAD_FORBIDDEN: Problem = Problem {
    id: "problem.upload-forbidden",
    title: "this account may read here, but not write",
    evidence: "PUT is 403, and it is not known whether `backups` exists",
    meaning: "The server lets this account read `config`, but refuses its uploads. The rights of the account, a share, or the owner of the folder may be the reason.",
    fix: "Let this account create and replace files in `backups`, and give that folder to the user that the server runs as (`chown`).",
    fixes: &[
        (
            Product::Apache,
            "Let `PUT` and `DELETE` pass for this user (`Require valid-user` outside of `<LimitExcept>`), and give the folder to Apache's user: `chown -R www-data backups`.",
        ),
        (
            Product::Nginx,
            "Set `dav_access user:rw;`, look for `limit_except` in this `location`, and give the folder to nginx's user: `chown -R www-data backups`.",
        ),
        (
            Product::Lighttpd,
            "Set `webdav.is-readonly = \"disable\"` in lighttpd.conf.",
        ),
    ],
    source: "servers.unwritable-backups; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        (evidence.is_upload() && evidence.status() == 403).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The server refuses to delete.
pub(super) const DELETE_REFUSED: Problem = Problem {
    id: "problem.delete-refused",
    title: "backups cannot be deleted",
    evidence: "`delete.removes` deviates: DELETE is refused, or the backup still exists after it",
    meaning: "When Threema Safe is switched off, the app deletes the backup; on this server it stays. Storing and restoring backups works.",
    fix: "Let this account delete files in `backups`. If you write the server yourself, answer DELETE.",
    fixes: &[
        (
            Product::Nginx,
            "Add DELETE to `dav_methods PUT DELETE;` in this `location`.",
        ),
        (
            Product::Nextcloud,
            "Let the share or link also delete (Sharing, Custom permissions).",
        ),
        (
            Product::Apache,
            "Let DELETE pass for this user: look for `<Limit>` and `<LimitExcept>` in this `<Directory>`.",
        ),
    ],
    source: "clause 4.5; servers.delete",
    breaks: Breaks::BACKUP,
    in_run: |symptom| shown_by(symptom, &["delete.removes"]),
    ..BLANK
};

/// The server rejects the request as a bad one.
pub(super) const BAD_REQUEST: Problem = Problem {
    id: "problem.header-refused",
    title: "the server refuses the request as malformed",
    evidence: "GET of `config` is 400 without a body",
    meaning: "Servers made for Threema Safe give this answer if User-Agent or Accept is missing or unknown. A proxy may have removed or changed one of them.",
    fix: "Let the proxy pass on `User-Agent` and `Accept`, and let the server accept the client's `User-Agent`.",
    source: "servers.user-agent",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let is_empty = evidence.answer.body.length == 0;
        (evidence.is_config() && evidence.status() == 400 && is_empty).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// Returns the certainty of a 503 whose words, in lower case, contain one of `phrases`.
fn unavailable(evidence: &Evidence<'_>, phrases: &[&str]) -> Option<Certainty> {
    let said = match Words::of(&evidence.answer.body)? {
        Words::Text(said) => said,
        Words::Page(title) => title?,
    };
    let said = said.to_ascii_lowercase();
    let is_said = phrases.iter().any(|phrase| said.contains(phrase));
    (evidence.answer.status == 503 && is_said).then_some(Certainty::Certain)
}
