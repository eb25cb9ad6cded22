//! A job as the gateway answers it, and how it is shown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Form;
use crate::client::Client;
use crate::commands::listing::json;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// A job: what is shown of it, and all of the answer.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Job {
    whole: Value,
    #[serde(skip)]
    pub(super) shown: Shown,
}

/// What is shown of a job.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Shown {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) user_id: Option<String>,
    origin_id: Option<String>,
    pub(super) progress: u64,
    pub(super) message: Option<String>,
    pub(super) attempts: u32,
    max_retries: u32,
    pub(super) error: Option<String>,
    run_at: String,
    pub(super) created_at: String,
    pub(super) started_at: Option<String>,
    pub(super) finished_at: Option<String>,
}

impl Job {
    /// Reads an answer of the gateway.
    pub(super) fn read(client: &Client, whole: Value) -> Result<Self> {
        let shown = Shown::deserialize(&whole).map_err(|fault| client.no_gateway(&fault.to_string()))?;
        Ok(Self { whole, shown })
    }

    /// Whether it stays as it is.
    pub(super) const fn is_over(&self) -> bool {
        self.shown.finished_at.is_some()
    }

    /// What its worker says of it, or why it failed.
    pub(super) fn words(&self) -> String {
        let words = if self.shown.error.is_some() && self.shown.status != "running" {
            &self.shown.error
        } else {
            &self.shown.message
        };
        words.clone().unwrap_or_default()
    }

    /// Prints it.
    pub(super) fn print(&self, form: Form, printer: &Printer) -> Result<()> {
        match form {
            Form::Json => printer.line(json(&self.whole)?),
            Form::Text => self.print_text(printer),
        }
    }

    fn print_text(&self, printer: &Printer) -> Result<()> {
        let shown = &self.shown;
        let line = |name: &str, value: &str| printer.line(on_one_line(&format!("{name:<12}{value}")));
        printer.line(printer.heading(&on_one_line(&format!("{} {}", shown.id, shown.kind))))?;
        line("status", &shown.status)?;
        line("progress", &format!("{} % {}", shown.progress, shown.message.as_deref().unwrap_or_default()))?;
        line("attempts", &format!("{} of {}", shown.attempts, shown.max_retries.saturating_add(1)))?;
        let times = [
            ("owner", shown.user_id.as_ref()),
            ("retry of", shown.origin_id.as_ref()),
            ("enqueued", Some(&shown.created_at)),
            ("runs at", Some(&shown.run_at).filter(|_| shown.status == "pending")),
            ("begun", shown.started_at.as_ref()),
            ("ended", shown.finished_at.as_ref()),
            ("error", shown.error.as_ref()),
        ];
        times
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .try_for_each(|(name, value)| line(name, value))?;
        for name in ["payload", "result"] {
            let value = self.whole.get(name).filter(|value| !value.is_null());
            value.map_or(Ok(()), |value| printer.line(format!("{name}\n{}", json(value)?)))?;
        }
        Ok(())
    }

    /// Prints what it came to; an error if it has not succeeded.
    pub(super) fn print_end(&self, form: Form, printer: &Printer) -> Result<()> {
        let is_done = self.shown.status == "succeeded";
        match form {
            Form::Json => {
                printer.line(json(&self.whole)?)?;
                if is_done { Ok(()) } else { Err(Error::silent()) }
            }
            Form::Text if is_done => {
                let result = self.whole.get("result").filter(|result| !result.is_null());
                result.map_or(Ok(()), |result| printer.line(json(result)?))
            }
            Form::Text => {
                let error = Error::new(format!("the job {} is {}", self.shown.id, self.shown.status));
                Err(self.shown.error.iter().fold(error, |error, why| error.cause(why.clone())))
            }
        }
    }
}

/// The path of the job `id`.
pub(super) fn path(id: &str) -> Result<String> {
    if id
        .strip_prefix("job_")
        .is_some_and(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return Ok(format!("/jobs/{id}"));
    }
    Err(Error::usage(format!("`{id}` is not the id of a job"))
        .hint("`astra jobs list` shows the ids of the newest ones"))
}
