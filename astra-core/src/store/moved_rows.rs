//! Rows of a workspace on their way into another store: they keep their ids, and get the numbers that are the store's own.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::accounts;
use super::db::Db;
use super::error::{Error, Result};
use super::moved_tables::{ColumnMeaning, MovedTable};
use super::setup;
use super::signals::Signal;
use super::subjects;
use super::tx::Tx;
use super::value::{Param, Value};
use super::workspace::WorkspaceId;
use crate::params;

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 32;

/// What the gateway that had the workspace has left behind: nothing of it goes on here under its name.
const SETTLED: [&str; 4] = [
    "UPDATE open_turns SET owner = 0 WHERE workspace_id = $1",
    "UPDATE jobs SET lease_until_ms = 0 WHERE workspace_id = $1 AND status = 'running'",
    "UPDATE deliveries SET lease_until_ms = 0 WHERE workspace_id = $1 AND status = 'sending'",
    "UPDATE memory_pending SET lease_until_ms = 0 WHERE workspace_id = $1",
];

/// Takes the rows of a workspace, within one transaction.
pub struct WorkspaceRows<'a> {
    /// Makes numbers of subjects and embedders whose own are taken.
    new_number: &'a dyn Fn() -> i64,
    workspace: i64,
    subjects: BTreeMap<i64, i64>,
    embedders: BTreeMap<i64, i64>,
    waiting: Vec<Value>,
}

impl Db {
    /// Runs `work` on one state of the database, however long that takes; answers what it answers.
    ///
    /// # Errors
    /// The store's, and those of `work`.
    pub async fn read_for_long<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.read(move |tx| {
            if tx.is_shared() {
                tx.batch("SET LOCAL statement_timeout = 0")?;
            }
            work(tx)
        })
        .await
    }
}

impl<'a> WorkspaceRows<'a> {
    /// Begins to take the workspace `id`, which is not there yet.
    ///
    /// # Errors
    /// [`Error::Unique`] if it is.
    pub fn begin(tx: &mut Tx<'_>, id: &str, new_number: &'a dyn Fn() -> i64) -> Result<Self> {
        tx.lock_accounts()?;
        if tx.first("SELECT number FROM workspaces WHERE id = $1", params![id])?.is_some() {
            return Err(Error::Unique(format!("the workspace {id}")));
        }
        let workspace = accounts::next_workspace(tx)?;
        let none = BTreeMap::new();
        Ok(Self { new_number, workspace, subjects: none.clone(), embedders: none, waiting: Vec::new() })
    }

    /// Takes a row of `table`, whose values are in the order of its columns.
    ///
    /// # Errors
    /// [`Error::Unique`] if another workspace has a row of its id.
    pub fn take(&mut self, tx: &mut Tx<'_>, table: &MovedTable, row: Vec<Value>) -> Result<()> {
        match table.name.as_str() {
            "subjects" => return self.subject(tx, row),
            "embedders" => return self.embedder(tx, row),
            _ => {}
        }
        for (column, value) in table.columns.iter().zip(row) {
            self.waiting.push(match (column.meaning, value) {
                (ColumnMeaning::Workspace, _) => Value::Int(self.workspace),
                (ColumnMeaning::Subject, Value::Int(number)) => Value::Int(other(&self.subjects, number)),
                (ColumnMeaning::Embedder, Value::Int(number)) => Value::Int(other(&self.embedders, number)),
                (ColumnMeaning::JsonOfSubject, Value::Text(text)) => Value::Text(self.renumbered(text)),
                (_, value) => value,
            });
        }
        if self.waiting.len() >= ROWS_AT_ONCE * table.columns.len() { self.write(tx, table) } else { Ok(()) }
    }

    /// Writes what is left of the rows of `table`, of which no more come.
    ///
    /// # Errors
    /// As [`WorkspaceRows::take`].
    pub fn end_table(&mut self, tx: &mut Tx<'_>, table: &MovedTable) -> Result<()> {
        if self.waiting.is_empty() { Ok(()) } else { self.write(tx, table) }
    }

    /// Lets the workspace be found, with the commit.
    ///
    /// # Errors
    /// The store's.
    pub fn end(self, tx: &mut Tx<'_>, id: &str) -> Result<WorkspaceId> {
        for sql in SETTLED {
            tx.execute(sql, params![self.workspace])?;
        }
        if setup::has_owner(tx)? {
            setup::end(tx)?;
        }
        tx.announce(Signal::Jobs);
        Ok(WorkspaceId::new(self.workspace, id))
    }

    fn write(&mut self, tx: &mut Tx<'_>, table: &MovedTable) -> Result<()> {
        let width = table.columns.len().max(1);
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let row = |at: usize| {
            let places: Vec<String> = (1..=width).map(|column| format!("${}", at * width + column)).collect();
            format!("({})", places.join(", "))
        };
        // People may have an account here already, by another workspace.
        let ending = match table.name.as_str() {
            "users" => " ON CONFLICT (id) DO NOTHING",
            "sign_in_networks" => " ON CONFLICT DO NOTHING",
            _ => "",
        };
        let statement = |rows: usize| {
            let rows: Vec<String> = (0..rows).map(row).collect();
            format!("INSERT INTO {} ({}) VALUES {}{ending}", table.name, names.join(", "), rows.join(", "))
        };
        let waiting = std::mem::take(&mut self.waiting);
        let mut whole = waiting.chunks_exact(ROWS_AT_ONCE * width);
        for values in whole.by_ref() {
            tx.execute(&statement(ROWS_AT_ONCE), &bound(values))?;
        }
        for values in whole.remainder().chunks(width) {
            tx.execute(&statement(1), &bound(values))?;
        }
        Ok(())
    }

    /// A subject has the number that it has in this store, or its own if that is free.
    fn subject(&mut self, tx: &mut Tx<'_>, row: Vec<Value>) -> Result<()> {
        let [Value::Int(number), Value::Text(id)] = &row[..] else { return Err(unexpected("subjects")) };
        let is_taken = tx.first("SELECT id FROM subjects WHERE number = $1", params![*number])?.is_some();
        let candidate = if is_taken { (self.new_number)() } else { *number };
        self.subjects.insert(*number, subjects::ensure(tx, id, candidate)?);
        Ok(())
    }

    /// The same for what makes vectors.
    fn embedder(&mut self, tx: &mut Tx<'_>, row: Vec<Value>) -> Result<()> {
        let [Value::Int(number), Value::Text(name), Value::Int(dimension)] = &row[..] else {
            return Err(unexpected("embedders"));
        };
        let find = "SELECT id FROM embedders WHERE name = $1 AND dimension = $2";
        let own = match tx.first(find, params![name, *dimension])? {
            Some(mut row) => row.next_int()?,
            None => {
                let is_taken = tx.first("SELECT id FROM embedders WHERE id = $1", params![*number])?.is_some();
                let own = if is_taken { (self.new_number)() } else { *number };
                let sql = "INSERT INTO embedders (id, name, dimension) VALUES ($1, $2, $3)";
                tx.execute(sql, params![own, name, *dimension])?;
                own
            }
        };
        self.embedders.insert(*number, own);
        Ok(())
    }

    /// JSON with the number that its subject has here.
    fn renumbered(&self, text: String) -> String {
        let Ok(Json::Object(mut fields)) = serde_json::from_str(&text) else { return text };
        let number = fields.get("subject").and_then(Json::as_i64);
        match number.map(|number| (number, other(&self.subjects, number))) {
            Some((number, own)) if number != own => {
                fields.insert("subject".to_owned(), own.into());
                Json::Object(fields).to_string()
            }
            _ => text,
        }
    }
}

/// The number that the one of the other store has here.
fn other(numbers: &BTreeMap<i64, i64>, number: i64) -> i64 {
    numbers.get(&number).copied().unwrap_or(number)
}

fn unexpected(table: &str) -> Error {
    Error::Incompatible(format!("a row of {table} is not as this program writes it"))
}

fn bound(values: &[Value]) -> Vec<Param<'_>> {
    let bound = |value| match value {
        &Value::Null => Param::Null,
        &Value::Int(number) => Param::Int(number),
        &Value::Float(number) => Param::Float(number),
        Value::Text(text) => Param::Text(text),
        Value::Bytes(bytes) => Param::Bytes(bytes),
    };
    values.iter().map(bound).collect()
}
