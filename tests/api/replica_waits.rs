//! Turns that wait, with several gateways over one PostgreSQL: whichever hears of the decision or of the results goes on with the
//! turn, once. SQLite has one gateway at a time: the tests of the operations restart it.

use serde_json::{Value, json};

use crate::approvals::{Asks, decide, events, pending, waiting};
use crate::conversation::{AGENT, Talk, ended, sent, text, types};
use crate::mcp::{call, called, handshake_with, plain, with_handshake};
use crate::socket::Socket;
use crate::support::{Ask, Caller, OnBackend, Replica, Reply, TestBackend};

/// Two gateways, of whose agent's calls a person decides; `None` without a PostgreSQL.
async fn two() -> Option<(Talk, Replica)> {
    let Asks(talk) = Asks::on(TestBackend::postgres().await?).await;
    let there = talk.app.replica().await;
    Some((talk, there))
}

async fn at(there: &Replica, caller: Caller) -> Caller {
    there.bearer(&caller.token().await)
}

#[tokio::test]
async fn a_turn_that_waits_for_an_approval_goes_on_at_another_gateway() {
    let Some((talk, there)) = two().await else { return };
    let (asking, approval) = waiting(&talk).await;
    talk.will(Reply::Answer("It is nine.".into()));
    let (admin, member) = (at(&there, talk.app.admin()).await, at(&there, talk.app.member()).await);
    decide(&member, &approval, "approve", json!({})).await.expect_problem(403, "forbidden");
    let approved = decide(&admin, &approval, "approve", json!({})).await.expect(200);
    // Who asked here has the answer from there.
    assert_eq!(asking.await.expect("it ends").expect(200)["content"], "It is nine.");
    assert_eq!(types(&events(&talk.app, &approval).await).len(), 7);
    assert_eq!(decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200), approved);
    decide(&talk.app.admin(), &approval, "deny", json!({})).await.expect_problem(409, "conflict");
    assert_eq!(talk.upstream.received().len(), 2);
}

#[tokio::test]
async fn of_decisions_at_both_gateways_at_once_one_holds() {
    let Some((talk, there)) = two().await else { return };
    let owner = at(&there, talk.app.owner()).await;
    for round in 1..=4 {
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("Done.".into()));
        let here = sent(decide(&talk.app.admin(), &approval, "approve", json!({})));
        let there = sent(decide(&owner, &approval, "deny", json!({})));
        let (here, there) = (here.await.expect("an answer"), there.await.expect("an answer"));
        assert_ne!(here.status, there.status, "one of them holds");
        let is_approved = here.status == 200;
        if is_approved { there } else { here }.expect_problem(409, "conflict");
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["status"], &done["tool_calls"][0]["is_error"]), (&json!("completed"), &json!(!is_approved)));
        assert_eq!(talk.upstream.received().len(), 2 * round, "it went on once");
        let results = events(&talk.app, &approval).await;
        assert_eq!(results.iter().filter(|event| event.event == "tool_result").count(), 1);
    }
}

#[tokio::test]
async fn a_turn_outlives_the_gateway_that_began_it() {
    let Some((talk, there)) = two().await else { return };
    let (asking, approval) = waiting(&talk).await;
    asking.abort();
    talk.app.gateway().shutdown(std::time::Duration::ZERO).await;
    talk.will(Reply::Answer("It is nine.".into()));
    let admin = at(&there, talk.app.admin()).await;
    decide(&admin, &approval, "approve", json!({})).await.expect(200);
    let done = ended(&admin, text(&approval, "turn_id")).await;
    assert_eq!((&done["status"], &done["content"]), (&json!("completed"), &json!("It is nine.")));
}

fn asks_for_results() -> Value {
    json!({"agent_id": AGENT, "message": "How is Rome?", "tools": [{"name": "weather"}]})
}

fn results(caller: &Caller, turn: &Value, content: &str) -> Ask {
    let body = json!({"results": [{"call_id": "call_1", "content": content}]});
    caller.post(&format!("/chat/turns/{}/results", text(turn, "turn_id"))).json(&body)
}

#[tokio::test]
async fn results_are_taken_by_any_gateway_and_once_of_two_at_once() {
    let Some((talk, there)) = two().await else { return };
    let member = at(&there, talk.app.member()).await;
    let call = || Reply::Call(String::new(), vec![("call_1", "weather", "{}")]);
    talk.will(call()).will(Reply::Answer("It is sunny.".into()));
    let turn = talk.app.member().post("/chat").json(&asks_for_results()).await.expect(200);
    assert_eq!(turn["status"], "awaiting_results");
    let done = results(&member, &turn, "sunny").await.expect(200);
    assert_eq!((&done["status"], &done["content"]), (&json!("completed"), &json!("It is sunny.")));
    assert_eq!(results(&talk.app.member(), &turn, "rainy").await.expect(200), done, "what happened");
    results(&at(&there, talk.app.other_member()).await, &turn, "sunny").await.expect_problem(404, "not_found");
    results(&at(&there, talk.app.other_workspace()).await, &turn, "sunny").await.expect_problem(404, "not_found");
    for round in 2..=5 {
        talk.will(call()).will(Reply::Answer("Done.".into()));
        let turn = member.post("/chat").json(&asks_for_results()).await.expect(200);
        let both = [sent(results(&talk.app.member(), &turn, "sunny")), sent(results(&member, &turn, "rainy"))];
        let mut answers = Vec::new();
        for answer in both {
            answers.push(answer.await.expect("it ends").expect(200));
        }
        assert_eq!((&answers[0], &answers[0]["status"]), (&answers[1], &json!("completed")));
        assert_eq!(talk.upstream.received().len(), 2 * round, "it went on once");
    }
}

#[tokio::test]
async fn a_wait_whose_time_is_over_is_ended_by_the_gateway_that_is_left() {
    let Some((talk, there)) = two().await else { return };
    let (asking, approval) = waiting(&talk).await;
    asking.abort();
    talk.app.gateway().shutdown(std::time::Duration::ZERO).await;
    talk.will(Reply::Answer("I may not.".into()));
    talk.app.clock.advance_ms(300_000);
    let admin = at(&there, talk.app.admin()).await;
    decide(&admin, &approval, "approve", json!({})).await.expect_problem(409, "expired");
    let done = ended(&admin, text(&approval, "turn_id")).await;
    assert_eq!((&done["content"], &done["tool_calls"][0]["is_error"]), (&json!("I may not."), &json!(true)));
}

#[tokio::test]
async fn frames_of_one_gateway_and_answers_of_mcp_clients_count_at_the_other() {
    let Some((mut talk, there)) = two().await else { return };
    let (here, admin) = (talk.app.admin(), at(&there, talk.app.admin()).await);
    let calls = || Reply::Call(String::new(), vec![("call_1", "current_time", "{}")]);
    // The call is asked about at one gateway, and the answer comes to the other.
    let session = handshake_with(&here, json!({"elicitation": {}})).await;
    talk.will(calls()).will(Reply::Answer("It is nine.".into()));
    let asked = call(AGENT, json!({"message": "What time is it?"}));
    let mut answer = with_handshake(&here, &session, 1, "tools/call", asked).await;
    let question = answer.next_event().await.expect("a question").data;
    let content = json!({"action": "accept", "content": {"decision": "approve"}});
    let message_of_answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": content});
    let taken = plain(&admin, &message_of_answer).header("mcp-session-id", &session).await;
    assert_eq!(taken.status, 202);
    assert_eq!(called(answer).await.0["structuredContent"]["answer"], "It is nine.");
    // A turn that was asked for at the other gateway is decided on by a frame at this one, and followed there.
    talk.will(calls()).will(Reply::Answer("It is ten.".into()));
    let token = here.token().await;
    let listening = talk.app.listen().await;
    let mut socket = Socket::of(listening.address, &token).await;
    let asking = sent(admin.post("/chat").json(&json!({"agent_id": AGENT, "message": "And now?"})));
    let approval = pending(&talk.app, 1).await.remove(0);
    let approve = json!({"type": "approve", "approval_id": approval["id"]});
    assert_eq!(socket.ask(&approve).await["type"], "accepted");
    assert_eq!(asking.await.expect("it ends").expect(200)["content"], "It is ten.");
}
