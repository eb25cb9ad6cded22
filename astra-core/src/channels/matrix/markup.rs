//! From Markdown to the HTML that Matrix clients show.
//! <https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes>

use crate::channels::dialect::{self, Dialect, escape_html};

const HTML: Dialect = Dialect {
    escape: escape_html,
    escape_code: escape_html,
    bold: ("<strong>", "</strong>"),
    italic: ("<em>", "</em>"),
    strike: ("<del>", "</del>"),
    heading: ("<h4>", "</h4>"),
    code: ("<code>", "</code>"),
    block,
    link,
    quote: ("<blockquote>", "</blockquote>"),
    quote_line: "",
    bullet: "• ",
    rule: "<hr>",
};
/// The schemes of links that clients keep.
const SCHEMES: [&str; 5] = ["https:", "http:", "ftp:", "mailto:", "magnet:"];
const BREAK: &str = "<br>";
/// What begins and what ends on a line of its own.
const OPENING: [&str; 4] = ["<h4>", "<blockquote>", "<hr>", "<pre>"];
const CLOSING: [&str; 4] = ["</h4>", "</blockquote>", "<hr>", "</pre>"];

/// `markdown` as HTML.
pub(super) fn render(markdown: &str) -> String {
    breaks(&dialect::render(markdown, &HTML))
}

fn block(language: &str, code: &str) -> String {
    let is_name = language.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-_#.".contains(&byte));
    if language.is_empty() || !is_name {
        format!("<pre><code>{code}</code></pre>")
    } else {
        format!("<pre><code class=\"language-{language}\">{code}</code></pre>")
    }
}

fn link(text: &str, url: &str) -> String {
    let is_kept = SCHEMES
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme)));
    let url = escape_html(url);
    if is_kept { format!("<a href=\"{url}\">{text}</a>") } else { format!("{text} ({url})") }
}

/// Newlines and spaces at the beginning of a line, which HTML leaves out but for blocks of code, as HTML.
fn breaks(html: &str) -> String {
    let (mut whole, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(start) = rest.find("<pre>") {
        let end = rest[start..].find("</pre>").map_or(rest.len(), |end| start + end + "</pre>".len());
        push_lines(&mut whole, &rest[..start]);
        whole.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    push_lines(&mut whole, rest);
    // What has a line of its own needs no break around it.
    for tag in OPENING {
        let broken = format!("{BREAK}{tag}");
        while whole.contains(&broken) {
            whole = whole.replace(&broken, tag);
        }
    }
    for tag in CLOSING {
        let broken = format!("{tag}{BREAK}");
        while whole.contains(&broken) {
            whole = whole.replace(&broken, tag);
        }
    }
    whole
}

fn push_lines(whole: &mut String, text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            whole.push_str(BREAK);
        }
        let words = line.trim_start_matches(' ');
        if number > 0 && !words.is_empty() {
            whole.push_str(&"&nbsp;".repeat(line.len() - words.len()));
            whole.push_str(words);
        } else {
            whole.push_str(line);
        }
    }
}
