//! The cron group.

mod create;
mod delete;
mod get;
mod list;
mod list_runs;
mod preview;
mod status;
mod trigger;
mod update;

use astra_core::auth::Role;
use astra_core::{Job, JobContext, JobError};
use serde_json::{Value, json};

use crate::support::{Ask, Caller, OnBackend, TestApp, TestBackend};

/// The schedules.
pub(crate) const PATH: &str = "/cron/schedules";
const HOUR_MS: i64 = 3_600_000;

/// A gateway with three types of jobs: `note`, which is done at once, `stuck`, which never is, and `asking`, which needs
/// a scope.
pub(crate) struct Place(TestApp);

impl std::ops::Deref for Place {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.0
    }
}

impl OnBackend for Place {
    async fn on(backend: TestBackend) -> Self {
        Self(TestApp::builder(backend).host(|builder| builder.job(Noting).job(Sticking).job(Asking)).open().await)
    }
}

struct Noting;

impl Job for Noting {
    type Payload = Value;
    type Output = ();

    const NAME: &'static str = "note";

    fn payload_schema() -> Value {
        json!({"type": "object", "properties": {"text": {"type": "string"}}, "additionalProperties": false})
    }

    async fn run(&self, _: Value, _: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

struct Sticking;

impl Job for Sticking {
    type Payload = Value;
    type Output = ();

    const NAME: &'static str = "stuck";

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _: Value, _: JobContext) -> Result<(), JobError> {
        std::future::pending().await
    }
}

/// A type of jobs that needs a scope of its own.
struct Asking;

impl Job for Asking {
    type Payload = Value;
    type Output = ();

    const NAME: &'static str = "asking";
    const SCOPE: Option<&'static str> = Some("chat:send");

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _: Value, _: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

impl Place {
    /// A schedule that was just made.
    async fn make(&self, new: Value) -> Value {
        self.admin().post(PATH).json(&new).await.expect(201)
    }

    /// Lets time pass, and does what is due then.
    async fn pass(&self, ms: i64) {
        self.clock.advance_ms(ms);
        self.gateway().scheduler().run_due().await.expect("what is due is done");
    }

    /// The runs of a schedule, newest first.
    async fn runs(&self, schedule: &Value) -> Vec<Value> {
        let page = self.viewer().get(&format!("{}/runs", path(schedule))).await.expect(200);
        page["data"].as_array().expect("a list").clone()
    }

    /// Waits until the newest run of a schedule has this status.
    async fn until(&self, schedule: &Value, status: &str) -> Value {
        loop {
            let run = self.runs(schedule).await.remove(0);
            if run["status"] == status {
                return run;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

/// Each hour.
fn hourly(kind: &str) -> Value {
    json!({"name": "Each hour", "expression": "0 * * * *", "job": {"type": kind}})
}

fn path(schedule: &Value) -> String {
    format!("{PATH}/{}", schedule["id"].as_str().expect("an id"))
}

/// A field of each.
fn each<'a>(runs: &'a [Value], field: &str) -> Vec<&'a Value> {
    runs.iter().map(|run| &run[field]).collect()
}

/// Where a problem points to.
fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}

/// Sends what `ask` writes as those who may not: without a credential, below `least`, and without the scope.
async fn turns_away(app: &TestApp, least: Role, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.scoped(Role::Owner, "spec:read")).await.expect_problem(403, "forbidden");
    for lower in [Role::Viewer, Role::Member].into_iter().filter(|lower| *lower < least) {
        ask(&app.role(lower)).await.expect_problem(403, "forbidden");
    }
}
