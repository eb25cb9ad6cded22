//! A tool of an MCP server: its call is a request to that server.

use std::sync::{Arc, Weak};

use rmcp::model::{CallToolRequestParams, CallToolResponse, RequestMetaObject, Tool as RemoteToolInfo};
use rmcp::{ServiceError, model::ToolAnnotations as RemoteAnnotations};
use serde_json::{Map, Value};

use super::fault::is_of_connection;
use super::names::tool_name;
use super::server::McpServer;
use super::session::Session;
use super::text::result_text;
use crate::tools::tool::{BoxFuture, Tool, ToolAnnotations, ToolContext, ToolDefinition, ToolError, ToolOutput};

/// A tool of an MCP server.
pub(super) struct RemoteTool {
    server: Weak<McpServer>,
    remote_name: String,
    definition: ToolDefinition,
}

impl RemoteTool {
    pub(super) fn new(server: &Arc<McpServer>, info: RemoteToolInfo) -> Self {
        let remote_name = info.name.into_owned();
        let title = info.title.or_else(|| info.annotations.as_ref().and_then(|annotations| annotations.title.clone()));
        let description = info.description.map(|text| text.into_owned()).or(title).unwrap_or_default();
        let parameters = Value::Object(Arc::unwrap_or_clone(info.input_schema));
        let mut definition = ToolDefinition::new(tool_name(&server.spec.name, &remote_name), description, parameters);
        definition.annotations = annotations(info.annotations.as_ref());
        definition.timeout = server.spec.timeout;
        Self { server: Arc::downgrade(server), remote_name, definition }
    }

    async fn ask(&self, arguments: &Map<String, Value>, context: &ToolContext) -> Result<ToolOutput, ToolError> {
        let (server, session) = connected(&self.server)?;
        let mut params = CallToolRequestParams::new(self.remote_name.clone()).with_arguments(arguments.clone());
        params.meta = trace_meta(context);
        // When this is dropped the server is notified that the call is given up.
        match session.ask(session.peer.call_tool_once(params)).await {
            Ok(CallToolResponse::Complete(result)) => {
                let is_error = result.is_error == Some(true);
                let text = result_text(&result);
                if is_error { Err(ToolError::new(text)) } else { Ok(text.into()) }
            }
            Ok(CallToolResponse::InputRequired(_)) => {
                Err(ToolError::new("The server asks for more input in the middle of the call, which it is not given."))
            }
            Ok(_) => {
                Err(ToolError::new("The server answers that the call goes on elsewhere, which is not waited for."))
            }
            Err(fault) => Err(failed(&server, &session, &fault)),
        }
    }
}

impl Tool for RemoteTool {
    fn definition(&self) -> ToolDefinition {
        self.definition.clone()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(self.ask(arguments, context))
    }
}

/// The place of the call in a distributed trace, as the server reads it (SEP-414).
pub(super) fn trace_meta(context: &ToolContext) -> Option<RequestMetaObject> {
    let trace = context.trace.as_ref()?;
    let mut meta = RequestMetaObject::new();
    meta.set_traceparent(trace.traceparent());
    if let Some(state) = trace.tracestate() {
        meta.set_tracestate(state);
    }
    Some(meta)
}

/// The server, and the connection to it.
pub(super) fn connected(server: &Weak<McpServer>) -> Result<(Arc<McpServer>, Arc<Session>), ToolError> {
    let server = server.upgrade().ok_or("The MCP server of this tool is not there any more.".to_owned())?;
    let session = server.session();
    let session = session.ok_or_else(|| format!("The MCP server `{}` is not connected.", server.spec.name))?;
    Ok((server, session))
}

/// What the model reads of a request that failed. If the connection did, it is looked after.
pub(super) fn failed(server: &McpServer, session: &Session, fault: &ServiceError) -> ToolError {
    if is_of_connection(fault) {
        server.attention.notify_one();
    }
    ToolError::new(session.words.request(fault, &session.seen))
}

/// What is said of a call, by the protocol's rules for what is not said: it changes something, and destroys.
fn annotations(remote: Option<&RemoteAnnotations>) -> ToolAnnotations {
    let hint = |of: fn(&RemoteAnnotations) -> Option<bool>| remote.and_then(of);
    let read_only = hint(|remote| remote.read_only_hint).unwrap_or(false);
    ToolAnnotations {
        read_only,
        destructive: !read_only && hint(|remote| remote.destructive_hint).unwrap_or(true),
        idempotent: hint(|remote| remote.idempotent_hint).unwrap_or(read_only),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_does_not_say_of_its_tool_is_not_to_its_credit() {
        let of = |remote: Option<RemoteAnnotations>| {
            let ToolAnnotations { read_only, destructive, idempotent } = annotations(remote.as_ref());
            (read_only, destructive, idempotent)
        };
        assert_eq!(of(None), (false, true, false));
        assert_eq!(of(Some(RemoteAnnotations::new())), (false, true, false));
        assert_eq!(of(Some(RemoteAnnotations::new().read_only(true).destructive(true))), (true, false, true));
        assert_eq!(of(Some(RemoteAnnotations::new().destructive(false).idempotent(true))), (false, false, true));
    }
}
