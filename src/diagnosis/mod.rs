//! Named problems of a server: the catalogue, and how each problem is recognised from observations.
//! This module makes no requests and no verdicts.
//!
//! Three kinds of evidence show a problem: one answer ([`diagnose`]), a request without an answer
//! ([`diagnose_silence`]), and the findings of a whole run ([`attribute`]).

mod attribution;
mod bare;
mod catalogue;
mod certainty;
mod certificate;
mod config;
mod connection;
mod credentials;
mod described;
mod diagnosed;
mod evidence;
mod front;
mod name;
mod nextcloud;
mod partly;
mod path;
mod privacy;
mod problem;
mod shell;
mod size;
mod software;
mod state;
mod storage;
mod symptom;
#[cfg(test)]
mod tests;
mod tls;
mod words;

pub use attribution::{attribute, fill, remarks};
pub use catalogue::CATALOGUE;
use catalogue::surest;
pub use certificate::first_releases;
pub use described::describe;
pub use diagnosed::Diagnosis;
#[cfg(feature = "cli")]
pub(crate) use nextcloud::is_of_user;

/// The ID of the problem that nothing is set up on the server.
pub const NOT_SET_UP: &str = "problem.not-set-up";

/// The ID of the problem that the server accepts no uploads.
pub const NO_WEBDAV: &str = "problem.no-webdav";

/// The ID of the problem that the server does not ask for credentials.
pub const NO_CHALLENGE: &str = "problem.no-challenge";

/// The ID of the problem that requests over HTTP/2 fail.
pub const HTTP2_FAILS: &str = "problem.http2-fails";
/// The ID of the problem that a backup comes back with other bytes.
pub const BACKUP_CHANGED: &str = "problem.backup-changed";

/// The ID of the problem that older phones lack the root.
pub const NEW_ROOT: &str = "problem.new-root";

/// The IDs of problems that concern a phone although the server works.
pub const FOR_PHONES: [&str; 2] = [
    connection::LOOPBACK_ADDRESS.id,
    certificate::ROOT_NOT_ON_PHONES.id,
];

pub use certainty::Certainty;
pub use evidence::{Beside, Evidence, Silence, Subject};
pub use problem::{Breaks, Problem};
#[cfg(feature = "cli")]
pub(crate) use shell::FOLDER;
pub use shell::Shell;
#[cfg(feature = "cli")]
pub(crate) use shell::quoted;
pub(crate) use software::with_url;
pub use software::{
    Product, Recognised, answered_by, recognised, recognised_by_host, recognised_in,
    recognised_in_run,
};
pub use symptom::Sights;
pub use words::{Words, shown};

use std::borrow::Cow;

/// Returns a problem of the catalogue of which only a check has the evidence.
pub fn certain(id: &str) -> Option<Diagnosis> {
    let problem = Problem::of(id)?;
    let fix = Cow::Borrowed(problem.fix);
    Some(Diagnosis::new(problem, Certainty::Certain, fix))
}

/// Returns the problem that an answer shows: a certain one, or else the first likely one.
pub fn diagnose(evidence: &Evidence<'_>) -> Option<Diagnosis> {
    let (problem, certainty) = surest(|problem| (problem.in_answer)(evidence))?;
    let fix = if let Some(fix) = problem.spelled.and_then(|spell| spell(evidence)) {
        Cow::Owned(fix)
    } else {
        let mut software = recognised(evidence.answer);
        with_url(evidence.base, &mut software);
        Cow::Borrowed(problem.fix_for(&software))
    };
    Some(Diagnosis::new(problem, certainty, fix))
}

/// Returns the problem with this ID, for a check that is certain of it.
pub fn named(id: &str) -> Option<Diagnosis> {
    let problem = Problem::of(id)?;
    let fix = Cow::Borrowed(problem.fix);
    Some(Diagnosis::new(problem, Certainty::Certain, fix))
}

/// Returns the problem that a missing answer shows.
pub fn diagnose_silence(silence: &Silence) -> Option<Diagnosis> {
    let (problem, certainty) = surest(|problem| (problem.in_silence)(silence))?;
    let fix = Cow::Borrowed(problem.fix_for(&[]));
    Some(Diagnosis::new(problem, certainty, fix))
}
