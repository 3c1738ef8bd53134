//! Single values, as `org.json` and the app convert them.

use super::super::org_json::{JavaString, Object, Value};
use super::super::reasons::{
    FRACTION, NO_LAST_UPDATE, NO_POLICY, NO_TRUTH_VALUE, NOT_OF_THIS_KIND, NULL_IS_TEXT,
    POLICY_NO_NUMBER, TIME_IS_ZERO, TOO_LARGE,
};
use super::Phone;
use crate::clients::release::Release;
use crate::clients::{Field, Reason};
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Policy, Timestamp};
use crate::safe::json::Text;

impl Phone<'_> {
    /// Returns a string; `null` becomes the word `null`.
    ///
    /// Source: `clients.read.null-string`, `clients.divergence.null-word`.
    pub(super) fn text(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Text> {
        if object.value(key)?.is_null() {
            self.notes.changed(&at.key(key), field, &NULL_IS_TEXT);
        }
        object.string(key).ok().map(|found| text(&found))
    }

    /// Returns a text cut to a number of bytes of UTF-8, at the end of a character.
    pub(super) fn cut(
        &mut self,
        text: Text,
        most_bytes: usize,
        (field, why): (Field, &'static Reason),
        at: &At<'_>,
    ) -> Text {
        let whole = text.to_str_lossy();
        if whole.len() <= most_bytes {
            return text;
        }
        self.notes.changed(at, field, why);
        let mut end = most_bytes;
        while !whole.is_char_boundary(end) {
            end -= 1;
        }
        Text::new(&whole[..end])
    }

    /// Returns the time of a group or list: 0 if it is not a number.
    ///
    /// Source: `clients.read.created-at`.
    pub(super) fn time_or_zero(
        &mut self,
        object: &Object,
        field: Field,
        at: &At<'_>,
    ) -> Option<Timestamp> {
        let value = object.value("createdAt")?;
        if value.is_null() {
            return Some(Timestamp(0));
        }
        if value.as_long().is_none() {
            self.notes.lost(&at.key("createdAt"), field, &TIME_IS_ZERO);
            return Some(Timestamp(0));
        }
        self.time(object, "createdAt", field, at)
    }

    /// Returns a time, which must be a number.
    ///
    /// Source: `clients.read.negative-time`, `clients.read.fractional-time`,
    /// `clients.read.largest-time`.
    pub(super) fn time(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Timestamp> {
        let value = object.value(key)?;
        let Some(time) = value.as_long() else {
            self.notes.unsure(
                &at.key(key),
                field,
                "no source says what Android does with a time here that is not a number",
            );
            return None;
        };
        let is_same = match value {
            Value::Integer(_) | Value::Long(_) => true,
            other => other.as_double().is_some_and(fits_long),
        };
        if !is_same {
            let why = if time == i64::MAX || time == i64::MIN {
                &TOO_LARGE
            } else {
                &FRACTION
            };
            self.notes.changed(&at.key(key), field, why);
        }
        Some(Timestamp(time.into()))
    }

    /// Returns whether the app skips a contact, group or list: its `lastUpdate` is not a number.
    ///
    /// Source: `clients.read.last-update`.
    pub(super) fn has_no_time(
        &mut self,
        object: &Object,
        (whole, why): (Field, &'static Reason),
        at: &At<'_>,
    ) -> bool {
        let value = object.value("lastUpdate").filter(|value| !value.is_null());
        let is_bad = value.is_some_and(|value| value.as_long().is_none());
        let is_skipped = is_bad && self.since(Release::Android5_3);
        if is_skipped {
            self.notes.lost(at, whole, why);
        }
        is_skipped
    }

    /// Source: `clients.loss.last-update`, `clients.read.last-update`.
    pub(super) fn last_update(
        &mut self,
        object: &Object,
        field: Field,
        at: &At<'_>,
    ) -> Option<Timestamp> {
        if object.is_null("lastUpdate") {
            return None;
        }
        if self.since(Release::Android5_3) {
            return self.time(object, "lastUpdate", field, at);
        }
        if object.long("lastUpdate").is_ok_and(|time| time != 0) {
            self.notes
                .lost(&at.key("lastUpdate"), field, &NO_LAST_UPDATE);
        }
        None
    }

    /// Source: `clients.read.string-for-number`.
    pub(super) fn flag(
        &mut self,
        object: &Object,
        key: &'static str,
        (field, default): (Field, bool),
        at: &At<'_>,
    ) -> Option<bool> {
        let value = object.value(key)?;
        let flag = value.as_boolean();
        if flag.is_none() && !value.is_null() {
            self.notes.lost(&at.key(key), field, &NO_TRUTH_VALUE);
        }
        flag.or(Some(default))
    }

    /// Source: `clients.read.unknown-receipts`.
    pub(super) fn policy(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Policy> {
        let at = at.key(key);
        let value = object.value(key)?;
        if !self.since(Release::Android4_57) {
            if value.as_int() != Some(0) {
                self.notes.lost(&at, field, &NO_POLICY);
            }
            return None;
        }
        let Some(number) = value.as_int() else {
            if !value.is_null() {
                self.notes.changed(&at, field, &POLICY_NO_NUMBER);
            }
            return Some(Policy::Default);
        };
        let policy = usize::try_from(number).ok();
        let policy = policy.and_then(|number| Policy::ALL.get(number).copied());
        if policy.is_none() {
            self.notes.unsure(
                &at,
                field,
                "Android keeps the number, and no source says what it does with it",
            );
        }
        policy
    }

    /// Returns the IDs of a list; `None` if the key is absent or its value is not an array.
    ///
    /// Source: `clients.read.wrong-type`.
    pub(super) fn ids(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Vec<ThreemaId>> {
        let at = at.key(key);
        let Value::Array(items) = object.value(key)? else {
            if !object.is_null(key) {
                self.notes.lost(&at, field, &NOT_OF_THIS_KIND);
            }
            return None;
        };
        let mut ids = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match id_of(item.as_ref()) {
                Some(id) => ids.push(id),
                None => self.notes.unsure(
                    &at.index(index),
                    field,
                    "no source says what Android does with a value that is not an ID",
                ),
            }
        }
        Some(ids)
    }
}

/// Returns the bytes that the app makes of hexadecimal digits: a character that is no digit counts
/// as -1. `None` for characters outside ASCII, some of which are digits to Java.
///
/// Source: `clients.read.group-id-not-hex`.
pub(super) fn bytes_of_digits(digits: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| match char::from(digit).to_digit(16) {
        Some(value) => value.to_le_bytes()[0],
        None => 0xff,
    };
    let pairs = digits.as_bytes().chunks(2);
    digits.is_ascii().then(|| {
        pairs
            .map(|pair| {
                let [high, low] =
                    [pair.first(), pair.get(1)].map(|it| it.map_or(0, |it| digit(*it)));
                (high << 4).wrapping_add(low)
            })
            .collect()
    })
}

/// Returns whether `getLong` returns exactly this number.
fn fits_long(number: f64) -> bool {
    /// Two to the power of 63.
    const END: f64 = 9_223_372_036_854_775_808.0;
    number.fract() == 0.0 && (-END..END).contains(&number)
}

pub(super) fn text(found: &JavaString) -> Text {
    Text::from_units(found.units())
}

pub(super) fn id_of(item: Option<&Value>) -> Option<ThreemaId> {
    match item {
        Some(Value::Text(text)) => ThreemaId::parse(&text.to_string_lossy()).ok(),
        _ => None,
    }
}
