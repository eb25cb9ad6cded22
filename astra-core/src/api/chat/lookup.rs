//! Turns in the store: looked up, awaited.

use std::sync::Arc;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::turn;
use crate::http::{Caller, Json};
use crate::ids::TurnId;
use crate::store::{Rows, Status, Turn};

/// The turn of a request that was made before, once it is final or waits for results of its caller. A repeated request waits for
/// the first one.
///
/// # Errors
/// The store's, and 404 if the turn goes while it is waited for.
pub async fn wait_until_final(app: &App, caller: &Caller, turn: Turn) -> Result<Arc<Turn>> {
    if turn.status.is_final() || turn.status == Status::AwaitingResults {
        return Ok(Arc::new(turn));
    }
    let rows = app.store.rows(&caller.workspace);
    app.engine.settled(&rows, turn.id, 0).await.map_err(Error::engine)
}

/// A turn that the caller may see, and its workspace's rows: its own, or those of any user for an admin.
///
/// # Errors
/// 404 for anything else.
pub async fn visible_turn(app: &App, caller: &Caller, turn_id: TurnId) -> Result<(Rows, Turn)> {
    let rows = app.store.rows(&caller.workspace);
    let turn = rows.turns().find(turn_id, caller.sees()).await.map_err(Error::store)?;
    Ok((rows, turn.ok_or_else(|| Error::not_found("turn"))?))
}

/// The answer of an operation that waits for a turn: one that has completed, or that waits for results of its caller.
///
/// # Errors
/// Why the turn did not complete.
pub fn answered(turn: &Turn) -> Result<Json<turn::Turn>> {
    match turn.status {
        Status::Completed | Status::AwaitingResults => Ok(Json(turn::Turn::from(turn))),
        _ => Err(turn::failure(turn)),
    }
}
