//! `astra approvals approve` and `astra approvals deny`

use reqwest::Method;
use serde_json::{Value, json};

use super::own_token;
use crate::client::Client;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// What both take.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The approval's id
    #[arg(value_name = "ID")]
    id: String,
    /// Why, for the record; the model reads the note of a call that is denied
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, is_approved: bool, context: &Context) -> Result<()> {
    if !args.id.strip_prefix("apr_").is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Err(Error::usage(format!("`{}` is not the id of an approval", args.id))
            .hint("`astra approvals list` shows those that wait"));
    }
    let decided = args.gateway.ask("deciding", own_token(), context, async |client| {
        decide(client, &args.id, is_approved, args.note.as_deref()).await
    })?;
    let said = if is_approved { "is approved" } else { "is denied" };
    context.printer.note(format!("{}: the call of {} {said}", args.id, decided["tool"].as_str().unwrap_or("the tool")));
    Ok(())
}

/// Decides on the call of the approval `id`.
pub(crate) async fn decide(client: &Client, id: &str, is_approved: bool, note: Option<&str>) -> Result<Value> {
    let verb = if is_approved { "approve" } else { "deny" };
    let request = client.request(Method::POST, &format!("/tools/approvals/{id}/{verb}"));
    client.fetch(request.json(&json!({"note": note}))).await
}
