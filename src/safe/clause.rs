//! The clauses of the protocol: the requirement, where it is written, and who says so.
//!
//! The numbers are those of the project's protocol notes; a number never changes its meaning.

/// One clause of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clause {
    /// The number: `4.3`.
    pub number: &'static str,
    /// What the clause is about, in a few words.
    pub title: &'static str,
    /// Who says so: a client's source, an RFC, a help page, a measurement.
    pub source: &'static str,
}

macro_rules! clauses {
    ($($name:ident = $number:literal, $title:literal, $source:literal;)*) => {
        $(#[doc = concat!("Clause ", $number, ": ", $title, ".")]
        pub const $name: Clause = Clause { number: $number, title: $title, source: $source };)*

        /// Every clause that the harness judges by.
        pub const ALL: &[Clause] = &[$($name),*];
    };
}

clauses! {
    KEYS = "1.1", "scrypt with N 65536, r 8, p 1 gives backup ID and encryption key",
        "source of Android 6.4.2 and iOS 7.2.2; known answer in both test suites";
    PASSWORD = "1.6", "which passwords are refused or warned of",
        "source of Android 6.4.2 and iOS 7.2.2";
    ENVELOPE = "2.1", "the body is a nonce and a secretbox of the gzipped JSON",
        "source of Android 6.4.2 and iOS 7.2.2";
    NONCE = "2.5", "a nonce never repeats under a key",
        "source of Android 6.4.2 and iOS 7.2.2; NaCl's secretbox";
    DOCUMENT = "3.1", "what a backup document must hold",
        "source of Android 6.4.2, iOS 7.2.2 and Desktop preview 14";
    BASE_URL = "4.1", "the base URL, config and backups below it",
        "help page of Threema Safe; source of Android 6.4.2 and iOS 7.2.2";
    CONFIG = "4.2", "the server's config file",
        "source of Android 6.4.2 and iOS 7.2.2; Android's parser executed";
    UPLOAD = "4.3", "upload: PUT, any 2xx",
        "source of Android 6.4.2 and iOS 7.2.2; RFC 9110 section 9.3.4";
    DOWNLOAD = "4.4", "download: GET, the bytes back exactly",
        "source of Android 6.4.2, iOS 7.2.2 and Desktop preview 14; RFC 9110 section 9.3.1";
    DELETE = "4.5", "delete: DELETE, any 2xx, then gone",
        "source of Android 6.4.2 and iOS 7.2.2; RFC 9110 section 9.3.5";
    SIZE = "4.6", "the server takes what its config promises",
        "source of Android 6.4.2 and iOS 7.2.2";
    HEADERS = "4.7", "the headers that the clients send",
        "source of Android 6.4.2, iOS 7.2.2 and Desktop preview 14";
    AUTHENTICATION = "4.8", "Basic sent at once by Android and Desktop, on a challenge by iOS",
        "source of Android 6.4.2, iOS 7.2.2 and Desktop preview 14; RFC 7617";
    REDIRECT = "4.9", "redirects are not part of the protocol",
        "RFC 9110 section 15.4; source of Android 6.4.2 and iOS 7.2.2";
    STATUS = "4.10", "404 for what is missing, 400 for what is malformed, 429 for too much",
        "source of Desktop preview 14; two independent servers";
    INTERRUPTION = "4.11", "an upload that breaks off leaves the backup that was there",
        "measured on fourteen servers";
    SECRECY = "4.12", "backup IDs are secrets",
        "two independent servers; measured on fourteen servers";
    RETENTION = "5.1", "a backup is kept for retentionDays after its last upload",
        "help page of Threema Safe";
    REFRESH = "5.2", "each app uploads a backup again before its retention is over",
        "source of Android 6.4.2 and iOS 7.2.2 (SafeManager.swift:721)";
    TRUST = "6.1", "a certificate that the operating system trusts",
        "help page of Threema Safe; Android and Apple platform security";
    ATS = "6.2", "App Transport Security, and Apple's rules for certificates",
        "Apple: Preventing Insecure Network Connections; Requirements for trusted certificates in iOS 13; About upcoming limits on trusted certificates; Certificate Transparency policy; CA/Browser Forum ballot SC-081v3";
    HTTPS = "6.3", "plain http is refused",
        "source of Android 6.4.2 and iOS 7.2.2";
}
