//! `admin.list_audit`

use serde_json::{Value, json};

use super::{change, turns_away};
use crate::support::{Caller, TestApp, both_backends};

const PATH: &str = "/admin/audit";

async fn entries(caller: &Caller, query: &str) -> Vec<Value> {
    let page = caller.get(&format!("{PATH}{query}")).await.expect(200);
    page["data"].as_array().expect("a list").clone()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Operations and targets.
fn said(entries: &[Value]) -> Vec<(&str, &str)> {
    entries.iter().map(|entry| (text(&entry["operation"]), text(&entry["target_id"]))).collect()
}

both_backends! {
    async fn says_who_changed_what_and_what_is_different(app: TestApp) {
        change(&app).await;
        let admin = app.admin().get("/auth/me").await.expect(200);
        let found = entries(&app.owner(), "").await;
        assert_eq!(said(&found)[..2], [("agents.update", "own"), ("agents.create", "own")]);
        let updated = &found[0];
        assert_eq!(updated["differences"], json!([{"pointer": "/system_prompt", "before": "One.", "after": "Two."}]));
        assert_eq!((&updated["actor"], &updated["target_kind"]), (&admin["id"], &json!("agent")));
        assert_eq!((&updated["changes"], &updated["purged_by"]), (&json!({"version": 2}), &Value::Null));
        assert!(updated["credential_id"].as_str().is_some_and(|id| !id.is_empty()), "{updated}");
        assert_eq!(updated["previous_hash"], found[1]["hash"]);
        assert_eq!(found[1]["request_id"], "build-42");
        assert!(found[1]["differences"].as_array().is_some_and(|list| list.iter().all(|one| one["before"].is_null())));
    }

    async fn filters_and_goes_page_by_page(app: TestApp) {
        change(&app).await;
        let owner = app.owner();
        let account = json!({"name": "ci", "role": "viewer"});
        let account = owner.post("/auth/service-accounts").json(&account).await.expect(201);
        let id = account["id"].as_str().expect("an id");
        let admin = app.admin().get("/auth/me").await.expect(200);
        let admin = admin["id"].as_str().expect("an id");
        let of_admin = entries(&owner, &format!("?actor={admin}")).await;
        assert!(of_admin.len() >= 2 && of_admin.iter().all(|entry| entry["actor"] == admin));
        assert_eq!(said(&entries(&owner, "?operation=agents.update").await), [("agents.update", "own")]);
        assert_eq!(said(&entries(&owner, &format!("?target_kind=service_account&target_id={id}")).await), [("auth.create_service_account", id)]);
        assert!(entries(&owner, "?target_kind=job").await.is_empty());
        assert!(entries(&owner, "?actor=usr_nobody").await.is_empty());
        let first = owner.get(&format!("{PATH}?limit=1&target_id=own")).await.expect(200);
        assert_eq!(first["data"][0]["operation"], "agents.update");
        let cursor = first["next_cursor"].as_str().expect("another page");
        change_again(&app).await;
        let second = owner.get(&format!("{PATH}?limit=1&target_id=own&cursor={cursor}")).await.expect(200);
        assert_eq!((&second["data"][0]["operation"], &second["next_cursor"]), (&json!("agents.create"), &Value::Null));
    }

    async fn shows_a_span_of_time(app: TestApp) {
        change(&app).await;
        app.clock.advance_ms(60_000);
        change_again(&app).await;
        let owner = app.owner();
        let newest = entries(&owner, "?limit=1").await.remove(0);
        let at = newest["created_at"].as_str().expect("a time");
        assert_eq!(said(&entries(&owner, &format!("?from={at}")).await), [("agents.update", "own")]);
        let before = entries(&owner, &format!("?to={at}&target_id=own")).await;
        assert_eq!(said(&before), [("agents.update", "own"), ("agents.create", "own")]);
        assert!(entries(&owner, "?from=2030-01-01T00:00:00Z").await.is_empty());
        let refused = owner.get(&format!("{PATH}?from=2026-12-01T00:00:00Z&to=2026-11-01T00:00:00Z")).await;
        refused.expect_problem(422, "invalid_request");
        owner.get(&format!("{PATH}?from=yesterday")).await.expect_problem(422, "invalid_request");
    }

    async fn shows_owners_their_own_workspace(app: TestApp) {
        change(&app).await;
        turns_away(&app, |caller| caller.get(PATH)).await;
        let others = entries(&app.other_workspace(), "").await;
        assert!(others.iter().all(|entry| entry["target_id"] != "own"), "{others:?}");
    }

    async fn a_purge_removes_content_and_leaves_the_hashes(app: TestApp) {
        let admin = app.admin().get("/auth/me").await.expect(200);
        change(&app).await;
        let owner = app.owner();
        let path = format!("/memory/users/{}", admin["id"].as_str().expect("an id"));
        owner.delete(&path).await.expect(200);
        let found = entries(&owner, "").await;
        let (purge, updated) = (&found[0], &found[1]);
        assert_eq!((&purge["operation"], &purge["target_id"]), (&json!("memory.purge_user"), &admin["id"]));
        assert_eq!((&updated["operation"], &updated["purged_by"]), (&json!("agents.update"), &purge["sequence"]));
        assert_eq!((&updated["changes"], &updated["differences"], &updated["address"]), (&Value::Null, &json!([]), &Value::Null));
        assert!(!serde_json::to_string(&found).expect("JSON").contains("Two."));
        let report = owner.get("/admin/audit/verify").await.expect(200);
        assert_eq!((&report["is_intact"], report["purged"].as_u64() >= Some(2)), (&json!(true), true), "{report}");
    }
}

async fn change_again(app: &TestApp) {
    app.admin().patch("/agents/own").json(&json!({"system_prompt": "Three."})).await.expect(200);
}
