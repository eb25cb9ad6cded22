//! The client of OpenAPI Generator for Rust, on the gateway at ASTRA_URL.

use std::env::var;
use std::error::Error;

use openapi::apis::{agents_api, chat_api, configuration::Configuration};
use openapi::models::{AgentModel, CreateAgent, MessageContent, SendMessage, TurnStatus};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Configuration {
        base_path: var("ASTRA_URL")?,
        bearer_access_token: Some(var("ASTRA_TOKEN")?),
        ..Configuration::default()
    };

    let mut wanted = CreateAgent::new("from-rust".to_owned());
    wanted.model = Some(Box::new(AgentModel { provider: Some("echo".to_owned()), ..AgentModel::new() }));
    let agent = agents_api::agents_create(&gateway, wanted, None).await?;
    assert_eq!(agent.id, "from-rust");
    let page = agents_api::agents_list(&gateway, Some(1), None).await?;
    assert_eq!(page.data.len(), 1);
    let message = SendMessage::new(agent.id, MessageContent::MessageText("Good morning".to_owned()));
    let turn = chat_api::chat_send(&gateway, message, None).await?;
    assert_eq!(turn.status, TurnStatus::Completed);
    let refusal = agents_api::agents_get(&gateway, "gone").await;
    assert!(matches!(refusal, Err(openapi::apis::Error::ResponseError(answer)) if answer.status == 404));
    Ok(())
}
