//! What the next turn of a session would send to its model, counted in tokens and not sent.

use super::Engine;
use super::agent::AgentVersion;
use super::context::system_prompt;
use super::error::Result;
use super::estimate::estimate;
use super::history;
use super::recall::{MemoryBlock, Recall};
use crate::content::Role;
use crate::store::{Rows, Session, SpanMemory};

/// Tokens that a model would read before the next question, by what they are for. All are estimates.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextPreview {
    /// Tokens of the model's context.
    pub context_tokens: u32,
    /// Whether that is known of the model; if not, `chat.unknown_context_tokens` of the configuration stands in for it.
    pub is_known: bool,
    /// Tokens of it that are kept for the answer.
    pub answer_tokens: u32,
    /// The agent's instructions.
    pub system_tokens: u32,
    /// The names and descriptions of the agent's skills.
    pub skills_tokens: u32,
    /// The summary of what was compacted.
    pub summary_tokens: u32,
    /// The descriptions of the tools that the model may call.
    pub tools_tokens: u32,
    /// The messages of the session's history.
    pub history_tokens: u32,
    /// How many messages of the history that is.
    pub history_messages: u32,
    /// How many older messages have no room.
    pub messages_left_out: u32,
    /// What memory has for the question.
    pub memory_tokens: u32,
    /// The memories that are, best first.
    pub memories: Vec<SpanMemory>,
    /// What is left for the question.
    pub free_tokens: u32,
}

impl Engine {
    /// Counts what the next turn of `session` would send to the model of `agent`. Memory is searched with `question`, or with the
    /// last one of the session, if `sees_memory`: the memory is that of the session's user.
    ///
    /// # Errors
    /// The store's, or a failure of the agent's template.
    pub async fn preview(
        &self,
        rows: &Rows,
        session: &Session,
        agent: &AgentVersion,
        question: Option<String>,
        sees_memory: bool,
    ) -> Result<ContextPreview> {
        let budget = self.room(agent);
        let now_ms = self.clock.now_ms();
        let profile = self.memory_profile(rows, &agent.definition).await?;
        let suffix = &profile.system_prompt_suffix;
        let count = |text: &str| if text.is_empty() { 0 } else { estimate(text) };
        let whole = count(&system_prompt(rows, agent, session, &self.skills, budget, suffix, now_ms).await?);
        let without_summary = Session { summary: None, ..session.clone() };
        let with_skills =
            count(&system_prompt(rows, agent, &without_summary, &self.skills, budget, suffix, now_ms).await?);
        let skills = self.skills.prompt(rows.workspace(), &agent.agent_id, &agent.definition.skills);
        let skills_tokens = count(&skills).min(with_skills);
        let tools = self.offered(rows.workspace(), &agent.definition).sent();
        let tools_tokens = tools.iter().fold(0_u32, |sum, tool| {
            let parameters = serde_json::to_string(&*tool.parameters).unwrap_or_default();
            let texts = [&*tool.name, &*tool.description, &parameters];
            texts.iter().fold(sum, |sum, text| sum.saturating_add(count(text)))
        });
        let readable = budget.context - budget.answer;
        let free = readable.saturating_sub(whole);
        let look = history::before(rows, i64::MAX, session, free, None).await?;
        let until = look.said.first().map_or(i64::MAX, |oldest| oldest.seq);
        let messages_left_out =
            if look.over.is_some() { rows.messages().count(session, session.summary_until, until).await? } else { 0 };
        let last = || {
            look.said.iter().rev().find(|said| said.role == Role::User).map(|said| said.content.texts().into_owned())
        };
        let question = question.or_else(last).filter(|_| sees_memory).unwrap_or_default();
        let (user_id, session_id) = (&session.user_id, session.id);
        let recall = Recall { user_id, question: &question, session: session_id, profile: &profile, now_ms };
        let memory = self.recall(rows, recall, None).await.block(budget);
        // As in a turn, it makes no question too long.
        let asked = whole.saturating_add(estimate(&question));
        let memory = if asked.saturating_add(memory.tokens) > readable { MemoryBlock::default() } else { memory };
        Ok(ContextPreview {
            context_tokens: budget.context,
            is_known: budget.readable_if_known().is_some(),
            answer_tokens: budget.answer,
            system_tokens: with_skills - skills_tokens,
            skills_tokens,
            summary_tokens: whole.saturating_sub(with_skills),
            tools_tokens,
            history_tokens: look.tokens,
            history_messages: u32::try_from(look.said.len()).unwrap_or(u32::MAX),
            messages_left_out,
            memory_tokens: memory.tokens,
            memories: memory.memories,
            free_tokens: free.saturating_sub(look.tokens).saturating_sub(tools_tokens).saturating_sub(memory.tokens),
        })
    }
}
