//! `astra memory undo`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::Result;
use crate::harmless::on_one_line;

/// Take back all that one turn, or one session, made of memory
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What it created goes, and what that had replaced holds again. Nothing is remembered of these turns again.

Examples:
  astra memory undo --turn trn_06a1b2c3d4e5q
  astra memory undo --session ses_06a1b2c3d4e5q --output json"
)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// How to print what became of it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// What is taken back.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// The turn's id
    #[arg(long, value_name = "ID")]
    turn: Option<String>,
    /// The session's id
    #[arg(long, value_name = "ID")]
    session: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let body = match (&args.target.turn, &args.target.session) {
        (Some(turn), _) => json!({"turn_id": turn}),
        (None, session) => json!({"session_id": session}),
    };
    let undone: Value = args.gateway.ask("taking it back", own_token(), context, async |client| {
        client.fetch(client.request(Method::POST, "/memory/undo").json(&body)).await
    })?;
    let printer = &context.printer;
    if args.output == Form::Json {
        return printer.line(as_json(&undone)?);
    }
    for memory in undone["memories"].as_array().into_iter().flatten() {
        let text = |field: &str| memory[field].as_str().unwrap_or_default();
        printer.line(on_one_line(&format!("{}  {}", text("id"), text("outcome"))))?;
    }
    let count = |field: &str| undone[field].as_u64().unwrap_or(0);
    printer.note(format!(
        "{} deleted, {} restored, {} reverted, {} kept",
        count("deleted"),
        count("restored"),
        count("reverted"),
        count("kept")
    ));
    Ok(())
}
