//! `astra spec list`

use serde::Serialize;

use super::source::Source;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::document::operations::{Operation, operations};
use crate::document::place::Place;
use crate::error::{Error, Result};
use crate::settings::suggest;

const HEAD: [&str; 6] = ["OPERATION", "METHOD", "PATH", "SCOPE", "ROLE", "SUMMARY"];

/// List the operations
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  OPERATION  METHOD  PATH  SCOPE  ROLE  SUMMARY

Examples:
  astra spec list --tag agents
  astra spec list | cut -f1
  astra spec list --output json | jq -r '.[] | select(.role == \"admin\") | .operation'")]
pub(super) struct Args {
    /// Only those with this tag
    #[arg(long)]
    tag: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    source: Source,
}

/// An operation as a line.
#[derive(Debug, Serialize)]
struct Line<'d> {
    operation: String,
    method: String,
    path: &'d str,
    scopes: Vec<String>,
    role: Option<&'d str>,
    summary: Option<&'d str>,
    tags: Vec<&'d str>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let printer = &context.printer;
    let document = args.source.read(context)?;
    let all = operations(&Place::root(&document));
    let lines: Vec<Line<'_>> = match &args.tag {
        Some(tag) => all.iter().filter(|operation| operation.tags().contains(&tag.as_str())).map(Line::of).collect(),
        None => all.iter().map(Line::of).collect(),
    };
    if let (Some(tag), true) = (&args.tag, lines.is_empty()) {
        return Err(unknown(tag, &all));
    }
    args.list.print(printer, &lines, HEAD, Line::columns)
}

fn unknown(tag: &str, all: &[Operation<'_>]) -> Error {
    let mut tags: Vec<&str> = all.iter().flat_map(Operation::tags).collect();
    tags.dedup();
    let error = Error::new(format!("no operation has the tag `{tag}`"));
    match suggest::nearest(tag, tags.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("there are {}", tags.join(", "))),
    }
}

impl<'d> Line<'d> {
    fn of(operation: &Operation<'d>) -> Self {
        Self {
            operation: operation.id(),
            method: operation.method.to_uppercase(),
            path: operation.path,
            scopes: operation.scopes(),
            role: operation.role(),
            summary: operation.place.text("summary"),
            tags: operation.tags(),
        }
    }

    fn columns(&self) -> [String; 6] {
        let or_dash = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("-").to_owned();
        [
            self.operation.clone(),
            self.method.clone(),
            self.path.to_owned(),
            or_dash(Some(&self.scopes.join(" "))),
            or_dash(self.role),
            or_dash(self.summary),
        ]
    }
}
