//! `jobs.list`: the caller's jobs, or those of all users, and how many there are.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{JobCount, JobStatus, JobSummary};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query};
use crate::store::JobFilter;

/// Which jobs to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// Only jobs of this type.
    #[serde(rename = "type")]
    #[param(rename = "type", min_length = 1, max_length = 64, pattern = "^[a-z][a-z0-9._-]*$", example = "agent_run")]
    kind: Option<String>,
    /// Only jobs with this status.
    #[param(example = "pending")]
    status: Option<JobStatus>,
    /// Only jobs of this user or service account.
    #[param(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    user_id: Option<String>,
    /// Also counts the jobs by this field, up to 10,000 of each of its values: those of the whole list, whatever the page and
    /// `status` are.
    #[param(inline, example = "status")]
    count_by: Option<JobFacet>,
}

/// What jobs are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobFacet {
    /// How far they are.
    Status,
}

/// A page of jobs, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct JobPage {
    /// The jobs.
    #[serde(flatten)]
    page: Page<JobSummary>,
    /// How many jobs there are of each status; null unless `count_by` asks for it.
    #[schema(max_items = 6)]
    counts: Option<Vec<JobCount>>,
}

/// List jobs
///
/// Newest first, without payloads and results. A member sees its own jobs, admins and owners see all jobs of the workspace.
#[utoipa::path(get, path = "/jobs", operation_id = "jobs.list", params(PageQuery, JobsQuery),
    responses((status = 200, description = "A page of jobs.", body = JobPage)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<JobsQuery>,
    Paged(request): Paged,
) -> Result<Json<JobPage>> {
    let rows = app.store.rows(&caller.workspace);
    let all = JobFilter { kind: query.kind, status: None, user_id: query.user_id };
    let filter = JobFilter { status: query.status.map(Into::into), ..all.clone() };
    let page = rows.jobs().page(caller.sees(), filter, request).await.map_err(Error::store)?;
    let counts = match query.count_by {
        None => None,
        Some(JobFacet::Status) => {
            let counts = rows.jobs().count_by_status(caller.sees(), all).await.map_err(Error::store)?;
            Some(counts.into_iter().map(JobCount::from).collect())
        }
    };
    Ok(Json(JobPage { page: Page::from_store(page, JobSummary::from), counts }))
}
