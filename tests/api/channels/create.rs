//! `channels.create`

use serde_json::{Value, json};

use super::{PATH, SECRET, channel, is_for_admins, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_a_channel_and_shows_no_secret(app: TestApp) {
        let answer = app.admin().post(PATH).header("idempotency-key", "k").json(&channel()).await;
        let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
        let made = answer.expect(201);
        assert_eq!(location, format!("/channels/{}", made["id"].as_str().expect("an id")));
        assert_eq!((&made["kind"], &made["groups"], &made["is_enabled"]), (&json!("generic"), &json!("mentions"), &json!(true)));
        assert_eq!(made["platform_settings"], json!({"streaming": "off", "url": "https://chat.example/astra"}));
        assert_eq!(made["secrets"], json!([{"name": "secret", "set_at": "2026-11-23T21:00:00.000Z", "previous_until": null}]));
        assert_eq!(made["webhook_url"], format!("https://<gateway>{location}/webhook"));
        assert!(made["set_up"][0].as_str().is_some_and(|step| step.contains(&location)), "{made}");
        assert_eq!(made["created_by"], app.admin().get("/auth/me").await.expect(200)["id"]);
        let read = app.admin().get(&location).await;
        assert_eq!(read.header("etag"), etag);
        assert_eq!(read.expect(200), made);
        let again = app.admin().post(PATH).header("idempotency-key", "k").json(&channel()).await.expect(201);
        assert_eq!(again, made);
        let mut seen = made.to_string();
        for (table, column) in [("audit", "changes"), ("audit", "differences"), ("idempotency_keys", "answer"), ("channels", "fields")] {
            let sql = format!("SELECT {column} FROM {table} WHERE workspace_id = $1");
            let rows = app.store().read(move |tx| {
                tx.query(&sql, &[])?.iter_mut().map(|row| row.next_optional_text()).collect::<Result<Vec<_>, _>>()
            });
            seen += &format!("{:?}", rows.await.expect("rows"));
        }
        assert!(seen.contains("chat.example") && !seen.contains(&SECRET[6..]), "{seen}");
        let sealed = app.store().read(|tx| tx.one("SELECT sealed FROM channels WHERE workspace_id = $1", &[])?.next_bytes());
        assert!(!String::from_utf8_lossy(&sealed.await.expect("a row")).contains(&SECRET[6..]));
    }

    async fn a_workspace_has_a_bounded_number(app: TestApp) {
        for _ in 0..50 {
            app.admin().post(PATH).json(&channel()).await.expect(201);
        }
        let problem = app.admin().post(PATH).json(&channel()).await.expect_problem(409, "conflict");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("has 50 channels")), "{problem}");
        app.other_workspace().post(PATH).json(&channel()).await.expect(201);
    }
}

#[tokio::test]
async fn refuses_what_cannot_work_and_says_where() {
    let app = TestApp::new().await;
    let with = |field: &str, value: Value| {
        let mut new = channel();
        let (parent, name) = field.rsplit_once('/').expect("a pointer");
        let parent = if parent.is_empty() { Some(&mut new) } else { new.pointer_mut(parent) };
        parent.expect("a parent")[name] = value;
        new
    };
    for (field, value) in [
        ("/platform/url", json!("http://127.0.0.1/")),
        ("/platform/url", json!("https://chat.example/?a=b")),
        ("/platform/url", json!("no URL")),
        ("/platform/secret", json!("whsec_short")),
        ("/platform/streaming", json!("maybe")),
        ("/platform/signing_secret", json!("of another platform")),
        ("/platform/kind", json!("carrier_pigeon")),
        ("/agent_id", json!("Not A Slug")),
        ("/name", json!(" ")),
        ("/groups", json!("some")),
    ] {
        let problem =
            app.admin().post(PATH).json(&with(field, value.clone())).await.expect_problem(422, "invalid_request");
        assert!(pointers(&problem).iter().all(|pointer| field.starts_with(pointer)), "{field} {value}: {problem}");
        assert!(!problem.to_string().contains("whsec_short"), "{problem}");
    }
    let host = json!({"kind": "host", "name": "intranet_chat", "values": {}});
    let problem = app.admin().post(PATH).json(&with("/platform", host)).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/platform/kind"]);
    assert_eq!(app.admin().get(PATH).await.expect(200)["data"], json!([]));
    is_for_admins(&app, |caller| caller.post(PATH).json(&channel())).await;
}
