//! `chat.submit_results`, and the turns that wait for it.

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, calls, ended, hides_from_others, question_in, sent, text, turns_away, types};
use crate::support::{Ask, Event, OnBackend, Reply, TestApp, TestBackend, both_backends};

/// An agent that has a tool of its own.
struct Weather(Talk);

impl OnBackend for Weather {
    async fn on(backend: TestBackend) -> Self {
        Self(Talk::with(backend, definition()).await)
    }
}

fn definition() -> Value {
    json!({"tools": {"allow": ["current_time"]}})
}

fn tools() -> Value {
    json!([
        {"name": "weather", "description": "The weather of a city.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
        {"name": "mood"},
    ])
}

fn question() -> Value {
    json!({"agent_id": AGENT, "message": "How is Rome?", "tools": tools()})
}

/// The model calls the tool for one city.
fn call(id: &'static str) -> Reply {
    Reply::Call("Let me see.".into(), vec![(id, "weather", r#"{"city":"Rome"}"#)])
}

fn results(of: &[(&str, &str)]) -> Value {
    let result = |(id, content): &(&str, &str)| json!({"call_id": id, "content": content});
    json!({"results": of.iter().map(result).collect::<Vec<_>>()})
}

fn path_of(turn: &Value, what: &str) -> String {
    format!("/chat/turns/{}{what}", text(turn, "turn_id"))
}

fn submit(app: &TestApp, turn: &Value, of: &[(&str, &str)]) -> Ask {
    app.member().post(&path_of(turn, "/results")).json(&results(of))
}

/// A turn that waits for the result of `call_1`.
async fn waiting(talk: &Talk) -> Value {
    talk.will(call("call_1"));
    talk.app.member().post("/chat").json(&question()).await.expect(200)
}

async fn events(app: &TestApp, turn: &Value) -> Vec<Event> {
    let events = app.member().get(&path_of(turn, "/events")).await.events().await;
    let numbers: Vec<_> = events.iter().map(|event| event.data["seq"].as_i64().expect("a number")).collect();
    assert!(numbers.iter().zip(1..).all(|(number, place)| *number == place), "a gap: {numbers:?}");
    events
}

both_backends! {
    async fn takes_a_turn_on_that_waits(weather: Weather) {
        let Weather(talk) = weather;
        let turn = waiting(&talk).await;
        assert_eq!((&turn["status"], &turn["finish_reason"]), (&json!("awaiting_results"), &json!("tool_calls")));
        assert_eq!((&turn["content"], &turn["finished_at"]), (&json!("Let me see."), &Value::Null));
        let call = json!({"call_id": "call_1", "tool": "weather", "arguments": {"city": "Rome"}, "is_error": null, "elapsed_ms": 0});
        assert_eq!(turn["tool_calls"], json!([call]));
        assert_eq!(turn["usage"]["total_tokens"], 12);
        assert_eq!(talk.app.member().get(&path_of(&turn, "")).await.expect(200), turn);
        let doing = talk.app.member().get("/chat/presence").await.expect(200);
        assert_eq!(doing["data"][0]["activity"], "awaiting_results");
        // What the model was offered: the agent's tools, then the caller's.
        let offered = talk.upstream.received()[0].body["tools"].clone();
        let names: Vec<_> = offered.as_array().expect("tools").iter().map(|tool| &tool["function"]["name"]).collect();
        assert_eq!(names, ["current_time", "weather", "mood"]);
        assert_eq!(offered[1]["function"]["description"], "The weather of a city.");

        talk.will(Reply::Answer("It is sunny.".into()));
        talk.app.clock.advance_ms(2_500);
        let done = submit(&talk.app, &turn, &[("call_1", "sunny")]).await.expect(200);
        assert_eq!((&done["status"], &done["content"], &done["finish_reason"]), (&json!("completed"), &json!("It is sunny."), &json!("stop")));
        assert_eq!((&done["tool_calls"][0]["is_error"], &done["tool_calls"][0]["elapsed_ms"]), (&json!(false), &json!(2_500)));
        assert_eq!(done["usage"]["total_tokens"], 24, "of both rounds");
        assert_eq!(calls(&talk.app).await, 2);
        let read = talk.upstream.received()[1].body["messages"].clone();
        assert_eq!((&read[1]["content"], &read[1]["tool_calls"][0]["id"]), (&json!("Let me see."), &json!("call_1")));
        assert_eq!((&read[2]["role"], &read[2]["tool_call_id"], &read[2]["content"]), (&json!("tool"), &json!("call_1"), &json!("sunny")));
        assert_eq!(types(&events(&talk.app, &turn).await),
            ["session_resolved", "content", "tool_call_complete", "results_required", "tool_result", "content", "done"]);
        // A second submission of the same call changes nothing.
        for content in ["sunny", "rainy"] {
            assert_eq!(submit(&talk.app, &turn, &[("call_1", content)]).await.expect(200), done);
        }
        assert_eq!(talk.upstream.received().len(), 2);
        assert_eq!(talk.app.member().get("/chat/presence").await.expect(200)["data"], json!([]));
    }

    async fn runs_the_agents_own_tools_beside(weather: Weather) {
        let Weather(talk) = weather;
        talk.will(Reply::Call(String::new(), vec![("a", "current_time", "{}"), ("b", "weather", "{}"), ("c", "mood", "{}"), ("d", "weather", "{")]));
        let turn = talk.app.member().post("/chat").json(&question()).await.expect(200);
        let open: Vec<_> = turn["tool_calls"].as_array().expect("calls").iter().map(|call| call["is_error"].clone()).collect();
        assert_eq!(open, [json!(false), Value::Null, Value::Null, json!(true)], "broken JSON is the model's fault");
        let problem = submit(&talk.app, &turn, &[("c", "good")]).await.expect_problem(422, "invalid_request");
        assert!(text(&problem, "detail").contains("`b` is missing"), "{problem}");
        assert_eq!(problem["errors"][0]["pointer"], "/results");
        talk.will(Reply::Answer("Fine.".into()));
        let body = json!({"results": [{"call_id": "c", "content": "good"}, {"call_id": "b", "content": "no", "is_error": true}]});
        let done = talk.app.member().post(&path_of(&turn, "/results")).json(&body).await.expect(200);
        assert_eq!(done["tool_calls"][1]["is_error"], true);
        let read = talk.upstream.received()[1].body["messages"].clone();
        let ids: Vec<_> = (2..6).map(|place| text(&read[place], "tool_call_id").to_owned()).collect();
        assert_eq!(ids, ["a", "b", "c", "d"], "in the order of the calls");
        let said = talk.said(&turn).await;
        assert_eq!(said.iter().map(|(role, _)| role.as_str()).collect::<Vec<_>>(), ["user", "assistant", "tool", "assistant"]);
    }

    async fn goes_on_after_a_restart(weather: Weather) {
        let Weather(talk) = weather;
        let turn = waiting(&talk).await;
        let (url, upstream) = (talk.upstream.url(), talk.upstream);
        let mut scripted = definition();
        scripted["model"] = json!({"provider": "scripted"});
        let reopen = |app: TestApp| TestApp::builder(app.close()).upstream("scripted", &url).agent(AGENT, scripted.clone()).open();
        let app = reopen(talk.app).await;
        assert_eq!(app.member().get(&path_of(&turn, "")).await.expect(200), turn);
        upstream.will(call("call_1"));
        let again = submit(&app, &turn, &[("call_1", "sunny")]).await.expect(200);
        assert_eq!(again["status"], "awaiting_results");
        // The model gave its second call the id of the first one.
        assert_eq!(again["tool_calls"][1]["call_id"], "call_1_2");
        let app = reopen(app).await;
        assert_eq!(submit(&app, &turn, &[("call_1", "rainy")]).await.expect(200), again, "what happened");
        upstream.will(Reply::Answer("It is sunny.".into()));
        let done = submit(&app, &turn, &[("call_1_2", "still sunny")]).await.expect(200);
        assert_eq!((&done["status"], &done["content"]), (&json!("completed"), &json!("It is sunny.")));
        let app = reopen(app).await;
        assert_eq!(app.member().get(&path_of(&turn, "")).await.expect(200), done);
        assert_eq!(types(&events(&app, &turn).await), ["session_resolved", "content", "tool_call_complete", "results_required",
            "tool_result", "content", "tool_call_complete", "results_required", "tool_result", "content", "done"]);
        assert_eq!((upstream.received().len(), calls(&app).await), (3, json!(3)));
    }

    async fn is_followed_over_the_wait(weather: Weather) {
        let Weather(talk) = weather;
        talk.will(call("call_1")).will(Reply::Answer("It is sunny.".into()));
        let mut stream = talk.app.member().post("/chat/stream").json(&question()).await;
        let mut seen = Vec::new();
        while seen.last().is_none_or(|event: &Event| event.event != "results_required") {
            seen.push(stream.next_event().await.expect("an event"));
        }
        let (last, turn) = (seen.last().expect("events").data.clone(), seen[0].data.clone());
        assert_eq!(last["calls"], json!([{"call_id": "call_1", "tool": "weather", "arguments": {"city": "Rome"}}]));
        assert_eq!(last["expires_at"], "2026-11-23T21:10:00.000Z");
        let mut late = talk.app.member().get(&path_of(&turn, "/events")).header("last-event-id", &last["seq"].to_string()).await;
        submit(&talk.app, &turn, &[("call_1", "sunny")]).await.expect(200);
        let rest = late.events().await;
        assert_eq!(rest.last().expect("events").event, "done");
        seen.extend(stream.events().await);
        let all = events(&talk.app, &turn).await;
        let data = |events: &[Event]| events.iter().map(|event| event.data.clone()).collect::<Vec<_>>();
        assert_eq!(data(&seen), data(&all));
        assert_eq!(data(&rest), data(&all[all.len() - rest.len()..]));
    }

    async fn is_taken_once_of_two_at_once(weather: Weather) {
        let Weather(talk) = weather;
        let turn = waiting(&talk).await;
        talk.will(Reply::Answer("It is sunny.".into()));
        let all: Vec<_> = (0..8).map(|_| sent(submit(&talk.app, &turn, &[("call_1", "sunny")]))).collect();
        let mut answers = Vec::new();
        for one in all {
            answers.push(one.await.expect("it ends").expect(200));
        }
        assert!(answers.iter().all(|answer| answer["status"] == "completed" && *answer == answers[0]), "{answers:?}");
        assert_eq!(talk.upstream.received().len(), 2);
    }

    async fn is_refused_with_what_is_wrong(weather: Weather) {
        let Weather(talk) = weather;
        let turn = waiting(&talk).await;
        let invalid = async |body: Value| talk.app.member().post(&path_of(&turn, "/results")).json(&body).await.expect_problem(422, "invalid_request");
        for (body, pointer) in [
            (json!({}), "/results"),
            (json!({"results": []}), "/results"),
            (json!({"results": [{"call_id": "call_1"}]}), "/results/0/content"),
            (json!({"results": [{"call_id": "call_1", "content": "nul \u{0}"}]}), "/results/0/content"),
            (results(&[("call_1", "a"), ("call_1", "b")]), "/results/1/call_id"),
            (results(&[("call_1", "a"), ("call_2", "b")]), "/results/1/call_id"),
            (results(&[("call_2", "b")]), "/results/0/call_id"),
        ] {
            let problem = invalid(body).await;
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let problem = invalid(results(&[("call_2", "b")])).await;
        assert_eq!(text(&problem, "detail"), "The turn has no call `call_2`.");
        assert_eq!(talk.app.member().get(&path_of(&turn, "")).await.expect(200), turn, "it waits still");
        let cancelled = talk.app.member().post(&path_of(&turn, "/cancel")).await.expect(200);
        assert_eq!((&cancelled["status"], &cancelled["tool_calls"][0]["is_error"]), (&json!("cancelled"), &Value::Null));
        submit(&talk.app, &turn, &[("call_1", "sunny")]).await.expect_problem(409, "conflict");
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn comes_too_late_when_the_time_is_over(weather: Weather) {
        let Weather(talk) = weather;
        let turn = waiting(&talk).await;
        talk.app.clock.advance_ms(599_999);
        assert_eq!(talk.app.member().get(&path_of(&turn, "")).await.expect(200)["status"], "awaiting_results");
        talk.app.clock.advance_ms(1);
        submit(&talk.app, &turn, &[("call_1", "sunny")]).await.expect_problem(409, "expired");
        let ended = ended(&talk.app.member(), text(&turn, "turn_id")).await;
        assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!("failed"), &json!("expired")));
        assert_eq!(types(&events(&talk.app, &turn).await).last(), Some(&"error"));
        // The conversation goes on.
        talk.say_in(&turn, "And now?").await;
        let read = talk.upstream.received()[1].body["messages"].clone();
        assert!(text(&read[2], "content").contains("interrupted"), "{read}");
    }

    async fn a_schema_of_the_callers_is_passed_on_and_never_followed(weather: Weather) {
        let Weather(talk) = weather;
        for place in ["#", "http://127.0.0.1:9/schema", "file:///etc/passwd"] {
            let schema = json!({"type": "object", "properties": {"city": {"$ref": place}}});
            talk.will(call("call_1")).will(Reply::Answer("Fine.".into()));
            let body = json!({"agent_id": AGENT, "message": "Go.", "tools": [{"name": "weather", "parameters": schema}]});
            let turn = talk.app.member().post("/chat").json(&body).await.expect(200);
            let offered = talk.upstream.received().pop().expect("a request").body["tools"][1]["function"]["parameters"].clone();
            assert_eq!((&turn["status"], &offered["properties"]), (&json!("awaiting_results"), &schema["properties"]));
            assert_eq!(submit(&talk.app, &turn, &[("call_1", "sunny")]).await.expect(200)["content"], "Fine.");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        let body = format!(r#"{{"agent_id": "{AGENT}", "message": "Go.", "tools": [{{"name": "weather", "parameters": {deep}}}]}}"#);
        talk.app.member().post("/chat").body("application/json", body).await.expect_problem(400, "bad_request");
    }

    async fn lets_the_session_wait_meanwhile(weather: Weather) {
        let Weather(talk) = weather;
        let turn = waiting(&talk).await;
        let second = sent(talk.app.member().post("/chat").json(&question_in(&turn, "And then?")));
        talk.app.member().delete(&format!("/sessions/{}", text(&turn, "session_id"))).await.expect_problem(409, "agent_busy");
        talk.will(Reply::Answer("It is sunny.".into())).will(Reply::Answer("It rains.".into()));
        assert_eq!(submit(&talk.app, &turn, &[("call_1", "sunny")]).await.expect(200)["content"], "It is sunny.");
        assert_eq!(second.await.expect("it ends").expect(200)["content"], "It rains.");
    }

    async fn a_choice_of_tools_is_the_first_rounds(weather: Weather) {
        let Weather(talk) = weather;
        let ask = |choice: Value| {
            let mut body = question();
            body["tool_choice"] = choice;
            talk.app.member().post("/chat").json(&body)
        };
        talk.will(Reply::Call(String::new(), vec![("a", "current_time", "{}")]));
        ask(json!({"name": "current_time"})).await.expect(200);
        ask(json!("required")).await.expect(200);
        ask(json!("none")).await.expect(200);
        let chosen: Vec<_> = talk.upstream.received().iter().map(|request| request.body["tool_choice"].clone()).collect();
        let named = json!({"type": "function", "function": {"name": "current_time"}});
        assert_eq!(chosen[0], named);
        assert!(chosen[1].is_null() || chosen[1] == "auto", "{chosen:?}");
        assert_eq!(chosen[2..], [json!("required"), json!("none")]);
        for (choice, tools) in [
            (json!({"name": "rm_rf"}), tools()),
            (json!("sometimes"), tools()),
            (json!("auto"), json!([{"name": "current_time"}])),
            (json!("auto"), json!([{"name": "a"}, {"name": "a"}])),
            (json!("auto"), json!([{"name": "not a name"}])),
        ] {
            let body = json!({"agent_id": AGENT, "message": "hello", "tools": tools, "tool_choice": choice});
            talk.app.member().post("/chat").json(&body).await.expect_problem(422, "invalid_request");
        }
        assert_eq!(talk.upstream.received().len(), 4);
    }
}

#[tokio::test]
async fn is_the_askers_and_the_admins_alone() {
    let Weather(talk) = Weather::on(TestBackend::sqlite()).await;
    let turn = waiting(&talk).await;
    let (path, body) = (path_of(&turn, "/results"), results(&[("call_1", "sunny")]));
    turns_away(&talk.app, |caller| caller.post(&path).json(&body)).await;
    hides_from_others(&talk.app, |caller| caller.post(&path).json(&body)).await;
    assert_eq!(talk.app.admin().post(&path).json(&body).await.expect(200)["status"], "completed");
    let nowhere = "/chat/turns/trn_0000000000000/results";
    talk.app.member().post(nowhere).json(&body).await.expect_problem(404, "not_found");
}
