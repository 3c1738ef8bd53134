//! The embedded server in this process, on its own runtime.

use super::program::wait_until;
use safe_conformance::reference::{self, Fault, Login, Options};
use std::time::Duration;
use tokio::runtime::Runtime;

pub const USER: &str = "safe";

/// A running server with its runtime; both end with it.
pub struct Reference {
    pub running: reference::Running,
    _runtime: Runtime,
}

impl Reference {
    pub fn start(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let running = runtime
            .block_on(reference::start(options))
            .expect("loopback takes a listener");
        Self {
            running,
            _runtime: runtime,
        }
    }

    /// A plain http server with this password, these faults and this delay before every answer.
    pub fn plain(password: &str, faults: &[Fault], delay: Duration) -> Self {
        Self::start(Options {
            tls: false,
            login: Login::Basic {
                user: USER.to_owned(),
                password: password.to_owned(),
            },
            faults: faults.to_vec(),
            delay,
            ..Options::default()
        })
    }

    pub fn url(&self) -> &str {
        self.running.base_url()
    }

    /// How many requests have arrived so far.
    pub fn count(&self) -> usize {
        self.running.requests().len()
    }

    /// Waits until the condition holds.
    #[track_caller]
    pub fn wait_until(&self, mut is_so: impl FnMut(&Self) -> bool) {
        wait_until(|| is_so(self));
    }

    /// Waits until requests of clients that have gone are finished.
    pub fn settle(&self) {
        let mut before = (self.count(), self.running.stored());
        wait_until(|| {
            std::thread::sleep(Duration::from_millis(120));
            let now = (self.count(), self.running.stored());
            std::mem::replace(&mut before, now) == now
        });
    }
}
