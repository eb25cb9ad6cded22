//! What the turns of a workspace may use: its restrictions and its quotas, each a row that comes with its first change.

use serde_json::json;

use super::actor::Target;
use super::error::Result;
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// A policy of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// The providers and models that may be asked.
    Restrictions,
    /// What all turns together may use.
    Quotas,
}

/// A policy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// 1, 2, 3, ...: grows with each change.
    pub version: u32,
    /// Its settings, as JSON.
    pub settings: String,
    /// When it last changed, in milliseconds since the epoch.
    pub updated_at_ms: i64,
}

impl PolicyKind {
    /// The word in the store, and in the audit.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Restrictions => "restrictions",
            Self::Quotas => "quotas",
        }
    }

    const fn target(self) -> &'static str {
        match self {
            Self::Restrictions => "workspace_restrictions",
            Self::Quotas => "workspace_quotas",
        }
    }
}

impl StoredPolicy {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }
}

/// The policies of a workspace.
#[derive(Clone, Copy)]
pub struct WorkspacePolicyRows<'a>(pub(super) &'a Rows);

impl WorkspacePolicyRows<'_> {
    /// A policy; `None` if it was never changed. One look-up by key.
    pub async fn find(self, kind: PolicyKind) -> Result<Option<StoredPolicy>> {
        self.0.look(move |tx| find(tx, kind)).await
    }

    /// The settings of both policies, as far as they were changed: restrictions, and quotas. One look-up by key.
    pub async fn settings(self) -> Result<[Option<String>; 2]> {
        let sql = "SELECT kind, settings FROM workspace_policies WHERE workspace_id = $1 AND kind IN ('restrictions', 'quotas')";
        self.0
            .look(move |tx| {
                let mut found = [None, None];
                for mut row in tx.query(sql, params![])? {
                    let place = usize::from(row.next_text()? != PolicyKind::Restrictions.as_str());
                    found[place] = Some(row.next_text()?);
                }
                Ok(found)
            })
            .await
    }

    /// Sets a policy. Every gateway reads the policies of workspaces anew before it asks the next model.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(
        self,
        kind: PolicyKind,
        settings: String,
        precondition: Precondition,
        now_ms: i64,
    ) -> Result<StoredPolicy> {
        let (rows, actor) = (self.0, self.0.actor());
        let workspace = rows.workspace().as_str().to_owned();
        rows.write(move |tx| {
            let present = find(tx, kind)?;
            let revision = present.as_ref().map_or(Revision { version: 0, updated_at_ms: 0 }, StoredPolicy::revision);
            precondition.check(revision)?;
            let version = revision.version + 1;
            let sql = "INSERT INTO workspace_policies (workspace_id, kind, version, settings, updated_at_ms)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (workspace_id, kind) DO UPDATE SET version = excluded.version, settings = excluded.settings,
                    updated_at_ms = excluded.updated_at_ms";
            tx.execute(sql, params![kind.as_str(), version, &settings, now_ms])?;
            let texts = [present.as_ref().map(|present| present.settings.as_str()), Some(settings.as_str())];
            let target = Target { kind: kind.target(), id: &workspace };
            tx.audit_change_of_texts(actor.as_deref(), target, &json!({"version": version}), texts)?;
            // What gateways know of policies is as old as what they know of credentials.
            tx.end_credentials()?;
            Ok(StoredPolicy { version, settings: settings.clone(), updated_at_ms: now_ms })
        })
        .await
    }
}

fn find(tx: &mut Tx<'_>, kind: PolicyKind) -> Result<Option<StoredPolicy>> {
    let sql = "SELECT version, settings, updated_at_ms FROM workspace_policies WHERE workspace_id = $1 AND kind = $2";
    tx.first(sql, params![kind.as_str()])?.map(read).transpose()
}

fn read(mut row: Row) -> Result<StoredPolicy> {
    Ok(StoredPolicy { version: row.next_count()?, settings: row.next_text()?, updated_at_ms: row.next_int()? })
}
