//! What a turn costs does not grow with what its workspace holds: no statement of it reads all rows of a workspace.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;

use crate::conversation::Talk;
use crate::support::{TestApp, TestBackend};

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// The statements that read all rows that a workspace has in a table.
    fn reading_all(&self) -> Vec<String> {
        // They read the last row or one of them, or run when a gateway starts.
        const NOT_ALL: [&str; 4] = [
            "SELECT MAX((SELECT MAX(",
            "SELECT sequence, hash FROM audit WHERE workspace_id = $1 ORDER BY sequence DESC LIMIT 1",
            "SELECT id FROM agents WHERE workspace_id = $1 LIMIT 1",
            "INSERT INTO workspaces (",
        ];
        let lines = self.0.lock().expect("no panic").clone();
        let lines = String::from_utf8(lines).expect("text");
        let steps = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let steps = steps.map(|step| ["step", "sql"].map(|field| step[field].as_str().expect("text").to_owned()));
        let steps: Vec<[String; 2]> = steps.collect();
        assert!(steps.iter().any(|[_, sql]| sql.contains("FROM turns")), "{steps:?}");
        let is_all = |[step, sql]: &[String; 2]| {
            step.ends_with("(workspace_id=?)") && !NOT_ALL.iter().any(|text| sql.contains(text))
        };
        steps.into_iter().filter(is_all).map(|[step, sql]| format!("{step}: {sql}")).collect()
    }
}

#[tokio::test]
async fn a_turn_that_recalls_and_is_remembered_reads_no_workspace_whole() {
    let (lines, filter) = (Lines::default(), EnvFilter::new("astra_core::store::plans=trace"));
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter);
    log.with_writer(move || writer.clone()).init();
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()).memory(), json!({})).await;
    let member = talk.app.member();
    let procedure = json!({"tier": "procedural", "content": "To deploy Kestrel, ask Ana first."});
    member.post("/memory").json(&procedure).await.expect(201);
    for said in ["My name is Ana and I work on Kestrel.", "How do I deploy Kestrel?", "That worked, thanks."] {
        talk.say(said).await;
        while talk.app.db().depths().await.expect("a count").memory_pending > 0 {
            tokio::task::yield_now().await;
        }
    }
    let found = member.post("/memory/search").json(&json!({"query": "Who works on Kestrel?"})).await.expect(200);
    assert!(found["hits"].as_array().is_some_and(|hits| hits.len() > 1), "{found}");
    assert_eq!(lines.reading_all(), [""; 0]);
}
