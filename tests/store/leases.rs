//! Who lives is decided by the database's clock, or, where a gateway is alone, by no clock at all.

use astra_core::params;
use astra_core::store::Db;

use crate::support::{TestStore, both_engines};

const HOUR_MS: i64 = 3_600_000;
const LEASE_MS: i64 = 15_000;

/// A turn that a gateway has begun.
async fn begin(db: &Db, owner: &'static str) {
    let sql = "INSERT INTO turns (workspace_id, id, session_id, number, agent_id, agent_version, user_id, trace_id, status, owner,
        is_new_session, cancel_requested, metadata, input_tokens, output_tokens, cost_usd, last_seq, created_at)
        VALUES ('wsp_a', $1, 'ses_a', 1, 'assistant', 1, 'usr_a', 'trc_a', 'running', $2, 0, 0, '{}', 0, 0, 0.0, 0, 0)";
    db.write(move |tx| tx.execute(sql, params![owner, owner])).await.expect("a turn");
}

/// The owners of the turns that `db` takes for orphaned, when the clock of the one that looks shows `own_ms`.
async fn orphaned(db: &Db, own_ms: i64) -> Vec<String> {
    db.orphaned_turns(own_ms).await.expect("a look").into_iter().map(|orphan| orphan.turn.owner).collect()
}

both_engines! {
    async fn a_gateway_that_is_alone_lives_whatever_its_clock_shows(store: TestStore) {
        let db = store.db;
        db.renew_lease("ins_before", HOUR_MS, Some(LEASE_MS)).await.expect("a lease");
        db.renew_lease("ins_alone", HOUR_MS, None).await.expect("a lease");
        begin(&db, "ins_alone").await;
        begin(&db, "ins_before").await;
        for own_ms in [0, HOUR_MS, 1_000 * HOUR_MS, i64::MAX - 1] {
            assert_eq!(orphaned(&db, own_ms).await, ["ins_before"], "{own_ms}");
        }
    }

    async fn gateways_that_share_a_store_live_by_its_clock(store: TestStore) {
        let db = store.db;
        if matches!(db, Db::Sqlite(_)) {
            return;
        }
        // The clocks of machines that are wrong by days.
        for (own_ms, owner) in [(0, "ins_behind"), (i64::MAX / 2, "ins_ahead")] {
            db.renew_lease(owner, own_ms, Some(LEASE_MS)).await.expect("a lease");
            begin(&db, owner).await;
        }
        begin(&db, "ins_dead").await;
        db.renew_lease("ins_dead", 0, Some(-1)).await.expect("a lease that is over");
        for own_ms in [0, i64::MAX / 2] {
            assert_eq!(orphaned(&db, own_ms).await, ["ins_dead"], "{own_ms}");
        }
    }
}
