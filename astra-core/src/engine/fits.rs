//! Whether a question can ever fit what its model reads. One that cannot is refused before it is kept.

use super::agent::AgentVersion;
use super::error::Failure;
use super::estimate::{estimate, estimate_message};
use super::plain::{add_paragraph, plain};
use super::prompt::{Template, Values};
use super::token_budget::TokenBudget;
use super::turn::{Ask, TurnCaller};
use crate::provider::{Content, Role};
use crate::skills::Skills;

/// The refusal of a prompt and a message of `tokens` tokens, of which a model reads `readable`.
pub(super) fn too_long(tokens: u32, readable: u32) -> Failure {
    let message = format!("The prompt and the message have about {tokens} tokens; the model reads {readable}.");
    Failure::new("context_length_exceeded", message)
}

/// The refusal of a question that is longer, with the prompt of `agent`, than its model reads, if that is known.
pub(super) fn refusal(
    room: TokenBudget,
    agent: &AgentVersion,
    caller: &TurnCaller,
    ask: &Ask,
    skills: &Skills,
    now_ms: i64,
) -> Option<Failure> {
    let readable = room.readable_if_known()?;
    let template = &agent.definition.system_prompt;
    let skills = skills.prompt(&caller.workspace, &agent.agent_id, &agent.definition.skills);
    let instructions = || ask.prior_messages.iter().filter(|message| message.role == Role::System);
    // No text has more tokens than bytes: most questions need no estimate.
    let bytes = template.len()
        + skills.len()
        + instructions().map(|said| said.content.bytes() + 2).sum::<usize>()
        + ask.content.bytes()
        + 8;
    if matches!(ask.content, Content::Text(_)) && bytes <= usize::try_from(readable).unwrap_or(usize::MAX) {
        return None;
    }
    let mut system = shortest_prompt(agent, caller, now_ms);
    if !skills.is_empty() {
        add_paragraph(&mut system, &skills);
    }
    let is_instruction = ask.role == Role::System;
    for instruction in instructions().map(|said| &said.content).chain(is_instruction.then_some(&ask.content)) {
        add_paragraph(&mut system, &plain(instruction));
    }
    let prompt = if system.is_empty() { 0 } else { estimate(&system) };
    let question = if is_instruction { 0 } else { estimate_message(&ask.content) };
    let tokens = prompt.saturating_add(question);
    (tokens > readable).then(|| too_long(tokens, readable))
}

/// The agent's prompt, without the names that only the store knows.
fn shortest_prompt(agent: &AgentVersion, caller: &TurnCaller, now_ms: i64) -> String {
    let template = &agent.definition.system_prompt;
    if !Template::is_one(template) {
        return template.clone();
    }
    let Ok(template) = Template::parse(template) else { return String::new() };
    template.write(&Values {
        now_ms,
        user_id: &caller.user_id,
        user_name: "",
        workspace_id: caller.workspace.as_str(),
        workspace_name: "",
        agent_name: agent.definition.display_name.as_ref().unwrap_or(&agent.agent_id),
    })
}
