//! `chat.list_models`

use serde_json::json;

use crate::conversation::{AGENT, ECHO, Talk};
use crate::support::{Caller, both_backends};

fn ids(list: &serde_json::Value) -> Vec<&str> {
    list["data"].as_array().expect("a list").iter().filter_map(|model| model["id"].as_str()).collect()
}

both_backends! {
    async fn lists_the_agents_as_models(talk: Talk) {
        for number in 0..3 {
            talk.app.admin().post("/agents").json(&json!({"id": format!("poet-{number}")})).await.expect(201);
        }
        let list = talk.app.member().get("/v1/models").await.expect(200);
        assert_eq!(list["object"], "list");
        let mut known = ids(&list);
        known.sort_unstable();
        assert_eq!(known, [ECHO, "poet-0", "poet-1", "poet-2", AGENT]);
        let model = json!({"id": AGENT, "object": "model", "created": 1_795_467_600, "owned_by": "astra"});
        assert!(list["data"].as_array().expect("a list").contains(&model), "{list}");
        let others = talk.app.other_workspace().get("/v1/models").await.expect(200);
        assert!(!ids(&others).contains(&"poet-0"), "{others}");
    }
}

#[tokio::test]
async fn turns_away_in_openais_form() {
    let talk = Talk::with(crate::support::TestBackend::sqlite(), json!({})).await;
    let list = |caller: Caller| caller.get("/v1/models");
    assert!(list(talk.app.anonymous()).await.expect(401)["error"]["message"].is_string());
    assert!(list(talk.app.viewer()).await.expect(403)["error"]["message"].is_string());
}
