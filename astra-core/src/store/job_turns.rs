//! The turns that jobs ask of agents: a row for each question of a job, written in the transaction that begins the turn, so that
//! another attempt finds the turn instead of beginning one more. Every write names the epoch of the worker's lease.

use std::collections::BTreeMap;

use super::db::SWEEP_ROWS;
use super::error::Result;
use super::job_runs::JobLease;
use super::mode::OnDouble;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::ids::{JobId, TurnId};
use crate::params;

/// The question of a job that a turn answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobQuestion {
    /// The worker's hold on the job.
    pub lease: JobLease,
    /// The place of the question in the job, from 0.
    pub number: u32,
}

/// What is kept of a question of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobTurn {
    /// The place of the question in the job, from 0.
    pub number: u32,
    /// The turn that answers it; `None` if it was refused.
    pub turn_id: Option<TurnId>,
    /// What became of it, as JSON; `None` while that is not known.
    pub result: Option<String>,
}

/// How far a question of a job is that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionState {
    /// The turn that answers it; `None` if it was refused.
    pub turn_id: Option<TurnId>,
    /// Whether it has no answer; `None` while what became of it is not recorded.
    pub is_error: Option<bool>,
}

/// The turns of a workspace's jobs.
#[derive(Clone, Copy)]
pub struct JobTurns<'a>(pub(super) &'a Rows);

impl JobTurns<'_> {
    /// How far the questions of a job are that have been asked, by their places.
    pub async fn states(self, job: JobId) -> Result<BTreeMap<u32, QuestionState>> {
        self.0
            .list(move |tx| {
                let sql = "SELECT number, turn_id, is_error FROM job_turns WHERE workspace_id = $1 AND job_id = $2";
                let mut states = BTreeMap::new();
                for mut row in tx.query(sql, params![job])? {
                    let (number, turn_id) = (row.next_count()?, row.next_optional_id()?);
                    let is_error = row.next_optional_int()?.map(|is_error| is_error == 1);
                    let state = QuestionState { turn_id, is_error };
                    states.insert(number, state);
                }
                Ok(states)
            })
            .await
    }

    /// What is kept of the questions of a job, in their order.
    pub async fn page(self, job: JobId, request: PageRequest) -> Result<Page<JobTurn>> {
        let list = move |tx: &mut Tx<'_>| {
            let sql = "SELECT number, turn_id, result FROM job_turns
                WHERE workspace_id = $1 AND job_id = $2 AND number > $3 ORDER BY number LIMIT $4";
            let after = request.after.as_ref().map_or(-1, |cursor| cursor.at);
            let read = |mut row: Row| {
                let (number, turn_id) = (row.next_count()?, row.next_optional_id()?);
                Ok(JobTurn { number, turn_id, result: row.next_optional_text()? })
            };
            let place = |turn: &JobTurn| Cursor { at: i64::from(turn.number), id: String::new() };
            tx.page(sql, params![job, after, request.fetch()], &request, read, place)
        };
        self.0.list(list).await
    }

    /// Keeps what became of a question, as JSON.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`](super::error::JobRefusal::LeaseLost).
    pub async fn record(self, question: JobQuestion, result: String, is_error: bool) -> Result<()> {
        let record = move |tx: &mut Tx<'_>| {
            tx.fence(question.lease)?;
            let sql =
                "INSERT INTO job_turns (workspace_id, job_id, number, is_error, result) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (job_id, number) DO UPDATE SET is_error = excluded.is_error, result = excluded.result";
            tx.execute(sql, params![question.lease.id, question.number, is_error, &result]).map(drop)
        };
        self.0.write_locking(record).await
    }
}

/// Removes what is kept of the questions of jobs of all workspaces that ended before `before_ms`, at most [`SWEEP_ROWS`] rows;
/// answers how many.
pub(super) fn delete_old(tx: &mut Tx<'_>, before_ms: i64) -> Result<u64> {
    let sql = "DELETE FROM job_turns WHERE (job_id, number) IN (SELECT t.job_id, t.number FROM jobs j
        JOIN job_turns t ON t.job_id = j.id WHERE j.finished_at_ms < $1 LIMIT $2)";
    tx.execute(sql, params![before_ms, SWEEP_ROWS])
}

/// Makes sure that the worker which asks `question` still has its job, until the transaction ends.
pub(super) fn fence(tx: &mut Tx<'_>, question: Option<&JobQuestion>) -> Result<()> {
    question.map_or(Ok(()), |question| tx.fence(question.lease))
}

/// Keeps that `turn` answers `question`, if there is one.
pub(super) fn insert(tx: &mut Tx<'_>, turn: TurnId, question: Option<&JobQuestion>) -> Result<()> {
    let Some(question) = question else { return Ok(()) };
    let sql = "INSERT INTO job_turns (workspace_id, job_id, number, turn_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (job_id, number) DO UPDATE SET turn_id = excluded.turn_id, is_error = NULL, result = NULL";
    tx.later(sql, params![question.lease.id, question.number, turn], OnDouble::Fails)
}
