//! The marks by which an expiry job or a cache notices that a backup was replaced: its time and its
//! entity tag.

use super::judge::{describe, difference};
use crate::engine::Outcome;
use crate::wire::{Context, Method, OwnBackup, Payload, Place, Request, Response};
use jiff::Timestamp;

/// What an expiry job or a cache looks at.
#[derive(Default)]
pub(super) struct Marks {
    /// Last-Modified, or what PROPFIND calls getlastmodified.
    pub(super) modified: Option<String>,
    pub(super) etag: Option<String>,
}

impl Marks {
    pub(super) fn of(answer: &Response) -> Self {
        Self {
            modified: answer.header("last-modified").map(str::to_owned),
            etag: answer.header("etag").map(opaque),
        }
    }
}

/// Returns an entity tag without its weak prefix, which Apache removes after a second.
fn opaque(etag: &str) -> String {
    etag.strip_prefix("W/").unwrap_or(etag).to_owned()
}

/// Returns the text of an element of `DAV:` in a PROPFIND's answer, whatever its prefix.
fn property(xml: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(xml);
    let mut rest = &*text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>')?;
        let tag = &rest[..end];
        let tag = tag.split_whitespace().next().unwrap_or_default();
        if tag.rsplit(':').next() == Some(name) {
            let value = &rest[end + 1..];
            let value = value[..value.find('<')?].trim();
            return (!value.is_empty()).then(|| value.to_owned());
        }
    }
    None
}

/// Downloads what was uploaded and reads the marks. Asks for the time with PROPFIND if the download
/// has none.
pub(super) async fn marks(
    context: &Context,
    backup: &OwnBackup,
    payload: &Payload,
) -> Result<Marks, Outcome> {
    let answer = context.send(Request::get(backup)).await?;
    if !answer.is_success() {
        return Err(Outcome::blocked(format!(
            "a GET of it returned {}",
            describe(&answer)
        )));
    }
    // The marks of another backup prove nothing.
    if let Some(difference) = difference(&answer.body, payload) {
        return Err(Outcome::blocked(format!("an upload over it {difference}")));
    }
    let mut marks = Marks::of(&answer);
    if marks.modified.is_none() {
        let place = Place::Backup(backup.clone());
        let request = Request::new(Method::Propfind, place)
            .header("Depth", "0")
            .header("Accept", "*/*");
        let answer = context.send(request).await?;
        if answer.status == 207 {
            marks.modified = property(&answer.body.bytes, "getlastmodified");
        }
    }
    Ok(marks)
}

/// Returns a time in a header field, if it is one.
fn parsed(time: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(time).ok()?;
    Some(zoned.timestamp())
}

/// How a mark changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moved {
    /// It is different; a time is later.
    On,
    /// It is the same.
    Not,
    /// It is an earlier time.
    Back,
}

pub(super) fn moved(before: &str, after: &str) -> Moved {
    match (parsed(before), parsed(after)) {
        (Some(before), Some(after)) if after < before => Moved::Back,
        _ if before == after => Moved::Not,
        _ => Moved::On,
    }
}

pub(super) async fn replaced(
    context: &Context,
    backup: &OwnBackup,
    payload: &Payload,
) -> Result<Marks, Outcome> {
    let answer = context.send(Request::put(backup, payload)).await?;
    if !answer.is_success() {
        return Err(Outcome::blocked(format!(
            "an upload over it returned {}",
            describe(&answer)
        )));
    }
    marks(context, backup, payload).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_moves_on_or_back_or_not() {
        let (early, late) = (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:38 GMT",
        );
        assert_eq!(moved(early, late), Moved::On);
        assert_eq!(moved(late, early), Moved::Back);
        assert_eq!(moved(early, early), Moved::Not);
        assert_eq!(moved("\"a\"", "\"b\""), Moved::On);
        assert_eq!(opaque("W/\"a\""), opaque("\"a\""));
    }

    #[test]
    fn a_property_is_found_whatever_its_prefix() {
        let time = "Sun, 06 Nov 1994 08:49:37 GMT";
        for xml in [
            format!("<D:prop><D:getlastmodified>{time}</D:getlastmodified></D:prop>"),
            format!("<getlastmodified xmlns=\"DAV:\">\n{time}\n</getlastmodified>"),
            format!(
                "<a><lp1:getlastmodified ns0:dt=\"dateTime.rfc1123\">{time}</lp1:getlastmodified>"
            ),
        ] {
            assert_eq!(
                property(xml.as_bytes(), "getlastmodified").as_deref(),
                Some(time)
            );
        }
        for xml in ["", "<getlastmodified/>", "<getlastmodified>", "<x>", "<"] {
            assert_eq!(property(xml.as_bytes(), "getlastmodified"), None, "{xml}");
        }
    }
}
