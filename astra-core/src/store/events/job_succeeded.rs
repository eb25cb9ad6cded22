//! `job.succeeded`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::JobId;

/// A job that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobSucceededData {
    /// The job.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    pub job_id: JobId,
    /// The job's type.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "agent_run")]
    pub kind: String,
    /// How often the job was begun.
    #[schema(minimum = 1, example = 1)]
    pub attempts: i64,
}

impl EventData for JobSucceededData {
    const NAME: &'static str = "job.succeeded";
    const DESCRIPTION: &'static str = "A job is done.";
    const EMITTED: &'static str = "When a job of a type that callers may enqueue ends with a result, with the result's commit: the result can be fetched then.";

    fn resource_id(&self) -> String {
        self.job_id.to_string()
    }
}
