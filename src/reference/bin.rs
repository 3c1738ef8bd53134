//! The bin of a Nextcloud: deleted files are moved to it, and can be listed and removed for good.

use super::answer::not_allowed;
use super::answer::{Answer, content, empty, refusal};
use super::call::Call;
use super::site::Site;
use http::{Method, StatusCode};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest number of entries.
const MAX_ENTRIES: usize = 10_000;

/// The bin of the one user.
#[derive(Default)]
pub(super) struct Bin {
    names: Mutex<BTreeSet<String>>,
}

impl Bin {
    /// Adds the file `name`, under its name and the time.
    pub(super) fn put(&self, name: &str, now: SystemTime) {
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() < MAX_ENTRIES {
            // Two files of the same second are both kept.
            let mut second = seconds;
            while !names.insert(format!("{name}.d{second}")) {
                second += 1;
            }
        }
    }

    /// Returns the names of the entries.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().cloned().collect()
    }

    fn remove(&self, name: &str) -> bool {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.remove(name)
    }
}

/// Returns the path of the bin for the files at `base`, `/remote.php/dav/files/USER/…`.
fn path_beside(base: &str) -> Option<String> {
    let rest = base.strip_prefix("/remote.php/dav/files/")?;
    let user = rest.split('/').next()?;
    Some(format!("/remote.php/dav/trashbin/{user}/trash"))
}

/// Returns what a path means in the bin: empty for its list, or the name of an entry; `None` if the
/// path is not in the bin.
pub(super) fn asked_for<'a>(site: &Site, path: &'a str) -> Option<&'a str> {
    let bin = path_beside(&site.base_path)?;
    let rest = path.strip_prefix(&bin)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/').filter(|name| !name.contains('/'))
}

/// Answers a request for the list (an empty name) or an entry.
pub(super) fn answer(site: &Site, call: &Call<'_>, name: &str) -> Answer {
    let method = &call.parts.method;
    match (method.as_str(), name) {
        ("PROPFIND", "") => list(site, call),
        (_, "") => not_allowed("PROPFIND"),
        _ if *method != Method::DELETE => not_allowed("DELETE"),
        _ if site.bin.remove(name) => empty(StatusCode::NO_CONTENT),
        _ => refusal(StatusCode::NOT_FOUND),
    }
}

fn list(site: &Site, call: &Call<'_>) -> Answer {
    let path = call.parts.uri.path().trim_end_matches('/');
    let names = site.bin.names();
    let mut xml = "<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" \
                   xmlns:nc=\"http://nextcloud.org/ns\">"
        .to_owned();
    for name in std::iter::once("").chain(names.iter().map(String::as_str)) {
        // Writing to memory does not fail.
        let _ = write!(
            xml,
            "<d:response><d:href>{path}/{name}</d:href><d:propstat><d:prop/>\
             <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        );
    }
    xml.push_str("</d:multistatus>\n");
    content(
        StatusCode::MULTI_STATUS,
        "application/xml; charset=utf-8",
        xml,
    )
}
