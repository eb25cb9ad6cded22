//! `jobs.list_results`

use serde_json::{Value, json};

use crate::conversation::{ECHO, Talk, hides_from_others, turns_away};
use crate::support::both_backends;
use crate::work::{over, path};

/// A member's job of a batch of questions to [`ECHO`], which has ended.
async fn asked(talk: &Talk, questions: Value) -> Value {
    let body = json!({"type": "batch_chat", "payload": {"agent_id": ECHO, "questions": questions, "concurrency": 20}});
    let job = talk.app.member().post("/jobs").json(&body).await.expect(202);
    over(&talk.app.member(), &job).await
}

both_backends! {
    async fn shows_the_answers_in_the_order_of_the_questions_in_pages(talk: Talk) {
        let questions: Vec<Value> = (0..25).map(|number| json!({"id": format!("row-{number}"), "message": format!("Say {number}")})).collect();
        let job = asked(&talk, json!(questions)).await;
        assert_eq!(job["result"], json!({"questions": 25, "answered": 25, "failed": 0}), "{job}");
        assert_eq!(job["message"], "25 of 25 questions are answered, 0 have failed");
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = talk.app.member().get(&format!("{}/results?limit=10{cursor}", path(&job))).await.expect(200);
            rows.extend(page["data"].as_array().expect("rows").clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(rows.len(), 25);
        for (number, row) in rows.iter().enumerate() {
            assert_eq!((&row["number"], &row["id"]), (&json!(number), &json!(format!("row-{number}"))));
            assert_eq!((&row["status"], &row["error"], &row["is_answer_cut"]), (&json!("answered"), &Value::Null, &json!(false)));
            let turn = talk.app.member().get(&format!("/chat/turns/{}", row["turn_id"].as_str().expect("a turn"))).await.expect(200);
            assert_eq!((&turn["content"], &turn["session_id"]), (&row["answer"], &row["session_id"]));
            assert!(row["answer"].as_str().expect("an answer").contains(&format!("Say {number}")), "{row}");
        }
    }

    async fn shows_each_caller_its_own_and_admins_all(talk: Talk) {
        let job = asked(&talk, json!(["one"])).await;
        let results = format!("{}/results", path(&job));
        assert_eq!(talk.app.admin().get(&results).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
        hides_from_others(&talk.app, |caller| caller.get(&results)).await;
        turns_away(&talk.app, |caller| caller.get(&results)).await;
        talk.app.admin().get("/jobs/job_0000000000001/results").await.expect_problem(404, "not_found");
        talk.app.admin().get("/jobs/ses_0000000000001/results").await.expect_problem(422, "invalid_request");
        talk.app.admin().get(&format!("{results}?cursor=x")).await.expect_problem(400, "bad_request");
    }
}
