//! The client that progenitor makes of the document in OpenAPI 3.0, on the gateway at ASTRA_URL.

progenitor::generate_api!("openapi.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = format!("Bearer {}", std::env::var("ASTRA_TOKEN")?);
    let headers = [(reqwest::header::AUTHORIZATION, token.parse()?)].into_iter().collect();
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let client = Client::new_with_client(&std::env::var("ASTRA_URL")?, http);
    let body = serde_json::json!({"id": "from-progenitor", "model": {"provider": "echo"}});
    let agent = client.agents_create(None, &serde_json::from_value(body)?).await?.into_inner();
    assert_eq!(*agent.id, "from-progenitor");
    let message = serde_json::json!({"agent_id": "from-progenitor", "message": "Good morning"});
    let turn = client.chat_send(None, &serde_json::from_value(message)?).await?.into_inner();
    assert_eq!(serde_json::to_value(&turn)?["status"], "completed");
    println!("{} {:?}", agent.created_at, turn.turn_id);
    Ok(())
}
