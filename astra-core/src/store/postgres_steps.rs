//! PostgreSQL: short transactions in few round trips, without a thread of their own.
//!
//! Work is run until it needs an answer that is not here yet; then the statements that it has asked for so far are sent
//! together, and it is run again with their answers, from the beginning. As all work may be run again, this changes nothing
//! of what it means. What needs no answer goes with the next statement that needs one, or with COMMIT.

use std::cell::RefCell;
use std::pin::Pin;

use deadpool_postgres::Object;
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use super::error::{Error, Result};
use super::mode::OnDouble;
use super::postgres_error::{classify, is_lost};
use super::postgres_values::{bound, row};
use super::value::{Param, Row, Value};

/// Prepared statements that a connection keeps.
const STATEMENTS_CACHED: usize = 512;

/// What a statement is to its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepRole {
    /// The work goes on with its answer.
    Asked,
    /// The work will ask for it.
    Ahead,
    /// The work does not see its answer.
    Later(OnDouble),
    /// It is asked for, and the transaction ends with it.
    Last,
}

/// What a statement answered: its rows, and how many it touched.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) touched: u64,
}

struct Step {
    sql: String,
    params: Vec<Value>,
    part: StepRole,
    answer: Option<Result<Answer>>,
    /// Whether this run of the work has asked for what was sent ahead.
    is_taken: bool,
}

impl Step {
    fn is(&self, sql: &str, params: &[Param<'_>]) -> bool {
        self.sql == sql && self.params.iter().map(param).eq(params.iter().copied())
    }
}

/// The statements of one transaction, in the order in which the work asks for them.
#[derive(Default)]
pub(super) struct Steps {
    asked: RefCell<Asked>,
    /// So many are sent.
    sent: usize,
    /// Whether a transaction is open on the connection, or may be.
    is_open: bool,
    /// Whether statements are transactions of their own: of a look there is one.
    is_look: bool,
    has_ended: bool,
}

#[derive(Default)]
struct Asked {
    steps: Vec<Step>,
    /// How many of them this run of the work has asked for.
    at: usize,
    /// Whether it has asked for an answer that is not here.
    waits: bool,
}

impl Steps {
    pub(super) fn new(is_look: bool) -> Self {
        Self { is_look, ..Self::default() }
    }

    /// To be called before the work is run.
    pub(super) fn begin(&mut self) {
        let asked = self.asked.get_mut();
        (asked.at, asked.waits) = (0, false);
        asked.steps.iter_mut().for_each(|step| step.is_taken = false);
    }

    /// Whether the work has to be run again when what is asked for is answered.
    pub(super) fn waits(&mut self) -> bool {
        self.asked.get_mut().waits
    }

    /// Takes note of a statement whose answer is not needed, or not yet.
    pub(super) fn note(&self, sql: &str, workspace: Option<i64>, params: &[Param<'_>], part: StepRole) -> Result<()> {
        let mut asked = self.asked.borrow_mut();
        asked.step(sql, &bound(workspace, params), part).map(drop)
    }

    /// The answer of a statement; an error, which the work passes on, if it has to be sent first.
    pub(super) fn answer(
        &self,
        sql: &str,
        workspace: Option<i64>,
        params: &[Param<'_>],
        part: StepRole,
    ) -> Result<Answer> {
        let (mut asked, params) = (self.asked.borrow_mut(), bound(workspace, params));
        let at = asked.at;
        let ahead = |step: &&mut Step| step.part == StepRole::Ahead && !step.is_taken && step.is(sql, &params);
        let Asked { steps, waits, .. } = &mut *asked;
        let step = match steps.iter_mut().take(at).find(ahead) {
            Some(step) => {
                step.is_taken = true;
                step
            }
            None => {
                let place = asked.step(sql, &params, part)?;
                return asked.give(place);
            }
        };
        give(step, waits)
    }

    /// Sends what is not sent yet, and COMMIT if the work is done or said that this is the last statement.
    ///
    /// # Errors
    /// Those of BEGIN, of COMMIT, and of statements whose answers the work does not see.
    pub(super) async fn exchange(&mut self, client: &Object, is_done: bool) -> Result<()> {
        let unsent = &mut self.asked.get_mut().steps[self.sent..];
        if unsent.is_empty() && !self.is_open {
            return Ok(());
        }
        if self.has_ended || (self.is_look && self.sent > 0) {
            return Err(Error::broken("a store method went on after its last statement"));
        }
        let commits = is_done || unsent.last().is_some_and(|step| step.part == StepRole::Last);
        // One statement is a transaction of its own.
        let is_alone = !self.is_open && unsent.len() == 1 && (commits || self.is_look);
        let mut prepared = Vec::with_capacity(unsent.len());
        for step in unsent.iter() {
            // Nothing of it was sent yet: a connection that is gone is replaced.
            prepared.push(prepare(client, &step.sql).await.map_err(|fault| failed(&fault, false))?);
        }
        let begin = (!self.is_open && !is_alone).then_some("BEGIN ISOLATION LEVEL READ COMMITTED");
        let commit = (commits && !is_alone).then_some("COMMIT");
        self.is_open = !is_alone;
        let mut sends: Vec<Pin<Box<dyn Future<Output = Sent> + Send + '_>>> = Vec::with_capacity(unsent.len() + 2);
        sends.extend(begin.map(|sql| control(client, sql)));
        for (step, statement) in unsent.iter().zip(&prepared) {
            sends.push(Box::pin(send(client, statement, &step.params)));
        }
        sends.extend(commit.map(|sql| control(client, sql)));
        // Polled in their order, and each is on its way when it was polled once.
        let mut answers = join_all(sends).await.into_iter();
        self.sent += unsent.len();
        let may_be_kept = commits && !self.is_look;
        if begin.is_some() {
            answers.next().transpose().map_err(|fault| failed(&fault, may_be_kept))?;
        }
        let settled = settle(unsent, &mut answers, may_be_kept, is_alone);
        self.has_ended = commits;
        match (settled, answers.next()) {
            (Settled::Lost(fault), _) => return Err(fault),
            (Settled::Well, Some(Err(fault))) => {
                // The server found a conflict only now, and has rolled back; or it is lost.
                self.is_open = is_lost(&fault);
                return Err(failed(&fault, may_be_kept));
            }
            // COMMIT has rolled back what a statement has spoilt.
            (settled, _) => {
                self.is_open &= !commits;
                if let Settled::Failed(fault) = settled {
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    /// Ends a transaction of which nothing is to stay.
    pub(super) async fn roll_back(&mut self, client: &Object) {
        if self.is_open && client.batch_execute("ROLLBACK").await.is_ok() {
            self.is_open = false;
        }
    }

    /// Whether the connection is in the middle of a transaction, and must not be used again.
    pub(super) const fn is_open(&self) -> bool {
        self.is_open
    }
}

impl Asked {
    /// The place of the step that the work asks for now.
    fn step(&mut self, sql: &str, params: &[Param<'_>], part: StepRole) -> Result<usize> {
        let place = self.at;
        self.at += 1;
        match self.steps.get(place) {
            Some(step) if step.is(sql, params) => {}
            Some(_) => return Err(Error::broken("a store method that ran again asked for something else")),
            None => {
                let params = params.iter().copied().map(value).collect();
                self.steps.push(Step { sql: sql.to_owned(), params, part, answer: None, is_taken: false });
            }
        }
        Ok(place)
    }

    fn give(&mut self, place: usize) -> Result<Answer> {
        let Self { steps, waits, .. } = self;
        steps.get_mut(place).map_or_else(|| Err(Error::broken("a statement was lost")), |step| give(step, waits))
    }
}

fn give(step: &mut Step, waits: &mut bool) -> Result<Answer> {
    match &step.answer {
        Some(Ok(answer)) => Ok(answer.clone()),
        // Work goes no further than a statement that failed.
        Some(Err(_)) => step.answer.take().unwrap_or_else(|| Ok(Answer::default())),
        None => {
            *waits = true;
            Err(Error::Retry("a statement is to be sent first".into()))
        }
    }
}

/// What came of the statements of one round trip.
enum Settled {
    /// They are answered.
    Well,
    /// One has failed, and the work is given its error.
    Spoilt,
    /// One has failed whose answer the work does not see.
    Failed(Error),
    /// The connection is gone.
    Lost(Error),
}

/// Gives the steps their answers, up to the first that failed. The answer to COMMIT stays in `answers`.
fn settle(steps: &mut [Step], answers: &mut impl Iterator<Item = Sent>, may_be_kept: bool, is_alone: bool) -> Settled {
    let mut settled = Settled::Well;
    for (step, answer) in steps.iter_mut().zip(answers) {
        let fault = match answer {
            _ if !matches!(settled, Settled::Well) => continue,
            Ok(found) => match found.rows.iter().map(row).collect() {
                Ok(rows) => {
                    step.answer = Some(Ok(Answer { rows, touched: found.touched }));
                    continue;
                }
                Err(error) => {
                    settled = Settled::Failed(error);
                    continue;
                }
            },
            Err(fault) => fault,
        };
        // What the server itself has refused was not kept, unless it was a transaction of its own.
        let error = failed(&fault, may_be_kept && (is_alone || fault.as_db_error().is_none()));
        settled = match step.part {
            _ if is_lost(&fault) => Settled::Lost(error),
            StepRole::Ahead => Settled::Failed(error),
            StepRole::Later(on_double) => Settled::Failed(on_double.translate(error)),
            StepRole::Asked | StepRole::Last => {
                step.answer = Some(Err(error));
                Settled::Spoilt
            }
        };
    }
    settled
}

/// What the server answered to one statement.
#[derive(Default)]
struct Found {
    rows: Vec<tokio_postgres::Row>,
    touched: u64,
}

type Sent = std::result::Result<Found, tokio_postgres::Error>;

fn control<'a>(client: &'a Object, sql: &'a str) -> Pin<Box<dyn Future<Output = Sent> + Send + 'a>> {
    Box::pin(async move { client.batch_execute(sql).await.map(|()| Found::default()) })
}

async fn send(client: &Object, statement: &Statement, params: &[Value]) -> Sent {
    let params: Vec<Param<'_>> = params.iter().map(param).collect();
    let borrowed = params.iter().map(|param| param as &(dyn ToSql + Sync));
    let mut found = std::pin::pin!(client.query_raw(statement, borrowed).await?);
    let mut rows = Vec::new();
    while let Some(next) = found.try_next().await? {
        rows.push(next);
    }
    let touched = found.rows_affected().unwrap_or_default();
    Ok(Found { rows, touched })
}

/// The prepared statement of `sql` on this connection.
pub(super) async fn prepare(client: &Object, sql: &str) -> std::result::Result<Statement, tokio_postgres::Error> {
    if client.statement_cache.size() >= STATEMENTS_CACHED {
        client.statement_cache.clear();
    }
    client.prepare_cached(sql).await
}

/// The error of a statement. A connection that was lost has changed nothing, unless a COMMIT was on its way.
fn failed(fault: &tokio_postgres::Error, may_be_kept: bool) -> Error {
    match classify(fault) {
        Error::Unavailable(text) if is_lost(fault) && may_be_kept => Error::Uncertain(text),
        Error::Unavailable(text) if is_lost(fault) => Error::Retry(text),
        error => error,
    }
}

fn value(param: Param<'_>) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Int(number) => Value::Int(number),
        Param::Float(number) => Value::Float(number),
        Param::Text(text) => Value::Text(text.to_owned()),
        Param::Bytes(bytes) => Value::Bytes(bytes.to_owned()),
    }
}

fn param(value: &Value) -> Param<'_> {
    match value {
        Value::Null => Param::Null,
        Value::Int(number) => Param::Int(*number),
        Value::Float(number) => Param::Float(*number),
        Value::Text(text) => Param::Text(text),
        Value::Bytes(bytes) => Param::Bytes(bytes),
    }
}
