//! Steps of jobs that must not run twice, and that have had no effect.

use super::error::Result;
use super::job_runs::JobLease;
use super::jobs::Jobs;
use super::tx::Tx;
use crate::params;

impl Jobs<'_> {
    /// Takes back that a step has begun: it has had no effect, and may begin again.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`](super::error::JobRefusal::LeaseLost).
    pub async fn forget_step(self, lease: JobLease, name: &str) -> Result<()> {
        let name = name.to_owned();
        let forget = move |tx: &mut Tx<'_>| {
            tx.fence(lease)?;
            let sql = "DELETE FROM job_steps WHERE job_id = $1 AND name = $2 AND result IS NULL";
            tx.unscoped().execute(sql, params![lease.id, &name]).map(drop)
        };
        self.0.write_locking(forget).await
    }
}
