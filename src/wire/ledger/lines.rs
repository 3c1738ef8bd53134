//! The lines of a ledger and their combined meaning. Pure except for reading the file.

use super::{FORMAT, LedgerError, Left};
use crate::safe::keys::BackupId;
use crate::wire::guard::{Doubt, OwnBackup};
use crate::wire::seed::Seed;
use crate::wire::target::LoginKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The longest ledger that is read, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heading {
    pub(super) format: u32,
    /// The base URL, without user info.
    pub(super) target: String,
    /// The run's kind of login: another login may not see the backups.
    pub(super) login: LoginKind,
    pub(super) seed: Seed,
}

/// Every other line. IDs name the backups.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Line {
    /// It belongs to the run; its ID is derived from the seed and this label.
    Claimed { id: String, label: String },
    /// An upload follows.
    Sent(String),
    /// Every upload that was sent was answered.
    Answered(String),
    /// The server confirmed its deletion.
    Deleted(String),
    /// A look did not find it.
    Gone(String),
    /// The run ended, and it may exist.
    Kept { id: String, why: Doubt },
}

impl Line {
    pub(super) fn claimed(backup: &OwnBackup) -> Self {
        Self::Claimed {
            id: backup.id().to_hex(),
            label: backup.label().to_owned(),
        }
    }

    pub(super) fn kept(id: &BackupId, why: Doubt) -> Self {
        Self::Kept {
            id: id.to_hex(),
            why,
        }
    }
}

/// The content of a ledger.
pub(super) struct Contents {
    /// `None` if even the heading is incomplete.
    pub(super) heading: Option<Heading>,
    /// The backups that may be on the server, by ID.
    pub(super) left: BTreeMap<String, Left>,
    /// Every backup that it names, including those that are gone.
    pub(super) owned: Vec<OwnBackup>,
    /// The numbers of the lines without meaning, from 1.
    pub(super) damaged: Vec<usize>,
    /// The number of bytes in complete lines.
    pub(super) whole: u64,
}

impl Contents {
    /// Reads a ledger that is locked.
    ///
    /// A line without an end was torn by a power failure, and its upload was never sent. It is cut
    /// off, so that the next line is not appended to it.
    pub(super) fn read(file: &File, path: &Path) -> Result<Self, LedgerError> {
        let io = |source| LedgerError::Io {
            path: path.to_owned(),
            source,
        };
        let mut bytes = Vec::new();
        let mut reader = file.take(LONGEST + 1);
        let read = reader.read_to_end(&mut bytes).map_err(io)?;
        if read as u64 > LONGEST {
            return Err(LedgerError::Malformed {
                path: path.to_owned(),
                line: 1,
            });
        }
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let torn = bytes.split_off(whole);
        let may_be_begun = bytes.trim_ascii().is_empty() && is_begun_heading(&torn);
        // A file that is not a ledger is not cut, nor is one without a heading that somebody named.
        let may_be_cut = torn.is_empty() || super::is_name_of_ours(path);
        let contents = Self::parse(&bytes, path)?;
        if contents.heading.is_none() && !(may_be_begun && may_be_cut) {
            return Err(LedgerError::Malformed {
                path: path.to_owned(),
                line: 1,
            });
        }
        if !torn.is_empty() {
            file.set_len(whole as u64).map_err(io)?;
        }
        Ok(contents)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, LedgerError> {
        let mut contents = Self {
            heading: None,
            left: BTreeMap::new(),
            owned: Vec::new(),
            damaged: Vec::new(),
            whole: bytes.len() as u64,
        };
        let mut lines = bytes.split(|byte| *byte == b'\n').zip(1..);
        let heading = match lines.next() {
            Some((line, _)) if !line.is_empty() => heading(line, path)?,
            Some(_) | None => return Ok(contents),
        };
        for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
            let understood = serde_json::from_slice(line)
                .ok()
                .and_then(|line| contents.take(line, heading.seed));
            if understood.is_none() {
                contents.damaged.push(number);
            }
        }
        contents.heading = Some(heading);
        // An upload without a line was never sent, because the line is on the disk before the
        // upload begins.
        contents
            .left
            .retain(|_, left| left.was_sent || left.why.is_some());
        Ok(contents)
    }

    /// Applies one line; `None` if it has no meaning here.
    fn take(&mut self, line: Line, seed: Seed) -> Option<()> {
        match line {
            Line::Claimed { id, label } => {
                let backup = OwnBackup::labelled(seed, &label);
                // The ID of a user's own backup cannot be derived from a label.
                if backup.id().to_hex() != id {
                    return None;
                }
                if !self.owned.contains(&backup) {
                    self.owned.push(backup.clone());
                }
                self.left.entry(id).or_insert(Left {
                    backup,
                    was_sent: false,
                    is_deleted: false,
                    is_unanswered: false,
                    why: None,
                });
            }
            Line::Sent(id) => {
                let left = self.left.get_mut(&id)?;
                left.was_sent = true;
                left.is_unanswered = true;
                left.is_deleted = false;
            }
            Line::Answered(id) => self.left.get_mut(&id)?.is_unanswered = false,
            Line::Deleted(id) => self.left.get_mut(&id)?.is_deleted = true,
            Line::Gone(id) => {
                self.left.remove(&id)?;
            }
            Line::Kept { id, why } => self.left.get_mut(&id)?.why = Some(why),
        }
        Some(())
    }

    /// Returns the backups that may be on the server.
    pub(super) fn into_left(self) -> Vec<OwnBackup> {
        let left = self.left.into_values();
        left.map(|left| left.backup).collect()
    }
}

/// Returns whether a line without an end is the beginning of a heading, or empty.
fn is_begun_heading(line: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"{\"format\":";
    line.starts_with(BEGINNING) || BEGINNING.starts_with(line)
}

fn heading(line: &[u8], path: &Path) -> Result<Heading, LedgerError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let malformed = |_| LedgerError::Malformed {
        path: path.to_owned(),
        line: 1,
    };
    let Format { format } = serde_json::from_slice(line).map_err(malformed)?;
    if format != FORMAT {
        return Err(LedgerError::Format {
            path: path.to_owned(),
            format,
        });
    }
    serde_json::from_slice(line).map_err(malformed)
}
