//! What the `get…` and `opt…` methods make of a value that is of another kind.
//!
//! Each `get…` is a method here that answers with what it would throw for. An `opt…` is the same
//! with a fallback: `object.int("a").unwrap_or(7)` is `optInt("a", 7)`.
//!
//! Source: executed with the Debian package `libandroid-json-java` 10.0.0 (`tests/org_json.rs`).

use super::{JavaString, NoValue, Object, Value, number, writer};

impl Value {
    /// Returns the truth value that `getBoolean` makes of the value: a string counts if it is
    /// `true` or `false`, in any case.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Text(text) if text.equals_ignoring_case("true") => Some(true),
            Self::Text(text) if text.equals_ignoring_case("false") => Some(false),
            _ => None,
        }
    }

    /// Returns the number that `getLong` makes of the value: fractions are cut off, what is too
    /// large becomes the largest there is, and a string goes through a double.
    pub fn as_long(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(i64::from(*number)),
            Self::Long(number) => Some(*number),
            Self::Double(number) => Some(saturated_long(*number)),
            Self::Text(text) => number::parse_double(text.units()).map(saturated_long),
            _ => None,
        }
    }

    /// Returns the number that `getInt` makes of the value: as [`Value::as_long`], except that a
    /// whole number that does not fit 32 bits loses its upper half.
    pub fn as_int(&self) -> Option<i32> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Long(number) => Some(lower_half(*number)),
            Self::Double(number) => Some(saturated_int(*number)),
            Self::Text(text) => number::parse_double(text.units()).map(saturated_int),
            _ => None,
        }
    }

    /// Returns the number that `getDouble` makes of the value.
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

    /// Returns the string that `getString` makes of the value: anything has one, `null` the four
    /// letters, but for an array or object that holds a number which is none.
    pub fn as_string(&self) -> Option<JavaString> {
        writer::string_of(self)
    }

    /// Returns whether `isNull` says so.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the items, if `getJSONArray` gives the value back.
    pub fn as_array(&self) -> Option<&[Option<Self>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the object, if `getJSONObject` gives the value back.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Object {
    /// Returns what `getBoolean` answers for a key.
    pub fn boolean(&self, key: &str) -> Result<bool, NoValue<'_>> {
        self.coerced(key, Value::as_boolean)
    }

    /// Returns what `getInt` answers for a key.
    pub fn int(&self, key: &str) -> Result<i32, NoValue<'_>> {
        self.coerced(key, Value::as_int)
    }

    /// Returns what `getLong` answers for a key.
    pub fn long(&self, key: &str) -> Result<i64, NoValue<'_>> {
        self.coerced(key, Value::as_long)
    }

    /// Returns what `getDouble` answers for a key.
    pub fn double(&self, key: &str) -> Result<f64, NoValue<'_>> {
        self.coerced(key, Value::as_double)
    }

    /// Returns what `getString` answers for a key.
    pub fn string(&self, key: &str) -> Result<JavaString, NoValue<'_>> {
        self.coerced(key, Value::as_string)
    }

    /// Returns what `getJSONArray` answers for a key.
    pub fn array(&self, key: &str) -> Result<&[Option<Value>], NoValue<'_>> {
        self.coerced(key, Value::as_array)
    }

    /// Returns what `getJSONObject` answers for a key.
    pub fn object(&self, key: &str) -> Result<&Self, NoValue<'_>> {
        self.coerced(key, Value::as_object)
    }

    /// Returns what `isNull` answers for a key: it is also true for an absent key.
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

// Rust's conversions from a double do what Java's do: to the nearest end where it does not fit, and
// to 0 for NaN.
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
