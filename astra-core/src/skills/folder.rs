//! A folder that nothing leads out of: what is in it is opened relative to it, name by name, and no symbolic link is
//! followed. The folder itself may be reached through links: its path is the operator's.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// An open folder.
pub(super) struct Folder {
    #[cfg(unix)]
    handle: rustix::fd::OwnedFd,
    #[cfg(not(unix))]
    path: std::path::PathBuf,
}

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A regular file of so many bytes.
    File(u64),
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The name; `None` if it is not UTF-8.
    pub(super) name: Option<String>,
    pub(super) kind: EntryKind,
}

/// Why something in a folder is not read.
#[derive(Debug)]
pub(super) enum Unread {
    Missing,
    Link,
    /// It is no regular file, or no folder where one is wanted.
    OtherKind,
    TooLarge,
    Io(io::Error),
}

impl Unread {
    /// As the end of a sentence that begins with its name.
    pub(super) fn told(&self, bytes_max: u64) -> String {
        match self {
            Self::Missing => "is missing".to_owned(),
            Self::Link => "is a symbolic link, which is not followed: put the file itself there".to_owned(),
            Self::OtherKind => "is no regular file".to_owned(),
            Self::TooLarge => format!("is larger than {bytes_max} bytes"),
            Self::Io(fault) => format!("cannot be read: {fault}"),
        }
    }
}

/// Whether `name` names something within a folder: no separator, no step upwards.
pub(super) fn is_plain_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

impl Folder {
    /// The regular file `name`, at most `bytes_max` of it. A pipe is not waited for.
    pub(super) fn read(&self, name: &str, bytes_max: u64) -> Result<Vec<u8>, Unread> {
        let file = self.file(name)?;
        if !file.metadata().map_err(Unread::Io)?.is_file() {
            return Err(Unread::OtherKind);
        }
        let mut bytes = Vec::new();
        let length = file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(Unread::Io)?;
        if length as u64 > bytes_max { Err(Unread::TooLarge) } else { Ok(bytes) }
    }
}

#[cfg(unix)]
mod by_handle {
    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
    use rustix::io::Errno;

    use super::{Entry, EntryKind, File, Folder, Path, Unread, io, is_plain_name};

    const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    // A pipe that nothing writes to must not be waited for, and a terminal must not become the program's.
    const FILE: OFlags =
        OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

    impl Folder {
        /// The folder at `path`.
        pub(in crate::skills) fn open(path: &Path) -> io::Result<Self> {
            Ok(Self { handle: openat(CWD, path, FOLDER, Mode::empty())? })
        }

        /// The folder `name` in this one.
        pub(in crate::skills) fn folder(&self, name: &str) -> Result<Self, Unread> {
            self.at(name, FOLDER | OFlags::NOFOLLOW).map(|handle| Self { handle })
        }

        pub(super) fn file(&self, name: &str) -> Result<File, Unread> {
            self.at(name, FILE).map(File::from)
        }

        fn at(&self, name: &str, flags: OFlags) -> Result<rustix::fd::OwnedFd, Unread> {
            if !is_plain_name(name) {
                return Err(Unread::Missing);
            }
            openat(&self.handle, name, flags, Mode::empty()).map_err(|fault| match fault {
                Errno::NOENT => Unread::Missing,
                Errno::LOOP | Errno::MLINK => Unread::Link,
                // A link, where a folder is wanted, is no folder.
                Errno::NOTDIR if self.is_link(name) => Unread::Link,
                Errno::NOTDIR | Errno::NXIO | Errno::ISDIR => Unread::OtherKind,
                fault => Unread::Io(fault.into()),
            })
        }

        fn is_link(&self, name: &str) -> bool {
            let found = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW);
            found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Symlink)
        }

        /// What is in the folder, at most `count_max` names, in order.
        pub(in crate::skills) fn entries(&self, count_max: usize) -> io::Result<Vec<Entry>> {
            let mut entries = Vec::new();
            for entry in Dir::read_from(&self.handle)? {
                let entry = entry?;
                let name = entry.file_name();
                if matches!(name.to_bytes(), b"." | b"..") {
                    continue;
                }
                if entries.len() == count_max {
                    return Err(io::Error::other(format!("it holds more than {count_max} names")));
                }
                // What is gone meanwhile is not there.
                let Ok(found) = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
                let kind = match FileType::from_raw_mode(found.st_mode) {
                    FileType::RegularFile => EntryKind::File(u64::try_from(found.st_size).unwrap_or(u64::MAX)),
                    FileType::Directory => EntryKind::Folder,
                    FileType::Symlink => EntryKind::Link,
                    _ => EntryKind::Other,
                };
                entries.push(Entry { name: name.to_str().ok().map(str::to_owned), kind });
            }
            entries.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(entries)
        }
    }
}

/// Where folders have no handles, each name is looked at before it is opened.
#[cfg(not(unix))]
mod by_path {
    use std::fs;

    use super::{Entry, EntryKind, File, Folder, Path, Unread, io, is_plain_name};

    impl Folder {
        /// The folder at `path`.
        pub(in crate::skills) fn open(path: &Path) -> io::Result<Self> {
            if !fs::metadata(path)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            Ok(Self { path: path.to_owned() })
        }

        /// The folder `name` in this one.
        pub(in crate::skills) fn folder(&self, name: &str) -> Result<Self, Unread> {
            let (path, kind) = self.look(name)?;
            if kind == EntryKind::Folder { Ok(Self { path }) } else { Err(Unread::OtherKind) }
        }

        pub(super) fn file(&self, name: &str) -> Result<File, Unread> {
            let (path, kind) = self.look(name)?;
            if matches!(kind, EntryKind::File(_)) {
                File::open(path).map_err(Unread::Io)
            } else {
                Err(Unread::OtherKind)
            }
        }

        fn look(&self, name: &str) -> Result<(std::path::PathBuf, EntryKind), Unread> {
            if !is_plain_name(name) || name.contains(':') {
                return Err(Unread::Missing);
            }
            let path = self.path.join(name);
            let found = fs::symlink_metadata(&path).map_err(|fault| match fault.kind() {
                io::ErrorKind::NotFound => Unread::Missing,
                _ => Unread::Io(fault),
            })?;
            match kind_of(&found) {
                EntryKind::Link => Err(Unread::Link),
                kind => Ok((path, kind)),
            }
        }

        /// What is in the folder, at most `count_max` names, in order.
        pub(in crate::skills) fn entries(&self, count_max: usize) -> io::Result<Vec<Entry>> {
            let mut entries = Vec::new();
            for entry in fs::read_dir(&self.path)? {
                let entry = entry?;
                if entries.len() == count_max {
                    return Err(io::Error::other(format!("it holds more than {count_max} names")));
                }
                let Ok(found) = fs::symlink_metadata(entry.path()) else { continue };
                entries.push(Entry { name: entry.file_name().into_string().ok(), kind: kind_of(&found) });
            }
            entries.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(entries)
        }
    }

    fn kind_of(found: &fs::Metadata) -> EntryKind {
        if found.file_type().is_symlink() {
            EntryKind::Link
        } else if found.is_dir() {
            EntryKind::Folder
        } else if found.is_file() {
            EntryKind::File(found.len())
        } else {
            EntryKind::Other
        }
    }
}
