//! Problems of Nextcloud and its relatives, and of addresses that users copy from the browser.

use super::certainty::Certainty;
use super::diagnosed::Diagnosis;
use super::evidence::{Evidence, Subject};
use super::problem::{BLANK, Breaks, Problem};
use super::software::{Product, recognised, with_url};
use super::symptom::Sights;
use super::words::Words;
use crate::engine::{Cause, Finding};
use crate::safe::Directions;
use crate::wire::Method;
use std::borrow::Cow;

pub(super) fn is_nextcloud(evidence: &Evidence<'_>) -> bool {
    let seen = recognised(evidence.answer);
    seen.iter().any(|seen| seen.product == Product::Nextcloud)
}

/// Returns whether the answer or the URL shows a Nextcloud. A 404 seldom does: only a first answer
/// sets a cookie, and `Server` names the web server below it.
fn is_at_nextcloud(evidence: &Evidence<'_>) -> bool {
    let mut seen = recognised(evidence.answer);
    with_url(evidence.base, &mut seen);
    seen.iter().any(|seen| seen.product == Product::Nextcloud)
}

/// The URL belongs to a Nextcloud, but not to its `WebDAV`.
pub(super) const NEXTCLOUD_URL: Problem = Problem {
    id: "problem.nextcloud-url",
    title: "the URL is not the WebDAV address of a Nextcloud folder",
    evidence: "Nextcloud refuses, and the path is not a WebDAV path (remote.php/dav/files/USER/FOLDER, public.php/webdav)",
    meaning: "Nextcloud answers at this address, but not with files. The apps need the address of the folder in its WebDAV, not the one in the browser.",
    fix: "Enter https://HOST/remote.php/dav/files/USER/FOLDER; for a share link https://HOST/public.php/webdav, with the link's token as the user name.",
    source: "servers.nextcloud-host",
    breaks: Breaks::EVERYTHING,
    also: &["server.redirects", "auth.challenge"],
    spelled: Some(|evidence| nextcloud_url(evidence.base)),
    in_answer: |evidence| {
        let refused = matches!(evidence.status(), 301..=308 | 400 | 403 | 404 | 405 | 409);
        (is_nextcloud(evidence) && refused && !is_nextcloud_folder(evidence.base))
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Problems that one answer seems to show if the URL does not lead to a Nextcloud's files: its web
/// server answers some paths before Nextcloud does.
const SEEMING: [&str; 5] = [
    "problem.slash-redirect",
    "problem.login-redirect",
    "problem.not-set-up",
    "problem.no-webdav",
    "problem.forbidden",
];

/// Returns the true cause of a finding if other answers show a Nextcloud and the URL does not lead
/// to its files.
pub(super) fn corrected(finding: &Finding, run: &Sights<'_>) -> Option<Cause> {
    let cause = finding.cause.as_ref()?;
    let base = &run.facts.base;
    let mut software = run.software.iter();
    let is_nextcloud = software.any(|seen| seen.product == Product::Nextcloud);
    if !is_nextcloud || is_nextcloud_folder(base) || !SEEMING.contains(&cause.id.as_ref()) {
        return None;
    }
    let fix = nextcloud_url(base).map_or(Cow::Borrowed(NEXTCLOUD_URL.fix), Cow::Owned);
    Some(Diagnosis::new(&NEXTCLOUD_URL, Certainty::Certain, fix).cause())
}

/// Returns the part of the URL after `place`.
fn below<'a>(base: &'a str, place: &str) -> Option<&'a str> {
    base.split_once(place).map(|(_, rest)| rest)
}

/// Returns whether a URL has the form of a folder in Nextcloud's `WebDAV`.
fn is_nextcloud_folder(base: &str) -> bool {
    is_of_user(base) || is_public_link(base)
}

/// Returns whether a URL lies in the files of a user of Nextcloud or ownCloud.
pub(crate) fn is_of_user(base: &str) -> bool {
    let has_user = |rest: &str| rest.split('/').any(|part| !part.is_empty());
    below(base, "/remote.php/dav/files/").is_some_and(has_user)
        || below(base, "/remote.php/webdav").is_some()
}

fn is_public_link(base: &str) -> bool {
    below(base, "/public.php/dav/files/").is_some() || below(base, "/public.php/webdav").is_some()
}

/// Returns the URL that the user most likely meant.
fn nextcloud_url(base: &str) -> Option<String> {
    const BELOW: [&str; 6] = [
        "/index.php",
        "/apps/",
        "/remote",
        "/dav/",
        "/login",
        "/remonte",
    ];
    let (scheme, rest) = base.split_once("://")?;
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

/// The URL ends with the file name `config`.
pub(super) const URL_OF_CONFIG: Problem = Problem {
    id: "problem.url-of-config",
    title: "the URL names the file `config`, not its folder",
    evidence: "the path of the URL ends in `/config` or `/backups`, and `config` below it is not found",
    meaning: "The apps add `/config` and `/backups/…` to the URL that is entered. Here they would request `config/config`.",
    fix: "Enter the URL of the folder that holds `config`, without `/config` or `/backups` at its end.",
    source: "clause 4.1",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    spelled: Some(|evidence| {
        let folder = folder_of(evidence.base)?;
        Some(format!(
            "Enter {folder} as the server, in the apps and here."
        ))
    }),
    in_answer: |evidence| {
        let is_missing = evidence.is_config() && matches!(evidence.status(), 403 | 404 | 405 | 409);
        (is_missing && folder_of(evidence.base).is_some()).then_some(Certainty::Certain)
    },
    ..BLANK
};

fn folder_of(base: &str) -> Option<&str> {
    ["/config", "/backups"]
        .iter()
        .find_map(|end| base.strip_suffix(end))
}

/// The path is a folder of another user.
pub(super) const OTHER_USER: Problem = Problem {
    id: "problem.other-user",
    title: "the URL names another user than the login",
    evidence: "Nextcloud refuses `config`, and the user in remote.php/dav/files/USER is not the one who logs in",
    meaning: "Nextcloud shows each user only their own folder. A user who logs in by e-mail address still needs the user ID in the URL.",
    fix: "Enter the URL with the ID of the user who logs in. Nextcloud shows it in Files, Files settings, WebDAV.",
    source: "servers.nextcloud-host; Nextcloud user manual, Accessing Nextcloud files using WebDAV",
    breaks: Breaks::EVERYTHING,
    spelled: Some(|evidence| {
        let (before, after) = evidence.base.split_once("/dav/files/USER")?;
        let is_placeholder = after.is_empty() || after.starts_with('/');
        is_placeholder.then(|| {
            format!("USER stands for your user name: enter {before}/dav/files/USER{after}")
        })
    }),
    in_answer: |evidence| {
        let is_refused = evidence.is_config() && matches!(evidence.status(), 403 | 404 | 409);
        (is_refused && evidence.beside.other_user && is_at_nextcloud(evidence))
            .then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The app password has no access to files.
pub(super) const NO_FILE_ACCESS: Problem = Problem {
    id: "problem.no-file-access",
    title: "the app password may not reach files, or the folder does not exist",
    evidence: "GET of `config` and PROPFIND of the folder return 404, at the address of a user's files in Nextcloud (remote.php/dav/files/USER/FOLDER, remote.php/webdav)",
    meaning: "An app password without access to files gets 404 for everything, as if the folder were missing. From outside, both look the same.",
    fix: "Check each part of https://HOST/remote.php/dav/files/USER/FOLDER (capital letters count). If the folder is not in the web interface, make it (`safe-conformance setup` does). If it is there: Settings, Security, Devices & sessions, the menu of this app password, switch on `Allow filesystem access`.",
    source: "servers.nextcloud-app-password",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        may_lack_file_access(evidence).then_some(if evidence.beside.other_user {
            Certainty::Likely
        } else {
            Certainty::Certain
        })
    },
    ..BLANK
};

/// Returns whether an app password without access to files would get these answers.
pub(super) fn may_lack_file_access(evidence: &Evidence<'_>) -> bool {
    let is_missing = evidence.is_config() && evidence.status() == 404;
    let hides_all = evidence.beside.folder == Some(404);
    is_missing && hides_all && is_of_user(evidence.base) && is_at_nextcloud(evidence)
}

/// The link or share is read-only.
pub(super) const READ_ONLY_SHARE: Problem = Problem {
    id: "problem.read-only-share",
    title: "the share or link permits only reading",
    evidence: "Nextcloud answers 403 to a PUT",
    meaning: "The config can be read, but Nextcloud refuses to store anything. The share or the link does not allow editing.",
    fix: "In Nextcloud, the sharing menu of this folder: let the link or share edit (`Can edit`, with create, edit and delete).",
    source: "servers.nextcloud-read-only",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let refused = evidence.is_upload() && evidence.status() == 403;
        let is_link = is_public_link(evidence.base);
        match refused && (is_nextcloud(evidence) || is_link) {
            true if is_link => Some(Certainty::Certain),
            true => Some(Certainty::Likely),
            false => None,
        }
    },
    ..BLANK
};

/// A file drop stores uploads under other names.
pub(super) const FILE_DROP: Problem = Problem {
    id: "problem.file-drop",
    title: "the link is a file drop, which accepts files but returns none",
    evidence: "a backup that was stored with success is 404 or 405 at a public link of Nextcloud",
    meaning: "A file drop stores each upload under another name and shows nothing. No backup can be restored from it.",
    fix: "In Nextcloud, the sharing menu of this folder: change the link from `File drop` (newer: `File request`) to `Allow upload and editing`.",
    source: "servers.nextcloud-file-drop",
    breaks: Breaks {
        android: Directions::BOTH,
        ios: Directions::BOTH,
        desktop: Directions::RESTORE,
    },
    in_answer: |evidence| {
        let is_gone = evidence.subject == Subject::StoredBackup
            && evidence.method == Method::Get
            && evidence.with_credentials
            && matches!(evidence.status(), 404 | 405);
        (is_gone && is_public_link(evidence.base)).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The link has a password, but its address sends no challenge.
pub(super) const LINK_WITHOUT_CHALLENGE: Problem = Problem {
    id: "problem.link-without-challenge",
    title: "a Nextcloud link with a password sends no challenge at this address",
    evidence: "401 without `WWW-Authenticate` to a request without credentials, below public.php/dav/files",
    meaning: "Nextcloud protects the link, but does not say how to log in. iOS sends credentials only when it is asked for them, so it never logs in.",
    fix: "Enter https://HOST/public.php/webdav, with the link's token as the user name and the link's password.",
    source: "servers.nextcloud-public-link",
    breaks: Breaks::IOS,
    spelled: Some(|evidence| {
        let (cloud, token) = evidence.base.split_once("/public.php/dav/files/")?;
        let token = token.split('/').next()?;
        Some(format!(
            "Enter {cloud}/public.php/webdav with the user name {token} (the token of the link), and the link's password."
        ))
    }),
    in_answer: |evidence| {
        let is_silent = evidence.answer.header("www-authenticate").is_none();
        let is_link = below(evidence.base, "/public.php/dav/files/").is_some();
        (evidence.status() == 401 && is_silent && !evidence.with_credentials && is_link)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The token of the link is wrong.
pub(super) const LINK_GONE: Problem = Problem {
    id: "problem.link-gone",
    title: "the Nextcloud link does not exist, or has expired",
    evidence: "503 or 404 for `config` at a public link, without a word about maintenance",
    meaning: "Nextcloud gives this answer if it does not know the token of a link. The link was deleted, has expired, or is misspelled.",
    fix: "Make a new link for the folder in Nextcloud, with editing allowed and without an end date, and enter its token.",
    source: "servers.nextcloud-public-link",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let is_link = is_public_link(evidence.base);
        (evidence.is_config() && evidence.status() == 503 && is_link).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The URL belongs to the web interface of `OpenCloud` or ownCloud Infinite Scale.
pub(super) const OPENCLOUD_URL: Problem = Problem {
    id: "problem.opencloud-url",
    title: "the URL is one of the web interface of OpenCloud or ownCloud Infinite Scale",
    evidence: "the path contains /files/spaces/ or /files/link/, and `config` is refused or is a page",
    meaning: "The address of a space in the browser is not its WebDAV address. The space shows its WebDAV address in its details.",
    fix: "Enter https://HOST/dav/spaces/SPACE-ID/FOLDER, as the space's details show it (Details, Show WebDAV path), with an app token as the password.",
    source: "documentation of OpenCloud and ownCloud Infinite Scale, WebDAV",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| {
        let is_web = ["/files/spaces/", "/files/link/"]
            .iter()
            .any(|place| below(evidence.base, place).is_some());
        let is_ours = below(evidence.base, "/remote.php/").is_none();
        let is_page = matches!(Words::of(&evidence.answer.body), Some(Words::Page(_)));
        let is_file = evidence.answer.is_success() && !is_page;
        (evidence.is_config() && is_web && is_ours && !is_file).then_some(Certainty::Likely)
    },
    ..BLANK
};
