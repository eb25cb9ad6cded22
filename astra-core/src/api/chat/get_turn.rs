//! `chat.get_turn`: a turn as it is now.

use axum::extract::State;

use super::lookup::visible_turn;
use crate::app::App;
use crate::error::Result;
use crate::http::turn::Turn;
use crate::http::{Caller, Json, Path};
use crate::ids::TurnId;

/// Get a turn
///
/// Its present state; `status` says whether it is still running.
#[utoipa::path(get, path = "/chat/turns/{turn_id}", operation_id = "chat.get_turn",
    params(("turn_id" = String, Path, description = "The turn's id.", example = "trn_06a1b2c3d4e5q")),
    responses((status = 200, description = "The turn.", body = Turn)))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(turn_id): Path<TurnId>) -> Result<Json<Turn>> {
    let (_, turn) = visible_turn(&app, &caller, turn_id).await?;
    Ok(Json(Turn::from(&turn)))
}
