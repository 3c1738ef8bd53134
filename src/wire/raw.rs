//! A small HTTP/1.1 sender for what an ordinary client library cannot send: a request without
//! `Accept`, an honoured `Expect`, a broken-off upload, or a path that must not be normalised.
//!
//! Every read is limited in bytes; the caller limits the time.

use super::answer::Body;
use super::failure::{Failure, FailureKind};
use super::gather::Gather;
use super::request::{LISTENS, Manner};
use crate::safe::Stage;
use std::time::Duration;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf,
};

/// The longest header section that is read, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;
/// The largest number of header fields in one answer.
const MOST_FIELDS: usize = 128;
/// The largest number of interim answers (1xx) before the final one.
const MOST_INTERIM: usize = 16;
/// The longest extensions of all chunks of a body together, and its longest trailer section, in
/// bytes. The library that sends the other requests has the same limits.
const LONGEST_SURPLUS: usize = 16 * 1024;
/// How long a client waits for `100 Continue` before it sends the body anyway. Source: RFC 9110
/// section 10.1.1 does not specify the time; curl waits one second.
const CONTINUE_WAIT: Duration = Duration::from_secs(1);
/// How long a broken-off upload stays open after its last byte, so that the server receives it.
const CUT_OFF_PAUSE: Duration = Duration::from_millis(100);

/// A request, ready for the wire.
pub(super) struct RawRequest<'a> {
    /// The request line and header fields with the empty line, but without framing.
    pub(super) head: String,
    /// The body, if it has one.
    pub(super) body: Option<&'a [u8]>,
    pub(super) manner: Manner,
    /// Whether the answer never has a body, as for HEAD.
    pub(super) expects_no_body: bool,
    pub(super) read_limit: usize,
    /// How much of a body that is not packed is kept, in bytes.
    pub(super) keeps: usize,
}

/// An answer as it was received.
pub(super) struct RawResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) continued: bool,
    /// Whether bytes follow its end, on a connection that stays open.
    pub(super) has_surplus: bool,
}

/// Sends one request over a new connection and reads the answer.
pub(super) async fn send<S>(stream: S, request: &RawRequest<'_>) -> Result<RawResponse, Failure>
where
    S: AsyncRead + AsyncWrite,
{
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = Reader {
        from: reader,
        buffer: Vec::new(),
        interim: 0,
    };
    match request.manner {
        Manner::CutOff { after, chunked } => {
            let body = request.body.unwrap_or_default();
            let part = &body[..after.min(body.len())];
            cut_off(&mut writer, request, part, chunked).await;
            let noticed = tokio::time::timeout(NOTICE, reader.notices_end()).await;
            Err(Failure::of(
                FailureKind::BrokenOff {
                    noticed: noticed.unwrap_or(false),
                },
                "the upload was broken off on purpose",
            ))
        }
        Manner::ExpectContinue => {
            // The effect of a failed write shows in what can still be read.
            let _ = write_all(&mut writer, framed_head(request).as_bytes()).await;
            let mut continued = false;
            match tokio::time::timeout(CONTINUE_WAIT, reader.before_body()).await {
                Ok(Ok(head)) if head.status == 100 => continued = true,
                Ok(Ok(head)) => return reader.finish(head, request, false).await,
                Ok(Err(failure)) => return Err(failure),
                Err(_) => {}
            }
            let body = request.body.unwrap_or_default();
            both(
                write_all(&mut writer, body),
                reader.response(request, continued),
            )
            .await
        }
        Manner::Ordinary | Manner::Chunked | Manner::Slowly { .. } | Manner::Listening => {
            both(
                write_request(&mut writer, request),
                reader.response(request, false),
            )
            .await
        }
    }
}

/// Writes and reads at the same time: a server may answer before it has received the whole body,
/// and stop reading.
async fn both<T>(
    write: impl Future<Output = std::io::Result<()>>,
    read: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::pin!(write, read);
    tokio::select! {
        biased;
        answer = &mut read => answer,
        // The answer counts, whether the write succeeded or not.
        _ = &mut write => read.await,
    }
}

fn framed_head(request: &RawRequest<'_>) -> String {
    let framing = match (request.body, request.manner) {
        (None, _) => String::new(),
        (Some(_), Manner::Chunked | Manner::CutOff { chunked: true, .. }) => {
            "Transfer-Encoding: chunked\r\n".to_owned()
        }
        (Some(body), Manner::ExpectContinue) => {
            format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len())
        }
        (Some(body), _) => format!("Content-Length: {}\r\n", body.len()),
    };
    format!("{}{framing}\r\n", request.head)
}

async fn write_all<W: AsyncWrite>(writer: &mut WriteHalf<W>, bytes: &[u8]) -> std::io::Result<()> {
    writer.write_all(bytes).await?;
    writer.flush().await
}

async fn write_request<W: AsyncWrite>(
    writer: &mut WriteHalf<W>,
    request: &RawRequest<'_>,
) -> std::io::Result<()> {
    write_all(writer, framed_head(request).as_bytes()).await?;
    let body = request.body.unwrap_or_default();
    match request.manner {
        Manner::Chunked => {
            for part in body.chunks(16 * 1024) {
                write_chunk(writer, part).await?;
            }
            write_all(writer, b"0\r\n\r\n").await
        }
        Manner::Slowly { pieces, pause } => {
            for (position, part) in body
                .chunks(body.len().div_ceil(pieces.max(1)).max(1))
                .enumerate()
            {
                if position > 0 {
                    tokio::time::sleep(pause).await;
                }
                write_all(writer, part).await?;
            }
            Ok(())
        }
        _ => write_all(writer, body).await,
    }
}

async fn write_chunk<W: AsyncWrite>(writer: &mut WriteHalf<W>, part: &[u8]) -> std::io::Result<()> {
    let mut chunk = format!("{:x}\r\n", part.len()).into_bytes();
    chunk.extend_from_slice(part);
    chunk.extend_from_slice(b"\r\n");
    write_all(writer, &chunk).await
}

/// Sends the beginning of an upload and closes its side of the connection, like a phone that loses
/// its network.
async fn cut_off<W: AsyncWrite>(
    writer: &mut WriteHalf<W>,
    request: &RawRequest<'_>,
    part: &[u8],
    chunked: bool,
) {
    let written = async {
        write_all(writer, framed_head(request).as_bytes()).await?;
        if chunked {
            write_chunk(writer, part).await
        } else {
            write_all(writer, part).await
        }
    };
    // A server that refused has already cut the upload off.
    if written.await.is_ok() {
        tokio::time::sleep(CUT_OFF_PAUSE).await;
    }
    // If this fails, the connection ends all the same.
    let _ = writer.shutdown().await;
}

/// How long a server may take to notice the end of a broken-off upload.
const NOTICE: Duration = Duration::from_secs(2);

struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns whether the server announces that it closes the connection after the answer.
    fn closes(&self) -> bool {
        let mut options = self.all("connection").flat_map(|value| value.split(','));
        options.any(|option| option.trim().eq_ignore_ascii_case("close"))
    }
}

struct Reader<S> {
    from: ReadHalf<S>,
    buffer: Vec<u8>,
    interim: usize,
}

impl<S: AsyncRead> Reader<S> {
    /// Returns the final answer, after any interim ones.
    async fn response(
        mut self,
        request: &RawRequest<'_>,
        mut continued: bool,
    ) -> Result<RawResponse, Failure> {
        loop {
            let head = self.head().await?;
            if (100..200).contains(&head.status) {
                continued |= head.status == 100 && request.manner == Manner::ExpectContinue;
                continue;
            }
            return self.finish(head, request, continued).await;
        }
    }

    /// Returns `100 Continue` or the final answer, after any other interim ones.
    async fn before_body(&mut self) -> Result<Head, Failure> {
        loop {
            let head = self.head().await?;
            if !(101..200).contains(&head.status) {
                return Ok(head);
            }
        }
    }

    /// Returns whether the server shows that it noticed the end of the connection: it answers, or
    /// closes its side. A reset may come from the machine or a proxy while the server still
    /// processes the upload.
    async fn notices_end(&mut self) -> bool {
        self.buffer.reserve(16 * 1024);
        match self.from.read_buf(&mut self.buffer).await {
            Ok(_) => true,
            // TLS that ended without a `close_notify`.
            Err(error) => error.kind() == std::io::ErrorKind::UnexpectedEof,
        }
    }

    async fn fill(&mut self) -> usize {
        self.buffer.reserve(16 * 1024);
        // TLS without a `close_notify`, or a reset: the timing decides which. For HTTP, both are
        // the end.
        self.from.read_buf(&mut self.buffer).await.unwrap_or(0)
    }

    /// Returns the next header section, of a limited number of interim ones.
    async fn head(&mut self) -> Result<Head, Failure> {
        loop {
            if let Some((head, length)) = parse_head(&self.buffer)? {
                self.buffer.drain(..length);
                // No request asks for another protocol. Source: RFC 9110 section 7.8.
                if head.status == 101 {
                    return Err(not_http(
                        "the answer is 101 Switching Protocols, which nothing asked for",
                    ));
                }
                if (100..200).contains(&head.status) {
                    self.interim += 1;
                    if self.interim > MOST_INTERIM {
                        let message = "more than 16 interim answers (1xx), but no final one";
                        let kind = FailureKind::TooManyInterim;
                        return Err(Failure::lost(kind, Stage::Http, message));
                    }
                }
                return Ok(head);
            }
            if self.buffer.len() > LONGEST_HEAD {
                return Err(too_large("the answer's header is larger than 64 KiB"));
            }
            let nothing_yet = self.buffer.is_empty();
            if self.fill().await == 0 {
                return Err(if nothing_yet {
                    Failure::lost(FailureKind::NoAnswer, Stage::Http, NO_ANSWER)
                } else {
                    let message = "the connection ended in the middle of the answer's header";
                    Failure::lost(FailureKind::Reset, Stage::Http, message)
                });
            }
        }
    }

    /// Reads the body that belongs to `head`.
    async fn finish(
        mut self,
        head: Head,
        request: &RawRequest<'_>,
        continued: bool,
    ) -> Result<RawResponse, Failure> {
        let bodiless = request.expects_no_body || matches!(head.status, 204 | 304);
        let is_packed = head.all("content-encoding").next().is_some();
        let keeps = if is_packed {
            request.read_limit
        } else {
            request.keeps
        };
        let mut body = Gather::new(request.read_limit, keeps);
        if bodiless {
            // The answer has no body.
        } else if head
            .all("transfer-encoding")
            .any(|value| value.to_ascii_lowercase().contains("chunked"))
        {
            self.chunked(&mut body).await?;
        } else if let Some(length) = content_length(&head)? {
            self.exactly(length, &mut body).await?;
        } else {
            self.until_closed(&mut body).await;
        }
        let listens = request.manner == Manner::Listening && !head.closes() && !body.overruns();
        Ok(RawResponse {
            has_surplus: listens && self.has_surplus().await,
            status: head.status,
            headers: head.headers,
            body: body.body(),
            continued,
        })
    }

    /// Returns whether bytes follow the end of an answer.
    async fn has_surplus(&mut self) -> bool {
        if self.buffer.is_empty() {
            // The server may also close the connection, or do nothing.
            let _ = tokio::time::timeout(LISTENS, self.fill()).await;
        }
        !self.buffer.is_empty()
    }

    async fn exactly(&mut self, length: u64, body: &mut Gather) -> Result<(), Failure> {
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        let read = wanted.min(body.room());
        self.pass_on(read, body).await?;
        if wanted > read {
            body.overran();
        }
        Ok(())
    }

    async fn until_closed(&mut self, body: &mut Gather) {
        loop {
            let is_taken = body.take(&self.buffer);
            self.buffer.clear();
            if !is_taken || self.fill().await == 0 {
                return;
            }
        }
    }

    async fn chunked(&mut self, body: &mut Gather) -> Result<(), Failure> {
        let mut extensions = 0;
        loop {
            let line = self.line().await?;
            let (size, extension) = chunk_of(&line).ok_or_else(bad_chunks)?;
            extensions += extension;
            if extensions > LONGEST_SURPLUS {
                return Err(bad_chunks());
            }
            if size == 0 {
                return self.trailers().await;
            }
            let read = size.min(body.room());
            self.pass_on(read, body).await?;
            if read < size || body.room() == 0 {
                body.overran();
                return Ok(());
            }
            if !self.line().await?.is_empty() {
                return Err(bad_chunks());
            }
        }
    }

    /// Reads the fields after the last chunk up to the empty line: without it, a client waits for
    /// the end of the body.
    async fn trailers(&mut self) -> Result<(), Failure> {
        let mut length = 0;
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(());
            }
            length += line.len();
            if length > LONGEST_SURPLUS || !line.contains(&b':') {
                return Err(bad_chunks());
            }
        }
    }

    /// Passes this many bytes on as they arrive.
    async fn pass_on(&mut self, bytes: usize, body: &mut Gather) -> Result<(), Failure> {
        let mut left = bytes;
        while left > 0 {
            if self.buffer.is_empty() && self.fill().await == 0 {
                return Err(Failure::lost(
                    FailureKind::BodyEnded,
                    Stage::Http,
                    BODY_ENDED,
                ));
            }
            let part = left.min(self.buffer.len());
            body.take(&self.buffer[..part]);
            self.buffer.drain(..part);
            left -= part;
        }
        Ok(())
    }

    /// Returns a line of the chunked coding without its end.
    async fn line(&mut self) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<_> = self.buffer.drain(..=end).collect();
                let line = line.strip_suffix(b"\r\n").ok_or_else(bad_chunks)?;
                return Ok(line.to_vec());
            }
            if self.buffer.len() > 2 * LONGEST_SURPLUS {
                return Err(bad_chunks());
            }
            if self.fill().await == 0 {
                return Err(Failure::lost(
                    FailureKind::BodyEnded,
                    Stage::Http,
                    BODY_ENDED,
                ));
            }
        }
    }
}

/// Returns the size of a chunk and the length of its extensions, from its first line.
fn chunk_of(line: &[u8]) -> Option<(usize, usize)> {
    let end = line.iter().position(|byte| *byte == b';');
    let (size, extensions) = line.split_at(end.unwrap_or(line.len()));
    let digits = std::str::from_utf8(size.trim_ascii_end()).ok()?;
    // The conversion would also accept a sign.
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = usize::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some((size, extensions.len()))
}

/// The message for an answer without a status line, or with a malformed field.
pub(super) const NOT_HTTP: &str = "the answer is not HTTP";
/// The message if nothing was received.
pub(super) const NO_ANSWER: &str = "the server closed the connection without an answer";
/// The message for a body that is shorter than announced.
pub(super) const BODY_ENDED: &str = "the connection ended in the middle of the answer's body";

/// Returns the failure of a body whose chunks cannot be read.
pub(super) fn bad_chunks() -> Failure {
    let message = "the answer's chunks are malformed";
    Failure::lost(FailureKind::BadChunks, Stage::Http, message)
}

fn not_http(message: &str) -> Failure {
    Failure::lost(FailureKind::NotHttp, Stage::Http, message)
}

fn too_large(message: &str) -> Failure {
    Failure::lost(FailureKind::HeaderTooLarge, Stage::Http, message)
}

fn parse_head(buffer: &[u8]) -> Result<Option<(Head, usize)>, Failure> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(buffer) {
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(length)) => {
            let headers = response.headers.iter().map(|field| {
                (
                    field.name.to_ascii_lowercase(),
                    String::from_utf8_lossy(field.value).into_owned(),
                )
            });
            let head = Head {
                status: response.code.unwrap_or(0),
                headers: headers.collect(),
            };
            Ok(Some((head, length)))
        }
        Err(httparse::Error::TooManyHeaders) => {
            Err(too_large("the answer has more than 128 header fields"))
        }
        Err(_) => Err(not_http(NOT_HTTP)),
    }
}

fn content_length(head: &Head) -> Result<Option<u64>, Failure> {
    let fields = head.all("content-length");
    // Equal values may also be joined in one field. Source: RFC 9110 section 8.6.
    let mut lengths = fields.flat_map(|field| field.split(',')).map(str::trim);
    let Some(first) = lengths.next() else {
        return Ok(None);
    };
    if lengths.any(|other| other != first) {
        return Err(not_http("the answer has two Content-Lengths"));
    }
    // The conversion would also accept a sign.
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    let length = first.parse().ok().filter(|_| is_number);
    let no_number = || not_http("the answer's Content-Length is not a number");
    length.map(Some).ok_or_else(no_number)
}

#[cfg(test)]
mod tests;
