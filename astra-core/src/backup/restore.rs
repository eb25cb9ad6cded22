//! A store that is made of a backup: nothing is there before all of it is known to be good.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq as _;

use super::file::{beside, checksum, checksum_file, sync_folder_of};
use super::{DATABASE, key_check};
use crate::auth::{MasterKey, signing_keys_fault};
use crate::ids::TurnId;
use crate::store::{self, FolderLock, FoundBackup, settle_restored};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The database.
    pub path: PathBuf,
    /// Its length before the gateway uses it.
    pub bytes: u64,
    /// The SHA-256 of the backup.
    pub sha256: String,
    /// Whether a checksum was there to compare it with.
    pub is_checksum_known: bool,
    /// Every change that was acknowledged before this time is in it, in milliseconds since the epoch; `None` for a copy that was
    /// not made as a backup.
    pub until_ms: Option<i64>,
    /// The newest turn in it that has ended.
    pub last_turn: Option<TurnId>,
    /// Whether the next start of a gateway changes its schema.
    pub is_older: bool,
}

/// Why nothing was restored.
#[derive(Debug)]
pub enum RestoreError {
    /// The data folder or the file cannot be read or written.
    File(PathBuf, io::Error),
    /// A gateway serves the data folder.
    InUse(PathBuf),
    /// There is a store in the data folder; this file is of it.
    Present(PathBuf),
    /// The file is not the one that was backed up: the checksum that was expected, and its own.
    Checksum(String, String),
    /// There is no master key.
    NoKey,
    /// The backup belongs to another master key; with the signing key that shows it, if one does.
    OtherKey(Option<String>),
    /// The file is no backup that this program can use.
    Unusable(store::Error),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, fault) => write!(formatter, "{}: {fault}", path.display()),
            Self::InUse(folder) => write!(formatter, "a gateway serves the data folder {}", folder.display()),
            Self::Present(path) => write!(formatter, "there is a store already: {}", path.display()),
            Self::Checksum(expected, found) => {
                write!(
                    formatter,
                    "the file was changed or truncated: its SHA-256 is {found}, and that of the backup is {expected}"
                )
            }
            Self::NoKey => formatter.write_str("there is no master key to open it with"),
            Self::OtherKey(None) => formatter.write_str("the backup is of a store with another master key"),
            Self::OtherKey(Some(fault)) => formatter.write_str(fault),
            Self::Unusable(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for RestoreError {}

/// Makes the store of the data folder of the backup `file`. `sha256` is what the file's checksum must be; without it, what the
/// file beside it of its name and `.sha256` says. `key` is the master key of the store that was backed up. Blocks for as long as it
/// takes to copy and read the file.
///
/// # Errors
/// See [`RestoreError`]; nothing is changed then.
pub fn restore(
    file: &Path,
    data_dir: &Path,
    key: Option<&MasterKey>,
    sha256: Option<&str>,
) -> Result<Restored, RestoreError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |fault| RestoreError::File(path, fault)
    };
    File::open(file).map_err(at(file))?;
    store::make_folder(data_dir).map_err(at(data_dir))?;
    let Some(_lock) = FolderLock::take(data_dir).map_err(at(data_dir))? else {
        return Err(RestoreError::InUse(data_dir.to_owned()));
    };
    let target = data_dir.join(DATABASE);
    for ending in ["", "-wal", "-shm"] {
        let path = beside(&target, ending);
        if path.try_exists().map_err(at(&path))? {
            return Err(RestoreError::Present(path));
        }
    }
    let expected = match sha256 {
        Some(sha256) => Some(sha256.to_ascii_lowercase()),
        None => known_checksum(file).map_err(at(&checksum_file(file)))?,
    };
    let draft = beside(&target, ".restoring");
    let restored = take(file, &draft, expected.as_deref(), key).and_then(|restored| {
        std::fs::rename(&draft, &target).and_then(|()| sync_folder_of(&target)).map_err(at(&target))?;
        Ok(Restored { path: target.clone(), ..restored })
    });
    if restored.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    restored
}

/// Makes a store of a copy of the file, under the name `draft`, if it is good.
fn take(file: &Path, draft: &Path, expected: Option<&str>, key: Option<&MasterKey>) -> Result<Restored, RestoreError> {
    let of_draft = |fault| RestoreError::File(draft.to_owned(), fault);
    let sha256 = copy(file, draft).map_err(of_draft)?;
    if let Some(expected) = expected.filter(|expected| *expected != sha256) {
        return Err(RestoreError::Checksum(expected.to_owned(), sha256));
    }
    let found = FoundBackup::read(draft).map_err(RestoreError::Unusable)?;
    check_key(&found, key)?;
    settle_restored(draft).map_err(RestoreError::Unusable)?;
    File::open(draft).and_then(|draft| draft.sync_all()).map_err(of_draft)?;
    Ok(Restored {
        path: draft.to_owned(),
        bytes: std::fs::metadata(draft).map_err(of_draft)?.len(),
        sha256,
        is_checksum_known: expected.is_some(),
        until_ms: found.record.as_ref().map(|record| record.until_ms),
        last_turn: found.last_turn,
        is_older: !found.plan.pending.is_empty(),
    })
}

/// What the file beside a backup says that its checksum is.
fn known_checksum(file: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(checksum_file(file)) {
        Ok(text) => Ok(Some(text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase())),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Copies the file to one that is its owner's alone; answers the checksum of the copy.
fn copy(file: &Path, draft: &Path) -> io::Result<String> {
    let _ = std::fs::remove_file(draft);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::copy(&mut File::open(file)?, &mut options.open(draft)?)?;
    checksum(draft).map(|(sha256, _)| sha256)
}

/// Refuses a backup whose secrets `key` does not open.
fn check_key(found: &FoundBackup, key: Option<&MasterKey>) -> Result<(), RestoreError> {
    let key = key.ok_or(RestoreError::NoKey)?;
    if let Some(record) = &found.record {
        let own = key_check(key, &record.key_salt);
        if !bool::from(own.ct_eq(&record.key_check)) {
            return Err(RestoreError::OtherKey(None));
        }
    }
    match signing_keys_fault(&found.signing_keys, Some(key)) {
        Some(fault) => Err(RestoreError::OtherKey(Some(fault))),
        None => Ok(()),
    }
}
