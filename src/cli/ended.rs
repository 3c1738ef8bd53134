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

/// Returns the end of a complaint about an unknown name: which command or option shows all names.
/// It follows a question whether another name was meant, if there is one.
pub(super) fn shown_by(list: &str, is_question: bool) -> String {
    let separator = if is_question { "" } else { ";" };
    format!("{separator} {list} shows all of them")
}
