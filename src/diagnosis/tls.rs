//! Problems of the TLS protocol: versions, cipher suites and names.

use super::Product;
use super::certainty::Certainty;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::{Symptom, shown_by};
use crate::wire::tls::Version;

/// TLS is not enabled on this port.
pub(super) const NO_TLS_ON_PORT: Problem = Problem {
    id: "problem.no-tls-on-port",
    title: "TLS is not switched on for this port",
    evidence: "`tls.answers` deviates: the port does not speak TLS",
    meaning: "Something answers at this port, but not with TLS. Most often it serves plain http.",
    fix: "Write the server's https port in the URL (443 can be omitted), or enable TLS for this port.",
    fixes: &[
        (
            Product::Nginx,
            "Write `listen 443 ssl;` with `ssl_certificate` and `ssl_certificate_key` in the `server` block.",
        ),
        (
            Product::Apache,
            "Set `SSLEngine on` in the `<VirtualHost *:443>`, and run `a2enmod ssl`.",
        ),
        (
            Product::Caddy,
            "Name the site `https://HOST` in the Caddyfile.",
        ),
    ],
    source: "clause 6.3",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| shown_by(symptom, &["tls.answers"]),
    ..BLANK
};

/// The server supports no TLS version that the apps accept.
pub(super) const OLD_TLS: Problem = Problem {
    id: "problem.old-tls",
    title: "the server supports no version of TLS that the apps accept",
    evidence: "`tls.protocol` deviates, and the server does not refuse the suites",
    meaning: "The apps need TLS 1.2 or 1.3. This server offers only older versions.",
    fix: "Switch TLS 1.2 and 1.3 on; a TLS library that knows neither must be updated.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_protocols TLSv1.2 TLSv1.3;` in the `server` block.",
        ),
        (
            Product::Apache,
            "Set `SSLProtocol -all +TLSv1.2 +TLSv1.3` in the `<VirtualHost>`.",
        ),
        (
            Product::Caddy,
            "Remove `protocols` from `tls { }`: the default is right.",
        ),
    ],
    source: "clause 6.2",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| shown_by(symptom, &["tls.protocol"]).filter(|_| !refuses_suites(symptom)),
    ..BLANK
};

/// Returns whether the server refuses every suite of a version that the apps need, and no version
/// was agreed on.
fn refuses_suites(symptom: &Symptom<'_>) -> bool {
    symptom.run.inspection.is_some_and(|seen| {
        let current = [Version::Tls12, Version::Tls13];
        let refused = current.iter().any(|version| seen.refuses_suites(*version));
        refused && !seen.answers().any(|answered| answered.suite().is_some())
    })
}

/// The server accepts no suite that any app offers.
pub(super) const NO_COMMON_SUITE: Problem = Problem {
    id: "problem.no-common-suite",
    title: "the server accepts no cipher suite of the apps",
    evidence: "`tls.protocol` deviates, and TLS 1.2 or 1.3 is refused with `handshake_failure` or `insufficient_security`",
    meaning: "The server refuses every cipher suite of TLS that the apps offer. Most often its list of suites is too short, or does not fit the key of its certificate.",
    fix: "Accept suites with ECDHE and AES-GCM or ChaCha20, for the kind of key that the certificate has.",
    fixes: SUITES,
    source: "clause 6.2.suites; RFC 8446 section 6.2",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let is_shown = symptom.is("tls.protocol") && refuses_suites(symptom);
        is_shown.then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The server does not support TLS 1.2.
pub(super) const NO_TLS_1_2: Problem = Problem {
    id: "problem.no-tls-1-2",
    title: "the server speaks only TLS 1.3, which Android before version 10 does not speak",
    evidence: "`tls.version-1-2` deviates",
    meaning: "The server offers TLS 1.3 and not TLS 1.2. Phones with Android 9 or older cannot connect; newer ones can.",
    fix: "Switch TLS 1.2 on as well.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_protocols TLSv1.2 TLSv1.3;` in the `server` block.",
        ),
        (
            Product::Apache,
            "Set `SSLProtocol -all +TLSv1.2 +TLSv1.3` in the `<VirtualHost>`.",
        ),
        (
            Product::Caddy,
            "Remove `protocols` from `tls { }`: the default is right.",
        ),
    ],
    source: "Android developers, SSLSocket: TLSv1.3 from API level 29 on",
    breaks: Breaks::ANDROID,
    in_run: |symptom| shown_by(symptom, &["tls.version-1-2"]),
    ..BLANK
};

/// The fix for suites, by software.
const SUITES: &[(Product, &str)] = &[
    (
        Product::Nginx,
        "Set `ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;` in the `server` block.",
    ),
    (
        Product::Apache,
        "Set `SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20` in the `<VirtualHost>`.",
    ),
    (
        Product::Caddy,
        "Remove `ciphers` from `tls { }`: the default is right.",
    ),
];

/// The server accepts suites with forward secrecy, and none of iOS.
pub(super) const SUITES_NOT_OF_IOS: Problem = Problem {
    id: "problem.suites-not-of-ios",
    title: "the server accepts no cipher suite that iOS offers",
    evidence: "`tls.forward-secrecy` deviates, and the server chooses a suite with forward secrecy that iOS does not offer",
    meaning: "The suite that the server chooses has forward secrecy, but iOS does not offer it. Whether Android and Desktop do is not known.",
    fix: "Accept suites with ECDHE and AES-GCM or ChaCha20.",
    fixes: SUITES,
    source: "clause 6.2.suites",
    breaks: Breaks::IOS,
    in_run: |symptom| {
        let is_other = symptom.run.inspection?.other_suite().is_some();
        shown_by(symptom, &["tls.forward-secrecy"]).filter(|_| is_other)
    },
    ..BLANK
};

/// The server accepts no suite with forward secrecy that iOS supports.
pub(super) const NO_FORWARD_SECRECY: Problem = Problem {
    id: "problem.no-forward-secrecy",
    title: "the server supports no suite with forward secrecy that iOS accepts",
    evidence: "`tls.forward-secrecy` deviates",
    meaning: "App Transport Security accepts only suites with ECDHE. iOS completes no handshake with this server.",
    fix: "Accept suites with ECDHE and AES-GCM or ChaCha20.",
    fixes: SUITES,
    source: "clause 6.2",
    breaks: Breaks::IOS,
    in_run: |symptom| shown_by(symptom, &["tls.forward-secrecy"]),
    ..BLANK
};

/// The server accepts only suites that the newest iOS no longer offers.
pub(super) const NO_CURRENT_SUITES: Problem = Problem {
    id: "problem.no-current-suites",
    title: "the server accepts no cipher suite that the newest iOS still offers",
    evidence: "`tls.current-suites` deviates",
    meaning: "The suites of this server have forward secrecy, but only older releases of iOS offer them: CBC with SHA-2. The newest iOS completes no handshake with this server.",
    fix: "Accept suites with ECDHE and AES-GCM or ChaCha20.",
    fixes: SUITES,
    source: "clause 6.2.suites",
    breaks: Breaks::IOS,
    in_run: |symptom| shown_by(symptom, &["tls.current-suites"]),
    ..BLANK
};

/// The server accepts outdated TLS versions or suites.
pub(super) const OUTDATED_TLS_ACCEPTED: Problem = Problem {
    id: "problem.outdated-tls-accepted",
    title: "the server accepts outdated versions or suites of TLS",
    evidence: "`tls.old-versions` or `tls.weak-suites` deviates",
    meaning: "The server accepts old versions and suites beside the current ones. The apps do not use them, but an attacker may try to.",
    fix: "Switch TLS 1.0 and 1.1, and suites without ECDHE, off.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_protocols TLSv1.2 TLSv1.3;` and `ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;` in the `server` block.",
        ),
        (
            Product::Apache,
            "Set `SSLProtocol -all +TLSv1.2 +TLSv1.3` and `SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20` in the `<VirtualHost>`.",
        ),
    ],
    source: "clause 6.2",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.old-versions", "tls.weak-suites"]),
    ..BLANK
};

/// The server does not support TLS 1.3.
pub(super) const NO_TLS_1_3: Problem = Problem {
    id: "problem.no-tls-1-3",
    title: "the server does not speak TLS 1.3",
    evidence: "`tls.version-1-3` deviates",
    meaning: "TLS 1.2 works for every app. TLS 1.3 connects faster and needs a newer library.",
    fix: "Update the server and its TLS library, and switch TLS 1.3 on.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_protocols TLSv1.2 TLSv1.3;` in the `server` block (OpenSSL 1.1.1 or newer).",
        ),
        (
            Product::Apache,
            "Set `SSLProtocol -all +TLSv1.2 +TLSv1.3` in the `<VirtualHost>` (OpenSSL 1.1.1 or newer).",
        ),
    ],
    source: "clause 6.2",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.version-1-3"]),
    ..BLANK
};

/// The server does not offer HTTP/2.
pub(super) const NO_HTTP2: Problem = Problem {
    id: "problem.no-http2",
    title: "the server does not offer HTTP/2",
    evidence: "`tls.alpn` deviates",
    meaning: "The apps also support HTTP/1.1, so nothing breaks. HTTP/2 needs fewer connections.",
    fix: "Switch HTTP/2 on.",
    fixes: &[
        (
            Product::Nginx,
            "Set `http2 on;` in the `server` block (before 1.25.1: `listen 443 ssl http2;`).",
        ),
        (
            Product::Apache,
            "Run `a2enmod http2`, and set `Protocols h2 http/1.1`.",
        ),
    ],
    source: "RFC 7301",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.alpn"]),
    ..BLANK
};

/// The server requires a client certificate.
pub(super) const CLIENT_CERTIFICATE: Problem = Problem {
    id: "problem.client-certificate",
    title: "the server requires a client certificate",
    evidence: "`tls.client-certificate` deviates",
    meaning: "The apps have no client certificate. The server ends the handshake, or refuses every request.",
    fix: "Require no client certificate for this path; protect it with a user name and a password.",
    fixes: NO_CLIENT_CERTIFICATE,
    source: "clause 4.8",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| shown_by(symptom, &["tls.client-certificate"]),
    ..BLANK
};

/// The server asks for a client certificate and goes on without one.
pub(super) const CERTIFICATE_REQUEST: Problem = Problem {
    id: "problem.certificate-request",
    title: "the server asks for a client certificate",
    evidence: "`tls.no-certificate-request` deviates",
    meaning: "The server also serves clients without a certificate, but the code of iOS does not answer when it is asked for one. Its requests then end at their time limit.",
    fix: "Ask for no client certificate at this host name, not even for an optional one. Where others need it, serve them under another host name.",
    fixes: NO_CLIENT_CERTIFICATE,
    source: "clients.http.system-challenges",
    breaks: Breaks::IOS,
    in_run: |symptom| shown_by(symptom, &["tls.no-certificate-request"]),
    ..BLANK
};

/// The setting of each software with which it asks for no client certificate.
const NO_CLIENT_CERTIFICATE: &[(Product, &str)] = &[
    (
        Product::Nginx,
        "Set `ssl_verify_client off;` in the `server` block.",
    ),
    (
        Product::Apache,
        "Set `SSLVerifyClient none` in the `<VirtualHost>`.",
    ),
    (Product::Caddy, "Remove `client_auth` from `tls { }`."),
    (
        Product::Iis,
        "In IIS Manager, SSL Settings of this site, set Client certificates to Ignore.",
    ),
];

/// The server does not know this host name.
pub(super) const SERVER_NAME_UNKNOWN: Problem = Problem {
    id: "problem.server-name-unknown",
    title: "the server does not know this host name",
    evidence: "`tls.server-name` deviates",
    meaning: "The server ends the handshake, or shows another site, if a client asks for this name. No site is configured under this name.",
    fix: "Let the site answer to the name that clients ask for.",
    fixes: &[
        (
            Product::Nginx,
            "Set `server_name HOST;` in the `server` block.",
        ),
        (
            Product::Apache,
            "Set `ServerName HOST` in the `<VirtualHost>`.",
        ),
        (Product::Caddy, "Name the site `HOST` in the Caddyfile."),
    ],
    source: "RFC 6066 section 3",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| shown_by(symptom, &["tls.server-name"]),
    ..BLANK
};

/// The clocks of the server and of this machine differ.
pub(super) const CLOCKS_APART: Problem = Problem {
    id: "problem.clocks-apart",
    title: "the clocks of the server and of this machine differ",
    evidence: "`tls.clock` deviates",
    meaning: "One of the two clocks is wrong. Certificates and retentions are judged by the clock.",
    fix: "Set both clocks (`timedatectl set-ntp true`).",
    source: "clause 6.1",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.clock"]),
    ..BLANK
};
