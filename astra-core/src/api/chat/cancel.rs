//! `chat.cancel`: end a turn.

use axum::extract::State;

use super::lookup::visible_turn;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::turn::Turn;
use crate::http::{Caller, Json, Path};
use crate::ids::TurnId;

/// Cancel a turn
///
/// Ends a queued or running turn and returns it; the answer so far is kept. A turn that has ended is returned
/// unchanged.
#[utoipa::path(post, path = "/chat/turns/{turn_id}/cancel", operation_id = "chat.cancel",
    params(("turn_id" = String, Path, description = "The turn's id.", example = "trn_06a1b2c3d4e5q")),
    responses((status = 200, description = "The turn, which has ended.", body = Turn)))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(turn_id): Path<TurnId>) -> Result<Json<Turn>> {
    let (rows, turn) = visible_turn(&app, &caller, turn_id).await?;
    let turn = app.engine.cancel(&rows, turn).await.map_err(Error::engine)?;
    Ok(Json(Turn::from(&turn)))
}
