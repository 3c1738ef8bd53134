//! Reading what a request carries, within bounds.

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// How much more than a backup may be is read of a body that is refused.
const SURPLUS: u64 = 2 * 1024 * 1024;

/// Why a body was not read to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unfinished {
    /// It breaks off.
    BrokenOff,
    /// It goes on beyond the bound.
    TooLong,
}

/// Passes the body to `take`, piece by piece, until it has taken `bound` bytes.
pub(super) async fn read(
    body: &mut Incoming,
    bound: u64,
    mut take: impl FnMut(&[u8]),
) -> Result<u64, Unfinished> {
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unfinished::BrokenOff)?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        total += data.len() as u64;
        if total > bound {
            return Err(Unfinished::TooLong);
        }
        take(data);
    }
    Ok(total)
}

/// Reads a body that nobody uses.
///
/// A client that is still sending when the connection is closed may never see the answer; so it is
/// heard out, as long as it is not much longer than what would have been taken.
pub(super) async fn drain(body: &mut Incoming, limit: u64) -> Result<u64, Unfinished> {
    read(body, limit.saturating_add(SURPLUS), |_| {}).await
}

/// Returns the length of a body, if it was declared.
pub(super) fn declared_length(body: &Incoming) -> Option<u64> {
    body.size_hint().exact()
}
