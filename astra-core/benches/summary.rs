//! `cargo bench -p astra-core --bench summary`: fills a store with the sums of a million turns of thirty days, and measures how
//! long their summary takes. See `docs/benchmarks.md`.

use std::io::Write as _;
use std::time::Instant;

use astra_core::config::StoreConfig;
use astra_core::params;
use astra_core::store::usage::HOUR_MS;
use astra_core::store::{self, Db, PageRequest, Rows, SummaryRequest, migrate};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const TURNS: i64 = 1_000_000;
/// So many of them are not summed up yet when it is measured.
const LATE: i64 = 2_000;
const PIECE: i64 = 20_000;
const AGENTS: i64 = 20;
const HOURS: i64 = 30 * 24;
const FIRST_HOUR: i64 = 1_700_000_000_000 / HOUR_MS;
const ROUNDS: usize = 50;

/// Turns from the number `$2` up to `$3`, spread over agents and hours, of 0.2 to 20 s.
const FILL: &str = "WITH RECURSIVE numbers (i) AS (SELECT $2 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $3)
    INSERT INTO usage_entries (workspace_id, source, place, agent_id, hour, provider, model, subject, requests, errors,
        input_tokens, output_tokens, cost_usd, bytes, turn_hour, turn_status, turn_us)
    SELECT $1, i, 0, 'agent-' || (i % $4), $5 + i / $6, 'p', 'm', 1, 1, 0, 20, 40, 0.0, 1, $5 + i / $6,
        CASE WHEN i % 97 = 0 THEN 'failed' ELSE 'completed' END, 200000 + i * 7919 % 4451 * (i * 104729 % 4447) FROM numbers";

fn main() -> Result<()> {
    // `cargo bench` says --bench; a runner of tests does not, and wants no measurement.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    tokio::runtime::Runtime::new()?.block_on(run())
}

async fn run() -> Result<()> {
    let folder = TempDir::new()?;
    let db = store::open(&StoreConfig::default(), folder.path())?;
    migrate::apply(&db, 0).await?;
    let rows = db.rows(&db.ensure_workspace("wsp_bench", 0).await?);
    let begun = Instant::now();
    fill(&db, &rows, 0, TURNS - LATE).await?;
    while db.roll_usage_up().await? {}
    fill(&db, &rows, TURNS - LATE, TURNS).await?;
    say(&format!(
        "{TURNS} turns of {AGENTS} agents in {HOURS} hours, summed up in {:.1} s",
        begun.elapsed().as_secs_f64()
    ))?;
    for (name, by_agent, by_hour) in [("agent and hour", true, true), ("agent", true, false), ("hour", false, true)] {
        let mut times_ms = Vec::new();
        for _ in 0..ROUNDS {
            let (from_hour, to_hour) = (FIRST_HOUR, FIRST_HOUR + HOURS + 1);
            let request = SummaryRequest { from_hour, to_hour, agent_id: None, by_agent, by_hour };
            let begun = Instant::now();
            let summary = rows.traces().summary(request, PageRequest { limit: 200, after: None }).await?;
            times_ms.push(begun.elapsed().as_secs_f64() * 1e3);
            if summary.total.turns() != TURNS {
                return Err(format!("{} turns are in the summary", summary.total.turns()).into());
            }
        }
        times_ms.sort_by(f64::total_cmp);
        let (median, last) = (times_ms[ROUNDS / 2], times_ms[ROUNDS - 1]);
        say(&format!("by {name}: median {median:.1} ms, longest {last:.1} ms of {ROUNDS}; the goal is 50 ms"))?;
    }
    Ok(())
}

async fn fill(db: &Db, rows: &Rows, from: i64, to: i64) -> Result<()> {
    for first in (from..to).step_by(usize::try_from(PIECE)?) {
        let last = to.min(first + PIECE);
        rows.write(move |tx| tx.execute(FILL, params![first, last, AGENTS, FIRST_HOUR, TURNS / HOURS])).await?;
        // What is summed up goes.
        if to < TURNS {
            while db.roll_usage_up().await? {}
        }
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
