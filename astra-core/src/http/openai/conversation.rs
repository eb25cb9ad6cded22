//! The conversation of a request: what each message says, and the results of the caller's tools, each with its call.

use super::ChatCompletionRole;
use super::message::ChatCompletionMessage;
use crate::content::ToolResult;
use crate::error::{Error, Result};
use crate::provider::{Content, Message, Part, Role};

/// The messages that say something, oldest first. The results of a message's calls follow it in one message, in the order of
/// the calls.
///
/// # Errors
/// If a call has no result or several, if a result has no call, or if the question is blank.
pub(super) fn read(messages: Vec<ChatCompletionMessage>) -> Result<Vec<Message>> {
    let last = messages.len().saturating_sub(1);
    let mut said = Vec::with_capacity(messages.len());
    let mut open: Option<Open> = None;
    for (place, message) in messages.into_iter().enumerate() {
        let role = message.role;
        match role {
            ChatCompletionRole::Tool => {
                let (call_id, result) = message.into_result(place)?;
                let orphan = |detail| Error::field(format!("/messages/{place}/tool_call_id"), detail);
                let Some(open) = &mut open else { return Err(orphan(NO_CALLS)) };
                open.answer(call_id, result).map_err(orphan)?;
                continue;
            }
            // Instructions go to the prompt, wherever they stand.
            ChatCompletionRole::System | ChatCompletionRole::Developer => {}
            _ => close(&mut open, &mut said)?,
        }
        let message = message.into_message(place)?;
        let is_blank = message.as_ref().is_none_or(|message| message.content.is_blank());
        if place == last && role == ChatCompletionRole::User && is_blank {
            return Err(Error::field(format!("/messages/{last}/content"), "The question is blank."));
        }
        open = open.or_else(|| message.as_ref().and_then(|message| Open::of(message, place)));
        said.extend(message);
    }
    close(&mut open, &mut said)?;
    if said.is_empty() {
        return Err(Error::field(format!("/messages/{last}/content"), "No message says anything."));
    }
    Ok(said)
}

const NO_CALLS: &str = "belongs to no call: a result follows the assistant's message that has its call in tool_calls";
const NO_SUCH_CALL: &str = "is the id of no call in the assistant's message before it";
const ANSWERED: &str = "is the id of a call that has a result already";

/// The calls of the assistant's last message, each with its result if that has come.
struct Open {
    place: usize,
    calls: Vec<(String, Option<String>)>,
}

impl Open {
    fn of(message: &Message, place: usize) -> Option<Self> {
        let Content::Parts(parts) = &message.content else { return None };
        let id = |part: &Part| if let Part::ToolCall(call) = part { Some((call.id.clone(), None)) } else { None };
        let calls: Vec<_> = parts.iter().filter_map(id).collect();
        (!calls.is_empty()).then_some(Self { place, calls })
    }

    fn answer(&mut self, call_id: String, result: String) -> std::result::Result<(), &'static str> {
        match self.calls.iter_mut().find(|(id, _)| *id == call_id) {
            None => Err(NO_SUCH_CALL),
            Some((_, Some(_))) => Err(ANSWERED),
            Some((_, answer)) => {
                *answer = Some(result);
                Ok(())
            }
        }
    }
}

/// Ends the time in which results of the open calls may come.
fn close(open: &mut Option<Open>, said: &mut Vec<Message>) -> Result<()> {
    let Some(Open { place, calls }) = open.take() else { return Ok(()) };
    let mut results = Vec::with_capacity(calls.len());
    for (number, (call_id, content)) in calls.into_iter().enumerate() {
        let Some(content) = content else {
            let detail = "has no result: a message of the role tool with the call's id must follow";
            return Err(Error::field(format!("/messages/{place}/tool_calls/{number}"), detail));
        };
        results.push(Part::ToolResult(ToolResult { call_id, content, is_error: false }));
    }
    said.push(Message { role: Role::Tool, content: Content::Parts(results) });
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::content::{Arguments, ToolCall};

    fn read_json(messages: Value) -> std::result::Result<Vec<Message>, String> {
        read(serde_json::from_value(messages).unwrap()).map_err(|error| error.fields[0].pointer.clone())
    }

    fn calls(ids: &[&str]) -> Value {
        let call = |id: &&str| json!({"id": id, "type": "function", "function": {"name": "look", "arguments": "{}"}});
        json!({"role": "assistant", "content": null, "tool_calls": ids.iter().map(call).collect::<Vec<_>>()})
    }

    fn result(id: &str, content: Value) -> Value {
        json!({"role": "tool", "tool_call_id": id, "content": content})
    }

    fn user() -> Value {
        json!({"role": "user", "content": "Look."})
    }

    #[test]
    fn results_follow_their_calls_in_the_order_of_the_calls() {
        let parts = json!([{"type": "text", "text": "B"}, {"type": "text", "text": "b"}]);
        let mut spoken = calls(&["a"]);
        spoken["content"] = "I look.".into();
        let developer = json!({"role": "developer", "content": "Be brief."});
        let messages = json!([
            user(),
            calls(&["a", "b", "c"]),
            result("c", json!("")),
            developer,
            result("b", parts),
            result("a", json!("A")),
            spoken,
            result("a", Value::Null),
        ]);
        let said = read_json(messages).unwrap();
        let call = |id: &str| {
            let arguments = Arguments::parse("{}".into());
            Part::ToolCall(ToolCall { id: id.into(), name: "look".into(), arguments, extra: None })
        };
        let answer = |id: &str, text: &str| {
            Part::ToolResult(ToolResult { call_id: id.into(), content: text.into(), is_error: false })
        };
        let message = |role, parts| Message { role, content: Content::Parts(parts) };
        let text = |role, text: &str| Message { role, content: Content::Text(text.into()) };
        let expected = [
            text(Role::User, "Look."),
            message(Role::Assistant, vec![call("a"), call("b"), call("c")]),
            text(Role::System, "Be brief."),
            message(Role::Tool, vec![answer("a", "A"), answer("b", "B\nb"), answer("c", "")]),
            message(Role::Assistant, vec![Part::Text { text: "I look.".into() }, call("a")]),
            message(Role::Tool, vec![answer("a", "")]),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn calls_without_results_and_results_without_calls_are_refused_by_their_place() {
        let image = json!([{"type": "image_url", "image_url": {"url": "https://images.example/cat.png"}}]);
        for (messages, place) in [
            (json!([user(), result("a", json!("A"))]), "/messages/1/tool_call_id"),
            (json!([user(), calls(&["a"]), result("b", json!("B"))]), "/messages/2/tool_call_id"),
            (
                json!([user(), calls(&["a"]), result("a", json!("A")), result("a", json!("A"))]),
                "/messages/3/tool_call_id",
            ),
            (json!([user(), calls(&["a"]), user()]), "/messages/1/tool_calls/0"),
            (json!([user(), calls(&["a", "b"]), result("a", json!("A"))]), "/messages/1/tool_calls/1"),
            (
                json!([user(), calls(&["a"]), result("a", json!("A")), user(), result("a", json!("A"))]),
                "/messages/4/tool_call_id",
            ),
            (json!([user(), calls(&["a", "a"])]), "/messages/1/tool_calls/1/id"),
            (json!([user(), calls(&["a"]), result("a", image)]), "/messages/2/content/0"),
            (json!([user(), calls(&["a"]), {"role": "tool", "content": "A"}]), "/messages/2/tool_call_id"),
            (
                json!([user(), {"role": "user", "content": "", "tool_calls": calls(&["a"])["tool_calls"]}]),
                "/messages/1/tool_calls",
            ),
            (json!([user(), {"role": "function", "name": "look", "content": "A"}]), "/messages/1/role"),
            (
                json!([user(), {"role": "assistant", "content": null, "function_call": {"name": "look"}}]),
                "/messages/1/function_call",
            ),
            (json!([user(), {"role": "user", "content": " "}]), "/messages/1/content"),
            (json!([{"role": "assistant", "content": ""}]), "/messages/0/content"),
        ] {
            assert_eq!(read_json(messages.clone()).unwrap_err(), place, "{messages}");
        }
    }
}
