//! `sessions.context`

use serde_json::{Value, json};

use crate::conversation::{Talk, hides_from_others, id_of, turns_away};
use crate::support::{Reply, both_backends};

/// The parts that have tokens.
fn parts(context: &Value) -> [&Value; 4] {
    ["system_tokens", "summary_tokens", "history_tokens", "history_messages"].map(|name| &context[name])
}

both_backends! {
    async fn counts_what_the_next_turn_would_send(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/context", id_of(&session));
        let member = talk.app.member();
        let before = member.get(&path).await.expect(200);
        assert_eq!(parts(&before)[1..], [&json!(0); 3]);
        assert_eq!((&before["agent_id"], &before["messages_left_out"]), (&session["agent_id"], &json!(0)));
        talk.will(Reply::Answer("Four words of answer.".into()));
        talk.say_in(&session, "What is the capital of France?").await;
        let after = member.get(&path).await.expect(200);
        // 8 tokens of the question, 6 of the answer, and 4 for the borders of each.
        assert_eq!(parts(&after), [&before["system_tokens"], &json!(0), &json!(22), &json!(2)]);
        let free = |context: &Value| context["free_tokens"].as_i64().expect("a number");
        assert_eq!(free(&before) - free(&after), 22);
        assert_eq!(member.get(&path).await.expect(200), after, "a look changes nothing");
    }

    async fn counts_the_summary_and_what_is_left_out(talk: Talk) {
        let session = talk.session().await;
        for _ in 0..3 {
            talk.will(Reply::Answer("Four words of answer.".into()));
            talk.say_in(&session, "What is the capital of France?").await;
        }
        let small = json!({"model": {"max_context_tokens": 60, "max_output_tokens": 10}, "tools": {"allow": ["current_time"]}});
        talk.app.admin().patch("/agents/support").json(&small).await.expect(200);
        let path = format!("/sessions/{}/context", id_of(&session));
        let context = talk.app.member().get(&path).await.expect(200);
        assert_eq!((&context["context_tokens"], &context["is_context_known"], &context["answer_tokens"]), (&json!(60), &json!(true), &json!(10)));
        assert_eq!((&context["history_messages"], &context["messages_left_out"]), (&json!(4), &json!(2)));
        assert!(context["tools_tokens"].as_i64().expect("a number") > 0);
        talk.will(Reply::Answer("A capital.".into()));
        talk.app.member().post(&format!("/sessions/{}/compact", id_of(&session))).await.expect(200);
        let context = talk.app.member().get(&path).await.expect(200);
        assert!(context["summary_tokens"].as_i64().expect("a number") > 0);
        assert_eq!((&context["history_messages"], &context["messages_left_out"]), (&json!(2), &json!(0)));
    }

    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/context", id_of(&session));
        turns_away(&talk.app, |caller| caller.get(&path)).await;
        hides_from_others(&talk.app, |caller| caller.get(&path)).await;
        talk.app.member().get("/sessions/ses_0000000000000/context").await.expect_problem(404, "not_found");
        talk.app.admin().delete(&format!("/agents/{}", session["agent_id"].as_str().expect("an id"))).await.expect(204);
        talk.app.member().get(&path).await.expect_problem(404, "not_found");
    }
}
