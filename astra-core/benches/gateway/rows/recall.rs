//! Turns that recall: what a memory of 1,000 items costs in a turn, beside a gateway that remembers nothing.

use serde_json::json;

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::http::request;
use crate::lab::{FAST, Lab, Server};
use crate::load::{Load, Outcome, percentile_ms};
use crate::report::{self, Goal};
use crate::{Result, rows};

/// Memories of the one who asks, before the first turn.
const MEMORIES: u64 = 1_000;
/// So few questions of a user are found, so that the memory has about the same size in each round.
const QUESTIONS: u64 = 100;

/// One client, then 64, at a gateway whose memory is off and at one with 1,000 memories.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let without = lab.gateway_remembering(&json!({"enabled": false}))?;
    let with = lab.gateway_remembering(&json!({"questions_per_user": QUESTIONS}))?;
    let (forgetful, _) = without.start()?;
    let (remembering, _) = with.start()?;
    remember(&with, &remembering, plan)?;
    let (mut alone, mut many) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        alone.push(pair(lab, plan, 1, [(&without, &forgetful), (&with, &remembering)])?);
        many.push(pair(lab, plan, CLIENTS, [(&without, &forgetful), (&with, &remembering)])?);
    }
    let added = |percent| {
        alone.iter().map(move |[off, on]| percentile_ms(&on.totals, percent) - percentile_ms(&off.totals, percent))
    };
    report::tell("added to the median", "ms", added(50), Goal::AtMost(0.3))?;
    report::tell("added to the 99th percentile", "ms", added(99), Goal::None)?;
    let pairs =
        |figure: fn(&Outcome) -> f64| many.iter().map(|[off, on]| (figure(off), figure(on))).collect::<Vec<_>>();
    report::compare("turns, to those without memory", "a second", &pairs(Outcome::rate), Goal::None)?;
    report::compare("processor time of a turn", "us", &pairs(Outcome::processor_us), Goal::None)
}

fn pair(lab: &Lab, plan: &Plan, clients: usize, gateways: [(&Gateway, &Server); 2]) -> Result<[Outcome; 2]> {
    let run = |(gateway, server): (&Gateway, &Server)| {
        Load::new(&gateway.address, clients, plan.time, lab.turns(gateway, FAST, false)).run(&server.process)
    };
    let [off, on] = gateways;
    let outcomes = [run(off)?, run(on)?];
    rows::refuse_errors(&[&outcomes[0], &outcomes[1]])?;
    Ok(outcomes)
}

/// Writes the memories, of which some share words with each question.
fn remember(gateway: &Gateway, server: &Server, plan: &Plan) -> Result<()> {
    let (address, bearer) = (gateway.address.clone(), gateway.bearer());
    let new = move |number: u64| {
        let content =
            format!("Ship {number} came from harbour town {} with {} crates of tea.", number % 97, number % 13);
        let body = json!({"tier": "procedural", "content": content}).to_string();
        request(&address, "/memory", &[("Authorization", &bearer)], Some(&body))
    };
    let mut load = Load::new(&gateway.address, 8, rows::LONG.max(plan.time), std::sync::Arc::new(new));
    load.requests = MEMORIES;
    rows::refuse_errors(&[&load.run(&server.process)?])
}
