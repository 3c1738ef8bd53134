//! Rows of the table: problems of TLS that the inspection tells apart.

use super::certificates::*;
use super::scene::*;
use super::table::Row;
use crate::suites::server::tls::tests::{DAY, NOW, healthy, names, own, parameters, signed};
use crate::wire::tls::{Answered, Inspection, Version};

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
];
