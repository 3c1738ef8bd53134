//! Whether the server can be reached at all, and with a URL that clients accept.

use super::facets::WHOLE;
use super::judge::Judged;
use crate::engine::{Breakage, Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::text::listed;
use crate::wire::{Context, FailureKind, Reach};

checks! { Context;
    /// The host accepts TCP connections.
    REACHABLE = Check {
        id: "server.reachable",
        clause: clause::BASE_URL,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &[],
        effect: Effect::Reads,
        expected: "an address for the host name, and a TCP connection to it",
        remedy: "Check the host name and the port, that the server runs, and that no firewall blocks it.",
        run: reachable,
    }

    /// The URL is https.
    HTTPS = Check {
        id: "tls.https",
        clause: clause::HTTPS,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["server.reachable"],
        effect: Effect::Reads,
        expected: "an https:// URL",
        remedy: "Serve it over https, with a certificate from a public authority (certbot, Caddy, acme.sh).",
        run: https,
    }
}

/// The largest number of addresses that a sentence names.
const MOST_SHOWN: usize = 8;

async fn reachable(context: &Context) -> Judged {
    let reach = match context.reach().await {
        Ok(reach) => reach,
        Err(failure) if failure.kind == FailureKind::Transcript => return Ok(failure.into()),
        // Without a connection nothing can be judged: the run cannot continue.
        Err(failure) => return Ok(Outcome::error(Breakage::Unreachable, failure.message)),
    };
    Ok(judge_reach(&reach))
}

/// Judges the attempts to connect to each address of the host.
fn judge_reach(reach: &Reach) -> Outcome {
    let troubles: Vec<_> = reach
        .addresses
        .iter()
        .filter(|(_, trouble)| !trouble.is_empty())
        .map(|(address, trouble)| format!("{address}: {trouble}"))
        .collect();
    let troubles: Vec<_> = troubles.iter().map(String::as_str).collect();
    let failed = listed(&troubles, MOST_SHOWN);
    if !reach.is_reached() {
        Outcome::error(Breakage::Unreachable, failed)
    } else if troubles.is_empty() {
        Outcome::pass("every address of the host accepts connections")
    } else {
        Outcome::pass(format!("connected, but not to every address: {failed}"))
    }
}

async fn https(context: &Context) -> Judged {
    let facts = context.facts();
    Ok(if facts.https {
        Outcome::pass("the URL is https://")
    } else if facts.loopback {
        Outcome::not_applicable("http:// on this machine itself: no verdict includes TLS")
    } else {
        Outcome::deviates(
            Stage::Tls,
            "the URL is http://; nothing was sent without encryption",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_that_answers_is_enough_and_the_others_are_named() {
        let judged = |addresses: &[(&str, &str)]| {
            let owned =
                |(address, trouble): &(&str, &str)| ((*address).to_owned(), (*trouble).to_owned());
            judge_reach(&Reach {
                addresses: addresses.iter().map(owned).collect(),
            })
        };
        let (answers, silent) = (("192.0.2.1", ""), ("2001:db8::1", "no answer"));
        let whole = judged(&[answers]);
        assert!(matches!(&whole, Outcome::Pass(seen) if !seen.contains("not to every")));
        let partly = judged(&[answers, silent]);
        assert!(matches!(&partly, Outcome::Pass(seen) if seen.contains("2001:db8::1: no answer")));
        for addresses in [&[silent][..], &[]] {
            let by = Breakage::Unreachable;
            let outcome = judged(addresses);
            assert!(matches!(outcome, Outcome::Error { kind, .. } if kind == by));
        }
    }
}
