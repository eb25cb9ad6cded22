//! Which rows of which tables belong to a workspace, read from the schema of the database itself, so that a table that a later
//! migration makes is not forgotten when a workspace is moved to another store.

use std::collections::{BTreeMap, BTreeSet};

use super::backend::Backend;
use super::error::{Error, Result};
use super::tx::Tx;
use super::value::Value;
use crate::params;

/// Tables of the store as a whole: they stay where they are. So do grants, which are between two workspaces of one store, and
/// login codes, which are good for a minute.
const STORE_WIDE: [&str; 10] = [
    "agent_grants",
    "counters",
    "instances",
    "leaders",
    "login_codes",
    "oidc_attempts",
    "schema_migrations",
    "setup_codes",
    "signing_keys",
    "workspace_deletions",
];

/// Tables that several workspaces share, in the order in which they are written, and which of their rows the workspace of the
/// number `$1` needs; `:subjects` and `:embedders` stand for the numbers that its other rows name.
const SHARED: [(&str, &str); 5] = [
    ("workspaces", "number = $1"),
    ("users", "id IN (:users)"),
    ("sign_in_networks", "user_id IN (:users)"),
    ("subjects", "number IN (:subjects)"),
    ("embedders", "id IN (:embedders)"),
];

const USERS: &str = "SELECT x.user_id FROM memberships x WHERE x.workspace_id = $1
    UNION SELECT y.user_id FROM families y WHERE y.workspace_id = $1";

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// BIGINT
    Int,
    /// DOUBLE PRECISION
    Float,
    /// TEXT
    Text,
    /// BYTEA
    Bytes,
}

/// What the numbers of a column are in another store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnMeaning {
    /// The same.
    Same,
    /// The number of the workspace, of which each store has its own.
    Workspace,
    /// The number of a subject, of which each store has its own; 0 is none.
    Subject,
    /// The number of an embedder, of which each store has its own; 0 is none.
    Embedder,
    /// JSON that may name the number of a subject in its field `subject`.
    JsonOfSubject,
}

/// A column of a table that is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// What its numbers are elsewhere.
    pub meaning: ColumnMeaning,
}

/// A table of which rows are moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedTable {
    /// Its name.
    pub name: String,
    /// Its columns, in their order.
    pub columns: Vec<MovedColumn>,
    condition: String,
}

impl MovedTable {
    /// How many rows of the workspace of this number it has.
    ///
    /// # Errors
    /// The store's.
    pub fn count(&self, tx: &mut Tx<'_>, workspace: i64) -> Result<u64> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", self.name, self.condition);
        Ok(tx.one(&sql, params![workspace])?.next_int()?.unsigned_abs())
    }

    /// Gives each of these rows to `take`.
    ///
    /// # Errors
    /// The store's, and those of `take`.
    pub fn each(&self, tx: &mut Tx<'_>, workspace: i64, take: &mut dyn FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
        let columns: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let sql = format!("SELECT {} FROM {} WHERE {}", columns.join(", "), self.name, self.condition);
        tx.each(&sql, params![workspace], &mut |row| {
            take(row.into_values())?;
            Ok(true)
        })
    }
}

/// The columns of each table of the database.
type Columns = BTreeMap<String, Vec<MovedColumn>>;
/// The references of each table: its column, the other table and that one's column.
type References = BTreeMap<String, Vec<(String, String, String)>>;

/// The tables of which rows are moved, in an order in which each row comes after those that it refers to.
///
/// # Errors
/// [`Error::Broken`] for a table of which it is not known whether it belongs to workspaces.
pub fn moved_tables(tx: &mut Tx<'_>) -> Result<Vec<MovedTable>> {
    let (columns, references) = (columns(tx)?, references(tx)?);
    let mut tables = Vec::new();
    for (name, condition) in SHARED {
        tables.push(table(name, condition.to_owned(), &columns)?);
    }
    let mut left: BTreeSet<&str> = columns.keys().map(String::as_str).collect();
    left.retain(|name| !STORE_WIDE.contains(name) && SHARED.iter().all(|(shared, _)| shared != name));
    let own: BTreeSet<&str> = left.iter().copied().filter(|name| has_workspace(&columns, name)).collect();
    while !left.is_empty() {
        let is_ready = |name: &&str| {
            let parents = references.get(*name).into_iter().flatten();
            parents.filter(|(_, parent, _)| parent != name).all(|(_, parent, _)| !left.contains(parent.as_str()))
        };
        let Some(name) = left.iter().copied().find(is_ready) else {
            return Err(Error::Broken("tables refer to one another in a circle".into()));
        };
        left.remove(name);
        let condition = condition(name, &own, &references)?;
        tables.push(table(name, condition, &columns)?);
    }
    fill_in(&mut tables);
    Ok(tables)
}

fn has_workspace(columns: &Columns, table: &str) -> bool {
    columns.get(table).into_iter().flatten().any(|column| column.meaning == ColumnMeaning::Workspace)
}

/// Which rows of `table` belong to the workspace: those that name it, or those of a row that does.
fn condition(table: &str, own: &BTreeSet<&str>, references: &References) -> Result<String> {
    if own.contains(table) {
        return Ok("workspace_id = $1".to_owned());
    }
    let parent = references.get(table).into_iter().flatten().find(|(_, parent, _)| own.contains(parent.as_str()));
    let (column, parent, key) = parent.ok_or_else(|| {
        Error::Broken(format!("it is not known whether rows of the table {table} belong to workspaces"))
    })?;
    Ok(format!("{column} IN (SELECT p.{key} FROM {parent} p WHERE p.workspace_id = $1)"))
}

fn table(name: &str, condition: String, columns: &Columns) -> Result<MovedTable> {
    let columns = columns.get(name).cloned();
    let columns = columns.ok_or_else(|| Error::Broken(format!("there is no table {name}")))?;
    Ok(MovedTable { name: name.to_owned(), columns, condition })
}

/// Says what the names in the conditions of [`SHARED`] stand for.
fn fill_in(tables: &mut [MovedTable]) {
    let named = |meaning: ColumnMeaning| {
        let of_table = |table: &MovedTable| {
            let columns = table.columns.iter().filter(|column| column.meaning == meaning);
            let select = |column: &MovedColumn| {
                format!("SELECT x.{} FROM {} x WHERE x.workspace_id = $1", column.name, table.name)
            };
            columns.map(select).collect::<Vec<_>>()
        };
        let is_own = |table: &&MovedTable| SHARED.iter().all(|(name, _)| *name != table.name);
        tables.iter().filter(is_own).flat_map(of_table).collect::<Vec<_>>().join(" UNION ")
    };
    let (subjects, embedders) = (named(ColumnMeaning::Subject), named(ColumnMeaning::Embedder));
    for table in tables {
        let condition = table.condition.replace(":users", USERS).replace(":subjects", &subjects);
        table.condition = condition.replace(":embedders", &embedders);
    }
}

fn columns(tx: &mut Tx<'_>) -> Result<Columns> {
    let sql = match tx.backend() {
        Backend::Sqlite => {
            "SELECT t.name, c.name, c.type FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"
        }
        Backend::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT)
                FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        }
    };
    let mut columns = Columns::new();
    for mut row in tx.query(sql, params![])? {
        let (table, name, kind) = (row.next_text()?, row.next_text()?, row.next_text()?);
        let kind = match kind.to_ascii_uppercase().as_str() {
            "BIGINT" | "INTEGER" => ColumnKind::Int,
            "DOUBLE PRECISION" => ColumnKind::Float,
            "TEXT" => ColumnKind::Text,
            "BYTEA" => ColumnKind::Bytes,
            other => return Err(Error::Broken(format!("{table}.{name} is of the unknown type {other}"))),
        };
        let meaning = meaning(&table, &name, kind);
        columns.entry(table).or_default().push(MovedColumn { name, kind, meaning });
    }
    Ok(columns)
}

fn meaning(table: &str, column: &str, kind: ColumnKind) -> ColumnMeaning {
    match (table, column, kind) {
        (_, "workspace_id", ColumnKind::Int) | ("workspaces", "number", _) => ColumnMeaning::Workspace,
        (_, "subject", ColumnKind::Int) | ("outbox", "owner", _) | ("subjects", "number", _) => ColumnMeaning::Subject,
        (_, "embedder", ColumnKind::Int) | ("embedders", "id", _) => ColumnMeaning::Embedder,
        ("memory_versions", "snapshot", _) => ColumnMeaning::JsonOfSubject,
        _ => ColumnMeaning::Same,
    }
}

fn references(tx: &mut Tx<'_>) -> Result<References> {
    let sql = match tx.backend() {
        Backend::Sqlite => {
            "SELECT t.name, f.\"from\", f.\"table\", f.\"to\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
                WHERE t.type = 'table' AND f.seq = 0"
        }
        Backend::Postgres => {
            "SELECT CAST(t.relname AS TEXT), CAST(c.attname AS TEXT), CAST(p.relname AS TEXT), CAST(k.attname AS TEXT)
                FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = f.conkey[1]
                JOIN pg_attribute k ON k.attrelid = p.oid AND k.attnum = f.confkey[1]
                WHERE f.contype = 'f' AND n.nspname = current_schema()"
        }
    };
    let mut references = References::new();
    for mut row in tx.query(sql, params![])? {
        let (table, column) = (row.next_text()?, row.next_text()?);
        references.entry(table).or_default().push((column, row.next_text()?, row.next_text()?));
    }
    Ok(references)
}
