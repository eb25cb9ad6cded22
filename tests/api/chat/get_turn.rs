//! `chat.get_turn`

use serde_json::{Value, json};

use crate::conversation::{Talk, ended, hides_from_others, question, text, turns_away};
use crate::support::{Gate, Reply, TestApp, both_backends};

both_backends! {
    async fn tells_a_turn_while_it_runs_and_afterwards(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let mut stream = talk.stream("hello").await;
        let first = stream.next_event().await.expect("an event");
        let path = format!("/chat/turns/{}", text(&first.data, "turn_id"));
        let member = talk.app.member();
        let turn = member.get(&path).await.expect(200);
        assert_eq!(turn["status"], "running");
        assert_eq!((&turn["content"], &turn["finished_at"], &turn["error"]), (&Value::Null, &Value::Null, &Value::Null));
        talk.app.clock.advance_ms(1_500);
        gate.open();
        let turn = ended(&member, text(&turn, "turn_id")).await;
        assert_eq!((&turn["status"], &turn["content"]), (&json!("completed"), &json!("late")));
        assert_eq!(turn["finished_at"], "2026-11-23T21:00:01.500Z");
        assert_eq!(talk.app.admin().get(&path).await.expect(200), turn);
    }
}

#[tokio::test]
async fn is_the_askers_and_the_admins_alone() {
    let app = TestApp::new().await;
    let body = json!({"agent_id": "assistant", "message": "hello"});
    let turn = app.member().post("/chat").json(&body).await.expect(200);
    let path = format!("/chat/turns/{}", text(&turn, "turn_id"));
    turns_away(&app, |caller| caller.get(&path)).await;
    hides_from_others(&app, |caller| caller.get(&path)).await;
    app.member().get("/chat/turns/trn_0000000000000").await.expect_problem(404, "not_found");
    app.member().get("/chat/turns/trn_1").await.expect_problem(422, "invalid_request");
    assert_eq!(question("x")["message"], "x");
}
