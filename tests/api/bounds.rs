//! What a caller may have going on at once: turns and streams, by credential, by workspace and in all.

use astra_core::auth::{NewServiceAccount, Role};
use astra_core::config::LimitsConfig;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, content, ended, id_of, question, question_in, sent, text, unfinished};
use crate::support::{Answer, Ask, Gate, Reply, Step, TestApp, TestBackend};

async fn limited(change: impl FnOnce(&mut LimitsConfig)) -> Talk {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| change(&mut config.limits));
    Talk::built(builder, json!({})).await
}

/// `count` questions on their way, each in a session of its own, whose model waits for `gate`.
async fn busy(talk: &Talk, gate: &Gate, count: usize) -> Vec<tokio::task::JoinHandle<Answer>> {
    let mut asking = Vec::new();
    for number in 0..count {
        talk.will(Reply::After(gate.clone(), "late".into()));
        asking.push(talk.start(&on(number)));
        talk.upstream.wait_for(number + 1).await;
    }
    asking
}

fn on(number: usize) -> Value {
    json!({"agent_id": AGENT, "message": "x", "surface_id": number.to_string()})
}

async fn refused(ask: Ask, limit: &str) {
    let answer = ask.await;
    assert_eq!(answer.header("retry-after"), "1");
    let problem = answer.expect_problem(429, "too_many_turns");
    assert!(text(&problem, "detail").contains(limit), "{problem}");
}

#[tokio::test]
async fn a_credential_runs_so_many_turns_and_no_more() {
    let talk = limited(|limits| limits.turns_per_token = 2).await;
    let gate = Gate::closed();
    let asking = busy(&talk, &gate, 2).await;
    let member = talk.app.member();
    let session = member.post("/sessions").json(&json!({"agent_id": AGENT})).await.expect(201);
    let kept = unfinished(&talk.app).await.len();
    for uri in ["/chat", "/chat/stream"] {
        refused(member.post(uri).json(&on(9)), "limits.turns_per_token").await;
    }
    refused(member.post(&format!("/sessions/{}/compact", id_of(&session))), "limits.turns_per_token").await;
    assert_eq!(unfinished(&talk.app).await.len(), kept, "nothing was kept");
    // Another credential has its own, also of the same person's workspace.
    talk.will(Reply::Answer("other".into()));
    talk.app.other_member().post("/chat").json(&question("y")).await.expect(200);
    gate.open();
    for asking in asking {
        asking.await.expect("it ends").expect(200);
    }
    talk.will(Reply::Answer("again".into()));
    member.post("/chat").json(&on(9)).await.expect(200);
}

#[tokio::test]
async fn a_workspace_and_the_gateway_run_so_many_turns_whoever_asks() {
    for is_workspace in [true, false] {
        let change = |limits: &mut LimitsConfig| {
            if is_workspace { limits.turns_per_workspace = 1 } else { limits.turns = 1 }
        };
        let talk = limited(change).await;
        let gate = Gate::closed();
        let asking = busy(&talk, &gate, 1).await;
        let limit = if is_workspace { "limits.turns_per_workspace" } else { "limits.turns allows" };
        refused(talk.app.other_member().post("/chat").json(&question("y")), limit).await;
        let foreign = talk.app.other_workspace();
        let new = json!({"id": "own", "model": {"provider": "echo"}});
        foreign.post("/agents").json(&new).await.expect(201);
        let elsewhere = foreign.post("/chat").json(&json!({"agent_id": "own", "message": "z"})).await;
        let expected = if is_workspace { 200 } else { 429 };
        assert_eq!(elsewhere.status, expected, "{}", elsewhere.text());
        gate.open();
        for asking in asking {
            asking.await.expect("it ends").expect(200);
        }
    }
}

#[tokio::test]
async fn a_turn_gives_its_place_back_however_it_ends() {
    let talk = limited(|limits| limits.turns_per_token = 2).await;
    let member = talk.app.member();
    let session = talk.session().await;
    for round in 0..3 {
        // One that is hung up and then cancelled, with one that waits behind it and is cancelled too.
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "never".into()));
        let first = talk.start(&question_in(&session, "one"));
        talk.upstream.wait_for(4 * round + 1).await;
        let second = talk.start(&question_in(&session, "two"));
        while unfinished(&talk.app).await.len() < 2 {
            tokio::task::yield_now().await;
        }
        refused(member.post("/chat").json(&question("three")), "limits.turns_per_token").await;
        first.abort();
        let ids = unfinished(&talk.app).await;
        for id in ids.iter().rev() {
            member.post(&format!("/chat/turns/{id}/cancel")).await.expect(200);
        }
        second.await.expect("it ends").expect_problem(409, "cancelled");
        gate.open();
        // One that fails, one that is streamed and hung up, one that is answered.
        talk.will(Reply::Status(400, None));
        member.post("/chat").json(&question("four")).await.expect(502);
        talk.will(Reply::Stream(vec![Step::Content("a".into()), Step::Finish]));
        let mut stream = talk.stream("five").await;
        let turn_id = text(&stream.next_event().await.expect("the first event").data, "turn_id").to_owned();
        drop(stream);
        ended(&member, &turn_id).await;
        talk.will(Reply::Answer("b".into()));
        member.post("/chat").json(&question("six")).await.expect(200);
    }
}

#[tokio::test]
async fn who_asks_again_gets_the_answer_though_no_turn_may_begin() {
    let talk = limited(|limits| limits.turns_per_token = 1).await;
    let member = talk.app.member();
    talk.will(Reply::Answer("first".into()));
    let ask = || member.post("/chat").json(&on(7)).header("idempotency-key", "k");
    let turn = ask().await.expect(200);
    talk.will(Reply::After(Gate::closed(), "never".into()));
    let running = sent(member.post("/chat").json(&on(0)));
    talk.upstream.wait_for(2).await;
    assert_eq!(ask().await.expect(200), turn);
    refused(member.post("/chat").json(&on(8)), "limits.turns_per_token").await;
    running.abort();
}

#[tokio::test]
async fn a_credential_has_so_many_streams_open_and_no_more() {
    let talk = limited(|limits| limits.streams_per_token = 2).await;
    let member = talk.app.member();
    let session = talk.session().await;
    let follow = format!("/sessions/{}/events", id_of(&session));
    talk.will(Reply::Answer("x".into()));
    let turn = talk.say_in(&session, "x").await;
    let resume = format!("/chat/turns/{}/events", text(&turn, "turn_id"));
    let (one, two) = (member.get(&follow).await, member.get(&resume).await);
    for ask in [member.get(&follow), member.get(&resume), member.post("/chat/stream").json(&question("y"))] {
        let answer = ask.await;
        assert_eq!(answer.header("retry-after"), "1");
        answer.expect_problem(429, "too_many_streams");
    }
    let ask = json!({"model": AGENT, "messages": [{"role": "user", "content": "y"}], "stream": true});
    let answer = member.post("/v1/chat/completions").json(&ask).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"), "{}", answer.text());
    talk.app.admin().get(&follow).await.expect(200);
    drop(two);
    let mut three = member.get(&resume).await;
    assert!(three.next_event().await.is_some());
    drop((one, three));
    member.get(&follow).await.expect(200);
}

#[tokio::test]
async fn streams_of_turns_end_soon_after_their_credential() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let authority = talk.app.authority();
    let account = NewServiceAccount { name: "caller".into(), role: Role::Member, scopes: None };
    let issued = authority.issue_named_token(&authority.operator(), account, None).await.expect("a token");
    let caller = talk.app.bearer(&issued.secret);
    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![Step::Content("before".into()), Step::Wait(gate.clone()), Step::Finish]));
    let mut asking = caller.post("/chat/stream").json(&question("x")).await;
    let first = asking.next_event().await.expect("the first event");
    let resume = format!("/chat/turns/{}/events", text(&first.data, "turn_id"));
    let mut resumed = caller.get(&resume).await;
    talk.will(Reply::Stream(vec![Step::Content("before".into()), Step::Wait(gate.clone()), Step::Finish]));
    let ask = json!({"model": AGENT, "messages": [{"role": "user", "content": "y"}], "stream": true});
    let mut completing = caller.post("/v1/chat/completions").json(&ask).await;
    authority.revoke_token(&authority.operator(), &issued.token.id).await.expect("revoked");
    while let Some(event) = completing.next_event().await {
        assert_ne!(event.data, "[DONE]");
    }
    for stream in [&mut asking, &mut resumed] {
        let events = stream.events().await;
        assert!(events.iter().all(|event| event.event != "done"), "{events:?}");
    }
    // The turn goes on, for whoever may see it.
    gate.open();
    let events = talk.app.admin().get(&resume).await.events().await;
    assert_eq!((content(&events).as_str(), events.last().expect("an end").event.as_str()), ("before", "done"));
}
