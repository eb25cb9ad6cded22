//! Turns in which the model calls tools: `current_time`, in rounds, whole and streamed.

use astra_core::content::{Arguments, Content, Part, Role, ToolCall};
use astra_core::ids::{SessionId, TurnId};
use astra_core::store::{Begun, Busy, Lifetime, LogEntry, NewTurn, SessionTarget, ToolEntry, TurnStep, VisibleTo};
use serde_json::{Map, Value, json};

use crate::conversation::{AGENT, Talk, calls, content, id_of, question_in, text, types};
use crate::support::{OnBackend, Reply, START_MS, Step, TestApp, TestBackend, both_backends};

const NOW: &str = r#"{"time":"2026-11-23T21:00:00Z","weekday":"Monday","time_zone":"UTC"}"#;

/// An agent whose model may ask for the time.
struct Clock(Talk);

impl OnBackend for Clock {
    async fn on(backend: TestBackend) -> Self {
        Self(Talk::with(backend, json!({"tools": {"allow": ["current_time"]}})).await)
    }
}

fn call(id: &'static str, arguments: &'static str) -> Reply {
    Reply::Call(String::new(), vec![(id, "current_time", arguments)])
}

/// The messages of a session, oldest first.
async fn messages(talk: &Talk, session_id: &Value) -> Vec<Value> {
    let path = format!("/sessions/{}/messages?limit=200", session_id.as_str().expect("an id"));
    let page = talk.app.member().get(&path).await.expect(200);
    page["data"].as_array().expect("messages").iter().rev().cloned().collect()
}

fn roles(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| text(message, "role")).collect()
}

both_backends! {
    async fn a_model_is_answered_and_asked_again(clock: Clock) {
        let Clock(talk) = clock;
        let asked = Reply::Call("Let me see.".into(), vec![("call_1", "current_time", "{}"), ("call_2", "current_time", r#"{"time_zone":"Europe/Berlin"}"#)]);
        talk.will(asked).will(Reply::Answer("It is nine.".into()));
        let turn = talk.say("What time is it?").await;
        assert_eq!((&turn["content"], &turn["finish_reason"], &turn["status"]), (&json!("It is nine."), &json!("stop"), &json!("completed")));
        let used: Vec<_> = turn["tool_calls"].as_array().expect("calls").iter().map(|call| (&call["call_id"], &call["is_error"])).collect();
        assert_eq!(used, [(&json!("call_1"), &json!(false)), (&json!("call_2"), &json!(false))]);
        assert_eq!(turn["tool_calls"][1]["arguments"], json!({"time_zone": "Europe/Berlin"}));
        assert_eq!(turn["usage"]["total_tokens"], 24, "of both rounds");
        assert_eq!(calls(&talk.app).await, 2);
        // What the model was offered, and what it read in the second round.
        let received = talk.upstream.received();
        assert_eq!(received[0].body["tools"][0]["function"]["name"], "current_time");
        let read = received[1].body["messages"].as_array().expect("messages");
        assert_eq!(roles(read), ["user", "assistant", "tool", "tool"]);
        assert_eq!(read[1]["tool_calls"][0]["id"], "call_1");
        assert_eq!((&read[2]["tool_call_id"], &read[2]["content"]), (&json!("call_1"), &json!(NOW)));
        // What is kept: the same again, and all of it is read in the next turn.
        assert_eq!(talk.app.member().get(&format!("/chat/turns/{}", text(&turn, "turn_id"))).await.expect(200), turn);
        let said = messages(&talk, &turn["session_id"]).await;
        assert_eq!(roles(&said), ["user", "assistant", "tool", "assistant"]);
        assert_eq!((&said[1]["content"], &said[1]["tool_calls"][0]["tool"]), (&json!("Let me see."), &json!("current_time")));
        assert_eq!(said[2]["tool_results"][0], json!({"call_id": "call_1", "content": NOW, "is_error": false}));
        let session = talk.app.member().get(&format!("/sessions/{}", text(&turn, "session_id"))).await.expect(200);
        assert_eq!((&session["message_count"], &session["input_tokens"]), (&json!(4), &json!(14)));
        talk.say("Thank you.").await;
        let read = talk.upstream.received()[2].body["messages"].as_array().expect("messages").len();
        assert_eq!(read, 6);
    }

    async fn the_same_is_streamed_and_resumed(clock: Clock) {
        let Clock(talk) = clock;
        talk.will(Reply::Call("Let me see.".into(), vec![("call_1", "current_time", r#"{"time_zone":"UTC"}"#)]));
        talk.will(Reply::Answer("It is nine.".into()));
        let events = talk.stream("What time is it?").await.events().await;
        let expected = ["session_resolved", "content", "tool_call", "tool_call", "tool_call", "tool_call_complete", "tool_result",
            "content", "content", "content", "done"];
        assert_eq!(types(&events), expected);
        assert_eq!(content(&events), "Let me see.It is nine.");
        let arguments: String = events.iter().filter_map(|event| event.data["arguments_delta"].as_str()).collect();
        assert_eq!(arguments, r#"{"time_zone":"UTC"}"#);
        assert_eq!(events[5].data["arguments"], json!({"time_zone": "UTC"}));
        assert_eq!((&events[6].data["call_id"], &events[6].data["content"]), (&json!("call_1"), &json!(NOW)));
        let numbers: Vec<_> = events.iter().map(|event| event.data["seq"].as_u64().expect("a number")).collect();
        assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
        let turn = &events[10].data["turn"];
        assert_eq!(turn["content"], "It is nine.");
        let path = format!("/chat/turns/{}/events", text(turn, "turn_id"));
        for after in 0..11_usize {
            let resumed = talk.app.member().get(&path).header("last-event-id", &after.to_string()).await.events().await;
            let rest: Vec<_> = events[after..].iter().map(|event| &event.data).collect();
            assert_eq!(resumed.iter().map(|event| &event.data).collect::<Vec<_>>(), rest, "after {after}");
        }
        assert_eq!(roles(&messages(&talk, &turn["session_id"]).await), ["user", "assistant", "tool", "assistant"]);
    }

    async fn a_turn_that_was_not_streamed_has_its_events_too(clock: Clock) {
        let Clock(talk) = clock;
        talk.will(call("call_1", "{}")).will(Reply::Answer("It is nine.".into()));
        let turn = talk.say("What time is it?").await;
        let path = format!("/chat/turns/{}/events", text(&turn, "turn_id"));
        let events = talk.app.member().get(&path).await.events().await;
        assert_eq!(types(&events), ["session_resolved", "tool_call_complete", "tool_result", "content", "done"]);
        assert_eq!(events[4].data["turn"], turn);
    }

    async fn what_goes_wrong_with_a_tool_is_told_to_the_model(clock: Clock) {
        let Clock(talk) = clock;
        let bad = vec![("a", "current_time", r#"{"time_zone":"Berlin"}"#), ("b", "current_time", r#"{"time_zone": "#), ("c", "rm_rf", "{}"), ("d", "current_time", "[1]")];
        talk.will(Reply::Call(String::new(), bad)).will(Reply::Answer("I cannot tell.".into()));
        let turn = talk.say("What time is it?").await;
        assert_eq!(turn["content"], "I cannot tell.");
        let used: Vec<_> = turn["tool_calls"].as_array().expect("calls").iter().map(|call| call["is_error"].clone()).collect();
        assert_eq!(used, vec![json!(true); 4]);
        assert_eq!(turn["tool_calls"][1]["arguments"], json!(r#"{"time_zone": "#), "as the model wrote it");
        let read = talk.upstream.received()[1].body["messages"].as_array().expect("messages").clone();
        let told: Vec<_> = read.iter().filter(|message| message["role"] == "tool").map(|message| text(message, "content")).collect();
        assert!(told[0].contains("no time zone `Berlin`") && told[1].contains("not a JSON object"), "{told:?}");
        assert!(told[2].contains("no tool `rm_rf`") && told[3].contains("an array"), "{told:?}");
    }

    async fn after_five_rounds_the_model_must_answer(clock: Clock) {
        let Clock(talk) = clock;
        for _ in 0..6 {
            talk.will(call("again", "{}"));
        }
        let turn = talk.say("What time is it?").await;
        assert_eq!((&turn["status"], turn["tool_calls"].as_array().expect("calls").len()), (&json!("completed"), 5));
        let received = talk.upstream.received();
        assert_eq!(received.len(), 6);
        assert_eq!(received[5].body["tool_choice"], "none");
    }

    async fn a_turn_is_cancelled_in_its_second_round(clock: Clock) {
        let Clock(talk) = clock;
        talk.will(call("call_1", "{}")).will(Reply::Stream(vec![Step::Content("It is".into()), Step::Hang]));
        let mut stream = talk.stream("What time is it?").await;
        let first = stream.next_event().await.expect("an event");
        while stream.next_event().await.expect("an event").event != "content" {}
        let path = format!("/chat/turns/{}/cancel", text(&first.data, "turn_id"));
        let turn = talk.app.member().post(&path).await.expect(200);
        assert_eq!((&turn["status"], &turn["content"]), (&json!("cancelled"), &json!("It is")));
        assert_eq!(turn["tool_calls"][0]["is_error"], false);
        assert_eq!(roles(&messages(&talk, &turn["session_id"]).await), ["user", "assistant", "tool", "assistant"]);
        // The conversation goes on.
        talk.say("And now?").await;
        let read = talk.upstream.received()[2].body["messages"].as_array().expect("messages").clone();
        assert_eq!(roles(&read), ["user", "assistant", "tool", "assistant", "user"]);
    }

    async fn without_the_policy_no_tool_is_offered_and_none_is_called(talk: Talk) {
        talk.will(Reply::Call("Let me see.".into(), vec![("call_1", "current_time", "{}")]));
        let turn = talk.say("What time is it?").await;
        assert_eq!((&turn["content"], &turn["tool_calls"]), (&json!("Let me see."), &json!([])));
        let received = talk.upstream.received();
        assert!(received.len() == 1 && received[0].body.get("tools").is_none());
        talk.will(Reply::Call("Let me see.".into(), vec![("call_1", "current_time", "{}")]));
        let events = talk.stream("What time is it?").await.events().await;
        assert_eq!(types(&events), ["session_resolved", "content", "done"]);
    }

    async fn a_definition_names_tools_that_there_are(app: TestApp) {
        let create = |allow: Value| app.admin().post("/agents").json(&json!({"id": "clock", "tools": {"allow": allow}}));
        for (allow, pointer) in [
            (json!(["current_time", "rm_rf"]), "/tools/allow/1"),
            (json!(["current_time", "current_time"]), "/tools/allow/1"),
            (json!(["current_time", "*", "*"]), "/tools/allow/2"),
            (json!(["current time"]), "/tools/allow/0"),
            (json!([""]), "/tools/allow/0"),
            (json!(["*".repeat(65)]), "/tools/allow/0"),
            (json!(["search_tools"]), "/tools/allow/0"),
            (json!([1]), "/tools/allow/0"),
            (json!("current_time"), "/tools/allow"),
        ] {
            let problem = create(allow.clone()).await.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{allow}: {problem}");
        }
        let agent = create(json!(["current_time"])).await.expect(201);
        let whole = |allow: Value| json!({"allow": allow, "deny": [], "require_approval": [], "max_in_prompt": 64, "max_rounds": 5});
        assert_eq!(agent["tools"], whole(json!(["current_time"])));
        let changed = app.admin().patch("/agents/clock").json(&json!({"tools": {"allow": []}})).await.expect(200);
        assert_eq!(changed["tools"], whole(json!([])));
        for (tools, pointer) in [
            (json!({"deny": ["a.b"]}), "/tools/deny/0"),
            (json!({"deny": ["a", "a"]}), "/tools/deny/1"),
            (json!({"max_rounds": 0}), "/tools/max_rounds"),
            (json!({"max_rounds": 21}), "/tools/max_rounds"),
            (json!({"max_in_prompt": 0}), "/tools/max_in_prompt"),
            (json!({"max_in_prompt": 129}), "/tools/max_in_prompt"),
        ] {
            let problem = app.admin().patch("/agents/clock").json(&json!({"tools": tools})).await.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{tools}: {problem}");
        }
        // What is denied may come later.
        let denied = json!({"tools": {"allow": ["*"], "deny": ["crm_*", "not_there"], "require_approval": ["crm_*"], "max_rounds": 20, "max_in_prompt": 1}});
        assert_eq!(app.admin().patch("/agents/clock").json(&denied).await.expect(200)["tools"], denied["tools"]);
    }

    async fn what_is_denied_is_neither_offered_nor_called(talk: Talk) {
        for (tools, is_called) in [
            (json!({"allow": ["*"]}), true),
            (json!({"allow": ["current_*"]}), true),
            (json!({"allow": ["*"], "deny": ["current_*"]}), false),
            (json!({"allow": ["current_time", "*"], "deny": ["current_time"]}), false),
        ] {
            talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&json!({"tools": tools})).await.expect(200);
            talk.will(call("call_1", "{}")).will(Reply::Answer("It is nine.".into()));
            let turn = talk.say("What time is it?").await;
            let last = talk.upstream.received().pop().expect("a request").body;
            let is_offered = last["tools"].as_array().expect("tools").iter().any(|tool| tool["function"]["name"] == "current_time");
            assert_eq!((turn["tool_calls"][0]["is_error"] == false, is_offered), (is_called, is_called), "{tools}: {turn}");
        }
    }

    async fn the_agent_says_after_how_many_rounds_the_model_must_answer(talk: Talk) {
        for rounds in [1, 7] {
            let tools = json!({"tools": {"allow": ["current_time"], "max_rounds": rounds}});
            talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&tools).await.expect(200);
            let before = talk.upstream.received().len();
            for _ in 0..rounds {
                talk.will(call("again", "{}"));
            }
            talk.will(Reply::Answer("It is nine.".into()));
            let turn = talk.say("What time is it?").await;
            assert_eq!((&turn["content"], turn["tool_calls"].as_array().expect("calls").len()), (&json!("It is nine."), rounds));
            let received = talk.upstream.received().split_off(before);
            let choices: Vec<_> = received.iter().map(|request| request.body["tool_choice"] == "none").collect();
            assert!(choices.len() == rounds + 1 && choices[rounds] && !choices[..rounds].contains(&true), "{choices:?}");
        }
    }

    async fn the_built_in_model_calls_tools_to_try_things_out(app: TestApp) {
        app.admin().post("/agents").json(&json!({"id": "clock", "tools": {"allow": ["current_time"]}})).await.expect(201);
        let asked = json!({"agent_id": "clock", "message": "/tool current_time {}"});
        let turn = app.member().post("/chat").json(&asked).await.expect(200);
        assert_eq!(turn["tool_calls"][0]["tool"], "current_time");
        assert!(text(&turn, "content").contains("2026-11-23T21:00:00Z"), "{turn}");
    }
}

#[tokio::test]
async fn a_gateway_that_dies_between_call_and_result_leaves_a_conversation_that_goes_on() {
    let Clock(talk) = Clock::on(TestBackend::sqlite()).await;
    let session = talk.session().await;
    let store = talk.app.store();
    // As a kill between both leaves it: the question and the call are kept, and the result is not.
    let new = NewTurn {
        id: TurnId::from_key(1 << 40),
        session_id: SessionId::from_key(1 << 40),
        owner: 7,
        user_id: text(&session, "user_id").into(),
        visible_to: VisibleTo::All,
        subject: 1 << 40,
        agent_id: AGENT.into(),
        agent: store.agent_versions().stamp(AGENT, None).await.expect("a look").expect("the agent"),
        place: SessionTarget::Session { id: id_of(&session).parse().expect("an id") },
        role: Role::User,
        content: Content::Text("What time is it?".into()),
        metadata: Map::new(),
        lifetime: Lifetime::default(),
        busy: Busy::Queue(1),
        now_ms: START_MS,
        once: None,
        parent: None,
        job: None,
        event_id: None,
        is_too_long: false,
        session_bytes: u64::MAX,
    };
    let Begun::New { turn, .. } = store.turns().begin(new).await.expect("a turn") else { panic!("it is new") };
    let arguments = Arguments::parse("{}".into());
    let call = ToolCall { id: "call_1".into(), name: "current_time".into(), arguments, extra: None };
    let parts = vec![Part::Text { text: "Let me see.".into() }, Part::ToolCall(call.clone())];
    let step = TurnStep { step: 1, role: Role::Assistant, parts, now_ms: START_MS };
    assert!(store.turn_steps().create(&turn, step, None).await.expect("a step"));
    let log = [LogEntry::Text("Let me see.".into()), LogEntry::Tool(ToolEntry::ToolCallComplete { call })];
    store.turn_events().append(turn.id, 2, &log).await.expect("events");
    let (app, upstream) = (talk.app, talk.upstream);
    drop(store);
    let definition = json!({"model": {"provider": "scripted"}, "tools": {"allow": ["current_time"]}});
    let reopened = TestApp::builder(app.close()).upstream("scripted", &upstream.url()).agent(AGENT, definition);
    let app = reopened.open().await;
    let ended = app.member().get(&format!("/chat/turns/{}", turn.id)).await.expect(200);
    assert_eq!((&ended["status"], &ended["content"]), (&json!("interrupted"), &json!("")));
    assert_eq!(
        (&ended["tool_calls"][0]["call_id"], &ended["tool_calls"][0]["is_error"]),
        (&json!("call_1"), &Value::Null)
    );
    let events = app.member().get(&format!("/chat/turns/{}/events", turn.id)).await.events().await;
    assert_eq!(types(&events), ["session_resolved", "content", "tool_call_complete", "error"]);
    app.member().post("/chat").json(&question_in(&session, "And now?")).await.expect(200);
    let received = upstream.received();
    let read = received.last().expect("a request").body["messages"].as_array().expect("messages").clone();
    assert_eq!(roles(&read), ["user", "assistant", "tool", "user"]);
    assert!(text(&read[2], "content").contains("interrupted"), "{}", read[2]);
}
