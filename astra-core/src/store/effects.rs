//! What a transaction does beyond its rows: who has to learn of it once it is committed.

use super::error::Result;
use super::notes::Effects;
use super::tx::Tx;
#[cfg(feature = "postgres")]
use crate::params;

/// The channel on which gateways that share a PostgreSQL tell each other.
#[cfg(feature = "postgres")]
pub(super) const CHANNEL: &str = "astra_auth";
/// The channel on which they tell each other of jobs.
#[cfg(feature = "postgres")]
pub(super) const JOBS_CHANNEL: &str = "astra_jobs";
/// The channel on which they tell each other of MCP servers that were connected or disconnected.
#[cfg(feature = "postgres")]
pub(super) const MCP_SERVERS_CHANNEL: &str = "astra_mcp_servers";

impl Tx<'_> {
    /// Notes for the runner of the transaction that it ends credentials.
    pub(super) fn note_ended_credentials(&self) {
        self.notes.set_effects(Effects { ended_credentials: true, ..self.notes.effects() });
    }

    /// Wakes the workers of this gateway and of all others with the commit.
    pub(super) fn note_jobs(&mut self) -> Result<()> {
        self.notes.set_effects(Effects { changed_jobs: true, ..self.notes.effects() });
        #[cfg(feature = "postgres")]
        if self.is_shared() {
            self.unscoped().query("SELECT CAST(pg_notify($1, '') AS TEXT)", params![JOBS_CHANNEL])?;
        }
        Ok(())
    }

    /// Tells this gateway and all others with the commit that MCP servers were connected or disconnected.
    pub(super) fn note_mcp_servers(&mut self) -> Result<()> {
        self.notes.set_effects(Effects { changed_mcp_servers: true, ..self.notes.effects() });
        #[cfg(feature = "postgres")]
        if self.is_shared() {
            self.unscoped().query("SELECT CAST(pg_notify($1, '') AS TEXT)", params![MCP_SERVERS_CHANNEL])?;
        }
        Ok(())
    }
}
