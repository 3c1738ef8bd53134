//! The white space of a text, which its document keeps.

/// The white space before each token, in the order of the tokens; tokens without it are not listed.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Gaps {
    /// The number of the token, and the length of the white space before it, in bytes.
    pub(super) places: Vec<(u32, u32)>,
    pub(super) white_space: String,
}

impl Gaps {
    /// Records the white space before token `token`, if there is any.
    pub(super) fn note(&mut self, token: usize, white_space: &str) {
        if let (false, Ok(token), Ok(length)) = (
            white_space.is_empty(),
            u32::try_from(token),
            u32::try_from(white_space.len()),
        ) {
            self.places.push((token, length));
            self.white_space.push_str(white_space);
        }
    }
}
