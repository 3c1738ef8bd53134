//! Rows of the table: problems of TLS, of certificates and of who trusts them.

use super::certificates::*;
use super::scene::*;
use super::table::Row;
use crate::suites::server::tls::tests::{
    DAY, NOW, authority, healthy, names, own, parameters, signed,
};
use crate::wire::Facts;
use crate::wire::tls::{Answered, Inspection, KeyProof, Version};

/// Returns a server that answers these versions, and no suite that is offered alone.
fn speaking(versions: &[(Version, Answered)]) -> Inspection {
    Inspection {
        versions: versions.to_vec(),
        suites: Vec::new(),
        ..healthy()
    }
}

fn hello(version: Version, suite: u16) -> (Version, Answered) {
    let code = version.code();
    (
        version,
        Answered::Hello {
            version: code,
            suite,
        },
    )
}

fn named(name: &str) -> Inspection {
    let leaf = names(parameters("leaf", NOW - DAY, NOW + DAY), &[name]);
    server(signed(&leaf, "CA"))
}

fn with_own_roots() -> Facts {
    Facts {
        own_roots: true,
        ..facts()
    }
}

fn on_loopback() -> Facts {
    Facts {
        loopback: true,
        ..facts()
    }
}

pub(super) const ROWS_4: &[Row] = &[
    (
        "no-common-suite",
        || {
            let refused = [
                (Version::Tls12, Answered::Alert(40)),
                (Version::Tls13, Answered::Alert(70)),
            ];
            deviates_on("tls.protocol", speaking(&refused))
        },
        || {
            // The version is refused, not the suites.
            let refused = [
                (Version::Tls12, Answered::Alert(70)),
                (Version::Tls13, Answered::Alert(70)),
            ];
            deviates_on("tls.protocol", speaking(&refused))
        },
    ),
    (
        "old-tls",
        || {
            let old = [
                hello(Version::Tls11, 0xc014),
                (Version::Tls12, Answered::Alert(40)),
            ];
            deviates_on("tls.protocol", speaking(&old))
        },
        || deviates("tls.version-1-2"),
    ),
    (
        "no-tls-1-2",
        || deviates("tls.version-1-2"),
        || deviates("tls.version-1-3"),
    ),
    (
        "suites-not-of-ios",
        || {
            let ccm = [hello(Version::Tls12, 0xc0ac)];
            deviates_on("tls.forward-secrecy", speaking(&ccm))
        },
        || {
            let without = [hello(Version::Tls12, 0x002f)];
            deviates_on("tls.forward-secrecy", speaking(&without))
        },
    ),
    (
        "suites-not-of-ios",
        || {
            let ccm = [
                hello(Version::Tls13, 0x1304),
                (Version::Tls12, Answered::Alert(70)),
            ];
            deviates_on("tls.forward-secrecy", speaking(&ccm))
        },
        || deviates("tls.forward-secrecy"),
    ),
    (
        "given-root-not-reached",
        || with_ca_file(deviates_on("tls.trusted", server(signed(&leaf(), "Inter")))),
        || deviates_on("tls.trusted", server(signed(&leaf(), "Inter"))),
    ),
    (
        "given-root-not-reached",
        || with_ca_file(deviates_on("tls.trusted", server(signed(&leaf(), "Inter")))),
        || with_ca_file(deviates_on("tls.trusted", server(own(&leaf())))),
    ),
    (
        "address-not-named",
        || deviates_on("tls.name", at_address(signed(&leaf(), "CA"))),
        || deviates_on("tls.name", server(signed(&leaf(), "CA"))),
    ),
    (
        "wildcard-name",
        || deviates_on("tls.name", named("*.example")),
        || deviates_on("tls.name", named("*.example.org")),
    ),
    (
        "wildcard-name",
        || deviates_on("tls.name", named("*.Example")),
        || deviates_on("tls.name", named("example")),
    ),
    (
        "dead-address",
        || deviates("tls.addresses"),
        || passes("tls.addresses"),
    ),
    (
        "no-tls-on-port",
        || deviates("tls.answers"),
        || passes("tls.answers"),
    ),
    (
        "old-tls",
        || deviates("tls.protocol"),
        || passes("tls.protocol"),
    ),
    (
        "no-forward-secrecy",
        || deviates("tls.forward-secrecy"),
        || passes("tls.forward-secrecy"),
    ),
    (
        "no-current-suites",
        || deviates("tls.current-suites"),
        || deviates("tls.forward-secrecy"),
    ),
    (
        "no-forward-secrecy",
        || deviates("tls.forward-secrecy"),
        || deviates("tls.current-suites"),
    ),
    (
        "outdated-tls-accepted",
        || deviates("tls.old-versions"),
        || passes("tls.old-versions"),
    ),
    (
        "no-tls-1-3",
        || deviates("tls.version-1-3"),
        || passes("tls.version-1-3"),
    ),
    ("no-http2", || deviates("tls.alpn"), || passes("tls.alpn")),
    (
        "client-certificate",
        || deviates("tls.client-certificate"),
        || passes("tls.client-certificate"),
    ),
    (
        "certificate-request",
        || deviates("tls.no-certificate-request"),
        || passes("tls.no-certificate-request"),
    ),
    (
        "server-name-unknown",
        || deviates("tls.server-name"),
        || passes("tls.server-name"),
    ),
    (
        "clocks-apart",
        || deviates("tls.clock"),
        || passes("tls.clock"),
    ),
    (
        "intermediate-missing",
        || deviates("tls.chain"),
        || passes("tls.chain"),
    ),
    (
        "certificate-expires-soon",
        || deviates("tls.expires-soon"),
        || passes("tls.expires-soon"),
    ),
    (
        "weak-certificate",
        || deviates("tls.key"),
        || passes("tls.key"),
    ),
    (
        "certificate-form",
        || deviates("tls.purpose"),
        || passes("tls.purpose"),
    ),
    (
        "not-stapled",
        || deviates("tls.must-staple"),
        || deviates("tls.purpose"),
    ),
    (
        "chain-untidy",
        || deviates("tls.chain-order"),
        || passes("tls.chain-order"),
    ),
    (
        "self-signed",
        || deviates_on("tls.trusted", server(own(&leaf()))),
        || deviates_on("tls.trusted", server(own(&authority("Root")))),
    ),
    (
        "authority-as-server",
        || deviates_on("tls.trusted", server(own(&authority("Root")))),
        || deviates_on("tls.trusted", server(own(&leaf()))),
    ),
    (
        "key-mismatch",
        || deviates_on("tls.trusted", with_key(KeyProof::Bad)),
        || deviates_on("tls.trusted", with_key(KeyProof::Good)),
    ),
    (
        "private-root",
        || deviates_on("tls.trusted", with_own_root()),
        || deviates_on("tls.trusted", server(signed(&leaf(), "Own Root"))),
    ),
    (
        "private-chain-cut",
        || deviates_on("tls.trusted", server(signed(&leaf(), "Own Root"))),
        || {
            // The root is known, so the chain is refused for another reason.
            let mut known = server(signed(&leaf(), "Own Root"));
            known.chain[0].issuer_is_root_here = true;
            deviates_on("tls.trusted", known)
        },
    ),
    (
        "private-chain-cut",
        || deviates_on("tls.trusted", server(signed(&leaf(), "Own Root"))),
        || deviates_on("tls.trusted", with_own_root()),
    ),
    (
        "address-as-name",
        || deviates_on("tls.name", at_address(signed(&as_dns_name(), "CA"))),
        || deviates_on("tls.name", at_address(signed(&leaf(), "CA"))),
    ),
    (
        "common-name-only",
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("cloud.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("other.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
    ),
    (
        "wrong-name",
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("other.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
        || {
            deviates_on(
                "tls.name",
                server(signed(
                    &parameters("cloud.example", NOW - DAY, NOW + DAY),
                    "CA",
                )),
            )
        },
    ),
    (
        "certificate-expired",
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW - 2 * DAY, NOW - DAY), "CA")),
            )
        },
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW + DAY, NOW + 2 * DAY), "CA")),
            )
        },
    ),
    (
        "certificate-not-yet-valid",
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW + DAY, NOW + 2 * DAY), "CA")),
            )
        },
        || {
            deviates_on(
                "tls.dates",
                server(signed(&parameters("a", NOW - 2 * DAY, NOW - DAY), "CA")),
            )
        },
    ),
    (
        "trust-of-this-machine",
        || target(facts(), healthy()),
        || target(facts(), public("Somebody")),
    ),
    (
        "root-not-on-phones",
        || target(with_own_roots(), healthy()),
        || target(with_own_roots(), public("Somebody")),
    ),
    (
        "loopback-address",
        || target(on_loopback(), public("Somebody")),
        || target(facts(), public("Somebody")),
    ),
    (
        "new-root",
        || target(facts(), public("ISRG Root X1")),
        || target(facts(), public("Somebody")),
    ),
];
