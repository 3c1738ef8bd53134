//! A client that is a function of a task.

use super::client::{Client, End, Task};
use crate::adapter::panic_message;
use crate::engine::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

/// A client that is an asynchronous function of a [`Task`].
pub struct FromFunction<F> {
    function: Arc<F>,
    limit: Duration,
}

impl<F> FromFunction<F> {
    /// Returns a client each of whose actions may take `limit`. A panic counts as a breakdown.
    pub fn new(function: F, limit: Duration) -> Self {
        let function = Arc::new(function);
        Self { function, limit }
    }
}

impl<F, Fut> Client for FromFunction<F>
where
    F: Fn(Task) -> Fut + Send + Sync + 'static,
    Fut: Future + Send + 'static,
    Fut::Output: Into<End>,
{
    fn act(&self, task: Task) -> BoxFuture<'_, End> {
        let function = Arc::clone(&self.function);
        Box::pin(async move {
            // The client has a separate task: one that blocks its thread can be abandoned. The set
            // aborts it when it is dropped.
            let mut acting = JoinSet::new();
            acting.spawn(async move { function(task).await.into() });
            match tokio::time::timeout(self.limit, acting.join_next()).await {
                Ok(Some(Ok(end))) => end,
                Ok(Some(Err(error))) => End::Broke(how_it_broke(error)),
                // It was spawned above.
                Ok(None) => End::NotSaid,
                Err(_) => End::Broke(format!(
                    "the client did not end within {} s",
                    self.limit.as_secs()
                )),
            }
        })
    }
}

fn how_it_broke(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("the client panicked, {}", panic_message(&*panic)),
        Err(error) => error.to_string(),
    }
}
