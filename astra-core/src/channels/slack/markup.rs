//! From Markdown to Slack's mrkdwn (<https://docs.slack.dev/messaging/formatting-message-text>).

use super::text;
use crate::channels::dialect::Dialect;

/// Slack formats at the borders of words alone. A space that cannot be seen is such a border, so that `a**b**c` and
/// text in scripts without spaces is formatted too.
const BORDER: char = '\u{200b}';

/// Slack has no escape for the marks of its formats. A date that it cannot parse is shown as the text behind `|`,
/// which is not formatted.
const LITERAL: (&str, &str) = ("<!date^0^{_}|", ">");

/// mrkdwn.
pub(super) const MRKDWN: Dialect = Dialect {
    escape,
    escape_code: text::escaped,
    bold: ("\u{200b}*", "*\u{200b}"),
    italic: ("\u{200b}_", "_\u{200b}"),
    strike: ("\u{200b}~", "~\u{200b}"),
    heading: ("\u{200b}*", "*\u{200b}"),
    code: ("\u{200b}`", "`\u{200b}"),
    block,
    link,
    quote: ("", ""),
    quote_line: "> ",
    bullet: "• ",
    rule: "──────────",
};

/// `text` with all escaped that Slack would format: marks that can begin something, and `>` at the beginning. URLs stay
/// as they are.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    if text.starts_with('>') {
        escaped.push(BORDER);
    }
    let (mut before, mut letters) = (None::<char>, text.char_indices().peekable());
    let mut url_ends = 0;
    while let Some((place, letter)) = letters.next() {
        if place >= url_ends && is_url(&text[place..]) {
            url_ends = text[place..].find(char::is_whitespace).map_or(text.len(), |length| place + length);
        }
        let next = letters.peek().map(|(_, next)| *next);
        let is_mark = matches!(letter, '*' | '_' | '~' | '`')
            && place >= url_ends
            && !before.is_some_and(char::is_alphanumeric)
            && next.is_some_and(|next| !next.is_whitespace() && next != letter);
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            mark if is_mark => {
                escaped.push_str(LITERAL.0);
                escaped.push(mark);
                escaped.push_str(LITERAL.1);
            }
            letter => escaped.push(letter),
        }
        before = Some(letter);
    }
    escaped
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Slack knows no languages, and no escape for what ends a block.
fn block(_language: &str, code: &str) -> String {
    format!("```\n{}```", code.replace("```", "``\u{200b}`"))
}

/// A link. What is no URL of the web or of a mailbox stays text: `!channel` would call everyone.
fn link(label: &str, url: &str) -> String {
    let label = label.replace(LITERAL.0, "");
    // Only what was within the escape of a mark can end a token here.
    let label = label.replace(['<', '>'], "").replace('|', "¦");
    let address = url.strip_prefix("mailto:").unwrap_or(url);
    if !is_url(url) && !url.starts_with("mailto:") {
        let url = text::escaped(url);
        return if label == url { url } else { format!("{label} ({url})") };
    }
    let target = url.replace('|', "%7C").replace('<', "%3C").replace('>', "%3E").replace(' ', "%20");
    let target = target.replace('&', "&amp;");
    if label == text::escaped(address) || label.trim().is_empty() {
        return format!("<{target}>");
    }
    format!("<{target}|{label}>")
}
