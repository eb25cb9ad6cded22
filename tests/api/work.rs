//! What the tests of jobs share: a gateway whose host has types of jobs that do as they are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use astra_core::{Job, JobContext, JobError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::{Caller, OnBackend, TestApp, TestAppBuilder, TestBackend};

/// The type of job that callers may enqueue.
pub(crate) const TYPE: &str = "test.errand";

/// What an errand does.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) struct Errand {
    /// Its result.
    say: String,
    /// How often it fails before.
    #[serde(default)]
    failures: i64,
    /// Whether it waits until the test lets it go on.
    #[serde(default)]
    waits: bool,
    /// Whether its first step must not run twice and is broken off.
    #[serde(default)]
    loses_the_line: bool,
}

/// What runs errands.
#[derive(Clone)]
pub(crate) struct Errands {
    begun: Arc<AtomicU32>,
    gate: Arc<Semaphore>,
}

impl Job for Errands {
    const NAME: &'static str = TYPE;
    type Payload = Errand;
    type Output = Value;

    fn payload_schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "say": {"type": "string", "maxLength": 2_000_000},
                "failures": {"type": "integer", "minimum": 0},
                "waits": {"type": "boolean"},
                "loses_the_line": {"type": "boolean"},
            },
            "required": ["say"],
            "additionalProperties": false,
        })
    }

    async fn run(&self, errand: Errand, context: JobContext) -> Result<Value, JobError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        if context.attempt() <= errand.failures {
            return Err(JobError::retry("no luck"));
        }
        if errand.loses_the_line {
            return Err(JobError::unknown("the line broke"));
        }
        if errand.waits {
            context.progress(40, "waiting");
            self.gate.acquire().await.map_err(|fault| JobError::fail(fault.to_string()))?.forget();
        }
        Ok(json!({"said": errand.say, "for": context.user_id()}))
    }
}

/// A type of job that the program keeps for itself.
struct Chore;

impl Job for Chore {
    const NAME: &'static str = "test.chore";
    const IS_PUBLIC: bool = false;
    type Payload = Value;
    type Output = ();

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _payload: Value, _context: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// A type of job that needs another scope, and with it the role of an admin.
struct Restart;

impl Job for Restart {
    const NAME: &'static str = "test.restart";
    const SCOPE: Option<&'static str> = Some("agents:write");
    type Payload = Value;
    type Output = ();

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _payload: Value, _context: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// A gateway whose host has types of jobs.
pub(crate) struct Work {
    /// The gateway.
    pub(crate) app: TestApp,
    errands: Errands,
}

impl OnBackend for Work {
    async fn on(backend: TestBackend) -> Self {
        Self::built(TestApp::builder(backend)).await
    }
}

impl Work {
    /// On a gateway that is configured already.
    pub(crate) async fn built(builder: TestAppBuilder) -> Self {
        let errands = Errands { begun: Arc::default(), gate: Arc::new(Semaphore::new(0)) };
        let own = errands.clone();
        let builder = builder.host(move |builder| builder.job(own).job(Chore).job(Restart));
        Self { app: builder.open().await, errands }
    }

    /// How often an errand was begun.
    pub(crate) fn begun(&self) -> u32 {
        self.errands.begun.load(Ordering::SeqCst)
    }

    /// Lets so many errands go on that wait.
    pub(crate) fn let_go(&self, count: usize) {
        self.errands.gate.add_permits(count);
    }

    /// A member's errand.
    pub(crate) async fn errand(&self, payload: Value) -> Value {
        enqueue(&self.app.member(), payload).await
    }

    /// A member's errand that runs and waits.
    pub(crate) async fn waiting(&self) -> Value {
        let before = self.begun();
        let job = self.errand(json!({"say": "done", "waits": true})).await;
        while self.begun() == before {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        job
    }

    /// A member's errand that waits for a time that does not come.
    pub(crate) async fn scheduled(&self) -> Value {
        let body = json!({"type": TYPE, "payload": {"say": "later"}, "run_at": "2099-01-01T00:00:00Z"});
        self.app.member().post("/jobs").json(&body).await.expect(202)
    }
}

/// Enqueues an errand.
pub(crate) async fn enqueue(caller: &Caller, payload: Value) -> Value {
    caller.post("/jobs").json(&json!({"type": TYPE, "payload": payload})).await.expect(202)
}

/// The path of a job.
#[track_caller]
pub(crate) fn path(job: &Value) -> String {
    format!("/jobs/{}", job["id"].as_str().expect("an id"))
}

/// A job once it has ended; one that never does hangs the test.
pub(crate) async fn over(caller: &Caller, job: &Value) -> Value {
    loop {
        let job = caller.get(&format!("{}?wait_s=60", path(job))).await.expect(200);
        if job["finished_at"].is_string() {
            return job;
        }
    }
}
