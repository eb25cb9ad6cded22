//! The tools that the official conformance suite of MCP calls: tools of the host program that clients of `/mcp` may call
//! themselves. Who calls is known to the host, so that the suite, which has no token, comes in.
//!
//! ```text
//! cargo run --example mcp_conformance
//! npx @modelcontextprotocol/conformance server --url http://127.0.0.1:4001/mcp
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use astra_core::auth::{self, Authenticator, Identity, Principal, Role, ScopeTable};
use astra_core::store::WorkspaceId;
use astra_core::tools::BoxFuture;
use astra_core::{Config, Gateway, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use http::HeaderMap;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// Takes every caller for the same member.
struct Everyone;

impl Authenticator for Everyone {
    fn authenticate<'a>(&'a self, _: &'a HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>, auth::Error>> {
        let identity = Identity {
            workspace: WorkspaceId::named("wsp_conformance"),
            principal: Principal::Host,
            subject: "usr_conformance".to_owned(),
            role: Role::Member,
            scopes: ScopeTable::default().default_of(Role::Member),
            expires_at_ms: None,
        };
        Box::pin(async { Ok(Arc::new(identity)) })
    }
}

/// A tool of the suite: what it is called with, and what it does.
struct Fixture {
    name: &'static str,
    parameters: Value,
    does: Does,
}

enum Does {
    Answers(&'static str),
    Fails(&'static str),
    Reports,
}

impl Tool for Fixture {
    fn definition(&self) -> ToolDefinition {
        ToolDefinition::new(self.name, "A tool of the conformance suite.", self.parameters.clone()).for_mcp_clients()
    }

    fn call<'a>(
        &'a self,
        _arguments: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            match self.does {
                Does::Answers(text) => Ok(text.into()),
                Does::Fails(text) => Err(ToolError::new(text)),
                Does::Reports => {
                    for done in [0, 50, 100] {
                        context.report(f64::from(done), Some(100.0), format!("{done} of 100"));
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    Ok("All is done.".into())
                }
            }
        })
    }
}

fn fixtures() -> Vec<Fixture> {
    let nothing = || json!({"type": "object", "properties": {}});
    let region = json!({"type": "string", "x-mcp-header": "Region"});
    let fixture = |name, parameters, does| Fixture { name, parameters, does };
    vec![
        fixture("test_simple_text", nothing(), Does::Answers("This is a simple text response for testing.")),
        fixture("test_error_handling", nothing(), Does::Fails("This tool intentionally returns an error for testing")),
        fixture("test_tool_with_progress", nothing(), Does::Reports),
        fixture("test_streaming_elicitation", nothing(), Does::Answers("Nothing is asked of the client.")),
        fixture("test_logging_tool", nothing(), Does::Answers("Nothing is logged to the client.")),
        fixture(
            "test_x_mcp_header",
            json!({"type": "object", "properties": {"region": region}, "required": ["region"]}),
            Does::Answers("The header says what the body says."),
        ),
        fixture("json_schema_2020_12_tool", json_schema_2020_12(), Does::Answers("The schema fits.")),
    ]
}

/// The schema whose parts the suite looks for.
fn json_schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            },
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false,
    })
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example speaks to its reader")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Another port, and a folder that is not the working one, for those who run it beside something else.
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(4001), |port| port.parse::<u16>())?;
    let mut config = Config::default();
    if let Some(folder) = arguments.next() {
        config.data_dir = folder.into();
    }
    let gateway = open(config).await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/mcp", listener.local_addr()?);
    gateway.run(listener, std::future::pending()).await;
    Ok(())
}

/// A gateway with the suite's tools.
pub(crate) async fn open(mut config: Config) -> Result<Gateway, Box<dyn Error>> {
    // The suite asks as fast as it can.
    config.limits.token_requests_per_s = 1_000_000;
    config.limits.address_requests_per_s = 1_000_000;
    let builder = Gateway::builder(config).authenticator(Everyone);
    Ok(fixtures().into_iter().fold(builder, |builder, fixture| builder.tool(fixture)).open().await?)
}
