//! Turns whose commits wait for the disk.

use std::process::{Command, Stdio};

use super::chat::{self, CLIENTS};
use crate::arguments::Plan;
use crate::lab::{FAST, Lab, Synchronous};
use crate::load::Load;
use crate::report::{self, Goal};
use crate::{Result, rows};

const TURNS: u32 = 1_000;

/// Throughput against a floor of the same durability, and how many turns share a wait for the disk.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    chat::compare(lab, plan, Synchronous::Full, Goal::AtLeast(0.6), Goal::None)?;
    let strace = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !strace.is_ok_and(|status| status.success()) {
        return report::line("  turns to a wait for the disk: install strace to see them");
    }
    let gateway = lab.gateway(Synchronous::Full)?;
    let counts = lab.path("waits");
    let file = counts.to_string_lossy();
    // With -D the gateway is our child, and strace is its.
    let tracer = ["strace", "-D", "-f", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-o", &file];
    let server = gateway.start_traced(&tracer)?;
    let before = waits(&counts)?;
    let mut load = Load::new(&gateway.address, CLIENTS, rows::LONG, lab.turns(&gateway, FAST, false));
    load.requests = u64::from(TURNS);
    rows::refuse_errors(&[&load.run(&server.process)?])?;
    let waits = waits(&counts)? - before;
    server.process.stop()?;
    report::tell("turns to a wait for the disk", "", [f64::from(TURNS) / f64::from(waits.max(1))], Goal::AtLeast(2.0))
}

fn waits(file: &std::path::Path) -> Result<u32> {
    let calls = std::fs::read_to_string(file)?;
    Ok(u32::try_from(calls.lines().filter(|line| line.contains("sync(")).count())?)
}
