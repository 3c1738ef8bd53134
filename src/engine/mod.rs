//! What a check is, and how checks run, are judged and are waived. No HTTP, and nothing about
//! Threema.
//!
//! A [`Check`] is one constant and one function. A [`Plan`] selects checks. [`run`] runs them,
//! respects what each needs and may do, and reports every step as an [`Event`]. The result is a
//! [`Run`]: a [`Finding`] for every check and variant, whether or not it could be judged.

mod cause;
mod check;
mod day;
mod effect;
mod exit;
mod finding;
mod level;
mod plan;
mod runner;
mod similar;
mod stop;
mod summary;
#[cfg(test)]
mod tests;
mod verdict;
pub mod waiver;

pub use cause::{Blocker, Breakage, Cause};
pub(crate) use check::checks;
pub use check::{BoxFuture, Check, Context, Deviation, Facet, Outcome};
pub use day::{Day, NoDay};
pub use effect::Effect;
pub use exit::{EXITS, Ending, Exit, Grounds};
pub use finding::{Because, Finding};
pub use level::Level;
#[cfg(feature = "cli")]
pub(crate) use plan::beginnings;
pub use plan::{Pattern, Plan, PlanError, Selection};
pub use runner::{Event, Options, Run, Subject, run};
pub(crate) use similar::{did_you_mean, meant, nearest};
pub use stop::{Stop, StopReason};
pub use summary::{ClientSummaries, ClientSummary, Counts, Excused, KnownIssue, client_summaries};
pub use verdict::{ClientVerdict, Verdict};
