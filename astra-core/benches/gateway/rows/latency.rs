//! One client: what a turn takes that waits for no other, straight at the upstream, through a floor and through the gateway.

use crate::arguments::Plan;
use crate::lab::{FAST, Lab, Synchronous};
use crate::load::{Load, Outcome, percentile_ms};
use crate::report::{self, Goal};
use crate::{Result, rows};

/// With commits as they are by default, and with commits that wait for the disk.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let rounds = take(lab, plan, Synchronous::Normal)?;
    let percentile = |outcome: &Outcome, percent| percentile_ms(&outcome.totals, percent);
    let added = |percent| {
        rounds.iter().map(move |[direct, _, gateway]| percentile(gateway, percent) - percentile(direct, percent))
    };
    report::tell("added to the median", "ms", added(50), Goal::AtMost(0.35))?;
    report::tell("added to the 99th percentile", "ms", added(99), Goal::None)?;
    let last = rounds.iter().map(|[_, _, gateway]| percentile(gateway, 99));
    report::tell("99th percentile", "ms", last, Goal::AtMost(1.0))?;
    let pairs = |rounds: &[[Outcome; 3]], percent| -> Vec<(f64, f64)> {
        rounds.iter().map(|[_, floor, gateway]| (percentile(floor, percent), percentile(gateway, percent))).collect()
    };
    report::compare("median, to the floor's", "ms", &pairs(&rounds, 50), Goal::None)?;
    report::compare("99th percentile, to the floor's", "ms", &pairs(&rounds, 99), Goal::None)?;
    let rounds = take(lab, plan, Synchronous::Full)?;
    report::compare("durable: median", "ms", &pairs(&rounds, 50), Goal::None)?;
    report::compare("durable: 99th percentile", "ms", &pairs(&rounds, 99), Goal::None)
}

/// Rounds of the upstream alone, the floor, and the gateway.
fn take(lab: &Lab, plan: &Plan, synchronous: Synchronous) -> Result<Vec<[Outcome; 3]>> {
    let floor = lab.floor(synchronous)?;
    let gateway = lab.gateway(synchronous)?;
    let (server, _) = gateway.start()?;
    let upstream = &lab.upstream;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let load = |address: &str, request| Load::new(address, 1, plan.time, request);
        let round = [
            load(&upstream.address, lab.questions(upstream, FAST, false)).run(&upstream.process)?,
            load(&floor.address, lab.questions(&floor, FAST, false)).run(&floor.process)?,
            load(&gateway.address, lab.turns(&gateway, FAST, false)).run(&server.process)?,
        ];
        rows::refuse_errors(&[&round[0], &round[1], &round[2]])?;
        rounds.push(round);
    }
    Ok(rounds)
}
