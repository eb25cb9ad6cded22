//! A real MCP server, of the protocol's own crate, which speaks the revisions that a test names.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, Resource, ResourceContents, ServerCapabilities, ServerConfig,
    SubscriptionFilter, Tool, ToolAnnotations,
};
use rmcp::service::{Peer, RequestContext, SubscriptionContext};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// Tools on one page of the list.
const PAGE: usize = 2;

/// What a server is and was asked.
#[derive(Clone)]
pub(crate) struct Fixture {
    versions: &'static [ProtocolVersion],
    tools: Arc<Mutex<Vec<Tool>>>,
    changes: watch::Sender<u32>,
    /// The `_meta` of the last call.
    pub(crate) meta: Arc<Mutex<Value>>,
    /// Calls that have begun, and calls whose caller has given them up.
    pub(crate) begun: Arc<Notify>,
    pub(crate) given_up: Arc<Notify>,
    pub(crate) calls: Arc<AtomicU32>,
}

/// A server that listens.
pub(crate) struct Listening {
    pub(crate) url: String,
    pub(crate) address: std::net::SocketAddr,
    stop: CancellationToken,
}

pub(crate) fn tool(name: &'static str, schema: Value) -> Tool {
    let Value::Object(schema) = schema else { panic!("no schema") };
    Tool::new(name, format!("Does {name}."), schema)
}

impl Fixture {
    pub(crate) fn new(versions: &'static [ProtocolVersion]) -> Self {
        let any = || json!({"type": "object"});
        let text = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
        let tools = vec![
            tool("echo", text).with_annotations(ToolAnnotations::new().read_only(true)),
            tool("fail", any()),
            tool("refuse", any()),
            tool("wait", any()),
            tool("things", any()),
        ];
        Self {
            versions,
            tools: Arc::new(Mutex::new(tools)),
            changes: watch::channel(0).0,
            meta: Arc::default(),
            begun: Arc::default(),
            given_up: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// Has these tools from now on, and says so.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<Tool>)) {
        change(&mut self.tools.lock().expect("the tools"));
        self.changes.send_modify(|changes| *changes += 1);
    }

    pub(crate) async fn listen(&self) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        self.listen_at(listener)
    }

    pub(crate) fn listen_at(&self, listener: TcpListener) -> Listening {
        let (fixture, stop) = (self.clone(), CancellationToken::new());
        let config = StreamableHttpServerConfig::default().with_cancellation_token(stop.child_token());
        let service: StreamableHttpService<Self, LocalSessionManager> =
            StreamableHttpService::new(move || Ok(fixture.clone()), Arc::default(), config);
        let address = listener.local_addr().expect("an address");
        let router = axum::Router::new().fallback_service(service);
        // Connections that are kept for the next call are closed too.
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stopped).await.expect("served");
        });
        Listening { url: format!("http://{address}/mcp"), address, stop }
    }

    /// Tells a client with a session when the tools have changed.
    fn tell(&self, peer: Peer<RoleServer>) {
        let mut changes = self.changes.subscribe();
        tokio::spawn(async move {
            while changes.changed().await.is_ok() && peer.notify_tool_list_changed().await.is_ok() {}
        });
    }
}

impl Listening {
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities =
            ServerCapabilities::builder().enable_tools().enable_tool_list_changed().enable_resources().build();
        ServerConfig::new(capabilities).with_server_info(Implementation::new("fixture", "1.2.3"))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(self.versions)
    }

    async fn on_initialized(&self, context: rmcp::service::NotificationContext<RoleServer>) {
        self.tell(context.peer);
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                changed = changes.changed() => {
                    if changed.is_err() || context.sink().notify_tool_list_changed().await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let from = request.and_then(|params| params.cursor).map_or(0, |cursor| cursor.parse().expect("our cursor"));
        let tools = self.tools.lock().expect("the tools").clone();
        let page: Vec<Tool> = tools.iter().skip(from).take(PAGE).cloned().collect();
        let mut result = ListToolsResult::with_all_items(page);
        result.next_cursor = (from + PAGE < tools.len()).then(|| (from + PAGE).to_string());
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        *self.meta.lock().expect("the meta") = serde_json::to_value(&context.meta).expect("JSON");
        let arguments = request.arguments.unwrap_or_default();
        let content = match &*request.name {
            "echo" => vec![ContentBlock::text(arguments["text"].as_str().unwrap_or_default())],
            "fail" => return Ok(CallToolResult::error(vec![ContentBlock::text("It is broken.")]).into()),
            "wait" => {
                self.begun.notify_one();
                context.ct.cancelled().await;
                self.given_up.notify_one();
                vec![]
            }
            "things" => vec![
                ContentBlock::text("Here:"),
                ContentBlock::image("AAAA", "image/png"),
                ContentBlock::embedded_text("file:///a", "the text of a"),
            ],
            _ => return Err(ErrorData::invalid_params("no such thing", None)),
        };
        Ok(CallToolResult::success(content).into())
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource = Resource::new("memo://one", "one").with_description("A memo.\nOn two lines.");
        Ok(ListResourcesResult::with_all_items(vec![resource]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if request.uri != "memo://one" {
            return Err(ErrorData::resource_not_found("there is no such memo", None));
        }
        Ok(ReadResourceResult::new(vec![ResourceContents::text("Buy milk.", request.uri)]).into())
    }
}
