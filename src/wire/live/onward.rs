//! Follows a redirect of a GET as the apps do: with the credentials within the same server, and
//! without them to another host.

use super::super::answer::{Answer, RedirectEnd, Redirected, Response};
use super::super::facet::Http;
use super::super::gather::Gather;
use super::super::request::{Method, Request};
use super::super::secret::clean_response;
use super::{How, Live, failure_of, read_bounded};
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How many redirects are followed in a row.
const HOPS: usize = 5;

impl Live {
    /// Returns the destination of a redirected GET if it exists and is not a page; otherwise the
    /// redirect, with what it leads to within the server.
    ///
    /// Source: clause 4.9.
    pub(super) async fn follow(
        &self,
        request: &Request,
        url: String,
        first: Response,
        how: How,
    ) -> Response {
        let mut at = Onward::Within(url).then(&first);
        let first = clean_response(self.walls(), first, request);
        // A HEAD does not show whether its destination is a page.
        let is_head = request.method == Method::Head;
        for _ in 0..HOPS {
            let there = match &at {
                None => break,
                Some(Onward::Elsewhere(_)) if is_head => break,
                Some(Onward::Within(next)) => {
                    self.requests.fetch_add(1, Ordering::Relaxed);
                    self.send(request, next, how).await
                }
                Some(Onward::Elsewhere(next)) => self.ask_elsewhere(request, next, how.time).await,
            };
            let Ok(there) = there else { break };
            if there.is_redirect() {
                self.cookies.set_by(&there);
                at = at.and_then(|at| at.then(&there));
                continue;
            }
            let is_error = (400..500).contains(&there.status);
            if matches!(at, Some(Onward::Within(_)))
                && (is_error || (is_head && there.is_success()))
            {
                let there = clean_response(self.walls(), there, request);
                let leads_to = Some(RedirectEnd::from(&there));
                return Response { leads_to, ..first };
            }
            if is_head || !there.is_success() || is_page(&there) {
                break;
            }
            let to = first.header("location").unwrap_or_default().to_owned();
            return Response {
                redirected: Some(Redirected {
                    status: first.status,
                    to,
                }),
                ..clean_response(self.walls(), there, request)
            };
        }
        first
    }

    /// Requests the destination from another host, without credentials.
    async fn ask_elsewhere(&self, request: &Request, url: &str, time: Duration) -> Answer {
        self.requests.fetch_add(1, Ordering::Relaxed);
        // Only the name of the server itself has fixed addresses.
        let client = self.client(Http::One).await?;
        let mut builder = client.get(url).timeout(time);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let response = builder.send().await.map_err(|error| failure_of(&error))?;
        read_bounded(response, |is_packed| {
            Gather::new(request.read_limit, request.keeps(is_packed))
        })
        .await
    }
}

/// The destination of a redirect.
enum Onward {
    /// To the same server: same scheme, host and port.
    Within(String),
    /// To another server, which gets no credentials.
    Elsewhere(String),
}

impl Onward {
    /// Returns the destination of an answer if it can be followed: never one with another scheme,
    /// or with credentials in the URL.
    fn then(&self, answer: &Response) -> Option<Self> {
        let (Self::Within(at) | Self::Elsewhere(at)) = self;
        let from = reqwest::Url::parse(at).ok()?;
        let to = from.join(answer.header("location")?).ok()?;
        let has_credentials = !to.username().is_empty() || to.password().is_some();
        if has_credentials || to.scheme() != from.scheme() {
            return None;
        }
        let stays = matches!(self, Self::Within(_)) && to.origin() == from.origin();
        // Plain http is only permitted on this machine.
        let is_safe = to.scheme() == "https" || is_this_machine(&to);
        match (stays, is_safe) {
            (true, _) => Some(Self::Within(to.into())),
            (false, true) => Some(Self::Elsewhere(to.into())),
            (false, false) => None,
        }
    }
}

fn is_this_machine(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Returns whether an answer is a page for people: it is neither a config nor a backup.
fn is_page(answer: &Response) -> bool {
    let is_called_one = answer.header("content-type").is_some_and(|kind| {
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("text/html")
    });
    let start: Vec<u8> = answer
        .body
        .bytes
        .trim_ascii_start()
        .iter()
        .take(14)
        .copied()
        .collect();
    let start = start.to_ascii_lowercase();
    is_called_one && (start.starts_with(b"<!doctype html") || start.starts_with(b"<html"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Body;

    fn answer(field: (&str, &str), body: &[u8]) -> Response {
        Response::new(
            302,
            Http::One,
            vec![(field.0.to_owned(), field.1.to_owned())],
            Body::new(body.to_vec().into(), false),
        )
    }

    fn to(location: &str) -> Option<String> {
        let answer = answer(("location", location), b"");
        let at = Onward::Within("https://cloud.example/safe/config".to_owned());
        match at.then(&answer)? {
            Onward::Within(url) => Some(format!("within {url}")),
            Onward::Elsewhere(url) => Some(url),
        }
    }

    #[test]
    fn credentials_go_along_within_the_same_server_alone() {
        let config = "within https://cloud.example/safe/config/".to_owned();
        for location in [
            "config/",
            "/safe/config/",
            "https://cloud.example:443/safe/config/",
        ] {
            assert_eq!(to(location).as_ref(), Some(&config), "{location}");
        }
        for location in [
            "https://cloud.example:8443/safe/config/",
            "https://other.example/safe/config/",
        ] {
            assert_eq!(to(location).as_deref(), Some(location));
        }
        for location in [
            "http://cloud.example/safe/config/",
            "http://localhost/safe/config/",
            "https://alice@cloud.example/safe/config/",
            "ftp://cloud.example/safe/config/",
        ] {
            assert_eq!(to(location), None, "{location}");
        }
    }

    #[test]
    fn a_page_for_people_is_no_backup() {
        let html = ("content-type", "text/html; charset=utf-8");
        assert!(is_page(&answer(html, b"\n<!DOCTYPE HTML><title>")));
        assert!(is_page(&answer(html, b"<html lang=en>")));
        assert!(!is_page(&answer(html, b"<\xFF\x00")));
        assert!(!is_page(&answer(html, b"{}")));
        // Backups may look like anything.
        let bytes = ("content-type", "application/octet-stream");
        assert!(!is_page(&answer(bytes, b"<html>")));
    }
}
