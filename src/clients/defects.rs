//! Defects of published clients that no server can mend: what happens, and where it is seen.

use crate::safe::{Client, Directions};
use serde::{Deserialize, Serialize};

/// A defect of a published client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Defect {
    /// The name, for ever.
    pub id: String,
    /// The client.
    pub client: Client,
    /// What it concerns.
    #[serde(skip)]
    pub concerns: Directions,
    /// Whether every current release of the client fails in that direction because of it.
    #[serde(skip)]
    pub prevents: bool,
    /// Its releases.
    pub releases: String,
    /// What happens, and what people can do.
    pub text: String,
    /// The fact of the manual that it is.
    pub source: String,
}
