//! Connections that are closed without an answer.

use super::behaviour::HangUp;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The state of a connection that reads no more requests.
const NO_MORE_REQUESTS: u8 = 1;
/// The state of a closed connection.
const CLOSED: u8 = 2;

/// The number of connections so far.
#[derive(Default)]
pub(in super::super) struct Lines(AtomicUsize);

/// One connection of the server.
#[derive(Clone, Default)]
pub(in super::super) struct Line {
    /// Counted from 1.
    number: usize,
    ends: Option<Ends>,
    state: Arc<AtomicU8>,
}

/// When a connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    BeforeAnswer,
    AfterAnswer,
}

/// Returns whether a connection with this number is one of every four, after the first twenty.
fn is_every_fourth(number: usize) -> bool {
    number > 20 && number.is_multiple_of(4)
}

impl Lines {
    /// Returns a new connection.
    pub(super) fn open(&self, hangs_up: Option<HangUp>) -> Line {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let ends = match hangs_up {
            Some(HangUp::AfterEachAnswer) => Some(Ends::AfterAnswer),
            Some(HangUp::OneIn(many)) if number.is_multiple_of(2 * many) => Some(Ends::AfterAnswer),
            Some(HangUp::OneIn(many)) if number.is_multiple_of(many) => Some(Ends::BeforeAnswer),
            Some(HangUp::EveryFourth) if is_every_fourth(number) => Some(Ends::BeforeAnswer),
            Some(HangUp::OneIn(_) | HangUp::EveryFourth) | None => None,
        };
        Line {
            number,
            ends,
            state: Arc::default(),
        }
    }
}

impl Line {
    /// Returns whether the connection is one of every four, after the first twenty.
    pub(in super::super) fn is_every_fourth(&self) -> bool {
        is_every_fourth(self.number)
    }

    /// Returns whether the connection ends instead of an answer.
    pub(in super::super) fn ends_before_answer(&self) -> bool {
        let ends = self.ends == Some(Ends::BeforeAnswer);
        if ends {
            self.close();
        }
        ends
    }

    /// Notes that an answer is ready, which is still sent.
    pub(in super::super) fn answered(&self) {
        if self.ends == Some(Ends::AfterAnswer) {
            self.state.store(NO_MORE_REQUESTS, Ordering::Relaxed);
        }
    }

    /// Stops all traffic of the connection.
    pub(in super::super) fn close(&self) {
        self.state.store(CLOSED, Ordering::Relaxed);
    }

    /// Returns the stream of this connection, which ends when the connection does.
    pub(in super::super) fn on<S>(&self, stream: S) -> OnLine<S> {
        OnLine {
            stream,
            line: self.clone(),
        }
    }

    fn check(&self) -> io::Result<()> {
        if self.state.load(Ordering::Relaxed) == CLOSED {
            Err(io::ErrorKind::ConnectionAborted.into())
        } else {
            Ok(())
        }
    }
}

/// A stream that ends when its connection does.
pub(in super::super) struct OnLine<S> {
    stream: S,
    line: Line,
}

impl<S: AsyncRead + Unpin> AsyncRead for OnLine<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.line.check()?;
        if this.line.state.load(Ordering::Relaxed) == NO_MORE_REQUESTS {
            // Reads the end of the stream, so that the connection ends once the answer is sent.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for OnLine<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.line.check()?;
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
