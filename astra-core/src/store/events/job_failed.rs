//! `job.failed`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::JobId;

/// A job that has failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobFailedData {
    /// The job.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    pub job_id: JobId,
    /// The job's type.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "agent_run")]
    pub kind: String,
    /// How often the job was begun.
    #[schema(minimum = 0, example = 4)]
    pub attempts: i64,
    /// How the job ended: `failed`, or `unknown` where it cannot be said whether its work was done.
    #[schema(max_length = 32, example = "failed")]
    pub status: String,
    /// Why its last attempt failed.
    #[schema(max_length = 65_536, example = "The agent does not exist.")]
    pub error: Option<String>,
}

impl EventData for JobFailedData {
    const NAME: &'static str = "job.failed";
    const DESCRIPTION: &'static str = "A job has failed for good, or its outcome is unknown.";
    const EMITTED: &'static str = "When a job of a type that callers may enqueue has failed and is not tried again. A job that is cancelled emits none.";

    fn resource_id(&self) -> String {
        self.job_id.to_string()
    }
}
