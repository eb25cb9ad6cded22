//! `chat.get_model`

use serde_json::json;

use crate::conversation::{AGENT, Talk};
use crate::support::{TestBackend, both_backends};

both_backends! {
    async fn gives_an_agent_as_a_model(talk: Talk) {
        let model = talk.app.member().get(&format!("/v1/models/{AGENT}")).await.expect(200);
        assert_eq!(model, json!({"id": AGENT, "object": "model", "created": 1_795_467_600, "owned_by": "astra"}));
    }
}

#[tokio::test]
async fn knows_no_other_models() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    for id in ["nobody", "gpt-4.1", "NOT%20AN%20ID"] {
        let error = talk.app.member().get(&format!("/v1/models/{id}")).await.expect(404)["error"].clone();
        assert_eq!((&error["code"], &error["param"]), (&json!("model_not_found"), &json!("model")), "{id}");
    }
    talk.app.other_workspace().get(&format!("/v1/models/{AGENT}")).await.expect(404);
    assert!(talk.app.anonymous().get("/v1/models/x").await.expect(401)["error"]["message"].is_string());
    assert!(talk.app.viewer().get("/v1/models/x").await.expect(403)["error"]["message"].is_string());
}
