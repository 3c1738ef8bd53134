//! The lock of a file that this program keeps open.

use std::fs::{File, TryLockError};
use std::time::Duration;

/// How often a lock is tried.
const ATTEMPTS: usize = 100;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// Locks a file, with retries: a child process holds every lock of this one for a moment, until it
/// runs its own program. Returns whether the file is locked now.
///
/// # Errors
/// If the file system has no locks.
pub(crate) fn lock_soon(file: &File) -> std::io::Result<bool> {
    for _ in 0..ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_for_a_moment_is_waited_for_and_another_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let holder = File::create(&path).expect("a file");
        let file = File::open(&path).expect("a file");
        let lock = |file| lock_soon(file).expect("locks");
        assert!(lock(&holder));
        assert!(!lock(&file));
        std::thread::scope(|scope| {
            let locked = scope.spawn(|| lock(&file));
            std::thread::sleep(5 * PAUSE);
            holder.unlock().expect("unlocked");
            assert!(locked.join().expect("no panic"));
        });
    }
}
