//! The known-answer vectors: the files under `vectors/`, embedded, and what they say. No verdicts.
//!
//! Reading a file is bounded and strict: a key that is there twice, and one that does not belong
//! there, are refused by name and line. What a vector demands of an answer is for `suites` to
//! judge.
//!
//! To add a file: one line in [`SUBJECTS`]. To add an operation: its input and its output in
//! `input.rs` and `output.rs`.

mod embedded;
mod error;
mod file;
mod input;
mod output;
mod recipe;
#[cfg(test)]
mod tests;

pub use embedded::{FILES, SUBJECTS, all, find};
pub use error::LoadError;
pub use file::{Earlier, File, Group, Mistake, Outcome, Provenance, Vector, Wanted};
pub use output::{Expected, Output, Pointers};
