//! The tools of MCP servers in the gateway: listed, invoked, called by a model, with the agent's policy over them.

use astra_core::config::Secret;
use astra_core::store::WorkspaceId;
use astra_core::tools::mcp::{McpHttp, McpServerSpec, McpServerStatus, McpTransport};
use rmcp::model::ProtocolVersion;
use serde_json::{Value, json};

use crate::approvals::{decide, pending};
use crate::conversation::{AGENT, Talk, question, text};
use crate::mcp_fixture::{Fixture, Listening};
use crate::support::{OnBackend, Reply, TestApp, TestBackend, both_backends};

/// A gateway whose first workspace has the server `crm`, and whose configuration has `all`.
struct Connected {
    talk: Talk,
    fixture: Fixture,
    _server: Listening,
}

impl OnBackend for Connected {
    async fn on(backend: TestBackend) -> Self {
        let tools = json!({"allow": ["crm__*", "all__echo"], "deny": ["crm__fail"], "require_approval": ["crm__t*"]});
        let talk = Talk::with(backend, json!({"tools": tools})).await;
        let fixture = Fixture::new(ProtocolVersion::KNOWN_VERSIONS);
        let server = fixture.listen().await;
        let first = talk.app.authority().first_workspace().clone();
        connect(&talk.app, Some(&first), "crm", &server.url).await;
        connect(&talk.app, None, "all", &server.url).await;
        Self { talk, fixture, _server: server }
    }
}

async fn connect(app: &TestApp, scope: Option<&WorkspaceId>, name: &str, url: &str) {
    let headers = vec![("X-Key".to_owned(), Secret::new("a secret"))];
    let http = McpHttp { url: url.to_owned(), headers, oauth: None, is_trusted: true };
    let spec = McpServerSpec { name: name.to_owned(), transport: McpTransport::Http(http), timeout: None };
    let servers = app.gateway().mcp_servers();
    servers.connect(scope, spec).expect("a good server");
    let workspace = app.authority().first_workspace();
    while servers.state(workspace, name).expect("a state").status != McpServerStatus::Connected {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn names(caller: &crate::support::Caller) -> Vec<String> {
    let page = caller.get("/tools?limit=200").await.expect(200);
    let tools = page["data"].as_array().expect("tools");
    tools.iter().filter(|tool| tool["source"] == "mcp").map(|tool| text(tool, "name").to_owned()).collect()
}

both_backends! {
    async fn the_tools_of_servers_are_listed_and_invoked_in_their_workspace(connected: Connected) {
        let app = &connected.talk.app;
        let mine = names(&app.viewer()).await;
        assert!(mine.contains(&"crm__echo".to_owned()) && mine.contains(&"all__read_resource".to_owned()), "{mine:?}");
        let foreign = names(&app.other_workspace()).await;
        assert!(foreign.iter().all(|name| name.starts_with("all__")) && foreign.len() == 7, "{foreign:?}");
        let echo = app.viewer().get("/tools/crm__echo").await.expect(200);
        assert_eq!((&echo["source"], &echo["is_read_only"], &echo["description"]), (&json!("mcp"), &json!(true), &json!("Does echo.")));
        app.other_workspace().get("/tools/crm__echo").await.expect_problem(404, "not_found");

        let said = json!({"arguments": {"text": "Grüße"}});
        let answer = app.member().post("/tools/crm__echo/invoke").json(&said).await.expect(200);
        assert_eq!((&answer["content"], &answer["is_error"]), (&json!("Grüße"), &json!(false)));
        app.other_workspace().post("/tools/crm__echo/invoke").json(&said).await.expect_problem(404, "not_found");
        app.other_workspace().post("/tools/all__echo/invoke").json(&said).await.expect(200);
        app.member().post("/tools/crm__echo/invoke").json(&json!({"arguments": {}})).await.expect_problem(422, "invalid_request");
        // It does not say that it destroys nothing.
        app.member().post("/tools/crm__fail/invoke").json(&json!({})).await.expect_problem(403, "forbidden");
        let failed = app.admin().post("/tools/crm__fail/invoke").json(&json!({})).await.expect(200);
        assert_eq!((&failed["content"], &failed["is_error"]), (&json!("It is broken."), &json!(true)));
    }

    async fn a_model_calls_them_as_the_policy_says(connected: Connected) {
        let talk = &connected.talk;
        let calls = vec![("call_1", "crm__echo", r#"{"text":"one"}"#), ("call_2", "crm__fail", "{}"), ("call_3", "all__echo", r#"{"text":"two"}"#), ("call_4", "all__fail", "{}")];
        talk.will(Reply::Call("Let me see.".into(), calls)).will(Reply::Answer("So it is.".into()));
        let turn = talk.say("What is there?").await;
        assert_eq!(turn["content"], "So it is.");
        let received = talk.upstream.received();
        let offered: Vec<&str> = received[0].body["tools"].as_array().expect("tools").iter().map(|tool| text(&tool["function"], "name")).collect();
        assert_eq!(offered, ["crm__echo", "crm__list_resources", "crm__read_resource", "crm__refuse", "crm__things", "crm__wait", "all__echo"]);
        let results: Vec<&str> = received[1].body["messages"].as_array().expect("messages").iter()
            .filter(|message| message["role"] == "tool").map(|message| text(message, "content")).collect();
        assert_eq!(results, ["one", "There is no tool `crm__fail`.", "two", "There is no tool `all__fail`."]);
    }

    async fn a_call_waits_for_its_approval(connected: Connected) {
        let talk = &connected.talk;
        talk.will(Reply::Call(String::new(), vec![("call_1", "crm__things", "{}")])).will(Reply::Answer("Done.".into()));
        let asking = talk.start(&question("Show me things."));
        let approval = pending(&talk.app, 1).await.remove(0);
        assert_eq!(connected.fixture.calls.load(std::sync::atomic::Ordering::SeqCst), 0);
        // Whatever the server says meanwhile, the call is made with what was approved.
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
        assert_eq!(asking.await.expect("a turn").expect(200)["content"], "Done.");
        let received = talk.upstream.received();
        let last = received[1].body["messages"].as_array().expect("messages").last().expect("a result").clone();
        assert!(text(&last, "content").ends_with("the text of a"), "{last}");

        talk.will(Reply::Call(String::new(), vec![("call_2", "crm__things", "{}")])).will(Reply::Answer("Well.".into()));
        let asking = talk.start(&question("Show me things."));
        let approval = pending(&talk.app, 1).await.remove(0);
        decide(&talk.app.admin(), &approval, "deny", json!({"note": "No."})).await.expect(200);
        assert_eq!(asking.await.expect("a turn").expect(200)["content"], "Well.");
        assert_eq!(connected.fixture.calls.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    async fn a_definition_may_name_tools_of_servers_that_come_later(app: TestApp) {
        let agent = |allow: &str| json!({"id": "later", "model": {"provider": "echo"}, "tools": {"allow": [allow]}});
        app.admin().post("/agents").json(&agent("crm_echo")).await.expect_problem(422, "invalid_request");
        app.admin().post("/agents").json(&agent("crm__")).await.expect_problem(422, "invalid_request");
        app.admin().post("/agents").json(&agent("crm__echo")).await.expect(201);
    }
}

#[tokio::test]
async fn a_turn_goes_on_when_a_server_is_gone() {
    let connected = Connected::on(TestBackend::sqlite()).await;
    let talk = &connected.talk;
    talk.will(Reply::Call(String::new(), vec![("call_1", "crm__wait", "{}")]))
        .will(Reply::Answer("It is gone.".into()));
    let asking = talk.start(&question("Wait."));
    connected.fixture.begun.notified().await;
    let first = talk.app.authority().first_workspace();
    assert!(talk.app.gateway().mcp_servers().disconnect(Some(first), "crm"));
    assert_eq!(asking.await.expect("a turn").expect(200)["content"], "It is gone.");
    assert!(!names(&talk.app.viewer()).await.iter().any(|name| name.starts_with("crm__")));
    let agent: Value = talk.app.viewer().get(&format!("/tools?agent_id={AGENT}")).await.expect(200);
    assert!(agent["data"].as_array().is_some_and(|tools| !tools.is_empty()));
}
