//! `sessions.fork`

use serde_json::{Value, json};

use crate::conversation::{Talk, hides_from_others, id_of, pairs, turns_away};
use crate::support::{Reply, both_engines};

async fn message_id(talk: &Talk, session: &Value, place: usize) -> Value {
    let path = format!("/sessions/{}/messages", id_of(session));
    let page = talk.app.member().get(&path).await.expect(200);
    page["data"][page["data"].as_array().expect("a list").len() - 1 - place]["id"].clone()
}

both_engines! {
    async fn goes_on_from_a_message(talk: Talk) {
        let session = talk.session().await;
        for number in 0..2 {
            talk.will(Reply::Answer(format!("answer {number}")));
            talk.say_in(&session, &format!("question {number}")).await;
        }
        let path = format!("/sessions/{}/fork", id_of(&session));
        let from = json!({"message_id": message_id(&talk, &session, 1).await, "title": "Another way"});
        let fork = talk.app.member().post(&path).json(&from).await.expect(201);
        assert_eq!((&fork["title"], &fork["message_count"]), (&json!("Another way"), &json!(2)));
        let copied = pairs(&[("user", "question 0"), ("assistant", "answer 0")]);
        assert_eq!(talk.said(&fork).await, copied);
        assert_ne!(message_id(&talk, &fork, 0).await, message_id(&talk, &session, 0).await);
        talk.say_in(&fork, "and now?").await;
        assert_eq!(talk.read_last(), [copied, pairs(&[("user", "and now?")])].concat());
        assert_eq!(talk.said(&session).await.len(), 4);
        // The surface's current session is still the original.
        assert_eq!(talk.say("here?").await["session_id"], session["id"]);
        let whole = talk.app.member().post(&path).json(&json!({})).await.expect(201);
        assert_eq!(talk.said(&whole).await, talk.said(&session).await);
    }

    async fn answers_the_same_key_with_the_first_fork(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/fork", id_of(&session));
        let fork = |title| talk.app.member().post(&path).header("idempotency-key", "k").json(&json!({"title": title}));
        let first = fork("one").await.expect(201);
        assert_eq!(fork("one").await.expect(201), first);
        fork("two").await.expect_problem(422, "idempotency_key_reused");
    }

    async fn refuses_a_message_that_is_not_the_sessions(talk: Talk) {
        let (session, other) = (talk.session().await, talk.session().await);
        talk.say_in(&other, "hello").await;
        let path = format!("/sessions/{}/fork", id_of(&session));
        for id in [message_id(&talk, &other, 0).await, json!("msg_000000000000000")] {
            let problem = talk.app.member().post(&path).json(&json!({"message_id": id})).await.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], "/message_id");
        }
    }

    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/fork", id_of(&session));
        turns_away(&talk.app, |caller| caller.post(&path).json(&json!({}))).await;
        hides_from_others(&talk.app, |caller| caller.post(&path).json(&json!({}))).await;
        // Whose fork it is, its session is.
        let fork = talk.app.admin().post(&path).json(&json!({})).await.expect(201);
        assert_ne!(fork["user_id"], session["user_id"]);
        talk.app.member().get(&format!("/sessions/{}", id_of(&fork))).await.expect_problem(404, "not_found");
    }
}
