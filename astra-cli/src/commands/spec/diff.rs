//! `astra spec diff`

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::source;
use crate::commands::Context;
use crate::commands::listing::json;
use crate::document::compare::{Change, compare};
use crate::error::{Error, Result};
use crate::harmless::on_one_line;

/// The program's own document where another is named.
const BUILT_IN: &str = "built-in";

/// Compare two documents: what changes for clients, and what breaks them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A document is a file (JSON or YAML), `-` for stdin, the URL of a gateway (ASTRA_TOKEN needs the \
scope spec:read), or `built-in` for the program's own. New fields, events, enum values and errors in answers do not count as \
breaking. Descriptions and examples are not compared.

Exit code 1 if a change breaks clients of OLD. Columns, in a pipe separated by tabs: breaking or compatible, operations, \
pointer, change.

Examples:
  astra spec diff old.json new.yaml
  astra spec diff old.json                        with this version of the program
  astra spec diff built-in http://127.0.0.1:3000  can clients of this version talk to it?
  git show v1:openapi.json | astra spec diff -"
)]
pub(super) struct Args {
    /// The document that clients were made for
    #[arg(value_name = "OLD")]
    old: String,
    /// The document that they will talk to
    #[arg(value_name = "NEW", default_value = BUILT_IN)]
    new: String,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// What is found, as JSON.
#[derive(Debug, Serialize)]
struct Found<'c> {
    is_breaking: bool,
    changes: &'c [Change],
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    if args.old == super::DASH && args.new == super::DASH {
        return Err(Error::usage("only one of the two can be read from stdin"));
    }
    let changes = compare(&read(&args.old, context)?, &read(&args.new, context)?);
    let is_breaking = changes.iter().any(|change| change.is_breaking);
    print(&changes, is_breaking, args.json, context)?;
    if is_breaking { Err(Error::silent()) } else { Ok(()) }
}

fn read(name: &str, context: &Context) -> Result<Value> {
    match name {
        BUILT_IN => source::built_in(),
        url if url.starts_with("http://") || url.starts_with("https://") => source::of_server(url, context),
        file => source::of_file(Path::new(file)),
    }
}

fn print(changes: &[Change], is_breaking: bool, as_json: bool, context: &Context) -> Result<()> {
    let printer = &context.printer;
    if as_json {
        return printer.line(json(&Found { is_breaking, changes })?);
    }
    if !printer.stdout_is_terminal() {
        return changes.iter().try_for_each(|change| printer.line(columns(change).join("\t")));
    }
    for (title, wanted) in [("breaking", true), ("not breaking", false)] {
        let group: Vec<_> = changes.iter().filter(|change| change.is_breaking == wanted).collect();
        if !group.is_empty() {
            printer.line(printer.heading(title))?;
        }
        for change in group {
            let [_, operations, pointer, change] = columns(change);
            printer.line(format!("  {operations}: {change}  {pointer}"))?;
        }
    }
    Ok(())
}

fn columns(change: &Change) -> [String; 4] {
    let operations = match change.operations.as_slice() {
        [] => "all".to_owned(),
        [one] => one.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    };
    let verdict = if change.is_breaking { "breaking" } else { "compatible" };
    // What a document says may neither steer a terminal nor make columns of its own.
    [verdict, &operations, &change.pointer, &change.change].map(on_one_line)
}
