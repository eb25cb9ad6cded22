//! Jobs that ask agents: one turn, begun once whatever happens; many questions, of which none is asked again whose result is
//! recorded. The rights, quotas and limits are those of a chat.

use std::time::Duration;

use astra_core::auth::Role;
use astra_core::params;
use astra_core::store::{NewJob, Signal, Tx};
use serde_json::{Value, json};

use crate::approvals::{decide, definition, pending};
use crate::conversation::{AGENT, ECHO, Talk, ended, id_of, text, unfinished};
use crate::support::{Caller, Reply, TestApp, TestBackend, both_backends};
use crate::work::{over, path};

async fn enqueue(caller: &Caller, kind: &str, payload: Value) -> Value {
    caller.post("/jobs").json(&json!({"type": kind, "payload": payload})).await.expect(202)
}

/// A member's job of one turn of [`AGENT`].
async fn run(talk: &Talk, message: &str) -> Value {
    enqueue(&talk.app.member(), "agent_run", json!({"agent_id": AGENT, "message": message})).await
}

async fn over_for_member(talk: &Talk, job: &Value) -> Value {
    over(&talk.app.member(), job).await
}

async fn cancel(talk: &Talk, job: &Value) {
    talk.app.member().delete(&path(job)).await.expect(200);
}

async fn results(talk: &Talk, job: &Value) -> Vec<Value> {
    let page = talk.app.member().get(&format!("{}/results?limit=200", path(job))).await.expect(200);
    page["data"].as_array().expect("rows").clone()
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

/// As when a gateway dies between the end of the work and its being written down: the job runs again.
async fn run_again(app: &TestApp) {
    let again = |tx: &mut Tx<'_>| {
        tx.announce(Signal::Jobs);
        let sql = "UPDATE jobs SET status = 'pending', is_due = 1, result = NULL, finished_at_ms = NULL WHERE workspace_id = $1";
        tx.execute(sql, params![])
    };
    app.store().write(again).await.expect("it is written");
}

both_backends! {
    async fn a_job_is_a_turn_of_its_owner(talk: Talk) {
        talk.will(Reply::Answer("42.".into()));
        let payload = json!({"agent_id": AGENT, "message": "What is it?", "metadata": {"ticket": "7"}, "overrides": {"temperature": 0.5}});
        let job = enqueue(&talk.app.member(), "agent_run", payload).await;
        let done = over_for_member(&talk, &job).await;
        assert_eq!((&done["status"], &done["result"]["answer"]), (&json!("succeeded"), &json!("42.")), "{done}");
        let turn = talk.app.member().get(&format!("/chat/turns/{}", text(&done["result"], "turn_id"))).await.expect(200);
        assert_eq!((&turn["content"], &turn["metadata"]), (&json!("42."), &json!({"ticket": "7"})));
        let session = talk.app.member().get(&format!("/sessions/{}", text(&done["result"], "session_id"))).await.expect(200);
        assert_eq!((&session["surface"], &session["surface_id"]), (&json!("job"), &job["id"]));
        assert_eq!(talk.upstream.received()[0].body["temperature"], json!(0.5));
        let rows = results(&talk, &job).await;
        assert_eq!((rows.len(), &rows[0]["turn_id"], &rows[0]["answer"]), (1, &turn["turn_id"], &json!("42.")));
    }

    async fn a_job_goes_on_in_a_session_of_its_owner(talk: Talk) {
        let session = talk.session().await;
        talk.say_in(&session, "My name is Ada.").await;
        let payload = json!({"agent_id": AGENT, "message": "What is my name?", "session_id": id_of(&session)});
        let done = over_for_member(&talk, &enqueue(&talk.app.member(), "agent_run", payload.clone()).await).await;
        assert_eq!(done["result"]["session_id"], json!(id_of(&session)));
        assert_eq!(talk.read_last().len(), 3, "it has read what was said before");
        let other = talk.app.other_member();
        let refused = over(&other, &enqueue(&other, "agent_run", payload).await).await;
        assert_eq!((&refused["status"], &refused["error"]), (&json!("failed"), &json!("There is no such session.")));
        assert_eq!(talk.upstream.received().len(), 2);
    }

    async fn a_job_that_runs_again_finds_its_turn(talk: Talk) {
        talk.will(Reply::Answer("once".into()));
        let job = run(&talk, "go").await;
        let first = over_for_member(&talk, &job).await;
        run_again(&talk.app).await;
        let second = over_for_member(&talk, &job).await;
        assert_eq!((&second["result"], &second["attempts"]), (&first["result"], &json!(2)));
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn a_turn_that_fails_fails_its_job(talk: Talk) {
        talk.will(Reply::Status(401, None));
        let job = over_for_member(&talk, &run(&talk, "go").await).await;
        assert_eq!((&job["status"], &job["attempts"]), (&json!("failed"), &json!(1)));
        let row = results(&talk, &job).await.remove(0);
        assert_eq!((&row["status"], &row["error"]["code"]), (&json!("failed"), &json!("upstream_misconfigured")));
        assert!(text(&job, "error").contains(text(&row, "turn_id")), "{job}");
        let none = enqueue(&talk.app.member(), "agent_run", json!({"agent_id": "nobody", "message": "go"})).await;
        assert_eq!(over_for_member(&talk, &none).await["error"], json!("There is no such agent."));
    }

    async fn a_job_that_is_cancelled_ends_its_turn(talk: Talk) {
        talk.will(Reply::Hang);
        let job = run(&talk, "go").await;
        talk.upstream.wait_for(1).await;
        let turn = unfinished(&talk.app).await.remove(0);
        cancel(&talk, &job).await;
        talk.upstream.hung_up().await;
        assert_eq!(over_for_member(&talk, &job).await["status"], "cancelled");
        assert_eq!(ended(&talk.app.member(), &turn).await["status"], "cancelled");
    }

    async fn a_turn_that_waits_for_a_person_gives_its_worker_to_others(backend: TestBackend) {
        let builder = TestApp::builder(backend).config(|config| config.jobs.workers = 1);
        let talk = Talk::built(builder, definition()).await;
        talk.will(Reply::Call(String::new(), vec![("call_1", "current_time", "{}")]));
        let job = run(&talk, "What time is it?").await;
        let approval = pending(&talk.app, 1).await.remove(0);
        let other = enqueue(&talk.app.member(), "agent_run", json!({"agent_id": ECHO, "message": "Hello"})).await;
        assert_eq!(over_for_member(&talk, &other).await["status"], "succeeded");
        let waiting = async {
            while !talk.app.member().get(&path(&job)).await.expect(200)["message"].to_string().contains("person") {
                pause().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it says for what it waits");
        talk.will(Reply::Answer("Nine.".into()));
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
        let job = over_for_member(&talk, &job).await;
        assert_eq!((&job["result"]["answer"], text(&job, "message").contains("person")), (&json!("Nine."), false), "{job}");
    }

    async fn an_owner_who_may_not_ask_any_more_asks_nothing(talk: Talk) {
        let payload = json!({"agent_id": AGENT, "message": "go"});
        let enqueued = |owner: &str| {
            let job = NewJob::new("agent_run", payload.to_string(), 4).public().subject(owner, 1 << 60);
            let jobs = talk.app.gateway().jobs();
            let workspace = talk.app.authority().first_workspace().clone();
            async move { jobs.enqueue(&workspace, job).await.expect("it is kept").id() }
        };
        let id = enqueued("svc_0000000000001").await;
        let job = over(&talk.app.admin(), &json!({"id": id.to_string()})).await;
        assert_eq!(job["status"], "failed");
        assert!(text(&job, "error").contains("may not ask agents"), "{job}");
        assert_eq!(talk.upstream.received().len(), 0);
        let body = json!({"type": "agent_run", "payload": payload});
        let scoped = talk.app.scoped(Role::Member, "jobs:read,jobs:write");
        scoped.post("/jobs").json(&body).await.expect_problem(403, "forbidden");
    }

    async fn questions_fail_one_by_one(talk: Talk) {
        for reply in [Reply::Answer("a".into()), Reply::Status(401, None), Reply::Answer("c".into())] {
            talk.will(reply);
        }
        let payload = json!({"agent_id": AGENT, "concurrency": 1, "jsonl": "\"one\"\n{\"id\": \"x\", \"message\": \"two\"}\n\"three\"\n"});
        let job = over_for_member(&talk, &enqueue(&talk.app.member(), "batch_chat", payload).await).await;
        assert_eq!((&job["status"], &job["result"]), (&json!("succeeded"), &json!({"questions": 3, "answered": 2, "failed": 1})));
        let rows = results(&talk, &job).await;
        let seen: Vec<_> = rows.iter().map(|row| (&row["id"], &row["answer"], &row["error"]["code"])).collect();
        let (none, code) = (Value::Null, json!("upstream_misconfigured"));
        assert_eq!(seen, [(&none, &json!("a"), &none), (&json!("x"), &none, &code), (&none, &json!("c"), &none)]);
    }

    async fn what_is_recorded_is_not_asked_again(talk: Talk) {
        let payload = json!({"agent_id": AGENT, "concurrency": 3, "questions": vec!["go"; 7]});
        let job = enqueue(&talk.app.member(), "batch_chat", payload).await;
        let first = over_for_member(&talk, &job).await;
        let before = results(&talk, &job).await;
        run_again(&talk.app).await;
        let second = over_for_member(&talk, &job).await;
        assert_eq!((&second["result"], &second["attempts"]), (&first["result"], &json!(2)));
        assert_eq!((results(&talk, &job).await, talk.upstream.received().len()), (before, 7));
    }

    async fn a_batch_that_is_cancelled_ends_its_turns(talk: Talk) {
        talk.will(Reply::Answer("a".into())).will(Reply::Hang).will(Reply::Hang);
        let job = enqueue(&talk.app.member(), "batch_chat", json!({"agent_id": AGENT, "concurrency": 2, "questions": vec!["go"; 9]})).await;
        talk.upstream.wait_for(3).await;
        let rows = loop {
            let rows = results(&talk, &job).await;
            if rows.len() == 3 && rows.iter().filter(|row| row["status"] == "answered").count() == 1 {
                break rows;
            }
            pause().await;
        };
        let running = talk.app.member().get(&path(&job)).await.expect(200);
        assert_eq!((&running["status"], &running["result"]), (&json!("running"), &Value::Null));
        cancel(&talk, &job).await;
        assert_eq!(over_for_member(&talk, &job).await["status"], "cancelled");
        for row in rows.iter().filter(|row| row["status"] == "running") {
            assert_eq!(ended(&talk.app.member(), text(row, "turn_id")).await["status"], "cancelled");
        }
        assert_eq!(talk.upstream.received().len(), 3);
    }

    async fn what_is_no_payload_is_refused_with_its_place(talk: Talk) {
        for (kind, payload, pointer) in [
            ("agent_run", json!({}), "/payload"),
            ("agent_run", json!({"agent_id": "A B", "message": "go"}), "/payload/agent_id"),
            ("agent_run", json!({"agent_id": AGENT, "message": " \n"}), "/payload/message"),
            ("agent_run", json!({"agent_id": AGENT, "message": "go", "session_id": "trn_0000000000001"}), "/payload/session_id"),
            ("agent_run", json!({"agent_id": AGENT, "message": "go", "metadata": {"a": "x".repeat(20_000)}}), "/payload/metadata"),
            ("agent_run", json!({"agent_id": AGENT, "message": "go", "massage": "go"}), "/payload"),
            ("batch_chat", json!({"agent_id": AGENT}), "/payload"),
            ("batch_chat", json!({"agent_id": AGENT, "questions": []}), "/payload/questions"),
            ("batch_chat", json!({"agent_id": AGENT, "questions": ["a"], "concurrency": 21}), "/payload/concurrency"),
            ("batch_chat", json!({"agent_id": AGENT, "questions": ["a", " "]}), "/payload/questions/1"),
            ("batch_chat", json!({"agent_id": AGENT, "jsonl": "\"a\"\nb"}), "/payload/jsonl"),
        ] {
            let problem = talk.app.member().post("/jobs").json(&json!({"type": kind, "payload": payload})).await;
            let problem = problem.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        assert_eq!(talk.app.admin().get("/jobs").await.expect(200)["data"], json!([]));
    }
}

/// On SQLite, where the time of jobs is the gateway's own.
#[tokio::test]
async fn a_job_whose_quota_is_used_up_waits_for_the_next_hour() {
    let talk = Talk::with(TestBackend::sqlite(), json!({"budget": {"tokens_per_hour": 1}})).await;
    talk.say("one").await;
    let job = run(&talk, "two").await;
    let waiting = async {
        loop {
            let job = talk.app.member().get(&path(&job)).await.expect(200);
            if job["error"].is_string() {
                return job;
            }
            pause().await;
        }
    };
    let job = tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it is refused");
    assert_eq!((&job["status"], &job["run_at"]), (&json!("pending"), &json!("2026-11-23T22:00:00.000Z")), "{job}");
    assert!(text(&job, "error").contains("quota"), "{job}");
    let payload = json!({"agent_id": AGENT, "questions": ["three"]});
    let batch = over_for_member(&talk, &enqueue(&talk.app.member(), "batch_chat", payload).await).await;
    assert_eq!(results(&talk, &batch).await[0]["error"]["code"], "quota_exceeded");
    assert_eq!(talk.upstream.received().len(), 1);
}

/// A gateway that is killed while the turn of a job is answered.
#[tokio::test]
async fn a_kill_begins_no_second_turn_of_a_job() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    talk.will(Reply::Hang);
    let job = run(&talk, "go").await;
    talk.upstream.wait_for(1).await;
    let turn = unfinished(&talk.app).await.remove(0);
    let after = Talk::with(talk.app.backend.image(), json!({})).await;
    let over = over(&after.app.member(), &job).await;
    assert_eq!((&over["status"], &over["attempts"]), (&json!("unknown"), &json!(2)), "{over}");
    assert!(text(&over, "error").contains(&turn), "{over}");
    assert_eq!(ended(&after.app.member(), &turn).await["status"], "interrupted");
    assert_eq!((after.upstream.received().len(), results(&after, &over).await.len()), (0, 1));
}

/// A gateway that is killed while it asks questions: those without a recorded result are asked again, and no others.
#[tokio::test]
async fn a_kill_asks_no_question_again_that_has_a_result() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    talk.will(Reply::Answer("a".into())).will(Reply::Answer("b".into())).will(Reply::Hang).will(Reply::Hang);
    let payload = json!({"agent_id": AGENT, "concurrency": 2, "questions": ["1", "2", "3", "4", "5"]});
    let job = enqueue(&talk.app.member(), "batch_chat", payload).await;
    talk.upstream.wait_for(4).await;
    let before = results(&talk, &job).await;
    let answered = before.iter().filter(|row| row["status"] == "answered");
    let answered: Vec<Value> = answered.cloned().collect();
    assert_eq!(answered.len(), 2, "{before:?}");
    let after = Talk::with(talk.app.backend.image(), json!({})).await;
    let over = over(&after.app.member(), &job).await;
    assert_eq!(over["result"], json!({"questions": 5, "answered": 5, "failed": 0}), "{over}");
    let rows = results(&after, &job).await;
    assert!(answered.iter().all(|row| rows.contains(row)), "{rows:?}");
    assert_eq!(after.upstream.received().len(), 3);
}
