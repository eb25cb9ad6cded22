//! `chat.send`

use serde_json::{Value, json};

use crate::conversation::{
    AGENT, Talk, hides_from_others, id_of, pairs, question, question_in, read, sent, text, turns_away,
};
use crate::support::{Gate, Reply, TestApp, TestBackend, Upstream, both_backends};

const PARIS: &str = "The capital of France is Paris.";

both_backends! {
    async fn answers_and_keeps_both_sides(talk: Talk) {
        talk.will(Reply::Answer(PARIS.into()));
        let turn = talk.say("What is the capital of France?").await;
        assert_eq!(turn["content"], PARIS);
        assert_eq!(turn["status"], "completed");
        assert_eq!(turn["finish_reason"], "stop");
        assert_eq!((&turn["agent_id"], &turn["agent_version"]), (&json!(AGENT), &json!(1)));
        assert_eq!((&turn["provider"], &turn["model"]), (&json!("scripted"), &json!("test-model")));
        let usage = json!({"input_tokens": 7, "output_tokens": 5, "total_tokens": 12, "cost_usd": 0.0});
        assert_eq!(turn["usage"], usage);
        assert_eq!(turn["error"], Value::Null);
        assert_eq!(turn["created_at"], "2026-11-23T21:00:00.000Z");
        let both = pairs(&[("user", "What is the capital of France?"), ("assistant", PARIS)]);
        assert_eq!(talk.said(&turn).await, both);
        let session = talk.app.member().get(&format!("/sessions/{}", id_of(&turn))).await.expect(200);
        assert_eq!(session["message_count"], 2);
        assert_eq!((&session["input_tokens"], &session["output_tokens"]), (&json!(7), &json!(5)));
    }

    async fn reads_what_was_said_before_in_order(talk: Talk) {
        for answer in ["one", "two"] {
            talk.will(Reply::Answer(answer.into()));
        }
        let first = talk.say("first").await;
        let second = talk.say("second").await;
        assert_eq!(first["session_id"], second["session_id"]);
        talk.say("third").await;
        let all = [("user", "first"), ("assistant", "one"), ("user", "second"), ("assistant", "two"), ("user", "third")];
        assert_eq!(talk.read_last(), pairs(&all));
    }

    async fn each_turn_takes_the_agent_as_it_is_then(talk: Talk) {
        assert_eq!(talk.say("hello").await["agent_version"], 1);
        let path = format!("/agents/{AGENT}");
        let admin = talk.app.admin();
        admin.patch(&path).json(&json!({"budget": {"tokens_per_hour": 1}})).await.expect(200);
        // A quota that came between is this turn's already.
        talk.app.member().post("/chat").json(&question("hello")).await.expect_problem(429, "quota_exceeded");
        admin.patch(&path).json(&json!({"budget": {"tokens_per_hour": null}})).await.expect(200);
        assert_eq!(talk.say("hello").await["agent_version"], 3);
        // Made anew it has the same numbers again.
        let mut same = admin.get(&path).await.expect(200);
        for of_server in ["version", "created_at", "updated_at", "created_by", "borrowed"] {
            same.as_object_mut().expect("an agent").remove(of_server);
        }
        admin.delete(&path).await.expect(204);
        talk.app.member().post("/chat").json(&question("hello")).await.expect_problem(404, "not_found");
        same["system_prompt"] = json!("Be brief.");
        admin.post("/agents").json(&same).await.expect(201);
        let turn = talk.app.member().post("/chat").json(&question("hello")).await.expect(200);
        assert_eq!(turn["agent_version"], 1);
        assert_eq!(talk.read_last()[0], ("system".into(), "Be brief.".into()));
    }

    async fn answers_the_same_key_with_the_first_answer(talk: Talk) {
        let ask = |text| talk.app.member().post("/chat").header("idempotency-key", "k1").json(&question(text));
        let first = ask("once").await.expect(200);
        assert_eq!(ask("once").await.expect(200), first);
        assert_eq!(talk.upstream.received().len(), 1);
        ask("twice").await.expect_problem(422, "idempotency_key_reused");
        // Another caller's key is another one, whatever it says.
        for text in ["once", "something-else"] {
            let other = talk.app.other_member().post("/chat").header("idempotency-key", text).json(&question(text));
            assert_ne!(other.await.expect(200)["turn_id"], first["turn_id"]);
        }
        let other = talk.app.other_member().post("/chat").header("idempotency-key", "k1").json(&question("once"));
        assert_ne!(other.await.expect(200)["turn_id"], first["turn_id"]);
        talk.app.clock.advance_ms(24 * 3600 * 1000 + 1);
        assert_ne!(ask("once").await.expect(200)["turn_id"], first["turn_id"]);
    }

    async fn takes_the_same_request_in_every_form_of_its_url(talk: Talk) {
        let member = talk.app.member();
        let ask = |uri: &str| member.post(uri).header("idempotency-key", "k1").json(&question("once"));
        let first = ask("/chat").await.expect(200);
        // HTTP/1.1 may send the absolute form, and HTTP/2 always has a scheme and an authority.
        for uri in ["http://localhost/chat", "https://localhost/chat"] {
            assert_eq!(ask(uri).await.expect(200), first, "{uri}");
        }
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn begins_another_turn_for_the_key_of_an_interrupted_one(talk: Talk) {
        let ask = |text| talk.app.member().post("/chat").header("idempotency-key", "k1").json(&question(text));
        let first = ask("once").await.expect(200);
        let db = talk.app.db();
        let interrupted = db.write(|tx| {
            let sql = "UPDATE turns SET status = 'interrupted', error_code = 'interrupted', error_message = 'gone'";
            tx.execute(sql, astra_core::params![])
        });
        assert_eq!(interrupted.await.expect("written"), 1);
        ask("twice").await.expect_problem(422, "idempotency_key_reused");
        let second = ask("once").await.expect(200);
        assert_ne!(second["turn_id"], first["turn_id"]);
        assert_eq!(ask("once").await.expect(200), second);
        assert_eq!(talk.upstream.received().len(), 2);
    }

    async fn waits_with_the_same_key_while_the_first_is_running(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let ask = || talk.app.member().post("/chat").header("idempotency-key", "k1").json(&question("once"));
        let first = sent(ask());
        talk.upstream.wait_for(1).await;
        let second = sent(ask());
        for _ in 0..200 {
            tokio::task::yield_now().await;
            assert!(!second.is_finished(), "the first is still running");
        }
        gate.open();
        let first = first.await.expect("it ends").expect(200);
        assert_eq!(second.await.expect("it ends").expect(200), first);
        assert_eq!(ask().await.expect(200), first);
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn goes_to_the_callers_session_on_its_surface(talk: Talk) {
        let on = |surface: &str, id: &str| {
            let mut body = question("hello");
            body["surface"] = surface.into();
            body["surface_id"] = id.into();
            body
        };
        let plain = talk.say("hello").await;
        let mut seen = vec![id_of(&plain).to_owned()];
        for body in [on("web", ""), on("web", "a"), on("slack", "a")] {
            let turn = talk.app.member().post("/chat").json(&body).await.expect(200);
            let again = talk.app.member().post("/chat").json(&body).await.expect(200);
            assert_eq!(turn["session_id"], again["session_id"]);
            seen.push(id_of(&turn).to_owned());
        }
        let other = talk.app.other_member().post("/chat").json(&question("hello")).await.expect(200);
        seen.push(id_of(&other).to_owned());
        let mut apart = seen.clone();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), seen.len(), "{seen:?}");
        assert_eq!(talk.say("again").await["session_id"], plain["session_id"]);
    }

    async fn lets_only_the_user_and_admins_into_a_session(talk: Talk) {
        let session = talk.session().await;
        hides_from_others(&talk.app, |caller| caller.post("/chat").json(&question_in(&session, "let me in"))).await;
        talk.app.admin().post("/chat").json(&question_in(&session, "as an admin")).await.expect(200);
        assert_eq!(talk.said(&session).await[0].1, "as an admin");
    }
}

#[tokio::test]
async fn takes_overrides_parts_and_metadata() {
    let talk =
        Talk::with(TestBackend::sqlite(), json!({"model": {"temperature": 1.0, "max_output_tokens": 100}})).await;
    talk.say("as the agent says").await;
    let parts = json!([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://images.example/cat.png"}}]);
    let mut body = question("");
    body["message"] = parts.clone();
    body["overrides"] = json!({"temperature": 0.25, "max_output_tokens": 9});
    body["metadata"] = json!({"ticket": "4711", "deep": {"list": [1, null]}});
    let turn = talk.app.member().post("/chat").json(&body).await.expect(200);
    assert_eq!(turn["metadata"], body["metadata"]);
    let received = talk.upstream.received();
    assert_eq!(received[0].body["temperature"], 1.0);
    assert_eq!(received[1].body["temperature"], 0.25);
    let most = |place: usize| {
        let body = &received[place].body;
        body.get("max_completion_tokens").or(body.get("max_tokens")).cloned()
    };
    assert_eq!((most(0), most(1)), (Some(json!(100)), Some(json!(9))));
    assert_eq!(received[1].body["messages"][2]["content"], parts);
}

#[tokio::test]
async fn refuses_what_does_not_exist_or_does_not_fit() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let caller = talk.app.member();
    let send = |body: Value| caller.post("/chat").json(&body);
    send(json!({"agent_id": "nobody", "message": "hello"})).await.expect_problem(404, "not_found");
    let nowhere = json!({"id": "ses_0000000000000"});
    send(question_in(&nowhere, "hello")).await.expect_problem(404, "not_found");
    let session = talk.session().await;
    let mut both = question_in(&session, "hello");
    both["surface"] = "web".into();
    let problem = send(both).await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/surface");
    let other_agent = json!({"agent_id": "assistant", "message": "hello", "session_id": id_of(&session)});
    send(other_agent).await.expect_problem(409, "conflict");
    caller.post(&format!("/sessions/{}/reset", id_of(&session))).await.expect(201);
    send(question_in(&session, "hello")).await.expect_problem(409, "conflict");
    assert!(talk.upstream.received().is_empty());
}

#[tokio::test]
async fn refuses_what_is_no_question() {
    let app = TestApp::new().await;
    let caller = app.member();
    let faults = [
        (json!({"message": "hello"}), ""),
        (json!({"agent_id": "assistant"}), ""),
        (json!({"agent_id": "assistant", "message": ""}), "/message"),
        (json!({"agent_id": "assistant", "message": []}), "/message"),
        (json!({"agent_id": "assistant", "message": 7}), "/message"),
        (json!({"agent_id": "assistant", "message": "a\u{0}b"}), "/message"),
        (json!({"agent_id": "Assistant!", "message": "hello"}), "/agent_id"),
        (json!({"agent_id": "assistant", "message": "hello", "mesage": "typo"}), ""),
        (json!({"agent_id": "assistant", "message": "hello", "session_id": "ses_1"}), "/session_id"),
        (
            json!({"agent_id": "assistant", "message": "hello", "overrides": {"temperature": 3}}),
            "/overrides/temperature",
        ),
    ];
    for (body, pointer) in faults {
        let problem = caller.post("/chat").json(&body).await.expect_problem(422, "invalid_request");
        let pointers: Vec<&str> =
            problem["errors"].as_array().expect("errors").iter().map(|e| text(e, "pointer")).collect();
        assert!(pointers.iter().any(|found| found.starts_with(pointer)), "{body}: {pointers:?}");
    }
    caller.post("/chat").body("application/json", "{").await.expect_problem(400, "bad_request");
    caller.post("/chat").body("application/json", vec![0xff, 0xfe]).await.expect_problem(400, "bad_request");
    caller.post("/chat").body("text/plain", "hello").await.expect_problem(415, "unsupported_media_type");
    let huge = json!({"agent_id": "assistant", "message": "x".repeat(2 << 20)});
    caller.post("/chat").json(&huge).await.expect_problem(413, "payload_too_large");
    // A NUL in the caller's own data is data.
    let body = json!({"agent_id": "assistant", "message": "hello", "metadata": {"nul": "a\u{0}b"}});
    assert_eq!(caller.post("/chat").json(&body).await.expect(200)["metadata"]["nul"], "a\u{0}b");
}

#[tokio::test]
async fn turns_away_who_may_not_chat() {
    let app = TestApp::new().await;
    let body = json!({"agent_id": "assistant", "message": "hello"});
    turns_away(&app, |caller| caller.post("/chat").json(&body)).await;
    let session = app.member().post("/sessions").json(&json!({"agent_id": "assistant"})).await.expect(201);
    let inside = json!({"agent_id": "assistant", "message": "hello", "session_id": session["id"]});
    hides_from_others(&app, |caller| caller.post("/chat").json(&inside)).await;
}

#[tokio::test]
async fn tells_what_the_upstream_did_and_keeps_the_question() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        let provider = config.providers.entry("scripted".into()).or_default();
        provider.max_retries = Some(0);
        provider.first_token_timeout_ms = Some(300);
    });
    let talk = Talk::built(builder, json!({})).await;
    let session = talk.session().await;
    let faults = [
        (Reply::Html, 502, "upstream_error"),
        (Reply::Hang, 504, "upstream_timeout"),
        (Reply::Status(500, None), 502, "upstream_error"),
        (Reply::Status(401, None), 502, "upstream_misconfigured"),
        (Reply::Status(400, None), 502, "upstream_refused"),
        (Reply::Status(402, None), 502, "upstream_quota_exceeded"),
    ];
    for (place, (reply, status, code)) in faults.into_iter().enumerate() {
        talk.will(reply);
        let asked = talk.app.member().post("/chat").json(&question_in(&session, &format!("question {place}"))).await;
        let problem = asked.expect_problem(status, code);
        assert!(!problem.to_string().contains("sk-"), "{problem}");
        assert_eq!(talk.said(&session).await.len(), place + 1);
    }
    talk.say_in(&session, "and now?").await;
    assert_eq!(talk.said(&session).await.len(), 8);
}

#[tokio::test]
async fn tries_again_and_then_falls_back() {
    let second = Upstream::start().await;
    let builder = TestApp::builder(TestBackend::sqlite()).upstream("second", &second.url()).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(1);
    });
    let talk = Talk::built(builder, json!({"model": {"fallbacks": [{"provider": "second"}]}})).await;
    talk.will(Reply::Status(429, Some(0))).will(Reply::Answer("after a pause".into()));
    assert_eq!(talk.say("hello").await["content"], "after a pause");
    assert_eq!((talk.upstream.received().len(), second.received().len()), (2, 0));
    talk.will(Reply::Status(401, None));
    second.will(Reply::Answer("from the second".into()));
    let turn = talk.say("hello").await;
    assert_eq!((&turn["content"], &turn["provider"]), (&json!("from the second"), &json!("second")));
    assert_eq!(read(&second.received()[0].body).len(), 3);
}

#[tokio::test]
async fn tells_how_long_the_upstream_asks_to_wait() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(0);
    });
    let talk = Talk::built(builder, json!({})).await;
    let member = talk.app.member();
    for (status, pause, seconds) in [(429, Some(40), "40"), (429, None, "1"), (503, Some(7), "7")] {
        talk.will(Reply::Status(status, pause));
        let refused = member.post("/chat").json(&question("hello")).await;
        assert_eq!(refused.header("retry-after"), seconds);
        refused.expect_problem(503, if status == 429 { "upstream_rate_limited" } else { "unavailable" });
    }
    let keyed = || member.post("/chat").header("idempotency-key", "k1").json(&question("hello"));
    talk.will(Reply::Status(429, Some(40)));
    let first = keyed().await.expect_problem(503, "upstream_rate_limited");
    assert_eq!(keyed().await.expect_problem(503, "upstream_rate_limited")["detail"], first["detail"]);
    // With the next four faults the circuit opens, for a minute.
    for _ in 0..4 {
        talk.will(Reply::Status(500, None));
        member.post("/chat").json(&question("hello")).await.expect_problem(502, "upstream_error");
    }
    let asked = talk.upstream.received().len();
    let in_openais_form = json!({"model": AGENT, "messages": [{"role": "user", "content": "hello"}]});
    let mut streamed = in_openais_form.clone();
    streamed["stream"] = true.into();
    for (path, body) in
        [("/chat", question("hello")), ("/v1/chat/completions", in_openais_form), ("/v1/chat/completions", streamed)]
    {
        let refused = member.post(path).json(&body).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "60"), "{path}: {}", refused.text());
    }
    let events = member.post("/chat/stream").json(&question("hello")).await.events().await;
    assert_eq!(events[1].data["problem"]["code"], "unavailable");
    let session = events[0].data["session_id"].clone();
    let compacted = member.post(&format!("/sessions/{}/compact", session.as_str().expect("an id"))).await;
    assert_eq!(compacted.header("retry-after"), "60");
    compacted.expect_problem(503, "unavailable");
    assert_eq!(talk.upstream.received().len(), asked, "it was left alone");
}
