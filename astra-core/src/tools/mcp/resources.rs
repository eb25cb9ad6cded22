//! The resources of an MCP server, as two tools that read: a list, and the content of one.

use std::fmt::Write as _;
use std::sync::{Arc, Weak};

use rmcp::model::{PaginatedRequestParams, ReadResourceRequestParams};
use serde_json::{Map, Value, json};

use super::names::tool_name;
use super::remote_tool::{connected, failed};
use super::server::McpServer;
use super::text::{contents_text, one_line};
use crate::tools::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};

/// The names of the two tools, behind that of the server.
const LIST: &str = "list_resources";
const READ: &str = "read_resource";

/// Lists the resources of a server.
struct ListResources {
    server: Weak<McpServer>,
    definition: ToolDefinition,
}

/// Reads a resource of a server.
struct ReadResource {
    server: Weak<McpServer>,
    definition: ToolDefinition,
}

/// The tools that read the resources of `server`, by their names there.
pub(super) fn resource_tools(server: &Arc<McpServer>) -> [(&'static str, Arc<dyn Tool>); 2] {
    let name = &server.spec.name;
    let page = json!({
        "type": "object",
        "properties": {
            "cursor": {"type": "string", "description": "Where to go on, as the answer before says."},
        },
        "additionalProperties": false,
    });
    let uri = json!({
        "type": "object",
        "properties": {"uri": {"type": "string", "minLength": 1, "description": "The resource's URI, from the list."}},
        "required": ["uri"],
        "additionalProperties": false,
    });
    let definition = |remote: &str, description: String, parameters: Value| {
        let mut definition =
            ToolDefinition::new(tool_name(name, remote), description, parameters).read_only().idempotent();
        definition.timeout = server.spec.timeout;
        definition
    };
    let list = definition(LIST, format!("Lists the resources that the server `{name}` has."), page);
    let read = definition(READ, format!("Reads a resource of the server `{name}`."), uri);
    [
        (LIST, Arc::new(ListResources { server: Arc::downgrade(server), definition: list })),
        (READ, Arc::new(ReadResource { server: Arc::downgrade(server), definition: read })),
    ]
}

impl ListResources {
    async fn list(&self, cursor: Option<&str>) -> Result<ToolOutput, ToolError> {
        let (server, session) = connected(&self.server)?;
        let params = PaginatedRequestParams::default().with_cursor(cursor.map(str::to_owned));
        let listed = session.ask(session.peer.list_resources(Some(params))).await;
        let listed = listed.map_err(|fault| failed(&server, &session, &fault))?;
        let mut text = String::new();
        for resource in &listed.resources {
            let title = resource.title.as_deref().unwrap_or(&resource.name);
            let about = resource.description.as_deref().map(|text| format!(": {}", one_line(text)));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "- {} ({}){}", one_line(&resource.uri), one_line(title), about.unwrap_or_default());
        }
        if listed.resources.is_empty() {
            text.push_str("There are no resources.\n");
        }
        if let Some(next) = &listed.next_cursor {
            let _ = writeln!(text, "[There are more. Call again with `cursor` {}]", Value::from(next.as_str()));
        }
        Ok(text.into())
    }
}

impl ReadResource {
    async fn read(&self, uri: &str) -> Result<ToolOutput, ToolError> {
        let (server, session) = connected(&self.server)?;
        let read = session.ask(session.peer.read_resource(ReadResourceRequestParams::new(uri))).await;
        let read = read.map_err(|fault| failed(&server, &session, &fault))?;
        let texts: Vec<String> = read.contents.iter().map(contents_text).collect();
        Ok(texts.join("\n").into())
    }
}

impl Tool for ListResources {
    fn definition(&self) -> ToolDefinition {
        self.definition.clone()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(self.list(arguments.get("cursor").and_then(Value::as_str)))
    }
}

impl Tool for ReadResource {
    fn definition(&self) -> ToolDefinition {
        self.definition.clone()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(self.read(arguments.get("uri").and_then(Value::as_str).unwrap_or_default()))
    }
}
