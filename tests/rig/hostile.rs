//! The rig's server under more load than any client makes: it stays small, keeps its logs short,
//! and answers afterwards.

use crate::by_hand::Program;
use crate::client::tls;
use crate::runtime;
use libtest_mimic::{Completion, Failed};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The most memory that it may use, in KiB.
const MOST_MEMORY: u64 = 256 * 1024;
/// The longest log of a case, in bytes.
const MOST_LOG: u64 = 1024 * 1024;
const CASE: &str = "rig.backup.first";

pub fn survives() -> Result<Completion, Failed> {
    if !Path::new("/proc/self/status").is_file() {
        return Ok(Completion::ignored_with(
            "there is no /proc to read the memory from",
        ));
    }
    let folder = tempfile::tempdir()?;
    let kept = folder.path().join("kept");
    let kept_name = kept.to_string_lossy().into_owned();
    let mut program = Program::start(&["--only", CASE, "--dir", &kept_name, "--timeout", "600"])?;
    let url = reqwest::Url::parse(&program.after("server  ")?)?;
    let credentials = program.after("user  ")?;
    let (user, password) = credentials
        .split_once("  password  ")
        .ok_or("no password")?;
    let address = SocketAddr::from(([127, 0, 0, 1], url.port().ok_or("no port")?));
    let root = std::fs::read(kept.join("ca.pem"))?;
    let trusted = reqwest::Certificate::from_pem(&root)?;
    let pid = program.child.id();
    let memory = runtime().block_on(async {
        connections(address).await;
        large_body(address).await;
        rapid_reset(address, &root).await;
        // It ends by itself soon after the last upload.
        let uploads = async {
            many_uploads(&url, trusted, user, password).await?;
            peak(pid)
        };
        let (closed, memory) = tokio::join!(slow_loris(address), uploads);
        if closed < PLACES {
            return Err(format!("{closed} of {PLACES} endless heads were ended").into());
        }
        memory
    })?;
    let (code, text) = program.end()?;
    let log = std::fs::metadata(kept.join(CASE).join("exchanges.txt"))?.len();
    eprintln!("hostile: {memory} KiB of memory, a log of {log} bytes");
    if code.is_some() && memory < MOST_MEMORY && log < MOST_LOG {
        Ok(Completion::Completed)
    } else {
        Err(format!("{memory} KiB, a log of {log} bytes, exit code {code:?}\n{text}").into())
    }
}

/// The highest memory use of a process, in KiB.
fn peak(pid: u32) -> Result<u64, Failed> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}

/// 10,000 connections: garbage, the beginning of a handshake, or nothing.
async fn connections(address: SocketAddr) {
    for batch in 0..50 {
        let one = |number: usize| async move {
            let Ok(mut stream) = TcpStream::connect(address).await else {
                return;
            };
            let says: &[u8] = match number % 3 {
                0 => b"\x16\x03\x01\x02\x00\x01\x00",
                1 => b"\x00\xff\r\n\r\n garbage",
                _ => b"",
            };
            // The result does not matter.
            let _ = stream.write_all(says).await;
        };
        let all = (0..200).map(|number| one(batch * 200 + number));
        futures_util::future::join_all(all).await;
    }
}

/// A body of 1 GiB, until the server stops reading.
async fn large_body(address: SocketAddr) {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return;
    };
    let id = "0".repeat(64);
    let head = format!(
        "PUT /{CASE}/backups/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n"
    );
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let part = vec![0; 1 << 16];
    for _ in 0..1 << 14 {
        let sent = tokio::time::timeout(Duration::from_secs(30), stream.write_all(&part)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// 20,000 streams of HTTP/2 that are reset at once.
async fn rapid_reset(address: SocketAddr, root: &[u8]) {
    let mut config = tls(root, |_| false).expect("the rig's own root");
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = "localhost".try_into().expect("a name");
    let Ok(stream) = TcpStream::connect(address).await else {
        return;
    };
    let Ok(stream) = connector.connect(name, stream).await else {
        return;
    };
    let Ok((sender, connection)) = h2::client::handshake(stream).await else {
        return;
    };
    let driving = tokio::spawn(connection);
    for _ in 0..20_000 {
        let Ok(mut ready) = sender.clone().ready().await else {
            break;
        };
        let request = http::Request::get(format!("https://localhost/{CASE}/config"));
        let request = request.body(()).expect("a request");
        match ready.send_request(request, true) {
            Ok((_, mut stream)) => stream.send_reset(h2::Reason::CANCEL),
            Err(_) => break,
        }
    }
    drop(sender);
    driving.abort();
}

/// How many connections the server holds open at once.
const PLACES: usize = 256;

/// More connections than the server has places, each with an endless head, until the server has
/// closed as many as it has places. Returns how many it closed.
async fn slow_loris(address: SocketAddr) -> usize {
    let closed = AtomicUsize::new(0);
    let one = || async {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            return;
        };
        let mut sent = stream.write_all(b"GET /config HTTP/1.1\r\nX-A: ").await;
        for _ in 0..60 {
            let mut answer = [0; 64];
            let read = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
            if sent.is_err() || read.is_ok() {
                closed.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if closed.load(Ordering::Relaxed) >= PLACES {
                return;
            }
            sent = stream.write_all(b"a").await;
        }
    };
    futures_util::future::join_all((0..PLACES + 44).map(|_| one())).await;
    closed.into_inner()
}

/// 300 uploads of half a MiB, each under its own ID; the last one gets the same answer as the
/// first.
async fn many_uploads(
    url: &reqwest::Url,
    root: reqwest::Certificate,
    user: &str,
    password: &str,
) -> Result<(), Failed> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([root])
        .build()?;
    let body = bytes::Bytes::from(vec![7; 512 * 1024]);
    for number in 0..300 {
        let request = client.put(format!("{url}/backups/{number:064x}"));
        let request = request.basic_auth(user, Some(password)).body(body.clone());
        let answer = request
            .timeout(Duration::from_secs(60))
            .send()
            .await
            .map_err(|error| format!("upload {number}: {error:?}"))?;
        let expected = if number < 32 { 201 } else { 507 };
        if answer.status() != expected {
            return Err(format!("upload {number}: {}", answer.status()).into());
        }
    }
    Ok(())
}
