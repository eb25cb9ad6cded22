//! `webhooks.create`

use std::future::IntoFuture;

use astra_core::webhooks::SigningSecret;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{PATH, is_a_change, pointers, turns_away, webhook};
use crate::support::{TestApp, both_backends};

/// What no row and no answer may repeat.
const SECRETS: [&str; 2] = ["hidden-token", "hidden-header"];

fn secretive() -> Value {
    json!({"url": "https://hooks.example/a", "events": ["agent.updated"], "agent_ids": ["support"], "payload": "thin",
        "headers": {"Authorization": "Bearer hidden-token", "X-Key": "hidden-header"}, "description": "For the help desk."})
}

both_backends! {
    async fn shows_the_secret_once(app: TestApp) {
        let answer = app.admin().post(PATH).json(&webhook()).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
        let made = answer.expect(201);
        let secret = made["secret"].as_str().expect("a secret");
        assert!(secret.starts_with("whsec_") && SigningSecret::parse(secret).is_some(), "{secret}");
        let shown = &made["webhook"];
        assert_eq!(location, format!("/webhooks/{}", shown["id"].as_str().expect("an id")));
        assert_eq!((&shown["events"], &shown["payload"], &shown["is_enabled"]), (&json!([]), &json!("full"), &json!(true)));
        assert_eq!(shown["secrets"], json!([{"created_at": "2026-11-23T21:00:00.000Z", "expires_at": null}]));
        assert_eq!((&shown["consecutive_failures"], &shown["disabled_reason"]), (&json!(0), &Value::Null));
        assert_eq!(shown["created_by"], app.admin().get("/auth/me").await.expect(200)["id"]);
        let read = app.admin().get(&location).await;
        assert_eq!(read.header("etag"), etag);
        assert_eq!(&read.expect(200), shown);
        assert!(!app.admin().get(PATH).await.expect(200).to_string().contains(&secret[6..]));
        let other = app.admin().post(PATH).json(&webhook()).await.expect(201);
        assert_ne!(other["secret"], made["secret"]);
    }

    async fn no_secret_is_kept_as_it_is_nor_shown(app: TestApp) {
        let made = app.admin().post(PATH).header("idempotency-key", "k").json(&secretive()).await.expect(201);
        assert_eq!(made["webhook"]["header_names"], json!(["Authorization", "X-Key"]));
        assert_eq!((&made["webhook"]["payload"], &made["webhook"]["agent_ids"]), (&json!("thin"), &json!(["support"])));
        let key = made["secret"].as_str().expect("a secret").trim_start_matches("whsec_").to_owned();
        let mut seen = made["webhook"].to_string() + &app.admin().get(PATH).await.expect(200).to_string();
        for (table, column) in
            [("audit", "changes"), ("audit", "differences"), ("idempotency_keys", "answer"), ("webhooks", "settings"), ("webhooks", "secrets")]
        {
            let sql = format!("SELECT {column} FROM {table} WHERE workspace_id = $1");
            let store = app.store();
            let rows = store.read(move |tx| {
                tx.query(&sql, &[])?.iter_mut().map(|row| row.next_optional_text()).collect::<Result<Vec<_>, _>>()
            });
            seen += &format!("{:?}", rows.await.expect("rows"));
        }
        assert!(seen.contains("https://hooks.example/a") && seen.contains("X-Key"), "{seen}");
        assert!(SECRETS.iter().all(|secret| !seen.contains(secret)) && !seen.contains(&key), "{seen}");
        let store = app.store();
        let sealed = store.read(|tx| tx.one("SELECT sealed FROM webhooks WHERE workspace_id = $1", &[])?.next_bytes());
        assert!(!String::from_utf8_lossy(&sealed.await.expect("a row")).contains("hidden"));
    }

    async fn one_key_makes_one_webhook_and_shows_the_same_secret(app: TestApp) {
        let ask = |body: Value| app.admin().post(PATH).header("idempotency-key", "key-1").json(&body);
        let first = ask(webhook()).await.expect(201);
        app.clock.advance_ms(1000);
        assert_eq!(ask(webhook()).await.expect(201), first);
        ask(secretive()).await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(app.admin().get(PATH).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }

    async fn a_workspace_has_a_bounded_number(app: TestApp) {
        let admin = app.admin();
        for _ in 0..48 {
            admin.post(PATH).json(&webhook()).await.expect(201);
        }
        let asks = (0..5).map(|_| admin.post(PATH).json(&webhook()).into_future());
        let answers: Vec<u16> = join_all(asks).await.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(answers.iter().filter(|status| **status == 201).count(), 2, "{answers:?}");
        let problem = admin.post(PATH).json(&webhook()).await.expect_problem(409, "conflict");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("has 50 webhooks")), "{problem}");
        app.other_workspace().post(PATH).json(&webhook()).await.expect(201);
    }
}

#[tokio::test]
async fn refuses_what_cannot_work_and_says_where() {
    let app = TestApp::new().await;
    let with = |change: Value| {
        let mut new = webhook();
        new.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        new
    };
    let urls = [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[fd00:ec2::254]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://localhost/",
        "http://a.LOCALHOST./",
        "https://hooks.example:22/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example/\r\nHost: a",
        "https://hooks.example/a b",
        "not a URL",
        "",
    ];
    for url in urls {
        let problem =
            app.admin().post(PATH).json(&with(json!({"url": url}))).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), ["/url"], "{url}: {problem}");
    }
    for (change, pointer) in [
        (json!({"events": ["agent.exploded"]}), "/events/0"),
        (json!({"events": ["agent.updated", "turn.started"]}), "/events/1"),
        (json!({"events": ["Agent Updated"]}), "/events/0"),
        (json!({"agent_ids": ["Not A Slug"]}), "/agent_ids/0"),
        (json!({"payload": "huge"}), "/payload"),
        (json!({"is_enabled": "yes"}), "/is_enabled"),
        (json!({"description": "x".repeat(1025)}), "/description"),
        (json!({"headers": {"X-A": "b\r\nX-C: d"}}), "/headers/X-A"),
        (json!({"headers": {"webhook-signature": "a"}}), "/headers/webhook-signature"),
        (json!({"headers": {"Content-Length": "a"}}), "/headers/Content-Length"),
        (json!({"headers": {"Authorization": "a", "authorization": "b"}}), "/headers/authorization"),
        (json!({"headers": {"X-A": 1}}), "/headers/X-A"),
        (json!({"secret": "whsec_mine"}), "/secret"),
    ] {
        let problem = app.admin().post(PATH).json(&with(change.clone())).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{change}: {problem}");
    }
    assert_eq!(app.admin().get(PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_header_is_not_repeated_in_a_refusal() {
    let app = TestApp::new().await;
    let mut body = secretive();
    body["headers"]["X-Key"] = json!("hidden-header\n");
    body["url"] = json!("http://10.0.0.1/");
    let problem = app.admin().post(PATH).json(&body).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/url", "/headers/X-Key"], "{problem}");
    assert!(!problem.to_string().contains("hidden"), "{problem}");
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| caller.post(PATH).json(&webhook())).await;
    is_a_change(&app, |caller| caller.post(PATH).json(&webhook())).await;
    assert_eq!(app.admin().get(PATH).await.expect(200)["data"], json!([]));
}
