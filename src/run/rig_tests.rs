//! The rig as tests of `cargo test`, one per case, for authors of clients in Rust.

use super::implementation_tests::completion_about;
use super::libtest::{failed, refused, waited_for};
use super::rig::{JOBS, Rig};
use crate::engine::{Finding, Pattern, Selection};
use crate::rig::{End, Task};
use crate::suites::client::{Like, rig};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

/// What helps with a failed case.
const ALONE: &str = "run this test alone by its name; `Rig::new().only(…).keeping(FOLDER)` keeps the requests of its case in `exchanges.txt`";

/// The findings of one run of all selected cases.
type Findings = Arc<OnceLock<Result<Vec<Finding>, String>>>;

/// Runs a client, a function of a [`Task`], through every case of the rig: one test per case and
/// per check of what was sent, named by ID. Where the published clients differ, any of them will
/// do.
///
/// This is the whole of a test target with `harness = false`:
///
/// ```no_run
/// # mod my_client {
/// #     pub async fn backup(_: &str, _: &str, _: &str) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// use safe_conformance::rig::{Action, End};
///
/// fn main() -> std::process::ExitCode {
///     safe_conformance::rig_tests(|task| async move {
///         match task.known_action() {
///             Some(Action::Backup) => {
///                 my_client::backup(&task.url, &task.threema_id, &task.password).await.into()
///             }
///             _ => End::Unsupported,
///         }
///     })
/// }
/// ```
pub fn rig_tests<F, Fut>(client: F) -> ExitCode
where
    F: Fn(Task) -> Fut + Send + Sync + 'static,
    Fut: Future + Send + 'static,
    Fut::Output: Into<End>,
{
    let arguments = Arguments::from_args();
    let findings = Findings::default();
    let mut trials: Vec<_> = rig::checks(Like::Anyone)
        .iter()
        .map(|check| trial(check.id, &findings))
        .collect();
    trials.retain(|trial| !arguments.is_filtered_out(trial));
    if !arguments.list && !trials.is_empty() {
        let only = trials.iter().map(|trial| Pattern::new(trial.name()));
        let only = only.collect();
        let found = run(client, only);
        if let Ok(found) = &found
            && supports_nothing(found)
        {
            return refused("nothing was judged: the client supports nothing of what was asked");
        }
        // Only this code sets it.
        let _ = findings.set(found);
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Returns whether none of the cases was judged. The case of an unknown action does not count.
fn supports_nothing(found: &[Finding]) -> bool {
    let mut cases = found
        .iter()
        .filter(|finding| finding.id != rig::UNSUPPORTED)
        .peekable();
    cases.peek().is_some() && !cases.any(|finding| finding.verdict.is_judged())
}

fn trial(id: &'static str, findings: &Findings) -> Trial {
    let findings = Arc::clone(findings);
    Trial::ignorable_test(id, move || match findings.get() {
        Some(Ok(findings)) => match findings.iter().find(|finding| finding.id == id) {
            Some(finding) => completion_about(finding, ALONE),
            None => Err(failed(&[format!("the run has no finding for `{id}`")])),
        },
        Some(Err(error)) => Err(failed(std::slice::from_ref(error))),
        None => Err(failed(&["the rig was not run".to_owned()])),
    })
}

fn run<F, Fut>(client: F, only: Vec<Pattern>) -> Result<Vec<Finding>, String>
where
    F: Fn(Task) -> Fut + Send + Sync + 'static,
    Fut: Future + Send + 'static,
    Fut::Output: Into<End>,
{
    let selection = Selection {
        only,
        ..Selection::default()
    };
    // A client that blocks its thread must not block the rig.
    let workers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(JOBS)
        .enable_all()
        .build()
        .map_err(|error| format!("failed to start the asynchronous runtime: {error}"))?;
    let (handle, client) = (workers.handle().clone(), Arc::new(client));
    let elsewhere = move |task| {
        let client = Arc::clone(&client);
        let acting = handle.spawn(async move { client(task).await.into() });
        async move {
            let ended: Result<End, _> = acting.await;
            ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
        }
    };
    let report = waited_for(|| Rig::new().selecting(selection).run(elsewhere));
    workers.shutdown_background();
    report?
        .map(|report| report.findings)
        .map_err(|error| error.to_string())
}
