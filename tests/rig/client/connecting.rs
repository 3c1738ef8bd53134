//! How a client connects: TLS, and what its mistakes overlook.

use super::verifier::{Overlooks, tls};
use crate::mistake::Mistake;
use rustls::CertificateError;
use safe_conformance::rig::{Action, Task};
use std::time::Duration;

/// Returns the HTTP client with which a task is done.
pub fn http(task: &Task, mistake: Option<Mistake>) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // A case has an answer that takes 2 s.
        .timeout(Duration::from_millis(
            if mistake == Some(Mistake::Impatient) {
                1_500
            } else {
                20_000
            },
        ))
        .tls_certs_only([reqwest::Certificate::from_pem(task.ca.as_bytes())?]);
    if mistake == Some(Mistake::AnyCertificate) {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    let is_test = task.known_action() == Some(Action::Test);
    if is_test && mistake == Some(Mistake::AnyCertificateInATest) {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if mistake == Some(Mistake::AnyName) {
        builder = builder.tls_danger_accept_invalid_hostnames(true);
    }
    if let Some(overlooks) = overlooks(mistake) {
        let tls = tls(task.ca.as_bytes(), overlooks).expect("the rig's own root");
        builder = builder.tls_backend_preconfigured(tls);
    }
    if mistake == Some(Mistake::Chunked) {
        builder = builder.http1_only();
    }
    builder.build()
}

/// Returns the one objection to a certificate that a mistake overlooks; `None` if it overlooks none
/// or all.
fn overlooks(mistake: Option<Mistake>) -> Option<Overlooks> {
    Some(match mistake? {
        Mistake::AnyBeginning => |why| matches!(why, CertificateError::NotValidYetContext { .. }),
        Mistake::AnyPurpose => |why| matches!(why, CertificateError::InvalidPurposeContext { .. }),
        Mistake::AnyIssuer => signed_by_no_authority,
        _ => return None,
    })
}

fn signed_by_no_authority(why: &CertificateError) -> bool {
    let CertificateError::Other(rustls::OtherError(why)) = why else {
        return false;
    };
    matches!(why.downcast_ref(), Some(webpki::Error::EndEntityUsedAsCa))
}

/// Sends a hello, and a key exchange after any answer of the server.
pub async fn go_on_with_old_tls(url: &str) -> std::io::Result<()> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let url = reqwest::Url::parse(url).map_err(std::io::Error::other)?;
    let port = url.port().expect("the rig's URLs have one");
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(&[22, 3, 1, 0, 4, 1, 0, 0, 0]).await?;
    let mut answer = vec![0; 4096];
    let hello = stream.read(&mut answer).await?;
    if hello == 0 {
        return Ok(());
    }
    stream.write_all(&[22, 3, 2, 0, 4, 16, 0, 0, 0]).await?;
    while stream.read(&mut answer).await? > 0 {}
    Ok(())
}
