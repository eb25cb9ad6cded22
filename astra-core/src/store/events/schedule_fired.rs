//! `schedule.fired`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// A schedule whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleFiredData {
    /// The schedule.
    #[schema(example = "sch_06a1b2c3d4e5q")]
    pub schedule_id: String,
    /// The run.
    #[schema(example = "run_06a1b2c3d4e5q")]
    pub run_id: String,
    /// The job that was enqueued; null if the run enqueued none.
    #[schema(example = "job_06a1b2c3d4e5q")]
    pub job_id: Option<String>,
    /// The time that the run stands for.
    #[schema(example = "2026-01-05T09:30:00.000Z")]
    pub slot_at: String,
}

impl EventData for ScheduleFiredData {
    const NAME: &'static str = "schedule.fired";
    const DESCRIPTION: &'static str = "The time of a schedule has come, and its job was enqueued.";
    const EMITTED: &'static str =
        "Once for each run of a schedule, with the commit that enqueues its job, and when a caller triggers one.";

    fn resource_id(&self) -> String {
        self.schedule_id.clone()
    }
}
