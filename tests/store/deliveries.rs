//! Deliveries: made of events once, given to one gateway at a time, a few of each webhook, and fenced by the epoch of the lease.

use std::collections::BTreeSet;

use astra_core::ids::{DeliveryId, EventId, WebhookId};
use astra_core::params;
use astra_core::store::events::WebhookDisabledReason;
use astra_core::store::{
    ClaimedDelivery, Db, DeliveryAttempt, DeliveryClaim, DeliveryEnding, DeliveryFilter, DeliveryLease, DeliveryReport,
    DeliveryStatus, Error, NewDelivery, NextDelivery, Recovery, Refusal, Rows, StoredDelivery, WebhookRefusal,
};
use futures_util::future::join_all;

use super::webhooks::{keep, rows};
use crate::support::{START_MS, TestStore, both_backends};

const LEASE_MS: i64 = 15_000;
const DAY_MS: i64 = 24 * 3_600_000;

fn id(key: i64) -> DeliveryId {
    DeliveryId::from_key(key)
}

fn new(webhook: i64, key: i64, is_test: bool, now_ms: i64) -> NewDelivery {
    NewDelivery {
        id: id(key),
        webhook: WebhookId::from_key(webhook),
        event_id: EventId::from_key(key + 1_000),
        event: "agent.updated".into(),
        body: format!("{{\"n\":{key}}}"),
        is_test,
        now_ms,
    }
}

/// Keeps a delivery as one that the log of events has made.
async fn deliver(rows: &Rows, webhook: i64, key: i64) {
    rows.deliveries().create(new(webhook, key, false, START_MS), None).await.expect("it is kept").expect("the webhook");
}

fn claim(count: u32, own_ms: i64) -> DeliveryClaim {
    DeliveryClaim { count, per_webhook: 5, after_webhook: 0, lease_ms: LEASE_MS, own_ms }
}

async fn claimed(db: &Db, count: u32, own_ms: i64) -> Vec<ClaimedDelivery> {
    db.claim_deliveries(claim(count, own_ms)).await.expect("a claim")
}

fn keys(deliveries: &[ClaimedDelivery]) -> Vec<i64> {
    deliveries.iter().map(|delivery| delivery.lease.id.key()).collect()
}

fn report(delivery: &ClaimedDelivery, ending: DeliveryEnding, now_ms: i64) -> DeliveryReport {
    let failed = ending != DeliveryEnding::Succeeded;
    DeliveryReport {
        attempt: DeliveryAttempt {
            number: delivery.attempt,
            at_ms: now_ms,
            latency_ms: 7,
            status: Some(if failed { 500 } else { 200 }),
            error: failed.then(|| "no luck".to_owned()),
            answer: Some("said".into()),
        },
        ending,
        is_test: delivery.is_test,
        failing_ms_max: 5 * DAY_MS,
        event_id: EventId::from_key(now_ms),
        now_ms,
    }
}

async fn finish(
    db: &Db,
    delivery: &ClaimedDelivery,
    ending: DeliveryEnding,
    now_ms: i64,
) -> Result<Option<WebhookDisabledReason>, Error> {
    db.finish_delivery(delivery, report(delivery, ending, now_ms)).await
}

async fn find(rows: &Rows, webhook: i64, key: i64) -> StoredDelivery {
    let found = rows.deliveries().find(WebhookId::from_key(webhook), id(key)).await;
    found.expect("a look").expect("the delivery").delivery
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> WebhookRefusal {
    match result {
        Err(Error::Refused(Refusal::Webhook(refusal))) => refusal,
        other => panic!("it is not refused: {other:?}"),
    }
}

/// Lets the leases of all deliveries end, whatever the clock shows.
async fn let_leases_end(db: &Db) {
    let sql = "UPDATE deliveries SET lease_until_ms = 1 WHERE status = 'sending'";
    db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
}

both_backends! {
    async fn no_two_gateways_get_the_same_delivery(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        for webhook in 1..=4 {
            keep(&rows, webhook).await;
            for key in 1..=10 {
                deliver(&rows, webhook, webhook * 100 + key).await;
            }
        }
        let gateways = (0..4).map(|_| {
            let db = store.db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while db.next_delivery().await.expect("a look") != NextDelivery::None {
                    let claimed = claimed(&db, 3, START_MS).await;
                    for delivery in &claimed {
                        finish(&db, delivery, DeliveryEnding::Succeeded, START_MS + 1).await.expect("it is kept");
                    }
                    mine.extend(keys(&claimed));
                }
                mine
            })
        });
        let mut all = Vec::new();
        for gateway in gateways.collect::<Vec<_>>() {
            all.extend(gateway.await.expect("a gateway"));
        }
        assert_eq!(all.len(), 40);
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 40);
    }

    async fn of_one_webhook_five_are_sent_at_once_and_others_are_not_delayed(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        keep(&rows, 2).await;
        for key in 1..=9 {
            deliver(&rows, 1, key).await;
        }
        deliver(&rows, 2, 10).await;
        let first = claimed(&store.db, 100, START_MS).await;
        assert_eq!(keys(&first), [1, 2, 3, 4, 5, 10]);
        assert_eq!(keys(&claimed(&store.db, 100, START_MS).await), [0; 0], "another gateway gets none of them");
        finish(&store.db, &first[0], DeliveryEnding::Succeeded, START_MS + 1).await.expect("it is kept");
        finish(&store.db, &first[1], DeliveryEnding::Retry(START_MS + 5_000), START_MS + 1).await.expect("it is kept");
        assert_eq!(keys(&claimed(&store.db, 100, START_MS + 2).await), [6, 7]);
    }

    async fn webhooks_take_turns(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        for webhook in 1..=3 {
            keep(&rows, webhook).await;
            for key in 1..=2 {
                deliver(&rows, webhook, webhook * 10 + key).await;
            }
        }
        let after = |after_webhook| DeliveryClaim { after_webhook, ..claim(2, START_MS) };
        let first = store.db.claim_deliveries(after(1)).await.expect("a claim");
        assert_eq!(keys(&first), [21, 22]);
        assert_eq!(keys(&store.db.claim_deliveries(after(2)).await.expect("a claim")), [31, 32]);
        assert_eq!(keys(&store.db.claim_deliveries(after(3)).await.expect("a claim")), [11, 12]);
    }

    async fn a_failure_is_due_at_its_time_and_a_success_is_over(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        deliver(&rows, 1, 1).await;
        assert_eq!(store.db.next_delivery().await.expect("a look"), NextDelivery::Due);
        let first = claimed(&store.db, 9, START_MS).await.remove(0);
        assert_eq!((first.attempt, first.tries, first.body.as_str()), (1, 0, "{\"n\":1}"));
        finish(&store.db, &first, DeliveryEnding::Retry(START_MS + 5_000), START_MS + 10).await.expect("it is kept");
        let kept = find(&rows, 1, 1).await;
        assert_eq!((kept.status, kept.next_at_ms, kept.attempts), (DeliveryStatus::Pending, Some(START_MS + 5_000), 1));
        assert_eq!((kept.last_status, kept.last_error.as_deref()), (Some(500), Some("no luck")));
        assert_eq!(store.db.next_delivery().await.expect("a look"), NextDelivery::At(START_MS + 5_000));
        assert!(claimed(&store.db, 9, START_MS + 4_999).await.is_empty());
        let second = claimed(&store.db, 9, START_MS + 5_000).await.remove(0);
        assert_eq!((second.attempt, second.tries, second.lease.epoch, &second.body), (2, 1, 2, &first.body));
        finish(&store.db, &second, DeliveryEnding::Succeeded, START_MS + 5_100).await.expect("it is kept");
        let kept = find(&rows, 1, 1).await;
        assert_eq!((kept.status, kept.next_at_ms, kept.last_error), (DeliveryStatus::Succeeded, None, None));
        let whole = rows.deliveries().find(WebhookId::from_key(1), id(1)).await.expect("a look").expect("it is there");
        let attempts: Vec<_> = whole.attempts.iter().map(|attempt| (attempt.number, attempt.status, attempt.latency_ms)).collect();
        assert_eq!(attempts, [(1, Some(500), 7), (2, Some(200), 7)]);
        assert_eq!(whole.attempts[0].answer.as_deref(), Some("said"));
        assert_eq!(store.db.next_delivery().await.expect("a look"), NextDelivery::None);
    }

    async fn a_gateway_that_was_away_writes_nothing_more(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        deliver(&rows, 1, 1).await;
        let stale = claimed(&store.db, 9, START_MS).await.remove(0);
        assert_eq!(store.db.end_delivery_leases(START_MS, vec![id(1)]).await.expect("a look"), 0);
        let_leases_end(&store.db).await;
        assert_eq!(store.db.end_delivery_leases(START_MS, vec![id(1)]).await.expect("a look"), 0, "its own gateway has it");
        assert_eq!(store.db.end_delivery_leases(START_MS, Vec::new()).await.expect("a look"), 1);
        let next = claimed(&store.db, 9, START_MS).await.remove(0);
        assert_eq!((next.lease.epoch, next.attempt, &next.body), (2, 2, &stale.body));
        let late = finish(&store.db, &stale, DeliveryEnding::Succeeded, START_MS + 1).await;
        assert_eq!(refusal(late), WebhookRefusal::LeaseLost);
        assert_eq!(find(&rows, 1, 1).await.status, DeliveryStatus::Sending);
        let lost = store.db.renew_delivery_leases(vec![stale.lease, next.lease], LEASE_MS, START_MS).await.expect("renewed");
        assert_eq!(lost, [DeliveryLease { id: id(1), epoch: 1 }]);
        finish(&store.db, &next, DeliveryEnding::Succeeded, START_MS + 2).await.expect("it is kept");
        let twice = finish(&store.db, &next, DeliveryEnding::Failed, START_MS + 3).await;
        assert_eq!(refusal(twice), WebhookRefusal::LeaseLost);
        let whole = rows.deliveries().find(WebhookId::from_key(1), id(1)).await.expect("a look").expect("it is there");
        assert_eq!(whole.attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [2], "the first one is not known");
    }

    async fn five_days_of_failure_switch_a_webhook_off_and_a_success_begins_anew(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        for key in 1..=8 {
            deliver(&rows, 1, key).await;
        }
        let times = [(0, false), (DAY_MS, true), (2 * DAY_MS, false), (7 * DAY_MS - 1, false)];
        for (after_ms, succeeds) in times {
            let next = claimed(&store.db, 1, START_MS + after_ms).await.remove(0);
            let ending = if succeeds { DeliveryEnding::Succeeded } else { DeliveryEnding::Failed };
            assert_eq!(finish(&store.db, &next, ending, START_MS + after_ms).await.expect("it is kept"), None, "{after_ms}");
        }
        let webhook = rows.webhooks().find(WebhookId::from_key(1)).await.expect("a look").expect("it is there");
        assert_eq!((webhook.failures, webhook.failing_since_ms), (2, Some(START_MS + 2 * DAY_MS)));
        let under_way = claimed(&store.db, 2, START_MS + 7 * DAY_MS).await;
        let ended = finish(&store.db, &under_way[0], DeliveryEnding::Failed, START_MS + 7 * DAY_MS).await;
        assert_eq!(ended.expect("it is kept"), Some(WebhookDisabledReason::Failing));
        let webhook = rows.webhooks().find(WebhookId::from_key(1)).await.expect("a look").expect("it is there");
        assert!(!webhook.settings.is_enabled);
        assert_eq!((webhook.version, webhook.disabled), (2, Some((WebhookDisabledReason::Failing, START_MS + 7 * DAY_MS))));
        // What waits is over, what is under way comes to its end.
        assert_eq!(find(&rows, 1, 7).await.status, DeliveryStatus::Failed);
        let last = finish(&store.db, &under_way[1], DeliveryEnding::Retry(START_MS + 8 * DAY_MS), START_MS + 7 * DAY_MS).await;
        assert_eq!(last.expect("it is kept"), None);
        assert!(claimed(&store.db, 9, START_MS + 9 * DAY_MS).await.is_empty());
        assert_eq!(find(&rows, 1, under_way[1].lease.id.key()).await.status, DeliveryStatus::Failed);
        let events = rows.read(|tx| {
            let sql = "SELECT event, data FROM outbox WHERE workspace_id = $1 ORDER BY position";
            tx.query(sql, params![])?.into_iter().map(|mut row| Ok((row.next_text()?, row.next_text()?))).collect::<Result<Vec<_>, _>>()
        });
        let id = WebhookId::from_key(1);
        let data = format!("{{\"webhook_id\":\"{id}\",\"reason\":\"failing\"}}");
        assert_eq!(events.await.expect("the log"), [("webhook.disabled".to_owned(), data)]);
    }

    async fn gone_is_gone_at_once_but_for_a_test(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        rows.deliveries().create(new(1, 1, true, START_MS), None).await.expect("it is kept").expect("the webhook");
        let test = claimed(&store.db, 9, START_MS).await.remove(0);
        assert_eq!(finish(&store.db, &test, DeliveryEnding::Gone, START_MS).await.expect("it is kept"), None);
        deliver(&rows, 1, 2).await;
        deliver(&rows, 1, 3).await;
        let next = claimed(&store.db, 1, START_MS).await.remove(0);
        let gone = finish(&store.db, &next, DeliveryEnding::Gone, START_MS).await.expect("it is kept");
        assert_eq!(gone, Some(WebhookDisabledReason::Gone));
        assert_eq!(find(&rows, 1, 3).await.status, DeliveryStatus::Failed);
        rows.deliveries().create(new(1, 4, true, START_MS), None).await.expect("it is kept").expect("the webhook");
        assert_eq!(keys(&claimed(&store.db, 9, START_MS).await), [4], "a test is sent to a webhook that is off");
        let again = rows.deliveries().redeliver(WebhookId::from_key(1), id(3), START_MS, None).await;
        assert_eq!(refusal(again), WebhookRefusal::Disabled);
    }

    async fn what_is_sent_again_keeps_its_body_and_begins_its_tries_anew(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let other = super::rows(&store.db, "wsp_b").await;
        keep(&rows, 1).await;
        deliver(&rows, 1, 1).await;
        let webhook = WebhookId::from_key(1);
        let first = claimed(&store.db, 9, START_MS).await.remove(0);
        finish(&store.db, &first, DeliveryEnding::Failed, START_MS + 1).await.expect("it is kept");
        assert_eq!(other.deliveries().redeliver(webhook, id(1), START_MS, None).await.expect("a look"), None);
        let again = rows.deliveries().redeliver(webhook, id(1), START_MS + 2, None).await.expect("a look").expect("it is there");
        assert_eq!((again.status, again.next_at_ms, again.finished_at_ms), (DeliveryStatus::Pending, Some(START_MS + 2), None));
        let second = claimed(&store.db, 9, START_MS + 2).await.remove(0);
        assert_eq!((second.attempt, second.tries, second.body), (2, 0, first.body));
    }

    async fn what_is_wanted_again_while_it_is_sent_is_sent_once_more(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        deliver(&rows, 1, 1).await;
        let again = async || {
            let again = rows.deliveries().redeliver(WebhookId::from_key(1), id(1), START_MS, None).await;
            again.expect("a look").expect("it is there").status
        };
        let endings = [DeliveryEnding::Succeeded, DeliveryEnding::Failed, DeliveryEnding::Retry(START_MS + 9_000)];
        for (attempt, ending) in (1_i64..).zip(endings) {
            let sent = claimed(&store.db, 9, START_MS).await.remove(0);
            assert_eq!((sent.attempt, sent.tries), (attempt, 0));
            assert_eq!([again().await, again().await], [DeliveryStatus::Sending; 2]);
            finish(&store.db, &sent, ending, START_MS).await.expect("it is kept");
            let found = find(&rows, 1, 1).await;
            assert_eq!(
                (found.status, found.next_at_ms, found.finished_at_ms),
                (DeliveryStatus::Pending, Some(START_MS), None)
            );
        }
        let last = claimed(&store.db, 9, START_MS).await.remove(0);
        finish(&store.db, &last, DeliveryEnding::Succeeded, START_MS + 1).await.expect("it is kept");
        assert_eq!(find(&rows, 1, 1).await.status, DeliveryStatus::Succeeded, "it was wanted no more often");
        // One that was lost with its gateway is sent again in any case.
        again().await;
        claimed(&store.db, 9, START_MS).await;
        again().await;
        let_leases_end(&store.db).await;
        assert_eq!(store.db.end_delivery_leases(START_MS, Vec::new()).await.expect("a look"), 1);
        let after = claimed(&store.db, 9, START_MS).await.remove(0);
        finish(&store.db, &after, DeliveryEnding::Succeeded, START_MS + 2).await.expect("it is kept");
        assert_eq!(find(&rows, 1, 1).await.status, DeliveryStatus::Succeeded);
    }

    async fn a_recovery_takes_what_failed_between_two_times_once(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        for key in 1..=4 {
            let made = new(1, key, false, START_MS + key * 10);
            rows.deliveries().create(made, None).await.expect("it is kept").expect("the webhook");
            let next = claimed(&store.db, 1, START_MS + 100).await.remove(0);
            let ending = if key == 3 { DeliveryEnding::Succeeded } else { DeliveryEnding::Failed };
            finish(&store.db, &next, ending, START_MS + 100).await.expect("it is kept");
        }
        let webhook = WebhookId::from_key(1);
        let recovery = Recovery { webhook, from_ms: START_MS + 20, to_ms: START_MS + 41, failed_before_ms: START_MS + 101 };
        assert_eq!(rows.write(move |tx| tx.recover(recovery, START_MS + 200)).await.expect("recovered"), 2);
        let again = claimed(&store.db, 9, START_MS + 200).await;
        assert_eq!(keys(&again), [2, 4]);
        for delivery in &again {
            finish(&store.db, delivery, DeliveryEnding::Failed, START_MS + 201).await.expect("it is kept");
        }
        assert_eq!(rows.write(move |tx| tx.recover(recovery, START_MS + 300)).await.expect("recovered"), 0);
    }

    async fn lists_and_counts_are_of_one_webhook(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        keep(&rows, 2).await;
        for key in 1..=5 {
            rows.deliveries().create(new(1, key, false, START_MS + key), None).await.expect("kept").expect("the webhook");
        }
        deliver(&rows, 2, 6).await;
        let webhook = WebhookId::from_key(1);
        for delivery in claimed(&store.db, 2, START_MS + 9).await {
            finish(&store.db, &delivery, DeliveryEnding::Succeeded, START_MS + 9).await.expect("it is kept");
        }
        let page = async |filter: DeliveryFilter| {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let request = astra_core::store::PageRequest { limit: 2, after };
                let page = rows.deliveries().page(webhook, filter, request).await.expect("a page");
                found.extend(page.data.iter().map(|delivery| delivery.id.key()));
                after = page.next;
                if after.is_none() {
                    return found;
                }
            }
        };
        let all = DeliveryFilter::default();
        assert_eq!(page(all).await, [5, 4, 3, 2, 1]);
        assert_eq!(page(DeliveryFilter { status: Some(DeliveryStatus::Succeeded), ..all }).await, [2, 1]);
        assert_eq!(page(DeliveryFilter { from_ms: Some(START_MS + 2), to_ms: Some(START_MS + 5), ..all }).await, [4, 3, 2]);
        let counts = rows.deliveries().count(webhook, all).await.expect("counts");
        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [3, 0, 2, 0]);
        assert_eq!(store.db.delete_old_deliveries(START_MS + 9).await.expect("a sweep"), 0);
        assert_eq!(store.db.delete_old_deliveries(START_MS + 10).await.expect("a sweep"), 2);
        assert_eq!(page(all).await, [5, 4, 3]);
        let attempts = store.db.read(|tx| tx.one("SELECT COUNT(*) FROM delivery_attempts", params![])?.next_int());
        assert_eq!(attempts.await.expect("a count"), 0);
    }

    async fn an_old_attempt_goes_when_there_are_more_than_a_hundred(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        deliver(&rows, 1, 1).await;
        for _ in 0..103 {
            let next = claimed(&store.db, 1, START_MS).await.remove(0);
            finish(&store.db, &next, DeliveryEnding::Retry(START_MS), START_MS).await.expect("it is kept");
        }
        let whole = rows.deliveries().find(WebhookId::from_key(1), id(1)).await.expect("a look").expect("it is there");
        let numbers: Vec<_> = whole.attempts.iter().map(|attempt| attempt.number).collect();
        assert_eq!((numbers.len(), numbers[0], numbers[99]), (100, 4, 103));
    }
}

#[tokio::test]
async fn claims_of_many_at_once_do_not_meet() {
    let Some(backend) = crate::support::TestBackend::postgres().await else { return };
    let store = <TestStore as crate::support::OnBackend>::on(backend).await;
    let rows = rows(&store.db, "wsp_a").await;
    keep(&rows, 1).await;
    for key in 1..=20 {
        deliver(&rows, 1, key).await;
    }
    let claims = (0..8).map(|_| claimed(&store.db, 20, START_MS));
    let all: Vec<i64> = join_all(claims).await.iter().flat_map(|claimed| keys(claimed)).collect();
    assert!(all.len() <= 5 && !all.is_empty(), "{all:?}");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}
