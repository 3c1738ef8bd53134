//! An implementation as a report shows it.

use crate::safe::Client;
use serde::{Deserialize, Serialize};

/// What an implementation says of itself, and what it was held to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Implementation {
    /// Its name; empty where it never said hello.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where defects of it are reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug_tracker: Option<String>,
    /// The operations that it has.
    pub operations: Vec<String>,
    /// The client that counts where the published ones differ; without one, any of them.
    pub held_to: Option<Client>,
    /// The release of that client: `android-5.7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}
