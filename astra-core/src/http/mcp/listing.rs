//! The tools of a caller: those of memory and of the host program that are meant for clients, and one for each agent of its
//! workspace.

use std::sync::Arc;

use rmcp::model::{CacheScope, ListToolsResult, Tool, ToolAnnotations};
use serde::Deserialize;

use super::arguments::Schemas;
use super::fault::Fault;
use super::message::Request;
use super::revision::Revision;
use crate::app::App;
use crate::auth::access;
use crate::error::Error;
use crate::http::Caller;
use crate::store::{Cursor, PageRequest, StoredAgent};
use crate::tools::{RegisteredTool, ToolOrigin};

/// So many agents are in one page of the list.
const PAGE_AGENTS_MAX: u32 = 100;

/// The part of a definition that a client sees. The prompt is the agent's own affair.
#[derive(Deserialize)]
struct Named {
    display_name: Option<String>,
}

/// One page of the tools.
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    schemas: &Schemas,
    request: &Request,
    revision: Revision,
) -> Result<ListToolsResult, Fault> {
    let invalid = || request.invalid("The cursor is not one of this list: start again without one.");
    let after = match request.params.get("cursor") {
        None => None,
        Some(cursor) => Some(cursor.as_str().and_then(Cursor::decode).ok_or_else(invalid)?),
    };
    let is_first = after.is_none();
    let rows = app.store.rows(&caller.workspace);
    let request = PageRequest { limit: PAGE_AGENTS_MAX, after };
    let page = rows.agents().page_with_borrowed(request, app.now_ms()).await.map_err(Error::store)?;
    let known = &app.known.tools;
    // Those of the host stand on the first page, and have their names before agents do.
    let is_good =
        |tool: &RegisteredTool| operation_of(tool).is_none_or(|operation| caller.within(app, operation).is_ok());
    let hosts = known.for_mcp_clients().filter(|tool| is_first && is_good(tool.as_ref())).map(|tool| of_host(tool));
    let agents = page.data.iter().filter(|agent| known.find_for_mcp_clients(&agent.id).is_none());
    let tools = hosts.chain(agents.map(|agent| of_agent(agent, schemas))).collect();
    let mut result = ListToolsResult::with_all_items(tools);
    result.next_cursor = page.next.as_ref().map(Cursor::encode);
    if revision.has_result_types() {
        // Agents change at any time, and are those of the caller's workspace.
        result = result.with_ttl_ms(0).with_cache_scope(CacheScope::Private);
    } else {
        result.result_type = None;
    }
    Ok(result)
}

/// The operation that does the same as a tool of the gateway itself: the credential of a client that calls the tool must be good
/// for it. An agent that has the tool calls it for its user.
pub(super) fn operation_of(tool: &RegisteredTool) -> Option<&'static str> {
    if tool.origin == ToolOrigin::BuiltIn { access::operation_of_tool(tool.name()) } else { None }
}

/// An agent as a tool: its id is a good name of one.
fn of_agent(agent: &StoredAgent, schemas: &Schemas) -> Tool {
    let named: Option<Named> = serde_json::from_str(&agent.definition).ok();
    let title = named.and_then(|named| named.display_name).unwrap_or_else(|| agent.id.clone());
    let description = format!("Asks the agent {title}, and answers with what it says.");
    Tool::new(agent.id.clone(), description, Arc::clone(&schemas.input))
        .with_title(title)
        .with_raw_output_schema(Arc::clone(&schemas.output))
}

fn of_host(tool: &RegisteredTool) -> Tool {
    let (definition, said) = (&tool.definition, tool.annotations);
    let mut annotations = ToolAnnotations::new();
    annotations.read_only_hint = said.read_only.then_some(true);
    annotations.destructive_hint = said.destructive.then_some(true);
    annotations.idempotent_hint = said.idempotent.then_some(true);
    let (name, description) = (definition.name.to_string(), definition.description.to_string());
    let mut schema = Arc::clone(&definition.parameters);
    if !schema.contains_key("type") {
        // Clients refuse a schema that does not say so.
        Arc::make_mut(&mut schema).insert("type".to_owned(), "object".into());
    }
    Tool::new(name, description, schema).with_annotations(annotations)
}
