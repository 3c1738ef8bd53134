//! The IDs of the protocol's clauses, by which checks judge. The manual holds their text.
//!
//! A number never changes its meaning. Title, source and text:
//! [`manual::clause`](crate::manual::clause).

/// The ID of a clause of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clause {
    /// The number: `4.3`.
    pub number: &'static str,
}

macro_rules! clauses {
    ($($name:ident = $number:literal;)*) => {
        $(#[doc = concat!("Clause ", $number, " of the manual.")]
        pub const $name: Clause = Clause { number: $number };)*

        /// All clauses by which the harness judges.
        pub const ALL: &[Clause] = &[$($name),*];
    };
}

clauses! {
    ADAPTER = "0.1";
    RIG = "0.2";
    KEYS = "1.1";
    PASSWORD = "1.6";
    ENVELOPE = "2.1";
    NONCE = "2.5";
    DOCUMENT = "3.1";
    BASE_URL = "4.1";
    CONFIG = "4.2";
    UPLOAD = "4.3";
    DOWNLOAD = "4.4";
    DELETE = "4.5";
    SIZE = "4.6";
    HEADERS = "4.7";
    AUTHENTICATION = "4.8";
    REDIRECT = "4.9";
    STATUS = "4.10";
    INTERRUPTION = "4.11";
    SECRECY = "4.12";
    RETENTION = "5.1";
    REFRESH = "5.2";
    TRUST = "6.1";
    TLS_VERSIONS = "6.1.versions";
    STAPLING = "6.1.stapling";
    ATS = "6.2";
    SUITES = "6.2.suites";
    KEY_EXCHANGE = "6.2.key-exchange";
    VALIDITY = "6.2.validity";
    TRANSPARENCY = "6.2.transparency";
    HTTPS = "6.3";
}
