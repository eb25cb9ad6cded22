//! `memory.delete`

use super::{fact, hides_from_others, is_a_change, keep, listed, note, path_of, shared, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn is_found_no_more_and_restores_nothing(app: TestApp) {
        let member = app.member();
        keep(&member, &fact("home", "Berlin")).await;
        let path = path_of(&keep(&member, &fact("home", "Munich")).await);
        member.delete(&path).await.expect(204);
        assert!(listed(&member, "").await.is_empty());
        assert_eq!(listed(&member, "?include_superseded=true").await, ["Berlin"]);
        member.get(&path).await.expect_problem(404, "not_found");
        member.delete(&path).await.expect_problem(404, "not_found");
        assert_eq!(member.get(&format!("{path}/history")).await.expect(200)["data"][0]["reason"], "deleted");
    }

    async fn is_its_owners_alone(app: TestApp) {
        let path = path_of(&keep(&app.member(), &note("mine")).await);
        hides_from_others(&app, |caller| caller.delete(&path)).await;
        let shared = path_of(&keep(&app.admin(), &shared("ours")).await);
        app.member().delete(&shared).await.expect_problem(403, "forbidden");
        assert_eq!(listed(&app.member(), "").await, ["ours", "mine"]);
        app.owner().delete(&shared).await.expect(204);
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        let member = app.member();
        let path = path_of(&keep(&member, &note("one")).await);
        let seen = member.get(&path).await.header("etag").to_owned();
        member.patch(&path).json(&serde_json::json!({"content": "two"})).await.expect(200);
        member.delete(&path).header("if-match", &seen).await.expect_problem(412, "precondition_failed");
        assert_eq!(listed(&member, "").await, ["two"]);
    }
}

#[tokio::test]
async fn is_a_change_of_a_members() {
    let app = TestApp::new().await;
    let path = path_of(&keep(&app.member(), &note("mine")).await);
    turns_away(&app, |caller| caller.delete(&path)).await;
    is_a_change(&app, |caller| caller.delete(&path)).await;
    app.member().delete("/memory/mem_0000000000000").await.expect_problem(404, "not_found");
}
