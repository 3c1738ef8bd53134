//! Keys, signatures and suites of which no source says whether the clients accept them.

use super::super::chain::judge_trusted;
use super::super::protocol::{judge_alpn, judge_forward_secrecy, judge_protocol};
use super::super::rules::{judge_key, judge_signature};
use super::*;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SignatureAlgorithm};

type Algorithm = &'static SignatureAlgorithm;

/// Returns a server whose leaf and issuer have keys of these kinds; the issuer's certificate is
/// sent, and signed by `root`.
fn of_kinds(leaf: Algorithm, issuer: Algorithm, root: Algorithm) -> Inspection {
    let [leaf_key, issuer_key, root_key] =
        [leaf, issuer, root].map(|kind| KeyPair::generate_for(kind).expect("a key"));
    let root = Issuer::new(authority("Root"), root_key);
    let upper = authority("Intermediate")
        .signed_by(&issuer_key, &root)
        .expect("a certificate");
    let below = Issuer::new(authority("Intermediate"), issuer_key);
    let leaf = names(parameters("leaf", NOW - DAY, NOW + DAY), &["cloud.example"]);
    let leaf = leaf.signed_by(&leaf_key, &below).expect("a certificate");
    let chain = [leaf.der().to_vec(), upper.der().to_vec()];
    Inspection {
        chain: chain.into_iter().map(sent).collect(),
        ..healthy()
    }
}

/// Returns a certificate that OpenSSL made, with a key that this library cannot make.
fn made(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    let text: String = lines.collect();
    data_encoding::BASE64.decode(text.as_bytes()).expect("PEM")
}

const P_521: &str = include_str!("p-521.pem");
const SECP256K1: &str = include_str!("secp256k1.pem");
const RSA_1024: &str = include_str!("rsa-1024.pem");

#[test]
fn whether_a_client_accepts_ed25519_is_unknown_wherever_it_is() {
    let (usual, other) = (&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519);
    let leaf = of_kinds(other, usual, usual);
    assert_blocked(
        judge_key(&leaf),
        "accept the key of the certificate, Ed25519",
    );
    assert_passes(judge_signature(&leaf));
    let issuer = of_kinds(usual, other, usual);
    assert_blocked(
        judge_key(&issuer),
        "the key of the certificate of the issuer `Intermediate`, Ed25519",
    );
    assert_blocked(
        judge_signature(&issuer),
        "the certificate is signed with Ed25519",
    );
    // The root is not sent: its key shows only in what it signed.
    let root = of_kinds(usual, usual, other);
    assert_passes(judge_key(&root));
    assert_blocked(
        judge_signature(&root),
        "the issuer `Intermediate` is signed with Ed25519",
    );
    let known = of_kinds(&PKCS_ECDSA_P384_SHA384, usual, usual);
    assert_passes(judge_key(&known));
    assert_passes(judge_signature(&known));
}

#[test]
fn a_short_key_affects_only_ios_because_only_its_rule_is_known() {
    let mut seen = healthy();
    seen.chain = vec![sent(made(RSA_1024))];
    let affected = assert_deviates(judge_key(&seen), "the key is RSA 1024");
    assert_eq!(affected, Some(Clients::IOS));
}

/// The library's failure is explained by the key that it does not support.
#[test]
fn a_key_that_the_library_does_not_support_is_named() {
    for (pem, name) in [(P_521, "EC P-521"), (SECP256K1, "EC secp256k1")] {
        let mut seen = healthy();
        seen.chain = vec![sent(made(pem))];
        seen.shaken = Err(ShakeTrouble::Alert(40));
        assert_blocked(
            judge_trusted(&seen),
            &format!("supports no certificate with the key {name}; whether the clients"),
        );
        assert_blocked(judge_alpn(&seen), name);
    }
    let mut seen = healthy();
    seen.shaken = Err(ShakeTrouble::Alert(40));
    assert_blocked(judge_trusted(&seen), "`handshake_failure`");
    assert_blocked(judge_alpn(&seen), "failed to agree");
}

#[test]
fn only_a_curve_of_nist_is_known() {
    let mut seen = healthy();
    seen.chain = vec![sent(made(SECP256K1))];
    assert_blocked(judge_key(&seen), "EC secp256k1, is unknown");
    seen.chain = vec![sent(made(P_521))];
    assert_passes(judge_key(&seen));
}

#[test]
fn a_suite_that_no_phone_is_known_to_offer_is_named() {
    for (version, suite, name) in [
        (Version::Tls12, 0xc0ac, "ECDHE-ECDSA-AES128-CCM"),
        (Version::Tls12, 0xc060, "ECDHE-ARIA128-GCM-SHA256"),
        (Version::Tls13, 0x1304, "TLS_AES_128_CCM_SHA256"),
    ] {
        let mut seen = healthy();
        seen.versions = vec![(version, hello(version, suite))];
        for (_, answered) in &mut seen.suites {
            *answered = REFUSED;
        }
        let words = format!("accepts {name}, and no suite that iOS offers");
        assert_deviates(judge_forward_secrecy(&seen), &words);
    }
}

#[test]
fn a_refusal_of_the_suites_is_not_one_of_the_versions() {
    let mut seen = healthy();
    seen.shaken = Err(ShakeTrouble::Alert(40));
    seen.suites = Vec::new();
    let refusing = |code| {
        let version = |version| (version, Answered::Alert(code));
        vec![version(Version::Tls12), version(Version::Tls13)]
    };
    for (code, words) in [
        (
            40,
            "refuses every cipher suite that is offered, with the alert `handshake_failure`",
        ),
        (71, "refuses every cipher suite"),
        (
            70,
            "refuses every version of TLS, with the alert `protocol_version`",
        ),
    ] {
        seen.versions = refusing(code);
        assert_deviates(judge_protocol(&seen), words);
    }
}
