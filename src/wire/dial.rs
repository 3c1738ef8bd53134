//! One connection to one address.

use super::answer::{Failure, FailureKind};
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
        Ok(Err(error)) => {
            Err(of_connecting(error.kind()).unwrap_or_else(|| unreachable("no connection")))
        }
        Err(_) => Err(unreachable("no connection within 5 s")),
    }
}

/// Returns the failure for an error that only an attempt to connect has; `None` for others.
pub(super) fn of_connecting(kind: std::io::ErrorKind) -> Option<Failure> {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
    };
    match kind {
        ConnectionRefused => {
            let message = "connection refused";
            Some(Failure::lost(FailureKind::Refused, Stage::Connect, message))
        }
        NetworkUnreachable => Some(unreachable("the network cannot be reached")),
        HostUnreachable => Some(unreachable("the host cannot be reached")),
        NetworkDown | AddrNotAvailable => Some(unreachable("no connection")),
        _ => None,
    }
}

fn unreachable(why: &str) -> Failure {
    Failure::lost(FailureKind::Unreachable, Stage::Connect, why)
}
