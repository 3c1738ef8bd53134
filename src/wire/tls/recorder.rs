//! A verifier that records everything and accepts everything, for connections that carry no secret.

use super::inspection::KeyProof;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};

/// The observations of one handshake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Recorded {
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) stapled: bool,
    pub(super) key_proof: KeyProof,
    pub(super) asks_certificate: bool,
}

/// Records one handshake.
#[derive(Debug)]
pub(super) struct Recorder {
    algorithms: WebPkiSupportedAlgorithms,
    recorded: Mutex<Recorded>,
}

impl Recorder {
    /// Returns a recorder, and a TLS configuration that offers `alpn` and reports to it.
    pub(super) fn watching(
        alpn: &[&[u8]],
        with_name: bool,
    ) -> Result<(Arc<Self>, ClientConfig), Error> {
        let provider = rustls::crypto::ring::default_provider();
        let recorder = Arc::new(Self {
            algorithms: provider.signature_verification_algorithms,
            recorded: Mutex::new(Recorded {
                chain: Vec::new(),
                stapled: false,
                key_proof: KeyProof::NotSeen,
                asks_certificate: false,
            }),
        });
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&recorder) as _)
            .with_client_cert_resolver(Arc::clone(&recorder) as _);
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        config.enable_sni = with_name;
        config.resumption = rustls::client::Resumption::disabled();
        Ok((recorder, config))
    }

    pub(super) fn recorded(&self) -> Recorded {
        self.record(|recorded| recorded.clone())
    }

    fn record<T>(&self, change: impl FnOnce(&mut Recorded) -> T) -> T {
        change(&mut self.recorded.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes whether the signature is valid, and continues in both cases.
    fn note(&self, verified: &Result<HandshakeSignatureValid, Error>) -> HandshakeSignatureValid {
        self.record(|recorded| {
            recorded.key_proof = if verified.is_ok() {
                KeyProof::Good
            } else {
                KeyProof::Bad
            };
        });
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.record(|recorded| {
            let all = std::iter::once(end_entity).chain(intermediates);
            recorded.chain = all.map(|certificate| certificate.to_vec()).collect();
            recorded.stapled = !ocsp_response.is_empty();
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified =
            rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.algorithms);
        Ok(self.note(&verified))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified =
            rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.algorithms);
        Ok(self.note(&verified))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ResolvesClientCert for Recorder {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.record(|recorded| recorded.asks_certificate = true);
        None
    }

    fn has_certs(&self) -> bool {
        // Without this the library does not ask for them.
        true
    }
}
