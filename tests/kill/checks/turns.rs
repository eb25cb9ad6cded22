//! Turns: each that was acknowledged is completed with its answer, and so is that of each job that asks an agent.

use std::collections::{BTreeMap, BTreeSet};

use astra_core::ids::TurnId;
use astra_core::params;
use astra_core::store::{Db, Row};

use super::Counts;
use super::deliveries::LoggedEvent;
use super::jobs::KeptJob;
use crate::clients::Known;
use crate::model::{self, Model};

/// A turn in the store.
struct KeptTurn {
    id: String,
    status: String,
    question: String,
    answer: String,
}

/// Turns that have ended, by id.
#[derive(Default)]
pub(super) struct Ended {
    completed: BTreeSet<String>,
    interrupted: BTreeSet<String>,
}

/// Checks them.
pub(super) async fn check(
    db: &Db,
    jobs: &BTreeMap<String, KeptJob>,
    known: &Known,
    model: &Model,
    counts: &mut Counts,
) -> Ended {
    let (mut completed, mut interrupted) = (BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
    let mut ended = Ended::default();
    for KeptTurn { id, status, question, answer } in read(db).await {
        if status == "interrupted" {
            ended.interrupted.insert(id.clone());
            interrupted.entry(question).or_default().push(id);
            continue;
        }
        assert_eq!((status.as_str(), answer), ("completed", model::answer(&question)), "{id}");
        assert!(model.asked(&question) > 0, "the model was not asked {question}");
        ended.completed.insert(id.clone());
        let before = completed.insert(question.clone(), id);
        assert!(before.is_none(), "{question} was answered twice");
    }
    (counts.turns, counts.interrupted) = (ended.completed.len(), ended.interrupted.len());
    counts.asked = model.asked_in_all();
    for (question, id) in &known.turns {
        assert_eq!(completed.remove(question).as_ref(), Some(id), "{question}: an acknowledged turn is lost");
    }
    for (id, job) in jobs.iter().filter(|(_, job)| job.kind == "agent_run") {
        let (turn_id, broken_off) = (completed.remove(job.name()), interrupted.remove(job.name()).unwrap_or_default());
        assert_eq!(job.result["turn_id"].as_str(), turn_id.as_deref(), "the turn of {id}: {job:?}");
        let expected = usize::from(job.status == "unknown");
        assert_eq!(broken_off.len(), expected, "the turn of {id} was begun more than once: {broken_off:?}");
        assert!(model.asked(job.name()) <= 1, "the model was asked {} more than once", job.name());
    }
    assert!(completed.is_empty(), "answered, and not asked: {completed:?}");
    ended
}

/// Each turn has one event of its beginning, and one of its end.
pub(super) fn check_events(ended: &Ended, events: &[LoggedEvent]) {
    let of = |name: &str| {
        let mut ids: Vec<&String> =
            events.iter().filter(|event| event.name == name).map(|event| &event.resource_id).collect();
        ids.sort();
        ids
    };
    let all: BTreeSet<&String> = ended.completed.union(&ended.interrupted).collect();
    assert_eq!(of("turn.started"), all.into_iter().collect::<Vec<_>>(), "the beginnings of turns");
    assert_eq!(of("agent.completed"), ended.completed.iter().collect::<Vec<_>>(), "the turns that are completed");
    assert_eq!(of("agent.failed"), ended.interrupted.iter().collect::<Vec<_>>(), "the turns that were interrupted");
}

async fn read(db: &Db) -> Vec<KeptTurn> {
    let sql = "SELECT id, status, question, answer FROM turns ORDER BY id";
    let read = |row: &mut Row| {
        let id: TurnId = row.next_id()?;
        let (status, question) = (row.next_text()?, row.next_text()?);
        let answer = row.next_optional_text()?.unwrap_or_default();
        Ok(KeptTurn { id: id.to_string(), status, question, answer })
    };
    db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the turns")
}
