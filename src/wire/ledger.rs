//! The ledger: a file that names what a run has put on a server, written before it is put there.
//!
//! One file a run, JSON a line: first what and when, then one line when a backup ID is claimed and one when it is
//! gone. A killed run leaves its file behind; `sweep` deletes what it names. It holds no credential.

use super::seed::Seed;
use crate::safe::keys::BackupId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// How a ledger's name ends.
const SUFFIX: &str = ".ledger.jsonl";
/// The longest ledger that is read, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    format: u32,
    target: String,
    seed: Seed,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    Claimed(String),
    Gone(String),
}

/// What is wrong with a ledger.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not a ledger.
    #[error("{}: line {line} is not a line of a ledger; nothing of this file was swept", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The file is about another server.
    #[error("{}: an earlier run with this seed left it, against {target}; sweep that first", path.display())]
    OtherTarget {
        /// The file.
        path: PathBuf,
        /// What the earlier run was against.
        target: String,
    },
    /// The run that writes the file is still going on.
    #[error("{}: a run is still writing it", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

/// The ledger of a run that goes on: locked as long as the run lives.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
    left: Vec<BackupId>,
}

impl Ledger {
    /// Opens a new ledger in `folder`, which is made if it is missing, for the run with this seed against `target` (a
    /// URL without user info). Where the same seed left a ledger behind, this run goes on in it.
    pub fn open(folder: &Path, target: &str, seed: Seed) -> Result<Self, LedgerError> {
        let path = folder.join(format!("{seed}{SUFFIX}"));
        let io = |source| LedgerError::Io {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(io)?;
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(io)?;
        file.try_lock()
            .map_err(|_| LedgerError::Busy { path: path.clone() })?;
        let left = match contents(&file, &path)? {
            Some((heading, left)) if heading.target == target => left,
            Some((heading, _)) => {
                return Err(LedgerError::OtherTarget {
                    path,
                    target: heading.target,
                });
            }
            None => {
                let heading = Heading {
                    format: 1,
                    target: target.to_owned(),
                    seed,
                };
                write_line(&mut file, &heading).map_err(io)?;
                Vec::new()
            }
        };
        Ok(Self {
            path,
            file: Mutex::new(file),
            left,
        })
    }

    /// What an earlier run with this seed left behind.
    pub(super) fn left(&self) -> &[BackupId] {
        &self.left
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn claimed(&self, id: &BackupId) -> std::io::Result<()> {
        self.write(&Line::Claimed(id.to_hex()))
    }

    pub(super) fn gone(&self, id: &BackupId) {
        // If this cannot be written, `sweep` deletes once more: no harm.
        let _ = self.write(&Line::Gone(id.to_hex()));
    }

    fn write(&self, line: &Line) -> std::io::Result<()> {
        write_line(
            &mut self.file.lock().unwrap_or_else(PoisonError::into_inner),
            line,
        )
    }

    /// Removes the file: nothing is left to sweep.
    pub(super) fn remove(&self) {
        // If it stays, `sweep` finds nothing in it to delete.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn write_line(file: &mut File, line: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    // One write, so that a kill leaves a whole line or none.
    file.write_all(&text)
}

/// What a ledger that is locked says: its heading, and what is left. `None` where not even the heading is whole.
///
/// A line without its end was torn when the machine lost power, and its upload was never sent: it is cut off, so that
/// the next line does not grow together with it.
fn contents(file: &File, path: &Path) -> Result<Option<(Heading, Vec<BackupId>)>, LedgerError> {
    let io = |source| LedgerError::Io {
        path: path.to_owned(),
        source,
    };
    let malformed = |line| LedgerError::Malformed {
        path: path.to_owned(),
        line,
    };
    let mut bytes = Vec::new();
    let mut reader = file.take(LONGEST + 1);
    let read = reader.read_to_end(&mut bytes).map_err(io)?;
    if read as u64 > LONGEST {
        return Err(malformed(1));
    }
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64).map_err(io)?;
        bytes.truncate(whole);
    }
    let mut lines = bytes.split(|byte| *byte == b'\n').zip(1..);
    let heading = match lines.next() {
        Some((line, _)) if !line.is_empty() => {
            serde_json::from_slice(line).map_err(|_| malformed(1))?
        }
        Some(_) | None => return Ok(None),
    };
    let mut left = BTreeMap::new();
    for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
        let line: Line = serde_json::from_slice(line).map_err(|_| malformed(number))?;
        let (Line::Claimed(id) | Line::Gone(id)) = &line;
        let parsed = BackupId::parse(id).map_err(|_| malformed(number))?;
        match line {
            Line::Claimed(id) => left.insert(id, parsed),
            Line::Gone(id) => left.remove(&id),
        };
    }
    Ok(Some((heading, left.into_values().collect())))
}

/// A ledger that a run left behind: locked while it is swept.
#[derive(Debug)]
pub struct LeftLedger {
    path: PathBuf,
    file: File,
    /// The base URL, without user info.
    pub target: String,
    /// The IDs that may be on the server.
    pub left: Vec<BackupId>,
}

impl LeftLedger {
    /// The ledgers in `folder`, in the order of their names, each read or with what is wrong with it. A folder that
    /// does not exist holds none.
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

    /// Reads a ledger; `None` where its run was killed before it had claimed anything.
    fn read(path: &Path) -> Result<Option<Self>, LedgerError> {
        let io = |source| LedgerError::Io {
            path: path.to_owned(),
            source,
        };
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(path)
            .map_err(io)?;
        file.try_lock().map_err(|_| LedgerError::Busy {
            path: path.to_owned(),
        })?;
        Ok(contents(&file, path)?.map(|(heading, left)| Self {
            target: heading.target,
            left,
            file,
            path: path.to_owned(),
        }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that an ID is gone.
    pub fn gone(&mut self, id: &BackupId) -> std::io::Result<()> {
        write_line(&mut self.file, &Line::Gone(id.to_hex()))?;
        self.left.retain(|other| other != id);
        Ok(())
    }

    /// Removes the file once nothing is left.
    pub fn remove(self) -> std::io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}
