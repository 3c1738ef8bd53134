//! Problems of size: the config allows a backup, but its length is refused.

use super::Product;
use super::certainty::Certainty;
use super::evidence::{Evidence, Subject};
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;
use crate::wire::{FailureKind, Method};

fn large_with(evidence: &Evidence<'_>, statuses: &[u16]) -> Option<Certainty> {
    (evidence.is_large_upload() && statuses.contains(&evidence.status()))
        .then_some(Certainty::Certain)
}

/// The limit of the server or a proxy is lower than the one in the config.
pub(super) const BODY_LIMIT: Problem = Problem {
    id: "problem.body-limit",
    title: "the server accepts less than maxBackupBytes allows",
    evidence: "413 to a PUT, or 400 where smaller backups are stored",
    meaning: "The server, or a proxy in front of it, refuses bodies of a size that `config` allows. A user with many contacts may reach that size; then backups stop.",
    fix: "Raise the limit of the server or of the proxy in front of it, or lower maxBackupBytes in `config` to an accepted size.",
    fixes: &[
        (
            Product::Nginx,
            "Set `client_max_body_size 1m;` or more in the `server` block of this host, below /etc/nginx/sites-enabled.",
        ),
        (
            Product::Apache,
            "Raise `LimitRequestBody` in this `<Directory>` or `<Location>` to 1048576 or more.",
        ),
        (
            Product::Lighttpd,
            "Raise `server.max-request-size` in lighttpd.conf; it counts KiB.",
        ),
        (
            Product::Caddy,
            "Raise `request_body { max_size 1MB }` in the Caddyfile.",
        ),
        (
            Product::Iis,
            "Raise `maxAllowedContentLength` below `<requestFiltering><requestLimits>` in web.config.",
        ),
        (
            Product::Nextcloud,
            "Raise `client_max_body_size` of nginx or `LimitRequestBody` of Apache, which stand in front of Nextcloud.",
        ),
        (
            Product::Traefik,
            "Raise `maxRequestBodyBytes` of the middleware `buffering` of this router to 1048576 or more, or remove the middleware.",
        ),
        (
            Product::Sftpgo,
            "Raise the largest size of an upload of this user, `max_upload_file_size`, in WebAdmin under Users.",
        ),
    ],
    source: "clause 4.6; RFC 9110 section 15.5.14; servers.size-limit",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| {
        let is_put = evidence.method == Method::Put && evidence.subject != Subject::ExactBackup;
        let is_named = is_put && evidence.status() == 413;
        // Servers that were made for Threema Safe say 400.
        let is_refused = large_with(evidence, &[400]);
        is_named.then_some(Certainty::Certain).or(is_refused)
    },
    ..BLANK
};

/// The proxy cannot write its body buffer.
pub(super) const BODY_BUFFER: Problem = Problem {
    id: "problem.body-buffer",
    title: "the proxy cannot write larger uploads into its buffer",
    evidence: "500 to a PUT; smaller backups are stored",
    meaning: "The proxy keeps small bodies in memory and writes larger ones into a folder on its disk. That folder belongs to another user, or its disk is full.",
    fix: "Make the folder of the proxy's body buffer writable for the user that it runs as, and check that its disk is not full.",
    fixes: &[
        (
            Product::Nginx,
            "Give the folder of `client_body_temp_path` to the user that `user` in nginx.conf names: `chown -R www-data /var/lib/nginx/body`; /var/log/nginx/error.log names the folder. If it says `No space left on device`, a disk is full (`df -h`); then delete what nginx left in `backups`, files named `ID.NUMBER`.",
        ),
        (
            Product::Apache,
            "Check that /tmp and the disk are not full, and look into /var/log/apache2/error.log.",
        ),
        (
            Product::Lighttpd,
            "Give the folder of `server.upload-dirs` in lighttpd.conf to the user of `server.username`.",
        ),
    ],
    source: "servers.body-buffer",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| large_with(evidence, &[500]).map(|_| Certainty::Likely),
    ..BLANK
};

/// A gateway names another reason for its limit.
pub(super) const GATEWAY_LIMIT: Problem = Problem {
    id: "problem.gateway-limit",
    title: "a proxy breaks off larger uploads and reports a bad gateway",
    evidence: "502 or 504 to a PUT; smaller backups are stored",
    meaning: "A limit of the proxy ends the upload on its way to the server, and the proxy blames the server. No app learns that the size is the reason.",
    fix: "Raise the proxy's limit for the size of a body, and look into its log.",
    fixes: &[
        (
            Product::Caddy,
            "Raise `request_body { max_size 1MB }` in the Caddyfile. Above this limit, Caddy with `reverse_proxy` answers 502.",
        ),
        (
            Product::Nginx,
            "Raise the limit of the server that `proxy_pass` names. It closes the connection, and nginx then answers 502.",
        ),
    ],
    source: "servers.caddy-limit",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| large_with(evidence, &[502, 504]),
    ..BLANK
};

/// A firewall limits the size.
pub(super) const FIREWALL_LIMIT: Problem = Problem {
    id: "problem.firewall-limit",
    title: "a firewall refuses larger uploads",
    evidence: "403 to a PUT; smaller backups are stored",
    meaning: "A web application firewall inspects bodies up to a limit and refuses larger ones. The server behind it would accept them.",
    fix: "Raise the firewall's limit (ModSecurity: `SecRequestBodyLimit` and `SecRequestBodyNoFilesLimit`), or exempt this path.",
    source: "ModSecurity, reference manual, SecRequestBodyLimit",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| large_with(evidence, &[403]),
    ..BLANK
};

/// The request filter of IIS limits the size.
pub(super) const FILTER_LIMIT: Problem = Problem {
    id: "problem.filter-limit",
    title: "a request filter answers 404 to larger uploads",
    evidence: "404 to a PUT; smaller backups are stored",
    meaning: "The request filter of IIS answers 404.13 if a body is longer than it allows. That looks like a missing folder, but is a limit.",
    fix: "Raise the limit of the filter that refuses the request.",
    fixes: &[(
        Product::Iis,
        "Set `<requestLimits maxAllowedContentLength=\"1048576\" />` below `<system.webServer><security><requestFiltering>` in web.config.",
    )],
    source: "Microsoft, HTTP status 404.13 of IIS",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| large_with(evidence, &[404]),
    ..BLANK
};

/// Larger uploads get no answer.
pub(super) const LARGE_UPLOAD_DROPPED: Problem = Problem {
    id: "problem.large-upload-dropped",
    title: "something ends larger uploads without an answer",
    evidence: "a PUT gets no answer or breaks off; smaller backups are stored",
    meaning: "A limit on size or time closes the connection in the middle of the upload. The app sees a network failure and tries again forever.",
    fix: "Raise the size and time limits of the server and of the proxy in front of it.",
    fixes: &[
        (
            Product::Nginx,
            "Raise `client_max_body_size` and `client_body_timeout` in the `server` block of this host.",
        ),
        (
            Product::Apache,
            "Raise `LimitRequestBody`, and `RequestReadTimeout body=` (mod_reqtimeout).",
        ),
    ],
    source: "clause 4.6; servers.size-limit",
    breaks: Breaks::BACKUP,
    in_silence: |silence| {
        let is_large = silence.asked == Some((Method::Put, Subject::LargeBackup));
        let is_ended = matches!(
            silence.kind,
            FailureKind::NoAnswer
                | FailureKind::Reset
                | FailureKind::TimedOut
                | FailureKind::BodyEnded
        );
        (is_large && is_ended).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server ends a slow upload.
pub(super) const SLOW_UPLOAD_ENDED: Problem = Problem {
    id: "problem.slow-upload-ended",
    title: "the server ends an upload over a slow line before it is complete",
    evidence: "`upload.slow-uplink` deviates: the slow upload is refused or ended, but the same upload at full speed is stored",
    meaning: "The server, or a proxy in front of it, allows a whole request less time than a phone on a slow line needs. The app starts again from the beginning and is cut off again; Traefik does so after 60 s since 2.11.2.",
    fix: "Raise the time that the server, and each proxy in front of it, allow for a whole request to 10 minutes (Traefik: `respondingTimeouts.readTimeout` of the entry point).",
    fixes: &[
        (
            Product::Apache,
            "Raise `RequestReadTimeout body=` in /etc/apache2/mods-enabled/reqtimeout.conf, for example to `body=600`.",
        ),
        (
            Product::Traefik,
            "Set `transport.respondingTimeouts.readTimeout` of this entry point to `600s`, in the static configuration (traefik.yml).",
        ),
    ],
    source: "servers.slow-upload",
    breaks: Breaks::BACKUP,
    in_run: |symptom| shown_by(symptom, &["upload.slow-uplink"]),
    ..BLANK
};

/// The server does not enforce the limit in its config.
pub(super) const LIMIT_NOT_ENFORCED: Problem = Problem {
    id: "problem.limit-not-enforced",
    title: "the server accepts backups that are larger than maxBackupBytes",
    evidence: "`limits.above` deviates",
    meaning: "Nothing enforces the number in `config`. The apps respect it, but other software may not.",
    fix: "Set a quota or a limit if anybody can upload; the apps do not need it.",
    fixes: &[
        (
            Product::Nginx,
            "Set `client_max_body_size` to maxBackupBytes in this `location`, if it should be enforced; the apps do not need it.",
        ),
        (
            Product::Apache,
            "Set `LimitRequestBody` to maxBackupBytes in this `<Directory>`, if it should be enforced; the apps do not need it.",
        ),
        (
            Product::Nextcloud,
            "Set a quota for this account, if it should be enforced; the apps do not need it.",
        ),
    ],
    source: "servers.size-limit",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["limits.above"]),
    ..BLANK
};

/// The server's limit is one byte lower than the config says.
pub(super) const LIMIT_OFF_BY_ONE: Problem = Problem {
    id: "problem.limit-off-by-one",
    title: "the server refuses a backup of exactly maxBackupBytes",
    evidence: "413 or 400 to a PUT of exactly maxBackupBytes, while one byte less is stored",
    meaning: "Android uploads a backup of exactly maxBackupBytes, iOS does not. The server compares as iOS does.",
    fix: "Set the server's limit to maxBackupBytes or one byte more, or lower maxBackupBytes by one.",
    source: "clause 4.6",
    breaks: Breaks {
        ios: crate::safe::Directions::NONE,
        ..Breaks::BACKUP
    },
    in_answer: |evidence| {
        let is_exact = evidence.subject == Subject::ExactBackup && evidence.method == Method::Put;
        (is_exact && matches!(evidence.status(), 400 | 413)).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// A backup is truncated or lost because of its size.
pub(super) const LARGE_BACKUP_DAMAGED: Problem = Problem {
    id: "problem.large-backup-damaged",
    title: "larger backups are accepted, but truncated or removed afterwards",
    evidence: "`limits.below` deviates although the PUT succeeded",
    meaning: "The server answers success, but what it returns later is shorter, changed or gone. The app believes that there is a backup.",
    fix: "Do not use this server until this is fixed. Look for a column or a buffer that is too small, and for a job that removes large files.",
    source: "servers.lying-success",
    breaks: Breaks {
        android: crate::safe::Directions::BOTH,
        ios: crate::safe::Directions::BOTH,
        desktop: crate::safe::Directions::RESTORE,
    },
    in_run: |symptom| {
        let unnamed = symptom.is("limits.below") && symptom.finding.cause.is_none();
        unnamed.then_some(Certainty::Likely)
    },
    ..BLANK
};
