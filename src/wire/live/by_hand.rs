//! Requests over a separate connection: those that the HTTP library cannot send, and the wrong
//! password, which is sent exactly once.

use super::line::Line;
use super::{Live, path_of};
use crate::clients::CredentialEncoding;
use crate::wire::answer::{Answer, Response};
use crate::wire::facet::Http;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::raw::{self, RawRequest};
use crate::wire::request::{LoginUse, Method, Place, Request};
use crate::wire::secret::clean_response;
use crate::wire::tls;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

/// How many connections are tried before the wrong password is sent over one without an earlier
/// answer.
const MOST_LINES: usize = 4;
/// How long after an answer a server may take to close the connection silently.
const CLOSES_WITHIN: Duration = Duration::from_millis(30);

impl Live {
    /// Sends a request over a separate connection and reads the answer.
    pub(super) async fn send_raw(
        &self,
        request: &Request,
        url: &str,
        encoding: CredentialEncoding,
    ) -> Answer {
        let mut line = if request.login == LoginUse::Wrong {
            match self.proven.lock().await.take() {
                Some(line) => line,
                None => self.proven_line(encoding).await?,
            }
        } else {
            self.line().await?
        };
        self.send_over(&mut line, request, url, encoding).await
    }

    async fn line(&self) -> Result<Box<dyn Line>, Failure> {
        let stream = self.connect().await?;
        Ok(match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let host = self.target.base.host();
                let connected = tls.connect(stream, host, &[Http::One]).await;
                Box::new(connected.map_err(tls::failure_of)?)
            }
        })
    }

    /// Prepares a connection for the wrong password, while something else is sent.
    pub(in crate::wire) async fn ready_line(&self, http: Http, encoding: CredentialEncoding) {
        #[cfg(test)]
        if self.script.is_some() {
            return;
        }
        if http == Http::One && self.keeps_connections() {
            let looking = tokio::time::timeout(self.timeout, self.proven_line(encoding));
            // If this fails, a connection is made when it is needed.
            *self.proven.lock().await = looking.await.ok().and_then(Result::ok);
        }
    }

    /// Returns a connection for a request that cannot be repeated: one on which the server has just
    /// answered and which it keeps open, or a new one if it closes each after its answer.
    async fn proven_line(&self, encoding: CredentialEncoding) -> Result<Box<dyn Line>, Failure> {
        let config = Request::new(Method::Get, Place::Config).header("Accept", "application/json");
        let wrong = config.clone().login(LoginUse::Wrong);
        let url = self.url(&config.place);
        for _ in 0..MOST_LINES {
            let mut line = self.line().await?;
            self.requests.fetch_add(1, Ordering::Relaxed);
            match self.send_over(&mut line, &config, &url, encoding).await {
                Ok(answer) => {
                    let answer = clean_response(self.walls(), answer, &config);
                    self.heard(&config, &answer);
                    self.may_ask(&wrong)?;
                    let closing = tokio::time::timeout(CLOSES_WITHIN, line.read_u8()).await;
                    return if closing.is_err() {
                        Ok(line)
                    } else {
                        self.line().await
                    };
                }
                Err(failure)
                    if matches!(failure.kind, FailureKind::NoAnswer | FailureKind::Reset) => {}
                Err(failure) => return Err(failure),
            }
        }
        self.line().await
    }

    async fn send_over(
        &self,
        line: &mut Box<dyn Line>,
        request: &Request,
        url: &str,
        encoding: CredentialEncoding,
    ) -> Answer {
        let path = path_of(url);
        let host = self.target.base.authority();
        let mut head = format!(
            "{} {path} HTTP/1.1\r\nHost: {host}\r\n",
            request.method.as_str()
        );
        for (name, value) in request
            .headers
            .iter()
            .cloned()
            .chain(self.authorization(&request.login, encoding))
        {
            head += &format!("{name}: {value}\r\n");
        }
        let raw = RawRequest {
            head,
            body: request.payload.as_ref().map(|payload| &payload.bytes[..]),
            manner: request.manner,
            expects_no_body: request.method == Method::Head,
            read_limit: request.read_limit,
            keeps: request.keeps(false),
        };
        let answer = raw::send(line, &raw).await?;
        Ok(Response {
            status: answer.status,
            http: Http::One,
            headers: answer.headers,
            body: answer.body,
            continued: answer.continued,
            asked_again: false,
            redirected: None,
            leads_to: None,
            unpacked: false,
            echoed_secret: false,
            has_surplus: answer.has_surplus,
        })
    }
}
