//! Swift's decoder, as far as it decides whether a backup is restored: one value of the wrong type
//! refuses the whole document.

use super::keys;
use super::reasons::{BEYOND_64_BITS, UNSIGNED, UNSIGNED_CREATED, UNSIGNED_HANGS};
use crate::clients::Reason as Why;
use crate::clients::read::{self, Step, because, beyond_judgement, facts, stop, unknown};
use crate::clients::release::Release;
use crate::clients::restore::{Broken, Outcome, Stop};
use crate::safe::Stage;
use crate::safe::backup::{At, Info, Version};
use crate::safe::json::{Document, JsonError, Number, Object, Reason, Text, Value};
use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;

/// The fact that a wrong type refuses the backup where a release decodes the key.
const DECODER: &str = "clients.read.decoded-keys";
const CONTAINER: &str = "clients.read.wrong-type";
const VERSION: &str = "clients.read.info-version";
const SURROGATE: &str = "clients.read.lone-surrogate";
const NO_IDENTITY: &str = "clients.read.missing-user";

#[derive(Clone, Copy)]
pub(super) struct Decoder {
    pub release: Release,
}

impl Decoder {
    pub fn parse(self, json: &[u8]) -> Step<Value> {
        match Document::parse_within(json, read::LIMITS) {
            Ok(document) => Ok(document.root),
            Err(error) => Err(self.not_json(json, &error)),
        }
    }

    pub fn document(self, root: &Value) -> Step<&Object> {
        match root {
            Value::Object(object) => Ok(object),
            other => Err(self.wrong_container(other, "an object", &At::Root)),
        }
    }

    /// Source: `clients.read.json-extensions`, `clients.read.invalid-utf-8`,
    /// `clients.read.control-character`.
    fn not_json(self, json: &[u8], error: &JsonError) -> Outcome {
        if let Some(outcome) = beyond_judgement(error) {
            return outcome;
        }
        let nul_behind = json.last() == Some(&0);
        let reason = match error {
            JsonError::Broken { reason, .. } => *reason,
            JsonError::TooLarge { .. } => Reason::EndOfText,
        };
        match reason {
            Reason::NotUtf8 if may_be_taken(json) => {
                unknown("that iOS refuses what is not UTF-8 is inferred, and nothing was executed")
            }
            // Source: JSONScanner.swift of swift-foundation.
            Reason::ControlCharacter
                if !read::path_of(error).is_some_and(|path| keys::decodes(self.release, &path)) =>
            {
                unknown(format!(
                    "{error}: iOS refuses this character when it decodes the string, but it does not decode this one"
                ))
            }
            Reason::TrailingText if nul_behind => {
                unknown("no source says whether iOS counts a NUL after the JSON as text")
            }
            _ => self.fails(Stop {
                id: None,
                stage: Stage::Json,
                path: read::path_of(error),
                reason: error.to_string(),
                source: facts::about_json(error),
            }),
        }
    }

    /// Returns the outcome for a document that cannot be decoded.
    ///
    /// Source: `clients.read.swallowed-error`.
    fn fails(self, stop: Stop) -> Outcome {
        let is_swallowed =
            self.release.since(Release::Ios5_4) && !self.release.since(Release::Ios7_0);
        if is_swallowed {
            Outcome::Broken {
                how: Broken::Hang,
                stop: Stop {
                    source: "clients.read.swallowed-error",
                    ..stop
                },
            }
        } else {
            Outcome::Refused(stop)
        }
    }

    fn wrong_kind(self, value: &Value, expected: &str, at: &At<'_>) -> Outcome {
        let reason = format!("is {}, not {expected}", value.kind());
        self.fails(stop(at, &reason, facts::about_type(value, at, DECODER)))
    }

    fn missing(self, at: &At<'_>) -> Outcome {
        self.fails(stop(at, "is missing", facts::about_absence(at, DECODER)))
    }

    /// Returns the outcome for a private key that is not base64 to iOS.
    ///
    /// Source: `clients.read.missing-user`, `clients.read.base64-whitespace`,
    /// `clients.read.base64-unpadded`.
    pub fn key_not_base64(self, text: &str, at: &At<'_>) -> Outcome {
        let reason = "is not base64 with padding and nothing else";
        let is_spaced = text.bytes().any(|byte| byte.is_ascii_whitespace());
        let is_unpadded = BASE64_NOPAD
            .decode(text.as_bytes())
            .map(Zeroizing::new)
            .is_ok();
        let source = match (is_spaced, is_unpadded) {
            (true, _) => "clients.read.base64-whitespace",
            (false, true) => "clients.read.base64-unpadded",
            (false, false) => NO_IDENTITY,
        };
        self.no_identity(at, reason, source)
    }

    /// Returns the outcome for an identity that is absent or unreadable.
    fn no_identity(self, at: &At<'_>, reason: &str, source: &'static str) -> Outcome {
        self.fails(stop(at, reason, source))
    }

    pub fn required_object<'v>(
        self,
        object: &'v Object,
        key: &'static str,
        at: &At<'_>,
    ) -> Step<&'v Object> {
        let at = at.key(key);
        self.object(object, key, &at)?
            .ok_or_else(|| self.no_identity(&at, "is missing", NO_IDENTITY))
    }

    pub fn private_key_text(self, object: &Object, at: &At<'_>) -> Step<Text> {
        let at = at.key("privatekey");
        self.text(object, "privatekey", &at)?
            .ok_or_else(|| self.no_identity(&at, "is missing", NO_IDENTITY))
    }

    /// Source: `clients.read.info-version`, `clients.read.missing-info`.
    pub fn info(self, document: &Object, at: &At<'_>) -> Step<Info> {
        let Some(object) = self.object(document, "info", at)? else {
            return Err(self.missing(at));
        };
        self.text(object, "device", &at.key("device"))?;
        let version_at = at.key("version");
        match self.whole(object, "version", &version_at)? {
            Some(1) => Ok(Info {
                version: Some(Version),
                ..Info::default()
            }),
            Some(_) => Err(self.fails(stop(&version_at, "is not 1", VERSION))),
            None => Err(self.missing(&version_at)),
        }
    }

    /// Returns the member, unless it is absent or `null`, or this release does not decode it.
    fn member<'v>(self, object: &'v Object, key: &str, at: &At<'_>) -> Option<&'v Value> {
        let value = object.first(key).filter(|value| **value != Value::Null)?;
        let place = at.path();
        #[cfg(test)]
        assert!(keys::is_known(&place), "no release decodes {place}");
        keys::decodes(self.release, &place).then_some(value)
    }

    pub fn object<'v>(
        self,
        object: &'v Object,
        key: &str,
        at: &At<'_>,
    ) -> Step<Option<&'v Object>> {
        match self.member(object, key, at) {
            None => Ok(None),
            Some(Value::Object(found)) => Ok(Some(found)),
            Some(other) => Err(self.wrong_container(other, "an object", at)),
        }
    }

    pub fn array<'v>(
        self,
        object: &'v Object,
        key: &str,
        at: &At<'_>,
    ) -> Step<Option<&'v [Value]>> {
        match self.member(object, key, at) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(self.wrong_container(other, "an array", at)),
        }
    }

    pub fn item<'v>(self, value: &'v Value, at: &At<'_>) -> Step<&'v Object> {
        match value {
            Value::Object(object) => Ok(object),
            other => Err(self.wrong_container(other, "an object", at)),
        }
    }

    /// Source: `clients.read.wrong-type`.
    fn wrong_container(self, value: &Value, expected: &str, at: &At<'_>) -> Outcome {
        let reason = format!("is {}, not {expected}", value.kind());
        self.fails(stop(at, &reason, CONTAINER))
    }

    pub fn text(self, object: &Object, key: &str, at: &At<'_>) -> Step<Option<Text>> {
        match self.member(object, key, at) {
            None => Ok(None),
            Some(value) => self.as_text(value, at).map(Some),
        }
    }

    fn as_text(self, value: &Value, at: &At<'_>) -> Step<Text> {
        match value {
            Value::Text(text) if text.to_str().is_ok() => Ok(text.clone()),
            Value::Text(_) => Err(self.fails(Stop {
                stage: Stage::Json,
                ..stop(at, "holds half of a surrogate pair", SURROGATE)
            })),
            other => Err(self.wrong_kind(other, "a string", at)),
        }
    }

    /// Returns the strings of an array.
    pub fn texts(self, items: &[Value], at: &At<'_>) -> Step<Vec<Text>> {
        let texts = items.iter().enumerate();
        texts
            .map(|(index, item)| self.as_text(item, &at.index(index)))
            .collect()
    }

    /// Returns the strings of an array in which `null` may stand for a string.
    pub fn texts_or_null(self, items: &[Value], at: &At<'_>) -> Step<Vec<Option<Text>>> {
        let texts = items.iter().enumerate().map(|(index, item)| match item {
            Value::Null => Ok(None),
            item => self.as_text(item, &at.index(index)).map(Some),
        });
        texts.collect()
    }

    pub fn boolean(self, object: &Object, key: &str, at: &At<'_>) -> Step<Option<bool>> {
        match self.member(object, key, at) {
            None => Ok(None),
            Some(Value::Boolean(value)) => Ok(Some(*value)),
            Some(other) => Err(self.wrong_kind(other, "a boolean", at)),
        }
    }

    /// Source: `clients.read.missing-sync-contacts`.
    pub fn required_boolean(self, object: &Object, key: &'static str, at: &At<'_>) -> Step<bool> {
        let at = at.key(key);
        self.boolean(object, key, &at)?
            .ok_or_else(|| self.missing(&at))
    }

    /// Returns a whole number of 64 bits.
    pub fn whole(self, object: &Object, key: &str, at: &At<'_>) -> Step<Option<i64>> {
        let Some(whole) = self.integer(object, key, at)? else {
            return Ok(None);
        };
        let number = i64::try_from(whole).map_err(|_| {
            let source = facts::about_fraction(at, DECODER);
            self.fails(stop(at, "does not fit 64 bits", source))
        })?;
        Ok(Some(number))
    }

    /// Returns a whole number; a fraction that a `Double` cannot hold also counts as none.
    ///
    /// Source: `clients.read.fractional-time`.
    fn integer(self, object: &Object, key: &str, at: &At<'_>) -> Step<Option<i128>> {
        match self.member(object, key, at) {
            None => Ok(None),
            Some(Value::Number(number)) => swift_whole(number).map(Some).ok_or_else(|| {
                let source = facts::about_fraction(at, DECODER);
                self.fails(stop(at, "is not a whole number", source))
            }),
            Some(other) => Err(self.wrong_kind(other, "a number", at)),
        }
    }

    /// Returns a time, which is a `UInt64`.
    ///
    /// Source: `clients.read.negative-time`, `clients.read.fractional-time`,
    /// `clients.read.largest-time`.
    pub fn unsigned(self, object: &Object, key: &str, at: &At<'_>) -> Step<Option<u64>> {
        let Some(whole) = self.integer(object, key, at)? else {
            return Ok(None);
        };
        match u64::try_from(whole) {
            Ok(time) => Ok(Some(time)),
            Err(_) if whole >= 0 => Err(self.no_time(at, "does not fit 64 bits", &BEYOND_64_BITS)),
            Err(_) if self.release.since(Release::Ios4_9) => {
                Err(self.no_time(at, "is below zero", &UNSIGNED))
            }
            Err(_) => Err(self.no_time(at, "is below zero", &UNSIGNED_CREATED)),
        }
    }

    fn no_time(self, at: &At<'_>, what: &str, shown: &'static Why) -> Outcome {
        match self.fails(because(at, what, shown)) {
            Outcome::Broken { how, .. } => {
                let stop = because(at, what, &UNSIGNED_HANGS);
                Outcome::Broken { how, stop }
            }
            outcome => outcome,
        }
    }

    /// Decodes every group before any is restored.
    pub fn groups(self, items: &[Value], at: &At<'_>) -> Step<()> {
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            let object = self.item(item, &at)?;
            for key in ["id", "creator", "groupname"] {
                self.text(object, key, &at.key(key))?;
            }
            let members_at = at.key("members");
            let members = self.array(object, "members", &members_at)?;
            self.texts(members.unwrap_or_default(), &members_at)?;
            for key in ["createdAt", "lastUpdate"] {
                self.unsigned(object, key, &at.key(key))?;
            }
            for key in ["deleted", "private"] {
                self.boolean(object, key, &at.key(key))?;
            }
        }
        Ok(())
    }
}

/// Returns whether some parser might accept bytes that are not UTF-8: in another encoding, or by
/// ignoring the invalid bytes.
fn may_be_taken(json: &[u8]) -> bool {
    let has_other_mark = json.starts_with(b"\xff\xfe") || json.starts_with(b"\xfe\xff");
    let has_wide_units = json.iter().take(2).any(|byte| *byte == 0);
    let mended = Zeroizing::new(String::from_utf8_lossy(json).into_owned());
    has_other_mark
        || has_wide_units
        || Document::parse_within(mended.as_bytes(), read::LIMITS).is_ok()
}

/// Returns the whole number that a spelling is for Swift's decoder, which parses a spelling with a
/// fraction or an exponent as a `Double` first.
///
/// Source: JSONDecoder.swift of swift-foundation, `_slowpath_unwrapFixedWidthInteger`.
fn swift_whole(number: &Number) -> Option<i128> {
    /// From here on, not every whole number is a `Double`.
    const INEXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(whole) = number.spelling().parse() {
        return Some(whole);
    }
    let double = number.to_f64();
    let rounded: i128 = format!("{double:.0}").parse().ok()?;
    if double.fract() != 0.0 {
        return None;
    }
    if double.abs() < INEXACT {
        return Some(rounded);
    }
    // Both the `Double` and the exact number must fit.
    number.to_whole().map(|exact| exact.max(rounded))
}
