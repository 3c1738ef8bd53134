//! How a command ends: with an exit code, or with a complaint.

use super::exit::Exit;
use std::io::ErrorKind;
use std::path::Path;

/// How a command ends.
pub(super) type Ended = Result<Exit, Complaint>;

/// An error for a person in one sentence, and its exit code.
pub(super) struct Complaint {
    pub(super) exit: Exit,
    pub(super) sentence: String,
}

impl Complaint {
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            sentence: sentence.into(),
        }
    }
}

/// Returns the complaint about a place that cannot be written. A full disk is no mistake in the
/// arguments. `doing` is what failed: `write`.
pub(super) fn unwritable(doing: &str, path: &Path, error: &std::io::Error) -> Complaint {
    let is_full = matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    );
    Complaint {
        exit: if is_full {
            Exit::Incomplete
        } else {
            Exit::Usage
        },
        sentence: format!("failed to {doing} `{}`: {error}", path.display()),
    }
}

/// Returns the end of a complaint about an unknown name: which command or option shows all names.
/// It follows a question whether another name was meant, if there is one.
pub(super) fn shown_by(list: &str, is_question: bool) -> String {
    let separator = if is_question { "" } else { ";" };
    format!("{separator} {list} shows all of them")
}
