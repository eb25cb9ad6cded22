//! `cargo bench -p astra-core --bench audit`: writes 100,000 entries of the audit by changes of a memory profile, and measures how
//! many a second are verified. See `docs/benchmarks.md`.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts what it likes")]

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use astra_core::config::StoreConfig;
use astra_core::ids::MemoryProfileId;
use astra_core::store::{self, Actor, Db, Precondition, Rows, StoredMemoryProfile, WorkspaceId, migrate};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const ENTRIES: i64 = 100_000;
const CLIENTS: i64 = 64;
const ROUNDS: usize = 5;
const GOAL: f64 = 100_000.0;

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
    let workspace = db.ensure_workspace("wsp_bench", 0).await?;
    let begun = Instant::now();
    let writers = (0..CLIENTS).map(|client| tokio::spawn(write(db.clone(), workspace.clone(), client)));
    for writer in writers.collect::<Vec<_>>() {
        writer.await??;
    }
    let elapsed_s = begun.elapsed().as_secs_f64();
    say(&format!("{ENTRIES} changes of {CLIENTS} clients, each with an entry: {elapsed_s:.1} s"))?;
    let rows = db.rows(&workspace);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let found = rows.audit_log().verify().await?;
        let elapsed_s = begun.elapsed().as_secs_f64();
        if found.fault_count > 0 || i64::try_from(found.rows)? < ENTRIES {
            return Err(format!("{} entries with {} faults", found.rows, found.fault_count).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
        let per_s = found.rows as f64 / elapsed_s;
        say(&format!("verified {per_s:.0} entries a second; the goal is {GOAL:.0}"))?;
    }
    Ok(())
}

/// A client's part of the changes: of a profile of its own.
async fn write(db: Db, workspace: WorkspaceId, client: i64) -> Result<()> {
    let id = MemoryProfileId::from_key(client + 1);
    let profile = StoredMemoryProfile {
        id,
        version: 1,
        settings: settings(0),
        created_at_ms: 0,
        updated_at_ms: 0,
        created_by: "usr_bench".to_owned(),
    };
    changed(&db, &workspace, 0).memory_profiles().create(profile, None).await?;
    for number in 1..=ENTRIES / CLIENTS {
        let rows = changed(&db, &workspace, number);
        rows.memory_profiles().update(id, settings(number), Precondition::Any, number).await?;
    }
    Ok(())
}

fn settings(number: i64) -> String {
    format!("{{\"name\": \"Support\", \"max_context_chunks\": {}, \"min_score\": 0.1}}", number % 100 + 1)
}

fn changed(db: &Db, workspace: &WorkspaceId, number: i64) -> Rows {
    db.rows(workspace).changed_by(Actor {
        subject: "usr_06a1b2c3d4e5q".to_owned(),
        subject_number: 1,
        credential: "fam_06a1b2c3d4e5q".to_owned(),
        address: Some([203, 0, 113, 7].into()),
        key: number,
        action: "memory-profiles.replace".to_owned(),
        request_id: Arc::from("req_06a1b2c3d4e5q"),
        at_ms: number,
    })
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
