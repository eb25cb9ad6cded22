//! What a model reads: the prompt, what was said before as far as it fits, and the question.

use super::agent::AgentVersion;
use super::begin::Ask;
use super::error::{Failure, Result};
use super::prompt::{self, Names};
use super::tokens::{clip, estimate, estimate_message};
use crate::provider::{Content, Message, Part, Role};
use crate::store::{Scoped, Session, StoredMessage, TURN_STRIDE, Turn};

/// The context of a model of which nothing is known.
pub(super) const CONTEXT_TOKENS_DEFAULT: u32 = 8_192;
/// Room kept for the answer, unless the agent says how long it may be: a quarter of the context, at most this.
const ANSWER_TOKENS_MAX: u32 = 1_024;
/// Most tokens of a summary: an eighth of the context, at most this.
const SUMMARY_TOKENS_MAX: u32 = 600;
const FIRST_LOOK: u32 = 64;
const FURTHER_LOOKS: u32 = 512;

/// How much a model reads and writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Tokens of the whole context.
    pub(super) context: u32,
    /// Tokens of it that are kept for the answer.
    pub(super) answer: u32,
}

impl Room {
    /// The room in a context of `context` tokens, with answers of at most `answer` tokens.
    #[must_use]
    pub(super) fn new(context: u32, answer: Option<u32>) -> Self {
        let answer = answer.unwrap_or((context / 4).min(ANSWER_TOKENS_MAX)).min(context / 2);
        Self { context, answer }
    }

    /// Most tokens that a summary of what was said may have.
    #[must_use]
    pub(super) const fn summary(self) -> u32 {
        let share = self.context / 8;
        if share < SUMMARY_TOKENS_MAX { share } else { SUMMARY_TOKENS_MAX }
    }
}

/// What a model reads.
#[derive(Debug)]
pub(super) struct Context {
    /// The prompt, the history and the question, oldest first.
    pub(super) messages: Vec<Message>,
    /// About so many tokens.
    pub(super) tokens: u32,
    /// Of it, what was said before: what a compaction could shorten.
    pub(super) history: Vec<StoredMessage>,
    /// Whether something that was said had to be left out.
    pub(super) is_cut: bool,
}

/// The system prompt of a turn, with the summary of what was compacted.
///
/// # Errors
/// The store's, or a failure of the template.
pub(super) async fn system_prompt(
    scoped: &Scoped,
    agent: &AgentVersion,
    session: &Session,
    room: Room,
    now_ms: i64,
) -> Result<String> {
    let template = &agent.definition.system_prompt;
    let mut text = if prompt::is_template(template) {
        let (user_name, workspace_name) = scoped.names(&session.user_id).await?;
        let names = Names {
            user_id: session.user_id.clone(),
            user_name,
            workspace_id: scoped.workspace().as_str().to_owned(),
            workspace_name,
            agent_name: agent.definition.display_name.clone().unwrap_or_else(|| agent.agent_id.clone()),
        };
        prompt::render(template, &names, now_ms).map_err(super::Error::Turn)?
    } else {
        template.clone()
    };
    if let Some(summary) = &session.summary {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str("Summary of the conversation so far:\n");
        // It may come from a time when the agent's model read more.
        text.push_str(clip(summary, room.summary()));
    }
    Ok(text)
}

/// The texts of a message.
pub(super) fn plain(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Parts(parts) => {
            let texts = parts.iter().map(|part| match part {
                Part::Text { text } => text.as_str(),
                Part::ImageUrl { .. } => "[image]",
            });
            texts.collect::<Vec<_>>().join(" ")
        }
    }
}

/// Puts together what the model reads for `turn`; the oldest turns are left out when not all fits. `said_before`, when
/// the caller keeps the conversation, stands in for the session's history.
///
/// # Errors
/// The store's, or [`Failure`] of the code `invalid_request` if not even the question fits.
pub(super) async fn build(
    scoped: &Scoped,
    turn: &Turn,
    session: &Session,
    mut system: String,
    ask: &Ask,
    room: Room,
) -> Result<Context> {
    let question = ask.content.clone();
    let (instructions, said_before): (Vec<_>, Vec<_>) =
        ask.said_before.iter().partition(|message| message.role == Role::System);
    for instruction in instructions {
        if !system.is_empty() {
            system.push_str("\n\n");
        }
        system.push_str(&plain(&instruction.content));
    }
    let fixed = if system.is_empty() { 0 } else { estimate(&system) } + estimate_message(&question);
    let Some(free) = (room.context - room.answer).checked_sub(fixed) else {
        let message = format!(
            "The prompt and the message have about {fixed} tokens; the model reads {}.",
            room.context - room.answer
        );
        return Err(super::Error::Turn(Failure::new("invalid_request", message)));
    };
    let (history, tokens, is_cut) =
        if turn.is_new_session { (Vec::new(), 0, false) } else { history(scoped, turn, session, free).await? };
    let (given, given_tokens) = newest(&said_before, free.saturating_sub(tokens));
    let mut messages = Vec::with_capacity(history.len() + given.len() + 2);
    if !system.is_empty() {
        messages.push(Message { role: Role::System, content: Content::Text(system) });
    }
    messages.extend(history.iter().map(|said| Message { role: said.role, content: said.content.clone() }));
    messages.extend(given.iter().copied().cloned());
    messages.push(Message { role: Role::User, content: question });
    Ok(Context { messages, tokens: tokens + given_tokens + fixed, history, is_cut })
}

/// The newest of `said` that fit into `free` tokens together, beginning with a question, and their tokens.
fn newest<'a>(said: &'a [&'a Message], free: u32) -> (&'a [&'a Message], u32) {
    let (mut tokens, mut start) = (0, said.len());
    for (place, message) in said.iter().enumerate().rev() {
        let more = estimate_message(&message.content);
        if tokens + more > free {
            break;
        }
        (tokens, start) = (tokens + more, place);
    }
    if start > 0 {
        while said.get(start).is_some_and(|message| message.role != Role::User) {
            tokens -= estimate_message(&said[start].content);
            start += 1;
        }
    }
    (&said[start..], tokens)
}

/// What was said before the turn and after the summary, oldest first, as far as it fits into `free` tokens.
async fn history(
    scoped: &Scoped,
    turn: &Turn,
    session: &Session,
    free: u32,
) -> Result<(Vec<StoredMessage>, u32, bool)> {
    let mut said: Vec<StoredMessage> = Vec::new();
    let (mut tokens, mut before, mut limit, mut is_cut) = (0, turn.number * TURN_STRIDE, FIRST_LOOK, false);
    'looks: loop {
        let look = scoped.history(&turn.session_id, session.summary_until, before, limit).await?;
        let is_last = look.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        for message in look {
            before = message.seq;
            let more = estimate_message(&message.content);
            if tokens + more > free {
                is_cut = true;
                break 'looks;
            }
            tokens += more;
            said.push(message);
        }
        if is_last {
            break;
        }
        limit = FURTHER_LOOKS;
    }
    if is_cut {
        // A turn is left out whole: no answer stands without its question.
        while let Some(answer) = said.pop_if(|message| message.role != Role::User) {
            tokens -= estimate_message(&answer.content);
        }
    }
    said.reverse();
    Ok((said, tokens, is_cut))
}
