//! A tool of the host's own, which an agent's model calls. Its schema is made of a Rust type.
//!
//! ```text
//! cargo run --example tool
//! ```
//! prints a command that has it called.

use std::error::Error;

use astra_core::auth::{NewServiceAccount, Role};
use astra_core::tools::BoxFuture;
use astra_core::{Config, Gateway, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// What a parcel costs to send.
struct Postage;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parcel {
    /// The weight in grams.
    #[schemars(range(min = 1, max = 31_500))]
    grams: u32,
    /// Whether it has to be there tomorrow.
    #[serde(default)]
    express: bool,
}

impl Tool for Postage {
    fn definition(&self) -> ToolDefinition {
        ToolDefinition::new("postage", "Tells what a parcel costs to send, in cents.", schema_for!(Parcel)).read_only()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let parcel = Parcel::deserialize(arguments)?;
            let cents = 400 + parcel.grams / 10 + if parcel.express { 1_000 } else { 0 };
            Ok(json!({"cents": cents}).into())
        })
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example speaks to its reader")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = open(Config::default()).await?;
    let authority = gateway.authority();
    let account = NewServiceAccount { name: "example".to_owned(), role: Role::Member, scopes: None };
    let token = authority.issue_named_token(&authority.operator(), account, Some(3600)).await?.secret;
    let listener = TcpListener::bind("127.0.0.1:4002").await?;
    println!(
        "curl http://127.0.0.1:4002/chat -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
         -d '{{\"agent_id\": \"clerk\", \"message\": \"/tool postage {{\\\"grams\\\": 750}}\"}}'"
    );
    gateway.run(listener, std::future::pending()).await;
    Ok(())
}

/// A gateway with the tool, and an agent whose model may call it. The built-in model `echo` calls the tool that the message names.
pub(crate) async fn open(mut config: Config) -> Result<Gateway, Box<dyn Error>> {
    config.agents.insert("clerk".to_owned(), json!({"tools": {"allow": ["postage"]}}));
    Ok(Gateway::builder(config).tool(Postage).open().await?)
}
