//! `astra workspace show`

use reqwest::Method;
use serde_json::Value;

use super::place::within;
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json;
use crate::commands::reach::Gateway;
use crate::error::Result;
use crate::harmless::on_one_line;

/// Show a workspace, with what it is restricted to and its quotas
#[derive(Debug, clap::Args)]
#[command(after_help = "With --output json: an object with `workspace`, `restrictions` and `quotas`.

Examples:
  astra workspace show
  astra workspace show wsp_06a1b2c3d4e5q --output json | jq .quotas.used")]
pub(super) struct Args {
    /// The workspace's id, one of your own [default: the one of the token]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let shown = args.gateway.ask("reading the workspace", own_token(), context, async |client| {
        within(client, args.id.as_deref(), context, async |client, workspace| {
            let get = |path: String| client.request(Method::GET, &path);
            let path = format!("/workspaces/{}", workspace.id);
            let restrictions: Value = client.fetch(get(format!("{path}/restrictions"))).await?;
            let quotas: Value = client.fetch(get(format!("{path}/quotas"))).await?;
            let workspace: Value = client.fetch(get(path)).await?;
            Ok(serde_json::json!({"workspace": workspace, "restrictions": restrictions, "quotas": quotas}))
        })
        .await
    })?;
    let printer = &context.printer;
    if args.output == Form::Json {
        return printer.line(json(&shown)?);
    }
    let workspace = &shown["workspace"];
    let text = |value: &Value| on_one_line(value.as_str().unwrap_or("-"));
    printer.line(format!("{} {}", text(&workspace["id"]), text(&workspace["name"])))?;
    printer.line(format!("  role        {}", text(&workspace["role"])))?;
    printer.line(format!("  created     {}", text(&workspace["created_at"])))?;
    for kind in ["providers", "models"] {
        printer.line(format!("  {kind:<11} {}", names(&shown["restrictions"][kind])))?;
    }
    let quotas = shown["quotas"].as_object().into_iter().flatten();
    for (name, most) in quotas.filter(|(name, most)| name.contains("_per_") && !most.is_null()) {
        printer.line(format!("  {name:<24} {} of {most}", shown["quotas"]["used"][name]))?;
    }
    Ok(())
}

/// The names that a restriction leaves.
fn names(value: &Value) -> String {
    let Some(names) = value.as_array() else { return "all".to_owned() };
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    on_one_line(&names.join(" "))
}
