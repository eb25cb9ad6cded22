//! One gateway a data folder: what a gateway keeps in its own memory (who has which session, what a token says) must not
//! be kept twice over the same SQLite file. Programs that only open the store, as `astra token` does, take no lock.

use std::fs::{File, TryLockError};
use std::path::Path;

/// The right to serve a data folder; it ends with this value, or with the process, however that dies.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of `data_dir`, which must exist; `None` if another gateway has it.
    ///
    /// # Errors
    /// If the lock file cannot be written.
    pub fn take(data_dir: &Path) -> std::io::Result<Option<Self>> {
        let path = data_dir.join("astra.lock");
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(fault)) => Err(fault),
        }
    }
}

impl FolderLock {
    /// Whether a gateway serves `data_dir` now. Makes no file; where there is none, no gateway has begun.
    #[must_use]
    pub fn is_taken(data_dir: &Path) -> bool {
        let Ok(file) = File::open(data_dir.join("astra.lock")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_served_once_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let take = || FolderLock::take(folder.path()).expect("a lock file");
        let first = take();
        assert!(first.is_some() && take().is_none() && FolderLock::is_taken(folder.path()));
        drop(first);
        assert!(!FolderLock::is_taken(folder.path()));
        assert!(take().is_some());
        FolderLock::take(&folder.path().join("missing")).expect_err("there is no such folder");
    }
}
