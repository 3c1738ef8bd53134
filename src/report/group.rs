//! Findings that stand for one thing, shown once.

use crate::engine::Finding;
use crate::safe::Clients;

/// Findings that stand for one thing to fix, shown once.
pub(crate) struct Group<'a>(Vec<&'a Finding>);

impl Group<'_> {
    /// One of them.
    pub(crate) fn first(&self) -> &Finding {
        self.0[0]
    }

    /// Returns all of them.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter().copied()
    }

    /// Returns how many findings these are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// `upload.accepted [android-h1, ios-h1]`, or the cause of findings of several checks.
    pub(crate) fn title(&self) -> String {
        let first = self.first();
        if self.0.iter().any(|finding| finding.id != first.id) {
            return first
                .cause
                .as_ref()
                .map(|cause| format!("{} ({})", cause.title, cause.id))
                .unwrap_or_default();
        }
        let variants: Vec<&str> = self.0.iter().map(|f| f.variant.as_str()).collect();
        match variants.as_slice() {
            [""] => first.id.clone(),
            variants => format!("{} [{}]", first.id, variants.join(", ")),
        }
    }

    /// Returns the names of all, where the title does not say them.
    pub(crate) fn names(&self) -> Option<Vec<String>> {
        let first = self.first();
        let several = self.0.iter().any(|finding| finding.id != first.id);
        several.then(|| self.0.iter().map(|finding| finding.name()).collect())
    }

    /// Whom any of them affects.
    pub(crate) fn affects(&self) -> Clients {
        self.0.iter().fold(Clients::NONE, |affected, finding| {
            affected.and(finding.affects())
        })
    }
}

/// Groups findings that stand for one thing: the same cause, or the same check, verdict,
/// observation and fix.
pub(crate) fn grouped<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| alike(group.0[0], finding)) {
            Some(group) => group.0.push(finding),
            None => groups.push(Group(vec![finding])),
        }
    }
    groups
}

fn alike(one: &Finding, other: &Finding) -> bool {
    if one.verdict != other.verdict || one.waived != other.waived {
        return false;
    }
    if one.verdict.is_deviation() && one.cause.is_some() && one.cause == other.cause {
        return true;
    }
    one.id == other.id && one.observed == other.observed && one.remedy == other.remedy
}
