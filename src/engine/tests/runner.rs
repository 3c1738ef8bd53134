//! Order, dependencies, effects, crashes and stopping.

use super::*;
use crate::engine::plan::Fate;
use crate::engine::{Because, Breakage};

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
            (Verdict::Blocked, "blocked by `a.fails`, which failed"),
            (Verdict::Blocked, "blocked by `a.fails`, which failed"),
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
async fn a_variant_of_one_direction_leaves_the_other_as_it_is() {
    let mut check = check("a.halves", &[], |probe| {
        Box::pin(async {
            match probe.way {
                Way::Half(Direction::Backup) => Outcome::deviates(Stage::Http, "it deviates"),
                _ => Outcome::pass("fine"),
            }
        })
    });
    check.breaks = Directions::BOTH;
    check.variants = &[Way::Half(Direction::Backup), Way::Half(Direction::Restore)];
    let (ended, _) = run_with(vec![check], &Selection::default(), 4).await;
    let clients = client_summaries(&ended.findings, false);
    let verdict = |direction: Direction| clients[&Client::Ios][&direction].verdict;
    assert_eq!(verdict(Direction::Backup), ClientVerdict::Fail);
    assert_eq!(verdict(Direction::Restore), ClientVerdict::Pass);
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
async fn what_waits_for_itself_is_an_error_of_the_harness_and_the_run_ends() {
    let mut stuck = check("a.stuck", &["a.stuck"], passes);
    stuck.effect = Effect::LooksBack;
    let checks = leak(vec![stuck, check("b.passes", &[], passes)]);
    let checks = checks.iter().map(|check| (check, Fate::Selected));
    // `Plan::new` refuses it.
    let plan = Plan {
        checks: checks.collect(),
    };
    let options = Options {
        jobs: 4,
        grace: Duration::from_millis(10),
        stop: Stop::default(),
    };
    let ended = run(plan, Arc::new(Bench(Log::default())), options, |_| {}).await;
    let verdicts: Vec<_> = ended.findings.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts, [Verdict::Error, Verdict::Pass]);
    let because = Some(Because::Error(Breakage::Harness));
    assert_eq!(ended.findings[0].because, because);
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
