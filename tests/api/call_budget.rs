//! How many calls of tools a turn of an agent may make.

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, question, text};
use crate::support::{Reply, both_backends};

async fn limit(talk: &Talk, calls: u32) {
    let patch = json!({"tools": {"allow": ["current_time"]}, "budget": {"max_tool_calls_per_turn": calls}});
    talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&patch).await.expect(200);
}

fn errors(turn: &Value) -> Vec<bool> {
    turn["tool_calls"].as_array().expect("calls").iter().map(|call| call["is_error"] == true).collect()
}

both_backends! {
    async fn calls_beyond_it_are_answered_and_the_model_must_answer_next(talk: Talk) {
        limit(&talk, 2).await;
        let once = || Reply::Call(String::new(), vec![("a", "current_time", "{}")]);
        let twice = Reply::Call(String::new(), vec![("b", "current_time", "{}"), ("c", "current_time", "{}")]);
        talk.will(once()).will(twice).will(Reply::Answer("It is nine.".into()));
        let turn = talk.say("What time is it?").await;
        assert_eq!((&turn["status"], &turn["content"]), (&json!("completed"), &json!("It is nine.")));
        assert_eq!(errors(&turn), [false, false, true]);
        let received = talk.upstream.received();
        let choices: Vec<_> = received.iter().map(|request| request.body["tool_choice"] == "none").collect();
        assert_eq!(choices, [false, false, true]);
        let read = received[2].body["messages"].as_array().expect("messages");
        assert!(text(&read[read.len() - 1], "content").contains("may make 2 calls"), "{read:?}");
        // Each turn has calls of its own.
        talk.will(once()).will(Reply::Answer("It is ten.".into()));
        assert_eq!(errors(&talk.say("And now?").await), [false]);
    }

    async fn the_callers_tools_count_too(talk: Talk) {
        limit(&talk, 1).await;
        let both = Reply::Call(String::new(), vec![("a", "current_time", "{}"), ("b", "mood", "{}")]);
        talk.will(both).will(Reply::Answer("Fine.".into()));
        let mut body = question("How are you?");
        body["tools"] = json!([{"name": "mood"}]);
        let turn = talk.app.member().post("/chat").json(&body).await.expect(200);
        assert_eq!((&turn["status"], errors(&turn)), (&json!("completed"), vec![false, true]));
    }

    async fn it_lies_between_one_and_4096(talk: Talk) {
        for (calls, status) in [(json!(0), 422), (json!(4097), 422), (json!("1"), 422), (json!(1), 200), (json!(4096), 200), (json!(null), 200)] {
            let patch = json!({"budget": {"max_tool_calls_per_turn": calls}});
            let answer = talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&patch).await;
            assert_eq!(answer.status.as_u16(), status, "{calls}: {}", answer.text());
        }
    }
}
