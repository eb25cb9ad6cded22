//! `jobs.get`

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::conversation::{hides_from_others, sent, turns_away};
use crate::support::both_backends;
use crate::work::{Work, path};

both_backends! {
    async fn answers_when_the_job_has_ended(work: Work) {
        let member = work.app.member();
        let job = work.waiting().await;
        let begun = Instant::now();
        let waiting = sent(member.get(&format!("{}?wait_s=60", path(&job))));
        let running = member.get(&path(&job)).await.expect(200);
        assert_eq!((&running["status"], &running["result"], &running["finished_at"]), (&json!("running"), &Value::Null, &Value::Null));
        work.let_go(1);
        let done = waiting.await.expect("an answer").expect(200);
        assert_eq!((&done["status"], &done["progress"]), (&json!("succeeded"), &json!(100)));
        assert!(begun.elapsed() < Duration::from_secs(30), "it did not wait for the end of its time");
        assert_eq!(member.get(&format!("{}?wait_s=60", path(&job))).await.expect(200), done, "at once");
    }

    async fn answers_as_it_is_when_the_time_is_over(work: Work) {
        let job = work.scheduled().await;
        let waited = work.app.member().get(&format!("{}?wait_s=1", path(&job))).await.expect(200);
        assert_eq!(waited, job);
    }

    async fn five_hundred_wait_at_once(work: Work) {
        let member = work.app.member();
        member.token().await;
        let jobs = [work.waiting().await, work.waiting().await];
        let waiting: Vec<_> = (0..500).map(|number| sent(member.get(&format!("{}?wait_s=60", path(&jobs[number % 2]))))).collect();
        work.let_go(2);
        for answer in waiting {
            let job = timeout(Duration::from_secs(50), answer).await.expect("in time").expect("an answer").expect(200);
            assert_eq!(job["status"], "succeeded");
        }
    }

    async fn shows_each_caller_its_own_and_admins_all(work: Work) {
        let job = work.scheduled().await;
        assert_eq!(work.app.admin().get(&path(&job)).await.expect(200), job);
        hides_from_others(&work.app, |caller| caller.get(&path(&job))).await;
        hides_from_others(&work.app, |caller| caller.get(&format!("{}?wait_s=60", path(&job)))).await;
        turns_away(&work.app, |caller| caller.get(&path(&job))).await;
        work.app.admin().get("/jobs/job_0000000000001").await.expect_problem(404, "not_found");
        work.app.admin().get("/jobs/ses_0000000000001").await.expect_problem(422, "invalid_request");
        work.app.admin().get(&format!("{}?wait_s=61", path(&job))).await.expect_problem(422, "invalid_request");
    }

    async fn a_job_whose_outcome_is_unknown_says_so(work: Work) {
        let job = work.errand(json!({"say": "x", "loses_the_line": true})).await;
        let ended = crate::work::over(&work.app.member(), &job).await;
        assert_eq!((&ended["status"], &ended["error"]), (&json!("unknown"), &json!("the line broke")));
    }
}
