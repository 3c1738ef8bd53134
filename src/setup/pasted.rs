//! Takes a pasted address apart. It accepts more than the strict
//! [`BaseUrl`](crate::safe::base_url::BaseUrl).

use crate::safe::base_url::{BaseUrl, UserInfo};
use url::Url;

/// An address as it was pasted, taken apart.
#[derive(Clone)]
pub(super) struct Pasted {
    /// `https` or `http`.
    pub(super) scheme: &'static str,
    /// The scheme that was typed, if it is neither `https` nor `http`.
    pub(super) typed_scheme: Option<String>,
    /// Scheme, user info, host and port as they were typed.
    pub(super) bare: String,
    /// The host as in an authority, without a port.
    pub(super) host: String,
    /// The port, if it is not the default of the scheme.
    pub(super) port: Option<u16>,
    /// The non-empty segments of the path, as typed.
    pub(super) path: Vec<String>,
    /// The parameters of the query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// User and password, if the address held them.
    pub(super) user_info: Option<UserInfo>,
}

impl Pasted {
    /// Takes an address apart; `None` if it names no host.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['<', '>', '"', '\'', '“', '”']);
        let text = text.trim_end_matches(['.', ',', ';']);
        let (typed, rest) = split_scheme(text);
        let scheme = match typed.as_deref() {
            Some("http" | "dav" | "webdav" | "owncloud+http") => "http",
            _ => "https",
        };
        let url = Url::parse(&format!("{scheme}://{}", rest.trim_start_matches('/'))).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?.to_owned();
        // User info is split off by the same rule everywhere, so that a password never counts as
        // another part.
        let bare = format!("{scheme}://{}", before_path(rest));
        let parsed = BaseUrl::parse(&bare).ok();
        let user_info = parsed.and_then(|parsed| parsed.user_info);
        let segments = url.path().split('/').filter(|part| !part.is_empty());
        let query = url.query_pairs();
        Some(Self {
            scheme,
            bare,
            host,
            port: url.port(),
            path: segments.map(str::to_owned).collect(),
            query: query
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            typed_scheme: typed.filter(|typed| typed != "https"),
            user_info,
        })
    }

    /// Returns the scheme, host and port, without a path.
    pub(super) fn origin(&self) -> String {
        self.origin_with(self.scheme, self.port)
    }

    pub(super) fn origin_with(&self, scheme: &str, port: Option<u16>) -> String {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host)
    }

    /// Returns the path with a leading slash; empty at the root.
    pub(super) fn path_text(&self) -> String {
        joined(&self.path)
    }

    /// Returns whether the host is `domain` or a subdomain of it.
    pub(super) fn is_at(&self, domain: &str) -> bool {
        let below = self.host.strip_suffix(domain);
        below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Returns the value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns where in the path these segments stand in sequence.
    pub(super) fn find(&self, segments: &[&str]) -> Option<usize> {
        self.path
            .windows(segments.len())
            .position(|window| window.iter().zip(segments).all(|(one, other)| one == other))
    }
}

/// Returns the segments as a path with a leading slash; empty if there are no segments.
pub(super) fn joined(segments: &[String]) -> String {
    segments
        .iter()
        .fold(String::new(), |path, segment| path + "/" + segment)
}

/// Returns a path from a query as percent-encoded segments.
pub(super) fn encoded(path: &str) -> String {
    let mut url = Url::parse("https://host").ok();
    if let Some(url) = &mut url {
        url.set_path(path);
    }
    url.map(|url| url.path().trim_end_matches('/').to_owned())
        .unwrap_or_default()
}

/// Returns the scheme in lower case, and what follows it.
fn split_scheme(text: &str) -> (Option<String>, &str) {
    if let Some((scheme, rest)) = text.split_once("://") {
        let is_scheme = scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if is_scheme {
            return (Some(scheme.to_ascii_lowercase()), rest);
        }
    }
    for scheme in ["https:", "http:"] {
        if let Some((head, rest)) = text.split_at_checked(scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            return (Some(scheme.trim_end_matches(':').to_owned()), rest);
        }
    }
    (None, text)
}

/// Returns the user info, host and port.
fn before_path(rest: &str) -> &str {
    let rest = rest.trim_start_matches('/');
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}
