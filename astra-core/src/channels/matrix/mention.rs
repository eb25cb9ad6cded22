//! Whether a message mentions the bot, and its text without the mention and without what it quotes.
//! <https://spec.matrix.org/latest/client-server-api/#user-and-room-mentions>

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The first part of a user id: `astra` of `@astra:example.org`.
pub(super) fn localpart(user_id: &str) -> &str {
    let id = user_id.strip_prefix('@').unwrap_or(user_id);
    id.split_once(':').map_or(id, |(localpart, _)| localpart)
}

/// Whether the content of a message mentions the user: by `m.mentions`, which clients put into each message, or, of
/// those that do not know it, by the id in the text or a link to the user.
pub(super) fn is_mentioned(user_id: &str, content: &Value) -> bool {
    if let Some(mentions) = content.get("m.mentions").filter(|mentions| mentions.is_object()) {
        let ids = mentions.get("user_ids").and_then(Value::as_array);
        return ids.is_some_and(|ids| ids.iter().any(|id| id.as_str() == Some(user_id)));
    }
    let text = |name| content.get(name).and_then(Value::as_str).unwrap_or_default();
    without_reply(text("body")).contains(user_id) || links_to(user_id, new_html(text("formatted_body")))
}

/// The text without the message that it answers, which clients before version 1.13 of the specification put before it.
pub(super) fn without_reply(body: &str) -> &str {
    if !(body.starts_with("> <@") || body.starts_with("> * <@")) {
        return body;
    }
    let mut rest = body;
    while rest.starts_with("> ") || rest.starts_with(">\n") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    rest.trim_start_matches(['\r', '\n'])
}

/// The text without the mention of the user at its beginning. `html` is its other form, whose link says by which name
/// the user is mentioned.
pub(super) fn without_mention<'a>(user_id: &str, text: &'a str, html: &str) -> &'a str {
    let text = text.trim();
    let localpart = localpart(user_id);
    let at_localpart = format!("@{localpart}");
    let linked = linked_name(user_id, new_html(html));
    let names = [linked.as_deref(), Some(user_id), Some(at_localpart.as_str())].into_iter().flatten();
    for name in names.filter(|name| !name.is_empty()) {
        if let Some(rest) = without_name(text, name, true) {
            return rest;
        }
    }
    without_name(text, localpart, false).unwrap_or(text)
}

/// What follows the name and `:`, `,` or, if that is enough, white space.
fn without_name<'a>(text: &'a str, name: &str, is_space_enough: bool) -> Option<&'a str> {
    let beginning = text.get(..name.len())?;
    let rest = &text[name.len()..];
    let ends =
        rest.starts_with([':', ',']) || (is_space_enough && (rest.is_empty() || rest.starts_with(char::is_whitespace)));
    (ends && beginning.eq_ignore_ascii_case(name)).then(|| rest.trim_start_matches([':', ',']).trim_start())
}

/// The name that a link to the user at the beginning of the text shows.
fn linked_name(user_id: &str, html: &str) -> Option<String> {
    let html = html.trim_start();
    let tag = html.strip_prefix("<p>").unwrap_or(html).strip_prefix("<a ")?;
    let (attributes, rest) = tag.split_once('>')?;
    let (name, _) = rest.split_once("</a>")?;
    links_to(user_id, attributes).then(|| unescaped(name))
}

fn links_to(user_id: &str, html: &str) -> bool {
    let decoded = percent_decode_str(html).decode_utf8_lossy();
    ["\"", "'", "?"].iter().any(|end| decoded.contains(&format!("https://matrix.to/#/{user_id}{end}")))
}

/// The HTML without the message that it answers.
fn new_html(html: &str) -> &str {
    html.rsplit_once("</mx-reply>").map_or(html, |(_, new)| new)
}

fn unescaped(html: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (escaped, letter)| text.replace(escaped, letter))
}
