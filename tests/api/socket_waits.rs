//! Turns that wait, over a WebSocket: decisions and results are sent as frames, with the checks and the effects of the operations.

use astra_core::auth::Role;
use astra_core::params;
use serde_json::{Value, json};

use crate::approvals::{Asks, decide, pending, waiting};
use crate::conversation::{AGENT, Talk, ended, text};
use crate::socket::{Socket, message};
use crate::support::{Caller, Listening, OnBackend, Reply, TestApp, TestBackend, both_backends};

/// A listening gateway, and a WebSocket of `caller`.
async fn open(talk: &mut Talk, caller: Caller) -> (Listening, Socket) {
    let token = caller.token().await;
    let listening = talk.app.listen().await;
    let socket = Socket::of(listening.address, &token).await;
    (listening, socket)
}

/// The next event of the type `kind`.
async fn event(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let frame = socket.next().await;
        if frame["type"] == kind {
            return frame;
        }
    }
}

/// Sends `frame`; the answer to it and the turn's events until it ends, which come beside each other.
async fn to_the_end(socket: &mut Socket, frame: &Value) -> (Value, Vec<Value>) {
    let mut frame = frame.clone();
    frame["request_id"] = "last".into();
    socket.send(&frame).await;
    let (mut answer, mut events) = (Value::Null, Vec::new());
    let is_last = |event: &Value| ["done", "error"].contains(&text(event, "type"));
    while answer.is_null() || !events.last().is_some_and(is_last) {
        let next = socket.next().await;
        if next["request_id"] == "last" { answer = next } else { events.push(next) }
    }
    (answer, events)
}

fn decision(verb: &str, approval: &Value) -> Value {
    let id = approval.get("approval_id").or(approval.get("id")).expect("an approval");
    json!({"type": verb, "approval_id": id})
}

#[track_caller]
fn refused(answer: &Value, code: &str) {
    assert_eq!((text(answer, "type"), text(&answer["problem"], "code")), ("problem", code), "{answer}");
}

/// The types of events, in order; pieces of a text are one.
fn kinds(events: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = events.iter().map(|event| text(event, "type")).collect();
    kinds.dedup();
    kinds
}

/// What the audit says of decisions: the operation, and who.
async fn audited(app: &TestApp) -> Vec<String> {
    let store = app.store();
    let rows = store.read(|tx| {
        let sql = "SELECT action FROM audit WHERE workspace_id = $1 AND target_kind = 'approval' ORDER BY sequence";
        tx.query(sql, params![])?.into_iter().map(|mut row| row.next_text()).collect()
    });
    rows.await.expect("the audit")
}

both_backends! {
    async fn a_call_is_approved_in_a_frame_and_the_events_go_on(asks: Asks) {
        let Asks(mut talk) = asks;
        talk.will(Reply::Call("Let me see.".into(), vec![("call_1", "current_time", "{}")])).will(Reply::Answer("It is nine.".into()));
        let admin = talk.app.admin();
        let (_listening, mut socket) = open(&mut talk, admin).await;
        let turn_id = socket.say("What time is it?").await;
        let asked = event(&mut socket, "approval_required").await;
        let mut frame = decision("approve", &asked);
        frame["note"] = "go on".into();
        let (answer, events) = to_the_end(&mut socket, &frame).await;
        assert_eq!(answer, json!({"type": "accepted", "request_id": "last", "turn_id": turn_id}));
        assert_eq!(kinds(&events), ["tool_result", "content", "done"]);
        assert_eq!(events[0]["is_error"], false);
        let list = talk.app.admin().get("/tools/approvals").await.expect(200);
        assert_eq!((&list["data"][0]["status"], &list["data"][0]["note"]), (&json!("approved"), &json!("go on")));
        assert_eq!(audited(&talk.app).await, ["tools.approve"]);
        // The first decision holds, also here: the same one again is accepted, and another one is not.
        assert_eq!(socket.ask(&decision("approve", &asked)).await["type"], "accepted");
        refused(&socket.ask(&decision("deny", &asked)).await, "conflict");
    }

    async fn a_call_is_denied_in_a_frame_by_another_connection(asks: Asks) {
        let Asks(mut talk) = asks;
        talk.will(Reply::Call(String::new(), vec![("call_1", "current_time", "{}")])).will(Reply::Answer("I may not.".into()));
        let (member, admin) = (talk.app.member(), talk.app.admin().token().await);
        let (listening, mut socket) = open(&mut talk, member).await;
        let turn_id = socket.say("What time is it?").await;
        let asked = event(&mut socket, "approval_required").await;
        // Who asked may not decide, whichever way.
        for verb in ["approve", "deny"] {
            refused(&socket.ask(&decision(verb, &asked)).await, "forbidden");
        }
        let mut other = Socket::of(listening.address, &admin).await;
        let mut frame = decision("deny", &asked);
        frame["note"] = "Not on a Friday.".into();
        assert_eq!(other.ask(&frame).await["turn_id"], turn_id);
        let events = socket.events().await;
        assert_eq!((&events[0]["is_error"], text(events.last().expect("an end"), "type")), (&json!(true), "done"));
        assert!(text(&events[0], "content").ends_with("a person denied the call: Not on a Friday."), "{events:?}");
        // The other connection does not follow the turn.
        assert_eq!(other.ask(&json!({"type": "ping"})).await["type"], "pong");
        assert_eq!(audited(&talk.app).await, ["tools.deny"]);
    }

    async fn of_two_decisions_at_once_one_holds(asks: Asks) {
        let Asks(mut talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("It is nine.".into()));
        let owner = talk.app.owner().token().await;
        let admin = talk.app.admin();
        let (listening, mut yes) = open(&mut talk, admin).await;
        let mut no = Socket::of(listening.address, &owner).await;
        let (approve, deny) = (decision("approve", &approval), decision("deny", &approval));
        let (yes, no) = tokio::join!(yes.ask(&approve), no.ask(&deny));
        let is_approved = yes["type"] == "accepted";
        assert_ne!(is_approved, no["type"] == "accepted", "{yes} {no}");
        refused(if is_approved { &no } else { &yes }, "conflict");
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!(done["tool_calls"][0]["is_error"], json!(!is_approved));
        assert_eq!(audited(&talk.app).await, [if is_approved { "tools.approve" } else { "tools.deny" }]);
    }

    async fn a_decision_that_comes_too_late_is_refused(asks: Asks) {
        let Asks(mut talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("I may not.".into()));
        let admin = talk.app.admin();
        let (_listening, mut socket) = open(&mut talk, admin).await;
        talk.app.clock.advance_ms(300_000);
        refused(&socket.ask(&decision("approve", &approval)).await, "expired");
        assert_eq!(asking.await.expect("it ends").expect(200)["tool_calls"][0]["is_error"], true);
        refused(&socket.ask(&decision("deny", &approval)).await, "expired");
        assert!(audited(&talk.app).await.is_empty());
    }

    async fn results_are_taken_in_a_frame_and_the_events_go_on(talk: Talk) {
        let mut talk = talk;
        let (member, other) = (talk.app.member(), talk.app.member().token().await);
        let (listening, mut socket) = open(&mut talk, member).await;
        let (turn_id, _) = asked_for_results(&talk, &mut socket).await;
        talk.will(Reply::Answer("It is sunny.".into()));
        let frame = results(&turn_id, &[("call_1", "sunny")]);
        let (answer, events) = to_the_end(&mut socket, &frame).await;
        assert_eq!(answer, json!({"type": "accepted", "request_id": "last", "turn_id": turn_id}));
        assert_eq!(kinds(&events), ["tool_result", "content", "done"]);
        assert_eq!(events.last().expect("an end")["turn"]["content"], "It is sunny.");
        // A second submission of the same call is answered with what happened, whatever it says, wherever it comes from.
        assert_eq!(socket.ask(&results(&turn_id, &[("call_1", "rainy")])).await["type"], "accepted");
        assert_eq!(Socket::of(listening.address, &other).await.ask(&frame).await["type"], "accepted");
        refused(&socket.ask(&results(&turn_id, &[("call_2", "rainy")])).await, "invalid_request");
        assert_eq!(talk.upstream.received().len(), 2);
    }

    async fn of_two_submissions_at_once_one_is_kept(talk: Talk) {
        let mut talk = talk;
        let (member, token) = (talk.app.member(), talk.app.member().token().await);
        let (listening, mut socket) = open(&mut talk, member.clone()).await;
        let (turn_id, _) = asked_for_results(&talk, &mut socket).await;
        talk.will(Reply::Answer("Fine.".into()));
        let mut others = [Socket::of(listening.address, &token).await, Socket::of(listening.address, &token).await];
        let [first, second] = &mut others;
        let (sunny, rainy) = (results(&turn_id, &[("call_1", "sunny")]), results(&turn_id, &[("call_1", "rainy")]));
        let (sunny, rainy) = tokio::join!(first.ask(&sunny), second.ask(&rainy));
        assert_eq!((&sunny["type"], &rainy["type"]), (&json!("accepted"), &json!("accepted")));
        let events = socket.events().await;
        assert_eq!(events.iter().filter(|event| event["type"] == "tool_result").count(), 1, "{events:?}");
        assert_eq!(talk.upstream.received().len(), 2);
    }
}

/// A question over `socket` whose turn waits for the result of `call_1`; the turn's id, and the event that says so.
async fn asked_for_results(talk: &Talk, socket: &mut Socket) -> (String, Value) {
    talk.will(Reply::Call("Let me see.".into(), vec![("call_1", "weather", r#"{"city":"Rome"}"#)]));
    let mut frame = message("How is Rome?");
    frame["tools"] = json!([{"name": "weather"}]);
    let turn_id = text(&socket.ask(&frame).await, "turn_id").to_owned();
    let asked = event(socket, "results_required").await;
    assert_eq!(asked["calls"][0]["call_id"], "call_1");
    (turn_id, asked)
}

fn results(turn_id: &str, of: &[(&str, &str)]) -> Value {
    let result = |(id, content): &(&str, &str)| json!({"call_id": id, "content": content});
    json!({"type": "submit_results", "turn_id": turn_id, "results": of.iter().map(result).collect::<Vec<_>>()})
}

#[tokio::test]
async fn decisions_are_for_admins_of_the_workspace_with_the_scope() {
    let Asks(mut talk) = Asks::on(TestBackend::sqlite()).await;
    let (asking, approval) = waiting(&talk).await;
    let narrow = talk.app.scoped(Role::Admin, "chat:send").token().await;
    let (foreign, member) = (talk.app.other_workspace().token().await, talk.app.member().token().await);
    let admin = talk.app.admin();
    let (listening, mut socket) = open(&mut talk, admin).await;
    for (token, code, words) in [
        (&member, "forbidden", "the role admin"),
        (&narrow, "forbidden", "the scope tools:write"),
        (&foreign, "not_found", "no such approval"),
    ] {
        let mut socket = Socket::of(listening.address, token).await;
        for verb in ["approve", "deny"] {
            let answer = socket.ask(&decision(verb, &approval)).await;
            refused(&answer, code);
            assert!(text(&answer["problem"], "detail").contains(words), "{answer}");
        }
    }
    refused(&socket.ask(&json!({"type": "approve", "approval_id": "apr_0000000000000"})).await, "not_found");
    for (field, value, pointer) in [
        ("approval_id", json!("trn_0000000000000"), "/approval_id"),
        ("approval_id", json!(1), "/approval_id"),
        ("note", json!("x".repeat(1025)), "/note"),
        ("note", json!("nul \u{0}"), "/note"),
        ("turn_id", json!("trn_0000000000000"), "/turn_id"),
    ] {
        let mut frame = decision("approve", &approval);
        frame[field] = value;
        let answer = socket.ask(&frame).await;
        refused(&answer, "invalid_request");
        assert_eq!(answer["problem"]["errors"][0]["pointer"], pointer, "{answer}");
    }
    assert_eq!(pending(&talk.app, 1).await.len(), 1, "nothing was decided");
    asking.abort();
}

#[tokio::test]
async fn results_are_the_askers_and_the_admins_alone_and_those_of_its_calls() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let (other, foreign) = (talk.app.other_member().token().await, talk.app.other_workspace().token().await);
    let (member, admin) = (talk.app.member(), talk.app.admin().token().await);
    let (listening, mut socket) = open(&mut talk, member.clone()).await;
    let (turn_id, _) = asked_for_results(&talk, &mut socket).await;
    let good = results(&turn_id, &[("call_1", "sunny")]);
    for token in [&other, &foreign] {
        refused(&Socket::of(listening.address, token).await.ask(&good).await, "not_found");
    }
    refused(&socket.ask(&results("trn_0000000000000", &[("call_1", "sunny")])).await, "not_found");
    for (frame, pointer) in [
        (results(&turn_id, &[]), "/results"),
        (results(&turn_id, &[("call_1", "a"), ("call_1", "b")]), "/results/1/call_id"),
        (results(&turn_id, &[("call_1", "a"), ("call_2", "b")]), "/results/1/call_id"),
        (results(&turn_id, &[("call_2", "b")]), "/results/0/call_id"),
        (results(&turn_id, &[("call_1", "nul \u{0}")]), "/results/0/content"),
    ] {
        let answer = socket.ask(&frame).await;
        refused(&answer, "invalid_request");
        assert_eq!(answer["problem"]["errors"][0]["pointer"], pointer, "{answer}");
    }
    // An admin may, and does not follow the turn by that.
    talk.will(Reply::Answer("It is sunny.".into()));
    let mut admin = Socket::of(listening.address, &admin).await;
    assert_eq!(admin.ask(&good).await["turn_id"], turn_id);
    assert_eq!(text(socket.events().await.last().expect("an end"), "type"), "done");
    assert_eq!(admin.ask(&json!({"type": "ping"})).await["type"], "pong");
    // A turn that was cancelled takes none.
    let (turn_id, _) = asked_for_results(&talk, &mut socket).await;
    socket.send(&json!({"type": "cancel", "turn_id": turn_id})).await;
    assert_eq!(ended(&member, &turn_id).await["status"], "cancelled");
    let mut later = Socket::of(listening.address, &member.token().await).await;
    refused(&later.ask(&results(&turn_id, &[("call_1_2", "sunny")])).await, "invalid_request");
    refused(&later.ask(&results(&turn_id, &[("call_1", "sunny")])).await, "conflict");
}

#[tokio::test]
async fn a_decision_over_http_is_seen_over_the_socket() {
    let Asks(mut talk) = Asks::on(TestBackend::sqlite()).await;
    talk.will(Reply::Call(String::new(), vec![("call_1", "current_time", "{}")]))
        .will(Reply::Answer("It is nine.".into()));
    let (member, admin) = (talk.app.member(), talk.app.admin());
    let (_listening, mut socket) = open(&mut talk, member).await;
    let mut frame = message("What time is it?");
    frame["agent_id"] = AGENT.into();
    socket.ask(&frame).await;
    event(&mut socket, "approval_required").await;
    let approval = pending(&talk.app, 1).await.remove(0);
    decide(&admin, &approval, "approve", json!({})).await.expect(200);
    assert_eq!(text(socket.events().await.last().expect("an end"), "type"), "done");
}
