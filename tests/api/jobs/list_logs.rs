//! `jobs.list_logs`

use std::time::Duration;

use astra_core::params;
use astra_core::store::{Signal, Tx};
use serde_json::{Value, json};

use crate::conversation::{hides_from_others, turns_away};
use crate::support::{Caller, both_backends};
use crate::work::{Work, over, path};

/// The log of a job, in pages of two lines.
async fn lines(caller: &Caller, job: &Value) -> Vec<Value> {
    let (mut lines, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("{}/logs?limit=2{cursor}", path(job))).await.expect(200);
        lines.extend(page["data"].as_array().expect("lines").clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return lines,
        }
    }
}

fn texts(lines: &[Value]) -> Vec<(i64, i64, &str)> {
    let number = |line: &Value, name: &str| line[name].as_i64().expect("a number");
    let text = |line: &Value| (number(line, "number"), number(line, "attempt"));
    lines.iter().map(|line| (text(line).0, text(line).1, line["message"].as_str().expect("a text"))).collect()
}

/// The job once it has ended, whose further attempts do not wait for their time.
async fn over_at_once(work: &Work, job: &Value) -> Value {
    loop {
        let make_due = |tx: &mut Tx<'_>| {
            tx.announce(Signal::Jobs);
            tx.execute("UPDATE jobs SET run_at_ms = 1 WHERE workspace_id = $1 AND status = 'pending'", params![])
        };
        work.app.store().write(make_due).await.expect("it is written");
        let job = work.app.member().get(&path(job)).await.expect(200);
        if job["finished_at"].is_string() {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

both_backends! {
    async fn shows_why_each_attempt_failed(work: Work) {
        let member = work.app.member();
        let job = work.errand(json!({"say": "x", "failures": 3})).await;
        let done = over_at_once(&work, &job).await;
        assert_eq!((&done["status"], &done["attempts"], &done["error"]), (&json!("succeeded"), &json!(4), &Value::Null));
        let kept = lines(&member, &job).await;
        assert_eq!(texts(&kept), [(1, 1, "no luck"), (2, 2, "no luck"), (3, 3, "no luck")]);
        assert!(kept.iter().all(|line| line["at"].as_str().is_some_and(|at| at.starts_with("2026-11-23T21:"))), "{kept:?}");
        let unknown = work.errand(json!({"say": "x", "loses_the_line": true})).await;
        over(&member, &unknown).await;
        assert_eq!(texts(&lines(&member, &unknown).await), [(1, 1, "the line broke")]);
        let silent = work.errand(json!({"say": "x"})).await;
        over(&member, &silent).await;
        assert!(lines(&member, &silent).await.is_empty());
    }

    async fn shows_what_the_job_says_while_it_runs(work: Work) {
        let member = work.app.member();
        let job = work.waiting().await;
        let waiting = async {
            while lines(&member, &job).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it is written down");
        assert_eq!(member.get(&path(&job)).await.expect(200)["status"], "running");
        assert_eq!(texts(&lines(&member, &job).await), [(1, 1, "waiting")]);
        work.let_go(1);
        over(&member, &job).await;
        assert_eq!(lines(&member, &job).await.len(), 1);
        let again = member.post(&format!("{}/retry", path(&job))).await.expect(202);
        work.let_go(1);
        over(&member, &again).await;
        assert_eq!(texts(&lines(&member, &again).await), [(1, 1, "waiting")], "its own");
    }

    async fn shows_each_caller_its_own_and_admins_all(work: Work) {
        let job = work.errand(json!({"say": "x", "loses_the_line": true})).await;
        over(&work.app.member(), &job).await;
        let logs = format!("{}/logs", path(&job));
        assert_eq!(work.app.admin().get(&logs).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
        hides_from_others(&work.app, |caller| caller.get(&logs)).await;
        turns_away(&work.app, |caller| caller.get(&logs)).await;
        work.app.admin().get("/jobs/job_0000000000001/logs").await.expect_problem(404, "not_found");
        work.app.admin().get("/jobs/ses_0000000000001/logs").await.expect_problem(422, "invalid_request");
        work.app.admin().get(&format!("{logs}?cursor=x")).await.expect_problem(400, "bad_request");
        work.app.admin().get(&format!("{logs}?limit=0")).await.expect_problem(422, "invalid_request");
    }
}
