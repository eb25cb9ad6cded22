//! What a turn costs does not grow with what its workspace holds: no statement of it reads all rows of a workspace.

use serde_json::json;

use astra_core::store::plans;

use crate::conversation::Talk;
use crate::support::{TestApp, TestBackend};

#[tokio::test]
async fn a_turn_that_recalls_and_is_remembered_reads_no_workspace_whole() {
    plans::record();
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
    // They read the last row, or one, or are run when a gateway starts.
    const NOT_WHOLE: [&str; 3] = [
        "SELECT MAX((SELECT MAX(",
        "SELECT id FROM agents WHERE workspace_id = $1 LIMIT 1",
        "INSERT INTO workspaces (",
    ];
    let is_whole = |read: &String| !NOT_WHOLE.iter().any(|text| read.contains(text));
    let whole: Vec<String> = plans::whole_reads().into_iter().filter(is_whole).collect();
    assert_eq!(whole, [""; 0]);
}
