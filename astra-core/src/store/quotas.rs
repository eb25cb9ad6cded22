//! The sums that an agent's quotas are held against, and the names that its prompt may use.

use super::db::Scoped;
use super::error::Result;
use super::usage::USED;
use crate::params;

impl Scoped {
    /// What an agent has used: tokens since the hour `hour`, tokens and US dollars since the hour `day` (hours since the epoch).
    pub async fn agent_sums(&self, agent_id: &str, hour: i64, day: i64) -> Result<(u64, u64, f64)> {
        let agent_id = agent_id.to_owned();
        self.read(move |tx| {
            let sql = format!(
                "SELECT CAST(COALESCE(SUM(CASE WHEN hour >= $3 THEN input_tokens + output_tokens ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(input_tokens + output_tokens), 0) AS BIGINT), COALESCE(SUM(cost_usd), 0.0)
                FROM {USED} WHERE used.agent_id = $2 AND used.hour >= $4"
            );
            let mut row = tx.one(&sql, params![&agent_id, hour, day])?;
            let tokens = |sum: i64| u64::try_from(sum).unwrap_or_default();
            Ok((tokens(row.next_int()?), tokens(row.next_int()?), row.next_float()?))
        })
        .await
    }

    /// The names of a user or service account and of the workspace; an id stands in for a name that nobody gave.
    pub async fn names(&self, subject: &str) -> Result<(String, String)> {
        let subject = subject.to_owned();
        self.read(move |tx| {
            let workspace = tx.first("SELECT name FROM workspaces WHERE number = $1", params![])?;
            let workspace = workspace.map(|mut row| row.next_text()).transpose()?.unwrap_or_default();
            let user = "SELECT u.display_name FROM users u JOIN memberships m ON m.user_id = u.id WHERE m.workspace_id = $1 AND u.id = $2";
            let account = "SELECT name FROM service_accounts WHERE workspace_id = $1 AND id = $2";
            let mut name = None;
            for sql in [user, account] {
                if let Some(mut row) = tx.first(sql, params![&subject])? {
                    name = name.or(row.next_optional_text()?);
                }
            }
            Ok((name.unwrap_or_else(|| subject.clone()), workspace))
        })
        .await
    }
}
