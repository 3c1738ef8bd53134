//! Following a redirect of a GET within the same server, as the apps do.

use super::super::answer::{Redirected, Response};
use super::super::request::Request;
use super::super::secret::clean_response;
use super::{How, Live};
use std::sync::atomic::Ordering;

/// How many redirects are followed one after another.
const HOPS: usize = 5;

impl Live {
    /// What a redirect of a GET leads to, where that is within the same server and no page; else
    /// the redirect.
    ///
    /// Source: clause 4.9.
    pub(super) async fn follow(
        &self,
        request: &Request,
        url: String,
        first: Response,
        how: How,
    ) -> Response {
        let mut at = Onward::within(&url, &first);
        let first = clean_response(&self.scrub, first, request);
        for _ in 0..HOPS {
            let Some(Onward(next)) = at else { break };
            self.requests.fetch_add(1, Ordering::Relaxed);
            let Ok(there) = self.send(request, &next, how).await else {
                break;
            };
            if there.is_redirect() {
                at = Onward::within(&next, &there);
                continue;
            }
            if !there.is_success() || is_page(&there.body.bytes) {
                break;
            }
            let to = first.header("location").unwrap_or_default().to_owned();
            return Response {
                redirected: Some(Redirected {
                    status: first.status,
                    to,
                }),
                ..clean_response(&self.scrub, there, request)
            };
        }
        first
    }
}

/// A URL on the same server: same scheme, host and port.
struct Onward(String);

impl Onward {
    /// Where an answer to a request for `url` points, if that is within the same server.
    fn within(url: &str, answer: &Response) -> Option<Self> {
        let from = reqwest::Url::parse(url).ok()?;
        let to = from.join(answer.header("location")?).ok()?;
        let has_credentials = !to.username().is_empty() || to.password().is_some();
        (to.origin() == from.origin() && !has_credentials).then(|| Self(to.into()))
    }
}

/// Whether a body is a page for people: it is neither a config nor a backup.
fn is_page(body: &[u8]) -> bool {
    let start: Vec<u8> = body.trim_ascii_start().iter().take(14).copied().collect();
    let start = start.to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Http};

    fn to(location: &str) -> Option<String> {
        let answer = Response {
            status: 302,
            http: Http::One,
            headers: vec![("location".to_owned(), location.to_owned())],
            body: Body::new(Vec::new().into(), false),
            continued: false,
            asked_again: false,
            redirected: None,
            unpacked: false,
            echoed_secret: false,
        };
        Onward::within("https://cloud.example/safe/config", &answer).map(|onward| onward.0)
    }

    #[test]
    fn only_what_is_within_the_same_server_is_followed() {
        let config = "https://cloud.example/safe/config/".to_owned();
        for location in [
            "config/",
            "/safe/config/",
            "https://cloud.example:443/safe/config/",
        ] {
            assert_eq!(to(location).as_ref(), Some(&config), "{location}");
        }
        for location in [
            "http://cloud.example/safe/config/",
            "https://cloud.example:8443/safe/config/",
            "https://other.example/safe/config/",
            "//other.example/safe/config/",
            "https://alice@cloud.example/safe/config/",
        ] {
            assert_eq!(to(location), None, "{location}");
        }
    }

    #[test]
    fn a_page_for_people_is_no_backup() {
        assert!(is_page(b"\n<!DOCTYPE HTML><title>"));
        assert!(is_page(b"<html lang=en>"));
        assert!(!is_page(b"<\xFF\x00"));
        assert!(!is_page(b"{}"));
    }
}
