//! The processes that work on requests: a few at once, while the others queue.

use super::super::tasks::Tasks;
use super::tempo::Tempo;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// The processes of a server.
#[derive(Clone)]
pub(super) struct Workers {
    slots: Arc<Semaphore>,
    takes: Duration,
    tempo: Tempo,
    tasks: Tasks,
}

/// A process works on a request until this is dropped, and for as long as a request takes in any
/// case: a client that goes away does not make it faster.
pub(in super::super) struct Shift {
    _ends: oneshot::Sender<()>,
}

impl Workers {
    pub(super) fn new(count: usize, takes: Duration, tempo: Tempo, tasks: Tasks) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(count)),
            takes,
            tempo,
            tasks,
        }
    }

    /// Waits until a process is free. Who goes away while waiting keeps the place in the queue.
    pub(super) async fn begin(&self) -> Shift {
        let (begins, begun) = oneshot::channel();
        let (ends, ended) = oneshot::channel::<()>();
        let workers = self.clone();
        self.tasks.spawn(async move {
            // The semaphore is never closed.
            let _slot = workers.slots.acquire().await;
            // Nobody waits any more: the work is done all the same.
            let _ = begins.send(());
            workers.tempo.sleep(workers.takes).await;
            // An error is the end, too.
            let _ = ended.await;
        });
        // An error is the end of the server.
        let _ = begun.await;
        Shift { _ends: ends }
    }
}
