//! The text of a mail that is HTML alone. It takes time in proportion to the mail's length, whatever the mail is.

/// Elements whose content is no text.
const HIDDEN: [&str; 4] = ["script", "style", "title", "template"];
/// Elements that begin and end a line.
const LINES: [&str; 14] = [
    "address", "article", "center", "dd", "div", "dt", "footer", "form", "header", "hr", "li", "main", "section", "tr",
];
/// Elements that have an empty line around them.
const PARAGRAPHS: [&str; 12] = ["dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"];
/// Longest name of an entity, with its marks.
const ENTITY_BYTES: usize = 10;

/// The lines of the text as they are made.
#[derive(Default)]
struct Lines {
    text: String,
    line: String,
    /// How many quotes are open.
    quotes: usize,
}

/// The text of HTML; what is quoted begins with `> `, as in mails that are text.
pub(super) fn text(html: &str) -> String {
    let (mut lines, mut rest) = (Lines::default(), html);
    while let Some((before, tag)) = rest.find('<').map(|open| rest.split_at(open)) {
        lines.push(before);
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if tag[1..].starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')) {
            let (inner, after) = tag[1..].split_once('>').unwrap_or((&tag[1..], ""));
            rest = lines.tag(inner, after);
        } else {
            lines.push("<");
            rest = &tag[1..];
        }
    }
    lines.push(rest);
    lines.end();
    lines.text.trim().to_owned()
}

impl Lines {
    /// Reads a tag; answers what is read after it.
    fn tag<'a>(&mut self, inner: &str, after: &'a str) -> &'a str {
        let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
        let name =
            inner.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "blockquote" => {
                self.end();
                self.quotes = if is_end { self.quotes.saturating_sub(1) } else { self.quotes + 1 };
            }
            "br" if self.line.trim().is_empty() => self.gap(),
            "br" => self.end(),
            "li" if !is_end => {
                self.end();
                self.line.push_str("- ");
            }
            "td" | "th" => self.push(" "),
            name if LINES.contains(&name) => self.end(),
            name if PARAGRAPHS.contains(&name) => {
                self.end();
                self.gap();
            }
            name if HIDDEN.contains(&name) && !is_end => return behind(name, after),
            _ => {}
        }
        after
    }

    /// Adds text; white space is one space.
    fn push(&mut self, text: &str) {
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let (letter, length) = match letter {
                '&' => entity(rest).unwrap_or(('&', 1)),
                letter => (letter, letter.len_utf8()),
            };
            if !letter.is_whitespace() {
                self.line.push(letter);
            } else if !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            rest = &rest[length..];
        }
    }

    /// Ends the line, unless it is empty.
    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if !line.is_empty() {
            self.text.push_str(if self.quotes > 0 { "> " } else { "" });
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// Adds an empty line, unless there is one.
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

/// What follows the end of the element.
fn behind<'a>(name: &str, html: &'a str) -> &'a str {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once("</") {
        if tag.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return tag.split_once('>').map_or("", |(_, after)| after);
        }
        rest = tag;
    }
    ""
}

/// The letter of an entity that the text begins with, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(ENTITY_BYTES).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "euro" => '€',
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?).filter(|letter| !letter.is_control())?
        }
    };
    Some((letter, end + 1))
}
