//! Lists, in one way for all commands: a table for people, columns separated by tabs in a pipe, or JSON.

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Aligned columns under their names
    Table,
    /// Columns separated by tabs, without their names
    Tsv,
    /// A JSON array
    Json,
}

/// The flags of a command that prints a list.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct ListArgs {
    /// How to print it [default: table in a terminal, tsv in a pipe]
    #[arg(long, value_enum, value_name = "FORM")]
    output: Option<Form>,
    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    json: bool,
}

/// The flag of a command that lists the newest rows of a long list.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct LimitArgs {
    /// How many to list
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

impl LimitArgs {
    /// As many rows of the list at `path` as are wanted. `query` is the rest of the query: what has no value is left out.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        self,
        client: &Client,
        path: &str,
        query: &[(&str, Option<String>)],
    ) -> Result<Vec<T>> {
        let given: Vec<(&str, &str)> =
            query.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
        client.first(path, &given, usize::try_from(self.limit).unwrap_or(usize::MAX)).await
    }
}

impl ListArgs {
    /// Whether a form was asked for.
    pub(crate) const fn is_set(self) -> bool {
        self.json || self.output.is_some()
    }

    /// Whether JSON was asked for.
    pub(crate) fn is_json(self) -> bool {
        self.json || self.output == Some(Form::Json)
    }

    /// Prints `rows`, each with the columns that `columns` makes of it; `head` are the columns' names.
    pub(crate) fn print<T: Serialize, const N: usize>(
        self,
        printer: &Printer,
        rows: &[T],
        head: [&str; N],
        columns: impl Fn(&T) -> [String; N],
    ) -> Result<()> {
        let usual = if printer.stdout_is_terminal() { Form::Table } else { Form::Tsv };
        let form = if self.json { Form::Json } else { self.output.unwrap_or(usual) };
        // What a name says may neither steer a terminal nor make columns of its own.
        let columns = |row| columns(row).map(|text| on_one_line(&text));
        match form {
            Form::Json => printer.line(json(rows)?),
            Form::Tsv => rows.iter().try_for_each(|row| printer.line(columns(row).join("\t"))),
            Form::Table => {
                let mut table = Table::new();
                table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(head);
                table.add_rows(rows.iter().map(columns));
                printer.line(table.trim_fmt())
            }
        }
    }
}

/// A value as JSON for people and programs.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|fault| Error::new("cannot write JSON").because(&fault))
}
