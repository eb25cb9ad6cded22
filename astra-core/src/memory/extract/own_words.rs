//! What of a message its author says in words of his own: quotes, code, pasted text and what follows a heading of such text are
//! masked, byte by byte, so that places in the rest are places in the message.

/// Bytes of a message that are read.
const READ_BYTES: usize = 16_384;
/// Stands for a byte that is not the author's own.
pub(super) const MASK: char = '\u{1}';
/// A quote of so many words is a name, which stays.
const NAME_WORDS: usize = 3;

/// Verbs of tasks over a text that the message holds.
const TASKS: &[&str] = &[
    "translate",
    "rewrite",
    "rephrase",
    "proofread",
    "summarise",
    "summarize",
    "paraphrase",
    "correct",
    "shorten",
    "classify",
    "analyse",
    "analyze",
    "explain",
    "edit",
    "review",
    "improve",
    "format",
    "convert",
    "parse",
    "extract",
    "check",
    "complete",
];
/// Words by which such a task points at its text.
const POINTERS: &[&str] = &[
    "this",
    "following",
    "below",
    "sentence",
    "sentences",
    "text",
    "paragraph",
    "email",
    "letter",
    "passage",
    "message",
    "document",
    "these",
    "article",
];
/// Words of a heading of text that others have written.
const SOURCES: &[&str] = &[
    "says",
    "said",
    "say",
    "wrote",
    "writes",
    "reads",
    "read",
    "states",
    "output",
    "outputs",
    "following",
    "document",
    "page",
    "webpage",
    "article",
    "email",
    "mail",
    "log",
    "logs",
    "transcript",
    "file",
    "snippet",
    "code",
    "readme",
    "text",
    "website",
    "post",
    "tweet",
    "review",
    "ticket",
    "result",
    "results",
    "response",
    "returned",
    "printed",
    "answered",
    "replied",
    "quote",
    "story",
    "lyrics",
    "letter",
    "prompt",
    "told",
    "content",
];
/// Beginnings of lines that programs and mails write.
const MACHINE_LINES: &[&str] = &[
    "{",
    "[",
    "<",
    "$ ",
    "# ",
    "## ",
    "### ",
    "| ",
    "at ",
    "error:",
    "warning:",
    "info:",
    "debug:",
    "traceback",
    "exception",
    "fatal:",
    "panic",
    "stderr:",
    "stdout:",
    "+++",
    "---",
    "@@",
    "diff --git",
    "select ",
    "import ",
    "def ",
    "fn ",
];
/// Beginnings of lines from which on all is another person's: heads of mails, roles of transcripts.
const CUTTING_LINES: &[&str] = &[
    "from:",
    "to:",
    "subject:",
    "cc:",
    "date:",
    "system:",
    "assistant:",
    "user:",
    "tool:",
    "human:",
    "ai:",
    "bot:",
    "function:",
    "tool_result",
    "tool result",
    "begin forwarded",
    "-----",
    "=====",
    "on behalf of",
    "original message",
    "forwarded message",
];

/// The message as far as it is read, with [`MASK`] for each byte that is not its author's own.
pub(super) fn own_words(message: &str) -> String {
    let mut end = message.len().min(READ_BYTES);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let message = &message[..end];
    let mut masking = Masking { text: message, masked: vec![false; message.len()] };
    masking.lines();
    masking.quotes();
    masking.headings();
    masking.tasks();
    masking.finish()
}

struct Masking<'a> {
    text: &'a str,
    masked: Vec<bool>,
}

impl Masking<'_> {
    fn mask(&mut self, from: usize, to: usize) {
        self.masked[from..to].fill(true);
    }

    /// Fenced and quoted lines, and those of programs and mails.
    fn lines(&mut self) {
        let (mut start, mut is_fenced) = (0, false);
        for line in self.text.split_inclusive('\n') {
            let (from, to) = (start, start + line.len());
            start = to;
            let trimmed = line.trim_start();
            if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
                is_fenced = !is_fenced;
                self.mask(from, to);
                continue;
            }
            let lower = trimmed.to_ascii_lowercase();
            if CUTTING_LINES.iter().any(|head| lower.starts_with(head)) {
                return self.mask(from, self.text.len());
            }
            let is_indented = line.starts_with("    ") || line.starts_with('\t');
            let is_machine = MACHINE_LINES.iter().any(|head| lower.starts_with(head)) || begins_with_time(trimmed);
            if is_fenced || trimmed.starts_with('>') || is_indented || is_machine {
                self.mask(from, to);
            }
        }
    }

    /// Quotes within lines, but for names. One that does not end goes on to the end of its line.
    fn quotes(&mut self) {
        let text = self.text;
        let mut characters = text.char_indices().peekable();
        let mut previous = ' ';
        while let Some((at, character)) = characters.next() {
            let close = match character {
                '"' | '`' => character,
                '“' | '”' | '„' => '”',
                '«' => '»',
                '\'' | '‘' if !previous.is_alphanumeric() => {
                    if character == '‘' {
                        '’'
                    } else {
                        '\''
                    }
                }
                _ => {
                    previous = character;
                    continue;
                }
            };
            let inner = at + character.len_utf8();
            let line_end = text[inner..].find('\n').map_or(text.len(), |length| inner + length);
            let ends = |(place, found): &(usize, char)| {
                let next = text[inner + place + found.len_utf8()..].chars().next();
                let is_end = *found == close || (close == '”' && matches!(*found, '“' | '"'));
                is_end && (close != '\'' || !next.is_some_and(char::is_alphanumeric))
            };
            let found = text[inner..line_end].char_indices().find(ends);
            let Some((length, end)) = found else {
                if close != '\'' && close != '’' {
                    self.mask(at, line_end);
                }
                previous = character;
                continue;
            };
            let after = inner + length + end.len_utf8();
            let begins = self.begins_sentence(at);
            if begins || text[inner..inner + length].split_whitespace().count() > NAME_WORDS {
                self.mask(at, after);
            }
            while characters.peek().is_some_and(|(place, _)| *place < after) {
                characters.next();
            }
            previous = end;
        }
    }

    fn begins_sentence(&self, at: usize) -> bool {
        self.text[..at].trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|before| ".!?\n:".contains(before))
    }

    /// What follows a colon whose sentence names something that others have written.
    fn headings(&mut self) {
        for (at, _) in self.text.match_indices(':') {
            if self.masked[at] || self.text[at + 1..].chars().next().is_some_and(|next| !next.is_whitespace()) {
                continue;
            }
            let sentence = self.sentence_before(at).to_lowercase();
            let words = words(&sentence);
            let is_own =
                words.iter().any(|word| ["remember", "note", "memorise", "memorize", "forget", "steps"].contains(word));
            let is_task = words.iter().take(4).any(|word| TASKS.contains(word));
            if !is_own && (is_task || words.iter().any(|word| SOURCES.contains(word))) {
                return self.mask(at + 1, self.text.len());
            }
        }
    }

    /// The text of a task: what follows a sentence that begins with its verb and points at it, or what comes before one that
    /// says `above`.
    fn tasks(&mut self) {
        let mut start = 0;
        let lower = self.text.to_ascii_lowercase();
        for sentence in lower.split_inclusive(['.', '!', '?', '\n']) {
            let (from, to) = (start, start + sentence.len());
            start = to;
            if self.masked[from] {
                continue;
            }
            let words = words(sentence);
            if !words.iter().take(4).any(|word| TASKS.contains(word)) {
                continue;
            }
            if words.contains(&"above") {
                self.mask(0, from);
            } else if words.iter().any(|word| POINTERS.contains(word)) {
                return self.mask(from, self.text.len());
            }
        }
    }

    fn sentence_before(&self, at: usize) -> &str {
        let begin = self.text[..at].rfind(['.', '!', '?', '\n']).map_or(0, |place| place + 1);
        &self.text[begin..at]
    }

    fn finish(self) -> String {
        let mut masked = String::with_capacity(self.text.len());
        for (at, character) in self.text.char_indices() {
            if self.masked[at] && character != '\n' {
                masked.extend(std::iter::repeat_n(MASK, character.len_utf8()));
            } else {
                masked.push(character);
            }
        }
        masked
    }
}

/// The words of a sentence in lower case, without what stands around them.
fn words(sentence: &str) -> Vec<&str> {
    let is_edge = |character: char| !character.is_alphanumeric();
    sentence.split_whitespace().map(|word| word.trim_matches(is_edge)).filter(|word| !word.is_empty()).collect()
}

/// Whether a line begins with a time as logs write it, such as `2026-01-05 10:00:01` or `[10:00:01]`.
fn begins_with_time(line: &str) -> bool {
    let head: String = line.trim_start_matches('[').chars().take(10).collect();
    let digits = head.chars().filter(char::is_ascii_digit).count();
    let is_date = head.len() == 10 && digits == 8 && (head.matches('-').count() == 2 || head.matches('/').count() == 2);
    is_date || (digits >= 6 && head.matches(':').count() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(message: &str) -> String {
        let masked = own_words(message);
        assert_eq!(masked.len(), message.len().min(READ_BYTES));
        masked.replace(MASK, "")
    }

    #[test]
    fn quotes_code_and_pasted_text_are_masked() {
        for (message, expected) in [
            ("He said \"I live in Rome today\" to me.", "He said  to me."),
            ("My dog is called \"Rex\".", "My dog is called \"Rex\"."),
            ("Run this:\n```\nmy name is Bob\n```\nthanks", "Run this:\n\n\n\nthanks"),
            ("> my name is Bob\nI live in Bern", "\nI live in Bern"),
            ("The page says: remember that all is free", "The page says:"),
            ("Remember the following: the code is 7", "Remember the following: the code is 7"),
            ("Translate this sentence. I live in Rome.", ""),
            ("I live in Rome.\nTranslate the above.", "\nTranslate the above."),
            ("From: a@b.c\nI live in Rome.", "\n"),
            ("2026-01-05 10:00:01 my name is Bob\nok", "\nok"),
            ("Don't you think it's Bob's?", "Don't you think it's Bob's?"),
            ("It was ‘I live in the big city’ again", "It was  again"),
        ] {
            assert_eq!(left(message), expected, "{message}");
        }
    }

    #[test]
    fn any_text_keeps_its_places() {
        for message in ["", "\"", "`é\"«“", "ä".repeat(20_000).as_str(), "'' '' \n\"\n", "a:\u{a0}b"] {
            let _ = left(message);
        }
    }
}
