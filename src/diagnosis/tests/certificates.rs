//! Servers with certificates of every kind.

use super::scene::*;
use crate::suites::server::tls::tests::{
    DAY, NOW, authority, healthy, names, own, parameters, sent, signed,
};
use crate::wire::Facts;
use crate::wire::tls::{Inspection, KeyProof};
use rcgen::{CertificateParams, SanType};

pub(super) fn leaf() -> CertificateParams {
    let leaf = parameters("leaf", NOW - DAY, NOW + 80 * DAY);
    names(leaf, &["cloud.example"])
}

/// Returns the address as a DNS name.
pub(super) fn as_dns_name() -> CertificateParams {
    let mut leaf = leaf();
    let name = "192.0.2.1".try_into().expect("a DNS name by its letters");
    leaf.subject_alt_names = vec![SanType::DnsName(name)];
    leaf
}

pub(super) fn chain(chain: Vec<Vec<u8>>) -> Inspection {
    Inspection {
        chain: chain.into_iter().map(sent).collect(),
        ..healthy()
    }
}

/// Returns a leaf with the private root that signed it.
pub(super) fn with_own_root() -> Inspection {
    chain(vec![
        signed(&leaf(), "Own Root"),
        own(&authority("Own Root")),
    ])
}

pub(super) fn server(leaf: Vec<u8>) -> Inspection {
    chain(vec![leaf])
}

pub(super) fn at_address(leaf: Vec<u8>) -> Inspection {
    Inspection {
        host: "192.0.2.1".to_owned(),
        ..server(leaf)
    }
}

pub(super) fn with_key(key_proof: KeyProof) -> Inspection {
    Inspection {
        key_proof,
        ..healthy()
    }
}

/// Returns a chain to a public root.
pub(super) fn public(root: &str) -> Inspection {
    Inspection {
        public: true,
        ..server(signed(&leaf(), root))
    }
}

pub(super) fn target(facts: Facts, seen: Inspection) -> Scene {
    Scene::Target(Box::new(facts), Some(Box::new(seen)))
}
