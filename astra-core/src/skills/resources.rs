//! The files beside SKILL.md: listed and read, within bounds, and never out of the skill's folder.

use super::finding::Finding;
use super::folder::{EntryKind, Folder, Unread, is_plain_name};
use super::skill::is_skill_file;

/// Most files of a skill that are listed.
const RESOURCES_MAX: usize = 1000;
/// Most names of one folder.
const NAMES_MAX: usize = 4096;
/// How deep folders may lie in each other.
const DEPTH_MAX: usize = 8;
/// Most bytes of a resource.
const RESOURCE_BYTES_MAX: u64 = 1 << 20;

/// A file beside SKILL.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its path in the skill's folder, with `/` between the names.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
}

/// A walk through a skill's folder.
#[derive(Default)]
struct Walk {
    found: Vec<Resource>,
    findings: Vec<Finding>,
    is_cut: bool,
}

/// The resources in `folder`, in the order of their paths, and what is not offered of what lies there. Hidden files are
/// passed over.
pub(super) fn list(folder: &Folder) -> (Vec<Resource>, Vec<Finding>) {
    let mut walk = Walk::default();
    walk.through(folder, "", 0);
    if walk.is_cut {
        let reason = format!("more than {RESOURCES_MAX} files: the rest is not listed");
        walk.findings.push(Finding::warning(".", None, reason));
    }
    walk.found.sort_by(|one, other| one.path.cmp(&other.path));
    (walk.found, walk.findings)
}

impl Walk {
    fn through(&mut self, folder: &Folder, above: &str, depth: usize) {
        let entries = match folder.entries(NAMES_MAX) {
            Ok(entries) => entries,
            Err(fault) => {
                let place = if above.is_empty() { "." } else { above.trim_end_matches('/') };
                return self.leave_out(place, &format!("cannot be listed: {fault}"));
            }
        };
        for entry in entries {
            let Some(name) = entry.name.filter(|name| !name.starts_with('.')) else { continue };
            if depth == 0 && is_skill_file(&name) {
                continue;
            }
            if self.found.len() == RESOURCES_MAX {
                self.is_cut = true;
                return;
            }
            let path = format!("{above}{name}");
            match entry.kind {
                EntryKind::File(bytes) if bytes > RESOURCE_BYTES_MAX => {
                    self.leave_out(&path, &Unread::TooLarge.told(RESOURCE_BYTES_MAX));
                }
                EntryKind::File(bytes) if is_plain_name(&name) => self.found.push(Resource { path, bytes }),
                EntryKind::Folder if depth == DEPTH_MAX => {
                    self.leave_out(&path, &format!("lies deeper than {DEPTH_MAX} folders"));
                }
                EntryKind::Folder => match folder.folder(&name) {
                    Ok(inner) => self.through(&inner, &format!("{path}/"), depth + 1),
                    Err(fault) => self.leave_out(&path, &fault.told(0)),
                },
                EntryKind::Link => self.leave_out(&path, &Unread::Link.told(0)),
                EntryKind::File(_) | EntryKind::Other => self.leave_out(&path, &Unread::OtherKind.told(0)),
            }
        }
    }

    fn leave_out(&mut self, path: &str, why: &str) {
        self.findings.push(Finding::warning(path, None, format!("is not offered to the model: it {why}")));
    }
}

/// The text of the resource at `path` in the skill's folder.
///
/// # Errors
/// Why it is not read, as a sentence for a model.
pub(super) fn read(folder: Folder, path: &str) -> Result<String, String> {
    let names: Vec<&str> = path.strip_prefix("./").unwrap_or(path).split('/').collect();
    let Some((name, above)) = names.split_last().filter(|_| names.len() <= DEPTH_MAX + 1) else {
        return Err(format!("`path` lies deeper than {DEPTH_MAX} folders."));
    };
    if names.iter().any(|name| !is_plain_name(name)) {
        let told = "must be a path within the skill's folder, such as references/forms.md";
        return Err(format!("`path` {told}."));
    }
    if names.iter().any(|name| name.starts_with('.')) {
        return Err("Hidden files are not read.".to_owned());
    }
    let refused = |fault: Unread| match fault {
        Unread::Missing => "There is no such file: call without `path` for the list of files.".to_owned(),
        fault => format!("The file {}.", fault.told(RESOURCE_BYTES_MAX)),
    };
    let mut folder = folder;
    for name in above {
        folder = folder.folder(name).map_err(refused)?;
    }
    let bytes = folder.read(name, RESOURCE_BYTES_MAX).map_err(refused)?;
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err("The file is binary: only text is read.".to_owned()),
    }
}
