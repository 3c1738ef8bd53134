//! What each check says where one answer of a healthy server is another one.

mod decisions;
mod fields;
mod matrix;
mod versions;
mod worlds;

use super::{ServerCheck, checks};
use crate::engine::{Context as _, Outcome, Subject as _};
use crate::wire::scripted::{Asked, Deed, Scripted};
use crate::wire::{Facet, Scrub, Session, Target};
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
    said(&judged(session, check, facet))
}

fn judged(session: &Arc<Session>, check: &'static ServerCheck, facet: Facet) -> Outcome {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let context = session.context(check, facet);
        let outcome = (check.run)(&context).await;
        context.teardown().await;
        outcome
    })
}

/// A run before a server in memory, of which a test asks for one finding after the other.
struct World {
    server: Arc<Scripted>,
    session: Arc<Session>,
}

impl World {
    /// Returns a server with a password at http://, on this machine.
    fn new(script: impl FnMut(&Asked) -> Deed + Send + 'static) -> Self {
        let server = Scripted::new(script);
        Self {
            session: Session::scripted(&server, None),
            server,
        }
    }

    /// The same at another target.
    fn at(target: Target, script: impl FnMut(&Asked) -> Deed + Send + 'static) -> Self {
        let server = Scripted::new(script);
        Self {
            session: Session::scripted_at(target, Scrub::default(), &server, None),
            server,
        }
    }

    /// Returns a server with a password at https://, which speaks HTTP/1.1 and HTTP/2.
    fn with_tls(script: impl FnMut(&Asked) -> Deed + Send + 'static) -> Self {
        let target = Target::parse("https://127.0.0.1:9/safe").expect("a URL");
        let world = Self::at(target.basic("safe", "s3cret-in-memory"), script);
        world.session.offers_both();
        world
    }

    /// Returns the outcome of the check of this name, with its variant.
    fn judge(&self, name: &str) -> Outcome {
        let (check, facet) = named(name);
        judged(&self.session, check, facet)
    }

    /// Returns what was asked so far that begins with this.
    fn asked(&self, prefix: &str) -> usize {
        let log = self.server.log();
        log.iter().filter(|asked| asked.starts_with(prefix)).count()
    }
}

fn named(name: &str) -> (&'static ServerCheck, Facet) {
    let mut all =
        checks().flat_map(|check| check.variants.iter().map(move |facet| (check, *facet)));
    all.find(|(check, facet)| check.name_of(*facet) == name)
        .unwrap_or_else(|| panic!("no check is called {name}"))
}

/// Returns an outcome in one line.
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
