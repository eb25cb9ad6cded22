//! `jobs.cancel`

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::conversation::{hides_from_others, turns_away};
use crate::support::both_backends;
use crate::work::{Work, over, path};

both_backends! {
    async fn a_job_that_waits_ends_at_once(work: Work) {
        let (member, job) = (work.app.member(), work.scheduled().await);
        let cancelled = member.delete(&path(&job)).await.expect(200);
        assert_eq!((&cancelled["status"], &cancelled["cancel_requested"]), (&json!("cancelled"), &json!(false)));
        assert!(cancelled["finished_at"].is_string() && cancelled["started_at"] == Value::Null);
        for caller in [&member, &work.app.admin()] {
            caller.delete(&path(&job)).await.expect_problem(409, "conflict");
        }
    }

    async fn a_job_that_runs_is_asked_to_stop(work: Work) {
        let (member, job) = (work.app.member(), work.waiting().await);
        let begun = Instant::now();
        let asked = work.app.admin().delete(&path(&job)).await.expect(200);
        assert_eq!(asked["id"], job["id"]);
        let cancelled = over(&member, &job).await;
        assert_eq!(cancelled["status"], "cancelled");
        assert!(begun.elapsed() < Duration::from_secs(5), "it was stopped");
        work.let_go(1);
        member.delete(&path(&job)).await.expect_problem(409, "conflict");
    }

    async fn a_job_that_has_ended_is_not_cancelled(work: Work) {
        let member = work.app.member();
        let job = work.errand(json!({"say": "x"})).await;
        let done = over(&member, &job).await;
        member.delete(&path(&job)).await.expect_problem(409, "conflict");
        assert_eq!(member.get(&path(&job)).await.expect(200), done);
    }

    async fn others_cancel_nothing(work: Work) {
        let job = work.scheduled().await;
        hides_from_others(&work.app, |caller| caller.delete(&path(&job))).await;
        turns_away(&work.app, |caller| caller.delete(&path(&job))).await;
        assert_eq!(work.app.member().get(&path(&job)).await.expect(200), job);
        work.app.member().delete("/jobs/job_0000000000001").await.expect_problem(404, "not_found");
    }
}
