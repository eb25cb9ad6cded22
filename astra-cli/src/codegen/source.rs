//! Text that is written line by line, with its indentation.

/// Source code on its way.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    text: String,
    indent: &'static str,
    depth: usize,
}

impl Source {
    /// An empty text whose levels are `indent` deep.
    pub(crate) const fn new(indent: &'static str) -> Self {
        Self { text: String::new(), indent, depth: 0 }
    }

    /// A line, or several; empty ones are not indented.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> &mut Self {
        for line in text.as_ref().split('\n') {
            if !line.is_empty() {
                self.text.extend(std::iter::repeat_n(self.indent, self.depth));
                self.text.push_str(line);
            }
            self.text.push('\n');
        }
        self
    }

    /// A comment of whole lines behind `mark`. All that a compiler takes for the end of a line begins another one, so that
    /// no text stands outside of its comment.
    pub(crate) fn comment(&mut self, mark: &str, text: &str) -> &mut Self {
        for line in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
            // Code in Go's comments is what a tab begins.
            let gap = if mark.ends_with(char::is_whitespace) || line.starts_with('\t') { "" } else { " " };
            self.line(format!("{mark}{gap}{line}").trim_end());
        }
        self
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) -> &mut Self {
        self.text.push('\n');
        self
    }

    /// `open`, what `inner` writes one level deeper, and `close`.
    pub(crate) fn block(&mut self, open: &str, close: &str, inner: impl FnOnce(&mut Self)) -> &mut Self {
        self.line(open);
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        self.line(close)
    }

    /// What `inner` writes one level deeper.
    pub(crate) fn deeper(&mut self, inner: impl FnOnce(&mut Self)) -> &mut Self {
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        self
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// `text` in lines of at most `width` letters, as far as its words allow. Its own line breaks are spaces, but for empty
/// lines, which stay, and for lists.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut begins_anew = true;
    for line in text.trim().lines() {
        let line = line.trim();
        if line.is_empty() {
            lines.push(String::new());
            begins_anew = true;
            continue;
        }
        begins_anew |= line.starts_with("- ") || line.starts_with("* ") || line.starts_with("```");
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            match lines.last_mut().filter(|_| !begins_anew) {
                Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
            begins_anew = false;
        }
    }
    lines
}

/// A text with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_indented_and_empty_lines_are_not() {
        let mut source = Source::new("  ");
        source.block("a {", "}", |inner| {
            inner.line("b").gap().line("c\n\nd");
        });
        assert_eq!(source.finish(), "a {\n  b\n\n  c\n\n  d\n}\n");
    }

    #[test]
    fn no_line_of_a_comment_stands_outside_of_it() {
        let mut source = Source::new("  ");
        source.comment("///", "a\npub b\rc\u{2028}d").comment("//", "").comment("// ", "e");
        assert_eq!(source.finish(), "/// a\n/// pub b\n/// c\n/// d\n//\n// e\n");
    }

    #[test]
    fn prose_is_broken_between_words_and_keeps_its_paragraphs() {
        assert_eq!(wrapped("one two\nthree\n\nfour", 8), ["one two", "three", "", "four"]);
        assert_eq!(wrapped("- one\n- two", 80), ["- one", "- two"]);
        assert_eq!(wrapped("", 80), Vec::<String>::new());
    }
}
