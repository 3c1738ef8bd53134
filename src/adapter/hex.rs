//! Bytes in the line protocol.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes, which the protocol writes as lower-case hexadecimal digits.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hex(pub Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(digits: String) -> Result<Self, String> {
        HEXLOWER
            .decode(digits.as_bytes())
            .map(Self)
            .map_err(|error| {
                format!("expected bytes as pairs of lower-case hexadecimal digits: {error}")
            })
    }
}

impl From<Hex> for String {
    fn from(bytes: Hex) -> Self {
        HEXLOWER.encode(&bytes.0)
    }
}

impl<const LENGTH: usize> From<[u8; LENGTH]> for Hex {
    fn from(bytes: [u8; LENGTH]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hex({} bytes)", self.0.len())
    }
}
