//! Gzip bombs: small files that unpack to very many bytes.

use flate2::{Compress, Compression, Crc, FlushCompress};

const MEBIBYTE: usize = 1 << 20;

/// Returns gzip that unpacks to this many MiB of one byte, a thousand times its size. One MiB is
/// compressed and its blocks are repeated, because to compress all takes seconds.
///
/// Source: RFC 1952 section 2.3; RFC 1951 section 3.2.3.
pub fn bomb(byte: u8, mebibytes: usize) -> Vec<u8> {
    let first = vec![byte; MEBIBYTE];
    let mut blocks = Vec::with_capacity(MEBIBYTE);
    // After a full flush, a block begins at a whole byte and refers to nothing before it.
    Compress::new(Compression::best(), false)
        .compress_vec(&first, &mut blocks, FlushCompress::Full)
        .expect("memory takes it");
    let mut crc_of_first = Crc::new();
    crc_of_first.update(&first);
    let mut crc = Crc::new();
    for _ in 0..mebibytes {
        crc.combine(&crc_of_first);
    }
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];
    let empty_last_block = [3, 0];
    [
        &header[..],
        &blocks.repeat(mebibytes),
        &empty_last_block,
        &crc.sum().to_le_bytes(),
        &crc.amount().to_le_bytes(),
    ]
    .concat()
}

#[test]
fn a_bomb_is_gzip_of_all_its_bytes() {
    let packed = bomb(b'[', 3);
    assert!(packed.len() < 4096, "{}", packed.len());
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(&packed[..]);
    std::io::copy(&mut reader, &mut unpacked).expect("it is gzip");
    assert!(unpacked == vec![b'['; 3 * MEBIBYTE]);
}
