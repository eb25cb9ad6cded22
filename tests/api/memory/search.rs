//! `memory.search`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{PATH, fact, keep, note, pointers, shared, turns_away};
use crate::support::{Caller, TestApp, both_backends};

const SEARCH: &str = "/memory/search";
const DAY_MS: i64 = 86_400_000;

/// What a search finds, best first.
async fn search(caller: &Caller, body: Value) -> Vec<Value> {
    let found = caller.post(SEARCH).json(&body).await.expect(200);
    found["hits"].as_array().expect("hits").clone()
}

/// The words of what a query finds.
async fn contents(caller: &Caller, body: Value) -> Vec<String> {
    let found = search(caller, body).await;
    found.iter().map(|hit| hit["content"].as_str().expect("content").to_owned()).collect()
}

both_backends! {
    async fn says_what_was_found_and_why(app: TestApp) {
        let member = app.member();
        assert_eq!(contents(&member, json!({"query": "release"})).await, [""; 0]);
        let kept = keep(&member, &note("The release train leaves on Tuesdays.")).await;
        keep(&member, &note("Lunch is at noon.")).await;
        let found = search(&member, json!({"query": "When does the release train leave?"})).await;
        let hit = &found[0];
        assert_eq!((&hit["memory_id"], &hit["turn_id"], &hit["tier"]), (&kept["id"], &Value::Null, &json!("daily")));
        assert_eq!((&hit["content"], &hit["is_workspace"]), (&kept["content"], &json!(false)));
        assert_eq!(hit["sources"]["text"]["rank"], 1, "{hit}");
        assert_eq!(hit["sources"]["vector"]["rank"], 1, "{hit}");
        assert_eq!(hit["sources"]["graph"], Value::Null);
        assert_eq!(hit["created_at"], kept["created_at"]);
        let score = hit["score"].as_f64().expect("a score");
        assert!(score > 0.2 && score <= 1.0, "{hit}");
        let above = json!({"query": "When does the release train leave?", "min_score": score + 0.01});
        assert_eq!(contents(&member, above).await, [""; 0]);
    }

    async fn what_means_the_same_is_found_without_a_common_word(app: TestApp) {
        let member = app.member();
        keep(&member, &note("Her automobile is scarlet.")).await;
        keep(&member, &note("The database is backed up nightly.")).await;
        let found = search(&member, json!({"query": "What colour is the red car?"})).await;
        assert_eq!(found[0]["content"], "Her automobile is scarlet.", "{found:?}");
        assert_eq!(found[0]["sources"]["text"], Value::Null, "{found:?}");
    }

    async fn a_change_and_an_end_are_seen_by_the_next_search(app: TestApp) {
        let member = app.member();
        let kept = keep(&member, &note("The port is 8080.")).await;
        let path = format!("{PATH}/{}", kept["id"].as_str().expect("an id"));
        assert_eq!(contents(&member, json!({"query": "port 8080"})).await, ["The port is 8080."]);
        member.patch(&path).json(&json!({"content": "The harbour is closed."})).await.expect(200);
        assert_eq!(contents(&member, json!({"query": "harbour"})).await, ["The harbour is closed."]);
        member.delete(&path).await.expect(204);
        assert_eq!(contents(&member, json!({"query": "harbour"})).await, [""; 0]);
    }

    async fn what_was_superseded_is_found_in_the_past_alone(app: TestApp) {
        let member = app.member();
        keep(&member, &fact("home town", "The home town is Graz.")).await;
        app.clock.advance_ms(DAY_MS);
        keep(&member, &fact("home town", "The home town is Lyon.")).await;
        app.clock.advance_ms(DAY_MS);
        assert_eq!(contents(&member, json!({"query": "home town"})).await, ["The home town is Lyon."]);
        let past = json!({"query": "home town", "as_of": "2026-11-24T01:00:00Z"});
        assert_eq!(contents(&member, past).await, ["The home town is Graz."]);
        let recent = json!({"query": "home town", "created_after": "2026-11-26T00:00:00Z"});
        assert_eq!(contents(&member, recent).await, [""; 0]);
    }

    async fn a_daily_note_loses_score_with_age_and_is_forgotten(app: TestApp) {
        let member = app.member();
        keep(&member, &note("The release train leaves on Tuesdays.")).await;
        let score = async || search(&member, json!({"query": "release train"})).await.first().map(|hit| hit["score"].as_f64());
        let fresh = score().await.flatten().expect("a score");
        app.clock.advance_ms(7 * DAY_MS);
        assert_eq!(score().await.flatten(), Some(fresh));
        app.clock.advance_ms(DAY_MS);
        let later = score().await.flatten().expect("a score");
        assert!((later - fresh * 0.88).abs() < 1e-6, "{later} {fresh}");
        app.clock.advance_ms(7 * DAY_MS);
        assert_eq!(score().await, None);
    }

    async fn tiers_and_number_are_those_that_are_asked_for(app: TestApp) {
        let member = app.member();
        for number in 0..5 {
            keep(&member, &note(&format!("Planted note {number}."))).await;
        }
        keep(&member, &fact("planted", "Planted fact.")).await;
        let profile = json!({"query": "planted", "tiers": ["profile"]});
        assert_eq!(contents(&member, profile).await, ["Planted fact."]);
        assert_eq!(contents(&member, json!({"query": "planted"})).await.len(), 6);
        assert_eq!(contents(&member, json!({"query": "planted", "limit": 2})).await.len(), 2);
    }

    async fn each_finds_its_own_and_the_workspaces(app: TestApp) {
        keep(&app.member(), &note("Planted by a member.")).await;
        keep(&app.other_member(), &note("Planted by another member.")).await;
        keep(&app.admin(), &shared("Planted for all.")).await;
        keep(&app.other_workspace(), &note("Planted elsewhere.")).await;
        for (caller, own) in [(app.member(), "Planted by a member."), (app.other_member(), "Planted by another member.")] {
            let mut found = contents(&caller, json!({"query": "planted"})).await;
            found.sort();
            assert_eq!(found, [own, "Planted for all."]);
        }
        // Admins and owners see the memory of others no more than others do.
        assert_eq!(contents(&app.owner(), json!({"query": "planted"})).await, ["Planted for all."]);
        assert_eq!(contents(&app.other_workspace(), json!({"query": "planted"})).await, ["Planted elsewhere."]);
    }

    async fn words_of_every_script_are_found(app: TestApp) {
        let member = app.member();
        for content in ["Der Zug fährt früh.", "Москва большой город.", "会議は火曜日です。", "الاجتماع يوم الثلاثاء"] {
            keep(&member, &note(content)).await;
        }
        for (query, content) in [
            ("fährt", "Der Zug fährt früh."),
            ("Москва", "Москва большой город."),
            ("会議", "会議は火曜日です。"),
            ("الاجتماع", "الاجتماع يوم الثلاثاء"),
        ] {
            assert_eq!(contents(&member, json!({"query": query})).await.first().map(String::as_str), Some(content), "{query}");
        }
    }
}

#[tokio::test]
async fn refuses_what_is_no_search() {
    let app = TestApp::new().await;
    for (body, pointer) in [
        (json!({"query": ""}), "/query"),
        (json!({"query": "a".repeat(2_001)}), "/query"),
        (json!({"query": "a\u{0}b"}), "/query"),
        (json!({"query": "a", "limit": 0}), "/limit"),
        (json!({"query": "a", "limit": 101}), "/limit"),
        (json!({"query": "a", "min_score": 1.1}), "/min_score"),
        (json!({"query": "a", "tiers": []}), "/tiers"),
        (json!({"query": "a", "tiers": ["weekly"]}), "/tiers/0"),
        (json!({"query": "a", "as_of": "yesterday"}), "/as_of"),
        (json!({"query": "a", "user_id": "usr_0000000000001"}), "/user_id"),
    ] {
        let problem = app.member().post(SEARCH).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{body}: {problem}");
    }
    turns_away(&app, |caller| caller.post(SEARCH).json(&json!({"query": "a"}))).await;
    let writer = app.scoped(Role::Member, "memory:write");
    writer.post(SEARCH).json(&json!({"query": "a"})).await.expect_problem(403, "forbidden");
}
