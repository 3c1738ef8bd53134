//! The known-answer vectors against the protocol core and the clients' config readers: one test per vector, named by its ID.

#[path = "vectors/config.rs"]
mod config;
#[path = "vectors/envelope.rs"]
mod envelope;
#[path = "vectors/format.rs"]
mod format;
#[path = "vectors/judge.rs"]
mod judge;
#[path = "vectors/kdf.rs"]
mod kdf;
#[path = "vectors/secretbox.rs"]
mod secretbox;

use format::{File, Operation, Vector};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The subjects whose vectors run here. The others ask for what the core does not model yet.
const SUBJECTS: [&str; 4] = ["kdf", "secretbox", "envelope", "config"];

/// The version of the format that [`format`] reads.
const FORMAT_VERSION: u64 = 1;

/// Vectors that are left out unless `--include-ignored` or `--ignored` asks for them, and why.
const LEFT_OUT: &[(&str, &str)] = &[(
    "kdf.rfc7914-1-gib",
    "large-memory: it takes 1 GiB, and shows nothing that the smaller ones of RFC 7914 do not",
)];

/// How many vectors were judged, well or badly.
static JUDGED: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let mut ids = Vec::new();
    for subject in SUBJECTS {
        let file = File::read(subject);
        trials.push(whole_file(subject, &file));
        for group in file.groups {
            for vector in group.tests {
                ids.push(vector.id.clone());
                trials.push(trial(group.operation, vector, &arguments));
            }
        }
    }
    let selected = trials
        .iter()
        .filter(|trial| ids.iter().any(|id| id == trial.name()))
        .any(|trial| !arguments.is_filtered_out(trial));
    trials.push(table(ids));
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Under nextest a process holds one test, and one that is left out is no failure.
    let alone = arguments.list || std::env::var_os("NEXTEST_RUN_ID").is_some();
    if selected && !alone && JUDGED.load(Ordering::Relaxed) == 0 {
        eprintln!("error: nothing was judged: every vector was ignored");
        return ExitCode::from(101);
    }
    conclusion.exit_code()
}

fn trial(operation: Operation, vector: Vector, arguments: &Arguments) -> Trial {
    let left_out = LEFT_OUT.iter().find(|(id, _)| *id == vector.id);
    let asked_for = arguments.ignored || arguments.include_ignored;
    let id = vector.id.clone();
    Trial::ignorable_test(id, move || match left_out {
        Some((_, reason)) if !asked_for => Ok(Completion::ignored_with(reason)),
        _ => judged(operation, &vector),
    })
    .with_ignored_flag(left_out.is_some() && asked_for)
}

fn judged(operation: Operation, vector: &Vector) -> Result<Completion, Failed> {
    let judgement = judge::judge(operation, vector);
    if !matches!(judgement, Ok(Completion::Ignored { .. })) {
        JUDGED.fetch_add(1, Ordering::Relaxed);
    }
    judgement.map_err(|reason| Failed::from(format!("{}\n{reason}", vector.comment)))
}

/// A file that was cut off does not hold as many tests as it says.
fn whole_file(subject: &'static str, file: &File) -> Trial {
    let found = (
        file.algorithm.clone(),
        file.version,
        file.groups.iter().map(|group| group.tests.len()).sum(),
    );
    let expected = (subject.to_owned(), FORMAT_VERSION, file.number_of_tests);
    Trial::test(format!("{subject}.json is whole"), move || {
        assert_eq!(found, expected, "algorithm, version and number of tests");
        Ok(())
    })
}

/// What the table names must be there.
fn table(ids: Vec<String>) -> Trial {
    Trial::test("what is left out exists", move || {
        for (left_out, _) in LEFT_OUT {
            assert!(
                ids.iter().any(|id| id == left_out),
                "LEFT_OUT names `{left_out}`, and no vector has this ID: take it out"
            );
        }
        Ok(())
    })
}
