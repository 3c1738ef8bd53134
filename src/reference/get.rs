//! Download, probe and deletion of one backup.

use super::answer::{
    Answer, Content, content, empty, entity_tag, http_date, no_content_with_body, page, redirect,
    refusal,
};
use super::call::Call;
use super::faults::Fault;
use super::profile::Habit;
use super::site::Site;
use super::store::Entry;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED,
    VARY,
};
use http::{Method, StatusCode, Version};
use std::io::{Read as _, Write as _};
use std::time::Duration;

/// The largest size that a stored body may unpack to, in bytes.
const UNPACKED_BOUND: u64 = 64 * 1024 * 1024;

/// Answers GET and HEAD of a backup.
pub(super) fn download(site: &Site, call: &Call<'_>, id: &str) -> Answer {
    let is_head = call.parts.method == Method::HEAD;
    if is_head && site.has(Fault::HeadRefused) {
        return super::answer::not_allowed("GET, PUT, DELETE");
    }
    if is_head && site.has(Fault::HeadNotFound) {
        return refusal(StatusCode::NOT_FOUND);
    }
    let is_old = call.parts.version < Version::HTTP_2;
    if !is_head && is_old && site.has(Fault::Http1DownloadsRefused) {
        return refusal(StatusCode::HTTP_VERSION_NOT_SUPPORTED);
    }
    let caches = !is_head && site.has(Fault::StaleCache);
    if caches && let Some(answer) = site.cached(call.url()) {
        return answer;
    }
    if site.has(Fault::LargeVanishes) {
        vanish(site, id);
    }
    let Some(entry) = site
        .store
        .read(id)
        .filter(|_| !site.manner.does(Habit::FileDrop))
    else {
        if is_head && site.has(Fault::DeletedInHead) && site.ghosts().contains(id) {
            return empty(StatusCode::OK);
        }
        if site.has(Fault::DeletedIsPage) && site.ghosts().contains(id) {
            return page(StatusCode::OK, "Bin", "<p>This file is in the bin.</p>");
        }
        return missing(site);
    };
    site.store.touch(id);
    let mut answer = present(site, &call.parts.headers, &entry);
    if site.has(Fault::DownloadBreaksDuringUpload) && site.is_uploading(id) {
        break_off(&mut answer);
    }
    if caches {
        site.keep_cached(call.url(), &answer);
    }
    answer
}

/// Deletes a large backup some time after its first download.
fn vanish(site: &Site, id: &str) {
    const LARGE: usize = 400_000;
    const WHILE: Duration = Duration::from_millis(200);
    let is_due = site.store.read(id).is_some_and(|entry| {
        let times = entry.times;
        let since = site.store.now().duration_since(times.accessed);
        let is_downloaded = times.accessed > times.uploaded;
        entry.content.len() > LARGE && is_downloaded && since.is_ok_and(|since| since >= WHILE)
    });
    if is_due {
        site.store.remove(id);
    }
}

/// Answers DELETE of a backup.
pub(super) fn delete(site: &Site, call: &Call<'_>, id: &str) -> Answer {
    if site.has(Fault::DeleteNotAllowed) {
        return super::answer::not_allowed("GET, HEAD, PUT");
    }
    if site.has(Fault::DeleteNotFound) {
        return refusal(StatusCode::NOT_FOUND);
    }
    site.drop_cached(call.parts.uri.path());
    let existed = if site.has(Fault::DeleteLies) {
        site.store.contains(id)
    } else {
        site.store.remove(id)
    };
    if existed {
        site.haunt(id);
        if site.manner.does(Habit::Bin) {
            site.bin.put(id, site.store.now());
        }
    }
    if existed && site.has(Fault::NoContentWithBody) {
        no_content_with_body()
    } else if existed || site.has(Fault::DeleteMissingSucceeds) {
        empty(StatusCode::NO_CONTENT)
    } else {
        refusal(StatusCode::NOT_FOUND)
    }
}

/// Returns the answer to GET and HEAD of a missing backup.
pub(super) fn missing(site: &Site) -> Answer {
    if site.has(Fault::MissingIsHtml) {
        let body = "<div id=\"app\"></div>";
        return page(StatusCode::OK, "Example Cloud", body);
    }
    if site.has(Fault::MissingRedirectsToLogin) {
        return redirect(StatusCode::FOUND, &format!("{}/login", site.base_url));
    }
    refusal(if site.has(Fault::MissingIsForbidden) {
        StatusCode::FORBIDDEN
    } else if site.has(Fault::MissingIsError) {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::NOT_FOUND
    })
}

fn present(site: &Site, asked: &HeaderMap, entry: &Entry) -> Answer {
    let status = if site.has(Fault::DownloadStatus203) {
        StatusCode::NON_AUTHORITATIVE_INFORMATION
    } else {
        StatusCode::OK
    };
    let bytes = mangled(site, entry.content.clone());
    let mut answer = content(status, "application/octet-stream", bytes);
    let headers = answer.headers_mut();
    let tagged = if site.has(Fault::EntityTagKept) {
        entry.content.len().to_string().into_bytes()
    } else {
        entry.content.to_vec()
    };
    if let Some(tag) = entity_tag(&tagged) {
        if site.has(Fault::TrashBin) {
            headers.insert("oc-etag", tag.clone());
        }
        headers.insert(ETAG, tag);
    }
    if let Some(modified) = http_date(site.store.modified(entry)) {
        headers.insert(LAST_MODIFIED, modified);
    }
    encode(site, asks_for_gzip(asked), &mut answer);
    if site.has(Fault::DownloadEndsEarly) {
        break_off(&mut answer);
    }
    answer
}

/// Returns the bytes as the faults change them.
fn mangled(site: &Site, bytes: Bytes) -> Bytes {
    let mut bytes = bytes;
    if site.has(Fault::ContentGunzipped) {
        bytes = unpacked(&bytes).unwrap_or(bytes);
    }
    if site.has(Fault::ContentHtmlRewritten) && looks_like_html(&bytes) {
        bytes = with_script(&bytes);
    }
    if site.has(Fault::ContentUtf8Mangled) {
        bytes = String::from_utf8_lossy(&bytes).into_owned().into();
    }
    if site.has(Fault::ContentMangledFf) {
        let doubled = bytes
            .iter()
            .flat_map(|byte| std::iter::repeat_n(*byte, if *byte == 0xFF { 2 } else { 1 }));
        bytes = doubled.collect();
    }
    if site.has(Fault::DownloadTruncated) {
        bytes.truncate(bytes.len().saturating_sub(1));
    }
    if site.has(Fault::DownloadAppendsNewline) {
        bytes = [&bytes, b"\n".as_slice()].concat().into();
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> Option<Bytes> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return None;
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(UNPACKED_BOUND)
        .read_to_end(&mut unpacked)
        .ok()?;
    Some(unpacked.into())
}

/// Returns whether the bytes begin like HTML: a tag and more text. The first byte alone would match
/// one of 256 ciphertexts.
fn looks_like_html(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<") && bytes.iter().take(64).all(u8::is_ascii)
}

fn with_script(html: &[u8]) -> Bytes {
    let script = b"<script src=\"/example/rewritten.js\"></script>".as_slice();
    let after_tag = html.iter().position(|byte| *byte == b'>');
    let (head, tail) = html.split_at(after_tag.map_or(html.len(), |position| position + 1));
    [head, script, tail].concat().into()
}

/// Adds a content coding if a fault requires one.
fn encode(site: &Site, asked: bool, answer: &mut Answer) {
    let is_text = answer.body().is_ascii();
    let foreign = asked && is_text && site.has(Fault::ContentEncodingForeign);
    let really = foreign
        || site.has(Fault::ContentEncodingAlways)
        || (asked && site.has(Fault::ContentEncodingOnTheFly));
    let in_name = asked && site.has(Fault::ContentEncodingLabel);
    if really {
        let mut bytes = std::mem::take(answer.body_mut()).into_bytes();
        if foreign {
            bytes = vec![b'x'; bytes.len()].into();
        }
        *answer.body_mut() = Content::from(gzipped(&bytes));
        let accept_encoding = HeaderValue::from_static("Accept-Encoding");
        answer.headers_mut().insert(VARY, accept_encoding);
    }
    if really || in_name {
        let gzip = HeaderValue::from_static("gzip");
        answer.headers_mut().insert(CONTENT_ENCODING, gzip);
    }
}

fn gzipped(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail; otherwise the content would only be shorter.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default().into()
}

fn asks_for_gzip(asked: &HeaderMap) -> bool {
    let mut values = asked.get_all(ACCEPT_ENCODING).into_iter();
    values.any(|value| value.to_str().is_ok_and(|value| value.contains("gzip")))
}

/// Announces the whole content, but sends only the first half.
fn break_off(answer: &mut Answer) {
    let bytes = std::mem::take(answer.body_mut()).into_bytes();
    let length = HeaderValue::from(bytes.len());
    answer.headers_mut().insert(CONTENT_LENGTH, length);
    *answer.body_mut() = Content::breaking_off(bytes.slice(..bytes.len() / 2));
}
