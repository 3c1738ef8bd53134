//! Problems of the names in a certificate.

use super::Product;
use super::certainty::Certainty;
use super::certificate::{NEW_CERTIFICATE, leaf, own_authority};
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::{Symptom, shown_by};

/// Returns whether a DNS name of the certificate has the letters of the address; `None` if the host
/// is a name, or the name of the certificate is right.
fn has_dns_name_of_address(symptom: &Symptom<'_>) -> Option<bool> {
    let leaf = leaf(symptom, "tls.name")?;
    let host = &symptom.run.inspection?.host;
    host.parse::<std::net::IpAddr>().ok()?;
    Some(leaf.dns_names.contains(host))
}

/// The certificate names the address as a DNS name.
pub(super) const ADDRESS_AS_NAME: Problem = Problem {
    id: "problem.address-as-name",
    title: "the certificate names the address as a DNS name",
    evidence: "`tls.name` deviates, the host is an address, and a DNS name of the certificate has the same letters",
    meaning: "A client compares an address only with entries of the kind IP. A DNS entry with the same letters does not count.",
    fix: "Make the certificate with an entry of the kind IP for this address (`subjectAltName=IP:`, not `DNS:`); better, use a host name and a public certificate. Or make your own authority and a certificate for this address with the lines below, let the server use server.pem and server.key, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
    source: "RFC 6125 section 6.4; RFC 5280 section 4.2.1.6",
    breaks: Breaks::EVERYTHING,
    also: NEW_CERTIFICATE,
    paste: Some(own_authority),
    in_run: |symptom| has_dns_name_of_address(symptom)?.then_some(Certainty::Certain),
    ..BLANK
};

/// The certificate does not name the address.
pub(super) const ADDRESS_NOT_NAMED: Problem = Problem {
    id: "problem.address-not-named",
    title: "the certificate does not name this address",
    evidence: "`tls.name` deviates, the host is an address, and no name of the certificate is this address",
    meaning: "The URL names the server by its address, and the certificate is for other names. A client that connects to an address accepts only an entry of the kind IP with that address.",
    fix: "Enter the URL with a host name that the certificate has. Or make your own authority and a certificate for this address with the lines below, let the server use server.pem and server.key, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
    source: "RFC 6125 section 6.4; RFC 5280 section 4.2.1.6",
    breaks: Breaks::EVERYTHING,
    also: NEW_CERTIFICATE,
    paste: Some(own_authority),
    in_run: |symptom| (!has_dns_name_of_address(symptom)?).then_some(Certainty::Certain),
    ..BLANK
};

/// The certificate has the host name in its common name alone.
pub(super) const COMMON_NAME_ONLY: Problem = Problem {
    id: "problem.common-name-only",
    title: "the certificate has the host name only in its common name",
    evidence: "`tls.name` deviates, there are no alternative names, and the common name is the host",
    meaning: "Clients read the subject alternative names and ignore the common name. Old instructions for OpenSSL produce certificates like this one.",
    fix: "Get a certificate whose subject alternative names include this host name (`certbot certonly -d HOST`). Or make your own authority and a certificate with the lines below, let the server use server.pem and server.key, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
    source: "RFC 6125 section 6.4.4; clause 6.1",
    breaks: Breaks::EVERYTHING,
    also: NEW_CERTIFICATE,
    paste: Some(own_authority),
    in_run: |symptom| {
        let leaf = leaf(symptom, "tls.name")?;
        let host = &symptom.run.inspection?.host;
        let has_none = leaf.dns_names.is_empty() && leaf.addresses.is_empty();
        (has_none && leaf.common_name.as_ref() == Some(host)).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// A wildcard of the certificate does not cover the host name.
pub(super) const WILDCARD: Problem = Problem {
    id: "problem.wildcard-name",
    title: "the wildcard in the certificate does not cover this host name",
    evidence: "`tls.name` deviates, and the host ends like a wildcard of the certificate",
    meaning: "The star in a certificate stands for exactly one label, and never for all names directly below a top-level domain. Clients refuse the certificate for other names.",
    fix: "Get a certificate that names this host itself (`certbot certonly -d HOST`). Or make your own authority and a certificate for this host with the lines below, let the server use server.pem and server.key, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
    source: "RFC 9525 section 6.3; clause 6.1",
    breaks: Breaks::EVERYTHING,
    also: NEW_CERTIFICATE,
    paste: Some(own_authority),
    in_run: |symptom| {
        let leaf = leaf(symptom, "tls.name")?;
        let host = symptom.run.inspection?.host.to_ascii_lowercase();
        let mut parents = leaf
            .dns_names
            .iter()
            .filter_map(|name| name.strip_prefix('*'));
        let is_like = parents.any(|parent| host.ends_with(&parent.to_ascii_lowercase()));
        is_like.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The certificate is for another host name.
pub(super) const WRONG_NAME: Problem = Problem {
    id: "problem.wrong-name",
    title: "the certificate is for another host name",
    evidence: "`tls.name` deviates",
    meaning: "The server shows the certificate of another site, most often of its default site. The apps refuse it for this name.",
    fix: "Get a certificate for this host name (`certbot certonly -d HOST`), or enter a name that the certificate has.",
    fixes: &[
        (
            Product::Nginx,
            "Write `server_name HOST;` and its `ssl_certificate` into one `server` block: without it, the default site answers.",
        ),
        (
            Product::Apache,
            "Write `ServerName HOST` and its `SSLCertificateFile` into one `<VirtualHost *:443>`: without it, the first one answers.",
        ),
        (Product::Caddy, "Name the site `HOST` in the Caddyfile."),
    ],
    source: "RFC 6125; clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| shown_by(symptom, &["tls.name"]),
    ..BLANK
};
