//! The checks of a run: those that the person selects, and those that they need.

use super::check::{Check, Context};
use super::finding::Because;
use super::similar::{did_you_mean, meant};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// A pattern of `--only` and `--skip`: whole dot segments from the left. `tls` matches `tls.chain`,
/// not `tlsx`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern(String);

impl Pattern {
    /// Returns a pattern as the person typed it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the pattern without the case in brackets that a report shows behind an ID.
    fn without_case(&self) -> &str {
        self.0.split('[').next().unwrap_or_default().trim_end()
    }

    /// Returns whether the pattern matches the check ID.
    pub fn matches(&self, id: &str) -> bool {
        id.strip_prefix(self.0.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The person's selection of checks.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Selection {
    /// Only these; empty means all.
    pub only: Vec<Pattern>,
    /// All except these, each with the option that named it.
    pub skip: Vec<(Pattern, String)>,
    /// Checks that run only on request, each with the reason.
    pub rare: Vec<(Pattern, String)>,
}

impl Selection {
    /// Adds a pattern of checks that are wanted.
    pub(crate) fn choose(&mut self, pattern: &str) {
        self.only.push(Pattern::new(pattern));
    }

    /// Adds a pattern of checks that are left out, and the reason.
    pub(crate) fn leave_out(&mut self, pattern: &str, why: &str) {
        self.skip.push((Pattern::new(pattern), why.to_owned()));
    }

    /// Returns whether the check is wanted, whatever is left out.
    pub(crate) fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(id))
    }

    /// Returns why the check is left out, if a pattern names it.
    pub(crate) fn skips(&self, id: &str) -> Option<&str> {
        reason(&self.skip, id)
    }

    /// Verifies that every pattern matches one of these checks.
    ///
    /// # Errors
    /// [`PlanError::NoMatch`] for the first pattern that matches none.
    pub(crate) fn verify(&self, ids: &[&str]) -> Result<(), PlanError> {
        let skipped = self.skip.iter().map(|(pattern, _)| pattern);
        let mut patterns = self.only.iter().chain(skipped);
        match patterns.find(|pattern| !ids.iter().any(|id| pattern.matches(id))) {
            None => Ok(()),
            Some(pattern) => Err(PlanError::NoMatch {
                pattern: pattern.0.clone(),
                suggestions: meant(
                    pattern.without_case(),
                    ids.iter().flat_map(|id| beginnings(id)),
                ),
            }),
        }
    }
}

/// Returns the reason beside the first pattern that matches.
fn reason<'a>(patterns: &'a [(Pattern, String)], id: &str) -> Option<&'a str> {
    let (_, reason) = patterns.iter().find(|(pattern, _)| pattern.matches(id))?;
    Some(reason)
}

/// Why a selection makes no plan.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A pattern that matches no check.
    #[error("no check matches `{pattern}`{}", did_you_mean(suggestions))]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// Checks whose IDs begin with it, or else one whose ID looks like it.
        suggestions: Vec<String>,
    },
    /// Two checks with the same ID, or a need that names no check: a defect of the suite.
    #[error("the suite is broken: {0}")]
    BrokenSuite(String),
}

/// Whether one check runs, and if not, why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// The person selected it.
    Selected,
    /// A selected check needs it.
    Needed,
    Disabled(Because, String),
}

/// The checks of a run, in order, each with its fate.
pub struct Plan<C: Context> {
    pub(super) checks: Vec<(&'static Check<C>, Fate)>,
}

impl<C: Context> Plan<C> {
    /// Selects from `registry` the checks of `selection`, and those that they need.
    pub fn new(
        registry: impl IntoIterator<Item = &'static Check<C>>,
        selection: &Selection,
    ) -> Result<Self, PlanError> {
        let registry: Vec<_> = registry.into_iter().collect();
        let by_id = index(&registry)?;
        let ids: Vec<_> = registry.iter().map(|check| check.id).collect();
        selection.verify(&ids)?;
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let mut queue: Vec<&str> = registry
            .iter()
            .map(|check| check.id)
            .filter(|id| selection.wants(id))
            .collect();
        while let Some(id) = queue.pop() {
            if wanted.insert(id) {
                queue.extend(by_id[id].needs);
            }
        }
        let checks = registry
            .into_iter()
            .map(|check| {
                let fate = if let Some(option) = selection.skips(check.id) {
                    Fate::Disabled(Because::LeftOut, format!("skipped by {option}"))
                } else if let Some(reason) = reason(&selection.rare, check.id) {
                    Fate::Disabled(Because::NotAskedFor, reason.to_owned())
                } else if selection.wants(check.id) {
                    Fate::Selected
                } else if wanted.contains(check.id) {
                    Fate::Needed
                } else {
                    Fate::Disabled(Because::LeftOut, "not selected by --only".to_owned())
                };
                (check, fate)
            })
            .collect();
        Ok(Self { checks })
    }

    /// Returns how many findings the run will have.
    pub fn len(&self) -> usize {
        self.checks
            .iter()
            .map(|(check, _)| check.variants.len())
            .sum()
    }

    /// Returns whether the plan holds no check at all.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }
}

/// Returns the registry by ID. Refuses ambiguous or circular needs.
fn index<C: Context>(
    registry: &[&'static Check<C>],
) -> Result<BTreeMap<&'static str, &'static Check<C>>, PlanError> {
    let mut by_id: BTreeMap<_, &'static Check<C>> = BTreeMap::new();
    for check in registry {
        for need in check.needs {
            // Needs point backwards, so they cannot form a circle.
            let Some(needed) = by_id.get(need) else {
                return Err(PlanError::BrokenSuite(format!(
                    "`{}` needs `{need}`, which does not precede it",
                    check.id
                )));
            };
            if needed.effect.waits_for(check.effect) {
                return Err(PlanError::BrokenSuite(format!(
                    "`{}` needs `{need}`, which waits for it",
                    check.id
                )));
            }
        }
        if by_id.insert(check.id, *check).is_some() {
            return Err(PlanError::BrokenSuite(format!(
                "two checks are called `{}`",
                check.id
            )));
        }
    }
    Ok(by_id)
}

/// Returns the ID and its first segments, each of which a pattern may name alone.
pub(crate) fn beginnings(id: &str) -> impl Iterator<Item = &str> {
    let ends = id.match_indices('.').map(|(end, _)| end);
    ends.chain([id.len()]).map(|end| &id[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_segments_only() {
        let tls = Pattern::new("tls");
        assert!(tls.matches("tls"));
        assert!(tls.matches("tls.chain"));
        assert!(!tls.matches("tlsx.chain"));
        assert!(!Pattern::new("tls.ch").matches("tls.chain"));
        assert!(Pattern::new("tls.chain").matches("tls.chain"));
    }

    #[test]
    fn each_first_segment_begins_an_id() {
        let all: Vec<_> = beginnings("rig.backup.first").collect();
        assert_eq!(all, ["rig", "rig.backup", "rig.backup.first"]);
        assert_eq!(beginnings("smoke").collect::<Vec<_>>(), ["smoke"]);
    }
}
