//! The harness's own hellos, whose unencrypted answers show what a library hides.

use super::{Inspector, silence_of};
use crate::wire::tls::hello::{Flight, Hello, MOST_OF_FLIGHT, Progress, Reader};
use crate::wire::tls::inspection::{Answered, Silence, Version};
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The result of one of the harness's own hellos.
pub(super) struct Probed {
    pub(super) answered: Answered,
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) too_long: Option<usize>,
    pub(super) stapled: bool,
    pub(super) timestamps: bool,
    pub(super) asks_certificate: bool,
}

impl Probed {
    fn of(flight: Flight, silence: Silence) -> Self {
        let answered = match (flight.hello, flight.alert) {
            (Some((version, suite)), _) => Answered::Hello { version, suite },
            (None, Some(alert)) => Answered::Alert(alert),
            (None, None) => Answered::Nothing(silence),
        };
        Self {
            answered,
            chain: flight.chain,
            too_long: flight.too_long,
            stapled: flight.stapled,
            timestamps: flight.timestamps,
            asks_certificate: flight.asks_certificate,
        }
    }
}

impl Inspector<'_> {
    /// Sends the harness's own hello and reads the unencrypted answer; with `whole` also the
    /// certificates.
    ///
    /// A connection that closes silently is tried once more, because a busy server may also do
    /// that.
    pub(super) async fn probe(
        &self,
        address: SocketAddr,
        version: Version,
        suites: &[u16],
        whole: bool,
    ) -> Probed {
        let hello = Hello {
            version,
            suites,
            server_name: Some(self.host).filter(|host| host.parse::<IpAddr>().is_err()),
        };
        let first = self.probe_once(address, hello, whole).await;
        match first.answered {
            Answered::Nothing(Silence::Closed | Silence::Reset) => {
                let second = self.probe_once(address, hello, whole).await;
                if second.answered == Answered::Nothing(Silence::NotAsked) {
                    first
                } else {
                    second
                }
            }
            _ => first,
        }
    }

    async fn probe_once(&self, address: SocketAddr, hello: Hello<'_>, whole: bool) -> Probed {
        let mut reader = Reader::default();
        // `dial` has its own limit.
        let stream = match self.connect(address).await {
            Ok(stream) => stream,
            Err(silence) => return Probed::of(reader.flight, silence),
        };
        let read = read_flight(stream, hello, whole, &mut reader);
        let silence = match tokio::time::timeout(self.timeout, read).await {
            Ok(Ok(())) => Silence::Closed,
            Ok(Err(silence)) => silence,
            Err(_) => Silence::TimedOut,
        };
        Probed::of(reader.flight, silence)
    }
}

async fn read_flight(
    mut stream: TcpStream,
    hello: Hello<'_>,
    whole: bool,
    reader: &mut Reader,
) -> Result<(), Silence> {
    let mut random = [0; 96];
    // The randomness protects no secret, so the hello works without it.
    let _ = getrandom::fill(&mut random);
    let silence = |error: io::Error| silence_of(&error);
    stream
        .write_all(&hello.to_record(&random))
        .await
        .map_err(silence)?;
    let mut buffer = vec![0; MOST_OF_FLIGHT.min(16 * 1024)];
    loop {
        let count = stream.read(&mut buffer).await.map_err(silence)?;
        if count == 0 {
            return Ok(());
        }
        let progress = reader.feed(&buffer[..count])?;
        if progress == Progress::Done || (!whole && reader.has_hello()) {
            return Ok(());
        }
    }
}
