//! How long it takes from the start of the process until it is ready.

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::lab::{FAST, Lab, Synchronous};
use crate::load::Load;
use crate::report::{self, Goal};
use crate::{Result, rows};

const STARTS: usize = 5;

/// On a store without turns, and on a full one.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let first: Vec<f64> = (0..STARTS).map(|_| start(&lab.gateway(Synchronous::Normal)?)).collect::<Result<_>>()?;
    report::tell("on an empty store", "ms", first, Goal::AtMost(60.0))?;
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    let mut load = Load::new(&gateway.address, CLIENTS, rows::LONG, lab.turns(&gateway, FAST, false));
    load.requests = plan.stored_turns;
    rows::refuse_errors(&[&load.run(&server.process)?])?;
    server.process.stop()?;
    let again: Vec<f64> = (0..STARTS).map(|_| start(&gateway)).collect::<Result<_>>()?;
    report::tell(&format!("with {} messages", plan.stored_turns * 2), "ms", again, Goal::AtMost(150.0))
}

fn start(gateway: &Gateway) -> Result<f64> {
    let (server, took) = gateway.start()?;
    server.process.stop()?;
    Ok(took.as_secs_f64() * 1e3)
}
