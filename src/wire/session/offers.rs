//! The versions of HTTP that a server offers, which decide the versions of requests.

use super::{Offers, Session};
use crate::wire::answer::{Handshake, TlsTrouble};
use crate::wire::facet::Http;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::transcript::Key;

impl Session {
    /// Returns the versions of HTTP that the server offers, determined once.
    pub(in crate::wire) async fn offers(&self) -> Result<Offers, Failure> {
        self.offers.get_or_init(|| self.find_offers()).await.clone()
    }

    async fn find_offers(&self) -> Result<Offers, Failure> {
        if !self.facts.https {
            return Ok(Offers {
                one: true,
                two: false,
            });
        }
        match self.offered(0, &[Http::Two, Http::One]).await {
            Ok(handshake) if handshake.alpn.as_deref() == Some("h2") => {
                let one = match self.offered(1, &[Http::One]).await {
                    Ok(_) => true,
                    // No server was asked, or the transcript lacks the answer.
                    Err(TlsTrouble::Failure(failure)) if !failure.kind.is_peer() => {
                        return Err(failure);
                    }
                    // Clients trust another certificate of this name, which it sent before.
                    Err(trouble) => trouble.is_of_certificate(),
                };
                Ok(Offers { one, two: true })
            }
            Ok(_) => Ok(Offers {
                one: true,
                two: false,
            }),
            Err(trouble) => Err(crate::wire::tls::unspoken(trouble)),
        }
    }

    /// Makes the handshake with this number. A handshake without an answer is repeated once,
    /// because it does not show what the server offers; one whose certificate is not trusted more
    /// often, because some of several servers may have another.
    async fn offered(
        &self,
        number: u32,
        versions: &'static [Http],
    ) -> Result<Handshake, TlsTrouble> {
        let key = |attempt| Key {
            check: "shared.offers".to_owned(),
            variant: String::new(),
            n: number + 2 * attempt,
        };
        let mut made = self.handshake(key(0), versions).await;
        let (mut lost, mut distrusted) = (0, 0);
        loop {
            match &made {
                Err(TlsTrouble::Failure(failure)) if lost == 0 && is_lost(failure) => lost += 1,
                Err(trouble) if trouble.is_of_certificate() && distrusted < DISTRUSTED => {
                    distrusted += 1;
                }
                _ => return made,
            }
            match self.handshake(key(lost + distrusted), versions).await {
                // A transcript of an earlier version contains fewer.
                Err(TlsTrouble::Failure(failure)) if failure.kind == FailureKind::Transcript => {
                    return made;
                }
                next => made = next,
            }
        }
    }
}

/// How often a handshake is repeated because of the certificate.
const DISTRUSTED: u32 = 4;

/// Returns whether a handshake got no answer.
const fn is_lost(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::TimedOut | FailureKind::NoAnswer | FailureKind::Reset
    )
}
