//! What a host program hands in before its gateway opens.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::StartError;
use crate::auth::{Authenticator, ScopeTable};
use crate::channels::{Platform, Platforms};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Fault};
use crate::definitions::{Failed, SkillFolder, Sources};
use crate::engine::catalogue::Known;
use crate::host::{self, Routes};
use crate::ids::{IdMaker, Ids};
use crate::mcp_servers;
use crate::provider::{Provider, Registry};
use crate::router;
use crate::tools::{HostTools, Tool, ToolSource, Tools};
use crate::work::{Job, JobTypes, scheduler};

/// What a host program may hand in before the gateway opens.
pub struct Builder {
    pub(super) config: Config,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Option<IdMaker>,
    pub(super) authenticator: Option<Arc<dyn Authenticator>>,
    pub(super) providers: BTreeMap<String, Arc<dyn Provider>>,
    pub(super) routes: Vec<Routes>,
    pub(super) job_types: JobTypes,
    pub(super) tools: HostTools,
    pub(super) platforms: Vec<Arc<dyn Platform>>,
}

/// What a configuration says, and all that is wrong with it.
pub(super) struct Read {
    pub(super) known: Known,
    pub(super) platforms: Platforms,
    pub(super) sources: Sources,
    /// Skills that cannot be used: no reason not to start.
    pub(super) broken_skills: Vec<Failed>,
    pub(super) faults: Vec<Fault>,
}

impl Builder {
    /// A builder with the parts of a gateway that stands alone.
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            clock: Arc::new(SystemClock),
            ids: None,
            authenticator: None,
            providers: BTreeMap::new(),
            routes: Vec::new(),
            job_types: JobTypes::default(),
            tools: HostTools::default(),
            platforms: Vec::new(),
        }
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes identifiers from `ids`.
    #[must_use]
    pub fn ids(mut self, ids: impl Ids) -> Self {
        self.ids = Some(IdMaker::new(ids));
        self
    }

    /// Lets `authenticator` say who is calling, instead of the gateway's own tokens: the host's users, our roles.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Adds a provider of models under the name that agents use.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>, provider: impl Provider) -> Self {
        self.providers.insert(name.into(), Arc::new(provider));
        self
    }

    /// Adds operations of the host's own: served and documented beside the gateway's, under the same contract. See
    /// [`crate::host`].
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// Adds a type of job, which the host enqueues by [`crate::Gateway::jobs`] or in its own transactions, and callers by the
    /// gateway's operations. Two types of one name are refused when the gateway opens.
    #[must_use]
    pub fn job(mut self, job: impl Job) -> Self {
        self.job_types = self.job_types.with_of_host(job);
        self
    }

    /// Adds a tool that agents may call. Two tools of one name, and a schema that cannot be used, are refused when the gateway
    /// opens.
    #[must_use]
    pub fn tool(mut self, tool: impl Tool) -> Self {
        self.tools.tools.push(Arc::new(tool));
        self
    }

    /// Adds a source of tools that come and go while the gateway runs.
    #[must_use]
    pub fn tool_source(mut self, source: impl ToolSource) -> Self {
        self.tools.sources.push(Arc::new(source));
        self
    }

    /// Adds a platform where people meet agents. Two platforms of one kind are refused when the gateway opens.
    #[must_use]
    pub fn platform(mut self, platform: impl Platform) -> Self {
        self.platforms.push(Arc::new(platform));
        self
    }

    /// The document as the gateway will serve it, without a store or a folder: for tests, and to be written to a file.
    ///
    /// # Errors
    /// If the host's own operations are not good.
    pub fn openapi(&self) -> Result<Value, StartError> {
        let (_, document) = router::routes(&self.routes, &self.config.limits).map_err(StartError::Routes)?;
        Ok(document)
    }

    /// The scopes of the gateway with those of the routes that were added so far, for an authenticator of the host's own.
    ///
    /// # Errors
    /// If the host's scopes are not good.
    pub fn scopes(&self) -> Result<ScopeTable, StartError> {
        let mut faults = Vec::new();
        let table = host::table(&self.routes, &mut faults);
        if faults.is_empty() { Ok(table) } else { Err(StartError::Routes(faults)) }
    }

    /// Reads the configuration as far as it can be read, and names all of its faults.
    pub(super) fn read(&self) -> Read {
        let (mut providers, of_providers) = Registry::checked(&self.config.providers, Arc::clone(&self.clock));
        let mut faults = self.config.validate();
        faults.extend(of_providers);
        for (name, provider) in &self.providers {
            match providers.clone().with(name, Arc::clone(provider)) {
                Ok(more) => providers = more,
                Err(of_name) => faults.extend(of_name),
            }
        }
        if let Some(embeddings) = &self.config.memory.embeddings
            && !providers.has(&embeddings.provider)
        {
            let detail = format!("names {}, which is no configured provider", embeddings.provider);
            faults.push(Fault { key: "memory.embeddings.provider".to_owned(), detail });
        }
        let (skills, broken_skills, of_folder) =
            SkillFolder::first(self.config.skills_dir.clone(), self.clock.now_ms());
        faults.extend(of_folder);
        let skills = Arc::new(skills);
        let (tools, of_tools) = Tools::checked(&self.config, &self.clock, &self.tools, &skills);
        faults.extend(of_tools);
        faults.extend(mcp_servers::configured_faults(&self.config));
        let of_job = |detail: &String| Fault { key: "jobs".to_owned(), detail: detail.clone() };
        faults.extend(self.job_types.faults().iter().map(of_job));
        let (platforms, of_platforms) = Platforms::with(&self.platforms);
        faults.extend(of_platforms.into_iter().map(|detail| Fault { key: "channels".to_owned(), detail }));
        faults.extend(scheduler::configured_faults(&self.config.cron));
        let known = Known { providers: Arc::new(providers), tools: Arc::new(tools), skills };
        let sources = Sources::of(&self.config, &known).unwrap_or_else(|of_sources| {
            faults.extend(of_sources);
            Sources::default()
        });
        Read { known, platforms, sources, broken_skills, faults }
    }

    pub(super) fn route_faults(&self) -> Vec<String> {
        router::routes(&self.routes, &self.config.limits).err().unwrap_or_default()
    }
}
