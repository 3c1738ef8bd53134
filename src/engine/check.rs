//! What a check is: one constant and one function.

use super::cause::{Blocker, Breakage, Cause};
use crate::engine::{Effect, Level};
use crate::safe::{Clause, Clients, Directions, Stage};
use std::pin::Pin;

/// A boxed future, as a check's function returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a check works with. It is passed to the check's function and torn down after it.
pub trait Context: Send + Sync + Sized + 'static {
    /// A way in which a check can be run.
    type Facet: Facet;

    /// Removes what the check left on the target. Called once, even if the check failed.
    fn teardown(&self) -> BoxFuture<'_, ()>;
}

/// One way in which a check is run: as a client, over an HTTP version, and so on.
pub trait Facet: Copy + Send + Sync + 'static {
    /// Returns the name in reports, which never changes; empty if the check runs in only one way.
    fn label(self) -> &'static str;

    /// Returns the clients for which this variant speaks.
    fn clients(self) -> Clients;

    /// Returns the directions that this variant concerns, of those that its check breaks.
    fn directions(self) -> Directions {
        Directions::BOTH
    }
}

/// One check: a requirement, who is affected by a deviation, what to do about it, and how to find
/// out.
pub struct Check<C: Context> {
    /// The name, for ever: never reused, never renumbered. Dot segments group checks.
    pub id: &'static str,
    /// The requirement in one sentence.
    pub title: &'static str,
    /// Where the requirement is written.
    pub clause: Clause,
    /// How much a deviation matters.
    pub level: Level,
    /// The clients that can be affected.
    pub clients: Clients,
    /// What an affected client cannot do.
    pub breaks: Directions,
    /// The variants. The check runs once for each and makes one finding for each.
    pub variants: &'static [C::Facet],
    /// The checks that must not have failed for this one to make sense.
    pub needs: &'static [&'static str],
    /// The most that the check may do to the server.
    pub effect: Effect,
    /// What a server that conforms does.
    pub expected: &'static str,
    /// What the administrator does now.
    pub remedy: &'static str,
    /// The function.
    pub run: for<'a> fn(&'a C) -> BoxFuture<'a, Outcome>,
}

impl<C: Context> Check<C> {
    /// Returns the name of one variant of this check, as tests and progress lines show it:
    /// `upload.accepted[ios-h2]`.
    pub fn name_of(&self, variant: C::Facet) -> String {
        match variant.label() {
            "" => self.id.to_owned(),
            label => format!("{}[{label}]", self.id),
        }
    }

    /// Returns the clients that this check, run as `variant`, can speak about.
    pub fn clients_of(&self, variant: C::Facet) -> Clients {
        self.clients.within(variant.clients())
    }
}

/// What a check's function found. Every outcome but a pass carries its reason.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// As it should be, with what was seen.
    Pass(String),
    /// As some clients do it and others do not, in a case in which the clients differ.
    Like {
        /// What was seen.
        observed: String,
        /// The clients that do the same.
        same: Clients,
        /// The clients that do something else.
        other: Clients,
    },
    /// Not as it should be. The check's level decides between `fail` and `warn`.
    Deviates(Deviation),
    /// The question does not arise, with the reason.
    NotApplicable(String),
    /// It could not be judged.
    Blocked {
        /// What kept it from being judged.
        by: Blocker,
        /// The reason, for people.
        reason: String,
    },
    /// The harness could not carry it out.
    Error {
        /// What broke.
        kind: Breakage,
        /// The reason, for people.
        reason: String,
    },
}

impl Outcome {
    /// Returns a pass, with what was seen.
    pub fn pass(observed: impl Into<String>) -> Self {
        Self::Pass(observed.into())
    }

    /// Returns a deviation at `stage`, with what was seen.
    pub fn deviates(stage: Stage, observed: impl Into<String>) -> Self {
        Self::Deviates(Deviation::new(stage, observed))
    }

    /// Returns an outcome for a question that does not arise.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable(reason.into())
    }

    /// Returns an outcome that the server's answers leave open.
    pub fn blocked(reason: impl Into<String>) -> Self {
        Self::blocked_by(Blocker::Answer, reason)
    }

    /// Returns an outcome that `by` kept from being judged.
    pub fn blocked_by(by: Blocker, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Blocked { by, reason }
    }

    /// Returns an outcome of a check that the harness could not carry out.
    pub fn error(kind: Breakage, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Error { kind, reason }
    }
}

/// A deviation from what a check expects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deviation {
    /// The stage that failed.
    pub stage: Stage,
    /// What was seen. It never contains a backup ID or a secret, and is the same in each run.
    pub observed: String,
    /// The clients of the check that are affected; `None` means all of them.
    pub affects: Option<Clients>,
    /// What to do, if this is more specific than the check's remedy.
    pub remedy: Option<String>,
    /// An alternative to the fix.
    pub alternative: Option<String>,
    /// The software that answered, as the answer names it: `Server: nginx; Via: 1.1 varnish`.
    pub answered_by: Option<String>,
    /// The cause, if it has a name that other deviations can share.
    pub cause: Option<Box<Cause>>,
}

impl Deviation {
    /// Returns a deviation that affects every client of the check.
    pub fn new(stage: Stage, observed: impl Into<String>) -> Self {
        Self {
            stage,
            observed: observed.into(),
            affects: None,
            remedy: None,
            alternative: None,
            answered_by: None,
            cause: None,
        }
    }

    /// Narrows which clients are affected.
    #[must_use]
    pub fn affecting(mut self, clients: Clients) -> Self {
        self.affects = Some(clients);
        self
    }

    /// Names the cause.
    #[must_use]
    pub fn caused_by(mut self, cause: Cause) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// Adds an alternative to the fix.
    #[must_use]
    pub fn or(mut self, alternative: impl Into<String>) -> Self {
        self.alternative = Some(alternative.into());
        self
    }

    /// Replaces the check's remedy with a more specific one.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl From<Deviation> for Outcome {
    fn from(deviation: Deviation) -> Self {
        Self::Deviates(deviation)
    }
}

/// Declares checks and registers them in one place, so that none can be forgotten.
///
/// The doc comment is the requirement; `run` names an `async fn(&Context) -> Result<Outcome,
/// Outcome>`, where an error is an outcome that ends the check early.
macro_rules! checks {
    ($context:ty; $(
        $(#[doc = $doc:literal])*
        $name:ident = Check {
            id: $id:expr,
            clause: $clause:expr,
            level: $level:expr,
            clients: $clients:expr,
            breaks: $breaks:expr,
            variants: $variants:expr,
            needs: $needs:expr,
            effect: $effect:expr,
            expected: $expected:expr,
            remedy: $remedy:expr,
            run: $run:path $(,)?
        }
    )*) => {
        $(
            $(#[doc = $doc])*
            pub const $name: $crate::engine::Check<$context> = $crate::engine::Check {
                id: $id,
                title: {
                    let title = concat!($($doc),*);
                    assert!(
                        !title.is_empty(),
                        concat!("`", stringify!($name), "` has no doc comment, which is its requirement"),
                    );
                    title
                },
                clause: $clause,
                level: $level,
                clients: $clients,
                breaks: $breaks,
                variants: $variants,
                needs: $needs,
                effect: $effect,
                expected: $expected,
                remedy: $remedy,
                run: |context| Box::pin(async move { $run(context).await.unwrap_or_else(|early| early) }),
            };
        )*

        /// Every check of this file, in the order in which reports show them.
        pub const CHECKS: &[$crate::engine::Check<$context>] = &[$($name),*];
    };
}
pub(crate) use checks;
