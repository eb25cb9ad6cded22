//! Folders of skills: which skills they hold, and what is wrong with those that are none.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::folder::{EntryKind, Folder, Unread};
use super::skill::{SKILL_FILES, SkillDefinition, is_skill_file};
use super::{front_matter, judge, resources};

/// Most bytes of a SKILL.md.
const SKILL_BYTES_MAX: u64 = 256 << 10;
/// Most skills of a folder.
pub const SKILLS_MAX: usize = 1000;
/// Most names in a folder of skills, with those that are none.
const NAMES_MAX: usize = 4096;

/// What a folder of skills says, by the names of the folders in it.
pub type ReadSkills = BTreeMap<String, Result<SkillDefinition, Vec<Finding>>>;

/// What a check of a folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The folder that was checked; files are named relative to it.
    pub folder: PathBuf,
    /// The ids of the skills that can be used.
    pub usable: Vec<String>,
    /// All that was found, in the order of the files.
    pub findings: Vec<Finding>,
}

/// Reads all skills of `folder`. Files and hidden folders in it are passed over.
///
/// # Errors
/// If the folder cannot be listed, or holds too much.
pub fn read_all(folder: &Path) -> io::Result<ReadSkills> {
    let folder = Folder::open(folder)?;
    let mut found = ReadSkills::new();
    for entry in folder.entries(NAMES_MAX)? {
        let Some(name) = entry.name.filter(|name| !name.starts_with('.')) else { continue };
        if matches!(entry.kind, EntryKind::File(_) | EntryKind::Other) {
            continue;
        }
        if found.len() == SKILLS_MAX {
            return Err(io::Error::other(format!("it holds more than {SKILLS_MAX} skills")));
        }
        let said = match folder.folder(&name) {
            Ok(inner) => {
                let (skill, findings) = read_one(&inner, &name);
                skill.ok_or_else(|| {
                    findings.into_iter().filter(Finding::is_error).map(|one| one.within(&name)).collect()
                })
            }
            // What is gone meanwhile is not there.
            Err(Unread::Missing) => continue,
            Err(fault) => Err(vec![Finding::error(&name, None, format!("the folder {}", fault.told(0)))]),
        };
        found.insert(name, said);
    }
    Ok(found)
}

/// Checks the skill in the folder at `path`, or each skill in it if it is a folder of skills. The path of a SKILL.md stands
/// for its folder.
///
/// # Errors
/// If the folder cannot be opened or listed.
pub fn check(path: &Path) -> io::Result<Checked> {
    let path = named(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = Folder::open(&path)?;
    let mut checked = Checked { folder: path, ..Checked::default() };
    let entries = folder.entries(NAMES_MAX)?;
    let is_skill = entries.iter().any(|entry| entry.name.as_deref().is_some_and(is_skill_file));
    let folders = entries.into_iter().filter(|entry| entry.kind == EntryKind::Folder).filter_map(|entry| entry.name);
    let skills: Vec<String> =
        folders.filter(|name| !is_skill && !name.starts_with('.') && holds_skill(&folder, name)).collect();
    if skills.is_empty() {
        checked.add(&folder, &name, None);
    }
    for name in skills.iter().take(SKILLS_MAX) {
        if let Ok(inner) = folder.folder(name) {
            checked.add(&inner, name, Some(name));
        }
    }
    if skills.len() > SKILLS_MAX {
        checked.findings.push(Finding::error(".", None, format!("the folder holds more than {SKILLS_MAX} skills")));
    }
    Ok(checked)
}

impl Checked {
    fn add(&mut self, folder: &Folder, name: &str, prefix: Option<&str>) {
        let (skill, mut findings) = read_one(folder, name);
        findings.extend(resources::list(folder).1);
        self.usable.extend(skill.map(|skill| skill.id));
        let place = |finding: Finding| match prefix {
            Some(prefix) => finding.within(prefix),
            None => finding,
        };
        self.findings.extend(findings.into_iter().map(place));
    }
}

/// The path of the folder that `path` means, with a name of its own at its end.
fn named(path: &Path) -> io::Result<PathBuf> {
    let is_skill = path.file_name().is_some_and(|name| name.to_str().is_some_and(is_skill_file));
    let folder = match path.parent() {
        Some(parent) if is_skill && !path.is_dir() => parent,
        _ => path,
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if folder.file_name().is_some() { Ok(folder.to_owned()) } else { folder.canonicalize() }
}

fn holds_skill(folder: &Folder, name: &str) -> bool {
    let Ok(entries) = folder.folder(name).and_then(|inner| inner.entries(NAMES_MAX).map_err(Unread::Io)) else {
        return false;
    };
    entries.iter().any(|entry| entry.name.as_deref().is_some_and(is_skill_file))
}

/// The skill in `folder`, whose name is `name`, and what is wrong or odd with its SKILL.md.
fn read_one(folder: &Folder, name: &str) -> (Option<SkillDefinition>, Vec<Finding>) {
    let mut file = SKILL_FILES[0];
    let mut bytes = folder.read(file, SKILL_BYTES_MAX);
    if matches!(bytes, Err(Unread::Missing)) {
        let other = folder.read(SKILL_FILES[1], SKILL_BYTES_MAX);
        if !matches!(other, Err(Unread::Missing)) {
            (file, bytes) = (SKILL_FILES[1], other);
        }
    }
    let mut findings = Vec::new();
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(fault) => {
            return (None, vec![Finding::error(file, None, format!("the file {}", fault.told(SKILL_BYTES_MAX)))]);
        }
    };
    let document = front_matter::text_of(file, &bytes).and_then(|text| {
        if text.contains("\r\n") {
            let reason = "the lines end in CR and LF: the model is given LF alone";
            findings.push(Finding::warning(file, Some(1), reason));
        }
        front_matter::parse(file, text)
    });
    let skill = match document {
        Ok(document) => judge::judge(file, name, &document, &mut findings),
        Err(finding) => {
            findings.push(finding);
            None
        }
    };
    (skill, findings)
}
