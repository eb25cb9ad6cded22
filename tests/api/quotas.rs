//! What agents may use: by the hour, by the day, in US dollars; refused before a model is asked.

use astra_core::config::Prices;
use serde_json::{Value, json};

use crate::conversation::{Talk, question, unfinished};
use crate::support::{Answer, TestApp, TestBackend, both_backends};

const HOUR_MS: i64 = 3_600_000;

/// An agent with a budget. Each of its turns has 7 tokens in and 5 out, and costs 17 millionths of a US dollar.
async fn with_budget(backend: TestBackend, budget: Value) -> Talk {
    let builder = TestApp::builder(backend).config(|config| {
        let prices = Prices { input_usd_per_million: 1.0, output_usd_per_million: 2.0, ..Prices::default() };
        let provider = config.providers.entry("scripted".into()).or_default();
        provider.prices.insert("test-model".into(), prices);
    });
    Talk::built(builder, json!({"budget": budget})).await
}

/// The number of seconds after which a refused question may be asked again.
#[track_caller]
fn refused(answer: Answer) -> u64 {
    let seconds = answer.header("retry-after").parse().expect("a number");
    answer.expect_problem(429, "quota_exceeded");
    seconds
}

both_backends! {
    async fn the_tokens_of_an_hour_are_free_again_in_the_next_one(backend: TestBackend) {
        let talk = with_budget(backend, json!({"tokens_per_hour": 13})).await;
        talk.app.clock.advance_ms(600_000);
        let turn = talk.say("one").await;
        talk.say("two").await;
        for path in ["/chat", "/chat/stream"] {
            let asked = talk.app.member().post(path).json(&question("three")).await;
            assert_eq!(refused(asked), 3_001, "the clock's hour ends in fifty minutes");
        }
        let body = json!({"model": crate::conversation::AGENT, "messages": [{"role": "user", "content": "three"}]});
        assert_eq!(talk.app.member().post("/v1/chat/completions").json(&body).await.status.as_u16(), 429);
        assert_eq!(talk.upstream.received().len(), 2, "the model was not asked");
        assert_eq!((talk.said(&turn).await.len(), unfinished(&talk.app).await.len()), (4, 0), "nothing was kept");
        talk.app.clock.advance_ms(3_000_000);
        talk.say("four").await;
    }

    async fn the_tokens_of_a_day_are_those_of_24_hours(backend: TestBackend) {
        let talk = with_budget(backend, json!({"tokens_per_day": 24})).await;
        talk.say("one").await;
        talk.app.clock.advance_ms(12 * HOUR_MS);
        talk.say("two").await;
        talk.app.clock.advance_ms(12 * HOUR_MS - 1);
        assert_eq!(refused(talk.app.member().post("/chat").json(&question("three")).await), 1);
        // The hour of the first one is none of the last 24.
        talk.app.clock.advance_ms(1);
        talk.say("four").await;
        refused(talk.app.member().post("/chat").json(&question("five")).await);
        assert_eq!(talk.upstream.received().len(), 3);
    }

    async fn so_are_the_us_dollars_of_a_day(backend: TestBackend) {
        let talk = with_budget(backend, json!({"cost_usd_per_day": 0.000_034})).await;
        for question in ["one", "two"] {
            assert_eq!(talk.say(question).await["usage"]["cost_usd"], 0.000_017);
        }
        refused(talk.app.member().post("/chat").json(&question("three")).await);
        assert_eq!(talk.upstream.received().len(), 2);
        talk.app.clock.advance_ms(24 * HOUR_MS);
        talk.say("four").await;
    }

    async fn another_agents_quota_is_its_own(backend: TestBackend) {
        let talk = with_budget(backend, json!({"tokens_per_hour": 1})).await;
        talk.say("one").await;
        refused(talk.app.member().post("/chat").json(&question("two")).await);
        let echo = json!({"agent_id": crate::conversation::ECHO, "message": "hello"});
        talk.app.member().post("/chat").json(&echo).await.expect(200);
    }

    async fn what_was_answered_before_is_answered_again(backend: TestBackend) {
        let talk = with_budget(backend, json!({"tokens_per_hour": 12})).await;
        let ask = |path: &str, key: &str, text: &str| {
            talk.app.member().post(path).header("idempotency-key", key).json(&question(text))
        };
        let first = ask("/chat", "k1", "once").await.expect(200);
        refused(ask("/chat", "k2", "twice").await);
        assert_eq!(ask("/chat", "k1", "once").await.expect(200), first);
        ask("/chat", "k1", "twice").await.expect_problem(422, "idempotency_key_reused");
        refused(ask("/chat", "k2", "twice").await);
        // A key that was forgotten is a new one.
        talk.app.clock.advance_ms(24 * HOUR_MS + 1);
        let later = ask("/chat", "k1", "once").await.expect(200);
        assert_ne!(later["turn_id"], first["turn_id"]);
    }
}
