//! Threema for Desktop: it looks for a backup and downloads it, but reads no config.

mod read;
pub(in crate::clients) mod reasons;

pub(super) use read::read;

use super::credentials::CredentialEncoding;
use super::release::Release;
use super::transport::{LoginHabit, RequestHeaders, SizeGate, StatusRule, Transport};
use crate::safe::Client;

/// Only its form is known, `Threema Desktop/<version> (<variant>, <target>)`; the values are
/// plausible.
///
/// Source: clause 4.7; clients.http.headers, clients.http.success.
const USER_AGENT: &str = "Threema Desktop/2.0-beta14 (consumer, live)";

/// The headers of HEAD and GET, which are the same.
///
/// Source: clauses 4.4 and 4.7; source of Desktop preview 14, where both are one function.
const READING: &[(&str, &str)] = &[
    ("User-Agent", USER_AGENT),
    ("Accept", "application/octet-stream"),
];

/// Returns how Desktop sends requests.
///
/// Source: clauses 4.4, 4.7 and 4.8; clients.http.headers, clients.http.success.
pub(super) fn transport(release: Release) -> Transport {
    Transport {
        client: Client::Desktop,
        release,
        user_agent: USER_AGENT,
        login_habit: LoginHabit::Preemptive(CredentialEncoding::Utf8),
        request_headers: RequestHeaders {
            read_config: None,
            upload: None,
            download: Some(READING),
            probe: Some(READING),
            delete: None,
        },
        status_rule: StatusRule::Only200,
        // Not used: Desktop never uploads.
        size_gate: SizeGate::UpToTheLimit,
        tokens: false,
        config_bytes: None,
    }
}
