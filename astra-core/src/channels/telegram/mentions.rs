//! Text with its entities (<https://core.telegram.org/bots/api#messageentity>): whether it mentions the bot, and what
//! it says without that. Offsets and lengths are in units of UTF-16.

use serde::Deserialize;

/// Something special in a text.
#[derive(Deserialize)]
pub(super) struct Entity {
    #[serde(rename = "type")]
    kind: String,
    offset: usize,
    length: usize,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    user: Option<Mentioned>,
}

/// A person without a username who is mentioned.
#[derive(Deserialize)]
struct Mentioned {
    id: i64,
}

/// The bot, as texts name it.
pub(super) struct Bot<'a> {
    pub(super) id: &'a str,
    /// Without `@`; the empty text before the first check.
    pub(super) username: &'a str,
}

/// Whether `text` mentions the bot, or has a command that names it.
pub(super) fn mentions(text: &str, entities: &[Entity], bot: &Bot<'_>) -> bool {
    entities.iter().any(|entity| {
        is_mention(text, entity, bot) || entity.kind == "bot_command" && own_command(part(text, entity), bot).is_some()
    })
}

/// `text` for a model: without mentions of the bot at its beginning, a command without the bot's name, and links in
/// Markdown.
pub(super) fn plain(text: &str, entities: &[Entity], bot: &Bot<'_>) -> String {
    let mut begins = skip_space(text, 0);
    let at = |place: usize| entities.iter().find(move |entity| start(text, entity) == Some(place));
    while let Some(entity) = at(begins).filter(|entity| is_mention(text, entity, bot)) {
        let end = begins + part(text, entity).len();
        begins = skip_space(text, end + separators(&text[end..]));
    }
    let mut plain = String::with_capacity(text.len());
    if let Some(entity) = at(begins).filter(|entity| entity.kind == "bot_command") {
        let written = part(text, entity);
        plain.push_str(own_command(written, bot).unwrap_or(written));
        begins += written.len();
    }
    let links = entities.iter().filter_map(|entity| {
        let (url, start) = (entity.url.as_deref().filter(|_| entity.kind == "text_link")?, start(text, entity)?);
        Some((start, part(text, entity), url)).filter(|(_, label, _)| !label.is_empty())
    });
    for (start, label, url) in links {
        if start >= begins {
            plain.push_str(&text[begins..start]);
            plain.push_str(&format!("[{label}]({url})"));
            begins = start + label.len();
        }
    }
    plain.push_str(&text[begins..]);
    plain.trim().to_owned()
}

fn is_mention(text: &str, entity: &Entity, bot: &Bot<'_>) -> bool {
    match entity.kind.as_str() {
        "mention" => {
            let name = part(text, entity).strip_prefix('@').unwrap_or_default();
            !name.is_empty() && name.eq_ignore_ascii_case(bot.username)
        }
        "text_mention" => entity.user.as_ref().is_some_and(|user| user.id.to_string() == bot.id),
        _ => false,
    }
}

/// `/reset` of `/reset@bot`; `None` if the command names no bot or another one.
fn own_command<'a>(command: &'a str, bot: &Bot<'_>) -> Option<&'a str> {
    let (command, name) = command.split_once('@')?;
    (!name.is_empty() && name.eq_ignore_ascii_case(bot.username)).then_some(command)
}

/// What an entity covers; nothing if it is not of this text.
fn part<'a>(text: &'a str, entity: &Entity) -> &'a str {
    let end = entity.offset.checked_add(entity.length).and_then(|end| place(text, end));
    start(text, entity).zip(end).and_then(|(start, end)| text.get(start..end)).unwrap_or_default()
}

fn start(text: &str, entity: &Entity) -> Option<usize> {
    place(text, entity.offset)
}

/// The place in bytes of a place in units of UTF-16.
fn place(text: &str, units: usize) -> Option<usize> {
    let mut before = 0;
    for (place, letter) in text.char_indices() {
        if before >= units {
            return (before == units).then_some(place);
        }
        before += letter.len_utf16();
    }
    (before == units).then_some(text.len())
}

/// Where something that is no white space is, from `place` on.
fn skip_space(text: &str, place: usize) -> usize {
    text.len() - text[place..].trim_start().len()
}

/// How much of `,` and `:` a text begins with.
fn separators(text: &str) -> usize {
    text.len() - text.trim_start_matches([',', ':']).len()
}
