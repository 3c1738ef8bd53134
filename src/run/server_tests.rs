//! The suite as tests of `cargo test`, one per check and variant, for authors of servers.

use super::environment::Access;
use super::libtest::{failed, refused, say, waited_for};
use super::unjudged::{is_under_nextest, unjudged, waived};
use crate::engine::waiver::Waivers;
use crate::engine::{Finding, Level, Verdict};
use crate::reference;
use crate::run::Checkup;
use crate::suites::server;
use crate::wire::{Login, Pace, PaceChoice, Secret, Target};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::collections::BTreeMap;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The findings of one run, by name.
type Findings = BTreeMap<String, Finding>;

/// Runs the suite as tests: against the server that `SAFE_TARGET` names (with `SAFE_SERVER_USER`
/// and so on), or the embedded one when it is unset. `SAFE_REQUIRE_LIVE=1` makes an unset target
/// fail.
///
/// A Required check that applies and could not be judged fails, unless `SAFE_ALLOW_UNJUDGED=1`.
/// What waits for a check that failed is ignored. Under nextest, which cannot ignore a test that
/// runs already, it passes.
///
/// This is the whole of a test target with `harness = false`:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     safe_conformance::live_tests()
/// }
/// ```
pub fn live_tests() -> ExitCode {
    run_as_tests(Source::Environment)
}

/// The suite as tests of one server that the test target has started or knows.
///
/// This is the whole of a test target with `harness = false`:
///
/// ```no_run
/// use safe_conformance::{ServerTests, Target};
///
/// fn main() -> std::process::ExitCode {
///     let url = "http://localhost:8080/safe"; // the server that this test starts
///     let target = Target::parse(url).expect("a URL").basic("alice", "secret");
///     ServerTests::new(target).run()
/// }
/// ```
pub struct ServerTests {
    checkup: Checkup,
}

impl ServerTests {
    /// Returns every check, against this server.
    pub fn new(target: Target) -> Self {
        Self {
            checkup: Checkup::new(target),
        }
    }

    /// Runs only what matches; the other tests are ignored.
    #[must_use]
    pub fn only(mut self, pattern: &str) -> Self {
        self.checkup = self.checkup.only(pattern);
        self
    }

    /// Leaves out what matches: these tests are ignored and show `why`.
    #[must_use]
    pub fn skip(mut self, pattern: &str, why: &str) -> Self {
        self.checkup = self.checkup.skip(pattern, why);
        self
    }

    /// Accepts the deviations that waivers name.
    #[must_use]
    pub fn waiving(mut self, waivers: Waivers) -> Self {
        self.checkup = self.checkup.waiving(waivers);
        self
    }

    /// Runs the tests with the arguments of the process, and waits until they have ended.
    pub fn run(self) -> ExitCode {
        run_as_tests(Source::Given(Box::new(Mutex::new(Some(self.checkup)))))
    }
}

/// For a run with a pace, a largest upload or other other settings.
///
/// ```no_run
/// use safe_conformance::{Checkup, ServerTests, Target};
///
/// fn main() -> std::process::ExitCode {
///     let target = Target::parse("http://localhost:8080/safe").expect("a URL");
///     let checkup = Checkup::new(target).max_upload(1024 * 1024);
///     ServerTests::from(checkup).run()
/// }
/// ```
impl From<Checkup> for ServerTests {
    fn from(checkup: Checkup) -> Self {
        Self { checkup }
    }
}

/// The source of the server to test.
enum Source {
    Environment,
    /// The run has taken it.
    Given(Box<Mutex<Option<Checkup>>>),
}

fn run_as_tests(source: Source) -> ExitCode {
    let arguments = Arguments::from_args();
    let source = Arc::new(source);
    let findings: Arc<OnceLock<Result<Findings, String>>> = Arc::default();
    let mut trials = Vec::new();
    for check in server::checks() {
        for facet in check.variants {
            let name = check.name_of(*facet);
            let (findings, source) = (Arc::clone(&findings), Arc::clone(&source));
            let wanted = name.clone();
            trials.push(Trial::ignorable_test(name, move || {
                let findings = findings
                    .get_or_init(|| findings_of_this_run(&source))
                    .as_ref()
                    .map_err(|error| failed(std::slice::from_ref(error)))?;
                let finding = findings
                    .get(&wanted)
                    .ok_or_else(|| failed(&[format!("the run has no finding for `{wanted}`")]))?;
                judged(finding)
            }));
        }
    }
    let listing = arguments.list;
    let conclusion = libtest_mimic::run(&arguments, trials);
    let judged_nothing = conclusion.num_passed + conclusion.num_failed == 0 && !listing;
    // Under nextest a process runs one test, and a test that does not apply is no failure.
    if judged_nothing && !is_under_nextest() && could_not_go_on(&findings) {
        return refused("nothing was judged: the run could not be carried out");
    }
    conclusion.exit_code()
}

/// Returns whether the run could not continue: it failed, or one of its checks failed or was in
/// error.
fn could_not_go_on(findings: &OnceLock<Result<Findings, String>>) -> bool {
    match findings.get() {
        Some(Ok(findings)) => findings
            .values()
            .any(|it| it.verdict == Verdict::Error || it.counts_from(Level::Required)),
        Some(Err(_)) => true,
        None => false,
    }
}

/// Returns a finding as a result of libtest.
fn judged(finding: &Finding) -> Result<Completion, Failed> {
    if let Some(completion) = waived(finding) {
        return Ok(completion);
    }
    match finding.verdict {
        Verdict::Pass => Ok(Completion::Completed),
        Verdict::Note | Verdict::Warn if !finding.counts_from(Level::Required) => {
            let (verdict, name) = (finding.verdict, finding.name());
            say(&format!("{verdict}: {name}: {}", finding.observed));
            Ok(Completion::Completed)
        }
        // What breaks Desktop alone is a warning, and counts all the same.
        Verdict::Fail | Verdict::Note | Verdict::Warn => Err(failed(&[
            format!("observed: {}", finding.observed),
            format!("expected: {} (clause {})", finding.expected, finding.clause),
            format!("affects: {}", finding.affects()),
            format!("fix: {}", finding.remedy),
        ])),
        Verdict::Error => Err(failed(&[format!(
            "could not be carried out: {}",
            finding.observed
        )])),
        Verdict::NotApplicable | Verdict::Disabled | Verdict::Blocked => unjudged(finding),
    }
}

/// Returns the findings of the run that another process of the same nextest run has made, or makes
/// that run now.
fn findings_of_this_run(source: &Source) -> Result<Findings, String> {
    // nextest starts a process for each test: the first process runs the suite, the others read its
    // findings.
    match std::env::var("NEXTEST_RUN_ID") {
        Ok(run) => shared(&run, source),
        Err(_) => run_suite(source),
    }
}

fn shared(run: &str, source: &Source) -> Result<Findings, String> {
    // Each test target has its own server.
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    let safe: String = format!("{run}-{program}")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let path = folder()?.join(format!("{safe}.json"));
    let cannot = |what: &str, error: std::io::Error| {
        format!("{}: cannot be {what}: {error}", path.display())
    };
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&path)
        .map_err(|error| cannot("opened", error))?;
    file.lock().map_err(|error| cannot("locked", error))?;
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|error| cannot("read", error))?;
    if !text.is_empty() {
        return serde_json::from_str(&text)
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    forget_old_runs(path.parent());
    let findings = run_suite(source);
    let text = serde_json::to_string(&findings).map_err(|error| error.to_string())?;
    file.rewind()
        .and_then(|()| file.write_all(text.as_bytes()))
        .map_err(|error| cannot("written", error))?;
    findings
}

/// Removes what earlier runs left days ago, so that the folder does not grow without limit.
fn forget_old_runs(folder: Option<&std::path::Path>) {
    const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .map(|then| then.elapsed());
        if matches!(age, Ok(Ok(age)) if age > DAY) {
            // Another run may have removed it already.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Returns a folder that nobody else can write: in the target folder if it exists, otherwise among
/// the temporary files.
fn folder() -> Result<PathBuf, String> {
    let base =
        std::env::var_os("CARGO_TARGET_TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let user = std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .unwrap_or_default();
    let user: String = user.chars().filter(char::is_ascii_alphanumeric).collect();
    let folder = base.join(format!("safe-conformance-nextest-{user}"));
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn run_suite(source: &Source) -> Result<Findings, String> {
    waited_for(|| async {
        let (checkup, running) = match source {
            Source::Environment => {
                let (target, running) = target().await?;
                let mut checkup = Checkup::new(target);
                // No limit of a real server has to be respected.
                if running.is_some() {
                    checkup = checkup.pace(Pace::new(PaceChoice::Fast));
                }
                (checkup, running)
            }
            Source::Given(checkup) => {
                let mut checkup = checkup.lock().unwrap_or_else(PoisonError::into_inner);
                let checkup = checkup.take().ok_or("the run was made already")?;
                (checkup, None)
            }
        };
        let report = checkup.run().await.map_err(|error| error.to_string())?;
        if let Some(running) = running {
            running.stop().await;
        }
        Ok(report
            .findings
            .into_iter()
            .map(|finding| (finding.name(), finding))
            .collect())
    })?
}

async fn target() -> Result<(Target, Option<reference::Running>), String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Ok(url) = std::env::var("SAFE_TARGET") else {
        if variable("SAFE_REQUIRE_LIVE").is_some_and(|value| value != "0") {
            return Err(
                "SAFE_REQUIRE_LIVE is set and SAFE_TARGET is not: name the server to test"
                    .to_owned(),
            );
        }
        let options = reference::Options::default();
        let login = options.login.clone();
        let running = reference::start(options)
            .await
            .map_err(|error| error.to_string())?;
        return Ok((target_of(&running, &login)?, Some(running)));
    };
    if url.trim().is_empty() {
        return Err("SAFE_TARGET is empty; set it to the URL of a server, or unset it to test the embedded one".to_owned());
    }
    let target = Access::default()
        .target(&url, true)
        .map_err(|error| error.to_string())?;
    Ok((target, None))
}

/// Returns the embedded server as a target.
pub(crate) fn target_of(
    running: &reference::Running,
    login: &reference::Login,
) -> Result<Target, String> {
    let mut target = Target::parse(running.base_url()).map_err(|error| error.to_string())?;
    target.embedded = true;
    target.login = match login {
        reference::Login::Open => Login::Open,
        reference::Login::Basic { user, password } => Login::Basic {
            user: user.clone(),
            password: Secret::new(password.clone()),
        },
        reference::Login::Token(token) => Login::Token(Secret::new(token.clone())),
    };
    target
        .roots
        .extend(running.root_certificate().map(str::to_owned));
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Deviation, Outcome};
    use std::time::Duration;

    #[test]
    fn a_deviation_fails_its_test_unless_it_is_waived() {
        let check = server::checks().find(|check| check.id == "upload.accepted");
        let check = check.expect("a check");
        let outcome = Outcome::Deviates(Deviation::new(crate::safe::Stage::Http, "answers 507"));
        let finding = Finding::new(check, check.variants[0], outcome, Duration::ZERO);
        assert!(judged(&finding).is_err());
        for (observed, is_excused) in [("answers 507", true), ("answers 413", false)] {
            let text = format!(
                "[[waiver]]\ncheck = \"upload.accepted\"\nreason = \"a small disk\"\nuntil = \"2999-01-01\"\nobserved = \"{observed}\"\n"
            );
            let waivers = Waivers::parse(&text, server::is_known).expect("waivers");
            let mut findings = [finding.clone()];
            waivers.apply(&mut findings);
            assert_eq!(judged(&findings[0]).is_ok(), is_excused, "{observed}");
        }
    }

    #[test]
    fn a_warning_fails_its_test_if_it_counts_for_the_exit_code() {
        for (id, passes) in [("desktop.head", false), ("tls.version-1-2", true)] {
            let check = server::checks().find(|check| check.id == id);
            let check = check.expect("a check");
            let outcome = Outcome::deviates(crate::safe::Stage::Http, "answers 405");
            let finding = Finding::new(check, check.variants[0], outcome, Duration::ZERO);
            assert_eq!(finding.verdict, Verdict::Warn, "{id}");
            assert_eq!(judged(&finding).is_ok(), passes, "{id}");
        }
    }
}
