//! The user's options for requests, as far as lines for a shell contain them. No secrets.

/// The user name with which a person sends requests, as far as a report knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Account {
    /// Unknown, because a transcript does not keep the name.
    #[default]
    Unknown,
    /// None: there are no credentials.
    Nobody,
    /// A user of this name.
    Named(String),
}

/// The options that `curl` needs to send the same requests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Asking {
    /// The user name.
    pub account: Account,
    /// The file with the password.
    pub password_file: Option<String>,
    /// The file with the trusted roots.
    pub ca_file: Option<String>,
    /// The addresses to connect to instead of those of the name.
    pub addresses: Vec<String>,
}
