//! Agents that ask agents: the turn of the other one, what it may do, and to whom it is charged.

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, id_of, pairs, question, read, said, sent, text};
use crate::support::{Reply, TestApp, TestAppBuilder, TestBackend, both_backends};

/// The agent that is asked by another one.
pub(crate) const HELPER: &str = "helper";

/// What the asking agent says of spawning.
pub(crate) fn spawns(agents: &[&str], max_depth: u32) -> Value {
    json!({"allowed_agents": agents, "max_depth": max_depth})
}

/// [`AGENT`], which may ask [`HELPER`], on a gateway that is configured already.
pub(crate) async fn built(builder: TestAppBuilder, mut asking: Value, mut helper: Value) -> Talk {
    if asking["spawn"].is_null() {
        asking["spawn"] = spawns(&[HELPER], 1);
    }
    helper["model"]["provider"] = "scripted".into();
    Talk::built(builder.agent(HELPER, helper), asking).await
}

async fn with(backend: TestBackend, asking: Value, helper: Value) -> Talk {
    built(TestApp::builder(backend), asking, helper).await
}

/// The model asks the helper.
pub(crate) fn asks_helper(id: &'static str) -> Reply {
    Reply::Call(String::new(), vec![(id, "spawn_agent", r#"{"agent_id":"helper","message":"6 * 7?"}"#)])
}

/// The names of the tools that the model was offered in the request at `place`.
fn offered(talk: &Talk, place: usize) -> Vec<String> {
    let tools = talk.upstream.received()[place].body["tools"].clone();
    let name = |tool: &Value| tool["function"]["name"].as_str().expect("a name").to_owned();
    tools.as_array().map(|tools| tools.iter().map(name).collect()).unwrap_or_default()
}

/// What the model read as results in its last request.
fn results(talk: &Talk) -> Vec<String> {
    let received = talk.upstream.received();
    let results = read(&received.last().expect("it was asked").body).into_iter().filter(|(role, _)| role == "tool");
    results.map(|(_, content)| content).collect()
}

/// The traces that a caller sees of an agent's turns.
pub(crate) async fn traces(app: &TestApp, agent: &str) -> Vec<Value> {
    let page = app.member().get(&format!("/traces?agent_id={agent}")).await.expect(200);
    page["data"].as_array().expect("traces").clone()
}

both_backends! {
    async fn an_agent_asks_another_in_a_turn_of_its_own(backend: TestBackend) {
        let talk = with(backend, json!({}), json!({"system_prompt": "You calculate."})).await;
        talk.will(asks_helper("call_1")).will(Reply::Answer("42".into())).will(Reply::Answer("It is 42.".into()));
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let ask = talk.app.member().post("/chat").header("traceparent", parent).json(&question("What is six times seven?"));
        let turn = ask.await.expect(200);
        assert_eq!((&turn["content"], &turn["tool_calls"][0]["is_error"]), (&json!("It is 42."), &json!(false)), "{turn}");
        assert_eq!(results(&talk), ["42"]);
        let received = talk.upstream.received();
        assert_eq!(read(&received[1].body), pairs(&[("system", "You calculate."), ("user", "6 * 7?")]), "and nothing else");
        assert_eq!((offered(&talk, 0), offered(&talk, 1)), (vec!["spawn_agent".to_owned()], vec![]));
        let described = received[0].body["tools"][0]["function"]["description"].as_str().expect("words").to_owned();
        assert!(described.contains("helper"), "{described}");
        // A turn, a session and a trace of its own, the user's, and linked to the turn that has begun it.
        let traces = traces(&talk.app, HELPER).await;
        assert_eq!((traces.len(), &traces[0]["parent_turn_id"]), (1, &turn["turn_id"]));
        assert_eq!((&traces[0]["status"], &traces[0]["question"]), (&json!("completed"), &json!("6 * 7?")));
        let session = talk.app.member().get(&format!("/sessions/{}", id_of(&traces[0]))).await.expect(200);
        assert_eq!((&session["surface"], &session["agent_id"]), (&json!("spawn"), &json!(HELPER)));
        assert_ne!(session["id"], turn["session_id"]);
        assert_eq!(said(&talk.app, id_of(&session)).await, pairs(&[("user", "6 * 7?"), ("assistant", "42")]));
        let whole = async |trace: &Value| talk.app.member().get(&format!("/traces/{}", text(trace, "trace_id"))).await.expect(200);
        let (child, own) = (whole(&traces[0]).await, whole(&turn).await);
        assert_eq!((&own["trace_parent"], &own["parent_turn_id"]), (&json!(parent), &Value::Null));
        let child_parent = text(&child, "trace_parent");
        assert!(child_parent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && child_parent != parent, "{child_parent}");
        assert_eq!(child["request_id"], own["request_id"]);
        assert_eq!(talk.app.other_member().get("/traces?agent_id=helper").await.expect(200)["data"], json!([]));
        // Deleted, and nothing of it is left.
        talk.app.member().delete(&format!("/sessions/{}", id_of(&session))).await.expect(204);
        while talk.app.db().sweep_deleted_sessions().await.expect("a piece") {}
        let db = talk.app.db();
        let left = db.read(|tx| tx.one("SELECT COUNT(*) FROM spawned_turns", &[])?.next_int());
        assert_eq!(left.await.expect("a count"), 0);
    }

    async fn what_it_uses_is_charged_to_the_agent_that_was_asked(backend: TestBackend) {
        let talk = with(backend, json!({"budget": {"tokens_per_hour": 30}}), json!({})).await;
        talk.will(asks_helper("call_1")).will(Reply::Answer("42".into())).will(Reply::Answer("It is 42.".into()));
        let turn = talk.say("What is six times seven?").await;
        assert_eq!(turn["usage"]["total_tokens"], 24, "its own");
        let child = traces(&talk.app, HELPER).await.remove(0);
        assert_eq!(child["usage"]["total_tokens"], 12);
        // A summary is of what was before now.
        talk.app.clock.advance_ms(1);
        for is_rolled_up in [false, true] {
            let used = async |agent: &str| talk.app.viewer().get(&format!("/agents/{agent}/usage")).await.expect(200)["tokens_per_hour"]["used"].clone();
            assert_eq!((used(AGENT).await, used(HELPER).await), (json!(36), json!(0)), "{is_rolled_up}");
            let summary = talk.app.viewer().get("/traces/summary").await.expect(200);
            let turns: Vec<_> = summary["data"].as_array().expect("groups").iter().map(|group| (group["agent_id"].clone(), group["turns"].clone())).collect();
            assert!(turns.contains(&(json!(HELPER), json!(1))) && turns.contains(&(json!(AGENT), json!(1))), "{turns:?}");
            while talk.app.db().roll_usage_up().await.expect("a piece") {}
        }
        talk.app.member().post("/chat").json(&question("again")).await.expect_problem(429, "quota_exceeded");
    }

    async fn the_budget_is_what_the_turn_above_has_left(backend: TestBackend) {
        let talk = with(backend, json!({"budget": {"max_tokens_per_turn": 1_012}}), json!({"budget": {"max_tokens_per_turn": 900}})).await;
        let two = vec![("a", "spawn_agent", r#"{"agent_id":"helper","message":"one"}"#), ("b", "spawn_agent", r#"{"agent_id":"helper","message":"two"}"#)];
        let used = |tokens: u32| Reply::Json(json!({"id": "1", "object": "chat.completion", "created": 1, "model": "test-model",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "much"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": tokens - 5, "completion_tokens": 5, "total_tokens": tokens}}));
        talk.will(Reply::Call(String::new(), two)).will(used(400)).will(used(500)).will(Reply::Answer("Done.".into()));
        let turn = talk.say("go").await;
        assert_eq!(turn["content"], "Done.");
        let allowed: Vec<_> = talk.upstream.received().iter().map(|request| {
            let body = &request.body;
            body["max_tokens"].as_u64().or(body["max_completion_tokens"].as_u64()).expect("a bound")
        }).collect();
        assert!((450..500).contains(&allowed[1]) && (450..500).contains(&allowed[2]), "half of 1,000 for each: {allowed:?}");
        assert!(allowed[3] < 100, "what both have left: {allowed:?}");
        let budget = json!({"budget": {"max_tokens_per_turn": 950}});
        talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&budget).await.expect(200);
        talk.will(asks_helper("c")).will(used(930));
        let failed = talk.app.member().post("/chat").json(&question("again")).await;
        failed.expect_problem(429, "quota_exceeded");
        assert_eq!(talk.upstream.received().len(), 6, "the second round was not asked");
    }

    async fn calls_of_tools_below_count_above(backend: TestBackend) {
        let tools = json!({"tools": {"allow": ["current_time"]}, "budget": {"max_tool_calls_per_turn": 3}});
        let talk = with(backend, tools, json!({"tools": {"allow": ["current_time"]}})).await;
        let three = ["a", "b", "c"].map(|id| (id, "current_time", "{}")).to_vec();
        talk.will(asks_helper("call_1")).will(Reply::Call(String::new(), three));
        talk.say("go").await;
        let below = read(&talk.upstream.received()[2].body);
        assert!(below.last().is_some_and(|(_, result)| result.contains("may make 2 calls")), "{below:?}");
        // All are used up: the model above must answer.
        let last = talk.upstream.received().last().expect("it was asked").body.clone();
        assert!(last["tools"].is_null() || last["tool_choice"] == "none", "{last}");
    }

    async fn a_spawned_agent_has_the_tools_of_both(backend: TestBackend) {
        let tools = |allow: &[&str], deny: &[&str]| json!({"tools": {"allow": allow, "deny": deny}});
        let talk = with(backend, tools(&["current_time", "calculate"], &["calculate"]), tools(&["current_time", "calculate"], &[])).await;
        let calls = vec![("a", "calculate", r#"{"expression":"1"}"#), ("b", "current_time", "{}")];
        talk.will(asks_helper("call_1")).will(Reply::Call(String::new(), calls)).will(Reply::Answer("one".into()));
        talk.say("go").await;
        assert_eq!((offered(&talk, 0), offered(&talk, 1)), (vec!["spawn_agent".to_owned(), "current_time".to_owned()], vec!["current_time".to_owned()]));
        let read = read(&talk.upstream.received()[2].body);
        let results: Vec<_> = read.iter().filter(|(role, _)| role == "tool").map(|(_, content)| content.as_str()).collect();
        assert!(results[0].contains("no tool `calculate`") && results[1].contains("Monday"), "{results:?}");
        // Asked by a caller it has its own.
        let ask = json!({"agent_id": HELPER, "message": "one"});
        talk.app.member().post("/chat").json(&ask).await.expect(200);
        assert_eq!(offered(&talk, 4), ["current_time", "calculate"]);
    }

    async fn what_cannot_be_asked_is_a_result_for_the_model(backend: TestBackend) {
        let talk = with(backend, json!({"spawn": spawns(&["helper", "gone-*"], 1)}), json!({})).await;
        let calls = vec![
            ("a", "spawn_agent", r#"{"agent_id":"gone-away","message":"hello"}"#),
            ("b", "spawn_agent", r#"{"agent_id":"assistant","message":"hello"}"#),
            ("c", "spawn_agent", r#"{"agent_id":"helper","message":"  "}"#),
            ("d", "spawn_agent", r#"{"agent_id":"helper"}"#),
            ("e", "spawn_agent", r#"{"agent_id":"helper","message":"fail"}"#),
        ];
        talk.will(Reply::Call(String::new(), calls)).will(Reply::Html);
        let turn = talk.say("go").await;
        let read = results(&talk);
        let words = ["no agent `gone-away`", "may not be asked", "blank", "do not fit", "did not answer: The model's provider"];
        for (result, words) in read.iter().zip(words) {
            assert!(result.contains(words), "{words}: {read:?}");
        }
        assert!(turn["tool_calls"].as_array().expect("calls").iter().all(|call| call["is_error"] == true), "{turn}");
        assert_eq!(traces(&talk.app, HELPER).await.len(), 1);
        // Without agents to ask there is no such tool, and no operation has it.
        talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&json!({"spawn": null, "tools": {"allow": ["*"]}})).await.expect(200);
        let asked = talk.upstream.received().len();
        talk.say("and now?").await;
        assert!(!offered(&talk, asked).contains(&"spawn_agent".to_owned()));
        let call = json!({"arguments": {"agent_id": HELPER, "message": "hello"}});
        let invoked = talk.app.admin().post("/tools/spawn_agent/invoke").json(&call).await.expect(200);
        assert_eq!(invoked["is_error"], true);
    }

    async fn turns_below_need_no_place_of_their_own(backend: TestBackend) {
        let builder = TestApp::builder(backend).config(|config| config.limits.turns = 1);
        let talk = built(builder, json!({"spawn": spawns(&[HELPER], 2)}), json!({"spawn": spawns(&[HELPER], 2)})).await;
        let two = vec![("a", "spawn_agent", r#"{"agent_id":"helper","message":"one"}"#), ("b", "spawn_agent", r#"{"agent_id":"helper","message":"two"}"#)];
        talk.will(Reply::Call(String::new(), two)).will(asks_helper("c"));
        let turn = sent(talk.app.member().post("/chat").json(&question("go"))).await.expect("it ends").expect(200);
        assert!(turn["tool_calls"].as_array().expect("calls").iter().all(|call| call["is_error"] == false), "{turn}");
        assert_eq!((talk.upstream.received().len(), traces(&talk.app, HELPER).await.len()), (6, 3));
    }
}

#[tokio::test]
async fn a_chain_is_as_deep_as_each_of_it_says() {
    let itself = |max_depth| json!({"spawn": spawns(&[HELPER, AGENT], max_depth)});
    for (above, below, turns) in [(1, 3, 2), (2, 1, 2), (3, 2, 3), (3, 3, 4)] {
        let talk = with(TestBackend::sqlite(), itself(above), itself(below)).await;
        for _ in 1..turns {
            talk.will(asks_helper("deeper"));
        }
        assert_eq!(talk.say("go").await["status"], "completed");
        let may = |turn: usize| offered(&talk, turn).contains(&"spawn_agent".to_owned());
        assert_eq!((may(turns - 2), may(turns - 1)), (true, false), "{above} {below}");
        assert_eq!((talk.upstream.received().len(), traces(&talk.app, HELPER).await.len()), (2 * turns - 1, turns - 1));
    }
}

#[tokio::test]
async fn an_agent_below_asks_those_alone_whom_all_above_may_ask() {
    let asking = json!({"spawn": spawns(&[HELPER], 3)});
    let talk = with(TestBackend::sqlite(), asking, json!({"spawn": spawns(&["*"], 3)})).await;
    let other = vec![("a", "spawn_agent", r#"{"agent_id":"assistant","message":"hello"}"#)];
    talk.will(asks_helper("call_1")).will(Reply::Call(String::new(), other));
    talk.say("go").await;
    let read = read(&talk.upstream.received()[2].body);
    assert_eq!(read.last().map(|(_, result)| result.as_str()), Some("The agent `assistant` may not be asked here."));
}

#[tokio::test]
async fn what_an_agent_says_of_spawning_is_checked() {
    let app = TestApp::new().await;
    let ids: Vec<_> = (0..65).map(|number| format!("a{number}")).collect();
    let cases = [
        (json!({"allowed_agents": ["No"]}), "/spawn/allowed_agents/0"),
        (json!({"allowed_agents": [""]}), "/spawn/allowed_agents/0"),
        (json!({"allowed_agents": ["a", "a"]}), "/spawn/allowed_agents/1"),
        (json!({"allowed_agents": ids}), "/spawn/allowed_agents"),
        (json!({"max_depth": 0}), "/spawn/max_depth"),
        (json!({"max_depth": 4}), "/spawn/max_depth"),
        (json!({"agents": []}), "/spawn/agents"),
    ];
    for (spawn, pointer) in cases {
        let asked = app.admin().post("/agents").json(&json!({"id": "a", "spawn": spawn})).await;
        let problem = asked.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let made =
        app.admin().post("/agents").json(&json!({"id": "a", "spawn": {"allowed_agents": ["a", "later-*"]}})).await;
    assert_eq!(made.expect(201)["spawn"], json!({"allowed_agents": ["a", "later-*"], "max_depth": 1}));
}
