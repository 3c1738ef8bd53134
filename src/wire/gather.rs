//! Receives a body in parts: hashes all of it, and keeps it up to a limit.

use super::answer::Body;
use super::request::{Place, Request};
use sha2::{Digest as _, Sha256};

/// How much of a backup is kept, in bytes: checks judge its length, its hash and its beginning.
const KEPT_OF_BACKUP: usize = 1024 * 1024;

/// A body that is being received.
pub(super) struct Gather {
    kept: Vec<u8>,
    keeps: usize,
    limit: usize,
    length: usize,
    hash: Sha256,
    overran: bool,
}

impl Gather {
    /// Returns a body with these limits on the bytes that are read and kept.
    pub(super) fn new(limit: usize, keeps: usize) -> Self {
        Self {
            kept: Vec::new(),
            keeps,
            limit,
            length: 0,
            hash: Sha256::new(),
            overran: false,
        }
    }

    /// Returns how many more bytes may be read.
    pub(super) const fn room(&self) -> usize {
        self.limit - self.length
    }

    /// Receives the next part up to the limit; returns whether all of it fit.
    pub(super) fn take(&mut self, part: &[u8]) -> bool {
        let taken = &part[..part.len().min(self.room())];
        self.hash.update(taken);
        self.length += taken.len();
        let kept = taken.len().min(self.keeps - self.kept.len());
        self.kept.extend_from_slice(&taken[..kept]);
        self.overran |= taken.len() < part.len();
        !self.overran
    }

    /// Notes that the body is longer than the limit.
    pub(super) const fn overran(&mut self) {
        self.overran = true;
    }

    /// Returns whether the body is longer than the limit.
    pub(super) const fn overruns(&self) -> bool {
        self.overran
    }

    /// Returns the body.
    pub(super) fn body(self) -> Body {
        Body::begun(
            self.kept.into(),
            self.length as u64,
            self.hash.finalize().into(),
            self.overran,
        )
    }
}

impl Request {
    /// Returns how much of the answer's body is kept. A packed body is kept completely, so that it
    /// can be unpacked.
    pub(super) fn keeps(&self, is_packed: bool) -> usize {
        match self.place {
            Place::Backup(_) if !is_packed => self.read_limit.min(KEPT_OF_BACKUP),
            _ => self.read_limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_hashed_whole_and_kept_up_to_a_bound() {
        let whole = b"a backup that comes in parts";
        let mut gather = Gather::new(100, 8);
        for part in whole.chunks(5) {
            assert!(gather.take(part));
        }
        let body = gather.body();
        assert_eq!(body.bytes, &whole[..8]);
        assert_eq!(body.length, whole.len() as u64);
        let expected: [u8; 32] = Sha256::digest(whole).into();
        assert_eq!(body.sha256, expected);
        assert!(!body.overran);
    }

    #[test]
    fn what_is_beyond_the_bound_is_not_read() {
        let mut gather = Gather::new(4, 4);
        assert!(gather.take(b"abc"));
        assert_eq!(gather.room(), 1);
        assert!(!gather.take(b"de"));
        let body = gather.body();
        assert_eq!((&body.bytes[..], body.length), (&b"abcd"[..], 4));
        let expected: [u8; 32] = Sha256::digest(b"abcd").into();
        assert_eq!(body.sha256, expected);
        assert!(body.overran);
        let mut exact = Gather::new(4, 4);
        assert!(exact.take(b"abcd"));
        assert!(!exact.body().overran);
    }
}
