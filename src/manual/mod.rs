//! The manual: the facts about Threema Safe, each under an ID, and what resolves a citation. No code here decides.
//!
//! The documents are Markdown, for people and for [`facts`]: [`protocol`], [`clients`] and [`servers`]. A fact is a heading
//! of the third level with its ID and its title, a line that says how it is known, and its text:
//!
//! ```text
//! ### 4.6 — the server takes what its config promises
//!
//! Known: read, measured; source of Android 6.4.2 and iOS 7.2.2
//!
//! Android refuses to upload if the size is over `maxBackupBytes` …
//! ```
//!
//! An ID never changes and is never used again. Code, vectors and reports cite it: `clause 4.6` in prose, the ID alone
//! for the facts of [`clients`] and [`servers`].

mod citation;
mod fact;
#[cfg(test)]
mod tests;

pub use citation::citations;
pub use fact::{Fact, Known};

use crate::safe::clause::Clause;
use std::sync::LazyLock;

/// The protocol: keys, envelope, document, server, retention, TLS.
pub mod protocol {
    #![doc = include_str!("protocol.md")]
}

/// How each release of the clients writes, reads and transports a backup.
pub mod clients {
    #![doc = include_str!("clients.md")]
}

/// How real servers behave.
pub mod servers {
    #![doc = include_str!("servers.md")]
}

/// The documents with facts: the name of the file, and its text.
pub const DOCUMENTS: &[(&str, &str)] = &[
    ("protocol.md", include_str!("protocol.md")),
    ("clients.md", include_str!("clients.md")),
    ("servers.md", include_str!("servers.md")),
];

/// Returns every fact, in the order of the documents.
pub fn facts() -> &'static [Fact] {
    static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(|| {
        DOCUMENTS
            .iter()
            .flat_map(|(_, text)| Fact::parse_all(text))
            .collect()
    });
    &FACTS
}

/// Returns the fact of this ID.
pub fn fact(id: &str) -> Option<&'static Fact> {
    facts().iter().find(|fact| fact.id == id)
}

/// Returns the facts whose ID begins with the segments of `prefix`: `4.2` also finds `4.2.charset`.
pub fn under(prefix: &str) -> impl Iterator<Item = &'static Fact> {
    facts().iter().filter(move |fact| {
        fact.id
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Returns the fact that a clause names.
///
/// # Panics
///
/// If the clause has no fact. A test looks up every clause.
pub fn clause(clause: Clause) -> &'static Fact {
    fact(clause.number).unwrap_or_else(|| panic!("clause {} has no fact", clause.number))
}
