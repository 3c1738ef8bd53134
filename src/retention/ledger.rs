//! The ledger of a watch: one JSON file, whole at every moment, locked while somebody works with
//! it.
//!
//! It holds no credential, and the server only as a hash: it may lie in a repository or in the
//! cache of a CI. From the seed in it come the canaries' IDs and keys, which open the canaries and
//! nothing else.

use super::watch::Watch;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// The format that is written and read.
const FORMAT: u32 = 1;
/// The longest ledger that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;
/// How often a lock is tried.
const LOCKING: usize = 20;
/// How often a file that was replaced while it was opened is opened again.
const ATTEMPTS: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: u32,
    tool: String,
    /// Early ledgers call it a season.
    #[serde(alias = "season")]
    watch: Watch,
    sha256: String,
}

/// What is wrong with a ledger. Whatever it is: nothing was done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file cannot be read or written.
    #[error("the ledger `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is one already.
    #[error(
        "there is a ledger `{}` already: end it with `retention end`, or name another file",
        .0.display()
    )]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no ledger `{}`: `retention plant` makes one", .0.display())]
    Missing(PathBuf),
    /// Somebody else works with it.
    #[error(
        "the ledger `{}` is in use: another `retention` works with it. Nothing was done; come again when that has ended",
        .0.display()
    )]
    Busy(PathBuf),
    /// It holds nothing.
    #[error(
        "the ledger `{}` is empty: `retention plant` was stopped before it uploaded anything. Delete the file, and plant again",
        .0.display()
    )]
    Empty(PathBuf),
    /// It is not whole, or no ledger at all.
    #[error(
        "`{}` is no whole ledger of `retention`: {why}. Nothing was done; put back the last whole one, from the repository or the cache it was kept in",
        path.display()
    )]
    Torn {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Somebody changed it by hand.
    #[error(
        "the ledger `{}` was edited: its checksum does not fit. Nothing was done; put back the last whole one, from the repository or the cache it was kept in",
        .0.display()
    )]
    Edited(PathBuf),
    /// It is of another version.
    #[error("the ledger `{}` has format {format}; this version reads format {FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
}

/// A ledger that is open and locked.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// Held for its lock.
    file: File,
    /// What stands in it, once [`Ledger::save`] was called.
    pub watch: Watch,
}

impl Ledger {
    /// Makes a new ledger.
    ///
    /// # Errors
    /// Where there is one, or it cannot be written.
    pub fn create(path: &Path, watch: Watch) -> Result<Self, LedgerError> {
        let io = |source| LedgerError::Io {
            path: path.to_owned(),
            source,
        };
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => LedgerError::Exists(path.to_owned()),
                _ => io(error),
            })?;
        file.try_lock()
            .map_err(|_| LedgerError::Busy(path.to_owned()))?;
        let mut ledger = Self {
            path: path.canonicalize().map_err(io)?,
            file,
            watch,
        };
        ledger.save()?;
        Ok(ledger)
    }

    /// Opens a ledger and locks it until it is dropped.
    ///
    /// # Errors
    /// Where there is none, it is in use, not whole, edited or of another version.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let (path, file) = locked(path)?;
        let watch = read(&file, &path)?;
        Ok(Self { path, file, watch })
    }

    /// Reads a ledger without locking it: it is replaced in one step, so that what is read is
    /// whole.
    ///
    /// # Errors
    /// Where there is none, or it is not whole, edited or of another version.
    pub fn peek(path: &Path) -> Result<Watch, LedgerError> {
        let file = File::open(path).map_err(|error| opening(path, error))?;
        read(&file, path)
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the watch: into its own file first, which then takes the ledger's place in one
    /// step.
    ///
    /// # Errors
    /// Where it cannot be written; then what stood there before stands there still.
    pub fn save(&mut self) -> Result<(), LedgerError> {
        let io = |source| LedgerError::Io {
            path: self.path.clone(),
            source,
        };
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let beside = self.path.with_file_name(name);
        let written = (|| {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&beside)?;
            // A program that opens the ledger from the next moment on finds it locked.
            file.try_lock()?;
            file.write_all(text(&self.watch).as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&beside, &self.path)?;
            Ok(file)
        })();
        match written {
            Ok(file) => {
                self.file = file;
                sync_folder(&self.path);
                Ok(())
            }
            Err(error) => {
                // A leftover does no harm.
                let _ = std::fs::remove_file(&beside);
                Err(io(error))
            }
        }
    }

    /// Removes the file: nothing is left that it names.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn remove(self) -> Result<(), LedgerError> {
        std::fs::remove_file(&self.path).map_err(|source| LedgerError::Io {
            path: self.path.clone(),
            source,
        })
    }
}

/// A rename is on the disk once its folder is.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent() {
        // Not every system can: then it is as good as the system makes it.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

fn opening(path: &Path, error: std::io::Error) -> LedgerError {
    match error.kind() {
        std::io::ErrorKind::NotFound => LedgerError::Missing(path.to_owned()),
        _ => LedgerError::Io {
            path: path.to_owned(),
            source: error,
        },
    }
}

/// Locks a file. A process that this one starts holds every lock for a moment, until it becomes
/// another program.
fn lock_soon(file: &File) -> bool {
    for _ in 0..LOCKING {
        if file.try_lock().is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Opens and locks the file that really lies at `path`, and not one that was replaced meanwhile.
fn locked(path: &Path) -> Result<(PathBuf, File), LedgerError> {
    for _ in 0..ATTEMPTS {
        let real = path.canonicalize().map_err(|error| opening(path, error))?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&real)
            .map_err(|error| opening(path, error))?;
        if !lock_soon(&file) {
            return Err(LedgerError::Busy(path.to_owned()));
        }
        if is_same(&file, &real) {
            return Ok((real, file));
        }
    }
    Err(LedgerError::Busy(path.to_owned()))
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Returns the hash of a watch as it is written, whatever became of white space since.
fn checksum(watch: &Watch) -> String {
    // Maps with string keys and whole numbers: this cannot fail.
    let json = serde_json::to_vec(watch).unwrap_or_default();
    data_encoding::HEXLOWER.encode(&Sha256::digest(json))
}

fn text(watch: &Watch) -> String {
    let form = Form {
        format: FORMAT,
        tool: "safe-conformance retention".to_owned(),
        sha256: checksum(watch),
        watch: watch.clone(),
    };
    serde_json::to_string_pretty(&form).unwrap_or_default() + "\n"
}

fn read(file: &File, path: &Path) -> Result<Watch, LedgerError> {
    let mut bytes = Vec::new();
    let read = file
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| LedgerError::Io {
            path: path.to_owned(),
            source,
        })?;
    if read as u64 > LONGEST {
        return Err(LedgerError::Torn {
            path: path.to_owned(),
            why: format!("it is longer than {LONGEST} bytes"),
        });
    }
    parse(&bytes, path)
}

fn parse(bytes: &[u8], path: &Path) -> Result<Watch, LedgerError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let torn = |error: serde_json::Error| LedgerError::Torn {
        path: path.to_owned(),
        why: error.to_string(),
    };
    if bytes.trim_ascii().is_empty() {
        return Err(LedgerError::Empty(path.to_owned()));
    }
    let Format { format } = serde_json::from_slice(bytes).map_err(torn)?;
    if format != FORMAT {
        return Err(LedgerError::Format {
            path: path.to_owned(),
            format,
        });
    }
    let form: Form = serde_json::from_slice(bytes).map_err(torn)?;
    if form.sha256 != checksum(&form.watch) {
        return Err(LedgerError::Edited(path.to_owned()));
    }
    Ok(form.watch)
}
