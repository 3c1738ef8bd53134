//! The folder `backups`: closed, unless a fault opens it.

use super::answer::not_allowed;
use super::answer::{Answer, content, page, refusal};
use super::call::Call;
use super::faults::Fault;
use super::profile::Listing;
use super::site::Site;
use http::{Method, StatusCode};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Answers a request for the folder itself.
pub(super) fn answer(site: &Site, call: &Call<'_>) -> Answer {
    let method = &call.parts.method;
    if site.lacks_backups(call.spot) && method != Method::PUT {
        return refusal(StatusCode::NOT_FOUND);
    }
    if method == Method::GET || method == Method::HEAD {
        let lists = site.has(Fault::AnonymousListing)
            || site.has(Fault::AnonymousListingForbidden)
            || site.has(Fault::AnonymousListingLong)
            || site.has(Fault::ListingAuthenticated)
            || site.has(Fault::DeletedInListing);
        let listing = site.manner.listing;
        return if lists || listing == Some(Listing::PropertiesAndPage) {
            index(site, call)
        } else if listing == Some(Listing::PropertiesAndBlankPage) {
            page(StatusCode::OK, "WebDAV", "<p>For WebDAV clients.</p>")
        } else {
            refusal(StatusCode::NOT_FOUND)
        };
    }
    let lists = site.has(Fault::AnonymousPropfind)
        || site.has(Fault::DeletedInListing)
        || site.manner.listing.is_some();
    if method.as_str() == "PROPFIND" && lists {
        return properties(site, call);
    }
    not_allowed("GET, HEAD")
}

/// Returns the names in a listing.
fn names(site: &Site, call: &Call<'_>) -> BTreeSet<String> {
    let stored = site.store.names();
    let mut names: BTreeSet<_> = match (&site.tree, call.spot) {
        (Some(tree), Some(spot)) => tree.ids_in(spot, stored).into_iter().collect(),
        _ => stored.into_iter().collect(),
    };
    if site.has(Fault::DeletedInListing) {
        names.append(&mut site.ghosts());
    }
    names
}

fn index(site: &Site, call: &Call<'_>) -> Answer {
    let mut body = "<h1>Index of backups</h1><ul>".to_owned();
    if site.has(Fault::AnonymousListingLong) {
        body += &format!("<!-- {} -->", "x".repeat(1_572_864));
    }
    for name in names(site, call) {
        let _ = write!(body, "<li><a href=\"{name}\">{name}</a></li>");
    }
    body.push_str("</ul>");
    let status = if site.has(Fault::AnonymousListingForbidden) {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::OK
    };
    page(status, "Index of backups", &body)
}

fn properties(site: &Site, call: &Call<'_>) -> Answer {
    let path = call.parts.uri.path().trim_end_matches('/');
    let mut entries = vec![Entry::folder(path)];
    if call.looks_deeper() {
        let names = names(site, call);
        entries.extend(
            names
                .iter()
                .map(|name| Entry::file(&format!("{path}/{name}"))),
        );
    }
    multistatus(&entries)
}

/// One entry of an answer to PROPFIND.
pub(super) struct Entry {
    href: String,
    is_folder: bool,
}

impl Entry {
    /// Returns the entry of a folder, whose path has no trailing slash.
    pub(super) fn folder(path: &str) -> Self {
        Self {
            href: format!("{path}/"),
            is_folder: true,
        }
    }

    /// Returns the entry of a file.
    pub(super) fn file(path: &str) -> Self {
        Self {
            href: path.to_owned(),
            is_folder: false,
        }
    }
}

/// Returns the answer to a PROPFIND.
///
/// Source: RFC 4918 sections 9.1 and 15.9.
pub(super) fn multistatus(entries: &[Entry]) -> Answer {
    let mut xml =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:multistatus xmlns:d=\"DAV:\">".to_owned();
    for entry in entries {
        let href = entry.href.replace('&', "&amp;");
        let kind = if entry.is_folder {
            "<d:resourcetype><d:collection/></d:resourcetype>"
        } else {
            "<d:resourcetype/>"
        };
        // Writing to memory does not fail.
        let _ = write!(
            xml,
            "<d:response><d:href>{href}</d:href><d:propstat><d:prop>{kind}</d:prop>\
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
