//! With what a person asks a server, as far as lines for a shell depend on it. No secret.

/// As whom a person asks the server, as far as a report knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Account {
    /// It is not known: a transcript does not keep the name.
    #[default]
    Unknown,
    /// Nobody: there are no credentials.
    Nobody,
    /// A user of this name.
    Named(String),
}

/// With what a person asks a server: what `curl` needs to ask the same.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Asking {
    /// As whom.
    pub account: Account,
    /// The file with the password.
    pub password_file: Option<String>,
    /// The file with the roots that are trusted.
    pub ca_file: Option<String>,
    /// The addresses to connect to instead of those that the name has.
    pub addresses: Vec<String>,
}
