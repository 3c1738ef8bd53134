//! The parts of the server's certificate that every client checks: the names and the dates.

use super::super::facets::WHOLE;
use super::super::judge::Judged;
use super::answers::{CLOCK_SLIP, apart, server_ahead};
use super::{
    by_looking, certificates, day, deviates, leaf_of, look_with_time, names, path_at, remedy,
};
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, clause};
use crate::text::counted;
use crate::wire::Context;
use crate::wire::tls::{Certificate, Inspection};
use std::net::IpAddr;

const DAY: i64 = 86_400;

checks! { Context;
    /// The certificate is for the host name that clients ask for.
    NAME = Check {
        id: "tls.name",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "the host among the subject alternative names; a common name alone does not count",
        remedy: remedy::NEW_NAME,
        run: name,
    }

    /// Every certificate from the server's up to the root is in date.
    DATES = Check {
        id: "tls.dates",
        clause: clause::TRUST,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.server-name"],
        effect: Effect::Reads,
        expected: "certificates that are valid already and have not expired",
        remedy: remedy::RENEW,
        run: dates,
    }

    /// The certificate does not expire within two weeks.
    EXPIRES_SOON = Check {
        id: "tls.expires-soon",
        clause: clause::TRUST,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.dates"],
        effect: Effect::Reads,
        expected: "14 days left or more; for a certificate of less than 28 days, half of its time",
        remedy: remedy::RENEW,
        run: expires_soon,
    }
}

by_looking! {
    name = judge_name;
    expires_soon = judge_expires_soon;
}

async fn dates(context: &Context) -> Judged {
    judge_dates(&*look_with_time(context).await?)
}

pub(super) fn judge_name(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    let host = &seen.host;
    if names::covers(&leaf, host) {
        return Ok(Outcome::pass(format!("the certificate is for `{host}`")));
    }
    let is_address = host.parse::<IpAddr>().is_ok();
    let has_names = !leaf.dns_names.is_empty() || !leaf.addresses.is_empty();
    let in_common_name = leaf
        .common_name
        .as_deref()
        .is_some_and(|name| names::matches(name, host) || name == host);
    let wildcard = leaf.dns_names.iter().find(|pattern| {
        pattern.strip_prefix('*').is_some_and(|parent| {
            host.to_ascii_lowercase()
                .ends_with(&parent.to_ascii_lowercase())
        })
    });
    let observed = if is_address && leaf.dns_names.contains(host) {
        format!("`{host}` is an address, and the certificate names it only as a DNS name")
    } else if in_common_name && !has_names {
        format!("`{host}` is only in the common name, and there are no subject alternative names")
    } else if in_common_name {
        format!(
            "`{host}` is only in the common name; the subject alternative names are {}",
            names::listed(&leaf)
        )
    } else if let Some(pattern) = wildcard {
        let is_of_top_level = pattern.matches('.').count() == 1 && host.matches('.').count() == 1;
        let rule = if is_of_top_level {
            "clients accept no star directly below a top-level domain"
        } else {
            "its star stands for one label"
        };
        format!("the certificate is for {pattern}, not for `{host}`: {rule}")
    } else {
        format!(
            "the certificate is for {}, not for `{host}`",
            names::listed(&leaf)
        )
    };
    Ok(deviates(observed).into())
}

/// Returns what is wrong with the dates at a time, if anything.
fn out_of_date(seen: &Inspection, chain: &[Certificate], now: i64) -> Option<String> {
    let path = path_at(seen, chain, now);
    path.into_iter().enumerate().find_map(|(place, at)| {
        let certificate = &chain[at];
        let which = if place == 0 {
            "the certificate".to_owned()
        } else {
            format!("the certificate of the issuer `{}`", certificate.subject)
        };
        if now > certificate.not_after {
            let ago = counted((now - certificate.not_after) / DAY, "day");
            Some(format!(
                "{which} expired on {}, {ago} ago",
                day(certificate.not_after)
            ))
        } else if now < certificate.not_before {
            let ahead = counted((certificate.not_before - now) / DAY + 1, "day");
            Some(format!(
                "{which} is not valid before {}, in {ahead}",
                day(certificate.not_before)
            ))
        } else {
            None
        }
    })
}

pub(super) fn judge_dates(seen: &Inspection) -> Judged {
    let chain = certificates(seen)?;
    let here = out_of_date(seen, &chain, seen.at);
    if let Some(ahead) = server_ahead(seen).filter(|ahead| ahead.abs() > CLOCK_SLIP) {
        let there = out_of_date(seen, &chain, seen.at.saturating_add(ahead));
        if here.is_some() != there.is_some() {
            let wrong = here.or(there).unwrap_or_default();
            return Err(Outcome::blocked(format!(
                "{wrong} according to one of two clocks: the server's is {}; correct them, then run again",
                apart(ahead)
            )));
        }
    }
    Ok(match here {
        None => Outcome::pass(format!("in date until {}", day(chain[0].not_after))),
        Some(wrong) if seen.at < chain[0].not_before => deviates(wrong)
            .remedy("Check the clocks of this machine and of the certificate's issuer.")
            .into(),
        Some(wrong) => deviates(wrong).into(),
    })
}

pub(super) fn judge_expires_soon(seen: &Inspection) -> Judged {
    let leaf = leaf_of(seen)?;
    let left = leaf.not_after - seen.at;
    // A certificate for a week is renewed after half of that time.
    let least = (14 * DAY).min(leaf.lifetime() / 2);
    let until = day(leaf.not_after);
    Ok(if left < least {
        deviates(format!(
            "the certificate expires on {until}, in {}",
            counted(left / DAY, "day")
        ))
        .into()
    } else {
        Outcome::pass(format!(
            "{} left, until {until}",
            counted(left / DAY, "day")
        ))
    })
}
