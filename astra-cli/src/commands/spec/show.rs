//! `astra spec show`

use super::source::Source;
use crate::client::DEFAULT_SERVER;
use crate::commands::Context;
use crate::document::operations::{Operation, media, operations, payload};
use crate::document::outline::{Row, kind, rows};
use crate::document::place::Place;
use crate::document::sample;
use crate::error::{Error, Result};
use crate::output::Printer;
use crate::settings::suggest;

/// Where lines of prose end.
const WIDTH: usize = 96;

/// Show one operation: permissions, parameters, body and responses
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra spec show agents.update
  astra spec show chat.stream --server http://127.0.0.1:3000")]
pub(super) struct Args {
    /// The operation's id, as `astra spec list` prints it
    #[arg(value_name = "OPERATION")]
    operation: String,
    #[command(flatten)]
    source: Source,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let document = args.source.read(context)?;
    let all = operations(&Place::root(&document));
    let found = all.iter().find(|operation| operation.id() == args.operation);
    let operation = found.ok_or_else(|| unknown(&args.operation, &all))?;
    let server = args.source.named_server(context).unwrap_or(DEFAULT_SERVER);
    context.printer.data(shown(operation, server, &context.printer))
}

/// All that a caller of the operation must know.
fn shown(operation: &Operation<'_>, server: &str, printer: &Printer) -> String {
    let mut page = Page { printer, text: String::new() };
    page.head(operation);
    page.needs(operation);
    page.parameters(operation);
    page.body(operation);
    page.answers(operation);
    page.title("Example");
    page.indented(&sample::curl(operation, server), 2);
    page.text
}

fn unknown(name: &str, all: &[Operation<'_>]) -> Error {
    let ids: Vec<String> = all.iter().map(Operation::id).collect();
    let error = Error::new(format!("there is no operation `{name}`"));
    match suggest::nearest(name, ids.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`astra spec list` names them all"),
    }
}

/// The page as far as it is written.
struct Page<'p> {
    printer: &'p Printer,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn title(&mut self, text: &str) {
        self.text.push('\n');
        self.line(&self.printer.heading(text));
    }

    fn indented(&mut self, text: &str, columns: usize) {
        text.lines().for_each(|line| self.line(&format!("{:columns$}{line}", "")));
    }

    fn head(&mut self, operation: &Operation<'_>) {
        let call = format!("{} {}", operation.method.to_uppercase(), operation.path);
        self.line(&self.printer.heading(&call));
        self.indented(operation.place.text("summary").unwrap_or_default(), 0);
        if operation.place.is("deprecated") {
            self.line("Deprecated.");
        }
        if let Some(description) = operation.place.text("description") {
            self.text.push('\n');
            self.indented(&wrapped(description, WIDTH), 0);
        }
    }

    fn needs(&mut self, operation: &Operation<'_>) {
        let mut needs: Vec<String> = operation.scopes().into_iter().map(|scope| format!("scope {scope}")).collect();
        needs.extend(operation.role().map(|role| format!("role {role}")));
        let is_public = !operation.needs_credential();
        self.title("Needs");
        let words = match (needs.is_empty(), is_public) {
            (false, _) => needs.join(", "),
            (true, true) => "nothing: it is public".to_owned(),
            (true, false) => "a token".to_owned(),
        };
        self.indented(&words, 2);
    }

    fn parameters(&mut self, operation: &Operation<'_>) {
        let parameters = operation.parameters();
        if parameters.is_empty() {
            return;
        }
        self.title("Parameters");
        for parameter in parameters {
            let mut words = format!("{}, ", parameter.text("in").unwrap_or_default());
            words.push_str(&parameter.raw("schema").map(|schema| kind(&schema)).unwrap_or_default());
            if parameter.is("required") {
                words.push_str(", required");
            }
            let text = |key| parameter.text(key).unwrap_or_default().to_owned();
            self.row(&Row { depth: 0, name: text("name"), kind: words, description: text("description") });
        }
    }

    fn body(&mut self, operation: &Operation<'_>) {
        let Some(body) = operation.body() else { return };
        let state = if body.is("required") { "required" } else { "optional" };
        self.title(&format!("Body, {state}"));
        self.contents(&body);
    }

    fn answers(&mut self, operation: &Operation<'_>) {
        let is_error = |status: &str| status.starts_with(['4', '5']);
        let (errors, answers): (Vec<_>, Vec<_>) =
            operation.answers().into_iter().partition(|(status, _)| is_error(status));
        for (status, answer) in answers {
            self.title(&format!("Answer {status}"));
            self.indented(&wrapped(answer.text("description").unwrap_or_default(), WIDTH), 2);
            let headers: Vec<&str> = answer.members("headers").into_iter().map(|(name, _)| name).collect();
            if !headers.is_empty() {
                self.indented(&wrapped(&format!("Headers: {}", headers.join(", ")), WIDTH), 2);
            }
            self.contents(&answer);
        }
        if errors.is_empty() {
            return;
        }
        self.title("Errors");
        for (status, answer) in errors {
            let description = wrapped(answer.text("description").unwrap_or_default(), WIDTH - 7);
            self.line(&format!("  {status}  {}", description.replace('\n', "\n       ")));
        }
    }

    /// What is in a body or an answer. Media types with the same schema are shown as one.
    fn contents(&mut self, content: &Place<'_>) {
        let mut told: Vec<(Vec<&str>, Option<Place<'_>>)> = Vec::new();
        for (name, media) in media(content) {
            let schema = payload(&media).map(|schema| schema.followed());
            let pointer = |schema: &Option<Place<'_>>| schema.as_ref().map(|schema| schema.pointer.clone());
            match told.iter_mut().find(|(_, known)| pointer(known) == pointer(&schema)) {
                Some((names, _)) => names.push(name),
                None => told.push((vec![name], schema)),
            }
        }
        for (names, schema) in told {
            let kind = schema.as_ref().map(kind).unwrap_or_default();
            self.indented(&format!("{}: {kind}", names.join(", ")), 2);
            for row in schema.as_ref().map(rows).unwrap_or_default() {
                self.row(&Row { depth: row.depth + 1, ..row });
            }
        }
    }

    fn row(&mut self, row: &Row) {
        let columns = 2 + 2 * row.depth;
        self.indented(&format!("{}  {}", self.printer.heading(&row.name), row.kind), columns);
        let room = WIDTH.saturating_sub(columns + 4).max(40);
        self.indented(&wrapped(&row.description, room), columns + 4);
    }
}

/// Markdown with its paragraphs filled; lists, tables and code stay as they are.
fn wrapped(markdown: &str, width: usize) -> String {
    let (mut lines, mut is_code, mut is_open) = (Vec::<String>::new(), false, false);
    for line in markdown.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let is_item = line.trim_start().starts_with(['-', '*', '|', '#', '>']);
        let is_kept = is_code || is_fence || line.starts_with("    ") || line.trim().is_empty();
        is_code ^= is_fence;
        if is_kept {
            lines.push(line.to_owned());
            is_open = false;
            continue;
        }
        if is_item || !is_open {
            lines.push(String::new());
        }
        is_open = true;
        for word in line.split_whitespace() {
            let last = lines.last().map_or(0, |line| line.chars().count());
            match lines.last_mut() {
                Some(open) if last == 0 => open.push_str(word),
                Some(open) if last + 1 + word.chars().count() <= width => *open = format!("{open} {word}"),
                _ => lines.push(word.to_owned()),
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_can_be_shown() {
        let document = astra_core::openapi().expect("a document");
        let printer = Printer::new(&[("NO_COLOR", "1")].into());
        for operation in operations(&Place::root(&document)) {
            let (name, shown) = (operation.id(), shown(&operation, DEFAULT_SERVER, &printer));
            assert!(shown.contains("\nNeeds\n") && shown.contains("\nExample\n  curl "), "{name}: {shown}");
            assert!(shown.contains("\nAnswer 2") || shown.contains("\nAnswer 3"), "{name}: {shown}");
            assert!(!shown.replace("default {}", "").contains("{}"), "{name}: {shown}");
        }
    }

    #[test]
    fn paragraphs_are_filled_and_lists_and_code_are_left() {
        assert_eq!(wrapped("one two\nthree four\n\nfive", 9), "one two\nthree\nfour\n\nfive");
        assert_eq!(wrapped("a:\n- b\n- c\n```\nx   y\n```\nd", 40), "a:\n- b\n- c\n```\nx   y\n```\nd");
        assert_eq!(wrapped("unbreakable", 4), "unbreakable");
    }
}
