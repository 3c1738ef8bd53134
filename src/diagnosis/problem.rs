//! A problem: one entry of the catalogue, with everything known about it.

use super::certainty::Certainty;
use super::evidence::{Evidence, Silence};
use super::shell::Shell;
use super::software::{Product, Recognised};
use super::symptom::{Sights, Symptom};
use crate::engine::Finding;
use crate::safe::{Client, Directions};

/// What a problem breaks in each client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Breaks {
    /// For Android.
    pub android: Directions,
    /// For iOS.
    pub ios: Directions,
    /// For Desktop, which only restores.
    pub desktop: Directions,
}

impl Breaks {
    /// Nothing: the apps work, but the administrator should know.
    pub const NOTHING: Self = Self::mobile(Directions::NONE, Directions::NONE);
    /// Everything that the apps do.
    pub const EVERYTHING: Self = Self::mobile(Directions::BOTH, Directions::RESTORE);
    /// Backing up; no new backup can then be restored.
    pub const BACKUP: Self = Self::mobile(Directions::BACKUP, Directions::NONE);
    /// Restoring.
    pub const RESTORE: Self = Self::mobile(Directions::RESTORE, Directions::RESTORE);
    /// Everything that iOS does.
    pub const IOS: Self = Self {
        android: Directions::NONE,
        ios: Directions::BOTH,
        desktop: Directions::NONE,
    };
    /// Everything that Android does.
    pub const ANDROID: Self = Self {
        android: Directions::BOTH,
        ios: Directions::NONE,
        desktop: Directions::NONE,
    };
    /// Backing up from iOS.
    pub const IOS_BACKUP: Self = Self {
        android: Directions::NONE,
        ios: Directions::BACKUP,
        desktop: Directions::NONE,
    };
    /// Restoring to Desktop.
    pub const DESKTOP: Self = Self::mobile(Directions::NONE, Directions::RESTORE);

    const fn mobile(mobile: Directions, desktop: Directions) -> Self {
        Self {
            android: mobile,
            ios: mobile,
            desktop,
        }
    }

    /// Returns what the problem breaks in a client.
    pub const fn of(self, client: Client) -> Directions {
        match client {
            Client::Android => self.android,
            Client::Ios => self.ios,
            Client::Desktop => self.desktop,
        }
    }
}

impl std::fmt::Display for Breaks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let broken: Vec<_> = Client::ALL
            .into_iter()
            .filter(|client| !self.of(*client).is_empty())
            .map(|client| format!("{client} ({})", self.of(client)))
            .collect();
        if broken.is_empty() {
            return formatter.write_str("nothing");
        }
        formatter.write_str(&broken.join(", "))
    }
}

/// A named problem of servers.
pub struct Problem {
    /// The ID, which never changes: `problem.no-basic`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The required observations, in a few words.
    pub evidence: &'static str,
    /// What is wrong and what follows, in two sentences.
    pub meaning: &'static str,
    /// What the administrator should do on any software.
    pub fix: &'static str,
    /// The fix for recognised software: setting, file, line.
    pub fixes: &'static [(Product, &'static str)],
    /// The documentation or measurement that says so.
    pub source: &'static str,
    /// The software whose defect it is, and the report in its bug tracker.
    pub upstream: Option<(Product, &'static str)>,
    /// The directions that it breaks, for each client.
    pub breaks: Breaks,
    /// Checks of the whole run that deviate for the same reason: all variants, or the named one
    /// (`download.not-found[desktop]`).
    pub(super) also: &'static [&'static str],
    /// Lines to paste into a shell.
    pub(super) paste: Option<fn(&Shell<'_>) -> Vec<String>>,
    /// The fix with the user's own values, if they can be derived.
    pub(super) spelled: Option<fn(&Evidence<'_>) -> Option<String>>,
    pub(super) in_answer: fn(&Evidence<'_>) -> Option<Certainty>,
    pub(super) in_silence: fn(&Silence) -> Option<Certainty>,
    pub(super) in_run: fn(&Symptom<'_>) -> Option<Certainty>,
    /// Whether a person should know the problem although no check deviates.
    pub(super) in_target: fn(&Sights<'_>) -> bool,
}

/// Each ID is unique in the catalogue.
impl PartialEq for Problem {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Problem {}

impl std::fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

/// The values of fields that an entry omits.
pub(super) const BLANK: Problem = Problem {
    id: "",
    title: "",
    evidence: "",
    meaning: "",
    fix: "",
    fixes: &[],
    source: "",
    upstream: None,
    breaks: Breaks::NOTHING,
    also: &[],
    paste: None,
    spelled: None,
    in_answer: |_| None,
    in_silence: |_| None,
    in_run: |_| None,
    in_target: |_| false,
};

impl Problem {
    /// Returns everything known about it, one label and text per line.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("title", self.title.to_owned()),
            ("means", self.meaning.to_owned()),
            ("evidence", self.evidence.to_owned()),
            ("breaks", self.breaks.to_string()),
            ("fix", self.fix.to_owned()),
        ];
        let special = self.fixes.iter();
        lines.extend(special.map(|(product, fix)| ("fix", format!("{}: {fix}", product.name()))));
        lines.push(("source", self.source.to_owned()));
        let upstream = self.upstream.iter();
        lines.extend(
            upstream.map(|(product, issue)| ("upstream", format!("{}: {issue}", product.name()))),
        );
        lines
    }

    /// Returns the fix on a server with this software.
    pub fn fix_for(&self, software: &[Recognised]) -> &'static str {
        self.special_fix(software).unwrap_or(self.fix)
    }

    /// Returns the report in the bug tracker of this software, if it is its defect.
    pub fn upstream_of(&self, software: &[Recognised]) -> Option<&'static str> {
        let (product, issue) = self.upstream?;
        software
            .iter()
            .any(|seen| seen.product == product)
            .then_some(issue)
    }

    /// Returns the fix for this software only, if there is a special one.
    fn special_fix(&self, software: &[Recognised]) -> Option<&'static str> {
        self.special(software).map(|(_, fix)| fix)
    }

    fn special(&self, software: &[Recognised]) -> Option<(Product, &'static str)> {
        // The software is in order: an application comes before the server that it runs on.
        software.iter().find_map(|seen| {
            let mut fixes = self.fixes.iter();
            fixes.find(|(product, _)| seen.product == *product).copied()
        })
    }

    /// Returns the fix for the software of a whole run in place of `fix`, which one answer showed.
    /// Of two programs that pass requests on, the one that gave that answer is the one to change.
    pub(super) fn better_fix(&self, fix: &str, software: &[Recognised]) -> Option<&'static str> {
        let (product, special) = self.special(software)?;
        let mut answered = self.fixes.iter().filter(|(_, known)| *known == fix);
        let is_front = |product: Product| product.passes_requests_on();
        let is_known = answered.any(|(product, _)| is_front(*product));
        (self.says(fix) && !(is_known && is_front(product))).then_some(special)
    }

    /// Returns lines for a shell that fix it; empty if no line can.
    pub fn lines_to_paste(&self, shell: &Shell<'_>) -> Vec<String> {
        self.paste.map(|paste| paste(shell)).unwrap_or_default()
    }

    /// Returns whether a check of the whole run deviates or is blocked for the same reason.
    pub(crate) fn explains(&self, finding: &Finding) -> bool {
        let name = finding.name();
        let mut also = self.also.iter();
        also.any(|check| *check == finding.id || *check == name)
    }

    /// Returns whether `fix` is a text of this entry, rather than one with the user's values.
    pub(super) fn says(&self, fix: &str) -> bool {
        self.fix == fix || self.fixes.iter().any(|(_, special)| *special == fix)
    }
}
