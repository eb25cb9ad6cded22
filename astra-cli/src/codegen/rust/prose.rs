//! Descriptions as documentation comments, so that rustdoc and its lints read them as they were meant.

use crate::codegen::Source;

const WIDTH: usize = 100;

/// Writes `text` behind `///`; `fallback` if there is none. `depth` is how deep the source stands.
pub(super) fn document(source: &mut Source, depth: usize, text: &str, fallback: &str) {
    let text = if text.trim().is_empty() { fallback } else { text };
    for line in lines(text, WIDTH - 4 * depth - 4) {
        source.comment("///", &line);
    }
}

/// The lines of a description: paragraphs are broken anew, lists keep their shape, and code stays as it is.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut paragraph = Paragraph::default();
    let mut fence: Option<&str> = None;
    for line in text.trim().lines() {
        let (line, bare) = (line.trim_end(), line.trim());
        if let Some(end) = fence {
            lines.push(line.replace('\t', "    "));
            fence = fence.filter(|_| !bare.starts_with(end));
        } else if bare.starts_with("```") || bare.starts_with("~~~") {
            paragraph.end(&mut lines, width);
            fence = bare.get(..3);
            // Without a language, rustdoc would take it for Rust.
            lines.push(if bare.len() == 3 { format!("{bare}text") } else { bare.to_owned() });
        } else if bare.is_empty() || bare.starts_with(['#', '|', '>']) {
            paragraph.end(&mut lines, width);
            lines.push(escaped(bare));
        } else {
            let marker = marker_length(bare);
            if marker > 0 {
                paragraph.end(&mut lines, width);
                paragraph.indent = marker;
            }
            paragraph.words.extend(bare.split_whitespace());
        }
    }
    paragraph.end(&mut lines, width);
    lines.extend(fence.map(str::to_owned));
    lines
}

/// Words that are on their way to lines.
#[derive(Default)]
struct Paragraph<'a> {
    words: Vec<&'a str>,
    /// How far its lines but the first are indented.
    indent: usize,
}

impl Paragraph<'_> {
    fn end(&mut self, lines: &mut Vec<String>, width: usize) {
        let text = escaped(&self.words.join(" "));
        let mut line = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let is_full = line.chars().count() + 1 + word.chars().count() > width;
            // A marker at the beginning of a line would make a list.
            if is_full && !line.is_empty() && !is_marker(word) {
                lines.push(std::mem::take(&mut line));
                line.push_str(&" ".repeat(self.indent));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.extend(Some(line).filter(|line| !line.is_empty()));
        *self = Self::default();
    }
}

/// How long the marker of a list's item is: two for `- `, three for `1. `.
fn marker_length(line: &str) -> usize {
    let word = line.split(' ').next().unwrap_or_default();
    if is_marker(word) && word.len() < line.len() { word.len() + 1 } else { 0 }
}

fn is_marker(word: &str) -> bool {
    let number = word.strip_suffix('.').or_else(|| word.strip_suffix(')')).unwrap_or_default();
    matches!(word, "-" | "*" | "+") || !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Text in which brackets are brackets, no links and no elements, but for those in code.
fn escaped(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let mut escaped: Vec<String> = Vec::with_capacity(parts.len());
    for (place, part) in parts.iter().enumerate() {
        let is_code = place % 2 == 1 && place + 1 < parts.len();
        let words = part.split(' ').map(escaped_word).collect::<Vec<_>>();
        escaped.push(if is_code { (*part).to_owned() } else { words.join(" ") });
    }
    escaped.join("`")
}

fn escaped_word(word: &str) -> String {
    // A link of Markdown stays one.
    if word.contains("](") {
        return word.to_owned();
    }
    let Some(at) = word.find("https://").or_else(|| word.find("http://")) else {
        return word.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<");
    };
    let end = word.trim_end_matches(['.', ',', ';', ':', ')', '>']).len();
    if word[..at].ends_with('<') || end <= at {
        return word.to_owned();
    }
    format!("{}<{}>{}", &word[..at], &word[at..end], &word[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_keeps_its_shape() {
        for (text, expected) in [
            ("one two\nthree\n\nfour", vec!["one two", "three", "", "four"]),
            ("- one two\n- x", vec!["- one", "  two", "- x"]),
            ("see\n```\na <b>\n```", vec!["see", "```text", "a <b>", "```"]),
            ("```\nopen", vec!["```text", "open", "```"]),
            ("a [b] <c>", vec!["a \\[b\\]", "\\<c>"]),
            ("`[b] <c>`", vec!["`[b]", "<c>`"]),
            ("`[b] <c>", vec!["`\\[b\\]", "\\<c>"]),
            ("http://a/ b.", vec!["<http://a/>", "b."]),
            ("seven is - 8", vec!["seven is -", "8"]),
            ("", vec![]),
        ] {
            assert_eq!(lines(text, 8), expected, "{text}");
        }
    }
}
