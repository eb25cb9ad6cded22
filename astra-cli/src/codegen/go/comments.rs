//! Doc comments, as `gofmt` leaves them.

use crate::codegen::{Source, source};

/// How wide the text of a comment is.
const WIDTH: usize = 100;

/// Verbs that summaries begin with: of `List agents` comes `List lists agents.`
const VERBS: [&str; 66] = [
    "add", "answer", "apply", "archive", "ask", "attach", "cancel", "change", "check", "clear", "clone", "close",
    "compact", "compare", "copy", "count", "create", "delete", "describe", "disable", "download", "enable", "end",
    "export", "fetch", "find", "follow", "fork", "get", "give", "import", "issue", "label", "link", "list", "make",
    "mark", "move", "open", "pause", "read", "reload", "remove", "rename", "replace", "report", "reset", "restart",
    "resume", "return", "revoke", "roll", "rotate", "run", "search", "send", "set", "sign", "start", "stop", "stream",
    "tell", "test", "update", "upload", "watch",
];

/// Words that a sentence about a thing can go on with: of `An agent as it is now.` comes `Agent is an agent as it is now.`
const OPENINGS: [&str; 17] = [
    "a", "all", "an", "any", "each", "every", "how", "one", "the", "what", "when", "where", "whether", "which", "who",
    "why", "two",
];

/// A comment of `text`; nothing if there is none.
pub(super) fn write(source: &mut Source, text: &str) {
    for line in lines(text) {
        source.comment("//", &line);
    }
}

/// The comment of something that is: `Agent is an agent as it is now.`
pub(super) fn write_named(source: &mut Source, name: &str, text: &str) {
    write(source, &about(name, text));
}

/// What `text` says, as a sentence about `name`.
pub(super) fn about(name: &str, text: &str) -> String {
    let (first, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let word = first.to_lowercase();
    if text.trim().is_empty() {
        return format!("{name} is part of the API.");
    }
    if begins_a_block(text) {
        return format!("{name} is part of the API.\n\n{text}");
    }
    // `AI` and the like are no words to begin a sentence with in small letters.
    let is_plain = first.chars().skip(1).all(char::is_lowercase);
    if is_plain && OPENINGS.contains(&word.as_str()) {
        return format!("{name} is {word} {rest}");
    }
    format!("{name}: {}", text.trim())
}

/// Whether a text begins with a list or with code, so that no sentence can go on with it.
pub(super) fn begins_a_block(text: &str) -> bool {
    !matches!(blocks(text).first(), Some(Block::Paragraph(_)))
}

/// The first line of a method's comment: `List lists agents.`
pub(super) fn about_call(name: &str, summary: &str) -> String {
    let sentence = summary.trim().trim_end_matches('.');
    let (first, rest) = sentence.split_once(' ').unwrap_or((sentence, ""));
    let verb = first.to_lowercase();
    if sentence.is_empty() {
        return format!("{name} makes a call.");
    }
    if VERBS.contains(&verb.as_str()) {
        return format!("{}.", format!("{name} {} {rest}", third_person(&verb)).trim_end());
    }
    format!("{name}: {sentence}.")
}

fn third_person(verb: &str) -> String {
    let before_last = verb.chars().rev().nth(1);
    match verb {
        _ if ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| verb.ends_with(end)) => format!("{verb}es"),
        _ if verb.ends_with('y') && before_last.is_some_and(|letter| !"aeiou".contains(letter)) => {
            format!("{}ies", verb.trim_end_matches('y'))
        }
        _ => format!("{verb}s"),
    }
}

/// A block of a text.
#[derive(Debug, PartialEq)]
enum Block {
    Paragraph(String),
    /// An item of a list, and what stands before it: `- ` or `1. `.
    Item(String, String),
    Code(Vec<String>),
}

/// `text` in lines, with lists and code set as Go's comments have them.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut was_item = false;
    for block in blocks(text) {
        let is_item = matches!(block, Block::Item(..));
        let goes_on = lines.is_empty() || (is_item && was_item);
        if !goes_on {
            lines.push(String::new());
        }
        was_item = is_item;
        match block {
            Block::Paragraph(text) => lines.extend(source::wrapped(&text, WIDTH)),
            Block::Item(mark, text) => {
                for (place, line) in source::wrapped(&text, WIDTH - 4).into_iter().enumerate() {
                    lines.push(if place == 0 { format!("{mark}{line}") } else { format!("    {line}") });
                }
            }
            Block::Code(code) => {
                lines.extend(code.iter().map(|line| if line.is_empty() { String::new() } else { format!("\t{line}") }));
            }
        }
    }
    lines
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut goes_on = false;
    let mut is_code = false;
    for line in text.lines() {
        let line: String = line.chars().filter(|letter| !letter.is_control() || *letter == '\t').collect();
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            if is_code {
                blocks.push(Block::Code(Vec::new()));
            }
            goes_on = false;
            continue;
        }
        if let (true, Some(Block::Code(code))) = (is_code, blocks.last_mut()) {
            code.push(line.trim_end().to_owned());
            continue;
        }
        let line = plain(line.trim());
        if line.is_empty() {
            goes_on = false;
        } else if let Some((mark, rest)) = item(&line) {
            blocks.push(Block::Item(mark, rest));
            goes_on = true;
        } else {
            match blocks.last_mut().filter(|_| goes_on) {
                Some(Block::Paragraph(text) | Block::Item(_, text)) => {
                    text.push(' ');
                    text.push_str(&line);
                }
                _ => blocks.push(Block::Paragraph(line)),
            }
            goes_on = true;
        }
    }
    for block in &mut blocks {
        if let Block::Code(code) = block {
            let begin = code.iter().take_while(|line| line.is_empty()).count();
            let end = code.len() - code.iter().skip(begin).rev().take_while(|line| line.is_empty()).count();
            *code = code.get(begin..end).unwrap_or_default().to_vec();
        }
    }
    blocks.retain(|block| *block != Block::Code(Vec::new()));
    apart(blocks)
}

/// Go knows lists and code by their indentation, so that one cannot follow the other, nor a list of another kind: the
/// second becomes plain text.
fn apart(blocks: Vec<Block>) -> Vec<Block> {
    let mut told: Vec<Block> = Vec::new();
    for block in blocks {
        let block = match (told.last(), block) {
            (Some(Block::Code(_)), Block::Item(mark, text)) => Block::Paragraph(format!("{}{text}", mark.trim_start())),
            (Some(Block::Item(other, _)), Block::Item(mark, text)) if other.contains('-') != mark.contains('-') => {
                Block::Paragraph(format!("{}{text}", mark.trim_start()))
            }
            (Some(Block::Item(..) | Block::Code(_)), Block::Code(code)) => {
                Block::Paragraph(code.iter().map(|line| plain(line.trim())).collect::<Vec<_>>().join(" "))
            }
            (_, block) => block,
        };
        told.push(block);
    }
    told
}

/// What stands before an item of a list, in Go's way, and the item.
fn item(line: &str) -> Option<(String, String)> {
    for mark in ["- ", "* ", "+ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some(("  - ".to_owned(), rest.trim().to_owned())).filter(|(_, rest)| !rest.is_empty());
        }
    }
    let (number, rest) = line.split_once(". ")?;
    let is_number = (1..=3).contains(&number.len()) && number.chars().all(|digit| digit.is_ascii_digit());
    is_number.then(|| (format!(" {number}. "), rest.trim().to_owned())).filter(|(_, rest)| !rest.is_empty())
}

/// Go reads two quotation marks as a curly one, and a line `[text]: URL` as a link: they are said in another way.
fn plain(line: &str) -> String {
    let mut text = line.to_owned();
    while text.contains("``") {
        text = text.replace("``", "`");
    }
    text = text.replace("''", "\"\"");
    if text.starts_with('[') && text.contains("]:") {
        text = text.replacen("]:", "] :", 1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_begin_with_the_name() {
        assert_eq!(about("Agent", "An agent as it is now."), "Agent is an agent as it is now.");
        assert_eq!(about("TokenQuota", "Tokens that were used."), "TokenQuota: Tokens that were used.");
        assert_eq!(about("Odd", ""), "Odd is part of the API.");
        assert_eq!(about("Odd", "- a"), "Odd is part of the API.\n\n- a");
        assert_eq!(about_call("List", "List agents"), "List lists agents.");
        assert_eq!(about_call("Copy", "Copy it."), "Copy copies it.");
        assert_eq!(about_call("Logout", "Sign out"), "Logout signs out.");
        assert_eq!(about_call("Search", "Search"), "Search searches.");
        assert_eq!(about_call("Pets", "All the pets"), "Pets: All the pets.");
    }

    #[test]
    fn lists_and_code_are_set_as_gofmt_does() {
        let text =
            "One\ntwo:\n- a\n  b\n\n- c\n\nCode:\n```json\n\n{\n  \"d\": 1\n}\n```\nend ``x`` ''\n1. first\n2. second";
        let expected = [
            "One two:",
            "",
            "  - a b",
            "  - c",
            "",
            "Code:",
            "",
            "\t{",
            "\t  \"d\": 1",
            "\t}",
            "",
            "end `x` \"\"",
            "",
            " 1. first",
            " 2. second",
        ];
        assert_eq!(lines(text), expected);
        assert_eq!(lines("```\n```"), Vec::<String>::new());
        assert_eq!(lines("[a]: b"), ["[a] : b"]);
        assert_eq!(lines("- a\n```\nb\n```\n- c"), ["  - a", "", "b", "", "  - c"]);
        assert_eq!(lines("```\na\n```\n- b"), ["\ta", "", "- b"]);
    }
}
