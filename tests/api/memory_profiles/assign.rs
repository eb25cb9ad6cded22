//! `memory-profiles.assign`

use serde_json::{Value, json};

use super::{NOWHERE, PATH, agent, hides_from_others, id, is_a_change, make};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_a_version_of_the_agent_once(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        agent(&app, "support").await;
        let assign = format!("{path}/agents/support");
        let first = app.admin().put(&assign).await.expect(200);
        assert_eq!((&first["version"], &first["memory_profile_id"]), (&json!(2), &json!(id(&path))));
        assert_eq!(app.admin().put(&assign).await.expect(200)["version"], 2);
        let shown = app.viewer().get("/agents/support").await.expect(200);
        assert_eq!((&shown["version"], &shown["memory_profile_id"]), (&json!(2), &json!(id(&path))));
        let before = app.viewer().get("/agents/support/versions/1").await.expect(200);
        assert_eq!(before["definition"]["memory_profile_id"], Value::Null);
        let other = make(&app, &json!({"name": "B"})).await;
        app.admin().put(&format!("{other}/agents/support")).await.expect(200);
        assert_eq!(app.viewer().get("/agents/support").await.expect(200)["memory_profile_id"], id(&other));
        assert_eq!(app.viewer().get(&format!("{path}/agents")).await.expect(200)["data"], json!([]));
    }

    async fn agents_name_a_profile_that_there_is(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        let named = json!({"id": "support", "memory_profile_id": id(&path)});
        let made = app.admin().post("/agents").json(&named).await.expect(201);
        assert_eq!(made["memory_profile_id"], id(&path));
        let nowhere = json!({"memory_profile_id": "mpr_0000000000009"});
        let problem = app.admin().patch("/agents/support").json(&nowhere).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/memory_profile_id", "{problem}");
        let import = json!({"format": "astra.agent.v1", "id": "other", "definition": nowhere});
        let problem = app.admin().post("/agents/import").json(&import).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/definition/memory_profile_id", "{problem}");
        // A profile of another workspace is none.
        app.other_workspace().post("/agents").json(&named).await.expect_problem(422, "invalid_request");
        app.admin().patch("/agents/support").json(&json!({"memory_profile_id": null})).await.expect(200);
        app.admin().delete(&path).await.expect(204);
    }

    async fn refuses_and_hides(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        agent(&app, "support").await;
        let assign = format!("{path}/agents/support");
        hides_from_others(&app, |caller| caller.put(&assign)).await;
        is_a_change(&app, |caller| caller.put(&assign)).await;
        app.admin().put(&format!("{path}/agents/nobody")).await.expect_problem(404, "not_found");
        app.admin().put(&format!("{NOWHERE}/agents/support")).await.expect_problem(404, "not_found");
        // The owner of another workspace gives it no agent of this one.
        let theirs = app.other_workspace().post(PATH).json(&json!({"name": "T"})).await.expect(201);
        let theirs = format!("/memory-profiles/{}/agents/support", theirs["id"].as_str().expect("an id"));
        app.other_workspace().put(&theirs).await.expect_problem(404, "not_found");
        assert_eq!(app.viewer().get("/agents/support").await.expect(200)["version"], 1);
    }
}
