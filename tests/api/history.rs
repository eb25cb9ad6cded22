//! What a model reads of what was said before: as much as fits, the newest of it, and a summary of the rest.

use serde_json::{Value, json};

use crate::conversation::{Talk, id_of, pairs};
use crate::support::{Engine, Reply, TestApp, both_engines};

/// A text of about `tokens` tokens, told apart by its letter; a message of it has four more.
fn of(letter: char, tokens: usize) -> String {
    letter.to_string().repeat(4 * tokens)
}

/// An agent whose model reads `context` tokens, a quarter of them kept for the answer.
async fn reading(engine: Engine, context: u32) -> Talk {
    let builder = TestApp::builder(engine).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(0);
    });
    Talk::built(builder, json!({"model": {"max_context_tokens": context}})).await
}

/// Asks and answers.
async fn exchange(talk: &Talk, question: &str, answer: &str) -> Value {
    talk.will(Reply::Answer(answer.to_owned()));
    talk.say(question).await
}

/// What the model read of the last request, in tokens as the gateway estimates them.
fn tokens_of_last(talk: &Talk) -> usize {
    talk.read_last().iter().map(|(_, text)| text.len().div_ceil(4) + 4).sum()
}

both_engines! {
    async fn the_oldest_turns_are_left_out_first_and_whole(engine: Engine) {
        let talk = reading(engine, 400).await;
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

    async fn a_turn_that_fits_to_the_token_is_read(engine: Engine) {
        let talk = reading(engine, 400).await;
        exchange(&talk, &of('a', 46), &of('b', 46)).await;
        exchange(&talk, &of('c', 46), &of('d', 46)).await;
        talk.will(Reply::Html);
        exchange(&talk, &of('e', 96), "no summary was made").await;
        assert_eq!((talk.read_last().len(), tokens_of_last(&talk)), (5, 300));
    }

    async fn a_session_is_compacted_when_seventy_percent_of_the_context_are_full(engine: Engine) {
        let talk = reading(engine, 1_000).await;
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

    async fn the_newest_part_of_a_compacted_session_stays_word_for_word(engine: Engine) {
        let talk = reading(engine, 1_000).await;
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

#[tokio::test]
async fn a_turn_that_is_too_long_to_be_read_goes_into_the_summary() {
    let talk = reading(Engine::sqlite(), 400).await;
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
    let talk = reading(Engine::sqlite(), 1_000).await;
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
    let talk = reading(Engine::sqlite(), 1_000).await;
    let session = talk.say("one").await;
    let kept = talk.app.store().summarise_session(id_of(&session), 0, "é word ".repeat(2_000), 1_025).await;
    assert!(kept.expect("a summary"));
    talk.say("two").await;
    assert!(tokens_of_last(&talk) < 200, "{:?}", talk.read_last());
    talk.will(Reply::Answer("They said one and two.".into()));
    talk.say("three").await;
    let path = format!("/sessions/{}/compact", id_of(&session));
    talk.app.member().post(&path).await.expect(200);
    assert!(tokens_of_last(&talk) < 1_000, "{:?}", talk.read_last());
}
