//! TLS versions, cipher suites, and the choice of the HTTP version.

use super::super::facets::WHOLE;
use super::super::judge::Judged;
use super::chain::{unfit, unfit_key};
use super::{alert, by_ats, by_looking, deviates, remedy, silence};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, clause};
use crate::text::counted;
use crate::wire::Context;
use crate::wire::tls::{Answered, Inspection, Silence, Version, suites};

checks! { Context;
    /// The server offers TLS 1.2 or 1.3.
    PROTOCOL = Check {
        id: "tls.protocol",
        clause: clause::ATS,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "TLS 1.2 or newer",
        remedy: remedy::VERSIONS,
        run: protocol,
    }

    /// The server accepts a cipher suite with forward secrecy that ATS allows.
    FORWARD_SECRECY = Check {
        id: "tls.forward-secrecy",
        clause: clause::ATS,
        level: Level::Required,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.protocol"],
        effect: Effect::Reads,
        expected: "a suite of TLS 1.3, or one of TLS 1.2 with ECDHE and AES or ChaCha20",
        remedy: remedy::SUITES,
        run: forward_secrecy,
    }

    /// The server accepts a cipher suite that iOS offers today.
    CURRENT_SUITES = Check {
        id: "tls.current-suites",
        clause: clause::SUITES,
        level: Level::Recommended,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.forward-secrecy"],
        effect: Effect::Reads,
        expected: "a suite that the newest iOS offers; it no longer offers those with CBC and SHA-2",
        remedy: remedy::SUITES,
        run: current_suites,
    }

    /// The server offers TLS 1.2 for phones that do not support 1.3.
    VERSION_12 = Check {
        id: "tls.version-1-2",
        clause: clause::TLS_VERSIONS,
        level: Level::Recommended,
        clients: Clients::ANDROID,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.protocol"],
        effect: Effect::Reads,
        expected: "TLS 1.2: Android supports TLS 1.3 only from version 10 of the system on",
        remedy: remedy::VERSIONS,
        run: version_12,
    }

    /// The server offers TLS 1.3.
    VERSION_13 = Check {
        id: "tls.version-1-3",
        clause: clause::TLS_VERSIONS,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.protocol"],
        effect: Effect::Reads,
        expected: "TLS 1.3, which connects faster and encrypts the certificate",
        remedy: remedy::VERSIONS,
        run: version_13,
    }

    /// The server no longer offers TLS 1.0 and 1.1.
    OLD_VERSIONS = Check {
        id: "tls.old-versions",
        clause: clause::ATS,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.protocol"],
        effect: Effect::Reads,
        expected: "neither TLS 1.0 nor TLS 1.1 (RFC 8996)",
        remedy: remedy::VERSIONS,
        run: old_versions,
    }

    /// The server no longer accepts cipher suites without forward secrecy.
    WEAK_SUITES = Check {
        id: "tls.weak-suites",
        clause: clause::KEY_EXCHANGE,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.forward-secrecy"],
        effect: Effect::Reads,
        expected: "no suite in which the session key is encrypted to the certificate (RFC 9325 section 4.1)",
        remedy: remedy::SUITES,
        run: weak_suites,
    }

    /// The server negotiates the version of HTTP in the handshake.
    ALPN = Check {
        id: "tls.alpn",
        clause: clause::TRUST,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.protocol"],
        effect: Effect::Reads,
        expected: "an answer to ALPN (RFC 7301); without one, clients fall back to HTTP/1.1",
        remedy: remedy::ALPN,
        run: alpn,
    }
}

by_looking! {
    protocol = judge_protocol;
    forward_secrecy = judge_forward_secrecy;
    current_suites = judge_current_suites;
    version_12 = judge_version_12;
    version_13 = judge_version_13;
    old_versions = judge_old_versions;
    weak_suites = judge_weak_suites;
    alpn = judge_alpn;
}

/// Returns the newest version that the server supports.
fn newest(seen: &Inspection) -> Option<Version> {
    let chosen = |version: &Version| {
        seen.answers().any(|answered| answered.is_version(*version))
            || seen
                .shaken
                .as_ref()
                .is_ok_and(|shaken| shaken.version == *version)
    };
    Version::ALL.into_iter().rev().find(chosen)
}

/// Returns whether a version is offered; an error if this could not be determined.
fn offers(seen: &Inspection, version: Version) -> Result<bool, Outcome> {
    let shaken = seen
        .shaken
        .as_ref()
        .is_ok_and(|shaken| shaken.version == version);
    match seen.version(version) {
        answered if answered.is_version(version) || shaken => Ok(true),
        Answered::Nothing(why) => Err(Outcome::blocked(format!(
            "whether {} is offered could not be determined: {}",
            version.name(),
            silence(why)
        ))),
        Answered::Hello { .. } | Answered::Alert(_) => Ok(false),
    }
}

pub(super) fn judge_protocol(seen: &Inspection) -> Judged {
    let modern = [Version::Tls12, Version::Tls13].map(|version| (version, offers(seen, version)));
    let offered: Vec<_> = modern
        .iter()
        .filter(|(_, offered)| *offered == Ok(true))
        .map(|(version, _)| version.name())
        .collect();
    if !offered.is_empty() {
        return Ok(Outcome::pass(format!(
            "it speaks {}",
            offered.join(" and ")
        )));
    }
    if let Some(newest) = newest(seen) {
        let observed = format!("the server supports {} at most", newest.name());
        return by_ats(seen, Ok(deviates(observed).affecting(Clients::IOS).into()));
    }
    for (_, offered) in modern {
        offered?;
    }
    let by_suites = [Version::Tls12, Version::Tls13].map(|version| seen.refuses_suites(version));
    let refusal = match seen.version(Version::Tls12) {
        Answered::Alert(code) => format!("with {}", alert(*code)),
        Answered::Hello { .. } | Answered::Nothing(_) => "without a reason".to_owned(),
    };
    if by_suites.contains(&true) {
        let observed = format!("the server refuses every cipher suite that is offered, {refusal}");
        return Ok(deviates(observed).remedy(remedy::SUITES).into());
    }
    Ok(deviates(format!(
        "the server refuses every version of TLS, {refusal}"
    ))
    .into())
}

/// Returns which suites of these kinds the server accepts.
fn accepted(seen: &Inspection, kinds: &[&[u16]]) -> Result<Vec<u16>, Outcome> {
    let kinds = kinds.concat();
    let accepted = seen.accepted(&kinds);
    if !accepted.is_empty() {
        return Ok(accepted);
    }
    let unclear = seen
        .suites
        .iter()
        .find_map(|(suite, answered)| match answered {
            Answered::Nothing(why) if kinds.contains(suite) => Some((suite, why)),
            _ => None,
        });
    match unclear {
        Some((suite, why)) => Err(Outcome::blocked(format!(
            "whether {} is accepted could not be determined: {}",
            suites::name(*suite),
            silence(why)
        ))),
        None => Ok(accepted),
    }
}

pub(super) fn judge_forward_secrecy(seen: &Inspection) -> Judged {
    let allowed = accepted(
        seen,
        &[suites::TLS13, suites::ECDHE, suites::ECDHE_CBC_SHA2],
    )?;
    if !allowed.is_empty() {
        return Ok(Outcome::pass(format!(
            "the server accepts {}",
            listed(&allowed)
        )));
    }
    let of_kind = |answered: &Answered, kind: &[u16]| {
        answered
            .suite()
            .filter(|suite| kind.contains(suite))
            .map(suites::name)
    };
    let observed = if let Some(suite) = of_kind(&seen.finite_field, suites::DHE) {
        format!(
            "forward secrecy only by finite-field Diffie-Hellman (the server accepts {suite}), which ATS does not allow"
        )
    } else if let Some(suite) = seen.other_suite() {
        format!(
            "the server accepts {}, and no suite that iOS offers",
            suites::name(suite)
        )
    } else {
        let chosen = of_kind(
            &seen.without_forward_secrecy,
            suites::WITHOUT_FORWARD_SECRECY,
        );
        let chosen = chosen.map(|suite| format!(" (the server accepts {suite})"));
        format!(
            "no cipher suite with forward secrecy{}",
            chosen.unwrap_or_default()
        )
    };
    by_ats(seen, Ok(deviates(observed).into()))
}

pub(super) fn judge_current_suites(seen: &Inspection) -> Judged {
    let today = accepted(seen, &[suites::TLS13, suites::ECDHE])?;
    if !today.is_empty() {
        let many = counted(today.len() as u64, "suite");
        return Ok(Outcome::pass(format!(
            "the server accepts {many} that iOS offers today"
        )));
    }
    let older = seen.accepted(suites::ECDHE_CBC_SHA2);
    let observed = if older.is_empty() {
        "the server accepts no suite that iOS offers today".to_owned()
    } else {
        format!("the server accepts only {}", listed(&older))
    };
    by_ats(seen, Ok(deviates(observed).into()))
}

/// Returns the names of suites; if they are many, the first ones and how many more.
fn listed(accepted: &[u16]) -> String {
    let names: Vec<_> = accepted.iter().map(|suite| suites::name(*suite)).collect();
    match names.len() {
        0..=4 => names.join(", "),
        many => format!(
            "{} and {} more that ATS allows",
            names[..3].join(", "),
            many - 3
        ),
    }
}

pub(super) fn judge_version_12(seen: &Inspection) -> Judged {
    if newest(seen) < Some(Version::Tls12) {
        return Err(too_old());
    }
    Ok(if offers(seen, Version::Tls12)? {
        Outcome::pass("TLS 1.2 is offered")
    } else {
        deviates("TLS 1.2 is not offered, only TLS 1.3").into()
    })
}

pub(super) fn judge_version_13(seen: &Inspection) -> Judged {
    if newest(seen) < Some(Version::Tls12) {
        return Err(too_old());
    }
    Ok(if offers(seen, Version::Tls13)? {
        Outcome::pass("TLS 1.3 is offered")
    } else {
        deviates("TLS 1.3 is not offered").into()
    })
}

fn too_old() -> Outcome {
    Outcome::not_applicable("the server speaks neither TLS 1.2 nor 1.3: see `tls.protocol`")
}

pub(super) fn judge_old_versions(seen: &Inspection) -> Judged {
    if newest(seen) < Some(Version::Tls12) {
        return Err(too_old());
    }
    let old = [Version::Tls10, Version::Tls11].map(|version| (version, offers(seen, version)));
    let offered: Vec<_> = old
        .iter()
        .filter(|(_, offered)| *offered == Ok(true))
        .map(|(version, _)| version.name())
        .collect();
    if !offered.is_empty() {
        return Ok(deviates(format!("{} still accepted", are(&offered))).into());
    }
    for (_, offered) in old {
        offered?;
    }
    Ok(Outcome::pass("neither TLS 1.0 nor TLS 1.1 is accepted"))
}

fn are(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(" and "))
}

pub(super) fn judge_weak_suites(seen: &Inspection) -> Judged {
    if !seen.version(Version::Tls12).is_version(Version::Tls12) {
        return Ok(Outcome::not_applicable(
            "only TLS 1.2 has such suites, and it is not offered",
        ));
    }
    Ok(match &seen.without_forward_secrecy {
        answered @ Answered::Hello { suite, .. } if answered.is_version(Version::Tls12) => {
            deviates(format!(
                "{} is still accepted, without forward secrecy",
                suites::name(*suite)
            ))
            .into()
        }
        Answered::Hello { .. } | Answered::Alert(_) => {
            Outcome::pass("every suite of TLS 1.2 that is accepted has forward secrecy")
        }
        Answered::Nothing(Silence::NotAsked) => Outcome::blocked("not requested"),
        Answered::Nothing(why) => {
            Outcome::blocked(format!("it could not be determined: {}", silence(why)))
        }
    })
}

pub(super) fn judge_alpn(seen: &Inspection) -> Judged {
    Ok(match &seen.shaken {
        Ok(shaken) => match shaken.alpn.as_deref() {
            Some("h2") => Outcome::pass("the server chooses HTTP/2"),
            Some("http/1.1") => Outcome::pass("the server chooses HTTP/1.1"),
            Some(other) => deviates(format!(
                "the server chooses `{other}`, which was not offered"
            ))
            .into(),
            None => deviates("the server does not answer ALPN").into(),
        },
        Err(_) => Outcome::blocked(match unfit_key(seen) {
            Some(key) => unfit(&key),
            None => "this program's TLS library failed to agree with the server".to_owned(),
        }),
    })
}
