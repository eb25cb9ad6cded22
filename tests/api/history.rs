//! What a model reads of what was said before: as much as fits, the newest of it, and a summary of the rest.

use serde_json::{Value, json};

use crate::conversation::{Talk, id_of, pairs, question_in, text};
use crate::support::{Gate, Reply, Step, TestApp, TestBackend, both_backends};

/// A text of about `tokens` tokens, told apart by its letter; a message of it has four more.
fn of(letter: char, tokens: usize) -> String {
    letter.to_string().repeat(4 * tokens)
}

/// An agent whose model reads `context` tokens, a quarter of them kept for the answer.
async fn reading(backend: TestBackend, context: u32) -> Talk {
    let builder = TestApp::builder(backend).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(0);
    });
    Talk::built(builder, json!({"model": {"max_context_tokens": context}})).await
}

/// Asks and answers.
async fn exchange(talk: &Talk, question: &str, answer: &str) -> Value {
    talk.will(Reply::Answer(answer.to_owned()));
    talk.say(question).await
}

/// Asks in a session and answers.
async fn exchange_in(talk: &Talk, session: &Value, question: &str, answer: &str) -> Value {
    talk.will(Reply::Answer(answer.to_owned()));
    talk.say_in(session, question).await
}

/// What the model read of the last request, in tokens as the gateway estimates them.
fn tokens_of_last(talk: &Talk) -> usize {
    talk.read_last().iter().map(|(_, text)| text.len().div_ceil(4) + 4).sum()
}

both_backends! {
    async fn the_oldest_turns_are_left_out_first_and_whole(backend: TestBackend) {
        let talk = reading(backend, 400).await;
        exchange(&talk, &of('a', 46), &of('b', 46)).await;
        exchange(&talk, &of('c', 46), &of('d', 46)).await;
        assert_eq!(talk.read_last().len(), 3);
        // The question and two turns have 302 of 300 tokens; the answer of the oldest turn alone would fit.
        talk.will(Reply::Html);
        exchange(&talk, &of('e', 98), "no summary was made").await;
        let (c, d, e) = (of('c', 46), of('d', 46), of('e', 98));
        assert_eq!(talk.read_last(), pairs(&[("user", &c), ("assistant", &d), ("user", &e)]));
        assert_eq!(talk.upstream.received().len(), 4, "a summary was asked for");
    }

    async fn a_turn_that_fits_to_the_token_is_read(backend: TestBackend) {
        let talk = reading(backend, 400).await;
        exchange(&talk, &of('a', 46), &of('b', 46)).await;
        exchange(&talk, &of('c', 46), &of('d', 46)).await;
        talk.will(Reply::Html);
        exchange(&talk, &of('e', 96), "no summary was made").await;
        assert_eq!((talk.read_last().len(), tokens_of_last(&talk)), (5, 300));
    }

    async fn all_that_fits_is_read_however_many_turns_it_takes(backend: TestBackend) {
        let talk = reading(backend, 100_000).await;
        let mut session = Value::Null;
        let mut expected = Vec::new();
        for turn in 0..36 {
            // One of them is longer than what is read together with the beginning of a turn.
            let question = if turn == 30 { of('q', 17_000) } else { format!("question {turn}") };
            session = exchange(&talk, &question, &format!("answer {turn}")).await;
            expected.push(("user".to_owned(), question));
            assert_eq!(talk.read_last(), expected, "turn {turn}");
            expected.push(("assistant".to_owned(), format!("answer {turn}")));
        }
        let fork = talk.app.member().post(&format!("/sessions/{}/fork", id_of(&session))).json(&json!({})).await.expect(201);
        for turn in ["in the fork", "in the fork again"] {
            exchange_in(&talk, &json!({"id": fork["id"]}), turn, "answer").await;
            expected.push(("user".to_owned(), turn.to_owned()));
            assert_eq!(talk.read_last(), expected);
            expected.push(("assistant".to_owned(), "answer".to_owned()));
        }
    }

    async fn a_session_is_compacted_when_seventy_percent_of_the_context_are_full(backend: TestBackend) {
        let talk = reading(backend, 1_000).await;
        let session = exchange(&talk, &of('a', 300), "okay").await;
        talk.say(&of('b', 387)).await;
        assert_eq!((talk.upstream.received().len(), tokens_of_last(&talk)), (2, 700), "70 % are not more than 70 %");

        let fork = format!("/sessions/{}/reset", id_of(&session));
        talk.app.member().post(&fork).await.expect(201);
        let session = exchange(&talk, &of('a', 300), "okay").await;
        talk.will(Reply::Answer("They spoke of a.".into()));
        talk.say(&of('b', 388)).await;
        let received = talk.upstream.received();
        assert_eq!(received.len(), 5, "the summary was made before the answer");
        let asked = crate::conversation::read(&received[3].body);
        assert!(asked[1].1.contains(&format!("User: {}\nAssistant: okay", of('a', 300))), "{asked:?}");
        let read = talk.read_last();
        let b = of('b', 388);
        assert_eq!(read, pairs(&[("system", "Summary of the conversation so far:\nThey spoke of a."), ("user", &b)]));
        let path = format!("/sessions/{}", id_of(&session));
        assert_eq!(talk.app.member().get(&path).await.expect(200)["summary"], "They spoke of a.");
        assert_eq!(talk.said(&session).await.len(), 4, "the messages stay readable");
    }

    async fn the_newest_part_of_a_compacted_session_stays_word_for_word(backend: TestBackend) {
        let talk = reading(backend, 1_000).await;
        exchange(&talk, &of('a', 296), &of('b', 96)).await;
        exchange(&talk, &of('c', 46), &of('d', 46)).await;
        talk.will(Reply::Answer("They spoke of a and b.".into()));
        talk.say(&of('e', 296)).await;
        let (c, d, e) = (of('c', 46), of('d', 46), of('e', 296));
        let read = talk.read_last();
        assert_eq!(read[1..], pairs(&[("user", &c), ("assistant", &d), ("user", &e)]));
        assert!(read[0].1.ends_with("They spoke of a and b."), "{read:?}");
    }
}

both_backends! {
    async fn questions_without_an_answer_are_read_as_one(backend: TestBackend) {
        let talk = reading(backend, 10_000).await;
        let session = talk.session().await;
        let ask = |content: Value| talk.app.member().post("/chat").json(&json!({
            "agent_id": crate::conversation::AGENT, "message": content, "session_id": id_of(&session),
        }));
        talk.will(Reply::Html);
        ask("first".into()).await.expect_problem(502, "upstream_error");
        assert_eq!(talk.read_last(), pairs(&[("user", "first")]));
        exchange_in(&talk, &session, "second", "answer").await;
        assert_eq!(talk.read_last(), pairs(&[("user", "first\n\nsecond")]));
        let kept = [("user", "first"), ("user", "second"), ("assistant", "answer")];
        assert_eq!(talk.said(&session).await, pairs(&kept), "they stay two");
        // Images are kept, and a text beside them.
        let image = json!({"type": "image_url", "image_url": {"url": "https://images.example/cat.png"}});
        talk.will(Reply::Html).will(Reply::Html);
        ask(json!([{"type": "text", "text": "third"}, image])).await.expect_problem(502, "upstream_error");
        ask("fourth".into()).await.expect_problem(502, "upstream_error");
        ask(json!([image])).await.expect(200);
        let last = talk.upstream.received().last().expect("a request").body["messages"].clone();
        let text = |text: &str| json!({"type": "text", "text": text});
        assert_eq!(last, json!([
            {"role": "user", "content": "first\n\nsecond"}, {"role": "assistant", "content": "answer"},
            {"role": "user", "content": [text("third"), image, text("fourth"), image]},
        ]));
    }

    async fn a_question_that_was_cancelled_is_read_with_the_next_one(backend: TestBackend) {
        let talk = reading(backend, 10_000).await;
        let session = talk.session().await;
        for (steps, read) in [
            (vec![Step::Hang], vec![("user", "one\n\ntwo")]),
            (vec![Step::Content("so far".into()), Step::Hang],
                vec![("user", "one\n\ntwo"), ("assistant", "okay"), ("user", "one"), ("assistant", "so far"), ("user", "two")]),
        ] {
            let says_something = steps.len() > 1;
            talk.will(Reply::Stream(steps));
            let mut stream = talk.app.member().post("/chat/stream").json(&question_in(&session, "one")).await;
            let first = stream.next_event().await.expect("an event");
            talk.upstream.wait_for(1).await;
            if says_something {
                stream.next_event().await.expect("an event");
            }
            talk.app.member().post(&format!("/chat/turns/{}/cancel", text(&first.data, "turn_id"))).await.expect(200);
            stream.events().await;
            exchange_in(&talk, &session, "two", "okay").await;
            assert_eq!(talk.read_last(), pairs(&read));
        }
    }

    async fn a_question_that_waited_behind_a_failed_one_is_read_with_it(backend: TestBackend) {
        let talk = reading(backend, 10_000).await;
        let (session, gate) = (talk.session().await, Gate::closed());
        talk.will(Reply::Stream(vec![Step::Wait(gate.clone()), Step::Cut]));
        let mut first = talk.app.member().post("/chat/stream").json(&question_in(&session, "one")).await;
        first.next_event().await.expect("an event");
        let second = talk.start(&question_in(&session, "two"));
        while crate::conversation::unfinished(&talk.app).await.len() < 2 {
            tokio::task::yield_now().await;
        }
        gate.open();
        first.events().await;
        second.await.expect("it ends").expect(200);
        assert_eq!(talk.read_last(), pairs(&[("user", "one\n\ntwo")]));
    }
}

#[tokio::test]
async fn a_session_of_unanswered_questions_is_compacted_at_a_question() {
    let talk = reading(TestBackend::sqlite(), 10_000).await;
    let session = exchange(&talk, "one", "two").await;
    for question in ["three", "four"] {
        talk.will(Reply::Html);
        talk.app
            .member()
            .post("/chat")
            .json(&question_in(&session, question))
            .await
            .expect_problem(502, "upstream_error");
    }
    talk.will(Reply::Answer("They spoke of two.".into()));
    talk.app.member().post(&format!("/sessions/{}/compact", id_of(&session))).await.expect(200);
    let asked = talk.read_last()[1].1.clone();
    assert!(asked.ends_with("User: one\nAssistant: two\nUser: three"), "{asked}");
    talk.say_in(&session, "five").await;
    let read = [("system", "Summary of the conversation so far:\nThey spoke of two."), ("user", "four\n\nfive")];
    assert_eq!(talk.read_last(), pairs(&read));
}

#[tokio::test]
async fn a_turn_that_is_too_long_to_be_read_goes_into_the_summary() {
    let talk = reading(TestBackend::sqlite(), 400).await;
    exchange(&talk, &of('a', 200), &of('b', 200)).await;
    talk.will(Reply::Answer("They spoke of a and b.".into()));
    talk.say("and now?").await;
    let read = talk.read_last();
    assert!(read.len() == 2 && read[0].1.ends_with("They spoke of a and b."), "{read:?}");
    let asked = crate::conversation::read(&talk.upstream.received()[1].body);
    assert!(asked[1].1.contains("bbbb"), "as much of it as the model can read: {asked:?}");
}

#[tokio::test]
async fn a_summary_does_not_crowd_out_what_is_said() {
    let talk = reading(TestBackend::sqlite(), 1_000).await;
    let session = talk.session().await;
    let path = format!("/sessions/{}", id_of(&session));
    for round in 0..3 {
        for question in ["one", "two"] {
            talk.say_in(&session, question).await;
            let read = talk.read_last();
            assert!(tokens_of_last(&talk) < 300, "round {round}: {read:?}");
        }
        talk.will(Reply::Answer("word ".repeat(2_000)));
        talk.app.member().post(&format!("{path}/compact")).await.expect(200);
        assert!(tokens_of_last(&talk) < 1_000, "the earlier summary fits into the next one's request");
        let summary = talk.app.member().get(&path).await.expect(200)["summary"].clone();
        let length = summary.as_str().map_or(0, str::len);
        assert!((400..=500).contains(&length), "an eighth of the context: {length} characters");
    }
}

#[tokio::test]
async fn a_summary_that_an_older_gateway_kept_is_read_as_far_as_it_fits() {
    let talk = reading(TestBackend::sqlite(), 1_000).await;
    let session = talk.say("one").await;
    let kept = talk
        .app
        .store()
        .sessions()
        .summarise(id_of(&session).parse().expect("an id"), 0, "é word ".repeat(2_000), 1_025)
        .await;
    assert!(kept.expect("a summary"));
    talk.say("two").await;
    assert!(tokens_of_last(&talk) < 200, "{:?}", talk.read_last());
    talk.will(Reply::Answer("They said one and two.".into()));
    talk.say("three").await;
    let path = format!("/sessions/{}/compact", id_of(&session));
    talk.app.member().post(&path).await.expect(200);
    assert!(tokens_of_last(&talk) < 1_000, "{:?}", talk.read_last());
}
