//! `memory.export`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{keep, note, path_of, shared};
use crate::support::{Caller, TestApp, both_backends};

const PATH: &str = "/memory/export";

/// What the job of an answer came to.
pub(super) async fn result(caller: &Caller, started: &Value) -> Value {
    let path = format!("/jobs/{}?wait_s=30", started["job_id"].as_str().expect("an id"));
    let job = caller.get(&path).await.expect(200);
    assert_eq!(job["status"], "succeeded", "{job}");
    job["result"].clone()
}

/// The memories of an export, without its first and its last line.
fn memories(result: &Value) -> Vec<Value> {
    let lines: Vec<Value> = result["lines"]
        .as_str()
        .expect("lines")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (lines[0].clone(), lines[lines.len() - 1].clone()),
        (json!({"format": "astra.memory", "version": 1}), json!({"end": true}))
    );
    lines[1..lines.len() - 1].to_vec()
}

both_backends! {
    async fn has_the_memory_of_one_owner(app: TestApp) {
        let (member, admin) = (app.member(), app.admin());
        let own = keep(&member, &note("Releases are made on Tuesdays.")).await;
        let gone = keep(&member, &note("It was deleted.")).await;
        member.delete(&path_of(&gone)).await.expect(204);
        keep(&app.other_member(), &note("Another one's.")).await;
        keep(&admin, &shared("All know it.")).await;
        let started = admin.post(PATH).json(&json!({"user_id": own["user_id"]})).await.expect(202);
        let exported = result(&admin, &started).await;
        assert_eq!((&exported["memories"], &exported["next"]), (&json!(1), &Value::Null));
        let found = memories(&exported);
        assert_eq!((found.len(), &found[0]["id"], &found[0]["content"]), (1, &own["id"], &own["content"]));
        assert!(!exported.to_string().contains(own["user_id"].as_str().expect("an id")));
        let after = json!({"user_id": own["user_id"], "after": own["id"]});
        let rest = result(&admin, &admin.post(PATH).json(&after).await.expect(202)).await;
        assert_eq!((&rest["memories"], &rest["lines"]), (&json!(0), &json!("{\"end\":true}\n")));
        let shared = memories(&result(&admin, &admin.post(PATH).json(&json!({})).await.expect(202)).await);
        assert_eq!((shared.len(), &shared[0]["content"]), (1, &json!("All know it.")));
    }
}

#[tokio::test]
async fn is_for_admins_and_knows_no_foreign_user() {
    let app = TestApp::new().await;
    let own = keep(&app.member(), &note("Releases are made on Tuesdays.")).await;
    let ask = json!({"user_id": own["user_id"]});
    app.anonymous().post(PATH).json(&ask).await.expect_problem(401, "unauthorized");
    app.member().post(PATH).json(&ask).await.expect_problem(403, "forbidden");
    app.scoped(Role::Admin, "jobs:write").post(PATH).json(&ask).await.expect_problem(403, "forbidden");
    app.other_workspace().post(PATH).json(&ask).await.expect_problem(404, "not_found");
    app.admin().post(PATH).json(&json!({"user_id": "usr_0000000000009"})).await.expect_problem(404, "not_found");
    app.admin().post(PATH).json(&json!({"after": "x"})).await.expect_problem(422, "invalid_request");
    // Nor does anyone get it by way of the jobs.
    let job = json!({"type": "memory_export", "payload": ask});
    for caller in [app.member(), app.admin()] {
        caller.post("/jobs").json(&job).await.expect_problem(403, "forbidden");
    }
}
