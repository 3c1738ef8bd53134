//! Judgements of inspections that are put together by hand, with certificates made for the purpose.

use super::answers::{
    judge_addresses, judge_answers, judge_client_certificate, judge_clock, judge_server_name,
};
use super::chain::{judge_chain, judge_chain_order, judge_superfluous, judge_trusted};
use super::leaf::{judge_dates, judge_expires_soon, judge_name};
use super::names::matches;
use super::protocol::{
    judge_current_suites, judge_forward_secrecy, judge_old_versions, judge_protocol,
    judge_version_12, judge_weak_suites,
};
use super::rules::{
    judge_key, judge_purpose, judge_schedule, judge_signature, judge_transparency, judge_validity,
};
use super::{Judged, ats_holds_for};
use crate::engine::Outcome;
use crate::safe::Clients;
use crate::wire::tls::{
    AddressSeen, Answered, Der, HttpSeen, Inspection, KeyProof, SentCertificate, ShakeTrouble,
    Shaken, Silence, Trust, Version, suites,
};
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use std::time::{Duration, SystemTime};

const DAY: i64 = 86_400;
/// 24 November 2026, noon.
const NOW: i64 = 1_795_521_600;

/// A certificate that is to be made: its subject, and its first and last second.
fn parameters(subject: &str, begin: i64, end: i64) -> CertificateParams {
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

fn names(mut parameters: CertificateParams, names: &[&str]) -> CertificateParams {
    let names = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    parameters.subject_alt_names = names.expect("good names").subject_alt_names;
    parameters
}

fn authority(subject: &str) -> CertificateParams {
    let mut parameters = parameters(subject, NOW - 1000 * DAY, NOW + 1000 * DAY);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}

/// Signs `subject` by an authority of that name.
fn signed(subject: &CertificateParams, issuer: &str) -> Vec<u8> {
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

fn own(subject: &CertificateParams) -> Vec<u8> {
    let key = KeyPair::generate().expect("a key");
    subject
        .self_signed(&key)
        .expect("a certificate")
        .der()
        .to_vec()
}

fn sent(der: Vec<u8>) -> SentCertificate {
    SentCertificate {
        der: Der(der),
        issuer_is_root_here: false,
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

/// A server as it should be, with a leaf from `Intermediate`, from `Root`.
fn healthy() -> Inspection {
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
            deviation.hurts
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

// Addresses and answers.

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

/// A server of which nothing came but this.
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
fn what_is_no_tls_is_told_by_how_it_answers() {
    let nothing = |silence| silent(&Answered::Nothing(silence));
    assert_deviates(
        judge_answers(&nothing(Silence::Reset)),
        "closed the connection",
    );
    assert_deviates(judge_answers(&nothing(Silence::TimedOut)), "in time");
    assert_blocked(judge_answers(&nothing(Silence::NotAsked)), "no connection");
    let mut plain = nothing(Silence::Closed);
    plain.finite_field = Answered::Nothing(Silence::NotTls("HTTP/1.1 400 Bad Request".to_owned()));
    assert_deviates(judge_answers(&plain), "\"HTTP/1.1 400 Bad Request\"");
    assert_passes(judge_answers(&silent(&REFUSED)));
}

#[test]
fn a_name_that_is_refused_is_told_from_a_server_that_demands_names() {
    let mut seen = silent(&Answered::Alert(112));
    assert_deviates(judge_server_name(&seen), "unrecognized_name");
    seen = silent(&REFUSED);
    assert_deviates(judge_server_name(&seen), "only where no name is sent");
    seen.without_name = Some(Err(ShakeTrouble::Alert(40)));
    assert_passes(judge_server_name(&seen));
    let mut demanding = healthy();
    demanding.without_name = Some(Err(ShakeTrouble::Alert(80)));
    match outcome(judge_server_name(&demanding)) {
        Outcome::Pass(observed) => assert!(observed.contains("demands the name"), "{observed}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_of_the_client_that_is_asked_for_is_told_from_one_that_is_demanded() {
    let mut seen = healthy();
    seen.asks_certificate = true;
    assert_passes(judge_client_certificate(&seen));
    seen.http = Ok(Some(HttpSeen {
        status: 400,
        date: None,
    }));
    assert_deviates(judge_client_certificate(&seen), "answers 400");
    seen.http = Err(ShakeTrouble::Alert(116));
    assert_deviates(judge_client_certificate(&seen), "certificate_required");
    seen.http = Ok(None);
    assert_blocked(judge_client_certificate(&seen), "was not to be seen");
}

// Dates and clocks.

fn at_clock(seen: &mut Inspection, ahead: i64) {
    seen.http = Ok(Some(HttpSeen {
        status: 200,
        date: Some(seen.at + ahead),
    }));
}

#[test]
fn a_clock_is_off_from_five_minutes_on() {
    let mut seen = healthy();
    at_clock(&mut seen, 300);
    assert_passes(judge_clock(&seen));
    at_clock(&mut seen, -301);
    assert_deviates(judge_clock(&seen), "5 minutes behind");
    at_clock(&mut seen, 40 * DAY);
    assert_deviates(judge_clock(&seen), "40 days ahead");
    seen.http = Ok(None);
    assert_blocked(judge_clock(&seen), "no Date");
}

#[test]
fn dates_are_not_judged_where_the_clocks_disagree_about_them() {
    let mut seen = healthy();
    seen.at = NOW + 81 * DAY;
    at_clock(&mut seen, 0);
    assert_deviates(judge_dates(&seen), "1 day ago");
    at_clock(&mut seen, -20 * DAY);
    assert_blocked(judge_dates(&seen), "20 days behind");
    // Both find it expired.
    at_clock(&mut seen, 20 * DAY);
    assert_deviates(judge_dates(&seen), "expired");
    seen.at = NOW - 11 * DAY;
    at_clock(&mut seen, 0);
    assert_deviates(judge_dates(&seen), "not valid before 2026-11-14");
    // Only the server's clock finds it out of date.
    seen.at = NOW;
    at_clock(&mut seen, 365 * DAY);
    assert_blocked(judge_dates(&seen), "365 days ahead");
}

#[test]
fn the_last_second_counts() {
    let mut seen = healthy();
    seen.at = NOW + 80 * DAY - 1;
    at_clock(&mut seen, 0);
    assert_passes(judge_dates(&seen));
    seen.at += 1;
    at_clock(&mut seen, 0);
    assert_deviates(judge_dates(&seen), "0 days ago");
}

#[test]
fn an_issuer_that_has_expired_is_named() {
    let mut seen = healthy();
    let old = parameters("Intermediate", NOW - 100 * DAY, NOW - 3 * DAY);
    seen.chain[1] = sent(signed(&old, "Root"));
    assert_deviates(
        judge_dates(&seen),
        "issuer `Intermediate` expired on 2026-11-21, 3 days ago",
    );
}

#[test]
fn two_weeks_are_soon_and_half_of_a_short_life() {
    let mut seen = healthy();
    seen.at = NOW + 66 * DAY - 1;
    assert_passes(judge_expires_soon(&seen));
    seen.at += 1;
    assert_deviates(judge_expires_soon(&seen), "in 13 days");
    // A week, as Let's Encrypt has it: renewed after half of it.
    let mut short = with_leaf(names(
        parameters("leaf", NOW - 2 * DAY, NOW + 4 * DAY),
        &["cloud.example"],
    ));
    assert_passes(judge_expires_soon(&short));
    short.at = NOW + 2 * DAY;
    assert_deviates(judge_expires_soon(&short), "in 2 days");
}

// Names.

#[test]
fn a_common_name_does_not_count() {
    let bare = |subject: &str| with_leaf(parameters(subject, NOW - DAY, NOW + DAY));
    assert_deviates(
        judge_name(&bare("cloud.example")),
        "in the common name alone, and there are no",
    );
    assert_deviates(judge_name(&bare("leaf")), "no name at all");
    let other = names(
        parameters("cloud.example", NOW - DAY, NOW + DAY),
        &["www.example"],
    );
    assert_deviates(
        judge_name(&with_leaf(other)),
        "the subject alternative names are www.example",
    );
}

#[test]
fn an_address_must_stand_there_as_an_address() {
    let leaf = names(
        parameters("leaf", NOW - DAY, NOW + DAY),
        &["192.0.2.1", "2001:db8::1"],
    );
    let mut seen = with_leaf(leaf);
    for (host, fits) in [
        ("192.0.2.1", true),
        ("2001:db8::1", true),
        ("192.0.2.2", false),
        ("cloud.example", false),
    ] {
        host.clone_into(&mut seen.host);
        assert_eq!(
            matches!(judge_name(&seen), Ok(Outcome::Pass(_))),
            fits,
            "{host}"
        );
    }
    let named = names(parameters("leaf", NOW - DAY, NOW + DAY), &["x.example"]);
    let mut seen = with_leaf(named);
    "192.0.2.1".clone_into(&mut seen.host);
    assert_deviates(judge_name(&seen), "is for x.example, not for `192.0.2.1`");
}

#[test]
fn a_star_stands_for_one_label() {
    for (pattern, host, fits) in [
        ("*.example.org", "a.example.org", true),
        ("*.EXAMPLE.org", "A.example.ORG", true),
        ("*.example.org", "a.b.example.org", false),
        ("*.example.org", "example.org", false),
        ("*.example.org", ".example.org", false),
        ("a*.example.org", "ab.example.org", false),
        ("a.*.org", "a.b.org", false),
        ("*", "localhost", false),
        ("*.org", "example.org", false),
        ("example.org", "example.org.", true),
        ("", "", false),
    ] {
        assert_eq!(matches(pattern, host), fits, "{pattern} {host}");
    }
}

proptest! {
    /// The library judges names as we do: what it will refuse, we do not pass, and the other way
    /// round.
    #[test]
    fn names_are_matched_as_the_library_does(
        pattern in "(\\*\\.)?[ab](\\.[ab]){1,3}",
        host in "[ab](\\.[ab]){1,4}",
    ) {
        let leaf = names(parameters("leaf", NOW - DAY, NOW + DAY), &[&pattern]);
        let der = own(&leaf);
        let der = rustls::pki_types::CertificateDer::from(der);
        let library = webpki::EndEntityCert::try_from(&der).expect("a certificate");
        let name = rustls::pki_types::ServerName::try_from(host.clone()).expect("a name");
        let fits = library.verify_is_valid_for_subject_name(&name).is_ok();
        prop_assert_eq!(matches(&pattern, &host), fits, "{} {}", pattern, host);
    }

    /// No certificate, however mangled, breaks a judgement.
    #[test]
    fn no_bytes_break_a_judgement(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut seen = healthy();
        let der = &mut seen.chain[0].der.0;
        let at = at.index(der.len());
        der[at] = byte;
        if cut {
            der.truncate(at);
        }
        for judge in [judge_name, judge_dates, judge_key, judge_signature, judge_purpose, judge_validity,
            judge_transparency, judge_chain, judge_chain_order, judge_superfluous, judge_trusted] {
            let _ = judge(&seen);
        }
    }
}

// Rules for certificates.

fn valid_for(begin: i64, seconds: i64, public: bool) -> Inspection {
    let leaf = names(
        parameters("leaf", begin, begin + seconds),
        &["cloud.example"],
    );
    let mut seen = with_leaf(leaf);
    seen.public = public;
    seen
}

#[test]
fn validity_has_the_limit_of_its_day_and_of_its_root() {
    let july_2019 = 1_561_939_200;
    let september_2020 = 1_598_918_400;
    let slip = 825 * DAY + 3600;
    assert_passes(judge_validity(&valid_for(NOW, slip, false)));
    assert_deviates(
        judge_validity(&valid_for(NOW, slip + 1, false)),
        "825 days, more than 825",
    );
    assert_deviates(
        judge_validity(&valid_for(NOW, 826 * DAY, false)),
        "826 days",
    );
    assert_does_not_apply(judge_validity(&valid_for(july_2019 - 1, 9000 * DAY, true)));
    // The first and the last second both count.
    assert_passes(judge_validity(&valid_for(NOW, 398 * DAY - 1, true)));
    assert_deviates(
        judge_validity(&valid_for(NOW, 398 * DAY, true)),
        "398 days, more than 398",
    );
    assert_passes(judge_validity(&valid_for(NOW, 399 * DAY, false)));
    assert_passes(judge_validity(&valid_for(
        september_2020 - 1,
        825 * DAY,
        true,
    )));
}

#[test]
fn the_schedule_begins_in_march() {
    for (begin, most) in [
        (1_773_532_800, 200),
        (1_805_068_800, 100),
        (1_868_227_200, 47),
    ] {
        assert_passes(judge_schedule(&valid_for(begin, most * DAY - 1, true)));
        assert_deviates(
            judge_schedule(&valid_for(begin, most * DAY, true)),
            &format!("the {most} that"),
        );
        assert_does_not_apply(judge_schedule(&valid_for(begin, most * DAY, false)));
    }
    assert_does_not_apply(judge_schedule(&valid_for(1_773_532_799, 398 * DAY, true)));
    assert_passes(judge_schedule(&valid_for(
        1_805_068_799,
        200 * DAY - 1,
        true,
    )));
}

#[test]
fn timestamps_that_may_come_in_the_handshake_are_not_judged() {
    let mut seen = valid_for(NOW, 90 * DAY, true);
    assert_blocked(
        judge_transparency(&seen),
        "0 signed certificate timestamps embedded, of 2",
    );
    // The last second counts: 180 days to the second, and one second more.
    seen = valid_for(NOW, 180 * DAY - 1, true);
    assert_blocked(judge_transparency(&seen), "of 2");
    seen = valid_for(NOW, 180 * DAY, true);
    assert_blocked(judge_transparency(&seen), "of 3");
    seen = valid_for(1_539_561_599, 181 * DAY, true);
    assert_does_not_apply(judge_transparency(&seen));
}

#[test]
fn the_purpose_must_be_named_since_july_2019() {
    let mut seen = healthy();
    let bare = names(parameters("leaf", NOW - DAY, NOW + DAY), &["cloud.example"]);
    seen.chain[0] = sent(signed(&bare, "Intermediate"));
    assert_deviates(judge_purpose(&seen), "no extended key usage");
    let mut other = bare;
    other.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    seen.chain[0] = sent(signed(&other, "Intermediate"));
    assert_deviates(judge_purpose(&seen), "does not name serverAuth");
    assert_does_not_apply(judge_purpose(&valid_for(1_561_939_199, DAY, false)));
}

#[test]
fn ats_is_not_judged_for_names_of_the_local_network() {
    for (host, holds) in [
        ("cloud.example", true),
        ("localhost", true),
        ("127.0.0.1", true),
        ("::1", true),
        ("192.168.1.2", false),
        ("nas", false),
        ("nas.local", false),
        ("nas.LOCAL.", false),
    ] {
        assert_eq!(ats_holds_for(host), holds, "{host}");
    }
    let mut seen = old(Version::Tls11);
    "nas.local".clone_into(&mut seen.host);
    assert_blocked(judge_protocol(&seen), "TLS 1.1 at most");
}

// Chains.

fn untrusted(chain: Vec<Vec<u8>>) -> Inspection {
    let mut seen = healthy();
    seen.chain = chain.into_iter().map(sent).collect();
    seen.trust = Trust::UnknownIssuer;
    seen
}

fn leaf_from(issuer: &str) -> Vec<u8> {
    signed(
        &names(
            parameters("leaf", NOW - DAY, NOW + 80 * DAY),
            &["cloud.example"],
        ),
        issuer,
    )
}

#[test]
fn a_chain_that_leads_nowhere_is_told_by_its_end() {
    let mut itself = untrusted(vec![own(&parameters("leaf", NOW - DAY, NOW + DAY))]);
    assert_does_not_apply(judge_chain(&itself));
    assert_deviates(judge_trusted(&itself), "self-signed");
    itself.trust = Trust::Trusted;
    assert_passes(judge_trusted(&itself));

    let with_root = untrusted(vec![leaf_from("Own Root"), own(&authority("Own Root"))]);
    assert_passes(judge_chain(&with_root));
    assert_deviates(
        judge_trusted(&with_root),
        "`Own Root`, a root that this machine does not trust",
    );

    let mut unclear = untrusted(vec![leaf_from("Somebody")]);
    assert_blocked(judge_chain(&unclear), "`Somebody` was not sent");
    assert_deviates(judge_trusted(&unclear), "ends before `Somebody`");
    // A root that phones have and this machine has not is no fault of the server.
    unclear.chain[0].issuer_is_public_root = true;
    assert_passes(judge_chain(&unclear));
    assert_blocked(judge_trusted(&unclear), "update it");
    unclear.chain[0].issuer_is_public_root = false;
    unclear.chain[0].issuer_is_root_here = true;
    assert_deviates(judge_trusted(&unclear), "another root has the same name");
    unclear.trust = Trust::NoStore;
    unclear.chain[0].issuer_is_root_here = false;
    assert_blocked(judge_chain(&unclear), "no store");
    assert_blocked(judge_trusted(&unclear), "ca-certificates");
}

#[test]
fn the_order_is_that_of_the_issuers() {
    let (leaf, lower, upper) = (
        leaf_from("Lower"),
        signed(&authority("Lower"), "Upper"),
        signed(&authority("Upper"), "Root"),
    );
    let of = |chain: &[&Vec<u8>]| untrusted(chain.iter().copied().cloned().collect());
    assert_passes(judge_chain_order(&of(&[&leaf, &lower, &upper])));
    assert_deviates(
        judge_chain_order(&of(&[&leaf, &upper, &lower])),
        "`Upper` stands before that of `Lower`",
    );
    assert_deviates(judge_chain_order(&of(&[&lower, &leaf])), "at place 2");
    assert_passes(judge_superfluous(&of(&[&leaf, &lower, &upper])));
    assert_deviates(
        judge_superfluous(&of(&[&leaf, &lower, &lower])),
        "not needed: `Lower`",
    );
    assert_deviates(
        judge_superfluous(&of(&[&leaf, &lower, &upper, &own(&authority("Root"))])),
        "the root `Root`",
    );
}

#[test]
fn a_certificate_without_its_key_is_not_trusted() {
    let mut seen = healthy();
    seen.key_proof = KeyProof::Bad;
    assert_deviates(judge_trusted(&seen), "does not hold the key");
}

#[test]
fn a_handshake_that_only_the_library_cannot_make_is_no_fault() {
    let mut seen = healthy();
    seen.shaken = Err(ShakeTrouble::Alert(40));
    assert_blocked(judge_trusted(&seen), "handshake_failure");
    seen.shaken = Err(ShakeTrouble::Closed);
    assert_deviates(judge_trusted(&seen), "closed the connection");
    for (suite, answered) in &mut seen.suites {
        *answered = if *suite == 0xc009 {
            hello(Version::Tls12, 0xc009)
        } else {
            REFUSED
        };
    }
    assert_passes(judge_trusted(&seen));
    assert_passes(judge_forward_secrecy(&seen));
}

// Versions and suites.

/// A server that speaks this version at most.
fn old(version: Version) -> Inspection {
    let mut seen = silent(&REFUSED);
    for (asked, answered) in &mut seen.versions {
        if *asked != Version::Tls13 {
            *answered = hello(version.min(*asked), 0xc009);
        }
    }
    seen
}

#[test]
fn a_version_counts_where_it_comes_back() {
    let seen = old(Version::Tls11);
    assert_eq!(
        assert_deviates(judge_protocol(&seen), "speaks TLS 1.1 at most"),
        Some(Clients::IOS)
    );
    assert_does_not_apply(judge_old_versions(&seen));
    assert_does_not_apply(judge_version_12(&seen));
    assert_passes(judge_protocol(&old(Version::Tls12)));
    assert_deviates(
        judge_old_versions(&old(Version::Tls12)),
        "TLS 1.0 and TLS 1.1 are still accepted",
    );
}

#[test]
fn a_server_that_refuses_everything_is_no_server_for_anybody() {
    assert_eq!(
        assert_deviates(
            judge_protocol(&silent(&REFUSED)),
            "with the alert `handshake_failure`"
        ),
        None
    );
    let silence = silent(&Answered::Nothing(Silence::TimedOut));
    assert_blocked(judge_protocol(&silence), "was not to be seen");
}

#[test]
fn forward_secrecy_is_judged_by_what_is_accepted() {
    let mut seen = silent(&REFUSED);
    seen.without_forward_secrecy = hello(Version::Tls12, 0x002f);
    assert_deviates(
        judge_forward_secrecy(&seen),
        "no cipher suite with forward secrecy (it accepts AES128-SHA)",
    );
    seen.finite_field = hello(Version::Tls12, 0x009e);
    assert_deviates(judge_forward_secrecy(&seen), "DHE-RSA-AES128-GCM-SHA256");
    seen.suites[2].1 = Answered::Nothing(Silence::Closed);
    assert_blocked(
        judge_forward_secrecy(&seen),
        "ECDHE-ECDSA-AES128-SHA is accepted was not to be seen",
    );
    seen.suites[2] = (0xc027, hello(Version::Tls12, 0xc027));
    assert_passes(judge_forward_secrecy(&seen));
    assert_deviates(judge_current_suites(&seen), "only ECDHE-RSA-AES128-SHA256");
    // Another suite than the one that was offered is no acceptance.
    seen.suites[2] = (0xc027, hello(Version::Tls12, 0xc028));
    assert!(seen.accepted(suites::ECDHE_CBC_SHA2).is_empty());
}
