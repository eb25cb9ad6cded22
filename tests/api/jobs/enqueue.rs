//! `jobs.enqueue`

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::conversation::turns_away;
use crate::support::{Caller, TestApp, both_backends};
use crate::work::{TYPE, Work, enqueue, over, path};

fn body(payload: Value) -> Value {
    json!({"type": TYPE, "payload": payload})
}

fn faults(problem: &Value) -> Vec<&str> {
    problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|fault| fault["pointer"].as_str().expect("a pointer"))
        .collect()
}

async fn count(caller: &Caller) -> usize {
    caller.get("/jobs").await.expect(200)["data"].as_array().expect("a list").len()
}

both_backends! {
    async fn keeps_a_job_that_runs_at_once(work: Work) {
        let member = work.app.member();
        let answer = member.post("/jobs").json(&body(json!({"say": "hello"}))).await;
        let location = answer.header("location").to_owned();
        let job = answer.expect(202);
        assert_eq!(location, path(&job));
        let me = member.get("/auth/me").await.expect(200);
        for (field, value) in [
            ("type", json!(TYPE)), ("status", json!("pending")), ("payload", json!({"say": "hello"})), ("result", Value::Null),
            ("priority", json!(5)), ("max_retries", json!(3)), ("timeout_s", json!(300)), ("attempts", json!(0)),
            ("progress", json!(0)), ("origin_id", Value::Null), ("user_id", me["id"].clone()), ("dedupe_key", Value::Null),
        ] {
            assert_eq!(job[field], value, "{field}");
        }
        let done = over(&member, &job).await;
        assert_eq!((&done["status"], &done["result"]), (&json!("succeeded"), &json!({"said": "hello", "for": me["id"]})));
        assert_eq!((&done["progress"], &done["attempts"], &done["error"]), (&json!(100), &json!(1), &Value::Null));
    }

    async fn keeps_what_the_caller_asks_for(work: Work) {
        let asked = json!({"type": TYPE, "payload": {"say": "x"}, "priority": 9, "run_at": "2099-01-02T03:04:05.678+01:00",
            "timeout_s": 86_400, "max_retries": 0, "dedupe_key": "night"});
        let job = work.app.member().post("/jobs").json(&asked).await.expect(202);
        assert_eq!((&job["priority"], &job["timeout_s"], &job["max_retries"]), (&json!(9), &json!(86_400), &json!(0)));
        assert_eq!((&job["run_at"], &job["dedupe_key"]), (&json!("2099-01-02T02:04:05.678Z"), &json!("night")));
        assert_eq!(work.app.member().get(&path(&job)).await.expect(200), job, "it waits for its time");
    }

    async fn takes_effect_once_for_a_key(work: Work) {
        let member = work.app.member();
        let ask = |say: &str| member.post("/jobs").header("idempotency-key", "k1").json(&body(json!({"say": say})));
        let first = ask("a").await.expect(202);
        assert_eq!(ask("a").await.expect(202), first);
        ask("b").await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(count(&member).await, 1);
        let both = tokio::join!(
            member.post("/jobs").header("idempotency-key", "k2").json(&body(json!({"say": "c"}))),
            member.post("/jobs").header("idempotency-key", "k2").json(&body(json!({"say": "c"}))),
        );
        assert_eq!(both.0.expect(202)["id"], both.1.expect(202)["id"]);
        assert_eq!(count(&member).await, 2);
    }

    async fn one_unfinished_job_has_a_dedupe_key(work: Work) {
        let (member, other, admin) = (work.app.member(), work.app.other_member(), work.app.admin());
        let asked = json!({"type": TYPE, "payload": {"say": "x", "waits": true}, "dedupe_key": "night"});
        let first = member.post("/jobs").json(&asked).await.expect(202);
        for caller in [&member, &admin] {
            assert_eq!(caller.post("/jobs").json(&asked).await.expect(202)["id"], first["id"]);
        }
        other.post("/jobs").json(&asked).await.expect_problem(409, "conflict");
        let foreign = work.app.other_workspace().post("/jobs").json(&asked).await.expect(202);
        assert_ne!(foreign["id"], first["id"]);
        work.let_go(2);
        over(&member, &first).await;
        work.let_go(1);
        let second = other.post("/jobs").json(&asked).await.expect(202);
        assert_ne!(second["id"], first["id"]);
    }

    async fn what_is_refused_is_not_kept(work: Work) {
        let member = work.app.member();
        turns_away(&work.app, |caller| caller.post("/jobs").json(&body(json!({"say": "x"})))).await;
        for (asked, pointer) in [
            (json!({"type": "test.none", "payload": {}}), "/type"),
            (json!({"type": "test.chore", "payload": {}}), "/type"),
            (json!({"type": "Test", "payload": {}}), "/type"),
            (body(json!({})), "/payload"),
            (body(json!({"say": 7})), "/payload/say"),
            (body(json!({"say": "x", "failures": -1})), "/payload/failures"),
            (body(json!({"say": "x", "more": 1})), "/payload"),
            (json!({"type": TYPE, "payload": [1]}), "/payload"),
            (json!({"type": TYPE, "payload": "say"}), "/payload"),
            (json!({"type": TYPE, "payload": {"say": "x"}, "run_at": "soon"}), "/run_at"),
            (json!({"type": TYPE, "payload": {"say": "x"}, "priority": 10}), "/priority"),
            (json!({"type": TYPE, "payload": {"say": "x"}, "timeout_s": 9}), "/timeout_s"),
            (json!({"type": TYPE, "payload": {"say": "x"}, "max_retries": 11}), "/max_retries"),
            (json!({"type": TYPE, "payload": {"say": "x"}, "dedupe_key": "a\u{7}"}), "/dedupe_key"),
        ] {
            let problem = member.post("/jobs").json(&asked).await.expect_problem(422, "invalid_request");
            assert_eq!(faults(&problem), [pointer], "{asked}: {problem}");
        }
        assert_eq!(count(&work.app.admin()).await, 0);
    }

    async fn some_types_need_another_scope_and_its_role(work: Work) {
        let asked = json!({"type": "test.restart", "payload": {}});
        work.app.admin().post("/jobs").json(&asked).await.expect(202);
        for caller in [
            work.app.member(),
            work.app.scoped(Role::Member, "jobs:write,agents:write"),
            work.app.scoped(Role::Admin, "jobs:write"),
        ] {
            caller.post("/jobs").json(&asked).await.expect_problem(403, "forbidden");
        }
        assert_eq!(count(&work.app.admin()).await, 1);
    }
}

#[tokio::test]
async fn a_payload_has_at_most_a_mebibyte() {
    let builder = TestApp::builder(crate::support::TestBackend::sqlite());
    let work = Work::built(builder.config(|config| config.limits.body_bytes = 4 << 20)).await;
    let member = work.app.member();
    let room = (1 << 20) - r#"{"say":""}"#.len();
    let job = enqueue(&member, json!({"say": "x".repeat(room)})).await;
    // What it says, and for whom, is larger than a result may be.
    let failed = over(&member, &job).await;
    assert_eq!(failed["status"], "failed");
    let large = body(json!({"say": "x".repeat(room + 1)}));
    member.post("/jobs").json(&large).await.expect_problem(413, "payload_too_large");
    // A number may be longer as the store has it than it was sent.
    let grows =
        format!(r#"{{"type": "{TYPE}", "payload": {{"say": "x", "failures": [{}1E15]}}}}"#, "1E15,".repeat(200_000));
    member.post("/jobs").body("application/json", grows).await.expect_problem(413, "payload_too_large");
    assert_eq!(count(&member).await, 1);
}

#[tokio::test]
async fn a_payload_beyond_the_limit_of_bodies_is_refused() {
    let work = Work::built(TestApp::builder(crate::support::TestBackend::sqlite())).await;
    let large = body(json!({"say": "x".repeat(1 << 20)}));
    work.app.member().post("/jobs").json(&large).await.expect_problem(413, "payload_too_large");
}
