//! What the operations of the group admin share.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::http::AnyJson;
use crate::store::{RowCount, StoredAuditEntry};
use crate::text::hex;
use crate::work::TaskState;

/// Which entries of the audit are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only changes that this user or service account has made.
    #[param(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    pub(super) actor: Option<String>,
    /// Only changes by this operation.
    #[param(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.-]+$", example = "agents.update")]
    pub(super) operation: Option<String>,
    /// Only changes of things of this kind.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-z][a-z0-9_]*$", example = "agent")]
    pub(super) target_kind: Option<String>,
    /// Only changes of the thing with this id.
    #[param(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "assistant")]
    pub(super) target_id: Option<String>,
    /// Only changes that were made at this time or later.
    #[param(example = "2026-11-01T00:00:00Z")]
    pub(super) from: Option<String>,
    /// Only changes that were made before this time.
    #[param(example = "2026-12-01T00:00:00Z")]
    pub(super) to: Option<String>,
}

/// A change that an operation has made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the audit of the workspace: 1, 2, 3, ... in the order in which the changes took effect.
    #[schema(minimum = 1, example = 42)]
    pub sequence: i64,
    /// When it was made; never before the entry before it.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The user or service account that has made it.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub actor: String,
    /// The sign-in or the token that was used: its id, which is no secret.
    #[schema(max_length = 256, example = "fam_06a1b2c3d4e5q")]
    pub credential_id: String,
    /// The address that the request came from; null where it is not known, and after a purge.
    #[schema(max_length = 64, example = "203.0.113.7")]
    pub address: Option<String>,
    /// The operation.
    #[schema(max_length = 128, example = "agents.update")]
    pub operation: String,
    /// The kind of what was changed.
    #[schema(max_length = 64, example = "agent")]
    pub target_kind: String,
    /// The id of what was changed.
    #[schema(max_length = 256, example = "assistant")]
    pub target_id: String,
    /// The request, as in `X-Request-ID`.
    #[schema(max_length = 128, example = "req_06a1b2c3d4e5q")]
    pub request_id: String,
    /// What the operation says of the change, such as the new version; null for nothing.
    pub changes: AnyJson,
    /// What is different from before, for operations that know both; without secrets, long texts cut.
    #[schema(max_items = 64)]
    pub differences: Vec<AuditDifference>,
    /// The entry of the purge of a user that has removed address, changes and differences; null if none has.
    #[schema(minimum = 1, example = 57)]
    pub purged_by: Option<i64>,
    /// The hash of the entry before it, SHA-256 in hexadecimal digits.
    #[schema(
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    )]
    pub previous_hash: String,
    /// Its hash.
    #[schema(
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
    )]
    pub hash: String,
}

/// A place that is different after a change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditDifference {
    /// The place in the resource: a JSON Pointer (RFC 6901).
    #[schema(max_length = 4096, example = "/model/temperature")]
    pub pointer: String,
    /// What was there before; null for nothing, `***` for a secret.
    pub before: AnyJson,
    /// What is there now.
    pub after: AnyJson,
}

impl From<StoredAuditEntry> for AuditEntry {
    fn from(entry: StoredAuditEntry) -> Self {
        // A change by hand may leave what is no JSON: it is shown as text.
        let read = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        let differences = entry.differences.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            sequence: entry.sequence,
            created_at: rfc3339(entry.at_ms),
            actor: entry.actor,
            credential_id: entry.credential,
            address: entry.address,
            operation: entry.action,
            target_kind: entry.target_kind,
            target_id: entry.target_id,
            request_id: entry.request_id,
            changes: AnyJson(entry.changes.map_or(Value::Null, read)),
            differences: differences.unwrap_or_default(),
            purged_by: entry.purged_by,
            previous_hash: hex(&entry.previous_hash),
            hash: hex(&entry.hash),
        }
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct StatCount {
    /// How many; 100,000 for more.
    #[schema(minimum = 0, maximum = 100_000, example = 12)]
    pub count: i64,
    /// Whether there are not more.
    #[schema(example = true)]
    pub is_exact: bool,
}

impl From<RowCount> for StatCount {
    fn from(count: RowCount) -> Self {
        Self { count: count.count, is_exact: count.is_exact }
    }
}

/// How much a workspace has.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceStats {
    /// Agents.
    pub agents: StatCount,
    /// People who may sign in.
    pub members: StatCount,
    /// Service accounts.
    pub service_accounts: StatCount,
    /// Sessions, active and archived.
    pub sessions: StatCount,
    /// Turns that have ended.
    pub turns: StatCount,
    /// What is remembered in the tiers `daily`, `profile`, `graph` and `procedural`.
    pub memories: StatCount,
    /// Memory profiles.
    pub memory_profiles: StatCount,
    /// Jobs that are kept, those that have ended included.
    pub jobs: StatCount,
    /// Schedules.
    pub schedules: StatCount,
    /// Webhooks.
    pub webhooks: StatCount,
    /// Channels.
    pub channels: StatCount,
    /// Entries of the audit.
    pub audit_entries: StatCount,
    /// What its turns keep in the store, in bytes.
    #[schema(minimum = 0, example = 1_048_576)]
    pub storage_bytes: u64,
    /// What waits.
    pub queues: QueueStats,
}

/// What waits in a workspace, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct QueueStats {
    /// Turns that have not ended.
    pub open_turns: StatCount,
    /// Jobs whose time has come and that wait for a worker.
    pub due_jobs: StatCount,
    /// Jobs that a worker has.
    pub running_jobs: StatCount,
    /// How long the job waits that waits longest, in milliseconds; null if none does.
    #[schema(minimum = 0, example = 120)]
    pub job_lateness_ms: Option<i64>,
    /// Deliveries of events that wait to be sent.
    pub due_deliveries: StatCount,
    /// How long the delivery waits that waits longest, in milliseconds; null if none does.
    #[schema(minimum = 0, example = 120)]
    pub delivery_lateness_ms: Option<i64>,
    /// How long the schedule is late that is latest, in milliseconds; null if none is.
    #[schema(minimum = 0, example = 120)]
    pub schedule_lateness_ms: Option<i64>,
    /// Turns whose question is still to be remembered.
    pub pending_memory: StatCount,
}

/// How the gateway process is doing that answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GatewayStats {
    /// Its version.
    #[schema(max_length = 32, example = "0.1.0")]
    pub version: String,
    /// Seconds since its start.
    #[schema(minimum = 0, example = 86400)]
    pub uptime_s: u64,
    /// The memory that it holds in RAM, in bytes; null where the operating system does not say it.
    #[schema(minimum = 0, example = 67_108_864)]
    pub resident_bytes: Option<u64>,
    /// Streams of events that are open.
    #[schema(minimum = 0, example = 3)]
    pub open_streams: u64,
    /// Its database.
    pub store: StoreStats,
    /// What waits and runs in all workspaces.
    pub queues: GatewayQueueStats,
    /// What runs beside requests, as long as the gateway runs.
    #[schema(max_items = 256)]
    pub tasks: Vec<TaskStats>,
    /// What runs beside requests and is short, by its kind.
    #[schema(max_items = 256)]
    pub task_groups: Vec<TaskGroupStats>,
}

/// The database of the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoreStats {
    /// What kind it is.
    pub kind: StoreKind,
    /// What it takes on its disk, in bytes.
    #[schema(minimum = 0, example = 134_217_728)]
    pub database_bytes: u64,
    /// What the write-ahead log of SQLite takes, in bytes; null on PostgreSQL.
    #[schema(minimum = 0, example = 4_194_304)]
    pub log_bytes: Option<u64>,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// A file on the gateway's machine.
    Sqlite,
    /// A server that several gateways may share.
    Postgresql,
}

/// What waits and runs in all workspaces, up to 100,000 of each.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GatewayQueueStats {
    /// Turns that have not ended.
    #[schema(minimum = 0, example = 4)]
    pub open_turns: i64,
    /// Jobs whose time has come and that wait for a worker.
    #[schema(minimum = 0, example = 0)]
    pub due_jobs: i64,
    /// Jobs whose time has not come.
    #[schema(minimum = 0, example = 7)]
    pub scheduled_jobs: i64,
    /// Jobs that a worker has.
    #[schema(minimum = 0, example = 1)]
    pub running_jobs: i64,
    /// Turns whose question is still to be remembered.
    #[schema(minimum = 0, example = 0)]
    pub pending_memory: i64,
}

/// Work that lasts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskStats {
    /// The name of its kind.
    #[schema(max_length = 64, example = "usage_rollup")]
    pub name: String,
    /// What it does.
    pub state: TaskStatsState,
    /// Rounds of periodic work that have ended well.
    #[schema(minimum = 0, example = 144)]
    pub rounds: u64,
    /// How often it has failed.
    #[schema(minimum = 0, example = 0)]
    pub failures: u64,
}

/// What work does that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatsState {
    /// It works, or waits for work.
    Running,
    /// It has failed and begins again in a moment.
    Restarting,
    /// It has done what it had to do.
    Ended,
    /// It has failed and does not begin again.
    Dead,
}

impl From<TaskState> for TaskStatsState {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Running => Self::Running,
            TaskState::Restarting => Self::Restarting,
            TaskState::Ended => Self::Ended,
            TaskState::Dead => Self::Dead,
        }
    }
}

/// Short work of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskGroupStats {
    /// The name of the kind.
    #[schema(max_length = 64, example = "turns.running")]
    pub name: String,
    /// How many run.
    #[schema(minimum = 0, example = 4)]
    pub running: u64,
    /// How many have failed by a defect.
    #[schema(minimum = 0, example = 0)]
    pub failures: u64,
}
