//! The values that a document holds: keys, IDs, times, levels.

use super::deviation::Wrong;
use super::part::{Essential, Leaf};
use crate::safe::json::{Text, Value};
use crate::safe::keys::ThreemaId;
use data_encoding::{BASE64, HEXLOWER};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The length of an identity's private key and of a contact's public key, in bytes.
///
/// Source: clauses 3.3 and 3.4.
pub const PRIVATE_KEY_BYTES: usize = 32;

/// The largest time of the JSON schema of a document, in milliseconds since 1970: slightly more
/// than 2^64, as JavaScript rounds it. The format itself allows 64 bits.
///
/// Source: clients.read.largest-time.
pub const LATEST_TIMESTAMP: Timestamp = Timestamp(18_446_744_073_709_552_000);

macro_rules! secret_keys {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name([u8; PRIVATE_KEY_BYTES]);

        impl $name {
            /// Returns the key with these 32 bytes.
            pub const fn from_bytes(bytes: [u8; PRIVATE_KEY_BYTES]) -> Self {
                Self(bytes)
            }

            /// Returns the 32 bytes: a secret.
            pub const fn as_bytes(&self) -> &[u8; PRIVATE_KEY_BYTES] {
                &self.0
            }

            /// Returns the key in base64: a secret.
            pub fn to_base64(&self) -> Zeroizing<String> {
                Zeroizing::new(BASE64.encode(&self.0))
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.zeroize();
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl Leaf for $name {
            fn read(value: &Value) -> Result<Self, Wrong> {
                let bytes = Zeroizing::new(base64(value)?);
                let key = bytes.as_slice().try_into().map_err(|_| Wrong::Form {
                    expected: "a key of 32 bytes",
                });
                key.map(Self)
            }

            fn spell(&self) -> Value {
                Value::Text(Text::new(&self.to_base64()))
            }
        }
    )+};
}

secret_keys! {
    /// The private key of an identity; wiped from memory when dropped, never printed.
    ///
    /// Source: clause 3.3.
    PrivateKey;
    /// The key of the device group that iOS writes to link a device; wiped when dropped, never
    /// printed.
    ///
    /// Source: clause 3.3.
    DeviceGroupKey;
}

/// The public key of a contact.
///
/// Source: clause 3.4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; PRIVATE_KEY_BYTES]);

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({}…)", HEXLOWER.encode(&self.0[..4]))
    }
}

/// Milliseconds since 1970. The format allows 0 to 2^64 - 1; clients have written smaller values.
///
/// Source: clause 3.4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(pub i128);

/// How certain the identity of a contact is.
///
/// Source: clause 3.4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Verification {
    /// Level 0: only the ID is known.
    Unverified,
    /// Level 1: found by phone number or e-mail address.
    Server,
    /// Level 2: the code was scanned.
    Full,
}

impl Verification {
    /// Every level, from the lowest.
    pub const ALL: [Self; 3] = [Self::Unverified, Self::Server, Self::Full];
}

/// Whether read receipts or typing indicators are sent to a contact.
///
/// Source: clause 3.4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Policy {
    /// As the settings define.
    Default,
    /// They are sent.
    Send,
    /// They are not sent.
    DontSend,
}

impl Policy {
    /// Every policy, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Default, Self::Send, Self::DontSend];
}

/// The ID of a group: 8 bytes, in the order in which they are transferred.
///
/// Source: clause 3.5.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub [u8; 8]);

impl fmt::Debug for GroupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "GroupId({})", HEXLOWER.encode(&self.0))
    }
}

/// The ID of a distribution list: the 8 bytes in the document. Since Android 5.3 they are a number
/// with the lowest byte first.
///
/// Source: clause 3.6; clients.divergence.list-id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistributionListId(pub [u8; 8]);

impl DistributionListId {
    /// Returns the number that Android 5.3 and later read.
    pub const fn number(self) -> u64 {
        u64::from_le_bytes(self.0)
    }

    /// Returns the bytes in reverse order, as Android 4.8 to 5.2.4 write the same number.
    ///
    /// Source: clients.divergence.list-id.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self(u64::from_le_bytes(self.0).to_be_bytes())
    }
}

impl fmt::Debug for DistributionListId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "DistributionListId({})",
            HEXLOWER.encode(&self.0)
        )
    }
}

/// Bytes in base64: a picture, or a key whose form does not matter here. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bytes({})", self.0.len())
    }
}

/// Who may see the profile picture.
///
/// Source: clause 3.3.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PictureRelease {
    /// `["*"]`.
    Everyone,
    /// `[null]`.
    Nobody,
    /// A list of IDs; both mobile clients also write an empty one.
    ///
    /// Source: clients.write.android-user, clients.write.ios-user.
    Only(Vec<ThreemaId>),
}

/// The version of the document: 1.
///
/// Source: clause 3.2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version;

/// The kind of a link: `mobile`, `email` or another.
///
/// Source: clause 3.3.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LinkKind {
    /// A phone number, in E.164 without `+`.
    Mobile,
    /// An e-mail address.
    Email,
    /// Anything else.
    Other(Text),
}

fn text<'a>(value: &'a Value, expected: &'static str) -> Result<&'a Text, Wrong> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(Wrong::kind(expected, value)),
    }
}

fn whole(value: &Value, expected: &'static str) -> Result<i128, Wrong> {
    match value {
        Value::Number(number) => number.to_whole().ok_or(Wrong::Form { expected }),
        _ => Err(Wrong::kind("a number", value)),
    }
}

/// Returns the bytes of a base64 string; the caller wipes them if they are secret.
fn base64(value: &Value) -> Result<Vec<u8>, Wrong> {
    let text = text(value, "a string")?.to_str_lossy();
    BASE64.decode(text.as_bytes()).map_err(|_| Wrong::Form {
        expected: "base64 with padding",
    })
}

fn hex(value: &Value) -> Result<[u8; 8], Wrong> {
    let expected = "16 lower-case hexadecimal digits";
    let text = text(value, "a string")?.to_str_lossy();
    let bytes = HEXLOWER.decode(text.as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Wrong::Form { expected })
}

impl Essential for PrivateKey {}

impl Leaf for PublicKey {
    fn read(value: &Value) -> Result<Self, Wrong> {
        let key = base64(value)?.try_into().map_err(|_| Wrong::Form {
            expected: "a key of 32 bytes",
        });
        key.map(Self)
    }

    fn spell(&self) -> Value {
        Value::from(&*BASE64.encode(&self.0))
    }
}

impl Leaf for Bytes {
    fn read(value: &Value) -> Result<Self, Wrong> {
        base64(value).map(Self)
    }

    fn spell(&self) -> Value {
        Value::from(&*BASE64.encode(&self.0))
    }
}

impl Essential for ThreemaId {}

impl Leaf for ThreemaId {
    fn read(value: &Value) -> Result<Self, Wrong> {
        let expected = "a Threema ID";
        let text = text(value, "a string")?.to_str_lossy();
        Self::parse(&text).map_err(|_| Wrong::Form { expected })
    }

    fn spell(&self) -> Value {
        Value::from(self.as_str())
    }
}

impl Essential for GroupId {}

impl Leaf for GroupId {
    fn read(value: &Value) -> Result<Self, Wrong> {
        hex(value).map(Self)
    }

    fn spell(&self) -> Value {
        Value::from(&*HEXLOWER.encode(&self.0))
    }
}

impl Leaf for DistributionListId {
    fn read(value: &Value) -> Result<Self, Wrong> {
        hex(value).map(Self)
    }

    fn spell(&self) -> Value {
        Value::from(&*HEXLOWER.encode(&self.0))
    }
}

impl Leaf for Timestamp {
    fn read(value: &Value) -> Result<Self, Wrong> {
        whole(value, "a whole number of milliseconds").map(Self)
    }

    fn spell(&self) -> Value {
        Value::from(self.0)
    }

    fn remark(&self) -> Option<&'static str> {
        if self.0 < 0 {
            Some("is before 1970")
        } else if self.0 > i128::from(u64::MAX) {
            Some("does not fit 64 bits")
        } else {
            None
        }
    }
}

impl Leaf for Verification {
    fn read(value: &Value) -> Result<Self, Wrong> {
        let expected = "a verification level: 0, 1 or 2";
        let level = usize::try_from(whole(value, expected)?).ok();
        let level = level.and_then(|level| Self::ALL.get(level));
        level.copied().ok_or(Wrong::Form { expected })
    }

    fn spell(&self) -> Value {
        Value::from(*self as i128)
    }
}

impl Leaf for Policy {
    fn read(value: &Value) -> Result<Self, Wrong> {
        let expected = "0, 1 or 2";
        let policy = usize::try_from(whole(value, expected)?).ok();
        let policy = policy.and_then(|policy| Self::ALL.get(policy));
        policy.copied().ok_or(Wrong::Form { expected })
    }

    fn spell(&self) -> Value {
        Value::from(*self as i128)
    }
}

impl Leaf for bool {
    fn read(value: &Value) -> Result<Self, Wrong> {
        match value {
            Value::Boolean(value) => Ok(*value),
            _ => Err(Wrong::kind("a boolean", value)),
        }
    }

    fn spell(&self) -> Value {
        Value::Boolean(*self)
    }
}

impl Essential for Text {}

impl Leaf for Text {
    fn read(value: &Value) -> Result<Self, Wrong> {
        text(value, "a string").cloned()
    }

    fn spell(&self) -> Value {
        Value::Text(self.clone())
    }

    fn is_said_by(&self, value: &Value) -> bool {
        matches!(value, Value::Text(text) if text == self)
    }
}

impl Leaf for Version {
    fn read(value: &Value) -> Result<Self, Wrong> {
        match whole(value, "1")? {
            1 => Ok(Self),
            _ => Err(Wrong::Form { expected: "1" }),
        }
    }

    fn spell(&self) -> Value {
        Value::from(1)
    }
}

impl Essential for LinkKind {}

impl Leaf for LinkKind {
    fn read(value: &Value) -> Result<Self, Wrong> {
        let text = text(value, "a string")?;
        Ok(match &*text.to_str_lossy() {
            "mobile" => Self::Mobile,
            "email" => Self::Email,
            _ => Self::Other(text.clone()),
        })
    }

    fn spell(&self) -> Value {
        match self {
            Self::Mobile => Value::from("mobile"),
            Self::Email => Value::from("email"),
            Self::Other(kind) => Value::Text(kind.clone()),
        }
    }
}

impl Leaf for PictureRelease {
    fn read(value: &Value) -> Result<Self, Wrong> {
        let expected = r#"`["*"]`, `[null]` or a list of Threema IDs"#;
        let Value::Array(items) = value else {
            return Err(Wrong::kind("an array", value));
        };
        match items.as_slice() {
            [Value::Null] => Ok(Self::Nobody),
            [Value::Text(text)] if text.is("*") => Ok(Self::Everyone),
            items => {
                let ids: Result<Vec<_>, _> = items.iter().map(ThreemaId::read).collect();
                ids.map(Self::Only).map_err(|_| Wrong::Form { expected })
            }
        }
    }

    fn spell(&self) -> Value {
        Value::Array(match self {
            Self::Everyone => vec![Value::from("*")],
            Self::Nobody => vec![Value::Null],
            Self::Only(ids) => ids.iter().map(Leaf::spell).collect(),
        })
    }
}
