//! A client's folder: what this command made in it, and nothing else, is its own to change. A list in the folder tells the
//! two apart. A folder may be foreign, and come with a repository: no link in it is followed.

use std::collections::BTreeSet;
use std::fs::{File as Opened, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::codegen::File;
use crate::error::{Error, Result};

/// The list of the files that were made here.
const LIST: &str = ".astra-codegen";
const LIST_HEAD: &str = "# The files that `astra codegen` made in this folder; it changes and removes no others.";
/// A longer list, or a longer file, is none of this command's.
const BYTES_MAX: u64 = 32 << 20;

/// Writes `files` into `folder` and removes those that were made before and are no more.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<()> {
    let made = made_before(folder)?;
    let all = files.iter().map(|file| file.path.as_str()).chain(made.iter().map(String::as_str));
    all.into_iter().try_for_each(|path| refuse_links(folder, path))?;
    let foreign: Vec<&str> = files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| !made.contains(*path) && folder.join(path).exists())
        .collect();
    if let Some(first) = foreign.first().filter(|_| !is_same(folder, files, &foreign)) {
        return Err(Error::new(format!("{} is there already and not from this command", folder.join(first).display()))
            .hint("name an empty folder, or move that file away"));
    }
    // Before the files: what is broken off here can be done again.
    let new = files.iter().map(|file| file.path.clone());
    write_list(folder, &made.iter().cloned().chain(new.clone()).collect())?;
    for file in files {
        // A file that stays as it is keeps its time, so that build tools see no change.
        if read(folder, &file.path)?.is_some_and(|text| text == file.text) {
            continue;
        }
        put(&folder.join(&file.path), file.text.as_bytes())?;
    }
    for path in made.iter().filter(|path| files.iter().all(|file| file.path != **path)) {
        remove(&folder.join(path))?;
    }
    write_list(folder, &new.collect())
}

/// Refuses a folder that is, or lies below, a link: below the working folder each part is looked at, elsewhere the last
/// one, since systems have links of their own in the paths to their folders.
pub(super) fn refuse_linked(folder: &Path) -> Result<()> {
    let here = std::env::current_dir().unwrap_or_default();
    let below = folder.strip_prefix(&here).ok().or_else(|| folder.is_relative().then_some(folder));
    match below {
        Some(below) if folder.is_absolute() => refuse_links(&here, below),
        Some(below) => refuse_links(Path::new(""), below),
        None => refuse_link(folder),
    }
}

/// Refuses a path any part of which below `folder` is a link.
fn refuse_links(folder: &Path, path: impl AsRef<Path>) -> Result<()> {
    let mut reached = folder.to_owned();
    for part in path.as_ref().components() {
        reached.push(part);
        if matches!(part, Component::Normal(_)) {
            refuse_link(&reached)?;
        }
    }
    Ok(())
}

fn refuse_link(path: &Path) -> Result<()> {
    if std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(Error::new(format!("{} is a link, and clients are not written through links", path.display()))
            .hint("remove the link, or name another folder with --out"));
    }
    Ok(())
}

/// Puts a file in place whole. What is at `path` is replaced and never written through: a draft beside it, which must not
/// exist before, takes its name.
pub(super) fn put(path: &Path, text: &[u8]) -> Result<()> {
    let draft = draft(path);
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
        file.write_all(text)?;
        std::fs::rename(&draft, path)
    });
    written.map_err(|fault| {
        let _gone = std::fs::remove_file(&draft);
        Error::new(format!("cannot write {}", path.display())).because(&fault)
    })
}

fn draft(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.draft", std::process::id()));
    path.with_file_name(name)
}

fn write_list(folder: &Path, paths: &BTreeSet<String>) -> Result<()> {
    let text = paths.iter().fold(format!("{LIST_HEAD}\n"), |text, path| format!("{text}{path}\n"));
    put(&folder.join(LIST), text.as_bytes())
}

/// How the folder differs from `files`, a line each.
pub(super) fn changes(folder: &Path, files: &[File]) -> Result<Vec<String>> {
    let made = made_before(folder)?;
    let mut changes = Vec::new();
    for file in files {
        refuse_links(folder, &file.path)?;
        match read(folder, &file.path)? {
            Some(text) if text == file.text => {}
            Some(_) => changes.push(format!("changed  {}", file.path)),
            None => changes.push(format!("missing  {}", file.path)),
        }
    }
    let is_left = |path: &&String| files.iter().all(|file| file.path != **path) && folder.join(path).exists();
    changes.extend(made.iter().filter(is_left).map(|path| format!("left     {path}")));
    Ok(changes)
}

/// Whether the files at `paths` say what they would say anyway.
fn is_same(folder: &Path, files: &[File], paths: &[&str]) -> bool {
    let is_same = |path: &&str| {
        let text = read(folder, path).ok().flatten();
        files.iter().any(|file| file.path == **path && text.as_ref() == Some(&file.text))
    };
    paths.iter().all(is_same)
}

/// The text of a plain file; `None` if there is nothing, and an empty text for what is no text or too long for one.
fn read(folder: &Path, path: &str) -> Result<Option<String>> {
    let path = folder.join(path);
    let unreadable = |fault: std::io::Error| Error::new(format!("cannot read {}", path.display())).because(&fault);
    match std::fs::symlink_metadata(&path) {
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(fault) => return Err(unreadable(fault)),
        // Of a pipe, reading would never end.
        Ok(found) if !found.is_file() => {
            return Err(Error::new(format!("{} is no plain file", path.display()))
                .hint("move it away, or name another folder with --out"));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let read = Opened::open(&path).and_then(|file| file.take(BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(unreadable)?;
    Ok(Some(String::from_utf8(bytes).unwrap_or_default()))
}

/// The files that an earlier run made. A path that leads out of the folder is none of them.
fn made_before(folder: &Path) -> Result<BTreeSet<String>> {
    refuse_linked(folder)?;
    refuse_links(folder, LIST)?;
    let text = read(folder, LIST)?.unwrap_or_default();
    let stays_inside = |path: &&str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    Ok(text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(stays_inside)
        .map(str::to_owned)
        .collect())
}

/// Removes a file that is no more, and the folder that it leaves empty.
fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => {
            // A folder with something in it stays.
            let _kept = path.parent().map(std::fs::remove_dir);
            Ok(())
        }
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
        Err(fault) => Err(Error::new(format!("cannot remove {}", path.display())).because(&fault)),
    }
}
