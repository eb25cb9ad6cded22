//! `workspaces.create_invitation`

use astra_core::auth::Role;
use astra_core::params;
use serde_json::{Value, json};

use super::{count, here, hides_from_others, turns_away};
use crate::auth::register;
use crate::conversation::text;
use crate::support::{TestApp, TestBackend, both_backends};

fn path(app: &TestApp) -> String {
    format!("{}/invitations", here(app))
}

both_backends! {
    async fn shows_the_code_once_and_keeps_its_hash(app: TestApp) {
        register(&app).await;
        let answer = app.admin().post(&path(&app)).json(&json!({"role": "member"})).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let location = answer.header("location").to_owned();
        let made = answer.expect(201);
        assert_eq!(location, format!("{}/{}", path(&app), text(&made["invitation"], "id")));
        assert_eq!((&made["invitation"]["role"], &made["invitation"]["email"]), (&json!("member"), &json!(null)));
        assert_eq!(made["invitation"]["expires_at"], "2026-11-30T21:00:00.000Z");
        assert_eq!(text(&made, "code").len(), 23);
        assert_eq!(made["link"], json!(null));
        let audit = app.owner().get("/admin/audit?operation=workspaces.create_invitation").await.expect(200);
        assert_eq!(audit["data"][0]["target_id"], made["invitation"]["id"]);
        assert!(!audit.to_string().contains(text(&made, "code")));
        hides_from_others(&app, |caller, path| caller.post(&format!("{path}/invitations")).json(&json!({"role": "viewer"}))).await;
    }

    async fn has_a_link_where_the_operator_has_a_page_for_it(backend: TestBackend) {
        let page = "https://app.example.com/join".parse().expect("a URL");
        let app = TestApp::builder(backend).config(|config| config.auth.invitation_page = Some(page));
        let app = app.open().await;
        let made = app.admin().post(&path(&app)).json(&json!({"role": "member"})).await.expect(201);
        let link = format!("https://app.example.com/join#invitation={}", text(&made, "code"));
        assert_eq!(made["link"], link);
    }

    async fn has_a_link_to_the_console_where_the_gateway_knows_its_address(backend: TestBackend) {
        let url = "https://astra.example.com/gateway/".parse().expect("a URL");
        let app = TestApp::builder(backend).config(|config| config.public_url = Some(url)).open().await;
        let made = app.admin().post(&path(&app)).json(&json!({"role": "member"})).await.expect(201);
        let link = format!("https://astra.example.com/gateway/console/invitation#invitation={}", text(&made, "code"));
        assert_eq!(made["link"], link);
    }

    async fn answers_one_idempotency_key_with_one_code(app: TestApp) {
        let ask = |wish: &Value| app.admin().post(&path(&app)).header("idempotency-key", "key-1").json(wish);
        let first = ask(&json!({"role": "member"})).await.expect(201);
        assert_eq!(ask(&json!({"role": "member"})).await.expect(201), first);
        ask(&json!({"role": "viewer"})).await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(count(&app, "invitations").await, 1);
        let code = text(&first, "code").to_owned();
        let rows = app.store();
        let kept = rows.read(move |tx| {
            let sql = "SELECT k.answer FROM idempotency_keys k WHERE k.workspace_id = $1";
            Ok(tx.one(sql, params![])?.next_text()?.contains(&code))
        });
        assert!(!kept.await.expect("a look"), "the store has the code");
    }

    async fn gives_no_higher_role_than_the_makers(app: TestApp) {
        app.admin().post(&path(&app)).json(&json!({"role": "owner"})).await.expect_problem(403, "forbidden");
        app.admin().post(&path(&app)).json(&json!({"role": "admin"})).await.expect(201);
        app.owner().post(&path(&app)).json(&json!({"role": "owner"})).await.expect(201);
    }

    async fn keeps_so_many_open(app: TestApp) {
        let number = app.store().workspace().number();
        let db = app.db();
        let fill = db.write(move |tx| {
            for one in 0..1_000_u32 {
                let sql = "INSERT INTO invitations (workspace_id, id, role, code_hash, created_by, created_at, expires_at)
                    VALUES ($1, $2, 'viewer', $3, 'usr_1', 0, $4)";
                let hash = one.to_be_bytes();
                tx.execute(sql, params![number, &format!("inv_{one}"), hash.as_slice(), i64::MAX])?;
            }
            Ok(())
        });
        fill.await.expect("rows");
        app.admin().post(&path(&app)).json(&json!({"role": "viewer"})).await.expect_problem(409, "conflict");
    }
}

#[tokio::test]
async fn is_for_admins_and_what_is_an_invitation() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Admin, |caller| caller.post(&path(&app)).json(&json!({"role": "viewer"}))).await;
    for (wrong, pointer) in [
        (json!({}), "/role"),
        (json!({"role": "king"}), "/role"),
        (json!({"role": "viewer", "email": "bob"}), "/email"),
        (json!({"role": "viewer", "expires_in_s": 59}), "/expires_in_s"),
        (json!({"role": "viewer", "expires_in_s": 2_592_001}), "/expires_in_s"),
        (json!({"role": "viewer", "code": "mine"}), "/code"),
    ] {
        let problem = app.owner().post(&path(&app)).json(&wrong).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}
