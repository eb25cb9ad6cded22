//! What a job is, for those who write one: the gateway itself, and host programs.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::job_context::JobContext;
use super::job_error::JobError;
use crate::store::NewJob;

/// What is wrong with a payload: where (a JSON Pointer) and what.
pub type PayloadFault = (String, String);

/// A type of job. A host program adds its own by [`crate::Builder::job`].
///
/// A job is kept in the store until it has ended: one whose gateway dies runs again, in this gateway after its next start or
/// in another one on the same store. What must not happen twice is a step ([`JobContext::step`]). Dropping the future ends the
/// work, so that it holds nothing that must be given back. A panic is a failure that is tried again.
///
/// ```
/// use astra_core::{Job, JobContext, JobError};
/// use serde_json::{Value, json};
///
/// struct Greeting;
///
/// impl Job for Greeting {
///     const NAME: &'static str = "example.greeting";
///     type Payload = String;
///     type Output = String;
///
///     fn payload_schema() -> Value {
///         json!({"type": "string", "minLength": 1, "maxLength": 100})
///     }
///
///     async fn run(&self, name: String, context: JobContext) -> Result<String, JobError> {
///         context.step("greet", || async { Ok(format!("Hello, {name}!")) }).await
///     }
/// }
/// ```
pub trait Job: Send + Sync + 'static {
    /// What a job is about. It is kept as JSON, so that a program reads what an older one of it has kept.
    type Payload: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What a job comes to, at most 1 MiB as JSON.
    type Output: Serialize + Send;

    /// The name of the type, which never changes: 1 to 64 lower-case letters, digits, `.`, `_` and `-`, a letter first.
    const NAME: &'static str;
    /// How often a job that has failed runs again, unless it says so itself.
    const MAX_RETRIES: u32 = 3;
    /// How long an attempt may take, unless the job says so itself.
    const TIMEOUT: Duration = Duration::from_secs(300);
    /// Whether a step that may have taken effect can run again. If not, the beginning of each step is recorded before it runs,
    /// and a job whose step has begun and has no recorded end does not run again: it ends as `unknown`, for a person.
    const IS_IDEMPOTENT: bool = true;
    /// Whether callers and schedules may enqueue jobs of the type, and see them; others are the program's own.
    const IS_PUBLIC: bool = true;
    /// The scope that a caller needs to enqueue a job of the type, beside that of the operation.
    const SCOPE: Option<&'static str> = None;

    /// The JSON Schema of the payload, against which it is checked before a job is kept for a caller or a schedule;
    /// `schemars::schema_for!` makes one of a Rust type. It may refer to parts of itself (`#/$defs/..`), and neither to other
    /// documents nor in a circle.
    fn payload_schema() -> Value;

    /// What is wrong with a payload that fits the schema.
    ///
    /// # Errors
    /// The faults.
    fn check(_payload: &Self::Payload) -> Result<(), Vec<PayloadFault>> {
        Ok(())
    }

    /// Does the work of a job; answers what it came to. It may be called again for the same job, after a failure or when the
    /// program has died.
    fn run(
        &self,
        payload: Self::Payload,
        context: JobContext,
    ) -> impl Future<Output = Result<Self::Output, JobError>> + Send;

    /// A job of the type about `payload`, to be enqueued by [`crate::work::Queue::enqueue`], or by
    /// [`crate::store::Tx::enqueue`] in the transaction that causes it.
    ///
    /// # Errors
    /// If the payload cannot be written as JSON.
    fn job(payload: &Self::Payload) -> serde_json::Result<NewJob> {
        let job = NewJob::new(Self::NAME, serde_json::to_string(payload)?, Self::MAX_RETRIES + 1);
        Ok(if Self::IS_PUBLIC { job.public() } else { job })
    }
}

/// What is said of a type of job.
#[derive(Debug, Clone)]
pub struct JobType {
    /// Its name.
    pub name: &'static str,
    /// How often a job that has failed runs again, unless it says so itself.
    pub max_retries: u32,
    /// How long an attempt may take, unless the job says so itself.
    pub timeout: Duration,
    /// Whether a step that may have taken effect can run again.
    pub is_idempotent: bool,
    /// Whether callers and schedules may enqueue jobs of the type, and see them.
    pub is_public: bool,
    /// The scope that a caller needs to enqueue one, beside that of the operation.
    pub scope: Option<&'static str>,
    /// The JSON Schema of the payload.
    pub payload_schema: Value,
}

impl JobType {
    /// What `J` says of itself.
    #[must_use]
    pub fn of<J: Job>() -> Self {
        Self {
            name: J::NAME,
            max_retries: J::MAX_RETRIES,
            timeout: J::TIMEOUT,
            is_idempotent: J::IS_IDEMPOTENT,
            is_public: J::IS_PUBLIC,
            scope: J::SCOPE,
            payload_schema: J::payload_schema(),
        }
    }
}
