//! Threema for Desktop: it looks for a backup and downloads it, and reads no config.

mod read;
pub(in crate::clients) mod reasons;

pub(super) use read::read;

use super::credentials::CredentialEncoding;
use super::release::Release;
use super::transport::{LoginHabit, RequestHeaders, SizeGate, StatusRule, Transport};
use crate::safe::Client;

/// Only its shape is known, `Threema Desktop/<version> (<variant>, <target>)`; the values are
/// plausible ones.
///
/// Source: clause 4.7; clients.http.headers, clients.http.success.
const USER_AGENT: &str = "Threema Desktop/2.0-beta14 (consumer, live)";

/// Probing and downloading send the same.
///
/// Source: clauses 4.4 and 4.7; source of Desktop preview 14, where both are one function.
const READING: &[(&str, &str)] = &[
    ("User-Agent", USER_AGENT),
    ("Accept", "application/octet-stream"),
];

/// Returns how Desktop asks.
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
        // It never uploads, so this is never asked.
        size_gate: SizeGate::UpToTheLimit,
        tokens: false,
        config_bytes: None,
    }
}
