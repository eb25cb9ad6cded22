//! What turns live through: a caller who hangs up at the wrong moment, a store that fails, a model that is cut off.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use astra_core::ids::{self, Ids, SessionId, TurnId};
use astra_core::params;
use astra_core::provider::{Content, Role};
use astra_core::store::{Busy, Db, Lifetime, NewTurn, SessionTarget, VisibleTo};
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

use crate::conversation::{
    AGENT, ECHO, Talk, calls, content, ended, pairs, question, question_in, sent, text, types, unfinished,
};
use crate::support::{Gate, OnBackend, Reply, Step, TestApp, TestBackend, both_backends};

/// The gateway's identifiers, counted.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl Ids for Counted {
    fn next(&self) -> i64 {
        // Above the instance's own key.
        (1 << 62) + i64::try_from(self.0.fetch_add(1, Ordering::SeqCst)).expect("few")
    }
}

/// Keeps everybody else from writing a turn until the sender is dropped.
async fn held(db: Db) -> (mpsc::SyncSender<()>, JoinHandle<()>) {
    let (release, released) = mpsc::sync_channel::<()>(1);
    let (hold, holds) = tokio::sync::oneshot::channel();
    let (released, hold) = (Mutex::new(released), Mutex::new(Some(hold)));
    // On a thread of its own, as the store may run work on its caller's.
    let runtime = tokio::runtime::Handle::current();
    let holding = tokio::task::spawn_blocking(move || {
        let holding = db.write(move |tx| {
            if tx.is_shared() {
                tx.execute("LOCK TABLE open_turns IN SHARE MODE", params![])?;
            }
            if let Some(hold) = hold.lock().expect("no panic").take() {
                hold.send(()).expect("the test waits");
            }
            // An error says that the sender is gone: that is the release.
            let _ = released.lock().expect("no panic").recv();
            Ok(())
        });
        runtime.block_on(holding).expect("the lock");
    });
    holds.await.expect("the lock");
    (release, holding)
}

/// The turns of the workspace, newest first.
async fn turns(app: &TestApp) -> Vec<String> {
    let store = app.store();
    let rows = store.read(|tx| {
        let sql =
            "SELECT id FROM turns WHERE workspace_id = $1 UNION ALL SELECT id FROM open_turns WHERE workspace_id = $1
            ORDER BY 1 DESC";
        tx.query(sql, params![])?.into_iter().map(|mut row| Ok(row.next_id::<ids::Turn>()?.to_string())).collect()
    });
    rows.await.expect("the turns")
}

/// Waits until every turn has ended; one that never ends hangs the test.
async fn all_ended(app: &TestApp) {
    let db = app.db();
    let count = || db.read(|tx| tx.one("SELECT COUNT(*) FROM open_turns", params![])?.next_int());
    while count().await.expect("a count") > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The calls of models in a turn's trace.
async fn traced(app: &TestApp, turn: &Value) -> Vec<Value> {
    let turn: TurnId = text(turn, "turn_id").parse().expect("an id");
    let store = app.store();
    let spans = store.read(move |tx| {
        tx.one("SELECT spans FROM turns WHERE workspace_id = $1 AND id = $2", params![turn])?.next_text()
    });
    let spans: Vec<Value> = serde_json::from_str(&spans.await.expect("a trace")).expect("spans");
    spans.into_iter().filter(|span| span["name"] == "inference").collect()
}

/// Lets flushes of events fail until the table has its name again.
async fn rename(db: &Db, from: &'static str, to: &'static str) {
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    db.write(move |tx| tx.execute(&sql, params![]).map(drop)).await.expect("a table");
}

both_backends! {
    async fn a_question_on_disk_is_answered_though_its_caller_hung_up(backend: TestBackend) {
        let ids = Counted::default();
        let talk = Talk::built(TestApp::builder(backend).ids(ids.clone()), json!({})).await;
        talk.say("hello").await;
        let (release, holding) = held(talk.app.db()).await;
        let made = ids.0.load(Ordering::SeqCst);
        let asking = talk.start(&question("are you there?"));
        // The request's own and some of the turn's: the question is on its way to the store.
        while ids.0.load(Ordering::SeqCst) < made + 3 {
            tokio::task::yield_now().await;
        }
        asking.abort();
        assert!(asking.await.is_err_and(|fault| fault.is_cancelled()));
        drop(release);
        holding.await.expect("it is released");
        while turns(&talk.app).await.len() < 2 {
            tokio::task::yield_now().await;
        }
        all_ended(&talk.app).await;
        let path = format!("/chat/turns/{}", turns(&talk.app).await[0]);
        let turn = talk.app.member().get(&path).await.expect(200);
        assert_eq!((&turn["status"], &turn["content"]), (&json!("completed"), &json!("Hello from the model.")));
    }

    async fn a_turn_that_nobody_runs_is_ended_by_its_gateway(talk: Talk) {
        let session = talk.say("hello").await;
        let store = talk.app.store();
        let instance = talk.app.db().read(|tx| tx.one("SELECT id FROM instances", params![])?.next_int()).await;
        let new = NewTurn {
            id: TurnId::from_key(1 << 40),
            session_id: SessionId::from_key(1 << 40),
            owner: instance.expect("an instance"),
            user_id: "usr_7zzzzzzzzzzzz".into(),
            visible_to: VisibleTo::All,
            subject: 1 << 40,
            agent_id: AGENT.into(),
            agent: store.agent_versions().stamp(AGENT, None).await.expect("a look").expect("the agent"),
            place: SessionTarget::Session { id: text(&session, "session_id").parse().expect("an id") },
            role: Role::User,
        content: Content::Text("lost".into()),
            metadata: Map::new(),
            lifetime: Lifetime::default(),
            busy: Busy::Queue(1),
        is_too_long: false,
        session_bytes: u64::MAX,
            now_ms: crate::support::START_MS,
            once: None,
            parent: None,
            job: None,
            event_id: None,
        };
        // One that runs, in a session of its own, is left alone.
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let other = talk.session().await;
        let running = talk.start(&question_in(&other, "take your time"));
        talk.upstream.wait_for(2).await;
        store.turns().begin(new).await.expect("a turn");
        while unfinished(&talk.app).await.len() > 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let turn = talk.app.admin().get(&format!("/chat/turns/{}", TurnId::from_key(1 << 40))).await.expect(200);
        assert_eq!((&turn["status"], &turn["error"]["code"]), (&json!("interrupted"), &json!("interrupted")));
        gate.open();
        assert_eq!(running.await.expect("it ends").expect(200)["content"], "late");
    }

    async fn a_stream_goes_on_while_the_store_does_not_take_its_events(backend: TestBackend) {
        let builder = TestApp::builder(backend).config(|config| config.chat.event_flush_ms = 1);
        let talk = Talk::built(builder, json!({})).await;
        let db = talk.app.db();
        rename(&db, "turn_events", "elsewhere").await;
        let (gates, say) = ([Gate::closed(), Gate::closed(), Gate::closed()], |text: &str| Step::Content(text.into()));
        let wait = |place: usize| Step::Wait(gates[place].clone());
        let steps = [say("one "), wait(0), say("two "), wait(1), say("three "), wait(2), say("four"), Step::Finish];
        talk.will(Reply::Stream(steps.into()));
        let mut stream = talk.stream("count").await;
        let mut events = Vec::new();
        for (said, gate) in ["one ", "one two ", "one two three "].into_iter().zip(&gates) {
            while content(&events) != said {
                events.push(stream.next_event().await.expect("the stream goes on"));
            }
            if said == "one two three " {
                // By now it was tried in vain.
                rename(&db, "elsewhere", "turn_events").await;
            }
            // Longer than events wait for each other on their way to the store.
            tokio::time::sleep(Duration::from_millis(2)).await;
            gate.open();
        }
        events.extend(stream.events().await);
        assert_eq!((content(&events), types(&events[events.len() - 1..])), ("one two three four".to_owned(), vec!["done"]));
        // What is kept is all of it, in the same pieces.
        let path = format!("/chat/turns/{}/events", text(&events[0].data, "turn_id"));
        assert_eq!(talk.app.member().get(&path).await.events().await, events);
    }

    async fn a_call_that_is_cut_off_is_on_record(talk: Talk) {
        for stream in [false, true] {
            talk.will(Reply::Hang);
            let path = if stream { "/chat/stream" } else { "/chat" };
            let asking = sent(talk.app.member().post(path).json(&question("hello")));
            let count = talk.upstream.wait_for(1 + usize::from(stream)).await.len();
            let turn_id = unfinished(&talk.app).await.remove(0);
            let turn = talk.app.member().post(&format!("/chat/turns/{turn_id}/cancel")).await.expect(200);
            assert_eq!((&turn["provider"], &turn["model"]), (&json!("scripted"), &json!("test-model")), "{turn}");
            assert!(turn["usage"]["input_tokens"].as_u64() > Some(0), "{turn}");
            let traced = traced(&talk.app, &turn).await;
            assert_eq!(traced.len(), 1, "{traced:?}");
            assert_eq!((&traced[0]["provider"], &traced[0]["model"]), (&json!("scripted"), &json!("test-model")));
            assert_eq!(calls(&talk.app).await, count);
            drop(asking.await.expect("it ends"));
        }
    }

    async fn a_summary_that_is_cut_off_is_on_record(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"model": {"max_context_tokens": 200}})).await;
        talk.say(&"x".repeat(400)).await;
        talk.will(Reply::Hang);
        let asking = talk.start(&question(&"y".repeat(200)));
        talk.upstream.wait_for(2).await;
        let turn_id = unfinished(&talk.app).await.remove(0);
        let turn = talk.app.member().post(&format!("/chat/turns/{turn_id}/cancel")).await.expect(200);
        assert_eq!((&turn["status"], &turn["usage"]["total_tokens"]), (&json!("cancelled"), &json!(0)));
        assert_eq!(traced(&talk.app, &turn).await.len(), 1);
        assert_eq!(calls(&talk.app).await, 2);
        asking.await.expect("it ends").expect_problem(409, "cancelled");
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_on_record() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.chat.turn_timeout_s = 1);
    let talk = Talk::built(builder, json!({})).await;
    talk.will(Reply::Hang);
    talk.app.member().post("/chat").json(&question("hello")).await.expect_problem(504, "upstream_timeout");
    let turn = ended(&talk.app.member(), &turns(&talk.app).await[0]).await;
    assert_eq!((&turn["status"], &turn["provider"]), (&json!("failed"), &json!("scripted")));
    let usage = talk.app.admin().get("/inference/usage?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z").await;
    let usage = usage.expect(200);
    assert_eq!((&usage["data"][0]["requests"], &usage["data"][0]["errors"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_stream_that_is_cut_off_is_traced_to_its_end() {
    let talk = Talk::on(TestBackend::sqlite()).await;
    talk.will(Reply::Stream(vec![Step::Content("so far".into()), Step::Hang]));
    let mut stream = talk.stream("hello").await;
    let first = stream.next_event().await.expect("an event");
    stream.next_event().await.expect("an event");
    let path = format!("/chat/turns/{}/cancel", text(&first.data, "turn_id"));
    let turn = talk.app.member().post(&path).await.expect(200);
    let calls_of = traced(&talk.app, &turn).await;
    let [call] = &calls_of[..] else { panic!("one call: {calls_of:?}") };
    let (first, whole) = (call["first_content_us"].as_i64(), call["duration_us"].as_i64());
    assert!(first.is_some() && first <= whole, "to the first content, and from there to the end: {call}");
    assert_eq!(calls(&talk.app).await, 1);
}

#[tokio::test]
async fn an_answer_that_the_store_never_takes_is_given_up() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.store.max_size_mb = Some(2));
    let definition = json!({"model": {"max_context_tokens": 1_000_000}});
    let app = builder.agent(ECHO, definition).open().await;
    let member = app.member();
    member.token().await;
    // Nobody has to wait for what takes its time: the clock of the machine jumps.
    tokio::time::pause();
    // An empty store leaves about 340 pages of 4 KiB: room for this question twice, as its row moves, but not for the answer too.
    let huge = json!({"agent_id": ECHO, "message": "x".repeat(560_000)});
    member.post("/chat").json(&huge).await.expect_problem(503, "storage_full");
    all_ended(&app).await;
    let turn = member.get(&format!("/chat/turns/{}", turns(&app).await[0])).await.expect(200);
    assert_eq!((&turn["status"], &turn["content"]), (&json!("interrupted"), &json!("")));
    // Elsewhere: in this session the echo would say the unanswered question, too.
    let again = json!({"agent_id": ECHO, "message": "and now?", "surface_id": "elsewhere"});
    let answered = member.post("/chat").json(&again).await.expect(200);
    let said = crate::conversation::said(&app, text(&answered, "session_id")).await;
    assert_eq!(said, pairs(&[("user", "and now?"), ("assistant", "and now?")]));
    assert_eq!(crate::conversation::said(&app, text(&turn, "session_id")).await.len(), 1, "the question is kept");
}
