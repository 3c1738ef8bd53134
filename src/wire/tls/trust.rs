//! Whether a chain leads to a root of this machine, and to a public one.

use super::certificate::Certificate;
use super::inspection::{Der, SentCertificate, Trust};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error, KeyUsage};

/// The roots that a chain can lead to.
pub(super) struct Roots<'r> {
    /// The roots of this machine, and the given ones.
    pub(super) here: &'r RootCertStore,
    /// The roots that every phone has.
    pub(super) public: &'r [TrustAnchor<'static>],
}

/// The destination of a chain.
pub(super) struct Judged {
    pub(super) chain: Vec<SentCertificate>,
    pub(super) trust: Trust,
    pub(super) public: bool,
}

impl Roots<'_> {
    /// Determines the destination of `chain`, at the second `at` since 1970.
    pub(super) fn judge(&self, chain: Vec<Vec<u8>>, at: i64) -> Judged {
        let at = in_date(&chain, at);
        let trust = match chain.first() {
            None => Trust::NoCertificate,
            Some(_) if self.here.is_empty() => Trust::NoStore,
            Some(_) => lead(&chain, &self.here.roots, at),
        };
        let public = !chain.is_empty() && lead(&chain, self.public, at) == Trust::Trusted;
        let chain = chain.into_iter().map(|der| {
            let issuer =
                Certificate::parse(&der).map(|parsed| contents(&parsed.issuer_der).to_vec());
            let among = |roots: &[TrustAnchor<'_>]| {
                issuer
                    .as_deref()
                    .is_some_and(|issuer| roots.iter().any(|root| root.subject.as_ref() == issuer))
            };
            SentCertificate {
                issuer_is_root_here: among(&self.here.roots),
                is_root_here: is_one_of(&self.here.roots, &der),
                issuer_is_public_root: among(self.public),
                der: Der(der),
            }
        });
        Judged {
            chain: chain.collect(),
            trust,
            public,
        }
    }
}

/// Returns whether a certificate is one of the roots, by name and key: many self-made certificates
/// have the name `localhost`, and so does one that Debian creates and trusts.
fn is_one_of(roots: &[TrustAnchor<'_>], der: &[u8]) -> bool {
    let der = CertificateDer::from(der);
    let Ok(own) = webpki::anchor_from_trusted_cert(&der) else {
        return false;
    };
    roots.iter().any(|root| {
        root.subject == own.subject && root.subject_public_key_info == own.subject_public_key_info
    })
}

/// Returns the time nearest to `at` at which every certificate is valid, because dates are judged
/// separately.
fn in_date(chain: &[Vec<u8>], at: i64) -> i64 {
    let dates = chain.iter().filter_map(|der| Certificate::parse(der));
    let (begin, end) = dates.fold((i64::MIN, i64::MAX), |(begin, end), certificate| {
        (
            begin.max(certificate.not_before),
            end.min(certificate.not_after),
        )
    });
    if begin <= end {
        at.clamp(begin, end)
    } else {
        at
    }
}

fn lead(chain: &[Vec<u8>], roots: &[TrustAnchor<'_>], at: i64) -> Trust {
    let chain: Vec<CertificateDer<'_>> = chain
        .iter()
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect();
    let Some((leaf, others)) = chain.split_first() else {
        return Trust::NoCertificate;
    };
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).unwrap_or(0)));
    let verified = EndEntityCert::try_from(leaf).and_then(|leaf| {
        leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            roots,
            others,
            time,
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map(|_| ())
    });
    match verified {
        Ok(()) => Trust::Trusted,
        Err(Error::UnknownIssuer) => Trust::UnknownIssuer,
        Err(
            error @ (Error::UnsupportedSignatureAlgorithmContext(_)
            | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
            | Error::UnsupportedCriticalExtension
            | Error::UnsupportedCertVersion),
        ) => Trust::Unsupported(reason(&error)),
        Err(error) => Trust::Refused(reason(&error)),
    }
}

/// Returns what is wrong, in words that do not depend on the library's internal state.
fn reason(error: &Error) -> String {
    match error {
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "a signature algorithm that it does not accept".to_owned()
        }
        Error::UnsupportedCriticalExtension => "an unknown critical extension".to_owned(),
        Error::UnsupportedCertVersion => "a certificate with an old version".to_owned(),
        Error::CertExpired { .. } => "a certificate in the chain has expired".to_owned(),
        Error::CertNotValidYet { .. } => "a certificate in the chain is not valid yet".to_owned(),
        Error::InvalidSignatureForPublicKey => {
            "a signature in the chain was not made by the issuer's key, or that key is weak"
                .to_owned()
        }
        Error::RequiredEkuNotFoundContext(_) => {
            "the extended key usage of a certificate in the chain excludes servers".to_owned()
        }
        Error::CaUsedAsEndEntity => "the server's certificate is marked as an authority".to_owned(),
        Error::EndEntityUsedAsCa => "a certificate in the chain may not issue others".to_owned(),
        Error::NameConstraintViolation => "an authority may not issue for this name".to_owned(),
        Error::PathLenConstraintViolated => {
            "the chain is longer than an authority in it allows".to_owned()
        }
        other => format!("a certificate is malformed or breaks a rule ({other:?})"),
    }
}

/// Returns the content of a sequence, because roots are stored without its header.
fn contents(der: &[u8]) -> &[u8] {
    let head = match der.get(1) {
        Some(length) if *length >= 0x80 => 2 + usize::from(*length & 0x7f),
        _ => 2,
    };
    der.get(head..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    fn made() -> Vec<u8> {
        let mut parameters = CertificateParams::default();
        parameters
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        let key = KeyPair::generate().expect("a key");
        parameters
            .self_signed(&key)
            .expect("a certificate")
            .der()
            .to_vec()
    }

    #[test]
    fn a_root_is_known_by_its_key_and_not_by_its_name() {
        let (root, namesake) = (made(), made());
        let der = CertificateDer::from(root.as_slice());
        let anchor = webpki::anchor_from_trusted_cert(&der).expect("an anchor");
        let roots = [anchor];
        assert!(is_one_of(&roots, &root));
        assert!(!is_one_of(&roots, &namesake));
        assert!(!is_one_of(&roots, b"no certificate"));
    }
}
