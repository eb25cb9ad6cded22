//! `admin.backup`: a backup of the store while the gateway works.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::backup::{Backup, BackupWish};
use crate::error::{Code, Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Problem, accepted};
use crate::ids::JobId;
use crate::work::Job;

/// The job that makes the backup.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StartedBackup {
    /// The job's id.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    job_id: JobId,
}

/// Back up the store
///
/// A job of the type `backup`, which writes one state of the SQLite store into a file of the folder of backups
/// (`store.backup_dir`) while the gateway goes on working. Its result has `path`, `bytes`, `sha256` and `duration_ms`, and says what
/// is in the file: every change that was acknowledged before `until`, and turns up to `last_turn_id`. The master key is not in it.
/// While a backup is made, that job is the answer. A backup is of all workspaces: the owners of the gateway's first workspace may
/// have one made. `astra restore` makes a store of it.
#[utoipa::path(post, path = "/admin/backup", operation_id = "admin.backup", params(IdempotencyHeader),
    responses(
        (status = 202, description = "The job.", body = StartedBackup,
            headers(("Location" = String, description = "Where the job is."))),
        (status = 409, description = "The store is PostgreSQL, which is backed up by `pg_dump`.", body = Problem,
            content_type = "application/problem+json")))]
pub async fn handler(State(app): State<App>, caller: Caller, Idempotency(once): Idempotency) -> Result<Response> {
    if caller.workspace != *app.authority.first_workspace() {
        let message = "A backup is of all workspaces: it is for the owners of the gateway's first workspace.";
        return Err(Error::new(Code::Forbidden, message));
    }
    if app.store.is_shared() {
        return Err(Error::conflict("The store is PostgreSQL: back it up with `pg_dump`."));
    }
    let job = Backup::job(&BackupWish::default()).map_err(Error::internal)?;
    let job = job.subject(caller.subject.as_str(), app.ids.key()).unique_key("backup");
    let kept = app.jobs.enqueue_once(&caller.rows(&app), job, caller.sees(), once).await.map_err(Error::store)?;
    Ok(accepted(&format!("/jobs/{}", kept.id), StartedBackup { job_id: kept.id }))
}
