//! Texts in Python: string literals, docstrings, values of JSON.

use serde_json::Value;

use super::layout::{Code, INDENT, WIDTH};
use crate::codegen::source::{Source, wrapped};

/// `text` as a string literal.
pub(super) fn literal(text: &str) -> String {
    let quotes = |quote: char| text.chars().filter(|letter| *letter == quote).count();
    let quote = if quotes('"') > quotes('\'') { '\'' } else { '"' };
    let mut written = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            letter if letter == quote => written.extend(['\\', letter]),
            letter if (letter as u32) < 0x20 || letter == '\u{7f}' => {
                written.push_str(&format!("\\x{:02x}", letter as u32));
            }
            // Blanks and marks that look like others.
            letter if is_invisible(letter) => written.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => written.push(letter),
        }
    }
    written.push(quote);
    written
}

const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// A value of JSON as Python writes it.
pub(super) fn value(json: &Value) -> Code {
    match json {
        Value::Null => Code::plain("None"),
        Value::Bool(true) => Code::plain("True"),
        Value::Bool(false) => Code::plain("False"),
        Value::Number(number) => Code::plain(number.to_string().to_ascii_lowercase()),
        Value::String(text) => Code::plain(literal(text)),
        Value::Array(items) => Code::list(items.iter().map(value).collect()),
        Value::Object(fields) => {
            Code::dictionary(fields.iter().map(|(name, field)| Code::keyed(&literal(name), value(field))).collect())
        }
    }
}

/// Writes a docstring, `depth` levels deep, which is where `source` is already. `text` may have paragraphs, and lines that
/// begin with blanks, which stay deeper.
pub(super) fn docstring(source: &mut Source, depth: usize, text: &str) {
    let text = escaped(text.trim());
    if text.is_empty() {
        return;
    }
    let width = WIDTH - depth * INDENT.len();
    let begin = if text.starts_with('"') { " " } else { "" };
    let end = if text.ends_with('"') { " " } else { "" };
    let around = begin.len() + end.len() + 6;
    let mut lines = broken(&text, width);
    if matches!(lines.as_slice(), [only] if only.chars().count() + around > width) {
        // Formatters put the quotes behind a line that is the only one, and leave those of several where they are.
        lines = broken(&text, width - around);
    }
    let [first, rest @ ..] = lines.as_slice() else { return };
    if rest.is_empty() && first.chars().count() + around <= width {
        source.line(format!("\"\"\"{begin}{first}{end}\"\"\""));
        return;
    }
    source.line(format!("\"\"\"{begin}{first}"));
    for line in rest {
        source.line(line);
    }
    source.line("\"\"\"");
}

/// Lines that fit into `width`. Lines that begin with blanks are items of a list, whose further lines stand deeper.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut prose = String::new();
    let flush = |prose: &mut String, lines: &mut Vec<String>| {
        // The first line shares its place with three quotes.
        lines.extend(wrapped(&std::mem::take(prose), width - 4));
    };
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            prose.push_str(line);
            prose.push('\n');
            continue;
        }
        flush(&mut prose, &mut lines);
        for (place, part) in wrapped(line, width - 9).into_iter().enumerate() {
            let deeper = if place == 0 { INDENT.to_owned() } else { INDENT.repeat(2) };
            lines.push(format!("{deeper}{part}"));
        }
    }
    flush(&mut prose, &mut lines);
    lines
}

fn escaped(text: &str) -> String {
    let visible: String =
        text.chars().filter(|letter| !is_invisible(*letter) && (*letter == '\n' || *letter >= ' ')).collect();
    visible.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"")
}

/// Prose on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_literal() {
        for (text, expected) in [
            ("plain", "\"plain\""),
            ("say \"hi\"", "'say \"hi\"'"),
            ("it's \"x\" 'y'", "\"it's \\\"x\\\" 'y'\""),
            ("a\\b\n\0", "\"a\\\\b\\n\\x00\""),
            ("é\u{200b}", "\"é\\u200b\""),
        ] {
            assert_eq!(literal(text), expected, "{text:?}");
        }
    }

    #[test]
    fn no_text_breaks_out_of_its_docstring() {
        for (text, expected) in [
            ("Short.", "\"\"\"Short.\"\"\"\n"),
            ("a \"\"\" b", "\"\"\"a \\\"\\\"\\\" b\"\"\"\n"),
            ("ends \"so\"", "\"\"\"ends \"so\" \"\"\"\n"),
            ("back\\", "\"\"\"back\\\\\"\"\"\n"),
            ("One.\n\nTwo.", "\"\"\"One.\n\nTwo.\n\"\"\"\n"),
            ("", ""),
        ] {
            let mut source = Source::new(INDENT);
            docstring(&mut source, 0, text);
            assert_eq!(source.finish(), expected, "{text:?}");
        }
    }
}
