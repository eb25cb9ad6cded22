//! Agents and their versions.

use super::db::Scoped;
use super::error::Result;
use crate::params;

impl Scoped {
    /// The version and the definition (JSON) of an agent as it is now, or as it was in the version `pinned`.
    pub async fn agent_definition(&self, agent_id: &str, pinned: Option<u32>) -> Result<Option<(u32, String)>> {
        let agent_id = agent_id.to_owned();
        self.read(move |tx| {
            let sql = "SELECT v.version, v.definition FROM agents a
                JOIN agent_versions v ON v.workspace_id = a.workspace_id AND v.agent_id = a.id AND v.version = COALESCE($3, a.version)
                WHERE a.workspace_id = $1 AND a.id = $2";
            tx.first(sql, params![&agent_id, pinned])?.map(|mut row| Ok((row.count(0)?, row.text(1)?))).transpose()
        })
        .await
    }
}
