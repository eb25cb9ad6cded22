//! `tools.list`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::make_agent;
use crate::host_tools::Scripted;
use crate::support::{TestApp, TestBackend, both_backends};

fn column(page: &Value, name: &str) -> Vec<Value> {
    page["data"].as_array().expect("tools").iter().map(|tool| tool[name].clone()).collect()
}

both_backends! {
    async fn all_tools_are_there_in_pages(app: TestApp) {
        let page = app.viewer().get("/tools").await.expect(200);
        assert_eq!(column(&page, "name"), ["calculate", "current_time", "spawn_agent"]);
        assert_eq!((column(&page, "source"), column(&page, "decision")), (vec![json!("built_in"); 3], vec![Value::Null; 3]));
        let first = app.viewer().get("/tools?limit=2").await.expect(200);
        assert_eq!(column(&first, "name"), ["calculate", "current_time"]);
        let path = format!("/tools?limit=1&cursor={}", first["next_cursor"].as_str().expect("a cursor"));
        let second = app.viewer().get(&path).await.expect(200);
        assert_eq!((column(&second, "name"), &second["next_cursor"]), (vec![json!("spawn_agent")], &Value::Null));
    }

    async fn the_policy_of_an_agent_is_shown_to_its_workspace(app: TestApp) {
        make_agent(&app).await;
        let page = app.viewer().get("/tools?agent_id=clock").await.expect(200);
        assert_eq!(column(&page, "decision"), ["denied", "allowed", "denied"]);
        app.viewer().get("/tools?agent_id=nobody").await.expect_problem(404, "not_found");
        app.other_workspace().get("/tools?agent_id=clock").await.expect_problem(404, "not_found");
        app.viewer().get("/tools?agent_id=No%20Id").await.expect_problem(422, "invalid_request");
        app.anonymous().get("/tools").await.expect_problem(401, "unauthorized");
        app.scoped(Role::Viewer, "spec:read").get("/tools").await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_hosts_tools_are_there_and_those_of_its_sources_by_workspace() {
    let builder = TestApp::builder(TestBackend::sqlite());
    let app =
        builder.host(|builder| builder.tool(Scripted::named("crm_find")).tool_source(Scripted::source())).open().await;
    let names = column(&app.viewer().get("/tools").await.expect(200), "name");
    assert_eq!(names, ["calculate", "crm_find", "current_time", "seasonal", "spawn_agent"]);
    let foreign = column(&app.other_workspace().get("/tools").await.expect(200), "name");
    assert_eq!(foreign, ["calculate", "crm_find", "current_time", "spawn_agent"]);
    app.other_workspace().get("/tools/seasonal").await.expect_problem(404, "not_found");
}
