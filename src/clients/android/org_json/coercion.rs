//! How the `get…` and `opt…` methods convert a value of another kind.
//!
//! Each `get…` is a method here that returns an error or `None` where Java throws. An `opt…` is the
//! same with a fallback: `object.int("a").unwrap_or(7)` is `optInt("a", 7)`.
//!
//! Source: executed with the Debian package `libandroid-json-java` 10.0.0 (`tests/org_json.rs`).

use super::{JavaString, NoValue, Object, Value, number, writer};

impl Value {
    /// Returns the value as `getBoolean` converts it: a string counts if it is `true` or `false`,
    /// in any case.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Text(text) if text.equals_ignoring_case("true") => Some(true),
            Self::Text(text) if text.equals_ignoring_case("false") => Some(false),
            _ => None,
        }
    }

    /// Returns the value as `getLong` converts it: it cuts fractions off, a value that is too large
    /// becomes the largest number, and a string is read as a double first.
    pub fn as_long(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(i64::from(*number)),
            Self::Long(number) => Some(*number),
            Self::Double(number) => Some(saturated_long(*number)),
            Self::Text(text) => number::parse_double(text.units()).map(saturated_long),
            _ => None,
        }
    }

    /// Returns the value as `getInt` converts it: like [`Value::as_long`], but a whole number of
    /// more than 32 bits loses its upper half.
    pub fn as_int(&self) -> Option<i32> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Long(number) => Some(lower_half(*number)),
            Self::Double(number) => Some(saturated_int(*number)),
            Self::Text(text) => number::parse_double(text.units()).map(saturated_int),
            _ => None,
        }
    }

    /// Returns the value as `getDouble` converts it.
    pub fn as_double(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(f64::from(*number)),
            #[expect(clippy::cast_precision_loss, reason = "Java's conversion")]
            Self::Long(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            Self::Text(text) => number::parse_double(text.units()),
            _ => None,
        }
    }

    /// Returns the value as `getString` converts it: any value has a string (`null` the four
    /// letters), except an array or object that holds a number that is not finite.
    pub fn as_string(&self) -> Option<JavaString> {
        writer::string_of(self)
    }

    /// Returns whether the value is `null`, as `isNull` does.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the items if `getJSONArray` returns the value.
    pub fn as_array(&self) -> Option<&[Option<Self>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the object if `getJSONObject` returns the value.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Object {
    /// Returns the result of `getBoolean` for a key.
    pub fn boolean(&self, key: &str) -> Result<bool, NoValue<'_>> {
        self.coerced(key, Value::as_boolean)
    }

    /// Returns the result of `getInt` for a key.
    pub fn int(&self, key: &str) -> Result<i32, NoValue<'_>> {
        self.coerced(key, Value::as_int)
    }

    /// Returns the result of `getLong` for a key.
    pub fn long(&self, key: &str) -> Result<i64, NoValue<'_>> {
        self.coerced(key, Value::as_long)
    }

    /// Returns the result of `getDouble` for a key.
    pub fn double(&self, key: &str) -> Result<f64, NoValue<'_>> {
        self.coerced(key, Value::as_double)
    }

    /// Returns the result of `getString` for a key.
    pub fn string(&self, key: &str) -> Result<JavaString, NoValue<'_>> {
        self.coerced(key, Value::as_string)
    }

    /// Returns the result of `getJSONArray` for a key.
    pub fn array(&self, key: &str) -> Result<&[Option<Value>], NoValue<'_>> {
        self.coerced(key, Value::as_array)
    }

    /// Returns the result of `getJSONObject` for a key.
    pub fn object(&self, key: &str) -> Result<&Self, NoValue<'_>> {
        self.coerced(key, Value::as_object)
    }

    /// Returns the result of `isNull` for a key: also true for an absent key.
    pub fn is_null(&self, key: &str) -> bool {
        self.value(key).is_none_or(Value::is_null)
    }

    fn coerced<'a, T>(
        &'a self,
        key: &str,
        coerce: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, NoValue<'a>> {
        let value = self.value(key).ok_or(NoValue::Missing)?;
        coerce(value).ok_or(NoValue::Other(value))
    }
}

// Rust converts a double as Java does: to the nearest limit if it does not fit, and NaN to 0.
#[expect(clippy::cast_possible_truncation, reason = "Java's conversion")]
fn saturated_long(number: f64) -> i64 {
    number as i64
}

#[expect(clippy::cast_possible_truncation, reason = "Java's conversion")]
fn saturated_int(number: f64) -> i32 {
    number as i32
}

#[expect(clippy::cast_possible_truncation, reason = "Java's conversion")]
fn lower_half(number: i64) -> i32 {
    number as i32
}
