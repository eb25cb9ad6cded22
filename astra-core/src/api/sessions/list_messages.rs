//! `sessions.list_messages`: what was said.

use axum::extract::State;

use super::lookup::visible_session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::turn::Message;
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};
use crate::ids::SessionId;

/// List a session's messages
///
/// Newest first. Messages that were summarised by compaction stay in the list.
#[utoipa::path(get, path = "/sessions/{session_id}/messages", operation_id = "sessions.list_messages",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q"), PageQuery),
    responses((status = 200, description = "A page of messages.", body = Page<Message>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    Paged(request): Paged,
) -> Result<Json<Page<Message>>> {
    let (rows, session) = visible_session(&app, &caller, session_id).await?;
    let page = rows.messages().page(&session, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, Message::from)))
}
