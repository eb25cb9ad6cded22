//! A running Ollama is found without configuration.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use super::address::is_loopback;
use super::client;
use crate::config::ProviderConfig;

/// A server on this machine answers at once or is not there; the gateway's start waits for it.
const TIMEOUT: Duration = Duration::from_millis(200);

/// The provider to configure if an Ollama with at least one model answers at `base_url`, such as the preset's
/// `http://127.0.0.1:11434/v1`; its newest model becomes the default. Only this machine is asked.
pub async fn detect_ollama(base_url: &str) -> Option<ProviderConfig> {
    let mut url = Url::parse(base_url).ok().filter(is_loopback)?;
    url.set_path("/api/tags");
    let asked = async {
        let response = client::build(false, TIMEOUT, None).ok()?.get(url).send().await.ok()?.error_for_status().ok()?;
        response.json::<Tags>().await.ok()
    };
    let newest = tokio::time::timeout(TIMEOUT, asked).await.ok()??.models.into_iter().next()?;
    Some(ProviderConfig {
        preset: Some("ollama".into()),
        base_url: Some(base_url.to_owned()),
        default_model: Some(newest.name),
        ..ProviderConfig::default()
    })
}

#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}
