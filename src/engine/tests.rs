//! The engine with checks of these tests: order, dependencies, effects, crashes, stopping,
//! selection, waivers.

use super::waiver::Waivers;
use super::{
    BoxFuture, Check, Context, Deviation, Event, Facet, Finding, Options, Outcome, Pattern, Plan,
    PlanError, Run, Selection, Stop, StopReason, Subject, client_summaries, run,
};
use crate::engine::{ClientVerdict, Effect, Level, Verdict};
use crate::safe::{Client, Clients, Direction, Directions, Stage, clause};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Copy)]
enum Way {
    Whole,
    As(Client),
}

impl Facet for Way {
    fn label(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::As(client) => client.key(),
        }
    }

    fn clients(self) -> Clients {
        match self {
            Self::Whole => Clients::ALL,
            Self::As(client) => Clients::of(client),
        }
    }
}

/// What happened, in order: `start id`, `end id`, `torn down id`.
type Log = Arc<Mutex<Vec<String>>>;

struct Probe {
    id: &'static str,
    way: Way,
    log: Log,
}

impl Probe {
    fn note(&self, what: &str) {
        self.log.lock().unwrap().push(format!("{what} {}", self.id));
    }
}

impl Context for Probe {
    type Facet = Way;

    fn teardown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { self.note("torn down") })
    }
}

struct Bench(Log);

impl Subject<Probe> for Bench {
    fn context(&self, check: &'static Check<Probe>, way: Way) -> Probe {
        Probe {
            id: check.id,
            way,
            log: Arc::clone(&self.0),
        }
    }
}

const fn check(
    id: &'static str,
    needs: &'static [&'static str],
    run: for<'a> fn(&'a Probe) -> BoxFuture<'a, Outcome>,
) -> Check<Probe> {
    Check {
        id,
        title: "A check of the engine's own tests.",
        clause: clause::BASE_URL,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: &[Way::Whole],
        needs,
        effect: Effect::Reads,
        expected: "this",
        remedy: "that",
        run,
    }
}

fn passes(probe: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        probe.note("start");
        tokio::task::yield_now().await;
        probe.note("end");
        Outcome::pass("fine")
    })
}

fn fails(_: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async { Outcome::deviates(Stage::Http, "it deviates") })
}

fn fails_for_ios(probe: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        match probe.way {
            Way::As(Client::Ios) => Outcome::deviates(Stage::Http, "it deviates"),
            _ => Outcome::pass("fine"),
        }
    })
}

fn crashes(_: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(async { panic!("on purpose") })
}

fn hangs(_: &Probe) -> BoxFuture<'_, Outcome> {
    Box::pin(std::future::pending())
}

const MOBILE_WAYS: &[Way] = &[Way::As(Client::Android), Way::As(Client::Ios)];

fn leak(checks: Vec<Check<Probe>>) -> &'static [Check<Probe>] {
    Box::leak(checks.into_boxed_slice())
}

async fn run_with(
    checks: Vec<Check<Probe>>,
    selection: &Selection,
    jobs: usize,
) -> (Run, Vec<String>) {
    let log = Log::default();
    let plan = Plan::new(leak(checks), selection).expect("a plan");
    let options = Options {
        jobs,
        grace: Duration::from_millis(10),
        stop: Stop::default(),
    };
    let ended = run(plan, Arc::new(Bench(Arc::clone(&log))), options, |_| {}).await;
    let log = log.lock().unwrap().clone();
    (ended, log)
}

async fn verdicts(checks: Vec<Check<Probe>>) -> Vec<(String, Verdict)> {
    let (ended, _) = run_with(checks, &Selection::default(), 4).await;
    ended
        .findings
        .into_iter()
        .map(|finding| (finding.name(), finding.verdict))
        .collect()
}

fn named(pairs: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    pairs
        .iter()
        .map(|(name, verdict)| ((*name).to_owned(), *verdict))
        .collect()
}

#[tokio::test]
async fn what_needs_a_failure_is_blocked_with_its_name_and_so_is_what_needs_that() {
    let checks = vec![
        check("a.fails", &[], fails),
        check("b.needs", &["a.fails"], passes),
        check("c.needs", &["b.needs"], passes),
    ];
    let (ended, log) = run_with(checks, &Selection::default(), 4).await;
    let ends: Vec<_> = ended
        .findings
        .iter()
        .map(|finding| (finding.verdict, finding.observed.as_str()))
        .collect();
    assert_eq!(
        ends,
        [
            (Verdict::Fail, "it deviates"),
            (Verdict::Blocked, "needs `a.fails`, which failed"),
            (Verdict::Blocked, "needs `a.fails`, which failed"),
        ]
    );
    assert_eq!(log, ["torn down a.fails"], "what is blocked must not run");
}

#[tokio::test]
async fn a_variant_needs_the_same_variant_and_the_whole_needs_any() {
    let mut first = check("a.by-client", &[], fails_for_ios);
    first.variants = MOBILE_WAYS;
    let mut second = check("b.by-client", &["a.by-client"], passes);
    second.variants = MOBILE_WAYS;
    let third = check("c.whole", &["a.by-client"], passes);
    let mut fourth = check("d.desktop", &["a.by-client"], passes);
    fourth.clients = Clients::DESKTOP;
    fourth.variants = &[Way::As(Client::Desktop)];
    assert_eq!(
        verdicts(vec![first, second, third, fourth]).await,
        named(&[
            ("a.by-client[android]", Verdict::Pass),
            ("a.by-client[ios]", Verdict::Fail),
            ("b.by-client[android]", Verdict::Pass),
            ("b.by-client[ios]", Verdict::Blocked),
            ("c.whole", Verdict::Pass),
            ("d.desktop[desktop]", Verdict::Pass),
        ])
    );
}

#[tokio::test]
async fn a_client_for_which_nothing_speaks_is_blocked_when_all_fail() {
    let mut first = check("a.mobile", &[], fails);
    first.variants = MOBILE_WAYS;
    let mut second = check("b.desktop", &["a.mobile"], passes);
    second.variants = &[Way::As(Client::Desktop)];
    second.clients = Clients::DESKTOP;
    let verdicts = verdicts(vec![first, second]).await;
    assert_eq!(verdicts[2].1, Verdict::Blocked);
}

#[tokio::test]
async fn a_crash_is_an_error_of_the_harness_and_the_rest_goes_on() {
    let checks = vec![
        check("a.crashes", &[], crashes),
        check("b.passes", &[], passes),
    ];
    assert_eq!(
        verdicts(checks).await,
        named(&[("a.crashes", Verdict::Error), ("b.passes", Verdict::Pass)])
    );
}

#[tokio::test]
async fn what_may_lock_out_runs_last_and_alone_and_what_looks_back_after_it() {
    let mut back = check("a.back", &[], passes);
    back.effect = Effect::LooksBack;
    let mut lock = check("b.lock", &[], passes);
    lock.effect = Effect::MayLockOut;
    let (_, log) = run_with(
        vec![
            back,
            lock,
            check("c.first", &[], passes),
            check("d.second", &[], passes),
        ],
        &Selection::default(),
        4,
    )
    .await;
    let starts: Vec<_> = log
        .iter()
        .filter(|line| line.starts_with("start"))
        .map(String::as_str)
        .collect();
    assert_eq!(
        starts,
        [
            "start c.first",
            "start d.second",
            "start b.lock",
            "start a.back"
        ]
    );
    let torn_down = log.iter().position(|line| line == "torn down d.second");
    let locked = log.iter().position(|line| line == "start b.lock");
    assert!(torn_down < locked, "{log:?}");
}

#[tokio::test]
async fn no_more_run_at_once_than_jobs_allow() {
    let checks = || {
        vec![
            check("a.one", &[], passes),
            check("b.two", &[], passes),
            check("c.three", &[], passes),
        ]
    };
    let most_at_once = |log: Vec<String>| {
        let mut now = 0;
        log.iter().fold(0, |most: i32, line| {
            now += i32::from(line.starts_with("start")) - i32::from(line.starts_with("end"));
            most.max(now)
        })
    };
    assert_eq!(
        most_at_once(run_with(checks(), &Selection::default(), 1).await.1),
        1
    );
    assert_eq!(
        most_at_once(run_with(checks(), &Selection::default(), 3).await.1),
        3
    );
}

#[tokio::test]
async fn a_stopped_run_says_of_everything_why_it_was_not_judged() {
    let plan = Plan::new(
        leak(vec![
            check("a.hangs", &[], hangs),
            check("b.waits", &["a.hangs"], passes),
        ]),
        &Selection::default(),
    )
    .expect("a plan");
    let stop = Stop::default();
    let options = Options {
        jobs: 4,
        grace: Duration::from_millis(10),
        stop: stop.clone(),
    };
    let mut seen = Vec::new();
    let ended = run(plan, Arc::new(Bench(Log::default())), options, |event| {
        if let Event::CheckStarted { name } = &event {
            assert_eq!(name, "a.hangs");
            stop.pull(StopReason::Deadline(7));
        }
        seen.push(event);
    });
    let ended = tokio::time::timeout(Duration::from_secs(30), ended)
        .await
        .expect("it stops");
    assert_eq!(ended.stopped, Some(StopReason::Deadline(7)));
    for finding in &ended.findings {
        assert_eq!(finding.verdict, Verdict::Error);
        assert!(
            finding.observed.contains("the deadline of 7 s passed"),
            "{}",
            finding.observed
        );
    }
    assert_eq!(
        seen.iter()
            .filter(|event| matches!(event, Event::CheckFinished(_)))
            .count(),
        2
    );
}

#[tokio::test]
async fn only_brings_along_what_is_needed_and_skip_fails_nothing() {
    let checks = || {
        vec![
            check("a.base", &[], passes),
            check("b.next", &["a.base"], passes),
            check("c.other", &[], fails),
        ]
    };
    let only = Selection {
        only: vec![Pattern::new("b")],
        ..Selection::default()
    };
    let (ended, _) = run_with(checks(), &only, 4).await;
    let verdicts: Vec<_> = ended
        .findings
        .iter()
        .map(|finding| finding.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Pass, Verdict::Disabled]);

    let skip = Selection {
        skip: vec![(Pattern::new("a"), "--skip a".to_owned())],
        ..Selection::default()
    };
    let (ended, _) = run_with(checks(), &skip, 4).await;
    let ends: Vec<_> = ended
        .findings
        .iter()
        .map(|finding| (finding.verdict, finding.observed.as_str()))
        .collect();
    assert_eq!(
        ends[..2],
        [
            (Verdict::Disabled, "skipped by --skip a"),
            (Verdict::Pass, "fine")
        ]
    );
}

#[test]
fn a_plan_that_makes_no_sense_is_refused() {
    let refused = |checks: Vec<Check<Probe>>, only: &str| {
        let only = if only.is_empty() {
            Vec::new()
        } else {
            vec![Pattern::new(only)]
        };
        Plan::new(
            leak(checks),
            &Selection {
                only,
                ..Selection::default()
            },
        )
        .err()
        .map(|error| error.to_string())
    };
    assert_eq!(
        refused(
            vec![check("upload.accepted", &[], passes)],
            "upload.acepted"
        )
        .as_deref(),
        Some("no check matches `upload.acepted`, did you mean `upload.accepted`?")
    );
    for broken in [
        vec![check("a.same", &[], passes), check("a.same", &[], passes)],
        vec![
            check("a.needs", &["b.later"], passes),
            check("b.later", &[], passes),
        ],
    ] {
        let error = Plan::new(leak(broken), &Selection::default()).err();
        assert!(
            matches!(error, Some(PlanError::BrokenSuite(_))),
            "{error:?}"
        );
    }
}

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
    let today = "2026-11-23".parse().expect("a date");
    let waivers = |until: &str, observed: &str| {
        let text = format!(
            "[[waiver]]\ncheck = \"a.check\"\nreason = \"ticket 1\"\nuntil = \"{until}\"\nobserved = \"{observed}\"\n"
        );
        Waivers::parse(&text, |id| id == "a.check").expect("waivers")
    };
    let deviates = || {
        [finding(
            Level::Required,
            Clients::ALL,
            Outcome::deviates(Stage::Http, "no limit is enforced"),
        )]
    };

    let mut excused = deviates();
    assert_eq!(
        waivers("2026-11-23", "no limit").apply(&mut excused, today),
        Vec::<String>::new()
    );
    assert_eq!(excused[0].waived.as_deref(), Some("ticket 1"));
    assert_eq!(
        excused[0].verdict,
        Verdict::Fail,
        "what affects a client still affects it"
    );

    let mut expired = deviates();
    let complaints = waivers("2026-11-22", "no limit").apply(&mut expired, today);
    assert!(
        complaints[0].contains("expired on 2026-11-22"),
        "{complaints:?}"
    );
    assert_eq!(expired[0].waived, None);

    let complaints = waivers("2026-12-01", "something else").apply(&mut deviates(), today);
    assert!(complaints[0].contains("does not match"), "{complaints:?}");
    let mut passes = [finding(
        Level::Required,
        Clients::ALL,
        Outcome::pass("fine"),
    )];
    let complaints = waivers("2026-12-01", "no limit").apply(&mut passes, today);
    assert!(complaints[0].contains("no longer needed"), "{complaints:?}");
    let mut blocked = [finding(
        Level::Required,
        Clients::ALL,
        Outcome::blocked("x"),
    )];
    assert!(
        waivers("2026-12-01", "no limit")
            .apply(&mut blocked, today)
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
        .contains("there is no check `b`")
    );
    assert!(
        refused(
            "[[waiver]]\ncheck = \"a.check\"\nuntil = \"2027-01-01\"\nobserved = \"something\"\n"
        )
        .contains("reason")
    );
    assert!(refused("[[waver]]\n").contains("waver"));
}
