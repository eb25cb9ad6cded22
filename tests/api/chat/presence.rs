//! `chat.presence`

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, ended, question_in, text, turns_away};
use crate::support::{Gate, Reply, TestApp, both_backends};

both_backends! {
    async fn lists_the_callers_open_turns(talk: Talk) {
        let member = talk.app.member();
        assert_eq!(member.get("/chat/presence").await.expect(200), json!({"data": [], "next_cursor": null}));
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let mut stream = talk.stream("hello").await;
        let first = stream.next_event().await.expect("an event").data;
        talk.app.clock.advance_ms(1_000);
        let second = talk.start(&question_in(&first, "and?"));
        let listed = loop {
            let listed = member.get("/chat/presence").await.expect(200);
            if listed["data"].as_array().expect("a list").len() == 2 {
                break listed;
            }
            tokio::task::yield_now().await;
        };
        let seen = |turn: &Value| json!([turn["agent_id"], turn["activity"], turn["since"]]);
        assert_eq!(seen(&listed["data"][0]), json!([AGENT, "waiting", "2026-11-23T21:00:01.000Z"]));
        assert_eq!(seen(&listed["data"][1]), json!([AGENT, "answering", "2026-11-23T21:00:00.000Z"]));
        assert_eq!(listed["data"][1]["turn_id"], first["turn_id"]);
        assert!(listed["data"].as_array().expect("a list").iter().all(|turn| turn["session_id"] == first["session_id"]));
        let page = member.get("/chat/presence?limit=1").await.expect(200);
        assert_eq!(page["data"][0], listed["data"][0]);
        let rest = member.get(&format!("/chat/presence?limit=1&cursor={}", text(&page, "next_cursor"))).await.expect(200);
        assert_eq!((&rest["data"], &rest["next_cursor"]), (&json!([listed["data"][1]]), &Value::Null));
        for other in [talk.app.admin(), talk.app.other_member(), talk.app.other_workspace()] {
            assert_eq!(other.get("/chat/presence").await.expect(200)["data"], json!([]));
        }
        talk.will(Reply::Answer("yes".into()));
        gate.open();
        ended(&member, text(&first, "turn_id")).await;
        second.await.expect("a task").expect(200);
        assert_eq!(member.get("/chat/presence").await.expect(200)["data"], json!([]));
    }
}

#[tokio::test]
async fn is_for_members() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| caller.get("/chat/presence")).await;
    app.member().get("/chat/presence?agent=x").await.expect_problem(422, "invalid_request");
}
