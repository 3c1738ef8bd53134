//! Small sets of the values of an enum.

use std::fmt;
use std::marker::PhantomData;

/// An enum whose values can be members of a [`Set`]: at most eight.
pub trait Member: Copy + fmt::Debug + fmt::Display + 'static {
    /// Every value, in the order of reports.
    const VALUES: &'static [Self];

    /// Returns the position of this value, from 0.
    fn position(self) -> u8;
}

/// A set of values.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Set<T> {
    bits: u8,
    members: PhantomData<T>,
}

impl<T> Set<T> {
    /// The empty set.
    pub const NONE: Self = Self::of_bits(0);

    pub(super) const fn of_bits(bits: u8) -> Self {
        Self {
            bits,
            members: PhantomData,
        }
    }

    /// Returns the union of two sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self
    where
        T: Copy,
    {
        Self::of_bits(self.bits | other.bits)
    }

    /// Returns the values that are in both sets.
    #[must_use]
    pub const fn within(self, other: Self) -> Self
    where
        T: Copy,
    {
        Self::of_bits(self.bits & other.bits)
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool
    where
        T: Copy,
    {
        self.bits == 0
    }
}

impl<T: Member> Set<T> {
    /// Returns whether `value` is in the set.
    pub fn contains(self, value: T) -> bool {
        self.bits & (1 << value.position()) != 0
    }

    /// Returns the members, in the order of [`Member::VALUES`].
    pub fn iter(self) -> impl Iterator<Item = T> {
        let values = T::VALUES.iter().copied();
        values.filter(move |value| self.contains(*value))
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<T: Member> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let bits = values.into_iter().map(|value| 1 << value.position());
        Self::of_bits(bits.fold(0, |all, bit: u8| all | bit))
    }
}

impl<T: Member> fmt::Display for Set<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("none");
        }
        for (position, value) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(formatter, "{separator}{value}")?;
        }
        Ok(())
    }
}

impl<T: Member> fmt::Debug for Set<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}
