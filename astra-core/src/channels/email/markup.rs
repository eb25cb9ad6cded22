//! From Markdown to the HTML of a mail.

use crate::channels::dialect::{self, Dialect, escape_html};

const HTML: Dialect = Dialect {
    escape: escape_html,
    escape_code: escape_html,
    bold: ("<b>", "</b>"),
    italic: ("<i>", "</i>"),
    strike: ("<s>", "</s>"),
    heading: ("<b>", "</b>"),
    code: ("<code>", "</code>"),
    block: |_, code| format!("<pre>{code}</pre>"),
    link,
    quote: ("<blockquote>", "</blockquote>"),
    quote_line: "",
    bullet: "• ",
    rule: "<hr>",
};
/// The schemes of links that are links in a mail.
const SCHEMES: [&str; 3] = ["https:", "http:", "mailto:"];

/// `markdown` as HTML within one element that keeps its lines.
pub(super) fn render(markdown: &str) -> String {
    format!("<div style=\"white-space: pre-wrap\">{}</div>", dialect::render(markdown, &HTML))
}

fn link(text: &str, url: &str) -> String {
    let is_kept = SCHEMES
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme)));
    let url = escape_html(url);
    if is_kept { format!("<a href=\"{url}\">{text}</a>") } else { format!("{text} ({url})") }
}
