//! From Markdown to the HTML that Telegram knows (<https://core.telegram.org/bots/api#html-style>).

use crate::channels::dialect::{self, Dialect, escape_html};

/// Bytes that a text may have with its markup for each unit of its length: Telegram reads up to 32 KiB.
const MARKED_BYTES: usize = 8;

const OPEN_QUOTE: &str = "<blockquote>";
const CLOSE_QUOTE: &str = "</blockquote>";

/// Telegram's HTML.
pub(super) const TELEGRAM: Dialect = Dialect {
    escape,
    escape_code: escape_html,
    bold: ("<b>", "</b>"),
    italic: ("<i>", "</i>"),
    strike: ("<s>", "</s>"),
    heading: ("<b>", "</b>"),
    code: ("<code>", "</code>"),
    block,
    link,
    quote: (OPEN_QUOTE, CLOSE_QUOTE),
    quote_line: "",
    bullet: "• ",
    rule: "──────────",
};

/// `markdown` in Telegram's HTML. Quotes within quotes, which Telegram does not know, are part of the outer one.
pub(super) fn render(markdown: &str) -> String {
    let html = dialect::render(markdown, &TELEGRAM);
    let (mut flat, mut depth) = (String::with_capacity(html.len()), 0_u32);
    // The sign stands at the end of tags alone: that of a text is escaped.
    for piece in html.split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.rfind('<').unwrap_or(piece.len()));
        flat.push_str(text);
        if tag == OPEN_QUOTE {
            depth += 1;
        }
        if depth < 2 || (tag != OPEN_QUOTE && tag != CLOSE_QUOTE) {
            flat.push_str(tag);
        }
        if tag == CLOSE_QUOTE {
            depth = depth.saturating_sub(1);
        }
    }
    flat
}

/// The length of what people see, in units of UTF-16; more if the markup is so long that Telegram would not read it.
pub(super) fn length(html: &str) -> usize {
    let (mut seen, mut letters) = (0, html.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '<' => skip_to('>', &mut letters),
            '&' => {
                skip_to(';', &mut letters);
                seen += 1;
            }
            letter => seen += letter.len_utf16(),
        }
    }
    seen.max(html.len().div_ceil(MARKED_BYTES))
}

fn skip_to(end: char, letters: &mut std::str::Chars<'_>) {
    for letter in letters.by_ref() {
        if letter == end {
            return;
        }
    }
}

/// `text` for HTML, and so that it mentions no one: a name behind `@` begins with a mark that cannot be seen. URLs stay
/// as they are.
fn escape(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let (mut url_ends, mut before) = (0, ' ');
    for (place, letter) in text.char_indices() {
        if place >= url_ends && is_url(&text[place..]) {
            url_ends = text[place..].find(char::is_whitespace).map_or(text.len(), |length| place + length);
        }
        written.push(letter);
        let names =
            text[place + letter.len_utf8()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        if letter == '@' && names && place >= url_ends && !(before.is_alphanumeric() || before == '_') {
            written.push('\u{2060}');
        }
        before = letter;
    }
    escape_html(&written)
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn block(language: &str, code: &str) -> String {
    let code = code.trim_end_matches('\n');
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '#' | '_' | '.');
    if language.is_empty() || !language.chars().all(is_name) {
        return format!("<pre>{code}</pre>");
    }
    format!("<pre><code class=\"language-{language}\">{code}</code></pre>")
}

/// A link of the web. Those of `tg:` could mention people.
fn link(label: &str, url: &str) -> String {
    let escaped = escape_html(url);
    if label == escaped || url.strip_prefix("mailto:") == Some(label) {
        return label.to_owned();
    }
    if is_url(url) { format!("<a href=\"{escaped}\">{label}</a>") } else { format!("{label} ({})", escape(url)) }
}
