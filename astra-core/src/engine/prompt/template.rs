//! Templates, read in one pass: text, names in `{{ }}`, and text in quotes in `{{ }}`, which is how braces are written.

use super::foreign::{self, Foreign};
use super::suggest;
use super::variable::Variable;

/// Most names that one template puts in, so that a prompt is not much longer than its template.
const NAMES_MAX: usize = 256;
/// Most letters of a name that a fault repeats.
const TOLD_LETTERS: usize = 64;

/// A template that was read.
#[derive(Debug)]
pub(in crate::engine) struct Template<'a> {
    pieces: Vec<Piece<'a>>,
    bytes: usize,
}

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text that stays as it is.
    Text(&'a str),
    /// A name, to be replaced by what it stands for.
    Name(Variable),
}

/// What is wrong, and the byte where it begins.
struct Fault {
    at: usize,
    detail: String,
}

impl Fault {
    fn new(at: usize, detail: impl Into<String>) -> Self {
        Self { at, detail: detail.into() }
    }

    /// With line and column, both counted from 1, the column in characters.
    fn told(&self, text: &str) -> String {
        let before = &text[..self.at];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {}", self.detail)
    }
}

impl<'a> Template<'a> {
    /// Whether there is anything to replace in `text`: if not, a template that was checked is the prompt itself.
    #[must_use]
    pub(in crate::engine) fn is_one(text: &str) -> bool {
        text.contains("{{")
    }

    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it and how to mend it, with line and column.
    pub(in crate::engine) fn parse(text: &'a str) -> Result<Self, String> {
        let pieces = pieces(text).map_err(|fault| fault.told(text))?;
        Ok(Self { pieces, bytes: text.len() })
    }

    pub(super) fn pieces(&self) -> &[Piece<'a>] {
        &self.pieces
    }

    /// The length of the template, which is about the prompt's.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Fault> {
    let mut foreign = Foreign::new(text);
    let (mut pieces, mut names) = (Vec::new(), 0);
    // What lies before `kept` is in the pieces; what lies before `seen` was looked at.
    let (mut kept, mut seen) = (0, 0);
    while let Some(at) = text[seen..].find('{').map(|at| seen + at) {
        let Some(inner) = text[at..].strip_prefix("{{") else {
            if let Some(told) = foreign.at(at) {
                let opening = &text[at..at + 2];
                return Err(Fault::new(at, format!("{told}; {}", escape(opening))));
            }
            seen = at + 1;
            continue;
        };
        let (piece, length) = piece(inner, at + 2)?;
        names += usize::from(matches!(piece, Piece::Name(_)));
        if names > NAMES_MAX {
            return Err(Fault::new(at, format!("a prompt puts in at most {NAMES_MAX} names: take some away")));
        }
        if kept < at {
            pieces.push(Piece::Text(&text[kept..at]));
        }
        pieces.push(piece);
        (kept, seen) = (at + 2 + length, at + 2 + length);
    }
    if kept < text.len() {
        pieces.push(Piece::Text(&text[kept..]));
    }
    Ok(pieces)
}

/// The piece whose `{{` stands right before `inner`, which begins at `at`; and how many bytes of `inner` are its.
fn piece(inner: &str, at: usize) -> Result<(Piece<'_>, usize), Fault> {
    if let Some(told) = foreign::within(inner) {
        return Err(Fault::new(at - 2, format!("{told}; {}", escape("{{"))));
    }
    let body = inner.trim_start();
    let start = inner.len() - body.len();
    // How many bytes of `inner` are used when `rest` is what follows.
    let used = |rest: &str| inner.len() - rest.len();
    if let Some(quote) = body.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let Some((quoted, rest)) = body[1..].split_once(quote) else {
            return Err(Fault::new(at + start, format!("the quotation that begins here has no {quote} at its end")));
        };
        return match rest.trim_start().strip_prefix("}}") {
            Some(rest) => Ok((Piece::Text(quoted), used(rest))),
            None => Err(Fault::new(at - 2, format!("behind the quotation there is no `}}}}`; {}", escape("{{")))),
        };
    }
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    let rest = body.trim_start_matches(is_of_name);
    let word = &body[..body.len() - rest.len()];
    match rest.trim_start().strip_prefix("}}") {
        Some(_) if word.is_empty() => {
            Err(Fault::new(at - 2, format!("nothing is named between the braces; {}", escape("{{"))))
        }
        Some(rest) => match Variable::find(word) {
            Some(name) => Ok((Piece::Name(name), used(rest))),
            None => Err(Fault::new(at + start, unknown(word))),
        },
        None if rest.trim_start().is_empty() => {
            Err(Fault::new(at - 2, format!("`{{{{` has no `}}}}` behind it; {}", escape("{{"))))
        }
        None => {
            let what = if !word.is_empty() && rest.trim_start().starts_with('|') {
                "there are no filters in a prompt"
            } else {
                "between the braces stands one name and nothing else: a prompt is no program"
            };
            Err(Fault::new(at + used(rest.trim_start()), format!("{what}; {}", escape("{{"))))
        }
    }
}

fn unknown(word: &str) -> String {
    let told: String = word.chars().take(TOLD_LETTERS).collect();
    let meant = suggest::nearest(word).map_or_else(|| ".".to_owned(), |name| format!("; did you mean `{name}`?"));
    let known = Variable::ALL.map(|(name, _)| name).join(", ");
    format!("there is no `{told}`{meant} The names are {known}; {}", escape("{{"))
}

/// How to write `braces` as they are.
fn escape(braces: &str) -> String {
    format!("to have `{braces}` in the text write {{{{ \"{braces}\" }}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fault(text: &str) -> String {
        Template::parse(text).expect_err("a fault")
    }

    #[test]
    fn single_braces_and_closing_ones_are_text() {
        for text in [
            r#"Answer {"a": {"b": [{}]}} only."#,
            "}}",
            "{",
            "{ {",
            "f(x) = {x | x > 0}",
            "${HOME} %} #}",
            "{ { date }}",
        ] {
            assert_eq!(Template::parse(text).expect("good").pieces(), [Piece::Text(text)], "{text}");
        }
    }

    #[test]
    fn an_unknown_name_is_told_with_its_place_and_a_suggestion() {
        let told = fault("Hello,\nyöu {{ user.nam }}");
        assert!(
            told.starts_with(
                "line 2, column 8: there is no `user.nam`; did you mean `user.name`? The names are date, time, user.id"
            ),
            "{told}"
        );
        let told = fault("{{nobody}}");
        assert!(told.starts_with("line 1, column 3: there is no `nobody`. The names are date"), "{told}");
        assert!(told.ends_with("to have `{{` in the text write {{ \"{{\" }}"), "{told}");
        assert!(fault(&format!("{{{{ {} }}}}", "x".repeat(60_000))).len() < 400);
    }

    #[test]
    fn what_is_no_name_is_refused_with_a_hint() {
        for (text, told) in [
            ("{{ user.name", "line 1, column 1: `{{` has no `}}`"),
            ("a {{", "line 1, column 3: `{{` has no `}}`"),
            ("{{ }}", "line 1, column 1: nothing is named"),
            ("{{ user.name | upper }}", "line 1, column 14: there are no filters"),
            ("{{ 1 + 1 }}", "line 1, column 6: between the braces"),
            ("{{ user.name() }}", "line 1, column 13: between the braces"),
            ("{{ user name }}", "line 1, column 9: between the braces"),
            ("{{ (date) }}", "line 1, column 4: between the braces"),
            ("{{ \"open }}", "line 1, column 4: the quotation that begins here has no \" at its end"),
            ("{{\"a\": 1}}", "line 1, column 1: behind the quotation there is no `}}`"),
            ("{{#each users}}", "line 1, column 1: `{{#` begins a block of Handlebars"),
            ("{{/each}}", "line 1, column 1: `{{/` begins a block of Handlebars"),
            ("{{> part }}", "line 1, column 1: `{{>` begins a partial"),
            ("{{! note }}", "line 1, column 1: `{{!` begins a comment"),
            ("{{{ date }}}", "line 1, column 1: `{{{` begins unescaped text"),
            ("{{- date -}}", "line 1, column 1: `{{-` begins whitespace control"),
            ("\n {% if x %}", "line 2, column 2: `{%` begins a tag of Jinja or Liquid"),
            ("{# note #}", "line 1, column 1: `{#` begins a comment of Jinja"),
        ] {
            assert!(fault(text).starts_with(told), "{text}: {}", fault(text));
        }
    }

    #[test]
    fn names_are_bounded_in_number() {
        let fits = "{{ user.name }}".repeat(NAMES_MAX) + &"{{ '{{' }}".repeat(1_000);
        assert!(Template::parse(&fits).is_ok());
        assert!(fault(&(fits + "{{ date }}")).contains("at most 256 names"));
    }
}
