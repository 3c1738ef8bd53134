//! One connection to one address.

use super::failure::{Failure, FailureKind};
use crate::safe::Stage;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long one address may take to accept a connection.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Connects to one address.
pub(super) async fn dial(address: SocketAddr) -> Result<TcpStream, Failure> {
    match tokio::time::timeout(CONNECT_TIME, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // With Nagle's algorithm small writes would wait for each other; a failure only costs
            // time.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => Err(of_connecting(error.kind())),
        Err(_) => Err(unreachable("no connection within 5 s")),
    }
}

/// Returns the failure for an error of an attempt to connect. The same kinds of errors may end an
/// established connection, after something was sent: this function is not for them.
pub(super) fn of_connecting(kind: std::io::ErrorKind) -> Failure {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    match kind {
        ConnectionRefused => {
            let message = "connection refused";
            Failure::lost(FailureKind::Refused, Stage::Connect, message)
        }
        NetworkUnreachable => unreachable("the network cannot be reached"),
        HostUnreachable => unreachable("the host cannot be reached"),
        _ => unreachable("no connection"),
    }
}

fn unreachable(why: &str) -> Failure {
    Failure::lost(FailureKind::Unreachable, Stage::Connect, why)
}

/// An address that drops every attempt to connect.
#[cfg(all(test, target_os = "linux"))]
pub(super) mod silent {
    use super::{Duration, SocketAddr, TcpStream};
    use tokio::net::{TcpListener, TcpSocket};

    /// A listener whose queue is full: Linux then drops each further SYN.
    pub(in crate::wire) struct Silent {
        pub(in crate::wire) address: SocketAddr,
        _listener: TcpListener,
        _queued: Vec<TcpStream>,
    }

    impl Silent {
        pub(in crate::wire) async fn at(address: SocketAddr) -> Self {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(address).expect("a free port");
            let listener = socket.listen(1).expect("it listens");
            let address = listener.local_addr().expect("an address");
            let mut queued = Vec::new();
            let patience = Duration::from_millis(300);
            while let Ok(Ok(stream)) =
                tokio::time::timeout(patience, TcpStream::connect(address)).await
            {
                queued.push(stream);
                assert!(queued.len() < 64, "the queue is never full");
            }
            Self {
                address,
                _listener: listener,
                _queued: queued,
            }
        }
    }
}
