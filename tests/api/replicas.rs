//! Several gateways over one PostgreSQL: what one runs, the others can end and follow, and finish when it is dead.

use std::sync::Arc;

use astra_core::clock::{Clock, ManualClock};
use astra_core::ids::{SessionId, TurnId};
use astra_core::params;
use astra_core::provider::{Content, Role};
use astra_core::store::{Begun, Busy, Lifetime, LogEntry, NewTurn, Program, SessionTarget, VersionStamp, VisibleTo};
use serde_json::{Map, json};

use crate::conversation::{AGENT, Talk, content, ended, id_of, pairs, question, text, types, unfinished};
use crate::support::{Caller, Gate, Replica, Reply, START_MS, Step, TestApp, TestBackend};

/// How long a gateway may be silent before the others take it for dead.
const LEASE_MS: i64 = 15_000;
/// How far a clock is wrong: farther than a lease lasts.
const WRONG_MS: i64 = 20_000;

/// Two gateways whose streams are in the store at once; `None` without a PostgreSQL.
async fn two() -> Option<(Talk, Replica, Caller)> {
    let builder = TestApp::builder(TestBackend::postgres().await?).config(|config| config.chat.event_flush_ms = 1);
    let talk = Talk::built(builder, json!({})).await;
    let there = talk.app.replica().await;
    let caller = there.bearer(&talk.app.member().token().await);
    Some((talk, there, caller))
}

/// Lets the lease of the gateway `instance` run out, or of all.
async fn end_lease(talk: &Talk, instance: Option<i64>) {
    let sql = "UPDATE instances SET lease_until_ms = 0 WHERE id = COALESCE($1, id)";
    talk.app.db().write(move |tx| tx.execute(sql, params![instance])).await.expect("the leases");
}

/// A question that a gateway of that name has begun to answer, in its user's session.
fn begun_by(owner: i64, session_id: &str, agent: VersionStamp) -> NewTurn {
    NewTurn {
        id: TurnId::from_key(1 << 40),
        session_id: SessionId::from_key(1 << 40),
        owner,
        user_id: "usr_7zzzzzzzzzzzz".into(),
        visible_to: VisibleTo::All,
        subject: 1 << 40,
        agent_id: AGENT.into(),
        agent,
        place: SessionTarget::Session { id: session_id.parse().expect("an id") },
        role: Role::User,
        content: Content::Text("are you there?".into()),
        metadata: Map::new(),
        lifetime: Lifetime::default(),
        busy: Busy::Queue(1),
        is_too_long: false,
        session_bytes: u64::MAX,
        now_ms: START_MS,
        once: None,
        parent: None,
        job: None,
        event_id: None,
    }
}

#[tokio::test]
async fn a_turn_is_cancelled_from_another_one() {
    let Some((talk, _there, caller)) = two().await else { return };
    talk.will(Reply::Stream(vec![Step::Content("so far".into()), Step::Hang]));
    let mut stream = talk.stream("hello").await;
    let first = stream.next_event().await.expect("an event");
    stream.next_event().await.expect("an event");
    let path = format!("/chat/turns/{}", text(&first.data, "turn_id"));
    let turn = caller.post(&format!("{path}/cancel")).await.expect(200);
    assert_eq!((&turn["status"], &turn["content"]), (&json!("cancelled"), &json!("so far")));
    assert_eq!(types(&stream.events().await), ["error"]);
    assert_eq!(talk.app.member().get(&path).await.expect(200), turn);
}

#[tokio::test]
async fn a_stream_is_resumed_from_another_one() {
    let Some((talk, _there, caller)) = two().await else { return };
    let (gates, say) = ([Gate::closed(), Gate::closed()], |text: &str| Step::Content(text.into()));
    let wait = |place: usize| Step::Wait(gates[place].clone());
    talk.will(Reply::Stream(vec![say("one "), wait(0), say("two "), wait(1), say("three"), Step::Finish]));
    let mut here = talk.stream("count").await;
    let mut seen = Vec::new();
    while content(&seen) != "one " {
        seen.push(here.next_event().await.expect("the stream goes on"));
    }
    // Longer than events wait for each other on their way to the store, and than the first of them takes to get there.
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    gates[0].open();
    let path = format!("/chat/turns/{}/events", text(&seen[0].data, "turn_id"));
    let mut whole = caller.get(&path).await;
    let mut rest = caller.get(&path).header("last-event-id", "2").await;
    let mut there = Vec::new();
    while content(&there) != "one two " {
        there.push(whole.next_event().await.expect("the stream goes on"));
    }
    gates[1].open();
    seen.extend(here.events().await);
    there.extend(whole.events().await);
    assert_eq!((content(&seen), types(&seen)[seen.len() - 1]), ("one two three".to_owned(), "done"));
    assert_eq!(there, seen);
    assert_eq!(rest.events().await, seen[2..]);
}

#[tokio::test]
async fn questions_wait_for_each_other_across_gateways() {
    let Some((talk, _there, caller)) = two().await else { return };
    let gate = Gate::closed();
    talk.will(Reply::After(gate.clone(), "first".into())).will(Reply::Answer("second".into()));
    let first = talk.start(&question("one"));
    talk.upstream.wait_for(1).await;
    let second = crate::conversation::sent(caller.post("/chat").json(&question("two")));
    while unfinished(&talk.app).await.len() < 2 {
        tokio::task::yield_now().await;
    }
    gate.open();
    assert_eq!(first.await.expect("it ends").expect(200)["content"], "first");
    assert_eq!(second.await.expect("it ends").expect(200)["content"], "second");
    assert_eq!(talk.read_last(), pairs(&[("user", "one"), ("assistant", "first"), ("user", "two")]));
}

#[tokio::test]
async fn the_turns_of_a_dead_one_are_ended_by_the_others() {
    let Some((talk, _there, caller)) = two().await else { return };
    let (store, db) = (talk.app.store(), talk.app.db());
    let session = talk.say("hello").await;
    let clock: Arc<dyn Clock> = Arc::new(talk.app.clock.clone());
    let dead = db.join(&clock, Program::Gateway(Some(LEASE_MS))).await.expect("a lease").id;
    let agent = store.agent_versions().stamp(AGENT, None).await.expect("a look").expect("the agent");
    let begun = store.turns().begin(begun_by(dead, text(&session, "session_id"), agent)).await.expect("a turn");
    let Begun::New { turn, .. } = begun else { panic!("the turn is new") };
    store
        .turn_events()
        .append(turn.id, 2, &["so ", "far"].map(|text| LogEntry::Text(text.to_owned())))
        .await
        .expect("events");
    // As long as its lease goes on, nobody touches it: neither those that are there nor one that starts.
    talk.app.replica().await;
    assert_eq!(unfinished(&talk.app).await, [turn.id.to_string()]);
    end_lease(&talk, Some(dead)).await;
    let turn = ended(&talk.app.admin(), &turn.id.to_string()).await;
    assert_eq!((&turn["status"], &turn["content"]), (&json!("interrupted"), &json!("so far")));
    let read = [
        ("user", "hello"),
        ("assistant", "Hello from the model."),
        ("user", "are you there?"),
        ("assistant", "so far"),
        ("user", "and now?"),
    ];
    caller.post("/chat").json(&question("and now?")).await.expect(200);
    assert_eq!(talk.read_last(), pairs(&read));
}

#[tokio::test]
async fn clocks_that_differ_end_nobodys_turns() {
    let Some((talk, _there, _)) = two().await else { return };
    // One that runs turns on a machine whose clock is behind, and two that look: one is right and one is ahead.
    let behind = talk.app.replica_whose_clock(ManualClock::new(START_MS - WRONG_MS)).await;
    let caller = behind.bearer(&talk.app.member().token().await);
    let gate = Gate::closed();
    let mut asking = Vec::new();
    for (place, ask) in [caller.post("/chat"), talk.app.member().post("/chat")].into_iter().enumerate() {
        talk.will(Reply::After(gate.clone(), "late".into()));
        let question = json!({"agent_id": AGENT, "message": "hello", "surface_id": format!("place-{place}")});
        asking.push(crate::conversation::sent(ask.json(&question)));
        talk.upstream.wait_for(place + 1).await;
    }
    talk.app.replica().await;
    talk.app.replica_whose_clock(ManualClock::new(START_MS + WRONG_MS)).await;
    assert_eq!(unfinished(&talk.app).await.len(), 2);
    gate.open();
    for asked in asking {
        assert_eq!(asked.await.expect("it ends").expect(200)["content"], "late");
    }
}

#[tokio::test]
async fn whoever_was_taken_for_dead_holds_its_tongue() {
    let Some((talk, _there, _)) = two().await else { return };
    let gate = Gate::closed();
    talk.will(Reply::After(gate.clone(), "late".into()));
    let asking = talk.start(&question("hello"));
    talk.upstream.wait_for(1).await;
    let turn_id = unfinished(&talk.app).await.remove(0);
    // One that starts ends it, unless the silent one happens to say just then that it lives.
    while !unfinished(&talk.app).await.is_empty() {
        end_lease(&talk, None).await;
        talk.app.replica().await;
    }
    gate.open();
    asking.await.expect("it ends").expect_problem(503, "interrupted");
    let turn = talk.app.member().get(&format!("/chat/turns/{turn_id}")).await.expect(200);
    assert_eq!((&turn["status"], &turn["content"]), (&json!("interrupted"), &json!("")));
    assert_eq!(talk.said(&turn).await, pairs(&[("user", "hello")]));
}

#[tokio::test]
async fn a_session_is_followed_from_another_one() {
    let Some((talk, _there, caller)) = two().await else { return };
    let session = talk.session().await;
    let path = format!("/sessions/{}", id_of(&session));
    // More than one, and one of a session in which nothing happens.
    let (mut one, mut two) = (caller.get(&format!("{path}/events")).await, caller.get(&format!("{path}/events")).await);
    let silent = format!("/sessions/{}/events", id_of(&talk.session().await));
    let _silent = caller.get(&silent).await;
    talk.will(Reply::Answer("heard".into()));
    talk.say_in(&session, "hello").await;
    for stream in [&mut one, &mut two] {
        let mut events = Vec::new();
        while events.len() < 4 {
            events.push(stream.next_event().await.expect("the stream goes on"));
        }
        assert_eq!((types(&events)[0], content(&events).as_str()), ("turn_started", "heard"));
    }
    talk.app.member().delete(&path).await.expect(204);
    for stream in [&mut one, &mut two] {
        assert_eq!(stream.next_event().await, None);
    }
}
