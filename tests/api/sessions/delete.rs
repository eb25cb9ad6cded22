//! `sessions.delete`

use astra_core::params;

use crate::conversation::{Talk, calls, hides_from_others, id_of, question_in, text, turns_away};
use crate::support::{Gate, Reply, TestApp, both_backends};

/// How many rows each of the tables has that keep what was said.
async fn rows(app: &TestApp) -> Vec<i64> {
    let store = app.store();
    let counted = store.read(|tx| {
        let tables = ["sessions", "open_turns", "turns", "turn_events"];
        let count = |table: &str| {
            tx.one(&format!("SELECT COUNT(*) FROM {table} WHERE workspace_id = $1"), params![])?.next_int()
        };
        tables.into_iter().map(count).collect()
    });
    counted.await.expect("the rows")
}

/// Removes all that deleted sessions have left.
async fn sweep(app: &TestApp) {
    while app.db().sweep_deleted_sessions().await.expect("a piece") {}
}

both_backends! {
    async fn takes_everything_but_the_account(talk: Talk) {
        let kept = talk.session().await;
        talk.say_in(&kept, "stay").await;
        let before = rows(&talk.app).await;
        let gone = talk.session().await;
        let turn = talk.say_in(&gone, "go").await;
        talk.app.member().post("/chat/stream").json(&question_in(&gone, "go")).await.events().await;
        let path = format!("/sessions/{}", id_of(&gone));
        talk.app.member().delete(&path).await.expect(204);
        talk.app.member().get(&path).await.expect_problem(404, "not_found");
        sweep(&talk.app).await;
        assert_eq!(rows(&talk.app).await, before);
        talk.app.member().get(&path).await.expect_problem(404, "not_found");
        talk.app.member().get(&format!("/chat/turns/{}", text(&turn, "turn_id"))).await.expect_problem(404, "not_found");
        talk.app.member().delete(&path).await.expect_problem(404, "not_found");
        assert_eq!(talk.said(&kept).await.len(), 2);
        assert_eq!(calls(&talk.app).await, 3);
    }

    async fn waits_for_no_running_turn(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let session = talk.session().await;
        let asking = talk.start(&question_in(&session, "hello"));
        talk.upstream.wait_for(1).await;
        let path = format!("/sessions/{}", id_of(&session));
        talk.app.member().delete(&path).await.expect_problem(409, "agent_busy");
        gate.open();
        asking.await.expect("it ends").expect(200);
        talk.app.member().delete(&path).await.expect(204);
    }

    async fn leaves_a_fork_what_it_reads(talk: Talk) {
        let session = talk.session().await;
        talk.say_in(&session, "hello").await;
        let path = format!("/sessions/{}", id_of(&session));
        let fork = talk.app.member().post(&format!("{path}/fork")).json(&serde_json::json!({})).await.expect(201);
        talk.say_in(&fork, "on").await;
        talk.app.member().delete(&path).await.expect(204);
        assert_eq!(talk.said(&fork).await.len(), 4);
        talk.app.member().delete(&format!("/sessions/{}", id_of(&fork))).await.expect(204);
        sweep(&talk.app).await;
        assert_eq!(rows(&talk.app).await, [0; 4]);
    }

    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}", id_of(&session));
        turns_away(&talk.app, |caller| caller.delete(&path)).await;
        hides_from_others(&talk.app, |caller| caller.delete(&path)).await;
        talk.app.admin().delete(&path).await.expect(204);
    }
}
