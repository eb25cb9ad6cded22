//! Agents that are defined on disk: in files of a folder and in the configuration. They belong to the first workspace.
//! A definition that changed becomes a new version; a broken one leaves the old version running. When a file goes, its
//! agent stays: what callers use is taken away by callers.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use super::file::{Files, Unreadable, read_folder};
use super::kind::Kind;
use super::reading::Reading;
use super::watch::{Layout, Reload};
use crate::clock::Clock;
use crate::config::{Config, Fault, in_plain_words, without_values};
use crate::engine::agent::{AgentDefinition, AgentModel};
use crate::engine::catalogue::{Known, check, id_fault, write};
use crate::ids::IdMaker;
use crate::provider::presets;
use crate::store::{self, AgentChange, AgentRefusal, Applied, Db, Origin, Refusal, WorkspaceId};
use crate::work::Base;

/// The creator of what no caller asked for.
const GATEWAY: &str = "gateway";
/// The agent of a gateway that has none.
const FIRST_AGENT: &str = "assistant";

/// The definitions on disk, and what became of them.
pub struct Definitions {
    store: Db,
    workspace: WorkspaceId,
    known: Known,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    sources: Sources,
    /// One reading at a time, so that the last one wins.
    reading: Mutex<Reading<Files<AgentDefinition>>>,
    reports: watch::Sender<Arc<Report>>,
}

/// Where definitions come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    folder: Option<PathBuf>,
    configured: Vec<(String, AgentDefinition)>,
}

/// What a reading of all definitions has done, by agents' ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// New agents.
    pub created: Vec<String>,
    /// Agents with a new version.
    pub updated: Vec<String>,
    /// Agents whose definition did not change.
    pub unchanged: Vec<String>,
    /// Files that were refused; their agents stay as they are.
    pub failed: Vec<Failed>,
}

/// A file that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The file's name within the folder.
    pub file: String,
    /// Where and why.
    pub fault: Unreadable,
}

/// Agents, which name what is known.
#[derive(Clone)]
struct AgentKind(Known);

impl Kind for AgentKind {
    type Definition = AgentDefinition;
    const NAME: &'static str = "agent";

    fn id_fault(&self, id: &str) -> Option<&'static str> {
        id_fault(id)
    }

    fn faults(&self, definition: &AgentDefinition) -> Vec<(String, String)> {
        check(definition, None, &self.0)
    }
}

impl Reload for Definitions {
    async fn reload(&self) -> store::Result<()> {
        Self::reload(self).await.map(drop)
    }
}

impl Sources {
    /// Those of `config`. Nothing is read from the folder yet.
    ///
    /// # Errors
    /// All that is wrong with the agents in the configuration itself, and with the folder's name.
    pub fn of(config: &Config, known: &Known) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let configured = configured(config, known, &mut faults);
        let folder = config.agents_dir.clone();
        if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
            let detail = format!("{} is no folder: make it, or leave the key out", folder.display());
            faults.push(Fault { key: "agents_dir".into(), detail });
        }
        if faults.is_empty() { Ok(Self { folder, configured }) } else { Err(faults) }
    }
}

impl Sources {
    /// The files that define nothing, with what is wrong with each. Nothing is taken over.
    pub(crate) fn broken(&self, known: &Known) -> Vec<Failed> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let files = match read_folder(folder, &AgentKind(known.clone())) {
            Ok(files) => files,
            Err(fault) => {
                let fault = Unreadable { line: None, reason: format!("the folder cannot be read: {fault}") };
                return vec![Failed { file: folder.display().to_string(), fault }];
            }
        };
        files.into_iter().filter_map(|(file, said)| Some(Failed { file, fault: said.err()? })).collect()
    }
}

impl Definitions {
    /// The definitions of `sources`, for agents of `workspace`: watches the folder, takes over all definitions, and makes a
    /// first agent if there never was one.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(
        base: &Base,
        workspace: WorkspaceId,
        sources: Sources,
        known: &Known,
    ) -> store::Result<Arc<Self>> {
        let definitions = Arc::new(Self {
            store: base.store.clone(),
            workspace,
            known: known.clone(),
            clock: Arc::clone(&base.clock),
            ids: base.ids.clone(),
            sources,
            reading: Mutex::default(),
            reports: watch::Sender::default(),
        });
        if let Some(folder) = &definitions.sources.folder {
            super::watch::watch(folder, Layout::Files, Arc::downgrade(&definitions), &base.supervisor);
        }
        definitions.reload().await?;
        let first = definitions.first_agent();
        definitions.take(FIRST_AGENT, &first, GATEWAY.to_owned(), Origin::Gateway).await?;
        Ok(definitions)
    }

    /// The workspace whose agents these are.
    #[must_use]
    pub const fn workspace(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// The last report, and each one to come.
    #[must_use]
    pub fn reports(&self) -> watch::Receiver<Arc<Report>> {
        self.reports.subscribe()
    }

    /// Reads all definitions and takes over what changed.
    ///
    /// # Errors
    /// The store's. What was taken over before stays.
    pub async fn reload(&self) -> store::Result<Report> {
        let mut reading = self.reading.lock().await;
        let mut report = Report::default();
        for (id, definition) in &self.sources.configured {
            let taken = self.take(id, definition, "configuration".into(), Origin::File).await;
            report.note(id, "configuration", taken)?;
        }
        for (file, said) in self.read_folder(&mut reading).await {
            let said = said.and_then(|said| self.unless_configured(said));
            match said {
                Ok((id, definition)) => {
                    let taken = self.take(&id, &definition, format!("file:{file}"), Origin::File).await;
                    report.note(&id, &file, taken)?;
                }
                Err(fault) => {
                    tracing::warn!(file, line = fault.line, reason = fault.reason, "a definition file is of no use");
                    report.failed.push(Failed { file, fault });
                }
            }
        }
        if !(report.created.is_empty() && report.updated.is_empty()) {
            tracing::info!(created = ?report.created, updated = ?report.updated, "agents were taken from their definitions");
        }
        self.reports.send_replace(Arc::new(report.clone()));
        Ok(report)
    }

    /// What the folder says.
    async fn read_folder(&self, reading: &mut Reading<Files<AgentDefinition>>) -> Files<AgentDefinition> {
        let Some(folder) = self.sources.folder.clone() else { return Files::new() };
        let (place, kind) = (folder.clone(), AgentKind(self.known.clone()));
        reading.run(move || read_folder(&place, &kind)).await.unwrap_or_else(|fault| {
            let fault = Unreadable { line: None, reason: format!("the folder cannot be read: {fault}") };
            Files::from([(folder.display().to_string(), Err(fault))])
        })
    }

    fn unless_configured(&self, said: (String, AgentDefinition)) -> Result<(String, AgentDefinition), Unreadable> {
        if self.sources.configured.iter().all(|(id, _)| *id != said.0) {
            return Ok(said);
        }
        Err(Unreadable { line: None, reason: "the configuration defines the same agent: keep one of the two".into() })
    }

    async fn take(
        &self,
        id: &str,
        definition: &AgentDefinition,
        author: String,
        origin: Origin,
    ) -> store::Result<Applied> {
        let definition = write(definition)?;
        let change = AgentChange { agent_id: id.to_owned(), definition, author, now_ms: self.clock.now_ms() };
        self.store.rows(&self.workspace).agents().apply_definition(change, origin, self.ids.key()).await
    }

    /// On the first provider that is more than an echo: the well-known ones in their order, then the others by name.
    fn first_agent(&self) -> AgentDefinition {
        let statuses = self.known.providers.statuses();
        let usable = |name: &str| statuses.iter().any(|status| status.is_configured && status.name == name);
        let known = presets().iter().map(|preset| preset.name);
        let names = known.chain(statuses.iter().map(|status| status.name.as_str()));
        let provider = names.into_iter().find(|name| *name != "echo" && usable(name)).unwrap_or("echo").to_owned();
        AgentDefinition {
            display_name: Some("Assistant".into()),
            model: AgentModel { provider, ..AgentModel::default() },
            ..AgentDefinition::default()
        }
    }
}

impl Report {
    /// Notes what became of the agent `id` of `file`. One that names what the workspace does not have stays as it is.
    fn note(&mut self, id: &str, file: &str, taken: store::Result<Applied>) -> store::Result<()> {
        let list = match taken {
            Ok(Applied::Created) => &mut self.created,
            Ok(Applied::Updated) => &mut self.updated,
            Ok(Applied::Unchanged) => &mut self.unchanged,
            Err(store::Error::Refused(Refusal::Agent(AgentRefusal::NoSuchMemoryProfile))) => {
                let reason = "memory_profile_id: there is no memory profile with this id".to_owned();
                tracing::warn!(file, agent.id = id, reason, "a definition is of no use");
                self.failed.push(Failed { file: file.to_owned(), fault: Unreadable { line: None, reason } });
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        list.push(id.to_owned());
        Ok(())
    }
}

fn configured(config: &Config, known: &Known, faults: &mut Vec<Fault>) -> Vec<(String, AgentDefinition)> {
    let mut definitions = Vec::new();
    for (id, said) in &config.agents {
        let mut refuse = |key: String, detail: String| faults.push(Fault { key: format!("agents.{id}{key}"), detail });
        if let Some(fault) = id_fault(id) {
            refuse(String::new(), fault.to_owned());
        }
        // A key without a value is an agent that says nothing.
        let said = if said.is_null() { serde_json::Value::Object(serde_json::Map::new()) } else { said.clone() };
        match serde_json::from_value::<AgentDefinition>(said) {
            Ok(definition) => {
                for (pointer, detail) in check(&definition, None, known) {
                    refuse(pointer.replace('/', "."), detail);
                }
                definitions.push((id.clone(), definition));
            }
            Err(fault) => refuse(String::new(), in_plain_words(&without_values(&fault.to_string()))),
        }
    }
    definitions
}
