//! The store: whether it can be reached, what its schema lacks, and whether its time and the machine's agree.

use astra_core::clock::{Clock, SystemClock, rfc3339};
use astra_core::store::{Inspected, inspect};

use super::Taken;
use super::finding::{Finding, mebibytes};
use crate::commands::store_hint;
use crate::settings::Settings;

/// How far the clocks of machines that share a store may be apart, in milliseconds.
const APART_MS: i64 = 5_000;

/// Store, schema and clock.
pub(super) async fn examine(settings: &Settings, found: &Taken) -> Vec<Finding> {
    let config = &settings.config;
    if let Some(fault) = found.faults.first() {
        return vec![Finding::fault("store", settings.origins.explain(fault), store_hint(config)), clock(None)];
    }
    let kind = if config.store.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    match inspect(&config.store, &config.data_dir).await {
        Ok(Some(inspected)) => {
            let size = format!("{kind}, {}", mebibytes(inspected.database_bytes));
            vec![Finding::ok("store", size), schema(&inspected), clock(Some(&inspected))]
        }
        Ok(None) => vec![Finding::ok("store", format!("{kind}; the first start makes it")), clock(None)],
        Err(fault) => vec![Finding::fault("store", fault.to_string(), store_hint(config)), clock(None)],
    }
}

fn schema(inspected: &Inspected) -> Finding {
    const NAME: &str = "schema";
    let (applied, pending) = (&inspected.plan.applied, &inspected.plan.pending);
    match applied.last() {
        None => Finding::ok(NAME, "empty; the first start makes it"),
        Some(version) if pending.is_empty() => Finding::ok(NAME, format!("{version}, as this program knows it")),
        Some(version) => {
            let text = format!("{version}; {} steps are to be taken", pending.len());
            Finding::warning(NAME, text, "`astra migrate` takes them, and so does the next `astra serve`")
        }
    }
}

/// The clock against that of a database server, and against what was written before.
fn clock(inspected: Option<&Inspected>) -> Finding {
    const NAME: &str = "clock";
    let now_ms = SystemClock.now_ms();
    let server_ms = inspected.and_then(|inspected| inspected.server_time_ms);
    let newest_ms = inspected.and_then(|inspected| inspected.newest_turn_ms);
    let cure = "let NTP set the clock of this machine";
    if let Some(apart_ms) = server_ms.map(|server_ms| now_ms - server_ms).filter(|apart_ms| apart_ms.abs() > APART_MS) {
        let text = format!("{} s apart from the clock of the database server", apart_ms / 1_000);
        return Finding::warning(NAME, text, cure);
    }
    if let Some(newest_ms) = newest_ms.filter(|newest_ms| *newest_ms > now_ms + APART_MS) {
        let text = format!(
            "{}, and the newest turn is of {}: tokens may come from the future",
            rfc3339(now_ms),
            rfc3339(newest_ms)
        );
        return Finding::fault(NAME, text, cure);
    }
    Finding::ok(NAME, rfc3339(now_ms))
}
