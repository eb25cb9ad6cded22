//! Work that survives the program: a host keeps jobs in the gateway's store, and its handler runs them, again if need be.
//!
//! ```text
//! cargo run --example durable_work
//! ```

use std::error::Error;
use std::time::Duration;

use astra_core::store::{JobStatus, StoredJob};
use astra_core::work::{Handler, Job, JobError, Payload};
use astra_core::{Config, Gateway};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a job is about: a person who is to be welcomed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Welcome {
    pub(crate) name: String,
}

impl Payload for Welcome {
    const KIND: &'static str = "example.welcome";
}

/// Runs the jobs.
pub(crate) struct Welcomer;

impl Handler for Welcomer {
    type Payload = Welcome;

    async fn run(&self, job: &Job<Welcome>) -> Result<Value, JobError> {
        // What is recorded is not done again when the job is: a letter is written once, however often it is sent.
        let letter = || async { Ok(format!("Welcome, {}!", job.payload().name)) };
        let letter: String = job.step("letter", letter).await?;
        Ok(json!({"sent": letter, "attempt": job.attempt()}))
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a program for a terminal")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::builder(Config::default()).handler(Welcomer).open().await?;
    let done = welcome(&gateway, "Ada").await?;
    println!("{:?}: {}", done.status, done.result.unwrap_or_default());
    gateway.shutdown(Duration::from_secs(30)).await;
    Ok(())
}

/// Keeps a job, and waits until it is done. A host would go on: the job runs also if the program ends now and starts again.
pub(crate) async fn welcome(gateway: &Gateway, name: &str) -> Result<StoredJob, Box<dyn Error>> {
    let workspace = gateway.authority().first_workspace();
    // One letter for one name, however often it is asked for while it is under way.
    let job = Welcome { name: name.to_owned() }.job()?.unique_key(name);
    let id = gateway.jobs().enqueue(workspace, job).await?.id();
    loop {
        let job = gateway.jobs().find(workspace, id).await?.ok_or("the job is gone")?;
        if !matches!(job.status, JobStatus::Pending | JobStatus::Running) {
            return Ok(job);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
