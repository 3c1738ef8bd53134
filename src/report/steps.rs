//! What to do, in order: each thing once, with the findings that it mends and what follows from
//! them.

use super::Report;
use crate::diagnosis::{Breaks, Problem, Shell};
use crate::engine::{Because, Blocker, Breakage, Day, Finding, Verdict};
use crate::safe::{Clients, Directions, Stage};
use crate::text::{counted, line};

/// One thing to do.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The ID of the problem, of the check, or of what kept checks from being judged.
    pub id: &'a str,
    /// What is wrong, in a few words.
    pub title: String,
    /// Whether the evidence allows other causes, too.
    pub likely: bool,
    /// The gravest verdict among what it mends; `blocked` where nothing deviates and something
    /// could not be judged.
    pub verdict: Verdict,
    /// What to do; where there are several, the first is tried first.
    pub fixes: Vec<String>,
    /// Lines for a shell that do it. They are never wrapped.
    pub lines: Vec<String>,
    /// The findings that it mends, at least one.
    pub mends: Vec<&'a Finding>,
    /// What can be judged only afterwards.
    pub then: Vec<&'a Finding>,
    /// The problem, where it has a name.
    pub problem: Option<&'static Problem>,
}

impl<'a> Step<'a> {
    /// Returns the finding that says the most: of the gravest ones, the first.
    pub fn first(&self) -> &'a Finding {
        let gravest = self
            .mends
            .iter()
            .find(|finding| finding.verdict == self.verdict);
        gravest.unwrap_or(&self.mends[0])
    }

    /// Returns the names of what it mends: `config.readable [android-h1, ios-h1],
    /// server.redirects`.
    pub fn names(&self) -> String {
        names(&self.mends)
    }

    /// Returns everything that was observed, each sentence once; with the stage, if that is wanted.
    pub fn observed(&self, with_stage: bool) -> Vec<String> {
        let mut observed: Vec<String> = Vec::new();
        // What a request without credentials got says least where others fail, too.
        let is_aside = |finding: &&&Finding| finding.id == "auth.challenge";
        let aside = self.mends.iter().filter(is_aside);
        let first = self.mends.iter().filter(|finding| !is_aside(finding));
        for finding in first.chain(aside) {
            let sentence = match finding.stage {
                Some(stage) if with_stage => format!("{} (stage {stage})", finding.observed),
                _ => finding.observed.clone(),
            };
            if !observed.contains(&sentence) {
                observed.push(sentence);
            }
        }
        observed
    }

    /// Returns the clients that are affected.
    pub fn affects(&self) -> Clients {
        let findings = self.mends.iter();
        findings.fold(Clients::NONE, |affected, finding| {
            affected.and(finding.affects())
        })
    }

    /// Returns what these clients cannot do.
    pub fn breaks(&self) -> Directions {
        let clients = self.affects().iter().map(Directions::of_client);
        let possible = clients.fold(Directions::NONE, Directions::and);
        let findings = self.mends.iter();
        findings
            .filter(|finding| !finding.affects().is_empty())
            .fold(Directions::NONE, |all, finding| all.and(finding.breaks))
            .within(possible)
    }

    /// Why a waiver excuses it, and until when, where all of it is excused.
    pub fn waived(&self) -> Option<(&'a str, Option<Day>)> {
        if self.mends.iter().any(|finding| finding.waived.is_none()) {
            return None;
        }
        let ends = self.mends.iter().filter_map(|finding| finding.waived_until);
        Some((self.mends[0].waived.as_deref()?, ends.min()))
    }

    /// Returns the software that answered, as the first answer that deviates names it.
    pub fn answered_by(&self) -> Option<&'a str> {
        let mut findings = self.mends.iter();
        findings.find_map(|finding| finding.answered_by.as_deref())
    }

    fn of(finding: &'a Finding, shell: &Shell<'_>) -> Self {
        let cause = finding.cause.as_ref();
        let problem = cause.and_then(|cause| Problem::of(&cause.id));
        Self {
            id: cause.map_or(&finding.id, |cause| &cause.id),
            title: cause.map_or_else(String::new, |cause| cause.title.to_string()),
            likely: cause.is_some_and(|cause| cause.likely),
            verdict: finding.verdict,
            fixes: Vec::new(),
            lines: problem.map_or_else(Vec::new, |problem| problem.lines_to_paste(shell)),
            mends: vec![finding],
            then: Vec::new(),
            problem,
        }
    }

    /// Returns whether the same fix also applies to another finding.
    fn mends_too(&self, other: &Finding) -> bool {
        let first = self.mends[0];
        if first.waived != other.waived {
            return false;
        }
        if first.was_stopped() || other.was_stopped() {
            return first.was_stopped() && other.was_stopped();
        }
        match (&first.cause, &other.cause) {
            (Some(one), Some(other)) => one.id == other.id,
            (None, None) => first.id == other.id && first.remedy == other.remedy,
            _ => false,
        }
    }

    fn take(&mut self, finding: &'a Finding) {
        let certain = finding.cause.as_ref().is_some_and(|cause| !cause.likely);
        self.likely = self.likely && !certain;
        if rank(finding.verdict) < rank(self.verdict) {
            self.verdict = finding.verdict;
        }
        self.mends.push(finding);
    }

    /// Puts the fixes in order: what is certain, or else what the checks say and then what is
    /// likely.
    fn settle(&mut self) {
        let cause = self.mends.iter().find_map(|finding| finding.cause.as_ref());
        let by_cause = cause.map(|cause| cause.fix.to_string());
        let mut fixes: Vec<String> = Vec::new();
        let mut add = |fix: &str| {
            if !fix.is_empty() && !fixes.iter().any(|known| known == fix) {
                fixes.push(fix.to_owned());
            }
        };
        match by_cause {
            Some(fix) if !self.likely => {
                add(&fix);
                let others = self.mends.iter();
                others
                    .filter_map(|finding| finding.alternative.as_deref())
                    .for_each(add);
            }
            Some(fix) => {
                let own = self.mends.iter().map(|finding| finding.remedy.as_str());
                let own: Vec<_> = own.filter(|own| **own != fix).collect();
                own.into_iter().for_each(&mut add);
                add(&fix);
            }
            None => {
                let own = self.mends.iter().map(|finding| finding.remedy.as_str());
                own.for_each(add);
            }
        }
        self.fixes = fixes;
        if self.title.is_empty() {
            self.title = self.names();
        }
    }
}

/// Returns the names of findings, with the variants of each check behind it.
pub(super) fn names(findings: &[&Finding]) -> String {
    let mut checks: Vec<(&str, Vec<&str>)> = Vec::new();
    for finding in findings {
        match checks.iter_mut().find(|(id, _)| *id == finding.id) {
            Some((_, variants)) => variants.push(&finding.variant),
            None => checks.push((&finding.id, vec![&finding.variant])),
        }
    }
    let names: Vec<_> = checks
        .into_iter()
        .map(|(id, variants)| match variants.as_slice() {
            [""] => id.to_owned(),
            variants => format!("{id} [{}]", variants.join(", ")),
        })
        .collect();
    names.join(", ")
}

/// Returns a line that can be printed, with the spaces at its beginning.
pub(super) fn shell_line(command: &str) -> String {
    let text = command.trim_start();
    let spaces = &command[..command.len() - text.len()];
    format!("{spaces}{}", line(text))
}

/// Returns the order of verdicts: what must be done first stands first.
const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        Verdict::Blocked => 2,
        Verdict::Warn => 3,
        Verdict::Note => 4,
        Verdict::Pass | Verdict::NotApplicable | Verdict::Disabled => 5,
    }
}

impl Report {
    /// Returns what to do, in order: failures, what broke or stopped the run, warnings, notes.
    pub fn steps(&self) -> Vec<Step<'_>> {
        let shell = self.shell();
        let mut steps: Vec<Step<'_>> = Vec::new();
        for finding in self.findings.iter().filter(|finding| is_step(finding)) {
            match steps.iter_mut().find(|step| step.mends_too(finding)) {
                Some(step) => step.take(finding),
                None => steps.push(Step::of(finding, &shell)),
            }
        }
        for step in &mut steps {
            if let Some(sentence) = self.not_run(&step.mends) {
                step.id = Breakage::Stopped.key();
                step.title = sentence;
            }
            step.settle();
        }
        for finding in &self.findings {
            let root = self.root_of(finding);
            let step = root.and_then(|root| {
                steps
                    .iter_mut()
                    .find(|step| step.mends.iter().any(|mended| std::ptr::eq(*mended, root)))
            });
            if let Some(step) = step {
                step.then.push(finding);
            }
        }
        // What all waits for a waiver's end comes behind what does not, and what keeps others from
        // being judged before what does not.
        steps.sort_by_key(|step| {
            let waits = step.waived().is_some();
            (rank(step.verdict), waits, step.then.is_empty())
        });
        steps
    }

    /// Returns one sentence for the checks that the end of the run prevented; `None` unless these
    /// are such checks.
    pub(super) fn not_run(&self, findings: &[&Finding]) -> Option<String> {
        findings.first().filter(|finding| finding.was_stopped())?;
        let count = counted(findings.len() as u64, "check");
        let why = self.why_stopped();
        Some(format!("{count} did not run to the end, because {why}"))
    }

    pub(super) fn why_stopped(&self) -> &str {
        let why = self.incomplete_because.as_deref();
        why.unwrap_or("the run was stopped")
    }

    /// Returns the finding that keeps a blocked one from being judged, at the beginning of the
    /// line.
    pub(super) fn root_of(&self, finding: &Finding) -> Option<&Finding> {
        let mut root = None;
        let mut current = finding;
        // A plan has no circles; a report that was edited may.
        for _ in 0..self.findings.len() {
            let next = match &current.because {
                Some(Because::Blocked(Blocker::Check { name, .. })) => {
                    self.findings.iter().find(|other| other.name() == *name)
                }
                Some(Because::Blocked(Blocker::CredentialsRefused)) => {
                    self.findings.iter().find(|other| shows_refusal(other))
                }
                _ => None,
            };
            let Some(next) = next else { break };
            root = Some(next);
            current = next;
        }
        root.or_else(|| self.shown_elsewhere(finding))
    }

    /// Returns the failure whose problem explains why a finding could not be judged, either.
    fn shown_elsewhere(&self, finding: &Finding) -> Option<&Finding> {
        if finding.verdict != Verdict::Blocked {
            return None;
        }
        self.findings.iter().find(|other| {
            let cause = other.cause.as_ref().filter(|cause| !cause.likely);
            let problem = cause.and_then(|cause| Problem::of(&cause.id));
            let needs_a_backup = finding.id == "auth.challenge";
            let explains = problem.is_some_and(|problem| {
                let stores_nothing = problem.breaks == Breaks::EVERYTHING;
                problem.explains(finding) || (needs_a_backup && stores_nothing)
            });
            other.verdict == Verdict::Fail && explains
        })
    }
}

/// Returns whether a finding is something to do, and not what follows from another.
pub(super) fn is_step(finding: &Finding) -> bool {
    let has_problem = || {
        let cause = finding.cause.as_ref();
        cause.is_some_and(|cause| Problem::of(&cause.id).is_some())
    };
    let stopped = match &finding.because {
        Some(Because::Blocked(Blocker::Limit | Blocker::LockedOut)) => true,
        Some(Because::Blocked(Blocker::BeyondHarness)) => has_problem(),
        _ => false,
    };
    finding.verdict.is_deviation() || finding.verdict == Verdict::Error || stopped
}

/// Returns whether a finding is that the server refuses the credentials: at the first request with
/// them, or at the first upload where anybody may read.
fn shows_refusal(finding: &Finding) -> bool {
    match finding.id.as_str() {
        "auth.accepted" => finding.verdict == Verdict::Fail,
        "upload.accepted" => finding.verdict == Verdict::Fail && finding.stage == Some(Stage::Auth),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(id: &str, breakage: Breakage) -> Finding {
        let mut finding: Finding = serde_json::from_value(serde_json::json!({
            "id": id, "case": "", "clause": "4.1", "level": "required", "verdict": "error",
            "clients": {}, "stage": null, "observed": "seen", "expected": "", "fix": "",
            "duration_ms": 0,
        }))
        .expect("a finding");
        finding.because = Some(Because::Error(breakage));
        finding
    }

    #[test]
    fn what_the_end_of_a_run_prevented_is_one_step_and_what_broke_is_another() {
        let findings = vec![
            broken("a.first", Breakage::Stopped),
            broken("a.second", Breakage::Crashed),
            broken("a.third", Breakage::Stopped),
            broken("a.fourth", Breakage::Harness),
        ];
        let mut report = Report::of_findings(String::new(), findings, false);
        report.incomplete_because = Some("SIGINT came".to_owned());
        let steps = report.steps();
        let titles: Vec<_> = steps.iter().map(|step| step.title.as_str()).collect();
        let stopped = "2 checks did not run to the end, because SIGINT came";
        assert_eq!(titles, [stopped, "a.second", "a.fourth"]);
        assert_eq!(steps[0].names(), "a.first, a.third");
        let text = report.to_markdown();
        assert!(text.contains(stopped), "{text}");
        assert!(
            !text.contains("a.third") && text.contains("a.fourth"),
            "{text}"
        );
    }

    #[test]
    fn what_a_refused_login_blocks_names_the_refusal() {
        let root = |id: &str, stage: Stage| {
            let mut refused = broken(id, Breakage::Harness);
            refused.verdict = Verdict::Fail;
            refused.because = None;
            refused.stage = Some(stage);
            let mut blocked = broken("delete.removes", Breakage::Harness);
            blocked.verdict = Verdict::Blocked;
            blocked.because = Some(Because::Blocked(Blocker::CredentialsRefused));
            let report = Report::of_findings(String::new(), vec![refused, blocked], false);
            report.root_of(&report.findings[1]).map(|it| it.id.clone())
        };
        for id in ["auth.accepted", "upload.accepted"] {
            assert_eq!(root(id, Stage::Auth).as_deref(), Some(id));
        }
        assert_eq!(root("upload.accepted", Stage::Http), None);
        assert_eq!(root("upload.round-trip", Stage::Auth), None);
    }

    #[test]
    fn a_step_for_desktop_alone_breaks_no_backup() {
        for (clients, expected) in [
            (vec!["desktop"], Directions::RESTORE),
            (vec!["ios", "desktop"], Directions::BOTH),
        ] {
            let mut finding = broken("auth.accepted", Breakage::Harness);
            finding.verdict = Verdict::Fail;
            finding.because = None;
            finding.breaks = Directions::BOTH;
            let clients = clients.iter().map(|name| (*name, "fail"));
            let clients: serde_json::Map<_, _> = clients
                .map(|(name, verdict)| (name.to_owned(), verdict.into()))
                .collect();
            finding.clients = serde_json::from_value(clients.into()).expect("verdicts");
            let report = Report::of_findings(String::new(), vec![finding], false);
            let steps = report.steps();
            assert_eq!(steps[0].breaks(), expected, "{}", steps[0].affects());
        }
    }
}
