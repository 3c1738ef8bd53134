//! Upload of one backup, which is collected first and then stored in one step.

use super::answer::{
    Answer, Closed, Refusal, content, empty, no_content_with_body, page, redirect, refusal,
    refusal_with,
};
use super::body::{Unfinished, drain, read};
use super::call::Call;
use super::faults::Fault;
use super::site::Site;
use super::store::Full;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How much is written at a time if writing is not atomic, in bytes.
const PIECE: usize = 8 * 1024;

/// After how long the fault ends an upload.
pub(super) const TIMES_OUT: Duration = Duration::from_secs(4);

/// Returns the refusal of an upload before its body is read.
pub(super) fn refused(site: &Site, call: &Call<'_>, id: &str) -> Option<Answer> {
    if site.has(Fault::UploadRedirected) {
        let location = format!("https://other.example{}", call.parts.uri.path());
        return Some(redirect(StatusCode::TEMPORARY_REDIRECT, &location));
    }
    if site.has(Fault::UploadNotAllowed) {
        return Some(super::answer::not_allowed("GET, HEAD, DELETE"));
    }
    let is_new_http = call.parts.version == http::Version::HTTP_2;
    let refusals = [
        (site.has(Fault::Locked), StatusCode::LOCKED),
        (site.has(Fault::UploadForbidden), StatusCode::FORBIDDEN),
        (
            site.has(Fault::UploadQuota),
            StatusCode::INSUFFICIENT_STORAGE,
        ),
        (
            site.has(Fault::UploadCrashes),
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        (
            is_new_http && site.has(Fault::Http2UploadsRefused),
            StatusCode::BAD_GATEWAY,
        ),
        (
            call.expects_continue() && site.has(Fault::ExpectRefused),
            StatusCode::EXPECTATION_FAILED,
        ),
        (
            call.declared.is_none() && site.has(Fault::ChunkedRefused),
            StatusCode::LENGTH_REQUIRED,
        ),
        (
            site.has(Fault::OverwriteRefused) && site.store.contains(id),
            StatusCode::FORBIDDEN,
        ),
        (
            call.declared.is_some_and(|length| length > site.limit()),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ];
    let first = refusals.into_iter().find(|(applies, _)| *applies);
    if let Some((_, status)) = first {
        return Some(refusal(status));
    }
    let length = call.declared?;
    if let Some((above, status)) = site.refuses_above()
        && length > above
    {
        return Some(too_large(status));
    }
    site.manner.refuses_size(length, true)
}

/// Returns the refusal of an upload for its size, with this status instead of 413.
fn too_large(status: StatusCode) -> Answer {
    match status {
        StatusCode::INSUFFICIENT_STORAGE => content(
            status,
            "application/xml; charset=utf-8",
            "<?xml version=\"1.0\"?>\n<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">\
             <s:exception>Sabre\\DAV\\Exception\\InsufficientStorage</s:exception>\
             <s:message>Insufficient space in example, no room for this file</s:message></d:error>",
        ),
        StatusCode::FORBIDDEN => page(status, "Request blocked", "<h1>Request blocked</h1>"),
        _ => refusal(status),
    }
}

/// Receives an upload.
pub(super) async fn receive(
    site: &Site,
    call: &Call<'_>,
    id: &str,
    body: &mut Incoming,
) -> Result<Answer, Closed> {
    if call.expects_continue() && site.has(Fault::ExpectStoresNothing) {
        let stored = site.store.replace(id, Bytes::new());
        return Ok(stored.map_or_else(no_room, |_| empty(StatusCode::CREATED)));
    }
    let now = site.manner.tempo.now();
    let Some(lock) = site.manner.late.begin(now, id) else {
        let _ = drain(body, site.limit()).await;
        return Ok(refusal(StatusCode::LOCKED));
    };
    if site.has(Fault::WriteInPlace) {
        return Ok(write_in_place(site, id, body).await);
    }
    site.begin_upload(id);
    let mut upload = Upload {
        site,
        id,
        received: Vec::new(),
        is_chunked: call.declared.is_none(),
        stage: Stage::Receiving,
    };
    let resets_above = site.resets_above();
    let bound = resets_above.unwrap_or(u64::MAX).min(site.limit());
    let reading = read(body, bound, |piece| {
        upload.received.extend_from_slice(piece);
    });
    let outcome = if site.has(Fault::UploadTimesOut) {
        let Ok(outcome) = tokio::time::timeout(TIMES_OUT, reading).await else {
            upload.settle();
            return Err(Closed);
        };
        outcome
    } else {
        reading.await
    };
    match outcome {
        Ok(length) => {
            upload.stage = Stage::Whole;
            site.manner.work().await;
            let received = upload.settle();
            if let Some(answer) = site.manner.refuses_size(length, call.declared.is_some()) {
                return Ok(answer);
            }
            Ok(store(site, id, received))
        }
        Err(Unfinished::BrokenOff) => {
            // From here on, the pending effect locks the target.
            drop(lock);
            Ok(end_of_broken_off(site, call, upload).await)
        }
        Err(Unfinished::TooLong) => {
            upload.settle();
            if resets_above.is_some() {
                return Err(Closed);
            }
            // The answer is the same whether the body ends or not.
            let _ = drain(body, 0).await;
            Ok(refusal(StatusCode::PAYLOAD_TOO_LARGE))
        }
    }
}

/// A running upload.
///
/// When a connection breaks, hyper drops the request. So the effect of a broken-off upload is
/// decided when this is dropped before it was settled.
struct Upload<'a> {
    site: &'a Site,
    id: &'a str,
    received: Vec<u8>,
    is_chunked: bool,
    stage: Stage,
}

/// The progress of an upload.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The body is being received.
    Receiving,
    /// The body is complete and is being processed.
    Whole,
    /// Dropping it has no effect.
    Settled,
}

impl Upload<'_> {
    /// Settles the upload, so that dropping it has no effect; returns what arrived.
    fn settle(mut self) -> Vec<u8> {
        self.stage = Stage::Settled;
        std::mem::take(&mut self.received)
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        self.site.end_upload(self.id);
        let received = std::mem::take(&mut self.received);
        let manner = &self.site.manner;
        match self.stage {
            Stage::Receiving => {
                self.site.cut_off(self.id, received, self.is_chunked);
            }
            // The client no longer waits for the answer.
            Stage::Whole => {
                let (now, wait) = (manner.tempo.now(), manner.takes());
                manner.late.store_later(now, wait, self.id, received.into());
            }
            Stage::Settled => {}
        }
    }
}

/// Returns the answer to a broken-off upload whose client still listens, after the server has
/// noticed.
async fn end_of_broken_off(site: &Site, call: &Call<'_>, upload: Upload<'_>) -> Answer {
    let (id, is_chunked) = (upload.id, upload.is_chunked);
    let existed = site.store.contains(id);
    let received = upload.settle();
    let length = received.len();
    let Some(wait) = site.cut_off(id, received, is_chunked) else {
        return refusal(StatusCode::BAD_REQUEST);
    };
    site.manner.tempo.sleep(wait).await;
    site.catch_up();
    let Some(declared) = call.declared else {
        return stored(existed);
    };
    let said = Refusal::Saying {
        exception: r"Sabre\DAV\Exception\BadRequest",
        message: format!("Expected filesize of {declared} bytes but read {length} bytes."),
    };
    refusal_with(StatusCode::BAD_REQUEST, said)
}

/// Stores a complete upload.
fn store(site: &Site, id: &str, content: Vec<u8>) -> Answer {
    let mut content = content;
    if site.has(Fault::UploadNotStored) {
        return empty(StatusCode::CREATED);
    }
    if site.has(Fault::UploadRenamed) {
        let stored = site.store.replace(&format!("{id} (2)"), content.into());
        return stored.map_or_else(no_room, |_| empty(StatusCode::CREATED));
    }
    let old = site.store.read(id);
    if old.is_some() && site.has(Fault::OverwriteIgnored) {
        return empty(StatusCode::NO_CONTENT);
    }
    if let Some(old) = old.as_ref().filter(|_| site.has(Fault::OverwriteMangles)) {
        let length = content.len();
        content = old.content.to_vec();
        content.resize(length, 0);
    }
    if site.has(Fault::UploadTruncated) {
        content.pop();
    }
    if site.has(Fault::UploadEmpty) {
        content.clear();
    }
    if let Some(kept) = site.keeps() {
        content.truncate(kept);
    }
    if site.has(Fault::OverwriteKeepsTail)
        && let Some(tail) = old
            .as_ref()
            .and_then(|old| old.content.get(content.len()..))
    {
        content.extend_from_slice(tail);
    }
    match site.store.replace(id, content.into()) {
        Ok(_) if site.has(Fault::UploadAccepted202) => empty(StatusCode::ACCEPTED),
        Ok(_) if site.has(Fault::NoContentWithBody) => no_content_with_body(),
        Ok(_) if site.has(Fault::UploadEmpty) => empty(StatusCode::CREATED),
        Ok(existed) => stored(existed),
        Err(full) => no_room(full),
    }
}

fn stored(existed: bool) -> Answer {
    empty(if existed {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CREATED
    })
}

fn no_room(_: Full) -> Answer {
    refusal(StatusCode::INSUFFICIENT_STORAGE)
}

/// Writes an upload piece by piece into the stored backup, where everyone sees it.
///
/// A disk takes time, and two writers are never equally fast: every second one begins fast and then
/// falls behind. So of two simultaneous uploads, each writes last in some places.
async fn write_in_place(site: &Site, id: &str, body: &mut Incoming) -> Answer {
    let is_uneven = site.writers.fetch_add(1, Ordering::Relaxed) % 2 == 1;
    let existed = site.store.contains(id);
    if let Err(full) = site.store.replace(id, Bytes::new()) {
        return no_room(full);
    }
    let (mut offset, mut pieces) = (0, 0);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return refusal(StatusCode::BAD_REQUEST);
        };
        for piece in frame
            .data_ref()
            .into_iter()
            .flat_map(|data| data.chunks(PIECE))
        {
            if (offset + piece.len()) as u64 > site.limit() {
                return refusal(StatusCode::PAYLOAD_TOO_LARGE);
            }
            if let Err(full) = site.store.write_at(id, offset, piece) {
                return no_room(full);
            }
            offset += piece.len();
            pieces += 1;
            let pause = match (is_uneven, pieces) {
                (false, _) => 1,
                (true, ..4) => 0,
                (true, _) => 3,
            };
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }
    stored(existed)
}
