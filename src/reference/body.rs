//! Reads the body of a request within bounds.

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// How far beyond the largest backup a refused body is read, in bytes.
const SURPLUS: u64 = 2 * 1024 * 1024;

/// Why a body was not read to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unfinished {
    /// It broke off.
    BrokenOff,
    /// It exceeded the bound.
    TooLong,
}

/// Passes the body to `take`, piece by piece, until `take` has received `bound` bytes.
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

/// Reads a body that is not used.
///
/// A client that is still sending when the connection is closed may never see the answer. So the
/// body is read to its end, unless it is much longer than the limit.
pub(super) async fn drain(body: &mut Incoming, limit: u64) -> Result<u64, Unfinished> {
    read(body, limit.saturating_add(SURPLUS), |_| {}).await
}

/// Returns the declared length of a body.
pub(super) fn declared_length(body: &Incoming) -> Option<u64> {
    body.size_hint().exact()
}
