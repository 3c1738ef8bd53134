//! A number in its spelling.

use std::fmt;

/// The exponents outside which no number except zero fits 128 bits, in any spelling.
const EXPONENTS: std::ops::RangeInclusive<i64> = -20_000_000..=20_000_000;

/// A number in its spelling. Numbers are equal if their spelling is: `1` and `1.0` are not, because
/// clients distinguish them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Box<str>);

impl Number {
    /// Wraps a spelling that the parser has checked.
    pub(super) fn of_checked_spelling(spelling: &str) -> Self {
        Self(spelling.into())
    }

    /// Returns the number with this spelling; `None` if it is not valid JSON.
    pub fn from_spelling(spelling: &str) -> Option<Self> {
        super::spelling::is_number(spelling.as_bytes()).then(|| Self(spelling.into()))
    }

    /// Returns the spelling in the text.
    pub fn spelling(&self) -> &str {
        &self.0
    }

    /// Returns the nearest double: infinite if the number is too large.
    pub fn to_f64(&self) -> f64 {
        // Rust can parse every JSON number.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Returns the exact number if it is whole and fits 128 bits: also `1.0`, `1e3` and `-0`.
    pub fn to_whole(&self) -> Option<i128> {
        if let Ok(number) = self.0.parse() {
            return Some(number);
        }
        let (mantissa, exponent) = self
            .0
            .split_once(['e', 'E'])
            .map_or((&*self.0, "0"), |parts| parts);
        let (digits, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let negative = digits.starts_with('-');
        let digits = digits.trim_start_matches('-').to_owned() + fraction;
        let significant = digits.trim_matches('0');
        if significant.is_empty() {
            return Some(0);
        }
        let zeros_behind = digits.len() - digits.trim_end_matches('0').len();
        let exponent: i64 = exponent.parse().ok().filter(|it| EXPONENTS.contains(it))?;
        let shift =
            exponent + i64::try_from(zeros_behind).ok()? - i64::try_from(fraction.len()).ok()?;
        let power = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
        let number = significant.parse::<i128>().ok()?.checked_mul(power)?;
        Some(if negative { -number } else { number })
    }
}

impl From<i128> for Number {
    fn from(number: i128) -> Self {
        Self(number.to_string().into())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Number(…)")
    }
}
