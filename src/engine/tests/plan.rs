//! What a selection makes of the checks.

use super::*;

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
        Some("no check matches `upload.acepted`; did you mean `upload.accepted`?")
    );
    let mut looks_back = check("a.looks-back", &[], passes);
    looks_back.effect = Effect::LooksBack;
    for broken in [
        vec![looks_back, check("b.reads", &["a.looks-back"], passes)],
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
