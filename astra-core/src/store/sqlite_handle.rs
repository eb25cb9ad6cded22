//! SQLite: one connection, its statements with their values, and its errors.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Statement};

use super::error::{Error, Result};
use super::plans;
use super::value::{Param, Row, Value};

/// Prepared statements that a connection keeps.
const STATEMENTS_CACHED: usize = 256;

/// A connection, and where its statements' values belong.
pub(super) struct Handle {
    connection: Connection,
    places: RefCell<HashMap<String, Arc<[usize]>, foldhash::fast::RandomState>>,
}

impl Handle {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, places: RefCell::default() }
    }

    /// The number inside each parameter's name, by which values are bound: SQLite itself numbers `$2, $1` by first
    /// appearance. It looks names up one by one, so they are looked at once.
    fn places(&self, sql: &str, statement: &Statement<'_>) -> Result<Arc<[usize]>> {
        if let Some(places) = self.places.borrow().get(sql) {
            return Ok(Arc::clone(places));
        }
        let number = |index| statement.parameter_name(index)?.get(1..)?.parse().ok();
        let places: Option<Arc<[usize]>> = (1..=statement.parameter_count()).map(number).collect();
        let places = places.ok_or_else(|| Error::Broken("parameters are written $1, $2, ...".into()))?;
        plans::log(&self.connection, sql);
        self.places.borrow_mut().insert(sql.to_owned(), Arc::clone(&places));
        Ok(places)
    }
}

impl Deref for Handle {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// What every connection needs, whatever it does. It waits so long for another process that has the lock, such as the
/// command line beside a gateway.
pub(super) fn configure(connection: &Connection, wait: Duration) -> Result<()> {
    connection.busy_timeout(wait).map_err(classify)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // Otherwise SQLite plans a statement again whenever a value such as the one of `LIMIT $2` changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(classify)?;
    connection
        .execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;")
        .map_err(classify)
}

/// SQLite's result codes in the store's words.
pub(super) fn classify(fault: impl std::borrow::Borrow<rusqlite::Error>) -> Error {
    let fault = fault.borrow();
    let text = fault.to_string();
    let Some(code) = fault.sqlite_error() else { return Error::Broken(text) };
    match (code.code, code.extended_code) {
        (_, 2067 | 1555) => Error::Unique(text),
        (_, 787) => Error::Missing(text),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::Retry(text),
        (ErrorCode::DiskFull, _) => Error::Full(text),
        // A statement that writes, given to a look.
        (ErrorCode::ReadOnly, 8) => Error::Broken(text),
        (ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly, _) => Error::Unavailable(text),
        _ => Error::Broken(text),
    }
}

pub(super) fn each(
    connection: &Handle,
    sql: &str,
    workspace: Option<i64>,
    params: &[Param<'_>],
    take: &mut dyn FnMut(Row) -> Result<bool>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(sql).map_err(classify)?;
    let places = connection.places(sql, &statement)?;
    bind(&mut statement, &places, workspace, params)?;
    let columns = statement.column_count();
    let mut found = statement.raw_query();
    while let Some(row) = found.next().map_err(classify)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(match row.get_ref(column).map_err(classify)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Real(number) => Value::Float(number),
                ValueRef::Text(text) => Value::Text(match std::str::from_utf8(text) {
                    Ok(text) => text.to_owned(),
                    Err(_) => String::from_utf8_lossy(text).into_owned(),
                }),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
            });
        }
        if !take(Row::new(values))? {
            // What a statement writes is checked behind its last row.
            let writes = found.as_ref().is_some_and(|statement| !statement.readonly());
            while writes && found.next().map_err(classify)?.is_some() {}
            break;
        }
    }
    Ok(())
}

pub(super) fn execute(connection: &Handle, sql: &str, workspace: Option<i64>, params: &[Param<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql).map_err(classify)?;
    let places = connection.places(sql, &statement)?;
    bind(&mut statement, &places, workspace, params)?;
    let touched = statement.raw_execute().map_err(classify)?;
    Ok(u64::try_from(touched).unwrap_or_default())
}

/// Every value must have its place, as PostgreSQL demands.
fn bind(statement: &mut Statement<'_>, places: &[usize], workspace: Option<i64>, params: &[Param<'_>]) -> Result<()> {
    let given = params.len() + usize::from(workspace.is_some());
    if workspace.is_some() && !places.contains(&1) {
        return Err(Error::Broken("a workspace's statement does not name $1".into()));
    }
    if given != places.len() {
        return Err(Error::Broken(format!("{given} values for a statement with {} parameters", places.len())));
    }
    for (index, number) in (1..).zip(places) {
        let param = match workspace {
            Some(workspace) if *number == 1 => Some(Param::Int(workspace)),
            Some(_) => params.get(number.wrapping_sub(2)).copied(),
            None => params.get(number.wrapping_sub(1)).copied(),
        };
        match param.ok_or_else(|| Error::Broken(format!("no value for ${number}")))? {
            Param::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
            Param::Int(number) => statement.raw_bind_parameter(index, number),
            Param::Float(number) => statement.raw_bind_parameter(index, number),
            Param::Text(text) => statement.raw_bind_parameter(index, text),
            Param::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
        }
        .map_err(classify)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_values_are() {
        let connection = Connection::open_in_memory().expect("a database");
        configure(&connection, Duration::ZERO).expect("a connection");
        connection.execute_batch("CREATE TABLE numbers (number BIGINT)").expect("a table");
        let mut statement = connection.prepare("SELECT number FROM numbers LIMIT $1").expect("a statement");
        for limit in [1, 2, 3] {
            assert!(!statement.exists([limit]).expect("an answer"));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
