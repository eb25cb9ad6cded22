//! A gateway on PostgreSQL, on the same machine: what both do together.

use std::time::Duration;

use serde_json::json;

use super::chat::CLIENTS;
use crate::arguments::Plan;
use crate::lab::{FAST, Lab};
use crate::load::{Load, Outcome, percentile_ms};
use crate::postgres::Database;
use crate::report::{self, Goal};
use crate::{Result, rows};

/// What came of one client and of 64, and what the server did in the meantime.
#[derive(Default)]
struct Figures {
    rates: Vec<f64>,
    processor_us: Vec<f64>,
    last_ms: Vec<f64>,
    one_ms: Vec<(f64, f64)>,
    rolled_back: Vec<f64>,
}

/// 64 clients and one, in turn, if there is a server.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let Some(server) = &plan.postgres else {
        return report::line("  skipped: neither --postgres nor ASTRA_TEST_POSTGRES names a server");
    };
    let mut database = Database::make(server)?;
    let gateway = lab.gateway_on(&json!({"database_url": database.url}))?;
    let (process, _) = gateway.start()?;
    let mut figures = Figures::default();
    for _ in 0..plan.rounds {
        let before = database.state()?;
        let many =
            Load::new(&gateway.address, CLIENTS, plan.time, lab.turns(&gateway, FAST, false)).run(&process.process)?;
        // The server's processes report what they did at most once a second.
        std::thread::sleep(Duration::from_millis(1_100));
        let after = database.state()?;
        let one = Load::new(&gateway.address, 1, plan.time, lab.turns(&gateway, FAST, false)).run(&process.process)?;
        rows::refuse_errors(&[&many, &one])?;
        figures.rates.push(many.rate());
        figures.last_ms.push(percentile_ms(&many.totals, 99));
        figures.one_ms.push((percentile_ms(&one.totals, 50), percentile_ms(&one.totals, 99)));
        figures.rolled_back.push(f64::from(after.rolled_back.saturating_sub(before.rolled_back)));
        if let Some((before, after)) = before.processor_time.zip(after.processor_time) {
            figures.processor_us.push(many.processor_us() + per_answer_us(after.saturating_sub(before), &many));
        }
    }
    process.process.stop()?;
    figures.report()
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn per_answer_us(time: Duration, outcome: &Outcome) -> f64 {
    time.as_secs_f64() * 1e6 / outcome.answers.max(1) as f64
}

impl Figures {
    fn report(self) -> Result<()> {
        report::tell("turns", "a second", self.rates, Goal::AtLeast(2_500.0))?;
        report::tell("99th percentile", "ms", self.last_ms, Goal::AtMost(60.0))?;
        report::tell("transactions rolled back", "a round", self.rolled_back, Goal::AtMost(0.0))?;
        if self.processor_us.is_empty() {
            report::line(
                "  the server runs elsewhere, or its processes cannot be seen: its processor time is left out",
            )?;
        } else {
            report::tell("processor time, server included", "us", self.processor_us, Goal::None)?;
        }
        report::tell("one client: median", "ms", self.one_ms.iter().map(|(half, _)| *half), Goal::AtMost(1.2))?;
        report::tell("one client: 99th percentile", "ms", self.one_ms.iter().map(|(_, last)| *last), Goal::None)
    }
}
