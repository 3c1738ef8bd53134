//! The known-answer vectors: the files under `vectors/`, embedded and parsed. No verdicts.
//!
//! Parsing a file is limited and strict: duplicate and unknown keys are refused with their name and
//! line. `suites` judges answers by the vectors.
//!
//! To add a file, add one line to [`SUBJECTS`]. To add an operation, add its input and its output
//! to `input.rs` and `output.rs`.

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
