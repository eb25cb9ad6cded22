//! `jobs.retry`

use serde_json::json;

use crate::conversation::{hides_from_others, turns_away};
use crate::support::both_backends;
use crate::work::{TYPE, Work, over, path};

both_backends! {
    async fn does_again_what_a_job_did(work: Work) {
        let (member, admin) = (work.app.member(), work.app.admin());
        let asked = json!({"type": TYPE, "payload": {"say": "again"}, "priority": 7, "timeout_s": 60, "max_retries": 1, "dedupe_key": "k"});
        let origin = member.post("/jobs").json(&asked).await.expect(202);
        over(&member, &origin).await;
        let answer = admin.post(&format!("{}/retry", path(&origin))).await;
        let location = answer.header("location").to_owned();
        let again = answer.expect(202);
        assert_eq!(location, path(&again));
        assert_eq!((&again["origin_id"], &again["user_id"]), (&origin["id"], &origin["user_id"]));
        for field in ["type", "payload", "priority", "timeout_s", "max_retries", "dedupe_key"] {
            assert_eq!(again[field], origin[field], "{field}");
        }
        let done = over(&member, &again).await;
        assert_eq!((&done["status"], &done["attempts"]), (&json!("succeeded"), &json!(1)));
        assert_eq!(work.begun(), 2);
    }

    async fn only_a_job_that_has_ended_is_retried(work: Work) {
        let member = work.app.member();
        for job in [work.scheduled().await, work.waiting().await] {
            member.post(&format!("{}/retry", path(&job))).await.expect_problem(409, "conflict");
            member.delete(&path(&job)).await.expect(200);
            over(&member, &job).await;
        }
        assert_eq!(member.get("/jobs").await.expect(200)["data"].as_array().expect("a list").len(), 2);
    }

    async fn takes_effect_once_for_a_key_and_once_for_a_dedupe_key(work: Work) {
        let member = work.app.member();
        let asked = json!({"type": TYPE, "payload": {"say": "x", "waits": true}, "dedupe_key": "k"});
        let origin = member.post("/jobs").json(&asked).await.expect(202);
        work.let_go(1);
        over(&member, &origin).await;
        let retry = |key: &str| member.post(&format!("{}/retry", path(&origin))).header("idempotency-key", key);
        let first = retry("one").await.expect(202);
        assert_eq!(retry("one").await.expect(202)["id"], first["id"]);
        retry("two").await.expect_problem(409, "conflict");
        work.let_go(1);
        over(&member, &first).await;
    }

    async fn others_retry_nothing(work: Work) {
        let job = work.errand(json!({"say": "x"})).await;
        over(&work.app.member(), &job).await;
        let path = format!("{}/retry", path(&job));
        hides_from_others(&work.app, |caller| caller.post(&path)).await;
        turns_away(&work.app, |caller| caller.post(&path)).await;
        assert_eq!(work.begun(), 1);
    }
}
