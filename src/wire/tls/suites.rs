//! The cipher suites that the inspection offers, by kind.
//!
//! Source: the IANA registry "TLS Cipher Suites".

/// TLS 1.3.
pub const TLS13: &[u16] = &[0x1301, 0x1302, 0x1303];

/// Other suites of TLS 1.3, which no phone offers.
pub(super) const TLS13_OTHERS: &[u16] = &[0x1304, 0x1305];

/// TLS 1.2 with elliptic curves, as iOS now offers it. Source: clause 6.2.suites; Apple,
/// "Preventing Insecure Network Connections".
pub const ECDHE: &[u16] = &[
    0xc02c, 0xc02b, 0xcca9, 0xc00a, 0xc009, 0xc030, 0xc02f, 0xcca8, 0xc014, 0xc013,
];

/// TLS 1.2 with elliptic curves, as only older iOS releases offer it.
pub const ECDHE_CBC_SHA2: &[u16] = &[0xc024, 0xc023, 0xc028, 0xc027];

/// Elliptic curves with 3DES or RC4, which no list of ATS contains.
pub(super) const ECDHE_OLD: &[u16] = &[0xc008, 0xc012, 0xc007, 0xc011];

/// Elliptic curves with CCM, ARIA or Camellia, which no list of ATS contains.
pub(super) const ECDHE_OTHERS: &[u16] = &[
    0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xc05c, 0xc05d, 0xc060, 0xc061, 0xc072, 0xc073, 0xc076, 0xc077,
];

/// Finite-field Diffie-Hellman, which has forward secrecy but is in no list of ATS.
pub const DHE: &[u16] = &[
    0x009e, 0x009f, 0xccaa, 0x0033, 0x0039, 0x0067, 0x006b, 0x0016, 0x0045, 0x0088, 0x00be, 0x00c4,
    0xc09e, 0xc09f, 0xc0a2, 0xc0a3, 0x0032, 0x0038, 0x0040, 0x006a, 0x00a2, 0x00a3, 0xc052, 0xc053,
];

/// Key exchange with the certificate's key, which has no forward secrecy.
pub const WITHOUT_FORWARD_SECRECY: &[u16] = &[
    0x009c, 0x009d, 0x002f, 0x0035, 0x003c, 0x003d, 0x000a, 0x0041, 0x0084, 0x00ba, 0x00c0, 0x0096,
    0xc09c, 0xc09d, 0xc0a0, 0xc0a1, 0x0005, 0x0004, 0xc050, 0xc051,
];

/// The suites that rustls supports. Source: rustls 0.23 with ring.
pub const OF_THE_LIBRARY: &[u16] = &[
    0x1301, 0x1302, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xc02f, 0xcca8,
];

/// Returns all suites up to TLS 1.2.
pub(super) fn before_13() -> Vec<u16> {
    let all = [
        ECDHE,
        ECDHE_CBC_SHA2,
        ECDHE_OLD,
        ECDHE_OTHERS,
        DHE,
        WITHOUT_FORWARD_SECRECY,
    ];
    all.concat()
}

/// Returns the name of a suite, as in OpenSSL and the configuration of servers.
pub fn name(suite: u16) -> String {
    let known = match suite {
        0x1301 => "TLS_AES_128_GCM_SHA256",
        0x1302 => "TLS_AES_256_GCM_SHA384",
        0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
        0x1304 => "TLS_AES_128_CCM_SHA256",
        0x1305 => "TLS_AES_128_CCM_8_SHA256",
        0xc02c => "ECDHE-ECDSA-AES256-GCM-SHA384",
        0xc02b => "ECDHE-ECDSA-AES128-GCM-SHA256",
        0xcca9 => "ECDHE-ECDSA-CHACHA20-POLY1305",
        0xc00a => "ECDHE-ECDSA-AES256-SHA",
        0xc009 => "ECDHE-ECDSA-AES128-SHA",
        0xc030 => "ECDHE-RSA-AES256-GCM-SHA384",
        0xc02f => "ECDHE-RSA-AES128-GCM-SHA256",
        0xcca8 => "ECDHE-RSA-CHACHA20-POLY1305",
        0xc014 => "ECDHE-RSA-AES256-SHA",
        0xc013 => "ECDHE-RSA-AES128-SHA",
        0xc024 => "ECDHE-ECDSA-AES256-SHA384",
        0xc023 => "ECDHE-ECDSA-AES128-SHA256",
        0xc028 => "ECDHE-RSA-AES256-SHA384",
        0xc027 => "ECDHE-RSA-AES128-SHA256",
        0xc008 => "ECDHE-ECDSA-DES-CBC3-SHA",
        0xc012 => "ECDHE-RSA-DES-CBC3-SHA",
        0xc007 => "ECDHE-ECDSA-RC4-SHA",
        0xc011 => "ECDHE-RSA-RC4-SHA",
        0x009e => "DHE-RSA-AES128-GCM-SHA256",
        0x009f => "DHE-RSA-AES256-GCM-SHA384",
        0xccaa => "DHE-RSA-CHACHA20-POLY1305",
        0x0033 => "DHE-RSA-AES128-SHA",
        0x0039 => "DHE-RSA-AES256-SHA",
        0x0067 => "DHE-RSA-AES128-SHA256",
        0x006b => "DHE-RSA-AES256-SHA256",
        0x0016 => "DHE-RSA-DES-CBC3-SHA",
        0x0045 => "DHE-RSA-CAMELLIA128-SHA",
        0x0088 => "DHE-RSA-CAMELLIA256-SHA",
        0xc0ac => "ECDHE-ECDSA-AES128-CCM",
        0xc0ad => "ECDHE-ECDSA-AES256-CCM",
        0xc0ae => "ECDHE-ECDSA-AES128-CCM8",
        0xc0af => "ECDHE-ECDSA-AES256-CCM8",
        0xc05c => "ECDHE-ECDSA-ARIA128-GCM-SHA256",
        0xc05d => "ECDHE-ECDSA-ARIA256-GCM-SHA384",
        0xc060 => "ECDHE-ARIA128-GCM-SHA256",
        0xc061 => "ECDHE-ARIA256-GCM-SHA384",
        0xc072 => "ECDHE-ECDSA-CAMELLIA128-SHA256",
        0xc073 => "ECDHE-ECDSA-CAMELLIA256-SHA384",
        0xc076 => "ECDHE-RSA-CAMELLIA128-SHA256",
        0xc077 => "ECDHE-RSA-CAMELLIA256-SHA384",
        0x00be => "DHE-RSA-CAMELLIA128-SHA256",
        0x00c4 => "DHE-RSA-CAMELLIA256-SHA256",
        0xc09e => "DHE-RSA-AES128-CCM",
        0xc09f => "DHE-RSA-AES256-CCM",
        0xc0a2 => "DHE-RSA-AES128-CCM8",
        0xc0a3 => "DHE-RSA-AES256-CCM8",
        0x0032 => "DHE-DSS-AES128-SHA",
        0x0038 => "DHE-DSS-AES256-SHA",
        0x0040 => "DHE-DSS-AES128-SHA256",
        0x006a => "DHE-DSS-AES256-SHA256",
        0x00a2 => "DHE-DSS-AES128-GCM-SHA256",
        0x00a3 => "DHE-DSS-AES256-GCM-SHA384",
        0xc052 => "DHE-RSA-ARIA128-GCM-SHA256",
        0xc053 => "DHE-RSA-ARIA256-GCM-SHA384",
        0x00ba => "CAMELLIA128-SHA256",
        0x00c0 => "CAMELLIA256-SHA256",
        0xc09c => "AES128-CCM",
        0xc09d => "AES256-CCM",
        0xc0a0 => "AES128-CCM8",
        0xc0a1 => "AES256-CCM8",
        0xc050 => "ARIA128-GCM-SHA256",
        0xc051 => "ARIA256-GCM-SHA384",
        0x009c => "AES128-GCM-SHA256",
        0x009d => "AES256-GCM-SHA384",
        0x002f => "AES128-SHA",
        0x0035 => "AES256-SHA",
        0x003c => "AES128-SHA256",
        0x003d => "AES256-SHA256",
        0x000a => "DES-CBC3-SHA",
        0x0041 => "CAMELLIA128-SHA",
        0x0084 => "CAMELLIA256-SHA",
        0x0096 => "SEED-SHA",
        0x0005 => "RC4-SHA",
        0x0004 => "RC4-MD5",
        _ => return format!("suite 0x{suite:04x}"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_suite_is_of_two_kinds() {
        let kinds = [
            TLS13,
            TLS13_OTHERS,
            ECDHE,
            ECDHE_CBC_SHA2,
            ECDHE_OLD,
            ECDHE_OTHERS,
            DHE,
            WITHOUT_FORWARD_SECRECY,
        ];
        let all = kinds.concat();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn the_library_speaks_what_is_said_here() {
        let provider = rustls::crypto::ring::default_provider();
        let speaks = provider.cipher_suites.iter();
        let speaks: BTreeSet<_> = speaks.map(|suite| u16::from(suite.suite())).collect();
        assert_eq!(speaks, OF_THE_LIBRARY.iter().copied().collect());
    }
}
