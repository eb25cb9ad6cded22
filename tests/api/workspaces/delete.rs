//! `workspaces.delete`

use astra_core::auth::Role;
use astra_core::store::Removal;
use serde_json::{Value, json};

use super::{count, elsewhere, here, hides_from_others, id_of, invited, turns_away};
use crate::auth::{goes_on, has_ended, person, register, with};
use crate::conversation::{Talk, text};
use crate::support::{Gate, OnBackend, Reply, START_MS, TestApp, TestBackend, both_backends};

const GONE_MS: i64 = 15 * 60_000;

/// Removes all rows of deleted workspaces that are there, as the periodic work does.
async fn sweep(app: &TestApp, now_ms: i64) -> Vec<Removal> {
    let mut ends = Vec::new();
    for deleted in app.db().deleted_workspaces().await.expect("a look") {
        loop {
            match app.db().remove_deleted_workspace(deleted.number, now_ms).await.expect("a removal") {
                Removal::More => {}
                end => {
                    ends.push(end);
                    break;
                }
            }
        }
    }
    ends
}

both_backends! {
    async fn ends_all_that_is_of_it_at_once(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, there) = elsewhere(&app, &ada).await;
        let owner = with(&app, &there);
        let account = owner.post("/auth/service-accounts").json(&json!({"name": "ci", "role": "admin"})).await.expect(201);
        let issued = format!("/auth/service-accounts/{}/tokens", text(&account, "id"));
        let program = app.bearer(text(&owner.post(&issued).json(&json!({})).await.expect(201), "secret"));
        program.get(&path).await.expect(200);
        owner.post("/agents").json(&json!({"id": "own", "model": {"provider": "echo"}})).await.expect(201);
        owner.post("/chat").json(&json!({"agent_id": "own", "message": "hello"})).await.expect(200);
        owner.post("/webhooks").json(&json!({"url": "https://hooks.example/a"})).await.expect(201);
        let job = json!({"type": "agent_run", "payload": {"agent_id": "own", "message": "hello"}});
        let schedule = json!({"name": "Each minute", "expression": "* * * * *", "job": job});
        owner.post("/cron/schedules").json(&schedule).await.expect(201);
        let code = invited(&app, (&path, &there), &json!({"role": "admin"})).await;
        let bob = person(&app, "bob@example.org", Role::Member).await;
        owner.delete(&path).await.expect(204);
        has_ended(&app, &there).await;
        program.get(&path).await.expect_problem(401, "unauthorized");
        let ada = goes_on(&app, &ada).await;
        assert_eq!(with(&app, &ada).get("/workspaces").await.expect(200)["data"].as_array().expect("data").len(), 1);
        assert_eq!(with(&app, &ada).get("/auth/me/sign-ins").await.expect(200)["data"].as_array().expect("data").len(), 1);
        with(&app, &ada).post(&format!("{path}/switch")).json(&json!({})).await.expect_problem(404, "not_found");
        let accept = with(&app, &bob).post("/workspaces/invitations/accept").json(&json!({"code": code})).await;
        accept.expect_problem(403, "forbidden");
        // Nothing fires, and nothing is sent.
        assert_eq!((count(&app, "schedules").await, count(&app, "webhooks").await), (0, 0));
    }

    async fn leaves_an_account_of_it_in_the_first_workspace(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, there) = elsewhere(&app, &ada).await;
        with(&app, &there).post("/agents").json(&json!({"id": "own", "model": {"provider": "echo"}})).await.expect(201);
        with(&app, &there).delete(&path).await.expect(204);
        assert_eq!(sweep(&app, START_MS + GONE_MS - 1).await, [Removal::NoneFound]);
        assert!(matches!(sweep(&app, START_MS + GONE_MS).await[..], [Removal::Gone(_)]));
        assert_eq!(sweep(&app, START_MS + GONE_MS).await, []);
        let audit = with(&app, &ada).get("/admin/audit?operation=workspaces.delete").await.expect(200);
        let entries = audit["data"].as_array().expect("entries");
        assert_eq!(entries.len(), 2);
        let (end, begin) = (&entries[0], &entries[1]);
        assert_eq!(begin["changes"], json!({"name": "Elsewhere"}));
        assert_eq!((&end["changes"]["removed"]["agents"], &end["changes"]["removed"]["memberships"]), (&json!(1), &json!(1)));
        let id = path.trim_start_matches("/workspaces/");
        for entry in [end, begin] {
            assert_eq!((&entry["target_kind"], &entry["target_id"]), (&json!("workspace"), &json!(id)));
            assert_eq!(entry["actor"], json!(id_of(&app, &ada).await));
        }
        assert_eq!(with(&app, &ada).get("/admin/audit/verify").await.expect(200)["is_intact"], true);
    }

    async fn takes_accounts_along_that_belong_to_nothing_else(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, there) = elsewhere(&app, &ada).await;
        let code = invited(&app, (&path, &there), &json!({"role": "member"})).await;
        let account = json!({"email": "bob@example.org", "password": crate::auth::PASSWORD, "invitation": code});
        let bob = app.anonymous().post("/auth/register").json(&account).await.expect(201);
        with(&app, &there).delete(&path).await.expect(204);
        has_ended(&app, &bob["tokens"]).await;
        sweep(&app, START_MS).await;
        assert_eq!((count(&app, "users").await, count(&app, "memberships").await, count(&app, "families").await), (1, 1, 1));
        goes_on(&app, &ada).await;
    }

    async fn ends_its_turns(talk: Talk) {
        let app = &talk.app;
        let ada = register(app).await["tokens"].clone();
        let (path, there) = elsewhere(app, &ada).await;
        with(app, &there).post("/agents").json(&json!({"id": "own", "model": {"provider": "scripted"}})).await.expect(201);
        talk.will(Reply::After(Gate::closed(), "never".into()));
        let mut stream = with(app, &there).post("/chat/stream").json(&json!({"agent_id": "own", "message": "hello"})).await;
        stream.next_event().await.expect("a turn that begins");
        with(app, &there).delete(&path).await.expect(204);
        // A turn that goes on hangs the test.
        stream.events().await;
        sweep(app, START_MS).await;
        assert_eq!(sweep(app, START_MS).await, [Removal::NoneFound]);
        assert_eq!((count(app, "open_turns").await, count(app, "turns").await), (0, 0));
    }

    async fn the_first_one_stays(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        for _ in 0..2 {
            let problem = with(&app, &ada).delete(&here(&app)).await.expect_problem(409, "conflict");
            assert!(text(&problem, "detail").contains("first workspace"));
            elsewhere(&app, &ada).await;
        }
        goes_on(&app, &ada).await;
    }

    async fn loses_the_race_against_a_change(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, there) = elsewhere(&app, &ada).await;
        let owner = with(&app, &there);
        let etag = owner.get(&path).await.header("etag").to_owned();
        owner.patch(&path).json(&json!({"name": "Other"})).await.expect(200);
        owner.delete(&path).header("if-match", &etag).await.expect_problem(412, "precondition_failed");
        owner.delete(&path).await.expect(204);
        hides_from_others(&app, |caller, path| caller.delete(path)).await;
    }
}

#[tokio::test]
async fn is_for_owners() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Owner, |caller| caller.delete(&here(&app))).await;
    app.scoped(Role::Owner, "workspaces:read").delete(&here(&app)).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn holds_in_other_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let ada = register(&app).await["tokens"].clone();
    let (path, there) = elsewhere(&app, &ada).await;
    let replica = app.replica().await;
    let caller = replica.bearer(text(&there, "access_token"));
    caller.get(&path).await.expect(200);
    with(&app, &there).delete(&path).await.expect(204);
    // A gateway that never learns of it hangs the test.
    while caller.get(&path).await.status.as_u16() != 401 {
        tokio::task::yield_now().await;
    }
    let refresh: Value = json!({"refresh_token": there["refresh_token"]});
    app.anonymous().post("/auth/refresh").json(&refresh).await.expect_problem(400, "invalid_grant");
}
