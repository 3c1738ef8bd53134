//! The place of a value in a document.

use std::fmt;

/// The number of characters of a key that are shown.
const SHOWN_OF_A_KEY: usize = 40;

/// The number of steps that are shown.
const SHOWN_STEPS: usize = 16;

/// One step into a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// To the member of this key.
    Key(String),
    /// To the item at this index, from 0.
    Index(usize),
}

/// The place of a value in a document: `contacts[3].identity`. The root is `the document`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Returns the place under these keys, from the outside in.
    pub fn of<const N: usize>(keys: [&str; N]) -> Self {
        Self(keys.map(|key| Step::Key(key.to_owned())).to_vec())
    }

    /// Returns the place of the member of this key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// Returns the place of the item at this index, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

/// A key is foreign text: it is escaped for the terminal and cut to a limit.
impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("the document");
        }
        let mut text = String::from("`");
        for (position, step) in self.0.iter().take(SHOWN_STEPS).enumerate() {
            match step {
                Step::Index(index) => text.push_str(&format!("[{index}]")),
                Step::Key(key) if is_plain(key) => {
                    text.push_str(if position == 0 { "" } else { "." });
                    text.push_str(key);
                }
                Step::Key(key) => {
                    let shown: String = key.chars().take(SHOWN_OF_A_KEY).collect();
                    let more = if shown.len() < key.len() { "…" } else { "" };
                    text.push_str(&format!("[\"{}{more}\"]", shown.escape_default()));
                }
            }
        }
        let more = if self.0.len() > SHOWN_STEPS {
            "…"
        } else {
            ""
        };
        write!(formatter, "{text}{more}`")
    }
}

fn is_plain(key: &str) -> bool {
    let plain = |each: u8| each.is_ascii_alphanumeric() || each == b'_';
    !key.is_empty() && key.len() <= SHOWN_OF_A_KEY && key.bytes().all(plain)
}
