//! A small server on loopback that does what a test specifies, on plain sockets and threads.

use super::port::Reserved;
use data_encoding::BASE64;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub const USER: &str = "safe";
pub const PASSWORD: &str = "loopback-Pa55word";
pub const CONFIG: &str = r#"{"maxBackupBytes": 524288, "retentionDays": 180}"#;

/// The field that a healthy server requires.
pub fn authorization() -> String {
    let credentials = BASE64.encode(format!("{USER}:{PASSWORD}").as_bytes());
    format!("Basic {credentials}")
}

/// How long a connection may be idle before its thread gives it up.
const STANDSTILL: Duration = Duration::from_secs(30);

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// The whole header section.
    pub head: String,
    pub body: Vec<u8>,
    /// Whether it is the first one of its connection.
    pub is_first: bool,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The backup ID, if the request is about a backup.
    pub fn backup(&self) -> Option<&str> {
        let id = self.path.rsplit_once("/backups/")?.1;
        (id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
    }

    pub fn is(&self, method: &str, end: &str) -> bool {
        self.method == method && self.path.ends_with(end)
    }
}

/// An answer with correct framing.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn write(&self, stream: &mut TcpStream, bodiless: bool) -> io::Result<()> {
        let mut bytes = format!("HTTP/1.1 {} Scripted\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        if self.status != 204 {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        if !bodiless {
            bytes.extend_from_slice(&self.body);
        }
        stream.write_all(&bytes)
    }
}

type Writer = Box<dyn FnOnce(&mut TcpStream, &Control) -> io::Result<()> + Send>;

/// What a script does with a request.
pub enum Deed {
    /// What a healthy server does.
    Healthy,
    /// Does what a healthy server does, then closes the connection without notice.
    Last,
    /// Answers.
    Reply(Reply),
    /// Does what a healthy server does, but sends this answer.
    Instead(Reply),
    /// Writes these bytes and closes.
    Raw(Vec<u8>),
    /// Writes anything and closes.
    Write(Writer),
    /// Resets the connection; data written so far may be lost.
    Reset(Vec<u8>),
    /// Keeps the connection and does not answer.
    Silence,
}

/// State that all threads of a server read.
#[derive(Default)]
pub struct Control {
    ending: AtomicBool,
}

impl Control {
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Sleeps unless the server must end.
    pub fn sleep(&self, time: Duration) -> io::Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if self.is_ending() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            std::thread::sleep(Duration::from_millis(10).min(time));
        }
        Ok(())
    }
}

/// What the server stores and has received.
#[derive(Default)]
pub struct Site {
    open: bool,
    stored: Mutex<BTreeMap<String, Vec<u8>>>,
    /// IDs that were uploaded with success at some time.
    taken: Mutex<BTreeSet<String>>,
    asked: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// What a healthy server answers, and how its store changes.
    fn healthy(&self, asked: &Asked) -> Reply {
        if !self.open && asked.header("authorization") != Some(&authorization()) {
            return Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\"");
        }
        if asked.method == "GET" && asked.path.ends_with("/config") {
            return Reply::new(200, CONFIG);
        }
        let Some(id) = asked.backup() else {
            return Reply::new(404, "");
        };
        let mut stored = lock(&self.stored);
        match asked.method.as_str() {
            "PUT" => {
                lock(&self.taken).insert(id.to_owned());
                let replaced = stored.insert(id.to_owned(), asked.body.clone()).is_some();
                Reply::new(if replaced { 204 } else { 201 }, "")
            }
            "GET" | "HEAD" => stored
                .get(id)
                .map_or_else(|| Reply::new(404, ""), |body| Reply::new(200, body.clone())),
            "DELETE" if stored.remove(id).is_some() => Reply::new(204, ""),
            "DELETE" => Reply::new(404, ""),
            _ => Reply::new(405, ""),
        }
    }
}

type Script = dyn Fn(&Asked) -> Deed + Send + Sync;

/// A server that runs until it is dropped.
pub struct Scripted {
    address: SocketAddr,
    /// Where it crashed, nobody else may answer.
    _reserved: Reserved,
    site: Arc<Site>,
    control: Arc<Control>,
    accepting: Option<JoinHandle<()>>,
}

impl Scripted {
    /// Runs `script` for every request.
    pub fn start(script: impl Fn(&Asked) -> Deed + Send + Sync + 'static) -> Self {
        Self::launch(Site::default(), Some(Arc::new(script)), |_, _| Ok(()))
    }

    /// The same, without credentials.
    pub fn open(script: impl Fn(&Asked) -> Deed + Send + Sync + 'static) -> Self {
        let site = Site {
            open: true,
            ..Site::default()
        };
        Self::launch(site, Some(Arc::new(script)), |_, _| Ok(()))
    }

    /// Handles every connection with `welcome`, without reading a request.
    pub fn unread(
        welcome: impl Fn(&mut TcpStream, &Control) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::launch(Site::default(), None, welcome)
    }

    fn launch(
        site: Site,
        script: Option<Arc<Script>>,
        welcome: impl Fn(&mut TcpStream, &Control) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let reserved = Reserved::free();
        let address = reserved.address();
        let listener = TcpListener::bind(address).expect("the reserved port takes a listener");
        let (site, control) = (Arc::new(site), Arc::new(Control::default()));
        let (shared, controlled) = (Arc::clone(&site), Arc::clone(&control));
        let welcome = Arc::new(welcome);
        let accepting = std::thread::spawn(move || {
            let mut threads = Vec::new();
            for stream in listener.incoming() {
                if controlled.is_ending() {
                    break;
                }
                let Ok(mut stream) = stream else { continue };
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let (site, control) = (Arc::clone(&shared), Arc::clone(&controlled));
                let (script, welcome) = (script.clone(), Arc::clone(&welcome));
                threads.push(std::thread::spawn(move || {
                    let _ = stream.set_nodelay(true);
                    let _ = stream.set_read_timeout(Some(Duration::from_millis(50)));
                    let _ = stream.set_write_timeout(Some(Duration::from_secs(3)));
                    // The client decides how a connection ends.
                    let _ = match script {
                        Some(script) => serve(&mut stream, &site, &control, &*script),
                        None => welcome(&mut stream, &control),
                    };
                }));
            }
            let ended: Vec<_> = threads.into_iter().map(JoinHandle::join).collect();
            assert!(ended.iter().all(Result::is_ok), "a script panicked");
        });
        Self {
            address,
            _reserved: reserved,
            site,
            control,
            accepting: Some(accepting),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/safe", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn connections(&self) -> usize {
        self.site.connections.load(Ordering::Relaxed)
    }

    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.site.asked).clone()
    }

    /// How many requests with this method have arrived.
    pub fn count(&self, method: &str) -> usize {
        lock(&self.site.asked)
            .iter()
            .filter(|asked| asked.method == method)
            .count()
    }

    /// How many different IDs were ever stored.
    pub fn ever_taken(&self) -> usize {
        lock(&self.site.taken).len()
    }

    /// The IDs that are stored now.
    pub fn stored(&self) -> BTreeSet<String> {
        lock(&self.site.stored).keys().cloned().collect()
    }

    /// The stored IDs that no request has asked to delete.
    pub fn never_deleted(&self) -> BTreeSet<String> {
        let deleted: BTreeSet<_> = lock(&self.site.asked)
            .iter()
            .filter(|asked| asked.method == "DELETE")
            .filter_map(|asked| asked.backup().map(str::to_owned))
            .collect();
        self.stored().difference(&deleted).cloned().collect()
    }
}

impl Scripted {
    /// Ends the server as a crash would, and returns the IDs of the stored backups. Nothing listens
    /// on its port until it is dropped.
    pub fn crash(&mut self) -> BTreeSet<String> {
        self.end();
        self.stored()
    }

    fn end(&mut self) {
        self.control.ending.store(true, Ordering::Relaxed);
        if let Some(accepting) = self.accepting.take() {
            // Wakes the listener.
            let _ = TcpStream::connect(self.address);
            let ended = accepting.join();
            // A second panic would abort the tests.
            assert!(
                ended.is_ok() || std::thread::panicking(),
                "a script panicked"
            );
        }
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve(
    stream: &mut TcpStream,
    site: &Site,
    control: &Control,
    script: &Script,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut is_first = true;
    while let Some(mut asked) = read_request(stream, &mut buffer, control)? {
        asked.is_first = std::mem::take(&mut is_first);
        lock(&site.asked).push(asked.clone());
        let bodiless = asked.method == "HEAD";
        match script(&asked) {
            Deed::Healthy => site.healthy(&asked).write(stream, bodiless)?,
            Deed::Last => {
                site.healthy(&asked).write(stream, bodiless)?;
                return linger(stream);
            }
            Deed::Reply(reply) => reply.write(stream, bodiless)?,
            Deed::Instead(reply) => {
                site.healthy(&asked);
                reply.write(stream, bodiless)?;
            }
            Deed::Raw(bytes) => {
                stream.write_all(&bytes)?;
                return linger(stream);
            }
            Deed::Write(write) => return write(stream, control),
            Deed::Reset(bytes) => {
                stream.write_all(&bytes)?;
                return reset(stream);
            }
            Deed::Silence => return control.sleep(STANDSTILL),
        }
    }
    Ok(())
}

/// Closes the connection properly, so that the written data arrives.
fn linger(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown(std::net::Shutdown::Write)
}

/// Closes the connection with a reset: the system refuses what the client continues to send.
fn reset(stream: &mut TcpStream) -> io::Result<()> {
    // The pause lets written data arrive; then a close without lingering sends RST.
    std::thread::sleep(Duration::from_millis(20));
    tokio::net::TcpSocket::from_std_stream(stream.try_clone()?).set_zero_linger()
}

fn read_request(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    control: &Control,
) -> io::Result<Option<Asked>> {
    let end = loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            break end + 4;
        }
        if !fill(stream, buffer, control)? {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end);
    let mut line = head.split_whitespace();
    let mut asked = Asked {
        method: line.next().unwrap_or_default().to_owned(),
        path: line.next().unwrap_or_default().to_owned(),
        head,
        body: Vec::new(),
        is_first: false,
    };
    if asked.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if asked.header("transfer-encoding").is_some() {
        loop {
            let line = take_line(stream, buffer, control)?;
            let size = usize::from_str_radix(&line, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            let mut part = take(stream, buffer, control, size + 2)?;
            part.truncate(size);
            asked.body.append(&mut part);
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = asked.header("content-length") {
        let length = length.parse().map_err(|_| io::ErrorKind::InvalidData)?;
        asked.body = take(stream, buffer, control, length)?;
    }
    Ok(Some(asked))
}

fn take_line(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    control: &Control,
) -> io::Result<String> {
    loop {
        if let Some(end) = find(buffer, b"\r\n") {
            let line = String::from_utf8_lossy(&buffer[..end]).into_owned();
            buffer.drain(..end + 2);
            return Ok(line);
        }
        if !fill(stream, buffer, control)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn take(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    control: &Control,
    length: usize,
) -> io::Result<Vec<u8>> {
    while buffer.len() < length {
        if !fill(stream, buffer, control)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let after = buffer.split_off(length);
    Ok(std::mem::replace(buffer, after))
}

/// Reads more data; returns `false` at the end.
fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>, control: &Control) -> io::Result<bool> {
    let mut part = [0; 16 * 1024];
    let began = Instant::now();
    loop {
        if control.is_ending() {
            return Ok(false);
        }
        match stream.read(&mut part) {
            Ok(0) => return Ok(false),
            Ok(read) => {
                buffer.extend_from_slice(&part[..read]);
                return Ok(true);
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                ) && began.elapsed() < STANDSTILL => {}
            Err(error) => return Err(error),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}
