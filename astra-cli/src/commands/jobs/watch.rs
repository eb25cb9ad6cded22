//! `astra jobs watch`: jobs on their way to their ends, as bars in a terminal and as lines elsewhere.

use std::time::Duration;

use futures_util::future::try_join_all;
use indicatif::{MultiProgress, ProgressBar};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

use super::job::{Job, path};
use super::{Form, own_token};
use crate::client::Client;
use crate::client::events::Events;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// The wait before a stream that has broken off is taken up again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it is tried without hearing anything.
const TRIES_MAX: u32 = 10;

/// Follow jobs until they have ended
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Shows how far they are on stderr, and prints what they came to. The exit code is 1 unless all succeed.

Examples:
  astra jobs watch job_06a1b2c3d4e5q
  astra jobs list --status running --output json | jq -r '.[].id' | xargs astra jobs watch"
)]
pub(super) struct Args {
    /// The jobs' ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// How to print the jobs when they have ended
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// The flag of commands that begin a job.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct WatchArgs {
    /// Follow the job until it has ended
    #[arg(long)]
    watch: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let paths = args.ids.iter().map(|id| path(id)).collect::<Result<Vec<_>>>()?;
    let bars = context.printer.bars();
    let jobs = args.gateway.follow(own_token(), context, async |client| {
        try_join_all(paths.iter().map(|path| follow(client, path, &bars, &context.printer))).await
    })?;
    let ends: Vec<_> = jobs.iter().map(|job| job.print_end(args.output, &context.printer)).collect();
    ends.into_iter().collect()
}

/// Begins a job; prints its id, or follows it until it has ended and prints what it came to.
pub(super) fn begun(
    gateway: &Gateway,
    what: &str,
    begin: impl AsyncFnOnce(&Client) -> Result<Job>,
    args: WatchArgs,
    form: Form,
    context: &Context,
) -> Result<()> {
    let printer = &context.printer;
    let job = gateway.follow(own_token(), context, async |client| {
        let job = printer.progress(what, begin(client)).await?;
        if args.watch { follow(client, &path(&job.shown.id)?, &printer.bars(), printer).await } else { Ok(job) }
    })?;
    match form {
        _ if args.watch => job.print_end(form, printer),
        Form::Json => job.print(Form::Json, printer),
        Form::Text => printer.line(&job.shown.id),
    }
}

/// Follows the job at `path` until it has ended.
async fn follow(client: &Client, path: &str, bars: &MultiProgress, printer: &Printer) -> Result<Job> {
    let mut view = View { bar: bars.add(Printer::bar()), said: String::new(), printer };
    let (mut seen, mut tries) = (None::<String>, 0);
    loop {
        let mut request = client.request(Method::GET, &format!("{path}/events"));
        if let Some(seen) = &seen {
            request = request.header("last-event-id", seen);
        }
        match client.send(request).await {
            // It has ended, and its end was seen without being read to the end.
            Ok(answer) if answer.status() == StatusCode::NO_CONTENT => {
                return Job::read(client, client.fetch(client.request(Method::GET, path)).await?);
            }
            Ok(answer) => {
                let mut events = Events::new(answer.bytes_stream());
                while let Some(event) = events.next().await {
                    tries = 0;
                    let read = serde_json::from_str::<Value>(&event.data);
                    let whole = read.map_err(|fault| client.no_gateway(&fault.to_string()))?["job"].take();
                    let job = Job::read(client, whole)?;
                    view.show(&job);
                    if job.is_over() {
                        view.bar.finish_and_clear();
                        return Ok(job);
                    }
                    seen = event.id.or(seen);
                }
            }
            Err(fault) if seen.is_none() || tries >= TRIES_MAX => return Err(fault),
            Err(_) => {}
        }
        if tries >= TRIES_MAX {
            return Err(Error::new(format!("the events of {path} break off again and again")));
        }
        tries += 1;
        sleep(AGAIN).await;
    }
}

/// How far a job is, for the one who waits.
struct View<'a> {
    bar: ProgressBar,
    said: String,
    printer: &'a Printer,
}

impl View<'_> {
    fn show(&mut self, job: &Job) {
        let shown = &job.shown;
        self.bar.set_position(shown.progress);
        let words = on_one_line(&format!("{} {} {}", shown.id, shown.status, job.words()));
        self.bar.set_message(words.trim_end().to_owned());
        // Where no bar is seen, each change is a line.
        let said = on_one_line(&format!("{} {} {} % {}", shown.id, shown.status, shown.progress, job.words()));
        if !self.printer.shows_bars() && said != self.said {
            self.printer.note(said.trim_end());
            self.said = said;
        }
    }
}
