//! What each check says where one answer of a healthy server is another one.

mod fields;
mod matrix;
mod worlds;

use super::{ServerCheck, checks};
use crate::engine::{Context as _, Outcome, Subject as _};
use crate::wire::scripted::{Asked, Deed, Scripted};
use crate::wire::{Facet, Session};
use std::sync::Arc;

/// What became of one check before a server in memory.
struct Played {
    said: String,
    asked: Vec<String>,
}

/// Plays one check before a server in memory. Time that passes on purpose passes at once.
fn played(
    (check, facet): (&'static ServerCheck, Facet),
    script: impl FnMut(&Asked) -> Deed + Send + 'static,
) -> Played {
    let server = Scripted::new(script);
    let session = Session::scripted(&server, None);
    let said = run(&session, check, facet);
    Played {
        said,
        asked: server.log(),
    }
}

fn run(session: &Arc<Session>, check: &'static ServerCheck, facet: Facet) -> String {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let context = session.context(check, facet);
        let outcome = (check.run)(&context).await;
        context.teardown().await;
        said(&outcome)
    })
}

/// An outcome in one line.
fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass(seen) => format!("pass: {seen}"),
        Outcome::Like { observed, .. } => format!("like: {observed}"),
        Outcome::Deviates(deviation) => {
            let cause = deviation.cause.as_ref();
            let cause = cause.map_or_else(String::new, |cause| format!(" ({})", cause.id));
            format!(
                "deviates at {}: {}{cause}",
                deviation.stage, deviation.observed
            )
        }
        Outcome::NotApplicable(why) => format!("not applicable: {why}"),
        Outcome::Blocked { by, reason } => format!("blocked by {by:?}: {reason}"),
        Outcome::Error { kind, reason } => format!("error {kind:?}: {reason}"),
    }
}
