//! The complete programs in `vectors/README.md` do what they say: each loop runs as a reader runs
//! it, finds nothing wrong in the vectors as they are, and names the vector whose answer was
//! changed.

use crate::left_to_ci::left_to_ci;
use crate::missing::skipped;
use libtest_mimic::{Completion, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A loop: the beginning of its block, the file in which it is saved, the program that runs it, and
/// the vectors that it reads.
struct Loop {
    language: &'static str,
    file: &'static str,
    interpreter: &'static str,
    is_there: &'static [&'static str],
    vectors: &'static str,
    /// A vector that it asks, and the end of its answer.
    changed: (&'static str, &'static str),
}

const LOOPS: [Loop; 3] = [
    Loop {
        language: "python",
        file: "loop.py",
        interpreter: "python3",
        is_there: &["-c", "import hashlib; hashlib.scrypt"],
        vectors: "kdf.json",
        changed: ("kdf.known-answer", "master_key"),
    },
    Loop {
        language: "js",
        file: "loop.mjs",
        interpreter: "node",
        is_there: &["--version"],
        vectors: "kdf.json",
        changed: ("kdf.known-answer", "master_key"),
    },
    Loop {
        language: "php",
        file: "loop.php",
        interpreter: "php",
        is_there: &["-r", "exit(extension_loaded('sodium') ? 0 : 1);"],
        vectors: "secretbox.json",
        changed: ("secretbox.open", "plaintext"),
    },
];

pub fn trials() -> Vec<Trial> {
    let trial = |it: &'static Loop| {
        let name = format!("readme/{}", it.language);
        left_to_ci(Trial::ignorable_test(name, move || it.run()))
    };
    let mut trials: Vec<_> = LOOPS.iter().map(trial).collect();
    trials.push(left_to_ci(Trial::test("minimal_client", minimal_client)));
    trials
}

impl Loop {
    fn run(&self) -> Result<Completion, Failed> {
        let mut probe = Command::new(self.interpreter);
        let probe = probe
            .args(self.is_there)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if !probe.status().is_ok_and(|status| status.success()) {
            return skipped(format!("{} is not there", self.interpreter));
        }
        let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
        let readme = std::fs::read_to_string(vectors.join("README.md"))?;
        let program = block(&readme, self.language).ok_or("the README shows no such loop")?;
        let all = std::fs::read_to_string(vectors.join(self.vectors))?;
        let printed = self.printed(program, &all)?;
        if !printed.is_empty() {
            return Err(Failed::from(format!(
                "it finds fault with right answers: {printed}"
            )));
        }
        let (id, part) = self.changed;
        let printed = self.printed(program, &changed(&all, id, part)?)?;
        let named: Vec<_> = printed
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        if named == [id] {
            Ok(Completion::Completed)
        } else {
            Err(Failed::from(format!(
                "the answer of `{id}` was changed; it prints {printed:?}"
            )))
        }
    }

    /// What the program prints with these vectors.
    fn printed(&self, program: &str, vectors: &str) -> Result<String, Failed> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(self.file), program)?;
        std::fs::write(folder.path().join(self.vectors), vectors)?;
        let output = Command::new(self.interpreter)
            .arg(self.file)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            return Err(Failed::from(String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// The first block of code in this language.
fn block<'a>(readme: &'a str, language: &str) -> Option<&'a str> {
    let (_, rest) = readme.split_once(&format!("```{language}\n"))?;
    rest.split_once("```").map(|(code, _)| code)
}

/// One vector, with its answer changed.
fn changed(vectors: &str, id: &str, part: &str) -> Result<String, Failed> {
    let mut vectors: serde_json::Value = serde_json::from_str(vectors)?;
    let groups = vectors["groups"].as_array_mut().ok_or("no groups")?;
    for group in groups.iter_mut() {
        let tests = group["tests"].as_array_mut().ok_or("no tests")?;
        tests.retain(|test| test["id"] == id);
        for test in tests {
            test["output"][part] = "00".into();
        }
    }
    Ok(vectors.to_string())
}

/// The example in the documentation passes, as a reader runs it.
fn minimal_client() -> Result<(), Failed> {
    let output = Command::new(example("minimal_client")?)
        .stdin(Stdio::null())
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && printed.contains("test result: ok") {
        Ok(())
    } else {
        Err(Failed::from(printed))
    }
}

/// The program of an example; it is built first if it does not exist.
pub fn example(name: &str) -> Result<PathBuf, Failed> {
    let mut built = Path::new(env!("CARGO_BIN_EXE_safe-conformance")).to_owned();
    built.set_file_name("examples");
    built.push(name);
    if !built.is_file() {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--example", name])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()?;
        if !status.success() {
            return Err(Failed::from(format!("failed to build the example {name}")));
        }
    }
    Ok(built)
}
