//! Single values, as `org.json` and the app convert them.

use super::super::org_json::{JavaString, Object, Value};
use super::super::reasons::{
    FRACTION, NO_LAST_UPDATE, NO_TRUTH_VALUE, NULL_IS_TEXT, TIME_IS_ZERO, TOO_LARGE,
};
use super::{Phone, unsourced};
use crate::clients::read::Step;
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

    pub(super) fn policy(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Policy> {
        let number = object.value(key)?.as_int();
        let policy = number.and_then(|number| usize::try_from(number).ok());
        let policy = policy.and_then(|number| Policy::ALL.get(number).copied());
        if policy.is_none() {
            self.notes.unsure(
                &at.key(key),
                field,
                "no source says what Android does with a value other than 0, 1 and 2",
            );
        }
        policy
    }

    /// Returns the IDs of a list; `None` if the key is absent.
    pub(super) fn ids(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Step<Option<Vec<ThreemaId>>> {
        let at = at.key(key);
        let items = match object.value(key) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(unsourced(&at, "is not an array")),
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
        Ok(Some(ids))
    }
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
