//! A real MCP server as a program: this test binary, which is started with the name of one test. It says what it inherited,
//! starts a program of its own, and ends badly.

use std::os::fd::AsFd as _;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::{RoleServer, ServerHandler, ServiceExt as _};
use serde_json::{Map, json};
use tokio::net::unix::pipe::{Receiver, Sender};

struct Program;

impl ServerHandler for Program {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("program", "1"))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tool = |name: &'static str| {
            let schema: Map<_, _> = [("type".to_owned(), json!("object"))].into_iter().collect();
            Tool::new(name, name, schema)
        };
        Ok(ListToolsResult::with_all_items(["environment", "start", "die", "say"].map(tool).to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let text = match &*request.name {
            "environment" => std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect(),
            "start" => {
                let started = std::process::Command::new("sleep").arg("1000").spawn().expect("a program");
                format!("{} {}", std::process::id(), started.id())
            }
            "die" => std::process::exit(7),
            _ => {
                eprintln!("a word for the log");
                "well".to_owned()
            }
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

/// Runs the server, between the lines that a test writes of itself.
#[tokio::test]
#[ignore = "a program that other tests start"]
async fn program() {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().expect("an input");
    let stdout = std::io::stdout().as_fd().try_clone_to_owned().expect("an output");
    let input = Receiver::from_owned_fd(stdin).expect("a pipe");
    let output = Sender::from_owned_fd(stdout).expect("a pipe");
    let service = Program.serve(AsyncRwTransport::new_server(input, output)).await.expect("a handshake");
    // It ends when its input does, and stays a while if it is not ended.
    let _ended = service.waiting().await;
    tokio::time::sleep(Duration::from_secs(600)).await;
}
