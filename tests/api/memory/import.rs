//! `memory.import`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::export::result;
use super::{keep, listed, note, pointers};
use crate::support::{Caller, TestApp, both_backends};

const PATH: &str = "/memory/import";

async fn import(caller: &Caller, body: &Value) -> Value {
    result(caller, &caller.post(PATH).json(body).await.expect(202)).await
}

both_backends! {
    async fn an_export_comes_back_as_it_was(app: TestApp) {
        let (member, admin) = (app.member(), app.admin());
        let own = keep(&member, &note("Releases are made on Tuesdays.")).await;
        let fact = json!({"tier": "profile", "slot": "home city", "content": "Berlin", "data": {"attribute": "home city"}});
        keep(&member, &fact).await;
        let started = admin.post("/memory/export").json(&json!({"user_id": own["user_id"]})).await.expect(202);
        let text = result(&admin, &started).await["lines"].clone();
        let again = import(&admin, &json!({"text": text, "user_id": own["user_id"], "ids": "keep"})).await;
        assert_eq!(again, json!({"new": 0, "confirmed": 0, "superseding": 0, "left_out": 2}), "their ids are taken");
        let confirmed = import(&admin, &json!({"text": text, "user_id": own["user_id"]})).await;
        assert_eq!(confirmed, json!({"new": 0, "confirmed": 2, "superseding": 0, "left_out": 0}));
        let other = app.other_member();
        let theirs = keep(&other, &json!({"tier": "profile", "slot": "home city", "content": "Rome"})).await;
        let moved = import(&admin, &json!({"text": text, "user_id": theirs["user_id"]})).await;
        assert_eq!(moved, json!({"new": 1, "confirmed": 0, "superseding": 1, "left_out": 0}));
        let mut contents = listed(&other, "").await;
        contents.sort_unstable();
        assert_eq!(contents, ["Berlin", "Releases are made on Tuesdays."]);
        assert_eq!(other.get("/memory/profile").await.expect(200)["document"], json!({"home_city": "Berlin"}));
    }

    async fn exports_of_other_programs_are_read(app: TestApp) {
        let (admin, member) = (app.admin(), app.member());
        let own = keep(&member, &note("It is here.")).await;
        let mem0 = json!({"results": [{"id": "a", "memory": "Likes green tea"}]}).to_string();
        assert_eq!(import(&admin, &json!({"text": mem0, "user_id": own["user_id"]})).await["new"], 1);
        let letta = json!({"agents": [{"blocks": [{"label": "human", "value": "A developer"}], "archival_passages": [{"text": "Kestrel uses Kafka."}]}]});
        assert_eq!(import(&admin, &json!({"text": letta.to_string(), "user_id": own["user_id"]})).await["new"], 2);
        assert_eq!(member.get("/memory/profile").await.expect(200)["document"], json!({"human": "A developer"}));
        let hits = member.post("/memory/search").json(&json!({"query": "green tea"})).await.expect(200);
        assert_eq!(hits["hits"][0]["content"], "Likes green tea");
        assert_eq!(listed(&app.other_member(), "").await, [""; 0]);
    }

    async fn a_text_with_one_wrong_line_is_refused_whole(app: TestApp) {
        let admin = app.admin();
        let head = json!({"format": "astra.memory", "version": 1});
        let memory = json!({"tier": "daily", "content": "Releases are made on Tuesdays."});
        let cut = format!("{head}\n{memory}\n{memory}\n");
        for (text, line) in [
            (cut.clone(), "line 3"),
            (format!("{head}\n{memory}\n{{\"tier\": \"session\", \"content\": \"x\"}}\n{{\"end\": true}}"), "line 3"),
            (cut.replace("\"version\":1", "\"version\":2"), "line 1"),
            ("anything".to_owned(), "line 1"),
        ] {
            let problem = admin.post(PATH).json(&json!({"text": text})).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), ["/text"]);
            assert!(problem["errors"][0]["detail"].as_str().is_some_and(|detail| detail.starts_with(line)), "{problem}");
        }
        assert_eq!(listed(&admin, "").await, [""; 0]);
    }
}

#[tokio::test]
async fn is_for_admins_and_knows_no_foreign_user() {
    let app = TestApp::new().await;
    let own = keep(&app.member(), &note("It is here.")).await;
    let text = json!({"results": [{"memory": "Likes green tea"}]}).to_string();
    let ask = json!({"text": text, "user_id": own["user_id"]});
    app.anonymous().post(PATH).json(&ask).await.expect_problem(401, "unauthorized");
    app.member().post(PATH).json(&ask).await.expect_problem(403, "forbidden");
    app.scoped(Role::Admin, "memory:read").post(PATH).json(&ask).await.expect_problem(403, "forbidden");
    app.other_workspace().post(PATH).json(&ask).await.expect_problem(404, "not_found");
    for body in [json!({"text": ""}), json!({"text": text, "ids": "some"}), json!({}), json!({"text": "a\u{0}"})] {
        app.admin().post(PATH).json(&body).await.expect_problem(422, "invalid_request");
    }
    let job = json!({"type": "memory_import", "payload": ask});
    app.admin().post("/jobs").json(&job).await.expect_problem(403, "forbidden");
}
