//! `memory.evaluate`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{fact, keep, note, pointers, shared};
use crate::support::{TestApp, both_backends};

const EVALUATE: &str = "/memory/evaluate";

fn known(question: &str, relevant: &[&Value]) -> Value {
    json!({"question": question, "relevant": relevant.iter().map(|memory| &memory["id"]).collect::<Vec<_>>()})
}

both_backends! {
    async fn measures_what_a_search_finds(app: TestApp) {
        let admin = app.admin();
        let train = keep(&admin, &note("The release train leaves on Tuesdays.")).await;
        let lunch = keep(&admin, &shared("Lunch is served at noon in the canteen.")).await;
        let questions = [
            known("When does the release train leave?", &[&train]),
            known("When is lunch served in the canteen?", &[&lunch, &train]),
        ];
        let found = admin.post(EVALUATE).json(&json!({"questions": questions, "k": 1})).await.expect(200);
        assert_eq!(found["k"], 1);
        assert_eq!(found["precision"], json!({"mean": 1.0, "low": 1.0, "high": 1.0}));
        assert_eq!(found["mrr"]["mean"], 1.0);
        assert_eq!(found["ndcg"]["mean"], 1.0);
        assert_eq!(found["recall"], json!({"mean": 0.75, "low": 0.5, "high": 1.0}));
        let each = json!([{"first_rank": 1, "missed": []}, {"first_rank": 1, "missed": [train["id"]]}]);
        assert_eq!(found["questions"], each);
        let again = admin.post(EVALUATE).json(&json!({"questions": questions, "k": 1})).await.expect(200);
        assert_eq!(again, found, "the same questions have the same intervals");
    }

    async fn what_is_not_found_counts(app: TestApp) {
        let admin = app.admin();
        let train = keep(&admin, &note("The release train leaves on Tuesdays.")).await;
        let lunch = keep(&admin, &note("Lunch is at noon.")).await;
        let questions = [known("When does the release train leave?", &[&lunch])];
        let found = admin.post(EVALUATE).json(&json!({"questions": questions, "k": 1})).await.expect(200);
        for measure in ["precision", "recall", "mrr", "ndcg"] {
            assert_eq!(found[measure], json!({"mean": 0.0, "low": 0.0, "high": 0.0}), "{measure}");
        }
        assert_eq!(found["questions"], json!([{"first_rank": null, "missed": [lunch["id"]]}]));
        let page = admin.get("/memory").await.expect(200);
        assert_eq!(page["data"].as_array().map(Vec::len), Some(2), "nothing is written: {train} {page}");
    }

    async fn a_profile_says_what_is_searched(app: TestApp) {
        let admin = app.admin();
        let town = keep(&admin, &fact("home town", "The home town is Graz.")).await;
        let new = json!({"name": "Facts off", "tiers_enabled": {"profile": false}});
        let profile = admin.post("/memory-profiles").json(&new).await.expect(201);
        let questions = [known("Which is the home town?", &[&town])];
        let body = json!({"questions": questions, "profile_id": profile["id"]});
        let found = admin.post(EVALUATE).json(&body).await.expect(200);
        assert_eq!((&found["recall"]["mean"], &found["k"]), (&json!(0.0), &json!(10)));
        let found = admin.post(EVALUATE).json(&json!({"questions": questions})).await.expect(200);
        assert_eq!(found["recall"]["mean"], 1.0);
        let body = json!({"questions": questions, "profile_id": "mpr_0000000000009"});
        let problem = admin.post(EVALUATE).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), ["/profile_id"]);
    }

    async fn memories_of_others_are_none_that_an_admin_sees(app: TestApp) {
        let own = keep(&app.admin(), &note("Mine.")).await;
        for other in [app.member(), app.other_workspace()] {
            let foreign = keep(&other, &note("The secret of another.")).await;
            let questions = [known("Mine", &[&own]), known("What is the secret?", &[&own, &foreign])];
            let ask = app.admin().post(EVALUATE).json(&json!({"questions": questions}));
            let problem = ask.await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), ["/questions/1/relevant/1"]);
        }
    }
}

#[tokio::test]
async fn refuses_what_is_no_set_of_questions() {
    let app = TestApp::new().await;
    let question = |question: &str, relevant: Value| json!({"question": question, "relevant": relevant});
    let id = "mem_0000000000009";
    for (body, pointer) in [
        (json!({}), "/questions"),
        (json!({"questions": []}), "/questions"),
        (json!({"questions": [question("", json!([id]))]}), "/questions/0/question"),
        (json!({"questions": [question("a", json!([]))]}), "/questions/0/relevant"),
        (json!({"questions": [question("a", json!(["trn_0000000000009"]))]}), "/questions/0/relevant/0"),
        (json!({"questions": [question("a", json!([id]))]}), "/questions/0/relevant/0"),
        (json!({"questions": [question("a", json!([id]))], "k": 0}), "/k"),
        (json!({"questions": [question("a", json!([id]))], "k": 101}), "/k"),
    ] {
        let problem = app.admin().post(EVALUATE).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{body}: {problem}");
    }
}

#[tokio::test]
async fn turns_away_who_is_no_admin() {
    let app = TestApp::new().await;
    let body = json!({"questions": [{"question": "a", "relevant": ["mem_0000000000009"]}]});
    app.anonymous().post(EVALUATE).json(&body).await.expect_problem(401, "unauthorized");
    for caller in [app.viewer(), app.member(), app.scoped(Role::Owner, "memory:write")] {
        caller.post(EVALUATE).json(&body).await.expect_problem(403, "forbidden");
    }
}
