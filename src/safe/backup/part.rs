//! How the typed parts of a document are read from values and written back. Unchanged values keep
//! their spelling and place; unknown and invalid values are kept as they are.

use super::deviation::{Deviations, Wrong};
use crate::safe::json::{Object, Path, Step, Text, Value};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// The current place in the document; it becomes a [`Path`] only for a message.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    Root,
    Key(&'a At<'a>, &'static str),
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    pub(crate) fn key(&'a self, key: &'static str) -> At<'a> {
        At::Key(self, key)
    }

    #[cfg(feature = "server")]
    pub(crate) fn index(&'a self, index: usize) -> At<'a> {
        At::Index(self, index)
    }

    /// Returns the key at the end; `None` for the document and for an item.
    #[cfg(feature = "server")]
    pub(crate) fn last_key(&self) -> Option<&'static str> {
        match self {
            At::Key(_, key) => Some(key),
            At::Root | At::Index(..) => None,
        }
    }

    /// Returns whether this key of the document leads here.
    #[cfg(feature = "server")]
    pub(crate) fn is_within(&self, first: &str) -> bool {
        match self {
            At::Root => false,
            At::Key(At::Root, key) => *key == first,
            At::Key(outer, _) | At::Index(outer, _) => outer.is_within(first),
        }
    }

    pub(crate) fn path(&self) -> Path {
        let (outer, step) = match self {
            At::Root => return Path::default(),
            At::Key(outer, key) => (outer, Step::Key((*key).to_owned())),
            At::Index(outer, index) => (outer, Step::Index(*index)),
        };
        let mut path = outer.path();
        path.0.push(step);
        path
    }
}

/// The part that was read, and the value to keep for its spelling; `None` if the part keeps it
/// itself.
pub(super) type Taken<T> = (T, Option<Value>);

/// A typed part of the document.
pub(super) trait Part: Sized {
    /// Returns whether the value can be read, as far as that is known without consuming it.
    fn acceptable(_value: &Value) -> Result<(), Wrong> {
        Ok(())
    }

    /// Reads the value, or reports a deviation and returns the value.
    fn take(value: Value, at: &At<'_>, deviations: &mut Deviations) -> Result<Taken<Self>, Value>;

    /// Returns the value: the kept one if it still means the same.
    fn put(self, kept: Option<Value>) -> Value;
}

/// A part that is a single value and keeps nothing else.
pub(super) trait Leaf: Sized + PartialEq {
    fn read(value: &Value) -> Result<Self, Wrong>;

    /// Returns a value in its usual spelling.
    fn spell(&self) -> Value;

    /// Returns whether a value means the same.
    fn is_said_by(&self, value: &Value) -> bool {
        Self::read(value).is_ok_and(|read| read == *self)
    }

    /// Returns what is wrong with the part although it can be read.
    fn remark(&self) -> Option<&'static str> {
        None
    }
}

impl<L: Leaf> Part for L {
    fn acceptable(value: &Value) -> Result<(), Wrong> {
        L::read(value).map(|_| ())
    }

    fn take(value: Value, at: &At<'_>, deviations: &mut Deviations) -> Result<Taken<Self>, Value> {
        match L::read(&value) {
            Ok(part) => {
                if let Some(remark) = part.remark() {
                    deviations.note(at, Wrong::Remark(remark));
                }
                Ok((part, Some(value)))
            }
            Err(wrong) => {
                deviations.note(at, wrong);
                Err(value)
            }
        }
    }

    fn put(self, kept: Option<Value>) -> Value {
        match kept {
            Some(kept) if self.is_said_by(&kept) => kept,
            _ => self.spell(),
        }
    }
}

/// A list; items that could not be read keep their place.
#[derive(Clone, PartialEq, Eq)]
pub struct List<T> {
    items: Vec<T>,
    /// The values from which the items were read, for their spelling.
    spellings: Vec<Option<Value>>,
    /// The items that could not be read, each with its index in the whole list.
    unread: Vec<(usize, Value)>,
}

impl<T> List<T> {
    /// Returns the items that could not be read.
    pub fn unread(&self) -> impl Iterator<Item = &Value> {
        self.unread.iter().map(|(_, value)| value)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self {
            items,
            spellings: Vec::new(),
            unread: Vec::new(),
        }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<_>>())
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(formatter)
    }
}

impl<T: Part> Part for List<T> {
    fn take(value: Value, at: &At<'_>, deviations: &mut Deviations) -> Result<Taken<Self>, Value> {
        let values = match value {
            Value::Array(values) => values,
            other => {
                deviations.note(at, Wrong::kind("an array", &other));
                return Err(other);
            }
        };
        let mut list = Self::from(Vec::with_capacity(values.len()));
        for (index, value) in values.into_iter().enumerate() {
            match T::take(value, &At::Index(at, index), deviations) {
                Ok((item, spelling)) => {
                    list.items.push(item);
                    if spelling.is_some() {
                        list.spellings.push(spelling);
                    }
                }
                Err(value) => list.unread.push((index, value)),
            }
        }
        Ok((list, None))
    }

    fn put(self, _kept: Option<Value>) -> Value {
        let mut values = Vec::with_capacity(self.items.len() + self.unread.len());
        let mut unread = self.unread.into_iter().peekable();
        let mut spellings = self.spellings.into_iter();
        for item in self.items {
            while let Some((_, value)) = unread.next_if(|(place, _)| *place == values.len()) {
                values.push(value);
            }
            values.push(item.put(spellings.next().flatten()));
        }
        values.extend(unread.map(|(_, value)| value));
        Value::Array(values)
    }
}

/// A field of an object, which defines what absence means.
pub(super) trait Slot: Sized {
    type Part: Part;

    /// Returns the field; `None` if it is required but absent.
    fn of(part: Option<Self::Part>) -> Option<Self>;

    /// Returns the value; `None` if nothing is written. If `present`, writes an empty field, too.
    fn into_value(self, kept: Option<Value>, present: bool) -> Option<Value>;
}

impl<P: Part> Slot for P
where
    P: Essential,
{
    type Part = P;

    fn of(part: Option<P>) -> Option<Self> {
        part
    }

    fn into_value(self, kept: Option<Value>, _present: bool) -> Option<Value> {
        Some(self.put(kept))
    }
}

/// A part that its object cannot do without.
pub(super) trait Essential {}

impl<P: Part> Slot for Option<P> {
    type Part = P;

    fn of(part: Option<P>) -> Option<Self> {
        Some(part)
    }

    fn into_value(self, kept: Option<Value>, _present: bool) -> Option<Value> {
        self.map(|part| part.put(kept))
    }
}

/// An absent list is empty.
impl<P: Part> Slot for List<P> {
    type Part = List<P>;

    fn of(part: Option<Self>) -> Option<Self> {
        Some(part.unwrap_or_default())
    }

    fn into_value(self, kept: Option<Value>, present: bool) -> Option<Value> {
        (present || !self.is_empty() || !self.unread.is_empty()).then(|| self.put(kept))
    }
}

/// The members of the object that was read, in order, including unknown and invalid ones.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Whether the object was read, rather than created.
    pub(super) read: bool,
    pub(super) entries: Vec<(Text, Entry)>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A field of the type, by its index in the type, and the value that it had; `None` if the
    /// field keeps its own.
    Field(usize, Option<Value>),
    /// Any other value.
    Other(Value),
}

impl Kept {
    /// Returns the unknown and invalid members: key and value, in order.
    pub fn others(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.entries.iter().filter_map(|(key, entry)| match entry {
            Entry::Other(value) => Some((key, value)),
            Entry::Field(..) => None,
        })
    }

    /// Adds a member that the type does not have, at the end.
    pub fn add(&mut self, key: &str, value: Value) {
        self.entries.push((Text::new(key), Entry::Other(value)));
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Kept({} members)", self.entries.len())
    }
}

/// Notes each of these keys that occurs again, whatever its values are: the clients differ in which
/// one they read. No client reads a key that no type has.
///
/// Source: clients.read.duplicate-keys, clients.read.unknown-keys.
pub(super) fn note_duplicates(
    object: &Object,
    keys: &[&'static str],
    at: &At<'_>,
    deviations: &mut Deviations,
) {
    let mut seen = vec![false; keys.len()];
    for (key, _) in &object.0 {
        let place = keys.iter().position(|each| key.is(each));
        if let Some(place) = place
            && std::mem::replace(&mut seen[place], true)
        {
            deviations.note(&at.key(keys[place]), Wrong::Duplicate);
        }
    }
}

/// Reads one member into its field, and returns what to keep of it. `place` is the index of the
/// field in its type.
pub(super) fn take_field<P: Part>(
    field: &mut Option<P>,
    place: usize,
    value: Value,
    nullable: bool,
    at: &At<'_>,
    deviations: &mut Deviations,
) -> Entry {
    if field.is_some() {
        return Entry::Other(value);
    }
    if nullable && value == Value::Null {
        return Entry::Other(value);
    }
    match P::take(value, at, deviations) {
        Ok((part, kept)) => {
            *field = Some(part);
            Entry::Field(place, kept)
        }
        Err(value) => Entry::Other(value),
    }
}

/// Writes an object: the kept members in their order, then the new fields. `take_value` returns the
/// value of a field once.
pub(super) fn put_object(
    kept: Kept,
    keys: &[&'static str],
    mut take_value: impl FnMut(usize, Option<Value>, bool) -> Option<Value>,
) -> Value {
    let mut members = Vec::with_capacity(kept.entries.len().max(keys.len()));
    let mut written = vec![false; keys.len()];
    for (_, entry) in &kept.entries {
        if let Entry::Field(field, _) = entry {
            written[*field] = true;
        }
    }
    for (key, entry) in kept.entries {
        let value = match entry {
            Entry::Field(field, spelling) => take_value(field, spelling, true),
            Entry::Other(value) => {
                // It may be a field that was invalid and has been set since.
                let field = keys.iter().position(|each| key.is(each));
                let unset = field.filter(|field| !written[*field]);
                let set = unset.and_then(|field| take_value(field, None, false));
                if let (Some(field), Some(_)) = (unset, &set) {
                    written[field] = true;
                }
                set.or(Some(value))
            }
        };
        members.extend(value.map(|value| (key, value)));
    }
    for (field, key) in keys
        .iter()
        .enumerate()
        .filter(|(field, _)| !written[*field])
    {
        let value = take_value(field, None, !kept.read);
        members.extend(value.map(|value| (Text::new(key), value)));
    }
    Value::Object(Object(members))
}

/// Declares an object of the document: its fields, their keys, and what their absence means.
///
/// An object without an `essential` field cannot be read. If an `expected` field is absent, a
/// deviation is reported. A `nullable` field may be `null`.
macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $name:ident {
            essential { $($(#[$essential_meta:meta])* $essential:ident: $essential_type:ty = $essential_key:literal,)* }
            others { $($(#[$other_meta:meta])* $other:ident: $other_type:ty = $other_key:literal $need:ident,)* }
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name {
            $($(#[$essential_meta])* pub $essential: $essential_type,)*
            $($(#[$other_meta])* pub $other: $other_type,)*
            /// What it was read from, and all members that have no field above.
            pub kept: Kept,
        }

        $crate::safe::backup::part::constructor! { $name { $($essential: $essential_type,)* } { $($other)* } }

        impl Essential for $name {}

        impl Part for $name {
            fn take(value: Value, at: &At<'_>, deviations: &mut Deviations) -> Result<Taken<Self>, Value> {
                let object = match value {
                    Value::Object(object) => object,
                    other => {
                        deviations.note(at, Wrong::kind("an object", &other));
                        return Err(other);
                    }
                };
                $crate::safe::backup::part::note_duplicates(&object, Self::KEYS, at, deviations);
                $(
                    let acceptable = object
                        .first($essential_key)
                        .ok_or(Wrong::Missing)
                        .and_then(<$essential_type as Part>::acceptable);
                    if let Err(wrong) = acceptable {
                        deviations.note(&at.key($essential_key), wrong);
                        return Err(Value::Object(object));
                    }
                )*
                $(let mut $essential: Option<<$essential_type as Slot>::Part> = None;)*
                $(let mut $other: Option<<$other_type as Slot>::Part> = None;)*
                let mut kept = Kept { read: true, entries: Vec::with_capacity(object.0.len()) };
                for (key, value) in object.0 {
                    let name = key.to_str_lossy();
                    let place = Self::KEYS.iter().position(|each| *each == name);
                    let entry = match place.map(|place| (place, Self::KEYS[place])) {
                        $(Some((place, $essential_key)) => {
                            take_field(&mut $essential, place, value, false, &at.key($essential_key), deviations)
                        })*
                        $(Some((place, $other_key)) => {
                            let nullable = stringify!($need) == "nullable";
                            take_field(&mut $other, place, value, nullable, &at.key($other_key), deviations)
                        })*
                        _ => Entry::Other(value),
                    };
                    kept.entries.push((key, entry));
                }
                $(if stringify!($need) == "expected" && !kept.entries.iter().any(|(key, _)| key.is($other_key)) {
                    deviations.note(&at.key($other_key), Wrong::Missing);
                })*
                let whole = (|| Some(Self {
                    $($essential: Slot::of($essential)?,)*
                    $($other: Slot::of($other)?,)*
                    kept,
                }))();
                whole.map(|whole| (whole, None)).ok_or(Value::Null)
            }

            fn put(self, _kept: Option<Value>) -> Value {
                $(let mut $essential = Some(self.$essential);)*
                $(let mut $other = Some(self.$other);)*
                put_object(self.kept, Self::KEYS, |field, kept, present| match Self::KEYS[field] {
                    $($essential_key => $essential.take()?.into_value(kept, present),)*
                    $($other_key => $other.take()?.into_value(kept, present),)*
                    _ => None,
                })
            }
        }

        impl $name {
            const KEYS: &[&'static str] = &[$($essential_key,)* $($other_key,)*];
        }
    )*};
}

/// Declares how to create an object of [`objects!`]: empty, or with its essential fields.
macro_rules! constructor {
    ($name:ident {} { $($other:ident)* }) => {
        impl Default for $name {
            /// Returns an empty object.
            fn default() -> Self {
                Self {
                    $($other: Default::default(),)*
                    kept: Kept::default(),
                }
            }
        }
    };
    ($name:ident { $($essential:ident: $essential_type:ty,)+ } { $($other:ident)* }) => {
        impl $name {
            /// Returns an object with only its essential fields.
            pub fn new($($essential: $essential_type),*) -> Self {
                Self {
                    $($essential,)*
                    $($other: Default::default(),)*
                    kept: Kept::default(),
                }
            }
        }
    };
}

pub(super) use {constructor, objects};
