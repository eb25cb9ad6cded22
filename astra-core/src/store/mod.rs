//! Everything that is kept: one database handle, and one file per group with its rows, its questions and their meaning.
//!
//! The rows of a workspace are reached through [`Rows`], which has a view for each aggregate (`views.rs`). What concerns the
//! rows of all workspaces, or of none, is a method of [`Db`].

pub mod accounts;
mod actor;
mod agent_grants;
mod agent_versions;
mod agents;
mod approvals;
mod audit;
mod audit_chain;
mod audit_differences;
mod audit_list;
mod audit_retention;
mod audit_verify;
mod backend;
mod backup;
mod borrowed_agents;
#[cfg(feature = "postgres")]
mod certificate;
mod checkpoint;
mod conversation_events;
mod db;
mod deliveries;
mod delivery_claims;
mod delivery_outcomes;
mod delivery_requests;
mod depths;
mod durations;
mod epoch;
mod erased;
mod error;
mod event_readers;
pub mod events;
pub mod families;
mod fan_out;
mod idempotency;
mod inspect;
mod instances;
mod invitations;
mod job_claims;
mod job_leases;
mod job_list;
mod job_logs;
mod job_runs;
mod job_steps;
mod job_turns;
mod jobs;
pub mod keys;
mod known_readers;
mod leaders;
mod lifetime;
mod loan;
mod lock;
mod login_codes;
mod mcp_servers;
mod members;
mod memories;
mod memory_changes;
mod memory_consolidate;
mod memory_decay;
mod memory_edges;
mod memory_embedding;
mod memory_graph;
mod memory_graph_kinds;
mod memory_heads;
mod memory_index;
mod memory_joined;
mod memory_keep;
mod memory_kinds;
mod memory_list;
mod memory_merge;
mod memory_pending;
mod memory_profiles;
mod memory_propagate;
mod memory_purge;
mod memory_relations;
mod memory_remember;
mod memory_retention;
mod memory_strengthen;
mod memory_success;
mod memory_tier;
mod memory_transfer;
mod memory_undo;
mod memory_undo_turns;
mod memory_user_profiles;
mod memory_value;
mod memory_versions;
mod memory_walk;
mod memory_walk_request;
mod memory_weight;
mod merge;
mod message;
mod messages;
pub mod migrate;
mod mode;
mod moved_rows;
mod moved_tables;
mod new_job;
mod notes;
pub mod oidc;
mod outbox;
pub mod own_account;
mod page;
mod pending_audit;
mod pending_event;
mod permissions;
mod planner;
mod plans;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_address;
#[cfg(feature = "postgres")]
mod postgres_error;
#[cfg(feature = "postgres")]
mod postgres_session;
#[cfg(feature = "postgres")]
mod postgres_steps;
#[cfg(feature = "postgres")]
mod postgres_tls;
#[cfg(feature = "postgres")]
mod postgres_values;
mod precondition;
mod purge_tables;
mod quota_refusals;
mod recalled_questions;
mod recent;
mod rows;
mod schedule_runs;
mod schedules;
pub mod service_accounts;
mod session_changes;
mod session_lifecycle;
mod session_list;
mod session_storage;
mod session_sweep;
mod session_totals;
mod sessions;
mod setup;
mod sign_in_networks;
mod sign_ins;
mod signals;
mod skill_uses;
mod spans;
mod spawned_turns;
mod sqlite;
mod sqlite_commit;
mod sqlite_handle;
mod sqlite_steps;
mod sqlite_writer;
mod subjects;
mod suspensions;
pub mod tokens;
mod trace_sweep;
mod traces;
mod turn_begin;
mod turn_events;
mod turn_finish;
mod turn_hours;
mod turn_steps;
mod turn_summary;
mod turns;
mod tx;
pub mod usage;
mod usage_rollup;
mod value;
mod views;
mod visibility;
mod waiting_runs;
mod webhook_settings;
mod webhooks;
mod workspace;
mod workspace_counts;
mod workspace_deletions;
mod workspace_policies;
mod workspace_tables;
mod workspace_usage;
mod workspaces;
mod write_health;

pub use actor::{Actor, Target};
pub use agent_grants::{AgentGrants, GrantUse, NewGrant, StoredGrant};
pub use agent_versions::{AgentVersions, StoredVersion, VersionStamp};
pub use agents::{AgentChange, Agents, Applied, Origin, StoredAgent, digest};
pub use approvals::{ApprovalStatus, Approvals, Decided, Decision, NewApproval, StoredApproval};
pub use audit_list::{AuditFilter, AuditLog, StoredAuditEntry};
pub use audit_verify::{AUDIT_FAULTS_MAX, AuditFault, AuditFaultKind, AuditVerification};
pub use backend::Backend;
pub use backup::{BackupRecord, Copying, FoundBackup, settle_restored};
pub use db::{Db, SWEEP_ROWS};
pub use deliveries::{
    DELIVERIES_COUNTED_MAX, DeliveryAttempt, DeliveryFilter, DeliveryInFull, DeliveryStatus, NewDelivery,
    StoredDelivery,
};
pub use delivery_claims::{ClaimedDelivery, DeliveryClaim, DeliveryLease, NextDelivery};
pub use delivery_outcomes::{DeliveryEnding, DeliveryReport};
pub use delivery_requests::Recovery;
pub use depths::Depths;
pub use durations::Durations;
pub use error::{
    AccountRefusal, AgentRefusal, Error, GrantRefusal, InvitationRefusal, JobRefusal, MemberRefusal,
    MemoryProfileRefusal, MemoryRefusal, OidcRefusal, Refusal, Result, SessionRefusal, TurnRefusal, WebhookRefusal,
    WorkspaceRefusal,
};
pub use fan_out::FanOut;
pub use idempotency::{IdempotencyKeys, KEY_LIFE_MS, OnceKey};
pub use inspect::{Inspected, free_bytes, inspect};
pub use instances::{Instance, Orphan, Program};
pub use invitations::{InvitationCode, Invitations, StoredInvitation};
pub use job_claims::{ClaimedJob, EndedJob, JobClaim, JobLimits, NextJob, RETRY_WAIT_MS_MAX, TurnedOver};
pub use job_leases::{JobStand, RenewedLease};
pub use job_list::{JobCount, JobFilter};
pub use job_logs::{JOB_LINES_MAX, JobLine, JobLogs, PROGRESS_TEXT_BYTES_MAX, StoredJobLine};
pub use job_runs::{JobEnding, JobLease, JobProgress};
pub use job_turns::{JobQuestion, JobTurn, JobTurns, QuestionState};
pub use jobs::{JobRow, JobStatus, Jobs, StoredJob};
pub use leaders::Leader;
pub use lifetime::Lifetime;
pub use loan::{Loan, is_borrowed};
pub use lock::FolderLock;
pub use login_codes::{LoginCodes, NewLoginCode, UsedLoginCode};
pub use mcp_servers::{McpServerRows, McpServerStamp, NewMcpServer, StoredMcpServer};
pub use members::{Manager, Members, RoleOrder, WorkspaceMember};
pub use memories::{Memories, MemoryReader, StoredMemory};
pub use memory_changes::MemoryChange;
pub use memory_consolidate::{Consolidated, DAILY_NOTE_DAYS};
pub use memory_decay::{edge_weight, weight_of_daily};
pub use memory_edges::EdgeKey;
pub use memory_embedding::{MadeVector, UnembeddedRow, VectorCounts};
pub use memory_graph::{ENTITY_NAME_MAX, Evidence, GRAPH_KIND_MAX, NewEntity, NewRelation, RELATIONS_MAX};
pub use memory_graph_kinds::{ANY_ENTITY_KIND, SAME_ENTITY};
pub use memory_heads::MemoryHead;
pub use memory_index::{IndexEntry, IndexRow, MemoryIndexRows};
pub use memory_keep::{Kept, NewMemory};
pub use memory_kinds::{MemoryCategory, MemoryReason, MemorySource};
pub use memory_list::{MemoryFilter, MemoryOwner};
pub use memory_pending::{PendingClaim, PendingLease, PendingTurn, Remember};
pub use memory_profiles::{MemoryProfiles, StoredMemoryProfile};
pub use memory_propagate::{
    PROPAGATED_MAX, PROPAGATION_CONFIDENCE, PROPAGATION_RELEVANCE, PROPAGATION_TRUST, Propagated, Propagation,
    PropagationOutcome, relevance,
};
pub use memory_purge::Purged;
pub use memory_relations::relations_fault;
pub use memory_remember::{PendingMemory, PresentMemory, Remembered, RememberedTurn};
pub use memory_retention::DELETED_MEMORY_DAYS;
pub use memory_success::SUCCESS_COUNT;
pub use memory_tier::{MemoryTier, TierSet};
pub use memory_transfer::KeptMany;
pub use memory_undo::{Indexer, UndoOutcome, Undone};
pub use memory_undo_turns::UndoTarget;
pub use memory_user_profiles::{KnownProfile, PROFILE_BYTES_MAX, ProfileFact, UserProfile, UserProfiles};
pub use memory_versions::MemoryVersion;
pub use memory_walk::{MemoryGraph, Walked, WalkedEdge, WalkedEntity};
pub use memory_walk_request::Walk;
pub use memory_weight::memory_weight;
pub use merge::merge_patch;
pub use message::{StoredMessage, TURN_STRIDE};
pub use messages::Messages;
pub use moved_rows::WorkspaceRows;
pub use moved_tables::{ColumnKind, ColumnMeaning, MovedColumn, MovedTable, moved_tables};
pub use new_job::{Enqueued, JOB_BYTES_MAX, NewJob};
pub use outbox::{EventRange, StoredEvent};
pub use page::{Cursor, Page, PageRequest};
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use precondition::{Precondition, Revision};
pub use quota_refusals::{QuotaRefusal, QuotaRefusals};
pub use recalled_questions::RecalledQuestion;
pub use recent::Recent;
pub use rows::Rows;
pub use schedule_runs::{FiredSlot, Firing, Overlap, ScheduleRuns, StoredRun, Trigger};
pub use schedules::{DueSchedule, ScheduleChange, Schedules, StoredSchedule};
pub use session_lifecycle::Fork;
pub use session_totals::{SessionTotals, SessionWithTotals};
pub use sessions::{NewSession, Parent, Session, SessionFilter, SessionSettings, Sessions};
pub use sign_in_networks::NETWORKS_MAX as SIGN_IN_NETWORKS_MAX;
pub use sign_ins::SignIn;
pub use signals::Signal;
pub use skill_uses::{SKILL_USE_DAYS, SkillTurn, SkillUse, SkillUses, ToolCount};
pub use spans::{Span, SpanExport, SpanMemory, TraceStage};
pub use spawned_turns::SpawnedTurns;
pub use sqlite::Sqlite;
pub use suspensions::{NewSuspension, Suspended, Suspension, Suspensions};
pub use traces::{StoredTrace, TraceFilter, TraceInFull, Traces};
pub use turn_begin::{Begun, Busy, NewTurn, SessionTarget};
pub use turn_events::{LogEntry, ToolEntry, TurnEvents};
pub use turn_finish::{FinishedTurn, TraceRecord};
pub use turn_hours::TurnSum;
pub use turn_steps::{TurnStep, TurnSteps};
pub use turn_summary::{SummaryRequest, TurnSummary};
pub use turns::{Outcome, Status, ToolUse, Turn, TurnContext, Turns};
pub use tx::Tx;
pub use usage::UsageRow;
pub use value::{Param, Row, Value};
pub use visibility::VisibleTo;
pub use waiting_runs::WaitingRun;
pub use webhook_settings::{AgentSlug, EventName, WebhookPayload, WebhookSettings};
pub use webhooks::{StoredWebhook, WebhookChange, WebhookSecretStamp};
pub use workspace::WorkspaceId;
pub use workspace_counts::{ROWS_COUNTED_MAX, RowCount, StoreSize, WorkspaceCounts, WorkspaceTotals};
pub use workspace_deletions::{DeletedWorkspace, Removal};
pub use workspace_policies::{PolicyKind, StoredPolicy, WorkspacePolicyRows};
pub use workspace_usage::{UsagePeriods, WorkspaceUsed};
pub use workspaces::{JoinedWorkspace, NewWorkspace, StoredWorkspace, Workspaces};

use crate::config::StoreConfig;

/// The files of a data folder that hold keys and conversations.
const PRIVATE_FILES: [&str; 5] = ["master.key", "astra.db", "astra.db-wal", "astra.db-shm", "backups"];

/// Opens the database that `config` names, without touching its schema; `data_dir` is made when missing.
///
/// # Errors
/// [`Error::Unavailable`] if the folder cannot be made or the file cannot be opened, [`Error::Incompatible`] if the
/// database's URL is not good.
pub fn open(config: &StoreConfig, data_dir: &std::path::Path) -> Result<Db> {
    make_folder(data_dir).map_err(|fault| Error::Unavailable(format!("{}: {fault}", data_dir.display())))?;
    match config.database_url.as_ref().map(crate::config::Secret::expose) {
        None => {
            let sqlite = Sqlite::open(&data_dir.join("astra.db"), config)?;
            Ok(Db::Sqlite(std::sync::Arc::new(sqlite)))
        }
        Some(url) => server(url, config),
    }
}

/// The database of a server.
#[cfg(feature = "postgres")]
fn server(url: &str, config: &StoreConfig) -> Result<Db> {
    Ok(Db::Postgres(std::sync::Arc::new(Postgres::new(url, config)?)))
}

/// The database of a server, of which this build knows none.
#[cfg(not(feature = "postgres"))]
fn server(_url: &str, _config: &StoreConfig) -> Result<Db> {
    Err(Error::Unavailable("this build has no PostgreSQL: build it with the feature `postgres`".into()))
}

/// Makes the data folder if it is missing. It holds keys and conversations: it is its owner's alone, and so are the files
/// in it that hold them.
///
/// # Errors
/// If it cannot be made, something else has its name, or others on this machine can write it or one of its files.
pub fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    each_private(folder, permissions::guard)
}

/// Refuses a data folder that [`make_folder`] would, and changes nothing; one that is missing is good.
///
/// # Errors
/// If others on this machine can write it or one of its files.
pub fn check_folder(folder: &std::path::Path) -> std::io::Result<()> {
    match each_private(folder, permissions::check) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(()),
        checked => checked,
    }
}

/// Looks at the folder and at the files in it that hold keys and conversations.
fn each_private(
    folder: &std::path::Path,
    look: impl Fn(&std::path::Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    look(folder)?;
    for name in PRIVATE_FILES {
        match look(&folder.join(name)) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                return Err(std::io::Error::new(fault.kind(), format!("{name}: {fault}")));
            }
            _ => {}
        }
    }
    Ok(())
}
