//! Turns that wait for a person below other turns, are ended, or lose their gateway: those above and below go on or end with them.

use serde_json::{Value, json};

use crate::approvals::{decide, pending};
use crate::conversation::{AGENT, Talk, ended, question, sent, text, types, unfinished};
use crate::spawn::{HELPER, asks_helper, built, spawns, traces};
use crate::support::{Gate, OnBackend, Reply, TestApp, TestAppBuilder, TestBackend, both_backends};

/// Agents of whose calls a person decides: the one that is asked may call what the one below calls.
struct Asks(Talk);

impl OnBackend for Asks {
    async fn on(backend: TestBackend) -> Self {
        Self(open(TestApp::builder(backend)).await)
    }
}

fn definition_above() -> Value {
    json!({"tools": {"allow": ["current_time"], "require_approval": ["current_time"]}})
}

async fn open(builder: TestAppBuilder) -> Talk {
    built(builder, definition_above(), json!({"tools": {"allow": ["current_time"]}})).await
}

fn looks_at_the_clock(id: &'static str) -> Reply {
    Reply::Call(String::new(), vec![(id, "current_time", "{}")])
}

/// The turn when it is as `status` says; one that never is hangs the test.
async fn turn_that_is(app: &TestApp, turn_id: &str, status: &str) -> Value {
    loop {
        let turn = app.member().get(&format!("/chat/turns/{turn_id}")).await.expect(200);
        if turn["status"] == status {
            return turn;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// The types of all events of a turn that has ended, whose numbers have no gap; and the approvals that they name.
async fn events(app: &TestApp, turn_id: &str) -> (Vec<String>, Vec<Value>) {
    let events = app.member().get(&format!("/chat/turns/{turn_id}/events")).await.events().await;
    let numbers: Vec<_> = events.iter().map(|event| event.data["seq"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>(), "no gap");
    let approvals = events.iter().filter(|event| event.event == "approval_required");
    let approvals =
        approvals.map(|event| json!([event.data["approval_id"], event.data["call_id"], event.data["tool"]]));
    (types(&events).into_iter().map(str::to_owned).collect(), approvals.collect())
}

/// Asks; answers the turn that waits with the one below it, and the approval.
async fn waiting(talk: &Talk) -> (tokio::task::JoinHandle<crate::support::Answer>, String, Value) {
    talk.will(asks_helper("call_1")).will(looks_at_the_clock("look"));
    let asking = sent(talk.app.member().post("/chat").json(&question("What time is it?")));
    let approval = pending(&talk.app, 1).await.remove(0);
    let open = unfinished(&talk.app).await;
    let parent = open.into_iter().find(|id| *id != text(&approval, "turn_id")).expect("the turn above");
    turn_that_is(&talk.app, &parent, "awaiting_approval").await;
    (asking, parent, approval)
}

both_backends! {
    async fn a_turn_waits_with_the_one_below_it(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, parent, approval) = waiting(&talk).await;
        assert_eq!((&approval["agent_id"], &approval["tool"]), (&json!(HELPER), &json!("current_time")));
        talk.will(looks_at_the_clock("again"));
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
        let second = pending(&talk.app, 1).await.remove(0);
        assert_eq!(second["turn_id"], approval["turn_id"]);
        talk.will(Reply::Answer("Nine.".into())).will(Reply::Answer("It is nine.".into()));
        decide(&talk.app.admin(), &second, "deny", json!({"note": "once is enough"})).await.expect(200);
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["content"], &done["tool_calls"][0]["is_error"], &done["turn_id"]), (&json!("It is nine."), &json!(false), &json!(parent)));
        let (types, approvals) = events(&talk.app, &parent).await;
        assert_eq!(types.iter().filter(|name| *name == "tool_result").count(), 1, "{types:?}");
        let named = |approval: &Value| json!([approval["id"], "call_1", "current_time"]);
        assert_eq!(approvals.first(), Some(&named(&approval)), "whoever follows the turn learns of it");
        assert!(approvals.len() == 1 || approvals[1..] == [named(&second)], "{approvals:?}");
        assert_eq!(talk.upstream.received().len(), 5);
    }

    async fn both_go_on_after_each_end_of_the_gateway(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, parent, approval) = waiting(&talk).await;
        asking.abort();
        let _ = asking.await;
        let (upstream, mut app) = (talk.upstream, talk.app);
        let again = async |backend: TestBackend| {
            let definition = |mut definition: Value| {
                definition["model"] = json!({"provider": "scripted"});
                definition
            };
            let mut above = definition_above();
            above["spawn"] = spawns(&[HELPER], 1);
            let builder = TestApp::builder(backend).upstream("scripted", &upstream.url()).agent(AGENT, definition(above));
            builder.agent(HELPER, definition(json!({"tools": {"allow": ["current_time"]}}))).open().await
        };
        for _ in 0..2 {
            app = again(app.close()).await;
            for turn in [parent.as_str(), text(&approval, "turn_id")] {
                turn_that_is(&app, turn, "awaiting_approval").await;
            }
        }
        let gate = Gate::closed();
        upstream.will(Reply::Answer("Nine.".into())).will(Reply::After(gate.clone(), "It is nine.".into()));
        decide(&app.admin(), &approval, "approve", json!({})).await.expect(200);
        upstream.wait_for(4).await;
        gate.open();
        let done = ended(&app.member(), &parent).await;
        assert_eq!((&done["status"], &done["content"]), (&json!("completed"), &json!("It is nine.")));
        let (types, _) = events(&app, &parent).await;
        assert_eq!(types, ["session_resolved", "tool_call_complete", "approval_required", "tool_result", "content", "done"]);
        assert_eq!(upstream.received().len(), 4, "no answer was asked for twice");
    }

    async fn an_approval_that_nobody_gives_ends_the_wait_of_both(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, _, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("I may not.".into())).will(Reply::Answer("It may not.".into()));
        talk.app.clock.advance_ms(300_000);
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect_problem(409, "expired");
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["content"], &done["tool_calls"][0]["is_error"]), (&json!("It may not."), &json!(false)));
    }

    async fn who_ends_a_turn_ends_those_below_it(asks: Asks) {
        let Asks(talk) = asks;
        let cancel = async |turn: &str| talk.app.member().post(&format!("/chat/turns/{turn}/cancel")).await.expect(200);
        let (asking, parent, approval) = waiting(&talk).await;
        assert_eq!(cancel(&parent).await["status"], "cancelled");
        let below = ended(&talk.app.member(), text(&approval, "turn_id")).await;
        assert_eq!(below["status"], "cancelled");
        assert_eq!(talk.app.admin().get("/tools/approvals").await.expect(200)["data"][0]["status"], "cancelled");
        let _ = asking.await;
        // While the one below is being answered.
        talk.will(asks_helper("call_1")).will(Reply::Hang);
        let asking = sent(talk.app.member().post("/chat").json(&question("again")));
        talk.upstream.wait_for(4).await;
        let open = unfinished(&talk.app).await;
        assert_eq!(open.len(), 2);
        assert_eq!(cancel(&open[0]).await["status"], "cancelled");
        assert_eq!(ended(&talk.app.member(), &open[1]).await["status"], "cancelled");
        talk.upstream.hung_up().await;
        let _ = asking.await;
    }

    async fn who_ends_the_turn_below_gives_the_one_above_a_result(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, _, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("It was stopped.".into()));
        talk.app.member().delete(&format!("/sessions/{}", text(&approval, "session_id"))).await.expect_problem(409, "agent_busy");
        talk.app.member().post(&format!("/chat/turns/{}/cancel", text(&approval, "turn_id"))).await.expect(200);
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["content"], &done["tool_calls"][0]["is_error"]), (&json!("It was stopped."), &json!(true)));
        let read = talk.upstream.received()[2].body["messages"][2]["content"].clone();
        assert_eq!(read, "The agent did not answer: The turn was cancelled.");
    }

    async fn the_call_itself_may_need_an_approval(backend: TestBackend) {
        let asking = json!({"tools": {"require_approval": ["spawn_agent"]}});
        let talk = built(TestApp::builder(backend), asking, json!({})).await;
        talk.will(asks_helper("call_1")).will(Reply::Answer("42".into())).will(Reply::Answer("It is 42.".into()));
        let asking = sent(talk.app.member().post("/chat").json(&question("go")));
        let approval = pending(&talk.app, 1).await.remove(0);
        assert_eq!((&approval["tool"], talk.upstream.received().len()), (&json!("spawn_agent"), 1));
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
        assert_eq!(asking.await.expect("it ends").expect(200)["content"], "It is 42.");
    }
}

/// A gateway that is killed while the turn below is answered.
#[tokio::test]
async fn a_kill_while_the_turn_below_is_answered_interrupts_both() {
    let talk = open(TestApp::builder(TestBackend::sqlite())).await;
    talk.will(asks_helper("call_1")).will(Reply::Hang);
    let asking = sent(talk.app.member().post("/chat").json(&question("go")));
    talk.upstream.wait_for(2).await;
    asking.abort();
    let open_turns = unfinished(&talk.app).await;
    assert_eq!(open_turns.len(), 2);
    let after = open(TestApp::builder(talk.app.backend.image())).await;
    for turn in &open_turns {
        assert_eq!(ended(&after.app.member(), turn).await["status"], "interrupted");
    }
    let (types, _) = events(&after.app, &open_turns[0]).await;
    assert_eq!(types, ["session_resolved", "tool_call_complete", "error"]);
    assert_eq!(traces(&after.app, HELPER).await[0]["parent_turn_id"], json!(open_turns[0]));
}

/// A gateway that is killed between the wait of the turn below and that of the one above: the one below is ended.
#[tokio::test]
async fn a_turn_that_waits_below_one_that_was_interrupted_is_ended() {
    let talk = open(TestApp::builder(TestBackend::sqlite())).await;
    let (asking, parent, approval) = waiting(&talk).await;
    asking.abort();
    let image = talk.app.backend.image();
    let (below, key) =
        (text(&approval, "turn_id").to_owned(), parent.parse::<astra_core::ids::TurnId>().expect("an id").key());
    let db = astra_core::store::open(&image.config().store, image.folder()).expect("the store opens");
    let as_before = db.write(move |tx| {
        tx.execute("UPDATE open_turns SET status = 'running' WHERE id = $1", astra_core::params![key])?;
        tx.execute("DELETE FROM suspensions WHERE turn_id = $1", astra_core::params![key])
    });
    assert_eq!(as_before.await.expect("done"), 1);
    drop(db);
    let after = open(TestApp::builder(image)).await;
    assert_eq!(ended(&after.app.member(), &parent).await["status"], "interrupted");
    assert_eq!(ended(&after.app.member(), &below).await["status"], "cancelled");
}
