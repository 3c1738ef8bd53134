//! A port on which nothing listens but a server that is given it.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpSocket;

/// A free port on loopback: the system gives it to nobody else, neither to a server that asks for
/// any port nor to a connection.
///
/// It is bound, but nothing listens on it. A server that sets `SO_REUSEADDR`, as this socket does,
/// may bind it too. A port that is only looked up, or that a server has left, may go to a server of
/// another test, which then answers.
pub struct Reserved(TcpSocket);

impl Reserved {
    pub fn free() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("an option of sockets");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(any).expect("a free port");
        Self(socket)
    }

    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("its address")
    }
}
