//! Whether a server keeps backups over time: watch, visit, ledger. No words for people.
//!
//! [`plant`] puts five backups of the harness's own on a server, canaries, and notes them in a
//! [`Ledger`]. [`verify`] comes back, any day: it looks at those that must still be there, uploads
//! again what is due, and says what is lost. Some servers count a download as an upload, so each
//! canary is looked at only once between two uploads. [`end`] removes them.
//!
//! What is due and what a look means is decided in [`Watch`], without a network and without a
//! clock.

mod canary;
mod ledger;
mod refusal;
#[cfg(test)]
mod tests;
mod visit;
mod watch;

pub use canary::{Canary, Deed, Found, Look, Promise, Role, Sight, State, Window};
pub use ledger::{Ledger, LedgerError};
pub use visit::{Clock, Ended, Event, Plan, Trouble, Visit, end, plant, verify};
pub use watch::{Unjudgeable, Watch, promise};
