//! `sessions.list_messages`

use serde_json::{Value, json};

use crate::conversation::{Talk, hides_from_others, id_of, pairs, question, turns_away};
use crate::support::{Gate, Reply, both_backends};

both_backends! {
    async fn has_the_question_before_the_model_has_answered(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let asking = talk.start(&question("hello"));
        talk.upstream.wait_for(1).await;
        let sessions = talk.app.member().get("/sessions").await.expect(200);
        let session = &sessions["data"][0];
        assert_eq!(talk.said(session).await, pairs(&[("user", "hello")]));
        gate.open();
        asking.await.expect("it ends").expect(200);
        assert_eq!(talk.said(session).await, pairs(&[("user", "hello"), ("assistant", "late")]));
    }

    async fn goes_page_by_page_newest_first(talk: Talk) {
        let session = talk.session().await;
        let mut turns = Vec::new();
        for number in 0..3 {
            talk.will(Reply::Answer(format!("answer {number}")));
            turns.push(talk.say_in(&session, &format!("question {number}")).await);
        }
        let path = format!("/sessions/{}/messages", id_of(&session));
        let (mut seen, mut cursor): (Vec<Value>, String) = (Vec::new(), String::new());
        loop {
            let page = talk.app.member().get(&format!("{path}?limit=4{cursor}")).await.expect(200);
            seen.extend(page["data"].as_array().expect("a list").clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let said: Vec<&str> = seen.iter().filter_map(|message| message["content"].as_str()).collect();
        assert_eq!(said, ["answer 2", "question 2", "answer 1", "question 1", "answer 0", "question 0"]);
        let of_turns: Vec<&Value> = seen.iter().map(|message| &message["turn_id"]).collect();
        assert_eq!(of_turns, [2, 2, 1, 1, 0, 0].map(|place: usize| &turns[place]["turn_id"]));
    }

    async fn keeps_parts_as_they_came(talk: Talk) {
        let parts = json!([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://images.example/cat.png"}}]);
        let mut body = question("");
        body["message"] = parts.clone();
        let turn = talk.app.member().post("/chat").json(&body).await.expect(200);
        let path = format!("/sessions/{}/messages", id_of(&turn));
        assert_eq!(talk.app.member().get(&path).await.expect(200)["data"][1]["content"], parts);
    }

    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/messages", id_of(&session));
        turns_away(&talk.app, |caller| caller.get(&path)).await;
        hides_from_others(&talk.app, |caller| caller.get(&path)).await;
        let empty = json!({"data": [], "next_cursor": null});
        assert_eq!(talk.app.admin().get(&path).await.expect(200), empty);
    }
}
