//! What a reader of JSON accepts at most.

/// How much of a text is read at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Values in it, those within others included.
    pub values: usize,
    /// Arrays and objects within each other.
    pub depth: usize,
}

impl Limits {
    /// Far beyond what any client writes: 16 MiB, a million values, 128 deep. It takes less than
    /// 256 MiB of memory.
    pub const USUAL: Self = Self {
        bytes: 16 * 1024 * 1024,
        values: 1_000_000,
        depth: 128,
    };
}
