//! `astra memory export` and `astra memory import`: each a job, or several, one after the other.

use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};

use super::{own_token, read};
use crate::client::Client;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// How long one request waits for the end of a job, in seconds.
const WAIT_S: u32 = 30;
/// Longest text of one import, in characters.
const TEXT_CHARS_MAX: usize = 1_000_000;
/// The format of exports, as their first line names it, and the line that ends them.
const FORMAT: &str = "astra.memory";
const END: &str = "{\"end\":true}";

/// Print memory as lines of JSON, which can be imported again
#[derive(Debug, clap::Args)]
#[command(after_help = "The first line names the format and its version, the last one says that nothing is missing.

Examples:
  astra memory export > workspace.jsonl
  astra memory export --user usr_06a1b2c3d4e5q > ana.jsonl")]
pub(super) struct ExportArgs {
    /// The user whose memory it is [default: the workspace's]
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    #[command(flatten)]
    gateway: Gateway,
}

/// Remember what was exported, here or by Letta or mem0
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A file that was cut, is of another version or has a wrong line is refused, with the number of the line.
A large export is imported in parts; each part is kept whole or not at all.

Examples:
  astra memory import ana.jsonl --user usr_06a1b2c3d4e5q
  astra memory import agent.af --user usr_06a1b2c3d4e5q
  astra memory import - --keep-ids < workspace.jsonl"
)]
pub(super) struct ImportArgs {
    /// The file; `-` is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The user whose memory it becomes [default: the workspace's]
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Keep the ids; memories whose id is taken are left out
    #[arg(long)]
    keep_ids: bool,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs `export`.
pub(super) fn export(args: &ExportArgs, context: &Context) -> Result<()> {
    let lines = args.gateway.ask("exporting", own_token(), context, async |client| {
        let (mut lines, mut after) = (String::new(), Value::Null);
        loop {
            let mut body = json!({"user_id": args.user});
            if !after.is_null() {
                body["after"] = after;
            }
            let result = done(client, "/memory/export", &body).await?;
            lines += result["lines"].as_str().unwrap_or_default();
            after = result["next"].clone();
            if after.is_null() {
                return Ok(lines);
            }
        }
    })?;
    context.printer.data(lines)
}

/// Runs `import`.
pub(super) fn import(args: &ImportArgs, context: &Context) -> Result<()> {
    let parts = parts(&read(&args.file, "memory")?)?;
    let ids = if args.keep_ids { "keep" } else { "new" };
    let counts = args.gateway.ask("importing", own_token(), context, async |client| {
        let mut counts = [0; 4];
        for text in &parts {
            let body = json!({"text": text, "user_id": args.user, "ids": ids});
            let result = done(client, "/memory/import", &body).await?;
            for (count, name) in counts.iter_mut().zip(["new", "superseding", "confirmed", "left_out"]) {
                *count += result[name].as_u64().unwrap_or(0);
            }
        }
        Ok(counts)
    })?;
    let [new, superseding, confirmed, left_out] = counts;
    context
        .printer
        .note(format!("{new} new, {superseding} in place of others, {confirmed} known already, {left_out} left out"));
    Ok(())
}

/// What the job came to that `path` begins.
async fn done(client: &Client, path: &str, body: &Value) -> Result<Value> {
    let started: Value = client.fetch(client.request(Method::POST, path).json(body)).await?;
    let path = format!("/jobs/{}", started["job_id"].as_str().unwrap_or_default());
    loop {
        let asked = client.request(Method::GET, &path).query(&[("wait_s", WAIT_S)]);
        let job: Value = client.fetch(asked).await?;
        match job["status"].as_str() {
            Some("succeeded") => return Ok(job["result"].clone()),
            Some("pending" | "running") => {}
            _ => {
                let reason = job["error"].as_str().unwrap_or("it was cancelled");
                return Err(Error::new(format!("the job {} has failed: {reason}", path.trim_start_matches("/jobs/"))));
            }
        }
    }
}

/// The text in parts that one import takes, each an export of its own. What was cut is refused before any part is sent.
fn parts(text: &str) -> Result<Vec<String>> {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return Ok(vec![text.to_owned()]);
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let head = lines.next().filter(|line| line.contains(FORMAT));
    let head = head.ok_or_else(|| {
        Error::new(format!("the file has more than {TEXT_CHARS_MAX} characters, and is no export of Astra"))
    })?;
    let mut lines: Vec<&str> = lines.collect();
    if lines.pop() != Some(END) {
        return Err(Error::new("the file was cut: its last line is missing"));
    }
    let (mut parts, mut part) = (Vec::new(), String::new());
    for line in lines {
        if !part.is_empty() && part.chars().count() + line.chars().count() > TEXT_CHARS_MAX / 2 {
            parts.push(format!("{head}\n{part}{END}\n"));
            part.clear();
        }
        part.push_str(line);
        part.push('\n');
    }
    parts.push(format!("{head}\n{part}{END}\n"));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_export_is_sent_in_parts_and_a_cut_one_is_not_sent() {
        let head = "{\"format\":\"astra.memory\",\"version\":1}";
        let line = format!("{{\"tier\":\"daily\",\"content\":\"{}\"}}", "x".repeat(8_000));
        let body = format!("{line}\n").repeat(200);
        let found = parts(&format!("{head}\n{body}{END}\n")).unwrap_or_default();
        assert!(found.len() > 2, "{}", found.len());
        assert!(found.iter().all(|part| part.starts_with(head) && part.ends_with("{\"end\":true}\n")));
        let count: usize = found.iter().map(|part| part.lines().count() - 2).sum();
        assert_eq!(count, 200);
        assert!(parts(&format!("{head}\n{body}")).is_err() && parts(&body).is_err());
        assert_eq!(parts("{}").unwrap_or_default(), ["{}"]);
    }
}
