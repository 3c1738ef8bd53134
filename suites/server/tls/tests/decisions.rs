//! Single decisions, each with an inspection in which it alone makes the finding.

use super::{
    DAY, NOW, REFUSED, address, assert_blocked, assert_deviates, assert_does_not_apply,
    assert_passes, authority, healthy, hello, names, outcome, own, parameters, sent, signed,
    silent, with_leaf,
};
use crate::engine::Outcome;
use crate::suites::server::tls::Judged;
use crate::suites::server::tls::answers::{
    judge_addresses, judge_answers, judge_client_certificate, judge_server_name,
};
use crate::suites::server::tls::chain::{
    judge_chain, judge_chain_order, judge_superfluous, judge_trusted,
};
use crate::suites::server::tls::leaf::{judge_dates, judge_name};
use crate::suites::server::tls::protocol::{
    judge_current_suites, judge_forward_secrecy, judge_old_versions, judge_version_12,
    judge_version_13, judge_weak_suites,
};
use crate::suites::server::tls::rules::{judge_signature, judge_transparency, judge_validity};
use crate::wire::tls::{Answered, HttpSeen, Inspection, ShakeTrouble, Silence, Trust, Version};
use rcgen::{CertificateParams, CustomExtension};

const TIMESTAMPS: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];

#[track_caller]
fn observed(judged: Judged) -> String {
    match outcome(judged) {
        Outcome::Pass(observed) => observed,
        other => panic!("{other:?}"),
    }
}

/// The remedy of a deviation itself, in place of the check's.
#[track_caller]
fn remedy(judged: Judged) -> Option<String> {
    match outcome(judged) {
        Outcome::Deviates(deviation) => deviation.remedy,
        other => panic!("{other:?}"),
    }
}

/// A leaf that is valid for so many days.
fn leaf(days: i64) -> CertificateParams {
    names(
        parameters("leaf", NOW - DAY, NOW - DAY + days * DAY - 1),
        &["cloud.example"],
    )
}

/// The same with so many timestamps, of which nothing is true but the frame.
fn with_timestamps(days: i64, count: usize) -> CertificateParams {
    let framed = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).expect("short").to_be_bytes();
        [&length[..], bytes].concat()
    };
    let one = [&[0; 1 + 32 + 8][..], &framed(&[]), &[4, 3], &framed(b"sig")].concat();
    let list = framed(&framed(&one).repeat(count));
    let length = u8::try_from(list.len()).expect("short");
    let head = if length < 128 {
        vec![4, length]
    } else {
        vec![4, 0x81, length]
    };
    let mut leaf = leaf(days);
    let extension = CustomExtension::from_oid_content(TIMESTAMPS, [head, list].concat());
    leaf.custom_extensions.push(extension);
    leaf
}

fn public(leaf: CertificateParams) -> Inspection {
    Inspection {
        public: true,
        ..with_leaf(leaf)
    }
}

/// A server whose root is not known.
fn untrusted(chain: Vec<Vec<u8>>) -> Inspection {
    Inspection {
        chain: chain.into_iter().map(sent).collect(),
        trust: Trust::UnknownIssuer,
        ..healthy()
    }
}

#[test]
fn one_way_in_which_tls_is_spoken_is_enough() {
    let mut seen = silent(&Answered::Nothing(Silence::Closed));
    seen.shaken = healthy().shaken;
    assert_passes(judge_answers(&seen));
}

#[test]
fn where_no_address_takes_connections_it_is_not_a_matter_of_certificates() {
    let mut seen = healthy();
    seen.addresses = vec![address("192.0.2.1", "connection refused", None)];
    assert_blocked(judge_addresses(&seen), "no address accepts connections");
    seen.addresses = Vec::new();
    assert_blocked(judge_addresses(&seen), "no address was tried");
    // Where none came from any of them, no address differs from another.
    seen.addresses = vec![
        address("192.0.2.1", "", None),
        address("192.0.2.2", "", None),
    ];
    assert_eq!(
        observed(judge_addresses(&seen)),
        "2 addresses accept connections, with one certificate"
    );
    seen.addresses.truncate(1);
    assert_eq!(
        observed(judge_addresses(&seen)),
        "the only address accepts connections"
    );
}

#[test]
fn another_certificate_without_the_name_is_said() {
    let mut seen = healthy();
    let said = observed(judge_server_name(&seen));
    assert_eq!(said, "the server answers with and without a host name");
    seen.without_name = Some(Ok("another".to_owned()));
    let said = observed(judge_server_name(&seen));
    assert!(said.contains("sends another certificate"), "{said}");
}

#[test]
fn where_no_certificate_of_the_client_is_asked_for_the_status_demands_none() {
    let mut seen = healthy();
    seen.http = Ok(Some(HttpSeen {
        status: 400,
        date: None,
    }));
    assert_passes(judge_client_certificate(&seen));
}

#[test]
fn a_chain_with_a_hole_is_told_from_one_of_a_private_authority() {
    let mut logged = untrusted(vec![signed(&with_timestamps(90, 2), "Somebody")]);
    assert_deviates(judge_chain(&logged), "intermediate certificate `Somebody`");
    assert_blocked(judge_trusted(&logged), "incomplete without `Somebody`");
    // Trusted, by this machine or by phones, it is complete wherever it ends.
    logged.trust = Trust::Trusted;
    assert_passes(judge_chain(&logged));
    logged.trust = Trust::UnknownIssuer;
    logged.public = true;
    assert_passes(judge_chain(&logged));

    // An authority that says where its certificate is available.
    let mut named = leaf(90);
    let oid = [0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 0x30, 2];
    let url = b"http://a.example/";
    let place = [&[0x86, u8::try_from(url.len()).expect("short")][..], url].concat();
    let access = [&oid[..], &place].concat();
    let of = |tag: u8, bytes: &[u8]| {
        let head = [tag, u8::try_from(bytes.len()).expect("short")];
        [&head[..], bytes].concat()
    };
    let content = of(0x30, &of(0x30, &access));
    let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], content);
    named.custom_extensions.push(extension);
    assert_deviates(
        judge_chain(&untrusted(vec![signed(&named, "Somebody")])),
        "`Somebody` (available at http://a.example/) is missing",
    );
}

#[test]
fn more_certificates_than_are_read_are_superfluous() {
    let mut seen = healthy();
    seen.chain_too_long = Some(70_000);
    assert_deviates(judge_superfluous(&seen), "announces 70000 bytes");
    seen.chain_too_long = None;
    seen.shaken = Err(ShakeTrouble::TooMuch);
    assert_deviates(judge_superfluous(&seen), "more than the 65536 bytes");
    seen.chain.clear();
    seen.shaken = Err(ShakeTrouble::Closed);
    assert_blocked(judge_superfluous(&seen), "sent no certificate");
    seen = healthy();
    seen.chain[0].der.0.truncate(40);
    assert_blocked(judge_superfluous(&seen), "failed to parse a certificate");
}

#[test]
fn what_is_superfluous_is_named_with_its_end_where_it_has_ended() {
    let told = |extra: Vec<u8>| {
        let mut seen = healthy();
        seen.chain.push(sent(extra));
        match outcome(judge_superfluous(&seen)) {
            Outcome::Deviates(deviation) => deviation.observed,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        told(signed(&authority("Cross"), "Other")),
        "not needed: `Cross`"
    );
    let old = parameters("Cross", NOW - 100 * DAY, NOW - 3 * DAY);
    assert_eq!(
        told(signed(&old, "Other")),
        "not needed: `Cross`, expired on 2026-11-21"
    );
    // A certificate that signed itself is the server's own.
    let itself = untrusted(vec![own(&leaf(90))]);
    assert_passes(judge_superfluous(&itself));
}

#[test]
fn the_certificate_of_the_server_is_looked_for_only_behind_an_authority() {
    let upper = signed(&leaf(90), "Other");
    let lower = signed(&leaf(90), "Intermediate");
    // Neither is an authority: the first one is the server's.
    assert_passes(judge_chain_order(&untrusted(vec![lower, upper])));
}

#[test]
fn a_chain_that_breaks_a_rule_is_a_fault_where_it_is_not_the_root_itself() {
    let mut seen = untrusted(vec![signed(&leaf(90), "Somebody")]);
    seen.trust = Trust::Refused("an extension that is not known and critical".to_owned());
    assert_deviates(judge_trusted(&seen), "not known and critical");
    // The name of a root here is not its own certificate.
    seen.chain[0].is_root_here = true;
    assert_deviates(judge_trusted(&seen), "not known and critical");
}

#[test]
fn a_root_that_is_not_public_must_be_installed() {
    let mut seen = healthy();
    let said = observed(judge_trusted(&seen));
    assert!(said.contains("a phone must have it installed"), "{said}");
    seen.public = true;
    let said = observed(judge_trusted(&seen));
    assert!(said.contains("represent the phone's"), "{said}");
}

#[test]
fn where_no_suite_of_ours_is_accepted_a_handshake_says_nothing_of_phones() {
    let mut seen = healthy();
    seen.shaken = Err(ShakeTrouble::Alert(40));
    for (_, answered) in &mut seen.suites {
        *answered = REFUSED;
    }
    assert_blocked(
        judge_trusted(&seen),
        "still support what the server accepts",
    );
}

#[test]
fn a_common_name_beside_an_address_is_not_alone() {
    let with_address = names(
        parameters("cloud.example", NOW - DAY, NOW + DAY),
        &["192.0.2.1"],
    );
    assert_deviates(
        judge_name(&with_leaf(with_address)),
        "the subject alternative names are 192.0.2.1",
    );
    // The wildcard of another domain is not too broad a wildcard.
    let other = names(parameters("leaf", NOW - DAY, NOW + DAY), &["*.example"]);
    let mut seen = with_leaf(other);
    "a.b.example".clone_into(&mut seen.host);
    assert_deviates(judge_name(&seen), "its star stands for one label");
    "a.example".clone_into(&mut seen.host);
    assert_deviates(
        judge_name(&seen),
        "no star directly below a top-level domain",
    );
    "cloud.elsewhere".clone_into(&mut seen.host);
    assert_deviates(judge_name(&seen), "for *.example, not for");
}

#[test]
fn only_dates_that_have_not_begun_are_a_matter_of_clocks() {
    let mut seen = healthy();
    seen.at = NOW + 90 * DAY;
    seen.http = Ok(Some(HttpSeen {
        status: 200,
        date: Some(seen.at),
    }));
    assert_deviates(judge_dates(&seen), "the certificate expired on");
    assert_eq!(remedy(judge_dates(&seen)), None);
    seen.at = NOW - 20 * DAY;
    seen.http = Ok(None);
    assert!(remedy(judge_dates(&seen)).is_some_and(|remedy| remedy.contains("clocks")));
}

#[test]
fn a_version_that_was_not_to_be_seen_is_not_refused() {
    for (judge, version) in [
        (
            judge_version_12 as fn(&Inspection) -> Judged,
            Version::Tls12,
        ),
        (judge_version_13, Version::Tls13),
        (judge_old_versions, Version::Tls10),
    ] {
        let answered = |answered: Answered| {
            let mut seen = healthy();
            // The other of the two is offered.
            seen.shaken = Err(ShakeTrouble::Closed);
            for (asked, was) in &mut seen.versions {
                if *asked == version {
                    *was = answered.clone();
                }
            }
            judge(&seen)
        };
        let closed = Answered::Nothing(Silence::Closed);
        assert_blocked(answered(closed), "is offered could not be determined");
        let refused = outcome(answered(Answered::Alert(70)));
        let is_fine = matches!(refused, Outcome::Pass(_));
        assert_eq!(is_fine, version == Version::Tls10, "{refused:?}");
        let offered = outcome(answered(hello(version, 0xc02b)));
        let is_fine = matches!(offered, Outcome::Pass(_));
        assert_eq!(is_fine, version != Version::Tls10, "{offered:?}");
    }
    let nothing = silent(&REFUSED);
    assert_does_not_apply(judge_version_13(&nothing));
    assert_does_not_apply(judge_old_versions(&nothing));
}

#[test]
fn the_handshake_of_the_library_shows_its_version() {
    let mut seen = healthy();
    for (version, answered) in &mut seen.versions {
        if *version == Version::Tls13 {
            *answered = Answered::Nothing(Silence::TimedOut);
        }
    }
    assert_passes(judge_version_13(&seen));
    seen.shaken = Err(ShakeTrouble::Closed);
    assert_blocked(judge_version_13(&seen), "could not be determined");
}

#[test]
fn one_old_version_is_named_in_the_singular() {
    let mut seen = healthy();
    seen.versions[1].1 = hello(Version::Tls11, 0xc009);
    assert_deviates(judge_old_versions(&seen), "TLS 1.1 is still accepted");
}

#[test]
fn suites_without_forward_secrecy_are_those_of_tls_1_2() {
    let mut seen = healthy();
    seen.without_forward_secrecy = hello(Version::Tls12, 0x002f);
    assert_deviates(judge_weak_suites(&seen), "AES128-SHA is still accepted");
    // An answer in an older version does not accept them in this one.
    seen.without_forward_secrecy = hello(Version::Tls11, 0x002f);
    assert_passes(judge_weak_suites(&seen));
    seen.without_forward_secrecy = Answered::Nothing(Silence::NotAsked);
    assert_blocked(judge_weak_suites(&seen), "not requested");
    seen.without_forward_secrecy = Answered::Nothing(Silence::Closed);
    assert_blocked(judge_weak_suites(&seen), "it could not be determined");
    seen.versions[2].1 = REFUSED;
    assert_does_not_apply(judge_weak_suites(&seen));
}

#[test]
fn one_suite_that_is_accepted_is_enough_whatever_of_the_others_was_not_seen() {
    let mut seen = healthy();
    seen.suites[2] = (0xc027, Answered::Nothing(Silence::Closed));
    assert_passes(judge_forward_secrecy(&seen));
    // That of another kind is not asked after.
    assert_passes(judge_current_suites(&seen));
    seen.suites[0].1 = REFUSED;
    seen.suites[1].1 = REFUSED;
    assert_deviates(judge_current_suites(&seen), "accepts no suite");
    seen.suites[2].1 = hello(Version::Tls12, 0xc027);
    assert_deviates(judge_current_suites(&seen), "accepts only ECDHE");
    seen.suites[2].1 = Answered::Nothing(Silence::Closed);
    assert_blocked(judge_forward_secrecy(&seen), "could not be determined");
}

#[test]
fn whose_signature_is_weak_is_said() {
    // The algorithm of a signature stands twice: in what is signed, and behind it.
    let weak = |mut der: Vec<u8>| {
        let strong = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        let places = der.windows(8).filter(|part| *part == strong).count();
        assert_eq!(places, 2);
        for at in 0..der.len() - 8 {
            if der[at..at + 8] == strong {
                // ECDSA with SHA-224, whose identifier is as long.
                der[at + 7] = 1;
            }
        }
        der
    };
    let mut seen = healthy();
    seen.chain[0].der.0 = weak(seen.chain[0].der.0.clone());
    let own = format!("{:?}", outcome(judge_signature(&seen)));
    assert!(own.contains("the certificate is signed with"), "{own}");
    let mut seen = healthy();
    seen.chain[1].der.0 = weak(seen.chain[1].der.0.clone());
    let issuers = format!("{:?}", outcome(judge_signature(&seen)));
    let words = "the certificate of the issuer `Intermediate` is signed with";
    assert!(issuers.contains(words), "{issuers}");
    // The signature of a root says nothing.
    let mut seen = untrusted(vec![signed(&leaf(90), "Root"), own_root()]);
    seen.chain[1].der.0 = weak(seen.chain[1].der.0.clone());
    assert_passes(judge_signature(&seen));
}

fn own_root() -> Vec<u8> {
    own(&authority("Root"))
}

#[test]
fn where_the_chain_leads_to_none_a_root_is_public_if_its_certificates_are_logged() {
    let long = |leaf: CertificateParams, trust: Trust| {
        let mut seen = with_leaf(leaf);
        seen.trust = trust;
        judge_validity(&seen)
    };
    let words = "whether its root is public could not be determined";
    let logged = || with_timestamps(500, 2);
    assert_blocked(long(logged(), Trust::UnknownIssuer), words);
    assert_passes(long(logged(), Trust::Trusted));
    assert_passes(long(leaf(500), Trust::UnknownIssuer));
    let mut with_policy = leaf(500);
    let policy = [0x30, 0x0a, 0x30, 8, 6, 6, 0x67, 0x81, 0x0c, 1, 2, 1];
    let extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], policy.to_vec());
    with_policy.custom_extensions.push(extension);
    assert_blocked(long(with_policy, Trust::UnknownIssuer), words);
    let mut itself = untrusted(vec![own(&logged())]);
    itself.trust = Trust::UnknownIssuer;
    assert_passes(judge_validity(&itself));
}

#[test]
fn timestamps_are_counted() {
    let judged = |days, count, change: fn(&mut Inspection)| {
        let mut seen = public(with_timestamps(days, count));
        change(&mut seen);
        judge_transparency(&seen)
    };
    assert_passes(judged(90, 2, |_| {}));
    assert_passes(judged(200, 3, |_| {}));
    assert_deviates(
        judged(90, 1, |_| {}),
        "1 signed certificate timestamp embedded, 2 expected",
    );
    assert_deviates(
        judged(200, 2, |_| {}),
        "2 signed certificate timestamps embedded, 3 expected",
    );
    let words = "may come in the handshake";
    assert_blocked(judged(90, 1, |seen| seen.stapled = true), words);
    let in_handshake = |seen: &mut Inspection| seen.timestamps_in_handshake = true;
    assert_blocked(judged(90, 1, in_handshake), words);
    let not_seen = |seen: &mut Inspection| seen.versions[2].1 = REFUSED;
    assert_blocked(judged(90, 1, not_seen), words);
}
