//! `tools.deny`

use serde_json::json;

use crate::approvals::{Asks, decide, waiting};
use crate::conversation::{text, turns_away};
use crate::support::{OnBackend, Reply, TestBackend, both_backends};

both_backends! {
    async fn tells_the_model_why(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        talk.will(Reply::Answer("I may not.".into()));
        let denied = decide(&talk.app.admin(), &approval, "deny", json!({"note": "Not on a Friday."})).await.expect(200);
        assert_eq!((&denied["status"], &denied["note"]), (&json!("denied"), &json!("Not on a Friday.")));
        let done = asking.await.expect("it ends").expect(200);
        assert_eq!((&done["content"], &done["tool_calls"][0]["is_error"]), (&json!("I may not."), &json!(true)));
        let read = talk.upstream.received()[1].body["messages"].clone();
        assert_eq!(text(&read[2], "content"), "The tool was not called: a person denied the call: Not on a Friday.");
    }
}

#[tokio::test]
async fn is_for_admins_of_the_workspace() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let (asking, approval) = waiting(&talk).await;
    let path = format!("/tools/approvals/{}/deny", text(&approval, "id"));
    turns_away(&talk.app, |caller| caller.post(&path).json(&json!({}))).await;
    talk.app.member().post(&path).json(&json!({})).await.expect_problem(403, "forbidden");
    talk.app.other_workspace().post(&path).json(&json!({})).await.expect_problem(404, "not_found");
    asking.abort();
}
