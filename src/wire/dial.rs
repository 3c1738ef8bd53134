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
    let unreachable = |why: &str| Failure::lost(FailureKind::Unreachable, Stage::Connect, why);
    match tokio::time::timeout(CONNECT_TIME, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // With Nagle's algorithm small writes would wait for each other; a failure only costs
            // time.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => Err(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => refused(),
            std::io::ErrorKind::NetworkUnreachable => unreachable("the network cannot be reached"),
            std::io::ErrorKind::HostUnreachable => unreachable("the host cannot be reached"),
            _ => unreachable("no connection"),
        }),
        Err(_) => Err(unreachable("no connection within 5 s")),
    }
}

/// Returns the failure of a refused connection.
pub(super) fn refused() -> Failure {
    Failure::lost(FailureKind::Refused, Stage::Connect, "connection refused")
}
