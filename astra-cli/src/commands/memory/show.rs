//! `astra memory show`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// The fields that are shown, with their names, in this order.
const FIELDS: [(&str, &str); 15] = [
    ("tier", "tier"),
    ("user_id", "owner"),
    ("category", "category"),
    ("slot", "slot"),
    ("source", "source"),
    ("rule", "rule"),
    ("quote", "quote"),
    ("turn_id", "turn"),
    ("session_id", "session"),
    ("valid_from", "holds from"),
    ("valid_to", "holds until"),
    ("superseded_by", "replaced by"),
    ("expires_at", "expires"),
    ("created_at", "created"),
    ("updated_at", "changed"),
];

/// Show a memory, and where it comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "With --history, its versions follow, newest first, also of a memory that was deleted.

Examples:
  astra memory show mem_06a1b2c3d4e5q
  astra memory show mem_06a1b2c3d4e5q --history --output json")]
pub(super) struct Args {
    /// The memory's id
    #[arg(value_name = "ID")]
    id: String,
    /// Show its versions too
    #[arg(long)]
    history: bool,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = path(&args.id)?;
    let (memory, versions) = args.gateway.ask("reading the memory", own_token(), context, async |client| {
        let versions: Vec<Value> =
            if args.history { client.all(&format!("{path}/history"), &[]).await? } else { Vec::new() };
        // What was deleted is shown by its history alone.
        let memory: Value = match client.fetch(client.request(Method::GET, &path)).await {
            Ok(memory) => memory,
            Err(_) if !versions.is_empty() => Value::Null,
            Err(fault) => return Err(fault),
        };
        Ok((memory, versions))
    })?;
    let printer = &context.printer;
    if args.output == Form::Json {
        let whole = if args.history { json!({"memory": memory, "history": versions}) } else { memory };
        return printer.line(as_json(&whole)?);
    }
    if memory.is_null() {
        printer.note("the memory is deleted");
    } else {
        print(&memory, printer)?;
    }
    versions.iter().try_for_each(|version| print_version(version, printer))
}

/// The path of a memory.
fn path(id: &str) -> Result<String> {
    let is_id = id.starts_with("mem_") && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_id {
        Ok(format!("/memory/{id}"))
    } else {
        Err(Error::new(format!("{id:?} is no id of a memory, such as mem_06a1b2c3d4e5q")))
    }
}

fn print(memory: &Value, printer: &Printer) -> Result<()> {
    printer.line(printer.heading(&on_one_line(memory["id"].as_str().unwrap_or_default())))?;
    printer.line(on_one_line(memory["content"].as_str().unwrap_or_default()))?;
    for (field, name) in FIELDS {
        if let Some(value) = memory[field].as_str() {
            printer.line(on_one_line(&format!("{name:<12}{value}")))?;
        }
    }
    let number = |field: &str| memory[field].as_f64().unwrap_or(0.0);
    let sure =
        format!("confidence {:.2}, trust {:.2}, weight {:.2}", number("confidence"), number("trust"), number("weight"));
    let evidence = memory["evidence"].as_u64().unwrap_or(0);
    printer.line(format!("{:<12}{sure}, said {evidence} times", "how sure"))
}

fn print_version(version: &Value, printer: &Printer) -> Result<()> {
    let text = |field: &str| version[field].as_str().unwrap_or_default();
    let content = version["memory"]["content"].as_str().or_else(|| version["content"].as_str()).unwrap_or_default();
    let number = version["version"].as_u64().or_else(|| version["memory"]["version"].as_u64()).unwrap_or(0);
    let author = format!("version {number}: {} at {} by {}", text("reason"), text("created_at"), text("author"));
    printer.line(on_one_line(&author))?;
    printer.line(on_one_line(&format!("    {content}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_memories_make_paths() {
        assert_eq!(path("mem_06a1b2c3d4e5q").ok().as_deref(), Some("/memory/mem_06a1b2c3d4e5q"));
        for bad in ["trn_06a1b2c3d4e5q", "mem_../x", "profile", ""] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
