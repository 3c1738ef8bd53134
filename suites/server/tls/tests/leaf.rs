//! Dates, names and what else a leaf must be.

use super::protocol::old;
use super::{
    DAY, NOW, assert_blocked, assert_deviates, assert_does_not_apply, assert_passes, healthy,
    names, own, parameters, sent, signed, with_leaf,
};
use crate::engine::Outcome;
use crate::suites::server::tls::answers::judge_clock;
use crate::suites::server::tls::ats_holds_for;
use crate::suites::server::tls::chain::{
    judge_chain, judge_chain_order, judge_superfluous, judge_trusted,
};
use crate::suites::server::tls::leaf::{judge_dates, judge_expires_soon, judge_name};
use crate::suites::server::tls::names::matches;
use crate::suites::server::tls::protocol::judge_protocol;
use crate::suites::server::tls::rules::{
    judge_key, judge_purpose, judge_schedule, judge_signature, judge_transparency, judge_validity,
};
use crate::wire::tls::{HttpSeen, Inspection, Version};
use proptest::prelude::*;
use rcgen::ExtendedKeyUsagePurpose;

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

/// As with Let's Encrypt in 2021: the server also sends its root, signed by an older one.
#[test]
fn a_signature_of_an_older_root_that_has_expired_breaks_nothing_where_the_root_is_known() {
    let mut seen = healthy();
    let cross = parameters("Root", NOW - 900 * DAY, NOW - 3 * DAY);
    seen.chain.push(sent(signed(&cross, "Older root")));
    assert_deviates(judge_dates(&seen), "the issuer `Root` expired");
    seen.chain[2].is_root_here = true;
    assert_passes(judge_dates(&seen));
    assert_passes(judge_chain(&seen));
    assert_deviates(judge_superfluous(&seen), "not needed: `Root`, expired");
    // As long as it is valid, somebody may need it.
    let cross = parameters("Root", NOW - 900 * DAY, NOW + 3 * DAY);
    seen.chain[2].der = sent(signed(&cross, "Older root")).der;
    assert_passes(judge_superfluous(&seen));
    // The certificate of the server itself is always needed.
    seen.chain.truncate(2);
    seen.at = NOW + 81 * DAY;
    at_clock(&mut seen, 0);
    seen.chain[0].is_root_here = true;
    assert_deviates(judge_dates(&seen), "the certificate expired");
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

#[test]
fn a_common_name_does_not_count() {
    let bare = |subject: &str| with_leaf(parameters(subject, NOW - DAY, NOW + DAY));
    assert_deviates(
        judge_name(&bare("cloud.example")),
        "only in the common name, and there are no",
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
    let mut as_name = parameters("192.0.2.1", NOW - DAY, NOW + DAY);
    let name = "192.0.2.1".try_into().expect("a DNS name by its letters");
    as_name.subject_alt_names = vec![rcgen::SanType::DnsName(name)];
    let mut seen = with_leaf(as_name);
    "192.0.2.1".clone_into(&mut seen.host);
    assert_deviates(judge_name(&seen), "names it only as a DNS name");
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
            &format!("the {most} allowed"),
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
        "0 signed certificate timestamps embedded, 2 expected",
    );
    // The last second counts: 180 days to the second, and one second more.
    seen = valid_for(NOW, 180 * DAY - 1, true);
    assert_blocked(judge_transparency(&seen), "2 expected");
    seen = valid_for(NOW, 180 * DAY, true);
    assert_blocked(judge_transparency(&seen), "3 expected");
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
