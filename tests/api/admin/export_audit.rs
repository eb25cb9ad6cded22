//! `admin.export_audit`

use serde_json::Value;

use super::{change, turns_away};
use crate::support::{Caller, TestApp, both_backends};

const PATH: &str = "/admin/audit/export";

async fn lines(caller: &Caller, query: &str) -> Vec<Value> {
    let answer = caller.get(&format!("{PATH}{query}")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/x-ndjson"));
    answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

both_backends! {
    async fn has_the_entries_of_the_list_oldest_first(app: TestApp) {
        change(&app).await;
        let owner = app.owner();
        for number in 0..230 {
            let prompt = serde_json::json!({"system_prompt": format!("Prompt {number}.")});
            app.admin().patch("/agents/own").json(&prompt).await.expect(200);
        }
        let exported = lines(&owner, "").await;
        assert!(exported.len() >= 232);
        assert!(exported.windows(2).all(|pair| pair[0]["hash"] == pair[1]["previous_hash"]));
        let page = owner.get("/admin/audit?limit=200").await.expect(200);
        let mut listed = page["data"].as_array().expect("a list").clone();
        listed.reverse();
        assert_eq!(exported[exported.len() - 200..], listed[..]);
        let created = lines(&owner, "?operation=agents.create&target_id=own").await;
        assert_eq!(created.len(), 1);
        assert!(lines(&owner, "?operation=nothing.at_all").await.is_empty());
    }

    async fn refuses_a_bad_time_and_bad_callers(app: TestApp) {
        app.owner().get(&format!("{PATH}?from=now")).await.expect_problem(422, "invalid_request");
        app.anonymous().get(PATH).await.expect_problem(401, "unauthorized");
        app.admin().get(PATH).await.expect_problem(403, "forbidden");
        change(&app).await;
        let others = lines(&app.other_workspace(), "").await;
        assert!(others.iter().all(|entry| entry["target_id"] != "own"), "{others:?}");
        turns_away(&app, |caller| caller.get("/admin/audit")).await;
    }
}
