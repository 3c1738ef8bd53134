//! A real server as a process: it has its own folder and a free port, and all its processes end
//! with it.

#[path = "../support/port.rs"]
mod port;

use port::Reserved;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The user `nobody` and its group, as Debian numbers them.
const NOBODY: u32 = 65534;
/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(20);
/// The config that every server has on its disk.
pub const CONFIG: &str = r#"{"maxBackupBytes":524288,"retentionDays":180}"#;
/// `safe` with the password `s3cret-loopback`, as `openssl passwd -apr1` encodes it.
const HTPASSWD: &str = "safe:$apr1$loopback$/OZhxI/88Y4bbw9Xqxtxg0\n";

/// The folder of one server: `files/safe/{config,backups}`, and `run` for everything else.
pub struct Folder {
    directory: TempDir,
}

impl Folder {
    /// A fresh folder with a config and no backup.
    pub fn new() -> Self {
        let directory = TempDir::with_prefix("safe-conformance-").expect("a temporary folder");
        let folder = Self { directory };
        fs::create_dir_all(folder.backups()).expect("the folder of the backups");
        fs::create_dir(folder.run()).expect("the folder for all else");
        fs::write(folder.files().join("safe/config"), CONFIG).expect("the config");
        folder.write("htpasswd", HTPASSWD);
        folder
    }

    /// Where all of it lies.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What the server serves.
    pub fn files(&self) -> PathBuf {
        self.path().join("files")
    }

    /// The folder of the backups.
    pub fn backups(&self) -> PathBuf {
        self.files().join("safe/backups")
    }

    /// The folder of the server's own files.
    pub fn run(&self) -> PathBuf {
        self.path().join("run")
    }

    /// Writes one of the server's own files.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.run().join(name);
        fs::write(&path, text).expect("a file of the server");
        path
    }

    /// Makes `nobody` the owner of everything.
    fn give_away(&self) {
        let mut folders = vec![self.path().to_owned()];
        while let Some(path) = folders.pop() {
            chown(&path, Some(NOBODY), Some(NOBODY)).expect("root may give files away");
            if path.is_dir() {
                let entries = fs::read_dir(&path).expect("a folder of ours");
                folders.extend(entries.map(|entry| entry.expect("an entry").path()));
            }
        }
    }

    /// The end of the server's logs.
    fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.run().join(name)).unwrap_or_default();
        let log = read("output.log") + &read("error.log");
        let tail = log.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
        log[tail..].to_owned()
    }
}

/// A running server; dropping it ends it and every process that it started.
pub struct Running {
    /// Where it listens.
    pub port: u16,
    child: Child,
    /// Kept for as long as the server runs.
    pub folder: Folder,
    /// Two that start at once could otherwise share a port: one ends, and the other answers for it.
    _reserved: Reserved,
}

/// Starts the command that `command` returns for a folder and a port, and waits until it listens.
pub fn start(command: impl FnOnce(&Folder, u16) -> Command) -> Running {
    attempt(command).unwrap_or_else(|trouble| panic!("the server does not start: {trouble}"))
}

fn attempt(command: impl FnOnce(&Folder, u16) -> Command) -> Result<Running, String> {
    let folder = Folder::new();
    let reserved = Reserved::free();
    let port = reserved.address().port();
    let mut command = command(&folder, port);
    let output = File::create(folder.run().join("output.log")).expect("a file of the server");
    let errors = output.try_clone().expect("the same file");
    command
        .current_dir(folder.run())
        .env("HOME", folder.run())
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0);
    let child = spawn(&mut command, &folder).map_err(|error| error.to_string())?;
    let mut running = Running {
        port,
        child,
        folder,
        _reserved: reserved,
    };
    let begun = Instant::now();
    while begun.elapsed() < START {
        if let Some(status) = running
            .child
            .try_wait()
            .map_err(|error| error.to_string())?
        {
            return Err(format!("it ended with {status}: {}", running.folder.log()));
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(running);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("it does not listen: {}", running.folder.log()))
}

/// Starts a server as `nobody` if root may do that, otherwise as the user who runs the tests.
fn spawn(command: &mut Command, folder: &Folder) -> io::Result<Child> {
    let ourselves = fs::metadata("/proc/self")?;
    if ourselves.uid() == 0 {
        folder.give_away();
        match command.uid(NOBODY).gid(NOBODY).spawn() {
            // The program is where only root can look.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                command.uid(ourselves.uid()).gid(ourselves.gid());
            }
            spawned => return spawned,
        }
    }
    command.spawn()
}

impl Drop for Running {
    fn drop(&mut self) {
        // The whole group: nginx, Apache and PHP have workers. Both dash and bash support this
        // form.
        let group = format!("kill -KILL -{}", self.child.id());
        let ended = Command::new("sh")
            .args(["-c", &group])
            .stdin(Stdio::null())
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server's log ends with:\n{}", self.folder.log());
        } else {
            let ended = ended.is_ok_and(|status| status.success());
            assert!(ended, "the server's processes could not be ended");
        }
    }
}

/// The path of a program: the value of the environment variable, a file in `PATH`, or Debian's
/// location.
pub fn program(name: &str, variable: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")])
        .map(|folder| folder.join(name));
    named.into_iter().chain(found).find(|path| path.is_file())
}
