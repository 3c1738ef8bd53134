//! The rig, driven by clients that do what the published ones do, and by clients that make one
//! mistake each.

mod by_hand;
mod client;
mod command;
mod divergences;
mod examples;
mod facts;
mod hostile;
#[path = "../support/left_to_ci.rs"]
mod left_to_ci;
#[path = "../support/missing.rs"]
mod missing;
mod mistake;
#[path = "../support/thorough.rs"]
mod thorough;
#[path = "../support/tools.rs"]
mod tools;

use client::{Published, act};
use left_to_ci::left_to_ci;
use libtest_mimic::{Arguments, Failed, Trial};
use mistake::Mistake;
use safe_conformance::Rig;
use safe_conformance::clients::Release;
use safe_conformance::engine::{Exit, Finding, Level, Verdict};
use safe_conformance::report::Report;
use safe_conformance::rig::{End, World};
use safe_conformance::safe::Client;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use thorough::is_thorough;
use tokio::runtime::Runtime;

/// How many tests run at once: some of them wait.
const AT_ONCE: usize = 4;

/// Outside CI, one mistake of so many is tried.
const SAMPLE: usize = 4;

fn main() -> ExitCode {
    if let Ok(client) = std::env::var(command::VARIABLE) {
        // Only the first call installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        return command::tests_of(&client);
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    // Only the first call installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut trials = vec![
        // It waits for half a minute, so it begins first.
        left_to_ci(Trial::ignorable_test("hostile", hostile::survives)),
        Trial::test("there_are_at_least_70_cases_and_40_mistakes", enough),
        Trial::test(
            "a_client_that_supports_nothing_is_not_judged",
            supports_nothing,
        ),
    ];
    for (published, name) in [
        (Published::Correct, "correct"),
        (Published::Android52, "android-5.2"),
        (Published::Android58, "android-5.8"),
        (Published::Android61, "android-6.1"),
        (Published::Android64, "android-6.4"),
        (Published::Ios70, "ios-7.0"),
        (Published::Ios71, "ios-7.1"),
        (Published::Ios72, "ios-7.2"),
        (Published::Desktop, "desktop"),
    ] {
        let name_of_test = format!("published/{name}");
        let test = Trial::test(name_of_test, move || {
            published_client(published, name);
            Ok(())
        });
        let is_correct = published == Published::Correct;
        trials.push(if is_correct { test } else { left_to_ci(test) });
    }
    for (at, mistake) in Mistake::ALL.iter().enumerate() {
        let test = Trial::test(format!("wrong/{mistake:?}"), || wrong(*mistake));
        let is_tried = at.is_multiple_of(SAMPLE);
        trials.push(if is_tried { test } else { left_to_ci(test) });
    }
    trials.push(Trial::test(
        "held_to_an_earlier_release_the_newest_deviates",
        newest_held_to_earlier,
    ));
    trials.push(Trial::test(
        "what_is_not_known_of_a_client_neither_fails_nor_excuses",
        not_known,
    ));
    trials.push(Trial::test(
        "a_recommendation_for_uploads_leaves_the_run_green",
        recommendation,
    ));
    trials.extend(examples::trials());
    trials.extend(by_hand::trials());
    trials.extend(command::trials());
    trials.push(left_to_ci(Trial::test("divergences", divergences::found)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime"))
}

/// One person for all runs: its keys take two derivations.
fn world() -> Arc<World> {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    Arc::clone(WORLD.get_or_init(|| Arc::new(World::new().expect("there is randomness"))))
}

/// A rig with its folder of records, which the second value removes. It is in memory where Linux
/// has such a folder: to use the inodes of thousands of removed files again is slow.
fn rig() -> (Rig, TempDir) {
    let memory = Path::new("/dev/shm");
    let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
    let folder = folder.expect("a temporary folder");
    let rig = Rig::new().acting_for(world()).keeping(folder.path());
    (rig, folder)
}

fn run(published: Published, mistake: Option<Mistake>, held_to: Option<Release>) -> Report {
    let (mut rig, _folder) = rig();
    if let Some(release) = held_to {
        rig = rig.held_to(release);
    }
    if let Some(mistake) = mistake {
        // Of the known answers on the wire, at most one adds something to a mistake.
        rig = if is_thorough() {
            without_vectors(rig).only(mistake.check())
        } else {
            around(rig, mistake.check())
        };
    }
    let running = rig.run(move |task| act(published, mistake, task));
    runtime().block_on(running).expect("it runs")
}

/// The check, and enough cases for checks that use earlier requests.
fn around(rig: Rig, check: &str) -> Rig {
    [
        check,
        "rig.test.healthy",
        "rig.test.redirect-other-host",
        "rig.test.redirect-other-port",
        "rig.test.redirect-plain",
        "rig.test.500",
        "rig.backup.first",
        "rig.backup.changed",
        "rig.restore.healthy",
        "rig.restore.tampered",
        "rig.delete.healthy",
        "rig.delete.500",
        "rig.password.old-kept",
    ]
    .into_iter()
    .fold(rig, Rig::only)
}

fn without_vectors(rig: Rig) -> Rig {
    let groups = [
        "contract", "test", "backup", "restore", "delete", "login", "tls", "password", "request",
        "hosts", "secret", "body",
    ];
    groups
        .into_iter()
        .fold(rig, |rig, group| rig.only(&format!("rig.{group}")))
}

/// The deviating findings, one per line, without the cases in which something was observed, because
/// they depend on the played cases.
fn deviations(report: &Report) -> Vec<String> {
    let wrong = |finding: &&Finding| {
        matches!(
            finding.verdict,
            Verdict::Fail | Verdict::Warn | Verdict::Error
        )
    };
    report
        .findings
        .iter()
        .filter(wrong)
        .map(|finding| {
            let observed = finding.observed.split(", in `rig.").next();
            let observed = observed.unwrap_or_default();
            format!(
                "{} {}: {}",
                finding.verdict,
                finding.id,
                without_ids(observed)
            )
        })
        .collect()
}

/// The text with `ID` in place of each backup ID or its visible part: each run invents a new
/// person.
fn without_ids(text: &str) -> String {
    const LEAST_DIGITS: usize = 24;
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits >= LEAST_DIGITS {
            out += "ID";
            rest = &rest[digits..];
        } else {
            // Too few digits stay, with the text after them.
            let length = digits.max(first.len_utf8());
            out += &rest[..length];
            rest = &rest[length..];
        }
    }
    out
}

fn enough() -> Result<(), Failed> {
    let cases = safe_conformance::suites::client::rig::cases().len();
    let alone = Mistake::ALL
        .iter()
        .filter(|mistake| is_caught_alone(**mistake));
    let alone = alone.count();
    if cases < 70 || alone < 40 {
        let all = Mistake::ALL.len();
        return Err(format!("{cases} cases, {all} mistakes, {alone} found by one check").into());
    }
    Ok(())
}

/// Whether, in a run of everything, only the check that names a mistake fails among those of level
/// Required.
fn is_caught_alone(mistake: Mistake) -> bool {
    let Ok(reviewed) = std::fs::read_to_string(snapshot_of(mistake)) else {
        return false;
    };
    let intended = format!("fail {}: ", mistake.check());
    let mut failed = reviewed.lines().filter(|line| line.starts_with("fail "));
    failed.all(|line| line.starts_with(&intended))
}

/// The file with the findings of a run of everything.
fn snapshot_of(mistake: Mistake) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/snapshots");
    folder.join(format!("rig__wrong_{mistake:?}.snap"))
}

fn supports_nothing() -> Result<(), Failed> {
    let running =
        without_vectors(Rig::new().acting_for(world())).run(|_| async { End::Unsupported });
    let report = runtime().block_on(running)?;
    let judged = report
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Required && finding.verdict.is_judged())
        .count();
    if judged > 0 || report.passed() {
        return Err(format!(
            "{judged} Required checks judged, passed: {}",
            report.passed()
        )
        .into());
    }
    Ok(())
}

/// What the rig finds in a published client that is compared with itself.
fn published_client(published: Published, name: &str) {
    let report = run(published, None, Some(published.release()));
    // For the known answers on the wire, it is enough that they differ.
    let (known, mut found): (Vec<_>, Vec<_>) = deviations(&report).into_iter().partition(|line| {
        [" rig.payload.", " rig.config.", " rig.read-backup."]
            .iter()
            .any(|known| line.contains(known))
    });
    if !known.is_empty() {
        let names: Vec<_> = known.iter().take(3).cloned().collect();
        found.push(format!(
            "known answers on the wire: {}, first {}",
            known.len(),
            names.join("; ")
        ));
    }
    let found = found.join("\n");
    insta::assert_snapshot!(
        format!("published_{}", name.replace(['-', '.'], "_")),
        found
    );
}

/// If an earlier release differs from the newest, the earlier behaviour counts: the status, the end
/// of a restore, what is restored.
fn newest_held_to_earlier() -> Result<(), Failed> {
    let differing = [
        "rig.backup.202",
        "rig.restore.203",
        "rig.payload.group-deleted",
        "rig.payload.release-nobody",
        "rig.test.healthy",
    ];
    let report = |published| {
        let rig = Rig::new().acting_for(world());
        let rig = rig.held_to(Release::named("android-5.8").expect("it is published"));
        let rig = differing.into_iter().fold(rig, Rig::only);
        let running = rig.run(move |task| act(published, None, task));
        runtime().block_on(running)
    };
    let of = |report: &Report, verdict| {
        let findings = report.findings.iter();
        let findings = findings.filter(|finding| finding.verdict == verdict);
        findings.map(|it| it.id.clone()).collect::<Vec<_>>()
    };
    let (newest, itself) = (report(Published::Android64)?, report(Published::Android58)?);
    let failed = of(&newest, Verdict::Fail);
    if failed.len() != 4 || failed.iter().any(|id| id == "rig.test.healthy") {
        return Err(format!("failed: {failed:?}").into());
    }
    if of(&itself, Verdict::Pass).len() < 5 || !of(&itself, Verdict::Fail).is_empty() {
        return Err(format!("{itself}").into());
    }
    Ok(())
}

/// Android takes a `config` that is not UTF-8; of iOS nobody knows, and Desktop reads none.
fn not_known() -> Result<(), Failed> {
    const CASE: &str = "rig.config.not-utf8";
    let judged = |like: Option<Release>| {
        let mut rig = Rig::new().acting_for(world());
        if let Some(like) = like {
            rig = rig.held_to(like);
        }
        let running = rig.only(CASE).run(move |task| async move {
            match task.action.as_str() {
                "test" => End::Failed,
                _ => End::Unsupported,
            }
        });
        let report = runtime().block_on(running)?;
        let mut findings = report.findings.into_iter();
        let finding = findings.find(|finding| finding.id == CASE);
        let finding = finding.ok_or("the case was not played")?;
        Ok::<_, Failed>((finding.verdict, finding.observed))
    };
    let newest = |client| Some(Release::newest(client));
    let expected = [
        (None, Verdict::NotApplicable, "what iOS does is not known"),
        (newest(Client::Android), Verdict::Fail, "reported failure"),
        (
            newest(Client::Ios),
            Verdict::NotApplicable,
            "what iOS does is not known",
        ),
        (
            newest(Client::Desktop),
            Verdict::NotApplicable,
            "Desktop never does this",
        ),
    ];
    for (like, verdict, words) in expected {
        let found = judged(like)?;
        if found.0 != verdict || !found.1.contains(words) {
            return Err(format!("as {like:?}: {found:?}").into());
        }
    }
    Ok(())
}

/// Desktop, for which a Recommended deviation counts, uploads nothing.
fn recommendation() -> Result<(), Failed> {
    let report = run(Published::Correct, Some(Mistake::CompressedGzip), None);
    if report.exit != Exit::Deviates {
        return Ok(());
    }
    Err(deviations(&report).join("\n").into())
}

/// The check that names a mistake catches it.
fn wrong(mistake: Mistake) -> Result<(), Failed> {
    let report = run(Published::Correct, Some(mistake), None);
    let caught = report.findings.iter().any(|finding| {
        finding.id == mistake.check() && matches!(finding.verdict, Verdict::Fail | Verdict::Warn)
    });
    let mut others = deviations(&report);
    if mistake == Mistake::Impatient {
        // A busy machine lets this client give up elsewhere, too, but not twice at the same place.
        let again = deviations(&run(Published::Correct, Some(mistake), None));
        others.retain(|line| again.contains(line));
    }
    let others = others.join("\n");
    if !caught {
        return Err(format!("`{}` did not catch it; found:\n{others}", mistake.check()).into());
    }
    if is_thorough() {
        insta::assert_snapshot!(format!("wrong_{mistake:?}"), others);
        return Ok(());
    }
    // The findings about the played cases are the same as in a run of everything.
    let snapshot = std::fs::read_to_string(snapshot_of(mistake))?;
    let reviewed = snapshot.splitn(3, "---\n").nth(2).unwrap_or_default();
    let played = |line: &&str| {
        report.findings.iter().any(|finding| {
            finding.verdict.is_judged() && line.contains(&format!(" {}: ", finding.id))
        })
    };
    let reviewed: Vec<_> = reviewed.lines().filter(played).collect();
    if others.lines().eq(reviewed.iter().copied()) {
        Ok(())
    } else {
        Err(format!("reviewed:\n{}\nfound:\n{others}", reviewed.join("\n")).into())
    }
}
