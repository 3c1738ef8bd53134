//! Whether TLS works at all: at every address, for the host name, without a client certificate, and
//! with matching clocks.

use super::super::facets::WHOLE;
use super::super::judge::Judged;
use super::{alert, by_looking, deviates, look_with_time, remedy, silence};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, clause};
use crate::text::counted;
use crate::wire::Context;
use crate::wire::tls::{Answered, HttpSeen, Inspection, ShakeTrouble, Silence};
use std::collections::BTreeSet;

/// The largest difference between two clocks that agree, in seconds.
pub(super) const CLOCK_SLIP: i64 = 300;

checks! { Context;
    /// The port speaks TLS.
    ANSWERS = Check {
        id: "tls.answers",
        clause: clause::HTTPS,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.https"],
        effect: Effect::Reads,
        expected: "a TLS answer to a TLS handshake",
        remedy: remedy::PLAIN_PORT,
        run: answers,
    }

    /// Every address of the host accepts connections, with the same certificate.
    ADDRESSES = Check {
        id: "tls.addresses",
        clause: clause::BASE_URL,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.https"],
        effect: Effect::Reads,
        expected: "a connection to every address of the host name, and the same certificate at each",
        remedy: remedy::ADDRESSES,
        run: addresses,
    }

    /// The server knows the host name that clients ask for.
    SERVER_NAME = Check {
        id: "tls.server-name",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.answers"],
        effect: Effect::Reads,
        expected: "no refusal of the host name that clients send (SNI)",
        remedy: remedy::NAME,
        run: server_name,
    }

    /// The server accepts clients without a certificate.
    CLIENT_CERTIFICATE = Check {
        id: "tls.client-certificate",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "an answer to a client that sends no certificate",
        remedy: remedy::NO_CLIENT_CERTIFICATE,
        run: client_certificate,
    }

    /// The server does not ask for a client certificate.
    NO_CERTIFICATE_REQUEST = Check {
        id: "tls.no-certificate-request",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.client-certificate"],
        effect: Effect::Reads,
        expected: "a handshake in which the server asks for no client certificate, not even an optional one",
        remedy: remedy::NO_CLIENT_CERTIFICATE,
        run: no_certificate_request,
    }

    /// The server's clock and this machine's agree.
    CLOCK = Check {
        id: "tls.clock",
        clause: clause::TRUST,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.client-certificate"],
        effect: Effect::Reads,
        expected: "a Date within five minutes of this machine's time: dates cannot be judged with a wrong clock",
        remedy: remedy::CLOCK,
        run: clock,
    }
}

by_looking! {
    answers = judge_answers;
    addresses = judge_addresses;
    server_name = judge_server_name;
    client_certificate = judge_client_certificate;
    no_certificate_request = judge_no_certificate_request;
}

async fn clock(context: &Context) -> Judged {
    judge_clock(&*look_with_time(context).await?)
}

pub(super) fn judge_answers(seen: &Inspection) -> Judged {
    if seen.shaken.is_ok() || seen.answers().any(Answered::is_tls) {
        return Ok(Outcome::pass("it speaks TLS"));
    }
    let mut silences: Vec<&Silence> = seen
        .answers()
        .filter_map(|answered| match answered {
            Answered::Nothing(silence) => Some(silence),
            Answered::Hello { .. } | Answered::Alert(_) => None,
        })
        .collect();
    // An answer that is not TLS says more than a closed connection.
    silences.sort_by_key(|silence| match silence {
        Silence::NotTls(_) => 0,
        Silence::TooMuch => 1,
        Silence::Closed | Silence::Reset => 2,
        Silence::TimedOut => 3,
        Silence::NoConnection(_) | Silence::NotAsked => 4,
    });
    Ok(match silences.first() {
        None | Some(Silence::NoConnection(_) | Silence::NotAsked) => {
            Outcome::blocked("could not connect to any address")
        }
        // Whether a connection is closed or reset depends on timing.
        Some(Silence::Reset) => deviates(silence(&Silence::Closed)).into(),
        Some(first) => deviates(silence(first)).into(),
    })
}

pub(super) fn judge_addresses(seen: &Inspection) -> Judged {
    let tried: Vec<_> = seen
        .addresses
        .iter()
        .filter(|address| !address.out_of_reach)
        .collect();
    let mut troubles: Vec<String> = tried
        .iter()
        .filter(|address| !address.trouble.is_empty())
        .map(|address| format!("{}: {}", address.address, address.trouble))
        .collect();
    if troubles.len() == tried.len() && !tried.is_empty() {
        return Err(Outcome::blocked("no address accepts connections"));
    }
    let leaves: BTreeSet<_> = tried
        .iter()
        .filter_map(|address| address.leaf.as_deref())
        .collect();
    if leaves.len() > 1 {
        let names: Vec<_> = tried
            .iter()
            .filter(|address| address.leaf.is_some())
            .map(|address| address.address.as_str())
            .collect();
        troubles.push(format!(
            "{} send different certificates",
            names.join(" and ")
        ));
    }
    if !leaves.is_empty() {
        let bare = tried
            .iter()
            .filter(|address| address.leaf.is_none() && address.trouble.is_empty());
        troubles.extend(bare.map(|address| format!("{}: no certificate came", address.address)));
    }
    if !troubles.is_empty() {
        return Ok(deviates(troubles.join("; ")).into());
    }
    let unreached: Vec<_> = seen
        .addresses
        .iter()
        .filter(|address| address.out_of_reach)
        .map(|address| address.address.as_str())
        .collect();
    if !unreached.is_empty() {
        return Ok(Outcome::not_applicable(format!(
            "this machine has no IPv6, so that {} could not be tried",
            unreached.join(" and ")
        )));
    }
    if tried.is_empty() {
        return Err(Outcome::blocked("no address was tried"));
    }
    let further = match seen.further_addresses {
        0 => String::new(),
        more => format!("; {more} more were not tried"),
    };
    Ok(Outcome::pass(if tried.len() == 1 {
        format!("the only address accepts connections{further}")
    } else {
        format!(
            "{} addresses accept connections, with one certificate{further}",
            tried.len()
        )
    }))
}

pub(super) fn judge_server_name(seen: &Inspection) -> Judged {
    const UNRECOGNIZED_NAME: u8 = 112;
    let spoke = seen.shaken.is_ok() || seen.answers().any(|answered| answered.suite().is_some());
    if spoke {
        return Ok(Outcome::pass(match &seen.without_name {
            None => "clients send no name to an address",
            Some(Ok(leaf))
                if seen
                    .addresses
                    .iter()
                    .any(|address| address.leaf.as_ref() == Some(leaf)) =>
            {
                "the server answers with and without a host name"
            }
            Some(Ok(_)) => {
                "the server answers; without the host name, which every client sends, it sends another certificate"
            }
            Some(Err(_)) => {
                "the server answers; it requires the host name, which every client sends"
            }
        }));
    }
    let refuses = |code: u8| {
        seen.shaken == Err(ShakeTrouble::Alert(code))
            || seen
                .answers()
                .any(|answered| *answered == Answered::Alert(code))
    };
    Ok(if refuses(UNRECOGNIZED_NAME) {
        deviates(format!(
            "the server refuses the host name `{}` with {}",
            seen.host,
            alert(UNRECOGNIZED_NAME)
        ))
        .into()
    } else if matches!(seen.without_name, Some(Ok(_))) {
        deviates(format!(
            "the server refuses the host name `{}`, and answers only if no name is sent",
            seen.host
        ))
        .into()
    } else {
        // `tls.protocol` says what else it refuses.
        Outcome::pass("the server does not refuse the host name")
    })
}

pub(super) fn judge_client_certificate(seen: &Inspection) -> Judged {
    if !seen.asks_certificate {
        return Ok(Outcome::pass("the server asks for no client certificate"));
    }
    Ok(match &seen.http {
        Err(ShakeTrouble::Alert(code)) => deviates(format!(
            "the server requires a client certificate: without one it answers with {}",
            alert(*code)
        ))
        .into(),
        Err(ShakeTrouble::Closed) => deviates(
            "the server requires a client certificate: without one it closes the connection",
        )
        .into(),
        // Source: nginx, `ssl_verify_client on`, answers so within TLS; 495 and 496 are its own
        // statuses.
        Ok(Some(HttpSeen {
            status: status @ (400 | 495 | 496),
            ..
        })) => deviates(format!(
            "the server requires a client certificate: without one it answers {status}"
        ))
        .into(),
        Ok(Some(_)) => {
            Outcome::pass("the server asks for a client certificate, but does not require it")
        }
        Ok(None) | Err(_) => Outcome::blocked(
            "the server asks for a client certificate; whether it requires one could not be determined",
        ),
    })
}

/// Source: clients.http.system-challenges.
pub(super) fn judge_no_certificate_request(seen: &Inspection) -> Judged {
    Ok(if seen.asks_certificate {
        deviates(
            "the server asks for a client certificate, though it does not require one; the code of iOS does not answer that, and its requests end at their time limit",
        )
        .into()
    } else {
        Outcome::pass("the server asks for no client certificate")
    })
}

pub(super) fn judge_clock(seen: &Inspection) -> Judged {
    let Some(ahead) = server_ahead(seen) else {
        return Err(Outcome::blocked("the server sent no Date"));
    };
    Ok(if ahead.abs() <= CLOCK_SLIP {
        Outcome::pass("the clocks agree")
    } else {
        deviates(format!("the server's clock is {}", apart(ahead))).into()
    })
}

/// Returns by how many seconds the server's clock is ahead of this machine's, if the server sends a
/// time.
pub(super) fn server_ahead(seen: &Inspection) -> Option<i64> {
    let date = seen.http.as_ref().ok()?.as_ref()?.date?;
    Some(date.saturating_sub(seen.at))
}

/// Returns, for example, `2 hours ahead of this machine's`.
pub(super) fn apart(ahead: i64) -> String {
    let seconds = ahead.saturating_abs();
    // Rounded, so that the same clocks give the same sentence each time.
    let rounded = |unit: i64| (seconds + unit / 2) / unit;
    let length = match seconds {
        172_800.. => counted(rounded(86_400), "day"),
        7_200.. => counted(rounded(3_600), "hour"),
        _ => counted(rounded(60), "minute"),
    };
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    format!("{length} {side} this machine's")
}
