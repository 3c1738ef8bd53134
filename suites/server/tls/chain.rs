//! The chain as it is sent, and where it leads.

use super::super::facets::WHOLE;
use super::super::judge::Judged;
use super::{alert, by_looking, certificates, day, deviates, path, remedy, unread};
use crate::engine::{Blocker, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::{Clients, Directions, clause};
use crate::text::counted;
use crate::wire::Context;
use crate::wire::tls::{Certificate, Inspection, KeyKind, KeyProof, ShakeTrouble, Trust, suites};

checks! { Context;
    /// The chain is complete as the server sends it.
    CHAIN = Check {
        id: "tls.chain",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ANDROID,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "every certificate between the server's and a root; Android does not fetch missing ones",
        remedy: remedy::FULL_CHAIN,
        run: chain,
    }

    /// Each certificate is followed by its issuer's.
    CHAIN_ORDER = Check {
        id: "tls.chain-order",
        clause: clause::TRUST,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "the server's certificate first, then each issuer after the certificate that it issued (RFC 5246 section 7.4.2)",
        remedy: remedy::CHAIN_IN_ORDER,
        run: chain_order,
    }

    /// The chain holds only the certificates that are needed.
    SUPERFLUOUS = Check {
        id: "tls.chain-superfluous",
        clause: clause::TRUST,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "neither the root nor certificates outside the chain; expired ones have stopped older clients",
        remedy: remedy::CHAIN_IN_ORDER,
        run: superfluous,
    }

    /// The operating system trusts the certificate.
    TRUSTED = Check {
        id: "tls.trusted",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.name", "tls.dates", "tls.client-certificate"],
        effect: Effect::Reads,
        expected: "a certificate for this name, in date, whose chain ends in a root that this machine trusts; this machine's store represents the phone's",
        remedy: remedy::TRUSTED,
        run: trusted,
    }

    /// Later connections present a certificate that clients trust as well.
    EVERY_CONNECTION = Check {
        id: "tls.every-connection",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "a certificate that clients trust on every connection of the run, not only on the first",
        remedy: remedy::EVERY_CONNECTION,
        run: every_connection,
    }
}

async fn every_connection(context: &Context) -> Judged {
    if !context.facts().https {
        return Ok(Outcome::not_applicable("the URL is http://"));
    }
    Ok(match context.session().firsts().untrusted {
        Some(why) => deviates(format!("a later connection had another certificate: {why}")).into(),
        None if context.session().answers() == 0 => {
            Outcome::not_applicable("no request followed the inspection")
        }
        None => Outcome::pass("no connection had another certificate"),
    })
}

by_looking! {
    chain = judge_chain;
    chain_order = judge_chain_order;
    superfluous = judge_superfluous;
    trusted = judge_trusted;
}

/// Where a chain ends that does not lead to a trusted root.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The server's certificate signed itself.
    SelfSigned,
    /// At a root that this machine does not know.
    UnknownRoot(String),
    /// At a root that every phone has, but this machine does not.
    PublicRoot(String),
    /// Before an intermediate certificate that was not sent, with its URL if the chain names one.
    Missing(String, Option<String>),
    /// Before a certificate that was not sent, which may be a root or an intermediate certificate.
    Unclear(String),
}

fn end(seen: &Inspection, chain: &[Certificate]) -> Option<End> {
    let top = path(seen, chain).pop()?;
    let (highest, sent) = (&chain[top], &seen.chain[top]);
    if chain[0].is_self_issued() {
        return Some(End::SelfSigned);
    }
    if highest.is_self_issued() {
        return Some(End::UnknownRoot(highest.subject.clone()));
    }
    let issuer = highest.issuer.clone();
    if sent.issuer_is_root_here {
        return None;
    }
    if sent.issuer_is_public_root {
        return Some(End::PublicRoot(issuer));
    }
    // Public authorities log what they issue, name a policy, and say where their own certificate is
    // available.
    let public = chain[0].timestamps.is_some() || chain[0].browser_forum_policy;
    Some(if public || highest.issuer_url.is_some() {
        End::Missing(issuer, highest.issuer_url.clone())
    } else {
        End::Unclear(issuer)
    })
}

pub(super) fn judge_chain(seen: &Inspection) -> Judged {
    let chain = certificates(seen)?;
    let complete = |to: &str| {
        let between = path(seen, &chain).len() - 1;
        let between = counted(between as u64, "certificate");
        Outcome::pass(format!(
            "complete{to}: the server's certificate and {between} above it"
        ))
    };
    if seen.trust == Trust::Trusted || seen.public {
        return Ok(complete(""));
    }
    Ok(match end(seen, &chain) {
        Some(End::SelfSigned) => {
            Outcome::not_applicable("the certificate is self-signed, so there is no chain")
        }
        None | Some(End::UnknownRoot(_) | End::PublicRoot(_)) => complete(" up to a root"),
        Some(_) if seen.trust == Trust::NoStore => no_store(),
        Some(End::Missing(issuer, url)) => {
            let had = url
                .map(|url| format!(" (available at {url})"))
                .unwrap_or_default();
            deviates(format!(
                "the intermediate certificate `{issuer}`{had} is missing"
            ))
            .into()
        }
        Some(End::Unclear(issuer)) => Outcome::blocked(format!(
            "`{issuer}` was not sent: either an intermediate certificate is missing, or it is a root that this machine does not know"
        )),
    })
}

fn no_store() -> Outcome {
    Outcome::blocked(
        "this machine has no store of trusted certificates; install one (Debian: ca-certificates) or give --ca-file",
    )
}

pub(super) fn judge_chain_order(seen: &Inspection) -> Judged {
    let chain = certificates(seen)?;
    let path = path(seen, &chain);
    let own = chain
        .iter()
        .position(|certificate| !certificate.is_authority);
    if let Some(place) = own.filter(|place| *place > 0 && chain[0].is_authority) {
        return Ok(deviates(format!(
            "the server's certificate is at position {}",
            place + 1
        ))
        .into());
    }
    let wrong = path.windows(2).find(|pair| pair[0] > pair[1]);
    Ok(match wrong {
        Some(pair) => deviates(format!(
            "the certificate of `{}` comes before that of `{}`, which it issued",
            chain[pair[1]].subject, chain[pair[0]].subject
        ))
        .into(),
        None => Outcome::pass("in order"),
    })
}

pub(super) fn judge_superfluous(seen: &Inspection) -> Judged {
    if seen.chain_too_long.is_some() || seen.shaken == Err(ShakeTrouble::TooMuch) {
        return Ok(deviates(unread(seen)).into());
    }
    let chain = certificates(seen)?;
    let path = path(seen, &chain);
    let extra = chain.iter().enumerate().filter_map(|(place, certificate)| {
        let expired = if certificate.not_after < seen.at {
            format!(", expired on {}", day(certificate.not_after))
        } else {
            String::new()
        };
        let name = &certificate.subject;
        if !path.contains(&place) {
            Some(format!("`{name}`{expired}"))
        } else if place > 0 && certificate.is_self_issued() {
            Some(format!("the root `{name}`{expired}"))
        } else {
            None
        }
    });
    let extra: Vec<_> = extra.collect();
    Ok(match extra.len() {
        0 => Outcome::pass("no superfluous certificate"),
        1..=3 => deviates(format!("not needed: {}", extra.join("; "))).into(),
        many => deviates(format!(
            "not needed: {} and {} more",
            extra[..2].join("; "),
            many - 2
        ))
        .into(),
    })
}

pub(super) fn judge_trusted(seen: &Inspection) -> Judged {
    let untrusted = |seen: &Inspection| {
        let chain = certificates(seen)?;
        Ok(match end(seen, &chain) {
            Some(End::SelfSigned) => deviates("the certificate is self-signed").into(),
            Some(End::UnknownRoot(root)) => deviates(format!(
                "the chain ends in `{root}`, a root that this machine does not trust: a private authority"
            ))
            .into(),
            Some(End::PublicRoot(root)) => Outcome::blocked(format!(
                "the chain ends in `{root}`, which phones trust and this machine's store does not contain; update it (Debian: ca-certificates)"
            )),
            Some(End::Missing(issuer, _)) => Outcome::blocked(format!(
                "the chain is incomplete without `{issuer}`: see `tls.chain`"
            )),
            Some(End::Unclear(issuer)) => deviates(format!(
                "the chain ends before `{issuer}`, which this machine does not know and the server did not send: a private authority, or a missing intermediate certificate"
            ))
            .into(),
            None => deviates("no signature in the chain leads to a root that this machine trusts: another root has the same name").into(),
        })
    };
    match &seen.trust {
        Trust::NoStore => Err(no_store()),
        Trust::NoCertificate => Err(Outcome::blocked(unread(seen))),
        Trust::UnknownIssuer => untrusted(seen),
        Trust::Refused(why) => refused(seen, why),
        Trust::Unsupported(why) => Err(Outcome::blocked(format!(
            "the library that judges trust reports: {why}; it does not show where the chain leads"
        ))),
        Trust::Trusted => Ok(leads_to_a_root(seen)),
    }
}

/// Judges a chain with a certificate that breaks a rule. Plain `openssl req -x509` makes a root,
/// and servers send it as their own certificate. Other libraries accept it if it is installed; this
/// one does not.
fn refused(seen: &Inspection, why: &str) -> Judged {
    let chain = certificates(seen)?;
    if !chain[0].is_self_issued() {
        return Ok(deviates(why).into());
    }
    if seen.chain[0].is_root_here {
        return Err(Outcome::blocked_by(
            Blocker::BeyondHarness,
            "the server sends a trusted root as its own certificate, which could not be judged by this library; curl, Java and Python accept it. Every client accepts a server certificate that this root signs (`basicConstraints=CA:FALSE`)",
        ));
    }
    Ok(deviates("the certificate is self-signed").into())
}

/// Judges a chain that leads to a root: whether the server holds the key, and whether a handshake
/// completes.
fn leads_to_a_root(seen: &Inspection) -> Outcome {
    let root = if seen.public {
        "trusted by this machine's roots, which represent the phone's"
    } else {
        "trusted by a root of this machine that is not public: a phone must have it installed, and on iOS switched on under Settings, General, About, Certificate Trust Settings"
    };
    if seen.key_proof == KeyProof::Bad && library_takes_key(seen) {
        return deviates("the server does not hold the key of its certificate: its signature is wrong")
            .remedy("Use the key that belongs to the certificate. nginx: `ssl_certificate` and `ssl_certificate_key`; Apache: `SSLCertificateFile` and `SSLCertificateKeyFile`; Caddy: `tls fullchain.pem privkey.pem`.")
            .into();
    }
    let trouble = match &seen.shaken {
        Ok(shaken) => return Outcome::pass(format!("{root}; over {}", shaken.version.name())),
        Err(trouble) => trouble,
    };
    if let Some(key) = unfit_key(seen) {
        return Outcome::blocked(format!(
            "{}; whether the clients accept it is unknown",
            unfit(&key)
        ));
    }
    let accepts = |kinds: &[&[u16]]| !seen.accepted(&kinds.concat()).is_empty();
    if accepts(&[suites::OF_THE_LIBRARY]) {
        broken_off(seen, trouble)
    } else if accepts(&[suites::ECDHE, suites::ECDHE_CBC_SHA2]) {
        Outcome::pass(format!(
            "{root}; the server accepts only suites with CBC, which phones support; this program cannot complete a handshake with them"
        ))
    } else {
        Outcome::blocked(
            "the chain leads to a root; whether Android and Desktop still support what the server accepts is unknown",
        )
    }
}

/// Returns the outcome if the library's handshake failed although the server accepts one of its
/// suites.
fn broken_off(seen: &Inspection, trouble: &ShakeTrouble) -> Outcome {
    match trouble {
        ShakeTrouble::Alert(120) => {
            deviates("the server speaks neither HTTP/2 nor HTTP/1.1").into()
        }
        ShakeTrouble::Alert(code) => Outcome::blocked(format!(
            "the server ended the handshake with {}; whether it does the same with phones is unknown",
            alert(*code)
        )),
        ShakeTrouble::Library(why) => Outcome::blocked(format!(
            "this program's TLS library failed to agree with the server: {why}"
        )),
        ShakeTrouble::Closed => {
            deviates("the server closed the connection during the handshake").into()
        }
        ShakeTrouble::TimedOut => deviates("the handshake did not end in time").into(),
        ShakeTrouble::NoConnection(why) => Outcome::blocked(why.clone()),
        ShakeTrouble::TooMuch => Outcome::blocked(unread(seen)),
    }
}

/// Returns whether the library could tell a good signature of the server's key from a bad one.
fn library_takes_key(seen: &Inspection) -> bool {
    let leaf = seen
        .chain
        .first()
        .and_then(|sent| Certificate::parse(&sent.der.0));
    leaf.is_some_and(|leaf| match &leaf.key {
        KeyKind::Rsa(bits) => *bits >= 2048,
        KeyKind::Ec(curve, _) => matches!(curve.as_str(), "P-256" | "P-384"),
        KeyKind::Other(name) => name == "Ed25519",
    })
}

/// Returns the key of the server's certificate if the library supports no handshake with it; a
/// short RSA key is another matter.
pub(super) fn unfit_key(seen: &Inspection) -> Option<KeyKind> {
    let leaf = Certificate::parse(&seen.chain.first()?.der.0)?;
    let is_unfit = !matches!(leaf.key, KeyKind::Rsa(_)) && !library_takes_key(seen);
    is_unfit.then_some(leaf.key)
}

/// Says that the library supports no handshake with this key.
pub(super) fn unfit(key: &KeyKind) -> String {
    format!("this program's TLS library supports no certificate with the key {key}")
}
