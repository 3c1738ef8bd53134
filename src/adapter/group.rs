//! A process and all processes that it started, which end together.

use std::time::Duration;
use tokio::process::Child;

/// Ends every group that still runs, for a process that exits without cleaning up.
pub fn kill_all() {
    platform::kill_all();
}

/// The process group of a child. Its leader must not be reaped before the last
/// [`kill`](Self::kill), because the number could then belong to another process.
pub(crate) struct Group(platform::Group);

impl Group {
    pub(crate) fn of(child: &Child) -> Self {
        Self(platform::Group::of(child))
    }

    /// Kills what is left of the group. Only the first call has an effect.
    pub(crate) fn kill(&mut self) {
        self.0.kill();
    }

    /// Waits until the leader has ended.
    pub(super) async fn gone(&self) {
        const STEP: Duration = Duration::from_millis(50);
        while self.0.how_it_ended().is_none() {
            tokio::time::sleep(STEP).await;
        }
    }

    /// Returns how the leader ended, within `limit`. It remains a zombie, so its number cannot be
    /// reused.
    pub(super) async fn wait_without_reaping(&self, limit: Duration) -> Option<String> {
        const STEP: Duration = Duration::from_millis(10);
        let end = tokio::time::Instant::now() + limit;
        loop {
            if let Some(how) = self.0.how_it_ended() {
                return Some(how);
            }
            if tokio::time::Instant::now() >= end {
                return None;
            }
            tokio::time::sleep(STEP).await;
        }
    }
}

#[cfg(unix)]
mod platform {
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
    use std::collections::BTreeSet;
    use std::sync::{Mutex, PoisonError};
    use tokio::process::Child;

    /// The groups that still run.
    static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

    fn groups() -> std::sync::MutexGuard<'static, BTreeSet<i32>> {
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn kill_all() {
        for leader in std::mem::take(&mut *groups()) {
            Group(Pid::from_raw(leader)).signal();
        }
    }

    pub(super) struct Group(Option<Pid>);

    impl Group {
        pub(super) fn of(child: &Child) -> Self {
            let leader = child.id().and_then(|id| i32::try_from(id).ok());
            groups().extend(leader);
            Self(leader.and_then(Pid::from_raw))
        }

        pub(super) fn kill(&mut self) {
            self.signal();
            if let Some(leader) = self.0.take() {
                groups().remove(&leader.as_raw_pid());
            }
        }

        fn signal(&self) {
            if let Some(leader) = self.0 {
                // This fails if no process is left.
                let _ = kill_process_group(leader, Signal::KILL);
            }
        }

        pub(super) fn how_it_ended(&self) -> Option<String> {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
            let status = waitid(WaitId::Pid(self.0?), options).ok()??;
            let exit = status
                .exit_status()
                .map(|code| format!("exit status {code}"));
            exit.or_else(|| {
                status
                    .terminating_signal()
                    .map(|signal| format!("killed by signal {signal}"))
            })
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use tokio::process::Child;

    pub(super) fn kill_all() {}

    /// Nothing: the child itself is killed when it is dropped.
    pub(super) struct Group;

    impl Group {
        pub(super) fn of(_: &Child) -> Self {
            Self
        }

        pub(super) fn kill(&mut self) {}

        pub(super) fn how_it_ended(&self) -> Option<String> {
            None
        }
    }
}
