//! `sessions.create`: open a session.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, Json, created, small_metadata};
use crate::store::{NewSession, SessionSettings};

/// A session to open.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateSession {
    /// The session's agent.
    #[schema(format = "slug", example = "assistant")]
    agent_id: String,
    /// The place of the conversation, such as a program or a page; `api` by default.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "web")]
    surface: Option<String>,
    /// Distinguishes conversations on the same surface.
    #[schema(max_length = 256, pattern = r"^[^\x00-\x1f\x7f]*$", example = "ticket-4711")]
    surface_id: Option<String>,
    /// What its caller sets.
    #[serde(flatten)]
    settings: SessionSettings,
}

/// Open a session
///
/// The session becomes the current one for this agent, surface and surface id: messages without a `session_id` go to
/// it.
#[utoipa::path(post, path = "/sessions", operation_id = "sessions.create",
    params(crate::http::IdempotencyHeader),
    request_body(content = CreateSession, description = "The session.", example = json!({"agent_id": "assistant", "title": "Geography"})),
    responses((status = 201, description = "The session.", body = Session, headers(("Location" = String, description = "Where the session is.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(new): Json<CreateSession>,
) -> Result<Response> {
    small_metadata(&new.settings.metadata)?;
    let agent = app
        .agents
        .resolve(&caller.workspace, &new.agent_id, new.settings.pinned_version)
        .await
        .map_err(Error::store)?;
    if agent.is_none() {
        let pointer = if new.settings.pinned_version.is_some() { "/pinned_version" } else { "/agent_id" };
        return Err(Error::field(pointer, "There is no such agent, or it has no such version."));
    }
    let new = NewSession {
        id: app.ids.id(),
        agent_id: new.agent_id,
        surface: new.surface.unwrap_or_else(|| "api".to_owned()),
        surface_id: new.surface_id.unwrap_or_default(),
        user_id: caller.subject.clone(),
        subject: app.ids.key(),
        settings: new.settings,
        now_ms: app.now_ms(),
    };
    let session = caller.rows(&app).sessions().create(new, once).await.map_err(Error::store)?;
    Ok(created(&format!("/sessions/{}", session.session.id), Session::from(session)))
}
