//! `tools.list_approvals`: the calls that a person decides on.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::turn::{Approval, ApprovalStatus};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query};

/// Which approvals to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ApprovalsQuery {
    /// Only approvals in this state.
    #[param(example = "pending")]
    status: Option<ApprovalStatus>,
}

/// List approvals
///
/// Newest first. A member sees those of its own turns, admins and owners see all of the workspace.
#[utoipa::path(get, path = "/tools/approvals", operation_id = "tools.list_approvals", params(PageQuery, ApprovalsQuery),
    responses((status = 200, description = "A page of approvals.", body = Page<Approval>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ApprovalsQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<Approval>>> {
    let rows = app.store.rows(&caller.workspace);
    let page = rows.approvals().page(caller.sees(), query.status.map(Into::into), request).await;
    Ok(Json(Page::from_store(page.map_err(Error::store)?, Approval::from)))
}
