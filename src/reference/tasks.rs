//! The tasks of one server, which all end with it.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// The tasks of one server; hyper also spawns the streams of HTTP/2 through it.
#[derive(Clone, Default)]
pub(crate) struct Tasks(Arc<Mutex<Running>>);

#[derive(Default)]
struct Running {
    stopped: bool,
    tasks: JoinSet<()>,
}

impl Tasks {
    /// Runs `task`, unless the tasks were stopped.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.lock();
        while running.tasks.try_join_next().is_some() {}
        if !running.stopped {
            running.tasks.spawn(task);
        }
    }

    /// Stops all tasks, without waiting for their end.
    pub(crate) fn abort(&self) {
        let mut running = self.lock();
        running.stopped = true;
        running.tasks.abort_all();
    }

    /// Stops all tasks and waits until they have ended.
    pub(crate) async fn stop(&self) {
        self.abort();
        let mut tasks = std::mem::take(&mut self.lock().tasks);
        tasks.shutdown().await;
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> hyper::rt::Executor<F> for Tasks
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, future: F) {
        self.spawn(async move {
            future.await;
        });
    }
}
