//! Each problem from evidence that shows it, and from near misses that must not.

mod answers;
