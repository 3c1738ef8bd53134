//! A file that this program keeps locked.

use std::fs::{File, TryLockError};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// How often a lock is tried.
const ATTEMPTS: usize = 100;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// A file that is locked until this is dropped.
///
/// It unlocks the file itself: closing is not enough while a child process that has not yet run its
/// own program holds a copy of the descriptor, and on a busy machine that can take seconds.
#[derive(Debug)]
pub(crate) struct Locked(File);

impl Locked {
    /// Locks a file, with retries: a child process of another program holds every lock of that
    /// program for a moment. Returns nothing if the file stays locked.
    ///
    /// # Errors
    /// If the file system has no locks.
    pub(crate) fn soon(file: File) -> std::io::Result<Option<Self>> {
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Locks a file that nothing else knows yet.
    ///
    /// # Errors
    /// If it is locked, or the file system has no locks.
    pub(crate) fn at_once(file: File) -> std::io::Result<Self> {
        file.try_lock()?;
        Ok(Self(file))
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // The file is closed right after, which unlocks it where this did not.
        let _ = self.0.unlock();
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon(file: &File) -> Option<Locked> {
        Locked::soon(file.try_clone().expect("a copy")).expect("locks")
    }

    #[test]
    fn a_lock_that_is_held_for_a_moment_is_waited_for_and_another_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let holder = File::create(&path).expect("a file");
        let file = File::open(&path).expect("a file");
        let held = soon(&holder).expect("nobody else has it");
        assert!(soon(&file).is_none());
        std::thread::scope(|scope| {
            let locked = scope.spawn(|| soon(&file).is_some());
            std::thread::sleep(5 * PAUSE);
            drop(held);
            assert!(locked.join().expect("no panic"));
        });
    }

    /// A child that has not run its program yet holds such a copy.
    #[test]
    fn a_copy_of_the_descriptor_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let holder = File::create(&path).expect("a file");
        let _copy = holder.try_clone().expect("a copy");
        let file = File::open(&path).expect("a file");
        drop(Locked::at_once(holder).expect("nobody else has it"));
        file.try_lock().expect("unlocked");
    }
}
