//! From Markdown to what WhatsApp makes of text (<https://faq.whatsapp.com/539178204879377>): `*bold*`, `_italic_`,
//! `~struck~`, code between three backticks, lists and quotes.

use crate::channels::dialect::Dialect;

/// WhatsApp's formats. Code has three backticks within a line too: so one of them in it has no meaning.
pub(super) const WHATSAPP: Dialect = Dialect {
    escape,
    escape_code,
    bold: ("*", "*"),
    italic: ("_", "_"),
    strike: ("~", "~"),
    heading: ("*", "*"),
    code: ("```", "```"),
    block: |_, code| format!("```\n{code}```"),
    link: |label, url| if label == url { url.to_owned() } else { format!("{label} ({url})") },
    quote: ("", ""),
    quote_line: "> ",
    bullet: "- ",
    rule: "──────────",
};

/// `text` in which no mark begins a format. WhatsApp has no escape: a mark that could begin one, which is one at the
/// beginning of a word, is written as a sign that looks like it, and a quote begins with a space that cannot be seen.
/// URLs stay as they are.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let (mut url_ends, mut before) = (0, None);
    for (place, letter) in text.char_indices() {
        if place >= url_ends && is_url(&text[place..]) {
            url_ends = text[place..].find(char::is_whitespace).map_or(text.len(), |length| place + length);
        }
        let behind = &text[place + letter.len_utf8()..];
        let begins = !before.is_some_and(char::is_alphanumeric) && !behind.starts_with(char::is_whitespace);
        let is_at_beginning = before.is_none_or(|before| before == '\n');
        if is_at_beginning && letter == '>' && behind.starts_with(' ') {
            escaped.push('\u{200b}');
        }
        escaped.push(match letter {
            '*' if begins && place >= url_ends => '\u{2217}',
            '_' if begins && place >= url_ends => '\u{02cd}',
            '~' if begins && place >= url_ends => '\u{223c}',
            '`' if place >= url_ends => '\u{02cb}',
            letter => letter,
        });
        before = Some(letter);
    }
    escaped
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Code that does not end before its end.
fn escape_code(code: &str) -> String {
    let code = code.replace("```", "``\u{200b}`");
    let begins = if code.starts_with('`') { "\u{200b}" } else { "" };
    let ends = if code.ends_with('`') { "\u{200b}" } else { "" };
    format!("{begins}{code}{ends}")
}
