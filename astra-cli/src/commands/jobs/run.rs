//! `astra jobs run`

use std::io::Read as _;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Form;
use super::job::Job;
use super::watch::{self, WatchArgs};
use crate::client::Client;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Enqueue a job
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Prints the job's id; with --watch, what it came to, and the exit code is 1 if it did not succeed.

Examples:
  astra jobs run agent_run '{\"agent_id\": \"assistant\", \"message\": \"Summarise the week.\"}'
  astra jobs run batch_chat - < questions.json --watch
  astra jobs run agent_run '{\"agent_id\": \"assistant\", \"message\": \"Hello\"}' --run-at 2027-01-01T00:00:00Z"
)]
pub(super) struct Args {
    /// The type of the job, such as agent_run or batch_chat
    #[arg(value_name = "TYPE")]
    kind: String,
    /// What it is about, a JSON object; `-` is stdin
    #[arg(value_name = "JSON", default_value = "{}")]
    payload: String,
    /// The time before which it does not run
    #[arg(long, value_name = "TIME")]
    run_at: Option<String>,
    /// 0 to 9; higher ones come first [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=9))]
    priority: Option<u8>,
    /// How long an attempt may take, in seconds [default: as its type says]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(10..=86_400))]
    timeout_s: Option<u32>,
    /// How often it is tried again after a failure [default: as its type says]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10))]
    max_retries: Option<u32>,
    /// Enqueue it only if no unfinished job of the type has this key
    #[arg(long, value_name = "KEY")]
    dedupe_key: Option<String>,
    #[command(flatten)]
    watch: WatchArgs,
    /// How to print the job
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let mut body = json!({"type": args.kind, "payload": payload(args.payload)?});
    let settings = [
        ("run_at", args.run_at.map(Value::from)),
        ("priority", args.priority.map(Value::from)),
        ("timeout_s", args.timeout_s.map(Value::from)),
        ("max_retries", args.max_retries.map(Value::from)),
        ("dedupe_key", args.dedupe_key.map(Value::from)),
    ];
    for (name, value) in settings {
        if let Some(value) = value {
            body[name] = value;
        }
    }
    let enqueue = async |client: &Client| {
        Job::read(client, client.fetch(client.request(Method::POST, "/jobs").json(&body)).await?)
    };
    watch::begun(&args.gateway, "enqueuing the job", enqueue, args.watch, args.output, context)
}

fn payload(text: String) -> Result<Map<String, Value>> {
    let (text, place) = if text == "-" {
        let mut read = String::new();
        let failed = |fault| Error::new("cannot read the payload on stdin").because(&fault);
        std::io::stdin().read_to_string(&mut read).map_err(failed)?;
        (read, "on stdin")
    } else {
        (text, "of the command line")
    };
    serde_json::from_str(&text).map_err(|fault| {
        Error::usage(format!("the payload {place} is no JSON object"))
            .because(&fault)
            .hint("write it as '{\"name\": \"value\"}'")
    })
}
