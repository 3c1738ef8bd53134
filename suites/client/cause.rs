//! The cause that a wrong answer shares with others: one thing to fix, in however many vectors.

use crate::adapter::{Breakdown, Operation};
use crate::engine::Cause;
use crate::safe::Stage;

/// A likely mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mistake {
    /// The last part of its cause's ID, which never changes.
    id: &'static str,
    /// What was done, in a few words.
    pub(super) name: &'static str,
}

impl Mistake {
    pub(super) const fn new(id: &'static str, name: &'static str) -> Self {
        Self { id, name }
    }
}

/// A fault in an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// A likely mistake produces exactly this answer.
    Mistake(Mistake),
    /// A mistake that the vector lists, under a name that is part of the vector's data.
    Listed(String),
    /// A field of a document or of the state of a phone.
    Field(String),
    /// A part of the output.
    Output(String),
    /// It accepts what it must refuse at this stage.
    Takes(Stage),
    /// It refuses at this stage what it must accept.
    Refuses(Stage),
    /// It refuses what it must refuse, but at another stage.
    OtherStage {
        /// The expected stage.
        wanted: Stage,
        /// The stage that was found.
        found: Stage,
    },
    /// No answer came, or it cannot be read.
    Breakdown(&'static str),
}

impl Fault {
    /// Returns the fault for a breakdown.
    pub(super) const fn of_breakdown(breakdown: &Breakdown) -> Self {
        Self::Breakdown(match breakdown {
            Breakdown::CannotStart(_) | Breakdown::GivenUp(_) => "start",
            Breakdown::Ended { .. } => "crash",
            Breakdown::Hung { .. } => "hang",
            Breakdown::Garbage(_) | Breakdown::TooLarge { .. } | Breakdown::Unasked(_) => "form",
            Breakdown::DoesNotGo { .. } => "end",
        })
    }

    /// Returns the cause for this fault in the answers of an operation.
    pub(super) fn cause(&self, operation: Operation) -> Cause {
        let (key, title, fix) = match self {
            Self::Mistake(mistake) => (
                mistake.id.to_owned(),
                format!("`{operation}`: {}", mistake.name),
                format!(
                    "This mistake produces exactly these answers: {}.",
                    mistake.name
                ),
            ),
            Self::Listed(name) => (
                slug(name),
                format!("`{operation}`: {name}"),
                format!("This mistake produces exactly these answers: {name}."),
            ),
            Self::Field(field) => (
                field.clone(),
                format!("`{operation}`: the field `{field}`"),
                format!("Look at where your implementation handles `{field}`."),
            ),
            Self::Output(part) => (
                part.clone(),
                format!("`{operation}`: `{part}` of the answer"),
                format!("Look at how your implementation computes `{part}`."),
            ),
            Self::Takes(stage) => (
                format!("takes-{stage}"),
                format!("`{operation}` accepts what must be refused at `{stage}`"),
                format!(
                    "Refuse it at `{stage}`; each vector's comment says what is wrong with its input."
                ),
            ),
            Self::Refuses(stage) => (
                format!("refuses-{stage}"),
                format!("`{operation}` refuses at `{stage}` what must be accepted"),
                refusal(operation, *stage).to_owned(),
            ),
            Self::OtherStage { wanted, found } => (
                format!("{found}-instead-of-{wanted}"),
                format!("`{operation}` refuses at `{found}` what must be refused at `{wanted}`"),
                "Report the first stage that fails: vectors/README.md, \"Stages\".".to_owned(),
            ),
            Self::Breakdown(kind) => (
                (*kind).to_owned(),
                format!("`{operation}`: {}", breakdown(kind)),
                "Look at the adapter's standard error; `-v` shows all of it.".to_owned(),
            ),
        };
        Cause {
            id: format!("vectors.{operation}.{key}").into(),
            title: title.into(),
            fix: fix.into(),
            likely: false,
        }
    }
}

/// Returns the fix if the implementation refuses what it must accept. If it cannot decrypt, no
/// answer names the mistake.
const fn refusal(operation: Operation, stage: Stage) -> &'static str {
    match (operation, stage) {
        (Operation::OpenBox, Stage::Open) => {
            "An error does not say which mistake it is. If it accepts one of the vectors `secretbox.sealed-…`, that vector names the mistake; otherwise, look at the key (all 32 bytes of it), the nonce (all 24) and the tag (the first 16 of the box). `seal` has an answer for every likely mistake."
        }
        (Operation::OpenBackup | Operation::Open, Stage::Open) => {
            "An error does not say which mistake it is. If it accepts one of the vectors `body.sealed-…` or `body.shut-…`, that vector names the mistake; otherwise, look at the key (the second half of the master key) and the nonce (the first 24 bytes of the body). If `open_box` passes, the mistake is in how the body is split."
        }
        _ => "Accept it; each vector's comment says what is special about its input.",
    }
}

fn breakdown(kind: &str) -> &'static str {
    match kind {
        "start" => "the adapter does not start",
        "crash" => "the implementation crashes",
        "hang" => "no answer in time",
        "form" => "the answer is not in the form of the protocol",
        _ => "the adapter does not end",
    }
}

/// Returns a name as a part of an ID.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Returns the fix if a process exits while it answers: the implementation behind the adapter
/// crashed.
pub(super) fn crash_remedy(operation: Operation) -> String {
    let memory = match operation {
        Operation::Derive | Operation::Scrypt => {
            " scrypt takes 64 MiB here (N = 65536, r = 8), and OpenSSL refuses more than 32 MiB by default: `maxmem: 128 * 1024 * 1024` in Node, `maxmem=2**27` in Python."
        }
        _ => "",
    };
    format!(
        "The adapter speaks the protocol; the implementation behind it crashed at `{operation}`. Its standard error shows where.{memory} An input that is refused is answered with `error` and a stage."
    )
}

/// The fix if a body or box is not opened that must be. Why, the refusal does not tell.
///
/// Source: 1.2, 2.1.
pub(super) const OPEN_REMEDY: &str = "If none is opened: a body is the nonce (24 bytes), then the box; a box is its tag (16 bytes), then the ciphertext. The key is the second half of the output of scrypt. If only some are not, `safe-conformance explain` with the vector shows what is special about it.";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The remedy is a list of what may be wrong, and only where nothing says what is.
    #[test]
    fn who_opens_nothing_is_told_the_layout() {
        let (_, group, vector) = crate::vectors::find("envelope.fixed").expect("a vector");
        let remedy = |stage| {
            let message = String::new();
            let refused = Ok(crate::adapter::Reply::Refused { stage, message });
            let like = super::super::Like::Anyone;
            match super::super::judge::judge(vector, group.operation, like, refused) {
                crate::engine::Outcome::Deviates(deviation) => deviation.remedy,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(remedy(Stage::Open).as_deref(), Some(OPEN_REMEDY));
        assert_eq!(remedy(Stage::Gunzip), None);
    }

    /// A reworded name would be another ID: reports and waivers name causes by it.
    #[test]
    fn the_ids_of_listed_mistakes_never_change() {
        let groups = crate::vectors::all().iter().flat_map(|file| &file.groups);
        let ids: BTreeSet<String> = groups
            .flat_map(|group| {
                let mistakes = group.tests.iter().flat_map(|vector| &vector.mistakes);
                mistakes.map(|mistake| {
                    let fault = Fault::Listed(mistake.name.clone());
                    fault.cause(group.operation).id.to_string()
                })
            })
            .collect();
        let ids: Vec<_> = ids.into_iter().collect();
        insta::assert_snapshot!(ids.join("\n"));
    }
}
