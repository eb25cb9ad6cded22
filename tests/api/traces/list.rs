//! `traces.list`

use serde_json::{Value, json};

use crate::conversation::{AGENT, ECHO, Talk, id_of, question, text, turns_away};
use crate::support::{Caller, Reply, TestApp, both_backends};

async fn listed(caller: &Caller, query: &str) -> Vec<Value> {
    let page = caller.get(&format!("/traces{query}")).await.expect(200);
    page["data"].as_array().expect("a list").clone()
}

async fn ids(caller: &Caller, query: &str) -> Vec<String> {
    listed(caller, query).await.iter().map(|trace| text(trace, "trace_id").to_owned()).collect()
}

both_backends! {
    async fn a_row_has_all_that_is_known_of_its_turn(talk: Talk) {
        let message = format!("What is {}?", "é".repeat(200));
        let asked = talk.app.member().post("/chat").header("x-request-id", "build-42/a").json(&question(&message));
        let turn = asked.await.expect(200);
        let rows = listed(&talk.app.member(), "").await;
        let [row] = &rows[..] else { panic!("one row: {rows:?}") };
        for name in ["trace_id", "turn_id", "session_id", "agent_id", "agent_version", "usage", "provider", "model", "created_at", "finished_at"] {
            assert_eq!(row[name], turn[name], "{name}");
        }
        assert_eq!((&row["status"], &row["error"], &row["request_id"]), (&json!("completed"), &Value::Null, &json!("build-42/a")));
        let preview: String = message.chars().take(120).collect();
        assert_eq!(row["question"], preview);
        let time = |name: &str| row["time"][name].as_f64().expect("a time");
        let parts: f64 = ["gateway_ms", "provider_ms", "tool_ms", "storage_ms", "waiting_ms"].map(time).iter().sum();
        assert!((parts - time("total_ms")).abs() < 0.002, "the parts are the whole: {row}");
        assert!(time("provider_ms") > 0.0 && time("storage_ms") > 0.0 && time("waiting_ms") == 0.0, "{row}");
    }

    async fn shows_members_their_own_and_admins_all(talk: Talk) {
        let (member, other, admin) = (talk.app.member(), talk.app.other_member(), talk.app.admin());
        let mine = talk.say("hello").await;
        let theirs = other.post("/chat").json(&json!({"agent_id": ECHO, "message": "hello"})).await.expect(200);
        let (mine_id, theirs_id) = (text(&mine, "trace_id").to_owned(), text(&theirs, "trace_id").to_owned());
        assert_eq!(ids(&member, "").await, [mine_id.as_str()]);
        assert_eq!(ids(&other, "").await, [theirs_id.as_str()]);
        assert_eq!(ids(&admin, "").await, [theirs_id.clone(), mine_id.clone()]);
        assert!(ids(&talk.app.other_workspace(), "").await.is_empty());
        let user = text(&listed(&other, "").await[0], "user_id").to_owned();
        assert_eq!(ids(&admin, &format!("?user_id={user}")).await, [theirs_id.as_str()]);
        assert!(ids(&member, &format!("?user_id={user}")).await.is_empty());
        assert_eq!(ids(&admin, &format!("?agent_id={AGENT}")).await, [mine_id.as_str()]);
        assert_eq!(ids(&admin, &format!("?session_id={}", id_of(&theirs))).await, [theirs_id]);
        assert!(ids(&member, &format!("?session_id={}", id_of(&theirs))).await.is_empty());
        talk.app.admin().delete(&format!("/sessions/{}", id_of(&theirs))).await.expect(204);
        assert_eq!(ids(&admin, "").await, [mine_id]);
    }

    async fn is_filtered_by_end_time_duration_and_request(talk: Talk) {
        let member = talk.app.member();
        let first = talk.say("hello").await;
        talk.app.clock.advance_ms(60_000);
        talk.will(Reply::Html);
        let ask = member.post("/chat").header("x-request-id", "second").json(&question("and now?"));
        ask.await.expect_problem(502, "upstream_error");
        let rows = listed(&member, "?status=failed").await;
        let [failed] = &rows[..] else { panic!("one row: {rows:?}") };
        assert_eq!((&failed["status"], &failed["error"]["code"], &failed["question"]), (&json!("failed"), &json!("upstream_error"), &json!("and now?")));
        let (first, failed) = (text(&first, "trace_id").to_owned(), text(failed, "trace_id").to_owned());
        for (query, expected) in [
            ("?status=completed", vec![&first]),
            ("?status=cancelled", vec![]),
            ("?to=2026-11-23T21:01:00Z", vec![&first]),
            ("?from=2026-11-23T22:01:00%2B01:00", vec![&failed]),
            ("?from=2026-11-23T21:00:00Z&to=2026-11-23T21:00:00Z", vec![]),
            ("?min_duration_ms=0", vec![&failed, &first]),
            ("?min_duration_ms=3600000", vec![]),
            ("?request_id=second", vec![&failed]),
            ("?request_id=sec", vec![]),
        ] {
            assert_eq!(ids(&member, query).await.iter().collect::<Vec<_>>(), expected, "{query}");
        }
        let page = member.get("/traces?limit=1").await.expect(200);
        let cursor = text(&page, "next_cursor");
        assert_eq!(ids(&member, &format!("?limit=1&cursor={cursor}")).await, [first]);
    }
}

#[tokio::test]
async fn refuses_what_is_no_filter_and_who_may_not_ask() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| caller.get("/traces")).await;
    for query in [
        "limit=201",
        "cursor=%21",
        "status=running",
        "agent_id=A",
        "session_id=trn_0000000000001",
        "from=now",
        "to=2026-13-01T00:00:00Z",
        "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z",
        "min_duration_ms=-1",
        "min_duration_ms=x",
        "request_id=two%20words",
        "colour=red",
    ] {
        let refused = app.member().get(&format!("/traces?{query}")).await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{query}: {}", refused.text());
    }
}
