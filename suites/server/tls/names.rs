//! Whether a certificate is for a host.
//!
//! Source: RFC 9525 section 6: the leftmost label may be `*`, which stands for exactly one label.

use crate::wire::tls::Certificate;
use std::net::IpAddr;

/// Returns whether the subject alternative names cover `host`, a name or an address.
pub(super) fn covers(certificate: &Certificate, host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => certificate.addresses.contains(&address),
        Err(_) => certificate
            .dns_names
            .iter()
            .any(|pattern| matches(pattern, host)),
    }
}

/// Returns whether a DNS name in a certificate covers `host`.
pub(super) fn matches(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() {
        return false;
    }
    match pattern.strip_prefix("*.") {
        // A wildcard for a whole top-level domain never matches.
        Some(parent) => {
            parent.contains('.')
                && host.split_once('.').is_some_and(|(label, rest)| {
                    !label.is_empty() && rest.eq_ignore_ascii_case(parent)
                })
        }
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// Returns the first names of a certificate, as a short list.
pub(super) fn listed(certificate: &Certificate) -> String {
    let names = certificate.dns_names.iter().cloned();
    let all: Vec<_> = names
        .chain(certificate.addresses.iter().map(ToString::to_string))
        .map(|name| {
            name.chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .take(80)
                .collect::<String>()
        })
        .collect();
    match all.len() {
        0 => "no name at all".to_owned(),
        1..=5 => all.join(", "),
        many => format!("{} and {} more", all[..4].join(", "), many - 4),
    }
}
