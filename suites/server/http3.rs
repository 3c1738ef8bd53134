//! Whether HTTP/3 answers where it is announced.

use super::WHOLE;
use super::judge::{Doing, Judged};
use crate::engine::{Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, Response};

checks! { Context;
    /// HTTP/3 is spoken where it is announced.
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
        remedy: "Let UDP through the firewall to the port that `Alt-Svc` announces, or take that field out.",
        run: http3,
    }
}

async fn http3(context: &Context) -> Judged {
    let config = context.config().await.doing("a GET of `config`")?;
    let base = &context.facts().base;
    let host = base.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
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
                "`Alt-Svc` announces HTTP/3 at {host}:{port} over UDP, and at {address}: {trouble}"
            ),
        ),
    })
}

/// The port at which the same host is said to speak HTTP/3.
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
    fn only_http_3_of_the_same_host_counts() {
        assert_eq!(port("h3=\":443\"; ma=2592000"), Some(443));
        assert_eq!(port("h2=\":443\", h3=\"cloud.example:8443\""), Some(8443));
        assert_eq!(port("h3=\"other.example:443\""), None);
        assert_eq!(port("h3-29=\":443\""), None);
        assert_eq!(port("clear"), None);
    }
}
