//! How many pages of the write-ahead log a turn writes: what SQLite copies, syncs and copies again at a checkpoint.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::lab::{FAST, Lab, Server, Synchronous};
use crate::load::Load;
use crate::report::{self, Goal};
use crate::{Result, rows};

/// So few that the log is not checkpointed in between, from which on it would be written from its start again.
const TURNS: u64 = 1_000;
/// Where the log's index has the number of its frames (`mxFrame`): <https://www.sqlite.org/walformat.html>.
const FRAMES: u64 = 16;

/// With 64 clients, whose turns share commits, and with one client.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let (mut many, mut one) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let gateway = lab.gateway(Synchronous::Normal)?;
        let (server, _) = gateway.start()?;
        // The first turns fill pages that others go on with.
        write(lab, &gateway, &server, CLIENTS)?;
        many.push(write(lab, &gateway, &server, CLIENTS)?);
        one.push(write(lab, &gateway, &server, 1)?);
    }
    report::tell("of a turn, 64 clients", "pages", many, Goal::AtMost(2.0))?;
    report::tell("of a turn, one client", "pages", one, Goal::None)
}

/// Pages that a turn writes.
#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn write(lab: &Lab, gateway: &Gateway, server: &Server, clients: usize) -> Result<f64> {
    let index = gateway.database().with_extension("db-shm");
    let before = frames(&index)?;
    let mut load = Load::new(&gateway.address, clients, rows::LONG, lab.turns(gateway, FAST, false));
    load.requests = TURNS;
    rows::refuse_errors(&[&load.run(&server.process)?])?;
    let written = frames(&index)?.checked_sub(before);
    Ok(f64::from(written.ok_or("the log was begun anew while its pages were counted")?) / TURNS as f64)
}

fn frames(index: &Path) -> Result<u32> {
    let mut number = [0; 4];
    File::open(index)?.read_exact_at(&mut number, FRAMES)?;
    Ok(u32::from_ne_bytes(number))
}
