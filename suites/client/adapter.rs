//! The checks of the adapter itself: it starts, names its operations, and exits on request.

use super::{ClientCheck, Context, Like, PROTOCOL};
use crate::adapter::Operation;
use crate::engine::{Check, Deviation, Outcome, nearest};
use crate::engine::{Effect, Level};
use crate::safe::{Clients, Directions, Stage};

/// Returns the check that the adapter starts and answers `hello`.
pub(super) fn starts(variants: &'static [Like]) -> ClientCheck {
    Check {
        id: "adapter.starts",
        title: "The adapter starts and answers `hello`.",
        clause: PROTOCOL,
        level: Level::Required,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants,
        needs: &[],
        effect: Effect::Reads,
        expected: "one line of JSON on standard output, in answer to `hello`, with name, version and operations",
        remedy: "Run the command by hand and send it the line {\"id\":1,\"op\":\"hello\",\"input\":{\"protocol\":1}}. Write only answers to standard output, and flush each one; write text for people to standard error.",
        run: |context| {
            Box::pin(async {
                match context.hello().await {
                    Ok(hello) => Outcome::pass(format!("{} {}", hello.name, hello.version)),
                    Err(outcome) => outcome,
                }
            })
        },
    }
}

/// Returns the check that the adapter names only known operations.
pub(super) fn operations(variants: &'static [Like]) -> ClientCheck {
    Check {
        id: "adapter.operations",
        title: "The adapter names only known operations.",
        clause: PROTOCOL,
        level: Level::Recommended,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants,
        needs: &["adapter.starts"],
        effect: Effect::Reads,
        expected: "`operations` lists at least one operation, and only operations that this program knows",
        remedy: "The vectors of a misspelled operation are left out. If the operation is newer than this program, update the program.",
        run: |context| Box::pin(known_operations(context)),
    }
}

async fn known_operations(context: &Context) -> Outcome {
    let hello = match context.hello().await {
        Ok(hello) => hello,
        Err(outcome) => return outcome,
    };
    let names = || Operation::ALL.iter().map(|operation| operation.name());
    let strange = hello
        .operations
        .iter()
        .find(|name| Operation::named(name).is_none());
    if let Some(strange) = strange {
        let suggestion = nearest(strange, names())
            .map(|name| format!(", did you mean `{name}`?"))
            .unwrap_or_default();
        return Deviation::new(
            Stage::Meaning,
            format!("`{strange}` is not an operation{suggestion}"),
        )
        .into();
    }
    if hello.operations.is_empty() {
        return Deviation::new(Stage::Meaning, "it has no operation at all").into();
    }
    let lacking: Vec<_> = names()
        .filter(|name| !hello.operations.iter().any(|known| known == name))
        .collect();
    Outcome::pass(if lacking.is_empty() {
        "it has every operation".to_owned()
    } else {
        format!("it has every operation except {}", lacking.join(", "))
    })
}

/// Returns the check that the adapter exits on request.
pub(super) fn ends(variants: &'static [Like]) -> ClientCheck {
    Check {
        id: "adapter.ends",
        title: "The adapter answers `bye` and ends.",
        clause: PROTOCOL,
        level: Level::Recommended,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants,
        needs: &["adapter.starts"],
        effect: Effect::LooksBack,
        expected: "the adapter answers `bye`, and the process exits within a few seconds",
        remedy: "Exit at `bye` and at the end of standard input. A process that does not exit is killed, with all processes that it started.",
        run: |context| {
            Box::pin(async {
                match context.peer.bye().await {
                    Ok(()) => Outcome::pass("it exited"),
                    Err(breakdown) => Deviation::new(Stage::Connect, breakdown.to_string()).into(),
                }
            })
        },
    }
}
