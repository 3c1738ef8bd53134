//! The peers that can be asked: child processes, or an implementation in this process.

use super::implementation::Hello;
use super::lines::shown;
use super::message::{MessageError, Reply};
use super::operation::{self, Implementation, Request};
use futures_util::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// An implementation under test, as a caller sees it.
pub trait Peer: Send + Sync {
    /// Returns the implementation's description of itself; starts it if necessary.
    fn hello(&self) -> BoxFuture<'_, Result<Hello, Breakdown>>;

    /// Sends one request. A breakdown restarts the implementation for the next request.
    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Breakdown>>;

    /// Ends the implementation.
    ///
    /// # Errors
    /// If it did not exit after `bye`.
    fn bye(&self) -> BoxFuture<'_, Result<(), Breakdown>>;
}

/// Why an implementation returned no answer.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Breakdown {
    /// It cannot be started.
    #[error("it failed to start: {0}")]
    CannotStart(String),
    /// It ended, or closed its standard output, instead of answering.
    #[error("it ended instead of answering: {how}{}", last_words(said.as_ref()))]
    Ended {
        /// How it ended: an exit status, a signal, or a panic.
        how: String,
        /// The first and last line that it wrote to standard error since the request.
        said: Option<String>,
    },
    /// It did not answer in time.
    #[error("it did not answer within {} s", limit.as_secs_f32())]
    Hung {
        /// The time limit.
        limit: Duration,
    },
    /// Its answer is invalid.
    #[error("{0}")]
    Garbage(#[from] MessageError),
    /// Its answer is too long.
    #[error("its answer is longer than {limit_bytes} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit_bytes: usize,
    },
    /// It wrote a line without a request.
    #[error("it wrote a line without a request: `{0}`; write text for people to standard error")]
    Unasked(String),
    /// It failed to start too often and is not started again.
    #[error("it failed to start {0} times in a row, so it is not started again")]
    GivenUp(u32),
    /// It did not exit after `bye`.
    #[error("it was still running {} s after `bye` and was killed", limit.as_secs_f32())]
    DoesNotGo {
        /// The time limit.
        limit: Duration,
    },
}

fn last_words(said: Option<&String>) -> String {
    said.map(|lines| format!("; last line of its standard error: `{}`", printable(lines)))
        .unwrap_or_default()
}

/// Makes the one or two lines printable; each of them is short already.
fn printable(lines: &str) -> String {
    let parts: Vec<_> = lines.split(" … ").map(shown).collect();
    parts.join(" … ")
}

/// An implementation in this process as a peer.
#[derive(Clone)]
pub struct InProcess {
    implementation: Arc<dyn Implementation>,
    /// How long an answer may take.
    limit: Option<Duration>,
}

impl InProcess {
    /// Returns the implementation as a peer.
    pub fn new(implementation: Arc<dyn Implementation>) -> Self {
        Self {
            implementation,
            limit: None,
        }
    }

    /// Limits the time of each answer. The implementation then runs on another thread, which is
    /// abandoned after that time.
    #[must_use]
    pub const fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Calls the implementation and waits for it. A panic counts as a breakdown.
    pub fn ask_here(&self, request: Request) -> Result<Reply, Breakdown> {
        let Some(limit) = self.limit else {
            return self.ask_now(request);
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        let peer = self.clone();
        std::thread::spawn(move || {
            // The receiver is gone if the answer took too long.
            let _ = sender.send(peer.ask_now(request));
        });
        receiver
            .recv_timeout(limit)
            .unwrap_or(Err(Breakdown::Hung { limit }))
    }

    fn ask_now(&self, request: Request) -> Result<Reply, Breakdown> {
        let operation = request.operation();
        let asked = AssertUnwindSafe(|| operation::ask(&*self.implementation, request));
        let reply = std::panic::catch_unwind(asked).map_err(|panic| Breakdown::Ended {
            how: format!("it panicked, {}", panic_message(&*panic)),
            said: None,
        })?;
        if let Reply::Done(output) = &reply {
            operation.check_output(output)?;
        }
        Ok(reply)
    }
}

/// Returns what a panic said, in words.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.map_or_else(
        || "saying nothing".to_owned(),
        |text| format!("`{}`", shown(text)),
    )
}

impl Peer for InProcess {
    fn hello(&self) -> BoxFuture<'_, Result<Hello, Breakdown>> {
        Box::pin(async { Ok(self.implementation.hello()) })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Breakdown>> {
        let (peer, request) = (self.clone(), request.clone());
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || peer.ask_here(request));
            asked.await.unwrap_or_else(|error| {
                Err(Breakdown::Ended {
                    how: error.to_string(),
                    said: None,
                })
            })
        })
    }

    fn bye(&self) -> BoxFuture<'_, Result<(), Breakdown>> {
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Answer, Derive, Derived, Operation, Refusal};

    /// Takes a second for each answer.
    struct Slow;

    impl Implementation for Slow {
        fn hello(&self) -> Hello {
            Hello::new("slow", "1", &[Operation::Derive])
        }

        fn derive(&self, _: Derive) -> Answer<Derived> {
            std::thread::sleep(Duration::from_secs(1));
            Err(Refusal::unsupported("not today"))
        }
    }

    #[test]
    fn an_answer_in_time_counts_and_one_that_takes_longer_does_not() {
        let ask = |limit| {
            let peer = InProcess::new(Arc::new(Slow)).within(Duration::from_millis(limit));
            let (password, id) = ("12345678".to_owned(), "ECHOECHO".to_owned());
            peer.ask_here(Request::Derive(Derive { password, id }))
        };
        assert!(matches!(ask(20), Err(Breakdown::Hung { .. })));
        assert!(ask(60_000).is_ok());
    }
}
