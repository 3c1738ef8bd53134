//! What a problem is: one entry of the catalogue, with all that is known of it.

use super::certainty::Certainty;
use super::evidence::{Evidence, Silence};
use super::shell::Shell;
use super::software::{Product, Recognised};
use super::symptom::{Sights, Symptom};
use crate::safe::{Client, Directions};

/// What a problem breaks, for each client.
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
    /// Nothing: the apps work, and somebody should know.
    pub const NOTHING: Self = Self::mobile(Directions::NONE, Directions::NONE);
    /// All that the apps do.
    pub const EVERYTHING: Self = Self::mobile(Directions::BOTH, Directions::RESTORE);
    /// Backing up, and so nothing new can be restored.
    pub const BACKUP: Self = Self::mobile(Directions::BACKUP, Directions::NONE);
    /// Restoring.
    pub const RESTORE: Self = Self::mobile(Directions::RESTORE, Directions::RESTORE);
    /// All that iOS does.
    pub const IOS: Self = Self {
        android: Directions::NONE,
        ios: Directions::BOTH,
        desktop: Directions::NONE,
    };
    /// All that Android does.
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

    /// Returns what is broken for a client.
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
    /// The name, for ever: `problem.no-basic`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What must be seen, in a few words.
    pub evidence: &'static str,
    /// What is wrong and what follows, in two sentences.
    pub meaning: &'static str,
    /// What the administrator does, whatever the software is.
    pub fix: &'static str,
    /// The same for software that is recognised: setting, file, line.
    pub fixes: &'static [(Product, &'static str)],
    /// Who says so.
    pub source: &'static str,
    /// The report of it at the software's own project, if it is a defect.
    pub upstream: Option<&'static str>,
    /// Which direction of which client it breaks.
    pub breaks: Breaks,
    /// Checks that look back on the run, and deviate for the same reason.
    pub(super) also: &'static [&'static str],
    /// Lines for a shell.
    pub(super) paste: Option<fn(&Shell<'_>) -> Vec<String>>,
    /// The fix with what was entered put into it, where that can be worked out.
    pub(super) spelled: Option<fn(&Evidence<'_>) -> Option<String>>,
    pub(super) in_answer: fn(&Evidence<'_>) -> Option<Certainty>,
    pub(super) in_silence: fn(&Silence) -> Option<Certainty>,
    pub(super) in_run: fn(&Symptom<'_>) -> Option<Certainty>,
    /// What a person should know although no check deviates.
    pub(super) in_target: fn(&Sights<'_>) -> bool,
}

/// Each name stands once in the catalogue.
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

/// What an entry leaves out.
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
    /// Returns all that is known of it, a label and a text a line.
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
        lines.extend(self.upstream.map(|issue| ("upstream", issue.to_owned())));
        lines
    }

    /// Returns what to do on a server that shows this software.
    pub fn fix_for(&self, software: &[Recognised]) -> &'static str {
        self.special_fix(software).unwrap_or(self.fix)
    }

    /// Returns what to do on this software alone, if it is known.
    pub(super) fn special_fix(&self, software: &[Recognised]) -> Option<&'static str> {
        // The software gives the order: an application comes before the server that it runs
        // on.
        software.iter().find_map(|seen| {
            let special = self
                .fixes
                .iter()
                .find(|(product, _)| seen.product == *product);
            special.map(|(_, fix)| *fix)
        })
    }

    /// Lines for a shell that mend it; none where no line can.
    pub fn lines_to_paste(&self, shell: &Shell<'_>) -> Vec<String> {
        self.paste.map(|paste| paste(shell)).unwrap_or_default()
    }

    /// Returns whether a check looks back on the run, and deviates or is blocked for the same
    /// reason.
    pub(crate) fn explains(&self, check: &str) -> bool {
        self.also.contains(&check)
    }

    /// Returns whether `fix` is one of the texts of this entry, and not one that was spelled out.
    pub(super) fn says(&self, fix: &str) -> bool {
        self.fix == fix || self.fixes.iter().any(|(_, special)| *special == fix)
    }
}
