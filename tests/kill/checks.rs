//! What holds when all is over, however often gateways were killed; and the counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::clients::Known;
use crate::effects;
use crate::place::Place;

mod deliveries;
mod jobs;
mod schedules;
mod turns;

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) jobs: usize,
    /// Jobs that were begun more than once.
    pub(crate) begun_again: usize,
    /// Jobs that ended as unknown.
    pub(crate) unknown: usize,
    /// Steps, and how often they had their effect.
    pub(crate) steps: usize,
    pub(crate) effects: usize,
    /// Effects of gateways that had lost the job.
    pub(crate) late: usize,
    /// Results of steps that were refused.
    pub(crate) refused: Vec<u32>,
    /// Steps in the middle of which a gateway that stood still lost its job.
    pub(crate) taken_over: usize,
    /// Turns that were asked and completed, and those that were interrupted.
    pub(crate) turns: usize,
    pub(crate) interrupted: usize,
    /// How often the model was asked.
    pub(crate) asked: usize,
    pub(crate) slots: usize,
    pub(crate) events: usize,
    /// Deliveries, and how often they came.
    pub(crate) deliveries: usize,
    pub(crate) received: usize,
    /// Answers that did not count, by why.
    pub(crate) unanswered: BTreeMap<String, usize>,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "jobs: {} acknowledged or of schedules, each ended once, 0 lost; {} begun more than once, {} unknown",
            self.jobs, self.begun_again, self.unknown
        )?;
        writeln!(
            formatter,
            "steps: {}, effects {}, recorded and run again 0; by gateways that stood still: {} late, {} refused, {} taken over",
            self.steps,
            self.effects,
            self.late,
            self.refused.len(),
            self.taken_over
        )?;
        writeln!(
            formatter,
            "turns: {} completed, 0 lost; {} interrupted; the model was asked {} times",
            self.turns, self.interrupted, self.asked
        )?;
        writeln!(formatter, "schedules: {} slots, each with one row and one job", self.slots)?;
        writeln!(
            formatter,
            "events: {} without a gap; {} deliveries came {} times, none with two bodies",
            self.events, self.deliveries, self.received
        )?;
        write!(formatter, "asked again: {:?}", self.unanswered)
    }
}

impl Counts {
    /// How many writes of the gateway `number`, which stood still, were refused, as it and the log say.
    pub(crate) fn refused_of(&self, number: u32, log: &str) -> usize {
        let noted = self.refused.iter().filter(|gateway| **gateway == number).count();
        noted + log.lines().filter(|line| line.contains("went to another")).count()
    }
}

/// Checks everything. Gateways of the numbers in `paused` have stood still for a while: they may have lost jobs without knowing it.
pub(crate) async fn all(place: &Place, known: &Known, paused: &[u32]) -> Counts {
    let (db, story) = (place.open(), effects::read(place.backend.folder()));
    let mut counts = Counts { unanswered: known.unanswered.clone(), ..Counts::default() };
    let jobs = jobs::read(&db).await;
    let of_schedules = schedules::check(&db, &jobs, &mut counts).await;
    jobs::check(&jobs, known, &of_schedules, &mut counts);
    jobs::check_steps(&db, &jobs, &story, paused, &mut counts).await;
    let turns = turns::check(&db, &jobs, known, &place.model, &mut counts).await;
    let events = deliveries::check_log(&db, &mut counts).await;
    jobs::check_ends(&jobs, &events);
    deliveries::check(&db, place, &events, &mut counts).await;
    let fired = events.iter().filter(|event| event.name == "schedule.fired").count();
    assert_eq!(fired, counts.slots, "the events of schedules");
    turns::check_events(&turns, &events);
    for id in known.jobs.values().map(|(_, id)| id).take(50) {
        let shown = place.endpoints.ok(reqwest::Method::GET, &format!("/jobs/{id}"), None).await;
        assert_eq!(shown["status"], jobs[id].status.as_str(), "{id}");
    }
    let panics: BTreeSet<_> = place.log().lines().filter(|line| line.contains("panicked")).map(str::to_owned).collect();
    assert!(panics.is_empty(), "{panics:?}");
    counts
}
