//! `workspaces.events`

use astra_core::auth::{NewServiceAccount, Role};
use astra_core::params;
use astra_core::store::events::CATALOGUE;
use serde_json::{Value, json};

use crate::approvals::{Asks, decide, waiting};
use crate::conversation::{AGENT, Talk, id_of, question, text, turns_away, types};
use crate::support::{Answer, Caller, Event, Reply, TestApp, TestBackend, both_backends, document};

/// The path of the workspace's events.
pub(crate) fn path_of(app: &TestApp) -> String {
    format!("/workspaces/{}/events", app.store().workspace().as_str())
}

/// A stream of `caller`, after this event if there is one.
pub(crate) async fn follow(app: &TestApp, caller: &Caller, after: Option<&str>) -> Answer {
    let ask = caller.get(&path_of(app));
    let stream = match after {
        Some(after) => ask.header("last-event-id", after).await,
        None => ask.await,
    };
    assert_eq!(stream.status, 200);
    stream
}

/// The next events of a stream.
pub(crate) async fn next(stream: &mut Answer, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(stream.next_event().await.expect("the stream goes on"));
    }
    events
}

/// The positions of events in the log.
fn positions(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.id.as_deref().expect("an id").parse().expect("a number")).collect()
}

fn data<'a>(event: &'a Event, name: &str) -> &'a Value {
    &event.data["data"][name]
}

both_backends! {
    async fn tells_of_what_happens_in_the_order_of_the_commits(talk: Talk) {
        let admin = talk.app.admin();
        let mut stream = follow(&talk.app, &admin, None).await;
        admin.post("/agents").json(&json!({"id": "own", "model": {"provider": "echo"}})).await.expect(201);
        let session = talk.session().await;
        let turn = talk.say_in(&session, "hello").await;
        talk.will(Reply::Refuse(400, json!({"message": "no"})));
        let failed = talk.app.member().post("/chat").json(&json!({"agent_id": AGENT, "message": "and now?", "surface": "slack"})).await;
        assert!(failed.status.is_server_error(), "{}", failed.text());
        let successor = talk.app.member().post(&format!("/sessions/{}/reset", id_of(&session))).await.expect(201);
        let events = next(&mut stream, 9).await;
        assert_eq!(types(&events), [
            "agent.updated", "session.created", "turn.started", "agent.completed", "session.created", "turn.started",
            "agent.failed", "session.archived", "session.created",
        ]);
        let first = positions(&events)[0];
        assert_eq!(positions(&events), (first..first + 9).collect::<Vec<_>>());
        assert!(events.iter().all(|event| event.data["type"] == event.event.as_str()));
        assert_eq!(data(&events[0], "agent_id"), "own");
        assert_eq!(data(&events[1], "session_id"), &session["id"]);
        for event in &events[2..4] {
            assert_eq!((data(event, "turn_id"), data(event, "user_id")), (&turn["turn_id"], &session["user_id"]));
        }
        assert_eq!(data(&events[3], "input_tokens"), &turn["usage"]["input_tokens"]);
        assert_eq!((data(&events[4], "surface"), data(&events[6], "status")), (&json!("slack"), &json!("failed")));
        assert_eq!((data(&events[7], "session_id"), data(&events[7], "successor_id")), (&session["id"], &successor["id"]));
        assert_eq!(data(&events[8], "session_id"), &successor["id"]);
    }

    async fn goes_on_after_the_last_event_that_was_seen(talk: Talk) {
        let admin = talk.app.admin();
        let mut stream = follow(&talk.app, &admin, Some("0")).await;
        // The configuration defines two agents.
        let mut all = next(&mut stream, 2).await;
        drop(stream);
        talk.say("one").await;
        talk.say("two").await;
        let mut stream = follow(&talk.app, &admin, all[1].id.as_deref()).await;
        all.extend(next(&mut stream, 5).await);
        assert_eq!(positions(&all), (1..=7).collect::<Vec<_>>());
        assert_eq!(types(&all[2..]), ["session.created", "turn.started", "agent.completed", "turn.started", "agent.completed"]);
        for (place, event) in all.iter().enumerate().take(6) {
            let mut stream = follow(&talk.app, &admin, event.id.as_deref()).await;
            assert_eq!(next(&mut stream, 6 - place).await, all[place + 1..], "after {place}");
        }
    }

    async fn has_the_types_that_are_asked_for(talk: Talk) {
        let admin = talk.app.admin();
        let path = path_of(&talk.app);
        let mut stream = admin.get(&format!("{path}?types=agent.completed,session.created")).await;
        talk.say("one").await;
        talk.say("two").await;
        assert_eq!(types(&next(&mut stream, 3).await), ["session.created", "agent.completed", "agent.completed"]);
        for types in ["agent.unknown", "", "agent.completed,,job.failed"] {
            admin.get(&format!("{path}?types={types}")).await.expect_problem(422, "invalid_request");
        }
    }

    async fn shows_a_member_its_own_and_an_admin_all(talk: Talk) {
        let (member, other) = (talk.app.member(), talk.app.other_member());
        let mut own = follow(&talk.app, &member, None).await;
        let mut all = follow(&talk.app, &talk.app.admin(), None).await;
        other.post("/chat").json(&question("not yours")).await.expect(200);
        talk.app.admin().patch("/agents/assistant").json(&json!({"system_prompt": "new"})).await.expect(200);
        let turn = talk.say("mine").await;
        let seen = next(&mut own, 3).await;
        assert_eq!(types(&seen), ["session.created", "turn.started", "agent.completed"]);
        assert!(seen.iter().all(|event| data(event, "session_id") == &turn["session_id"]));
        assert_eq!(types(&next(&mut all, 7).await)[2..5], ["agent.completed", "agent.updated", "session.created"]);
    }

    async fn a_turn_is_an_event_only_where_events_are_read(talk: Talk) {
        talk.say("unheard").await;
        let admin = talk.app.admin();
        let mut stream = follow(&talk.app, &admin, Some("0")).await;
        talk.say("heard").await;
        let events = next(&mut stream, 4).await;
        assert_eq!(types(&events), ["agent.updated", "agent.updated", "turn.started", "agent.completed"]);
        drop(stream);
        // As long as the log is kept, the reader may come again.
        talk.say("heard later").await;
        let mut stream = follow(&talk.app, &admin, events[3].id.as_deref()).await;
        assert_eq!(types(&next(&mut stream, 2).await), ["turn.started", "agent.completed"]);
    }

    async fn tells_of_approvals_and_of_quotas_once(asks: Asks) {
        let Asks(talk) = asks;
        let admin = talk.app.admin();
        let path = format!("{}?types=approval.requested,quota.exceeded,agent.completed", path_of(&talk.app));
        let mut stream = admin.get(&path).await;
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("It is nine.".into()));
        decide(&admin, &approval, "approve", json!({})).await.expect(200);
        asking.await.expect("it ends").expect(200);
        let frugal = json!({"id": "frugal", "model": {"provider": "echo"}, "budget": {"tokens_per_hour": 1}});
        admin.post("/agents").json(&frugal).await.expect(201);
        let ask = || admin.post("/chat").json(&json!({"agent_id": "frugal", "message": "hello"}));
        ask().await.expect(200);
        for _ in 0..3 {
            ask().await.expect_problem(429, "quota_exceeded");
        }
        talk.app.clock.advance_ms(3_600_000);
        ask().await.expect(200);
        ask().await.expect_problem(429, "quota_exceeded");
        let events = next(&mut stream, 6).await;
        assert_eq!(types(&events), [
            "approval.requested", "agent.completed", "agent.completed", "quota.exceeded", "agent.completed", "quota.exceeded",
        ]);
        assert_eq!((data(&events[0], "approval_id"), data(&events[0], "tool")), (&approval["id"], &json!("current_time")));
        assert_eq!((data(&events[3], "agent_id"), data(&events[3], "quota")), (&json!("frugal"), &json!("tokens_per_hour")));
    }

    async fn refuses_a_position_that_the_log_does_not_have(talk: Talk) {
        let (admin, path) = (talk.app.admin(), path_of(&talk.app));
        let ask = |id: &str| admin.get(&path).header("last-event-id", id);
        for id in ["3", "999999999999999999", "soon", "-1", ""] {
            ask(id).await.expect_problem(422, "invalid_request");
        }
        let sweep = "DELETE FROM outbox WHERE position = 1";
        talk.app.db().write(move |tx| tx.execute(sweep, params![])).await.expect("it is swept");
        let problem = ask("0").await.expect_problem(409, "expired");
        assert!(text(&problem, "detail").contains("from event 2 on"), "{problem}");
        let mut stream = ask("1").await;
        assert_eq!(positions(&next(&mut stream, 1).await), [2]);
        turns_away(&talk.app, |caller| caller.get(&path)).await;
        talk.app.viewer().get(&path).await.expect_problem(403, "forbidden");
        talk.app.other_workspace().get(&path).await.expect_problem(404, "not_found");
        admin.get("/workspaces/wsp_0000000000001/events").await.expect_problem(404, "not_found");
    }
}

#[test]
fn the_document_has_every_type_of_the_catalogue() {
    let mapping = document().value["components"]["schemas"]["WorkspaceEvent"]["discriminator"]["mapping"].clone();
    let documented: Vec<&String> = mapping.as_object().expect("types").keys().collect();
    assert_eq!(documented, CATALOGUE.iter().map(|event| event.name).collect::<Vec<_>>());
}

#[tokio::test]
async fn ends_with_the_credential() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let authority = talk.app.authority();
    let account = NewServiceAccount { name: "follower".into(), role: Role::Admin, scopes: None };
    let issued = authority.issue_named_token(&authority.operator(), account, None).await.expect("a token");
    let mut stream = follow(&talk.app, &talk.app.bearer(&issued.secret), None).await;
    talk.say("heard").await;
    assert_eq!(types(&next(&mut stream, 3).await)[2], "agent.completed");
    authority.revoke_token(&authority.operator(), &issued.token.id).await.expect("revoked");
    talk.say("not for everybody").await;
    assert_eq!(stream.next_event().await, None);
}

#[tokio::test]
async fn a_reader_that_is_behind_is_given_all_of_it() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let admin = talk.app.admin();
    let mut slow = follow(&talk.app, &admin, None).await;
    let mut quick = follow(&talk.app, &admin, None).await;
    // More than one piece of the log.
    for number in 0..250 {
        let agent = json!({"id": format!("agent-{number}"), "model": {"provider": "echo"}});
        admin.post("/agents").json(&agent).await.expect(201);
        assert_eq!(data(&next(&mut quick, 1).await[0], "agent_id"), &agent["id"]);
    }
    let events = next(&mut slow, 250).await;
    assert!(positions(&events).windows(2).all(|pair| pair[1] == pair[0] + 1));
    assert_eq!(data(&events[249], "agent_id"), "agent-249");
}
