//! Whether the nonces that an implementation chose can be random.

use super::cause::Mistake;
use crate::safe::envelope::{NONCE_BYTES, Nonce};
use std::collections::BTreeSet;

/// A random nonce has more different bytes than this but once in 10^9, and two in a row once in
/// 10^18. A nonce of 12 random bytes and zeros has at most this many.
const FEW: usize = 13;

/// In two random nonces, so many bytes are the same in the same place once in 10^22.
const MANY_SHARED: usize = NONCE_BYTES / 2;

/// Returns the likely mistake behind two nonces that an implementation chose one after the other;
/// `None` if both can be random.
///
/// Source: clauses 2.1 and 2.5.
pub(super) fn mistake(first: &Nonce, second: &Nonce) -> Option<Mistake> {
    let both = |is: fn(&Nonce) -> bool| is(first) && is(second);
    if different_bytes(first) == 1 {
        Some(Mistake::new(
            "a-nonce-of-one-byte-again-and-again",
            "a nonce of one repeated byte",
        ))
    } else if first.0 == second.0 {
        Some(Mistake::new(
            "the-same-nonce-for-two-bodies",
            "the same nonce for two bodies",
        ))
    } else if both(|nonce| different_bytes(nonce) <= FEW) {
        Some(Mistake::new(
            "a-nonce-of-few-different-bytes",
            "a nonce with too few different bytes to be 24 random ones, for example padded with zeros",
        ))
    } else if both(|nonce| nonce.0.iter().all(u8::is_ascii_graphic)) {
        Some(Mistake::new(
            "a-nonce-of-text",
            "a nonce of printable characters instead of random bytes",
        ))
    } else if shared_bytes(first, second) >= MANY_SHARED {
        Some(Mistake::new(
            "two-nonces-with-most-bytes-in-common",
            "two nonces with most bytes in common, for example a fixed part or a counter",
        ))
    } else {
        None
    }
}

fn different_bytes(nonce: &Nonce) -> usize {
    nonce.0.iter().collect::<BTreeSet<_>>().len()
}

/// Counts the bytes that two nonces have in the same place.
fn shared_bytes(first: &Nonce, second: &Nonce) -> usize {
    let pairs = first.0.iter().zip(&second.0);
    pairs.filter(|(first, second)| first == second).count()
}

#[cfg(test)]
mod tests {
    use super::mistake;
    use crate::safe::envelope::Nonce;

    fn random() -> [u8; 24] {
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).expect("there is randomness");
        bytes
    }

    /// The mistake behind nonces that begin with `count` random bytes.
    fn of(count: usize, rest: [u8; 24]) -> Option<&'static str> {
        let one = || {
            let mut nonce = rest;
            nonce[..count].copy_from_slice(&random()[..count]);
            Nonce(nonce)
        };
        mistake(&one(), &one()).map(|mistake| mistake.name)
    }

    #[test]
    fn random_nonces_are_no_mistake() {
        for _ in 0..1000 {
            assert_eq!(of(24, [0; 24]), None);
        }
    }

    #[test]
    fn zeros_after_few_random_bytes_are_a_mistake_and_after_many_are_none() {
        for count in [2, 4, 8, 12] {
            let found = of(count, [0; 24]).expect("a mistake");
            assert!(found.contains("padded with zeros"), "{count}: {found}");
        }
        // Nobody pads 20 bytes; it only shows where the limit is.
        assert_eq!(of(20, [0; 24]), None);
    }

    #[test]
    fn a_fixed_part_and_a_counter_are_a_mistake() {
        let start = random();
        let mut next = start;
        next[23] = next[23].wrapping_add(1);
        let found = mistake(&Nonce(start), &Nonce(next)).expect("a mistake");
        assert!(found.name.contains("a counter"), "{}", found.name);
        let found = of(8, random()).expect("a mistake");
        assert!(found.contains("a fixed part"), "{found}");
    }

    #[test]
    fn text_is_a_mistake() {
        let nonces = [b"Zq3vT8LmX0pRw7KdY2sHb5Nj", b"Ab9cKx4QeW1rTzU6iOyP0sDf"];
        let [first, second] = nonces.map(|text| Nonce(*text));
        let found = mistake(&first, &second).expect("a mistake");
        assert!(found.name.contains("printable"), "{}", found.name);
    }
}
