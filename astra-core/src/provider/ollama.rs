//! A running Ollama is found without configuration.

use std::time::Duration;

use http::HeaderMap;
use serde::Deserialize;
use url::Url;

use super::address::is_loopback;
use crate::config::ProviderConfig;
use crate::outbound::{Body, Client};

/// A server on this machine answers at once or is not there; the gateway's start waits for it.
const TIMEOUT: Duration = Duration::from_millis(200);
/// A longer list of models is none.
const LISTING_BYTES_MAX: usize = 1 << 20;

/// The provider to configure if an Ollama with at least one model answers at `base_url`, such as the preset's
/// `http://127.0.0.1:11434/v1`; its newest model becomes the default. Only this machine is asked.
pub async fn detect_ollama(base_url: &str) -> Option<ProviderConfig> {
    let mut url = Url::parse(base_url).ok().filter(is_loopback)?;
    url.set_path("/api/tags");
    let asked = async {
        let client = Client::new(false, TIMEOUT, None);
        let response = client.get(&client.endpoint(&url, &HeaderMap::new())).await.ok()?;
        let body = response.status().is_success().then(|| Body::of(response).ok()).flatten()?;
        serde_json::from_slice::<Tags>(&body.whole(LISTING_BYTES_MAX).await.ok()?).ok()
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
