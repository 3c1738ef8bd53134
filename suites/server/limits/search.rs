//! The search for the largest size that a server accepts.

use super::attempt::{Size, attempt};
use crate::engine::Outcome;
use crate::wire::{Context, OwnBackup};
use std::fmt;

/// Limits that people and programs commonly set, in bytes: tried before the search halves
/// intervals.
const USUAL_LIMITS: [u64; 12] = [
    16_384, 32_768, 65_536, 100_000, 131_072, 250_000, 262_144, 500_000, 524_288, 1_000_000,
    1_048_576, 10_485_760,
];

/// The largest size that the server accepts, as far as the search went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Limit {
    /// Exactly this many bytes.
    Exactly(u64),
    /// At least the first, and less than the second.
    Between(u64, u64),
}

impl Limit {
    /// Returns whether this may be the limit.
    pub(super) const fn allows(&self, bytes: u64) -> bool {
        match self {
            Self::Exactly(limit) => *limit == bytes,
            Self::Between(taken, refused) => *taken <= bytes && bytes < *refused,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(limit) => write!(formatter, "the real limit is {limit} bytes"),
            Self::Between(taken, refused) => write!(
                formatter,
                "the real limit lies between {taken} and {refused} bytes"
            ),
        }
    }
}

/// The size at which the search begins, in bytes.
const LEAST_TRIED: u64 = 4096;

/// A search for the largest size that the server accepts.
pub(super) struct Search {
    /// A size that was accepted, in bytes.
    pub(super) taken: u64,
    /// A size that was refused, in bytes.
    pub(super) refused: u64,
    /// The number of bytes that may still be sent.
    pub(super) budget: u64,
    /// Whether to find the limit to the byte, or only between two powers of two.
    pub(super) to_the_byte: bool,
}

impl Search {
    /// Returns the limit, as far as the budget goes.
    pub(super) async fn run(
        mut self,
        context: &Context,
        backup: &OwnBackup,
    ) -> Result<Limit, Outcome> {
        // The search starts low, so that a low limit under a high promise costs little.
        let mut size = LEAST_TRIED;
        while size < self.refused && self.try_size(context, backup, size).await? {
            size *= 4;
        }
        // Stops between the steps, so that both ends are powers of two.
        let between = self.taken * 2;
        if between > LEAST_TRIED && between < self.refused {
            self.try_size(context, backup, between).await?;
        }
        if !self.to_the_byte {
            return Ok(self.found());
        }
        for usual in USUAL_LIMITS {
            for size in [usual, usual + 1] {
                if self.taken < size && size < self.refused {
                    self.try_size(context, backup, size).await?;
                }
            }
        }
        while self.refused - self.taken > 1 {
            let middle = self.taken + (self.refused - self.taken) / 2;
            if !self.try_size(context, backup, middle).await? {
                break;
            }
        }
        Ok(self.found())
    }

    const fn found(&self) -> Limit {
        if self.refused - self.taken == 1 {
            Limit::Exactly(self.taken)
        } else {
            Limit::Between(self.taken, self.refused)
        }
    }

    /// Tries one size. Returns whether the budget allowed it. A backup that comes back damaged
    /// counts as refused.
    async fn try_size(
        &mut self,
        context: &Context,
        backup: &OwnBackup,
        size: u64,
    ) -> Result<bool, Outcome> {
        if size > self.budget {
            return Ok(false);
        }
        self.budget -= size;
        match attempt(context, backup, size).await? {
            Size::Stored => self.taken = size,
            Size::Damaged(..) | Size::Refused(_) => self.refused = size,
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_exact_where_one_byte_more_is_refused() {
        let found = |taken, refused| {
            Search {
                taken,
                refused,
                budget: 0,
                to_the_byte: true,
            }
            .found()
        };
        assert_eq!(found(100, 101), Limit::Exactly(100));
        assert_eq!(found(100, 102), Limit::Between(100, 102));
        assert_eq!(
            found(100, 102).to_string(),
            "the real limit lies between 100 and 102 bytes"
        );
    }
}
