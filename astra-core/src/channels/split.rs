//! Splits an answer into parts that a platform takes: between paragraphs if that can be, else between lines, sentences
//! or words, and never within what people see as one character. A block of code that goes on in the next part is
//! closed, and opened again there.

use unicode_segmentation::UnicodeSegmentation as _;

/// A boundary is looked for in this part of what would fit, from its end: a part is not cut shorter for a paragraph's
/// sake.
const SHORTEST: usize = 2;

/// The parts of `markdown`, each no longer than `max` by `length`, which counts what the platform would be sent. Where
/// the text before a boundary is the same, so are the parts before it: an answer that grows keeps its first parts.
#[must_use]
pub fn split(markdown: &str, max: usize, length: &dyn Fn(&str) -> usize) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), markdown.trim_end().to_owned());
    // What the rest begins with that is not of the text: the line that opens a block of code again.
    let mut opened = 0;
    while !rest.is_empty() {
        if length(&rest) <= max {
            parts.push(rest);
            break;
        }
        let cut = cut(&rest, opened, max, length);
        let (part, next, next_opened) = divide(&rest, cut);
        parts.push(part);
        (rest, opened) = (next, next_opened);
    }
    parts
}

/// The place in bytes, behind `opened`, at which the longest part that fits ends well.
fn cut(text: &str, opened: usize, max: usize, length: &dyn Fn(&str) -> usize) -> usize {
    let fits = |place: usize| length(&divide(text, place).0) <= max;
    let window = window(text, max, &fits);
    let places: Vec<usize> = window
        .grapheme_indices(true)
        .map(|(place, letter)| place + letter.len())
        .filter(|place| *place > opened)
        .collect();
    // The first place that does not fit; those before it do.
    let count = places.partition_point(|place| fits(*place));
    match count.checked_sub(1).and_then(|last| places.get(last)) {
        Some(most) => boundary(text, opened, *most),
        // Not even one character fits: as much of it as does, whole code points, or one of them.
        None => {
            let letters = text.char_indices().map(|(place, letter)| place + letter.len_utf8());
            let mut behind = letters.filter(|place| *place > opened).peekable();
            let first = behind.peek().copied().unwrap_or(text.len());
            behind.take_while(|place| fits(*place)).last().unwrap_or(first)
        }
    }
}

/// The beginning of the text beyond which nothing fits.
fn window<'a>(text: &'a str, max: usize, fits: &dyn Fn(usize) -> bool) -> &'a str {
    let mut bytes = max.saturating_mul(4).max(64);
    loop {
        let end = text.floor_char_boundary(bytes.min(text.len()));
        if end == text.len() || !fits(end) {
            return &text[..end];
        }
        bytes = bytes.saturating_mul(2);
    }
}

/// The best place to end a part that may be `most` bytes long.
fn boundary(text: &str, opened: usize, most: usize) -> usize {
    let least = (most / SHORTEST).max(opened);
    let head = &text[..most];
    let behind = |mark: &str| head.rfind(mark).map(|place| place + mark.len()).filter(|place| *place > least);
    let is_in_code = |place: usize| open_fence(&text[..place]).is_some();
    // What follows may begin with the mark: then all of it fits.
    let is_whole = text[most..].starts_with('\n');
    let paragraph = behind("\n\n").filter(|place| !is_in_code(*place));
    let before_code = || {
        let start = fence_start(head)?;
        (start > least).then_some(start)
    };
    let line = || if is_whole { Some(most) } else { behind("\n") };
    let sentence = || [". ", "! ", "? ", "。"].into_iter().filter_map(behind).max();
    paragraph.or_else(before_code).or_else(line).or_else(sentence).or_else(|| behind(" ")).unwrap_or(most)
}

/// The part before the place `cut`, what is left, and how much of that opens a block of code again.
fn divide(text: &str, cut: usize) -> (String, String, usize) {
    let (head, tail) = text.split_at(cut);
    let Some(fence) = open_fence(head) else {
        return (head.trim_end().to_owned(), tail.trim_start_matches(['\n', ' ']).to_owned(), 0);
    };
    let closed = format!("{}\n{}", head.trim_end_matches('\n'), fence.marks);
    let tail = tail.strip_prefix('\n').unwrap_or(tail);
    // Only the fence is left: the block ended with the part.
    if tail.trim_start().lines().next().is_none_or(|line| fence.is_closed_by(line)) {
        let after = tail.trim_start().split_once('\n').map_or("", |(_, after)| after);
        return (closed, after.trim_start_matches('\n').to_owned(), 0);
    }
    let again = format!("{}\n", fence.line);
    (closed, format!("{again}{tail}"), again.len())
}

/// A fence that opens a block of code.
struct Fence<'a> {
    /// Its line.
    line: &'a str,
    /// Its marks: three or more of ` or ~.
    marks: &'a str,
}

impl Fence<'_> {
    fn of(line: &str) -> Option<Fence<'_>> {
        let text = line.trim_start_matches(' ');
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let marks = &text[..text.len() - text.trim_start_matches(mark).len()];
        let is_fence = line.len() - text.len() <= 3 && marks.len() >= 3 && !text[marks.len()..].contains('`');
        is_fence.then_some(Fence { line, marks })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        Fence::of(line).is_some_and(|other| {
            other.marks.len() >= self.marks.len()
                && other.marks.starts_with(&self.marks[..1])
                && other.line.trim() == other.marks
        })
    }
}

/// The fence that is open at the end of the text.
fn open_fence(text: &str) -> Option<Fence<'_>> {
    let mut open: Option<Fence<'_>> = None;
    for line in text.lines() {
        open = match open {
            Some(fence) if fence.is_closed_by(line) => None,
            Some(fence) => Some(fence),
            None => Fence::of(line),
        };
    }
    open
}

/// Where the line of the fence begins that is open at the end of the text.
fn fence_start(text: &str) -> Option<usize> {
    let fence = open_fence(text)?;
    // Both are of the same text.
    text.rfind(fence.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::Unit;

    fn characters(text: &str, max: usize) -> Vec<String> {
        split(text, max, &|part| Unit::Characters.length(part))
    }

    #[test]
    fn what_fits_is_one_part_and_nothing_is_none() {
        assert_eq!(characters("a b", 3), ["a b"]);
        assert!(characters("", 3).is_empty() && characters(" \n", 3).is_empty());
    }

    #[test]
    fn parts_end_between_paragraphs_lines_sentences_and_words() {
        assert_eq!(characters("one two\n\nthree four", 14), ["one two", "three four"]);
        assert_eq!(characters("one two\nthree four", 14), ["one two", "three four"]);
        assert_eq!(characters("One two. Three four", 14), ["One two.", "Three four"]);
        assert_eq!(characters("one two three four", 14), ["one two three", "four"]);
        assert_eq!(characters("abcdefgh", 3), ["abc", "def", "gh"]);
    }

    #[test]
    fn a_block_of_code_is_closed_and_opened_again() {
        let text = "```rust\nlet a = 1;\nlet b = 2;\nlet c = 3;\n```\nend";
        let parts = characters(text, 32);
        assert_eq!(parts[0], "```rust\nlet a = 1;\n```");
        assert!(parts.iter().all(|part| part.chars().count() <= 32 && open_fence(part).is_none()), "{parts:?}");
        assert!(parts[1].starts_with("```rust\nlet b"), "{parts:?}");
        let code: String = parts.iter().flat_map(|part| part.lines()).filter(|line| line.starts_with("let")).collect();
        assert_eq!(code, "let a = 1;let b = 2;let c = 3;");
        assert!(parts.last().unwrap().ends_with("end"));
    }

    #[test]
    fn a_long_line_of_code_and_a_limit_below_the_fence_come_to_an_end() {
        let parts = characters(&format!("~~~\n{}\n~~~", "x".repeat(100)), 30);
        assert!(parts.iter().all(|part| part.chars().count() <= 30 && open_fence(part).is_none()), "{parts:?}");
        assert_eq!(parts.concat().matches('x').count(), 100);
        let parts = characters("```language\nabc\n```", 5);
        assert_eq!(parts.concat().matches(['b', 'c']).count(), 2, "{parts:?}");
    }

    #[test]
    fn characters_stay_whole() {
        let family = "👨‍👩‍👧‍👦";
        let text = family.repeat(10);
        let parts = split(&text, 25, &|part| Unit::Utf16.length(part));
        assert!(parts.iter().all(|part| part.len() % family.len() == 0), "{parts:?}");
        assert_eq!(parts.concat(), text);
        let accents = "e\u{301}".repeat(9);
        assert!(characters(&accents, 5).iter().all(|part| part.chars().count() % 2 == 0));
        let flags = "🇩🇪🇫🇷".repeat(4);
        assert!(characters(&flags, 3).iter().all(|part| part.chars().count() == 2));
    }

    #[test]
    fn one_character_longer_than_the_limit_is_cut_between_code_points() {
        let heap = format!("a{}", "\u{301}".repeat(20));
        let parts = characters(&heap, 8);
        assert!(parts.iter().all(|part| part.chars().count() <= 8));
        assert_eq!(parts.concat(), heap);
    }

    #[test]
    fn a_text_that_grows_keeps_its_first_parts() {
        let text = "One two three. ".repeat(40);
        let whole = characters(&text, 50);
        for end in (60..text.len()).step_by(7) {
            let parts = characters(&text[..end], 50);
            assert_eq!(parts[..parts.len() - 1], whole[..parts.len() - 1], "{end}");
        }
    }

    #[test]
    fn what_is_counted_is_what_is_sent() {
        let length = |part: &str| crate::channels::dialect::escape_html(part).len();
        let parts = split(&"<".repeat(20), 16, &length);
        assert!(parts.iter().all(|part| length(part) <= 16) && parts.concat().len() == 20);
    }
}
