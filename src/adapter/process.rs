//! An implementation under test as child processes that speak the line protocol.

use super::group::Group;
use super::implementation::Hello;
use super::lines::{self, shown};
use super::message::{MessageError, Reply};
use super::operation::Request;
use super::peer::{Breakdown, Peer};
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The limits of a process.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long one answer may take.
    pub answer: Duration,
    /// How long the process may take from its start to its answer to `hello`.
    pub start: Duration,
    /// How long the process may take to end after `bye`.
    pub end: Duration,
    /// The longest line that is accepted, in bytes.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            start: Duration::from_secs(30),
            end: Duration::from_secs(3),
            answer_bytes: 8 << 20,
        }
    }
}

/// Takes a line that the implementation wrote to standard error.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// After how many failed starts in a row a process is not started again.
const FAILED_STARTS: u32 = 3;
/// How much of standard error is kept, in bytes.
const TAIL_BYTES: usize = 4096;
/// How much of standard error is passed on line by line, in bytes; the rest is read and dropped.
const PASSED_ON_BYTES: usize = 256 << 10;
/// How long a process may take to end after it has closed its standard output.
const LAST_MOMENTS: Duration = Duration::from_millis(500);

/// One command in as many processes as needed; each answers one request at a time.
pub struct Processes {
    command: String,
    limits: Limits,
    tell: Option<Tell>,
    places: Arc<Semaphore>,
    jobs: u32,
    idle: Mutex<Idle>,
    tail: Arc<Mutex<Tail>>,
    requests: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Default)]
struct Idle {
    running: Vec<Running>,
    failed_starts: u32,
    introduced: Option<Hello>,
}

impl Processes {
    /// Returns at most `jobs` processes of `command`, which a shell runs. None is started yet.
    pub fn new(command: impl Into<String>, jobs: usize, limits: Limits) -> Self {
        let jobs = u32::try_from(jobs).unwrap_or(u32::MAX).max(1);
        Self {
            command: command.into(),
            limits,
            tell: None,
            places: Arc::new(Semaphore::new(jobs as usize)),
            jobs,
            idle: Mutex::default(),
            tail: Arc::default(),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Returns how many requests were sent, and their total size in bytes.
    pub fn asked(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.requests), count(&self.bytes))
    }

    /// Passes each line of standard error to `tell` as it arrives.
    #[must_use]
    pub fn telling(mut self, tell: Tell) -> Self {
        self.tell = Some(tell);
        self
    }

    /// Returns the last lines that any of the processes wrote to standard error.
    pub fn last_words(&self) -> Vec<String> {
        lock(&self.tail).lines()
    }

    /// Returns the implementation's description of itself, if it has sent one.
    pub fn introduced(&self) -> Option<Hello> {
        lock(&self.idle).introduced.clone()
    }

    /// Returns a process that has answered `hello`, and the place that it occupies.
    async fn running(&self) -> Result<(OwnedSemaphorePermit, Running), Breakdown> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        // The semaphore is never closed.
        let place = place.map_err(|error| Breakdown::CannotStart(error.to_string()))?;
        let failed = {
            let mut idle = lock(&self.idle);
            if let Some(running) = idle.running.pop() {
                return Ok((place, running));
            }
            idle.failed_starts
        };
        if failed >= FAILED_STARTS {
            return Err(Breakdown::GivenUp(failed));
        }
        let started = self.start().await;
        lock(&self.idle).failed_starts = if started.is_ok() { 0 } else { failed + 1 };
        Ok((place, started?))
    }

    async fn start(&self) -> Result<Running, Breakdown> {
        let mut running = Running::spawn(&self.command, &self.tail, self.tell.clone())
            .map_err(|error| Breakdown::CannotStart(error.to_string()))?;
        let limits = (self.limits.start, self.limits.answer_bytes);
        let id = running.next_id();
        let answered = running.exchange(&lines::hello(id), limits).await;
        let hello = answered.and_then(|line| Ok(lines::hello_reply(id, &line)?));
        let hello = running.or_end(hello).await?;
        lock(&self.idle).introduced = Some(hello.clone());
        running.hello = Some(hello);
        Ok(running)
    }

    fn put_back(&self, running: Running) {
        lock(&self.idle).running.push(running);
    }
}

impl Peer for Processes {
    fn hello(&self) -> BoxFuture<'_, Result<Hello, Breakdown>> {
        Box::pin(async {
            let (_place, running) = self.running().await?;
            let hello = running.hello.clone();
            self.put_back(running);
            // Every process that is put back has answered `hello`.
            hello.ok_or_else(|| Breakdown::CannotStart("it sent no `hello`".to_owned()))
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Breakdown>> {
        Box::pin(async move {
            let (_place, mut running) = self.running().await?;
            let limits = (self.limits.answer, self.limits.answer_bytes);
            let id = running.next_id();
            let line = lines::request(id, request);
            if let Some(line) = running.unasked().await {
                return running.or_end(Err(Breakdown::Unasked(line))).await;
            }
            lock(&self.tail).begin();
            self.requests.fetch_add(1, Ordering::Relaxed);
            self.bytes.fetch_add(line.len() as u64, Ordering::Relaxed);
            let answered = running.exchange(&line, limits).await;
            let reply = answered.and_then(|line| Ok(lines::reply(id, request.operation(), &line)?));
            // An output in the wrong form affects this request only: the process can continue.
            if let Err(Breakdown::Garbage(MessageError::WrongForm { .. })) | Ok(_) = &reply {
                self.put_back(running);
                return reply;
            }
            running.or_end(reply).await
        })
    }

    fn bye(&self) -> BoxFuture<'_, Result<(), Breakdown>> {
        Box::pin(async {
            // Holding all places means that no request is under way.
            let places = Arc::clone(&self.places).acquire_many_owned(self.jobs).await;
            let leaving = std::mem::take(&mut lock(&self.idle).running);
            let mut worst = Ok(());
            for running in leaving {
                worst = worst.and(running.bye(&self.limits).await);
            }
            drop(places);
            worst
        })
    }
}

/// One process. When dropped, it is killed with all processes that it started.
struct Running {
    child: Child,
    group: Group,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    errors: tokio::task::JoinHandle<()>,
    tail: Arc<Mutex<Tail>>,
    hello: Option<Hello>,
    last_id: u64,
}

impl Running {
    fn spawn(command: &str, tail: &Arc<Mutex<Tail>>, tell: Option<Tell>) -> std::io::Result<Self> {
        let mut shell = shell(command);
        shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        shell.process_group(0);
        let mut child = shell.spawn()?;
        let missing = || std::io::Error::other("a pipe is missing");
        let requests = child.stdin.take().ok_or_else(missing)?;
        let answers = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        lock(tail).begin();
        Ok(Self {
            group: Group::of(&child),
            child,
            requests,
            answers: BufReader::new(answers),
            errors: tokio::spawn(listen(errors, Arc::clone(tail), tell)),
            tail: Arc::clone(tail),
            hello: None,
            last_id: 0,
        })
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Sends a line and reads the answer.
    async fn exchange(
        &mut self,
        request: &str,
        (limit, limit_bytes): (Duration, usize),
    ) -> Result<Vec<u8>, Breakdown> {
        let line = format!("{request}\n");
        match timeout(limit, self.line_for(&line, limit_bytes)).await {
            Err(_) => Err(Breakdown::Hung { limit }),
            Ok(Err(error)) => Err(Breakdown::Ended {
                how: error.to_string(),
                said: None,
            }),
            Ok(Ok(Line::Whole(line))) => Ok(line),
            Ok(Ok(Line::TooLong)) => Err(Breakdown::TooLarge { limit_bytes }),
            Ok(Ok(Line::End)) => Err(self.ended().await),
        }
    }

    /// Writes `request` and reads a line.
    async fn line_for(&mut self, request: &str, limit_bytes: usize) -> std::io::Result<Line> {
        let (requests, answers, group) = (&mut self.requests, &mut self.answers, &self.group);
        // At the same time: a process may begin to answer before it has read everything.
        let both = async {
            let write = async {
                let written = requests.write_all(request.as_bytes()).await;
                // A closed pipe also shows when the answer is read, with a better error.
                let _ = written.and(requests.flush().await);
            };
            tokio::join!(write, line_of(answers, limit_bytes)).1
        };
        tokio::pin!(both);
        // Its child processes may keep its standard output open after it has ended.
        tokio::select! {
            line = &mut both => line,
            () = group.gone() => timeout(LAST_MOMENTS, &mut both).await.unwrap_or(Ok(Line::End)),
        }
    }

    /// Returns what the process wrote before a request was sent.
    async fn unasked(&mut self) -> Option<String> {
        let buffered = timeout(Duration::ZERO, self.answers.fill_buf()).await;
        match buffered {
            Ok(Ok(bytes)) if !bytes.is_empty() => {
                Some(shown(String::from_utf8_lossy(bytes).trim()))
            }
            _ => None,
        }
    }

    /// Returns how the process ended, after its standard output has ended.
    async fn ended(&mut self) -> Breakdown {
        let how = match self.group.wait_without_reaping(LAST_MOMENTS).await {
            Some(how) => how,
            None => "it closed its standard output".to_owned(),
        };
        self.group.kill();
        // Its last output to standard error may still arrive.
        let _ = timeout(LAST_MOMENTS, &mut self.errors).await;
        Breakdown::Ended {
            how,
            said: lock(&self.tail).first_and_last_line(),
        }
    }

    /// Returns `result`; a breakdown also ends the process.
    async fn or_end<T>(&mut self, result: Result<T, Breakdown>) -> Result<T, Breakdown> {
        if result.is_err() {
            self.group.kill();
            // It was killed, so this takes no time; otherwise the runtime reaps it later.
            let _ = timeout(LAST_MOMENTS, self.child.wait()).await;
        }
        result
    }

    /// Asks the process to exit, and kills it if it does not.
    async fn bye(mut self, limits: &Limits) -> Result<(), Breakdown> {
        let id = self.next_id();
        let answered = self
            .exchange(&lines::bye(id), (limits.answer, limits.answer_bytes))
            .await
            .and_then(|line| Ok(lines::any_reply(id, &line)?));
        if answered.is_ok() && self.group.wait_without_reaping(limits.end).await.is_none() {
            return self
                .or_end(Err(Breakdown::DoesNotGo { limit: limits.end }))
                .await;
        }
        self.or_end(answered.map(|_| ())).await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.group.kill();
        self.errors.abort();
    }
}

#[cfg(unix)]
pub(crate) fn shell(command: &str) -> tokio::process::Command {
    let mut shell = tokio::process::Command::new("/bin/sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(not(unix))]
pub(crate) fn shell(command: &str) -> tokio::process::Command {
    let mut shell = tokio::process::Command::new("cmd");
    shell.args(["/C", command]);
    shell
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
    End,
}

async fn line_of(from: &mut (impl AsyncBufRead + Unpin), limit: usize) -> std::io::Result<Line> {
    let mut line = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    from.take(most).read_until(b'\n', &mut line).await?;
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Line::Whole(line));
    }
    Ok(if line.len() > limit {
        Line::TooLong
    } else {
        Line::End
    })
}

/// Reads standard error to its end, whatever it contains.
async fn listen(errors: ChildStderr, tail: Arc<Mutex<Tail>>, tell: Option<Tell>) {
    let mut errors = BufReader::new(errors);
    let mut passed_on = 0;
    let mut line = Vec::new();
    // A line without an end is read in pieces.
    while let Ok(1..) = (&mut errors)
        .take(TAIL_BYTES as u64)
        .read_until(b'\n', &mut line)
        .await
    {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        lock(&tail).add(text);
        passed_on += line.len();
        if let Some(tell) = tell.as_ref().filter(|_| passed_on <= PASSED_ON_BYTES) {
            tell(text);
        }
        line.clear();
    }
}

/// The last lines of standard error.
#[derive(Default)]
struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
    /// How many of the last lines came since the current request.
    current: usize,
}

impl Tail {
    fn add(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        self.current += 1;
        self.bytes += line.len();
        self.lines.push_back(line.to_owned());
        while self.bytes > TAIL_BYTES && self.lines.len() > 1 {
            self.bytes -= self.lines.pop_front().map_or(0, |line| line.len());
        }
    }

    /// Attributes all further lines to the next request.
    fn begin(&mut self) {
        self.current = 0;
    }

    /// Returns the first and the last line since the request: in a stack trace these name the error
    /// and its place.
    fn first_and_last_line(&self) -> Option<String> {
        let current = self.current.min(self.lines.len());
        let mut lines = self.lines.iter().skip(self.lines.len() - current);
        let first = lines.next()?;
        Some(match lines.next_back() {
            Some(last) => format!("{} … {}", shown(first), shown(last)),
            None => first.clone(),
        })
    }

    fn lines(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
