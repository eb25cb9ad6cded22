//! What a model reads: the prompt, what was said before as far as it fits, and the question.

use super::agent::AgentVersion;
use super::error::{Failure, Result};
use super::estimate::{clip, estimate, estimate_message};
use super::fits;
use super::history::{self, Look};
use super::plain::{add_paragraph, plain};
use super::prompt::{Template, Values};
use super::recall::MemoryBlock;
use super::token_budget::TokenBudget;
use super::turn::Ask;
use crate::content::ToolResult;
use crate::provider::{Content, Message, Part, Role};
use crate::skills::Skills;
use crate::store::{Recent, Rows, Session, StoredMessage, TURN_STRIDE, Turn, TurnContext};

/// The result of a call that was interrupted.
const INTERRUPTED: &str = "The call was interrupted: it has no result.";

/// What a model reads.
#[derive(Debug)]
pub(super) struct Context {
    /// The prompt, the history and the question, oldest first.
    pub(super) messages: Vec<Message>,
    /// About so many tokens.
    pub(super) tokens: u32,
    /// How many messages of the conversation that is.
    pub(super) told: TurnContext,
    /// Whether some of it is the session's history: what a compaction could shorten.
    pub(super) has_history: bool,
    /// Whether something of the session's history had to be left out.
    pub(super) is_cut: bool,
    /// What is among them of memory; its text is in the question.
    pub(super) memory: MemoryBlock,
}

/// What a model reads before and beside what was said.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    /// The instructions.
    pub(super) system: String,
    /// What memory has for the question.
    pub(super) memory: MemoryBlock,
}

/// The system prompt of a turn, with the names and descriptions of the agent's skills, the suffix of its memory profile, and the
/// summary of what was compacted.
///
/// # Errors
/// The store's, or a failure of the template.
pub(super) async fn system_prompt(
    rows: &Rows,
    agent: &AgentVersion,
    session: &Session,
    skills: &Skills,
    room: TokenBudget,
    suffix: &str,
    now_ms: i64,
) -> Result<String> {
    let template = &agent.definition.system_prompt;
    let mut text = if Template::is_one(template) {
        let refused =
            |fault| Failure::new("invalid_request", format!("The agent's system prompt is no good template: {fault}."));
        let template = Template::parse(template).map_err(refused).map_err(super::Error::Turn)?;
        let (user_name, workspace_name) =
            if template.needs_store() { rows.accounts().names(&session.user_id).await? } else { Default::default() };
        template.write(&Values {
            now_ms,
            user_id: &session.user_id,
            user_name: &user_name,
            workspace_id: rows.workspace().as_str(),
            workspace_name: &workspace_name,
            agent_name: agent.definition.display_name.as_ref().unwrap_or(&agent.agent_id),
        })
    } else {
        template.clone()
    };
    if !agent.definition.skills.is_empty() {
        add_paragraph(&mut text, &skills.prompt(rows.workspace(), &agent.agent_id, &agent.definition.skills));
    }
    if !suffix.is_empty() {
        add_paragraph(&mut text, suffix);
    }
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

/// Puts together what the model reads for `turn`; the oldest turns are left out when not all fits. `prior_messages`, when
/// the caller keeps the conversation, stands in for the session's history, and is never cut. `known` are the newest messages
/// of the history, if they were read before.
///
/// # Errors
/// The store's, or [`Failure`] of the code `context_length_exceeded` if not even the question fits a model whose context is known.
pub(super) async fn build(
    rows: &Rows,
    turn: &Turn,
    session: &Session,
    prompt: Prompt,
    ask: &Ask,
    room: TokenBudget,
    known: Option<Recent>,
) -> Result<Context> {
    let Prompt { mut system, mut memory } = prompt;
    let (instructions, given): (Vec<_>, Vec<_>) =
        ask.prior_messages.iter().partition(|message| message.role == Role::System);
    // A conversation may end with instructions.
    let (last_instruction, question) =
        if ask.role == Role::System { (Some(&ask.content), None) } else { (None, Some(ask.content.clone())) };
    for instruction in instructions.into_iter().map(|message| &message.content).chain(last_instruction) {
        add_paragraph(&mut system, &plain(instruction));
    }
    let prompt = if system.is_empty() { 0 } else { estimate(&system) };
    let mut tokens = prompt.saturating_add(question.as_ref().map_or(0, estimate_message));
    let readable = room.context - room.answer;
    if room.is_known && tokens > readable {
        return Err(super::Error::Turn(fits::too_long(tokens, readable)));
    }
    // What memory has makes no question too long.
    if ask.role != Role::User || tokens.saturating_add(memory.tokens) > readable {
        memory = MemoryBlock::default();
    }
    tokens = tokens.saturating_add(memory.tokens);
    let question = question.map(|question| with_memory(question, std::mem::take(&mut memory.text)));
    tokens = given.iter().fold(tokens, |sum, message| sum.saturating_add(estimate_message(&message.content)));
    let Look { said, over, .. } = if turn.is_new_session {
        Look::default()
    } else {
        let place = turn.number * TURN_STRIDE;
        let look = history::before(rows, place, session, readable.saturating_sub(tokens), known).await?;
        tokens = tokens.saturating_add(look.tokens);
        look
    };
    let is_cut = over.is_some();
    let messages_left_out = if is_cut {
        let until = said.first().map_or(turn.number * TURN_STRIDE, |oldest| oldest.seq);
        rows.messages().count(session, session.summary_until, until).await?
    } else {
        0
    };
    let messages_sent = u32::try_from(said.len() + given.len() + usize::from(question.is_some())).unwrap_or(u32::MAX);
    let told = TurnContext { messages_sent, messages_left_out };
    let has_history = !said.is_empty();
    let messages = in_order(system, said, given, question, ask.role);
    Ok(Context { messages, tokens, told, has_history, is_cut, memory })
}

/// All that a model reads, oldest first.
fn in_order(
    system: String,
    said: Vec<StoredMessage>,
    given: Vec<&Message>,
    question: Option<Content>,
    role: Role,
) -> Vec<Message> {
    let mut messages = Vec::with_capacity(said.len() + given.len() + 2);
    if !system.is_empty() {
        messages.push(Message { role: Role::System, content: Content::Text(system) });
    }
    for message in said {
        say(&mut messages, message.role, message.content);
    }
    answer_open_calls(&mut messages);
    match question {
        Some(question) if given.is_empty() => say(&mut messages, role, question),
        question => {
            // What a caller sends goes as it is.
            messages.extend(given.into_iter().cloned());
            messages.extend(question.map(|content| Message { role, content }));
        }
    }
    messages
}

/// A question with what memory has for it before it: data within the user's message, in no place of an instruction, and behind
/// all that the provider may keep of the turn before.
fn with_memory(question: Content, memory: String) -> Content {
    if memory.is_empty() {
        return question;
    }
    let mut content = Content::Text(memory);
    content.append(question);
    content
}

/// Adds what was said. A question that had no answer, as of a turn that failed, stands beside the next one: both become
/// one message, since many models want user and assistant to take turns.
fn say(messages: &mut Vec<Message>, role: Role, content: Content) {
    match messages.last_mut().filter(|last| last.role == role) {
        Some(last) => last.content.append(content),
        None => messages.push(Message { role, content }),
    }
}

/// Gives each call of a tool a result: a turn that was interrupted between both has left calls that models refuse to read.
fn answer_open_calls(messages: &mut Vec<Message>) {
    let ids = |message: &Message, of_results: bool| -> Vec<String> {
        let Content::Parts(parts) = &message.content else { return Vec::new() };
        let id = |part: &Part| match part {
            Part::ToolCall(call) if !of_results => Some(call.id.clone()),
            Part::ToolResult(result) if of_results => Some(result.call_id.clone()),
            _ => None,
        };
        parts.iter().filter_map(id).collect()
    };
    let mut place = 0;
    while place < messages.len() {
        let mut open = ids(&messages[place], false);
        place += 1;
        if open.is_empty() {
            continue;
        }
        let next = messages.get_mut(place).filter(|next| next.role == Role::Tool);
        let answered = next.as_ref().map_or_else(Vec::new, |next| ids(next, true));
        open.retain(|id| !answered.contains(id));
        if open.is_empty() {
            continue;
        }
        let result =
            |call_id| Part::ToolResult(ToolResult { call_id, content: INTERRUPTED.to_owned(), is_error: true });
        let missing = Content::Parts(open.into_iter().map(result).collect());
        match next {
            Some(next) => next.content.append(missing),
            None => messages.insert(place, Message { role: Role::Tool, content: missing }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content::Text(text.to_owned())
    }

    fn image() -> Part {
        Part::ImageUrl { url: "https://images.example/cat.png".into() }
    }

    #[test]
    fn neighbours_of_one_role_become_one_message() {
        let mut messages = vec![Message { role: Role::System, content: text("Be brief.") }];
        let parts = Content::Parts(vec![Part::Text { text: "two".into() }, image()]);
        for (role, content) in [
            (Role::User, text("one")),
            (Role::User, parts),
            (Role::User, text("three")),
            (Role::Assistant, text("a")),
            (Role::Assistant, text("b")),
            (Role::User, text("four")),
        ] {
            say(&mut messages, role, content);
        }
        let part = |text: &str| Part::Text { text: text.to_owned() };
        let joined = Content::Parts(vec![part("one"), part("two"), image(), part("three")]);
        let expected = [
            (Role::System, text("Be brief.")),
            (Role::User, joined),
            (Role::Assistant, text("a\n\nb")),
            (Role::User, text("four")),
        ];
        assert_eq!(messages, expected.map(|(role, content)| Message { role, content }));
    }

    #[test]
    fn each_call_has_a_result() {
        let call = |id: &str| {
            let arguments = crate::content::Arguments::parse("{}".into());
            Part::ToolCall(crate::content::ToolCall { id: id.into(), name: "look".into(), arguments, extra: None })
        };
        let result = |id: &str, content: &str| {
            Part::ToolResult(ToolResult {
                call_id: id.into(),
                content: content.into(),
                is_error: content == INTERRUPTED,
            })
        };
        let message = |role, parts: Vec<Part>| Message { role, content: Content::Parts(parts) };
        let mut messages = vec![
            message(Role::Assistant, vec![call("a"), call("b")]),
            message(Role::Tool, vec![result("a", "one")]),
            message(Role::Assistant, vec![call("c")]),
            Message { role: Role::User, content: text("and now?") },
            message(Role::Assistant, vec![call("d")]),
        ];
        answer_open_calls(&mut messages);
        let expected = [
            message(Role::Assistant, vec![call("a"), call("b")]),
            message(Role::Tool, vec![result("a", "one"), result("b", INTERRUPTED)]),
            message(Role::Assistant, vec![call("c")]),
            message(Role::Tool, vec![result("c", INTERRUPTED)]),
            Message { role: Role::User, content: text("and now?") },
            message(Role::Assistant, vec![call("d")]),
            message(Role::Tool, vec![result("d", INTERRUPTED)]),
        ];
        assert_eq!(messages, expected);
        let again = messages.clone();
        answer_open_calls(&mut messages);
        assert_eq!(messages, again);
    }

    #[test]
    fn a_refusal_halves_the_room() {
        let room = TokenBudget::new(128_000, true, None);
        assert_eq!((room.answer, room.summary()), (1_024, 600));
        let smaller = room.after_refusal(20_000);
        assert_eq!((smaller.context, smaller.answer, smaller.is_known), (10_000, 1_024, false));
        let tiny = room.after_refusal(1);
        assert_eq!((tiny.context, tiny.answer, tiny.summary()), (0, 0, 0));
    }
}
