//! One fact of the manual, read from its Markdown.

use std::fmt;

/// The kind of evidence for a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Known {
    /// Read in the source of a client, a server or a platform.
    Read,
    /// Seen when the client's or the platform's own code ran.
    Executed,
    /// Measured on a running server.
    Measured,
    /// Read in a standard, a help page or a vendor's documentation.
    Published,
    /// Concluded, not observed.
    Inferred,
}

impl Known {
    const ALL: [Self; 5] = [
        Self::Read,
        Self::Executed,
        Self::Measured,
        Self::Published,
        Self::Inferred,
    ];

    /// Returns the word of the `Known:` line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Executed => "executed",
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One fact: its ID, what it is about, how it is known, and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Fact {
    /// The ID: `4.6`, `clients.read.negative-time`.
    pub id: &'static str,
    /// What the fact is about, in a few words.
    pub title: &'static str,
    /// The kind of evidence.
    pub known: Vec<Known>,
    /// The place of the evidence: file and line, release, standard, servers.
    pub source: &'static str,
    /// The text, in Markdown.
    pub text: &'static str,
}

impl Fact {
    /// Reads the facts of a document. Leaves out what does not have the form of a fact;
    /// [`Fact::malformed`] names it.
    pub(super) fn parse_all(document: &'static str) -> Vec<Self> {
        sections(document).filter_map(Self::parse).collect()
    }

    /// Returns the headings of a document that look like facts but are not.
    #[cfg(test)]
    pub(super) fn malformed(document: &'static str) -> Vec<&'static str> {
        sections(document)
            .filter(|section| Self::parse(section).is_none())
            .filter_map(|section| section.lines().next())
            .collect()
    }

    fn parse(section: &'static str) -> Option<Self> {
        let (heading, rest) = section.split_once('\n')?;
        let (id, title) = heading.split_once(" — ")?;
        let (known_line, text) = rest
            .trim_start()
            .strip_prefix("Known: ")?
            .split_once('\n')?;
        let (words, source) = known_line.split_once("; ")?;
        let known = words
            .split(", ")
            .map(|word| Known::ALL.into_iter().find(|known| known.name() == word))
            .collect::<Option<_>>()?;
        Some(Self {
            id,
            title,
            known,
            source,
            text: text.trim(),
        })
    }
}

/// Returns the sections under headings of the third level, each up to the next heading of the
/// second or third level.
fn sections(document: &'static str) -> impl Iterator<Item = &'static str> {
    document.split("\n### ").skip(1).map(|section| {
        let end = section.find("\n## ").unwrap_or(section.len());
        &section[..end]
    })
}
