//! Jobs of all workspaces on their way to workers: which come next, and for how long a worker has them. Times of leases are
//! compared by the database's clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::db::Db;
use super::error::Result;
use super::job_logs::JobLine;
use super::job_runs::{self, JobEnding, JobLease};
#[cfg(feature = "postgres")]
use super::mode::Mode;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::ids::{EventId, JobId};
use crate::params;

/// Jobs whose time has come that are made due in one transaction.
const PIECE: u32 = 1_000;
/// So many workspaces of whose jobs none can be taken are passed over in one claim.
const PASSED_OVER_MAX: usize = 1_000;
/// The longest wait before an attempt. One that is longer by the clock was counted by a clock that has gone back since.
pub const RETRY_WAIT_MS_MAX: i64 = 3_600_000;

/// What a gateway asks for when it has workers that wait.
#[derive(Debug, Clone)]
pub struct JobClaim {
    /// The kinds of jobs that it can run.
    pub kinds: BTreeSet<String>,
    /// How many jobs it can take.
    pub count: u32,
    /// The number of the workspace that came last: others come before it.
    pub after_workspace: i64,
    /// For how long it has the jobs, in milliseconds.
    pub lease_ms: i64,
    /// Now by its own clock, in milliseconds since the epoch.
    pub own_ms: i64,
    /// How many jobs run at once in all gateways.
    pub limits: JobLimits,
}

/// How many jobs run at once in all gateways; what is not named has no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobLimits {
    /// Of one workspace.
    pub per_workspace: Option<u32>,
    /// Of a kind, of all workspaces.
    pub per_kind: BTreeMap<String, u32>,
}

/// A job in the hands of a worker.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The hold on it.
    pub lease: JobLease,
    /// The name of its payload's kind.
    pub kind: String,
    /// Whose it is; `None` for the gateway's own.
    pub user_id: Option<String>,
    /// What it is about, as JSON.
    pub payload: String,
    /// 1 for the first attempt.
    pub attempt: i64,
    /// How often it may be begun.
    pub attempts_max: i64,
    /// How long an attempt may take, in seconds; `None` for as long as its kind says.
    pub timeout_s: Option<u32>,
    /// What its steps came to in attempts before this one, as JSON by their names; `None` for one that must not run twice, has
    /// begun, and is not known to have ended.
    pub steps: BTreeMap<String, Option<String>>,
}

/// A job that a worker is done with.
#[derive(Debug, Clone)]
pub struct EndedJob {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The hold on it.
    pub lease: JobLease,
    /// How that ends.
    pub ending: JobEnding,
    /// What the job has said and is not written down yet.
    pub lines: Vec<JobLine>,
    /// The id of the event that says so.
    pub event_id: EventId,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// What came of [`Db::turn_jobs_over`].
#[derive(Debug, Clone, Default)]
pub struct TurnedOver {
    /// For each job that a worker is done with, in the same order, whether the worker still had it.
    pub were_held: Vec<bool>,
    /// The jobs that are given to workers.
    pub claimed: Vec<ClaimedJob>,
    /// Whether more jobs have come to their time than were made due.
    pub has_more: bool,
}

/// When the next job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextJob {
    /// One is due.
    Due,
    /// One waits for this time, in milliseconds since the epoch.
    At(i64),
    /// None waits.
    None,
}

impl Db {
    /// When the next job of any workspace is due. It writes nothing. `own_ms` is now by the gateway's own clock.
    pub async fn next_job(&self, own_ms: i64) -> Result<NextJob> {
        self.peek(move |tx| {
            let sql = "SELECT (SELECT MIN(workspace_id) FROM jobs WHERE is_due = 1),
                (SELECT MIN(run_at_ms) FROM jobs WHERE status = 'pending' AND is_due = 0),
                (SELECT MAX(run_at_ms) FROM jobs WHERE status = 'pending' AND is_due = 0 AND attempts > 0)";
            let mut row = tx.one(sql, params![])?;
            let (due, at_ms, last_ms) = (row.next_optional_int()?, row.next_optional_int()?, row.next_optional_int()?);
            let is_due = due.is_some() || at_ms.is_some_and(|at_ms| at_ms <= own_ms);
            let is_astray = last_ms.is_some_and(|last_ms| last_ms > own_ms + RETRY_WAIT_MS_MAX);
            Ok(if is_due || is_astray { NextJob::Due } else { at_ms.map_or(NextJob::None, NextJob::At) })
        })
        .await
    }

    /// Gives jobs that are due to a worker, the same number to each workspace that has some, as far as they go.
    pub async fn claim_jobs(&self, claim: JobClaim) -> Result<Vec<ClaimedJob>> {
        Ok(self.turn_jobs_over(Vec::new(), Some(claim)).await?.claimed)
    }

    /// Ends workers' holds on jobs, and gives workers others by `claim`, in one transaction.
    pub async fn turn_jobs_over(&self, ended: Vec<EndedJob>, claim: Option<JobClaim>) -> Result<TurnedOver> {
        self.write_locking(move |tx| {
            let mut turned = TurnedOver::default();
            for job in &ended {
                let mut tx = tx.of_workspace(job.workspace.number());
                turned.were_held.push(job_runs::end(
                    &mut tx,
                    job.lease,
                    &job.ending,
                    &job.lines,
                    job.event_id,
                    job.at_ms,
                )?);
            }
            if let Some(claim) = &claim {
                let now_ms = tx.shared_time_ms(claim.own_ms)?;
                turned.has_more = make_due(tx, now_ms)?;
                turned.claimed = Claiming::new(tx, claim)?.claim(tx, now_ms)?;
            }
            Ok(turned)
        })
        .await
    }

    /// Makes jobs due whose time has come, up to 1,000 of them; answers whether there are more.
    pub async fn make_jobs_due(&self, own_ms: i64) -> Result<bool> {
        self.write_locking(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            make_due(tx, now_ms)
        })
        .await
    }

    /// A look-up of microseconds, on SQLite on the calling thread.
    pub(super) async fn peek<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        match self {
            Self::Sqlite(sqlite) => sqlite.look(None, &work),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.dispatch(None, Mode::Look, work).await,
        }
    }
}

/// The end of a SELECT that passes over rows which another transaction has locked. SQLite has one writer, and needs none.
pub(super) const fn skip_locked(tx: &Tx<'_>) -> &'static str {
    if tx.is_shared() { " FOR UPDATE SKIP LOCKED" } else { "" }
}

/// Makes jobs due whose time has come, and those that wait for a time that no attempt waits for; answers whether there are
/// more of them.
fn make_due(tx: &mut Tx<'_>, now_ms: i64) -> Result<bool> {
    let lock = skip_locked(tx);
    let due = |waiting: &str| {
        format!(
            "UPDATE jobs SET is_due = 1 WHERE id IN (SELECT id FROM jobs WHERE status = 'pending' AND is_due = 0 AND {waiting}
                ORDER BY run_at_ms LIMIT $2{lock})"
        )
    };
    let made = tx.execute(&due("run_at_ms <= $1"), params![now_ms, PIECE])?;
    tx.execute(&due("attempts > 0 AND run_at_ms > $1"), params![now_ms + RETRY_WAIT_MS_MAX, PIECE])?;
    Ok(made == u64::from(PIECE))
}

/// A claim under way: what may still be taken.
struct Claiming<'a> {
    claim: &'a JobClaim,
    /// Jobs that run, by workspace and by kind; counted only if there are limits.
    of_workspaces: HashMap<i64, u32>,
    of_kinds: HashMap<String, u32>,
}

impl<'a> Claiming<'a> {
    fn new(tx: &mut Tx<'_>, claim: &'a JobClaim) -> Result<Self> {
        let mut claiming = Self { claim, of_workspaces: HashMap::new(), of_kinds: HashMap::new() };
        if claim.limits == JobLimits::default() {
            return Ok(claiming);
        }
        // Two gateways that count at the same time would both find room for the last one.
        tx.execute("UPDATE counters SET value = value WHERE name = 'job_claims'", params![])?;
        let sql = "SELECT workspace_id, kind, COUNT(*) FROM jobs WHERE status = 'running' GROUP BY workspace_id, kind";
        for mut row in tx.query(sql, params![])? {
            let (workspace, kind, count) = (row.next_int()?, row.next_text()?, row.next_count()?);
            *claiming.of_workspaces.entry(workspace).or_default() += count;
            *claiming.of_kinds.entry(kind).or_default() += count;
        }
        Ok(claiming)
    }

    /// How many more jobs of a workspace may run.
    fn room_of_workspace(&self, workspace: i64) -> u32 {
        let running = || self.of_workspaces.get(&workspace).copied().unwrap_or_default();
        self.claim.limits.per_workspace.map_or(u32::MAX, |most| most.saturating_sub(running()))
    }

    /// How many more jobs of a kind may run.
    fn room_of_kind(&self, kind: &str) -> u32 {
        let running = || self.of_kinds.get(kind).copied().unwrap_or_default();
        self.claim.limits.per_kind.get(kind).map_or(u32::MAX, |most| most.saturating_sub(running()))
    }

    /// Takes jobs, the same number of each workspace that has some which can be taken.
    fn claim(mut self, tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<ClaimedJob>> {
        let workspaces = self.workspaces(tx)?;
        let count = self.claim.count;
        let share = count.div_ceil(u32::try_from(workspaces.len()).unwrap_or(1).max(1));
        let mut claimed = Vec::new();
        for (workspace, kinds) in &workspaces {
            let left = count - u32::try_from(claimed.len()).unwrap_or(count);
            claimed.extend(self.take(tx, *workspace, kinds, share.min(left))?);
        }
        for job in &mut claimed {
            begin(tx, job, now_ms, self.claim.lease_ms)?;
        }
        Ok(claimed)
    }

    /// The workspaces that have jobs which can be taken, with their kinds: as many as jobs are asked for, those after the last
    /// one first, and then from the beginning.
    fn workspaces(&self, tx: &mut Tx<'_>) -> Result<Vec<(i64, Vec<String>)>> {
        let sql = "SELECT MIN(workspace_id) FROM jobs WHERE is_due = 1 AND workspace_id > $1";
        let after = self.claim.after_workspace;
        let (mut found, mut last, mut is_wrapped, mut passed_over) = (Vec::new(), after, false, 0);
        while found.len() < self.claim.count as usize && passed_over < PASSED_OVER_MAX {
            match tx.one(sql, params![last])?.next_optional_int()? {
                Some(workspace) if is_wrapped && workspace > after => break,
                Some(workspace) => {
                    last = workspace;
                    let kinds = self.kinds(tx, workspace)?;
                    if kinds.is_empty() {
                        passed_over += 1;
                    } else {
                        found.push((workspace, kinds));
                    }
                }
                None if is_wrapped => break,
                None => (last, is_wrapped) = (i64::MIN, true),
            }
        }
        Ok(found)
    }

    /// The kinds of which a workspace has jobs that can be taken.
    fn kinds(&self, tx: &mut Tx<'_>, workspace: i64) -> Result<Vec<String>> {
        if self.room_of_workspace(workspace) == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT MIN(kind) FROM jobs WHERE is_due = 1 AND workspace_id = $1 AND kind > $2";
        let (mut found, mut last) = (Vec::new(), String::new());
        while let Some(kind) = tx.one(sql, params![workspace, &last])?.next_optional_text()? {
            if self.claim.kinds.contains(&kind) && self.room_of_kind(&kind) > 0 {
                found.push(kind.clone());
            }
            last = kind;
        }
        Ok(found)
    }

    /// Jobs of a workspace that are due and of these kinds, at most `count`: the most urgent ones, and then the oldest.
    fn take(&mut self, tx: &mut Tx<'_>, workspace: i64, kinds: &[String], count: u32) -> Result<Vec<ClaimedJob>> {
        let count = count.min(self.room_of_workspace(workspace));
        let lock = if tx.is_shared() { " FOR UPDATE OF j SKIP LOCKED" } else { "" };
        let sql = format!(
            "SELECT j.priority, j.run_at_ms, j.id, w.id, j.epoch, j.kind, j.payload, j.attempts, j.attempts_max, j.timeout_s, s.id
            FROM jobs j JOIN workspaces w ON w.number = j.workspace_id LEFT JOIN subjects s ON s.number = j.subject
            WHERE j.is_due = 1 AND j.workspace_id = $1 AND j.kind = $2
            ORDER BY j.priority DESC, j.run_at_ms, j.id LIMIT $3{lock}"
        );
        let mut due = Vec::new();
        for kind in kinds {
            let count = count.min(self.room_of_kind(kind));
            if count > 0 {
                for row in tx.query(&sql, params![workspace, kind, count])? {
                    due.push(due_job(row, workspace)?);
                }
            }
        }
        due.sort_by_key(|(place, _)| *place);
        due.truncate(count as usize);
        let taken: Vec<ClaimedJob> = due.into_iter().map(|(_, job)| job).collect();
        for job in &taken {
            *self.of_workspaces.entry(workspace).or_default() += 1;
            *self.of_kinds.entry(job.kind.clone()).or_default() += 1;
        }
        Ok(taken)
    }
}

/// A job that is due, with its place among those of its workspace.
fn due_job(mut row: Row, workspace: i64) -> Result<((i64, i64, JobId), ClaimedJob)> {
    let (priority, run_at_ms, id) = (row.next_int()?, row.next_int()?, row.next_id()?);
    let job = ClaimedJob {
        workspace: WorkspaceId::new(workspace, &row.next_text()?),
        // That of the worker that it is given to.
        lease: JobLease { id, epoch: row.next_int()? + 1 },
        kind: row.next_text()?,
        payload: row.next_text()?,
        attempt: row.next_int()? + 1,
        attempts_max: row.next_int()?,
        timeout_s: row.next_optional_count()?,
        user_id: row.next_optional_text()?,
        steps: BTreeMap::new(),
    };
    Ok(((-priority, run_at_ms, id), job))
}

/// Gives a job to its worker, with what is recorded of its steps.
fn begin(tx: &mut Tx<'_>, job: &mut ClaimedJob, now_ms: i64, lease_ms: i64) -> Result<()> {
    let sql = "UPDATE jobs SET status = 'running', is_due = 0, epoch = $2, attempts = $3, lease_until_ms = $4,
            started_at_ms = COALESCE(started_at_ms, $5), version = version + 1 WHERE id = $1";
    let lease = job.lease;
    tx.execute(sql, params![lease.id, lease.epoch, job.attempt, now_ms + lease_ms, now_ms])?;
    if lease.epoch > 1 {
        let sql = "SELECT name, result FROM job_steps WHERE job_id = $1";
        let steps = tx.query(sql, params![lease.id])?.into_iter();
        let steps = steps.map(|mut row| Ok((row.next_text()?, row.next_optional_text()?)));
        job.steps = steps.collect::<Result<_>>()?;
    }
    Ok(())
}
