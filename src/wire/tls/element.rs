//! An element of DER and its content, independent of certificates.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// An element, encoded and parsed.
pub(super) struct Element<'a> {
    der: &'a [u8],
    any: AnyRef<'a>,
}

/// Returns the single element in `der`; `None` without one, or if bytes follow it.
pub(super) fn one(der: &[u8]) -> Option<Element<'_>> {
    let [element] = elements(der)?.try_into().ok()?;
    Some(element)
}

/// Returns the sequence of elements in `der`.
fn elements(der: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = SliceReader::new(der).ok()?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        let der = reader.tlv_bytes().ok()?;
        let any = AnyRef::from_der(der).ok()?;
        found.push(Element { der, any });
    }
    Some(found)
}

impl<'a> Element<'a> {
    /// Returns the complete encoding with tag and length.
    pub(super) const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// Returns the content after tag and length.
    pub(super) fn value(&self) -> &'a [u8] {
        self.any.value()
    }

    /// Returns its first byte: class, form and number.
    fn identifier(&self) -> u8 {
        self.der.first().copied().unwrap_or_default()
    }

    /// Returns whether it has this context-specific number.
    pub(super) fn is_context(&self, number: u8) -> bool {
        let tag = self.identifier();
        tag & 0b1100_0000 == 0b1000_0000 && tag & 0b0001_1111 == number
    }

    /// Returns the elements in a constructed one.
    pub(super) fn parts(&self) -> Option<Vec<Element<'a>>> {
        let is_constructed = self.identifier() & 0b0010_0000 != 0;
        is_constructed.then(|| elements(self.value())).flatten()
    }

    fn as_tag(&self, tag: Tag) -> Option<&'a [u8]> {
        (self.any.tag() == tag).then(|| self.value())
    }

    /// Returns whether it is the boolean true.
    pub(super) fn is_true(&self) -> bool {
        self.as_tag(Tag::Boolean)
            .is_some_and(|value| value == [0xff])
    }

    /// Returns an OID in dotted form.
    pub(super) fn oid(&self) -> Option<String> {
        let value = self.as_tag(Tag::ObjectIdentifier)?;
        Some(ObjectIdentifier::from_bytes(value).ok()?.to_string())
    }

    pub(super) fn octets(&self) -> Option<&'a [u8]> {
        self.as_tag(Tag::OctetString)
    }

    pub(super) fn integer(&self) -> Option<&'a [u8]> {
        self.as_tag(Tag::Integer)
    }

    /// Returns a bit string that fills whole bytes.
    pub(super) fn bits(&self) -> Option<&'a [u8]> {
        self.as_tag(Tag::BitString)?.strip_prefix(&[0])
    }

    /// Returns ASCII under a context-specific tag.
    pub(super) fn ascii(&self) -> Option<&'a str> {
        let text = std::str::from_utf8(self.value()).ok()?;
        text.is_ascii().then_some(text)
    }

    /// Returns text of the types whose bytes are UTF-8 or ASCII.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self.any.tag() {
            Tag::Utf8String
            | Tag::PrintableString
            | Tag::Ia5String
            | Tag::NumericString
            | Tag::VisibleString => std::str::from_utf8(self.value()).ok(),
            _ => None,
        }
    }

    /// Returns a time, in seconds since 1970. Source: RFC 5280 section 4.1.2.5.
    pub(super) fn second(&self) -> Option<i64> {
        let text = self.ascii()?.strip_suffix('Z')?;
        let (year, rest) = match self.any.tag() {
            Tag::UtcTime => {
                let (year, rest) = text.split_at_checked(2)?;
                let year: i16 = number(year)?;
                (if year < 50 { 2000 + year } else { 1900 + year }, rest)
            }
            Tag::GeneralizedTime => {
                let (year, rest) = text.split_at_checked(4)?;
                (number(year)?, rest)
            }
            _ => return None,
        };
        let parts = rest.as_bytes().chunks(2).map(|part| {
            let part = std::str::from_utf8(part).ok()?;
            if part.len() == 2 { number(part) } else { None }
        });
        let parts: Option<Vec<i8>> = parts.collect();
        let [month, day, hour, minute, second] = parts?.try_into().ok()?;
        let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        Some(Offset::UTC.to_timestamp(time).ok()?.as_second())
    }
}

/// Parses a number of digits only, without sign or space.
fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
