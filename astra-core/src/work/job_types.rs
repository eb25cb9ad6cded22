//! The types of jobs that a gateway runs, by their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Deserialize as _;
use serde_json::Value;

use super::job::{Job, JobType, PayloadFault};
use super::job_context::JobContext;
use super::job_error::JobError;
use crate::json_schema::Schema;

/// Longest name of a type.
const NAME_LENGTH_MAX: usize = 64;
/// Names that a host's types cannot have: the gateway's own, and those of types that come with a later version.
const RESERVED: [&str; 8] = [
    "agent_run",
    "backup",
    "batch_chat",
    "memory_consolidate",
    "memory_export",
    "memory_import",
    "memory_reembed",
    "webhook_recover",
];

/// A job of any type.
trait AnyJob: Send + Sync {
    /// What is wrong with a payload that fits the schema.
    fn check(&self, payload: &Value) -> Vec<PayloadFault>;

    /// Runs a job; answers what it came to, as JSON.
    fn run(&self, context: JobContext) -> BoxFuture<'_, Result<String, JobError>>;
}

impl<J: Job> AnyJob for J {
    fn check(&self, payload: &Value) -> Vec<PayloadFault> {
        match J::Payload::deserialize(payload) {
            Ok(payload) => <J as Job>::check(&payload).err().unwrap_or_default(),
            Err(fault) => vec![(String::new(), fault.to_string())],
        }
    }

    fn run(&self, context: JobContext) -> BoxFuture<'_, Result<String, JobError>> {
        Box::pin(async move {
            let unreadable = |fault| JobError::Fail(format!("the payload cannot be read: {fault}"));
            let payload = serde_json::from_str(context.payload()).map_err(unreadable)?;
            let output = Job::run(self, payload, context).await?;
            let unwritable = |fault| JobError::Fail(format!("the result cannot be written as JSON: {fault}"));
            serde_json::to_string(&output).map_err(unwritable)
        })
    }
}

/// A type of job and what runs its jobs.
#[derive(Clone)]
pub(super) struct Registered {
    pub(super) kind: Arc<JobType>,
    job: Arc<dyn AnyJob>,
    /// What judges payloads.
    schema: Arc<Schema>,
}

impl Registered {
    pub(super) fn run(&self, context: JobContext) -> BoxFuture<'_, Result<String, JobError>> {
        self.job.run(context)
    }
}

/// The types of jobs of a gateway, by their names.
#[derive(Clone, Default)]
pub struct JobTypes {
    types: BTreeMap<&'static str, Registered>,
    faults: Vec<String>,
}

impl JobTypes {
    /// The same types and one more of the gateway's own, in place of one of the same name. Its schema is compiled when it is first
    /// needed.
    #[must_use]
    pub fn with<J: Job>(mut self, job: J) -> Self {
        let kind = Arc::new(JobType::of::<J>());
        let schema = Schema::of_own(kind.payload_schema.clone());
        self.types.insert(J::NAME, Registered { kind, job: Arc::new(job), schema: Arc::new(schema) });
        self
    }

    /// The same types and one more, of a host program: it must have a name that is a name and no other type's.
    #[must_use]
    pub fn with_of_host<J: Job>(mut self, job: J) -> Self {
        if !is_name(J::NAME) {
            self.faults.push(format!("`{}` is no name of a type of job", J::NAME));
            return self;
        }
        if RESERVED.contains(&J::NAME) || self.types.contains_key(J::NAME) {
            self.faults.push(format!("has two types of the name `{}`", J::NAME));
            return self;
        }
        match Schema::of_any(&J::payload_schema()) {
            Ok(schema) => {
                let kind = Arc::new(JobType::of::<J>());
                self.types.insert(J::NAME, Registered { kind, job: Arc::new(job), schema: Arc::new(schema) });
            }
            Err(fault) => self.faults.push(format!("the schema of the payload of `{}` {fault}", J::NAME)),
        }
        self
    }

    /// What is wrong with the types of a host program.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// What is said of the type `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<JobType>> {
        self.types.get(name).map(|registered| &registered.kind)
    }

    /// What is wrong with a payload of the type `name`: by its schema, and if that finds nothing, by the type itself; `None` if
    /// there is no such type.
    #[must_use]
    pub fn check(&self, name: &str, payload: &Value) -> Option<Vec<PayloadFault>> {
        let registered = self.types.get(name)?;
        let faults = registered.schema.faults_of(payload);
        Some(if faults.is_empty() { registered.job.check(payload) } else { faults })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// What is said of each type, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<JobType>> {
        self.types.values().map(|registered| &registered.kind)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Registered> {
        self.types.get(name)
    }
}

/// 1 to 64 lower-case letters, digits, `.`, `_` and `-`, a letter first.
fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    name.len() <= NAME_LENGTH_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Named<const N: u8>;

    impl<const N: u8> Job for Named<N> {
        type Payload = u8;
        type Output = ();
        const NAME: &'static str = ["host.a", "host.a", "batch_chat", "Ä", ""][N as usize];

        fn payload_schema() -> Value {
            json!({"type": "integer"})
        }

        fn check(payload: &u8) -> Result<(), Vec<PayloadFault>> {
            if *payload < 9 { Ok(()) } else { Err(vec![(String::new(), "too many".to_owned())]) }
        }

        async fn run(&self, _payload: u8, _context: JobContext) -> Result<(), JobError> {
            Ok(())
        }
    }

    #[test]
    fn a_hosts_type_has_a_name_that_no_other_has() {
        let types = JobTypes::default().with_of_host(Named::<0>).with_of_host(Named::<1>);
        let types = types.with_of_host(Named::<2>).with_of_host(Named::<3>).with_of_host(Named::<4>);
        assert_eq!(types.all().map(|kind| kind.name).collect::<Vec<_>>(), ["host.a"]);
        let faults = types.faults();
        assert!(
            faults[0].contains("two types") && faults[1].contains("`batch_chat`") && faults.len() == 4,
            "{faults:?}"
        );
    }

    #[test]
    fn a_payload_is_read_and_then_looked_at() {
        let types = JobTypes::default().with(Named::<0>);
        let found = |payload: Value| types.check("host.a", &payload).map(|faults| faults.len());
        assert_eq!([found(json!(1)), found(json!(9)), found(json!("a"))], [Some(0), Some(1), Some(1)]);
    }
}
