//! Versions and cipher suites.

use super::{
    REFUSED, assert_blocked, assert_deviates, assert_does_not_apply, assert_passes, hello, silent,
};
use crate::safe::Clients;
use crate::suites::server::tls::protocol::{
    judge_current_suites, judge_forward_secrecy, judge_old_versions, judge_protocol,
    judge_version_12,
};
use crate::wire::tls::{Answered, Inspection, Silence, Version, suites};

/// Returns a server that speaks this version at most.
pub(super) fn old(version: Version) -> Inspection {
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
        assert_deviates(judge_protocol(&seen), "supports TLS 1.1 at most"),
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
    assert_blocked(judge_protocol(&silence), "could not be determined");
}

#[test]
fn forward_secrecy_is_judged_by_what_is_accepted() {
    let mut seen = silent(&REFUSED);
    seen.without_forward_secrecy = hello(Version::Tls12, 0x002f);
    assert_deviates(
        judge_forward_secrecy(&seen),
        "no cipher suite with forward secrecy (the server accepts AES128-SHA)",
    );
    seen.finite_field = hello(Version::Tls12, 0x009e);
    assert_deviates(judge_forward_secrecy(&seen), "DHE-RSA-AES128-GCM-SHA256");
    seen.suites[2].1 = Answered::Nothing(Silence::Closed);
    assert_blocked(
        judge_forward_secrecy(&seen),
        "ECDHE-ECDSA-AES128-SHA is accepted could not be determined",
    );
    seen.suites[2] = (0xc027, hello(Version::Tls12, 0xc027));
    assert_passes(judge_forward_secrecy(&seen));
    assert_deviates(judge_current_suites(&seen), "only ECDHE-RSA-AES128-SHA256");
    // Another suite than the one that was offered is no acceptance.
    seen.suites[2] = (0xc027, hello(Version::Tls12, 0xc028));
    assert!(seen.accepted(suites::ECDHE_CBC_SHA2).is_empty());
}
