//! `job.progress`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::{EventAudience, EventData};
use crate::ids::JobId;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProgressData {
    /// The job.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    pub job_id: JobId,
    /// The job's type.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "batch_chat")]
    pub kind: String,
    /// How much of it is done, in per cent.
    #[schema(minimum = 0, maximum = 100, example = 40)]
    pub progress: i64,
    /// What the job says of it.
    #[schema(max_length = 1024, example = "40 of 100 questions")]
    pub message: Option<String>,
}

impl EventData for JobProgressData {
    const NAME: &'static str = "job.progress";
    const DESCRIPTION: &'static str = "A job has come further.";
    const EMITTED: &'static str = "When a job of a type that callers may enqueue reports progress. Only while the workspace has readers of events of turns, and in streams alone.";
    const AUDIENCE: EventAudience = EventAudience::Streams;

    fn resource_id(&self) -> String {
        self.job_id.to_string()
    }
}
