//! How a document is compressed: what the gzip reveals about its writer.

use crate::clients::gzip;
use serde::Serialize;

/// The bits of a block's first byte that say how it is compressed. Zero stores.
const BLOCK_TYPE: u8 = 0b110;

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
        let is_stored = |block: u8| block & BLOCK_TYPE == 0;
        Self {
            shape: if gzip::first_block(packed).is_none_or(is_stored) {
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
        // What the header holds says nothing about the blocks.
        let named = |packed: &[u8]| {
            let mut named = packed.to_vec();
            named[3] = 1 << 3;
            named.splice(10..10, *b"backup.json\0");
            named
        };
        let packed = pack(&document, Compression::Level(6));
        for (packed, expected) in [(stored, Shape::Stored), (packed, Shape::Compressed)] {
            let mut with_a_time = packed.clone();
            with_a_time[5] = 1;
            for other in [named(&packed), with_a_time] {
                assert!(!Packing::of(&other).plain_header);
                assert_eq!(shape(&other), expected);
            }
        }
    }
}
