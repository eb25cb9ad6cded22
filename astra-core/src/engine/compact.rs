//! Compaction: the older part of a session becomes a summary, so that the newer part fits the model.

use std::sync::Arc;

use super::Engine;
use super::agent::AgentVersion;
use super::error::{Error, Failure, Result};
use super::estimate::{MESSAGE_TOKENS, clip, estimate, estimate_message};
use super::history::{Look, newest};
use super::inference::{Calls, Targets, UsageOwner};
use super::plain::plain;
use super::token_budget::TokenBudget;
use super::turn::TurnCaller;
use crate::content::without_nul;
use crate::provider::{Content, Message, Request, Role, Usage};
use crate::store::{Rows, Session, StoredMessage, TURN_STRIDE};

const INSTRUCTION: &str = "Summarise the conversation below for yourself, so that you can go on with it without the original. Keep names, \
    numbers, decisions, open questions and what the user likes. Write plain sentences, at most 300 words.";
/// Share of the context, in percent, that stays word for word.
const KEPT_PERCENT: u32 = 30;

/// What a compaction did.
#[derive(Debug, Clone)]
pub struct Compacted {
    /// The session with its new summary.
    pub session: Session,
    /// How many messages were read for the summary.
    pub messages: usize,
}

impl Engine {
    /// Compacts a session of `rows` now: all but the newest part of it goes into its summary. `None` if there was nothing to compact.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the agent; [`Error::Quota`]; [`Error::TooManyTurns`]; [`Error::Turn`] if the model failed or is not allowed;
    /// the store's.
    pub async fn compact(
        self: &Arc<Self>,
        caller: &TurnCaller,
        rows: Rows,
        session: &Session,
    ) -> Result<Option<Compacted>> {
        let admission = self.limits.admit(caller)?;
        let (engine, session) = (Arc::clone(self), session.clone());
        // In a task of its own: what it used is on the owner though the caller hangs up.
        let compacted = self.compactions.spawn(async move {
            let _admission = admission;
            engine.compact_now(&rows, &session).await
        });
        compacted
            .await
            .ok()
            .flatten()
            .unwrap_or_else(|| Err(Error::Turn(Failure::new("internal", "The gateway failed."))))
    }

    async fn compact_now(&self, rows: &Rows, session: &Session) -> Result<Option<Compacted>> {
        let agent = self.agents.resolve(rows.workspace(), &session.agent_id, session.settings.pinned_version).await?;
        let agent = agent.ok_or(Error::NotFound("agent"))?;
        self.check_use(rows, &agent, self.clock.now_ms()).await?;
        let unfinished = rows.turns().first_open(session.id).await?;
        let before = unfinished.map_or(i64::MAX, |number| number * TURN_STRIDE);
        // Asked for by name, it takes all but the last turn: a question, and its answer if there is one.
        let last_turn = rows.messages().history(session, session.summary_until, before, 2).await?;
        let Some(question) = last_turn.iter().find(|message| message.role == Role::User) else { return Ok(None) };
        let room = self.room(&agent);
        let said = readable(rows, session, question.seq, room.context).await?;
        let mut calls = Calls::default();
        let compacted = self.summarise(rows, session, &agent, said, room, &mut calls).await;
        let asked = UsageOwner { agent_id: &agent.agent_id, subject: session.subject, at_ms: self.clock.now_ms() };
        rows.usage().create(self.ids.key(), asked.rows(&calls, self.cost_usd(&calls), false)).await?;
        compacted
    }

    /// Compacts on the way of a turn: the newest messages, up to a share of the context, stay word for word. What it used
    /// is in `calls`, for the turn's owner.
    pub(super) async fn compact_for(
        &self,
        rows: &Rows,
        session: &Session,
        agent: &Arc<AgentVersion>,
        room: TokenBudget,
        before: i64,
        calls: &mut Calls,
    ) -> Result<Option<Compacted>> {
        let kept_tokens_max = room.context / 100 * KEPT_PERCENT;
        let mut said = readable(rows, session, before, room.context.saturating_add(kept_tokens_max)).await?;
        let mut kept_tokens: u32 = 0;
        let kept = said.iter().rev().take_while(|message| {
            kept_tokens = kept_tokens.saturating_add(estimate_message(&message.content));
            kept_tokens <= kept_tokens_max
        });
        let mut kept = kept.count();
        // The border lies before a question.
        while kept > 0 && said[said.len() - kept].role != Role::User {
            kept -= 1;
        }
        said.truncate(said.len() - kept);
        self.summarise(rows, session, agent, said, room, calls).await
    }

    async fn summarise(
        &self,
        rows: &Rows,
        session: &Session,
        agent: &AgentVersion,
        said: Vec<StoredMessage>,
        room: TokenBudget,
        calls: &mut Calls,
    ) -> Result<Option<Compacted>> {
        let Some(until) = said.last().map(|message| message.seq) else { return Ok(None) };
        let messages = summary_request(session.summary.as_deref(), &said, room);
        // Nothing is asked for that the agent's maker did not ask for: many models refuse a temperature or a limit.
        let trace = calls.context.clone();
        let request = Request { messages: &messages, trace: trace.as_ref(), ..Request::default() };
        // What we think was sent, should the call be cut off.
        let sent = messages.iter().map(|message| estimate_message(&message.content)).sum();
        calls.tokens = Usage { input_tokens: sent, ..Usage::default() };
        let answered = self.ask_model(rows, &Targets::of(&agent.definition), request, &mut calls.attempts).await;
        calls.tokens = answered.as_ref().ok().and_then(|completion| completion.usage).unwrap_or_default();
        let summary = without_nul(answered?.content);
        // The model was asked for 300 words, and may have given more.
        let summary = clip(&summary, room.summary()).to_owned();
        if summary.trim().is_empty() {
            return Err(Error::Turn(Failure::new("upstream_error", "The model gave an empty summary.")));
        }
        if !rows.sessions().summarise(session.id, session.summary_until, summary.clone(), until).await? {
            return Ok(None);
        }
        let session = Session { summary: Some(summary), summary_until: until, ..session.clone() };
        Ok(Some(Compacted { session, messages: said.len() }))
    }
}

/// The newest messages before `before` that are not in the summary yet, oldest first, as many as have `tokens` tokens, and
/// the one before them, of which a part may be read.
async fn readable(rows: &Rows, session: &Session, before: i64, tokens: u32) -> Result<Vec<StoredMessage>> {
    let Look { mut said, over, .. } = newest(rows, session, session.summary_until, before, tokens, None).await?;
    said.extend(over);
    said.reverse();
    Ok(said)
}

/// The instruction and the transcript, as much of its end as the model can read.
fn summary_request(earlier: Option<&str>, said: &[StoredMessage], room: TokenBudget) -> Vec<Message> {
    let mut lines = Vec::new();
    let earlier = earlier.map(|earlier| format!("Summary of what came before: {}", clip(earlier, room.summary())));
    let fixed = estimate(INSTRUCTION) + earlier.as_deref().map_or(0, estimate);
    let mut free = (room.context - room.answer.max(room.summary())).saturating_sub(fixed);
    for message in said.iter().rev() {
        let speaker = match message.role {
            Role::User => "User",
            Role::Tool => "Tool",
            Role::Assistant | Role::System => "Assistant",
        };
        let line = format!("{speaker}: {}", plain(&message.content));
        let tokens = estimate(&line) + MESSAGE_TOKENS;
        if tokens > free {
            lines.push(clip(&line, free).to_owned());
            break;
        }
        free -= tokens;
        lines.push(line);
    }
    lines.extend(earlier);
    lines.reverse();
    let message = |role, text| Message { role, content: Content::Text(text) };
    vec![message(Role::System, INSTRUCTION.to_owned()), message(Role::User, lines.join("\n"))]
}
