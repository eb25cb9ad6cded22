//! `admin.list_audit`: who changed what in the workspace.

use axum::extract::State;

use super::lookup::filter;
use super::model::{AuditEntry, AuditQuery};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query};

/// List the audit
///
/// Who changed what in the workspace, newest first: an entry for each change that an operation has made, written in the
/// transaction of the change. What the gateway does by itself and what is said in turns has none.
#[utoipa::path(get, path = "/admin/audit", operation_id = "admin.list_audit", params(PageQuery, AuditQuery),
    responses((status = 200, description = "A page of the audit.", body = Page<AuditEntry>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<AuditEntry>>> {
    let filter = filter(query)?;
    let rows = app.store.rows(&caller.workspace);
    let page = rows.audit_log().page(filter, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, AuditEntry::from)))
}
