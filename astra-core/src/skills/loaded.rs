//! The skills of a gateway: those that were read last, replaced as a whole when the folder changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::folder::Folder;
use super::prompt::paragraph;
use super::resources::{self, Resource};
use super::skill::LoadedSkill;
use crate::store::WorkspaceId;

/// Most readings of skills' files at once.
const READINGS_MAX: usize = 4;
/// How long a reading may take.
const READING_MAX: Duration = Duration::from_secs(10);

/// Skills by their ids.
pub type SkillMap = BTreeMap<String, Arc<LoadedSkill>>;

/// The skills of a gateway. They are on disk and belong to its first workspace, as the agents on disk do.
#[derive(Debug)]
pub struct Skills {
    folder: Option<PathBuf>,
    workspace: OnceLock<WorkspaceId>,
    loaded: RwLock<Arc<SkillMap>>,
    readings: Arc<Semaphore>,
}

impl Skills {
    /// Those of `folder`, of which nothing is read yet; without a folder there are none.
    #[must_use]
    pub fn of_folder(folder: Option<PathBuf>) -> Self {
        let readings = Arc::new(Semaphore::new(READINGS_MAX));
        Self { folder, workspace: OnceLock::new(), loaded: RwLock::default(), readings }
    }

    /// The folder that they are in.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Gives them to `workspace`, once.
    pub fn belong_to(&self, workspace: &WorkspaceId) {
        self.workspace.get_or_init(|| workspace.clone());
    }

    /// Those of `workspace`; `None` for a workspace that has none.
    #[must_use]
    pub fn of(&self, workspace: &WorkspaceId) -> Option<Arc<SkillMap>> {
        (self.workspace.get() == Some(workspace)).then(|| self.present())
    }

    /// All of them, for definitions on disk, which belong to the same workspace.
    #[must_use]
    pub fn present(&self) -> Arc<SkillMap> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in their place.
    pub fn replace(&self, loaded: SkillMap) {
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
    }

    /// The skill `id` of `workspace`.
    #[must_use]
    pub fn find(&self, workspace: &WorkspaceId, id: &str) -> Option<Arc<LoadedSkill>> {
        self.of(workspace)?.get(id).map(Arc::clone)
    }

    /// The paragraph of the system prompt about the skills `ids` of `workspace`; empty if there are none. One that is not
    /// there any more is left out.
    #[must_use]
    pub fn prompt(&self, workspace: &WorkspaceId, agent_id: &str, ids: &[String]) -> String {
        if ids.is_empty() {
            return String::new();
        }
        let loaded = self.of(workspace).unwrap_or_default();
        let found: Vec<&LoadedSkill> = ids
            .iter()
            .filter_map(|id| {
                let found = loaded.get(id).map(Arc::as_ref);
                if found.is_none() {
                    tracing::warn!(agent.id = agent_id, skill.id = %id, "a skill of an agent is gone: it is left out");
                }
                found
            })
            .collect();
        paragraph(found.into_iter().map(|found| &found.definition))
    }

    /// The files beside the SKILL.md of `skill`; none while its folder is away.
    ///
    /// # Errors
    /// Why they are not listed, as a sentence.
    pub async fn resources(&self, skill: &str) -> Result<Vec<Resource>, String> {
        self.read(skill, |folder| Ok(folder.map(|folder| resources::list(&folder).0).unwrap_or_default())).await
    }

    /// The text of the file at `path` in the folder of `skill`.
    ///
    /// # Errors
    /// Why it is not read, as a sentence.
    pub async fn resource(&self, skill: &str, path: &str) -> Result<String, String> {
        let (path, gone) = (path.to_owned(), "The skill's folder cannot be opened.");
        self.read(skill, move |folder| resources::read(folder.ok_or(gone)?, &path)).await
    }

    /// What `read` finds in the folder of `skill`. A file system that does not answer keeps a few threads waiting, and no
    /// more.
    async fn read<T: Send + 'static>(
        &self,
        skill: &str,
        read: impl FnOnce(Option<Folder>) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let (folder, skill) = (self.folder.clone(), skill.to_owned());
        let readings = Arc::clone(&self.readings);
        let reading = async move {
            let permit = readings.acquire_owned().await;
            let reading = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                let folder = folder.and_then(|folder| Folder::open(&folder).ok()?.folder(&skill).ok());
                read(folder)
            });
            reading.await.unwrap_or_else(|_| Err("The skill's files cannot be read.".to_owned()))
        };
        let late = |_| Err(format!("The skill's files did not come within {} s.", READING_MAX.as_secs()));
        timeout(READING_MAX, reading).await.unwrap_or_else(late)
    }
}
