//! `inference.check_provider`: whether a provider answers now.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::find;
use super::model::ProviderFailureKind;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::{Caller, Json, Path};

/// The outcome of a real call.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderCheck {
    /// Whether the provider answered.
    #[schema(example = true)]
    pub is_ok: bool,
    /// How long the call took, in milliseconds.
    #[schema(minimum = 0, example = 187.4)]
    pub latency_ms: f64,
    /// Why the check failed; null if it succeeded.
    pub error: Option<ProviderCheckError>,
}

/// Why a check failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderCheckError {
    /// The kind of failure.
    pub kind: ProviderFailureKind,
    /// A sentence for people, without secrets.
    #[schema(max_length = 1024, example = "the provider refused its API key (401)")]
    pub message: String,
}

/// Check a provider
///
/// Makes a real call, whatever the circuit breaker says: asks for the list of models or, where there is none, for an
/// answer of one token. A provider that the workspace's restrictions do not allow is not called (403 `model_not_allowed`).
#[utoipa::path(post, path = "/inference/providers/{provider}/check", operation_id = "inference.check_provider",
    params(("provider" = String, Path, description = "The name that agents use.",
        max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "echo")),
    responses(
        (status = 200, description = "The result of the check.", body = ProviderCheck,
            example = json!({"is_ok": true, "latency_ms": 187.4, "error": null})),
        (status = 409, description = "The provider is a preset that is not configured.",
            body = crate::http::Problem, content_type = "application/problem+json")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(name): Path<String>) -> Result<Json<ProviderCheck>> {
    find(&app.providers, &name)?;
    let policy = app.policies.of(&caller.workspace).await.map_err(Error::store)?;
    if !policy.restrictions.allow_provider(&name) {
        let message = format!("The workspace's restrictions do not allow the provider `{name}`.");
        return Err(Error::new(Code::ModelNotAllowed, message));
    }
    let may_ask = |model: &str| policy.restrictions.allow_model(model);
    let check = app.providers.check(&name, may_ask).await.ok_or_else(|| {
        Error::conflict(format!("The provider {name} is not configured: set providers.{name} or its key's variable."))
    })?;
    let error = check.error.map(|error| ProviderCheckError { kind: error.kind.into(), message: error.message });
    Ok(Json(ProviderCheck { is_ok: error.is_none(), latency_ms: check.elapsed.as_secs_f64() * 1e3, error }))
}
