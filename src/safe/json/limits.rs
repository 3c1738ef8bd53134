//! The limits of the JSON reader.

/// The limits for reading a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The bytes of the text.
    pub bytes: usize,
    /// Its values, including nested ones.
    pub values: usize,
    /// The nesting of arrays and objects.
    pub depth: usize,
}

impl Limits {
    /// Far more than any client writes: 16 MiB, a million values, a depth of 128. Reading it takes
    /// less than 256 MiB of memory.
    pub const USUAL: Self = Self {
        bytes: 16 * 1024 * 1024,
        values: 1_000_000,
        depth: 128,
    };
}
