//! The time of a server's clock.

use jiff::{SignedDuration, Timestamp};

/// Returns the server's time by the values of `Date` and `Age`: a cache passes on the `Date` of the
/// stored answer. An `Age` that is no number is ignored.
///
/// Source: RFC 9111 sections 4.2.3 and 5.1.
pub(super) fn server_time(date: Option<&str>, age: Option<&str>) -> Option<Timestamp> {
    let stored = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(date?)
        .ok()?;
    let age = age.and_then(|age| age.trim().parse::<u32>().ok());
    let age = SignedDuration::from_secs(i64::from(age.unwrap_or(0)));
    stored.checked_add(age).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_from_a_cache_has_the_time_of_the_stored_answer_and_its_age() {
        let time = |date, age| server_time(date, age).map(Timestamp::as_second);
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let before = Some("Sun, 06 Nov 1994 06:49:37 GMT");
        assert_eq!(time(before, Some("7200")), Some(784_111_777));
        for age in [None, Some("0"), Some("-7200"), Some("2 hours"), Some("")] {
            assert_eq!(time(now, age), Some(784_111_777), "{age:?}");
        }
        assert_eq!(time(None, Some("7200")), None);
        assert_eq!(time(Some("yesterday"), Some("7200")), None);
    }
}
