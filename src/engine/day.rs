//! A day of the calendar.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A day, as `2027-03-31`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

/// A text that is not a day.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("`{0}` is not a day; expected the form 2027-03-31")]
pub struct NoDay(String);

impl Day {
    /// Returns the current day in this machine's time zone.
    pub(crate) fn today() -> Self {
        let now = jiff::Timestamp::now();
        Self(now.to_zoned_datetime(jiff::tz::TimeZone::system()).date())
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        text.parse().map(Self).map_err(|_| NoDay(text.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
