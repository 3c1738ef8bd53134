//! Checks whether a server keeps backups over time: watch, visit and ledger. No text for users.
//!
//! [`plant`] uploads five canaries, backups that belong to the harness, and notes them in a
//! [`Ledger`]. [`verify`] may run on any day: it looks at those that must still exist, repeats the
//! uploads that are due, and reports losses. Some servers count a download as an upload, so each
//! canary is looked at only once between two uploads. [`end`] removes them.
//!
//! [`Watch`] decides what is due and what a look means, without a network or a clock.

mod canary;
mod ending;
mod ledger;
mod looking;
mod refusal;
#[cfg(test)]
mod tests;
mod trouble;
mod visit;
mod watch;

pub use canary::{Canary, Damage, Deed, Found, Look, Promise, Role, Sight, State, Window};
pub use ending::{Ended, end};
pub use ledger::{Ledger, LedgerError};
pub use refusal::{Reason, Refusal};
pub use trouble::Trouble;
pub use visit::{Event, Plan, Visit, plant, verify};
pub use watch::{Unjudgeable, Watch, promise};

/// A source of the time.
pub type Clock = dyn Fn() -> jiff::Timestamp + Send + Sync;
