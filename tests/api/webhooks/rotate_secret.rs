//! `webhooks.rotate_secret`

use astra_core::webhooks::Verdict;
use serde_json::json;

use super::{hides_from_others, is_a_change, turns_away};
use crate::endpoint::Hooked;
use crate::support::{START_MS, both_backends};

const DAY_MS: i64 = 24 * 3_600_000;

both_backends! {
    async fn both_secrets_sign_for_a_day(hooked: Hooked) {
        let (webhook, old) = hooked.make("/", json!({})).await;
        let path = format!("{webhook}/rotate-secret");
        let seen = hooked.app.admin().get(&webhook).await.header("etag").to_owned();
        let answer = hooked.app.admin().post(&path).header("idempotency-key", "k").await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_ne!(answer.header("etag"), seen);
        let rotated = answer.expect(200);
        let new = rotated["secret"].as_str().expect("a secret").to_owned();
        assert_ne!(new, old);
        assert_eq!(rotated["webhook"]["secrets"][0]["expires_at"], "2026-11-24T21:00:00.000Z");
        assert_eq!(hooked.app.admin().post(&path).header("idempotency-key", "k").await.expect(200), rotated);
        let send = async |count: usize| {
            hooked.app.admin().post(&format!("{webhook}/test")).await.expect(202);
            hooked.endpoint.wait_for(count).await.remove(count - 1)
        };
        let first = send(1).await;
        let verdicts = |delivery: &crate::endpoint::Received, at_ms| [delivery.verdict(&old, at_ms), delivery.verdict(&new, at_ms)];
        assert_eq!(verdicts(&first, START_MS), [Verdict::Good, Verdict::Good]);
        assert!(first.header("webhook-signature").split(' ').all(|signature| signature.starts_with("v1,")));
        hooked.app.clock.advance_ms(DAY_MS);
        let second = send(2).await;
        assert_eq!(verdicts(&second, START_MS + DAY_MS), [Verdict::WrongSignature, Verdict::Good]);
        for _ in 0..4 {
            hooked.app.admin().post(&path).await.expect(200);
        }
        hooked.app.admin().post(&path).await.expect_problem(409, "conflict");
        hides_from_others(&hooked.app, |caller| caller.post(&path)).await;
        turns_away(&hooked.app, |caller| caller.post(&path)).await;
        is_a_change(&hooked.app, |caller| caller.post(&path)).await;
    }
}
