//! Turns in the store: looked up, awaited.

use std::sync::Arc;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Caller;
use crate::ids::TurnId;
use crate::store::{Rows, Turn, VisibleTo};

/// The turn of a request that was made before, once it is final. A repeated request waits for the first one.
///
/// # Errors
/// The store's, and 404 if the turn goes while it is waited for.
pub async fn wait_until_final(app: &App, caller: &Caller, turn: Turn) -> Result<Arc<Turn>> {
    if turn.status.is_final() {
        return Ok(Arc::new(turn));
    }
    let rows = app.store.rows(&caller.workspace);
    let mut events = app.engine.follow_turn(&rows, turn.id, 0);
    while events.next().await.map_err(Error::store)?.is_some() {}
    let turn = rows.turns().find(turn.id, VisibleTo::All).await.map_err(Error::store)?;
    Ok(Arc::new(turn.ok_or_else(|| Error::not_found("turn"))?))
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
