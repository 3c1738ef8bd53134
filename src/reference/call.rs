//! One request as the parts of the server see it: its head, and the place that it names.

use super::route::Route;
use super::tree::Spot;
use http::header::EXPECT;
use http::request::Parts;

/// One request without its body.
pub(super) struct Call<'a> {
    /// Its head.
    pub(super) parts: &'a Parts,
    /// The meaning of its path.
    pub(super) route: &'a Route,
    /// Its place in the tree; `None` if it is outside.
    pub(super) spot: Option<&'a Spot>,
    /// The declared length of its body.
    pub(super) declared: Option<u64>,
}

impl Call<'_> {
    /// Returns whether the client waits for permission to send the body.
    pub(super) fn expects_continue(&self) -> bool {
        let expect = self.parts.headers.get(EXPECT);
        expect.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
    }

    /// Returns whether a PROPFIND also asks for the content of a folder.
    pub(super) fn looks_deeper(&self) -> bool {
        let depth = self.parts.headers.get("depth");
        depth.is_none_or(|depth| depth != "0")
    }

    /// Returns the path and the query.
    pub(super) fn url(&self) -> &str {
        let both = self.parts.uri.path_and_query();
        both.map_or(self.parts.uri.path(), |both| both.as_str())
    }
}
