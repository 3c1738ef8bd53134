//! A new certificate for 127.0.0.1: a root, and a leaf signed by it.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// What a server and its clients need for TLS, as PEM.
pub struct Certificates {
    /// The root to trust.
    pub root: String,
    /// The leaf.
    pub leaf: String,
    /// The key of the leaf.
    pub key: String,
}

impl Certificates {
    /// Creates them, valid from yesterday for three months.
    pub fn make() -> Self {
        let mut authority = valid(Vec::new());
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        authority
            .distinguished_name
            .push(DnType::CommonName, "safe-conformance test root");
        let root = CertifiedIssuer::self_signed(authority, new_key()).expect("a root");
        let key = new_key();
        let mut leaf = valid(vec!["127.0.0.1".to_owned()]);
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let leaf = leaf.signed_by(&key, &root).expect("a leaf");
        Self {
            root: root.pem(),
            leaf: leaf.pem(),
            key: key.serialize_pem(),
        }
    }
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn valid(names: Vec<String>) -> CertificateParams {
    let mut parameters = CertificateParams::new(names).expect("valid names");
    let date = |days: i64| {
        let seconds = jiff::Timestamp::now().as_second() + days * 86_400;
        let then = jiff::Timestamp::from_second(seconds).expect("a time of this century");
        let date = jiff::tz::TimeZone::UTC.to_datetime(then).date();
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        rcgen::date_time_ymd(date.year().into(), month, day)
    };
    parameters.not_before = date(-1);
    parameters.not_after = date(90);
    parameters
}
