//! `tools.approve`, and the turns that wait for it.

use serde_json::{Value, json};

use crate::approvals::{Asks, decide, definition, events, pending, waiting};
use crate::conversation::{AGENT, ended, question, sent, text, turns_away, types};
use crate::support::{OnBackend, Reply, TestApp, TestBackend, both_backends};

const TWO: [(&str, &str, &str); 2] = [("a", "current_time", "{}"), ("b", "current_time", "{}")];

both_backends! {
    async fn lets_the_call_be_made(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        assert_eq!((&approval["status"], &approval["tool"], &approval["call_id"]), (&json!("pending"), &json!("current_time"), &json!("call_1")));
        assert_eq!((&approval["arguments"], &approval["decided_by"]), (&json!({"time_zone": "UTC"}), &Value::Null));
        assert_eq!(approval["expires_at"], "2026-11-23T21:05:00.000Z");
        let turn = talk.app.member().get(&format!("/chat/turns/{}", text(&approval, "turn_id"))).await.expect(200);
        assert_eq!((&turn["status"], &turn["finish_reason"], &turn["content"]), (&json!("awaiting_approval"), &Value::Null, &json!("Let me see.")));
        assert_eq!(talk.app.member().get("/chat/presence").await.expect(200)["data"][0]["activity"], "awaiting_approval");
        talk.will(Reply::Answer("It is nine.".into()));
        let approved = decide(&talk.app.admin(), &approval, "approve", json!({"note": "go on"})).await.expect(200);
        assert_eq!((&approved["status"], &approved["note"]), (&json!("approved"), &json!("go on")));
        assert!(approved["decided_by"].is_string() && approved["decided_at"].is_string(), "{approved}");
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["status"], &done["content"], &done["tool_calls"][0]["is_error"]), (&json!("completed"), &json!("It is nine."), &json!(false)));
        assert_eq!(types(&events(&talk.app, &approval).await), ["session_resolved", "content", "tool_call_complete",
            "approval_required", "tool_result", "content", "done"]);
        assert_eq!(talk.upstream.received().len(), 2);
        // The same decision again is the first one; another one is refused.
        assert_eq!(decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200), approved);
        let problem = decide(&talk.app.admin(), &approval, "deny", json!({})).await.expect_problem(409, "conflict");
        assert!(text(&problem, "detail").contains("has approved the call"), "{problem}");
        decide(&talk.app.owner(), &approval, "approve", json!({})).await.expect_problem(409, "conflict");
    }

    async fn the_last_decision_of_an_answer_lets_the_turn_go_on(asks: Asks) {
        let Asks(talk) = asks;
        talk.will(Reply::Call(String::new(), TWO.to_vec())).will(Reply::Answer("Done.".into()));
        let asking = talk.start(&question("go"));
        let both = pending(&talk.app, 2).await;
        let decisions: Vec<_> = both.iter().map(|one| sent(decide(&talk.app.admin(), one, "approve", json!({})))).collect();
        for decision in decisions {
            decision.await.expect("it ends").expect(200);
        }
        let done = asking.await.expect("it ends").expect(200);
        let failed: Vec<_> = done["tool_calls"].as_array().expect("calls").iter().map(|call| call["is_error"].clone()).collect();
        assert_eq!(failed, [json!(false), json!(false)], "{done}");
    }

    async fn of_two_at_once_one_holds(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("It is nine.".into()));
        let yes = sent(decide(&talk.app.admin(), &approval, "approve", json!({})));
        let no = sent(decide(&talk.app.owner(), &approval, "deny", json!({})));
        let (yes, no) = (yes.await.expect("an answer"), no.await.expect("an answer"));
        assert_ne!(yes.status, no.status, "one of them holds");
        let (winner, loser) = if yes.status == 200 { (yes, no) } else { (no, yes) };
        let status = winner.expect(200)["status"].clone();
        loser.expect_problem(409, "conflict");
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!(done["tool_calls"][0]["is_error"], json!(status == "denied"));
    }

    async fn comes_too_late_when_the_time_is_over(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("I may not.".into()));
        talk.app.clock.advance_ms(300_000);
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect_problem(409, "expired");
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["content"], &done["tool_calls"][0]["is_error"]), (&json!("I may not."), &json!(true)));
        let read = talk.upstream.received()[1].body["messages"].clone();
        assert!(text(&read[2], "content").contains("no person approved the call in time"), "{read}");
        let list = talk.app.admin().get("/tools/approvals?status=expired").await.expect(200);
        assert_eq!((&list["data"][0]["id"], &list["data"][0]["decided_by"]), (&approval["id"], &Value::Null));
    }

    async fn goes_on_after_a_restart(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        asking.abort();
        let _ = asking.await;
        let (url, upstream) = (talk.upstream.url(), talk.upstream);
        let mut definition = definition();
        definition["model"] = json!({"provider": "scripted"});
        let app = TestApp::builder(talk.app.close()).upstream("scripted", &url).agent(AGENT, definition).open().await;
        let path = format!("/chat/turns/{}", text(&approval, "turn_id"));
        assert_eq!(app.member().get(&path).await.expect(200)["status"], "awaiting_approval");
        upstream.will(Reply::Answer("It is nine.".into()));
        decide(&app.admin(), &approval, "approve", json!({})).await.expect(200);
        let done = ended(&app.member(), text(&approval, "turn_id")).await;
        assert_eq!((&done["status"], &done["content"]), (&json!("completed"), &json!("It is nine.")));
        assert_eq!(upstream.received().len(), 2);
        assert_eq!(types(&events(&app, &approval).await).len(), 7);
    }

    async fn is_refused_when_the_turn_has_ended(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        let path = format!("/chat/turns/{}/cancel", text(&approval, "turn_id"));
        assert_eq!(talk.app.member().post(&path).await.expect(200)["status"], "cancelled");
        asking.await.expect("it ends").expect_problem(409, "cancelled");
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect_problem(409, "conflict");
        let list = talk.app.member().get("/tools/approvals?status=cancelled").await.expect(200);
        assert_eq!(list["data"][0]["id"], approval["id"]);
    }

    async fn a_turn_waits_for_a_person_and_then_for_its_caller(asks: Asks) {
        let Asks(talk) = asks;
        talk.will(Reply::Call(String::new(), vec![("a", "current_time", "{}"), ("b", "weather", "{}")]));
        talk.will(Reply::Answer("Done.".into()));
        let mut body = question("go");
        body["tools"] = json!([{"name": "weather"}]);
        let asking = talk.start(&body);
        let approval = pending(&talk.app, 1).await.remove(0);
        let results = format!("/chat/turns/{}/results", text(&approval, "turn_id"));
        let body = json!({"results": [{"call_id": "b", "content": "sunny"}]});
        talk.app.member().post(&results).json(&body).await.expect_problem(409, "conflict");
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
        let turn = asking.await.expect("it ends").expect(200);
        assert_eq!((&turn["status"], &turn["tool_calls"][0]["is_error"]), (&json!("awaiting_results"), &json!(false)));
        assert_eq!(talk.app.member().post(&results).json(&body).await.expect(200)["content"], "Done.");
        assert_eq!(types(&events(&talk.app, &approval).await), ["session_resolved", "tool_call_complete", "tool_call_complete",
            "approval_required", "tool_result", "results_required", "tool_result", "content", "done"]);
    }
}

#[tokio::test]
async fn is_for_admins_of_the_workspace() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let (asking, approval) = waiting(&talk).await;
    let path = format!("/tools/approvals/{}/approve", text(&approval, "id"));
    turns_away(&talk.app, |caller| caller.post(&path).json(&json!({}))).await;
    // The asker may not decide on its own calls.
    talk.app.member().post(&path).json(&json!({})).await.expect_problem(403, "forbidden");
    talk.app.other_workspace().post(&path).json(&json!({})).await.expect_problem(404, "not_found");
    let nowhere = "/tools/approvals/apr_0000000000000/approve";
    talk.app.admin().post(nowhere).json(&json!({})).await.expect_problem(404, "not_found");
    talk.app.admin().post(&path).json(&json!({"note": 1})).await.expect_problem(422, "invalid_request");
    asking.abort();
}
