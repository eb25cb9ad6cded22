//! Schedules: each slot from the first to the last has one row and one job.

use std::collections::{BTreeMap, BTreeSet};

use astra_core::ids::JobId;
use astra_core::params;
use astra_core::store::{Db, Row};

use super::Counts;
use super::jobs::KeptJob;
use crate::place::SCHEDULES;

const MINUTE_MS: i64 = 60_000;

/// A row of a slot.
struct Slot {
    schedule: i64,
    at_ms: i64,
    state: String,
    missed: i64,
    job_id: Option<JobId>,
}

/// Checks them; answers their jobs.
pub(super) async fn check(db: &Db, jobs: &BTreeMap<String, KeptJob>, counts: &mut Counts) -> BTreeSet<String> {
    let slots = read(db).await;
    let mut found = BTreeSet::new();
    for pair in slots.windows(2).filter(|pair| pair[0].schedule == pair[1].schedule) {
        assert_eq!(pair[1].at_ms - pair[0].at_ms, MINUTE_MS, "a slot is not there, or twice: {}", pair[1].at_ms);
    }
    for slot in &slots {
        assert_eq!((slot.state.as_str(), slot.missed), ("enqueued", 0), "the slot {} of {}", slot.at_ms, slot.schedule);
        let id = slot.job_id.expect("a slot has a job").to_string();
        let job = jobs.get(&id).unwrap_or_else(|| panic!("the job of the slot {} is not there", slot.at_ms));
        assert!(job.name().starts_with("schedule "), "{job:?}");
        assert!(found.insert(id), "one job is that of two slots");
    }
    let schedules: BTreeSet<i64> = slots.iter().map(|slot| slot.schedule).collect();
    assert!(schedules.len() == SCHEDULES || slots.is_empty(), "a schedule has no slots");
    let all = jobs.values().filter(|job| job.kind != "agent_run" && job.name().starts_with("schedule ")).count();
    assert_eq!(all, found.len(), "jobs of schedules, and slots");
    counts.slots = slots.len();
    found
}

async fn read(db: &Db) -> Vec<Slot> {
    let sql = "SELECT schedule_id, slot_ms, state, missed, job_id FROM schedule_runs ORDER BY schedule_id, slot_ms";
    let read = |row: &mut Row| {
        Ok(Slot {
            schedule: row.next_int()?,
            at_ms: row.next_int()?,
            state: row.next_text()?,
            missed: row.next_int()?,
            job_id: row.next_optional_id()?,
        })
    };
    db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the slots")
}
