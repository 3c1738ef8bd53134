//! How sure a diagnosis is.

/// How sure a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Certainty {
    /// The evidence allows other causes.
    Likely,
    /// The evidence allows no other cause.
    Certain,
}
