//! One gateway a data folder: what a gateway keeps in its own memory (who has which session, what a token says) must not
//! be kept twice over the same SQLite file. Programs that only open the store, as `astra token` does, take no lock.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::error::{Error, Result};

/// The right to serve a data folder; it ends with this value, or with the process, however that dies.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of `data_dir`, which must exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if another gateway has it, or the lock file cannot be written.
    pub fn take(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("astra.lock");
        let unavailable = |fault: std::io::Error| Error::Unavailable(format!("{}: {fault}", path.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Unavailable(format!(
                "another gateway serves the data folder {}: stop it, or give this one a folder of its own",
                data_dir.display()
            ))),
            Err(TryLockError::Error(fault)) => Err(unavailable(fault)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_served_once_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = FolderLock::take(folder.path()).expect("it is free");
        let refused = FolderLock::take(folder.path()).expect_err("it is taken");
        assert!(refused.to_string().contains("another gateway serves the data folder"), "{refused}");
        drop(first);
        FolderLock::take(folder.path()).expect("it is free again");
        FolderLock::take(&folder.path().join("missing")).expect_err("there is no such folder");
    }
}
