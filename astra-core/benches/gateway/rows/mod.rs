//! The rows: each is measured in interleaved rounds, so that whatever else the machine does falls on both sides alike.

mod chat;
mod durable;
mod latency;
mod memory;
mod pages;
mod postgres;
mod program;
mod recall;
mod sockets;
mod spec;
mod start;
mod streams;
mod tools;

use std::time::Duration;

use crate::Result;
use crate::arguments::Plan;
use crate::lab::Lab;
use crate::load::Outcome;
use crate::report;

/// A load that ends by its count is given so much time.
const LONG: Duration = Duration::from_secs(300);

/// The rows by name, in the order in which they are measured.
pub(crate) const NAMES: [&str; 15] = [
    "program", "start", "json", "recall", "latency", "crowd", "durable", "pages", "postgres", "paced", "stream",
    "tools", "memory", "sockets", "spec",
];

/// Measures what `plan` asks for.
pub(crate) fn run(plan: &Plan) -> Result<()> {
    let lab = Lab::open(plan.binary.clone())?;
    let (rounds, seconds) = (plan.rounds, plan.time.as_secs_f64());
    report::line(&format!("medians of {rounds} rounds of {seconds} s; the gateway's limits of requests are lifted"))?;
    for name in NAMES.into_iter().filter(|name| plan.has(name)) {
        report::line(name)?;
        match name {
            "program" => program::measure(&lab, plan),
            "start" => start::measure(&lab, plan),
            "json" => chat::json(&lab, plan),
            "recall" => recall::measure(&lab, plan),
            "latency" => latency::measure(&lab, plan),
            "crowd" => chat::crowd(&lab, plan),
            "durable" => durable::measure(&lab, plan),
            "pages" => pages::measure(&lab, plan),
            "postgres" => postgres::measure(&lab, plan),
            "paced" => streams::paced(&lab, plan),
            "stream" => streams::unpaced(&lab, plan),
            "tools" => tools::measure(&lab, plan),
            "memory" => memory::measure(&lab, plan),
            "sockets" => sockets::measure(&lab),
            _ => spec::measure(&lab, plan),
        }?;
    }
    Ok(())
}

/// A measurement with errors measures something else.
fn refuse_errors(outcomes: &[&Outcome]) -> Result<()> {
    let failed = outcomes.iter().find(|outcome| outcome.errors > 0 || outcome.answers == 0);
    failed.map_or(Ok(()), |outcome| {
        let first = outcome.first_error.as_deref().unwrap_or("no answer");
        Err(format!(
            "{} requests failed, {} were answered; the first failure: {first}",
            outcome.errors, outcome.answers
        )
        .into())
    })
}
