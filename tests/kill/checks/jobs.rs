//! Jobs: each that was acknowledged is there once and has ended once, and no step that was recorded has run again.

use std::collections::{BTreeMap, BTreeSet};

use astra_core::ids::JobId;
use astra_core::params;
use astra_core::store::{Db, Row};
use serde_json::Value;

use super::Counts;
use super::deliveries::LoggedEvent;
use crate::clients::Known;
use crate::effects::Story;
use crate::work::STEPS;

/// A job in the store.
#[derive(Debug)]
pub(super) struct KeptJob {
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) payload: Value,
    pub(super) result: Value,
    pub(super) error: Option<String>,
    pub(super) attempts: i64,
}

impl KeptJob {
    /// Who has ordered it.
    pub(super) fn name(&self) -> &str {
        let name = if self.kind == "agent_run" { "message" } else { "name" };
        self.payload[name].as_str().expect("a name")
    }
}

/// All jobs that callers see, by id.
pub(super) async fn read(db: &Db) -> BTreeMap<String, KeptJob> {
    let sql = "SELECT id, kind, status, payload, result, error, attempts FROM jobs WHERE is_public = 1";
    let json = |text: &str| serde_json::from_str(text).expect("JSON");
    let read = move |row: &mut Row| {
        let id: JobId = row.next_id()?;
        let job = KeptJob {
            kind: row.next_text()?,
            status: row.next_text()?,
            payload: json(&row.next_text()?),
            result: row.next_optional_text()?.map_or(Value::Null, |text| json(&text)),
            error: row.next_optional_text()?,
            attempts: row.next_int()?,
        };
        Ok((id.to_string(), job))
    };
    db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the jobs")
}

/// Each acknowledged job is there, once, and has ended as it was seen to; there are no others but those of schedules.
pub(super) fn check(
    jobs: &BTreeMap<String, KeptJob>,
    known: &Known,
    of_schedules: &BTreeSet<String>,
    counts: &mut Counts,
) {
    for (question, (kind, id)) in &known.jobs {
        let job = jobs.get(id).unwrap_or_else(|| panic!("{question}: {id} was acknowledged, and is lost"));
        assert_eq!((&job.kind, job.name()), (kind, question.as_str()), "{id}");
    }
    let acknowledged: BTreeSet<&String> = known.jobs.values().map(|(_, id)| id).collect();
    for (id, job) in jobs {
        let is_known = acknowledged.contains(id) || of_schedules.contains(id);
        assert!(is_known, "nobody has asked for {id}, or it was kept twice: {job:?}");
        // A turn that was interrupted is not begun again either.
        let may_be_unknown = ["kill.once", "agent_run"].contains(&job.kind.as_str());
        let is_good = job.status == "succeeded" || may_be_unknown && job.status == "unknown";
        assert!(is_good, "{id} ended badly, by {:?}: {job:?}", job.error);
    }
    for (id, (status, result)) in &known.ended {
        let job = &jobs[id];
        assert_eq!((status, result), (&Value::from(job.status.as_str()), &job.result), "{id} has ended twice");
    }
    counts.jobs = jobs.len();
    counts.begun_again = jobs.values().filter(|job| job.attempts > 1).count();
    counts.unknown = jobs.values().filter(|job| job.status == "unknown").count();
}

/// Each job that has ended has one event that says so.
pub(super) fn check_ends(jobs: &BTreeMap<String, KeptJob>, events: &[LoggedEvent]) {
    let mut ends: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in events.iter().filter(|event| ["job.succeeded", "job.failed"].contains(&event.name.as_str())) {
        ends.entry(&event.resource_id).or_default().push(&event.name);
    }
    for (id, job) in jobs {
        let expected = if job.status == "succeeded" { "job.succeeded" } else { "job.failed" };
        assert_eq!(ends.remove(id.as_str()), Some(vec![expected]), "the ends of {id}");
    }
    assert!(ends.is_empty(), "ends of jobs that are not there: {ends:?}");
}

/// No step had its effect after its result was recorded, and what is recorded is what it came to last.
pub(super) async fn check_steps(
    db: &Db,
    jobs: &BTreeMap<String, KeptJob>,
    story: &Story,
    paused: &[u32],
    counts: &mut Counts,
) {
    let wrong = (&story.run_after_recorded, &story.two_answers);
    assert!(wrong.0.is_empty() && wrong.1.is_empty(), "recorded and run again, or with two results: {wrong:?}");
    let late = story.late();
    assert!(late.iter().all(|gateway| paused.contains(gateway)), "gateways that went on had lost their jobs: {late:?}");
    let recorded = recorded(db).await;
    for ((id, step), effects) in &story.steps {
        let job = &jobs[id];
        let Some(value) = recorded.get(&(id.clone(), step.clone())) else {
            assert_ne!(job.status, "succeeded", "the step {step} of {id} is not recorded: {effects:?}");
            continue;
        };
        let last = effects.ran.iter().rfind(|ran| !ran.is_late).map(|ran| &ran.value);
        assert_eq!(Some(value), last, "the step {step} of {id} ran again after it was recorded: {effects:?}");
        if let Some((_, kept)) = &effects.kept {
            assert_eq!(kept, value, "the step {step} of {id}");
        }
    }
    for (id, job) in jobs.iter().filter(|(_, job)| job.kind.starts_with("kill.")) {
        let values = STEPS.map(|step| recorded.get(&(id.clone(), step.to_owned())).cloned());
        if job.status == "succeeded" {
            assert_eq!(job.result, serde_json::json!(values), "{id}: its result is that of its steps");
        }
        let effects =
            |step: &str| story.steps.get(&(id.clone(), step.to_owned())).map_or(0, |effects| effects.ran.len());
        let most = STEPS.iter().map(|step| effects(step)).max();
        assert!(job.kind == "kill.steps" || most <= Some(1), "{id}: a step that must not run twice did");
    }
    counts.steps = story.steps.len();
    counts.effects = story.steps.values().map(|effects| effects.ran.len()).sum();
    counts.late = late.len();
    counts.refused = story.refused.clone();
    counts.taken_over = paused.iter().map(|gateway| story.taken_from(*gateway)).sum();
}

/// The value of each recorded step of the host's jobs.
async fn recorded(db: &Db) -> BTreeMap<(String, String), String> {
    let sql = "SELECT s.job_id, s.name, s.result FROM job_steps s JOIN jobs j ON j.id = s.job_id
        WHERE j.kind LIKE 'kill.%' AND s.result IS NOT NULL";
    let read = |row: &mut Row| {
        let (id, step): (JobId, _) = (row.next_id()?, row.next_text()?);
        let value: String = serde_json::from_str(&row.next_text()?).expect("a value");
        Ok(((id.to_string(), step), value))
    };
    db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the steps")
}
