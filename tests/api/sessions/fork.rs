//! `sessions.fork`

use astra_core::params;
use serde_json::{Value, json};

use crate::conversation::{Talk, hides_from_others, id_of, pairs, text, turns_away};
use crate::support::{Reply, both_backends};

async fn message_id(talk: &Talk, session: &Value, place: usize) -> Value {
    let path = format!("/sessions/{}/messages", id_of(session));
    let page = talk.app.member().get(&path).await.expect(200);
    page["data"][page["data"].as_array().expect("a list").len() - 1 - place]["id"].clone()
}

/// How many sessions and turns are in the store.
async fn rows(talk: &Talk) -> Vec<i64> {
    let db = talk.app.db();
    let counted = db.read(|tx| {
        let count = |table: &str| tx.one(&format!("SELECT COUNT(*) FROM {table}"), params![])?.next_int();
        ["sessions", "turns"].into_iter().map(count).collect()
    });
    counted.await.expect("the rows")
}

both_backends! {
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
        assert_eq!(message_id(&talk, &fork, 0).await, message_id(&talk, &session, 0).await, "it refers to the message");
        talk.say_in(&fork, "and now?").await;
        assert_eq!(talk.read_last(), [copied, pairs(&[("user", "and now?")])].concat());
        assert_eq!(talk.said(&session).await.len(), 4);
        // The surface's current session is still the original.
        assert_eq!(talk.say("here?").await["session_id"], session["id"]);
        let whole = talk.app.member().post(&path).json(&json!({})).await.expect(201);
        assert_eq!(talk.said(&whole).await, talk.said(&session).await);
    }

    async fn reads_its_ancestors_as_far_as_they_are_its_own(talk: Talk) {
        let mut sessions = vec![talk.session().await];
        let mut said = Vec::new();
        let say = async |session: &Value, word: &str| {
            talk.will(Reply::Answer(format!("answer {word}")));
            talk.say_in(session, word).await;
            pairs(&[("user", word), ("assistant", &format!("answer {word}"))])
        };
        // A fork of a fork of a fork; each goes on, and so does each parent, without the others.
        for word in ["one", "two", "three", "four"] {
            let session = sessions.last().expect("a session").clone();
            said.extend(say(&session, word).await);
            let path = format!("/sessions/{}/fork", id_of(&session));
            sessions.push(talk.app.member().post(&path).json(&json!({})).await.expect(201));
            say(&session, "aside").await;
        }
        let last = sessions.last().expect("a session");
        assert_eq!(talk.said(last).await, said);
        assert_eq!(last["message_count"], 8);
        say(last, "and now?").await;
        assert_eq!(talk.read_last(), [said.clone(), pairs(&[("user", "and now?")])].concat());
        let listed = talk.app.member().get(&format!("/sessions/{}", id_of(last))).await.expect(200);
        assert_eq!(listed["message_count"], 10);
        // In pages of three messages, across all borders.
        let (mut read, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/sessions/{}/messages?limit=3{cursor}", id_of(last));
            let page = talk.app.member().get(&path).await.expect(200);
            read.extend(page["data"].as_array().expect("a list").iter().map(|message| message["content"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        read.reverse();
        let whole: Vec<_> = [said, pairs(&[("user", "and now?"), ("assistant", "answer and now?")])].concat();
        assert_eq!(read, whole.iter().map(|(_, text)| json!(text)).collect::<Vec<_>>());
        // From a message that is an ancestor's.
        let path = format!("/sessions/{}/fork", id_of(last));
        let from = json!({"message_id": message_id(&talk, last, 2).await});
        let early = talk.app.member().post(&path).json(&from).await.expect(201);
        assert_eq!((talk.said(&early).await, &early["message_count"]), (whole[..3].to_vec(), &json!(3)));
        assert_eq!(say(&early, "else").await.len(), 2);
        assert_eq!(talk.said(&early).await.len(), 5);
    }

    async fn outlives_what_it_was_made_from(talk: Talk) {
        let first = talk.session().await;
        let turn = talk.say_in(&first, "one").await;
        let fork = async |session: &Value| {
            talk.app.member().post(&format!("/sessions/{}/fork", id_of(session))).json(&json!({})).await.expect(201)
        };
        let second = fork(&first).await;
        talk.say_in(&second, "two").await;
        let third = fork(&second).await;
        let said = talk.said(&third).await;
        talk.say_in(&first, "aside").await;
        let sweep = async || while talk.app.db().sweep_deleted_sessions().await.expect("a piece") {};
        for session in [&first, &second] {
            let path = format!("/sessions/{}", id_of(session));
            talk.app.member().delete(&path).await.expect(204);
            sweep().await;
            talk.app.member().get(&path).await.expect_problem(404, "not_found");
            assert_eq!(talk.said(&third).await, said);
        }
        // The turns of a session that is gone are gone, though a fork still reads what was said in them.
        talk.app.member().get(&format!("/chat/turns/{}", text(&turn, "turn_id"))).await.expect_problem(404, "not_found");
        assert_eq!(rows(&talk).await, [3, 2], "what came aside is gone");
        talk.app.member().delete(&format!("/sessions/{}", id_of(&third))).await.expect(204);
        sweep().await;
        assert_eq!(rows(&talk).await, [0, 0]);
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
