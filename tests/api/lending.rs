//! What the tests of grants share; and what a borrowed agent is where it is borrowed.

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::conversation::{AGENT, ECHO, Talk, question, text};
use crate::support::{Reply, TestApp, TestBackend, both_backends};
use crate::workspaces::{path_to, restrict};

/// The id of the other workspace.
pub(crate) async fn other_id(app: &TestApp) -> String {
    text(&app.other_workspace().get("/auth/me").await.expect(200), "workspace_id").to_owned()
}

/// The path of `part` of the other workspace.
pub(crate) async fn other_path(app: &TestApp, part: &str) -> String {
    format!("/workspaces/{}/{part}", other_id(app).await)
}

/// Offers an agent for an hour.
pub(crate) async fn offer(app: &TestApp, agent: &str, borrower: &str) -> Value {
    let body = json!({"agent_id": agent, "workspace_id": borrower, "expires_in": 3600});
    app.admin().post(&path_to(app, "grants")).json(&body).await.expect(201)
}

/// Accepts what the other workspace was offered.
pub(crate) async fn accept(app: &TestApp, grant: &Value) -> Value {
    let path = other_path(app, &format!("grants/{}/accept", text(grant, "id"))).await;
    app.other_workspace().post(&path).await.expect(200)
}

/// Lends an agent to the other workspace for an hour.
pub(crate) async fn lend(app: &TestApp, agent: &str) -> Value {
    let grant = offer(app, agent, &other_id(app).await).await;
    accept(app, &grant).await
}

both_backends! {
    async fn it_is_read_and_asked_and_not_changed(backend: TestBackend) {
        let definition = json!({"system_prompt": "You help.", "spawn": {"allowed_agents": ["*"]}, "display_name": "Help desk"});
        let talk = Talk::with(backend, definition).await;
        let (app, other) = (&talk.app, talk.app.other_workspace());
        let grant = lend(app, AGENT).await;
        let path = format!("/agents/{}", text(&grant, "id"));
        let agent = other.get(&path).await.expect(200);
        assert_eq!((&agent["system_prompt"], &agent["display_name"]), (&json!("You help."), &json!("Help desk")));
        assert_eq!(agent["borrowed"], json!({
            "grant_id": grant["id"], "lender_id": grant["lender_id"], "agent_id": AGENT, "expires_at": grant["expires_at"],
        }));
        assert_eq!((&agent["created_by"], &agent["spawn"]["allowed_agents"]), (&grant["lender_id"], &json!([])), "{agent}");
        assert_eq!(other.get("/agents").await.expect(200)["data"], json!([agent]));
        assert_eq!(other.get("/v1/models").await.expect(200)["data"][0]["id"], grant["id"]);
        other.get(&format!("/v1/models/{}", text(&grant, "id"))).await.expect(200);
        assert_eq!(app.viewer().get(&format!("/agents/{AGENT}")).await.expect(200)["borrowed"], Value::Null);
        other.put(&path).json(&json!({"system_prompt": "Mine."})).await.expect_problem(404, "not_found");
        other.patch(&path).json(&json!({"system_prompt": "Mine."})).await.expect_problem(404, "not_found");
        other.delete(&path).await.expect_problem(404, "not_found");
        other.post(&format!("{path}/rollback/1")).await.expect_problem(404, "not_found");
        other.get(&format!("{path}/versions")).await.expect_problem(404, "not_found");
        let again = json!({"agent_id": grant["id"], "workspace_id": "wsp_0000000000009", "expires_in": 60});
        other.post(&other_path(app, "grants").await).json(&again).await.expect_problem(422, "invalid_request");
        // Nothing of it is in the lender's workspace under that id.
        app.owner().get(&path).await.expect_problem(404, "not_found");
        app.member().post("/chat").json(&json!({"agent_id": grant["id"], "message": "hello"})).await.expect_problem(404, "not_found");
        let named = json!({"id": "grt_0000000000009", "model": {"provider": "echo"}});
        app.admin().post("/agents").json(&named).await.expect_problem(422, "invalid_request");
    }

    async fn sessions_restrictions_and_use_are_the_borrowers(talk: Talk) {
        let (app, other) = (&talk.app, talk.app.other_workspace());
        let grant = lend(app, AGENT).await;
        let ask = json!({"agent_id": grant["id"], "message": "Where are you?"});
        let turn = other.post("/chat").json(&ask).await.expect(200);
        assert_eq!(turn["agent_id"], grant["id"]);
        let session = format!("/sessions/{}", text(&turn, "session_id"));
        assert_eq!(other.get(&session).await.expect(200)["agent_id"], grant["id"]);
        app.owner().get(&session).await.expect_problem(404, "not_found");
        assert_eq!(app.owner().get("/sessions").await.expect(200)["data"], json!([]));
        // The lender's restrictions are not the borrower's, nor the other way round.
        restrict(app, &json!({"providers": ["echo"]})).await;
        other.post("/chat").json(&ask).await.expect(200);
        other.put(&other_path(app, "restrictions").await).json(&json!({"providers": ["echo"]})).await.expect(200);
        restrict(app, &json!({})).await;
        other.post("/chat").json(&ask).await.expect_problem(403, "model_not_allowed");
        talk.say("still mine").await;
    }

    async fn a_change_by_its_owner_counts_from_the_next_turn_on(talk: Talk) {
        let (app, other) = (&talk.app, talk.app.other_workspace());
        let grant = lend(app, AGENT).await;
        let ask = json!({"agent_id": grant["id"], "message": "hello"});
        assert_eq!(other.post("/chat").json(&ask).await.expect(200)["agent_version"], 1);
        app.admin().patch(&format!("/agents/{AGENT}")).json(&json!({"system_prompt": "Be brief."})).await.expect(200);
        talk.will(Reply::Answer("Brief.".into()));
        assert_eq!(other.post("/chat").json(&ask).await.expect(200)["agent_version"], 2);
        assert!(talk.read_last().iter().any(|(role, content)| role == "system" && content.contains("Be brief.")));
        let pinned = json!({"agent_id": grant["id"], "pinned_version": 1});
        let session = other.post("/sessions").json(&pinned).await.expect(201);
        let asked = json!({"agent_id": grant["id"], "session_id": session["id"], "message": "hello"});
        assert_eq!(other.post("/chat").json(&asked).await.expect(200)["agent_version"], 1);
        // Deleted and made anew, it is another agent, which is not lent.
        app.admin().delete(&format!("/agents/{AGENT}")).await.expect(204);
        app.admin().post("/agents").json(&json!({"id": AGENT, "model": {"provider": "echo"}})).await.expect(201);
        other.post("/chat").json(&ask).await.expect_problem(404, "not_found");
    }

    async fn ends_by_itself(talk: Talk) {
        let (app, other) = (&talk.app, talk.app.other_workspace());
        let grant = lend(app, ECHO).await;
        let ask = json!({"agent_id": grant["id"], "message": "hello"});
        app.clock.advance_ms(3_600_000 - 1);
        other.post("/chat").json(&ask).await.expect(200);
        app.clock.advance_ms(1);
        other.post("/chat").json(&ask).await.expect_problem(404, "not_found");
        other.get(&format!("/agents/{}", text(&grant, "id"))).await.expect_problem(404, "not_found");
        assert_eq!(other.get("/agents").await.expect(200)["data"], json!([]));
    }

    async fn a_budget_of_the_agent_is_of_each_borrower(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"budget": {"tokens_per_hour": 12}})).await;
        let (app, other) = (&talk.app, talk.app.other_workspace());
        let grant = lend(app, AGENT).await;
        let ask = json!({"agent_id": grant["id"], "message": "hello"});
        other.post("/chat").json(&ask).await.expect(200);
        other.post("/chat").json(&ask).await.expect_problem(429, "quota_exceeded");
        talk.say("my own").await;
        app.member().post("/chat").json(&question("again")).await.expect_problem(429, "quota_exceeded");
    }

    async fn own_and_borrowed_agents_are_in_one_list(talk: Talk) {
        let (app, other) = (&talk.app, talk.app.other_workspace());
        for id in ["one", "two"] {
            other.post("/agents").json(&json!({"id": id, "model": {"provider": "echo"}})).await.expect(201);
            app.clock.advance_ms(1);
        }
        let grant = lend(app, ECHO).await;
        app.clock.advance_ms(1);
        other.post("/agents").json(&json!({"id": "three", "model": {"provider": "echo"}})).await.expect(201);
        let (mut seen, mut uri) = (Vec::new(), "/agents?limit=1".to_owned());
        loop {
            let page = other.get(&uri).await.expect(200);
            seen.extend(page["data"].as_array().expect("agents").iter().map(|agent| text(agent, "id").to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            uri = format!("/agents?limit=1&cursor={cursor}");
        }
        assert_eq!(seen, ["three", text(&grant, "id"), "two", "one"]);
        // A token for something else reads no agents, borrowed or not.
        app.scoped(Role::Owner, "spec:read").get("/agents").await.expect_problem(403, "forbidden");
    }
}
