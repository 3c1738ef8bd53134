//! A text in parts, before anybody knows whether it goes to a terminal or into a page.

/// A part of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A line behind a label; without one, it goes on with the label before.
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
