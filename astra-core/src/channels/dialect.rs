//! From Markdown to the markup of a platform: a table of what the platform writes for each thing that Markdown knows.
//! Of a text that is no Markdown, all comes out as text.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

/// What begins and what ends something.
pub type Marks = (&'static str, &'static str);

/// The markup of a platform.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Text with all escaped that has a meaning in the platform's markup.
    pub escape: fn(&str) -> String,
    /// The same within code.
    pub escape_code: fn(&str) -> String,
    /// Bold text.
    pub bold: Marks,
    /// Italic text.
    pub italic: Marks,
    /// Text that is struck out.
    pub strike: Marks,
    /// A heading.
    pub heading: Marks,
    /// Code within a line.
    pub code: Marks,
    /// A block of code from its language, which may be the empty text, and its escaped text, which ends with a newline.
    pub block: fn(&str, &str) -> String,
    /// A link from its text, in the platform's markup, and its URL, as the model wrote it.
    pub link: fn(&str, &str) -> String,
    /// What a quote begins and ends with, if it has marks.
    pub quote: Marks,
    /// What each line of a quote begins with.
    pub quote_line: &'static str,
    /// What an item of a list without numbers begins with.
    pub bullet: &'static str,
    /// A line across.
    pub rule: &'static str,
}

/// Plain text: no marks, links as `text (URL)`, code as it is.
pub const PLAIN: Dialect = Dialect {
    escape: str::to_owned,
    escape_code: str::to_owned,
    bold: ("", ""),
    italic: ("", ""),
    strike: ("", ""),
    heading: ("", ""),
    code: ("", ""),
    block: |_, code| code.to_owned(),
    link: |text, url| if text == url { url.to_owned() } else { format!("{text} ({url})") },
    quote: ("", ""),
    quote_line: "> ",
    bullet: "- ",
    rule: "----",
};

/// `text` for HTML, in elements and in attributes with double quotes.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// `markdown` (CommonMark, with tables and text that is struck out) in `dialect`. Tables become blocks of code, images
/// links, HTML text. Markup of the dialect is never within markup of the same kind, and closed where it was opened.
#[must_use]
pub fn render(markdown: &str, dialect: &Dialect) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut writer = Writer {
        dialect,
        buffers: vec![String::new()],
        marks: Vec::new(),
        frames: Vec::new(),
        lists: Vec::new(),
        table: 0,
    };
    for (event, range) in TextMergeWithOffset::new(Parser::new_ext(markdown, options).into_offset_iter()) {
        writer.event(event, markdown.get(range).unwrap_or_default());
    }
    let whole: String = writer.buffers.concat();
    whole.trim_end_matches('\n').to_owned()
}

struct Writer<'a> {
    dialect: &'a Dialect,
    /// What is written, and what is written within things that are put together when they end.
    buffers: Vec<String>,
    /// The marks that are open; `None` for one within another of its kind.
    marks: Vec<Option<Marks>>,
    /// The language of a block of code, or the URL of a link.
    frames: Vec<String>,
    /// The next number of each list that is open; `None` for one without numbers.
    lists: Vec<Option<u64>>,
    /// How many tables are open, whose source has been written.
    table: u32,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>, source: &str) {
        match event {
            Event::End(TagEnd::Table) => self.table = self.table.saturating_sub(1),
            _ if self.table > 0 => {}
            Event::Start(tag) => self.start(tag, source),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code() => self.push(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                let escaped = (self.dialect.escape)(&text);
                self.push(&escaped);
            }
            Event::Code(code) => {
                let written = self.code(&code);
                self.push(&written);
            }
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => {
                self.gap(2);
                self.push(self.dialect.rule);
            }
            _ => {}
        }
    }

    /// Code within a line. Where its marks are those of Markdown, code with such marks in it has more of them around
    /// it.
    fn code(&self, code: &str) -> String {
        let (open, close) = self.dialect.code;
        let escaped = (self.dialect.escape_code)(code);
        if (open, close) != ("`", "`") || !escaped.contains('`') {
            return format!("{open}{escaped}{close}");
        }
        let longest = escaped.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let marks = "`".repeat(longest + 1);
        format!("{marks} {escaped} {marks}")
    }

    fn start(&mut self, tag: Tag<'_>, source: &str) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.gap(2),
            Tag::Heading { .. } => {
                self.gap(2);
                self.open(self.dialect.heading);
            }
            Tag::Strong => self.open(self.dialect.bold),
            Tag::Emphasis => self.open(self.dialect.italic),
            Tag::Strikethrough => self.open(self.dialect.strike),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.enter(dest_url.into_string()),
            Tag::CodeBlock(kind) => {
                self.gap(2);
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',']).next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                // A mark that no link has says that it is code.
                self.enter(format!("{CODE}{language}"));
            }
            Tag::BlockQuote(_) => {
                self.gap(2);
                self.enter(String::new());
            }
            Tag::List(first) => {
                self.gap(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push(first);
            }
            Tag::Item => {
                self.gap(1);
                self.enter(String::new());
            }
            Tag::Table(_) => {
                self.gap(2);
                self.table += 1;
                let block = (self.dialect.block)("", &(self.dialect.escape_code)(&format!("{}\n", source.trim_end())));
                self.push(&block);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough => {
                if let Some(Some((_, close))) = self.marks.pop() {
                    self.push(close);
                }
            }
            TagEnd::Link | TagEnd::Image => {
                let (text, url) = self.leave();
                let link = if text.is_empty() { (self.dialect.escape)(&url) } else { (self.dialect.link)(&text, &url) };
                self.push(&link);
            }
            TagEnd::CodeBlock => {
                let (mut code, language) = self.leave();
                if !code.ends_with('\n') {
                    code.push('\n');
                }
                let code = (self.dialect.escape_code)(&code);
                let block = (self.dialect.block)(language.trim_start_matches(CODE), &code);
                self.push(block.trim_end_matches('\n'));
            }
            TagEnd::BlockQuote(_) => {
                let (text, _) = self.leave();
                let lines: Vec<String> =
                    text.trim_end().lines().map(|line| format!("{}{line}", self.dialect.quote_line)).collect();
                let (open, close) = self.dialect.quote;
                self.push(&format!("{open}{}{close}", lines.join("\n")));
            }
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::Item => self.end_item(),
            _ => {}
        }
    }

    fn end_item(&mut self) {
        let (text, _) = self.leave();
        let bullet = match self.lists.last_mut() {
            Some(Some(number)) => {
                let bullet = format!("{number}. ");
                *number = number.saturating_add(1);
                bullet
            }
            _ => self.dialect.bullet.to_owned(),
        };
        let text = text.trim_end().replace('\n', "\n  ");
        // Lines of a list in an item have been moved in by this; empty ones need no spaces.
        let text = text.replace("\n  \n", "\n\n");
        self.push(&format!("{bullet}{text}"));
    }

    fn open(&mut self, marks: Marks) {
        let is_within = marks.0.is_empty() || self.marks.contains(&Some(marks));
        self.marks.push((!is_within).then_some(marks));
        if !is_within {
            self.push(marks.0);
        }
    }

    fn enter(&mut self, frame: String) {
        self.frames.push(frame);
        self.buffers.push(String::new());
    }

    /// What was written since the last frame began, and the frame.
    fn leave(&mut self) -> (String, String) {
        let text = if self.buffers.len() > 1 { self.buffers.pop() } else { None };
        (text.unwrap_or_default(), self.frames.pop().unwrap_or_default())
    }

    fn is_code(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.starts_with(CODE))
    }

    /// Lets what comes next begin after at least so many newlines, unless nothing is before it.
    fn gap(&mut self, newlines: usize) {
        let Some(buffer) = self.buffers.last_mut().filter(|buffer| !buffer.is_empty()) else { return };
        let there = buffer.len() - buffer.trim_end_matches('\n').len();
        buffer.push_str(&"\n".repeat(newlines.saturating_sub(there)));
    }

    fn push(&mut self, text: &str) {
        if let Some(buffer) = self.buffers.last_mut() {
            buffer.push_str(text);
        }
    }
}

/// Begins the frame of a block of code.
const CODE: char = '\0';

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: Dialect = Dialect {
        escape: |text| text.replace('*', "\\*"),
        bold: ("<b>", "</b>"),
        italic: ("<i>", "</i>"),
        heading: ("<b>", "</b>"),
        code: ("`", "`"),
        block: |language, code| format!("[{language}]\n{code}[/]"),
        link: |text, url| format!("<{url}|{text}>"),
        ..PLAIN
    };

    #[test]
    fn each_thing_is_written_as_the_dialect_says() {
        for (markdown, expected) in [
            ("a **b** _c_ `d*` 2 * 3", "a <b>b</b> <i>c</i> `d*` 2 \\* 3"),
            ("# A **b**\n\ntext\nmore", "<b>A b</b>\n\ntext\nmore"),
            ("[x](https://a.example)", "<https://a.example|x>"),
            ("![](https://a.example/i.png)", "https://a.example/i.png"),
            ("```rust\nlet a = *b;\n```\nafter", "[rust]\nlet a = *b;\n[/]\n\nafter"),
            ("```\nopen", "[]\nopen\n[/]"),
            ("- a\n- b\n  1. c\n  2. d\n\nend", "- a\n- b\n  1. c\n  2. d\n\nend"),
            ("> a\n> b", "> a\n> b"),
            ("a <b>c</b>", "a <b>c</b>"),
            ("``a`b``", "`` a`b ``"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "[]\n| a | b |\n|---|---|\n| 1 | 2 |\n[/]"),
            ("***", "----"),
            ("", ""),
        ] {
            assert_eq!(render(markdown, &MARKED), expected, "{markdown}");
        }
    }

    #[test]
    fn plain_text_keeps_the_words_and_the_urls() {
        assert_eq!(
            render("**a** [b](https://c.example) <https://d.example>", &PLAIN),
            "a b (https://c.example) https://d.example"
        );
    }
}
