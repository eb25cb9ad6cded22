//! Streamed turns: when their first token comes, and how many go through.

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::lab::{FAST, Lab, PACED, Synchronous};
use crate::load::{Load, Outcome, percentile_ms};
use crate::report::{self, Goal};
use crate::upstream::FIRST_TOKEN;
use crate::{Result, rows};

/// 64 streams at the pace of a model: how much later than the floor's their first token comes.
pub(super) fn paced(lab: &Lab, plan: &Plan) -> Result<()> {
    let pairs = measure(lab, plan, PACED)?;
    let later = |percent| {
        let first = move |outcome: &Outcome| percentile_ms(&outcome.marks, percent);
        pairs.iter().map(move |(floor, gateway)| first(gateway) - first(floor))
    };
    report::tell("first token later, median", "ms", later(50), Goal::AtMost(2.5))?;
    report::tell("first token later, 99th percentile", "ms", later(99), Goal::AtMost(10.0))
}

/// 64 streams as fast as they can.
pub(super) fn unpaced(lab: &Lab, plan: &Plan) -> Result<()> {
    let pairs = measure(lab, plan, FAST)?;
    let each = |figure: fn(&Outcome) -> f64| -> Vec<(f64, f64)> {
        pairs.iter().map(|(floor, gateway)| (figure(floor), figure(gateway))).collect()
    };
    report::compare("streams", "a second", &each(Outcome::rate), Goal::AtLeast(0.65))?;
    report::compare("processor time of a stream", "us", &each(Outcome::processor_us), Goal::None)
}

fn measure(lab: &Lab, plan: &Plan, model: &str) -> Result<Vec<(Outcome, Outcome)>> {
    let floor = lab.floor(Synchronous::Normal)?;
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    let mut pairs = Vec::new();
    for _ in 0..plan.rounds {
        let mut below = Load::new(&floor.address, CLIENTS, plan.time, lab.questions(&floor, model, true));
        let mut above = Load::new(&gateway.address, CLIENTS, plan.time, lab.turns(&gateway, model, true));
        below.marker = Some(FIRST_TOKEN.as_bytes());
        above.marker = Some(FIRST_TOKEN.as_bytes());
        let pair = (below.run(&floor.process)?, above.run(&server.process)?);
        rows::refuse_errors(&[&pair.0, &pair.1])?;
        pairs.push(pair);
    }
    Ok(pairs)
}
