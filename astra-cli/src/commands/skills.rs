//! `astra skills`: checks skills in the Agent Skills format, as the gateway reads them.

use std::path::{Path, PathBuf};

use astra_core::skills::{self, Checked, Finding};
use clap::ValueEnum;
use serde::Serialize;

use super::Context;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;

/// Check skills in the Agent Skills format
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Check the folder of a skill, or each skill in a folder of skills
    #[command(after_help = "Examples:
  astra skills check skills/release-notes
  astra skills check skills --output json

Errors make a skill unusable: exit code 1. Warnings do not.")]
    Check(CheckArgs),
}

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// A folder with a SKILL.md, or a folder of such folders
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// How to print what is found
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    json: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// FILE:LINE: error: REASON, a line each
    Text,
    /// A JSON object: the skills that can be used, and what was found
    Json,
}

/// The result for programs.
#[derive(Serialize)]
struct Report<'a> {
    usable: &'a [String],
    findings: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    severity: &'static str,
    file: String,
    line: Option<u32>,
    reason: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let Action::Check(CheckArgs { folder, output, json }) = &args.action;
    let checked = skills::check(folder)
        .map_err(|fault| Error::new(format!("cannot check {}", folder.display())).because(&fault))?;
    let form = if *json { Form::Json } else { *output };
    match form {
        Form::Json => context.printer.line(report(&checked)?)?,
        Form::Text => {
            for finding in &checked.findings {
                let placed = Finding { file: place(&checked.folder, &finding.file), ..finding.clone() };
                context.printer.line(on_one_line(&placed.to_string()))?;
            }
        }
    }
    let errors = checked.findings.iter().filter(|finding| finding.is_error()).count();
    let warnings = checked.findings.len() - errors;
    context.printer.note(format!(
        "{} usable, {}, {}",
        counted(checked.usable.len(), "skill"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    if errors > 0 { Err(Error::silent()) } else { Ok(()) }
}

fn report(checked: &Checked) -> Result<String> {
    let row = |finding: &Finding| Row {
        severity: finding.severity.as_str(),
        file: place(&checked.folder, &finding.file),
        line: finding.line,
        reason: finding.reason.clone(),
    };
    let report = Report { usable: &checked.usable, findings: checked.findings.iter().map(row).collect() };
    serde_json::to_string_pretty(&report).map_err(|fault| Error::new("cannot write the report").because(&fault))
}

fn place(folder: &Path, file: &str) -> String {
    if file == "." { folder.display().to_string() } else { folder.join(file).display().to_string() }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
