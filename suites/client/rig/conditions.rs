//! That a request asks for, or sends, the whole thing in any case.

use crate::rig::{Seen, World};
use crate::text::line;

/// The header fields with which a server does not return or store the whole backup, and what it
/// does instead. The published clients send none of them; the rig's answers have no `ETag` and no
/// `Last-Modified`, so that a cache has no condition to send.
///
/// Source: RFC 9110 sections 8.4, 13.1, 14.2, 14.5; RFC 4918 section 10.4; `clients.http.headers`,
/// `clients.http.sessions`.
const HARMFUL: [(&str, &str, &str); 9] = [
    ("if-match", "If-Match", "may answer 412"),
    ("if-none-match", "If-None-Match", "may answer 304 or 412"),
    ("if-modified-since", "If-Modified-Since", "may answer 304"),
    (
        "if-unmodified-since",
        "If-Unmodified-Since",
        "may answer 412",
    ),
    ("if-range", "If-Range", "may answer 206 with a part"),
    ("if", "If", "may answer 412"),
    ("range", "Range", "may answer 206 with a part"),
    (
        "content-range",
        "Content-Range",
        "may answer 400, or store a part",
    ),
    (
        "content-encoding",
        "Content-Encoding",
        "may answer 415, or store other bytes",
    ),
];

/// Returns the first header field, or body, with which a server does something else.
pub(super) fn unconditional(_: &str, seen: &Seen, _: &World) -> Option<String> {
    seen.own().find_map(|exchange| {
        let method = line(&exchange.method);
        let mut harmful = HARMFUL.into_iter();
        if let Some((_, name, what)) = harmful.find(|it| exchange.header(it.0).is_some()) {
            return Some(format!("`{name}` with a {method}: a server {what}"));
        }
        // Source: RFC 9110 sections 9.3.1, 9.3.2 and 9.3.5.
        let is_bare = matches!(exchange.method.as_str(), "GET" | "HEAD" | "DELETE");
        (is_bare && exchange.body_length > 0)
            .then(|| format!("a body with a {method}: a server may refuse it"))
    })
}
