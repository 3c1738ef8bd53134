//! Requests without an answer: which are repeated, how often, and when the server counts as
//! unreachable.

use super::tries::{CLOSURES, DISTRUSTED, Next, SMALL, Tries, of};
use crate::safe::Stage;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::halt::{Halt, Sign};
use crate::wire::live::Live;
use crate::wire::request::{LoginUse, Method, Request};
use crate::wire::target::LoginKind;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long to wait between attempts if a server no longer accepts connections, in seconds.
const CONNECT_PAUSES: [u64; 3] = [1, 2, 4];

impl Live {
    pub(super) async fn after_failure(
        &self,
        request: &Request,
        failure: &Failure,
        tries: &mut Tries,
    ) -> Next {
        let patience = &self.patience;
        let is_halted = patience.halt.get().is_some();
        // No request was sent, so that even a wrong login may be repeated.
        if failure.kind == FailureKind::Certificate && !is_halted {
            return self.after_distrust(failure, tries);
        }
        if request.method == Method::Put {
            self.disturb(request);
        }
        if request.login == LoginUse::Wrong || is_halted {
            return Next::Take;
        }
        let served = patience.served.load(Ordering::Relaxed);
        match failure.kind {
            FailureKind::NoAnswer | FailureKind::Reset => {
                self.after_closure(request, served, tries).await
            }
            FailureKind::Peer if served && failure.stage == Stage::Tls => {
                self.after_closure(request, served, tries).await
            }
            FailureKind::BodyEnded if tries.bodies == 0 => {
                tries.bodies += 1;
                self.again(Duration::ZERO)
            }
            FailureKind::TimedOut => {
                // A server with one process may wait for the next request over a kept connection.
                self.keep_no_connections().await;
                self.after_timeout(request, tries)
            }
            FailureKind::Refused | FailureKind::Unreachable if served => {
                if tries.connections < 3 {
                    let pause = of(&CONNECT_PAUSES, tries.connections);
                    tries.connections += 1;
                    return self.again(pause);
                }
                Next::Halt(Halt::LockedOut {
                    sign: Sign::NoConnection,
                    asked: request.shown(),
                })
            }
            _ => Next::Take,
        }
    }

    /// One of several servers may have another certificate: this is a finding, but no reason for
    /// others. It is one only if another connection is answered.
    pub(super) fn after_distrust(&self, failure: &Failure, tries: &mut Tries) -> Next {
        tries
            .distrusted
            .get_or_insert_with(|| failure.message.clone());
        let served = self.patience.served.load(Ordering::Relaxed);
        if served {
            self.note_distrusted(tries);
        }
        let most = if served { DISTRUSTED.1 } else { DISTRUSTED.0 };
        if tries.certificates >= most {
            return Next::Take;
        }
        tries.certificates += 1;
        self.again(Duration::from_millis(20) * tries.certificates)
    }

    /// Notes the certificate that a connection had, although another one was answered.
    pub(super) fn note_distrusted(&self, tries: &Tries) {
        if let Some(why) = &tries.distrusted {
            self.patience.untrusted.get_or_init(|| why.clone());
        }
    }

    async fn after_closure(&self, request: &Request, served: bool, tries: &mut Tries) -> Next {
        let proven =
            self.patience.accepted.get().is_some() || self.target.login.kind() == LoginKind::Open;
        // A server may close the connection after a wrong password.
        let most = if request.is_personal() && !proven {
            1
        } else if request.body_length() <= SMALL {
            CLOSURES.0
        } else {
            CLOSURES.1
        };
        if tries.closures < most {
            tries.closures += 1;
            return self.again(Duration::from_millis(20) * tries.closures);
        }
        if served
            && proven
            && self.was_served_config()
            && let Some(sign) = self.config_hidden_by().await
        {
            let asked = request.shown();
            return Next::Halt(Halt::LockedOut { sign, asked });
        }
        Next::Take
    }

    fn after_timeout(&self, request: &Request, tries: &mut Tries) -> Next {
        if tries.timeouts == 0 && !self.deaf(request).load(Ordering::Relaxed) {
            tries.timeouts += 1;
            return self.again(Duration::ZERO);
        }
        self.deaf(request).store(true, Ordering::Relaxed);
        Next::Take
    }
}
