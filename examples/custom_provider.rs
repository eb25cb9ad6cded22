//! A provider of the host's own: any program that answers can stand behind an agent.
//!
//! ```text
//! cargo run --example custom_provider
//! ```
//! prints a command that asks it.

use std::error::Error;

use astra_core::auth::{NewServiceAccount, Role};
use astra_core::provider::{self, Chunk, ChunkStream, Completion, Content, FinishReason, Part, Provider, Request};
use astra_core::{Config, Gateway};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use tokio::net::TcpListener;

/// Says the question again, louder.
struct Loud;

impl Provider for Loud {
    fn complete<'a>(
        &'a self,
        _model: &'a str,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Completion, provider::Error>> {
        let content = louder(request);
        // Without a count from the provider, the gateway counts for itself.
        ready(Ok(Completion { content, ..Completion::default() })).boxed()
    }

    fn stream<'a>(
        &'a self,
        _model: &'a str,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<ChunkStream, provider::Error>> {
        let words = louder(request);
        let mut pieces: Vec<_> = words.split_inclusive(' ').map(|word| Chunk::Content(word.to_owned())).collect();
        pieces.push(Chunk::Finish(FinishReason::Stop));
        let chunks = pieces.into_iter().map(|piece| Ok(vec![piece]));
        ready(Ok(stream::iter(chunks).boxed())).boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, provider::Error>> {
        ready(Ok(vec!["loud-1".to_owned()])).boxed()
    }
}

fn louder(request: Request<'_>) -> String {
    let Some(question) = request.messages.last() else { return String::new() };
    let text = match &question.content {
        Content::Text(text) => text.clone(),
        Content::Parts(parts) => parts.iter().filter_map(Part::text).collect(),
    };
    text.to_uppercase() + "!"
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example speaks to its reader")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = open(Config::default()).await?;
    let token = token(&gateway).await?;
    let listener = TcpListener::bind("127.0.0.1:4001").await?;
    println!(
        "curl http://127.0.0.1:4001/chat -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
         -d '{{\"agent_id\": \"loud\", \"message\": \"good morning\"}}'"
    );
    gateway.run(listener, std::future::pending()).await;
    Ok(())
}

/// A gateway with the provider, and an agent that speaks through it.
pub(crate) async fn open(mut config: Config) -> Result<Gateway, Box<dyn Error>> {
    let agent = json!({"display_name": "Loud", "model": {"provider": "loud", "model": "loud-1"}});
    config.agents.insert("loud".to_owned(), agent);
    Ok(Gateway::builder(config).provider("loud", Loud).open().await?)
}

/// A token for a service account of this program.
pub(crate) async fn token(gateway: &Gateway) -> Result<String, Box<dyn Error>> {
    let authority = gateway.authority();
    let account = NewServiceAccount { name: "example".to_owned(), role: Role::Member, scopes: None };
    Ok(authority.issue_named_token(&authority.operator(), account, Some(3600)).await?.secret)
}
