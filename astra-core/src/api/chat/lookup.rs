//! Turns in the store: looked up, awaited, given the results of their calls.

use std::sync::Arc;

use crate::app::App;
use crate::engine::Submitted;
use crate::error::{Error, Result};
use crate::http::turn::{self, SubmitResults};
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

/// Gives a turn that the caller may see the results of its calls; and the turn's workspace's rows.
///
/// # Errors
/// 404 if there is no such turn; 422 and 409 for results that it does not wait for.
pub async fn submit(
    app: &App,
    caller: &Caller,
    turn_id: TurnId,
    submitted: SubmitResults,
) -> Result<(Rows, Submitted)> {
    let results = submitted.into_results()?;
    let (rows, turn) = visible_turn(app, caller, turn_id).await?;
    let submitted = app.engine.take_results(&rows, turn.id, &results).await.map_err(Error::engine)?;
    Ok((rows, submitted))
}

/// As [`submit`], for a caller who follows the turn's events.
///
/// # Errors
/// Those of [`submit`], and why a turn that has ended before did not complete.
pub async fn keep_results(app: &App, caller: &Caller, turn_id: TurnId, submitted: SubmitResults) -> Result<()> {
    match submit(app, caller, turn_id, submitted).await? {
        (_, Submitted::Taken(_)) => Ok(()),
        (_, Submitted::Over(turn)) => answered(&turn).map(drop),
    }
}
