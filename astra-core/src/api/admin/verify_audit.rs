//! `admin.verify_audit`: whether the audit of the workspace is as it was written.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json};
use crate::store::{self, AuditVerification};
use crate::text::hex;

/// What was found about the audit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditReport {
    /// Whether all of it is as it was written.
    #[schema(example = true)]
    is_intact: bool,
    /// How many entries were read.
    #[schema(minimum = 0, example = 1024)]
    entries: u64,
    /// How many of them have lost address, changes and differences to a purge of a user: of these the rest is verified.
    #[schema(minimum = 0, example = 0)]
    purged: u64,
    /// The last entry that `store.audit_days` has removed; 0 for none. The chain is verified from there on.
    #[schema(minimum = 0, example = 0)]
    removed_to: i64,
    /// The first entry; null for none.
    #[schema(minimum = 1, example = 1)]
    first_sequence: Option<i64>,
    /// The last entry.
    #[schema(minimum = 1, example = 1024)]
    last_sequence: Option<i64>,
    /// The hash of the last entry. One who keeps it elsewhere can tell later that nobody has written the whole chain anew.
    #[schema(
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
    )]
    last_hash: Option<String>,
    /// How many faults there are.
    #[schema(minimum = 0, example = 0)]
    fault_count: u64,
    /// The first of them.
    #[schema(max_items = 100)]
    faults: Vec<AuditFault>,
}

/// Entries with which something is wrong.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditFault {
    /// What is wrong.
    kind: AuditFaultKind,
    /// The first of the entries.
    #[schema(example = 17)]
    first_sequence: i64,
    /// The last of them.
    #[schema(example = 17)]
    last_sequence: i64,
}

/// What is wrong with entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditFaultKind {
    /// They do not say what was written.
    Changed,
    /// They are missing.
    Removed,
    /// No operation has written them.
    Added,
    /// The record of where the audit begins or ends does not fit them.
    HeadChanged,
}

/// Verify the audit
///
/// Reads the whole audit of the workspace and verifies its hashes: says which entries were changed, removed or added in the
/// database by hand.
#[utoipa::path(get, path = "/admin/audit/verify", operation_id = "admin.verify_audit",
    responses((status = 200, description = "What was found.", body = AuditReport)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<AuditReport>> {
    let found = app.store.rows(&caller.workspace).audit_log().verify().await.map_err(Error::store)?;
    Ok(Json(AuditReport::from(found)))
}

impl From<AuditVerification> for AuditReport {
    fn from(found: AuditVerification) -> Self {
        let fault = |fault: store::AuditFault| AuditFault {
            kind: fault.kind.into(),
            first_sequence: fault.first,
            last_sequence: fault.last,
        };
        let (last_sequence, last_hash) = found.last.unzip();
        Self {
            is_intact: found.fault_count == 0,
            entries: found.rows,
            purged: found.purged,
            removed_to: found.removed,
            first_sequence: found.first,
            last_sequence,
            last_hash: last_hash.map(|hash| hex(&hash)),
            fault_count: found.fault_count,
            faults: found.faults.into_iter().map(fault).collect(),
        }
    }
}

impl From<store::AuditFaultKind> for AuditFaultKind {
    fn from(kind: store::AuditFaultKind) -> Self {
        match kind {
            store::AuditFaultKind::Changed => Self::Changed,
            store::AuditFaultKind::Removed => Self::Removed,
            store::AuditFaultKind::Added => Self::Added,
            store::AuditFaultKind::HeadChanged => Self::HeadChanged,
        }
    }
}
