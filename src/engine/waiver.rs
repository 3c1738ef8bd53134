//! Waivers: known deviations that a project accepts until a date, with the reason.
//!
//! ```toml
//! [[waiver]]
//! check = "limits.above"            # a check, one variant of it ("upload.accepted[ios-h2]"), or a
//!                                   # problem ("problem.body-limit")
//! reason = "ticket 42: the proxy gets a limit in spring"
//! until = "2027-03-31"              # the last day on which it counts
//! observed = "there is no limit"    # a part of what was observed, at least 8 characters
//! ```
//!
//! A waiver that has expired, that matches nothing, or that is no longer needed makes the run fail:
//! a list of excuses must not outlive its reasons.

use super::day::{Day, NoDay};
use super::finding::Finding;
use crate::engine::Verdict;
use crate::text::Place;
use thiserror::Error;
use toml::{Table, Value};

/// The shortest `observed` that is accepted, in characters: a shorter one would match nearly
/// everything.
const SHORTEST_OBSERVED: usize = 8;

/// The prefix of the names of problems.
const PROBLEM: &str = "problem.";

/// One accepted deviation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The check, one variant of it, or a problem.
    pub check: String,
    /// Why the deviation is accepted.
    pub reason: String,
    /// The last day on which the waiver counts.
    pub until: Day,
    /// A part of what was observed, so that no other deviation of the same check is excused.
    pub observed: String,
}

/// The keys of a waiver, each with what to write there.
const FIELDS: [(&str, &str); 4] = [
    ("check", "the ID of a check or of a problem"),
    ("reason", "why the deviation is accepted"),
    ("until", "a day of the form 2027-03-31"),
    ("observed", "a part of what the report observed"),
];

/// Waivers as a file holds them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Waivers {
    waiver: Vec<Waiver>,
    /// The day that counts; `None` means the day on which they are applied.
    today: Option<Day>,
}

/// What is wrong with a file of waivers.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum WaiverError {
    /// Not TOML.
    #[error("not valid TOML at {0}; expected a `[[waiver]]` for each deviation")]
    Toml(String),
    /// A key outside of a waiver, or `waiver` is no list.
    #[error("unknown key `{0}`; expected a `[[waiver]]` for each deviation")]
    Unknown(String),
    /// A key that no waiver has.
    #[error(
        "waiver {position}: unknown key `{key}`; expected `check`, `reason`, `until` and `observed`"
    )]
    UnknownField {
        /// The number of the waiver, counted from 1.
        position: usize,
        /// The key.
        key: String,
    },
    /// A key is missing, or its value is not a text.
    #[error("waiver {position}: `{field}` {fault}; expected {way_out}")]
    Field {
        /// The number of the waiver, counted from 1.
        position: usize,
        /// The key.
        field: &'static str,
        /// What is wrong with it.
        fault: &'static str,
        /// What to write there.
        way_out: &'static str,
    },
    /// A text that is not a day.
    #[error("waiver {position}: `until`: {source}")]
    NoDay {
        /// The number of the waiver, counted from 1.
        position: usize,
        /// What is wrong.
        source: NoDay,
    },
    /// A check that does not exist.
    #[error("waiver {position}: unknown check `{check}`")]
    NoSuchCheck {
        /// The number of the waiver, counted from 1.
        position: usize,
        /// The name in the waiver.
        check: String,
    },
    /// An `observed` that would excuse too much.
    #[error(
        "waiver {position} (`{check}`): `observed` must have at least {SHORTEST_OBSERVED} characters; copy a part of what the report observed"
    )]
    TooShort {
        /// The number of the waiver, counted from 1.
        position: usize,
        /// The name in the waiver.
        check: String,
    },
    /// An empty field.
    #[error("waiver {position} (`{check}`): `{field}` is empty; expected {way_out}")]
    Empty {
        /// The number of the waiver, counted from 1.
        position: usize,
        /// The name in the waiver.
        check: String,
        /// The empty field.
        field: &'static str,
        /// What to write there.
        way_out: &'static str,
    },
}

impl Waivers {
    /// Parses a file of waivers. `known` says whether a check, or a check with a variant, exists.
    pub fn parse(text: &str, known: impl Fn(&str) -> bool) -> Result<Self, WaiverError> {
        let mut waivers = Self {
            waiver: read(text)?,
            today: None,
        };
        for (index, waiver) in waivers.waiver.iter_mut().enumerate() {
            let (position, check) = (index + 1, waiver.check.clone());
            if !known(&check) {
                return Err(WaiverError::NoSuchCheck { position, check });
            }
            waiver.observed = waiver.observed.trim().to_owned();
            if waiver.observed.chars().count() < SHORTEST_OBSERVED {
                return Err(WaiverError::TooShort { position, check });
            }
            if waiver.reason.trim().is_empty() {
                let way_out = "why the deviation is accepted";
                return Err(WaiverError::Empty {
                    position,
                    check,
                    field: "reason",
                    way_out,
                });
            }
        }
        Ok(waivers)
    }

    /// Sets the day that counts; the default is the day of the run.
    #[must_use]
    pub const fn as_of(mut self, day: Day) -> Self {
        self.today = Some(day);
        self
    }

    /// Marks the deviations that are excused, and returns a sentence for every stale waiver.
    pub fn apply(&self, findings: &mut [Finding]) -> Vec<String> {
        let today = self.today.unwrap_or_else(Day::today);
        self.waiver
            .iter()
            .filter_map(|waiver| waiver.apply(findings, today))
            .collect()
    }
}

/// Reads the waivers of a file, without judging what they say.
fn read(text: &str) -> Result<Vec<Waiver>, WaiverError> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        WaiverError::Toml(Place::of(text, at).to_string())
    })?;
    let mut waivers = Vec::new();
    for (key, value) in &table {
        let list = value.as_array().filter(|_| key == "waiver");
        let list = list.ok_or_else(|| WaiverError::Unknown(key.clone()))?;
        for (value, position) in list.iter().zip(1..) {
            let fields = value.as_table();
            let fields = fields.ok_or_else(|| WaiverError::Unknown(key.clone()))?;
            waivers.push(Waiver::read(fields, position)?);
        }
    }
    Ok(waivers)
}

impl Waiver {
    /// Reads the waiver with this number.
    fn read(fields: &Table, position: usize) -> Result<Self, WaiverError> {
        let is_known = |key: &&String| FIELDS.iter().any(|(known, _)| known == key);
        if let Some(key) = fields.keys().find(|key| !is_known(key)) {
            let key = key.clone();
            return Err(WaiverError::UnknownField { position, key });
        }
        let [check, reason, until, observed] = FIELDS.map(|(field, way_out)| {
            let fault = match fields.get(field) {
                Some(Value::String(text)) => return Ok(text.clone()),
                // TOML writes dates without quotes.
                Some(Value::Datetime(date)) if field == "until" => return Ok(date.to_string()),
                Some(_) => "has a value of the wrong type",
                None => "is missing",
            };
            Err(WaiverError::Field {
                position,
                field,
                fault,
                way_out,
            })
        });
        let until = until?.parse();
        Ok(Self {
            check: check?,
            reason: reason?,
            until: until.map_err(|source| WaiverError::NoDay { position, source })?,
            observed: observed?,
        })
    }

    /// Returns whether the waiver names this finding: its check, its variant or its problem.
    fn names(&self, finding: &Finding) -> bool {
        let by_problem = finding
            .cause
            .as_ref()
            .is_some_and(|cause| cause.id == self.check);
        finding.id == self.check || finding.name() == self.check || by_problem
    }

    fn apply(&self, findings: &mut [Finding], today: Day) -> Option<String> {
        if self.until < today {
            return Some(format!(
                "the waiver of `{}` expired on {}: {}",
                self.check, self.until, self.reason
            ));
        }
        let mut excused = false;
        let mut other = None;
        let mut unjudged = false;
        for finding in findings.iter_mut().filter(|finding| self.names(finding)) {
            match finding.verdict {
                verdict if verdict.is_deviation() && finding.observed.contains(&self.observed) => {
                    finding.waived = Some(self.reason.clone());
                    finding.waived_until = Some(self.until);
                    excused = true;
                }
                Verdict::Fail | Verdict::Warn | Verdict::Note => {
                    other = Some(finding.observed.clone());
                }
                Verdict::Pass | Verdict::NotApplicable => {}
                Verdict::Disabled | Verdict::Blocked | Verdict::Error => unjudged = true,
            }
        }
        // Any check that was not judged may hide a problem.
        let is_open = |finding: &Finding| {
            matches!(
                finding.verdict,
                Verdict::Disabled | Verdict::Blocked | Verdict::Error
            ) && !finding.is_unasked()
        };
        if self.check.starts_with(PROBLEM) && !excused && findings.iter().any(is_open) {
            return None;
        }
        // A check that was not judged does not show whether the waiver is still needed.
        if excused || (unjudged && other.is_none()) {
            return None;
        }
        Some(match other {
            Some(observed) => format!(
                "the waiver of `{}` does not match what was observed: \"{observed}\" does not contain \"{}\"",
                self.check, self.observed
            ),
            None => format!(
                "the waiver of `{}` is no longer needed: nothing deviates",
                self.check
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Waivers;

    fn until(text: &str) -> Result<String, String> {
        let file = format!(
            "[[waiver]]\ncheck = \"a.b\"\nreason = \"r\"\nuntil = {text}\nobserved = \"something\"\n"
        );
        let waivers = Waivers::parse(&file, |_| true).map_err(|error| error.to_string())?;
        Ok(waivers.waiver[0].until.to_string())
    }

    #[test]
    fn each_fault_of_the_file_has_one_sentence() {
        let whole =
            "check = \"a.b\"\nreason = \"r\"\nuntil = 2027-03-31\nobserved = \"something\"\n";
        let waiver = format!("[[waiver]]\n{whole}");
        for (file, sentence) in [
            (
                "[[waiver]\n".to_owned(),
                "not valid TOML at line 1, column 10; expected a `[[waiver]]` for each deviation",
            ),
            (
                format!("[waiver]\n{whole}"),
                "unknown key `waiver`; expected a `[[waiver]]` for each deviation",
            ),
            (
                format!("[[waivers]]\n{whole}"),
                "unknown key `waivers`; expected a `[[waiver]]` for each deviation",
            ),
            (
                format!("{waiver}{}", waiver.replace("check", "chek")),
                "waiver 2: unknown key `chek`; expected `check`, `reason`, `until` and `observed`",
            ),
            (
                waiver.replace("reason = \"r\"\n", ""),
                "waiver 1: `reason` is missing; expected why the deviation is accepted",
            ),
            (
                waiver.replace("\"something\"", "7"),
                "waiver 1: `observed` has a value of the wrong type; expected a part of what the report observed",
            ),
        ] {
            let error = Waivers::parse(&file, |_| true).expect_err(&file);
            assert_eq!(error.to_string(), sentence, "{file}");
        }
        assert!(Waivers::parse("# none yet\n", |_| true).is_ok());
    }

    #[test]
    fn a_day_may_be_a_string_or_a_date_of_toml() {
        for text in ["\"2027-03-31\"", "2027-03-31"] {
            assert_eq!(until(text).as_deref(), Ok("2027-03-31"));
        }
        for (text, complaint) in [
            (
                "\"soon\"",
                "`soon` is not a day; expected the form 2027-03-31",
            ),
            (
                "20270331",
                "`until` has a value of the wrong type; expected a day of the form 2027-03-31",
            ),
            ("10:00:00", "is not a day"),
        ] {
            let error = until(text).expect_err("no day");
            assert!(error.contains(complaint), "{error}");
        }
    }
}
