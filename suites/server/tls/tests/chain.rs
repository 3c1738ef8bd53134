//! Chains.

use super::{
    DAY, NOW, REFUSED, assert_blocked, assert_deviates, assert_does_not_apply, assert_passes,
    authority, healthy, hello, names, own, parameters, sent, signed,
};
use crate::suites::server::tls::chain::{
    judge_chain, judge_chain_order, judge_superfluous, judge_trusted,
};
use crate::suites::server::tls::protocol::judge_forward_secrecy;
use crate::wire::tls::{Inspection, KeyProof, ShakeTrouble, Trust, Version};

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
fn a_chain_that_leads_nowhere_is_known_by_its_end() {
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
    // A root that phones have and this machine lacks is not the server's fault.
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

/// A certificate that its owner made has often the name of a root that Debian trusts.
#[test]
fn only_the_root_itself_is_left_to_other_libraries() {
    let made = own(&parameters("localhost", NOW - DAY, NOW + 300 * DAY));
    let mut seen = untrusted(vec![made]);
    seen.trust = Trust::Refused("the server's certificate is marked as an authority".to_owned());
    seen.chain[0].issuer_is_root_here = true;
    assert_deviates(judge_trusted(&seen), "the certificate is self-signed");
    seen.chain[0].is_root_here = true;
    assert_blocked(judge_trusted(&seen), "could not be judged by this library");
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
        "`Upper` comes before that of `Lower`",
    );
    assert_deviates(judge_chain_order(&of(&[&lower, &leaf])), "at position 2");
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
