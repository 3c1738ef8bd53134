//! The processes that work on requests: a few at the same time, while the others queue.

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

/// A process is busy with a request until this is dropped, and at least for the time of a request:
/// a client that leaves does not make it faster.
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

    /// Waits until a process is free. A client that leaves keeps its place in the queue.
    pub(super) async fn begin(&self) -> Shift {
        let (begins, begun) = oneshot::channel();
        let (ends, ended) = oneshot::channel::<()>();
        let workers = self.clone();
        self.tasks.spawn(async move {
            // The semaphore is never closed.
            let _slot = workers.slots.acquire().await;
            // The work is done even if the client has left.
            let _ = begins.send(());
            workers.tempo.sleep(workers.takes).await;
            // An error also means that the request has ended.
            let _ = ended.await;
        });
        // An error means that the server has stopped.
        let _ = begun.await;
        Shift { _ends: ends }
    }
}
