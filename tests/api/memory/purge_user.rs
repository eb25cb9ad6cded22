//! `memory.purge_user`

use astra_core::params;
use serde_json::{Value, json};

use super::{fact, is_a_change, keep, listed, note, shared, turns_away};
use crate::conversation::{AGENT, ECHO, Talk};
use crate::support::{Caller, Gate, Reply, TestApp, both_backends};

/// Where a user is purged.
fn path(user_id: &Value) -> String {
    format!("/memory/users/{}", user_id.as_str().expect("an id"))
}

/// A question of `caller` and its turn.
async fn say(caller: &Caller, text: &str) -> Value {
    caller.post("/chat").json(&json!({"agent_id": ECHO, "message": text})).await.expect(200)
}

/// All texts of all tables in which `word` stands, by table.
async fn found(app: &TestApp, word: &'static str) -> Vec<&'static str> {
    let columns = [
        ("memories", "content"),
        ("memory_versions", "snapshot"),
        ("turns", "question"),
        ("turns", "answer"),
        ("turn_events", "events"),
        ("sessions", "title"),
        ("idempotency_keys", "answer"),
        ("memory_user_profiles", "document"),
    ];
    let mut found = Vec::new();
    for (table, column) in columns {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE $2 AND workspace_id = $1");
        let rows = app.store();
        let count = rows.read(move |tx| tx.one(&sql, params![format!("%{word}%").as_str()])?.next_int());
        if count.await.expect("a count") > 0 {
            found.push(table);
        }
    }
    found
}

both_backends! {
    async fn leaves_nothing_of_the_user_and_all_of_the_others(talk: Talk) {
        let (app, member) = (&talk.app, talk.app.member());
        let own = keep(&member, &fact("secret", "Zanzibar")).await;
        keep(&member, &fact("secret", "Zanzibar two")).await;
        member.post("/memory").header("idempotency-key", "k").json(&note("Zanzibar note")).await.expect(201);
        let session = member.post("/sessions").json(&json!({"agent_id": ECHO, "title": "Zanzibar"})).await.expect(201);
        member.post("/chat").json(&json!({"session_id": session["id"], "agent_id": ECHO, "message": "To Zanzibar!"})).await.expect(200);
        keep(&app.other_member(), &note("Timbuktu")).await;
        say(&app.other_member(), "To Timbuktu!").await;
        keep(&app.admin(), &shared("Everyone's")).await;
        assert!(found(app, "Zanzibar").await.len() >= 6);
        let others = found(app, "Timbuktu").await;
        let account = app.owner().delete(&path(&own["user_id"])).await.expect(200);
        assert_eq!(account["tiers"], json!([{"tier": "daily", "memories": 1}, {"tier": "profile", "memories": 2}]));
        let tables = account["tables"].as_array().expect("tables");
        let rows = |table: &str| tables.iter().find(|row| row["table"] == table).map_or(0, |row| row["rows"].as_i64().unwrap_or(0));
        assert_eq!((rows("memories"), rows("sessions"), rows("turns"), rows("memory_index"), rows("idempotency_keys")), (3, 1, 1, 3, 1));
        assert_eq!(account["rows"].as_i64(), Some(tables.iter().filter_map(|row| row["rows"].as_i64()).sum()));
        assert_eq!(found(app, "Zanzibar").await, [""; 0]);
        assert_eq!(found(app, "Timbuktu").await, others);
        assert_eq!(listed(&member, "").await, ["Everyone's"]);
        assert_eq!(listed(&app.other_member(), "").await, ["Everyone's", "Timbuktu"]);
        member.get(&format!("/sessions/{}", session["id"].as_str().expect("an id"))).await.expect_problem(404, "not_found");
        // The user goes on afterwards.
        say(&member, "Hello again").await;
        assert_eq!(keep(&member, &note("new")).await["content"], "new");
        let bytes = app.store().sessions().storage_bytes().await.expect("a sum");
        let rows = app.store();
        let kept = rows.read(|tx| tx.one("SELECT CAST(COALESCE(SUM(t.bytes), 0) AS BIGINT) FROM turns t WHERE t.workspace_id = $1", params![])?.next_int());
        assert_eq!(i64::try_from(bytes).ok(), kept.await.ok());
    }

    async fn is_for_owners_and_the_user_itself(app: TestApp) {
        let own = keep(&app.member(), &note("mine")).await;
        for other in [app.other_member(), app.admin(), app.other_workspace()] {
            other.delete(&path(&own["user_id"])).await.expect_problem(404, "not_found");
        }
        assert_eq!(listed(&app.member(), "").await, ["mine"]);
        assert_eq!(app.member().delete(&path(&own["user_id"])).await.expect(200)["tiers"], json!([{"tier": "daily", "memories": 1}]));
        assert_eq!(app.member().delete(&path(&own["user_id"])).await.expect(200)["tiers"], json!([]));
        app.owner().delete("/memory/users/usr_nobody").await.expect_problem(404, "not_found");
    }

    async fn waits_for_the_end_of_open_turns(talk: Talk) {
        let own = keep(&talk.app.member(), &note("mine")).await;
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "later".into()));
        let turn = talk.start(&json!({"agent_id": AGENT, "message": "hm"}));
        talk.upstream.wait_for(1).await;
        talk.app.owner().delete(&path(&own["user_id"])).await.expect_problem(409, "conflict");
        assert_eq!(listed(&talk.app.member(), "").await, ["mine"]);
        gate.open();
        turn.await.expect("an answer").expect(200);
        talk.app.owner().delete(&path(&own["user_id"])).await.expect(200);
    }
}

#[tokio::test]
async fn is_a_change_of_a_members() {
    let app = TestApp::new().await;
    let own = keep(&app.member(), &note("mine")).await;
    turns_away(&app, |caller| caller.delete(&path(&own["user_id"]))).await;
    is_a_change(&app, |caller| caller.delete(&path(&own["user_id"]))).await;
}
