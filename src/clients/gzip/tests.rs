use super::*;
use crate::safe::envelope::{Compression, pack};
use proptest::prelude::*;

const ALL: [Unpacker; 4] = [
    Unpacker::Java,
    Unpacker::GzipSwiftFirst,
    Unpacker::GzipSwift,
    Unpacker::Node,
];

fn member(text: &[u8]) -> Vec<u8> {
    pack(text, Compression::Level(6))
}

/// Returns the result of each of [`ALL`].
fn each(packed: &[&[u8]]) -> [Unpacked<Vec<u8>>; 4] {
    ALL.map(|unpacker| unpacker.unpack(&packed.concat(), 1 << 20))
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the answers")]
fn text(text: &str) -> Unpacked<Vec<u8>> {
    Ok(text.as_bytes().to_vec())
}

#[test]
fn members_are_joined_but_by_old_ios() {
    let (one, two) = (member(b"{\"a\""), member(b":1}"));
    let whole = text("{\"a\":1}");
    assert_eq!(
        each(&[&one, &two]),
        [whole.clone(), text("{\"a\""), whole.clone(), whole]
    );
}

#[test]
fn tails_part_the_clients() {
    let one = member(b"{}");
    let (good, trailing) = (text("{}"), Err(UnpackError::Trailing));
    for zeros in [1, 2, 600] {
        assert_eq!(
            each(&[&one, &vec![0; zeros]]),
            [good.clone(), good.clone(), trailing.clone(), good.clone()]
        );
    }
    for tail in [&b"x"[..], b"garbage", &[b'x'; 600]] {
        assert_eq!(
            each(&[&one, tail]),
            [
                good.clone(),
                good.clone(),
                trailing.clone(),
                trailing.clone()
            ]
        );
    }
    // A member that ends too early: if it ends within its header, Java does not count it as a
    // member.
    let truncated = Err(UnpackError::Truncated);
    assert_eq!(
        each(&[&one, &one[..9]]),
        [
            good.clone(),
            good.clone(),
            truncated.clone(),
            truncated.clone()
        ]
    );
    let long = pack(&[b' '; 100], Compression::Stored);
    assert_eq!(
        each(&[&one, &long[..50]]),
        [truncated.clone(), good, truncated.clone(), truncated]
    );
}

#[test]
fn zlib_is_for_ios_alone() {
    let mut packer = flate2::Compress::new(flate2::Compression::new(6), true);
    let mut zlib = Vec::with_capacity(100);
    packer
        .compress_vec(b"{}", &mut zlib, flate2::FlushCompress::Finish)
        .expect("it packs");
    let no = Err(UnpackError::NotGzip);
    assert_eq!(each(&[&zlib]), [no.clone(), text("{}"), text("{}"), no]);
}

#[test]
fn nothing_is_nothing_on_ios() {
    let no = Err(UnpackError::NotGzip);
    assert_eq!(each(&[]), [no.clone(), text(""), text(""), no]);
}

#[test]
fn only_java_overlooks_a_reserved_flag() {
    let mut reserved = member(b"{}");
    reserved[3] |= 0x20;
    let damaged = Err(UnpackError::Damaged);
    let [java, others @ ..] = each(&[&reserved]);
    assert_eq!(java, text("{}"));
    assert!(others.iter().all(|each| *each == damaged));
}

#[test]
fn what_is_damaged_is_refused_by_all() {
    let whole = member(b"{\"info\":{}}");
    for place in [2, whole.len() - 8, whole.len() - 4, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        for answer in each(&[&damaged]) {
            assert_eq!(answer, Err(UnpackError::Damaged), "{place}");
        }
    }
    for length in 0..whole.len() {
        for unpacker in ALL {
            let answer = unpacker.unpack(&whole[..length], 99);
            assert!(answer.is_err() || length == 0, "{length}");
        }
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = pack(&vec![0; 10 << 20], Compression::Level(9));
    for unpacker in ALL {
        let refusal = unpacker.unpack(&bomb, 1000);
        assert_eq!(refusal, Err(UnpackError::TooLarge { limit_bytes: 1000 }));
    }
    let text = vec![b'x'; 200_000];
    for unpacker in ALL {
        assert!(unpacker.unpack(&member(&text), 200_000).is_ok());
        assert!(unpacker.unpack(&member(&text), 199_999).is_err());
    }
}

proptest! {
    #[test]
    fn what_is_packed_comes_out(text in prop::collection::vec(any::<u8>(), 0..3000), level in 0..=9_u8) {
        let compression = if level == 0 { Compression::Stored } else { Compression::Level(level) };
        for unpacker in ALL {
            let unpacked = unpacker.unpack(&pack(&text, compression), text.len());
            prop_assert_eq!(unpacked.as_ref(), Ok(&text));
        }
    }

    #[test]
    fn no_bytes_panic(tail in prop::collection::vec(any::<u8>(), 0..100)) {
        for unpacker in ALL {
            let _ = unpacker.unpack(&tail, 50);
            let _ = unpacker.unpack(&[&[0x1f, 0x8b, 8][..], &tail].concat(), 50);
            let _ = unpacker.unpack(&[&member(b"{}"), &tail[..]].concat(), 50);
        }
    }
}
