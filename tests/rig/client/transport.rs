//! How a client sends a request: credentials, redirects, bodies.

use super::{Answer, Failure, Published, TestClient};
use crate::mistake::Mistake;
use data_encoding::{BASE64, HEXLOWER};
use reqwest::Method;
use safe_conformance::clients::{CredentialEncoding, LoginHabit, Operation, Transport};

impl TestClient {
    /// `Authorization` for a first try, or for the answer to a challenge.
    fn authorization(
        &self,
        operation: Operation,
        url: &str,
        challenge: Option<&str>,
    ) -> Option<String> {
        if self.task.user.is_empty() {
            return None;
        }
        let lower = self.task.user.to_ascii_lowercase();
        let user = match self.mistake {
            Some(Mistake::OtherUser) => "admin",
            Some(Mistake::UserInLowerCase) => lower.as_str(),
            _ => self.task.user.as_str(),
        };
        let restores = matches!(operation, Operation::Download | Operation::Probe);
        let password = match (self.published, self.mistake) {
            (_, Some(Mistake::SafePasswordAsServerPassword)) => &self.task.password,
            // Source: `clients.divergence.restore-password`.
            (Published::Ios72, _) if restores => &self.task.password,
            (_, Some(Mistake::PasswordEndsAtColon)) => {
                let parts = self.task.server_password.split_once(':');
                parts.map_or(self.task.server_password.as_str(), |(first, _)| first)
            }
            _ => &self.task.server_password,
        };
        let habit = Transport::of(self.published.release()).login_habit;
        match (habit, challenge) {
            (LoginHabit::Preemptive(encoding), _) => {
                let value = encoding.encode(user, password).to_string();
                Some(if self.has(Mistake::Base64UrlCredentials) {
                    value.replace('+', "-").replace('/', "_")
                } else {
                    value
                })
            }
            (LoginHabit::AfterChallenge, Some(challenge)) => {
                if challenge.contains("Basic ") {
                    Some(CredentialEncoding::Utf8.encode(user, password).to_string())
                } else if challenge.starts_with("Digest ") {
                    let path = reqwest::Url::parse(url).ok()?.path().to_owned();
                    Some(digest(user, password, operation.method(), &path))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// Sends a request as the client does: credentials, a challenge, redirects of requests that
    /// only read.
    pub async fn send(
        &self,
        operation: Operation,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let base = &self.task.url;
        let first = self
            .attempt(
                operation,
                &format!("{base}{path}"),
                body.clone(),
                None,
                true,
            )
            .await?;
        let challenge = first
            .headers
            .get("www-authenticate")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let answer = match (first.status, challenge) {
            (401, Some(challenge))
                if Transport::of(self.published.client()).login_habit
                    == LoginHabit::AfterChallenge =>
            {
                let url = format!("{base}{path}");
                self.attempt(operation, &url, body.clone(), Some(&challenge), true)
                    .await?
            }
            _ => first,
        };
        self.follow(operation, answer, body).await
    }

    async fn follow(
        &self,
        operation: Operation,
        mut answer: Answer,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let reads = matches!(
            operation,
            Operation::ReadConfig | Operation::Download | Operation::Probe
        );
        for _ in 0..5 {
            let location = answer
                .headers
                .get("location")
                .and_then(|value| value.to_str().ok());
            let Some(location) = location.filter(|_| (300..400).contains(&answer.status)) else {
                return Ok(answer);
            };
            let location = location.to_owned();
            let as_get = !reads && self.has(Mistake::FollowsUploadAsGet);
            let again = !reads && self.has(Mistake::CredentialsToOtherHosts);
            if !reads && !as_get && !again {
                return Ok(answer);
            }
            if location.starts_with("http://") && !self.has(Mistake::FollowsToPlain) {
                return Err(Failure);
            }
            let same_host = location.starts_with("https://localhost:");
            let own = reqwest::Url::parse(&self.task.url)
                .map_err(|_| Failure)?
                .origin();
            let there = reqwest::Url::parse(&location)
                .map_err(|_| Failure)?
                .origin();
            let with_credentials = own == there
                || same_host && self.has(Mistake::CredentialsToOtherPorts)
                || self.has(Mistake::CredentialsToOtherHosts);
            let operation = if as_get {
                Operation::Download
            } else {
                operation
            };
            answer = self
                .attempt(
                    operation,
                    &location,
                    body.clone().filter(|_| again),
                    None,
                    with_credentials,
                )
                .await?;
        }
        Err(Failure)
    }

    pub(super) async fn attempt(
        &self,
        operation: Operation,
        url: &str,
        body: Option<Vec<u8>>,
        challenge: Option<&str>,
        with_credentials: bool,
    ) -> Result<Answer, Failure> {
        let method = match (self.mistake, operation) {
            (Some(Mistake::PostForPut), Operation::Upload) => Method::POST,
            (Some(Mistake::GetForDelete), Operation::Delete) => Method::GET,
            (Some(Mistake::HeadForConfig), Operation::ReadConfig) => Method::HEAD,
            _ => Method::from_bytes(operation.method().as_bytes()).expect("it is a method"),
        };
        let mut request = self.http.request(method.clone(), url);
        let transport = Transport::of(self.published.client());
        for (name, value) in transport.headers(operation) {
            let value = match (self.mistake, *name) {
                (Some(Mistake::NoUserAgent), "User-Agent")
                | (Some(Mistake::NoContentType), "Content-Type") => continue,
                (Some(Mistake::OtherUserAgent), "User-Agent") => "okhttp/5",
                (Some(Mistake::OtherAccept), "Accept") => "*/*",
                (Some(Mistake::TextContentType), "Content-Type") => "text/plain",
                _ => value,
            };
            request = request.header(*name, value);
        }
        let field = match (self.mistake, operation) {
            (Some(Mistake::UploadsOnlyANewBackup), Operation::Upload) => {
                Some(("If-None-Match", "*"))
            }
            (Some(Mistake::ClaimsACoding), Operation::Upload) => Some(("Content-Encoding", "gzip")),
            (Some(Mistake::DownloadsARange), Operation::Download) => Some(("Range", "bytes=0-")),
            _ => None,
        };
        if let Some((name, value)) = field {
            request = request.header(name, value);
        }
        if self.has(Mistake::BodyWithAGet) && method == Method::GET {
            request = request.body("{}");
        }
        if let Some(value) = self
            .authorization(operation, url, challenge)
            .filter(|_| with_credentials)
        {
            request = request.header("Authorization", value);
        }
        if self.has(Mistake::PrivateKeyInHeader)
            && let Some(key) = self.private_key()
        {
            request = request.header("X-Debug", BASE64.encode(&key));
        }
        if self.has(Mistake::SafePasswordInHeader) {
            request = request.header("X-Debug", &self.task.password);
        }
        if self.has(Mistake::PasswordInHeader) {
            let login =
                CredentialEncoding::Utf8.encode(&self.task.user, &self.task.server_password);
            request = request.header("X-Login", login.to_string());
        }
        if self.has(Mistake::EncryptionKeyInHeader) {
            let keys = self.keys(&self.task.password);
            request = request.header("X-Debug", HEXLOWER.encode(keys.encryption_key.as_bytes()));
        }
        if let Some(body) = body {
            request = if self.has(Mistake::Chunked) {
                request.body(reqwest::Body::wrap(Chunks(Some(body.into()))))
            } else {
                request.body(body)
            };
        }
        let mut response = request.send().await.map_err(|_| Failure)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) => break,
                Err(_) if self.has(Mistake::TakesHalfADownload) => break,
                Err(_) => return Err(Failure),
            }
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}

/// A body of unknown length.
struct Chunks(Option<bytes::Bytes>);

impl hyper::body::Body for Chunks {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<bytes::Bytes>, std::io::Error>>> {
        std::task::Poll::Ready(
            self.0
                .take()
                .map(|bytes| Ok(hyper::body::Frame::data(bytes))),
        )
    }
}

/// The answer to the rig's challenge of HTTP Digest. Source: RFC 7616 section 3.4.1.
fn digest(user: &str, password: &str, method: &str, path: &str) -> String {
    use md5::{Digest as _, Md5};
    let hash = |text: String| HEXLOWER.encode(&Md5::digest(text.as_bytes()));
    let secret = hash(format!("{user}:rig:{password}"));
    let request = hash(format!("{method}:{path}"));
    let response = hash(format!("{secret}:0123456789:00000001:abcd:auth:{request}"));
    format!(
        "Digest username=\"{user}\", realm=\"rig\", nonce=\"0123456789\", uri=\"{path}\", qop=auth, \
         nc=00000001, cnonce=\"abcd\", response=\"{response}\""
    )
}
