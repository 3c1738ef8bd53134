//! Problems of storage: backups that are lost, mixed up or outdated.

use super::Product;
use super::certainty::Certainty;
use super::evidence::Subject;
use super::nextcloud::is_nextcloud;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;
use crate::safe::{Directions, Stage};
use crate::wire::Method;

/// The fix that was measured on four servers.
const BUFFERING: &str = "Put a proxy in front of the server that buffers uploads, so that only complete ones reach it: for example an nginx with `proxy_request_buffering on;`, which is its default.";

/// An interrupted upload destroys the existing backup.
pub(super) const CUT_OFF_DESTROYS: Problem = Problem {
    id: "problem.cut-off-destroys",
    title: "an upload that breaks off destroys the existing backup",
    evidence: "`integrity.cut-off-keeps-old` deviates",
    meaning: "The server overwrites the old backup while the new one arrives. If a phone loses its connection during the upload, no backup is left.",
    fix: BUFFERING,
    fixes: &[
        (
            Product::Nextcloud,
            "With nginx and PHP-FPM: set `fastcgi_request_buffering on;` in the `location ~ \\.php` of Nextcloud's nginx file. With Apache, or in a container: put an nginx with `proxy_request_buffering on;` in front of it. Keep the app Versions enabled until then.",
        ),
        (
            Product::Rclone,
            "Put an nginx with `proxy_request_buffering on;` in front of `rclone serve webdav`; `--vfs-cache-mode writes` does not help.",
        ),
        (
            Product::Wsgidav,
            "Put an nginx with `proxy_request_buffering on;` in front of WsgiDAV.",
        ),
        (
            Product::Dufs,
            "Put an nginx with `proxy_request_buffering on;` in front of dufs.",
        ),
    ],
    source: "servers.interrupted-upload; servers.buffering-proxy; servers.nextcloud-interrupted",
    upstream: Some((
        Product::Nextcloud,
        "https://github.com/nextcloud/server/issues/62321",
    )),
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["integrity.cut-off-keeps-old"]),
    ..BLANK
};

/// A partial backup is shown after an interrupted first upload.
pub(super) const CUT_OFF_VISIBLE: Problem = Problem {
    id: "problem.cut-off-visible",
    title: "half a backup is visible after an upload that broke off",
    evidence: "`integrity.cut-off-invisible` deviates",
    meaning: "The server shows the first part of an upload although the rest never arrived. A phone that restores it fails to decrypt it.",
    fix: BUFFERING,
    fixes: &[
        (
            Product::Nextcloud,
            "Set `fastcgi_request_buffering on;` (nginx with PHP-FPM), or put an nginx with `proxy_request_buffering on;` in front of it. This affects only chunked uploads, which the apps do not send.",
        ),
        (
            Product::Rclone,
            "Put an nginx with `proxy_request_buffering on;` in front of `rclone serve webdav`.",
        ),
    ],
    source: "servers.interrupted-new; servers.nextcloud-late-half",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["integrity.cut-off-invisible"]),
    ..BLANK
};

/// Two simultaneous uploads are mixed.
pub(super) const UPLOADS_MIXED: Problem = Problem {
    id: "problem.uploads-mixed",
    title: "two simultaneous uploads leave a mixture of both",
    evidence: "`integrity.concurrent-uploads` deviates",
    meaning: "The server writes each upload into the visible file as it arrives. Two devices that back up at the same time leave a mixture of both, which no key decrypts.",
    fix: "Use a server that writes to a temporary file and renames it, such as nginx, Apache or Nextcloud; a proxy that buffers uploads makes this rarer.",
    source: "servers.parallel-uploads",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["integrity.concurrent-uploads"]),
    ..BLANK
};

/// A download during an upload returns a mixture.
pub(super) const TORN_DOWNLOAD: Problem = Problem {
    id: "problem.torn-download",
    title: "a download during an upload returns only a part of it",
    evidence: "`integrity.download-during-upload` deviates",
    meaning: "The server writes into the file that it serves at the same time. A phone that restores at that moment gets only a part of the backup.",
    fix: "Use a server that writes to a temporary file and renames it; a proxy that buffers uploads makes this rarer.",
    source: "servers.torn-read",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["integrity.download-during-upload"]),
    ..BLANK
};

/// An upload was accepted but not stored.
pub(super) const UPLOAD_NOT_STORED: Problem = Problem {
    id: "problem.upload-not-stored",
    title: "the server reports success but does not store the backup",
    evidence: "GET is 404 after a PUT with success",
    meaning: "The server answers success, but stores nothing, or stores it under another name. The app believes that there is a backup, but there is not.",
    fix: "Do not use this server until this is fixed. Look for a full disk, for a folder that the server's user cannot write (`chown -R USER backups`), and for storage that shows a file only after a while.",
    fixes: &[(
        Product::Sabre,
        "Give the folder `backups` to PHP's user (`chown -R www-data backups`): sabre/dav answers 201 although it cannot write, unless PHP's errors are turned into exceptions (`set_error_handler`).",
    )],
    source: "servers.lying-success; servers.unwritable-backups",
    breaks: Breaks {
        android: Directions::BOTH,
        ios: Directions::BOTH,
        desktop: Directions::RESTORE,
    },
    in_answer: |evidence| {
        let is_gone = evidence.subject == Subject::StoredBackup
            && evidence.method == Method::Get
            && evidence.with_credentials
            && matches!(evidence.status(), 404 | 410);
        (is_gone && !is_nextcloud(evidence)).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// A download differs from the upload.
pub(super) const BACKUP_CHANGED: Problem = Problem {
    id: "problem.backup-changed",
    title: "a backup is returned with other bytes than were stored",
    evidence: "`upload.round-trip` or `upload.restore` deviates although GET succeeds; or `limits.below` deviates because backups are cut, and not at a limit",
    meaning: "The server stores only a part of what was uploaded, nothing, or something else. Nobody can restore that backup.",
    fix: "Do not use this server until this is fixed. Look for a full disk, for a proxy that does not pass bodies on, and for a script that reads the file as text.",
    source: "clause 4.4; servers.lying-success",
    breaks: Breaks {
        android: Directions::BOTH,
        ios: Directions::BOTH,
        desktop: Directions::RESTORE,
    },
    in_run: |symptom| {
        symptom
            .is_one_of(&["upload.round-trip", "upload.restore"])
            .then_some(Certainty::Likely)
            // A refused download contains no bytes of a backup.
            .filter(|_| symptom.finding.stage != Some(Stage::Http))
    },
    ..BLANK
};

/// A backup that replaces another differs from the upload.
pub(super) const OVERWRITE_DAMAGES: Problem = Problem {
    id: "problem.overwrite-damages",
    title: "a backup that replaces another one is returned with other bytes than were stored",
    evidence: "`upload.overwrite` deviates although the second PUT and the GET succeed and return neither backup",
    meaning: "A first backup comes back unchanged, but one that replaces it does not: the server writes into the old file, or mixes both. Nobody can restore that backup.",
    fix: "Let the server write each upload to a new file and rename it; a script that opens the old file must cut it to length 0 first.",
    source: "clauses 4.3 and 4.4",
    breaks: Breaks {
        android: Directions::BOTH,
        ios: Directions::BOTH,
        desktop: Directions::RESTORE,
    },
    in_run: |symptom| {
        let is_mixed = symptom.finding.stage == Some(Stage::Size);
        shown_by(symptom, &["upload.overwrite"]).filter(|_| is_mixed)
    },
    ..BLANK
};

/// A backup is answered with a success other than 200.
pub(super) const SUCCESS_NOT_200: Problem = Problem {
    id: "problem.success-not-200",
    title: "a download of a backup succeeds with a status other than 200",
    evidence: "GET of a stored backup returns a status from 201 to 299, as 203 of a proxy that changes what passes",
    meaning: "Desktop accepts only 200, and restores nothing from this server. The other apps accept any status from 200 to 299.",
    fix: "Let the server, or the proxy in front of it that changes the status, answer 200 for a backup that exists.",
    source: "clause 4.4; clients.http.success",
    breaks: Breaks::DESKTOP,
    also: &["desktop.head"],
    in_answer: |evidence| {
        let is_read = evidence.subject == Subject::StoredBackup
            && evidence.method == Method::Get
            && evidence.with_credentials;
        let is_odd = evidence.answer.is_success() && evidence.status() != 200;
        (is_read && is_odd).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// HEAD does not work.
pub(super) const NO_HEAD: Problem = Problem {
    id: "problem.no-head",
    title: "the server does not answer HEAD as it answers GET",
    evidence: "`desktop.head` deviates and `desktop.restore` does not; HEAD of a missing backup deviates and GET does not",
    meaning: "Desktop asks with HEAD whether a backup exists before it downloads it. This server answers GET but not HEAD as it should, so Desktop finds no backup.",
    fix: "Let the server answer HEAD with 200 for a backup that exists, with its Content-Length.",
    fixes: &[
        (
            Product::Nginx,
            "Let HEAD pass: `limit_except GET PUT DELETE { … }` includes HEAD with GET; look for `if ($request_method …)` in this `location`.",
        ),
        (
            Product::Apache,
            "Look for `<Limit>`, `<LimitExcept>` and `RewriteCond %{REQUEST_METHOD}` that leave HEAD out.",
        ),
    ],
    source: "servers.head; servers.desktop-and-eee-safe",
    breaks: Breaks::DESKTOP,
    in_run: |symptom| {
        // Where GET fails as HEAD does, HEAD is not the cause.
        let of_existing = symptom.is("desktop.head") && !symptom.beside_in_same("desktop.restore");
        let of_missing = symptom.finding.name() == "download.not-found[desktop]"
            && symptom.is("download.not-found")
            && symptom.beside("desktop.head")
            && !symptom.beside("desktop.restore")
            && symptom.is_only_variant();
        (of_existing || of_missing).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// A missing backup is not answered with 404.
pub(super) const MISSING_NOT_404: Problem = Problem {
    id: "problem.missing-not-404",
    title: "the server does not answer 404 for a missing backup",
    evidence: "`download.missing` or `download.not-found` deviates",
    meaning: "The server answers a request for a missing backup with a page, an error or a refusal. An app then reports another problem than a missing backup.",
    fix: "Let the server answer 404 for a file that does not exist.",
    fixes: &[
        (
            Product::Nginx,
            "Remove `try_files … /index.html` and `error_page 404 = …` from this `location`.",
        ),
        (
            Product::Apache,
            "Remove `FallbackResource` and the `RewriteRule` to index.html or index.php for this `<Directory>`.",
        ),
        (
            Product::Caddy,
            "Remove `try_files` and `handle_errors` for this path from the Caddyfile.",
        ),
    ],
    source: "clause 4.10; servers.missing",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["download.missing", "download.not-found"]),
    ..BLANK
};

/// A malformed ID is answered with something other than an error of the client.
pub(super) const MALFORMED_ID: Problem = Problem {
    id: "problem.malformed-id",
    title: "a malformed backup ID is not refused",
    evidence: "`download.malformed` deviates",
    meaning: "The server answers a malformed ID with an internal error, a redirect or content. The apps send no malformed IDs, but a server that fails on one may fail on other input as well.",
    fix: "Let the server answer 400 or 404 for an ID that is not 64 hex digits.",
    source: "clause 4.10; servers.backup-id-form",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["download.malformed"]),
    ..BLANK
};

/// A deleted or replaced backup remains readable for a while.
pub(super) const SHOWN_AFTER_DELETION: Problem = Problem {
    id: "problem.shown-after-deletion",
    title: "a deleted backup stays visible for a while",
    evidence: "`retention.deleted-everywhere` deviates: HEAD or a list shows what GET does not",
    meaning: "The server forgets a deleted backup in one place but not in another, as eventually consistent storage does. An app may ask for a backup that is gone.",
    fix: "Let caches of names and sizes expire immediately, or use storage that is consistent after each write.",
    fixes: &[(
        Product::Rclone,
        "Start `rclone serve webdav` with `--dir-cache-time 0s`, or with `--poll-interval` where the storage supports it.",
    )],
    source: "clause 4.5; servers.rclone-cache",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["retention.deleted-everywhere"]),
    ..BLANK
};

/// Deleted backups are moved to a bin.
pub(super) const TRASH_BIN: Problem = Problem {
    id: "problem.trash-bin",
    title: "the server keeps deleted and replaced backups",
    evidence: "`retention.bin` deviates",
    meaning: "A trash bin and file versions keep what the apps delete or replace. The old ciphertext stays readable and counts towards the quota.",
    fix: "The apps need no fix. Empty the bin of this account from time to time.",
    fixes: &[(
        Product::Nextcloud,
        "The apps need no fix. `occ trashbin:cleanup USER` and `occ versions:cleanup USER` empty both; `trashbin_retention_obligation` in config.php limits them.",
    )],
    source: "servers.nextcloud-versions",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["retention.bin"]),
    ..BLANK
};

/// The promised time is too short for the apps.
pub(super) const RETENTION_TOO_SHORT: Problem = Problem {
    id: "problem.retention-too-short",
    title: "retentionDays in `config` is too short for the apps",
    evidence: "`retention.refresh` deviates",
    meaning: "The apps upload an unchanged backup again only after half of retentionDays, or later. A server that deletes backups right after so few days may have none when a phone is lost.",
    fix: "Keep every backup for 180 days after its last upload, and set retentionDays to 180.",
    source: "clauses 5.1 to 5.3",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["retention.refresh"]),
    ..BLANK
};

/// An upload leaves the time of a file or its `ETag` as it was.
pub(super) const MARKS_NOT_CHANGED: Problem = Problem {
    id: "problem.marks-not-changed",
    title: "an upload does not change the time or the ETag of a backup",
    evidence: "`retention.upload-refreshes` deviates",
    meaning: "A job that deletes what has not changed for retentionDays looks at the time, and deletes backups that are uploaded every day. A cache looks at the ETag, and returns the previous backup.",
    fix: "Make sure that nothing resets the time of a file or keeps its creation date instead (`rsync --times` from an old copy, object storage), and that the server makes the ETag from the content or from the time.",
    source: "clause 5.1; servers.validators",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by(symptom, &["retention.upload-refreshes"]),
    ..BLANK
};

/// A download changes the time of a file.
pub(super) const DOWNLOAD_CHANGES_TIME: Problem = Problem {
    id: "problem.download-changes-time",
    title: "a download changes the time of a backup",
    evidence: "`retention.download-refreshes` deviates",
    meaning: "A backup that is downloaded is kept for longer than retentionDays after its last upload. No app is affected.",
    fix: "The apps need no fix. Let the job that deletes old backups look at the time of the last change (`find backups -type f -mtime +DAYS -delete`), not of the last access.",
    source: "clause 5.1; servers.validators",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["retention.download-refreshes"]),
    ..BLANK
};

/// An upload without a length is refused.
pub(super) const CHUNKED_REFUSED: Problem = Problem {
    id: "problem.chunked-refused",
    title: "the server accepts no upload without a declared length",
    evidence: "`upload.chunked` deviates",
    meaning: "An upload with `Transfer-Encoding: chunked` is refused or not stored. The apps declare the length, but a proxy that streams uploads may not.",
    fix: "The apps need no fix. Let the proxy in front of the server buffer uploads, as nginx does with `proxy_request_buffering on;`.",
    source: "servers.chunked",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["upload.chunked"]),
    ..BLANK
};

/// The server handles `Expect: 100-continue` wrongly.
pub(super) const EXPECT_BROKEN: Problem = Problem {
    id: "problem.expect-broken",
    title: "the server fails if a client waits for 100 Continue",
    evidence: "`upload.expect-continue` deviates",
    meaning: "The server answers before the body has arrived, or refuses the request. No current app sends `Expect`, but other tools do.",
    fix: "The apps need no fix. Update the server, or let a proxy remove the field `Expect`.",
    source: "servers.expect",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["upload.expect-continue"]),
    ..BLANK
};

/// An answer says that it has no content, and announces some.
pub(super) const NO_CONTENT_WITH_BODY: Problem = Problem {
    id: "problem.no-content-with-body",
    title: "the server answers 204 No Content and announces content",
    evidence: "a 204 or 205 whose `Content-Length` is greater than 0",
    meaning: "The server carries the request out, but its answer contradicts itself. The library that Android has used since 6.2 refuses such an answer, so the app reports a failed backup.",
    fix: "Let the server answer 200 if it writes a text after an upload, or write nothing after 204. Most often a script sets the status and prints a text as well.",
    source: "clients.http.no-content; RFC 9110 section 8.6",
    breaks: Breaks {
        android: Directions::BACKUP,
        ..Breaks::NOTHING
    },
    in_answer: |evidence| {
        let length = evidence.answer.contradicting_length();
        length.map(|_| Certainty::Certain)
    },
    ..BLANK
};

/// Older releases refuse the server's status for an upload.
pub(super) const UPLOAD_STATUS: Problem = Problem {
    id: "problem.upload-status",
    title: "the server answers uploads with a status that older Android releases refuse",
    evidence: "`upload.status` deviates: not 200, 201 or 204",
    meaning: "Android up to 6.1.3 accepts only 200, 201 and 204 as success. Every current release accepts any 2xx.",
    fix: "Let the server answer 201 for a new backup and 204 for a replaced one.",
    source: "clause 4.3; servers.put-status",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["upload.status"]),
    ..BLANK
};
