//! The findings of a run as a short text for review, without those that race.

use safe_conformance::engine::Finding;
use safe_conformance::engine::Verdict;
use safe_conformance::report::Report;
use std::fmt::Write as _;

/// A finding that differs between runs of a server.
pub struct Racy {
    /// Its name, with its variant.
    pub finding: &'static str,
    /// The verdicts that were observed and are correct.
    pub allowed: &'static [Verdict],
    /// Why the server's behaviour varies.
    pub why: &'static str,
}

/// Everything except passes, in the order of the suite, with the verdict of each client and the
/// number of passes.
///
/// `why` explains the server's behaviour; `elided` lists words that differ from run to run, each
/// with its replacement.
pub fn digest(
    report: &Report,
    racy: &[Racy],
    why: impl Fn(&Finding) -> Option<&'static str>,
    elided: &[(&str, &str)],
) -> String {
    let (raced, settled): (Vec<_>, Vec<_>) = report
        .findings
        .iter()
        .partition(|finding| racy.iter().any(|racy| racy.finding == finding.name()));
    for racy in racy {
        let finding = raced.iter().find(|finding| finding.name() == racy.finding);
        let finding = finding.unwrap_or_else(|| panic!("no finding is named {}", racy.finding));
        assert!(
            racy.allowed.contains(&finding.verdict),
            "{} is {}: {}, although {}",
            racy.finding,
            finding.verdict,
            finding.observed,
            racy.why
        );
    }
    let mut text = String::new();
    for (client, directions) in &report.clients {
        let verdicts: Vec<_> = directions
            .iter()
            .map(|(direction, summary)| format!("{direction} {}", summary.verdict))
            .collect();
        let _ = writeln!(text, "{client}: {}", verdicts.join(", "));
    }
    let passed = settled.iter().filter(|finding| passes(finding)).count();
    let _ = writeln!(text, "{passed} pass, {} race\n", raced.len());
    let shown: Vec<_> = settled
        .iter()
        .filter(|finding| !passes(finding) && !finding.is_unasked())
        .collect();
    // A text that several findings in a row share appears once.
    for alike in shown.chunk_by(|one, next| alike(one, next)) {
        let finding = alike[0];
        let (verdict, name) = (finding.verdict, finding.name());
        let further = match alike.len() {
            1 => String::new(),
            many => format!(" and {} more, to {},", many - 1, alike[many - 1].name()),
        };
        let (observed, problem) = (&finding.observed, problem(finding));
        let _ = writeln!(text, "{verdict} {name}{further} {observed}{problem}");
        if let Some(why) = why(finding) {
            let _ = writeln!(text, "    because {why}");
        }
    }
    elided
        .iter()
        .fold(text, |text, (word, name)| text.replace(word, name))
}

/// Whether two findings say the same about what does not apply to one subject.
fn alike(one: &Finding, next: &Finding) -> bool {
    let subject = |finding: &Finding| finding.id.split('.').next().map(str::to_owned);
    one.verdict == Verdict::NotApplicable
        && one.observed == "the URL is http://"
        && (next.verdict, &next.observed) == (one.verdict, &one.observed)
        && subject(one) == subject(next)
}

/// The problem of the finding, certain or likely: ` {problem.quota}`, ` {problem.quota?}`.
pub fn problem(finding: &Finding) -> String {
    let cause = finding.cause.as_ref();
    let named = cause.filter(|cause| cause.id.starts_with("problem."));
    named.map_or_else(String::new, |cause| {
        let likely = if cause.likely { "?" } else { "" };
        format!(" {{{}{likely}}}", cause.id)
    })
}

fn passes(finding: &Finding) -> bool {
    finding.verdict == Verdict::Pass
}
