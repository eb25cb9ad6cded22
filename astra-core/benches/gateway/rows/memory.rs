//! Resident memory, before anything was asked and at its peak.

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::lab::{FAST, Lab, PACED, Synchronous};
use crate::load::{Load, runtime};
use crate::report::{self, Goal};
use crate::{Result, rows};

const CROWD: usize = 256;

/// A gateway that has just started; then 256 clients and, at the same time, 64 streams.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    report::tell("idle", "MiB", [server.process.memory_mib()?], Goal::AtMost(25.0))?;
    let time = plan.time * u32::try_from(plan.rounds)?;
    let turns = Load::new(&gateway.address, CROWD, time, lab.turns(&gateway, FAST, false));
    let streams = Load::new(&gateway.address, CLIENTS, time, lab.turns(&gateway, PACED, true));
    let (turns, streams) = runtime()?.block_on(async { tokio::join!(turns.ask(), streams.ask()) });
    rows::refuse_errors(&[&turns, &streams])?;
    report::tell("peak, 256 clients and 64 streams", "MiB", [server.process.peak_memory_mib()?], Goal::AtMost(120.0))
}
