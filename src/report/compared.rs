//! A comparison for people: as text and as Markdown, with each cause once.

use super::comparison::{Change, ClientChange, Comparison};
use crate::engine::{Exit, Verdict};
use crate::text::{code, labelled, listed, markdown};
use std::fmt::Write as _;

impl Comparison {
    /// Returns the reason of the exit code.
    pub fn last_line(&self) -> String {
        let exit = self.exit();
        let reason = match exit {
            Exit::Deviates => self.what_broke(),
            Exit::Incomplete if !self.after.complete => "the second run is incomplete".to_owned(),
            Exit::Incomplete if self.unjudged.is_empty() => {
                let fallen = self.fallen().map(ClientChange::sentence);
                format!("nothing broke, but {}", fallen.unwrap_or_default())
            }
            Exit::Incomplete => format!(
                "nothing broke, but {} can no longer be judged",
                crate::text::counted(self.unjudged.len() as u64, "check")
            ),
            _ if self.waived.is_empty() => "nothing broke".to_owned(),
            _ => {
                let waived = crate::text::counted(self.waived.len() as u64, "deviation");
                format!("nothing broke, {waived} waived")
            }
        };
        format!("Exit code {}: {reason}.", exit.code())
    }

    fn what_broke(&self) -> String {
        let count = |list: &[Change]| crate::text::counted(list.len() as u64, "check");
        if !self.broken.is_empty() {
            format!("{} broke", count(&self.broken))
        } else if !self.newly_judged.is_empty() {
            let judged = count(&self.newly_judged);
            format!("of what was not judged before, {judged} found a deviation")
        } else {
            self.fallen()
                .map_or_else(String::new, ClientChange::sentence)
        }
    }

    /// Returns the lists with their headings.
    pub(super) fn lists(&self) -> [(&'static str, &[Change]); 7] {
        [
            ("Newly broken", &self.broken),
            ("Deviates, and was not judged before", &self.newly_judged),
            ("Still broken", &self.still_broken),
            ("Deviates, but a waiver excuses it", &self.waived),
            ("Fixed", &self.mended),
            ("Could be judged before, but not now", &self.unjudged),
            ("No longer applies", &self.moot),
        ]
    }

    /// Returns what makes the reports less comparable, a sentence each, and what clients can do
    /// now.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.before.target != self.after.target {
            remarks.push("The reports are about different targets.".to_owned());
        }
        if self.before.version != self.after.version {
            remarks.push("The reports are of different versions of the program.".to_owned());
        }
        remarks.extend(self.clients.iter().map(|change| change.sentence() + "."));
        remarks
    }

    /// Returns what was compared, in two sentences.
    pub(super) fn sides(&self) -> [String; 2] {
        [("before", &self.before), ("after", &self.after)].map(|(label, side)| {
            let took = crate::text::duration(std::time::Duration::from_millis(side.duration_ms));
            format!(
                "{label}: {}, {}, {took}, version {}",
                side.target, side.started, side.version
            )
        })
    }

    /// Returns the comparison for people, in lines of so many columns.
    pub fn to_text(&self, width: usize) -> String {
        let mut out = String::new();
        for side in self.sides() {
            out += &crate::text::wrapped(&side, 0, width);
        }
        for remark in self.remarks() {
            out += &crate::text::wrapped(&remark, 0, width);
        }
        for (heading, changes) in self.lists() {
            if changes.is_empty() {
                continue;
            }
            // Writing to memory cannot fail.
            let _ = writeln!(out, "\n{heading}:");
            for alike in alike(changes) {
                let names: Vec<_> = alike.iter().map(|change| change.name.as_str()).collect();
                let title = format!("{} ({})", listed(&names, 3), alike[0].verdicts());
                out += &labelled("  ", &title, 2, width);
                for (label, text) in alike[0].details() {
                    out += &labelled(&format!("      {label:<10}"), &text, 16, width);
                }
            }
        }
        out + "\n" + &self.last_line() + "\n"
    }

    /// Returns the comparison as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = String::from("# Threema Safe conformance, compared\n\n");
        for side in self.sides() {
            // Writing to memory cannot fail.
            let _ = writeln!(out, "- {}", markdown(&side));
        }
        for remark in self.remarks() {
            let _ = writeln!(out, "- {}", markdown(&remark));
        }
        for (heading, changes) in self.lists() {
            if changes.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n## {heading}\n");
            for alike in alike(changes) {
                let names: Vec<_> = alike.iter().map(|change| code(&change.name)).collect();
                let _ = writeln!(out, "- {} ({})", names.join(", "), alike[0].verdicts());
                for (label, text) in alike[0].details() {
                    let _ = writeln!(out, "  - {label}: {}", markdown(&text));
                }
            }
        }
        let _ = writeln!(out, "\n{}", markdown(&self.last_line()));
        out
    }
}

impl ClientChange {
    /// Returns the change in a sentence without its full stop.
    fn sentence(&self) -> String {
        let Self {
            client, direction, ..
        } = self;
        format!("{client} {direction}: {} → {}", self.before, self.after)
    }
}

impl Change {
    /// Returns the verdicts, then and now.
    pub(super) fn verdicts(&self) -> String {
        let word = |verdict: Option<Verdict>| {
            verdict.map_or_else(|| "absent".to_owned(), |verdict| verdict.to_string())
        };
        format!("{} → {}", word(self.before), word(self.after))
    }

    /// Returns a label and a text for each known detail.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let cause = self.cause.as_ref().map_or_else(String::new, |cause| {
            format!("{cause} (`safe-conformance explain {cause}` says more)")
        });
        let until = self.waived_until;
        let end = until.map_or_else(String::new, |until| format!(" (until {until})"));
        let waived = self.waived.as_ref();
        let waived = waived.map_or_else(String::new, |reason| format!("{reason}{end}"));
        let gone = self.no_longer_waived.as_ref();
        let gone = gone.map_or_else(String::new, |reason| {
            format!("in the first report only: {reason}")
        });
        let all = [
            ("observed", self.observed.clone()),
            ("cause", cause),
            ("fix", self.fix.clone()),
            ("waived", waived),
            ("waived", gone),
        ];
        all.into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    /// Returns whether another change has the same verdicts and the same details.
    fn is_like(&self, other: &Self) -> bool {
        let verdicts = (self.before, self.after) == (other.before, other.after);
        let same = self.observed == other.observed || self.cause.is_some();
        let is_waived_alike = self.waived == other.waived
            && self.waived_until == other.waived_until
            && self.no_longer_waived == other.no_longer_waived;
        verdicts && same && self.cause == other.cause && self.fix == other.fix && is_waived_alike
    }
}

/// Groups the changes with the same verdicts and details, so that each cause is shown once.
pub(super) fn alike(changes: &[Change]) -> Vec<Vec<&Change>> {
    let mut groups: Vec<Vec<&Change>> = Vec::new();
    for change in changes {
        match groups.iter_mut().find(|group| group[0].is_like(change)) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str) -> Change {
        Change {
            name: name.to_owned(),
            before: Some(Verdict::Pass),
            after: Some(Verdict::Fail),
            observed: "413".to_owned(),
            cause: Some("problem.body-limit".to_owned()),
            fix: "raise the limit".to_owned(),
            waived: None,
            waived_until: None,
            no_longer_waived: None,
        }
    }

    /// A cause is shown once, but no fix, verdict or waiver is lost by it.
    #[test]
    fn only_what_says_the_same_is_one_group() {
        let changes = [
            change("a"),
            Change {
                observed: "reset".to_owned(),
                ..change("same cause")
            },
            Change {
                fix: "raise the other limit".to_owned(),
                ..change("fix")
            },
            Change {
                before: None,
                ..change("verdict")
            },
            Change {
                waived: Some("ticket 42".to_owned()),
                ..change("waiver")
            },
            Change {
                cause: None,
                ..change("no cause")
            },
        ];
        let sizes: Vec<_> = alike(&changes).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 1, 1, 1]);
    }
}
