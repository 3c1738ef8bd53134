//! A page over plain HTTP that gives a phone the root certificate to install.

use crate::reference::Tasks;
use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How many phones may connect at the same time.
const MOST_CONNECTIONS: usize = 16;
/// How long a phone may take to send its request.
const PATIENCE: Duration = Duration::from_secs(10);

/// The page and the certificate.
#[derive(Clone)]
pub(super) struct Page {
    html: Bytes,
    pem: Bytes,
    der: Bytes,
}

impl Page {
    /// Returns the page for people; `text` is its instruction.
    pub(super) fn new(pem: String, der: Vec<u8>, text: &str) -> Self {
        let escaped = crate::text::html(text);
        let html = format!(
            "<!DOCTYPE html><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>Root certificate of the rig</title><h1>Root certificate of the rig</h1>\
             <p><a href=\"/ca.crt\">Install the certificate</a> (<a href=\"/ca.pem\">the same as PEM</a>). \
             Remove it from the device when you are done.</p><pre>{escaped}</pre>\n"
        );
        Self {
            html: html.into(),
            pem: pem.into(),
            der: der.into(),
        }
    }

    /// Serves the page until it is stopped.
    pub(super) async fn serve(self, listener: TcpListener, tasks: Tasks) {
        let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        while let Ok(slot) = slots.clone().acquire_owned().await {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let page = self.clone();
            tasks.spawn(async move {
                let service = service_fn(move |request: http::Request<_>| {
                    let answer = page.answer(request.uri().path());
                    async move { Ok::<_, Infallible>(answer) }
                });
                // An error here belongs to the phone.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(PATIENCE)
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
                drop(slot);
            });
        }
    }

    fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        let (status, kind, body) = match path {
            "/" => (StatusCode::OK, "text/html; charset=utf-8", &self.html),
            // The type that Android and iOS offer to install. Source: RFC 5280 section 4.2.2.1 and
            // common use.
            "/ca.crt" => (StatusCode::OK, "application/x-x509-ca-cert", &self.der),
            "/ca.pem" => (StatusCode::OK, "application/x-pem-file", &self.pem),
            _ => (
                StatusCode::NOT_FOUND,
                "text/html; charset=utf-8",
                &self.html,
            ),
        };
        let mut response = Response::new(Full::new(body.clone()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if path == "/ca.crt" {
            let name = HeaderValue::from_static("attachment; filename=\"rig-ca.crt\"");
            headers.insert(CONTENT_DISPOSITION, name);
        }
        response
    }
}
