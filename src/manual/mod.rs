//! The manual: the facts about Threema Safe, each under an ID, and what resolves a citation. No
//! code that decides.
//!
//! The documents are Markdown, for people and for [`facts`]: [`protocol`], [`clients`] and
//! [`servers`]. A fact is a heading of the third level with its ID and its title, a line that says
//! how it is known, and its text:
//!
//! ```text
//! ### 4.6 — the server accepts what its config promises
//!
//! Known: read, measured; source of Android 6.4.2 and iOS 7.2.2
//!
//! Android refuses to upload a backup that is larger than `maxBackupBytes` …
//! ```
//!
//! The guides: [`setting_up_a_server`], [`checking_a_server`], [`problems`], [`ci`],
//! [`mod@retention`], [`backups`], [`losses`], [`authors_of_servers`], [`authors_of_clients`],
//! [`mod@rig`], and how to [`add_a_check`], [`add_a_problem`], [`add_a_vector`], [`add_a_release`],
//! [`add_a_loss`], [`add_a_report_format`].
//!
//! An ID never changes and is never used again. Code, vectors and reports cite it: `clause 4.6` in
//! prose, the ID alone for the facts of [`clients`] and [`servers`].

// `fact` and `citation` read the documents; the modules with a page are for rustdoc.
mod citation;
mod fact;
#[cfg(test)]
mod tests;

pub use citation::citations;
pub use fact::{Fact, Known};

use crate::safe::clause::Clause;
use std::sync::LazyLock;

/// The protocol: keys, envelope, document, server, retention, TLS.
#[allow(
    clippy::doc_markdown,
    reason = "the document is prose, full of names of products"
)]
pub mod protocol {
    #![doc = include_str!("protocol.md")]
}

/// How each release of the clients writes, reads and transports a backup.
#[allow(
    clippy::doc_markdown,
    reason = "the document is prose, full of names of products"
)]
pub mod clients {
    #![doc = include_str!("clients.md")]
}

/// How real servers behave.
#[allow(
    clippy::doc_markdown,
    reason = "the document is prose, full of names of products"
)]
pub mod servers {
    #![doc = include_str!("servers.md")]
}

/// How to set a server up: folder, config, address, app password.
#[allow(
    clippy::doc_markdown,
    reason = "the document is prose, full of names of products"
)]
pub mod setting_up_a_server {
    #![doc = include_str!("setting-up-a-server.md")]
}

/// The problems of servers that a run names.
#[allow(
    clippy::doc_markdown,
    reason = "the document is prose, full of names of products"
)]
pub mod problems {
    #![doc = include_str!("problems.md")]
}

/// How to check a server: commands, exit codes, environment.
pub mod checking_a_server {
    #![doc = include_str!("checking-a-server.md")]
}

/// How to check a server in CI: reports, transcripts, waivers.
pub mod ci {
    #![doc = include_str!("ci.md")]
}

/// How to watch a server over months.
pub mod retention {
    #![doc = include_str!("retention.md")]
}

/// How to inspect a backup.
pub mod backups {
    #![doc = include_str!("backups.md")]
}

/// What is lost between clients.
pub mod losses {
    #![doc = include_str!("losses.md")]
}

/// For authors of servers: the suite as tests, and the embedded server.
pub mod authors_of_servers {
    #![doc = include_str!("authors-of-servers.md")]
}

/// For authors of clients: vectors, adapters, and a trait.
pub mod authors_of_clients {
    #![doc = include_str!("authors-of-clients.md")]
}

/// For authors of clients: a server that records what a client sends.
pub mod rig {
    #![doc = include_str!("rig.md")]
}

/// How to add a check and a fault.
pub mod add_a_check {
    #![doc = include_str!("add-a-check.md")]
}

/// How to add a problem.
pub mod add_a_problem {
    #![doc = include_str!("add-a-problem.md")]
}

/// How to add a vector.
pub mod add_a_vector {
    #![doc = include_str!("add-a-vector.md")]
}

/// How to add a release of a client.
pub mod add_a_release {
    #![doc = include_str!("add-a-release.md")]
}

/// How to add a row to the table of losses.
pub mod add_a_loss {
    #![doc = include_str!("add-a-loss.md")]
}

/// How to add a report format.
pub mod add_a_report_format {
    #![doc = include_str!("add-a-report-format.md")]
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
