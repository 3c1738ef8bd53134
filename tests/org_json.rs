//! The real `org.json` of Android against ours: thousands of generated documents, and every
//! accessor on every value. And Java's `GZIPInputStream` against ours.
//!
//! It needs a Java that compiles (Debian's `default-jdk-headless`) and Debian's
//! `libandroid-json-java`; where they are missing it is skipped, unless `SAFE_REQUIRE_REAL_SERVERS`
//! is `1`. `ORG_JSON_JAR` names the archive where it is elsewhere.

#[path = "support/document_keys.rs"]
mod document_keys;
#[path = "org_json/documents.rs"]
mod documents;
#[path = "support/missing.rs"]
mod missing;
#[path = "org_json/ours.rs"]
mod ours;
#[path = "support/thorough.rs"]
mod thorough;

use data_encoding::HEXLOWER;
use documents::{ASKED, any_document, any_gzip};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, FileFailurePersistence, TestError, TestRunner};
use safe_conformance::clients::gzip::Unpacker;
use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::LazyLock;
use thorough::in_full_or;

/// Java's options for programs that run for seconds.
const QUICK: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/// The largest number of inputs in a case of proptest: with the 256 cases of CI, there are about
/// four thousand inputs.
const INPUTS_A_CASE: usize = 32;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/org_json/OrgJson.java");

/// Where it is compiled to.
const CLASSES: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/org_json");

/// The result of compiling it, once for all tests.
static COMPILED: LazyLock<Result<(), String>> = LazyLock::new(compile);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("generated documents", || with_java(documents)),
        Trial::ignorable_test("generated gzips", || with_java(gzips)),
        Trial::ignorable_test("a difference is found", || with_java(difference)),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a test with the real one, or says what is missing.
fn with_java(test: impl FnOnce(Java) -> Result<(), Failed>) -> Result<Completion, Failed> {
    match Java::start() {
        Ok(java) => test(java).map(|()| Completion::Completed),
        Err(why) => missing::skipped(why),
    }
}

fn documents(java: Java) -> Result<(), Failed> {
    compare(
        java,
        any_document(),
        |java, document| java.answer(&HEXLOWER.encode(document)),
        |document| ours::answer(document, ASKED),
    )
}

fn gzips(java: Java) -> Result<(), Failed> {
    let ours = |packed: &[u8]| match Unpacker::Java.unpack(packed, 1 << 20) {
        _ if depends_on_release(packed) => "depends on the release".to_owned(),
        Ok(unpacked) => HEXLOWER.encode(&unpacked),
        Err(_) => "refused".to_owned(),
    };
    let real = |java: &mut Java, packed: &[u8]| {
        if depends_on_release(packed) {
            return "depends on the release".to_owned();
        }
        java.answer(&format!("g{}", HEXLOWER.encode(packed)))
    };
    compare(java, any_gzip(), real, ours)
}

/// Whether an incomplete member at the end has only just begun: older releases of Java ignore it.
fn depends_on_release(packed: &[u8]) -> bool {
    let is_good = |length: usize| Unpacker::Java.unpack(&packed[..length], 1 << 20).is_ok();
    let shorter = |less: usize| packed.len().checked_sub(less).is_some_and(is_good);
    !is_good(packed.len()) && (10..=18).any(shorter)
}

/// Asks both the same, and asserts that the answers are equal.
fn compare(
    java: Java,
    inputs: impl Strategy<Value = Vec<u8>>,
    real: impl Fn(&mut Java, &[u8]) -> String,
    ours: impl Fn(&[u8]) -> String,
) -> Result<(), Failed> {
    let java = RefCell::new(java);
    let regressions = FileFailurePersistence::WithSource("regressions");
    let mut runner = TestRunner::new(Config {
        failure_persistence: Some(Box::new(regressions)),
        source_file: Some(file!()),
        cases: in_full_or(256, 48),
        ..Config::default()
    });
    let inputs = proptest::collection::vec(inputs, 1..=INPUTS_A_CASE);
    let outcome = runner.run(&inputs, |inputs| {
        let mut java = java.borrow_mut();
        for input in inputs {
            let (real, ours) = (real(&mut java, &input), ours(&input));
            proptest::prop_assert!(
                real == ours,
                "{}\nof: {}",
                where_they_part(&real, &ours),
                input.escape_ascii()
            );
        }
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => {
            Err(Failed::from(reason.to_string()))
        }
    }
}

/// Both answers, starting shortly before the first difference.
fn where_they_part(real: &str, ours: &str) -> String {
    let same = real
        .bytes()
        .zip(ours.bytes())
        .take_while(|(real, ours)| real == ours);
    let from = same.count().saturating_sub(60);
    let part = |answer: &str| answer.chars().skip(from).take(160).collect::<String>();
    format!("really: …{}\nours:   …{}", part(real), part(ours))
}

/// The comparison can fail: JSON's strict reader answers differently.
#[expect(clippy::unnecessary_wraps, reason = "as the other test")]
fn difference(mut java: Java) -> Result<(), Failed> {
    let lenient = br#"{"version":010}"#;
    assert!(serde_json::from_slice::<serde_json::Value>(lenient).is_err());
    let real = java.reading_of(lenient);
    assert!(real.starts_with("{\"version\"=I8("), "{real}");
    assert_ne!(real, ours::answer(br#"{"version":10}"#, ASKED));
    assert_ne!(
        java.reading_of(br#"{"deleted":"yes"}"#),
        java.reading_of(br#"{"deleted":"true"}"#)
    );
    Ok(())
}

/// The real one, in its own process.
struct Java {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Java {
    fn start() -> Result<Self, String> {
        let jar = jar().ok_or(
            "Debian's libandroid-json-java is not installed (ORG_JSON_JAR names it elsewhere)",
        )?;
        COMPILED.clone()?;
        let mut child = Command::new("java")
            .args(QUICK)
            .arg("-cp")
            .arg(format!("{}:{CLASSES}", jar.display()))
            .arg("OrgJson")
            .args(ASKED)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("java does not start: {error}"))?;
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Ok(Self {
            child,
            input,
            output,
        })
    }

    fn reading_of(&mut self, document: &[u8]) -> String {
        self.answer(&HEXLOWER.encode(document))
    }

    fn answer(&mut self, question: &str) -> String {
        writeln!(self.input, "{question}").expect("Java listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("Java answers");
        assert!(line.ends_with('\n'), "Java has died of {question}");
        line.truncate(line.len() - 1);
        line
    }
}

impl Drop for Java {
    fn drop(&mut self) {
        // It may have died already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn compile() -> Result<(), String> {
    let mut javac = Command::new("javac");
    javac.args(QUICK.map(|option| format!("-J{option}")));
    javac.arg("-cp").args(jar());
    let compiled = javac.args(["-d", CLASSES, SOURCE]).output();
    let compiled = compiled
        .map_err(|_| "no javac: Debian's default-jdk-headless is not installed".to_owned())?;
    let said = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{said}");
    Ok(())
}

fn jar() -> Option<PathBuf> {
    let named = std::env::var_os("ORG_JSON_JAR").map(PathBuf::from);
    let usual = || Path::new("/usr/share/java/com.android.json.jar").to_owned();
    Some(named.unwrap_or_else(usual)).filter(|jar| jar.is_file())
}
