//! The words that every floor of the house shares: clients, clauses, levels, effects, stages, verdicts.

pub mod clause;
mod client;
mod effect;
mod level;
mod stage;
mod verdict;

pub use clause::Clause;
pub use client::{Client, Clients};
pub use effect::Effect;
pub use level::Level;
pub use stage::Stage;
pub use verdict::{ClientVerdict, Verdict};
