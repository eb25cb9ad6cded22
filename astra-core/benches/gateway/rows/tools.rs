//! Plain turns beside turns of agents that call tools: how much longer the plain ones take.

use std::time::Duration;

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::lab::{ACTING, Lab, PATIENT, Synchronous};
use crate::load::{Load, Outcome, percentile_ms, runtime};
use crate::report::{self, Goal};
use crate::{Result, rows};

/// The plain turns may take so much longer, as a ratio.
const RATIO_MAX: f64 = 1.1;

/// 64 clients of an agent without tools, first alone, then beside 64 of an agent whose model calls three tools in each turn.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    let load = |model, time| Load::new(&gateway.address, CLIENTS, time, lab.turns(&gateway, model, false));
    // Connections are made, and what is made once.
    load(ACTING, Duration::from_secs(1)).run(&server.process)?;
    let mut pairs = Vec::new();
    let mut acting_turns = Vec::new();
    for _ in 0..plan.rounds {
        let alone = load(PATIENT, plan.time).run(&server.process)?;
        let (plain, acting) = (load(PATIENT, plan.time), load(ACTING, plan.time));
        let (beside, acting) = runtime()?.block_on(async { tokio::join!(plain.ask(), acting.ask()) });
        rows::refuse_errors(&[&alone, &beside, &acting])?;
        acting_turns.push(acting.rate());
        pairs.push((alone, beside));
    }
    let figures = |percent| -> Vec<(f64, f64)> {
        let figure = |outcome: &Outcome| percentile_ms(&outcome.totals, percent);
        pairs.iter().map(|(alone, beside)| (figure(alone), figure(beside))).collect()
    };
    report::compare("median beside turns with tools", "ms", &figures(50), Goal::AtMost(RATIO_MAX))?;
    report::compare("99th percentile beside them", "ms", &figures(99), Goal::AtMost(RATIO_MAX))?;
    report::tell("turns with three tools", "a second", acting_turns, Goal::None)
}
