//! How much conversations may keep: of one session, of one workspace, and what makes room again.

use astra_core::config::LimitsConfig;
use astra_core::params;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, id_of, question, question_in, text};
use crate::support::{Gate, Reply, Step, TestApp, TestBackend, both_backends};

/// More than what is held against the limit at some turns only.
const QUESTION_BYTES: usize = 10_000;

async fn limited(backend: TestBackend, change: impl FnOnce(&mut LimitsConfig)) -> Talk {
    let builder = TestApp::builder(backend).config(|config| change(&mut config.limits));
    Talk::built(builder, json!({})).await
}

fn long() -> String {
    "x".repeat(QUESTION_BYTES)
}

async fn session_bytes(talk: &Talk, session: &Value) -> u64 {
    let session = talk.app.admin().get(&format!("/sessions/{}", id_of(session))).await.expect(200);
    session["storage_bytes"].as_u64().expect("a number")
}

/// What the workspace's turns keep, by its sum and by its rows.
async fn workspace_bytes(app: &TestApp) -> (u64, u64) {
    let store = app.store();
    let sum = store.sessions().storage_bytes().await.expect("the sum");
    let rows = store.read(|tx| {
        let sql = "SELECT CAST((SELECT COALESCE(SUM(bytes), 0) FROM turns WHERE workspace_id = $1)
            + (SELECT COALESCE(SUM(bytes), 0) FROM open_turns WHERE workspace_id = $1) AS BIGINT)";
        tx.one(sql, params![])?.next_int()
    });
    (sum, rows.await.expect("the rows").try_into().expect("a sum"))
}

/// The bytes of all texts that the workspace's turns keep, which are of ASCII here.
async fn text_bytes(app: &TestApp) -> u64 {
    let store = app.store();
    let rows = store.read(|tx| {
        let length = |column: &str| format!("COALESCE(LENGTH({column}), 0)");
        let columns = ["question", "question_parts", "metadata", "answer", "spans"].map(length).join(" + ");
        let sql = format!(
            "SELECT CAST((SELECT COALESCE(SUM({columns}), 0) FROM turns WHERE workspace_id = $1)
                + (SELECT COALESCE(SUM(LENGTH(events)), 0) FROM turn_events WHERE workspace_id = $1) AS BIGINT)"
        );
        tx.one(&sql, params![])?.next_int()
    });
    rows.await.expect("the rows").try_into().expect("a sum")
}

async fn same_sums(app: &TestApp) -> u64 {
    let (sum, rows) = workspace_bytes(app).await;
    assert_eq!(sum, rows);
    sum
}

async fn roll_up(app: &TestApp) {
    while app.db().roll_usage_up().await.expect("a piece") {}
}

async fn sweep(app: &TestApp) {
    while app.db().sweep_deleted_sessions().await.expect("a piece") {}
}

both_backends! {
    async fn a_session_keeps_so_many_bytes(backend: TestBackend) {
        let talk = limited(backend, |limits| limits.session_bytes = 35_000).await;
        let member = talk.app.member();
        let session = talk.session().await;
        assert_eq!(session["storage_bytes"], 0);
        for _ in 0..3 {
            talk.say_in(&session, &long()).await;
        }
        let kept = session_bytes(&talk, &session).await;
        assert!((30_000..35_000).contains(&kept), "{kept}");
        for uri in ["/chat", "/chat/stream"] {
            let answer = member.post(uri).json(&question_in(&session, &long())).await;
            let problem = answer.expect_problem(422, "storage_limit");
            assert!(text(&problem, "detail").contains("35000 bytes (limits.session_bytes)"), "{problem}");
        }
        assert_eq!(session_bytes(&talk, &session).await, kept, "nothing was kept");
        assert_eq!(talk.said(&session).await.len(), 6);
        // Other sessions have their own room, and so has the successor.
        let other = talk.session().await;
        talk.say_in(&other, &long()).await;
        let successor = member.post(&format!("/sessions/{}/reset", id_of(&session))).await.expect(201);
        assert_eq!(successor["storage_bytes"], 0);
        talk.say_in(&successor, &long()).await;
    }

    async fn short_questions_end_at_the_limit_too(backend: TestBackend) {
        let talk = limited(backend, |limits| limits.session_bytes = 5_000).await;
        let session = talk.session().await;
        let mut turns = 0;
        let refused = loop {
            let answer = talk.app.member().post("/chat").json(&question_in(&session, &"x".repeat(100))).await;
            if answer.status != 200 {
                break answer;
            }
            turns += 1;
        };
        refused.expect_problem(422, "storage_limit");
        assert_eq!(turns, 63);
        talk.app.member().post("/chat").json(&question_in(&session, "x")).await.expect_problem(422, "storage_limit");
    }

    async fn questions_at_once_share_a_sessions_room(backend: TestBackend) {
        let talk = limited(backend, |limits| limits.session_bytes = 45_000).await;
        let session = talk.session().await;
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let asking: Vec<_> = (0..8).map(|_| talk.start(&question_in(&session, &long()))).collect();
        talk.upstream.wait_for(1).await;
        gate.open();
        let mut statuses = Vec::new();
        for asking in asking {
            statuses.push(asking.await.expect("it ends").status);
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 422, 422, 422, 422]);
        assert!(session_bytes(&talk, &session).await <= 45_000);
    }

    async fn what_is_kept_is_what_is_counted(talk: Talk) {
        let member = talk.app.member();
        let session = talk.session().await;
        talk.will(Reply::Answer("yes".into()));
        let mut asked = question_in(&session, "hello");
        asked["metadata"] = json!({"ticket": "4711"});
        member.post("/chat").json(&asked).await.expect(200);
        let parts = json!([{"type": "text", "text": "and"}, {"type": "image_url", "image_url": {"url": "https://images.example/cat.png"}}]);
        let mut asked = question_in(&session, "");
        asked["message"] = parts;
        member.post("/chat").json(&asked).await.expect(200);
        talk.will(Reply::Stream(vec![Step::Content("so ".into()), Step::Content("far".into())]));
        member.post("/chat/stream").json(&question_in(&session, "stream")).await.events().await;
        assert_eq!(session_bytes(&talk, &session).await, text_bytes(&talk.app).await);
        assert_eq!(same_sums(&talk.app).await, text_bytes(&talk.app).await);
        // A question counts while it is being answered.
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let asking = talk.start(&question_in(&session, "wait"));
        talk.upstream.wait_for(4).await;
        assert_eq!(session_bytes(&talk, &session).await, text_bytes(&talk.app).await + 4);
        same_sums(&talk.app).await;
        gate.open();
        asking.await.expect("it ends").expect(200);
        assert_eq!(session_bytes(&talk, &session).await, same_sums(&talk.app).await);
    }

    async fn the_sum_of_a_workspace_is_that_of_its_turns(talk: Talk) {
        let (kept, gone) = (talk.session().await, talk.session().await);
        talk.say_in(&kept, "stay").await;
        talk.say_in(&gone, "go").await;
        let before = same_sums(&talk.app).await;
        roll_up(&talk.app).await;
        assert_eq!(same_sums(&talk.app).await, before);
        talk.say_in(&kept, "stay").await;
        // One that is cancelled while it waits calls no model.
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let asking = talk.start(&question_in(&kept, "first"));
        talk.upstream.wait_for(4).await;
        let waiting = talk.start(&question_in(&kept, "second"));
        let second = loop {
            if let [_, second] = &crate::conversation::unfinished(&talk.app).await[..] {
                break second.clone();
            }
            tokio::task::yield_now().await;
        };
        talk.app.member().post(&format!("/chat/turns/{second}/cancel")).await.expect(200);
        waiting.await.expect("it ends").expect_problem(409, "cancelled");
        gate.open();
        asking.await.expect("it ends").expect(200);
        let all = same_sums(&talk.app).await;
        assert!(all > before);
        let usage = talk.app.admin().get("/inference/usage?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&group_by=provider").await;
        let usage = usage.expect(200);
        assert_eq!(usage["data"].as_array().map(Vec::len), Some(1), "{usage}");
        talk.app.member().delete(&format!("/sessions/{}", id_of(&gone))).await.expect(204);
        sweep(&talk.app).await;
        let left = same_sums(&talk.app).await;
        assert_eq!(left, session_bytes(&talk, &kept).await);
        roll_up(&talk.app).await;
        assert_eq!(same_sums(&talk.app).await, left);
    }

    async fn a_workspace_keeps_so_many_bytes(backend: TestBackend) {
        let talk = limited(backend, |limits| limits.workspace_bytes = Some(50_000)).await;
        let mut sessions = Vec::new();
        let refused = loop {
            let session = talk.session().await;
            let answer = talk.app.member().post("/chat").json(&question_in(&session, &long())).await;
            if answer.status != 200 {
                break answer;
            }
            sessions.push(session);
        };
        let problem = refused.expect_problem(422, "storage_limit");
        assert!(text(&problem, "detail").contains("50000 bytes (limits.workspace_bytes)"), "{problem}");
        assert!((4..=5).contains(&sessions.len()), "{}", sessions.len());
        talk.app.other_member().post("/chat").json(&question(&long())).await.expect_problem(422, "storage_limit");
        // Another workspace has its own room.
        let foreign = talk.app.other_workspace();
        foreign.post("/agents").json(&json!({"id": AGENT, "model": {"provider": "echo"}})).await.expect(201);
        foreign.post("/chat").json(&question(&long())).await.expect(200);
        for session in &sessions {
            talk.app.member().delete(&format!("/sessions/{}", id_of(session))).await.expect(204);
        }
        sweep(&talk.app).await;
        talk.say(&long()).await;
        assert_eq!(same_sums(&talk.app).await, session_sum(&talk).await);
    }

    async fn questions_at_once_share_a_workspaces_room(backend: TestBackend) {
        let talk = limited(backend, |limits| limits.workspace_bytes = Some(35_000)).await;
        let gate = Gate::closed();
        for _ in 0..3 {
            talk.will(Reply::After(gate.clone(), "late".into()));
        }
        let on = |number: usize| json!({"agent_id": AGENT, "message": long(), "surface_id": number.to_string()});
        let asking: Vec<_> = (0..8).map(|number| talk.start(&on(number))).collect();
        talk.upstream.wait_for(3).await;
        gate.open();
        let mut statuses = Vec::new();
        for asking in asking {
            statuses.push(asking.await.expect("it ends").status);
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 422, 422, 422, 422, 422]);
    }

    async fn a_fork_counts_what_is_its_own(talk: Talk) {
        let session = talk.session().await;
        talk.say_in(&session, &long()).await;
        let path = format!("/sessions/{}", id_of(&session));
        let fork = talk.app.member().post(&format!("{path}/fork")).json(&json!({})).await.expect(201);
        assert_eq!((&fork["storage_bytes"], &fork["message_count"]), (&json!(0), &json!(2)));
        talk.say_in(&fork, "on").await;
        let own = session_bytes(&talk, &fork).await;
        assert!((1..5_000).contains(&own), "{own}");
        // What the fork reads of a deleted session is kept, and counts until the fork is gone too.
        talk.app.member().delete(&path).await.expect(204);
        sweep(&talk.app).await;
        assert!(same_sums(&talk.app).await > 10_000);
        talk.app.member().delete(&format!("/sessions/{}", id_of(&fork))).await.expect(204);
        sweep(&talk.app).await;
        assert_eq!(same_sums(&talk.app).await, 0);
    }
}

/// What all sessions that are there keep together.
async fn session_sum(talk: &Talk) -> u64 {
    let page = talk.app.admin().get("/sessions?limit=200").await.expect(200);
    page["data"].as_array().expect("sessions").iter().filter_map(|session| session["storage_bytes"].as_u64()).sum()
}
