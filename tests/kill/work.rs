//! The host's types of jobs: three steps, each with a side effect that is counted.

use std::time::Duration;

use astra_core::{Job, JobContext, JobError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::effects::Effects;

/// The names of the steps, in their order.
pub(crate) const STEPS: [&str; 3] = ["first", "second", "third"];

/// What a job is about.
#[derive(Serialize, Deserialize)]
pub(crate) struct Order {
    /// Who has ordered it: a client's question, which no other job has, or a schedule.
    pub(crate) name: String,
    /// How long each step takes, before and after its side effect.
    pub(crate) pause_ms: u64,
    /// How many attempts fail between two steps.
    pub(crate) failures: i64,
}

/// Steps that may run again as long as they are not recorded.
pub(crate) struct Steps(pub(crate) Effects);

/// Steps that must not run twice.
pub(crate) struct Once(pub(crate) Effects);

impl Job for Steps {
    type Payload = Order;
    type Output = Vec<String>;
    const NAME: &'static str = "kill.steps";
    const MAX_RETRIES: u32 = 100;

    fn payload_schema() -> Value {
        schema()
    }

    async fn run(&self, order: Order, context: JobContext) -> Result<Vec<String>, JobError> {
        run(&self.0, &order, &context).await
    }
}

impl Job for Once {
    type Payload = Order;
    type Output = Vec<String>;
    const NAME: &'static str = "kill.once";
    const MAX_RETRIES: u32 = 100;
    const IS_IDEMPOTENT: bool = false;

    fn payload_schema() -> Value {
        schema()
    }

    async fn run(&self, order: Order, context: JobContext) -> Result<Vec<String>, JobError> {
        run(&self.0, &order, &context).await
    }
}

fn schema() -> Value {
    let count = json!({"type": "integer", "minimum": 0, "maximum": 60_000});
    json!({
        "type": "object", "required": ["name", "pause_ms", "failures"], "additionalProperties": false,
        "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 100}, "pause_ms": count, "failures": count},
    })
}

async fn run(effects: &Effects, order: &Order, context: &JobContext) -> Result<Vec<String>, JobError> {
    let mut values = Vec::new();
    for name in STEPS {
        if name == STEPS[1] && context.attempt() <= order.failures {
            return Err(JobError::retry("it was ordered to fail"));
        }
        values.push(step(effects, name, order.pause_ms, context).await?);
    }
    Ok(values)
}

async fn step(effects: &Effects, name: &str, pause_ms: u64, context: &JobContext) -> Result<String, JobError> {
    let (pause, value) = (Duration::from_millis(pause_ms), effects.value());
    let work = || async {
        sleep(pause).await;
        effects.note("ran", context, name, &value);
        sleep(pause).await;
        Ok(value.clone())
    };
    let answered = context.step(name, work).await;
    match &answered {
        Ok(recorded) => effects.note("kept", context, name, recorded),
        Err(JobError::LeaseLost) => effects.note("refused", context, name, &value),
        Err(_) => {}
    }
    answered
}
