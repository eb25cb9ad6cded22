//! Skills on disk: read at the start and when their folder changes. A skill that cannot be read any more stays as it was
//! read last; one whose folder is gone goes with it. They belong to the first workspace, as agents on disk do.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use super::agents::{Definitions, Failed};
use super::file::Unreadable;
use super::reading::Reading;
use super::watch::{Layout, Reload};
use crate::clock::Clock;
use crate::config::Fault;
use crate::skills::{Finding, LoadedSkill, ReadSkills, SkillDefinition, SkillMap, Skills, read_all};
use crate::store;
use crate::work::Base;

/// The folder of skills, and what became of what is in it.
pub struct SkillFolder {
    skills: Arc<Skills>,
    /// The agents on disk: a new skill may be the one that a definition waited for.
    agents: Arc<Definitions>,
    clock: Arc<dyn Clock>,
    /// One reading at a time, so that the last one wins.
    reading: Mutex<Reading<ReadSkills>>,
    reports: watch::Sender<Arc<SkillReport>>,
}

/// What a reading of all skills has done, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillReport {
    /// New skills.
    pub created: Vec<String>,
    /// Skills that changed.
    pub updated: Vec<String>,
    /// Skills that did not change.
    pub unchanged: Vec<String>,
    /// Skills whose folders are gone.
    pub removed: Vec<String>,
    /// What was refused; a skill that was read before stays as it is.
    pub failed: Vec<Failed>,
}

impl Reload for SkillFolder {
    async fn reload(&self) -> store::Result<()> {
        Self::reload(self).await.map(drop)
    }
}

impl SkillFolder {
    /// Reads the skills of `folder` for the first time, before a store is open: agents in the configuration may name them.
    /// Skills that are not valid are left out; a watch reports them.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn first(folder: Option<PathBuf>, now_ms: i64) -> (Skills, Vec<Failed>, Option<Fault>) {
        let skills = Skills::of_folder(folder);
        let Some(folder) = skills.folder() else { return (skills, Vec::new(), None) };
        let read = match read_all(folder) {
            Ok(read) => read,
            Err(fault) => {
                let is_folder = folder.is_dir();
                let detail = if is_folder {
                    format!("{} cannot be read: {fault}", folder.display())
                } else {
                    format!("{} is no folder: make it, or leave the key out", folder.display())
                };
                return (skills, Vec::new(), Some(Fault { key: "skills_dir".into(), detail }));
            }
        };
        let (loaded, report) = taken_over(read, &SkillMap::new(), now_ms);
        skills.replace(loaded);
        (skills, report.failed, None)
    }

    /// Gives `skills` to the workspace of `agents`, and watches their folder.
    ///
    /// # Errors
    /// The store's, about agents.
    pub async fn open(base: &Base, skills: &Arc<Skills>, agents: &Arc<Definitions>) -> store::Result<Arc<Self>> {
        skills.belong_to(agents.workspace());
        let definitions = Arc::new(Self {
            skills: Arc::clone(skills),
            agents: Arc::clone(agents),
            clock: Arc::clone(&base.clock),
            reading: Mutex::default(),
            reports: watch::Sender::default(),
        });
        if let Some(folder) = skills.folder() {
            super::watch::watch(folder, Layout::Folders, Arc::downgrade(&definitions), &base.supervisor);
            // What changed since the first reading.
            definitions.reload().await?;
        }
        Ok(definitions)
    }

    /// The last report, and each one to come.
    #[must_use]
    pub fn reports(&self) -> watch::Receiver<Arc<SkillReport>> {
        self.reports.subscribe()
    }

    /// Reads all skills and takes over what changed. Definitions of agents are read again if there is a new skill.
    ///
    /// # Errors
    /// The store's, about agents. The skills are taken over all the same.
    pub async fn reload(&self) -> store::Result<SkillReport> {
        let mut reading = self.reading.lock().await;
        let Some(folder) = self.skills.folder().map(PathBuf::from) else { return Ok(SkillReport::default()) };
        let place = folder.clone();
        let report = match reading.run(move || read_all(&place)).await {
            Ok(read) => {
                let (loaded, report) = taken_over(read, &self.skills.present(), self.clock.now_ms());
                self.skills.replace(loaded);
                report
            }
            Err(fault) => {
                let fault = Unreadable { line: None, reason: format!("the folder cannot be read: {fault}") };
                let unchanged = self.skills.present().keys().cloned().collect();
                let failed = vec![Failed { file: folder.display().to_string(), fault }];
                SkillReport { unchanged, failed, ..SkillReport::default() }
            }
        };
        report.log();
        self.reports.send_replace(Arc::new(report.clone()));
        drop(reading);
        if !report.created.is_empty() {
            self.agents.reload().await?;
        }
        Ok(report)
    }
}

impl SkillReport {
    fn log(&self) {
        for Failed { file, fault } in &self.failed {
            tracing::warn!(file, line = fault.line, reason = fault.reason, "a skill is of no use");
        }
        if !self.removed.is_empty() {
            tracing::warn!(removed = ?self.removed, "skills are gone: agents go on without them");
        }
        if !(self.created.is_empty() && self.updated.is_empty()) {
            tracing::info!(created = ?self.created, updated = ?self.updated, "skills were read");
        }
    }
}

/// The skills that are there now, when `read` was read and `before` were there.
fn taken_over(read: ReadSkills, before: &SkillMap, now_ms: i64) -> (SkillMap, SkillReport) {
    let (mut loaded, mut report) = (SkillMap::new(), SkillReport::default());
    report.removed.extend(before.keys().filter(|id| !read.contains_key(*id)).cloned());
    for (id, said) in read {
        let known = before.get(&id);
        match said {
            Ok(skill) => {
                let kept = take(skill, known, now_ms, &mut report);
                loaded.insert(id, kept);
            }
            Err(findings) => {
                report.failed.extend(findings.into_iter().map(failed));
                loaded.extend(known.map(|known| (id, Arc::clone(known))));
            }
        }
    }
    (loaded, report)
}

fn take(
    skill: SkillDefinition,
    known: Option<&Arc<LoadedSkill>>,
    now_ms: i64,
    report: &mut SkillReport,
) -> Arc<LoadedSkill> {
    let list = match known {
        Some(known) if known.definition == skill => {
            report.unchanged.push(skill.id);
            return Arc::clone(known);
        }
        Some(_) => &mut report.updated,
        None => &mut report.created,
    };
    list.push(skill.id.clone());
    Arc::new(LoadedSkill { definition: skill, loaded_at_ms: now_ms })
}

fn failed(finding: Finding) -> Failed {
    Failed { file: finding.file, fault: Unreadable { line: finding.line, reason: finding.reason } }
}
