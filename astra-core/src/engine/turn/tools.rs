//! The tools of a turn: the agent's and the caller's, and whether they go together.

use super::ask::{Ask, CallerToolChoice, CallerTools};
use super::spawned::may_spawn;
use crate::engine::Engine;
use crate::engine::agent::{AgentDefinition, AgentVersion};
use crate::engine::error::{Error, Failure, Result};
use crate::engine::inference::failed;
use crate::provider::{Request, Target, Tool};
use crate::store::WorkspaceId;
use crate::tools::{Decision, Offered, Policy};

/// The tools that a model is offered in the next round: the agent's, then the caller's.
///
/// # Errors
/// [`Failure`] of the code `invalid_request` if one of the caller's has the name of another one, or of one that the agent has.
pub(super) fn tools_of(offered: &Offered, given: Option<&CallerTools>) -> Result<Vec<Tool>> {
    let mut tools = offered.sent();
    let Some(given) = given else { return Ok(tools) };
    for tool in &given.tools {
        let is_agents = offered.decide(&tool.name) != Decision::Denied;
        if is_agents || tools.iter().any(|other| other.name == tool.name) {
            let why = format!(
                "Two tools have the name `{}`: the agent's tools and those of the request need names of their own.",
                tool.name
            );
            return Err(refused("tools", why));
        }
        tools.push(tool.clone());
    }
    Ok(tools)
}

impl Engine {
    /// The tools of the agent that `definition` says, as they are now.
    pub(in crate::engine) fn offered(&self, workspace: &WorkspaceId, definition: &AgentDefinition) -> Offered {
        self.tools.offered(workspace, definition.policy(), definition.tools.in_prompt())
    }

    /// The tools of a turn of the agent: of one that another turn has begun, those that the agents above it may call as well.
    pub(super) fn offered_in(&self, workspace: &WorkspaceId, definition: &AgentDefinition, ask: &Ask) -> Offered {
        let Some(above) = ask.spawned.as_deref() else { return self.offered(workspace, definition) };
        let own = definition.policy();
        let spawns = if may_spawn(&definition.spawn, Some(above)) { own.spawns } else { &[] };
        let policy = Policy { above: above.policies(), spawns, ..own };
        self.tools.offered(workspace, policy, definition.tools.in_prompt())
    }

    /// Refuses tools of the caller that cannot go with the agent's, or that the agent's own choice of provider cannot call, before
    /// anything is kept.
    pub(super) fn check_tools(&self, workspace: &WorkspaceId, agent: &AgentVersion, ask: &Ask) -> Result<()> {
        let Some(given) = ask.tools.as_deref() else { return Ok(()) };
        let tools = tools_of(&self.offered(workspace, &agent.definition), Some(given))?;
        match &given.choice {
            CallerToolChoice::Required if tools.is_empty() => {
                return Err(refused("tool_choice", "The model must call a tool, and there is none.".to_owned()));
            }
            CallerToolChoice::Named(name) if !tools.iter().any(|tool| tool.name == *name) => {
                return Err(refused(
                    "tool_choice",
                    format!("There is no tool `{name}` in `tools` or among the agent's."),
                ));
            }
            _ => {}
        }
        let model = &agent.definition.model;
        let target = Target { provider: model.provider.clone(), model: model.model.clone() };
        let request = Request {
            tools: &tools,
            tool_choice: given.choice.in_round(0),
            parallel_tool_calls: given.parallel,
            ..Request::default()
        };
        self.providers.unsupported(&target, request).map_or(Ok(()), |refused| Err(Error::Turn(failed(&refused))))
    }
}

fn refused(param: &str, why: String) -> Error {
    Error::Turn(Failure { param: Some(param.to_owned()), ..Failure::new("invalid_request", why) })
}
