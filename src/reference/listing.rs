//! The folder `backups`: closed, unless a fault opens it.

use super::answer::{Answer, content, page, refusal};
use super::faults::Fault;
use super::handler::{Call, not_allowed};
use super::profile::Listing;
use super::site::Site;
use http::{Method, StatusCode};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Answers a request for the folder itself.
pub(super) fn answer(site: &Site, call: &Call<'_>) -> Answer {
    let method = &call.parts.method;
    if site.has(Fault::BackupsMissing) && method != Method::PUT {
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
            index(site)
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

/// The names that a list shows.
fn names(site: &Site) -> BTreeSet<String> {
    let mut names: BTreeSet<_> = site.store.names().into_iter().collect();
    if site.has(Fault::DeletedInListing) {
        names.append(&mut site.ghosts());
    }
    names
}

fn index(site: &Site) -> Answer {
    let mut body = "<h1>Index of backups</h1><ul>".to_owned();
    if site.has(Fault::AnonymousListingLong) {
        body += &format!("<!-- {} -->", "x".repeat(1_153_434));
    }
    for name in names(site) {
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
    let depth = call.parts.headers.get("depth");
    let mut paths = vec![format!("{}/backups/", site.base_path)];
    if depth.is_none_or(|depth| depth != "0") {
        paths.extend(
            names(site)
                .iter()
                .map(|name| format!("{}/backups/{name}", site.base_path)),
        );
    }
    let mut xml =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">".to_owned();
    for path in paths {
        let _ = write!(
            xml,
            "<D:response><D:href>{path}</D:href><D:propstat><D:prop/>\
             <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
        );
    }
    xml.push_str("</D:multistatus>\n");
    content(
        StatusCode::MULTI_STATUS,
        "application/xml; charset=utf-8",
        xml,
    )
}
