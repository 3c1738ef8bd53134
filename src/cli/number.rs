//! Whole numbers among the arguments.

use std::fmt::Display;
use std::str::FromStr;

/// Returns a parser of whole numbers from `least` to `most`.
pub(super) fn between<N>(least: N, most: N) -> impl Fn(&str) -> Result<N, String> + Clone
where
    N: FromStr + PartialOrd + Display + Copy,
{
    move |text| {
        let number = text.parse().ok();
        let within = number.filter(|number| (least..=most).contains(number));
        within.ok_or_else(|| format!("give a whole number from {least} to {most}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_within_the_bounds_is_one() {
        let jobs = between(1_u16, 64);
        assert_eq!((jobs("1"), jobs("64")), (Ok(1), Ok(64)));
        for text in ["0", "65", "-1", "70000", "1.5", "", "many"] {
            let error = jobs(text).expect_err(text);
            assert_eq!(error, "give a whole number from 1 to 64", "{text}");
        }
    }
}
