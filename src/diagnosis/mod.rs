//! What is wrong with a server, by name: the catalogue of problems, each recognised from what one
//! exchange showed. No requests, no verdicts.

mod catalogue;
mod credentials;
mod front;
mod path;
mod software;
#[cfg(test)]
mod tests;
mod words;

pub use catalogue::CATALOGUE;
pub use software::{Product, Recognised, recognised};
pub use words::{Words, shown};

use crate::engine::Cause;
use crate::wire::{LoginKind, Method, Response};
use std::borrow::Cow;

/// What a request was about, as far as a problem depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The file `config`.
    Config,
    /// A backup that may or may not be there.
    Backup,
    /// A backup that was uploaded just before, with success.
    StoredBackup,
}

/// What one exchange showed, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The URL that was tested, without credentials.
    pub base: &'a str,
    /// How the run logs in.
    pub login: LoginKind,
    /// Whether credentials were sent with the request.
    pub with_credentials: bool,
    /// The method of the request.
    pub method: Method,
    /// What it was about.
    pub subject: Subject,
    /// The answer.
    pub answer: &'a Response,
    /// The status of a PROPFIND of the folder that should hold the file, if one was sent.
    pub folder: Option<u16>,
}

/// How sure a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Certainty {
    /// The evidence allows other causes.
    Likely,
    /// The evidence allows no other cause.
    Certain,
}

/// A named problem of servers.
pub struct Problem {
    /// The name, for ever: `problem.no-basic`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The same in two sentences.
    pub meaning: &'static str,
    /// What the administrator does, whatever the software is.
    pub fix: &'static str,
    /// The same for software that is recognised: setting, file, line.
    pub fixes: &'static [(Product, &'static str)],
    /// Who says so.
    pub source: &'static str,
    /// The fix with what was entered put into it, where that can be worked out.
    spelled: Option<fn(&Evidence<'_>) -> Option<String>>,
    recognise: fn(&Evidence<'_>) -> Option<Certainty>,
}

impl Problem {
    /// The problem of this name.
    pub fn of(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|problem| problem.id == id)
    }

    /// All that is known of it, a label and a text a line.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("title", self.title.to_owned()),
            ("means", self.meaning.to_owned()),
            ("fix", self.fix.to_owned()),
        ];
        let special = self.fixes.iter();
        lines.extend(special.map(|(product, fix)| ("fix", format!("{}: {fix}", product.name()))));
        lines.push(("source", self.source.to_owned()));
        lines
    }

    /// What to do on a server that shows this software.
    pub fn fix_for(&self, software: &[Recognised]) -> &'static str {
        let special = self
            .fixes
            .iter()
            .find(|(product, _)| software.iter().any(|seen| seen.product == *product));
        special.map_or(self.fix, |(_, fix)| fix)
    }
}

/// A problem that the evidence shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnosis {
    /// The name of the problem.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What to do on this server.
    pub fix: Cow<'static, str>,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Diagnosis {
    /// The cause for a deviation; none if another one is possible.
    pub fn cause(&self) -> Option<Cause> {
        (self.certainty == Certainty::Certain).then_some(Cause {
            id: Cow::Borrowed(self.id),
            title: Cow::Borrowed(self.title),
            fix: self.fix.clone(),
        })
    }
}

/// The problem that the evidence shows: one that is certain, or else the first that is likely.
pub fn diagnose(evidence: &Evidence<'_>) -> Option<Diagnosis> {
    let mut found: Option<(&Problem, Certainty)> = None;
    for problem in CATALOGUE {
        let Some(certainty) = (problem.recognise)(evidence) else {
            continue;
        };
        if found.is_none_or(|(_, known)| certainty > known) {
            found = Some((problem, certainty));
        }
    }
    let (problem, certainty) = found?;
    let spelled = problem.spelled.and_then(|spell| spell(evidence));
    Some(Diagnosis {
        id: problem.id,
        title: problem.title,
        fix: match spelled {
            Some(fix) => Cow::Owned(fix),
            None => Cow::Borrowed(problem.fix_for(&recognised(evidence.answer))),
        },
        certainty,
    })
}
