//! TLS: whether iOS and Android trust the server. Every check is a pure function of one inspection.

#![allow(clippy::unnecessary_wraps, reason = "every judgement has one form")]

pub(super) mod answers;
pub(super) mod chain;
pub(super) mod leaf;
pub(super) mod names;
pub(super) mod protocol;
pub(super) mod remedy;
pub(super) mod rules;
#[cfg(test)]
pub(crate) mod tests;

use super::judge::Judged;
use crate::engine::{Deviation, Outcome};
use crate::safe::Stage;
use crate::wire::Context;
use crate::wire::tls::{Certificate, Inspection, Silence};
use std::net::IpAddr;
use std::sync::Arc;

/// Makes the function of each check: inspect, then judge.
macro_rules! by_looking {
    ($($name:ident = $judge:path;)*) => {
        $(async fn $name(context: &crate::wire::Context) -> $crate::suites::server::judge::Judged {
            $judge(&*$crate::suites::server::tls::look(context).await?)
        })*
    };
}
use by_looking;

/// Returns what the inspection saw, if there is TLS at all.
async fn look(context: &Context) -> Result<Arc<Inspection>, Outcome> {
    if !context.facts().https {
        return Err(Outcome::not_applicable("the URL is http://"));
    }
    Ok(context.inspection().await?)
}

/// Returns the same, with the time of the server's clock.
async fn look_with_time(context: &Context) -> Result<Arc<Inspection>, Outcome> {
    if !context.facts().https {
        return Err(Outcome::not_applicable("the URL is http://"));
    }
    Ok(context.inspection_with_time().await?)
}

fn deviates(observed: impl Into<String>) -> Deviation {
    Deviation::new(Stage::Tls, observed)
}

/// Returns the certificates in the order in which they were sent, without unreadable ones; at least
/// one.
fn certificates(seen: &Inspection) -> Result<Vec<Certificate>, Outcome> {
    let parsed = seen
        .chain
        .iter()
        .map(|sent| Certificate::parse(&sent.der.0));
    let parsed: Option<Vec<_>> = parsed.collect();
    match parsed {
        Some(certificates) if !certificates.is_empty() => Ok(certificates),
        Some(_) => Err(Outcome::blocked(unread(seen))),
        None => Err(Outcome::blocked(
            "failed to parse a certificate that the server sends",
        )),
    }
}

/// Returns the certificate of the server itself.
fn leaf_of(seen: &Inspection) -> Result<Certificate, Outcome> {
    certificates(seen).map(|mut certificates| certificates.swap_remove(0))
}

/// Why no certificate was read.
fn unread(seen: &Inspection) -> String {
    use crate::wire::tls::ShakeTrouble;
    match (seen.chain_too_long, &seen.shaken) {
        (Some(length), _) => format!(
            "the server announces {length} bytes of certificates, more than the 65536 that are read"
        ),
        (None, Err(ShakeTrouble::TooMuch)) => {
            "the server sends more than the 65536 bytes of certificates that are read".to_owned()
        }
        (None, Err(ShakeTrouble::TimedOut)) => {
            "the server's certificates did not arrive in time".to_owned()
        }
        _ => "the server sent no certificate".to_owned(),
    }
}

/// Returns the path from the leaf upwards at the time of the inspection, as indices in the chain
/// that was sent. Each certificate names the next as its issuer.
fn path(seen: &Inspection, chain: &[Certificate]) -> Vec<usize> {
    path_at(seen, chain, seen.at)
}

/// Returns the path at another time.
///
/// A root may also be signed by another root. A client that knows the root does not need that
/// certificate, and once it has expired, no client uses it.
fn path_at(seen: &Inspection, chain: &[Certificate], now: i64) -> Vec<usize> {
    let is_used = |place: usize| {
        let certificate = &chain[place];
        let is_known = seen.chain.get(place).is_some_and(|sent| sent.is_root_here);
        certificate.is_self_issued() || !is_known || now <= certificate.not_after
    };
    let mut path = vec![0];
    while let Some(current) = path.last().and_then(|last| chain.get(*last)) {
        if current.is_self_issued() {
            break;
        }
        let next = chain
            .iter()
            .enumerate()
            .find(|(place, other)| !path.contains(place) && current.names_as_issuer(other));
        match next {
            Some((place, _)) if is_used(place) => path.push(place),
            _ => break,
        }
    }
    path
}

/// Returns whether App Transport Security certainly applies to this host. It may exempt addresses
/// and names of the local network. A server on this machine itself is judged as if it were public.
fn ats_holds_for(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.is_loopback();
    }
    let last = host.trim_end_matches('.').rsplit_once('.');
    host == "localhost" || last.is_some_and(|(_, last)| !last.eq_ignore_ascii_case("local"))
}

/// Returns a judgement by the rules of ATS. A deviation counts only if the rules certainly apply.
fn by_ats(seen: &Inspection, judged: Judged) -> Judged {
    match judged? {
        Outcome::Deviates(deviation) if !ats_holds_for(&seen.host) => {
            Ok(Outcome::blocked(format!(
                "{}; whether iOS applies this rule to `{}`, an address or a name of the local network, is unknown",
                deviation.observed, seen.host
            )))
        }
        outcome => Ok(outcome),
    }
}

/// Says why a hello got no answer.
fn silence(silence: &Silence) -> String {
    match silence {
        Silence::NoConnection(why) => why.clone(),
        Silence::Closed => "the server closed the connection during the handshake".to_owned(),
        Silence::Reset => "the server reset the connection during the handshake".to_owned(),
        Silence::TimedOut => "no answer to the TLS handshake in time".to_owned(),
        Silence::NotTls(words) if words.is_empty() => "the port does not speak TLS".to_owned(),
        Silence::NotTls(words) => {
            format!("the port does not speak TLS: it says \"{words}\"")
        }
        Silence::TooMuch => "the server sends more than a handshake may contain".to_owned(),
        Silence::NotAsked => {
            "not requested, because the connections of this run were used up".to_owned()
        }
    }
}

/// Returns the name of an alert. Source: RFC 8446 section 6.
fn alert(code: u8) -> String {
    let name = match code {
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return format!("the alert {code}"),
    };
    format!("the alert `{name}`")
}

/// Returns the day on which a second since 1970 lies, by UTC.
fn day(second: i64) -> String {
    let time = jiff::Timestamp::from_second(second).unwrap_or_default();
    jiff::tz::TimeZone::UTC.to_datetime(time).date().to_string()
}
