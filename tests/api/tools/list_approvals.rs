//! `tools.list_approvals`

use serde_json::json;

use crate::approvals::{Asks, decide, waiting};
use crate::support::{Reply, both_backends};

const PATH: &str = "/tools/approvals";

both_backends! {
    async fn shows_each_caller_its_own_and_admins_all(asks: Asks) {
        let Asks(talk) = asks;
        let (asking, approval) = waiting(&talk).await;
        for caller in [talk.app.member(), talk.app.admin()] {
            assert_eq!(caller.get(PATH).await.expect(200)["data"], json!([approval]));
        }
        for caller in [talk.app.other_member(), talk.app.other_workspace()] {
            assert_eq!(caller.get(PATH).await.expect(200)["data"], json!([]));
        }
        talk.will(Reply::Answer("It is nine.".into()));
        decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
        asking.await.expect("it ends").expect(200);
        assert_eq!(talk.app.admin().get("/tools/approvals?status=pending").await.expect(200)["data"], json!([]));
        let approved = talk.app.admin().get("/tools/approvals?status=approved").await.expect(200);
        assert_eq!(approved["data"][0]["id"], approval["id"]);
        talk.app.admin().get("/tools/approvals?status=perhaps").await.expect_problem(422, "invalid_request");
        talk.app.anonymous().get(PATH).await.expect_problem(401, "unauthorized");
        talk.app.viewer().get(PATH).await.expect_problem(403, "forbidden");
    }
}
