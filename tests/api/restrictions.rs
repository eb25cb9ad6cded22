//! What the restrictions of a workspace forbid: every way of asking a model is refused before a provider is asked.

use serde_json::{Value, json};

use crate::conversation::{AGENT, ECHO, Talk, id_of, question, question_in, text, types, unfinished};
use crate::socket::{Socket, message};
use crate::spawn::{HELPER, asks_helper, built};
use crate::support::{Answer, Gate, Reply, TestApp, TestBackend, both_backends};
use crate::work::over;
use crate::workspaces::restrict;

/// The answer to a question that may not be asked.
#[track_caller]
fn refused(answer: Answer) -> Value {
    answer.expect_problem(403, "model_not_allowed")
}

/// A gateway whose agent [`AGENT`] goes on with `fallback` when its model fails.
async fn with_fallback(backend: TestBackend, fallback: &str) -> Talk {
    Talk::with(backend, json!({"model": {"fallbacks": [{"provider": fallback}]}})).await
}

both_backends! {
    async fn every_way_of_asking_is_refused_before_a_provider_is_asked(talk: Talk) {
        let mut talk = talk;
        let session = talk.session().await;
        talk.say_in(&session, "one").await;
        talk.say_in(&session, "two").await;
        let asked = talk.upstream.received().len();
        restrict(&talk.app, &json!({"providers": ["echo"]})).await;
        let member = talk.app.member();
        for path in ["/chat", "/chat/stream"] {
            let problem = refused(member.post(path).json(&question("three")).await);
            assert_eq!(problem["detail"], "The workspace's restrictions do not allow the provider `scripted`.");
            refused(member.post(path).json(&question_in(&session, "three")).await);
        }
        for stream in [false, true] {
            let body = json!({"model": AGENT, "stream": stream, "messages": [{"role": "user", "content": "three"}]});
            let answer = member.post("/v1/chat/completions").json(&body).await;
            assert_eq!(answer.status, 403);
            let error: Value = serde_json::from_str(&answer.text()).expect("JSON");
            assert_eq!((&error["error"]["type"], &error["error"]["code"]), (&json!("permission_error"), &json!("model_not_allowed")));
        }
        refused(member.post(&format!("/sessions/{}/compact", id_of(&session))).await);
        let job = json!({"type": "agent_run", "payload": {"agent_id": AGENT, "message": "three"}});
        let done = over(&member, &member.post("/jobs").json(&job).await.expect(202)).await;
        assert_eq!(done["status"], "failed", "{done}");
        assert!(text(&done, "error").contains("restrictions"), "{done}");
        refused(talk.app.admin().post("/inference/providers/scripted/check").await);
        let listening = talk.app.listen().await;
        let mut socket = Socket::of(listening.address, &member.token().await).await;
        assert_eq!(socket.ask(&message("three")).await["problem"]["code"], "model_not_allowed");
        assert_eq!(talk.upstream.received().len(), asked, "the provider was not asked");
        assert_eq!(unfinished(&talk.app).await.len(), 0, "nothing was kept");
        let echo = json!({"agent_id": ECHO, "message": "still here?"});
        member.post("/chat").json(&echo).await.expect(200);
        restrict(&talk.app, &json!({})).await;
        talk.say("four").await;
    }

    async fn models_are_allowed_by_name_and_by_pattern(talk: Talk) {
        // The agent names no model: the provider's default counts.
        for (models, is_allowed) in [(json!(["test-model"]), true), (json!(["test-*"]), true), (json!(["gpt-*", "echo"]), false), (json!([]), false)] {
            restrict(&talk.app, &json!({"models": models})).await;
            let answer = talk.app.member().post("/chat").json(&question("hello")).await;
            if is_allowed {
                answer.expect(200);
            } else {
                assert_eq!(refused(answer)["detail"], "The workspace's restrictions do not allow the model `test-model` of `scripted`.");
            }
        }
        let page = talk.app.viewer().get("/inference/models").await.expect(200);
        assert_eq!(page["data"], json!([]));
        restrict(&talk.app, &json!({"providers": ["scripted"], "models": ["*model"]})).await;
        let names = |page: &Value| page["data"].as_array().expect("models").iter().map(|model| model["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&talk.app.viewer().get("/inference/models").await.expect(200)), ["test-model"]);
        assert_eq!(names(&talk.app.viewer().get("/inference/models?provider=echo").await.expect(200)), Vec::<Value>::new());
        // An agent may name what is not allowed; it cannot be asked.
        talk.app.admin().post("/agents").json(&json!({"id": "barred", "model": {"provider": "echo"}})).await.expect(201);
        refused(talk.app.member().post("/chat").json(&json!({"agent_id": "barred", "message": "hello"})).await);
    }

    async fn a_fallback_that_is_not_allowed_is_passed_over(backend: TestBackend) {
        let talk = with_fallback(backend, "echo").await;
        restrict(&talk.app, &json!({"providers": ["scripted"]})).await;
        for path in ["/chat", "/chat/stream"] {
            talk.will(Reply::Html);
            let mut answer = talk.app.member().post(path).json(&question("hello")).await;
            if path == "/chat" {
                answer.expect_problem(502, "upstream_error");
            } else {
                assert_eq!(types(&answer.events().await).last().copied(), Some("error"));
            }
        }
        restrict(&talk.app, &json!({"providers": ["scripted", "echo"]})).await;
        talk.will(Reply::Html);
        assert!(text(&talk.say("hello").await, "content").contains("hello"));
    }

    async fn a_session_asks_the_model_of_the_version_that_it_holds_on_to(talk: Talk) {
        let made = async |new| talk.app.member().post("/sessions").json(&new).await.expect(201);
        let held = made(json!({"agent_id": AGENT, "pinned_version": 1})).await;
        let change = json!({"model": {"provider": "echo"}});
        talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&change).await.expect(200);
        let present = made(json!({"agent_id": AGENT})).await;
        let ask = |session| talk.app.member().post("/chat").json(&question_in(session, "hello"));
        restrict(&talk.app, &json!({"providers": ["echo"]})).await;
        refused(ask(&held).await);
        talk.say_in(&present, "hello").await;
        restrict(&talk.app, &json!({"providers": ["scripted"]})).await;
        assert_eq!(talk.say_in(&held, "hello").await["agent_version"], 1);
        refused(ask(&present).await);
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn what_was_answered_before_is_answered_again(talk: Talk) {
        let ask = || talk.app.member().post("/chat").header("idempotency-key", "k1").json(&question("once"));
        let turn = ask().await.expect(200);
        restrict(&talk.app, &json!({"providers": []})).await;
        assert_eq!(ask().await.expect(200), turn);
    }

    async fn a_call_that_has_begun_comes_to_its_end(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "done".into()));
        let running = talk.start(&question("hello"));
        while talk.upstream.received().is_empty() {
            tokio::task::yield_now().await;
        }
        restrict(&talk.app, &json!({"providers": ["echo"]})).await;
        gate.open();
        assert_eq!(running.await.expect("it ends").expect(200)["content"], "done");
    }

    async fn an_agent_that_is_asked_by_another_one_is_restricted_too(backend: TestBackend) {
        let builder = TestApp::builder(backend);
        let talk = built(builder, json!({}), json!({"model": {"model": "other-model"}})).await;
        restrict(&talk.app, &json!({"models": ["test-model"]})).await;
        talk.will(asks_helper("call_1")).will(Reply::Answer("I cannot ask.".into()));
        let turn = talk.say("What is six times seven?").await;
        assert_eq!((&turn["tool_calls"][0]["is_error"], &turn["content"]), (&json!(true), &json!("I cannot ask.")), "{turn}");
        let asked = talk.upstream.received();
        let result = asked[1].body["messages"].to_string();
        assert!(asked.len() == 2 && result.contains(HELPER) && result.contains("do not allow the model `other-model`"), "{result}");
    }

    async fn the_other_workspace_is_not_restricted(talk: Talk) {
        restrict(&talk.app, &json!({"providers": []})).await;
        let echo = json!({"id": "echo", "model": {"provider": "echo"}});
        let other = talk.app.other_workspace();
        other.post("/agents").json(&echo).await.expect(201);
        other.post("/chat").json(&json!({"agent_id": "echo", "message": "hello"})).await.expect(200);
        refused(talk.app.member().post("/chat").json(&json!({"agent_id": ECHO, "message": "hello"})).await);
    }
}

#[tokio::test]
async fn a_change_holds_in_the_other_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let talk = Talk::with(backend, json!({})).await;
    let there = talk.app.replica().await;
    let caller = there.bearer(&talk.app.member().token().await);
    let ask = || caller.post("/chat").json(&question("hello"));
    ask().await.expect(200);
    restrict(&talk.app, &json!({"providers": ["echo"]})).await;
    // As the end of a token does.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(2);
    while ask().await.status != 403 {
        assert!(std::time::Instant::now() < until, "the other gateway goes on asking");
    }
    restrict(&talk.app, &json!({})).await;
    while ask().await.status != 200 {
        assert!(
            std::time::Instant::now() < until + std::time::Duration::from_secs(2),
            "the other gateway goes on refusing"
        );
    }
}
