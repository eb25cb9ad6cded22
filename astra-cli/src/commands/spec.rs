//! `astra spec`: the OpenAPI document, of a running gateway or of this program, and what is to be known of it.

mod check;
mod diff;
mod list;
mod show;
pub(super) mod source;
mod unified;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::Context;
use crate::document::version::{Version, in_version};
use crate::error::{Error, Result};
use source::Format;

/// The name of stdin or stdout where a file is named.
const DASH: &str = "-";

/// Print the OpenAPI document, look up its operations, compare versions of it
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  astra spec --format yaml > spec.yaml         the document of this version of the program; needs no gateway
  astra spec --server http://127.0.0.1:3000    the document of a running gateway; ASTRA_TOKEN needs the scope spec:read
  astra spec --check openapi.json              exit code 1 and the differences, if there are any
  astra spec --version 3.0                     for tools without support for OpenAPI 3.1
  astra spec list --tag agents
  astra spec show agents.update
  astra spec diff old.json                     exit code 1 if this version breaks clients of old.json")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Output format [default: by the file name, otherwise json]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// OpenAPI version to write
    #[arg(long, value_enum, default_value = "3.1")]
    version: Version,
    /// Write to this file; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Use this gateway's document instead of the built-in one [env: ASTRA_SERVER]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Print no document; compare it with the one in this file
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// What to do other than print it.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Show(show::Args),
    Diff(diff::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    match &args.action {
        Some(Action::List(args)) => list::run(args, context),
        Some(Action::Show(args)) => show::run(args, context),
        Some(Action::Diff(args)) => diff::run(args, context),
        None => print(args, context),
    }
}

fn print(args: &Args, context: &Context) -> Result<()> {
    let file = args.check.as_deref().or(args.output.as_deref());
    let format = args.format.or_else(|| file.and_then(Format::by_ending)).unwrap_or(Format::Json);
    let server = source::server(args.server.as_deref(), context);
    let document = match server {
        Some(server) => source::fetched(server, format, context)?,
        None => format.write(&source::built_in()?)?,
    };
    let document = in_wanted_version(document, args.version, format)?;
    match (&args.check, &args.output) {
        (Some(file), _) => check::run(file, &document, format, context),
        (None, Some(file)) if file.as_os_str() != DASH => write(file, &document),
        (None, _) => context.printer.data(document),
    }
}

/// A document of 3.1 stays as it was written, byte for byte.
fn in_wanted_version(document: String, version: Version, format: Format) -> Result<String> {
    if version == Version::V31 {
        return Ok(document);
    }
    let fault = |fault: String| Error::new("the document cannot be rewritten").cause(fault);
    let value = format.read(&document).map_err(fault)?;
    format.write(&in_version(value, version).map_err(fault)?)
}

fn write(file: &Path, document: &str) -> Result<()> {
    std::fs::write(file, document)
        .map_err(|fault| Error::new(format!("cannot write {}", file.display())).because(&fault))
}
