//! Judgements of inspections that are put together by hand, with certificates made for the purpose.

mod chain;
mod decisions;
mod kinds;
mod leaf;
mod protocol;

use super::Judged;
use super::answers::{
    judge_addresses, judge_answers, judge_client_certificate, judge_clock,
    judge_no_certificate_request, judge_server_name,
};
use super::chain::{judge_chain, judge_chain_order, judge_superfluous, judge_trusted};
use super::leaf::{judge_dates, judge_expires_soon, judge_name};
use super::protocol::{
    judge_current_suites, judge_forward_secrecy, judge_old_versions, judge_protocol,
    judge_version_12, judge_weak_suites,
};
use super::rules::{
    judge_key, judge_purpose, judge_schedule, judge_signature, judge_transparency, judge_validity,
};
use crate::engine::Outcome;
use crate::safe::Clients;
use crate::wire::tls::{
    AddressSeen, Answered, Der, HttpSeen, Inspection, KeyProof, SentCertificate, ShakeTrouble,
    Shaken, Silence, Trust, Version,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use std::time::{Duration, SystemTime};

pub(crate) const DAY: i64 = 86_400;
/// 24 November 2026, noon.
pub(crate) const NOW: i64 = 1_795_521_600;

/// Returns a certificate that is to be made: its subject, and its first and last second.
pub(crate) fn parameters(subject: &str, begin: i64, end: i64) -> CertificateParams {
    let time = |second: i64| {
        let second = Duration::from_secs(u64::try_from(second).expect("after 1970"));
        (SystemTime::UNIX_EPOCH + second).into()
    };
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, subject);
    (parameters.not_before, parameters.not_after) = (time(begin), time(end));
    parameters
}

pub(crate) fn names(mut parameters: CertificateParams, names: &[&str]) -> CertificateParams {
    let names = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    parameters.subject_alt_names = names.expect("good names").subject_alt_names;
    parameters
}

pub(crate) fn authority(subject: &str) -> CertificateParams {
    let mut parameters = parameters(subject, NOW - 1000 * DAY, NOW + 1000 * DAY);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}

/// Signs `subject` by an authority of that name.
pub(crate) fn signed(subject: &CertificateParams, issuer: &str) -> Vec<u8> {
    let (key, its) = (
        KeyPair::generate().expect("a key"),
        KeyPair::generate().expect("a key"),
    );
    let issuer = Issuer::new(authority(issuer), its);
    subject
        .signed_by(&key, &issuer)
        .expect("a certificate")
        .der()
        .to_vec()
}

pub(crate) fn own(subject: &CertificateParams) -> Vec<u8> {
    let key = KeyPair::generate().expect("a key");
    subject
        .self_signed(&key)
        .expect("a certificate")
        .der()
        .to_vec()
}

pub(crate) fn sent(der: Vec<u8>) -> SentCertificate {
    SentCertificate {
        der: Der(der),
        issuer_is_root_here: false,
        is_root_here: false,
        issuer_is_public_root: false,
    }
}

fn hello(version: Version, suite: u16) -> Answered {
    Answered::Hello {
        version: version.code(),
        suite,
    }
}

const REFUSED: Answered = Answered::Alert(40);

/// Returns a server as it should be, with a leaf from `Intermediate`, from `Root`.
pub(crate) fn healthy() -> Inspection {
    let leaf = names(
        parameters("leaf", NOW - 10 * DAY, NOW + 80 * DAY - 1),
        &["cloud.example"],
    );
    with_leaf(leaf)
}

fn with_leaf(mut leaf: CertificateParams) -> Inspection {
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut upper = sent(signed(&authority("Intermediate"), "Root"));
    upper.issuer_is_root_here = true;
    Inspection {
        host: "cloud.example".to_owned(),
        at: NOW,
        addresses: vec![address("192.0.2.1", "", Some("a"))],
        further_addresses: 0,
        versions: vec![
            (Version::Tls10, Answered::Alert(70)),
            (Version::Tls11, Answered::Alert(70)),
            (Version::Tls12, hello(Version::Tls12, 0xc02b)),
            (Version::Tls13, hello(Version::Tls13, 0x1301)),
        ],
        suites: vec![
            (0x1301, hello(Version::Tls13, 0x1301)),
            (0xc02b, hello(Version::Tls12, 0xc02b)),
            (0xc009, REFUSED),
        ],
        finite_field: REFUSED,
        without_forward_secrecy: REFUSED,
        shaken: Ok(Shaken {
            version: Version::Tls13,
            suite: 0x1301,
            alpn: Some("h2".to_owned()),
        }),
        http: Ok(Some(HttpSeen {
            status: 404,
            date: Some(NOW),
        })),
        without_name: Some(Ok("a".to_owned())),
        chain: vec![sent(signed(&leaf, "Intermediate")), upper],
        chain_too_long: None,
        trust: Trust::Trusted,
        public: false,
        key_proof: KeyProof::Good,
        stapled: false,
        timestamps_in_handshake: false,
        asks_certificate: false,
        connections: 25,
    }
}

fn address(address: &str, trouble: &str, leaf: Option<&str>) -> AddressSeen {
    AddressSeen {
        address: address.to_owned(),
        trouble: trouble.to_owned(),
        out_of_reach: false,
        leaf: leaf.map(str::to_owned),
    }
}

fn outcome(judged: Judged) -> Outcome {
    judged.unwrap_or_else(|early| early)
}

#[track_caller]
fn assert_passes(judged: Judged) {
    let outcome = outcome(judged);
    assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
}

#[track_caller]
fn assert_blocked(judged: Judged, words: &str) {
    match outcome(judged) {
        Outcome::Blocked { reason: why, .. } => assert!(why.contains(words), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_does_not_apply(judged: Judged) {
    let outcome = outcome(judged);
    assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
}

#[track_caller]
fn assert_deviates(judged: Judged, words: &str) -> Option<Clients> {
    match outcome(judged) {
        Outcome::Deviates(deviation) => {
            assert!(deviation.observed.contains(words), "{}", deviation.observed);
            deviation.affects
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_healthy_server_passes_everything() {
    let seen = healthy();
    for judge in [
        judge_answers,
        judge_addresses,
        judge_server_name,
        judge_client_certificate,
        judge_no_certificate_request,
        judge_clock,
        judge_protocol,
        judge_forward_secrecy,
        judge_current_suites,
        judge_version_12,
        judge_old_versions,
        judge_weak_suites,
        judge_name,
        judge_dates,
        judge_expires_soon,
        judge_key,
        judge_signature,
        judge_purpose,
        judge_validity,
        judge_chain,
        judge_chain_order,
        judge_superfluous,
        judge_trusted,
    ] {
        assert_passes(judge(&seen));
    }
    assert_does_not_apply(judge_transparency(&seen));
    assert_does_not_apply(judge_schedule(&seen));
}

#[test]
fn what_was_seen_can_be_written_down_and_read_again() {
    let mut seen = healthy();
    seen.finite_field = Answered::Nothing(Silence::NotTls("HTTP/1.1 400".to_owned()));
    seen.shaken = Err(ShakeTrouble::Alert(40));
    let json = serde_json::to_string(&seen).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Inspection>(&json).expect("the same"),
        seen
    );
}

#[test]
fn an_address_that_does_not_serve_is_named() {
    let mut seen = healthy();
    seen.addresses
        .push(address("2001:db8::1", "connection refused", None));
    assert_deviates(judge_addresses(&seen), "2001:db8::1: connection refused");
    seen.addresses[1].out_of_reach = true;
    assert_does_not_apply(judge_addresses(&seen));
    seen.addresses[1] = address("2001:db8::1", "", Some("b"));
    assert_deviates(
        judge_addresses(&seen),
        "192.0.2.1 and 2001:db8::1 send different certificates",
    );
    seen.addresses[1].leaf = None;
    assert_deviates(judge_addresses(&seen), "2001:db8::1: no certificate came");
    seen.addresses[1].leaf = Some("a".to_owned());
    assert_passes(judge_addresses(&seen));
}

/// Returns a server of which nothing came but this.
fn silent(answered: &Answered) -> Inspection {
    let mut seen = healthy();
    let all = seen.versions.iter_mut().map(|(_, was)| was);
    for was in all.chain(seen.suites.iter_mut().map(|(_, was)| was)) {
        *was = answered.clone();
    }
    seen.finite_field = answered.clone();
    seen.without_forward_secrecy = answered.clone();
    seen.shaken = Err(ShakeTrouble::Closed);
    seen
}

#[test]
fn what_is_no_tls_is_known_by_how_it_answers() {
    let nothing = |silence| silent(&Answered::Nothing(silence));
    assert_deviates(
        judge_answers(&nothing(Silence::Reset)),
        "closed the connection",
    );
    assert_deviates(judge_answers(&nothing(Silence::TimedOut)), "in time");
    assert_blocked(
        judge_answers(&nothing(Silence::NotAsked)),
        "could not connect",
    );
    let mut plain = nothing(Silence::Closed);
    plain.finite_field = Answered::Nothing(Silence::NotTls("HTTP/1.1 400 Bad Request".to_owned()));
    assert_deviates(judge_answers(&plain), "\"HTTP/1.1 400 Bad Request\"");
    assert_passes(judge_answers(&silent(&REFUSED)));
}

#[test]
fn a_name_that_is_refused_is_distinguished_from_a_server_that_demands_names() {
    let mut seen = silent(&Answered::Alert(112));
    assert_deviates(judge_server_name(&seen), "unrecognized_name");
    seen = silent(&REFUSED);
    assert_deviates(judge_server_name(&seen), "only if no name is sent");
    seen.without_name = Some(Err(ShakeTrouble::Alert(40)));
    assert_passes(judge_server_name(&seen));
    let mut demanding = healthy();
    demanding.without_name = Some(Err(ShakeTrouble::Alert(80)));
    match outcome(judge_server_name(&demanding)) {
        Outcome::Pass(observed) => {
            assert!(observed.contains("requires the host name"), "{observed}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_of_the_client_that_is_asked_for_is_distinguished_from_one_that_is_demanded() {
    let mut seen = healthy();
    assert_passes(judge_no_certificate_request(&seen));
    seen.asks_certificate = true;
    assert_passes(judge_client_certificate(&seen));
    assert_deviates(judge_no_certificate_request(&seen), "does not answer");
    seen.http = Ok(Some(HttpSeen {
        status: 400,
        date: None,
    }));
    assert_deviates(judge_client_certificate(&seen), "answers 400");
    seen.http = Err(ShakeTrouble::Alert(116));
    assert_deviates(judge_client_certificate(&seen), "certificate_required");
    seen.http = Ok(None);
    assert_blocked(judge_client_certificate(&seen), "could not be determined");
}
