//! Lists, in one way for all commands: a table for people, columns separated by tabs in a pipe, or JSON.

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

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
