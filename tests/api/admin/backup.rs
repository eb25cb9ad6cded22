//! `admin.backup`, and stores that are made of backups.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use astra_core::auth::{MasterKey, Role};
use astra_core::backup::{RestoreError, Restored, restore};
use astra_core::config::StoreConfig;
use astra_core::{params, store};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::conversation::Talk;
use crate::support::{Caller, OnBackend as _, TestApp, TestBackend, both_backends};

const PATH: &str = "/admin/backup";

/// What the job of an answer came to.
async fn ended(caller: &Caller, started: &Value) -> Value {
    let path = format!("/jobs/{}?wait_s=30", started["job_id"].as_str().expect("an id"));
    caller.get(&path).await.expect(200)
}

/// A backup that was made of the gateway of `talk`, and what its job says.
async fn backed_up(talk: &Talk) -> (PathBuf, Value) {
    let owner = talk.app.owner();
    let job = ended(&owner, &owner.post(PATH).await.expect(202)).await;
    assert_eq!(job["status"], "succeeded", "{job}");
    (job["result"]["path"].as_str().expect("a path").into(), job["result"].clone())
}

fn key(folder: &Path) -> Option<MasterKey> {
    MasterKey::find(None, folder).expect("a key that can be read")
}

fn restored(talk: &Talk, file: &Path, folder: &Path) -> Result<Restored, RestoreError> {
    restore(file, folder, key(talk.app.backend.folder()).as_ref(), None)
}

/// What a statement counts in the store of `folder`.
async fn count(folder: &Path, sql: &'static str) -> i64 {
    let db = store::open(&StoreConfig::default(), folder).expect("the restored store opens");
    db.read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("a count")
}

#[tokio::test]
async fn all_that_was_acknowledged_before_is_in_it() {
    let talk = Talk::on(TestBackend::sqlite()).await;
    let turn = talk.say("What is kept?").await;
    let (file, result) = backed_up(&talk).await;
    assert_eq!(result["last_turn_id"], turn["turn_id"]);
    let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().expect("a folder"))), (0o600, 0o700));
    assert_eq!(Some(file.metadata().expect("it is there").len()), result["bytes"].as_u64());
    let sum = std::fs::read_to_string(format!("{}.sha256", file.display())).expect("a checksum");
    let name = file.file_name().expect("a name").to_string_lossy();
    assert_eq!(sum, format!("{}  {name}\n", result["sha256"].as_str().expect("a checksum")));
    talk.say("What is not?").await;

    let folder = tempfile::tempdir().expect("a folder");
    let made = restored(&talk, &file, folder.path()).expect("it is good");
    assert!(made.is_checksum_known && made.until_ms.is_some() && !made.is_older);
    assert_eq!(mode(&made.path), 0o600);
    assert_eq!(count(folder.path(), "SELECT COUNT(*) FROM turns").await, 1);
    assert_eq!(count(folder.path(), "SELECT COUNT(*) FROM instances").await, 0);
    assert_eq!(count(folder.path(), "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'backup'").await, 0);
}

#[tokio::test]
async fn writers_go_on_while_it_is_made() {
    let talk = Talk::on(TestBackend::sqlite()).await;
    for _ in 0..8 {
        talk.say("Before.").await;
    }
    let meanwhile = join_all((0..32).map(|_| talk.say("Meanwhile.")));
    let ((file, _), during) = tokio::join!(backed_up(&talk), meanwhile);
    let folder = tempfile::tempdir().expect("a folder");
    restored(&talk, &file, folder.path()).expect("it is good");
    let before = "SELECT COUNT(*) FROM turns WHERE question = 'Before.' AND status = 'completed'";
    assert_eq!((count(folder.path(), before).await, during.len()), (8, 32));
    assert!(count(folder.path(), "SELECT COUNT(*) FROM turns").await <= 40);
}

#[tokio::test]
async fn another_gateway_works_with_it_while_the_first_one_goes_on() {
    let talk = Talk::on(TestBackend::sqlite()).await;
    let turn = talk.say("Who goes on?").await;
    let token = talk.app.member().token().await;
    let (file, _) = backed_up(&talk).await;
    let backend = TestBackend::sqlite();
    std::fs::copy(talk.app.backend.folder().join("master.key"), backend.folder().join("master.key")).expect("copied");
    restore(&file, backend.folder(), key(backend.folder()).as_ref(), None).expect("it is good");
    let other = TestApp::builder(backend).agent(crate::conversation::ECHO, json!({})).open().await;
    let path = format!("/chat/turns/{}", turn["turn_id"].as_str().expect("an id"));
    assert_eq!(other.bearer(&token).get(&path).await.expect(200)["content"], turn["content"]);
    let question = json!({"agent_id": crate::conversation::ECHO, "message": "Both?"});
    other.bearer(&token).post("/chat").json(&question).await.expect(200);
    talk.say("Both.").await;
    // The job that made the backup ran when it was made: it runs again.
    let jobs = other.owner().get("/jobs?type=backup").await.expect(200);
    assert_eq!(jobs["data"].as_array().map(Vec::len), Some(1), "{jobs}");
    let again = ended(&other.owner(), &json!({"job_id": jobs["data"][0]["id"]})).await;
    assert_eq!(again["status"], "succeeded", "{again}");
}

#[tokio::test]
async fn what_is_not_all_good_is_not_restored() {
    let talk = Talk::on(TestBackend::sqlite()).await;
    talk.say("Is it good?").await;
    let (file, _) = backed_up(&talk).await;
    let bytes = std::fs::read(&file).expect("a backup");
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("bad.db");
    let attempt = |name: &str| {
        let target = folder.path().join(name);
        let fault = restored(&talk, &bad, &target).expect_err("it is refused");
        let left: Vec<_> = std::fs::read_dir(&target).expect("a folder").filter_map(Result::ok).collect();
        assert!(left.iter().all(|entry| entry.file_name() == "astra.lock"), "{left:?}");
        fault.to_string()
    };
    std::fs::write(&bad, &bytes[..bytes.len() / 2]).expect("written");
    let fault = attempt("truncated");
    assert!(fault.contains("cannot be read as a database") || fault.contains("is damaged"), "{fault}");
    std::fs::copy(format!("{}.sha256", file.display()), folder.path().join("bad.db.sha256")).expect("copied");
    assert!(attempt("truncated").contains("changed or truncated"));
    let mut other = bytes.clone();
    let middle = other.len() / 2;
    other[middle] ^= 1;
    std::fs::write(&bad, &other).expect("written");
    assert!(attempt("changed").contains("changed or truncated"));
    std::fs::remove_file(folder.path().join("bad.db.sha256")).expect("removed");
    std::fs::write(&bad, "no database at all").expect("written");
    assert!(attempt("foreign").contains("cannot be read as a database"));
    let db = store::open(&StoreConfig::default(), &folder.path().join("own")).expect("an empty store");
    db.write(|tx| tx.execute("CREATE TABLE notes (id TEXT PRIMARY KEY)", params![])).await.expect("a table");
    drop(db);
    std::fs::copy(folder.path().join("own/astra.db"), &bad).expect("copied");
    assert!(attempt("other").contains("not one of an Astra gateway"));
}

#[tokio::test]
async fn a_newer_schema_another_key_and_a_store_that_is_there_are_refused() {
    let talk = Talk::on(TestBackend::sqlite()).await;
    let (file, _) = backed_up(&talk).await;
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |key: Option<&MasterKey>, file: &Path, target: &Path| {
        restore(file, target, key, None).expect_err("it is refused").to_string()
    };
    assert!(refused(None, &file, folder.path()).contains("no master key"));
    let others = MasterKey::load(None, &folder.path().join("others")).or_else(|_| {
        std::fs::create_dir(folder.path().join("others")).expect("made");
        MasterKey::load(None, &folder.path().join("others"))
    });
    let others = others.expect("another key");
    assert!(refused(Some(&others), &file, folder.path()).contains("another master key"));
    let own = key(talk.app.backend.folder());
    let target = folder.path().join("twice");
    restore(&file, &target, own.as_ref(), None).expect("it is good");
    assert!(refused(own.as_ref(), &file, &target).contains("there is a store already"));
    assert!(refused(own.as_ref(), &file, talk.app.backend.folder()).contains("a gateway serves the data folder"));
    let wrong = "0".repeat(64);
    let fault = restore(&file, &folder.path().join("sum"), own.as_ref(), Some(&wrong)).expect_err("another checksum");
    assert!(matches!(fault, RestoreError::Checksum(..)), "{fault}");

    let db = store::open(&StoreConfig::default(), &target).expect("the restored store");
    let newer = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (999, 'later', 'x', 0)";
    db.write(move |tx| tx.execute(newer, params![])).await.expect("a newer schema");
    let copy = folder.path().join("newer.db");
    let clock: std::sync::Arc<dyn astra_core::clock::Clock> = std::sync::Arc::new(talk.app.clock.clone());
    let own = own.expect("a key");
    astra_core::backup::make_new(&db, &clock, &own, &copy).await.expect("a backup");
    astra_core::backup::make_new(&db, &clock, &own, &copy).await.expect_err("the file is there");
    let fault = refused(Some(&own), &copy, &folder.path().join("newer"));
    assert!(fault.contains("schema 999") && fault.contains("run the newer program"), "{fault}");
}

both_backends! {
    async fn is_for_the_owners_of_the_first_workspace(app: TestApp) {
        app.anonymous().post(PATH).await.expect_problem(401, "unauthorized");
        app.admin().post(PATH).await.expect_problem(403, "forbidden");
        app.scoped(Role::Owner, "admin:read").post(PATH).await.expect_problem(403, "forbidden");
        app.other_workspace().post(PATH).await.expect_problem(403, "forbidden");
        let ask = json!({"type": "backup"});
        app.admin().post("/jobs").json(&ask).await.expect_problem(403, "forbidden");
        app.scoped(Role::Owner, "jobs:read,jobs:write").post("/jobs").json(&ask).await.expect_problem(403, "forbidden");
        let foreigner = app.other_workspace();
        let job = foreigner.post("/jobs").json(&ask).await.expect(202);
        let job = ended(&foreigner, &json!({"job_id": job["id"]})).await;
        assert_eq!(job["status"], "failed", "{job}");
        assert!(job["error"].as_str().is_some_and(|error| error.contains("first workspace")), "{job}");
        let owner = app.scoped(Role::Owner, "admin:write");
        if app.db().is_shared() {
            let problem = owner.post(PATH).await.expect_problem(409, "conflict");
            assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("pg_dump")), "{problem}");
        } else {
            let started = owner.post(PATH).header("idempotency-key", "one").await.expect(202);
            let again = owner.post(PATH).header("idempotency-key", "one").await.expect(202);
            assert_eq!(started, again);
            let entries = app.owner().get("/admin/audit?operation=admin.backup").await.expect(200);
            assert_eq!(entries["data"].as_array().map(Vec::len), Some(1), "{entries}");
            ended(&app.owner(), &started).await;
        }
    }
}
