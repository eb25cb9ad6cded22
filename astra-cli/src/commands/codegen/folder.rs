//! A client's folder: what this command made in it, and nothing else, is its own to change. A list in the folder tells the
//! two apart.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Component, Path};

use crate::codegen::File;
use crate::error::{Error, Result};

/// The list of the files that were made here.
const LIST: &str = ".astra-codegen";
const LIST_HEAD: &str = "# The files that `astra codegen` made in this folder; it changes and removes no others.";

/// Writes `files` into `folder` and removes those that were made before and are no more.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<()> {
    let made = made_before(folder)?;
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
        let path = folder.join(&file.path);
        // A file that stays as it is keeps its time, so that build tools see no change.
        if std::fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, &file.text));
        written.map_err(|fault| Error::new(format!("cannot write {}", path.display())).because(&fault))?;
    }
    for path in made.iter().filter(|path| files.iter().all(|file| file.path != **path)) {
        remove(&folder.join(path))?;
    }
    write_list(folder, &new.collect())
}

fn write_list(folder: &Path, paths: &BTreeSet<String>) -> Result<()> {
    let list = folder.join(LIST);
    let text = paths.iter().fold(format!("{LIST_HEAD}\n"), |text, path| format!("{text}{path}\n"));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&list, text))
        .map_err(|fault| Error::new(format!("cannot write {}", list.display())).because(&fault))
}

/// How the folder differs from `files`, a line each.
pub(super) fn changes(folder: &Path, files: &[File]) -> Result<Vec<String>> {
    let made = made_before(folder)?;
    let mut changes = Vec::new();
    for file in files {
        match std::fs::read_to_string(folder.join(&file.path)) {
            Ok(text) if text == file.text => {}
            Ok(_) => changes.push(format!("changed  {}", file.path)),
            Err(fault) if fault.kind() == ErrorKind::NotFound => changes.push(format!("missing  {}", file.path)),
            Err(fault) => {
                return Err(Error::new(format!("cannot read {}", folder.join(&file.path).display())).because(&fault));
            }
        }
    }
    let is_left = |path: &&String| files.iter().all(|file| file.path != **path) && folder.join(path).exists();
    changes.extend(made.iter().filter(is_left).map(|path| format!("left     {path}")));
    Ok(changes)
}

/// Whether the files at `paths` say what they would say anyway.
fn is_same(folder: &Path, files: &[File], paths: &[&str]) -> bool {
    let is_same = |path: &&str| {
        let text = std::fs::read_to_string(folder.join(path)).ok();
        files.iter().any(|file| file.path == **path && text.as_ref() == Some(&file.text))
    };
    paths.iter().all(is_same)
}

/// The files that an earlier run made. A path that leads out of the folder is none of them.
fn made_before(folder: &Path) -> Result<BTreeSet<String>> {
    let list = folder.join(LIST);
    let text = match std::fs::read_to_string(&list) {
        Ok(text) => text,
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound) => return Ok(BTreeSet::new()),
        Err(fault) => return Err(Error::new(format!("cannot read {}", list.display())).because(&fault)),
    };
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
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(()),
        Err(fault) => Err(Error::new(format!("cannot remove {}", path.display())).because(&fault)),
    }
}
