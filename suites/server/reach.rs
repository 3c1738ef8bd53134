//! Whether the server can be reached at all, over TLS that can be trusted, and without being turned away.

use super::WHOLE;
use super::judge::Judged;
use crate::engine::{Deviation, Outcome, checks};
use crate::terms::{Clients, Effect, Level, Stage, clause};
use crate::wire::{Context, Http, TlsTrouble};

checks! { Context;
    /// The host takes TCP connections.
    REACHABLE = Check {
        id: "server.reachable",
        clause: clause::BASE_URL,
        level: Level::Required,
        clients: Clients::ALL,
        variants: WHOLE,
        needs: &[],
        effect: Effect::Reads,
        expected: "an address for the host name, and a TCP connection to it",
        remedy: "Check the host name and the port, that the server runs, and that no firewall stands between.",
        run: reachable,
    }

    /// The URL is https.
    HTTPS = Check {
        id: "tls.https",
        clause: clause::HTTPS,
        level: Level::Required,
        clients: Clients::ALL,
        variants: WHOLE,
        needs: &["server.reachable"],
        effect: Effect::Reads,
        expected: "an https:// URL",
        remedy: "Serve it over https, with a certificate from a public authority (certbot, Caddy, acme.sh).",
        run: https,
    }

    /// The certificate is one that the operating system trusts.
    TRUSTED = Check {
        id: "tls.trusted",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        variants: WHOLE,
        needs: &["tls.https"],
        effect: Effect::Reads,
        expected: "a certificate for this name, in date, whose chain ends in a root that this machine trusts",
        remedy: "Look at what the server sends: `openssl s_client -connect HOST:443 -servername HOST`.",
        run: trusted,
    }

    /// The server answers with redirects to nothing that a client asks for.
    REDIRECTS = Check {
        id: "server.redirects",
        clause: clause::REDIRECT,
        level: Level::Required,
        clients: Clients::ALL,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "answers where they are asked for, no redirect",
        remedy: "Enter the URL at which the files really are; clients drop credentials or turn an upload into a download on the way.",
        run: redirects,
    }

    /// Ordinary use meets no lock-out and no rate limit.
    LEFT_ALONE = Check {
        id: "server.rate-limit",
        clause: clause::STATUS,
        level: Level::Required,
        clients: Clients::ALL,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "no 429 Too Many Requests and no 423 Locked in ordinary use",
        remedy: "Wait until the lock-out ends (Nextcloud: half an hour, or `occ security:bruteforce:reset IP`), and let a proxy's rate limit allow a few hundred requests a minute.",
        run: left_alone,
    }
}

async fn reachable(context: &Context) -> Judged {
    let reach = match context.reach().await {
        Ok(reach) => reach,
        // No connection is no judgement on the server: the run cannot go on.
        Err(failure) => return Ok(Outcome::Error(failure.message)),
    };
    let troubles = reach
        .addresses
        .iter()
        .filter(|(_, trouble)| !trouble.is_empty());
    let troubles: Vec<_> = troubles
        .map(|(address, trouble)| format!("{address}: {trouble}"))
        .collect();
    Ok(if !reach.is_reached() {
        Outcome::Error(format!(
            "{}; check the host name and the port, that the server runs, and that no firewall stands between",
            troubles.join("; ")
        ))
    } else if troubles.is_empty() {
        Outcome::pass("every address of the host takes connections")
    } else {
        Outcome::pass(format!(
            "connected, but not to every address: {}",
            troubles.join("; ")
        ))
    })
}

async fn https(context: &Context) -> Judged {
    let facts = context.facts();
    Ok(if facts.https {
        Outcome::pass("the URL is https://")
    } else if facts.loopback {
        Outcome::not_applicable("http:// on this machine itself: every verdict is without TLS")
    } else {
        Outcome::deviates(
            Stage::Tls,
            "the URL is http://; nothing was sent in the clear",
        )
    })
}

async fn trusted(context: &Context) -> Judged {
    if !context.facts().https {
        return Ok(Outcome::not_applicable("the URL is http://"));
    }
    let deviation = |observed: String| Deviation::new(Stage::Tls, observed);
    Err(match context.handshake(&[Http::Two, Http::One]).await {
        Ok(handshake) => return Ok(Outcome::pass(format!("trusted by this machine's roots, over {}", handshake.version))),
        Err(TlsTrouble::NoStore) => {
            Outcome::blocked("this machine has no store of trusted certificates; install one (Debian: ca-certificates) or give --ca-file")
        }
        Err(TlsTrouble::UnknownIssuer) => deviation("the certificate's issuer is not trusted here: self-signed, from a private authority, or sent without its intermediate certificate".to_owned())
            .remedy("Let the server send the full chain (certbot's fullchain.pem). A private authority must be installed on every phone; to test with it, give its root with --ca-file.")
            .into(),
        Err(TlsTrouble::Expired) => deviation("a certificate of the chain has expired".to_owned())
            .remedy("Renew the certificate and reload the server; check that the renewal runs by itself.")
            .into(),
        Err(TlsTrouble::NotYetValid) => deviation("the certificate is not valid yet".to_owned())
            .remedy("Check the clocks of this machine and of whoever issued the certificate.")
            .into(),
        Err(TlsTrouble::WrongName(names)) => deviation(format!("the certificate is for {names}, not for this host"))
            .remedy("Get a certificate whose subject alternative names hold this host name, or use a name that it has.")
            .into(),
        Err(TlsTrouble::BadCertificate(why) | TlsTrouble::Handshake(why)) => deviation(why).into(),
        Err(TlsTrouble::NoCommonProtocol) => deviation("the server speaks neither HTTP/2 nor HTTP/1.1".to_owned()).into(),
        Err(TlsTrouble::Failure(failure)) => failure.into(),
    })
}

async fn redirects(context: &Context) -> Judged {
    let redirects = context.session().redirects();
    // The one of `config` says the most.
    let first = redirects
        .iter()
        .find(|(what, _)| what.starts_with("GET config"));
    let Some((what, to)) = first.or(redirects.iter().next()) else {
        return Ok(if context.session().answers() == 0 {
            Outcome::blocked("the run has seen no answer")
        } else {
            Outcome::pass("no redirect came")
        });
    };
    let more = if redirects.len() == 1 {
        ""
    } else {
        ", and others, too"
    };
    Ok(Outcome::deviates(
        Stage::Http,
        format!("{what}, pointing to {to}{more}"),
    ))
}

async fn left_alone(context: &Context) -> Judged {
    Ok(match context.session().halted() {
        None if context.session().answers() == 0 => Outcome::blocked("the run has seen no answer"),
        None => Outcome::pass("neither 429 nor 423 came"),
        Some(why) => Outcome::deviates(Stage::Http, format!("{why}; probing was stopped at once")),
    })
}
