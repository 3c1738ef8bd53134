//! The first wall: every field that a server controls is cleaned at the input.

use super::{Cookies, Scrub, Value};
use crate::wire::answer::{Body, Response, TlsTrouble};
use crate::wire::failure::Failure;
use crate::wire::listing::{Listing, bytes_without_ids, without_ids};
use crate::wire::payload::gzip;
use crate::wire::request::{LoginUse, Place, Request};
use crate::wire::tls::{Answered, Inspection, ShakeTrouble, Silence, Trust};

/// How many header fields of an answer are kept, and the longest name or value in bytes.
const KEPT_FIELDS: usize = 64;
const KEPT_FIELD: usize = 2048;
/// The replacement of a secret in DER: one letter per byte, so that every length is kept.
const BLANK: u8 = b'x';

/// Returns the response within limits, and notes whether it repeats a secret. Secrets are removed,
/// and so are the values of cookies, except where the response sets them.
pub(in crate::wire) fn clean_response(
    (scrub, cookies): (&Scrub, &Cookies),
    mut response: Response,
    request: &Request,
) -> Response {
    if let LoginUse::Cookie(sent) = &request.login {
        cookies.sent_as(sent);
    }
    cookies.set_by(&response);
    response.headers.truncate(KEPT_FIELDS);
    let mut echoed = false;
    for (name, value) in &mut response.headers {
        if name != "set-cookie" {
            cookies.text(name);
            cookies.text(value);
        }
        for field in [name, value] {
            if let Some(scrubbed) = scrub.bytes(field.as_bytes()) {
                echoed = true;
                *field = String::from_utf8_lossy(&scrubbed).into_owned();
            }
            *field = without_ids(field);
            // Only now: a secret or an ID that is cut in the middle would not be found.
            if field.len() > KEPT_FIELD {
                let end = (0..=KEPT_FIELD).rfind(|end| field.is_char_boundary(*end));
                field.truncate(end.unwrap_or(0));
            }
        }
    }
    response.echoed_secret = echoed;
    let is_packed = response.header("content-encoding").is_some();
    let is_judged_whole = matches!(request.place, Place::Config) || is_packed;
    let mut cleaned = clean_body((scrub, cookies), response, request);
    if is_judged_whole {
        cleaned.body.keep_all();
    }
    cleaned
}

fn clean_body(
    (scrub, cookies): (&Scrub, &Cookies),
    mut response: Response,
    request: &Request,
) -> Response {
    if matches!(request.place, Place::Theirs(_) | Place::Bin(_)) {
        // An encrypted backup may contain any bytes by chance, is needed unchanged, and is never
        // shown. Neither is the listing of a bin.
        return response;
    }
    let own_words = scrub.of_own_words();
    let scrub = if is_sealed(request, &response) {
        &own_words
    } else {
        scrub
    };
    if let Some(scrubbed) = scrub.bytes(&response.body.bytes) {
        response.body.bytes = scrubbed.into();
        response.echoed_secret = true;
    }
    if let Some(scrubbed) = cookies.bytes(&response.body.bytes) {
        response.body.bytes = scrubbed.into();
    }
    if let Place::Listing(own) = &request.place {
        let plain = response.gunzipped(request.read_limit);
        let list = plain.as_deref().unwrap_or(&response.body.bytes);
        let listing = Listing::of(list, &own.id().to_hex());
        response.body = Body::new(listing.word().into(), response.body.overran);
    }
    if let Some(cleaned) = bytes_without_ids(&response.body.bytes) {
        response.body.bytes = cleaned.into();
    }
    // The unpacked content is also cleaned, because a check unpacks it, and so does a reader of the
    // transcript.
    if let Some(plain) = response.gunzipped(request.read_limit) {
        let scrubbed = scrub.bytes(&plain);
        response.echoed_secret |= scrubbed.is_some();
        let cleaned = scrubbed.unwrap_or_else(|| plain.clone());
        let cleaned = cookies.bytes(&cleaned).unwrap_or(cleaned);
        let cleaned = bytes_without_ids(&cleaned).unwrap_or(cleaned);
        if cleaned != plain {
            response.body.bytes = gzip(&cleaned).into();
        }
    }
    response
}

/// Returns whether an answer is a backup of this run: its bytes are random, so a short secret
/// occurs in them by chance. A page has no control characters.
fn is_sealed(request: &Request, response: &Response) -> bool {
    let is_own = matches!(
        request.place,
        Place::Backup(_) | Place::CapitalBackup(_) | Place::DoubleSlashBackup(_)
    );
    let is_control = |byte: &u8| *byte < b' ' && !byte.is_ascii_whitespace();
    is_own && response.is_success() && response.body.bytes.iter().any(is_control)
}

/// Returns a failure without secrets. Its words are the harness's own, except parts of an answer
/// that a library quotes.
pub(in crate::wire) fn clean_failure(scrub: &Scrub, mut failure: Failure) -> Failure {
    failure.message = scrub.of_own_words().text(&failure.message);
    failure
}

/// Returns the cause of a failed handshake without secrets: a certificate may contain any name.
pub(in crate::wire) fn clean_trouble(scrub: &Scrub, trouble: TlsTrouble) -> TlsTrouble {
    match trouble {
        TlsTrouble::WrongName(text) => TlsTrouble::WrongName(clean(scrub, &text)),
        TlsTrouble::BadCertificate(text) => TlsTrouble::BadCertificate(clean(scrub, &text)),
        TlsTrouble::Handshake(text) => TlsTrouble::Handshake(clean(scrub, &text)),
        TlsTrouble::Failure(failure) => TlsTrouble::Failure(clean_failure(scrub, failure)),
        other => other,
    }
}

/// Returns an inspection of TLS without secrets.
pub(in crate::wire) fn clean_inspection(scrub: &Scrub, mut seen: Inspection) -> Inspection {
    // The host name is not a secret, and the certificate must contain it.
    let scrub = scrub.without_those_in(&seen.host);
    for sent in &mut seen.chain {
        for hit in scrub.hits(&sent.der.0) {
            sent.der.0[hit].fill(BLANK);
        }
    }
    let answers = seen
        .versions
        .iter_mut()
        .map(|(_, answered)| answered)
        .chain(seen.suites.iter_mut().map(|(_, answered)| answered))
        .chain([&mut seen.finite_field, &mut seen.without_forward_secrecy]);
    for answered in answers {
        if let Answered::Nothing(Silence::NotTls(text) | Silence::NoConnection(text)) = answered {
            *text = clean(&scrub, text);
        }
    }
    let troubles = [
        seen.shaken.as_mut().err(),
        seen.http.as_mut().err(),
        seen.without_name
            .as_mut()
            .and_then(|without| without.as_mut().err()),
    ];
    for trouble in troubles.into_iter().flatten() {
        if let ShakeTrouble::Library(text) | ShakeTrouble::NoConnection(text) = trouble {
            *text = clean(&scrub, text);
        }
    }
    if let Trust::Refused(text) | Trust::Unsupported(text) = &mut seen.trust {
        *text = clean(&scrub, text);
    }
    for address in &mut seen.addresses {
        address.trouble = clean(&scrub, &address.trouble);
    }
    seen
}

fn clean(scrub: &Scrub, text: &str) -> String {
    without_ids(&scrub.text(text))
}

impl Scrub {
    /// Returns the values except those that occur in `text`, which is public.
    fn without_those_in(&self, text: &str) -> Self {
        let is_elsewhere =
            |value: &&Value| memchr::memmem::find(text.as_bytes(), &value.bytes).is_none();
        if self.values().all(|value| is_elsewhere(&value)) {
            return self.clone();
        }
        Self::of(self.values().filter(is_elsewhere).cloned().collect())
    }
}
