//! The program as a child process: without the caller's environment, and with a time limit.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a call may take before a test treats it as hanging.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until the condition holds.
///
/// # Panics
///
/// If any call would count as hanging before.
#[track_caller]
pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "what is waited for never comes");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The result of a call.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Both outputs.
    pub fn all(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// What was printed, as one line.
    pub fn unwrapped(&self) -> String {
        let words: Vec<_> = self.stdout.split_whitespace().collect();
        words.join(" ")
    }
}

/// The program with only the necessary part of this environment, and its state in `home`.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safe-conformance"));
    command
        .env_clear()
        .env("HOME", home)
        .env("TMPDIR", home)
        .stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// A child that does not outlive its test.
pub struct Running {
    child: Child,
    readers: Vec<std::thread::JoinHandle<String>>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let readers = vec![
            reader(child.stdout.take().expect("stdout is piped")),
            reader(child.stderr.take().expect("stderr is piped")),
        ];
        Self { child, readers }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal: `INT`, `TERM`, `KILL`.
    pub fn signal(&self, name: &str) {
        // If the process has already ended, nothing receives the signal.
        let _ = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .stderr(Stdio::null())
            .status();
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for the end, and returns the highest memory use of the program, in KiB.
    ///
    /// The last value counts: it never falls, and a first value may belong to the process of the
    /// tests, whose memory a child shares until its own program is loaded.
    pub fn peak_memory(&mut self) -> u64 {
        let status = format!("/proc/{}/status", self.id());
        let (began, mut peak) = (Instant::now(), 0);
        while self.is_running() {
            assert!(began.elapsed() < PATIENCE, "the program hangs");
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            if let Some(kib) = line.and_then(|line| line.split_whitespace().next()?.parse().ok()) {
                peak = kib;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(peak > 4 * 1024, "the memory of a process can be read");
        peak
    }

    fn wait(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "the program hangs");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn end(mut self) -> Ended {
        let code = self.wait().code();
        let mut texts = self
            .readers
            .drain(..)
            .map(|reader| reader.join().unwrap_or_default());
        Ended {
            code,
            stdout: texts.next().unwrap_or_default(),
            stderr: texts.next().unwrap_or_default(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn reader(mut from: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // The data read so far counts.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Runs the program to its end.
pub fn run(command: &mut Command) -> Ended {
    Running::start(command).end()
}

/// A file with this content.
pub fn file(folder: &Path, name: &str, content: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(content.as_bytes()))
        .expect("a temporary folder can be written");
    path
}

/// The IDs that ledgers in a folder name as uploaded and not yet gone.
///
/// The program may still be running: a ledger that it removed after the listing names nothing, and
/// an unfinished last line does not count.
pub fn named_in_ledgers(folder: &Path) -> std::collections::BTreeSet<String> {
    let mut named = std::collections::BTreeSet::new();
    for path in ledgers(folder) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => panic!("a ledger can be read: {error}"),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines().skip(1) {
            let line: serde_json::Value =
                serde_json::from_str(line).expect("a ledger is JSON a line");
            if let Some(id) = line["sent"].as_str() {
                named.insert(id.to_owned());
            } else if let Some(id) = line["kept"]["id"].as_str() {
                named.insert(id.to_owned());
            } else if let Some(id) = line["gone"].as_str() {
                named.remove(id);
            }
        }
    }
    named
}

/// The ledgers in a folder.
pub fn ledgers(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".ledger.jsonl"))
        .collect()
}
