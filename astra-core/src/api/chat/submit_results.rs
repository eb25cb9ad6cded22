//! `chat.submit_results`: the results of tools that the caller runs.

use axum::extract::State;

use super::lookup::{answered, submit};
use crate::app::App;
use crate::engine::Submitted;
use crate::error::{Error, Result};
use crate::http::turn::{SubmitResults, Turn};
use crate::http::{Caller, Json, Path};
use crate::ids::TurnId;

/// Submit the results of a turn's calls
///
/// The turn continues, and is returned when it has ended or waits for results again; its events continue in the same log,
/// which `chat.resume` follows. Submit the results of all calls that the turn waits for together. A call takes one result: a
/// second submission changes nothing, and is answered with what became of the turn. Any gateway of the installation takes
/// results, also after a restart, until `expires_at` of the event `results_required`.
#[utoipa::path(post, path = "/chat/turns/{turn_id}/results", operation_id = "chat.submit_results",
    params(("turn_id" = String, Path, description = "The turn's id.", example = "trn_06a1b2c3d4e5q")),
    request_body(content = SubmitResults, description = "The results.",
        example = json!({"results": [{"call_id": "call_1", "content": "{\"temperature\": 21}"}]})),
    responses(
        (status = 200, description = "The turn: it has completed, or waits for results again.", body = Turn),
        (status = 409, description = "The turn does not wait for these results, their time is over, or the turn was cancelled."),
        (status = 502, description = "The model's provider failed."),
        (status = 503, description = "The gateway is stopping, its store is not available, or the turn was interrupted."),
        (status = 504, description = "The model's provider did not answer in time.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(turn_id): Path<TurnId>,
    Json(submitted): Json<SubmitResults>,
) -> Result<Json<Turn>> {
    match submit(&app, &caller, turn_id, submitted).await? {
        (rows, Submitted::Taken(after)) => {
            answered(&*app.engine.settled(&rows, turn_id, after).await.map_err(Error::engine)?)
        }
        (_, Submitted::Over(turn)) => answered(&turn),
    }
}
