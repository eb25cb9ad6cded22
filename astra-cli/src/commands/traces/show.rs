//! `astra traces show`

use clap::ValueEnum;
use console::Term;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::own_token;
use super::trace::{Time, Trace, duration};
use super::waterfall;
use crate::commands::Context;
use crate::commands::listing::json;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// The width of what is written into a pipe.
const WIDTH: usize = 100;

/// Show where the time of a turn went
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A bar begins where its step began; of a streamed answer, the light part is the time to its first content.

Examples:
  astra traces show trc_06a1b2c3d4e5q
  astra traces show trn_06a1b2c3d4e5q --messages
  astra traces show trc_06a1b2c3d4e5q --output json | jq .time"
)]
pub(super) struct Args {
    /// The trace's id, or that of its turn
    id: String,
    /// Show what was said too
    #[arg(long)]
    messages: bool,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// How a trace is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Bars for people
    Text,
    /// The gateway's answer
    Json,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    // A trace has the key of its turn.
    let id = args.id.strip_prefix("trn_").map_or_else(|| args.id.clone(), |key| format!("trc_{key}"));
    if !id.strip_prefix("trc_").is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Err(Error::usage(format!("`{}` is not the id of a trace or a turn", args.id))
            .hint("`astra traces list` shows the ids of the newest ones"));
    }
    let (whole, trace) = args.gateway.ask("reading the trace", own_token(), context, async |client| {
        let whole: Value = client.fetch(client.request(Method::GET, &format!("/traces/{id}"))).await?;
        let trace = Trace::deserialize(&whole).map_err(|fault| client.no_gateway(&fault.to_string()))?;
        Ok((whole, trace))
    })?;
    match args.output {
        Form::Json => context.printer.line(json(&whole)?),
        Form::Text => print(&trace, args.messages, &context.printer),
    }
}

fn print(trace: &Trace, with_messages: bool, printer: &Printer) -> Result<()> {
    let line = |text: &str| printer.line(on_one_line(text));
    printer.line(printer.heading(&on_one_line(&trace.question)))?;
    let model = match (&trace.provider, &trace.model) {
        (Some(provider), Some(model)) => format!("{provider}/{model}"),
        _ => "no model".into(),
    };
    line(&format!("{}  {}  {} v{}  {model}", trace.trace_id, trace.status, trace.agent_id, trace.agent_version))?;
    line(&format!("{}  {}  {}", trace.created_at, trace.session_id, trace.user_id))?;
    let usage = &trace.usage;
    line(&format!(
        "{} tokens in, {} out  {:.6} USD{}",
        usage.input_tokens,
        usage.output_tokens,
        usage.cost_usd,
        trace.request_id.as_ref().map_or_else(String::new, |id| format!("  request {id}")),
    ))?;
    if let Some(error) = &trace.error {
        line(&format!("{}: {}", error.code, error.message))?;
    }
    printer.line("")?;
    match &trace.spans {
        None => printer.line("The spans were removed after `traces.keep_days`.")?,
        Some(spans) => {
            let width = if printer.stdout_is_terminal() {
                Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns))
            } else {
                WIDTH
            };
            waterfall::lines(spans, trace.time.total_ms, width).iter().try_for_each(|bar| printer.line(bar))?;
        }
    }
    printer.line("")?;
    printer.line(split(trace.time))?;
    if with_messages {
        for message in trace.messages.iter().flatten() {
            let said = message.content.as_str().map_or_else(|| message.content.to_string(), str::to_owned);
            printer.line(format!("\n{}", printer.heading(&on_one_line(&message.role))))?;
            printer.speech(&format!("{said}\n"))?;
        }
        if trace.messages.is_none() {
            printer.line("\nWhat was said is not shown: `traces.content` of the gateway is off.")?;
        }
    }
    Ok(())
}

/// Where the time went, the parts that took some.
fn split(time: Time) -> String {
    let parts = [
        ("gateway", time.gateway_ms),
        ("provider", time.provider_ms),
        ("tools", time.tool_ms),
        ("storage", time.storage_ms),
        ("waiting", time.waiting_ms),
    ];
    let parts = parts.into_iter().filter(|(_, part_ms)| *part_ms > 0.0);
    let parts: Vec<_> = parts.map(|(name, part_ms)| format!("{name} {}", duration(part_ms))).collect();
    format!("total {}  =  {}", duration(time.total_ms), parts.join("  +  "))
}
