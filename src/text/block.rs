//! A text in parts, independent of whether a terminal or a page shows it.

/// A part of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A line with a label; without one, it continues the previous label.
    Line {
        /// The label.
        label: String,
        /// The text.
        text: String,
    },
    /// Sentences.
    Paragraph(String),
    /// An empty line.
    Gap,
}
