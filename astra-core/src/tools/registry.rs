//! All tools of a gateway: its own, those of the host program, and those of sources that change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::calculate::{self, Calculate};
use super::call::CallLimits;
use super::current_time::{self, CurrentTime};
use super::http_fetch::{self, HttpFetch};
use super::mcp::{Environment, McpServers};
use super::memory::{self, MemoryAccess, MemoryPlace};
use super::name::{is_pattern, name_fault, pattern_fault};
use super::offered::Offered;
use super::policy::{Decision, Policy};
use super::read_skill::{READ_SKILL, ReadSkill};
use super::registered::RegisteredTool;
use super::search::SearchTools;
use super::source::ToolSource;
use super::spawn_agent::{self, SPAWN_AGENT, SpawnAgent};
use super::tool::Tool;
use crate::clock::Clock;
use crate::config::{Config, Fault};
use crate::outbound::GuardedClient;
use crate::skills::Skills;
use crate::store::WorkspaceId;

/// What a host program hands in.
#[derive(Clone, Default)]
pub struct HostTools {
    /// Its tools.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Its sources of tools.
    pub sources: Vec<Arc<dyn ToolSource>>,
}

/// All tools of a gateway.
pub struct Tools {
    fixed: BTreeMap<Arc<str>, Arc<RegisteredTool>>,
    sources: Vec<Arc<dyn ToolSource>>,
    mcp: Arc<McpServers>,
    search: Option<Arc<SearchTools>>,
    /// For the workspace that has skills.
    read_skill: Option<Arc<RegisteredTool>>,
    skills: Arc<Skills>,
    memory: MemoryPlace,
    /// The bounds of a call.
    pub limits: CallLimits,
}

impl Tools {
    /// The tools that `config` turns on, and the host's; and all that is wrong with them: names that are taken or no names,
    /// schemas that cannot be used.
    #[must_use]
    pub fn checked(
        config: &Config,
        clock: &Arc<dyn Clock>,
        host: &HostTools,
        skills: &Arc<Skills>,
    ) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut refuse = |detail: String| faults.push(Fault { key: "tools".to_owned(), detail });
        let mut fixed = BTreeMap::new();
        let spawn_agent = SpawnAgent::new(Duration::from_secs(config.chat.turn_timeout_s));
        let mut built_in: Vec<Arc<dyn Tool>> =
            vec![Arc::new(CurrentTime::new(Arc::clone(clock))), Arc::new(Calculate), Arc::new(spawn_agent)];
        let memory = MemoryPlace::default();
        if config.memory.enabled {
            built_in.extend(memory::tools(&memory));
        }
        if config.tools.http_fetch {
            let client = GuardedClient::new(&config.outbound).with_clock(Arc::clone(clock));
            built_in.push(Arc::new(HttpFetch::new(client)));
        }
        let built_in = built_in.into_iter().map(RegisteredTool::built_in);
        for tool in built_in.chain(host.tools.iter().map(|tool| RegisteredTool::of_host(Arc::clone(tool)))) {
            match tool {
                Ok(tool) if fixed.contains_key(tool.name()) || is_built_in(tool.name()) && tool.is_of_host() => {
                    refuse(format!("has two tools of the name `{}`", tool.name()));
                }
                Ok(tool) => drop(fixed.insert(Arc::clone(&tool.definition.name), Arc::new(tool))),
                Err(fault) => refuse(format!("has a tool that cannot be used: {fault}")),
            }
        }
        let (sources, limits) = (host.sources.clone(), CallLimits::from(&config.tools));
        let timeout = Duration::from_secs(config.tools.timeout_s);
        let inherited = config.tools.program_environment.clone();
        let environment = Environment::new(Arc::clone(clock), &config.outbound, inherited, timeout);
        let mcp = Arc::new(McpServers::new(environment));
        let search = SearchTools::new().map_err(&mut refuse).ok().map(Arc::new);
        let read_skill = RegisteredTool::built_in(Arc::new(ReadSkill::new(Arc::clone(skills))));
        let read_skill = read_skill.map_err(refuse).ok().map(Arc::new);
        (Self { fixed, sources, mcp, search, read_skill, skills: Arc::clone(skills), memory, limits }, faults)
    }

    /// Lets the tools of memory work with `access`: as soon as there is a store.
    pub fn open_memory(&self, access: MemoryAccess) {
        self.memory.open(access);
    }

    /// The MCP servers whose tools these are.
    #[must_use]
    pub const fn mcp(&self) -> &Arc<McpServers> {
        &self.mcp
    }

    /// All tools that a workspace has at this moment, by name. A source's tool that has a name which is taken or no name is
    /// left out.
    #[must_use]
    pub fn all(&self, workspace: &WorkspaceId) -> Vec<Arc<RegisteredTool>> {
        self.gather(workspace, !self.mcp.is_empty())
    }

    fn gather(&self, workspace: &WorkspaceId, with_mcp: bool) -> Vec<Arc<RegisteredTool>> {
        let read_skill = self.read_skill(workspace);
        if self.sources.is_empty() && read_skill.is_none() && !with_mcp {
            return self.fixed.values().cloned().collect();
        }
        let mut all = self.fixed.clone();
        all.extend(read_skill.map(|tool| (Arc::clone(&tool.definition.name), Arc::clone(tool))));
        let of_mcp = if with_mcp { self.mcp.tools(workspace) } else { Vec::new() };
        for tool in self.sources.iter().flat_map(|source| source.tools(workspace)).chain(of_mcp) {
            if self.takes(tool.name()) {
                all.entry(Arc::clone(&tool.definition.name)).or_insert(tool);
            }
        }
        all.into_values().collect()
    }

    /// The tool `name` of a workspace at this moment.
    #[must_use]
    pub fn find(&self, workspace: &WorkspaceId, name: &str) -> Option<Arc<RegisteredTool>> {
        let read_skill = self.read_skill(workspace).filter(|tool| tool.name() == name);
        if let Some(tool) = self.fixed.get(name).or(read_skill) {
            return Some(Arc::clone(tool));
        }
        if !self.takes(name) {
            return None;
        }
        let named = |tools: Vec<Arc<RegisteredTool>>| tools.into_iter().find(|tool| tool.name() == name);
        let of_sources = self.sources.iter().find_map(|source| named(source.tools(workspace)));
        of_sources.or_else(|| self.mcp.claims(name).then(|| named(self.mcp.tools(workspace)))?)
    }

    /// The tool that reads skills, if `workspace` has some.
    fn read_skill(&self, workspace: &WorkspaceId) -> Option<&Arc<RegisteredTool>> {
        let has_skills = self.skills.of(workspace).is_some_and(|skills| !skills.is_empty());
        self.read_skill.as_ref().filter(|_| has_skills)
    }

    /// The tools that clients of the MCP server may call, in all workspaces, by name.
    pub fn for_mcp_clients(&self) -> impl Iterator<Item = &Arc<RegisteredTool>> {
        self.fixed.values().filter(|tool| tool.is_for_mcp_clients)
    }

    /// The tool `name`, if clients of the MCP server may call it.
    #[must_use]
    pub fn find_for_mcp_clients(&self, name: &str) -> Option<&Arc<RegisteredTool>> {
        self.fixed.get(name).filter(|tool| tool.is_for_mcp_clients)
    }

    /// Whether a source's tool may be called `name`.
    fn takes(&self, name: &str) -> bool {
        name_fault(name).is_none() && !self.fixed.contains_key(name) && !is_built_in(name)
    }

    /// Why the entry `name` of an agent's list of allowed tools is not taken, if it is not: it must be a pattern, or the name
    /// of a tool that there is, or that a source may have.
    #[must_use]
    pub fn allow_fault(&self, name: &str) -> Option<String> {
        if let Some(fault) = pattern_fault(name) {
            return Some(fault.to_owned());
        }
        let is_known = is_pattern(name) || self.fixed.contains_key(name) || name == READ_SKILL;
        if is_known || self.mcp.claims(name) || self.sources.iter().any(|source| source.claims(name)) {
            return None;
        }
        if memory::NAMES.contains(&name) {
            return Some(format!("the tool `{name}` is off: set memory.enabled in the gateway's configuration"));
        }
        if BUILT_IN.contains(&name) {
            return Some(format!("the tool `{name}` is off: set tools.{name} in the gateway's configuration"));
        }
        let names: Vec<&str> = self.fixed.keys().map(|name| &**name).collect();
        Some(format!("there is no tool `{name}`; there are: {}", names.join(", ")))
    }

    /// What a turn's model may call by `policy`, in the order of `policy.allow`, the tools of one pattern by name. It is sent
    /// `max_in_prompt` of them at the most.
    #[must_use]
    pub fn offered(&self, workspace: &WorkspaceId, policy: Policy<'_>, max_in_prompt: usize) -> Offered {
        if policy.allow.is_empty() && !policy.reads_skills && policy.spawns.is_empty() {
            return Offered::none(self.limits);
        }
        // The tools of MCP servers have names of two parts.
        let may_be_of_mcp = |pattern: &String| is_pattern(pattern) || self.mcp.claims(pattern);
        let with_mcp = !self.mcp.is_empty() && policy.allow.iter().any(may_be_of_mcp);
        let all = self.gather(workspace, with_mcp);
        let (mut seen, mut tools) = (BTreeSet::new(), Vec::new());
        let skills = policy.reads_skills.then_some(READ_SKILL);
        let spawns = (!policy.spawns.is_empty()).then_some(SPAWN_AGENT);
        for pattern in skills.into_iter().chain(spawns).chain(policy.allow.iter().map(String::as_str)) {
            for tool in all.iter().filter(|tool| super::name::matches(pattern, tool.name())) {
                let decision = policy.decide(tool.name());
                if decision != Decision::Denied && seen.insert(tool.name()) {
                    let tool = match tool.name() {
                        SPAWN_AGENT => Arc::new(tool.described(&spawn_agent::described(policy.spawns))),
                        _ => Arc::clone(tool),
                    };
                    tools.push((tool, decision));
                }
            }
        }
        Offered::new(tools, max_in_prompt, self.search.as_ref(), self.limits)
    }
}

/// The names of the gateway's own tools, those that are off among them.
const BUILT_IN: [&str; 5] = [calculate::NAME, current_time::NAME, http_fetch::NAME, READ_SKILL, SPAWN_AGENT];

/// Whether the gateway keeps a name for itself.
fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name) || memory::NAMES.contains(&name)
}
