//! Problems of the URL, the folder and the file `config`.

use super::{Certainty, Evidence, Problem, Product, Subject, recognised};
use crate::wire::Method;

/// The URL is one of Nextcloud's, and not the one of its `WebDAV`.
pub(super) const NEXTCLOUD_URL: Problem = Problem {
    id: "problem.nextcloud-url",
    title: "the URL is not the WebDAV address of a Nextcloud folder",
    meaning: "Nextcloud answers at this address, but not with files. The apps need the address of the folder in its WebDAV, not the one in the browser.",
    fix: "Enter https://HOST/remote.php/dav/files/USER/FOLDER; for a share link https://HOST/public.php/webdav, with the link's token as the user name.",
    fixes: &[],
    source: "measured on Nextcloud 33.0.3: servers.nextcloud-host",
    spelled: Some(nextcloud_url),
    recognise: |evidence| {
        let is_nextcloud = recognised(evidence.answer)
            .iter()
            .any(|seen| seen.product == Product::Nextcloud);
        let refused = matches!(
            evidence.answer.status,
            301..=308 | 400 | 403 | 404 | 405 | 409
        );
        (is_nextcloud && refused && !is_nextcloud_folder(evidence.base))
            .then_some(Certainty::Certain)
    },
};

/// Whether a URL has the form of a folder in Nextcloud's `WebDAV`.
fn is_nextcloud_folder(base: &str) -> bool {
    let below = |place: &str| base.split_once(place).map(|(_, rest)| rest);
    let has_folder = |rest: &str| rest.split('/').filter(|part| !part.is_empty()).count();
    below("/remote.php/dav/files/").is_some_and(|rest| has_folder(rest) >= 1)
        || below("/remote.php/webdav").is_some()
        || below("/public.php/dav/files/").is_some()
        || below("/public.php/webdav").is_some()
}

/// The URL that the person meant most likely, from the one that was entered.
fn nextcloud_url(evidence: &Evidence<'_>) -> Option<String> {
    const BELOW: [&str; 5] = ["/index.php", "/apps/", "/remote.php", "/dav/", "/login"];
    let (scheme, rest) = evidence.base.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = format!("/{path}");
    if let Some((before, after)) = path.split_once("/s/") {
        let token = after.split(['/', '?', '#']).next()?;
        let cloud = before.trim_end_matches("/index.php");
        return Some(format!(
            "Enter {scheme}://{host}{cloud}/public.php/webdav with the user name {token} (the token of the link), and the link's password if it has one."
        ));
    }
    let end = BELOW.iter().filter_map(|place| path.find(place)).min();
    let cloud = path[..end.unwrap_or(0)].trim_end_matches('/');
    Some(format!(
        "Enter {scheme}://{host}{cloud}/remote.php/dav/files/USER/FOLDER, with your user name and the folder that holds `config`."
    ))
}

/// The config holds quotation marks that are for people.
pub(super) const TYPOGRAPHIC_QUOTES: Problem = Problem {
    id: "problem.typographic-quotes",
    title: "`config` holds typographic quotation marks",
    meaning: "JSON knows the straight quotation mark alone. A web page or a word processor made curly ones of those in `config`.",
    fix: "Write `config` anew with straight quotation marks: {\"maxBackupBytes\": 524288, \"retentionDays\": 180}",
    fixes: &[],
    source: "RFC 8259 section 7; clause 4.2",
    spelled: None,
    recognise: |evidence| {
        const CURLY: [char; 7] = ['“', '”', '„', '‟', '«', '»', '″'];
        let text = String::from_utf8_lossy(&evidence.answer.body.bytes);
        let starts = text.trim_start().starts_with('{');
        let around_key = CURLY.iter().any(|mark| {
            text.contains(&format!("{mark}maxBackupBytes"))
                || text.contains(&format!("{mark}retentionDays"))
        });
        (is_config(evidence) && evidence.answer.is_success() && starts && around_key)
            .then_some(Certainty::Certain)
    },
};

/// The folder of the URL is not there.
pub(super) const NO_SUCH_FOLDER: Problem = Problem {
    id: "problem.no-such-folder",
    title: "the folder that the URL names does not exist",
    meaning: "The server speaks WebDAV, and has no folder at this address. A name in the URL is misspelled, or the folder was never made.",
    fix: "Check each part of the URL, also capital letters; if the folder is missing, make it, a folder `backups` in it, and the file `config` beside that.",
    fixes: &[(
        Product::Nextcloud,
        "Check user and folder in https://HOST/remote.php/dav/files/USER/FOLDER; the app password must allow access to files (Settings, Security). Make the folder in the web interface if it is missing.",
    )],
    source: "RFC 4918 section 9.1",
    spelled: None,
    recognise: |evidence| {
        let missing = evidence.method == Method::Get && evidence.answer.status == 404;
        (is_config(evidence) && missing && evidence.folder == Some(404))
            .then_some(Certainty::Certain)
    },
};

/// IIS gives out no file without an extension.
pub(super) const NO_MIME_TYPE: Problem = Problem {
    id: "problem.no-mime-type",
    title: "IIS gives out no files without an extension",
    meaning: "Uploads are stored, but a GET answers 404: IIS serves only files whose extension has a MIME type. `config` and the backups have no extension.",
    fix: "Add a MIME type for files without extension: in IIS Manager, MIME Types, Add: extension `.`, type `application/octet-stream`; or in web.config `<mimeMap fileExtension=\".\" mimeType=\"application/octet-stream\" />` below `<staticContent>`.",
    fixes: &[],
    source: "Microsoft, HTTP status 404.3 of IIS",
    spelled: None,
    recognise: |evidence| {
        let is_iis = recognised(evidence.answer)
            .iter()
            .any(|seen| seen.product == Product::Iis);
        let missing = evidence.method == Method::Get && evidence.answer.status == 404;
        match evidence.subject {
            Subject::StoredBackup if is_iis && missing => Some(Certainty::Certain),
            Subject::Config if is_iis && missing && evidence.folder == Some(207) => {
                Some(Certainty::Likely)
            }
            _ => None,
        }
    },
};

/// The file `config` is not there.
pub(super) const CONFIG_MISSING: Problem = Problem {
    id: "problem.config-missing",
    title: "the file `config` is missing in the folder",
    meaning: "The folder exists, and has no file of exactly the name `config`. A name with an extension, such as `config.txt` or `config.json`, does not count.",
    fix: "Put a file named `config`, without an extension, into the folder: {\"maxBackupBytes\": 524288, \"retentionDays\": 180}",
    fixes: &[],
    source: "clauses 4.1 and 4.2",
    spelled: None,
    recognise: |evidence| {
        let missing = evidence.method == Method::Get && evidence.answer.status == 404;
        (is_config(evidence) && missing && evidence.folder == Some(207))
            .then_some(Certainty::Certain)
    },
};

/// The folder `backups` is not there.
pub(super) const BACKUPS_MISSING: Problem = Problem {
    id: "problem.backups-missing",
    title: "the folder `backups` is missing",
    meaning: "The server refuses an upload because there is no folder `backups` beside `config`. No app makes that folder.",
    fix: "Make a folder `backups` beside `config`, writable for the user that the server runs as.",
    fixes: &[(
        Product::Nextcloud,
        "Make a folder `backups` beside `config`, in the web interface or with `curl -u USER -X MKCOL URL/backups`.",
    )],
    source: "measured on fourteen servers: 404, 409 or 500",
    spelled: None,
    recognise: |evidence| {
        let refused = matches!(evidence.answer.status, 403 | 404 | 405 | 409 | 500);
        if !is_upload(evidence) || !refused {
            return None;
        }
        match (evidence.folder, evidence.answer.status) {
            (Some(404), _) => Some(Certainty::Certain),
            (Some(207), _) => None,
            (_, 404 | 409) => Some(Certainty::Likely),
            _ => None,
        }
    },
};

/// The folder `backups` is there, and cannot be written.
pub(super) const BACKUPS_NOT_WRITABLE: Problem = Problem {
    id: "problem.backups-not-writable",
    title: "the folder `backups` exists and cannot be written",
    meaning: "The folder `backups` is there, and an upload into it is refused. The user that the server runs as, or this account, may not write there.",
    fix: "Give the folder `backups` to the user that the server runs as (`chown -R USER backups`), and let this account create and replace files in it.",
    fixes: &[
        (
            Product::Nextcloud,
            "Let this account or link create, edit and delete: a share must allow all three.",
        ),
        (
            Product::Apache,
            "Give the folder to Apache's user: `chown -R www-data backups`.",
        ),
        (
            Product::Nginx,
            "Give the folder to nginx's user: `chown -R www-data backups`.",
        ),
        (
            Product::Caddy,
            "Give the folder to Caddy's user: `chown -R caddy backups`.",
        ),
    ],
    source: "measured on fourteen servers: 403, 404, 405 or 500",
    spelled: None,
    recognise: |evidence| {
        let refused = matches!(evidence.answer.status, 403 | 404 | 405 | 409 | 500);
        (is_upload(evidence) && refused && evidence.folder == Some(207))
            .then_some(Certainty::Certain)
    },
};

/// The server gives out files, and takes none.
pub(super) const NO_WEBDAV: Problem = Problem {
    id: "problem.no-webdav",
    title: "the server takes no uploads here: WebDAV is not enabled",
    meaning: "The server gives out files and knows no PUT at this address. Its WebDAV module is missing, or does not cover this folder.",
    fix: "Enable WebDAV for this folder.",
    fixes: &[
        (
            Product::Nginx,
            "Add `dav_methods PUT DELETE;` to the `location` of this folder (the module ngx_http_dav_module).",
        ),
        (
            Product::Apache,
            "Run `a2enmod dav dav_fs`, and set `Dav On` in the `<Directory>` or `<Location>` of this folder.",
        ),
        (
            Product::Lighttpd,
            "Load `mod_webdav`, and set `webdav.activate = \"enable\"` and `webdav.is-readonly = \"disable\"`.",
        ),
        (
            Product::Caddy,
            "`file_server` takes no uploads: build Caddy with the module http.handlers.webdav, and use `webdav` for this folder.",
        ),
    ],
    source: "measured on Apache, nginx and lighttpd without their module",
    spelled: None,
    recognise: |evidence| {
        let refused = matches!(evidence.answer.status, 405 | 501);
        match evidence.folder {
            _ if !is_upload(evidence) || !refused => None,
            Some(405 | 501) => Some(Certainty::Certain),
            _ => Some(Certainty::Likely),
        }
    },
};

/// Whether the person asked for `config`: what a stranger is told says nothing of what is there.
fn is_config(evidence: &Evidence<'_>) -> bool {
    evidence.subject == Subject::Config && evidence.with_credentials
}

/// Whether the person uploaded a backup.
fn is_upload(evidence: &Evidence<'_>) -> bool {
    evidence.method == Method::Put && evidence.with_credentials
}
