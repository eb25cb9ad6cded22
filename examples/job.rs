//! Work that survives the program: a type of job of the host's own. The gateway keeps its jobs, and runs each until it is done.
//!
//! ```text
//! cargo run --example job
//! ```

use std::error::Error;
use std::time::Duration;

use astra_core::store::{JobStatus, StoredJob};
use astra_core::{Config, Gateway, Job, JobContext, JobError};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Sends letters of welcome.
pub(crate) struct SendWelcome;

/// What a job is about.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Welcome {
    /// Whom the letter is for.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
}

impl Job for SendWelcome {
    type Payload = Welcome;
    type Output = String;
    const NAME: &'static str = "example.welcome";

    fn payload_schema() -> Value {
        schema_for!(Welcome).into()
    }

    async fn run(&self, welcome: Welcome, context: JobContext) -> Result<String, JobError> {
        // A step that is recorded does not run again when the job does: the letter is written once, however often it is sent.
        let letter = || async { Ok(format!("Welcome, {}!", welcome.name)) };
        let letter: String = context.step("letter", letter).await?;
        context.progress(50, "the letter is written");
        // A line of the job's log, for those who look later.
        context.log(format!("{} characters go to the post", letter.len()));
        Ok(format!("sent: {letter}"))
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a program for a terminal")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::builder(Config::default()).job(SendWelcome).open().await?;
    let done = welcome(&gateway, "Ada").await?;
    println!("{:?}: {}", done.status, done.result.as_deref().unwrap_or_default());
    gateway.shutdown(Duration::from_secs(30)).await;
    Ok(())
}

/// Enqueues a job, and waits until it is done. A host would go on: the job runs also if the program ends now and starts again.
pub(crate) async fn welcome(gateway: &Gateway, name: &str) -> Result<StoredJob, Box<dyn Error>> {
    let workspace = gateway.authority().first_workspace();
    // One letter for one name, however often it is asked for while it is under way.
    let job = SendWelcome::job(&Welcome { name: name.to_owned() })?.unique_key(name);
    let id = gateway.jobs().enqueue(workspace, job).await?.id();
    loop {
        let job = gateway.jobs().find(workspace, id).await?.ok_or("the job is gone")?;
        if !matches!(job.status, JobStatus::Pending | JobStatus::Running) {
            return Ok(job);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
