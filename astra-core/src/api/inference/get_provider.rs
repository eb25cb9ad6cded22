//! `inference.get_provider`: one provider, and how it is doing.

use axum::extract::State;

use super::lookup::find;
use super::model::Provider;
use crate::app::App;
use crate::error::Result;
use crate::http::{Json, Path};

/// Get a provider
#[utoipa::path(get, path = "/inference/providers/{provider}", operation_id = "inference.get_provider",
    params(("provider" = String, Path, description = "The name that agents use.",
        max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "echo")),
    responses((status = 200, description = "The provider.", body = Provider,
        example = json!({
            "name": "echo", "is_configured": true, "protocol": "echo", "base_url": null, "default_model": "echo",
            "circuit": "closed", "requests": 12, "errors": 0, "latency_p50_ms": 0.01, "last_error": null,
        }))))]
pub async fn handler(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Provider>> {
    find(&app.providers, &name).map(|status| Json(status.into()))
}
