//! `tools.deny`: a person decides on a call.

use axum::extract::State;

use crate::app::App;
use crate::error::Result;
use crate::http::turn::{Approval, DecideApproval, decide};
use crate::http::{Caller, Json, Path};
use crate::ids::ApprovalId;

/// Deny a call
///
/// The tool is not called: the model reads so, with the note, and the turn continues when all of its calls that need a
/// decision have one. Who decided is on
/// record. The first decision holds.
#[utoipa::path(post, path = "/tools/approvals/{approval_id}/deny", operation_id = "tools.deny",
    params(("approval_id" = String, Path, description = "The approval's id.", example = "apr_06a1b2c3d4e5q")),
    request_body(content = DecideApproval, description = "What the decision says beside.",
        example = json!({"note": "Not on a Friday."})),
    responses(
        (status = 200, description = "The approval.", body = Approval),
        (status = 409, description = "The call was decided on before, its time is over, or its turn has ended.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(approval_id): Path<ApprovalId>,
    Json(body): Json<DecideApproval>,
) -> Result<Json<Approval>> {
    decide(&app, &caller, approval_id, false, body).await.map(Json)
}
