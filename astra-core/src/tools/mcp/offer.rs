//! What an MCP server offers: its tools, listed page by page within bounds, each judged as a tool of the host is; and two
//! tools that read its resources.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    ClientRequest, ListToolsRequest, ListToolsResult, PaginatedRequestParams, ServerResult, Tool as RemoteToolInfo,
};
use serde_json::Value;
use tokio::time::timeout;

use super::remote_tool::RemoteTool;
use super::resources::resource_tools;
use super::server::{McpServer, Offer};
use super::session::Session;
use super::state::McpToolState;
use crate::content::json_bytes;
use crate::tools::registered::RegisteredTool;
use crate::tools::tool::Tool;

/// Most tools of one server.
pub(super) const TOOLS_MAX: usize = 256;
/// Most pages of its list.
const PAGES_MAX: usize = 64;
/// Most bytes of all their descriptions and schemas, as JSON.
const TOOLS_BYTES_MAX: usize = 2 << 20;
/// Longest time of a page.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);

/// What has been listed so far.
#[derive(Default)]
struct Listed {
    tools: Vec<Result<RemoteToolInfo, McpToolState>>,
    bytes: usize,
}

/// What the server offers now.
///
/// # Errors
/// Why it cannot be listed.
pub(super) async fn offer(server: &Arc<McpServer>, session: &Session) -> Result<Offer, String> {
    let mut listed = Listed::default();
    let warning = match session.capabilities.tools {
        Some(_) => list(session, &mut listed).await?,
        None => None,
    };
    let (server, has_resources) = (Arc::clone(server), session.capabilities.resources.is_some());
    // Schemas that were made to be slow hold no thread that others wait for.
    let judged = tokio::task::spawn_blocking(move || judge(&server, listed, has_resources, warning));
    judged.await.map_err(|_| "The gateway cannot read the server's tools.".to_owned())
}

/// What of the listed tools can be used.
fn judge(server: &Arc<McpServer>, listed: Listed, has_resources: bool, warning: Option<String>) -> Offer {
    let mut offer = Offer { tools: Vec::new(), states: Vec::new(), warning };
    let mut names = BTreeSet::new();
    for tool in listed.tools {
        match tool {
            Ok(info) => {
                let remote_name = info.name.to_string();
                let tool = RemoteTool::new(server, info);
                offer.add(&remote_name, Arc::new(tool), &mut names);
            }
            Err(state) => offer.states.push(state),
        }
    }
    if has_resources {
        for (remote_name, tool) in resource_tools(server) {
            offer.add(remote_name, tool, &mut names);
        }
    }
    offer
}

impl Offer {
    /// Adds a tool, or says why it is left out.
    fn add(&mut self, remote_name: &str, tool: Arc<dyn Tool>, names: &mut BTreeSet<String>) {
        let registered = RegisteredTool::of_mcp(tool).and_then(|tool| {
            let is_new = names.insert(tool.name().to_owned());
            is_new.then_some(tool).ok_or_else(|| "another tool of the server has the same name".to_owned())
        });
        let remote_name = crate::text::shorten(remote_name);
        match registered {
            Ok(tool) => {
                self.states.push(McpToolState { remote_name, name: Some(tool.name().to_owned()), fault: None });
                self.tools.push(Arc::new(tool));
            }
            Err(fault) => {
                let fault = Some(crate::text::shorten(&fault));
                self.states.push(McpToolState { remote_name, name: None, fault });
            }
        }
    }
}

/// Lists all pages, as far as the bounds let it; answers what was left out for them.
async fn list(session: &Session, listed: &mut Listed) -> Result<Option<String>, String> {
    let (mut cursor, mut seen) = (None, BTreeSet::new());
    for _ in 0..PAGES_MAX {
        let next = page(session, cursor, listed).await?;
        if listed.tools.len() > TOOLS_MAX {
            listed.tools.truncate(TOOLS_MAX);
            return Ok(Some(format!("The server has more than {TOOLS_MAX} tools; the others are left out.")));
        }
        if listed.bytes > TOOLS_BYTES_MAX {
            return Ok(Some(format!("The server's tools have more than {TOOLS_BYTES_MAX} bytes; some are left out.")));
        }
        match next {
            None => return Ok(None),
            Some(next) if !seen.insert(next.clone()) => {
                return Ok(Some("The server's list of tools leads back to a page of its own.".to_owned()));
            }
            Some(next) => cursor = Some(next),
        }
    }
    Ok(Some(format!("The server's list of tools has more than {PAGES_MAX} pages; the others are left out.")))
}

/// Adds a page; answers where the next one is.
async fn page(session: &Session, cursor: Option<String>, listed: &mut Listed) -> Result<Option<String>, String> {
    let params = PaginatedRequestParams::default().with_cursor(cursor);
    let request = ClientRequest::ListToolsRequest(ListToolsRequest::with_param(params));
    let answered = timeout(PAGE_TIMEOUT, session.peer.send_request(request)).await;
    let answered = answered.map_err(|_| "The server does not answer when it is asked for its tools.".to_owned())?;
    match answered.map_err(|fault| session.words.request(&fault, &session.seen))? {
        ServerResult::ListToolsResult(ListToolsResult { tools, next_cursor, .. }) => {
            tools.into_iter().for_each(|tool| listed.add(tool));
            Ok(next_cursor)
        }
        // A list with a tool that is none is read tool by tool.
        ServerResult::CustomResult(result) => {
            let Some(tools) = result.0.get("tools").and_then(Value::as_array) else {
                return Err("The server answers with something that is no list of tools.".to_owned());
            };
            for tool in tools {
                match serde_json::from_value(tool.clone()) {
                    Ok(tool) => listed.add(tool),
                    Err(_) => listed.tools.push(Err(unreadable(tool))),
                }
            }
            Ok(result.0.get("nextCursor").and_then(Value::as_str).map(str::to_owned))
        }
        _ => Err("The server answers with something that is no list of tools.".to_owned()),
    }
}

impl Listed {
    fn add(&mut self, tool: RemoteToolInfo) {
        if self.bytes > TOOLS_BYTES_MAX {
            return;
        }
        let description = tool.description.as_ref().map_or(0, |description| description.len());
        self.bytes += tool.name.len() + description + json_bytes(&tool.input_schema);
        if self.bytes <= TOOLS_BYTES_MAX {
            self.tools.push(Ok(tool));
        }
    }
}

/// What is said of a tool that is none.
fn unreadable(tool: &Value) -> McpToolState {
    let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
    let fault = Some("is described in a way that cannot be read".to_owned());
    McpToolState { remote_name: crate::text::shorten(name), name: None, fault }
}
