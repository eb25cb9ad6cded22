//! Who changed what: each change that an operation makes is on record with its caller and its request; what changes nothing is not.

use astra_core::auth::{NewAccount, Role};
use astra_core::params;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, id_of, question, question_in, text};
use crate::support::{TestApp, both_backends};

/// A row of the audit: action, kind and id of what was changed, changes, who, and by which request.
#[derive(Debug, PartialEq)]
struct Entry {
    action: String,
    target: (String, String),
    changes: Value,
    subject: String,
    request_id: String,
}

/// The audit of the workspace, oldest first.
async fn audit(app: &TestApp) -> Vec<Entry> {
    let store = app.store();
    let rows = store.read(|tx| {
        let sql = "SELECT a.action, a.target_kind, a.target_id, a.changes, a.actor, a.request_id FROM audit a
            WHERE a.workspace_id = $1 ORDER BY a.sequence";
        let rows = tx.query(sql, params![])?.into_iter().map(|mut row| {
            Ok(Entry {
                action: row.next_text()?,
                target: (row.next_text()?, row.next_text()?),
                changes: row
                    .next_optional_text()?
                    .map_or(Value::Null, |text| serde_json::from_str(&text).expect("JSON")),
                subject: row.next_text()?,
                request_id: row.next_text()?,
            })
        });
        rows.collect()
    });
    rows.await.expect("the audit")
}

/// Action, id of the target and changes of what was written after the first `before` rows.
async fn since(app: &TestApp, before: usize) -> Vec<(String, String, Value)> {
    let entries = audit(app).await.into_iter().skip(before);
    entries.map(|entry| (entry.action, entry.target.1, entry.changes)).collect()
}

fn row(action: &str, target: &str, changes: Value) -> (String, String, Value) {
    (action.to_owned(), target.to_owned(), changes)
}

both_backends! {
    async fn a_change_names_its_caller_and_its_request(talk: Talk) {
        let (admin, member) = (talk.app.admin(), talk.app.member());
        let before = audit(&talk.app).await.len();
        admin.post("/agents").header("x-request-id", "build-42").json(&json!({"id": "own", "model": {"provider": "echo"}})).await.expect(201);
        let session = member.post("/sessions").header("x-request-id", "page-7").json(&json!({"agent_id": AGENT})).await.expect(201);
        let (admins, members) = (admin.get("/auth/me").await.expect(200), member.get("/auth/me").await.expect(200));
        let entries: Vec<_> = audit(&talk.app).await.into_iter().skip(before).collect();
        let expected = |action: &str, kind: &str, id: &str, changes: Value, who: &Value, request_id: &str| Entry {
            action: action.into(),
            target: (kind.into(), id.into()),
            changes,
            subject: text(who, "id").into(),
            request_id: request_id.into(),
        };
        assert_eq!(entries, [
            expected("agents.create", "agent", "own", json!({"version": 1}), &admins, "build-42"),
            expected("sessions.create", "session", id_of(&session), json!({"agent_id": AGENT}), &members, "page-7"),
        ]);
    }

    async fn every_change_of_an_agent_is_on_record(talk: Talk) {
        let admin = talk.app.admin();
        let before = audit(&talk.app).await.len();
        let new = json!({"id": "own", "model": {"provider": "echo"}});
        for _ in 0..2 {
            admin.post("/agents").header("idempotency-key", "once").json(&new).await.expect(201);
        }
        admin.post("/agents").json(&new).await.expect_problem(409, "conflict");
        admin.patch("/agents/own").json(&json!({"system_prompt": "secret words"})).await.expect(200);
        admin.put("/agents/own").json(&json!({"model": {"provider": "echo"}})).await.expect(200);
        admin.put("/agents/own/versions/2/label").json(&json!({"label": "live"})).await.expect(200);
        admin.post("/agents/own/rollback/2").await.expect(200);
        admin.post("/agents/own/clone").json(&json!({"id": "copy"})).await.expect(201);
        let file = json!({"format": "astra.agent.v1", "id": "filed", "definition": {"model": {"provider": "echo"}}});
        admin.post("/agents/import").json(&file).await.expect(201);
        admin.delete("/agents/copy").await.expect(204);
        admin.get("/agents/own").await.expect(200);
        assert_eq!(since(&talk.app, before).await, [
            row("agents.create", "own", json!({"version": 1})),
            row("agents.update", "own", json!({"version": 2})),
            row("agents.replace", "own", json!({"version": 3})),
            row("agents.label_version", "own", json!({"version": 2, "label": "live"})),
            row("agents.rollback", "own", json!({"version": 4, "from_version": 2})),
            row("agents.clone", "copy", json!({"version": 1})),
            row("agents.import", "filed", json!({"version": 1})),
            row("agents.delete", "copy", json!({"version": 1})),
        ]);
    }

    async fn every_change_of_a_session_is_on_record_and_no_turn_is(talk: Talk) {
        let member = talk.app.member();
        let session = talk.session().await;
        let before = audit(&talk.app).await.len();
        talk.say("in a session of its own").await;
        talk.say_in(&session, "hello").await;
        member.post("/chat/stream").json(&question_in(&session, "stream")).await.events().await;
        talk.app.other_member().post("/chat").json(&question("hello")).await.expect(200);
        assert_eq!(since(&talk.app, before).await, []);
        let path = format!("/sessions/{}", id_of(&session));
        member.patch(&path).json(&json!({"title": "secret words", "metadata": {"a": "secret"}})).await.expect(200);
        talk.app.other_member().patch(&path).json(&json!({"title": "x"})).await.expect_problem(404, "not_found");
        member.post(&format!("{path}/compact")).await.expect(200);
        let fork = member.post(&format!("{path}/fork")).json(&json!({})).await.expect(201);
        let successor = member.post(&format!("{path}/reset")).await.expect(201);
        member.post(&format!("{path}/reset")).await.expect_problem(409, "conflict");
        member.delete(&path).await.expect(204);
        member.delete(&path).await.expect_problem(404, "not_found");
        assert_eq!(since(&talk.app, before).await, [
            row("sessions.update", id_of(&session), json!({"fields": ["title", "metadata"]})),
            row("sessions.compact", id_of(&session), Value::Null),
            row("sessions.fork", id_of(&fork), json!({"from_session_id": id_of(&session)})),
            row("sessions.reset", id_of(&session), json!({"successor_id": id_of(&successor)})),
            row("sessions.delete", id_of(&session), Value::Null),
        ]);
    }

    async fn every_change_of_credentials_is_on_record_without_secrets(talk: Talk) {
        let owner = talk.app.owner();
        let before = audit(&talk.app).await.len();
        let new = json!({"name": "ci", "role": "member", "scopes": ["auth:read"]});
        let account = owner.post("/auth/service-accounts").json(&new).await.expect(201);
        let id = text(&account, "id");
        let path = format!("/auth/service-accounts/{id}");
        owner.patch(&path).json(&json!({"role": "viewer"})).await.expect(200);
        let token = owner.post(&format!("{path}/tokens")).json(&json!({})).await.expect(201);
        let token_id = text(&token["token"], "id");
        owner.post(&format!("/auth/tokens/{token_id}/rotate")).json(&json!({"grace_s": 5})).await.expect(200);
        owner.delete(&format!("/auth/tokens/{token_id}")).await.expect(204);
        owner.delete(&format!("/auth/tokens/{token_id}")).await.expect_problem(404, "not_found");
        let key = owner.post("/auth/keys/rotate").await.expect(200);
        owner.delete(&path).await.expect(204);
        let entries = since(&talk.app, before).await;
        let actions: Vec<_> = entries.iter().map(|(action, target, _)| (action.as_str(), target.as_str())).collect();
        assert_eq!(actions, [
            ("auth.create_service_account", id),
            ("auth.update_service_account", id),
            ("auth.issue_token", token_id),
            ("auth.rotate_token", token_id),
            ("auth.revoke_token", token_id),
            ("auth.rotate_keys", text(&key, "kid")),
            ("auth.delete_service_account", id),
        ]);
        assert_eq!(entries[0].2, json!({"name": "ci", "role": "member", "scopes": "auth:read"}));
        assert_eq!(entries[3].2, json!({"grace_s": 5}));
    }

    async fn every_change_of_an_own_account_is_on_record_without_secrets(talk: Talk) {
        let (app, email) = (&talk.app, "bob@example.org");
        let new = NewAccount { email: email.into(), password: "first password".into(), display_name: None, role: Role::Member };
        app.authority().create_account(&app.authority().operator(), new).await.expect("an account");
        let sign_in = async |password: &str| {
            let grant = json!({"grant_type": "password", "username": email, "password": password});
            app.anonymous().post("/auth/token").json(&grant).await.expect(200)
        };
        let bob = app.bearer(text(&sign_in("first password").await, "access_token"));
        let id = text(&bob.get("/auth/me").await.expect(200), "id").to_owned();
        let before = audit(app).await.len();
        sign_in("first password").await;
        let change = json!({"current_password": "first password", "new_password": "second password"});
        bob.put("/auth/me/password").json(&change).await.expect(204);
        bob.put("/auth/me/password").json(&change).await.expect_problem(422, "invalid_request");
        let second = sign_in("second password").await;
        sign_in("second password").await;
        let sign_in_id = text(&second, "refresh_token").split('.').next().expect("an id");
        bob.delete(&format!("/auth/me/sign-ins/{sign_in_id}")).await.expect(204);
        bob.delete(&format!("/auth/me/sign-ins/{sign_in_id}")).await.expect_problem(404, "not_found");
        for _ in 0..2 {
            bob.delete("/auth/me/sign-ins?keep_current=true").await.expect(204);
        }
        assert_eq!(since(app, before).await, [
            row("auth.change_password", &id, json!({"password": true, "ended_sign_ins": 1})),
            row("auth.end_sign_in", sign_in_id, Value::Null),
            row("auth.end_sign_ins", &id, json!({"ended_sign_ins": 1})),
        ]);
        // Who did what stays on record without what it was.
        bob.delete("/auth/me").json(&json!({"current_password": "second password"})).await.expect(204);
        assert_eq!(since(app, before).await, [
            row("auth.change_password", &id, Value::Null),
            row("auth.end_sign_in", sign_in_id, Value::Null),
            row("auth.end_sign_ins", &id, Value::Null),
            row("auth.delete_account", &id, json!({"rows": 0})),
        ]);
    }

    async fn old_rows_are_swept_in_pieces(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}", id_of(&session));
        talk.app.member().patch(&path).json(&json!({"title": "a"})).await.expect(200);
        let before = audit(&talk.app).await;
        let now_ms = crate::support::START_MS;
        assert_eq!(talk.app.db().delete_old_audit(now_ms).await.expect("a sweep"), 0);
        assert_eq!(audit(&talk.app).await, before);
        let old = "INSERT INTO audit (workspace_id, sequence, at_ms, actor, credential, action, target_kind, target_id, request_id,
                content_hash, previous_hash, hash)
            SELECT workspace_id, $1, $2, actor, credential, action, target_kind, target_id, request_id, content_hash, previous_hash, hash
            FROM audit WHERE sequence = 1 ORDER BY workspace_id LIMIT 1";
        let db = talk.app.db();
        let made = db.write(move |tx| {
            (1..=1_003).try_for_each(|number: i64| tx.execute(old, params![-number, now_ms - number]).map(drop))
        });
        made.await.expect("old rows");
        let swept = [talk.app.db().delete_old_audit(now_ms).await, talk.app.db().delete_old_audit(now_ms).await];
        assert_eq!(swept.map(|count| count.expect("a sweep")), [1_000, 3]);
        assert_eq!(audit(&talk.app).await, before);
    }
}
