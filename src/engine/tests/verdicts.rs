//! What a finding means for each client, and what a waiver excuses.

use super::*;
use crate::engine::exit::{Exit, Grounds};

fn finding(level: Level, clients: Clients, outcome: Outcome) -> Finding {
    let mut check = check("a.check", &[], passes);
    check.level = level;
    check.clients = clients;
    Finding::new(&check, Way::Whole, outcome, Duration::ZERO)
}

#[test]
fn a_verdict_for_a_client_is_as_the_contract_says() {
    let verdict = |client, findings: &[Finding]| {
        client_summaries(findings, false)[&client][&Direction::Restore].verdict
    };
    let deviates = || Outcome::deviates(Stage::Http, "x");
    let pass = || finding(Level::Required, Clients::ALL, Outcome::pass("x"));

    let for_ios = finding(
        Level::Required,
        Clients::ALL,
        Deviation::new(Stage::Http, "x")
            .affecting(Clients::IOS)
            .into(),
    );
    assert_eq!(for_ios.verdict, Verdict::Fail);
    assert_eq!(
        verdict(Client::Android, std::slice::from_ref(&for_ios)),
        ClientVerdict::Pass
    );
    assert_eq!(verdict(Client::Ios, &[for_ios]), ClientVerdict::Fail);

    let recommended = [
        pass(),
        finding(Level::Recommended, Clients::ALL, deviates()),
    ];
    assert_eq!(verdict(Client::Android, &recommended), ClientVerdict::Pass);
    assert_eq!(verdict(Client::Desktop, &recommended), ClientVerdict::Fail);

    let informational = [
        pass(),
        finding(Level::Informational, Clients::ALL, deviates()),
    ];
    assert_eq!(
        verdict(Client::Desktop, &informational),
        ClientVerdict::Pass
    );

    let blocked = [
        pass(),
        finding(Level::Required, Clients::ALL, Outcome::blocked("x")),
    ];
    assert_eq!(verdict(Client::Android, &blocked), ClientVerdict::Unknown);
    let not_applicable = [
        pass(),
        finding(Level::Required, Clients::ALL, Outcome::not_applicable("x")),
    ];
    assert_eq!(
        verdict(Client::Android, &not_applicable),
        ClientVerdict::Pass
    );
    assert_eq!(
        verdict(Client::Android, &[]),
        ClientVerdict::Unknown,
        "nothing judged is no pass"
    );
}

#[test]
fn a_waiver_excuses_what_it_names_until_its_day_and_complains_otherwise() {
    let waivers = |until: &str, observed: &str| {
        let text = format!(
            "[[waiver]]\ncheck = \"a.check\"\nreason = \"ticket 1\"\nuntil = \"{until}\"\nobserved = \"{observed}\"\n"
        );
        let waivers = Waivers::parse(&text, |id| id == "a.check").expect("waivers");
        waivers.as_of("2026-11-23".parse().expect("a day"))
    };
    let deviates = || {
        [finding(
            Level::Required,
            Clients::ALL,
            Outcome::deviates(Stage::Http, "does not enforce maxBackupBytes"),
        )]
    };

    let mut excused = deviates();
    assert_eq!(
        waivers("2026-11-23", "does not enforce").apply(&mut excused),
        Vec::<String>::new()
    );
    assert_eq!(excused[0].waived.as_deref(), Some("ticket 1"));
    assert_eq!(
        excused[0].verdict,
        Verdict::Fail,
        "what affects a client still affects it"
    );

    let mut expired = deviates();
    let complaints = waivers("2026-11-22", "no limit").apply(&mut expired);
    assert!(
        complaints[0].contains("expired on 2026-11-22"),
        "{complaints:?}"
    );
    assert_eq!(expired[0].waived, None);

    let complaints = waivers("2026-12-01", "something else").apply(&mut deviates());
    assert!(complaints[0].contains("does not match"), "{complaints:?}");
    let mut passes = [finding(
        Level::Required,
        Clients::ALL,
        Outcome::pass("fine"),
    )];
    let complaints = waivers("2026-12-01", "no limit").apply(&mut passes);
    assert!(complaints[0].contains("no longer needed"), "{complaints:?}");
    let mut blocked = [finding(
        Level::Required,
        Clients::ALL,
        Outcome::blocked("x"),
    )];
    assert!(
        waivers("2026-12-01", "no limit")
            .apply(&mut blocked)
            .is_empty(),
        "not judged says nothing"
    );
}

#[test]
fn waivers_that_would_excuse_everything_are_refused() {
    let refused = |text: &str| {
        Waivers::parse(text, |id| id == "a.check")
            .expect_err("refused")
            .to_string()
    };
    let field = |observed: &str, reason: &str| {
        format!(
            "[[waiver]]\ncheck = \"a.check\"\nreason = \"{reason}\"\nuntil = \"2027-01-01\"\nobserved = \"{observed}\"\n"
        )
    };
    assert!(refused(&field("  short  ", "why")).contains("at least 8 characters"));
    assert!(refused(&field("long enough", " ")).contains("`reason` is empty"));
    assert!(
        refused(
            "[[waiver]]\ncheck = \"b\"\nreason = \"r\"\nuntil = \"2027-01-01\"\nobserved = \"something\"\n"
        )
        .contains("unknown check `b`")
    );
    assert!(
        refused(
            "[[waiver]]\ncheck = \"a.check\"\nuntil = \"2027-01-01\"\nobserved = \"something\"\n"
        )
        .contains("reason")
    );
    assert!(refused("[[waver]]\n").contains("waver"));
}

#[test]
fn the_last_line_counts_causes_and_the_findings_behind_them() {
    let reason = |findings: &[Finding]| {
        let grounds = Grounds {
            findings,
            clients: &client_summaries(findings, false),
            stale_waivers: 0,
            halted: None,
            incomplete: None,
            asked: true,
            fail_on: Level::Required,
        };
        let ending = grounds.ending();
        assert_eq!(ending.exit, Exit::Conforms, "{}", ending.reason);
        ending.reason
    };
    let pass = finding(Level::Required, Clients::ALL, Outcome::pass("x"));
    let warning = |id: &str| {
        let outcome = Outcome::deviates(Stage::Http, "x");
        let mut warning = finding(Level::Recommended, Clients::MOBILE, outcome);
        warning.id = id.to_owned();
        warning
    };
    let healthy = std::slice::from_ref(&pass);
    assert_eq!(
        reason(healthy),
        "everything that was judged is as it should be"
    );
    let two = [pass.clone(), warning("a.check"), warning("b.check")];
    assert_eq!(reason(&two), "no check failed (2 warnings)");
    let same = [pass, warning("a.check"), warning("a.check")];
    assert_eq!(reason(&same), "no check failed (1 warning from 2 findings)");
}
