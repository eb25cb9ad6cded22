//! `astra tools call`

use std::io::Read as _;

use clap::ValueEnum;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Place;
use crate::commands::listing::json as written;
use crate::commands::{Context, block_on};
use crate::error::{Error, Result};

/// Call a tool, without an agent's model
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Prints what the tool answers. If the tool fails, its words go to stderr, and the exit code is 1.

Examples:
  astra tools call current_time '{\"time_zone\": \"Europe/Berlin\"}'
  astra tools call calculate - < expression.json
  astra tools call current_time --output json"
)]
pub(super) struct Args {
    /// The tool's name
    name: String,
    /// What it is called with, a JSON object; `-` is stdin
    #[arg(value_name = "JSON", default_value = "{}")]
    arguments: String,
    /// How to print the answer
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    place: Place,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// What the tool says
    Text,
    /// A JSON object with `content`, `is_error` and `elapsed_ms`
    Json,
}

/// What came of a call, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    content: String,
    is_error: bool,
    elapsed_ms: u64,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if args.name.is_empty() || !args.name.bytes().all(is_name) {
        return Err(Error::usage(format!("`{}` is no name of a tool", args.name)).hint("`astra tools list` shows all"));
    }
    let arguments = arguments(args.arguments)?;
    let client = args.place.gateway.client(context)?;
    let mut call = json!({"arguments": arguments});
    if let Some(agent) = args.place.agent {
        call["agent_id"] = agent.into();
    }
    let request = client.request(Method::POST, &format!("/tools/{}/invoke", args.name)).json(&call);
    let answer: Answer = block_on(context.printer.progress("the tool runs", client.fetch(request)))?;
    match (args.output, answer.is_error) {
        (Form::Json, is_error) => {
            context.printer.line(written(&answer)?)?;
            if is_error { Err(Error::silent()) } else { Ok(()) }
        }
        (Form::Text, true) => Err(Error::new("the tool failed").cause(answer.content)),
        (Form::Text, false) => context.printer.speech(&format!("{}\n", answer.content)),
    }
}

fn arguments(text: String) -> Result<Map<String, Value>> {
    let (text, place) = if text == "-" {
        let mut read = String::new();
        let failed = |fault| Error::new("cannot read the arguments on stdin").because(&fault);
        std::io::stdin().read_to_string(&mut read).map_err(failed)?;
        (read, "on stdin")
    } else {
        (text, "of the command line")
    };
    serde_json::from_str(&text).map_err(|fault| {
        Error::usage(format!("the arguments {place} are no JSON object"))
            .because(&fault)
            .hint("write them as '{\"name\": \"value\"}'")
    })
}
