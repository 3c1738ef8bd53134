//! A connection that carries requests one after the other.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection for HTTP/1.1, with or without TLS.
pub(super) trait Line: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}
