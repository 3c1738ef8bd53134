//! The ledger: a file that names what a run puts on a server, written before each upload.
//!
//! Each run has one file with one JSON object per line: a heading, then a line for every step of a
//! backup. A killed run leaves its file behind; `sweep` deletes what it names. It contains no
//! credential.

mod lines;

use super::guard::{Doubt, OwnBackup};
use super::lock::Locked;
use super::seed::Seed;
use super::target::LoginKind;
use crate::safe::keys::BackupId;
use lines::{Contents, Heading, Line};
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;
use thiserror::Error;

/// The ending of a ledger's file name.
const SUFFIX: &str = ".ledger.jsonl";
/// The format that is written and read.
const FORMAT: u32 = 2;

/// What is wrong with a ledger.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file is not a ledger.
    #[error("{}: line {line} is not a line of a ledger; nothing in this file was swept; delete it, or move it to another folder, if it is not a ledger", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The ledger was written by another version.
    #[error(
        "{}: this ledger has format {format}, but this version sweeps format {FORMAT}; sweep it with the version that wrote it",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format version.
        format: u32,
    },
    /// An empty file has another name than this program gives.
    #[error("{}: the file is empty, and it is not a ledger of this program by its name, so it was kept; delete it, or move it to another folder", path.display())]
    NotOurs {
        /// Its path.
        path: PathBuf,
    },
    /// A folder, pipe or device has the name of a ledger.
    #[error("{}: not a regular file", path.display())]
    NoFile {
        /// Its path.
        path: PathBuf,
    },
    /// The file belongs to another server.
    #[error("{}: an earlier run with this seed left it, against {target}; sweep that first", path.display())]
    OtherTarget {
        /// The file.
        path: PathBuf,
        /// The server of the earlier run.
        target: String,
    },
    /// The run that writes the file is still active.
    #[error("{}: a run is still writing it", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

/// A file of complete lines.
#[derive(Debug)]
struct Lines {
    file: Locked,
    /// The number of bytes in complete lines.
    whole: u64,
}

impl Lines {
    /// Writes one line. If only a part of it fits on the disk, that part is cut off again.
    fn write(&mut self, line: &impl serde::Serialize) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        // A single write, so that a kill leaves either the complete line or nothing.
        match self.file.write_all(&text) {
            Ok(()) => {
                self.whole += text.len() as u64;
                Ok(())
            }
            Err(error) => {
                // If this also fails, the next reader of the file cuts it off.
                let _ = self.file.set_len(self.whole);
                let _ = self.file.seek(SeekFrom::Start(self.whole));
                Err(error)
            }
        }
    }
}

/// The ledger of an active run, which keeps it locked.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    lines: Mutex<Lines>,
    left: Vec<OwnBackup>,
}

impl Ledger {
    /// Opens a new ledger in `folder`, which is created if necessary, for the run with this seed
    /// and kind of login against `target` (a URL without user info). If the same seed left a ledger
    /// behind, this run continues it.
    ///
    /// # Errors
    /// If the file cannot be written, is in use, is damaged or belongs to another server.
    pub fn open(
        folder: &Path,
        target: &str,
        login: LoginKind,
        seed: Seed,
    ) -> Result<Self, LedgerError> {
        let path = folder.join(format!("{seed}{SUFFIX}"));
        let io = |source| LedgerError::Io {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(io)?;
        let file = opened(&path, true)?;
        let contents = Contents::read(&file, &path)?;
        let mut lines = Lines {
            file,
            whole: contents.whole,
        };
        let heading = Heading {
            format: FORMAT,
            target: target.to_owned(),
            login,
            seed,
        };
        match &contents.heading {
            Some(before) if before.target != target => {
                return Err(LedgerError::OtherTarget {
                    path,
                    target: before.target.clone(),
                });
            }
            Some(_) => {}
            None => {
                lines.write(&heading).map_err(io)?;
                sync_folder(folder);
            }
        }
        if let Some(line) = contents.damaged.first() {
            return Err(LedgerError::Malformed { path, line: *line });
        }
        Ok(Self {
            path,
            lines: Mutex::new(lines),
            left: contents.into_left(),
        })
    }

    /// Returns what an earlier run with this seed left behind.
    pub(super) fn left(&self) -> &[OwnBackup] {
        &self.left
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that a backup belongs to the run.
    pub(super) fn claimed(&self, backup: &OwnBackup) -> std::io::Result<()> {
        self.write(&Line::claimed(backup))
    }

    /// Notes that an upload follows. For the `first` one this is also written to the disk, rather
    /// than only to the system's memory.
    pub(super) fn sent(&self, id: &BackupId, first: bool) -> std::io::Result<()> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.write(&Line::Sent(id.to_hex()))?;
        if first {
            lines.file.sync_data()?;
        }
        Ok(())
    }

    // If one of these writes fails, `sweep` only looks at backups once more than necessary.

    /// Notes that every upload that was sent is answered.
    pub(super) fn answered(&self, id: &BackupId) {
        let _ = self.write(&Line::Answered(id.to_hex()));
    }

    /// Notes that the server confirmed its deletion.
    pub(super) fn deleted(&self, id: &BackupId) {
        let _ = self.write(&Line::Deleted(id.to_hex()));
    }

    /// Notes that a look did not find it.
    pub(super) fn gone(&self, id: &BackupId) {
        let _ = self.write(&Line::Gone(id.to_hex()));
    }

    /// Notes why it may still exist.
    pub(super) fn kept(&self, id: &BackupId, why: Doubt) {
        let _ = self.write(&Line::kept(id, why));
    }

    fn write(&self, line: &Line) -> std::io::Result<()> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(line)
    }

    /// Removes the file after everything was swept.
    pub(super) fn remove(&self) {
        // If the file remains, `sweep` finds nothing in it to delete.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Returns whether this program would give a ledger this name: a seed.
fn is_name_of_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let seed = name.and_then(|name| name.strip_suffix(SUFFIX));
    seed.is_some_and(|seed| seed.parse::<Seed>().is_ok())
}

/// How often a ledger is opened again that another program removes meanwhile.
const ATTEMPTS: usize = 5;

/// Opens and locks a ledger. Anything but a file is not opened: a pipe would block the program for
/// ever.
fn opened(path: &Path, create: bool) -> Result<Locked, LedgerError> {
    for _ in 0..ATTEMPTS {
        let file = locked(path, create)?;
        if !is_removed(&file) {
            return Ok(file);
        }
    }
    Err(LedgerError::Busy {
        path: path.to_owned(),
    })
}

/// Returns whether a sweep removed the file between its opening and its locking.
fn is_removed(file: &File) -> bool {
    #[cfg(unix)]
    return file
        .metadata()
        .is_ok_and(|metadata| std::os::unix::fs::MetadataExt::nlink(&metadata) == 0);
    #[cfg(not(unix))]
    return false;
}

fn locked(path: &Path, create: bool) -> Result<Locked, LedgerError> {
    let io = |source| LedgerError::Io {
        path: path.to_owned(),
        source,
    };
    // If the metadata is unavailable, opening the file returns the reason.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(LedgerError::NoFile {
            path: path.to_owned(),
        });
    }
    let mut options = OpenOptions::new();
    options.create(create).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(io)?;
    Locked::soon(file)
        .map_err(io)?
        .ok_or_else(|| LedgerError::Busy {
            path: path.to_owned(),
        })
}

/// Makes the name of a new file durable by syncing its folder.
fn sync_folder(folder: &Path) {
    // Not every system supports this; then the name is as durable as the system makes it.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// A ledger that a run left behind, locked during the sweep.
#[derive(Debug)]
pub struct LeftLedger {
    path: PathBuf,
    lines: Lines,
    /// The base URL, without user info.
    pub target: String,
    /// The kind of login that the run had.
    pub login: LoginKind,
    /// When the run last wrote to it, if the system knows.
    pub(super) written: Option<SystemTime>,
    /// The backups that may be on the server.
    pub(super) left: Vec<Left>,
    /// Every backup that it names, including those that are gone.
    pub(super) owned: Vec<OwnBackup>,
    /// The numbers of the lines that are not understood, or name an ID that is not derived from the
    /// seed; from 1.
    pub damaged: Vec<usize>,
}

/// A backup that may be on the server.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) backup: OwnBackup,
    was_sent: bool,
    /// Whether the server confirmed its deletion.
    pub(super) is_deleted: bool,
    /// Whether an upload was not answered.
    pub(super) is_unanswered: bool,
    /// Why the run left it.
    pub(super) why: Option<Doubt>,
}

impl LeftLedger {
    /// Returns the ledgers in `folder` by name, each with its content or its error. A missing
    /// folder contains none. Removes those whose run was killed before it wrote anything.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn all(folder: &Path) -> Result<Vec<Result<Self, LedgerError>>, LedgerError> {
        let io = |source| LedgerError::Io {
            path: folder.to_owned(),
            source,
        };
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io)?,
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(io)?.path();
            if path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.ends_with(SUFFIX))
            {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths
            .iter()
            .filter_map(|path| Self::read(path).transpose())
            .collect())
    }

    /// Reads a ledger. If its run was killed before the first line was written, it sent nothing:
    /// such a file is removed, and `None` returned.
    fn read(path: &Path) -> Result<Option<Self>, LedgerError> {
        let file = match opened(path, false) {
            Err(LedgerError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                // Its run or another sweep has removed it since the folder was listed.
                return Ok(None);
            }
            opened => opened?,
        };
        let written = file.metadata().and_then(|metadata| metadata.modified());
        let contents = Contents::read(&file, path)?;
        let Some(heading) = contents.heading else {
            if !is_name_of_ours(path) {
                return Err(LedgerError::NotOurs {
                    path: path.to_owned(),
                });
            }
            // If the file remains, it still says nothing.
            let _ = std::fs::remove_file(path);
            return Ok(None);
        };
        Ok(Some(Self {
            target: heading.target,
            login: heading.login,
            written: written.ok(),
            left: contents.left.into_values().collect(),
            owned: contents.owned,
            damaged: contents.damaged,
            lines: Lines {
                file,
                whole: contents.whole,
            },
            path: path.to_owned(),
        }))
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how many backups it names that may be on the server.
    pub fn count(&self) -> usize {
        self.left.len()
    }

    /// Notes that a backup is gone.
    pub(super) fn gone(&mut self, id: &BackupId) -> std::io::Result<()> {
        self.lines.write(&Line::Gone(id.to_hex()))?;
        self.left.retain(|left| left.backup.id() != id);
        Ok(())
    }

    /// Notes that the server confirmed its deletion, and why it may still exist.
    pub(super) fn kept(&mut self, id: &BackupId, why: Doubt) -> std::io::Result<()> {
        self.lines.write(&Line::kept(id, why))
    }

    /// Removes the file after everything was swept.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn remove(&self) -> std::io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

#[cfg(test)]
mod tests;
