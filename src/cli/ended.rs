//! How a command ends: with an exit code, or with a complaint.

use super::exit::Exit;

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
