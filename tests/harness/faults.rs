//! Proof that checks can fail: the healthy server passes every check, every fault changes exactly
//! the findings of a reviewed snapshot, and some fault makes each check deviate.
//!
//! Outside CI, one fault of five is tried, and any that the snapshot does not know yet; the server
//! is asked only for what the snapshot names. All of them, and that a fault changes nothing else,
//! are shown where `CI` is set.

mod reviewed;

use crate::findings::problem;
use crate::support::watch::World;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use safe_conformance::engine::Verdict;
use safe_conformance::engine::{Because, Blocker, Finding};
use safe_conformance::reference::{self, Fault, Login, Need, Options, Tidying};
use safe_conformance::suites::server;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

/// How many servers are checked at once: enough to use the waiting time, few enough to keep races
/// rare.
const AT_ONCE: usize = 9;

/// Outside CI, one scenario of so many is tried.
const SAMPLE: usize = 5;

/// One thing that can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Scenario {
    /// A fault of the embedded server.
    Fault(Fault),
    /// The target is `http://` under a name that is not this machine's.
    PlainName,
    /// Nothing listens.
    ClosedPort,
    /// The name has an address at which nothing listens.
    DeadAddress,
}

/// A fault that only shows over months: no check notices it, but `retention verify` does.
fn over_months() -> impl Iterator<Item = Fault> {
    let all = Fault::ALL.iter().copied();
    all.filter(|fault| fault.needs().contains(&Need::Months))
}

impl Scenario {
    fn all() -> impl Iterator<Item = Self> {
        Fault::ALL
            .iter()
            .filter(|fault| !fault.needs().contains(&Need::Months))
            .map(|fault| Self::Fault(*fault))
            .chain([Self::PlainName, Self::ClosedPort, Self::DeadAddress])
    }

    fn name(self) -> String {
        match self {
            Self::Fault(fault) => fault.name().to_owned(),
            Self::PlainName => "(http under another name)".to_owned(),
            Self::ClosedPort => "(nothing listens)".to_owned(),
            Self::DeadAddress => "(an address at which nothing listens)".to_owned(),
        }
    }

    /// The login with which the fault shows.
    fn login(self) -> LoginName {
        if self.needs(Need::Umlauts) {
            LoginName::Umlauts
        } else if self.needs(Need::Token) {
            LoginName::Token
        } else {
            LoginName::Ascii
        }
    }

    /// The scenarios that are tried.
    fn tried() -> impl Iterator<Item = Self> {
        let is_tried = |at: usize, name: &str| {
            reviewed::is_whole() || at.is_multiple_of(SAMPLE) || reviewed::section(name).is_none()
        };
        Self::all()
            .enumerate()
            .filter(move |(at, scenario)| is_tried(*at, &scenario.name()))
            .map(|(_, scenario)| scenario)
    }

    /// Whether a run takes many times as long as others: it begins first.
    fn is_slow(self) -> bool {
        [Fault::Maintenance, Fault::UploadTimesOut]
            .map(Self::Fault)
            .contains(&self)
    }

    /// Whether this condition must hold for the fault to show.
    fn needs(self, need: Need) -> bool {
        matches!(self, Self::Fault(fault) if fault.needs().contains(&need))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum LoginName {
    Ascii,
    Umlauts,
    Token,
}

impl LoginName {
    fn login(self) -> Login {
        match self {
            Self::Ascii => Login::Basic {
                user: "safe".to_owned(),
                password: "s3cret-loopback".to_owned(),
            },
            Self::Umlauts => Login::Basic {
                user: "jörg".to_owned(),
                password: "grüne Käfer".to_owned(),
            },
            Self::Token => Login::Token("a-token-for-tests".to_owned()),
        }
    }
}

async fn findings(scenario: Option<Scenario>, login: LoginName) -> Vec<Finding> {
    let faults = match scenario {
        Some(Scenario::Fault(fault)) => vec![fault],
        _ => Vec::new(),
    };
    let needs = |need| scenario.is_some_and(|scenario| scenario.needs(need));
    let tls = scenario != Some(Scenario::PlainName);
    let options = Options {
        faults,
        tls,
        login: login.login(),
        ..Options::default()
    };
    let running = reference::start(options)
        .await
        .expect("the embedded server starts");
    let mut url = running.base_url().to_owned();
    if scenario == Some(Scenario::PlainName) {
        url = url.replace("localhost", "safe.example");
    }
    let mut target = Target::parse(&url).expect("the embedded server has a good URL");
    if scenario == Some(Scenario::PlainName) {
        target = target.at([127, 0, 0, 1].into());
    }
    target = match scenario {
        Some(Scenario::DeadAddress) => target
            .at(running.address().ip())
            .at([127, 111, 222, 33].into()),
        // No DNS knows this name.
        _ if needs(Need::Address) => target.at(running.address().ip()),
        _ => target,
    };
    target = match login.login() {
        Login::Basic { user, password } => target.basic(user, password),
        Login::Token(token) => target.token(token),
        _ => target,
    };
    if let Some(root) = running.root_certificate() {
        if needs(Need::PublicRoot) {
            // Only a public authority must follow the rules that these faults break.
            target = target.taking_for_public(root);
        }
        target = target.trusting(root);
    }
    let mut checkup = Checkup::new(target)
        .deadline(Duration::from_secs(900))
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast))
        .patience(Duration::from_secs(2));
    // In other scenarios it would only take time.
    if scenario.is_none() || needs(Need::SlowUplink) {
        checkup = checkup.slow_uplink(Duration::from_secs(6));
    }
    if needs(Need::Order) {
        // The order of the checks decides which of them meets the limit.
        checkup = checkup.jobs(1);
    } else if let Some(named) = scenario.and_then(|it| reviewed::named_under(&it.name())) {
        checkup = named.into_iter().fold(checkup, Checkup::only);
    }
    if scenario == Some(Scenario::ClosedPort) {
        running.stop().await;
        return checkup.run().await.expect("the checkup runs").findings;
    }
    let done = checkup.run_with(|_| {}).await.expect("the checkup runs");
    let left = running.stored();
    assert!(
        left == 0 || needs(Need::Leftovers),
        "{scenario:?} leaves {left} backups behind"
    );
    done.report.findings
}

/// The findings of a scenario. Uploads into the visible file only harm each other if they overlap,
/// and on a busy machine the first attempt may not overlap.
async fn findings_of(scenario: Scenario) -> Vec<Finding> {
    let mut found = findings(Some(scenario), scenario.login()).await;
    let races = scenario.needs(Need::Repeats);
    for _ in 0..10 {
        let missed =
            |it: &Finding| it.id == "integrity.concurrent-uploads" && it.verdict == Verdict::Pass;
        if !races || !found.iter().any(missed) {
            break;
        }
        found = findings(Some(scenario), scenario.login()).await;
    }
    found
}

/// The findings of every run.
struct Found {
    healthy: BTreeMap<LoginName, Vec<Finding>>,
    ill: BTreeMap<Scenario, Vec<Finding>>,
    /// Over 200 days: without a fault, then with each that shows over months.
    over_months: Vec<(Option<Fault>, Vec<Finding>)>,
}

/// Runs every scenario, a few at a time, beside the healthy servers and the months, which mostly
/// wait.
async fn run_all() -> Found {
    let logins: BTreeSet<_> = Scenario::tried().map(Scenario::login).collect();
    let healthy = logins
        .into_iter()
        .map(async |login| (login, findings(None, login).await));
    let (slow, others): (Vec<_>, Vec<_>) = Scenario::tried().partition(|it| it.is_slow());
    let ill = stream::iter(slow.into_iter().chain(others))
        .map(async |scenario| {
            let ran = tokio::spawn(findings_of(scenario)).await;
            (scenario, ran.expect("a scenario does not panic"))
        })
        .buffer_unordered(AT_ONCE)
        .collect();
    let faults = std::iter::once(None).chain(over_months().map(Some));
    let over_months = faults.map(async |fault| {
        let world = World::new(fault.as_slice(), Tidying::OnTheDot).await;
        (fault, world.days(200).await.1.findings)
    });
    let (healthy, ill, over_months) = tokio::join!(join_all(healthy), ill, join_all(over_months));
    Found {
        healthy: healthy.into_iter().collect(),
        ill,
        over_months,
    }
}

/// The findings that a scenario changes, grouped so that a person can read them.
fn changes(healthy: &[Finding], ill: &[Finding]) -> String {
    let mut out = String::new();
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    let mut blocked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (before, now) in healthy
        .iter()
        .zip(ill)
        .filter(|(before, now)| before.verdict != now.verdict)
        .filter(|(_, now)| !matches!(now.because, Some(Because::NotAskedFor | Because::LeftOut)))
    {
        assert_eq!(before.name(), now.name());
        if matches!(now.verdict, Verdict::Blocked | Verdict::NotApplicable) {
            let key = if now.verdict == Verdict::Blocked {
                "blocked"
            } else {
                "not_applicable"
            };
            blocked.entry(key).or_default().insert(&now.id);
            continue;
        }
        let affected = now.affects();
        let problem = problem(now);
        let observed = match now.id.as_str() {
            // How many connections and requests a run needs is a matter of the machine's load.
            "server.new-connections" | "server.intermittent-errors" | "server.often-fails" => {
                without_numbers(&now.observed)
            }
            _ => now.observed.clone(),
        };
        let line = format!(
            "{} {} ({affected}): {observed}{problem}",
            now.verdict, now.id
        );
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, variants)) => variants.push(&now.variant),
            None => lines.push((line, vec![&now.variant])),
        }
    }
    for (line, variants) in lines {
        let variants = variants.join(" ");
        let _ = writeln!(
            out,
            "  {line}{}",
            if variants.is_empty() {
                String::new()
            } else {
                format!(" [{variants}]")
            }
        );
    }
    for (verdict, ids) in blocked {
        let _ = writeln!(out, "  {verdict}: {}", abridged(&ids).join(" "));
    }
    // Ports differ in each run, and dates on each day.
    without_days(&out)
        .split("localhost:")
        .enumerate()
        .map(|(n, part)| {
            if n == 0 {
                part.to_owned()
            } else {
                format!(
                    "localhost:PORT{}",
                    part.trim_start_matches(|c: char| c.is_ascii_digit())
                )
            }
        })
        .collect()
}

/// Prints why checks could not be judged, other than for what happened before them: the snapshot
/// does not say it, and a failure in CI cannot be repeated.
fn print_blocked(scenario: Scenario, findings: &[Finding]) {
    let own = |finding: &&Finding| finding.because == Some(Because::Blocked(Blocker::Answer));
    for finding in findings.iter().filter(own) {
        let (scenario, name) = (scenario.name(), finding.name());
        println!("{scenario}: {name} is blocked: {}", finding.observed);
    }
}

/// The text with `DAY` for every date.
fn without_days(text: &str) -> String {
    let is_day = |word: &str| {
        word.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let day = rest.get(..10).is_some_and(is_day);
        out += if day { "DAY" } else { &rest[..next.len_utf8()] };
        rest = &rest[if day { 10 } else { next.len_utf8() }..];
    }
    out
}

/// The text with `N` for every number.
fn without_numbers(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut out = String::new();
    for c in text.chars() {
        if is_digit(c) && out.ends_with('N') {
            continue;
        }
        out.push(if is_digit(c) { 'N' } else { c });
    }
    out
}

/// The IDs, those of a whole subject as `subject.*`, and `*` for all.
fn abridged(ids: &BTreeSet<&str>) -> Vec<String> {
    let subject = |id: &str| id.split('.').next().unwrap_or_default().to_owned();
    let mut short = BTreeSet::new();
    for id in ids {
        let of_subject = |other: &&str| subject(other) == subject(id);
        let whole = server::checks()
            .map(|check| check.id)
            .filter(|other| of_subject(other))
            .all(|other| ids.contains(other));
        short.insert(if whole {
            format!("{}.*", subject(id))
        } else {
            (*id).to_owned()
        });
    }
    short.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_changes_exactly_what_the_snapshot_says_and_every_check_can_fail() {
    let Found {
        healthy,
        ill,
        over_months,
    } = run_all().await;

    for (login, findings) in &healthy {
        for finding in findings {
            let fine = matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable);
            assert!(
                fine,
                "healthy, {login:?}: {} is {}: {}",
                finding.name(),
                finding.verdict,
                finding.observed
            );
        }
    }

    let mut caught: BTreeSet<&str> = BTreeSet::new();
    let mut snapshot = String::new();
    for (scenario, findings) in &ill {
        let changed = changes(&healthy[&scenario.login()], findings);
        let deviates = |finding: &&Finding| {
            matches!(
                finding.verdict,
                Verdict::Fail | Verdict::Warn | Verdict::Note | Verdict::Error
            )
        };
        assert!(!changed.is_empty(), "no check notices {}", scenario.name());
        print_blocked(*scenario, findings);
        caught.extend(
            findings
                .iter()
                .filter(deviates)
                .map(|finding| finding.id.as_str()),
        );
        let _ = writeln!(snapshot, "{}\n{changed}", scenario.name());
    }
    let (_, healthy) = &over_months[0];
    for finding in healthy {
        assert_eq!(finding.verdict, Verdict::Pass, "{}", finding.name());
    }
    for (fault, findings) in &over_months {
        let Some(fault) = fault else { continue };
        let changed = changes(healthy, findings);
        assert!(!changed.is_empty(), "no canary is lost by {fault}");
        let _ = writeln!(snapshot, "{fault}, over 200 days\n{changed}");
    }
    if reviewed::is_whole() {
        insta::assert_snapshot!(snapshot);
        let missed = server::checks().find(|check| !caught.contains(check.id));
        let missed = missed.map(|check| check.id);
        assert_eq!(missed, None, "no fault makes this check deviate");
    } else {
        assert_as_reviewed(&snapshot);
    }
}

/// Asserts of each section that the snapshot has it, too.
fn assert_as_reviewed(sections: &str) {
    for section in sections.trim_end().split("\n\n") {
        let (heading, changed) = section.split_once('\n').expect("a heading and lines");
        let reviewed = reviewed::section(heading).unwrap_or("(nothing)");
        assert_eq!(changed, reviewed, "not what the snapshot says of {heading}");
    }
}

/// What was reviewed covers every fault, and makes every check deviate.
#[test]
fn every_fault_and_every_check_is_in_the_snapshot() {
    let faults = Scenario::all().map(Scenario::name);
    let faults = faults.chain(over_months().map(|fault| format!("{fault}, over 200 days")));
    let missing: Vec<_> = faults
        .filter(|name| reviewed::section(name).is_none())
        .collect();
    assert!(missing.is_empty(), "not in the snapshot: {missing:?}");
    let missed: Vec<_> = server::checks()
        .map(|check| check.id)
        .filter(|id| !reviewed::is_caught(id))
        .collect();
    assert!(
        missed.is_empty(),
        "no fault makes these checks deviate: {missed:?}"
    );
}
