//! How the store reads rows: column by column in the order of the statement, never by a column's number. How it is asked for
//! them: by way of a view for each aggregate.

use crate::source::{File, assert_none, code, files};

/// Crates of drivers, whose rows have numbers and no cursor. Files that use one are not looked at.
const DRIVERS: [&str; 2] = ["rusqlite", "tokio_postgres"];

#[test]
fn no_column_is_read_by_its_number() {
    assert_none(files("astra-core/src/store/").iter().flat_map(reads_by_number));
}

/// The lines where a getter of a row is given a number.
fn reads_by_number(file: &File) -> Vec<String> {
    let code = code(&file.text);
    if DRIVERS.iter().any(|driver| code.contains(driver)) {
        return Vec::new();
    }
    let numbered = |line: &str| line.split("row.").skip(1).any(is_numbered);
    let lines = (1..).zip(code.lines()).filter(|(_, line)| numbered(line));
    lines.map(|(number, _)| format!("{}:{number}: a column is read by its number", file.path)).collect()
}

/// Whether this is `name(0` or `name::<T>(0`.
fn is_numbered(call: &str) -> bool {
    let rest = call.trim_start_matches(|part: char| part.is_alphanumeric() || part == '_');
    let arguments =
        if rest.starts_with("::<") { rest.split_once(">(").map(|(_, after)| after) } else { rest.strip_prefix('(') };
    arguments.is_some_and(|arguments| arguments.starts_with(|first: char| first.is_ascii_digit()))
}

/// The files that give `Rows` methods of its own: how transactions run, which views there are, what is done once.
const OF_ROWS: [&str; 3] = ["rows.rs", "views.rs", "idempotency.rs"];

#[test]
fn what_is_asked_of_rows_is_asked_by_way_of_a_view() {
    assert_none(files("astra-core/src/store/").iter().filter_map(beside_the_views));
}

/// A file that gives `Rows` a question of its own.
fn beside_the_views(file: &File) -> Option<String> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let has_methods = code(&file.text).lines().any(|line| line.starts_with("impl Rows "));
    (has_methods && !OF_ROWS.contains(&name)).then(|| format!("{}: has methods of `Rows` beside a view's", file.path))
}

#[test]
fn a_question_beside_the_views_is_found() {
    let found = |path, text| beside_the_views(&File::example(path, text)).is_some();
    assert!(found("astra-core/src/store/notes.rs", "impl Rows {\n"));
    assert!(!found("astra-core/src/store/notes.rs", "impl Notes<'_> {\n"));
    assert!(!found("astra-core/src/store/views.rs", "impl Rows {\n"));
}

#[test]
fn a_column_that_is_read_by_its_number_is_found() {
    let found = |text| !reads_by_number(&File::example("astra-core/src/store/a.rs", text)).is_empty();
    assert!(found("let id = row.int(0)?;") && found("Ok((row.next_int()?, row.get::<_, i64>(1)?))"));
    assert!(!found("use rusqlite::Row;\nlet id = row.get(0)?;"));
    assert!(!found("let id = row.next_int()?;") && !found("// row.int(0)"));
}
