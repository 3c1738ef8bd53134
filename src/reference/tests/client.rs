//! A tiny HTTP/1.1 client: one request per connection, written by hand.

use super::super::Running;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The credentials of the default options.
pub const BASIC: &str = "Basic c2FmZTpzM2NyZXQtbG9vcGJhY2s=";

/// An answer as it was received.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// Returns a header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(each, _)| each.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A request to send.
#[derive(Clone)]
pub struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<String>,
    authorization: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
    is_chunked: bool,
}

impl Ask {
    /// Returns a request for a path below the base, with the right credentials.
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: format!("/safe{path}"),
            headers: Vec::new(),
            authorization: Some(BASIC.into()),
            body: None,
            is_chunked: false,
        }
    }

    /// Returns a request for a path outside the base.
    pub fn outside(method: &'static str, path: &str) -> Self {
        let path = path.to_owned();
        Self {
            path,
            ..Self::new(method, "")
        }
    }

    /// Removes the credentials.
    pub fn anonymous(mut self) -> Self {
        self.authorization = None;
        self
    }

    /// Sets `Authorization`.
    pub fn authorization(mut self, value: impl Into<Vec<u8>>) -> Self {
        self.authorization = Some(value.into());
        self
    }

    /// Adds this header.
    pub fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets a body in chunks, without a length.
    pub fn chunked(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            is_chunked: true,
            ..self.body(body)
        }
    }

    /// Returns the bytes of the head.
    fn head(&self) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
            self.method, self.path
        );
        for line in &self.headers {
            head += &format!("{line}\r\n");
        }
        match &self.body {
            Some(_) if self.is_chunked => head += "Transfer-Encoding: chunked\r\n",
            Some(body) => head += &format!("Content-Length: {}\r\n", body.len()),
            None => {}
        }
        let mut bytes = head.into_bytes();
        if let Some(authorization) = &self.authorization {
            bytes.extend(b"Authorization: ");
            bytes.extend(authorization);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes
    }

    fn framed_body(&self) -> Vec<u8> {
        let body = self.body.clone().unwrap_or_default();
        if !self.is_chunked {
            return body;
        }
        let mut framed = Vec::new();
        for chunk in body.chunks(10_000) {
            framed.extend(format!("{:x}\r\n", chunk.len()).bytes());
            framed.extend(chunk);
            framed.extend(b"\r\n");
        }
        framed.extend(b"0\r\n\r\n");
        framed
    }

    /// Sends the request; returns what was received until the connection was closed.
    async fn exchange(&self, server: &Running) -> Vec<u8> {
        let stream = TcpStream::connect(server.address()).await.expect("listens");
        let (mut reader, mut writer) = stream.into_split();
        let message = [self.head(), self.framed_body()].concat();
        let send = async {
            // A server may close the connection before everything was sent.
            let _ = writer.write_all(&message).await;
            let _ = writer.flush().await;
        };
        let mut received = Vec::new();
        let receive = async {
            // A reset ends the reading, but the received bytes are kept.
            let _ = reader.read_to_end(&mut received).await;
        };
        tokio::join!(send, receive);
        received
    }

    /// Sends the request; `None` if the connection is closed without an answer.
    pub async fn try_send(&self, server: &Running) -> Option<Reply> {
        let mut received = self.exchange(server).await;
        while received.starts_with(b"HTTP/1.1 100 ") {
            let end = received.windows(4).position(|four| four == b"\r\n\r\n")?;
            received.drain(..end + 4);
        }
        if received.is_empty() {
            return None;
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&received).expect("the answer is HTTP");
        let body = received[parsed.unwrap()..].to_vec();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        Some(Reply {
            status: response.code.expect("a status"),
            headers: response
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            body,
        })
    }

    /// Sends the request; panics if it gets no answer.
    pub async fn send(&self, server: &Running) -> Reply {
        self.try_send(server).await.expect("there is an answer")
    }

    /// Sends the request; returns the status of the answer.
    pub async fn status(&self, server: &Running) -> u16 {
        self.send(server).await.status
    }

    /// Sends the head and the first `sent` bytes of the body, and disconnects once the server has
    /// read them.
    pub async fn vanish(&self, server: &Running, sent: usize) {
        let mut stream = TcpStream::connect(server.address()).await.expect("listens");
        let message = [&self.head(), &self.framed_body()[..sent]].concat();
        stream.write_all(&message).await.expect("it is being read");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        // A reset rather than a regular end, because the client no longer listens.
        stream.set_zero_linger().expect("a socket has this option");
        drop(stream);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    /// Sends the head and the first `sent` bytes of the body, then breaks the connection.
    pub async fn cut_off(&self, server: &Running, sent: usize) {
        let mut stream = TcpStream::connect(server.address()).await.expect("listens");
        let body = self.framed_body();
        let message = [&self.head(), &body[..sent]].concat();
        stream.write_all(&message).await.expect("it is being read");
        stream.shutdown().await.expect("it is still open");
        let mut rest = Vec::new();
        // Waits until the server has noticed; its answer does not matter.
        let _ = stream.read_to_end(&mut rest).await;
    }
}

/// Returns a GET of a path below the base, with the right credentials.
pub fn get(path: &str) -> Ask {
    Ask::new("GET", path)
}

/// Returns a HEAD of a path below the base, with the right credentials.
pub fn head(path: &str) -> Ask {
    Ask::new("HEAD", path)
}

/// Returns a PUT to a path below the base, with the right credentials.
pub fn put(path: &str, body: impl Into<Vec<u8>>) -> Ask {
    Ask::new("PUT", path).body(body)
}

/// Returns a DELETE of a path below the base, with the right credentials.
pub fn delete(path: &str) -> Ask {
    Ask::new("DELETE", path)
}
