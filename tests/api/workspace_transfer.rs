//! Workspaces that are moved between stores: all rows, with their ids, on either kind of database.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use astra_core::auth::MasterKey;
use astra_core::backup::{TableCount, TransferError, export_workspace, import_workspace};
use astra_core::clock::{Clock, ManualClock};
use astra_core::ids::TimeOrderedIds;
use astra_core::store::{self, Db, Program, migrate};
use serde_json::{Value, json};

use crate::conversation::Talk;
use crate::support::{TestApp, TestBackend};

const NOW_MS: i64 = 1_795_467_600_000;

/// A workspace with something in most tables, on a gateway that works, whose ids are those of a time `later_ms` after the first
/// gateway's: the ids of two stores are not the same.
async fn filled(backend: TestBackend, later_ms: i64) -> Talk {
    let ids = TimeOrderedIds::new(Arc::new(ManualClock::new(NOW_MS + later_ms)), 9, 0);
    let builder = TestApp::builder(backend).config(|config| config.memory.enabled = true).ids(ids);
    let talk = Talk::built(builder, json!({})).await;
    let (member, owner) = (talk.app.member(), talk.app.owner());
    let turn = talk.say("What is moved?").await;
    talk.say_in(&turn, "And then? Ünïcode \u{1F680} \"quoted\" \\ \n line").await;
    let note = json!({"tier": "daily", "content": "Releases are made on Tuesdays."});
    member.post("/memory").json(&note).await.expect(201);
    owner.post("/webhooks").json(&json!({"url": "https://hooks.example/a"})).await.expect(201);
    let job = json!({"type": "agent_run", "payload": {"agent_id": "assistant", "message": "Later."}, "run_at": "2099-01-01T00:00:00Z"});
    member.post("/jobs").header("idempotency-key", "k").json(&job).await.expect(202);
    owner.patch("/agents/support").json(&json!({"system_prompt": "Two."})).await.expect(200);
    talk
}

/// A store with the tables and nothing in them.
async fn empty(backend: &TestBackend) -> Db {
    let config = backend.config();
    let db = store::open(&config.store, &config.data_dir).expect("the store opens");
    migrate::apply(&db, NOW_MS).await.expect("the tables");
    db
}

async fn export(db: &Db, key: &MasterKey, id: &str, file: &Path) -> Vec<TableCount> {
    export_workspace(db, key, id, file, NOW_MS).await.expect("it is exported")
}

async fn import(db: &Db, key: Option<&MasterKey>, file: &Path) -> Result<Vec<TableCount>, TransferError> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(NOW_MS));
    let keys = db.join(&clock, Program::Command).await.expect("a number").keys;
    import_workspace(db, key, &keys, file).await.map(|(_, counts)| counts)
}

/// The rows of a file, sorted, without what each store numbers for itself.
fn rows(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("a file");
    let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    assert!(lines.pop().is_some_and(|end| end.contains("\"end\":true")));
    lines.sort();
    lines
}

fn total(counts: &[TableCount]) -> u64 {
    counts.iter().map(|count| count.rows).sum()
}

#[tokio::test]
async fn a_workspace_goes_to_the_other_kind_of_database_and_back_with_equal_rows() {
    let Some(postgres) = TestBackend::postgres().await else { return };
    let talk = filled(TestBackend::sqlite(), 0).await;
    let (id, folder) =
        (talk.app.authority().first_workspace().as_str().to_owned(), tempfile::tempdir().expect("a folder"));
    talk.app.gateway().shutdown(Duration::ZERO).await;
    let backend = talk.app.close();
    let key = MasterKey::load(None, backend.folder()).expect("a key");
    let file = |name: &str| folder.path().join(name);
    let sqlite = store::open(&backend.config().store, backend.folder()).expect("the store");
    let counts = export(&sqlite, &key, &id, &file("one.jsonl")).await;
    assert!(total(&counts) > 20, "{counts:?}");

    let server = empty(&postgres).await;
    assert_eq!(import(&server, Some(&key), &file("one.jsonl")).await.expect("it is imported"), counts);
    assert_eq!(export(&server, &key, &id, &file("two.jsonl.gz")).await, counts);
    let back = TestBackend::sqlite();
    let last = empty(&back).await;
    assert_eq!(import(&last, Some(&key), &file("two.jsonl.gz")).await.expect("it is imported"), counts);
    assert_eq!(export(&last, &key, &id, &file("three.jsonl")).await, counts);
    export(&server, &key, &id, &file("four.jsonl")).await;
    assert_eq!(rows(&file("one.jsonl")), rows(&file("four.jsonl")));
    assert_eq!(rows(&file("one.jsonl")), rows(&file("three.jsonl")));
    assert!(matches!(import(&last, Some(&key), &file("one.jsonl")).await, Err(TransferError::Present(_))));
    let taken = export_workspace(&last, &key, &id, &file("one.jsonl"), NOW_MS).await;
    assert!(matches!(taken, Err(TransferError::File(..))));
}

/// Beside another workspace the numbers of both stores meet, and nothing of either is mixed up.
async fn beside_another(target: TestBackend) {
    let talk = filled(TestBackend::sqlite(), 0).await;
    let turn = talk.say("Is it mine?").await;
    let workspace = talk.app.authority().first_workspace().clone();
    let key = MasterKey::load(None, talk.app.backend.folder()).expect("a key");
    std::fs::copy(talk.app.backend.folder().join("master.key"), target.folder().join("master.key")).expect("copied");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("moved.jsonl");
    let own = filled(target, 60_000).await;
    let before = own.app.owner().get("/admin/stats").await.expect(200)["workspace"].clone();
    export(&talk.app.db(), &key, workspace.as_str(), &file).await;
    let db = own.app.db();
    import(&db, Some(&key), &file).await.expect("it is imported");
    assert_eq!(own.app.owner().get("/admin/stats").await.expect(200)["workspace"]["turns"], before["turns"]);
    let path = format!("/chat/turns/{}", turn["turn_id"].as_str().expect("an id"));
    own.app.owner().get(&path).await.expect_problem(404, "not_found");
    let moved = db.find_workspace(workspace.as_str()).await.expect("a look").expect("it is there");
    assert_ne!(moved.number(), 1);
    let verified = db.rows(&moved).audit_log().verify().await.expect("an audit");
    assert_eq!((verified.fault_count, verified.rows > 0), (0, true));
    let again = folder.path().join("again.jsonl");
    let counts = export(&db, &key, workspace.as_str(), &again).await;
    let (first, second) = (rows(&file), rows(&again));
    assert_eq!((first.len(), total(&counts)), (second.len(), u64::try_from(first.len()).expect("a count")));
}

#[tokio::test]
async fn numbers_of_two_stores_are_not_mixed_up_on_sqlite() {
    beside_another(TestBackend::sqlite()).await;
}

#[tokio::test]
async fn numbers_of_two_stores_are_not_mixed_up_on_postgres() {
    let Some(postgres) = TestBackend::postgres().await else { return };
    beside_another(postgres).await;
}

#[tokio::test]
async fn what_is_not_all_good_leaves_nothing() {
    let talk = filled(TestBackend::sqlite(), 0).await;
    let id = talk.app.authority().first_workspace().as_str().to_owned();
    let key = MasterKey::load(None, talk.app.backend.folder()).expect("a key");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("good.jsonl");
    export(&talk.app.db(), &key, &id, &file).await;
    let text = std::fs::read_to_string(&file).expect("a file");
    let lines: Vec<&str> = text.lines().collect();
    let target = TestBackend::sqlite();
    let db = empty(&target).await;
    let bad = folder.path().join("bad.jsonl");
    let refuses = async |text: String, key: Option<&MasterKey>, words: &str| {
        std::fs::File::create(&bad).and_then(|mut file| file.write_all(text.as_bytes())).expect("written");
        let fault = import(&db, key, &bad).await.expect_err("it is refused").to_string();
        assert!(fault.contains(words), "{words:?} is not in {fault}");
        assert!(!fault.contains(" at line "), "one number of a line, and that of the file: {fault}");
        assert!(db.find_workspace(&id).await.expect("a look").is_none());
    };
    let key = Some(&key);
    refuses(lines[..lines.len() - 1].join("\n") + "\n", key, &format!("line {} of the file is missing", lines.len()))
        .await;
    refuses(text[..text.len() / 2].to_owned(), key, "truncated").await;
    refuses(text.replacen("\"What is moved?\"", "\"What is read?\"", 1), key, "another checksum").await;
    let mut broken = lines.clone();
    broken[2] = "[1,";
    refuses(broken.join("\n") + "\n", key, "line 3 of the file cannot be read: EOF while parsing").await;
    broken.remove(2);
    refuses(broken.join("\n") + "\n", key, "of the file is not a row of").await;
    refuses(text.clone() + "more\n", key, "comes after the end").await;
    refuses("{}\n".into(), key, "line 1 of the file is not that of an exported workspace").await;
    let mut head: Value = serde_json::from_str(lines[0]).expect("the first line");
    head["schema"] = 999.into();
    refuses(head.to_string() + "\n", key, "use the newer program").await;
    head["version"] = 2.into();
    refuses(head.to_string() + "\n", key, "version 2 of the format").await;
    refuses(text.clone(), None, "another master key").await;
    let other = tempfile::tempdir().expect("a folder");
    let other = MasterKey::load(None, other.path()).expect("another key");
    refuses(text.clone(), Some(&other), "another master key").await;
}
