//! A backup while the gateway works: one state of the database in one file, complete before it has its name.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::file::{beside, checksum, checksum_file, sync_folder_of, write_private};
use super::key_check;
use crate::auth::MasterKey;
use crate::clock::{Clock, Monotonic};
use crate::ids::TurnId;
use crate::store::{BackupRecord, Copying, Db, Error, Result};

const SALT_BYTES: usize = 16;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Its file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits, which the file of its name and `.sha256` has too.
    pub sha256: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Every change that was acknowledged before this time is in it, in milliseconds since the epoch.
    pub until_ms: i64,
    /// The newest turn in it that has ended.
    pub last_turn: Option<TurnId>,
}

/// Interrupts the copying when its caller has gone.
struct Interrupt<F: Fn()> {
    is_wanted: Arc<AtomicBool>,
    interrupt: F,
}

impl<F: Fn()> Drop for Interrupt<F> {
    fn drop(&mut self) {
        self.is_wanted.store(false, Ordering::Relaxed);
        (self.interrupt)();
    }
}

/// Where the files of a backup are while it is made.
struct Files {
    target: PathBuf,
    partial: PathBuf,
}

/// Backs the store up to the file `target`, in place of one that is there, while the gateway goes on working. `key` is the store's
/// master key, which is not in the backup. Nothing is left of a backup that fails, or whose future is dropped.
///
/// # Errors
/// [`Error::Incompatible`] on PostgreSQL, [`Error::Full`] if there is no room, [`Error::Unavailable`] if a file cannot be written.
pub async fn make(store: &Db, clock: &Arc<dyn Clock>, key: &MasterKey, target: &Path) -> Result<BackupReport> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(Error::broken)?;
    let copying = store.begin_copy()?;
    // The copy is of a state that is not older than this: what was acknowledged before is committed.
    let (until_ms, since) = (clock.now_ms(), Monotonic::new(clock));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let record = BackupRecord { until_ms, version, key_salt: salt.to_vec(), key_check: key_check(key, &salt) };
    let is_wanted = Arc::new(AtomicBool::new(true));
    let handle = copying.interrupt_handle();
    let guard = Interrupt { is_wanted: Arc::clone(&is_wanted), interrupt: move || handle.interrupt() };
    let files = Files { target: target.to_owned(), partial: beside(target, ".partial") };
    let made = tokio::task::spawn_blocking(move || files.write(copying, &record, &is_wanted));
    let (bytes, sha256, last_turn) = made.await.map_err(Error::broken)??;
    drop(guard);
    let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(BackupReport { path: target.to_owned(), bytes, sha256, duration_ms, until_ms, last_turn })
}

/// As [`make`], for a file that is not there yet.
///
/// # Errors
/// As [`make`], and [`Error::Unavailable`] if the file or one for its checksum is there.
pub async fn make_new(store: &Db, clock: &Arc<dyn Clock>, key: &MasterKey, target: &Path) -> Result<BackupReport> {
    let fault = |fault: io::Error| Error::Unavailable(format!("{}: {fault}", target.display()));
    if checksum_file(target).try_exists().map_err(fault)? {
        return Err(fault(io::ErrorKind::AlreadyExists.into()));
    }
    // Keeps the name from others until the backup has it.
    File::options().write(true).create_new(true).open(target).map_err(fault)?;
    let made = make(store, clock, key, target).await;
    if made.is_err() {
        let _ = std::fs::remove_file(target);
    }
    made
}

impl Files {
    fn write(
        &self,
        copying: Copying,
        record: &BackupRecord,
        is_wanted: &AtomicBool,
    ) -> Result<(u64, String, Option<TurnId>)> {
        let written = self.remove_partial().map_err(|fault| self.fault(&fault)).and_then(|()| {
            let last_turn = copying.write(&self.partial, record)?;
            let (bytes, sha256) = self.keep(is_wanted).map_err(|fault| self.fault(&fault))?;
            Ok((bytes, sha256, last_turn))
        });
        if written.is_err() {
            let _ = self.remove_partial();
        }
        written
    }

    /// Hands the file to the disk, and gives it its name and its checksum.
    fn keep(&self, is_wanted: &AtomicBool) -> io::Result<(u64, String)> {
        File::open(&self.partial)?.sync_all()?;
        let (sha256, bytes) = checksum(&self.partial)?;
        if !is_wanted.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let name = self.target.file_name().unwrap_or_default().to_string_lossy();
        write_private(&checksum_file(&self.target), &format!("{sha256}  {name}\n"))?;
        std::fs::rename(&self.partial, &self.target)?;
        sync_folder_of(&self.target)?;
        Ok((bytes, sha256))
    }

    fn remove_partial(&self) -> io::Result<()> {
        match std::fs::remove_file(&self.partial) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    fn fault(&self, fault: &io::Error) -> Error {
        let text = format!("{}: {fault}", self.target.display());
        if fault.kind() == io::ErrorKind::StorageFull { Error::Full(text) } else { Error::Unavailable(text) }
    }
}
