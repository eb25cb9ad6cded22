//! `cargo bench -p astra-core --bench big_store`: fills a store with a million turns in ten thousand workspaces, and measures
//! how long turns take while everything else that reads or removes much runs beside them. See `docs/benchmarks.md`.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts what it likes")]

mod arguments;
mod chat;
mod fill;
#[path = "../gateway/http.rs"]
mod http;
mod lab;
#[path = "../gateway/report.rs"]
#[expect(dead_code, reason = "each benchmark uses its part of it")]
mod report;
mod visitor;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use arguments::Plan;
use chat::percentile_ms;
use lab::Lab;
use report::Goal;
use visitor::Visitor;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match Plan::read(std::env::args().skip(1)).and_then(|plan| plan.map_or_else(nothing, |plan| run(&plan))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            report::complain(&fault);
            ExitCode::FAILURE
        }
    }
}

fn nothing() -> Result<()> {
    report::line("run by `cargo bench -p astra-core --bench big_store`, and by nothing else")
}

/// Rounds of the chat alone and of the chat beside a visitor, in turn.
fn run(plan: &Plan) -> Result<()> {
    // The load has a thread of its own, as that of other programs would.
    let load = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let lab = Lab::open(plan)?;
    let (mut times, mut rates, mut medians) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..plan.rounds {
        let begun = Instant::now();
        let pause = async { tokio::time::sleep(plan.time).await };
        let (alone, ()) = load.block_on(lab.chat(plan, &format!("alone-{round}")).run(pause))?;
        let alone_rate = rate(alone.len(), begun.elapsed());
        let begun = Instant::now();
        let chat = lab.chat(plan, &format!("beside-{round}"));
        let (beside, visit) = load.block_on(chat.run(visit(&lab, plan, round)))?;
        let beside_rate = rate(beside.len(), begun.elapsed());
        say(&visit?, begun.elapsed())?;
        medians.push((percentile_ms(&alone, 50), percentile_ms(&beside, 50)));
        times.push((percentile_ms(&alone, 99), percentile_ms(&beside, 99)));
        rates.push((alone_rate, beside_rate));
    }
    report::line(&format!("{} clients, beside a visitor against alone", plan.clients))?;
    report::compare("median", "ms", &medians, Goal::None)?;
    report::compare("99th percentile", "ms", &times, Goal::AtMost(2.0))?;
    report::compare("turns", "a second", &rates, Goal::None)?;
    lab.close()
}

/// Lists everything, reads the round's long session, forks it and removes the fork, over and over; then removes the session
/// itself, and waits until its rows are gone.
async fn visit(lab: &Lab, plan: &Plan, round: u32) -> Result<visitor::Visit> {
    let until = Instant::now() + plan.time;
    let mut visitor = Visitor::arrive(&lab.address, &lab.bearer).await?;
    let session = plan.size.long_session(lab.filled_at_ms, i64::from(round));
    let mut visit = visitor.visit(&session).await?;
    while Instant::now() < until {
        let again = visitor.visit(&session).await?;
        if again.forked != visit.forked {
            return Err("a fork has other messages than the one before".into());
        }
        visit = again;
    }
    visitor.remove(&session).await?;
    while fill::rows_of(&lab.db, &session).await? > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(visit)
}

fn say(visit: &visitor::Visit, time: Duration) -> Result<()> {
    let visitor::Visit { listed, read, forked } = visit;
    let seconds = time.as_secs_f64();
    report::line(&format!(
        "  the visitor listed {listed} items, read {read} messages and forked {forked}, over and over, for {seconds:.1} s"
    ))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn rate(turns: usize, time: Duration) -> f64 {
    turns as f64 / time.as_secs_f64().max(f64::EPSILON)
}
