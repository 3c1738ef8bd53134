//! The ledger of a watch: one JSON file, complete at every moment, and locked while a process uses
//! it.
//!
//! It holds no credential, and of the server only a hash, so it may lie in a repository or in the
//! cache of a CI. The canaries' IDs and keys are derived from its seed, which opens nothing else.

use super::watch::Watch;
use crate::text::Flaw;
use crate::wire::Locked;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The format that is written and read.
const FORMAT: u32 = 1;
/// The largest ledger that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;
/// How often a file is opened again because it was replaced while it was being opened.
const ATTEMPTS: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: u32,
    tool: String,
    /// The first ledgers name this field `season`.
    #[serde(alias = "season")]
    watch: Watch,
    sha256: String,
}

/// What is wrong with a ledger; in every case nothing was done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file could not be read or written.
    #[error("the ledger `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file could not be replaced. Its earlier content remains, which names everything that
    /// may be on the server.
    #[error(
        "failed to write the ledger `{}`: {source}. What it held before remains, and names every canary that may be on the server; when it can be written, `retention verify` continues and `retention end` removes the canaries",
        path.display()
    )]
    Unsaved {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The new file could not be written, so that no canary was uploaded.
    #[error("failed to write the new ledger `{}`: {source}. No canary was uploaded", path.display())]
    Unmade {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The canaries are gone, but the file could not be removed.
    #[error("the canaries are gone, but the ledger `{}` could not be removed: {source}. Delete the file", path.display())]
    Unremoved {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A ledger exists already.
    #[error(
        "the ledger `{}` exists already; end it with `retention end`, or name another file",
        .0.display()
    )]
    Exists(PathBuf),
    /// The ledger does not exist.
    #[error("the ledger `{}` does not exist; `retention plant` creates one", .0.display())]
    Missing(PathBuf),
    /// Another process uses it.
    #[error(
        "another `retention` is using the ledger `{}`. Nothing was done; run this again when the other has ended",
        .0.display()
    )]
    Busy(PathBuf),
    /// It is empty, and nothing shows whether it ever named canaries.
    #[error(
        "the ledger `{}` is empty, so nothing shows which canaries are on the server. Nothing was done. If it was complete before (a full disk or another program can empty a file), restore it from your repository, cache or backup; without it, only the times at which the files in `backups` were written show which ones are canaries. If `retention plant` was stopped before its first upload, there are none; plant again with another file",
        .0.display()
    )]
    Empty(PathBuf),
    /// It is damaged, or not a ledger.
    #[error(
        "`{}` is not a complete ledger of `retention`: {why}. Nothing was done; restore the last complete one from your repository or cache",
        path.display()
    )]
    Torn {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It was edited by hand.
    #[error(
        "the ledger `{}` was edited: its checksum does not match. Nothing was done; restore the last complete one from your repository or cache",
        .0.display()
    )]
    Edited(PathBuf),
    /// It has another format version.
    #[error("the ledger `{}` has format {format}, but this version reads format {FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format version.
        format: u32,
    },
}

/// A ledger that is open and locked.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// Kept open to hold the lock.
    file: Locked,
    /// The watch; [`Ledger::save`] writes it to the file.
    pub watch: Watch,
}

impl Ledger {
    /// Makes a new ledger.
    ///
    /// # Errors
    /// If the file exists already or cannot be written.
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
        let began = (|| {
            let file = Locked::soon(file)
                .map_err(io)?
                .ok_or_else(|| LedgerError::Busy(path.to_owned()))?;
            let mut ledger = Self {
                path: path.canonicalize().map_err(io)?,
                file,
                watch,
            };
            match ledger.save() {
                Err(LedgerError::Unsaved { path, source }) => {
                    Err(LedgerError::Unmade { path, source })
                }
                saved => saved.map(|()| ledger),
            }
        })();
        if began.is_err() {
            // It is new and names nothing.
            let _ = std::fs::remove_file(path);
        }
        began
    }

    /// Opens a ledger and locks it until it is dropped.
    ///
    /// # Errors
    /// If the file is missing, in use, damaged, edited or of another version.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let (path, file) = locked(path)?;
        let watch = read(&file, &path)?;
        Ok(Self { path, file, watch })
    }

    /// Reads a ledger without a lock: the file is always replaced in one step, so it is never half
    /// written.
    ///
    /// # Errors
    /// If the file is missing, damaged, edited or of another version.
    pub fn peek(path: &Path) -> Result<Watch, LedgerError> {
        let file = File::open(path).map_err(|error| opening(path, error))?;
        read(&file, path)
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the watch to a separate file first, which then replaces the ledger in one step.
    ///
    /// # Errors
    /// If the file cannot be written; then its earlier content remains.
    pub fn save(&mut self) -> Result<(), LedgerError> {
        let unsaved = |source| LedgerError::Unsaved {
            path: self.path.clone(),
            source,
        };
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let beside = self.path.with_file_name(name);
        let written = (|| {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&beside)?;
            // A program that opens the ledger right after the rename finds it locked.
            let mut file = Locked::at_once(file)?;
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
                // A leftover is harmless.
                let _ = std::fs::remove_file(&beside);
                Err(unsaved(error))
            }
        }
    }

    /// Removes the file; the canaries in it must be gone.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn remove(self) -> Result<(), LedgerError> {
        std::fs::remove_file(&self.path).map_err(|source| LedgerError::Unremoved {
            path: self.path.clone(),
            source,
        })
    }
}

/// Makes a rename durable by syncing its folder.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent() {
        // Not every system supports this; then the rename is as durable as the system makes it.
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

/// Opens and locks the file that is at `path` now, not one that was replaced meanwhile.
fn locked(path: &Path) -> Result<(PathBuf, Locked), LedgerError> {
    for _ in 0..ATTEMPTS {
        let real = path.canonicalize().map_err(|error| opening(path, error))?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&real)
            .map_err(|error| opening(path, error))?;
        let file = Locked::soon(file)
            .map_err(|error| opening(path, error))?
            .ok_or_else(|| LedgerError::Busy(path.to_owned()))?;
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

/// Returns the hash of a watch in its canonical form, so that white space in the file is ignored.
fn checksum(watch: &Watch) -> String {
    // Serialising string keys and whole numbers does not fail.
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
        why: Flaw::of(&error).to_string(),
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
