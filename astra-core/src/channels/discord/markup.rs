//! From Markdown to Discord's, which is nearly the same: it knows no tables and no images, and some things more.

use crate::channels::dialect::Dialect;

/// Discord's Markdown.
pub(super) const DISCORD: Dialect = Dialect {
    escape,
    escape_code: str::to_owned,
    bold: ("**", "**"),
    italic: ("*", "*"),
    strike: ("~~", "~~"),
    heading: ("**", "**"),
    code: ("`", "`"),
    block,
    link,
    quote: ("", ""),
    quote_line: "> ",
    bullet: "- ",
    rule: "──────────",
};

/// `text` with all escaped that Discord gives a meaning: Markdown, spoilers (`||`), mentions, emoji and times (`<`),
/// and at its beginning headings, quotes and lists. URLs stay as they are.
fn escape(text: &str) -> String {
    // What Markdown itself has found to be no mark is none in Discord either.
    if text.chars().all(|letter| matches!(letter, '*' | '_' | '~')) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    let (mut url_ends, mut is_at_beginning) = (0, true);
    for (place, letter) in text.char_indices() {
        if place >= url_ends && is_url(&text[place..]) {
            url_ends = text[place..].find(char::is_whitespace).map_or(text.len(), |length| place + length);
        }
        let is_mark = matches!(letter, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '[' | ']')
            || is_at_beginning && matches!(letter, '>' | '#' | '-' | '+');
        if place >= url_ends && is_mark {
            escaped.push('\\');
        }
        escaped.push(letter);
        is_at_beginning = letter == '\n';
    }
    escaped
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// A block of code, which nothing within it ends.
fn block(language: &str, code: &str) -> String {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '#' | '_' | '.');
    let language = if language.chars().all(is_name) { language } else { "" };
    format!("```{language}\n{}```", code.replace("```", "``\u{200b}`"))
}

/// A link, which Discord makes of URLs of the web alone, and not if its text has or looks like another one.
fn link(label: &str, url: &str) -> String {
    let is_same = label == url || url.strip_prefix("mailto:") == Some(label);
    if is_same {
        return label.to_owned();
    }
    let target = url.replace(' ', "%20").replace('(', "%28").replace(')', "%29").replace('<', "%3C");
    if !is_url(url) || label.contains("://") {
        return format!("{label} ({})", if is_url(url) { target } else { escape(url) });
    }
    format!("[{label}]({target})")
}
