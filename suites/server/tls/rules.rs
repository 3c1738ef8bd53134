//! The rules of Apple and of the CA/Browser Forum for certificates.

use super::super::facets::WHOLE;
use super::super::judge::Judged;
use super::{by_ats, by_looking, certificates, day, deviates, leaf_of, path, remedy};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, clause};
use crate::text::counted;
use crate::wire::Context;
use crate::wire::tls::{Certificate, Inspection, KeyKind, SignatureKind, Trust, Version};

const DAY: i64 = 86_400;
/// 1 July 2019. Source: Apple, Requirements for trusted certificates in iOS 13.
const JULY_2019: i64 = 1_561_939_200;
/// 15 October 2018. Source: Apple, Certificate Transparency policy.
const OCTOBER_2018: i64 = 1_539_561_600;
/// 1 September 2020. Source: Apple, About upcoming limits on trusted certificates.
const SEPTEMBER_2020: i64 = 1_598_918_400;
/// From which date on a publicly trusted certificate may be valid for how many days, newest first:
/// 15 March 2029, 2027, 2026. Source: CA/Browser Forum ballot SC-081v3.
const SCHEDULE: &[(i64, i64)] = &[
    (1_868_227_200, 47),
    (1_805_068_800, 100),
    (1_773_532_800, 200),
];

checks! { Context;
    /// The key of the certificate is long enough.
    KEY = Check {
        id: "tls.key",
        clause: clause::ATS,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "RSA of 2048 bits or more, or an elliptic curve of 256 bits or more; whether the clients accept other kinds of keys is unknown",
        remedy: remedy::NEW_KEY,
        run: key,
    }

    /// Everything below the root is signed with SHA-256 or stronger.
    SIGNATURE = Check {
        id: "tls.signature",
        clause: clause::ATS,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "signatures with SHA-256 or stronger in the whole chain; the root's own signature does not count",
        remedy: remedy::NEW_CERTIFICATE,
        run: signature,
    }

    /// The certificate is marked for servers.
    PURPOSE = Check {
        id: "tls.purpose",
        clause: clause::ATS,
        level: Level::Required,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "serverAuth in the extended key usage of certificates issued from 1 July 2019 on",
        remedy: remedy::NEW_CERTIFICATE,
        run: purpose,
    }

    /// The certificate is not valid for longer than iOS accepts.
    VALIDITY = Check {
        id: "tls.validity",
        clause: clause::VALIDITY,
        level: Level::Required,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "at most 825 days if issued from 1 July 2019 on; from a public authority, at most 398 days if issued from 1 September 2020 on",
        remedy: remedy::NEW_CERTIFICATE,
        run: validity,
    }

    /// A publicly trusted certificate follows the schedule of the CA/Browser Forum.
    SCHEDULE_KEPT = Check {
        id: "tls.validity-schedule",
        clause: clause::VALIDITY,
        level: Level::Recommended,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.validity"],
        effect: Effect::Reads,
        expected: "from a public authority, at most 200 days if issued from 15 March 2026 on, 100 from 2027 on, 47 from 2029 on; whether phones enforce this is unknown",
        remedy: remedy::NEW_CERTIFICATE,
        run: schedule,
    }

    /// A publicly trusted certificate is in the public logs.
    TRANSPARENCY = Check {
        id: "tls.transparency",
        clause: clause::TRANSPARENCY,
        level: Level::Required,
        clients: Clients::IOS,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "for a certificate from a public authority, 2 signed certificate timestamps, or 3 if it is valid for more than 180 days",
        remedy: remedy::NEW_CERTIFICATE,
        run: transparency,
    }

    /// A certificate that demands a stapled OCSP answer comes with one.
    MUST_STAPLE = Check {
        id: "tls.must-staple",
        clause: clause::STAPLING,
        level: Level::Recommended,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "a stapled answer if the certificate requires one (RFC 7633); strict clients refuse it otherwise",
        remedy: remedy::STAPLE,
        run: must_staple,
    }
}

by_looking! {
    key = judge_key;
    signature = judge_signature;
    purpose = judge_purpose;
    validity = judge_validity;
    schedule = judge_schedule;
    transparency = judge_transparency;
    must_staple = judge_must_staple;
}

/// Returns whose certificate this is, by its place on the path from the leaf upwards.
fn whose(place: usize, certificate: &Certificate) -> String {
    if place == 0 {
        "the certificate".to_owned()
    } else {
        format!("the certificate of the issuer `{}`", certificate.subject)
    }
}

/// Judges the length of the leaf's key by the rules of ATS, and the kind of every key: no source
/// says whether any client accepts another kind.
pub(super) fn judge_key(seen: &Inspection) -> Judged {
    let chain = certificates(seen)?;
    let leaf = &chain[0];
    let is_short = match &leaf.key {
        KeyKind::Rsa(bits) => *bits < 2048,
        KeyKind::Ec(_, bits) => *bits < 256,
        KeyKind::Other(_) => false,
    };
    if is_short {
        let deviation = deviates(format!("the key is {}", leaf.key)).affecting(Clients::IOS);
        return by_ats(seen, Ok(deviation.into()));
    }
    for (place, at) in path(seen, &chain).into_iter().enumerate() {
        let certificate = &chain[at];
        if !is_of_known_kind(&certificate.key) {
            return Err(Outcome::blocked(format!(
                "whether the clients accept the key of {}, {}, is unknown",
                whose(place, certificate),
                certificate.key
            )));
        }
    }
    Ok(Outcome::pass(format!("the key is {}", leaf.key)))
}

/// Returns whether a key is of a kind that the clients accept: RSA, or a curve of NIST.
fn is_of_known_kind(key: &KeyKind) -> bool {
    match key {
        KeyKind::Rsa(_) => true,
        KeyKind::Ec(curve, _) => curve.starts_with("P-"),
        KeyKind::Other(_) => false,
    }
}

pub(super) fn judge_signature(seen: &Inspection) -> Judged {
    let chain = certificates(seen)?;
    let signed: Vec<_> = path(seen, &chain)
        .into_iter()
        .enumerate()
        .map(|(place, at)| (place, &chain[at]))
        .filter(|(place, certificate)| *place == 0 || !certificate.is_self_issued())
        .collect();
    for (place, certificate) in &signed {
        let which = whose(*place, certificate);
        match &certificate.signature {
            SignatureKind::Strong(_) => {}
            SignatureKind::Weak(name) => {
                let deviation = deviates(format!("{which} is signed with {name}"));
                return by_ats(seen, Ok(deviation.affecting(Clients::IOS).into()));
            }
            SignatureKind::Other(name) => {
                return Err(Outcome::blocked(format!(
                    "{which} is signed with {name}, and whether the clients accept that is unknown"
                )));
            }
        }
    }
    let mut kinds: Vec<_> = signed
        .iter()
        .map(|(_, certificate)| certificate.signature.to_string())
        .collect();
    kinds.dedup();
    Ok(Outcome::pass(format!(
        "signed by {}",
        kinds.join(", then ")
    )))
}

pub(super) fn judge_purpose(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    if leaf.not_before < JULY_2019 {
        return Ok(before("1 July 2019"));
    }
    let observed = match leaf.server_auth {
        Some(true) => return Ok(Outcome::pass("its extended key usage names serverAuth")),
        Some(false) => "the extended key usage does not name serverAuth",
        None => "the certificate has no extended key usage",
    };
    Ok(deviates(observed).into())
}

fn before(date: &str) -> Outcome {
    Outcome::not_applicable(format!("it was issued before {date}"))
}

/// Returns whether the root is public; an error if this could not be determined.
fn is_public(seen: &Inspection) -> Result<bool, Outcome> {
    if seen.public {
        return Ok(true);
    }
    // If a certificate is missing, the chain above it is unknown.
    let leaf = leaf_of(seen)?;
    match seen.trust {
        Trust::Trusted => Ok(false),
        _ if leaf.is_self_issued() => Ok(false),
        _ if leaf.timestamps.is_some() || leaf.browser_forum_policy => Err(Outcome::blocked(
            "whether its root is public could not be determined: the chain leads to no root",
        )),
        _ => Ok(false),
    }
}

pub(super) fn judge_validity(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    if leaf.not_before < JULY_2019 {
        return Ok(before("1 July 2019"));
    }
    let days = leaf.lifetime() / DAY;
    // Source: clause 6.2.validity: an hour of tolerance for the first limit, none for the second.
    let too_long_for_all = leaf.not_after - leaf.not_before > 825 * DAY + 3600;
    if too_long_for_all {
        return Ok(deviates(format!("it is valid for {days} days, more than 825")).into());
    }
    if leaf.not_before >= SEPTEMBER_2020 && leaf.lifetime() > 398 * DAY && is_public(seen)? {
        return Ok(deviates(format!(
            "it is valid for {days} days, more than 398, from a public authority"
        ))
        .into());
    }
    Ok(Outcome::pass(format!("it is valid for {days} days")))
}

pub(super) fn judge_schedule(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    if !is_public(seen)? {
        return Ok(Outcome::not_applicable("its root is not public"));
    }
    let Some((_, most)) = SCHEDULE.iter().find(|(from, _)| leaf.not_before >= *from) else {
        return Ok(before("15 March 2026"));
    };
    let days = leaf.lifetime() / DAY;
    Ok(if leaf.lifetime() > most * DAY {
        deviates(format!(
            "it is valid for {days} days, more than the {most} allowed for certificates issued on {}",
            day(leaf.not_before)
        ))
        .into()
    } else {
        Outcome::pass(format!("it is valid for {days} days, of {most}"))
    })
}

pub(super) fn judge_transparency(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    if !is_public(seen)? {
        return Ok(Outcome::not_applicable("its root is not public"));
    }
    if leaf.not_before < OCTOBER_2018 {
        return Ok(before("15 October 2018"));
    }
    let wanted = if leaf.lifetime() <= 180 * DAY { 2 } else { 3 };
    let embedded = leaf.timestamps.unwrap_or(0);
    let shown = counted(embedded as u64, "signed certificate timestamp");
    if embedded >= wanted {
        return Ok(Outcome::pass(format!("{shown} embedded")));
    }
    let may_come = seen.timestamps_in_handshake || seen.stapled || !seen.offers(Version::Tls12);
    if embedded == 0 || may_come {
        return Ok(Outcome::blocked(format!(
            "{shown} embedded, {wanted} expected; more may come in the handshake, which was not judged"
        )));
    }
    Ok(deviates(format!(
        "{shown} embedded, {wanted} expected, and none in the handshake"
    ))
    .into())
}

pub(super) fn judge_must_staple(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    Ok(match (leaf.must_staple, seen.stapled) {
        (false, _) => Outcome::not_applicable("the certificate requires no stapled answer"),
        (true, true) => Outcome::pass("a stapled answer comes with the certificate"),
        (true, false) => {
            deviates("the certificate requires a stapled OCSP answer (Must-Staple), but none comes")
                .into()
        }
    })
}
