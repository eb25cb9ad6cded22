//! Turns that other turns have begun: whose they are, what they have used, and each workspace its own.

use astra_core::content::Arguments;
use astra_core::ids::{ApprovalId, TurnId};
use astra_core::params;
use astra_core::store::{Db, NewApproval, NewSuspension, Outcome, Rows, Status, Suspended, WorkspaceId};

use crate::support::{TestStore, both_backends};

fn rows(db: &Db, number: i64) -> Rows {
    db.rows(&WorkspaceId::new(number, "wsp_any"))
}

async fn spawned(rows: &Rows, turn: i64, parent: i64) {
    let sql = "INSERT INTO spawned_turns (workspace_id, turn_id, parent_id) VALUES ($1, $2, $3)";
    rows.write(move |tx| tx.execute(sql, params![turn, parent])).await.expect("the row");
}

async fn ended(rows: &Rows, turn: i64, tokens: i64, cost_usd: f64) {
    let sql = "INSERT INTO turns (workspace_id, id, session_id, number, agent_id, agent_version, subject, status, is_new_session, role,
            question, input_tokens, output_tokens, cost_usd, last_seq, duration_us, provider_us, storage_us, tool_us, waiting_us,
            step_count, tool_calls, message_count, bytes, created_at_ms, finished_at_ms)
        VALUES ($1, $2, $2, 1, 'a', 1, 1, 'completed', 1, 'user', 'q', $3, 1, $4, 3, 0, 0, 0, 0, 0, 0, '[{},{}]', 2, 0, 0, 0)";
    rows.write(move |tx| tx.execute(sql, params![turn, tokens, cost_usd])).await.expect("the row");
}

async fn open(rows: &Rows, turn: i64) {
    let sql = "INSERT INTO subjects (number, id) SELECT 1, 'usr_1' WHERE CAST($1 AS BIGINT) > 0 ON CONFLICT DO NOTHING";
    rows.write(move |tx| tx.execute(sql, params![])).await.expect("its caller");
    let sql =
        "INSERT INTO open_turns (workspace_id, id, session_id, number, agent_id, agent_version, subject, status, owner,
            is_new_session, cancel_requested, role, question, bytes, created_at_ms)
        VALUES ($1, $2, $2, 1, 'a', 1, 1, 'running', 1, 1, 0, 'user', 'q', 0, 0)";
    rows.write(move |tx| tx.execute(sql, params![turn])).await.expect("the row");
}

/// Lets the turn wait for `children`, and for a person if `asks`; answers whether it may go on at once.
async fn waits(rows: &Rows, turn: i64, children: &[(i64, i64)], parent: Option<i64>, asks: bool) -> bool {
    let approval = NewApproval {
        id: ApprovalId::from_key(turn),
        call_id: "c".into(),
        tool: "t".into(),
        arguments: Arguments::parse("{}".into()),
    };
    let new = NewSuspension {
        status: Status::AwaitingApproval,
        outcome: Outcome::default(),
        state: "{}".into(),
        seq: 5,
        log: None,
        approvals: asks.then_some(approval).into_iter().collect(),
        children: children.iter().map(|(turn, seq)| (TurnId::from_key(*turn), *seq)).collect(),
        parent: parent.map(TurnId::from_key),
        expires_at_ms: 1_000,
        now_ms: 0,
    };
    let suspended = rows.suspensions().create(TurnId::from_key(turn), new).await.expect("an answer");
    assert_eq!(suspended, Suspended::Waits);
    is_ready(rows, turn).await
}

async fn is_ready(rows: &Rows, turn: i64) -> bool {
    let sql = "SELECT is_ready FROM suspensions WHERE workspace_id = $1 AND turn_id = $2";
    rows.read(move |tx| tx.one(sql, params![turn])?.next_truth()).await.expect("it waits")
}

both_backends! {
    async fn a_turn_that_waits_goes_on_when_there_is_news_from_below(store: TestStore) {
        let own = rows(&store.db, 1);
        for turn in [1, 2] {
            open(&own, turn).await;
        }
        spawned(&own, 2, 1).await;
        assert!(!waits(&own, 1, &[(2, 3)], None, false).await, "the one below is at work");
        assert!(!waits(&own, 2, &[], Some(1), false).await);
        assert!(is_ready(&own, 1).await, "it waits as well since");
        assert!(!waits(&own, 1, &[(2, 5)], None, false).await, "that was seen");
        assert!(waits(&own, 1, &[(2, 4)], None, false).await, "that was not seen");
        assert!(waits(&own, 1, &[(3, 9)], None, false).await, "it has ended");
        assert!(!waits(&own, 1, &[(3, 9)], None, true).await, "and a person has not decided");
        assert!(!waits(&own, 2, &[], Some(1), false).await);
        assert!(!is_ready(&own, 1).await);
    }

    async fn a_turn_has_used_what_all_below_it_have(store: TestStore) {
        let (own, other) = (rows(&store.db, 1), rows(&store.db, 2));
        // 1 has begun 2 and 3, 2 has begun 4, and 5 is another family.
        for (turn, parent) in [(2, 1), (3, 1), (4, 2)] {
            spawned(&own, turn, parent).await;
        }
        for (turn, tokens, cost_usd) in [(1, 9, 0.5), (2, 99, 0.25), (4, 999, 0.125), (5, 9_999, 1.0)] {
            ended(&own, turn, tokens, cost_usd).await;
        }
        open(&own, 3).await;
        let used = async |rows: &Rows, turn| rows.spawned_turns().used(TurnId::from_key(turn)).await.expect("a sum");
        assert_eq!(used(&own, 1).await, (1_110, 0.875, 6));
        assert_eq!((used(&own, 2).await, used(&own, 4).await), ((1_100, 0.375, 4), (1_000, 0.125, 2)));
        assert_eq!((used(&own, 3).await, used(&other, 1).await), ((0, 0.0, 0), (0, 0.0, 0)));
        let parent = async |rows: &Rows, turn| rows.spawned_turns().parent_of(TurnId::from_key(turn)).await.expect("an answer");
        assert_eq!(parent(&own, 4).await, Some(TurnId::from_key(2)));
        assert_eq!((parent(&own, 1).await, parent(&other, 4).await), (None, None));
        let below = async |rows: &Rows| rows.spawned_turns().open_of(TurnId::from_key(1)).await.expect("turns");
        assert_eq!((below(&own).await, below(&other).await), (vec![TurnId::from_key(3)], vec![]));
    }
}
