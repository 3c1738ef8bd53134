//! Whether HTTP/3 works where it is announced.

use super::facets::WHOLE;
use super::judge::{Doing, Judged};
use crate::engine::{Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, Response};

checks! { Context;
    /// HTTP/3 works where it is announced.
    HTTP3 = Check {
        id: "server.http3",
        clause: clause::BASE_URL,
        level: Level::Informational,
        clients: Clients::IOS,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "QUIC at the UDP port that `Alt-Svc` announces",
        remedy: "Let the firewall pass UDP to the port that `Alt-Svc` announces, or remove that field.",
        run: http3,
    }
}

async fn http3(context: &Context) -> Judged {
    let config = context.config().await.doing("a GET of `config`")?;
    let base = &context.facts().base;
    let host = host_of(base);
    let Some(port) = announced(&config, host) else {
        return Ok(Outcome::not_applicable("HTTP/3 is not announced"));
    };
    let reach = context.knock(port).await?;
    let silent = reach
        .addresses
        .iter()
        .find(|(_, trouble)| !trouble.is_empty());
    Ok(match silent {
        None => Outcome::pass(format!("QUIC answers at UDP port {port}")),
        Some((address, trouble)) => Outcome::deviates(
            Stage::Http,
            format!(
                "`Alt-Svc` announces HTTP/3 at {host}:{port} over UDP, but at {address}: {trouble}"
            ),
        ),
    })
}

/// Returns the host of a URL; an IPv6 address keeps its brackets.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let end = match rest.find(']') {
        Some(bracket) if rest.starts_with('[') => bracket + 1,
        _ => rest.find(['/', ':']).unwrap_or(rest.len()),
    };
    &rest[..end]
}

/// Returns the port at which the same host announces HTTP/3.
///
/// Source: RFC 7838 section 3; RFC 9114 section 3.1.1.
fn announced(answer: &Response, host: &str) -> Option<u16> {
    answer
        .headers("alt-svc")
        .flat_map(|field| field.split(','))
        .find_map(|service| {
            let authority = service.trim().strip_prefix("h3=\"")?.split('"').next()?;
            let (name, port) = authority.rsplit_once(':')?;
            let is_same = name.is_empty() || name.eq_ignore_ascii_case(host);
            is_same.then(|| port.parse().ok()).flatten()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Http};

    fn port(field: &str) -> Option<u16> {
        let answer = Response::new(
            200,
            Http::One,
            vec![("alt-svc".to_owned(), field.to_owned())],
            Body::new(Vec::new().into(), false),
        );
        announced(&answer, "cloud.example")
    }

    #[test]
    fn a_host_is_what_stands_before_the_port() {
        for (url, host) in [
            ("https://cloud.example", "cloud.example"),
            ("https://cloud.example/a]b", "cloud.example"),
            ("https://cloud.example:8443/safe", "cloud.example"),
            ("https://[2001:db8::1]:8443/safe", "[2001:db8::1]"),
            ("https://[2001:db8::1]", "[2001:db8::1]"),
            ("", ""),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn only_http_3_of_the_same_host_counts() {
        assert_eq!(port("h3=\":443\"; ma=2592000"), Some(443));
        assert_eq!(port("h2=\":443\", h3=\"cloud.example:8443\""), Some(8443));
        assert_eq!(port("h3=\"other.example:443\""), None);
        assert_eq!(port("h3-29=\":443\""), None);
        assert_eq!(port("clear"), None);
    }
}
