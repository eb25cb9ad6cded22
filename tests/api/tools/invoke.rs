//! `tools.invoke`

use serde_json::{Value, json};

use super::make_agent;
use crate::conversation::turns_away;
use crate::host_tools::Scripted;
use crate::support::{TestApp, TestBackend, both_backends};

const PATH: &str = "/tools/current_time/invoke";

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["pointer"].as_str().expect("a pointer"))
        .collect()
}

both_backends! {
    async fn a_tool_answers(app: TestApp) {
        let call = json!({"arguments": {"time_zone": "Europe/Berlin"}});
        let answer = app.member().post(PATH).json(&call).await.expect(200);
        assert_eq!(answer["is_error"], false);
        assert!(answer["content"].as_str().is_some_and(|content| content.contains("22:00:00+01:00")), "{answer}");
        assert_eq!(app.member().post(PATH).json(&json!({})).await.expect(200)["is_error"], false);
        let answer = app.member().post(PATH).json(&json!({"arguments": {"time_zone": "Berlin"}})).await.expect(200);
        assert!(answer["is_error"] == true && answer["content"].as_str().is_some_and(|why| why.contains("`Berlin`")), "{answer}");
    }

    async fn arguments_that_do_not_fit_are_refused_by_their_place(app: TestApp) {
        for (call, pointer) in [
            (json!({"arguments": {"time_zone": 1}}), "/arguments/time_zone"),
            (json!({"arguments": {"zone": "UTC"}}), "/arguments"),
            (json!({"arguments": []}), "/arguments"),
            (json!({"arguments": {}, "agent": "clock"}), "/agent"),
        ] {
            let problem = app.member().post(PATH).json(&call).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), [pointer], "{call}");
        }
        let long = json!({"arguments": {"expression": "1".repeat(2 << 20)}});
        app.member().post("/tools/calculate/invoke").json(&long).await.expect_problem(413, "payload_too_large");
        let deep = format!("{{\"arguments\": {}1{}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        let deep = app.member().post(PATH).body("application/json", deep).await;
        deep.expect_problem(400, "bad_request");
    }

    async fn the_policy_of_a_named_agent_holds(app: TestApp) {
        make_agent(&app).await;
        let as_clock = json!({"arguments": {}, "agent_id": "clock"});
        app.member().post(PATH).json(&as_clock).await.expect(200);
        let denied = json!({"arguments": {"expression": "1"}, "agent_id": "clock"});
        for caller in [app.member(), app.owner()] {
            caller.post("/tools/calculate/invoke").json(&denied).await.expect_problem(403, "forbidden");
        }
        app.member().post(PATH).json(&json!({"agent_id": "nobody"})).await.expect_problem(404, "not_found");
        app.other_workspace().post(PATH).json(&as_clock).await.expect_problem(404, "not_found");
        app.member().post("/tools/not_there/invoke").json(&json!({})).await.expect_problem(404, "not_found");
        turns_away(&app, |caller| caller.post(PATH).json(&json!({}))).await;
        app.viewer().post(PATH).json(&json!({})).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_destructive_tool_is_for_admins_and_a_call_has_its_context() {
    let builder = TestApp::builder(TestBackend::sqlite());
    let host = |builder: astra_core::Builder| {
        builder.tool(Scripted::named("drop_all").destructive()).tool(Scripted::named("who"))
    };
    let app = builder.host(host).open().await;
    let call = json!({"arguments": {"does": "say", "what": "done"}});
    app.member().post("/tools/drop_all/invoke").json(&call).await.expect_problem(403, "forbidden");
    assert_eq!(app.admin().post("/tools/drop_all/invoke").json(&call).await.expect(200)["content"], "done");
    let who = app.member().post("/tools/who/invoke").json(&json!({"arguments": {"does": "context"}})).await.expect(200);
    let who: Value = serde_json::from_str(who["content"].as_str().expect("a text")).expect("JSON");
    let me = app.member().get("/auth/me").await.expect(200);
    assert_eq!((&who["agent_id"], &who["turn_id"]), (&Value::Null, &Value::Null));
    assert!(
        who["user_id"].is_string() && me.to_string().contains(who["user_id"].as_str().expect("an id")),
        "{who} {me}"
    );
}

#[tokio::test]
async fn a_credential_has_so_many_calls_at_once_and_one_that_hangs_up_gives_its_place_back() {
    let builder = TestApp::builder(TestBackend::sqlite());
    let app = builder.host(|builder| builder.tool(Scripted::named("slow"))).open().await;
    let call = json!({"arguments": {"does": "hang"}});
    let asks: Vec<_> = (0..17)
        .map(|_| {
            tokio::spawn(std::future::IntoFuture::into_future(app.member().post("/tools/slow/invoke").json(&call)))
        })
        .collect();
    let (first, _, mut rest) = futures_util::future::select_all(asks).await;
    let refused = first.expect("an answer");
    assert_eq!(refused.header("retry-after"), "1");
    refused.expect_problem(429, "rate_limited");
    let another = rest.pop().expect("a call under way");
    another.abort();
    assert!(another.await.is_err_and(|ended| ended.is_cancelled()));
    let quick = json!({"arguments": {"does": "say", "what": "done"}});
    assert_eq!(app.member().post("/tools/slow/invoke").json(&quick).await.expect(200)["content"], "done");
    rest.iter().for_each(tokio::task::JoinHandle::abort);
}
