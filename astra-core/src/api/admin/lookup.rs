//! What operations of the group admin have in common: which entries of the audit are asked for.

use super::model::AuditQuery;
use crate::error::{Error, Result};
use crate::http::instant;
use crate::store::AuditFilter;

/// The entries that `query` asks for.
///
/// # Errors
/// 422 for a time that is none, or that lies after the other one.
pub(super) fn filter(query: AuditQuery) -> Result<AuditFilter> {
    let from_ms = instant(query.from.as_deref(), "query/from")?;
    let to_ms = instant(query.to.as_deref(), "query/to")?;
    if from_ms.zip(to_ms).is_some_and(|(from_ms, to_ms)| from_ms > to_ms) {
        return Err(Error::field("query/from", "lies after `to`"));
    }
    let AuditQuery { actor, operation, target_kind, target_id, .. } = query;
    Ok(AuditFilter { actor, action: operation, target_kind, target_id, from_ms, to_ms })
}
