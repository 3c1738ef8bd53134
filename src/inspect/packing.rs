//! How a document is compressed: what the gzip reveals about its writer.

use serde::Serialize;

/// How a document is compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Packing {
    /// Whether it is really compressed.
    pub shape: Shape,
    /// Whether the header is as short as that of every known client: no name, no comment, no time.
    pub plain_header: bool,
}

/// Whether a document is really compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Shape {
    /// It is stored without compression.
    Stored,
    /// It is compressed.
    Compressed,
}

impl Packing {
    /// Returns the packing of the first member of a gzip. Unreliable properties are ignored: the
    /// bytes for the operating system and the level, and the sizes of stored blocks.
    ///
    /// Source: RFC 1952 section 2.3.1; RFC 1951 section 3.2.3; clients.write.gzip-header.
    pub(super) fn of(packed: &[u8]) -> Self {
        let header = packed.first_chunk::<10>().copied().unwrap_or_default();
        let [_, _, _, flags, time @ .., _, _] = header;
        let plain_header = flags == 0 && time == [0; 4];
        // The first block follows a plain header; its type is in bits 1 and 2.
        let kind = packed.get(10).map_or(0, |block| block >> 1 & 0b11);
        Self {
            shape: if plain_header && kind == 0 {
                Shape::Stored
            } else {
                Shape::Compressed
            },
            plain_header,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::Compression;
    use crate::safe::envelope::pack;

    #[test]
    fn stored_is_distinguished_from_compressed_and_a_time_from_none() {
        let document = [b'a'; 200];
        let stored = pack(&document, Compression::Stored);
        let shape = |packed: &[u8]| Packing::of(packed).shape;
        assert_eq!(shape(&stored), Shape::Stored);
        for level in [1, 6, 9] {
            let packed = pack(&document, Compression::Level(level));
            assert_eq!(shape(&packed), Shape::Compressed);
        }
        assert!(Packing::of(&stored).plain_header);
        let mut with_a_time = stored;
        with_a_time[5] = 1;
        assert!(!Packing::of(&with_a_time).plain_header);
    }
}
