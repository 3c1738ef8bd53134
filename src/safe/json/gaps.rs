//! The white space of a text, which its document keeps.

/// The white space before each token that has some, in the order of the tokens.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Gaps {
    /// The number of the token, and the length of the white space before it, in bytes.
    pub(super) places: Vec<(u32, u32)>,
    pub(super) white_space: String,
}

impl Gaps {
    /// Notes the white space before token `token`; nothing is noted for none.
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
