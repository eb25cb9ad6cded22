//! What is surely written for another template language: such a prompt would not do what its writer expects.

/// What tags of Jinja, Liquid and Twig begin with.
const TAGS: [&str; 30] = [
    "assign",
    "autoescape",
    "block",
    "break",
    "call",
    "capture",
    "case",
    "comment",
    "do",
    "elif",
    "else",
    "elsif",
    "endfor",
    "endif",
    "extends",
    "filter",
    "for",
    "from",
    "if",
    "import",
    "include",
    "macro",
    "raw",
    "render",
    "set",
    "switch",
    "unless",
    "when",
    "while",
    "with",
];

/// Finds one mark after rising places of a text, in time that is linear over all questions.
struct Ahead<'a> {
    text: &'a str,
    mark: &'static str,
    /// The first place at or after the last question's; none when there is none any more.
    next: Option<usize>,
}

impl<'a> Ahead<'a> {
    fn new(text: &'a str, mark: &'static str) -> Self {
        Self { text, mark, next: text.find(mark) }
    }

    fn after(&mut self, at: usize) -> Option<usize> {
        if self.next.is_some_and(|next| next < at) {
            self.next = self.text[at..].find(self.mark).map(|next| at + next);
        }
        self.next
    }
}

/// Looks at the single braces of one template, from its beginning to its end.
pub(super) struct Foreign<'a> {
    text: &'a str,
    tag_end: Ahead<'a>,
    comment_end: Ahead<'a>,
    brace_end: Ahead<'a>,
    line_end: Ahead<'a>,
}

impl<'a> Foreign<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let ahead = |mark| Ahead::new(text, mark);
        Self { text, tag_end: ahead("%}"), comment_end: ahead("#}"), brace_end: ahead("}"), line_end: ahead("\n") }
    }

    /// What the brace at `at` begins, if it is surely another language's.
    pub(super) fn at(&mut self, at: usize) -> Option<String> {
        let inner = &self.text[at + 1..];
        if let Some(tag) = inner.strip_prefix('%') {
            let is_closed = self
                .tag_end
                .after(at + 2)
                .is_some_and(|end| self.line_end.after(at + 2).is_none_or(|line_end| end < line_end));
            let tag = tag.trim_start_matches(['-', '+', ' ', '\t']);
            let is_tag = is_closed && (tag.starts_with("%}") || tag.starts_with(|next: char| next.is_alphabetic()));
            let is_word = |word: &str| {
                tag.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
            };
            return (is_tag || TAGS.iter().any(|word| is_word(word))).then(|| of("{%", "a tag of Jinja or Liquid"));
        }
        let comment = inner.strip_prefix('#')?;
        let end = self.comment_end.after(at + 2)?;
        let is_comment =
            comment.starts_with([' ', '\t', '\n', '\r', '-']) || self.brace_end.after(at + 2) == Some(end + 1);
        is_comment.then(|| of("{#", "a comment of Jinja"))
    }
}

/// What stands behind `{{` in other languages and is no name, if it is surely that.
pub(super) fn within(inner: &str) -> Option<String> {
    let is_tight = !inner.starts_with([' ', '\t', '\r', '\n']);
    let told = match inner.trim_start().chars().next()? {
        '#' | '/' | '^' => "a block of Handlebars or Mustache",
        '>' => "a partial of Handlebars or Mustache",
        '!' => "a comment of Handlebars or Mustache",
        '&' | '{' if is_tight => "unescaped text of Handlebars or Mustache",
        '-' | '~' if is_tight => "whitespace control of another template language",
        _ => return None,
    };
    let opening: String = ["{{"].into_iter().chain(inner.trim_start().get(..1)).collect();
    Some(of(&opening, told))
}

fn of(opening: &str, told: &str) -> String {
    format!("`{opening}` begins {told}, and a prompt is no program: only names are replaced")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_foreign(text: &str) -> bool {
        let mut foreign = Foreign::new(text);
        text.match_indices('{').any(|(at, _)| foreign.at(at).is_some())
    }

    #[test]
    fn tags_and_comments_are_recognised() {
        for text in [
            "{% if x %}",
            "{%- endfor -%}",
            "{%if",
            "é {% whatever it is %}",
            "{% elif 0 %}",
            "{% %}",
            "{# note #}",
            "{# {x} #}",
            "{#note#}",
            "{#\n#}",
        ] {
            assert!(is_foreign(text), "{text}");
        }
    }

    #[test]
    fn other_braces_are_text() {
        for text in [
            "{",
            "{%",
            "{#",
            "50 {% of",
            "50 {%; %}",
            "{%\n%}",
            r#"{"a": {"b": 1}}"#,
            "## Title {#anchor}",
            "{#1} #}",
            "\\newcommand{\\x}{%\n  y}",
            "${HOME}",
            "{% iffy",
            "{ % if % }",
            "}} %} #}",
        ] {
            assert!(!is_foreign(text), "{text}");
        }
    }
}
