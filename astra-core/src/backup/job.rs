//! The job `backup`: a backup of the whole store in the folder of backups.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::file::{beside, private_folder};
use super::make::{BackupReport, make};
use crate::auth::MasterKey;
use crate::clock::{Clock, rfc3339, timestamp};
use crate::ids::TurnId;
use crate::store::{Db, WorkspaceId};
use crate::work::{Base, Job, JobContext, JobError};

/// How often a job says how far it is.
const PROGRESS_PERIOD: Duration = Duration::from_secs(1);

/// What a backup is about: nothing but the store itself.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupWish {}

/// What the job comes to.
#[derive(Debug, Serialize)]
pub struct BackupResult {
    /// The file, on the machine of the gateway.
    path: String,
    /// Its length.
    bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    sha256: String,
    /// How long it took.
    duration_ms: u64,
    /// Every change that was acknowledged before this time is in it.
    until: String,
    /// The newest turn in it that has ended; null for none.
    last_turn_id: Option<TurnId>,
}

/// Runs such jobs.
pub struct Backup {
    store: Db,
    clock: Arc<dyn Clock>,
    key: MasterKey,
    folder: PathBuf,
    database: PathBuf,
    first_workspace: WorkspaceId,
}

impl Backup {
    /// The type of job. A backup is of all workspaces: those who belong to the first one may have it made.
    #[must_use]
    pub fn new(base: &Base, first_workspace: WorkspaceId, key: MasterKey) -> Self {
        let data_dir = &base.config.data_dir;
        Self {
            store: base.store.clone(),
            clock: Arc::clone(&base.clock),
            key,
            folder: base.config.store.backup_folder(data_dir),
            database: data_dir.join(super::DATABASE),
            first_workspace,
        }
    }
}

impl Job for Backup {
    type Output = BackupResult;
    type Payload = BackupWish;

    const NAME: &'static str = "backup";
    const SCOPE: Option<&'static str> = Some("admin:write");
    const TIMEOUT: Duration = Duration::from_secs(14_400);

    fn payload_schema() -> Value {
        json!({"type": "object", "properties": {}, "additionalProperties": false})
    }

    async fn run(&self, _wish: BackupWish, context: JobContext) -> Result<BackupResult, JobError> {
        if *context.rows().workspace() != self.first_workspace {
            return Err(JobError::fail("a backup is of all workspaces: it is made for the gateway's first workspace"));
        }
        if self.store.is_shared() {
            return Err(JobError::fail("the store is PostgreSQL: back it up with pg_dump"));
        }
        let (id, now) = (context.id(), timestamp(self.clock.now_ms()).format("%Y%m%dT%H%M%SZ"));
        // Another attempt writes the same file.
        let name = format!("astra-{now}-{id}.db");
        let name: String = context.step("name", || async move { Ok(name) }).await?;
        let unusable = |fault| JobError::retry(format!("the folder {}: {fault}", self.folder.display()));
        private_folder(&self.folder).map_err(unusable)?;
        let target = self.folder.join(name);
        let partial = beside(&target, ".partial");
        let mut making = pin!(make(&self.store, &self.clock, &self.key, &target));
        loop {
            if let Ok(made) = tokio::time::timeout(PROGRESS_PERIOD, &mut making).await {
                return Ok(made?.into());
            }
            let (done, all) = (length(&partial), length(&self.database));
            let percent = (done * 99 / all.max(1)).min(99);
            context.progress(u8::try_from(percent).unwrap_or(99), format!("{done} of about {all} bytes are written"));
        }
    }
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

impl From<BackupReport> for BackupResult {
    fn from(made: BackupReport) -> Self {
        Self {
            path: made.path.display().to_string(),
            bytes: made.bytes,
            sha256: made.sha256,
            duration_ms: made.duration_ms,
            until: rfc3339(made.until_ms),
            last_turn_id: made.last_turn,
        }
    }
}
