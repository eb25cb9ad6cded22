//! From Markdown to the HTML that Teams shows on all its clients
//! (<https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages>): it has no headings,
//! lists, tables and rules there, which become text.

use crate::channels::dialect::{self, Dialect, escape_html};

const HTML: Dialect = Dialect {
    escape: escape_html,
    escape_code: escape_html,
    bold: ("<b>", "</b>"),
    italic: ("<i>", "</i>"),
    strike: ("<s>", "</s>"),
    heading: ("<b>", "</b>"),
    code: ("<code>", "</code>"),
    block: |_, code| format!("{PRE}{code}{PRE_END}"),
    link,
    quote: ("<blockquote>", "</blockquote>"),
    quote_line: "",
    bullet: "• ",
    rule: "──────────",
};

const PRE: &str = "<pre>";
const PRE_END: &str = "</pre>";

/// The text for a message with the format `xml`.
pub(super) fn render(markdown: &str) -> String {
    let (html, mut rendered) = (dialect::render(markdown, &HTML), String::new());
    let mut rest = html.as_str();
    // Text is escaped, so that these are of blocks alone. Within them lines are lines.
    while let Some((before, behind)) = rest.split_once(PRE) {
        let (code, behind) = behind.split_once(PRE_END).unwrap_or((behind, ""));
        rendered.push_str(&lines(before.trim_end_matches('\n')));
        rendered.push_str(&format!("{PRE}{}{PRE_END}", code.trim_end_matches('\n')));
        rest = behind.trim_start_matches('\n');
    }
    rendered.push_str(&lines(rest));
    rendered
}

/// Lines of text, of which HTML would make one.
fn lines(text: &str) -> String {
    let indented = |line: &str| {
        let written = line.trim_start_matches(' ');
        format!("{}{written}", "&nbsp;".repeat(line.len() - written.len()))
    };
    text.split('\n').map(indented).collect::<Vec<_>>().join("<br>")
}

/// A link; of what is no URL of the web or of a mailbox, and around another link, the text and the URL.
fn link(label: &str, url: &str) -> String {
    let is_link = ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    let is_link = is_link && !label.contains("<a ");
    match (escape_html(url), is_link) {
        (url, true) => format!("<a href=\"{url}\">{label}</a>"),
        (url, false) => format!("{label} ({url})"),
    }
}
