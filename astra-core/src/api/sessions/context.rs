//! `sessions.context`: what the next turn of a session would send to the model.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::visible_session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Query};
use crate::ids::SessionId;
use crate::store::SpanMemory;

/// What the next turn of a session would send to the model, before its question. Tokens are estimates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionContext {
    /// The agent that would answer.
    #[schema(format = "slug", example = "assistant")]
    agent_id: String,
    /// The version of the agent that would answer.
    #[schema(minimum = 1, example = 3)]
    agent_version: u32,
    /// The size of the model's context in tokens.
    #[schema(minimum = 1, example = 128_000)]
    context_tokens: u32,
    /// Whether the size is known of the model. If not, `chat.unknown_context_tokens` of the configuration stands in for it.
    #[schema(example = true)]
    is_context_known: bool,
    /// Tokens of the context that are kept for the answer.
    #[schema(minimum = 0, example = 1_024)]
    answer_tokens: u32,
    /// Tokens of the agent's instructions.
    #[schema(minimum = 0, example = 40)]
    system_tokens: u32,
    /// Tokens of the names and descriptions of the agent's skills.
    #[schema(minimum = 0, example = 0)]
    skills_tokens: u32,
    /// Tokens of the summary of older messages; 0 if the session was never compacted.
    #[schema(minimum = 0, example = 0)]
    summary_tokens: u32,
    /// Tokens of the descriptions of the tools that the model may call.
    #[schema(minimum = 0, example = 60)]
    tools_tokens: u32,
    /// Tokens of the session's messages.
    #[schema(minimum = 0, example = 900)]
    history_tokens: u32,
    /// How many messages of the session would be sent.
    #[schema(minimum = 0, example = 12)]
    history_messages: u32,
    /// How many older messages would be left out, because the context has no room for them.
    #[schema(minimum = 0, example = 0)]
    messages_left_out: u32,
    /// Tokens of what memory has for the question. 0 in a session of another user, whose memory the caller does not see.
    #[schema(minimum = 0, example = 80)]
    memory_tokens: u32,
    /// The memories that are, best first, beside the profile of the user.
    #[schema(max_items = 100)]
    memories: Vec<SpanMemory>,
    /// Tokens that are left for the question.
    #[schema(minimum = 0, example = 125_976)]
    free_tokens: u32,
}

/// What the next turn would be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContextQuery {
    /// The question that memory is searched with; by default the last one of the session.
    #[param(min_length = 1, max_length = 2_000, example = "When do we release?")]
    message: Option<String>,
}

/// Get the context of a session
///
/// Counts what the next turn would send to the model, part by part. Nothing is sent and nothing changes. Members can see
/// their own sessions only; admins and owners can see all.
#[utoipa::path(get, path = "/sessions/{session_id}/context", operation_id = "sessions.context",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q"), ContextQuery),
    responses((status = 200, description = "The context.", body = SessionContext)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    Query(query): Query<ContextQuery>,
) -> Result<Json<SessionContext>> {
    let (rows, session) = visible_session(&app, &caller, session_id).await?;
    let pinned = session.settings.pinned_version;
    let agent = app.agents.resolve(&caller.workspace, &session.agent_id, pinned).await.map_err(Error::store)?;
    let agent = agent.ok_or_else(|| Error::not_found("agent"))?;
    let sees_memory = session.user_id == caller.subject;
    let preview = app.engine.preview(&rows, &session, &agent, query.message, sees_memory).await;
    let preview = preview.map_err(Error::engine)?;
    Ok(Json(SessionContext {
        agent_id: session.agent_id,
        agent_version: agent.version,
        context_tokens: preview.context_tokens,
        is_context_known: preview.is_known,
        answer_tokens: preview.answer_tokens,
        system_tokens: preview.system_tokens,
        skills_tokens: preview.skills_tokens,
        summary_tokens: preview.summary_tokens,
        tools_tokens: preview.tools_tokens,
        history_tokens: preview.history_tokens,
        history_messages: preview.history_messages,
        messages_left_out: preview.messages_left_out,
        memory_tokens: preview.memory_tokens,
        memories: preview.memories,
        free_tokens: preview.free_tokens,
    }))
}
