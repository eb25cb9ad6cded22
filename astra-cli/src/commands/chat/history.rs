//! What was said in earlier conversations, for the arrow keys: a file in the state folder that its owner alone can read,
//! a message a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::env::Environment;

/// Messages that are kept.
pub(super) const ENTRIES_MAX: usize = 1_000;
/// The end of the file that is read; a longer file is cut down to it.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// A longer message is not kept.
const ENTRY_BYTES_MAX: usize = 16 << 10;
const FILE_NAME: &str = "chat-history";

/// The messages. Where they cannot be kept, conversations go on without.
pub(super) struct History {
    path: Option<PathBuf>,
    entries: Vec<String>,
}

impl History {
    /// Reads the file of the state folder, if there is one.
    pub(super) fn open(environment: &Environment) -> Self {
        Self::at(environment.state_dir())
    }

    fn at(folder: Option<PathBuf>) -> Self {
        let path = folder.and_then(|folder| {
            make_folder(&folder).ok()?;
            Some(folder.join(FILE_NAME)).filter(|path| !is_something_else(path))
        });
        let (entries, is_whole) = path.as_deref().map_or((Vec::new(), true), read);
        let history = Self { path, entries };
        if !is_whole {
            // What cannot be cut down is cut down the next time.
            let _kept = history.rewrite();
        }
        history
    }

    /// The messages, oldest first.
    pub(super) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Keeps a message.
    pub(super) fn add(&mut self, message: &str) {
        if message.len() > ENTRY_BYTES_MAX {
            return;
        }
        let Some(path) = &self.path else { return };
        let written = open(path, OpenOptions::new().append(true).create(true))
            .and_then(|mut file| file.write_all(format!("{}\n", escaped(message)).as_bytes()));
        if written.is_err() {
            self.path = None;
        }
    }

    fn rewrite(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let draft = path.with_extension(format!("{}.draft", std::process::id()));
        let text: String = self.entries.iter().map(|entry| escaped(entry) + "\n").collect();
        let written = open(&draft, OpenOptions::new().write(true).create_new(true))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| std::fs::rename(&draft, path));
        if written.is_err() {
            let _gone = std::fs::remove_file(&draft);
        }
        written
    }
}

/// The newest messages of the file, and whether they are all of it.
fn read(path: &Path) -> (Vec<String>, bool) {
    let Ok(mut file) = File::open(path) else { return (Vec::new(), true) };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let skipped = length.saturating_sub(FILE_BYTES_MAX);
    let mut bytes = Vec::new();
    let end = file.seek(SeekFrom::Start(skipped)).and_then(|_| file.take(FILE_BYTES_MAX).read_to_end(&mut bytes));
    if end.is_err() {
        return (Vec::new(), true);
    }
    let text = String::from_utf8_lossy(&bytes);
    // The first line of a part may be half a line.
    let lines: Vec<&str> = text.lines().skip(usize::from(skipped > 0)).filter(|line| !line.is_empty()).collect();
    let newest = lines.len().saturating_sub(ENTRIES_MAX);
    (lines[newest..].iter().map(|line| unescaped(line)).collect(), skipped == 0 && newest == 0)
}

/// Whether there is something at `path` that is no plain file, such as a link.
fn is_something_else(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn escaped(message: &str) -> String {
    message.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "")
}

fn unescaped(line: &str) -> String {
    let mut message = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => message.push(if letters.next() == Some('n') { '\n' } else { '\\' }),
            letter => message.push(letter),
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_and_only_their_owner_reads_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || History::at(Some(folder.path().join("astra")));
        let mut history = open();
        for message in ["one", "two\nlines", "a \\n is no line", &"x".repeat(ENTRY_BYTES_MAX + 1)] {
            history.add(message);
        }
        assert_eq!(open().entries(), ["one", "two\nlines", "a \\n is no line"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: PathBuf| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!(mode(folder.path().join("astra")), 0o700);
            assert_eq!(mode(folder.path().join("astra/chat-history")), 0o600);
        }
    }

    #[test]
    fn the_newest_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE_NAME);
        let text: String = (0..ENTRIES_MAX + 5).map(|number| format!("{number}\n")).collect();
        std::fs::write(&file, text).expect("written");
        let history = History::at(Some(folder.path().to_owned()));
        assert_eq!((history.entries().len(), history.entries()[0].as_str()), (ENTRIES_MAX, "5"));
        assert_eq!(std::fs::read_to_string(&file).expect("read").lines().count(), ENTRIES_MAX);
        let long = format!("{}\nlast\n", "x".repeat(2 << 20));
        std::fs::write(&file, long).expect("written");
        assert_eq!(History::at(Some(folder.path().to_owned())).entries(), ["last"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = folder.path().join("elsewhere");
        std::fs::write(&elsewhere, "secret\n").expect("written");
        std::os::unix::fs::symlink(&elsewhere, folder.path().join(FILE_NAME)).expect("linked");
        let mut history = History::at(Some(folder.path().to_owned()));
        history.add("said");
        assert!(history.entries().is_empty());
        assert_eq!(std::fs::read_to_string(&elsewhere).expect("read"), "secret\n");
    }
}
