//! The pace that the user permits.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The pace that the user permits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PaceChoice {
    /// Two requests per second, one at a time.
    Slow,
    /// Begins with ten requests per second, one at a time, and speeds up while the server stays
    /// fast.
    #[default]
    Normal,
    /// Begins at full speed.
    Fast,
}

impl PaceChoice {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Slow, Self::Normal, Self::Fast];

    /// Returns its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Normal => "normal",
            Self::Fast => "fast",
        }
    }

    pub(super) const fn bounds(self) -> Bounds {
        match self {
            Self::Slow => Bounds::new((2.0, 2.0), (1, 1)),
            Self::Normal => Bounds::new((10.0, 400.0), (1, 16)),
            Self::Fast => Bounds::new((f64::INFINITY, f64::INFINITY), (16, 16)),
        }
    }
}

impl fmt::Display for PaceChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for PaceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let choice = Self::ALL.into_iter().find(|choice| choice.name() == text);
        choice.ok_or_else(|| format!("unknown pace `{text}`; expected slow, normal or fast"))
    }
}

/// The initial pace and its maximum.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) rate: f64,
    pub(super) most_rate: f64,
    pub(super) width: usize,
    pub(super) most_width: usize,
}

impl Bounds {
    const fn new(rates: (f64, f64), widths: (usize, usize)) -> Self {
        Self {
            rate: rates.0,
            most_rate: rates.1,
            width: widths.0,
            most_width: widths.1,
        }
    }
}
