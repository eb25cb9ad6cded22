//! `sessions.compact`

use serde_json::{Value, json};

use crate::conversation::{Talk, calls, hides_from_others, id_of, pairs, turns_away};
use crate::support::{Reply, TestApp, TestBackend, both_backends};

both_backends! {
    async fn puts_a_summary_in_place_of_all_but_the_last_turn(talk: Talk) {
        let session = talk.session().await;
        for number in 0..3 {
            talk.will(Reply::Answer(format!("answer {number}")));
            talk.say_in(&session, &format!("question {number}")).await;
        }
        let path = format!("/sessions/{}/compact", id_of(&session));
        talk.will(Reply::Answer("They spoke of two things.".into()));
        let compacted = talk.app.member().post(&path).await.expect(200);
        assert_eq!(compacted["summary"], "They spoke of two things.");
        let asked = &talk.read_last()[1].1;
        assert!(asked.contains("User: question 1\nAssistant: answer 1") && !asked.contains("question 2"), "{asked}");
        assert_eq!(talk.said(&session).await.len(), 6, "the messages stay readable");
        talk.say_in(&session, "and now?").await;
        let read = talk.read_last();
        assert!(read[0].1.contains("They spoke of two things."), "{read:?}");
        assert_eq!(read[1..], pairs(&[("user", "question 2"), ("assistant", "answer 2"), ("user", "and now?")]));
        // The next summary is made of the first one and what came since.
        talk.will(Reply::Answer("They spoke of three things.".into()));
        let compacted = talk.app.member().post(&path).await.expect(200);
        assert_eq!(compacted["summary"], "They spoke of three things.");
        let asked = &talk.read_last()[1].1;
        assert!(asked.starts_with("Summary of what came before: They spoke of two things.\nUser: question 2"), "{asked}");
        assert_eq!(calls(&talk.app).await, 6);
    }

    async fn leaves_a_session_alone_in_which_there_is_nothing_to_compact(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/compact", id_of(&session));
        assert_eq!(talk.app.member().post(&path).await.expect(200)["summary"], Value::Null);
        talk.say_in(&session, "hello").await;
        assert_eq!(talk.app.member().post(&path).await.expect(200)["summary"], Value::Null);
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/compact", id_of(&session));
        turns_away(&talk.app, |caller| caller.post(&path)).await;
        hides_from_others(&talk.app, |caller| caller.post(&path)).await;
        talk.app.member().post(&format!("/sessions/{}/reset", id_of(&session))).await.expect(201);
        talk.app.member().post(&path).await.expect_problem(409, "conflict");
    }
}

#[tokio::test]
async fn tells_what_the_upstream_did_and_changes_nothing() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        let provider = config.providers.entry("scripted".into()).or_default();
        provider.max_retries = Some(0);
        provider.first_token_timeout_ms = Some(300);
    });
    let talk = Talk::built(builder, json!({})).await;
    let session = talk.session().await;
    talk.say_in(&session, "one").await;
    talk.say_in(&session, "two").await;
    let path = format!("/sessions/{}/compact", id_of(&session));
    for (reply, status, code) in [
        (Reply::Html, 502, "upstream_error"),
        (Reply::Hang, 504, "upstream_timeout"),
        (Reply::Answer("  ".into()), 502, "upstream_error"),
    ] {
        talk.will(reply);
        talk.app.member().post(&path).await.expect_problem(status, code);
    }
    let session = talk.app.member().get(&format!("/sessions/{}", id_of(&session))).await.expect(200);
    assert_eq!(session["summary"], Value::Null);
}

#[tokio::test]
async fn asks_for_nothing_that_the_agents_maker_did_not_ask_for() {
    let model = json!({"model": {"temperature": 1.5, "max_output_tokens": 100}});
    for definition in [json!({}), model] {
        let talk = Talk::with(TestBackend::sqlite(), definition).await;
        let session = talk.session().await;
        talk.say_in(&session, "one").await;
        talk.say_in(&session, "two").await;
        talk.will(Reply::Answer("word ".repeat(2_000)));
        let compacted = talk.app.member().post(&format!("/sessions/{}/compact", id_of(&session))).await.expect(200);
        let asked = talk.upstream.received().last().expect("a request").body.clone();
        let mut names: Vec<&String> = asked.as_object().expect("an object").keys().collect();
        names.sort();
        assert_eq!(names, ["messages", "model"], "{asked}");
        assert_eq!(compacted["summary"].as_str().map(str::len), Some(2_400), "the text is cut instead");
    }
}

#[tokio::test]
async fn costs_what_turns_cost_and_has_their_quotas() {
    let talk = Talk::with(TestBackend::sqlite(), json!({"budget": {"tokens_per_hour": 24}})).await;
    let session = talk.session().await;
    talk.say_in(&session, "one").await;
    talk.say_in(&session, "two").await;
    let path = format!("/sessions/{}/compact", id_of(&session));
    talk.app.member().post(&path).await.expect_problem(429, "quota_exceeded");
    assert_eq!(talk.upstream.received().len(), 2);
}
