//! `astra workspace invite`

use astra_core::auth::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::place::{Wanted, within};
use super::{Form, own_token};
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::commands::token::roles;
use crate::commands::{Context, duration};
use crate::error::Result;
use crate::harmless::on_one_line;

/// Invite a person to a workspace and print the code
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The gateway sends no e-mail: give the code, or the link, to the person, who registers with it, or accepts it with the account that \
has this address. It is shown only this once.

Examples:
  astra workspace invite bob@example.org --role member
  astra workspace invite eve@example.org --role admin --expires-in 24h --workspace wsp_06a1b2c3d4e5q"
)]
pub(super) struct Args {
    /// The e-mail address of the only account that may accept it
    #[arg(value_name = "EMAIL")]
    email: String,
    /// The role that it gives, not above your own
    #[arg(long, value_parser = roles(), default_value = "member")]
    role: Role,
    /// How long it is good, such as 45m, 12h or 7d [default: 7d]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    expires_in: Option<i64>,
    #[command(flatten)]
    wanted: Wanted,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let mut body = json!({"role": args.role.as_str(), "email": args.email});
    if let Some(expires_in_s) = args.expires_in {
        body["expires_in_s"] = json!(expires_in_s);
    }
    let made: Value = args.gateway.ask("making the invitation", own_token(), context, async |client| {
        within(client, args.wanted.id(), context, async |client, workspace| {
            let path = format!("/workspaces/{}/invitations", workspace.id);
            client.fetch(client.request(Method::POST, &path).json(&body)).await
        })
        .await
    })?;
    if args.output == Form::Json {
        return context.printer.line(as_json(&made)?);
    }
    let text = |value: &Value| on_one_line(value.as_str().unwrap_or("-"));
    let invitation = &made["invitation"];
    let (id, ends) = (text(&invitation["id"]), text(&invitation["expires_at"]));
    context.printer.note(format!("invitation {id} for {} as {}, good until {ends}", args.email, args.role.as_str()));
    if made["link"].is_string() {
        context.printer.note(format!("link: {}", text(&made["link"])));
    }
    context.printer.line(text(&made["code"]))
}
