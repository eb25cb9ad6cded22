//! Webhooks: each workspace its own, within its quota; and from events to deliveries, each once.

use astra_core::ids::{CountingIds, EventId, IdMaker, WebhookId};
use astra_core::params;
use astra_core::store::{
    AgentSlug, Db, DeliveryFilter, Error, EventName, FanOut, OnceKey, PageRequest, Precondition, Refusal, Revision,
    Rows, StoredEvent, StoredWebhook, WebhookChange, WebhookPayload, WebhookRefusal, WebhookSecretStamp,
    WebhookSettings,
};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

/// The rows of a workspace.
pub(super) async fn rows(db: &Db, workspace: &str) -> Rows {
    db.rows(&db.ensure_workspace(workspace, START_MS).await.expect("a workspace"))
}

fn settings() -> WebhookSettings {
    serde_json::from_str(r#"{"url": "https://hooks.example/a"}"#).expect("settings")
}

fn new(key: i64, settings: WebhookSettings) -> StoredWebhook {
    StoredWebhook {
        id: WebhookId::from_key(key),
        version: 1,
        settings,
        header_names: vec!["X-Team".into()],
        sealed: vec![0, 1, 0xff],
        secrets: vec![WebhookSecretStamp { number: 1, created_at_ms: START_MS, until_ms: None }],
        disabled: None,
        failures: 0,
        failing_since_ms: None,
        last_success_ms: None,
        from_position: 0,
        created_at_ms: START_MS,
        updated_at_ms: START_MS,
        created_by: "usr_1".into(),
    }
}

/// Keeps a webhook that wants all events.
pub(super) async fn keep(rows: &Rows, key: i64) -> StoredWebhook {
    rows.webhooks().create(new(key, settings()), 50, None).await.expect("it is kept")
}

fn change(key: i64, settings: WebhookSettings) -> WebhookChange {
    let (id, header_names) = (WebhookId::from_key(key), Vec::new());
    WebhookChange { id, settings, header_names, sealed: vec![7], now_ms: START_MS + 1 }
}

/// An event in the log of a workspace.
async fn emit(rows: &Rows, position: i64, event: &'static str, agent_id: Option<&'static str>) {
    let work = rows.write(move |tx| {
        let head = "INSERT INTO event_heads (workspace_id, position, logged_at_ms) VALUES ($1, $2, $3)
            ON CONFLICT (workspace_id) DO UPDATE SET position = excluded.position";
        tx.execute(head, params![position, START_MS])?;
        let sql =
            "INSERT INTO outbox (workspace_id, position, id, at_ms, logged_at_ms, event, agent_id, resource_id, data)
            VALUES ($1, $2, $3, $4, $4, $5, $6, 'r', '{}')";
        tx.execute(sql, params![position, position + 900, START_MS, event, agent_id])
    });
    work.await.expect("it is written");
}

fn ids() -> IdMaker {
    IdMaker::new(CountingIds::default())
}

fn work(ids: &IdMaker) -> FanOut {
    fn body(event: &StoredEvent, payload: WebhookPayload) -> String {
        format!("{}/{payload:?}", event.position)
    }
    FanOut { ids: ids.clone(), body, now_ms: START_MS + 5 }
}

/// The bodies of a webhook's deliveries, oldest first.
async fn bodies(rows: &Rows, key: i64) -> Vec<String> {
    let sql = "SELECT body FROM deliveries WHERE workspace_id = $1 AND webhook_id = $2 ORDER BY id";
    let found = rows.read(move |tx| tx.query(sql, params![key])?.iter_mut().map(|row| row.next_text()).collect());
    found.await.expect("deliveries")
}

both_backends! {
    async fn a_webhook_is_its_workspaces_own(store: TestStore) {
        let (here, there) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        let kept = keep(&here, 1).await;
        let id = WebhookId::from_key(1);
        assert_eq!(here.webhooks().find(id).await.expect("a look"), Some(kept.clone()));
        assert_eq!(there.webhooks().find(id).await.expect("a look"), None);
        let request = || PageRequest { limit: 9, after: None };
        assert_eq!(there.webhooks().page(request()).await.expect("a page").data, []);
        assert_eq!(there.webhooks().update(change(1, settings()), Precondition::Any).await.expect("a look"), None);
        assert!(!there.webhooks().delete(id, Precondition::Any, START_MS).await.expect("a look"));
        assert_eq!(there.webhooks().rotate(id, START_MS, 5, START_MS, None).await.expect("a look"), None);
        keep(&here, 2).await;
        let keys: Vec<_> = here.webhooks().page(request()).await.expect("a page").data.iter().map(|found| found.id.key()).collect();
        assert_eq!(keys, [2, 1]);
        assert!(here.webhooks().delete(id, Precondition::Any, START_MS).await.expect("a look"));
        assert_eq!(here.webhooks().find(id).await.expect("a look"), None);
    }

    async fn a_workspace_has_a_quota_whoever_asks_at_once(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 100).await;
        let asks = (1..=6).map(|key| rows.webhooks().create(new(key, settings()), 3, None));
        let made = join_all(asks).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 2, "{made:?}");
        let is_refused = |made: &Result<_, Error>| matches!(made, Err(Error::Refused(Refusal::Webhook(WebhookRefusal::TooMany))));
        assert_eq!(made.iter().filter(|made| is_refused(made)).count(), 4, "{made:?}");
    }

    async fn a_key_makes_one_webhook_and_keeps_no_header(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let once = || Some(OnceKey { caller: "usr_1".into(), key: "k".into(), request_hash: "h".into() });
        let first = rows.webhooks().create(new(1, settings()), 9, once()).await.expect("it is kept");
        let second = rows.webhooks().create(new(2, settings()), 9, once()).await.expect("the first one's answer");
        assert_eq!((second.id, second.sealed, first.sealed), (first.id, Vec::new(), vec![0, 1, 0xff]));
    }

    async fn a_change_needs_the_state_that_was_seen(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let seen = keep(&rows, 1).await.revision();
        let other = WebhookSettings { url: "https://b.example/".into(), ..settings() };
        let changed = rows.webhooks().update(change(1, other.clone()), Precondition::OneOf(vec![seen])).await;
        let changed = changed.expect("a look").expect("it is there");
        assert_eq!((changed.version, &changed.settings, &changed.sealed), (2, &other, &vec![7]));
        assert_eq!(changed.revision(), Revision { version: 2, updated_at_ms: START_MS + 1 });
        let stale = rows.webhooks().update(change(1, settings()), Precondition::OneOf(vec![seen])).await;
        assert!(matches!(stale, Err(Error::Refused(Refusal::Stale))), "{stale:?}");
        let stale = rows.webhooks().delete(WebhookId::from_key(1), Precondition::OneOf(vec![seen]), START_MS).await;
        assert!(matches!(stale, Err(Error::Refused(Refusal::Stale))), "{stale:?}");
    }

    async fn secrets_end_and_there_are_so_many_at_the_most(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        keep(&rows, 1).await;
        let rotate = async |now_ms: i64| rows.webhooks().rotate(WebhookId::from_key(1), now_ms + 100, 3, now_ms, None).await;
        let secrets = |webhook: &StoredWebhook| webhook.secrets.iter().map(|secret| (secret.number, secret.until_ms)).collect::<Vec<_>>();
        let first = rotate(START_MS).await.expect("rotated").expect("it is there");
        assert_eq!(secrets(&first), [(1, Some(START_MS + 100)), (2, None)]);
        rotate(START_MS + 10).await.expect("rotated");
        let many = rotate(START_MS + 20).await;
        assert!(matches!(many, Err(Error::Refused(Refusal::Webhook(WebhookRefusal::TooManySecrets)))), "{many:?}");
        let later = rotate(START_MS + 105).await.expect("rotated").expect("it is there");
        assert_eq!(secrets(&later), [(2, Some(START_MS + 110)), (3, Some(START_MS + 205)), (4, None)]);
        assert_eq!(later.version, 4);
    }

    async fn each_event_becomes_one_delivery_to_each_webhook_that_wants_it(store: TestStore) {
        let (rows, ids) = (rows(&store.db, "wsp_a").await, ids());
        emit(&rows, 1, "agent.updated", Some("a")).await;
        keep(&rows, 1).await;
        let some = WebhookSettings { events: vec![EventName("agent.updated".into())], ..settings() };
        let thin = WebhookSettings { payload: WebhookPayload::Thin, agent_ids: vec![AgentSlug("b".into())], ..settings() };
        let off = WebhookSettings { is_enabled: false, ..settings() };
        for (key, settings) in [(2, some), (3, thin), (4, off)] {
            rows.webhooks().create(new(key, settings), 9, None).await.expect("it is kept");
        }
        assert!(store.db.workspaces_to_fan_out().await.expect("a look").is_empty(), "what was before is not sent");
        emit(&rows, 2, "agent.updated", Some("a")).await;
        emit(&rows, 3, "webhook.disabled", None).await;
        emit(&rows, 4, "agent.updated", Some("b")).await;
        emit(&rows, 5, "turn.started", Some("b")).await;
        assert_eq!(store.db.workspaces_to_fan_out().await.expect("a look"), [rows.workspace().clone()]);
        let gateways = (0..4).map(|_| store.db.fan_out(rows.workspace(), work(&ids)));
        let counts: Vec<u32> = join_all(gateways).await.into_iter().map(|count| count.expect("fanned out")).collect();
        assert_eq!(counts.iter().sum::<u32>(), 4, "{counts:?}");
        assert_eq!(store.db.fan_out(rows.workspace(), work(&ids)).await.expect("fanned out"), 0);
        assert!(store.db.workspaces_to_fan_out().await.expect("a look").is_empty());
        assert_eq!(bodies(&rows, 1).await, ["2/Full", "3/Full", "4/Full"]);
        assert_eq!(bodies(&rows, 2).await, ["2/Full", "4/Full"]);
        assert_eq!(bodies(&rows, 3).await, ["4/Thin"]);
        assert_eq!(bodies(&rows, 4).await, [""; 0]);
        let page = rows.deliveries().page(WebhookId::from_key(3), DeliveryFilter::default(), PageRequest { limit: 9, after: None });
        assert_eq!(page.await.expect("a page").data[0].event_id, EventId::from_key(904));
    }

    async fn events_that_were_swept_are_passed_over(store: TestStore) {
        let (rows, ids) = (rows(&store.db, "wsp_a").await, ids());
        keep(&rows, 1).await;
        for position in 1..=3 {
            emit(&rows, position, "agent.updated", None).await;
        }
        store.db.write(|tx| tx.execute("DELETE FROM outbox WHERE position < 3", params![])).await.expect("swept");
        assert_eq!(store.db.fan_out(rows.workspace(), work(&ids)).await.expect("fanned out"), 1);
        emit(&rows, 4, "agent.updated", None).await;
        store.db.write(|tx| tx.execute("DELETE FROM outbox", params![])).await.expect("swept");
        assert_eq!(store.db.fan_out(rows.workspace(), work(&ids)).await.expect("fanned out"), 0);
        assert!(store.db.workspaces_to_fan_out().await.expect("a look").is_empty(), "it is not looked at again and again");
        assert_eq!(bodies(&rows, 1).await, ["3/Full"]);
    }

    async fn many_events_become_deliveries_piece_by_piece(store: TestStore) {
        let (rows, ids) = (rows(&store.db, "wsp_a").await, ids());
        keep(&rows, 1).await;
        for position in 1..=130 {
            emit(&rows, position, "agent.updated", None).await;
        }
        let mut counts = Vec::new();
        for _ in 0..3 {
            counts.push(store.db.fan_out(rows.workspace(), work(&ids)).await.expect("fanned out"));
        }
        assert_eq!(counts, [100, 30, 0]);
        assert_eq!(bodies(&rows, 1).await.len(), 130);
    }

    async fn a_webhook_that_goes_takes_what_waits_with_it(store: TestStore) {
        let (rows, ids) = (rows(&store.db, "wsp_a").await, ids());
        keep(&rows, 1).await;
        emit(&rows, 1, "agent.updated", None).await;
        store.db.fan_out(rows.workspace(), work(&ids)).await.expect("fanned out");
        let off = WebhookSettings { is_enabled: false, ..settings() };
        rows.webhooks().update(change(1, off), Precondition::Any).await.expect("a look").expect("it is there");
        let count = async |status: &'static str| {
            let sql = "SELECT COUNT(*) FROM deliveries WHERE workspace_id = $1 AND status = $2";
            rows.read(move |tx| tx.one(sql, params![status])?.next_int()).await.expect("a count")
        };
        assert_eq!((count("pending").await, count("failed").await), (0, 1));
        rows.webhooks().update(change(1, settings()), Precondition::Any).await.expect("a look").expect("it is there");
        emit(&rows, 2, "agent.updated", None).await;
        store.db.fan_out(rows.workspace(), work(&ids)).await.expect("fanned out");
        assert_eq!(count("pending").await, 1);
        rows.webhooks().delete(WebhookId::from_key(1), Precondition::Any, START_MS + 9).await.expect("a look");
        assert_eq!((count("pending").await, count("failed").await), (0, 2));
    }
}
