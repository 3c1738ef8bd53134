//! Problems of the URL and the folder.

use super::certainty::Certainty;
use super::evidence::{Evidence, Subject};
use super::nextcloud::may_lack_file_access;
use super::problem::{BLANK, Breaks, Problem};
use super::{Product, recognised};
use crate::wire::{FailureKind, Method};

/// The folder of the URL does not exist.
pub(super) const NO_SUCH_FOLDER: Problem = Problem {
    id: "problem.no-such-folder",
    title: "the folder that the URL names does not exist",
    evidence: "GET of `config` and PROPFIND of the folder return 404",
    meaning: "The server speaks WebDAV, but has no folder at this address. A name in the URL is misspelled, or the folder was never created.",
    fix: "Check each part of the URL; capital letters count. If the folder was never made, `safe-conformance setup` makes it, with `config` and `backups` in it.",
    fixes: &[
        (
            Product::Koofr,
            "The address is https://app.koofr.net/dav/Koofr/FOLDER. Make the folder in the web interface if it is missing, and a folder `backups` in it.",
        ),
        // Source: Syncovery, manual of its command line. Strato's own pages name only the host.
        (
            Product::HiDrive,
            "The address is most often https://webdav.hidrive.strato.com/users/USER/FOLDER. Make the folder in the web interface if it is missing, and a folder `backups` in it.",
        ),
        // Source: SynoCommunity, "Synology Used Ports"; the package shows the configured port.
        (
            Product::Synology,
            "The address is most often https://HOST:5006/SHARED_FOLDER/FOLDER; the package WebDAV Server shows the HTTPS port that is set. Make the folder in File Station if it is missing, and a folder `backups` in it.",
        ),
    ],
    source: "RFC 4918 section 9.1; servers.missing-backups",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    paste: Some(|shell| vec![shell.setup()]),
    in_answer: |evidence| {
        let is_missing = evidence.is_config() && evidence.status() == 404;
        // In another user's folders, and without access to files, the answer does not show what
        // exists.
        let hides_all = evidence.beside.other_user || may_lack_file_access(evidence);
        let certainty = if hides_all {
            Certainty::Likely
        } else {
            Certainty::Certain
        };
        (is_missing && evidence.beside.folder == Some(404)).then_some(certainty)
    },
    ..BLANK
};

/// The folder exists, but contains neither `config` nor `backups`.
pub(super) const FOLDER_EMPTY: Problem = Problem {
    id: "problem.folder-empty",
    title: "the folder holds neither `config` nor `backups`",
    evidence: "GET of `config` is 404, PROPFIND of the folder 207, PROPFIND of `backups` 404",
    meaning: "The folder exists, but nothing in it was created for Threema Safe yet. The apps create neither the file `config` nor the folder `backups`.",
    fix: "Make a folder `backups` there, and put a file named `config`, without an extension, beside it: {\"maxBackupBytes\": 524288, \"retentionDays\": 180}. `safe-conformance setup` does both.",
    source: "clauses 4.1 and 4.2; servers.missing-backups",
    breaks: Breaks::EVERYTHING,
    paste: Some(|shell| vec![shell.setup()]),
    in_answer: |evidence| {
        let lacks_both = evidence.beside.backups == Some(404) && evidence.beside.misnamed.is_none();
        (lacks_config(evidence) && lacks_both).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The file exists under another name.
pub(super) const CONFIG_MISNAMED: Problem = Problem {
    id: "problem.config-misnamed",
    title: "the file `config` has an extension",
    evidence: "GET of `config` is 404, and `config.txt`, `config.json` or `config.md` is there",
    meaning: "The apps ask for a file of exactly the name `config`. An editor or an upload form added an extension to it.",
    fix: "Rename the file to `config`, without an extension.",
    source: "clause 4.1",
    breaks: Breaks::BACKUP,
    spelled: Some(|evidence| {
        let name = evidence.beside.misnamed?;
        let base = evidence.base;
        Some(format!(
            "Rename `{name}` to `config`: `curl -u USER -X MOVE -H 'Destination: {base}/config' {base}/{name}`"
        ))
    }),
    in_answer: |evidence| {
        let is_missing = evidence.is_config() && evidence.status() == 404;
        (is_missing && evidence.beside.misnamed.is_some()).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The file `config` does not exist.
pub(super) const CONFIG_MISSING: Problem = Problem {
    id: "problem.config-missing",
    title: "the file `config` is missing in the folder",
    evidence: "GET of `config` is 404, PROPFIND of the folder 207",
    meaning: "The folder exists, but contains no file with exactly the name `config`. A name with an extension, such as `config.txt` or `config.json`, does not count.",
    fix: "Put a file named `config`, without an extension, into the folder: {\"maxBackupBytes\": 524288, \"retentionDays\": 180}. `safe-conformance setup` does it.",
    source: "clauses 4.1 and 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![shell.setup()]),
    in_answer: |evidence| lacks_config(evidence).then_some(Certainty::Certain),
    ..BLANK
};

/// The file `config` was not found, and the folder cannot be seen.
pub(super) const CONFIG_NOT_FOUND: Problem = Problem {
    id: "problem.config-not-found",
    title: "there is no file `config` at this address",
    evidence: "GET of `config` is 404, and PROPFIND of the folder is neither 207 nor 404",
    meaning: "The server answers, but finds no file with exactly the name `config` below this URL. The file is missing, or the URL names another folder; the server does not show which.",
    fix: "Check each part of the URL; capital letters count. If the folder is right, put a file named `config`, without an extension, into it: {\"maxBackupBytes\": 524288, \"retentionDays\": 180}. `safe-conformance setup` does it.",
    source: "clauses 4.1 and 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![shell.setup()]),
    in_answer: |evidence| {
        let is_missing = evidence.is_config() && evidence.status() == 404;
        let is_unseen = |status| !matches!(status, 207 | 404);
        let is_hidden = evidence.beside.folder.is_some_and(is_unseen);
        (is_missing && is_hidden).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// Returns whether the folder exists without a `config`. IIS may hide an existing file.
fn lacks_config(evidence: &Evidence<'_>) -> bool {
    let is_missing = evidence.is_config() && evidence.status() == 404;
    is_missing && evidence.beside.folder == Some(207) && !is_iis(evidence)
}

fn is_iis(evidence: &Evidence<'_>) -> bool {
    let seen = recognised(evidence.answer);
    seen.iter().any(|seen| seen.product == Product::Iis)
}

/// IIS does not serve files without an extension.
pub(super) const NO_MIME_TYPE: Problem = Problem {
    id: "problem.no-mime-type",
    title: "IIS does not serve files without an extension",
    evidence: "an answer of IIS: GET is 404 after an upload with success, or for `config` in a folder that exists",
    meaning: "Uploads are stored, but a GET answers 404: IIS serves only files whose extension has a MIME type. `config` and the backups have no extension.",
    fix: "Let the server serve files without an extension, as `application/octet-stream`.",
    fixes: &[(
        Product::Iis,
        "Add a MIME type for files without extension: in IIS Manager, MIME Types, Add: extension `.`, type `application/octet-stream`; or in web.config `<mimeMap fileExtension=\".\" mimeType=\"application/octet-stream\" />` below `<staticContent>`.",
    )],
    source: "Microsoft, HTTP status 404.3 of IIS",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let is_missing = evidence.method == Method::Get && evidence.status() == 404;
        if !is_missing || !evidence.with_credentials || !is_iis(evidence) {
            return None;
        }
        match evidence.subject {
            Subject::StoredBackup => Some(Certainty::Certain),
            // The file may also be missing, so the fix names both.
            Subject::Config if evidence.beside.folder != Some(404) => Some(Certainty::Likely),
            _ => None,
        }
    },
    ..BLANK
};

/// The folder `backups` does not exist.
pub(super) const BACKUPS_MISSING: Problem = Problem {
    id: "problem.backups-missing",
    title: "the folder `backups` is missing",
    evidence: "PUT is 403, 404, 405, 409 or 500 and PROPFIND of `backups` 404; likely with only 404 or 409 to PUT; not if PUT is 404 and PROPFIND shows no WebDAV",
    meaning: "The server refuses an upload because the folder `backups` beside `config` does not exist. No app creates that folder.",
    fix: "Make a folder `backups` beside `config`, writable for the user that the server runs as. `safe-conformance setup` does it.",
    fixes: &[(
        Product::Nextcloud,
        "Make a folder `backups` beside `config`, in the web interface or by `safe-conformance setup`.",
    )],
    source: "servers.missing-backups",
    breaks: Breaks::EVERYTHING,
    paste: Some(|shell| vec![shell.setup()]),
    in_answer: |evidence| {
        let refused = matches!(evidence.status(), 403 | 404 | 405 | 409 | 500);
        if !evidence.is_upload() || !refused || is_no_webdav(evidence) {
            return None;
        }
        match (evidence.beside.folder, evidence.status()) {
            (Some(404), _) => Some(Certainty::Certain),
            (Some(207), _) => None,
            (_, 404 | 409) => Some(Certainty::Likely),
            _ => None,
        }
    },
    ..BLANK
};

/// The folder `backups` exists, but is not writable.
pub(super) const BACKUPS_NOT_WRITABLE: Problem = Problem {
    id: "problem.backups-not-writable",
    title: "the folder `backups` exists, but cannot be written",
    evidence: "PUT is 403, 404 or 405, and PROPFIND of `backups` 207; likely if PUT is 409 or 500",
    meaning: "The folder `backups` exists, but an upload into it is refused. The server serves it read-only, or the user that it runs as, or this account, may not write there.",
    fix: "If the server serves this folder read-only, let it accept uploads. If it does not, give the folder `backups` to the user that the server runs as (`chown -R USER backups`), and let this account create and replace files in it.",
    fixes: &[
        (
            Product::Nextcloud,
            "Let this account or link create, edit and delete: a share must allow all three (Sharing, the share's menu, Custom permissions).",
        ),
        (
            Product::Rclone,
            "Start `rclone serve webdav` without `--read-only`. If it runs so already, give the folder to the user that runs rclone: `chown -R USER backups`.",
        ),
        (
            Product::Wsgidav,
            "Set `readonly: false` for this share in wsgidav.yaml, below `provider_mapping`, and give the folder to the user that runs it.",
        ),
        (
            Product::Apache,
            "Give the folder to Apache's user: `chown -R www-data backups` (Fedora, Arch: `apache`, `http`). If it is so already, look into /var/log/apache2/error.log: the folder of `DavLockDB` may not be writable, the disk full or mounted read-only, or a `RewriteRule` in the way.",
        ),
        (
            Product::Nginx,
            "Give the folder to nginx's user, which `user` in nginx.conf names: `chown -R www-data backups`. If it is so already, look into /var/log/nginx/error.log: the disk may be full or mounted read-only.",
        ),
        (
            Product::Lighttpd,
            "Set `webdav.is-readonly = \"disable\"` in lighttpd.conf. If it is set so already, give the folder to the user that `server.username` names: `chown -R www-data backups`.",
        ),
        (
            Product::Caddy,
            "Give the folder to Caddy's user: `chown -R caddy backups`.",
        ),
        (
            Product::Iis,
            "Let the application pool write: `icacls backups /grant \"IIS AppPool\\NAME:(OI)(CI)M\"`, and allow writing in WebDAV Authoring Rules.",
        ),
    ],
    source: "servers.unwritable-backups",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let refused = matches!(evidence.status(), 403 | 404 | 405 | 409 | 500);
        let is_there = evidence.beside.folder == Some(207);
        // A lock database, a full disk or a rewritten path has these as well.
        let certainty = match evidence.status() {
            409 | 500 => Certainty::Likely,
            _ => Certainty::Certain,
        };
        (evidence.is_upload() && refused && is_there).then_some(certainty)
    },
    ..BLANK
};

/// The server serves files, but accepts none.
pub(super) const NO_WEBDAV: Problem = Problem {
    id: "problem.no-webdav",
    title: "the server accepts no uploads here: WebDAV is not enabled",
    evidence: "PUT is 405 or 501; certain if PROPFIND has the same status; likely if `config` or PUT is 404 and PROPFIND of the folder is 405 or 501, on a server whose WebDAV answers PROPFIND; likely if PUT is 404, and PROPFIND 200, or 404 for the folder of `config` as well",
    meaning: "The server serves files, but does not support PUT at this address. Its WebDAV module is missing, or does not cover this folder.",
    fix: "Enable WebDAV for this folder.",
    fixes: &[
        (
            Product::Nginx,
            "Add `dav_methods PUT DELETE;` to the `location` of this folder, in the file below /etc/nginx/sites-enabled (the module ngx_http_dav_module). If it is there, remove `try_files` and rules on `$request_method` from it.",
        ),
        (
            Product::Apache,
            "Run `a2enmod dav dav_fs`, and set `Dav On` in the `<Directory>` or `<Location>` of this folder, in the file below /etc/apache2/sites-enabled. If it is so already, look for `AllowMethods` and `<Limit>`.",
        ),
        (
            Product::Lighttpd,
            "Load `mod_webdav` (Debian: the package lighttpd-mod-webdav, then `lighty-enable-mod webdav`), and set `webdav.activate = \"enable\"` and `webdav.is-readonly = \"disable\"` in lighttpd.conf.",
        ),
        (
            Product::Caddy,
            "`file_server` accepts no uploads: build Caddy with the module http.handlers.webdav (`xcaddy build --with github.com/mholt/caddy-webdav`), and use `webdav` for this folder in the Caddyfile.",
        ),
        (
            Product::Iis,
            "Install WebDAV Publishing (Server Manager, Web Server, Common HTTP Features), and enable WebDAV and an authoring rule for this site.",
        ),
        (
            Product::Synology,
            "Install the package WebDAV Server, enable HTTPS in it, and put the port that it shows into the URL: most often https://HOST:5006/SHARED_FOLDER/FOLDER.",
        ),
        (
            Product::Qnap,
            "Enable WebDAV in the Control Panel, and give the account the right to reach the shared folder by WebDAV.",
        ),
        (
            Product::HiDrive,
            "Allow this account the protocol WebDAV: an administrator does it under My team, at the account. Some contracts leave it out.",
        ),
    ],
    source: "servers.config-proves-nothing; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    spelled: Some(|evidence| {
        let fix = NO_WEBDAV.fix_for(&recognised(evidence.answer));
        evidence.is_config().then(|| {
            format!("{fix} `config` is also missing: reload the server, then run `safe-conformance setup` with the same URL, which makes it and `backups`.")
        })
    }),
    in_answer: |evidence| {
        let refused = matches!(evidence.status(), 405 | 501);
        let is_hidden = matches!(evidence.beside.folder, Some(405 | 501));
        if evidence.is_config() && evidence.status() == 404 && is_hidden {
            return answers_propfind(evidence).then_some(Certainty::Likely);
        }
        if evidence.is_upload() && is_no_webdav(evidence) {
            return Some(Certainty::Likely);
        }
        match evidence.beside.folder {
            _ if !evidence.is_upload() || !refused => None,
            Some(405 | 501) => Some(Certainty::Certain),
            _ => Some(Certainty::Likely),
        }
    },
    ..BLANK
};

/// Returns whether a 404 to an upload comes from a server that serves files without `WebDAV`: it
/// answers PROPFIND as GET, or does not know the folder from which it serves `config`.
fn is_no_webdav(evidence: &Evidence<'_>) -> bool {
    let beside = &evidence.beside;
    let is_without = match beside.folder {
        Some(200) => true,
        Some(404) => beside.above == Some(404),
        Some(405 | 501) => answers_propfind(evidence),
        _ => false,
    };
    evidence.status() == 404 && is_without
}

/// Returns whether software whose `WebDAV` answers PROPFIND serves the files. An application on
/// such a server has its own `WebDAV`.
fn answers_propfind(evidence: &Evidence<'_>) -> bool {
    let seen = recognised(evidence.answer);
    let is_application = evidence.base.contains(".php/") || evidence.base.contains("/dav/");
    let first = seen.first();
    first.is_some_and(|seen| seen.product.shows_folders()) && !is_application
}

/// The server redirects to the same address with a slash, or without one.
pub(super) const SLASH_REDIRECT: Problem = Problem {
    id: "problem.slash-redirect",
    title: "the server redirects files to an address with another slash",
    evidence: "a redirect to the same address with a slash at its end",
    meaning: "The server treats a file as a folder, or a rule of a web framework adds a slash. No upload survives a redirect.",
    fix: "Serve files as files: exempt this path from the rule that adds slashes.",
    fixes: &[
        (
            Product::Apache,
            "Make `config` a file, not a folder, and look for a `RewriteRule` that adds a slash in the site's file and in .htaccess.",
        ),
        (
            Product::Nginx,
            "Make `config` a file, not a folder, and look for a `rewrite … /$1/ permanent;` in the `server` block.",
        ),
    ],
    source: "clause 4.9",
    breaks: Breaks::EVERYTHING,
    also: &["server.redirects", "download.missing", "download.not-found"],
    in_answer: |evidence| {
        let suffix = if evidence.subject == Subject::Config {
            "/config/"
        } else {
            "/"
        };
        let location = evidence.answer.header("location")?;
        let same_path = location.ends_with(suffix) && !location.contains('?');
        let is_ours = is_below(evidence.base, location);
        (evidence.answer.is_redirect() && same_path && is_ours).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Returns whether a location, with or without a host, lies below the base URL.
fn is_below(base: &str, location: &str) -> bool {
    let path = |url: &str| -> String {
        let rest = url.split_once("://").map_or(url, |(_, rest)| {
            rest.find('/').map_or("", |slash| &rest[slash..])
        });
        rest.to_owned()
    };
    let host = |url: &str| {
        let (_, rest) = url.split_once("://")?;
        rest.split('/').next().map(str::to_ascii_lowercase)
    };
    let same_host = host(location).is_none_or(|there| Some(there) == host(base));
    same_host && path(location).starts_with(&path(base))
}

/// The server has a new address.
pub(super) const MOVED: Problem = Problem {
    id: "problem.moved",
    title: "the server redirects to another address",
    evidence: "a redirect whose target ends in the same file name, at another host, scheme or path",
    meaning: "The files are now at another address, or under another host name. No upload survives a redirect.",
    fix: "Enter the address to which the server redirects, in the apps and here.",
    source: "clause 4.9",
    breaks: Breaks::EVERYTHING,
    also: &["server.redirects"],
    spelled: Some(|evidence| {
        let other = moved_to(evidence)?;
        Some(format!(
            "Enter {other} as the server, in the apps and here, if that is your server."
        ))
    }),
    in_answer: |evidence| moved_to(evidence).map(|_| Certainty::Certain),
    ..BLANK
};

/// Returns the base URL to which a redirect leads, if it leads to the same file below another base.
fn moved_to<'a>(evidence: &Evidence<'a>) -> Option<&'a str> {
    let location = evidence.answer.header("location")?;
    let clean = location.trim_end_matches('/');
    let other = match evidence.subject {
        Subject::Config => clean.strip_suffix("/config")?,
        _ => clean
            .strip_suffix("<backup ID>")?
            .trim_end_matches('/')
            .strip_suffix("/backups")?,
    };
    let is_place = other.contains("://") && !other.contains('?') && other != evidence.base;
    (evidence.answer.is_redirect() && is_place).then_some(other)
}

/// A redirect leads to a login page.
pub(super) const LOGIN_REDIRECT: Problem = Problem {
    id: "problem.login-redirect",
    title: "the server redirects to a login page",
    evidence: "a redirect to a path on the same host that is named login, signin, auth or sso",
    meaning: "A web application answers at this address and asks a person to log in. The apps cannot use that page.",
    fix: "Enter the WebDAV address of the folder, not the one in the browser; or let this path ask for a user name and a password with HTTP Basic.",
    fixes: &[(
        Product::Nextcloud,
        "Enter https://HOST/remote.php/dav/files/USER/FOLDER, with your user name and the folder that holds `config`.",
    )],
    source: "clause 4.9; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    also: &["server.redirects"],
    in_answer: |evidence| {
        let location = evidence.answer.header("location")?.to_ascii_lowercase();
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let is_login = [
            "/login",
            "/signin",
            "/sign_in",
            "/auth",
            "/sso",
            "/accounts/login",
        ]
        .iter()
        .any(|name| {
            path.trim_end_matches('/').ends_with(name) || path.contains(&format!("{name}/"))
        });
        (evidence.answer.is_redirect() && is_login).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// A download is redirected to the storage behind the server.
pub(super) const STORAGE_REDIRECT: Problem = Problem {
    id: "problem.storage-redirect",
    title: "downloads are redirected to a storage server",
    evidence: "a GET of a file that is there is redirected to another host, or to a URL with a signature in its query",
    meaning: "The server stores uploads itself and sends downloads from another host. According to their sources, the apps follow this redirect of a GET, but no device was tried.",
    fix: "Let the server serve the files itself (OpenList, AList: the storage's setting `WebDAV policy`: `Native proxy`).",
    source: "clause 4.9",
    breaks: Breaks::NOTHING,
    also: &["server.redirects"],
    in_answer: |evidence| {
        const SIGNED: [&str; 6] = ["sign=", "signature=", "x-amz-", "x-goog-", "sig=", "token="];
        let location = evidence.answer.header("location")?.to_ascii_lowercase();
        let (_, query) = location.split_once('?')?;
        let is_signed = SIGNED.iter().any(|name| {
            query
                .split('&')
                .any(|parameter| parameter.starts_with(name))
        });
        let is_get = evidence.method == Method::Get && evidence.with_credentials;
        (is_get && evidence.answer.is_redirect() && is_signed).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Uploads of any size get no answer.
pub(super) const UPLOAD_DROPPED: Problem = Problem {
    id: "problem.upload-dropped",
    title: "something closes the connection of every upload",
    evidence: "a PUT of a small backup gets no answer, while GET is answered",
    meaning: "A filter in front of the server closes the connection of each PUT without an answer, as nginx does with status 444. Nothing reaches the server.",
    fix: "Let the proxy, the firewall or the filter pass the methods PUT and DELETE for this path.",
    fixes: &[
        (
            Product::Nginx,
            "Look for `return 444;` and `limit_except` in the `server` block of this host (`nginx -T | grep -n '444\\|limit_except'`), and let PUT and DELETE pass.",
        ),
        (
            Product::Cloudflare,
            "Add a WAF rule with the action Skip for PUT and DELETE at this host and path.",
        ),
    ],
    source: "nginx, ngx_http_rewrite_module, return 444",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_silence: |silence| {
        let is_upload = silence.asked == Some((Method::Put, Subject::Backup));
        let is_closed = matches!(silence.kind, FailureKind::NoAnswer | FailureKind::Reset);
        (is_upload && is_closed).then_some(Certainty::Likely)
    },
    ..BLANK
};
