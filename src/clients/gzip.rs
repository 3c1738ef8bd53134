//! How each client unpacks gzip, and what it does with bytes after the end.
//!
//! Source: clients.read.gzip-members, clients.read.gzip-tail, clients.read.zlib; RFC 1952.

use flate2::{Crc, Decompress, FlushDecompress, Status};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;

/// The flags of a header. Source: RFC 1952 section 2.3.1.
const FHCRC: u8 = 1 << 1;
const FEXTRA: u8 = 1 << 2;
const FNAME: u8 = 1 << 3;
const FCOMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// The first amount of memory that is reserved, in bytes.
const PIECE: usize = 64 * 1024;

/// The way in which a client unpacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Unpacker {
    /// Java's `GZIPInputStream`: joins members, and ignores bytes after them that are not a member.
    /// Android.
    Java,
    /// `GzipSwift` before 6: unpacks the first member, and ignores the rest. iOS before 5.9.
    GzipSwiftFirst,
    /// `GzipSwift` 6: requires members, each gzip or zlib, up to the last byte. iOS since 5.9.
    GzipSwift,
    /// Node's `gunzip`: joins members; a zero after them ends the input, any other byte is refused.
    /// Desktop.
    Node,
}

/// Why unpacking fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// It does not begin as required.
    #[error("what was decrypted is not gzip")]
    NotGzip,
    /// It ends too early.
    #[error("the gzip inside ends too early")]
    Truncated,
    /// It is inconsistent.
    #[error("the gzip inside is damaged")]
    Damaged,
    /// Bytes that are not gzip follow.
    #[error("bytes that are not gzip follow the gzip inside")]
    Trailing,
    /// The unpacked data is larger than the limit.
    #[error("the gzip inside unpacks to more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was given, in bytes.
        limit_bytes: usize,
    },
}

type Unpacked<T> = Result<T, UnpackError>;

/// Returns the first byte after the header of a gzip, with which its first block begins; `None` if
/// there is none.
pub(crate) fn first_block(packed: &[u8]) -> Option<u8> {
    let mut member = Member {
        packed,
        place: 0,
        begin: 0,
        out: Vec::new(),
        limit_bytes: 0,
    };
    member.header(true).ok()?;
    member.rest().first().copied()
}

/// Returns whether it begins like zlib.
///
/// Source: RFC 1950 section 2.2.
pub(super) fn is_zlib(packed: &[u8]) -> bool {
    packed.first_chunk().is_some_and(|header| {
        let [method, _] = *header;
        method & 0x0f == DEFLATE
            && method >> 4 <= 7
            && u16::from_be_bytes(*header).is_multiple_of(31)
    })
}

impl Unpacker {
    /// Unpacks to at most `limit_bytes` bytes.
    ///
    /// # Errors
    /// Input that this client refuses, and unpacked data over the limit.
    pub fn unpack(self, packed: &[u8], limit_bytes: usize) -> Unpacked<Vec<u8>> {
        let mut member = Member {
            packed,
            place: 0,
            begin: 0,
            out: Vec::new(),
            limit_bytes,
        };
        match self {
            Self::Java => java(&mut member)?,
            Self::Node => node(&mut member)?,
            // There, an empty input unpacks to an empty output.
            Self::GzipSwift | Self::GzipSwiftFirst if packed.is_empty() => {}
            Self::GzipSwiftFirst => member.gzip_or_zlib()?,
            Self::GzipSwift => {
                member.gzip_or_zlib()?;
                while member.place < packed.len() {
                    member.gzip_or_zlib().map_err(trailing)?;
                }
            }
        }
        Ok(member.out)
    }
}

/// Older releases of Java overlook a complete header if at most 26 bytes remain after the blocks of
/// a member.
fn java(member: &mut Member<'_>) -> Unpacked<()> {
    member.header(true)?;
    loop {
        member.body()?;
        member.trailer()?;
        if member.header(true).is_err() {
            return Ok(());
        }
    }
}

fn node(member: &mut Member<'_>) -> Unpacked<()> {
    member.gzip()?;
    loop {
        match member.rest().first() {
            None | Some(0) => return Ok(()),
            Some(_) => member.gzip().map_err(trailing)?,
        }
    }
}

/// Returns the error for bytes after the first member: `Trailing`, unless they begin another
/// member.
fn trailing(error: UnpackError) -> UnpackError {
    match error {
        UnpackError::NotGzip => UnpackError::Trailing,
        other => other,
    }
}

/// Reads one member after the other.
struct Member<'a> {
    packed: &'a [u8],
    /// The position of the next byte.
    place: usize,
    /// The position in `out` where the member begins.
    begin: usize,
    out: Vec<u8>,
    limit_bytes: usize,
}

impl<'a> Member<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.packed[self.place..]
    }

    fn take<const N: usize>(&mut self) -> Unpacked<[u8; N]> {
        let bytes = self.rest().first_chunk().ok_or(UnpackError::Truncated)?;
        self.place += N;
        Ok(*bytes)
    }

    fn skip(&mut self, length: usize) -> Unpacked<()> {
        if length > self.rest().len() {
            return Err(UnpackError::Truncated);
        }
        self.place += length;
        Ok(())
    }

    /// Reads gzip or zlib, as zlib does: the first bytes tell them apart.
    fn gzip_or_zlib(&mut self) -> Unpacked<()> {
        if self.rest().starts_with(&MAGIC) {
            self.gzip()
        } else {
            self.zlib()
        }
    }

    fn gzip(&mut self) -> Unpacked<()> {
        self.header(false)?;
        self.body()?;
        self.trailer()
    }

    /// Source: RFC 1950.
    fn zlib(&mut self) -> Unpacked<()> {
        let needs_dictionary = self.rest().get(1).is_some_and(|flags| flags & 0x20 != 0);
        if !is_zlib(self.rest()) || needs_dictionary {
            return Err(UnpackError::NotGzip);
        }
        self.inflate(Decompress::new(true))
    }

    /// Reads a header. If `lenient`, ignores the reserved flags.
    fn header(&mut self, lenient: bool) -> Unpacked<()> {
        let begin = self.place;
        if !self.rest().starts_with(&MAGIC) {
            return Err(UnpackError::NotGzip);
        }
        let [_, _, method, flags, _, _, _, _, _, _] = self.take()?;
        if method != DEFLATE || flags & RESERVED != 0 && !lenient {
            return Err(UnpackError::Damaged);
        }
        if flags & FEXTRA != 0 {
            let length = u16::from_le_bytes(self.take()?);
            self.skip(length.into())?;
        }
        for text in [FNAME, FCOMMENT] {
            if flags & text != 0 {
                let end = memchr::memchr(0, self.rest()).ok_or(UnpackError::Truncated)?;
                self.skip(end + 1)?;
            }
        }
        if flags & FHCRC != 0 {
            let mut sum = Crc::new();
            sum.update(&self.packed[begin..self.place]);
            let [low, high, ..] = sum.sum().to_le_bytes();
            if self.take()? != [low, high] {
                return Err(UnpackError::Damaged);
            }
        }
        Ok(())
    }

    /// Unpacks the blocks after a header; [`trailer`](Self::trailer) compares them with the
    /// checksum.
    fn body(&mut self) -> Unpacked<()> {
        self.begin = self.out.len();
        self.inflate(Decompress::new(false))
    }

    fn inflate(&mut self, mut inflater: Decompress) -> Unpacked<()> {
        let limit_bytes = self.limit_bytes;
        loop {
            // One byte over the limit, to distinguish "exactly full" from "too much".
            let room = (limit_bytes + 1).saturating_sub(self.out.len());
            if room == 0 {
                return Err(UnpackError::TooLarge { limit_bytes });
            }
            let spare = self.out.capacity() - self.out.len();
            if spare == 0 {
                let piece = self.out.len().clamp(PIECE, 64 * PIECE).min(room);
                self.out.reserve_exact(piece);
            }
            let before = (inflater.total_in(), self.out.len());
            let status = inflater
                .decompress_vec(self.rest(), &mut self.out, FlushDecompress::None)
                .map_err(|_| UnpackError::Damaged)?;
            let read = inflater.total_in() - before.0;
            self.place += usize::try_from(read).unwrap_or(usize::MAX);
            if self.out.len() > limit_bytes {
                return Err(UnpackError::TooLarge { limit_bytes });
            }
            if status == Status::StreamEnd {
                return Ok(());
            }
            if read == 0 && self.out.len() == before.1 && self.out.len() < self.out.capacity() {
                return Err(UnpackError::Truncated);
            }
        }
    }

    /// Reads the checksum and the length after the blocks.
    fn trailer(&mut self) -> Unpacked<()> {
        let checksum = u32::from_le_bytes(self.take()?);
        let length = u32::from_le_bytes(self.take()?);
        let mut sum = Crc::new();
        sum.update(&self.out[self.begin..]);
        if (checksum, length) == (sum.sum(), sum.amount()) {
            Ok(())
        } else {
            Err(UnpackError::Damaged)
        }
    }
}

#[cfg(test)]
mod tests;
