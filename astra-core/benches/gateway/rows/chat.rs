//! Turns in JSON: how many, at what price, and how much longer one takes than without a gateway.

use crate::arguments::Plan;
use crate::lab::{FAST, Lab, Synchronous};
use crate::load::{Load, percentile_ms};
use crate::report::{self, Goal};
use crate::{Result, rows};

/// Clients of the rows that compare throughput.
pub(super) const CLIENTS: usize = 64;
const CROWD: usize = 256;

/// 64 clients at the floor and at the gateway.
pub(super) fn json(lab: &Lab, plan: &Plan) -> Result<()> {
    compare(lab, plan, Synchronous::Normal, Goal::AtLeast(0.6), Goal::AtMost(2.0))
}

/// Throughput and processor time of both, with the same durability.
pub(super) fn compare(
    lab: &Lab,
    plan: &Plan,
    synchronous: Synchronous,
    rate_goal: Goal,
    processor_goal: Goal,
) -> Result<()> {
    let floor = lab.floor(synchronous)?;
    let gateway = lab.gateway(synchronous)?;
    let (server, _) = gateway.start()?;
    let (mut rates, mut processor) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let below =
            Load::new(&floor.address, CLIENTS, plan.time, lab.questions(&floor, FAST, false)).run(&floor.process)?;
        let above =
            Load::new(&gateway.address, CLIENTS, plan.time, lab.turns(&gateway, FAST, false)).run(&server.process)?;
        rows::refuse_errors(&[&below, &above])?;
        rates.push((below.rate(), above.rate()));
        processor.push((below.processor_us(), above.processor_us()));
    }
    report::compare("turns", "a second", &rates, rate_goal)?;
    report::compare("processor time of a turn", "us", &processor, processor_goal)
}

/// 256 clients against 64.
pub(super) fn crowd(lab: &Lab, plan: &Plan) -> Result<()> {
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    let (mut errors, mut spread, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let few =
            Load::new(&gateway.address, CLIENTS, plan.time, lab.turns(&gateway, FAST, false)).run(&server.process)?;
        let many =
            Load::new(&gateway.address, CROWD, plan.time, lab.turns(&gateway, FAST, false)).run(&server.process)?;
        errors.push(f64::from(u32::try_from(many.errors)?));
        spread.push((percentile_ms(&many.totals, 50), percentile_ms(&many.totals, 99)));
        rates.push((few.rate(), many.rate()));
    }
    report::tell("errors", "", errors, Goal::AtMost(0.0))?;
    report::compare("99th percentile, to the median", "ms", &spread, Goal::AtMost(4.0))?;
    report::compare("turns, to those of 64 clients", "a second", &rates, Goal::AtLeast(0.8))
}
