//! The vectors as tests of `cargo test`, one per vector, for authors of clients in Rust.

use super::unjudged::{is_under_nextest, unjudged, waived};
use crate::adapter::{Implementation, InProcess, Operation};
use crate::engine::waiver::Waivers;
use crate::engine::{Check, Finding, Pattern, Selection, Verdict};
use crate::suites::client::{self, Context, Like};
use crate::vectors::{self, File, Vector};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many derivations run at once: each needs 64 MiB, so together they need at most 256 MiB.
const DERIVATIONS: usize = 3;

/// Runs every vector of the operations that `implementation` has as a test, named by the vector's
/// ID. Where the published clients differ, any of them will do; [`ClientTests`] holds it to one.
///
/// This is the whole of a test target with `harness = false`:
///
/// ```no_run
/// use safe_conformance::adapter::{
///     Answer, Document, Hello, Implementation, Open, Operation, Refusal,
/// };
/// # mod my_client {
/// #     use safe_conformance::safe::Stage;
/// #     pub fn open(_: &[u8], _: &[u8]) -> Result<serde_json::Value, Stage> { Err(Stage::Size) }
/// # }
///
/// struct MyClient;
///
/// impl Implementation for MyClient {
///     fn hello(&self) -> Hello {
///         Hello::new("my client", env!("CARGO_PKG_VERSION"), &[Operation::Open])
///     }
///
///     fn open(&self, input: Open) -> Answer<Document> {
///         match my_client::open(&input.key.0, &input.body.0) {
///             Ok(document) => Ok(Document { document }),
///             Err(stage) => Err(Refusal::at(stage, "refused")),
///         }
///     }
/// }
///
/// fn main() -> std::process::ExitCode {
///     safe_conformance::client_tests(MyClient)
/// }
/// ```
pub fn client_tests(implementation: impl Implementation) -> ExitCode {
    ClientTests::default()
        .and("", implementation, Like::Anyone)
        .run()
}

/// The vectors as tests of one or several implementations.
#[derive(Default)]
pub struct ClientTests {
    subjects: Vec<Subject>,
    choice: Choice,
}

/// Which vectors are judged, and which deviations are accepted.
#[derive(Default)]
struct Choice {
    selection: Selection,
    waivers: Option<Waivers>,
}

impl Choice {
    /// Returns why a vector is left out; `None` if it is judged.
    fn left_out(&self, id: &str) -> Option<&str> {
        let only = &self.selection.only;
        if !only.is_empty() && !only.iter().any(|pattern| pattern.matches(id)) {
            return Some("not selected");
        }
        let mut skipped = self.selection.skip.iter();
        let (_, why) = skipped.find(|(pattern, _)| pattern.matches(id))?;
        Some(why)
    }
}

struct Subject {
    label: &'static str,
    implementation: Arc<dyn Implementation>,
    like: Like,
}

impl ClientTests {
    /// Adds an implementation, held to what `like` says where the published clients differ. Its
    /// tests are named by ID, and by `label` in brackets where that is not empty.
    #[must_use]
    pub fn and(
        mut self,
        label: &'static str,
        implementation: impl Implementation,
        like: Like,
    ) -> Self {
        self.subjects.push(Subject {
            label,
            implementation: Arc::new(implementation),
            like,
        });
        self
    }

    /// Judges only what matches; the other tests are ignored.
    #[must_use]
    pub fn only(mut self, pattern: &str) -> Self {
        self.choice.selection.only.push(Pattern::new(pattern));
        self
    }

    /// Leaves out what matches: such tests are ignored, and say `why`.
    #[must_use]
    pub fn skip(mut self, pattern: &str, why: &str) -> Self {
        let skipped = (Pattern::new(pattern), why.to_owned());
        self.choice.selection.skip.push(skipped);
        self
    }

    /// Accepts deviations.
    #[must_use]
    pub fn waiving(mut self, waivers: Waivers) -> Self {
        self.choice.waivers = Some(waivers);
        self
    }

    /// Runs the tests with the arguments of the process.
    ///
    /// A run in which nothing was judged fails, unless it only lists.
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let choice = Arc::new(self.choice);
        let judged = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(Gate::new(DERIVATIONS));
        let mut trials = Vec::new();
        for subject in &self.subjects {
            let hello = subject.implementation.hello();
            if let Some(strange) = hello
                .operations
                .iter()
                .find(|name| Operation::named(name).is_none())
            {
                eprintln!(
                    "error: `{}` has the operation `{strange}`, which there is not",
                    hello.name
                );
                return ExitCode::from(101);
            }
            for (group, vector) in vectors::all().iter().flat_map(File::vectors) {
                if hello.has(group.operation) {
                    trials.push(trial(
                        subject,
                        group.operation,
                        vector,
                        &arguments,
                        &judged,
                        &gate,
                        &choice,
                    ));
                }
            }
        }
        if trials.is_empty() {
            eprintln!("error: no implementation has any operation");
            return ExitCode::from(101);
        }
        let selected = trials.iter().any(|trial| !arguments.is_filtered_out(trial));
        let conclusion = libtest_mimic::run(&arguments, trials);
        // Under nextest a process runs one test, and a test that is left out is no failure.
        let alone = arguments.list || is_under_nextest();
        if selected && !alone && judged.load(Ordering::Relaxed) == 0 {
            eprintln!("error: nothing was judged: every vector was ignored");
            return ExitCode::from(101);
        }
        conclusion.exit_code()
    }
}

fn trial(
    subject: &Subject,
    operation: Operation,
    vector: &'static Vector,
    arguments: &Arguments,
    judged: &Arc<AtomicUsize>,
    gate: &Arc<Gate>,
    choice: &Arc<Choice>,
) -> Trial {
    let asked_for = arguments.ignored || arguments.include_ignored;
    let left_out = vector.is_large() && !asked_for;
    let name = match subject.label {
        "" => vector.id.clone(),
        label => format!("{}[{label}]", vector.id),
    };
    let (peer, like) = (
        InProcess::new(Arc::clone(&subject.implementation)),
        subject.like,
    );
    let (judged, gate, choice) = (Arc::clone(judged), Arc::clone(gate), Arc::clone(choice));
    Trial::ignorable_test(name, move || {
        if let Some(why) = choice.left_out(&vector.id) {
            return Ok(Completion::ignored_with(why));
        }
        if left_out {
            return Ok(Completion::ignored_with(
                "it takes 1 GiB of memory; --include-ignored asks for it",
            ));
        }
        let _place =
            matches!(operation, Operation::Derive | Operation::Scrypt).then(|| gate.enter());
        let mut finding = find(&peer, vector, operation, like);
        if let Some(waivers) = &choice.waivers {
            // Whether a waiver is stale shows only over all findings.
            let _ = waivers.apply(std::slice::from_mut(&mut finding));
        }
        if finding.verdict.is_judged() {
            judged.fetch_add(1, Ordering::Relaxed);
        }
        completion(&finding)
    })
    .with_ignored_flag(vector.is_large() && asked_for)
}

/// Returns the finding about an implementation in this process.
pub(crate) fn find(peer: &InProcess, vector: &Vector, operation: Operation, like: Like) -> Finding {
    let outcome = client::interview(peer, vector, operation, like);
    let checks: &'static [Check<Context>] = client::checks(like);
    // Every vector is a check.
    let check = checks.iter().find(|check| check.id == vector.id);
    check.map_or_else(
        || unreachable!("`{}` is a vector and no check", vector.id),
        |check| Finding::new(check, like, outcome, Duration::ZERO),
    )
}

/// Returns a finding as the result of a test.
pub(super) fn completion(finding: &Finding) -> Result<Completion, Failed> {
    if let Some(completion) = waived(finding) {
        return Ok(completion);
    }
    match finding.verdict {
        Verdict::Pass | Verdict::Note | Verdict::Warn => Ok(Completion::Completed),
        Verdict::Fail | Verdict::Error => {
            let stage = finding.stage.map(|stage| format!(" (stage {stage})"));
            Err(Failed::from(format!(
                "observed: {}{}\nexpected: {} (clause {})\nabout: {}",
                finding.observed,
                stage.unwrap_or_default(),
                finding.expected,
                finding.clause,
                finding.remedy
            )))
        }
        Verdict::NotApplicable | Verdict::Disabled | Verdict::Blocked => unjudged(finding),
    }
}

/// Lets a limited number of holders continue at once.
struct Gate {
    free: Mutex<usize>,
    opened: Condvar,
}

struct Place<'a>(&'a Gate);

impl Gate {
    fn new(places: usize) -> Self {
        Self {
            free: Mutex::new(places),
            opened: Condvar::new(),
        }
    }

    fn enter(&self) -> Place<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self
                .opened
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.opened.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_selected_or_is_skipped_is_left_out() {
        let whole = ClientTests::default();
        assert_eq!(whole.choice.left_out("kdf.empty"), None);
        let tests = whole.only("kdf").skip("kdf.long", "takes too long");
        let left_out = |id| tests.choice.left_out(id);
        assert_eq!(left_out("kdf.empty"), None);
        assert_eq!(left_out("kdf.long"), Some("takes too long"));
        assert_eq!(left_out("open.healthy"), Some("not selected"));
    }
}
