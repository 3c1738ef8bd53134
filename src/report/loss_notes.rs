//! The notes to the loss table: the sentence of each reason with its condition, and its number.

/// The notes to the cells, numbered from 1 in the order in which they are met.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) sentences: Vec<String>,
}

impl Notes {
    /// Returns the number of a note; what has been said before keeps its number.
    pub(super) fn number(&mut self, sentence: String) -> usize {
        let place = self.sentences.iter().position(|each| *each == sentence);
        place.unwrap_or_else(|| {
            self.sentences.push(sentence);
            self.sentences.len() - 1
        }) + 1
    }
}

/// Returns the condition, unless the reason already names it.
pub(super) fn unnamed(
    condition: Option<&'static str>,
    reason_names_it: bool,
) -> Option<&'static str> {
    condition.filter(|_| !reason_names_it)
}

pub(super) fn note(condition: Option<&str>, reason: &str, source: &str) -> String {
    format!("{} [{source}]", unsourced_note(condition, reason))
}

pub(super) fn unsourced_note(condition: Option<&str>, because: &str) -> String {
    match condition {
        Some(condition) => format!("If {condition}: {because}."),
        None => format!("{}.", capitalised(because)),
    }
}

/// Returns a sentence with a capital letter at its start, unless it begins with the name of iOS.
pub(super) fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if !sentence.starts_with("iOS") => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::losses::{LOSSES, STOPS, UNKNOWNS};

    /// The notes of all rows, as people read them.
    fn all_notes() -> Vec<String> {
        let losses = LOSSES.iter().map(|loss| {
            let said = unnamed(loss.when.sentence(), loss.reason_names_condition);
            unsourced_note(said, loss.why.sentence)
        });
        let stops = STOPS.iter().map(|stop| {
            let said = unnamed(stop.condition, stop.reason_names_condition);
            unsourced_note(said, stop.why.sentence)
        });
        let unknowns = UNKNOWNS.iter();
        let unknowns = unknowns.map(|each| unsourced_note(each.when.sentence(), each.because));
        losses.chain(stops).chain(unknowns).collect()
    }

    /// Whether four words in a row stand twice.
    fn repeats_itself(note: &str) -> bool {
        let words: Vec<_> = note
            .split_whitespace()
            .map(|word| word.trim_matches([',', ':', '.']).to_lowercase())
            .collect();
        let mut runs = words.windows(4).enumerate();
        runs.any(|(place, run)| words[place + 1..].windows(4).any(|other| other == run))
    }

    #[test]
    fn no_note_repeats_its_condition() {
        let repeated: Vec<_> = all_notes()
            .into_iter()
            .filter(|it| repeats_itself(it))
            .collect();
        assert!(repeated.is_empty(), "{repeated:#?}");
        assert!(repeats_itself(
            "If it is level 2 without a public key: Android restores level 2 without a public key as level 0."
        ));
        assert!(!repeats_itself(
            "If the directory has another key: iOS uses the key of the directory."
        ));
    }

    #[test]
    fn a_note_begins_like_a_sentence() {
        for note in all_notes() {
            let is_capital = note.starts_with(|first: char| first.is_uppercase());
            assert!(is_capital || note.starts_with("iOS"), "{note}");
        }
    }
}
