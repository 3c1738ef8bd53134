//! The vectors as tests of `cargo test`, one per vector, for authors of clients in Rust.

use super::libtest::{failed, ignored, refused};
use super::unjudged::{is_under_nextest, unjudged, waived};
use crate::adapter::{Implementation, InProcess, Operation};
use crate::engine::waiver::Waivers;
use crate::engine::{Check, Finding, Selection, Verdict};
use crate::suites::client::{self, Context, Like};
use crate::vectors::{self, File, Vector};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many derivations run at once: each needs 64 MiB, so together they need at most 256 MiB.
const DERIVATIONS: usize = 3;

/// How long an answer may take: a derivation without optimisation takes many seconds.
const ANSWER: Duration = Duration::from_secs(120);

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
///
/// ```no_run
/// use safe_conformance::safe::Client;
/// use safe_conformance::{ClientTests, Like};
///
/// # struct Reader;
/// # impl safe_conformance::adapter::Implementation for Reader {
/// #     fn hello(&self) -> safe_conformance::adapter::Hello {
/// #         safe_conformance::adapter::Hello::new("reader", "1.0", &[])
/// #     }
/// # }
/// fn main() -> std::process::ExitCode {
///     ClientTests::default()
///         .and("", Reader, Like::Client(Client::Android))
///         .only("envelope")
///         .run()
/// }
/// ```
#[derive(Default)]
pub struct ClientTests {
    subjects: Vec<Subject>,
    selection: Selection,
    waivers: Option<Waivers>,
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
        self.selection.choose(pattern);
        self
    }

    /// Leaves out what matches: such tests are ignored, and say `why`.
    #[must_use]
    pub fn skip(mut self, pattern: &str, why: &str) -> Self {
        self.selection.leave_out(pattern, why);
        self
    }

    /// Accepts deviations.
    #[must_use]
    pub fn waiving(mut self, waivers: Waivers) -> Self {
        self.waivers = Some(waivers);
        self
    }

    /// Runs the tests with the arguments of the process.
    ///
    /// A run in which nothing was judged fails, unless it only lists.
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let every_vector = || vectors::all().iter().flat_map(File::vectors);
        let ids: Vec<_> = every_vector().map(|(_, vector)| &*vector.id).collect();
        if let Err(error) = self.selection.verify(&ids) {
            return refused(&error.to_string());
        }
        let asked_for = arguments.ignored || arguments.include_ignored;
        let judging = Arc::new(Judging {
            selection: self.selection,
            waivers: self.waivers,
            large_too: asked_for,
            judged: AtomicUsize::new(0),
            gate: Gate::new(DERIVATIONS),
        });
        let mut trials = Vec::new();
        for subject in &self.subjects {
            let hello = subject.implementation.hello();
            if let Some(strange) = hello
                .operations
                .iter()
                .find(|name| Operation::named(name).is_none())
            {
                return refused(&format!(
                    "`{}` names the unknown operation `{strange}`",
                    hello.name
                ));
            }
            for (group, vector) in every_vector() {
                if hello.has(group.operation) {
                    trials.push(trial(subject, group.operation, vector, &judging));
                }
            }
        }
        if trials.is_empty() {
            return refused("no implementation has any operation");
        }
        let selected = trials.iter().any(|trial| !arguments.is_filtered_out(trial));
        let conclusion = libtest_mimic::run(&arguments, trials);
        // Under nextest a process runs one test, and a test that is left out is no failure.
        let alone = arguments.list || is_under_nextest();
        if selected && !alone && judging.judged.load(Ordering::Relaxed) == 0 {
            return refused("nothing was judged: every vector was ignored");
        }
        conclusion.exit_code()
    }
}

fn trial(
    subject: &Subject,
    operation: Operation,
    vector: &'static Vector,
    judging: &Arc<Judging>,
) -> Trial {
    let name = match subject.label {
        "" => vector.id.clone(),
        label => format!("{}[{label}]", vector.id),
    };
    let mut peer = InProcess::new(Arc::clone(&subject.implementation));
    // What takes 1 GiB takes long.
    if !vector.is_large() {
        peer = peer.within(ANSWER);
    }
    let (judging, like) = (Arc::clone(judging), subject.like);
    let shows_as_ignored = vector.is_large() && judging.large_too;
    let test = move || judging.completion(&peer, vector, operation, like);
    Trial::ignorable_test(name, test).with_ignored_flag(shows_as_ignored)
}

/// What the tests of a run share.
struct Judging {
    selection: Selection,
    waivers: Option<Waivers>,
    /// Whether the person asked for the vectors that need 1 GiB.
    large_too: bool,
    /// How many vectors were judged.
    judged: AtomicUsize,
    gate: Gate,
}

impl Judging {
    /// Returns why a vector is left out; `None` if it is judged.
    fn left_out(&self, vector: &Vector) -> Option<&str> {
        if !self.selection.wants(&vector.id) {
            return Some("not selected");
        }
        let large = vector.is_large() && !self.large_too;
        let too_large = "it takes 1 GiB of memory; use --include-ignored to run it";
        self.selection
            .skips(&vector.id)
            .or(large.then_some(too_large))
    }

    /// Asks the implementation, and returns the end of the vector's test.
    fn completion(
        &self,
        peer: &InProcess,
        vector: &Vector,
        operation: Operation,
        like: Like,
    ) -> Result<Completion, Failed> {
        if let Some(why) = self.left_out(vector) {
            return Ok(ignored(why));
        }
        let derives = matches!(operation, Operation::Derive | Operation::Scrypt);
        let _place = derives.then(|| self.gate.enter());
        let mut finding = find(peer, vector, operation, like);
        if let Some(waivers) = &self.waivers {
            // Whether a waiver is stale shows only over all findings.
            let _ = waivers.apply(std::slice::from_mut(&mut finding));
        }
        if finding.verdict.is_judged() {
            self.judged.fetch_add(1, Ordering::Relaxed);
        }
        completion(&finding)
    }
}

/// Returns the finding about an implementation in this process.
pub(crate) fn find(peer: &InProcess, vector: &Vector, operation: Operation, like: Like) -> Finding {
    let outcome = client::interview(peer, vector, operation, like);
    let checks: &'static [Check<Context>] = client::checks(like);
    // Every vector is a check.
    let check = checks.iter().find(|check| check.id == vector.id);
    check.map_or_else(
        || unreachable!("`{}` is a vector, not a check", vector.id),
        |check| Finding::new(check, like, outcome, Duration::ZERO),
    )
}

/// Returns a finding as the result of a test.
fn completion(finding: &Finding) -> Result<Completion, Failed> {
    completion_about(finding, &finding.remedy)
}

/// Returns a finding as the result of a test; `about` is what helps if it failed.
pub(super) fn completion_about(finding: &Finding, about: &str) -> Result<Completion, Failed> {
    if let Some(completion) = waived(finding) {
        return Ok(completion);
    }
    match finding.verdict {
        Verdict::Pass | Verdict::Note | Verdict::Warn => Ok(Completion::Completed),
        Verdict::Fail | Verdict::Error => {
            let stage = finding.stage.map(|stage| format!(" (stage {stage})"));
            Err(failed(&[
                format!(
                    "observed: {}{}",
                    finding.observed,
                    stage.unwrap_or_default()
                ),
                format!("expected: {} (clause {})", finding.expected, finding.clause),
                format!("about: {about}"),
            ]))
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
    use crate::adapter::{Answer, Config, Hello, ParseConfig, Refusal};
    use crate::safe::Stage;

    /// Refuses everything.
    struct Refuses;

    impl Implementation for Refuses {
        fn hello(&self) -> Hello {
            Hello::new("refuses", "1", &[Operation::ParseConfig])
        }

        fn parse_config(&self, _: ParseConfig) -> Answer<Config> {
            Err(Refusal::at(Stage::Json, "no"))
        }
    }

    /// Returns how the test of a vector ends, and how many were judged.
    fn end(tests: ClientTests, id: &str) -> (Result<Completion, Failed>, usize) {
        let judging = Judging {
            selection: tests.selection,
            waivers: tests.waivers,
            large_too: false,
            judged: AtomicUsize::new(0),
            gate: Gate::new(1),
        };
        let mut all = vectors::all().iter().flat_map(File::vectors);
        let (group, vector) = all.find(|(_, vector)| vector.id == id).expect("a vector");
        let peer = InProcess::new(Arc::new(Refuses));
        let ended = judging.completion(&peer, vector, group.operation, Like::Anyone);
        (ended, judging.judged.into_inner())
    }

    const VALID: &str = "config.plain";

    #[test]
    fn what_is_not_selected_or_is_skipped_is_not_judged() {
        let (ended, judged) = end(ClientTests::default(), VALID);
        assert!(ended.is_err() && judged == 1);
        for tests in [
            ClientTests::default().only("kdf"),
            ClientTests::default().skip("config", "not there yet"),
            ClientTests::default().only("config").skip(VALID, "later"),
        ] {
            let (ended, judged) = end(tests, VALID);
            assert!(ended.is_ok() && judged == 0);
        }
        let (ended, judged) = end(ClientTests::default().only("config"), VALID);
        assert!(ended.is_err() && judged == 1);
    }

    #[test]
    fn a_waived_deviation_fails_no_test() {
        for (observed, is_excused) in [("refused at `json`", true), ("refused at `auth`", false)] {
            let text = format!(
                "[[waiver]]\ncheck = \"{VALID}\"\nreason = \"ticket 1\"\nuntil = \"2999-01-01\"\nobserved = \"{observed}\"\n"
            );
            let waivers = Waivers::parse(&text, |_| true).expect("waivers");
            let (ended, judged) = end(ClientTests::default().waiving(waivers), VALID);
            assert_eq!(ended.is_ok(), is_excused, "{observed}");
            assert_eq!(judged, 1);
        }
    }
}
